"""The Kafka clients: one set of safe settings (E7), a producer that tells what became of each message, and how a
message becomes an event.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import confluent_kafka
from confluent_kafka import KafkaError, KafkaException
from google.protobuf.message import DecodeError, Message

from services.kit import telemetry
from services.kit.errors import DependencyAway
from services.kit.facts import Event

M = TypeVar("M", bound=Message)
Headers = Sequence[tuple[str, str | bytes | None]]
# what became of a message: None once the broker has it for good
Report = Callable[[KafkaError | None], None]

# how long the producer itself goes on trying before it reports that a message did not get through
MESSAGE_TIMEOUT_MS = 30_000
SAME_ERROR_EVERY_S = 15.0

_logger = logging.getLogger("kafka")

# Errors that say nothing about the message: the same one may pass a moment later.
_PASSING = frozenset(
    {
        KafkaError._MSG_TIMED_OUT, KafkaError._TIMED_OUT, KafkaError._TRANSPORT, KafkaError._ALL_BROKERS_DOWN,
        KafkaError._PURGE_QUEUE, KafkaError._PURGE_INFLIGHT, KafkaError._QUEUE_FULL, KafkaError._WAIT_COORD,
        KafkaError.REQUEST_TIMED_OUT, KafkaError.NOT_ENOUGH_REPLICAS, KafkaError.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
        KafkaError.LEADER_NOT_AVAILABLE, KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.NETWORK_EXCEPTION,
        KafkaError.BROKER_NOT_AVAILABLE, KafkaError.KAFKA_STORAGE_ERROR,
    }
)  # fmt: skip


class ClientFailed(Exception):
    """A Kafka client met an error from which it can't recover: the process must be started anew."""


class NotDelivered(Exception):
    """The broker did not take a message."""


class Poison(ValueError):
    """A message that no consumer can read: its attributes or its bytes are not what they should be."""


def common_settings(bootstrap_servers: str, name: str) -> dict[str, Any]:
    """What every client of ours is told: who it is, and to come back soon after a broker was away."""
    return {
        "bootstrap.servers": bootstrap_servers,
        "client.id": name,
        "reconnect.backoff.ms": 50,
        "reconnect.backoff.max.ms": 1000,
        "socket.keepalive.enable": True,
        "allow.auto.create.topics": False,
        "topic.metadata.refresh.interval.ms": 30_000,
        "log.connection.close": False,
    }


def consumer_settings(bootstrap_servers: str, group: str) -> dict[str, Any]:
    """A reader of facts: nothing is committed, skipped or created behind our back."""
    return {
        **common_settings(bootstrap_servers, group),
        "group.id": group,
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "earliest",
        "isolation.level": "read_committed",
        "partition.assignment.strategy": "cooperative-sticky",
        # A killed process's partitions are free again after this; the broker allows no less.
        "session.timeout.ms": 6000,
        "heartbeat.interval.ms": 1500,
        # what is read ahead is memory of ours
        "queued.min.messages": 1000,
        "queued.max.messages.kbytes": 8192,
    }


def producer_settings(bootstrap_servers: str, name: str) -> dict[str, Any]:
    """A writer: acknowledged by all replicas, no repeats by the client's own retries."""
    return {
        **common_settings(bootstrap_servers, name),
        "enable.idempotence": True,
        "acks": "all",
        "message.timeout.ms": MESSAGE_TIMEOUT_MS,
        # a topic that the broker does not know is reported after this long
        "topic.metadata.propagation.max.ms": 5000,
        "linger.ms": 0,
        "compression.type": "lz4",
    }


def is_passing(error: KafkaError) -> bool:
    """Whether the same message may be taken a moment later; otherwise the broker refuses this one for good."""
    return error.code() in _PASSING or error.retriable()


def watch_errors(name: str, on_fatal: Callable[[Exception], None]) -> dict[str, Any]:
    """Settings that surface a client's errors: they are logged, a fatal one is handed to `on_fatal` (from its thread).

    While a broker is away the same error comes several times a second: of each kind one in SAME_ERROR_EVERY_S is logged.
    """
    logged: dict[int, float] = {}

    def on_error(error: KafkaError) -> None:
        if error.fatal():
            on_fatal(ClientFailed(f"{name}: {error.str()}"))
        elif time.monotonic() - logged.get(error.code(), -SAME_ERROR_EVERY_S) >= SAME_ERROR_EVERY_S:
            logged[error.code()] = time.monotonic()
            telemetry.log().warning("kafka client error", client=name, code=error.name(), error=error.str())

    # the library's own log repeats these errors, line by line
    return {"error_cb": on_error, "logger": _logger, "log_level": 2}


def headers_of(message: confluent_kafka.Message) -> list[tuple[str, str | bytes | None]]:
    """A message's headers as they came: in their order, repeated ones included."""
    headers = message.headers() or []
    return list(headers.items()) if isinstance(headers, dict) else headers


def text_headers(headers: Headers) -> dict[str, str]:
    """Headers as text; of repeated ones the last counts."""
    found: dict[str, str] = {}
    for key, value in headers:
        found[key] = value.decode("utf-8", "replace") if isinstance(value, bytes) else value or ""
    return found


def to_event(headers: dict[str, str], value: bytes | None, message_class: type[M]) -> Event[M]:
    """The event that a message carries; Poison where an attribute is missing or wrong, or the bytes can't be read."""
    if value is None:
        raise Poison("it has no value")
    try:
        return Event(
            id=UUID(headers["ce_id"]),
            type=headers["ce_type"],
            source=headers["ce_source"],
            subject=headers["ce_subject"],
            sequence=int(headers["ce_sequence"]),
            time=datetime.fromisoformat(headers["ce_time"]),
            message=message_class.FromString(value),
            headers=headers,
        )
    except KeyError as error:
        raise Poison(f"the header {error.args[0]} is missing") from None
    except ValueError as error:
        raise Poison(f"a header can't be read: {error}") from None
    except DecodeError as error:
        raise Poison(f"not a {message_class.DESCRIPTOR.full_name}: {error}") from None


class Producer:
    """An idempotent producer. A thread of its own waits for the broker's reports and brings them to the loop."""

    def __init__(self, bootstrap_servers: str, name: str, on_fatal: Callable[[Exception], None]) -> None:
        self._settings = producer_settings(bootstrap_servers, name)
        self._name = name
        self._on_fatal = on_fatal
        self._reports: deque[tuple[Report, KafkaError | None]] = deque()
        self._drain_due = False
        self._ending = threading.Event()
        self._producer: Any = None
        self._thread: threading.Thread | None = None

    async def start(self) -> None:
        """Create the client; it connects by itself, now or when a broker is there."""
        self._loop = asyncio.get_running_loop()
        errors = watch_errors(self._name, lambda error: self._to_loop(self._on_fatal, error))
        self._producer = confluent_kafka.Producer({**self._settings, **errors})
        self._thread = threading.Thread(target=self._poll, name=f"{self._name}-reports", daemon=True)
        self._thread.start()

    def send(self, topic: str, key: str | bytes | None, value: bytes | None, headers: Headers, report: Report) -> None:
        """Queue a message; `report` is called on the loop when the broker has it or it did not get through.

        KafkaException or BufferError where the client itself refuses it.
        """

        def delivered(error: KafkaError | None, _message: Any) -> None:
            self._reports.append((report, error))
            if not self._drain_due:
                self._drain_due = True
                self._to_loop(self._drain)

        self._producer.produce(topic, value=value, key=key, headers=list(headers), on_delivery=delivered)

    async def deliver(self, topic: str, key: str | bytes | None, value: bytes | None, headers: Headers) -> None:
        """Send one message and wait until the broker has it; NotDelivered otherwise."""
        result: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def report(error: KafkaError | None) -> None:
            if result.done():
                return
            if error is None:
                result.set_result(None)
            else:
                result.set_exception(NotDelivered(f"{topic}: {error.str()}"))

        try:
            self.send(topic, key, value, headers, report)
        except (KafkaException, BufferError) as error:
            raise NotDelivered(f"{topic}: {error}") from error
        await result

    def purge(self) -> None:
        """Take back what has not been sent yet; it is reported as not delivered."""
        if self._producer is not None:
            self._producer.purge(in_queue=True, in_flight=False, blocking=False)

    async def stop(self) -> None:
        """Give what is queued three seconds to get through, and end."""
        if self._thread is not None:
            await asyncio.to_thread(self._producer.flush, 3)
            self._ending.set()
            await asyncio.to_thread(self._thread.join, 2)

    def _poll(self) -> None:
        while not self._ending.is_set():
            self._producer.poll(0.1)

    def _to_loop(self, call: Callable[..., None], *arguments: Any) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *arguments)

    def _drain(self) -> None:
        self._drain_due = False
        while self._reports:
            report, error = self._reports.popleft()
            try:
                report(error)
            except Exception as bug:
                # a report that is lost would leave its message in flight for ever
                self._on_fatal(bug)


class KafkaAway(DependencyAway):
    """No broker answers."""

    def __init__(self, detail: str = "") -> None:
        super().__init__("kafka", detail)
