"""A sandbox for all tests of it, and somebody with a channel there, who speaks HTTP alone and so can be wrong on purpose."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest

from tests.support import sandbox
from tests.support.sandbox import CREDENTIALS, Sandbox

Json = dict[str, Any]
SCOPES = "https://www.googleapis.com/auth/youtube https://www.googleapis.com/auth/youtube.force-ssl"
VIDEO = {"snippet": {"title": "The Kettle"}, "status": {"privacyStatus": "private"}}
VIDEOS = "/youtube/api/upload/youtube/v3/videos"


class Consent:
    """One way through the sign-in, each step to be taken by itself."""

    def __init__(self, box: Sandbox, **changed: str) -> None:
        self.box = box
        self.verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(self.verifier.encode()).digest()
        self.state = secrets.token_urlsafe(16)
        self.asked = {
            "client_id": CREDENTIALS["GOOGLE_CLIENT_ID"],
            "redirect_uri": f"{box.environ['FILMSTUDIO_URL']}/api/v1/youtube/oauth/callback",
            "response_type": "code",
            "scope": f"openid email {SCOPES}",
            "state": self.state,
            "nonce": secrets.token_urlsafe(16),
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
            "access_type": "offline",
            "login_hint": f"{secrets.token_hex(6)}@example.com",
            **changed,
        }

    @property
    def url(self) -> str:
        """The authorization page."""
        asked = {name: value for name, value in self.asked.items() if value}
        return f"{self.box.environ['GOOGLE_AUTH_URL']}?{urlencode(asked)}"

    async def code(self, choice: str = "") -> str:
        """The code that comes with the redirect once a person has allowed it."""
        return (await self.answered(choice))["code"]

    async def answered(self, choice: str = "") -> dict[str, str]:
        """The redirect's parameters."""
        done = await self.box.act("youtube", "consent", self.url + choice)
        return dict(parse_qsl(urlsplit(done["redirect"]).query))

    async def token(self, code: str, /, **changed: str) -> httpx.Response:
        """The token endpoint's answer to a code."""
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.asked["redirect_uri"],
            "code_verifier": self.verifier,
            "client_id": CREDENTIALS["GOOGLE_CLIENT_ID"],
            "client_secret": CREDENTIALS["GOOGLE_CLIENT_SECRET"],
            **changed,
        }
        return await self.box.http.post("/youtube/token", data=asked)

    async def refresh(self, refresh_token: str, /, **changed: str) -> httpx.Response:
        """The token endpoint's answer to a refresh token."""
        return await self.token("", grant_type="refresh_token", refresh_token=refresh_token, **changed)


class Channel:
    """A channel with a token for it."""

    def __init__(self, box: Sandbox, token: Json) -> None:
        self.box = box
        self.token = token
        self.headers = {"Authorization": f"Bearer {token['access_token']}"}

    async def ask(self, method: str, path: str, body: Json | None = None, **query: Any) -> httpx.Response:
        """The Data API's answer, whatever it is."""
        return await self.box.http.request(
            method, f"/youtube/api/youtube/v3/{path}", params=query, json=body, headers=self.headers
        )

    async def ok(self, method: str, path: str, body: Json | None = None, **query: Any) -> Json:
        """The JSON of an answer that is no refusal."""
        answer = await self.ask(method, path, body, **query)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else {}

    async def begin(
        self, size: int, body: Json | None = None, query: str = "part=snippet,status", **headers: str
    ) -> httpx.Response:
        """The answer to the POST that opens a resumable upload."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        announced = {"X-Upload-Content-Length": str(size), "X-Upload-Content-Type": "video/mp4"} | named
        return await self.box.http.post(
            f"{VIDEOS}?uploadType=resumable&{query}", json=body or VIDEO, headers=self.headers | announced
        )

    async def session(self, size: int, body: Json | None = None) -> Upload:
        """A resumable upload that is open."""
        answer = await self.begin(size, body)
        assert answer.status_code == 200, answer.text
        return Upload(self.box, answer.headers["location"], size)

    async def upload(self, content: bytes = b"a film", body: Json | None = None) -> Json:
        """A video."""
        answer = await (await self.session(len(content), body)).put(0, content)
        assert answer.status_code == 200, answer.text
        video: Json = answer.json()
        return video


class Upload:
    """The PUTs of one session."""

    def __init__(self, box: Sandbox, address: str, total: int) -> None:
        self.http = box.http
        self.address = address
        self.total = total

    async def put(self, start: int, piece: bytes, **headers: str) -> httpx.Response:
        """Send a chunk."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        told = {"Content-Range": f"bytes {start}-{start + len(piece) - 1}/{self.total}"} | named
        return await self.http.put(self.address, content=piece, headers=told)

    async def asked(self) -> httpx.Response:
        """Ask how far it is."""
        return await self.http.put(self.address, headers={"Content-Range": f"bytes */{self.total}"})


Connect = Callable[..., Awaitable[Channel]]


@pytest.fixture(scope="session")
async def shared_box(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sandbox]:
    """One process for all tests; what the day allows is no concern of most of them."""
    generous = {f"SANDBOX_YOUTUBE_{what}": "1000000" for what in ("UNITS", "INSERTS", "CHANNEL_UPLOADS")}
    async with sandbox.running(tmp_path_factory.mktemp("sandbox"), SANDBOX_PROCESSING_S="0", **generous) as running:
        yield running


@pytest.fixture
async def box(shared_box: Sandbox) -> AsyncIterator[Sandbox]:
    """The sandbox, in which nothing goes wrong but by this test's order."""
    await shared_box.clear_faults()
    yield shared_box
    await shared_box.clear_faults()


async def connected(box: Sandbox, choice: str = "", **changed: str) -> Channel:
    """A channel of a new account, connected."""
    consent = Consent(box, **changed)
    answer = await consent.token(await consent.code(choice))
    assert answer.status_code == 200, answer.text
    return Channel(box, answer.json())


@pytest.fixture
async def channel(box: Sandbox) -> Channel:
    """Somebody's channel."""
    return await connected(box)


@pytest.fixture
def consent(box: Sandbox) -> Callable[..., Consent]:
    """A way through the sign-in, with parameters changed."""
    return lambda **changed: Consent(box, **changed)


@pytest.fixture
def connect() -> Connect:
    """Connect a channel in a sandbox of one's own."""
    return connected
