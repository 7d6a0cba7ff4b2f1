"""The outbox counts each aggregate's facts, without gaps, however many are written at once and by however many."""

import asyncio

import pytest
from filmstudio.users.v1 import events_pb2
from sqlalchemy import select

from services.kit.db import Database
from services.kit.facts import MAX_PAYLOAD_BYTES, Fact
from services.kit.outbox import PayloadTooLarge
from services.kit.tables import OutboxRow


def told(user_id: str, said: str) -> Fact:
    account = events_pb2.Account(user_id=user_id, subscription_tier=said)
    return Fact("users.users.v1", "user", user_id, events_pb2.UserRegistered(account=account))


async def written(database: Database) -> list[tuple[str, int, str]]:
    """Aggregate, sequence and what was said of it, in that order."""
    query = select(OutboxRow).order_by(OutboxRow.aggregate_id, OutboxRow.aggregate_seq)
    async with database.work() as work:
        rows = (await work.session.scalars(query)).all()
    said = [events_pb2.UserRegistered.FromString(row.payload).account.subscription_tier for row in rows]
    assert [row.headers["ce_sequence"] for row in rows] == [str(row.aggregate_seq) for row in rows]
    return [(row.aggregate_id, row.aggregate_seq, text) for row, text in zip(rows, said, strict=True)]


async def test_facts_of_one_transaction_keep_their_order_and_are_counted_on(database: Database) -> None:
    async with database.work() as work:
        work.save(told("b", "first"), told("a", "first"), told("b", "second"), told("b", "third"))
    async with database.work() as work:
        work.save(told("b", "fourth"))
    assert await written(database) == [
        ("a", 1, "first"), ("b", 1, "first"), ("b", 2, "second"), ("b", 3, "third"), ("b", 4, "fourth"),
    ]  # fmt: skip


async def test_writers_of_the_same_aggregates_wait_for_each_other_and_never_crosswise(database: Database) -> None:
    names = [f"user-{number}" for number in range(40)]

    async def write(order: int) -> None:
        async with database.work() as work:
            work.save(*(told(name, "x") for name in names[::order]))

    await asyncio.gather(*(write(order) for order in (1, -1) * 6))
    assert [(name, seq) for name, seq, _ in await written(database)] == [
        (name, seq) for name in sorted(names) for seq in range(1, 13)
    ]


async def test_a_fact_that_is_too_large_is_refused_with_everything_that_was_to_be_committed(database: Database) -> None:
    with pytest.raises(PayloadTooLarge):
        async with database.work() as work:
            work.save(told("a", "small"), told("b", "x" * MAX_PAYLOAD_BYTES))
    assert await written(database) == []
