"""YouTube over a real PostgreSQL, with the sandbox's Google behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID, uuid4

import httpx
import pytest
from filmstudio.youtube.v1 import events_pb2
from sqlalchemy import select, text

from services.kit.db import Database
from services.kit.tables import OutboxRow
from services.youtube.access import Access
from services.youtube.calls import Calls
from services.youtube.connection_models import Connection, Tokens
from services.youtube.connections import Connections, Google
from services.youtube.google_oauth import GoogleOAuth, OAuthClient
from services.youtube.playlists import Playlists
from services.youtube.quota import Limits
from services.youtube.quota_book import QuotaBook
from services.youtube.revocations import Revocations
from services.youtube.vault import Vault, make_key
from services.youtube.youtube_client import YouTube
from tests.support import sandbox
from tests.support.databases import fresh_database
from tests.support.sandbox import Sandbox

STUDIO_URL = "http://127.0.0.1:9"
STATE_LIVES = timedelta(minutes=10)
LEASE = timedelta(seconds=15)
# units that playlists leave for uploads
KEPT = 1_000


class Clock:
    """The time, as the test wants it."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


def oauth_client(box: Sandbox) -> OAuthClient:
    """The studio's OAuth client at the sandbox."""
    told = box.environ
    return OAuthClient(
        client_id=told["GOOGLE_CLIENT_ID"],
        client_secret=told["GOOGLE_CLIENT_SECRET"],
        redirect_uri=f"{STUDIO_URL}/api/v1/youtube/oauth/callback",
        auth_url=told["GOOGLE_AUTH_URL"],
        token_url=told["GOOGLE_TOKEN_URL"],
        revoke_url=told["GOOGLE_REVOKE_URL"],
        jwks_url=told["GOOGLE_JWKS_URL"],
        issuer=told["GOOGLE_ISSUER"],
    )


@dataclass
class House:
    """Connections wired up, and ways to make what tests need."""

    box: Sandbox
    database: Database
    keys: Path
    google: Google
    youtube: YouTube
    connections: Connections
    access: Access
    revocations: Revocations
    playlists: Playlists
    clock: Clock
    # every request to Google and YouTube: "POST /youtube/token"
    asked: list[str]
    user: str = field(default_factory=lambda: str(uuid4()))

    async def consent(self, user: str | None = None, *, channel: int = 1, account: str = "") -> dict[str, str]:
        """What Google's redirect says after a user has begun to connect and allowed it: `state` and `code`."""
        url, _ = await self.connections.start(user or self.user)
        if account:
            url = f"{url}&login_hint={account}"
        return await self.decide(f"{url}#channel={channel}")

    async def decide(self, page: str) -> dict[str, str]:
        """What Google's redirect says after a decision on its page."""
        redirect = (await self.box.act("youtube", "consent", page))["redirect"]
        return dict(parse_qsl(urlsplit(redirect).query))

    async def connect(self, user: str | None = None, *, channel: int = 1, account: str = "") -> Connection:
        """A connected channel; its Google account is the user's alone unless another is named."""
        back = await self.consent(user, channel=channel, account=account or f"{user or self.user}@example.com")
        return await self.connections.complete(back["state"], back["code"], "")

    def another_process(self, oauth: Any = None, lease: timedelta = LEASE, vault: Vault | None = None) -> Access:
        """An Access that knows nothing of this process's own refreshes."""
        return Access(
            self.database.work, oauth or self.google.oauth, vault or self.google.vault,
            refresh_before=timedelta(seconds=60), lease=lease, now=self.clock,
        )  # fmt: skip

    async def row(self, connection_id: UUID) -> Connection | None:
        """The connection as it is kept."""
        async with self.database.work() as work:
            return await work.session.get(Connection, connection_id)

    async def tokens(self, connection_id: UUID) -> Tokens:
        """What is sealed in the connection's row."""
        row = await self.row(connection_id)
        sealed = row.sealed_tokens() if row else None
        assert row, sealed
        assert sealed
        return Tokens.of(self.google.vault.open(row.owner, sealed))

    async def facts(self, connection_id: UUID) -> list[tuple[str, Any]]:
        """What was told of a connection, in order: the facts' names and the connections in them."""
        query = select(OutboxRow).where(OutboxRow.aggregate_id == str(connection_id)).order_by(OutboxRow.aggregate_seq)
        async with self.database.work() as work:
            rows = (await work.session.scalars(query)).all()
        names = [str(row.headers["ce_type"]).rpartition(".")[2] for row in rows]
        return [
            (name, getattr(events_pb2, name).FromString(row.payload).connection)
            for name, row in zip(names, rows, strict=True)
        ]

    async def sql(self, statement: str, **values: object) -> list[Any]:
        """Run SQL in the service's own role."""
        async with self.database.work() as work:
            result = await work.session.execute(text(statement), values)
            return list(result.all()) if result.returns_rows else []

    def times(self, request: str) -> int:
        """How often this was asked of the world outside."""
        return self.asked.count(request)


@pytest.fixture(scope="session")
async def youtube_url(backing: dict[str, str]) -> AsyncIterator[str]:
    """The folder's database, with the schema of youtube alone."""
    async with fresh_database(backing["DATABASE_URL"], ["youtube"]) as url:
        yield url


@pytest.fixture(scope="session")
async def the_box(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sandbox]:
    """The folder's sandbox."""
    async with sandbox.running(tmp_path_factory.mktemp("sandbox"), webhook_target=STUDIO_URL) as box:
        yield box


@pytest.fixture
async def box(the_box: Sandbox) -> AsyncIterator[Sandbox]:
    """The sandbox, in order again after the test."""
    yield the_box
    await the_box.clear_faults()


@pytest.fixture
async def house(youtube_url: str, box: Sandbox, tmp_path: Path) -> AsyncIterator[House]:
    keys = tmp_path / "keys"
    make_key(keys)
    database, clock, asked = Database("youtube", youtube_url, 4), Clock(), list[str]()
    youtube = YouTube(box.environ["YOUTUBE_API_URL"], 10)

    async def note(request: httpx.Request) -> None:
        asked.append(f"{request.method} {request.url.path}")

    youtube.http.event_hooks["request"] = [note]
    google = Google(GoogleOAuth(oauth_client(box), youtube.http, 10, now=clock), Vault(keys), youtube)
    connections = Connections(database.work, google, STATE_LIVES, now=clock)
    access = Access(
        database.work, google.oauth, google.vault, refresh_before=timedelta(seconds=60), lease=LEASE, now=clock
    )
    revocations = Revocations(
        database.work, google.oauth, google.vault,
        every=timedelta(minutes=1), tried_for=timedelta(days=1), now=clock,
    )  # fmt: skip
    limits = Limits(inserts=100, units=10_000, channel=100, kept_for_uploads=KEPT, statistics=100)
    calls = Calls(access, QuotaBook(database.work, limits, 0, 86_400, now=clock))
    playlists = Playlists(database.work, connections, calls, youtube, KEPT)
    yield House(box, database, keys, google, youtube, connections, access, revocations, playlists, clock, asked)
    # what is still to be given back is this test's own, and so is what it used of the day
    async with database.work() as work:
        for table in ("revocations", "quota_uses", "quota_closings"):
            await work.session.execute(text(f"DELETE FROM {table}"))
    await youtube.stop()
    await database.stop()
