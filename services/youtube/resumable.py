"""Google's resumable upload protocol: one session, asked where it stands and sent one chunk at a time.

https://developers.google.com/youtube/v3/guides/using_resumable_upload_protocol. Chunks are multiples of 256 KiB, the last one
apart. 308 with `Range` says what was kept, 308 without it that nothing was.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from services.youtube.youtube_client import Json, Video, YouTube, video_of
from services.youtube.youtube_errors import SessionLost, YouTubeAway, error_of

CHUNK_UNIT = 256 * 1024
VIDEO = "video/mp4"
_RANGE = re.compile(r"(?:bytes=)?0-(\d+)")


@dataclass(frozen=True)
class Kept:
    """The session goes on: so many bytes are with YouTube."""

    offset: int


class Resumable:
    """Upload sessions of one API. Raises what `youtube_errors` names, SessionLost among it.

    `chunk_timeout_s` is for a whole chunk; a connection that moves no byte for `silence_s` is given up before.
    """

    def __init__(self, youtube: YouTube, api_url: str, chunk_timeout_s: float, silence_s: float = 30.0) -> None:
        self._youtube = youtube
        self._host = urlsplit(api_url).netloc
        self._chunk_timeout_s = chunk_timeout_s
        self._silence_s = silence_s

    async def begin(self, token: str, body: Json, size: int) -> str:
        """Begin a session for a video of so many bytes (videos.insert); its address."""
        request = self._youtube.upload_request(body)
        headers = {
            "authorization": f"Bearer {token}",
            "content-type": "application/json; charset=UTF-8",
            "x-upload-content-type": VIDEO,
            "x-upload-content-length": str(size),
        }
        answer = await self._youtube.call(request.method, request.uri, headers, request.body)
        if answer.status_code != 200:
            raise error_of(answer.status_code, answer.headers, answer.content)
        return self._trusted(answer.headers.get("location", ""))

    async def ask(self, token: str, url: str, size: int) -> Kept | Video:
        """Where the session stands; a finished one answers with its video."""
        headers = {"content-range": f"bytes */{size}"}
        return self._read(await self._put(token, url, headers, b""), size)

    async def send(self, token: str, url: str, offset: int, chunk: bytes, size: int) -> Kept | Video:
        """Send the film's bytes from this offset on, once."""
        headers = {"content-range": f"bytes {offset}-{offset + len(chunk) - 1}/{size}", "content-type": VIDEO}
        return self._read(await self._put(token, url, headers, chunk), size)

    async def _put(self, token: str, url: str, headers: dict[str, str], body: bytes) -> httpx.Response:
        sent = headers | {"authorization": f"Bearer {token}", "content-length": str(len(body))}
        try:
            async with asyncio.timeout(self._chunk_timeout_s):
                return await self._youtube.call("PUT", url, sent, _slices(body), self._silence_s)
        except TimeoutError:
            raise YouTubeAway("took too long over a chunk") from None

    def _read(self, answer: httpx.Response, size: int) -> Kept | Video:
        status = answer.status_code
        if status in (200, 201):
            try:
                return video_of(answer.json())
            except (ValueError, KeyError, TypeError):
                raise YouTubeAway("answered an upload with something else than a video") from None
        if status == 308:
            said = answer.headers.get("range", "")
            if not said:
                return Kept(0)
            found = _RANGE.fullmatch(said)
            if found is None or int(found[1]) >= size:
                raise YouTubeAway("answered an upload with a range that can't be")
            return Kept(int(found[1]) + 1)
        if status in (404, 410):
            raise SessionLost(str(status))
        raise error_of(status, answer.headers, answer.content)

    def _trusted(self, url: str) -> str:
        """The session's address. Tokens go there, so it has to be the API's own host, or another of Google's by https."""
        parts = urlsplit(url)
        ours = parts.netloc == self._host
        google = parts.scheme == "https" and (parts.hostname or "").endswith(".googleapis.com")
        if not (ours or google):
            raise YouTubeAway("named no address to upload to")
        return url


async def _slices(body: bytes) -> AsyncIterator[bytes]:
    """The body by pieces: sent whole, the transport would keep a copy of what the network hasn't taken yet."""
    for begin in range(0, len(body), CHUNK_UNIT):
        yield body[begin : begin + CHUNK_UNIT]
