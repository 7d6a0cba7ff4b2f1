"""The relay on real PostgreSQL and Kafka: nothing lost, nothing out of order, whatever happens to its connection."""

import asyncio
import random
import secrets
from collections import defaultdict
from datetime import timedelta

import asyncpg
import confluent_kafka
import pytest
from filmstudio.users.v1 import events_pb2, users_pb2
from prometheus_client import REGISTRY
from sqlalchemy import text

from services.kit import outbox, relay
from services.kit.db import Database
from services.kit.facts import Fact
from services.kit.kafka import headers_of, text_headers
from tests.integration.kit.conftest import SERVICE, Parts
from tests.support.eventually import eventually_async
from tests.support.kafka import Broker


def fact(topic: str, user_id: str, tier: str = "free") -> Fact:
    account = events_pb2.Account(user_id=user_id, subscription_tier=tier, role=users_pb2.ROLE_FREE_USER)
    return Fact(topic, "user", user_id, events_pb2.UserRegistered(account=account))


async def publish(database: Database, *facts: Fact) -> None:
    async with database.work() as work:
        work.save(*facts)


def sequences(messages: list[confluent_kafka.Message]) -> dict[str, list[int]]:
    """Of each aggregate the sequences as they arrived; a repeat of what was there already is left out."""
    found: dict[str, list[int]] = defaultdict(list)
    for message in messages:
        headers = text_headers(headers_of(message))
        sequence = int(headers["ce_sequence"])
        if sequence not in found[headers["ce_subject"]]:
            found[headers["ce_subject"]].append(sequence)
    return found


async def unpublished(database: Database) -> int:
    async with database.work() as work:
        return (await work.session.execute(text("SELECT count(*) FROM outbox WHERE published_at IS NULL"))).scalar_one()


async def all_published(database: Database, within_s: float = 20) -> None:
    async def nothing_left() -> bool:
        return await unpublished(database) == 0

    await eventually_async(nothing_left, within_s, "publishing everything")


async def write_slowly(database: Database, topic: str, writer: int, transactions: int) -> None:
    """Transactions that take their ids and hold them for a while, so that ids and commits are in different orders."""
    chance = random.Random(writer)
    for _ in range(transactions):
        users = sorted(chance.sample(range(30), 2))
        async with database.work() as work:
            await outbox.write(
                work.session, SERVICE, [fact(topic, f"own-{writer}"), *(fact(topic, f"u{n}") for n in users)]
            )
            await asyncio.sleep(chance.uniform(0, 0.02))


async def test_nothing_is_lost_or_out_of_order_with_eight_writers_whose_ids_and_commits_cross(
    database: Database, parts: Parts, broker: Broker, topic: str
) -> None:
    await parts.relay(database)

    await asyncio.gather(*(write_slowly(database, topic, writer, 40) for writer in range(8)))
    await all_published(database)

    found = sequences(await broker.read(topic, 8 * 40 * 3))
    assert sum(map(len, found.values())) == 8 * 40 * 3
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in found.values())


async def test_losing_the_connection_that_holds_the_locks_loses_nothing_and_keeps_the_order(
    database: Database, parts: Parts, broker: Broker, topic: str, kit_database_url: str
) -> None:
    await parts.relay(database)
    admin = await asyncpg.connect(kit_database_url)
    killed = 0

    async def kill_now_and_then() -> None:
        nonlocal killed
        while True:
            await asyncio.sleep(0.3)
            killed += await admin.fetchval(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = $1",
                f"{SERVICE}-relay",
            )

    killing = asyncio.create_task(kill_now_and_then())
    await asyncio.gather(*(write_slowly(database, topic, writer, 60) for writer in range(8)))
    killing.cancel()
    await asyncio.gather(killing, return_exceptions=True)
    await admin.close()
    await all_published(database)

    found = sequences(await broker.read(topic, 8 * 60 * 3))
    assert killed >= 2
    assert sum(map(len, found.values())) == 8 * 60 * 3
    assert all(numbers == sorted(numbers) for numbers in found.values())


async def test_a_second_relay_publishes_nothing_until_the_first_is_gone(
    database: Database, parts: Parts, broker: Broker, topic: str
) -> None:
    first = await parts.relay(database)
    await publish(database, fact(topic, "a"))
    await all_published(database)
    await parts.relay(database)
    await publish(database, fact(topic, "a"), fact(topic, "b"))
    await all_published(database)

    await first.stop()
    await publish(database, fact(topic, "a"))
    await all_published(database)

    messages = await broker.read(topic, 5, within_s=3)
    assert len(messages) == 4, "each fact exactly once: never did both publish"
    assert sequences(messages) == {"a": [1, 2, 3], "b": [1]}


async def test_a_commit_wakes_the_relay(
    database: Database, parts: Parts, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "ACTIVE_POLL_S", 60.0)
    monkeypatch.setattr(relay, "IDLE_POLL_S", 60.0)
    await parts.relay(database)
    await publish(database, fact(topic, "first, while it may still be starting"))
    await all_published(database)

    await publish(database, fact(topic, "second, while it sleeps"))

    await all_published(database, within_s=5)


async def test_a_fact_that_the_broker_refuses_holds_up_its_aggregate_alone(
    database: Database, parts: Parts, broker: Broker
) -> None:
    with broker.topic(dead_letters=False, **{"max.message.bytes": "20000"}) as small:
        await parts.relay(database)
        await publish(database, fact(small, "a"))
        await publish(database, fact(small, "a", tier=secrets.token_hex(50_000)))
        await publish(database, fact(small, "a"))
        await publish(database, *(fact(small, f"b{n}") for n in range(20)))

        async def attempted() -> bool:
            async with database.work() as work:
                return bool((await work.session.execute(text("SELECT max(attempts) FROM outbox"))).scalar_one())

        await eventually_async(attempted, what="a counted attempt")
        found = sequences(await broker.read(small, 21, within_s=5))
        assert found == {"a": [1], **{f"b{n}": [1] for n in range(20)}}
        assert await unpublished(database) == 2


async def test_a_hot_aggregate_does_not_keep_the_others_waiting_and_ends_too(
    database: Database, parts: Parts, broker: Broker, topic: str
) -> None:
    await publish(database, *(fact(topic, "hot") for _ in range(300)))
    await publish(database, *(fact(topic, f"cold{n}") for n in range(50)))
    await parts.relay(database)

    await all_published(database)

    found = sequences(await broker.read(topic, 350))
    assert found["hot"] == list(range(1, 301))
    assert len(found) == 51


async def test_rows_are_deleted_when_their_time_is_up_and_never_before_they_are_published(
    database: Database, parts: Parts, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "DELETE_EVERY_S", 0.1)
    monkeypatch.setattr(relay, "DELETE_AT_ONCE", 2)
    await publish(database, *(fact(topic, f"u{n}") for n in range(5)))
    await parts.relay(database, retention=timedelta(0))

    async def empty() -> bool:
        async with database.work() as work:
            return (await work.session.execute(text("SELECT count(*) FROM outbox"))).scalar_one() == 0

    await eventually_async(empty, what="deleting")
    labels = {"service": SERVICE}
    assert REGISTRY.get_sample_value("outbox_published_total", labels) >= 5
    assert REGISTRY.get_sample_value("outbox_unpublished", labels) is not None
