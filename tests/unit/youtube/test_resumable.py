"""The upload protocol, as YouTube's documentation has it."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import pytest

from services.youtube.resumable import CHUNK_UNIT, Kept, Resumable
from services.youtube.youtube_client import Video, YouTube
from services.youtube.youtube_errors import Refused, SessionLost, Unauthorized, YouTubeAway

API = "https://youtube.googleapis.com/"
SESSION = f"{API}upload/youtube/v3/videos?uploadType=resumable&upload_id=secret"
SIZE = 3 * CHUNK_UNIT + 5
VIDEO = {"id": "v1", "status": {"uploadStatus": "uploaded", "privacyStatus": "private"}, "snippet": {"tags": ["a"]}}


class Wire:
    """What was sent, and what is answered."""

    def __init__(self, answer: Callable[[httpx.Request], httpx.Response]) -> None:
        self.requests: list[httpx.Request] = []
        self.youtube = YouTube(API, 5)
        self.youtube.http = httpx.AsyncClient(transport=httpx.MockTransport(self._serve))
        self._answer = answer
        self.sessions = Resumable(self.youtube, API, chunk_timeout_s=5)

    async def _serve(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.requests.append(request)
        return self._answer(request)


def answering(status: int, body: object = None, **headers: str) -> Wire:
    content = b"" if body is None else json.dumps(body).encode()
    return Wire(lambda _: httpx.Response(status, content=content, headers=headers))


async def test_a_session_is_begun_with_the_films_size_and_type() -> None:
    wire = answering(200, location=SESSION)
    assert await wire.sessions.begin("token", {"snippet": {"title": "Sailor"}}, SIZE) == SESSION
    (request,) = wire.requests
    assert (request.method, request.url.path) == ("POST", "/upload/youtube/v3/videos")
    assert dict(request.url.params) == {"part": "snippet,status", "alt": "json", "uploadType": "resumable"}
    assert request.headers["x-upload-content-length"] == str(SIZE)
    assert request.headers["x-upload-content-type"] == "video/mp4"
    assert request.headers["authorization"] == "Bearer token"
    assert json.loads(request.content) == {"snippet": {"title": "Sailor"}}


@pytest.mark.parametrize("location", ["", "https://evil.example/x", "http://youtube.googleapis.com.evil.example/"])
async def test_a_token_goes_to_google_alone(location: str) -> None:
    with pytest.raises(YouTubeAway):
        await answering(200, location=location).sessions.begin("token", {}, SIZE)


async def test_another_host_of_googles_may_take_the_film() -> None:
    elsewhere = "https://www.googleapis.com/upload/x?upload_id=1"
    assert await answering(200, location=elsewhere).sessions.begin("token", {}, SIZE) == elsewhere


async def test_a_chunk_says_where_it_belongs_and_how_long_it_is() -> None:
    wire = answering(308, range=f"bytes=0-{2 * CHUNK_UNIT - 1}")
    chunk = bytes(range(256)) * 1024
    assert await wire.sessions.send("token", SESSION, CHUNK_UNIT, chunk, SIZE) == Kept(2 * CHUNK_UNIT)
    (request,) = wire.requests
    assert request.method == "PUT"
    assert request.headers["content-range"] == f"bytes {CHUNK_UNIT}-{2 * CHUNK_UNIT - 1}/{SIZE}"
    assert request.headers["content-length"] == str(CHUNK_UNIT)
    assert "transfer-encoding" not in request.headers
    assert request.content == chunk


async def test_a_session_is_asked_without_a_byte() -> None:
    wire = answering(308)
    assert await wire.sessions.ask("token", SESSION, SIZE) == Kept(0)
    (request,) = wire.requests
    assert request.headers["content-range"] == f"bytes */{SIZE}"
    assert (request.headers["content-length"], request.content) == ("0", b"")


@pytest.mark.parametrize("status", [200, 201])
async def test_a_finished_session_answers_with_its_video(status: int) -> None:
    found = await answering(status, VIDEO).sessions.ask("token", SESSION, SIZE)
    assert isinstance(found, Video)
    assert (found.id, found.tags, found.upload_status) == ("v1", ("a",), "uploaded")


@pytest.mark.parametrize("status", [404, 410])
async def test_a_session_can_be_lost(status: int) -> None:
    with pytest.raises(SessionLost):
        await answering(status).sessions.ask("token", SESSION, SIZE)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(503, YouTubeAway), (500, YouTubeAway), (429, YouTubeAway), (401, Unauthorized), (416, Refused)],
)
async def test_what_else_it_answers_is_sorted(status: int, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        await answering(status).sessions.send("token", SESSION, 0, b"x", SIZE)


@pytest.mark.parametrize("said", ["bytes=5-9", "bytes=0-", f"bytes=0-{SIZE}", "lines=0-9"])
async def test_a_range_that_can_not_be_is_not_believed(said: str) -> None:
    with pytest.raises(YouTubeAway):
        await answering(308, range=said).sessions.ask("token", SESSION, SIZE)


async def test_a_video_that_can_not_be_read_is_asked_for_again() -> None:
    with pytest.raises(YouTubeAway):
        await answering(200, {"kind": "something"}).sessions.ask("token", SESSION, SIZE)


async def test_a_broken_connection_is_told_without_the_sessions_address() -> None:
    def breaks(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError(f"cut at {request.url}")

    with pytest.raises(YouTubeAway) as away:
        await Wire(breaks).sessions.send("token", SESSION, 0, b"x", SIZE)
    assert "secret" not in str(away.value)


async def test_nothing_is_sent_twice_when_a_connection_breaks() -> None:
    count = 0

    def breaks(_: httpx.Request) -> httpx.Response:
        nonlocal count
        count += 1
        raise httpx.RemoteProtocolError("closed without an answer")

    with pytest.raises(YouTubeAway):
        await Wire(breaks).sessions.begin("token", {}, SIZE)
    assert count == 1


async def test_a_parameter_that_the_api_does_not_know_is_not_sent() -> None:
    wire = answering(200, {})
    with pytest.raises(TypeError, match="unexpected keyword"):
        wire.youtube._api.videos().list(part="id", ids="v1")
