"""An aggregate's facts leave in their order, whatever happens while the relay reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from confluent_kafka import KafkaError

from services.kit.db import Database
from services.kit.lanes import Ownership
from services.kit.relay import Relay

Report = Callable[[KafkaError | None], None]


class FakeProducer:
    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.reports: list[Report] = []

    def send(self, topic: str, key: str, value: bytes, headers: list[tuple[str, str]], report: Report) -> None:
        self.sent.append(value)
        self.reports.append(report)


class FakeConnection:
    """Answers reads one after the other; `meanwhile` happens while a read is under way."""

    def __init__(self, *reads: list[dict[str, Any]]) -> None:
        self.reads = list(reads)
        self.meanwhile: Callable[[], None] = lambda: None

    async def fetch(self, *_: object) -> list[dict[str, Any]]:
        self.meanwhile()
        return self.reads.pop(0)


def row(sequence: int) -> dict[str, Any]:
    return {
        "id": sequence, "aggregate_type": "user", "aggregate_id": "a", "aggregate_seq": sequence, "topic": "t",
        "payload": b"%d" % sequence, "headers": "{}", "attempts": 0,
    }  # fmt: skip


async def test_what_follows_a_fact_that_is_refused_during_a_read_waits_for_it() -> None:
    relay = Relay(Database("users", "postgresql://nobody@127.0.0.1:1/none"), "127.0.0.1:1")
    producer: Any = FakeProducer()
    relay._producer = producer
    connection = FakeConnection([row(1)], [row(2)])
    own = Ownership(connection)
    own.shards = [0]
    await relay._read(own)
    connection.meanwhile = lambda: producer.reports[0](KafkaError(KafkaError.MSG_SIZE_TOO_LARGE))
    await relay._read(own)
    assert producer.sent == [b"1"]
    assert not own.known
