"""The service as a process: its door, facts in and out, and that it tells nobody a token."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import asyncpg
import grpc
import pytest
from filmstudio.users.v1.events_pb2 import UserDeleted
from filmstudio.youtube.v1 import youtube_pb2 as pb
from filmstudio.youtube.v1 import youtube_pb2_grpc

from deploy.local.ports import pick_free
from services.kit.errors import DependencyAway, RemoteError
from services.kit.identity import acting_for
from services.kit.rpc import Client
from services.youtube.rpc import CALLERS
from services.youtube.vault import make_key
from tests.integration.youtube.conftest import STUDIO_URL
from tests.support import sandbox
from tests.support.databases import fresh_database
from tests.support.eventually import eventually_async
from tests.support.kafka import Broker, headers_of
from tests.support.sandbox import CREDENTIALS, Sandbox

SERVICES = ("gateway", "ai_jobs", "render_worker")


@dataclass
class Running:
    """The process, and the ways to it."""

    box: Sandbox
    database_url: str
    log: Path
    environment: dict[str, str]
    stubs: dict[str, Any]
    # which Google gave, all of them used
    codes: list[str] = field(default_factory=list)

    @property
    def gateway(self) -> Any:
        """The RPCs, called by the gateway."""
        return self.stubs["gateway"]

    async def connect(self, user: str) -> pb.Connection:
        """A connected channel of a Google account that is the user's alone."""
        with acting_for(user):
            started = await self.gateway.StartConnection(pb.StartConnectionRequest())
        page = f"{started.authorization_url}&login_hint={user}@example.com"
        redirect = (await self.box.act("youtube", "consent", page))["redirect"]
        back = dict(parse_qsl(urlsplit(redirect).query))
        assert back["state"] == started.state
        self.codes.append(back["code"])
        # as a browser: nobody's token
        done = await self.gateway.CompleteConnection(
            pb.CompleteConnectionRequest(state=back["state"], code=back["code"])
        )
        return done.connection  # type: ignore[no-any-return]

    async def sql(self, statement: str, *values: object) -> list[Any]:
        """What the database has."""
        connection = await asyncpg.connect(self.database_url)
        try:
            return list(await connection.fetch(statement, *values))
        finally:
            await connection.close()


@pytest.fixture(scope="module")
async def running(
    backing: dict[str, str], kafka_servers: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Running]:
    folder = tmp_path_factory.mktemp("youtube")
    hashes = {name: hashlib.sha256(name.encode()).hexdigest() for name in SERVICES}
    (folder / "callers.json").write_text(json.dumps(hashes))
    (folder / "token").write_text("youtube")
    make_key(folder / "keys")
    address = f"127.0.0.1:{pick_free(1)[0]}"
    async with (
        fresh_database(backing["DATABASE_URL"], ["youtube"]) as url,
        sandbox.running(folder / "sandbox", webhook_target=STUDIO_URL) as box,
    ):
        environment = {
            **os.environ,
            **box.environ,
            "DATABASE_URL": url,
            "REDIS_URL": backing["REDIS_URL"],
            "KAFKA_BOOTSTRAP_SERVERS": kafka_servers,
            "FILMSTUDIO_URL": STUDIO_URL,
            "YOUTUBE_GRPC_ADDRESS": address,
            "AI_JOBS_GRPC_ADDRESS": "127.0.0.1:9",
            "YOUTUBE_TOKEN_KEYS_DIR": str(folder / "keys"),
            "SERVICE_CALLERS_FILE": str(folder / "callers.json"),
            "SERVICE_TOKEN_FILE": str(folder / "token"),
            "LOG_LEVEL": "DEBUG",
        }
        with (folder / "log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "services.youtube", env=environment, stdout=log, stderr=log
            )
            clients = {name: Client(address, "youtube", name) for name in SERVICES}
            await eventually_async(lambda: _answers(clients["gateway"], process), 30, "the service")
            stubs = {name: client.stub(youtube_pb2_grpc.YouTubeServiceStub) for name, client in clients.items()}
            yield Running(box, url, folder / "log", environment, stubs)
            for client in clients.values():
                await client.stop()
            process.terminate()
            assert await asyncio.wait_for(process.wait(), 20) == 0


async def _answers(client: Client, process: asyncio.subprocess.Process) -> bool:
    assert process.returncode is None, "the service has ended"
    try:
        await client.ping()
    except DependencyAway:
        return False
    return True


async def test_a_channel_is_connected_shown_and_disconnected(running: Running) -> None:
    user = str(uuid4())
    connection = await running.connect(user)

    with acting_for(user):
        listed = await running.gateway.ListConnections(pb.ListConnectionsRequest())
        shown = await running.gateway.GetConnection(pb.GetConnectionRequest(connection_id=connection.id))
        playlists = await running.gateway.ListPlaylists(pb.ListPlaylistsRequest(connection_id=connection.id))
        await running.gateway.DeleteConnection(
            pb.DeleteConnectionRequest(connection_id=connection.id, if_match=connection.etag)
        )
        after = await running.gateway.ListConnections(pb.ListConnectionsRequest())

    assert connection.state == pb.Connection.STATE_ACTIVE
    assert list(listed.connections) == [shown.connection] == [connection]
    assert list(playlists.playlists) == []
    assert list(after.connections) == []

    async def given_back() -> bool:
        return not await running.sql("SELECT 1 FROM youtube.revocations")

    await eventually_async(given_back, what="the grant's return")


async def test_what_happens_to_a_connection_is_published(running: Running) -> None:
    connection = await running.connect(str(uuid4()))

    async def published() -> bool:
        rows = await running.sql(
            "SELECT topic FROM youtube.outbox WHERE aggregate_id = $1 AND published_at IS NOT NULL", connection.id
        )
        return [row["topic"] for row in rows] == ["youtube.connections.v1"]

    await eventually_async(published, what="the fact")


async def test_a_deleted_user_is_forgotten(running: Running, broker: Broker) -> None:
    user = str(uuid4())
    connection = await running.connect(user)
    deleted = UserDeleted(user_id=user)
    broker.send("users.users.v1", user, deleted.SerializeToString(), headers_of(deleted, user))

    async def forgotten() -> bool:
        return not await running.sql("SELECT 1 FROM youtube.connections WHERE user_id = $1", user)

    await eventually_async(forgotten, 30, "the erasure")
    with acting_for(user), pytest.raises(RemoteError) as refused:
        await running.gateway.GetConnection(pb.GetConnectionRequest(connection_id=connection.id))
    assert refused.value.code is grpc.StatusCode.NOT_FOUND


async def test_each_refusal_has_its_code_and_reason(running: Running) -> None:
    user = str(uuid4())
    connection = await running.connect(user)
    with acting_for(user):
        started = await running.gateway.StartConnection(pb.StartConnectionRequest())

    async def refusal(call: Any, as_user: str) -> tuple[grpc.StatusCode, str]:
        with acting_for(as_user), pytest.raises(RemoteError) as refused:
            await call
        return refused.value.code, refused.value.reason

    by_id = pb.GetConnectionRequest(connection_id=connection.id)
    complete = running.gateway.CompleteConnection
    assert await refusal(running.gateway.GetConnection(by_id), str(uuid4())) == (
        grpc.StatusCode.NOT_FOUND,
        "NOT_FOUND",
    )
    assert await refusal(
        running.gateway.DeleteConnection(pb.DeleteConnectionRequest(connection_id=connection.id, if_match='"7"')), user
    ) == (grpc.StatusCode.ABORTED, "ETAG_MISMATCH")
    assert await refusal(complete(pb.CompleteConnectionRequest(state="made up", code="x")), "") == (
        grpc.StatusCode.INVALID_ARGUMENT,
        "OAUTH_STATE_INVALID",
    )
    assert await refusal(complete(pb.CompleteConnectionRequest(state=started.state, error="access_denied")), "") == (
        grpc.StatusCode.FAILED_PRECONDITION,
        "OAUTH_REFUSED",
    )
    assert await refusal(running.gateway.StartConnection(pb.StartConnectionRequest()), "") == (
        grpc.StatusCode.PERMISSION_DENIED,
        "FORBIDDEN",
    )


@pytest.mark.parametrize("method", sorted(CALLERS))
async def test_only_the_gateway_may_call(running: Running, method: str) -> None:
    request = getattr(pb, f"{method}Request")()
    for service in ("ai_jobs", "render_worker"):
        with acting_for(str(uuid4())), pytest.raises(RemoteError) as refused:
            await getattr(running.stubs[service], method)(request)
        assert refused.value.reason == "CALLER_NOT_ALLOWED"


async def test_no_token_is_in_the_log_the_database_or_a_fact(running: Running) -> None:
    user = str(uuid4())
    connection = await running.connect(user)
    for fault in ("status:503", "error:invalid_client", "error:invalid_grant"):
        # a refused token makes it ask for another, which goes wrong in each way
        await running.box.fault("youtube", "GET */youtube/v3/playlists*", "status:401")
        await running.box.fault("youtube", "POST /token", fault)
        with acting_for(user), pytest.raises((RemoteError, DependencyAway)):
            await running.gateway.ListPlaylists(pb.ListPlaylistsRequest(connection_id=connection.id))
    await running.box.clear_faults()
    with acting_for(user):
        shown = await running.gateway.GetConnection(pb.GetConnectionRequest(connection_id=connection.id))
    assert shown.connection.state == pb.Connection.STATE_RECONNECT_NEEDED

    tables = await running.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'youtube'")
    rows = [await running.sql(f"SELECT * FROM youtube.{table['tablename']}") for table in tables]
    kept = repr(rows)
    log = running.log.read_text()
    assert "channel connected" in log
    assert "Google refuses this installation's OAuth client" in log
    assert connection.id in kept
    # as the sandbox's Google begins access tokens and refresh tokens
    for canary in ("ya29.", "1//", CREDENTIALS["GOOGLE_CLIENT_SECRET"], *running.codes):
        assert canary not in kept, canary
        assert canary not in log, canary


async def test_without_keys_it_says_what_to_do_and_does_not_start(running: Running, tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.youtube",
        env={**running.environment, "YOUTUBE_TOKEN_KEYS_DIR": str(tmp_path)},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await asyncio.wait_for(process.communicate(), 30)

    assert process.returncode != 0
    assert "python -m services.youtube.keys new" in output.decode()
