"""The outbox's writing half (E1): facts become rows in the business transaction. The relay that sends them is `kit.relay`."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain

from sqlalchemy import ARRAY, BigInteger, Text, cast, func, select
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.kit import telemetry
from services.kit.facts import MAX_PAYLOAD_BYTES, Fact
from services.kit.ids import new_id
from services.kit.tables import KIT_SCHEMA, OutboxRow, OutboxSequence

__all__ = ["KIT_SCHEMA", "SHARDS", "shard_of", "write"]

SHARDS = 16


class PayloadTooLarge(ValueError):
    """A fact larger than MAX_PAYLOAD_BYTES: a programming error, found at write time."""


def shard_of(aggregate_type: str, aggregate_id: str) -> int:
    """Which of the relay's shards carries this aggregate: all of its facts the same one."""
    return zlib.crc32(f"{aggregate_type}/{aggregate_id}".encode()) % SHARDS


def _key(fact: Fact) -> tuple[str, str]:
    return fact.aggregate_type, fact.aggregate_id


async def _sequences(session: AsyncSession, keys: Sequence[tuple[str, str]]) -> Iterator[int]:
    """A sequence for each of these aggregates, one as often as it is named; whatever their number, in one statement.

    `keys` are sorted: their counters' rows are locked in that order.
    """
    counts = Counter(keys)
    asked = func.unnest(
        cast([kind for kind, _ in counts], ARRAY(Text)),
        cast([aggregate_id for _, aggregate_id in counts], ARRAY(Text)),
        cast(list(counts.values()), ARRAY(BigInteger)),
    )
    asked_rows = asked.table_valued("aggregate_type", "aggregate_id", "count").render_derived()
    statement = insert(OutboxSequence).from_select(["aggregate_type", "aggregate_id", "last_seq"], select(asked_rows))
    statement = statement.on_conflict_do_update(
        index_elements=[OutboxSequence.aggregate_type, OutboxSequence.aggregate_id],
        set_={"last_seq": OutboxSequence.last_seq + statement.excluded.last_seq},
    )
    rows = await session.execute(
        statement.returning(OutboxSequence.aggregate_type, OutboxSequence.aggregate_id, OutboxSequence.last_seq)
    )
    last = {(kind, aggregate_id): seq for kind, aggregate_id, seq in rows}
    return chain.from_iterable(range(last[key] - count + 1, last[key] + 1) for key, count in counts.items())


async def write(session: AsyncSession, service: str, facts: Sequence[Fact]) -> None:
    """Insert the facts, in an order that keeps two transactions from waiting for each other crosswise."""
    rows = []
    facts = sorted(facts, key=_key)
    sequences = await _sequences(session, [_key(fact) for fact in facts])
    for fact, sequence in zip(facts, sequences, strict=True):
        payload = fact.message.SerializeToString()
        name = fact.message.DESCRIPTOR.full_name
        if len(payload) > MAX_PAYLOAD_BYTES:
            raise PayloadTooLarge(f"{name} of {fact.aggregate_type} {fact.aggregate_id} has {len(payload)} bytes")
        event_id = new_id()
        headers = {
            "ce_specversion": "1.0",
            "ce_id": str(event_id),
            "ce_type": name,
            "ce_source": f"/filmstudio/{service}",
            "ce_subject": fact.aggregate_id,
            "ce_time": datetime.now(UTC).isoformat(),
            "ce_sequence": str(sequence),
            "content-type": "application/protobuf",
            **telemetry.trace_headers(),
        }
        rows.append(
            {
                "event_id": event_id,
                "aggregate_type": fact.aggregate_type,
                "aggregate_id": fact.aggregate_id,
                "aggregate_seq": sequence,
                "shard": shard_of(fact.aggregate_type, fact.aggregate_id),
                "topic": fact.topic,
                "payload": payload,
                "headers": headers,
            }
        )
    await session.execute(plain_insert(OutboxRow), rows)
