"""Files in and out by signed addresses: what comes in is what the order says, what goes out is what was measured."""

from __future__ import annotations

import asyncio
import hashlib
import os
import stat
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from filmstudio.ai_jobs.v1 import steps_pb2, worker_pb2

from services.kit.errors import DependencyAway
from services.render_worker.cache import Cache, sha256_of
from services.render_worker.engines.base import StepFailed

_CHUNK_BYTES = 256 << 10
_TIMEOUT = httpx.Timeout(10.0, connect=3.0)
# at once, for one step
_AT_ONCE = 4


class AddressExpired(Exception):
    """Storage refuses a signed address; a fresh one may do."""


@dataclass(frozen=True)
class Measured:
    """An output as it lies on disk: hashed and weighed by the worker, not by the engine."""

    path: Path
    output: steps_pb2.StepOutput


class Transfers:
    """Downloads through the cache, uploads from disk. DependencyAway when storage is."""

    def __init__(self, cache: Cache, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._cache = cache
        # no proxy from the environment: storage is reached as the address says
        self._http = httpx.AsyncClient(timeout=_TIMEOUT, transport=transport, trust_env=False)
        self._locks: dict[str, asyncio.Lock] = {}

    async def start(self) -> None:
        """Nothing to do: connections open with the first transfer."""

    async def stop(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def fetch(self, inputs: Iterable[steps_pb2.StepInput], folder: Path) -> dict[str, Path]:
        """The inputs as local files by name. StepFailed INPUT_UNAVAILABLE (gone, refused, or not what the order says)."""
        places = asyncio.Semaphore(_AT_ONCE)

        async def one(number: int, given: steps_pb2.StepInput) -> tuple[str, Path]:
            target = folder / f"input-{number:04d}"
            async with places, self._locks.setdefault(given.sha256, asyncio.Lock()):
                if not await asyncio.to_thread(self._cache.give, given.sha256, target):
                    await self._download(given, target)
            return given.name, target

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(one(number, given)) for number, given in enumerate(inputs)]
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None
        self._locks = {sha256: lock for sha256, lock in self._locks.items() if lock.locked()}
        return dict(task.result() for task in tasks)

    async def _download(self, given: steps_pb2.StepInput, target: Path) -> None:
        draft = self._cache.draft(uuid4().hex)
        try:
            await self._stream(given, draft)
            os.link(draft, target)
            await asyncio.to_thread(self._cache.keep, draft, given.sha256)
        except httpx.TransportError as error:
            raise DependencyAway("s3", repr(error)) from error
        finally:
            draft.unlink(missing_ok=True)

    async def _stream(self, given: steps_pb2.StepInput, draft: Path) -> None:
        digest, size = hashlib.sha256(), 0
        async with self._http.stream("GET", given.url) as answer:
            if answer.status_code >= 500:
                raise DependencyAway("s3", f"status {answer.status_code}")
            if answer.status_code != 200:
                raise _unavailable(given, f"storage answers {answer.status_code}")
            with draft.open("wb") as file:
                async for chunk in answer.aiter_raw(_CHUNK_BYTES):
                    size += len(chunk)
                    if size > given.size_bytes:
                        break
                    digest.update(chunk)
                    file.write(chunk)
        if size != given.size_bytes or digest.hexdigest() != given.sha256:
            raise _unavailable(given, "it is not the file that the order describes")

    async def measure(self, described: Iterable[Mapping[str, Any]], folder: Path) -> list[Measured]:
        """Hash the outputs; StepFailed OUTPUT_INVALID for one that is no plain file in the folder. They enter the cache."""
        return [await asyncio.to_thread(self._measure, output, folder) for output in described]

    def _measure(self, described: Mapping[str, Any], folder: Path) -> Measured:
        try:
            path = Path(described["path"])
            # an engine that was taken over must not make us upload files of our own
            inside = path.resolve(strict=True).is_relative_to(folder.resolve())
            if not (inside and stat.S_ISREG(path.lstat().st_mode)):
                raise ValueError("not a file in the step's folder")
            sha256 = sha256_of(path)
            output = steps_pb2.StepOutput(
                name=described["name"],
                content_type=described["content_type"],
                size_bytes=path.stat().st_size,
                sha256=sha256,
                duration_s=described["duration_s"],
                width=described["width"],
                height=described["height"],
                language=described["language"],
            )
        except (OSError, KeyError, ValueError, TypeError) as error:
            raise StepFailed(
                "OUTPUT_INVALID", f"the engine's output can't be taken: {error!r}", retryable=True
            ) from None
        self._cache.keep(path, sha256)
        return Measured(path, output)

    async def upload(self, measured: Measured, upload: worker_pb2.GetUploadUrlsResponse.Upload) -> None:
        """Put the file where the address says, with its headers exactly. AddressExpired; StepFailed UPLOAD_REFUSED."""

        async def body() -> AsyncIterator[bytes]:
            with measured.path.open("rb") as file:
                while chunk := file.read(_CHUNK_BYTES):
                    yield chunk

        try:
            answer = await self._http.put(upload.url, content=body(), headers=dict(upload.headers))
        except httpx.TransportError as error:
            raise DependencyAway("s3", repr(error)) from error
        # 412: it is there already, written under this very fence by an upload whose answer was lost
        if answer.is_success or answer.status_code == 412:
            return
        if answer.status_code >= 500 or answer.status_code == 429:
            raise DependencyAway("s3", f"status {answer.status_code}")
        if answer.status_code in (401, 403):
            raise AddressExpired(answer.text[:200])
        message = f"storage refuses {measured.output.name}: {answer.status_code} {answer.text[:200]}"
        raise StepFailed("UPLOAD_REFUSED", message, retryable=True)


def _unavailable(given: steps_pb2.StepInput, why: str) -> StepFailed:
    return StepFailed("INPUT_UNAVAILABLE", f"the input {given.name!r} can't be had: {why}", retryable=True)
