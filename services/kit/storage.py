"""Objects in S3: signed addresses for those who hold no credentials, and the few calls a service makes itself.

Addresses are signed offline by botocore. Content type, length and SHA-256 are part of an upload's signature, so storage
itself refuses anything else; `If-None-Match: *` makes a written object immutable.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from services.kit.errors import DependencyAway
from services.kit.settings import StorageSettings

T = TypeVar("T")


@dataclass(frozen=True)
class StoredObject:
    """What storage says of an object. `sha256` (hex) is empty where it was written without a checksum."""

    size_bytes: int
    sha256: str
    content_type: str


@dataclass(frozen=True)
class Upload:
    """One PUT: the address and the headers that must be sent with it."""

    url: str
    headers: dict[str, str]


class ObjectMissing(Exception):
    """There is no such object, or no longer."""


def _hex_to_base64(sha256: str) -> str:
    return base64.b64encode(bytes.fromhex(sha256)).decode()


class Storage:
    """A bucket. Signing is offline; calls run in threads and raise DependencyAway when storage is."""

    def __init__(self, settings: StorageSettings) -> None:
        self.bucket = settings.s3_bucket
        session = botocore.session.get_session()
        self._client: Any = session.create_client(
            "s3",
            region_name=settings.aws_region,
            endpoint_url=settings.s3_endpoint_url,
            aws_access_key_id=settings.aws_access_key_id.get_secret_value(),
            aws_secret_access_key=settings.aws_secret_access_key.get_secret_value(),
            config=Config(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                connect_timeout=2,
                read_timeout=10,
                retries={"max_attempts": 1},
                max_pool_connections=16,
            ),
        )

    def sign_get(self, key: str, expires_s: int, *, filename: str = "", content_type: str = "") -> str:
        """An address to read the object for so many seconds; a file name makes browsers save it under that."""
        params = {"Bucket": self.bucket, "Key": key}
        if filename:
            params["ResponseContentDisposition"] = f'attachment; filename="{filename}"'
        if content_type:
            params["ResponseContentType"] = content_type
        url: str = self._client.generate_presigned_url("get_object", Params=params, ExpiresIn=expires_s)
        return url

    def sign_put(self, key: str, expires_s: int, *, size_bytes: int, sha256: str, content_type: str) -> Upload:
        """An upload of exactly these bytes; another type, length or content is refused by storage."""
        checksum = _hex_to_base64(sha256)
        params = {
            "Bucket": self.bucket,
            "Key": key,
            "ContentLength": size_bytes,
            "ContentType": content_type,
            "ChecksumSHA256": checksum,
        }
        url: str = self._client.generate_presigned_url("put_object", Params=params, ExpiresIn=expires_s)
        headers = {"Content-Type": content_type, "Content-Length": str(size_bytes), "x-amz-checksum-sha256": checksum}
        return Upload(url, headers)

    async def _call(self, call: Callable[[], T]) -> T:
        try:
            return await asyncio.to_thread(call)
        except ClientError as error:
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
            if status >= 500:
                raise DependencyAway("s3", str(error)) from error
            if status == 404:
                raise ObjectMissing(str(error)) from error
            raise
        except BotoCoreError as error:
            raise DependencyAway("s3", type(error).__name__) from error

    async def head(self, key: str) -> StoredObject | None:
        """What is stored under the key, or None."""
        try:
            found = await self._call(
                partial(self._client.head_object, Bucket=self.bucket, Key=key, ChecksumMode="ENABLED")
            )
        except ObjectMissing:
            return None
        checksum = found.get("ChecksumSHA256", "")
        sha256 = base64.b64decode(checksum).hex() if checksum else ""
        return StoredObject(found["ContentLength"], sha256, found.get("ContentType", ""))

    async def read(self, key: str, *, first_bytes: int | None = None) -> bytes:
        """The object's bytes, or its first so many; ObjectMissing."""
        extra = {"Range": f"bytes=0-{first_bytes - 1}"} if first_bytes else {}

        def call() -> bytes:
            body: bytes = self._client.get_object(Bucket=self.bucket, Key=key, **extra)["Body"].read()
            return body

        return await self._call(call)

    async def copy(self, source: str, target: str, content_type: str) -> None:
        """Copy within the bucket; ObjectMissing."""
        await self._call(
            partial(
                self._client.copy_object,
                Bucket=self.bucket,
                Key=target,
                CopySource={"Bucket": self.bucket, "Key": source},
                ContentType=content_type,
                MetadataDirective="REPLACE",
            )
        )

    async def delete(self, key: str) -> None:
        """Delete the object; one that isn't there is fine."""
        await self._call(partial(self._client.delete_object, Bucket=self.bucket, Key=key))

    async def delete_all(self, prefix: str) -> int:
        """Delete every object whose key begins so; how many there were."""

        def page() -> list[str]:
            found = self._client.list_objects_v2(Bucket=self.bucket, Prefix=prefix, MaxKeys=1000)
            return [entry["Key"] for entry in found.get("Contents", [])]

        count = 0
        # what was deleted isn't listed again, so the first page is always the next one
        while keys := await self._call(page):
            for key in keys:
                await self.delete(key)
            count += len(keys)
        return count

    async def ping(self) -> None:
        """DependencyAway unless the bucket answers."""
        await self._call(partial(self._client.head_bucket, Bucket=self.bucket))
