"""The bell and the counters on a real Redis."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from services.gateway.counters import Counters
from services.gateway.live import Hub
from services.kit.bell import Bell
from tests.support.eventually import eventually

NOBODY = "redis://127.0.0.1:1/0"


@pytest.fixture
async def bell(backing: dict[str, str]) -> AsyncIterator[Bell]:
    bell = Bell(backing["REDIS_URL"])
    yield bell
    await bell.stop()


async def test_the_hub_hears_the_bell_and_again_after_its_connection_was_lost(
    backing: dict[str, str], bell: Bell
) -> None:
    hub = Hub(backing["REDIS_URL"])
    await hub.start()
    try:
        await eventually(lambda: hub.up)
        project = secrets.token_hex(8)
        with hub.listen(f"project:{project}") as listener:
            await listener.wait(0)
            bell.ring({"type": "job", "job_id": "j1", "project_id": project})
            assert await listener.wait() == {"j1"}
            async with Redis.from_url(backing["REDIS_URL"]) as redis:
                await redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
            # being back rings for everybody: what rang meanwhile was not heard
            async with asyncio.timeout(5):
                await listener.rung()
            await eventually(lambda: hub.up)
            bell.ring({"type": "job", "job_id": "j2", "project_id": project})
            assert "j2" in await listener.wait()
    finally:
        await hub.stop()


async def test_a_hub_without_redis_is_not_up_and_stops_at_once() -> None:
    hub = Hub(NOBODY)
    await hub.start()
    async with asyncio.timeout(2):
        await hub.stop()
    assert not hub.up


async def test_counters_count_up_and_are_forgotten(backing: dict[str, str]) -> None:
    counters = Counters(backing["REDIS_URL"])
    key = f"test:{secrets.token_hex(8)}"
    assert [await counters.add(key, 30), await counters.add(key, 30)] == [1, 2]
    async with Redis.from_url(backing["REDIS_URL"]) as redis:
        assert 0 < await redis.ttl(key) <= 30
    await counters.stop()


async def test_counters_without_redis_count_nothing() -> None:
    counters = Counters(NOBODY)
    assert await counters.add("key", 30) is None
    await counters.stop()
