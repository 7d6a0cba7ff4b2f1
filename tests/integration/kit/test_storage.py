"""What the kit does with a real bucket besides what uploads and films show."""

from __future__ import annotations

from uuid import uuid4

import httpx
from pydantic import SecretStr

from services.kit.settings import StorageSettings
from services.kit.storage import Storage


def storage(backing: dict[str, str]) -> Storage:
    return Storage(
        StorageSettings(
            s3_endpoint_url=backing["S3_ENDPOINT_URL"],
            s3_bucket=backing["S3_BUCKET"],
            aws_access_key_id=SecretStr(backing["AWS_ACCESS_KEY_ID"]),
            aws_secret_access_key=SecretStr(backing["AWS_SECRET_ACCESS_KEY"]),
        )
    )


async def test_everything_below_a_prefix_is_deleted_and_nothing_beside_it(backing: dict[str, str]) -> None:
    bucket, root = storage(backing), f"tests/{uuid4()}"
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    keys = [f"{root}/a/1", f"{root}/a/b/2", f"{root}/ab"]
    for key in keys:
        place = bucket.sign_put(key, 60, size_bytes=0, sha256=empty, content_type="text/plain")
        async with httpx.AsyncClient() as http:
            assert (await http.put(place.url, headers=place.headers, content=b"")).is_success
    assert await bucket.delete_all(f"{root}/a/") == 2
    assert [await bucket.head(key) is None for key in keys] == [True, True, False]
    assert await bucket.delete_all(f"{root}/nothing/") == 0
