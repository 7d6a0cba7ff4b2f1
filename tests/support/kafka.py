"""Kafka from a test's side: topics of its own, messages written and read by hand."""

import asyncio
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import confluent_kafka
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from google.protobuf.message import Message

from services.kit.ids import new_id

QUIET = {"log_level": 0, "allow.auto.create.topics": False}


def headers_of(message: Message, subject: str, sequence: int = 1, **changes: str | None) -> list[tuple[str, bytes]]:
    """The headers our outbox would give this message; `changes` replaces some, None takes one away."""
    headers: dict[str, str | None] = {
        "ce_specversion": "1.0",
        "ce_id": str(new_id()),
        "ce_type": message.DESCRIPTOR.full_name,
        "ce_source": "/filmstudio/test",
        "ce_subject": subject,
        "ce_time": datetime.now(UTC).isoformat(),
        "ce_sequence": str(sequence),
        "content-type": "application/protobuf",
        **changes,
    }
    return [(key, value.encode()) for key, value in headers.items() if value is not None]


class Broker:
    """The broker under test."""

    def __init__(self, servers: str) -> None:
        self.servers = servers
        self._admin = AdminClient({"bootstrap.servers": servers, **QUIET})
        self._producer = confluent_kafka.Producer({"bootstrap.servers": servers, "linger.ms": 0, **QUIET})

    @contextmanager
    def topic(self, partitions: int = 6, dead_letters: bool = True, **config: str) -> Iterator[str]:
        """A new topic, with its dead letters, deleted at the end."""
        name = f"test-{secrets.token_hex(6)}.v1"
        self.create(name, partitions, **config)
        if dead_letters:
            self.create(f"{name}.dlq", 1)
        try:
            yield name
        finally:
            names = [name, f"{name}.dlq"] if dead_letters else [name]
            self.delete(*names)

    def delete(self, *names: str) -> None:
        """Delete topics, if they are there."""
        for deleted in self._admin.delete_topics(list(names), operation_timeout=10).values():
            deleted.exception(timeout=10)

    def create(self, name: str, partitions: int, **config: str) -> None:
        """Create a topic now."""
        self._admin.create_topics([NewTopic(name, partitions, 1, config=config)], operation_timeout=10)[name].result(10)

    def send(
        self, topic: str, key: str, value: bytes | None, headers: Sequence[tuple[str, bytes]], partition: int = -1
    ) -> None:
        """Write one message and wait until the broker has it."""
        failed: list[object] = []
        self._producer.produce(
            topic, value, key, partition, on_delivery=lambda error, _: failed.append(error) if error else None,
            headers=list(headers),
        )  # fmt: skip
        assert self._producer.flush(10) == 0
        assert not failed, failed

    async def read(self, topic: str, count: int, within_s: float = 15.0) -> list[confluent_kafka.Message]:
        """The first `count` messages of the topic, or fewer when the time is up."""
        return await asyncio.to_thread(self._read, topic, count, within_s)

    def _read(self, topic: str, count: int, within_s: float) -> list[confluent_kafka.Message]:
        consumer = confluent_kafka.Consumer(
            {"bootstrap.servers": self.servers, "group.id": "test-reader", "enable.auto.commit": False, **QUIET}
        )
        try:
            numbers = consumer.list_topics(topic, timeout=10).topics[topic].partitions
            consumer.assign([TopicPartition(topic, number, 0) for number in numbers])
            found: list[confluent_kafka.Message] = []
            deadline = time.monotonic() + within_s
            while len(found) < count and time.monotonic() < deadline:
                message = consumer.poll(0.1)
                if message is not None and message.error() is None:
                    found.append(message)
            return found
        finally:
            consumer.close()

    async def committed(self, group: str, topic: str, partition: int) -> int:
        """The offset that a group has committed; negative: none."""
        return await asyncio.to_thread(self._committed, group, topic, partition)

    def _committed(self, group: str, topic: str, partition: int) -> int:
        consumer = confluent_kafka.Consumer({"bootstrap.servers": self.servers, "group.id": group, **QUIET})
        try:
            return int(consumer.committed([TopicPartition(topic, partition)], timeout=10)[0].offset)
        finally:
            consumer.close()
