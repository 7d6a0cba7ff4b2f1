"""Redis by its own protocol, and the limits counted there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import pytest

from services.gateway.app import layered
from services.gateway.limits import ANONYMOUS, RENDER, SIGN_IN, USER, policy_for
from services.gateway.live import CHANNEL, Hub
from services.gateway.redis_wire import Connection, RedisAway
from tests.unit.gateway.conftest import make_studio, until
from tests.unit.gateway.fakes import FakeServices


@dataclass
class FakeRedis:
    """AUTH, SELECT, INCR, EXPIRE, SUBSCRIBE, PING."""

    port: int = 0
    counts: dict[bytes, int] = field(default_factory=dict)
    seen: list[list[bytes]] = field(default_factory=list)
    subscribers: list[asyncio.StreamWriter] = field(default_factory=list)
    connections: list[asyncio.StreamWriter] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections.append(writer)
        try:
            while line := await reader.readline():
                parts = []
                for _ in range(int(line[1:])):
                    size = int((await reader.readline())[1:])
                    parts.append((await reader.readexactly(size + 2))[:-2])
                self.seen.append(parts)
                writer.write(self.answer(parts, writer))
        except ConnectionError:
            return
        finally:
            writer.close()

    def answer(self, parts: list[bytes], writer: asyncio.StreamWriter) -> bytes:
        match parts[0]:
            case b"INCR":
                self.counts[parts[1]] = self.counts.get(parts[1], 0) + 1
                return b":%d\r\n" % self.counts[parts[1]]
            case b"EXPIRE":
                return b":1\r\n"
            case b"AUTH" if parts[-1] != b"p@ss":
                return b"-WRONGPASS invalid\r\n"
            case b"AUTH" | b"SELECT":
                return b"+OK\r\n"
            case b"SUBSCRIBE":
                self.subscribers.append(writer)
                return b"*3\r\n$9\r\nsubscribe\r\n$%d\r\n%s\r\n:1\r\n" % (len(parts[1]), parts[1])
            case b"GET":
                return b"$-1\r\n"
            case _:
                return b"-ERR unknown command\r\n"

    def publish(self, text: bytes) -> None:
        channel = CHANNEL.encode()
        for writer in self.subscribers:
            writer.write(
                b"*3\r\n$7\r\nmessage\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n" % (len(channel), channel, len(text), text)
            )

    def drop(self) -> None:
        for writer in self.connections:
            writer.transport.abort()
        self.subscribers.clear()


@pytest.fixture
async def redis() -> AsyncIterator[FakeRedis]:
    fake = FakeRedis()
    server = await asyncio.start_server(fake.serve, "127.0.0.1", 0)
    fake.port = server.sockets[0].getsockname()[1]
    yield fake
    fake.drop()
    server.close()
    await server.wait_closed()


async def test_commands_are_answered_in_order(redis: FakeRedis) -> None:
    connection = Connection(f"redis://:p%40ss@127.0.0.1:{redis.port}/2")
    assert await connection.run(("INCR", "a"), ("GET", "b"), ("INCR", "a")) == [1, None, 2]
    assert redis.seen[:2] == [[b"AUTH", b"p@ss"], [b"SELECT", b"2"]]
    await connection.stop()


async def test_a_refusal_and_a_lost_connection_are_redis_away_and_heal(redis: FakeRedis) -> None:
    connection = Connection(f"redis://127.0.0.1:{redis.port}")
    with pytest.raises(RedisAway):
        await connection.run(("NONSENSE",))
    assert await connection.run(("INCR", "a")) == [1]
    redis.drop()
    with pytest.raises(RedisAway):
        await connection.run(("INCR", "a"))
    assert await connection.run(("INCR", "a")) == [2]
    await connection.stop()


async def test_a_wrong_password_is_redis_away(redis: FakeRedis) -> None:
    with pytest.raises(RedisAway, match="WRONGPASS"):
        await Connection(f"redis://:wrong@127.0.0.1:{redis.port}").run(("INCR", "a"))


async def test_the_hub_hears_rings_and_subscribes_again_after_a_loss(
    redis: FakeRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.gateway.live.AGAIN_AFTER_S", 0.05)
    hub = Hub(f"redis://127.0.0.1:{redis.port}")
    await hub.start()
    await until(lambda: hub.up)
    with hub.listen("project:p1") as listener:
        redis.publish(b"not json")
        redis.publish(b'{"type": "job", "job_id": "j1", "project_id": "p1"}')
        assert await listener.wait() == {"j1"}
        redis.drop()
        # being back rings for everybody: what rang meanwhile was not heard
        async with asyncio.timeout(3):
            await listener.rung()
        redis.publish(b'{"type": "job", "job_id": "j2", "project_id": "p1"}')
        assert await listener.wait() == {"j2"}
    await hub.stop()


@pytest.fixture
async def limited(redis: FakeRedis) -> AsyncIterator[httpx.AsyncClient]:
    counters = Connection(f"redis://127.0.0.1:{redis.port}/0")
    app = layered(make_studio(FakeServices()), counters)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://studio.example") as http:
        yield http
    await counters.stop()


async def test_beyond_the_quota_requests_are_refused_with_a_time_to_come_back(limited: httpx.AsyncClient) -> None:
    for _ in range(SIGN_IN.quota):
        answer = await limited.post("/api/v1/auth/login", json={})
        assert answer.status_code == 422
    assert answer.headers["ratelimit-policy"] == f'"sign-in";q={SIGN_IN.quota};w={SIGN_IN.window_s}'
    assert answer.headers["ratelimit"].startswith('"sign-in";r=0;t=')
    refused = await limited.post("/api/v1/auth/login", json={})
    assert (refused.status_code, refused.json()["code"]) == (429, "RATE_LIMITED")
    assert 0 < int(refused.headers["retry-after"]) <= SIGN_IN.window_s
    assert (await limited.get("/health")).status_code == 200


async def test_while_redis_is_away_everybody_passes(redis: FakeRedis, limited: httpx.AsyncClient) -> None:
    redis.answer = lambda _parts, _writer: b"-LOADING\r\n"  # type: ignore[method-assign]
    for _ in range(SIGN_IN.quota + 5):
        answer = await limited.post("/api/v1/auth/login", json={})
        assert answer.status_code == 422
    assert "ratelimit" not in answer.headers
    assert len(redis.seen) <= 4


def test_each_request_falls_under_one_policy() -> None:
    assert policy_for("/api/v1/auth/login", "POST", signed_in=False) is SIGN_IN
    assert policy_for("/api/v1/projects", "GET", signed_in=False) is ANONYMOUS
    assert policy_for("/api/v1/projects", "GET", signed_in=True) is USER
    assert policy_for("/api/v1/generate/video", "POST", signed_in=True) is RENDER
    assert policy_for("/ready", "GET", signed_in=False) is None
