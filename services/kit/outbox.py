"""The outbox's writing half (E1): facts become rows in the business transaction. The relay that sends them is `kit.relay`."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import UTC, datetime

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


async def _next_sequence(session: AsyncSession, fact: Fact) -> int:
    statement = (
        insert(OutboxSequence)
        .values(aggregate_type=fact.aggregate_type, aggregate_id=fact.aggregate_id, last_seq=1)
        .on_conflict_do_update(
            index_elements=[OutboxSequence.aggregate_type, OutboxSequence.aggregate_id],
            set_={"last_seq": OutboxSequence.last_seq + 1},
        )
        .returning(OutboxSequence.last_seq)
    )
    return (await session.execute(statement)).scalar_one()


async def write(session: AsyncSession, service: str, facts: Sequence[Fact]) -> None:
    """Insert the facts, in an order that keeps two transactions from waiting for each other crosswise."""
    rows = []
    for fact in sorted(facts, key=lambda fact: (fact.aggregate_type, fact.aggregate_id)):
        payload = fact.message.SerializeToString()
        name = fact.message.DESCRIPTOR.full_name
        if len(payload) > MAX_PAYLOAD_BYTES:
            raise PayloadTooLarge(f"{name} of {fact.aggregate_type} {fact.aggregate_id} has {len(payload)} bytes")
        sequence = fact.sequence if fact.sequence is not None else await _next_sequence(session, fact)
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
