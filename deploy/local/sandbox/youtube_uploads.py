"""Uploads: Google's resumable protocol, and the simple ones (`uploadType=media` and `multipart`).

Source: developers.google.com/youtube/v3/guides/using_resumable_upload_protocol, and for what it leaves open Cloud Storage's
description of the same protocol. A POST with the metadata opens a session; its Location takes PUTs. A chunk is a multiple of
256 KiB unless it is the last one. 308 with `Range: bytes=0-N` says what is kept, without `Range` that nothing is;
`Content-Range: bytes */TOTAL` asks. Whoever sends bytes that are kept already has them passed over; whoever leaves a gap is
refused. Of a chunk that breaks off, whole blocks of 256 KiB are kept. Bytes go straight to disk.
"""

import asyncio
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlencode

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from deploy.local.sandbox.core import Core, Json
from deploy.local.sandbox.front import subject
from deploy.local.sandbox.youtube_api import Call, Door, Media, answer, parsed, read_json
from deploy.local.sandbox.youtube_contract import contract
from deploy.local.sandbox.youtube_errors import GoogleError, bare
from deploy.local.sandbox.youtube_tokens import SERVICE

KIND = "upload"
BLOCK = 256 * 1024
# multipart is read whole, being meant for a few megabytes
MAX_MULTIPART_BYTES = 64 * 1024 * 1024
CONTENT_RANGE = re.compile(r"bytes (?:(?P<asked>\*)|(?P<start>\d+)-(?P<end>\d+))/(?P<total>\*|\d+)")


@dataclass(frozen=True)
class Uploaded:
    """A method that takes bytes: `check` before they come, `finish` once they are there."""

    check: Callable[[Call], None]
    finish: Callable[[Call], Json]


class Uploads:
    """Everything under `/api/upload/`."""

    def __init__(self, core: Core, door: Door, methods: Mapping[str, Uploaded]) -> None:
        self._core = core
        self._store = core.store
        self._door = door
        self._methods = methods
        self._ids = {(contract().methods[id].http_method, contract().methods[id].path): id for id in methods}
        self._locks: dict[str, asyncio.Lock] = {}

    async def serve(self, request: Request) -> Response:
        """The answer to a request for an upload."""
        try:
            self._door.fail_by_order(request)
            if "upload_id" in request.query_params:
                return await self._continue(request, request.query_params["upload_id"])
            id = self._ids.get((request.method, request.path_params["path"]))
            if id is None:
                raise GoogleError("notFound")
            match request.query_params.get("uploadType"):
                case "resumable":
                    return await self._begin(request, id)
                case "multipart":
                    return await self._multipart(request, id)
                case "media":
                    return await self._simple(request, id)
            raise GoogleError("invalid", "uploadType is resumable, multipart or media.", "uploadType")
        except GoogleError as error:
            return error.response()

    # one request

    async def _simple(self, request: Request, id: str) -> Response:
        content_type = request.headers.get("content-type", "")
        self._check_type(id, content_type)
        call = self._admit(request, id, {})
        file = self._new_file()
        with file.open("wb") as target:
            try:
                async for piece in request.stream():
                    target.write(piece)
            except ClientDisconnect:
                self._forget(file)
                raise
        return answer(call, await self._finish(call, file, content_type))

    async def _multipart(self, request: Request, id: str) -> Response:
        if int(request.headers.get("content-length", "0")) > MAX_MULTIPART_BYTES:
            raise GoogleError("uploadTooLarge")
        head = f"Content-Type: {request.headers.get('content-type', '')}\r\n\r\n".encode()
        message = message_from_bytes(head + await request.body(), policy=policy.HTTP)
        pieces = list(message.iter_parts())
        if message.get_content_type() != "multipart/related" or len(pieces) != 2:
            raise GoogleError("badContent", "multipart/related with metadata and media is wanted.")
        metadata, media = pieces
        content = media.get_payload(decode=True)
        if not isinstance(content, bytes):
            raise GoogleError("badContent")
        self._check_type(id, media.get_content_type())
        metadata_bytes = metadata.get_payload(decode=True)
        call = self._admit(request, id, parsed(metadata_bytes if isinstance(metadata_bytes, bytes) else b""))
        file = self._new_file()
        file.write_bytes(content)
        return answer(call, await self._finish(call, file, media.get_content_type()))

    # the resumable protocol

    async def _begin(self, request: Request, id: str) -> Response:
        content_type = request.headers.get("x-upload-content-type", "application/octet-stream")
        length = request.headers.get("x-upload-content-length", "")
        if length and not length.isdecimal():
            raise GoogleError("invalid", "X-Upload-Content-Length is no number.")
        if length == "0":
            raise GoogleError("mediaBodyRequired")
        method = contract().methods[id]
        if method.media and length and int(length) > method.media.max_bytes:
            raise GoogleError("uploadTooLarge")
        self._check_type(id, content_type)
        call = self._admit(request, id, await read_json(request) if method.request else {})
        session: Json = {
            "id": f"A{self._core.token(40)}",
            "method": id,
            "channel_id": call.channel_id,
            "parameters": call.parameters,
            "body": call.body,
            "locked": call.locked,
            "content_type": content_type,
            "total": int(length) if length else None,
            "offset": 0,
            "file": self._new_file().name,
            "state": "open",
            "answer": None,
        }
        self._file(session).touch()
        self._store.put(SERVICE, KIND, session["id"], session)
        query = urlencode([*request.query_params.multi_items(), ("upload_id", session["id"])])
        address = f"{self._core.url}/youtube/api/upload/{request.path_params['path']}?{query}"
        return Response(headers={"Location": address, "X-GUploader-UploadID": session["id"]})

    async def _continue(self, request: Request, id: str) -> Response:
        if request.method != "PUT":
            return bare(405)
        async with self._locks.setdefault(id, asyncio.Lock()):
            session = self._store.get(SERVICE, KIND, id)
            if session and self._core.faults.take(SERVICE, subject(request.scope), {"lost_session"}):
                self._lose(session)
                session["state"] = "lost"
            if session is None or session["state"] == "lost":
                return bare(404)
            call = self._resumed(session)
            if "authorization" in request.headers:
                # the address alone is enough; a token that is sent too has to be good
                self._door.channel(request, call.method)
            if session["state"] == "done":
                return answer(call, session["answer"])
            return await self._put(request, session, call)

    async def _put(self, request: Request, session: Json, call: Call) -> Response:
        asked = request.headers.get("content-range", "")
        given = CONTENT_RANGE.fullmatch(asked) if asked else None
        if asked and given is None:
            raise GoogleError("invalid", f"Content-Range can't be read: {asked}")
        length = request.headers.get("content-length", "")
        total = int(given["total"]) if given and given["total"] != "*" else None
        if given is None:
            total = int(length) if length else session["total"]
        if total is not None and session["total"] not in (None, total):
            raise GoogleError("invalid", f"The upload was announced with {session['total']} bytes, not {total}.")
        if given is None or not given["asked"]:
            start, end = (int(given["start"]), int(given["end"])) if given else (0, (total or 0) - 1)
            self._check_range(session, start, end, total, length)
            await self._take(request, session, start, end)
        if total is not None and session["offset"] == total:
            session["total"] = total
            return answer(call, await self._complete(session, call))
        return _incomplete(session["offset"])

    def _check_range(self, session: Json, start: int, end: int, total: int | None, length: str) -> None:
        size = end - start + 1
        if size < 1 or (length and int(length) != size):
            raise GoogleError("invalid", f"Content-Range is about {size} bytes, Content-Length says {length}.")
        if total is not None and end >= total:
            raise GoogleError("invalid", f"Bytes {start}-{end} are beyond the end of {total}.")
        if (total is None or end + 1 < total) and size % BLOCK:
            raise GoogleError(
                "invalid", f"A chunk is a multiple of {BLOCK} bytes unless it is the last; this has {size}."
            )
        if start > session["offset"]:
            raise RangeGap(session["offset"])

    async def _take(self, request: Request, session: Json, start: int, end: int) -> None:
        """Write a chunk's bytes from the offset on; what was kept before is passed over."""
        short = self._core.faults.take(SERVICE, subject(request.scope), {"short_308"})
        before, arrived = session["offset"], start
        with self._file(session).open("r+b") as file:
            try:
                async for piece in request.stream():
                    arrived = _write(file, piece, arrived, before, end)
            except ClientDisconnect:
                self._keep(session, file, max(before, arrived // BLOCK * BLOCK))
                raise
            if arrived != end + 1:
                raise GoogleError("invalid", f"{arrived - start} bytes came where {end - start + 1} were announced.")
            if short:
                arrived = start + (arrived - start) // 2 // BLOCK * BLOCK
            self._keep(session, file, max(before, arrived))

    def _keep(self, session: Json, file: BinaryIO, offset: int) -> None:
        file.truncate(offset)
        file.flush()
        session["offset"] = offset
        self._store.put(SERVICE, KIND, session["id"], session)

    async def _complete(self, session: Json, call: Call) -> Json:
        resource = await self._finish(call, self._file(session), session["content_type"], session)
        self._locks.pop(session["id"], None)
        return resource

    async def _finish(self, call: Call, file: Path, content_type: str, session: Json | None = None) -> Json:
        """Make what the bytes are for; a session is done in the same breath, so that one upload never makes two."""
        sha256, size = await asyncio.to_thread(_digest, file)
        call = replace(call, now=self._core.now(), media=Media(file, content_type, size, sha256))
        try:
            if size == 0:
                raise GoogleError("mediaBodyRequired")
            with self._store.together():
                resource = self._methods[call.method.id].finish(call)
                if session:
                    self._store.put(SERVICE, KIND, session["id"], session | {"state": "done", "answer": resource})
        except GoogleError:
            self._forget(file)
            if session:
                self._lose(session)
            raise
        return resource

    def _admit(self, request: Request, id: str, body: object) -> Call:
        call = self._door.admit(request, id, body)
        locked = self._core.faults.take(SERVICE, subject(request.scope), {"private_lock"})
        call = replace(call, locked=bool(locked))
        self._methods[id].check(call)
        self._store.next_number(f"youtube.{id}")
        return call

    def _resumed(self, session: Json) -> Call:
        return Call(
            contract().methods[session["method"]],
            session["channel_id"],
            session["parameters"],
            session["body"],
            self._core.now(),
            locked=session["locked"],
        )

    def _lose(self, session: Json) -> None:
        self._store.put(SERVICE, KIND, session["id"], session | {"state": "lost"})
        if session["state"] == "open":
            self._forget(self._file(session))
        self._locks.pop(session["id"], None)

    def _check_type(self, id: str, content_type: str) -> None:
        media = contract().methods[id].media
        if media and not media.takes(content_type):
            raise GoogleError(
                "badContent",
                f"Media type '{content_type}' is not supported. Valid media types: [{', '.join(media.types)}]",
            )

    def _new_file(self) -> Path:
        return self._store.file(SERVICE, f"media-{self._store.next_number('youtube.file')}")

    def _forget(self, file: Path) -> None:
        file.unlink(missing_ok=True)

    def _file(self, session: Json) -> Path:
        return self._store.file(SERVICE, session["file"])


class RangeGap(GoogleError):
    """A chunk that begins after what is kept."""

    def __init__(self, offset: int) -> None:
        super().__init__("invalid", f"Bytes before this chunk are missing: {offset} are kept.")
        self.offset = offset

    def response(self) -> Response:
        """416, with what is kept."""
        refusal = bare(416)
        if self.offset:
            refusal.headers["Range"] = f"bytes=0-{self.offset - 1}"
        return refusal


def _incomplete(offset: int) -> Response:
    headers = {"Content-Length": "0"} | ({"Range": f"bytes=0-{offset - 1}"} if offset else {})
    return Response(status_code=308, headers=headers)


def _write(file: BinaryIO, piece: bytes, at: int, before: int, end: int) -> int:
    """Write `piece`, which begins at `at`, without what lies before `before`; where the next piece begins."""
    if at + len(piece) > end + 1:
        raise GoogleError("invalid", "More bytes came than were announced.")
    new = piece[max(0, before - at) :]
    if new:
        file.seek(at + len(piece) - len(new))
        file.write(new)
    return at + len(piece)


def _digest(file: Path) -> tuple[str, int]:
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest(), source.tell()
