"""The one way in which a service hears facts (E5, E7): one function per event type, in order, done before the offset moves.

A transient error is retried in place; a dependency that is away holds the partition and counts for nothing; what can't be
handled goes to the dead letters with its original bytes.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from confluent_kafka import Message as KafkaMessage
from google.protobuf.message import Message
from prometheus_client import Counter, Histogram
from sqlalchemy.exc import DBAPIError

from services.kit import db, kafka, telemetry
from services.kit.errors import DependencyAway
from services.kit.facts import Event
from services.kit.kafka import Headers, Poison
from services.kit.listener import Listener
from services.kit.partitions import Partition, Partitions

__all__ = ["Consumer", "Listener"]

M = TypeVar("M", bound=Message)
Handler = Callable[[Event[Any]], Awaitable[None]]

# full jitter: a retry waits up to this long, under 2 s in all
RETRIES_S = (0.2, 0.6, 1.1)
# a dependency that is away is asked again after up to this long
AWAY_FIRST_S, AWAY_MOST_S = 0.1, 2.0
DEAD_LETTER_SUFFIX = ".dlq"

_handled = Counter("consumer_events", "Events by what became of them", ["consumer", "type", "outcome"])
_seconds = Histogram("consumer_handle_seconds", "Time to handle an event, retries included", ["consumer", "type"])


class DeadLetterNotWritten(Exception):
    """A message can't be handled and can't be put aside either: the process stops rather than lose it."""


@dataclass
class _Subscription:
    """What a consumer does with one topic."""

    classes: dict[str, type[Message]] = field(default_factory=dict)
    handlers: dict[str, Handler] = field(default_factory=dict)


class Consumer:
    """A service's place in the stream of facts: group `filmstudio.<service>`. `failed` is set when it can't go on."""

    def __init__(self, service: str, bootstrap_servers: str) -> None:
        self.service = service
        group = f"filmstudio.{service}"
        self._subscriptions: dict[str, _Subscription] = {}
        self._dead_letters = kafka.Producer(bootstrap_servers, f"{group}-dead-letters", self._fail)
        self._partitions = Partitions(kafka.consumer_settings(bootstrap_servers, group), self._handle, self._fail)
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def on(
        self, message_class: type[M], *, topic: str
    ) -> Callable[[Callable[[Event[M]], Awaitable[None]]], Callable[[Event[M]], Awaitable[None]]]:
        """Decorate the function that handles events of this class: `async def release_hold(event: Event[JobFailed])`."""

        def register(handler: Callable[[Event[M]], Awaitable[None]]) -> Callable[[Event[M]], Awaitable[None]]:
            name = message_class.DESCRIPTOR.full_name
            subscription = self._subscriptions.setdefault(topic, _Subscription())
            if name in subscription.handlers:
                raise ValueError(f"{name} on {topic} has a handler already")
            subscription.classes[name] = message_class
            subscription.handlers[name] = handler
            return handler

        return register

    @property
    def subscriptions(self) -> dict[str, set[str]]:
        """Topic → full names of the message types handled."""
        return {topic: set(subscription.handlers) for topic, subscription in self._subscriptions.items()}

    @property
    def partitions_assigned(self) -> list[tuple[str, int]]:
        """The partitions that are this process's now."""
        return self._partitions.assigned

    async def start(self) -> None:
        """Begin to read; neither Kafka nor the topics need be there yet."""
        await self._dead_letters.start()
        if self._subscriptions:
            await self._partitions.start(sorted(self._subscriptions))

    async def stop(self) -> None:
        """Finish what is in hand, commit it, leave the group."""
        await self._partitions.stop()
        await self._dead_letters.stop()

    async def replay(self, topic: str, headers: Headers, value: bytes | None) -> None:
        """Handle a message of `topic` once more, now; the handler's error, or Poison, where it fails again."""
        found = self._read(topic, kafka.text_headers(headers), value)
        if found is not None:
            event, handler = found
            with telemetry.span(f"replay {event.type}", event.headers):
                await handler(event)

    def _fail(self, error: BaseException) -> None:
        if not self.failed.done():
            self.failed.set_exception(error)
            # read here, so that a process that stops for another reason is not told of it again
            self.failed.exception()

    def _read(self, topic: str, headers: dict[str, str], value: bytes | None) -> tuple[Event[Any], Handler] | None:
        """The event and who handles it; None for a type that nobody here wants; Poison."""
        subscription = self._subscriptions.get(topic, _Subscription())
        name = headers.get("ce_type")
        if name is None:
            raise Poison("the header ce_type is missing")
        if name not in subscription.handlers:
            return None
        return kafka.to_event(headers, value, subscription.classes[name]), subscription.handlers[name]

    async def _handle(self, partition: Partition, message: KafkaMessage) -> bool:
        """Whether the offset may move past this message: it is handled, of no interest, or among the dead letters."""
        headers = kafka.text_headers(kafka.headers_of(message))
        try:
            found = self._read(partition.topic, headers, message.value())
        except Poison as error:
            await self._bury(message, headers, error, 1)
            return True
        if found is None:
            return True
        event, handler = found
        with telemetry.span(f"consume {event.type}", headers), _seconds.labels(self.service, event.type).time():
            return await self._attempt(partition, message, event, handler)

    async def _attempt(self, partition: Partition, message: KafkaMessage, event: Event[Any], handler: Handler) -> bool:
        failures, away = 0, 0
        while True:
            try:
                await handler(event)
            except Exception as error:
                if is_away(error):
                    away += 1
                    wait_s = await self._hold(partition, event, error, away)
                elif failures == len(RETRIES_S):
                    await self._bury(message, event.headers, error, failures + 1)
                    return True
                else:
                    wait_s = random.uniform(0, RETRIES_S[failures])  # noqa: S311 - jitter
                    failures += 1
                    telemetry.log().warning(
                        "an event failed, once more", consumer=self.service, type=event.type, subject=event.subject,
                        failures=failures, error=repr(error),
                    )  # fmt: skip
            else:
                partition.held = False
                _handled.labels(self.service, event.type, "handled").inc()
                return True
            if await _closed_within(partition, wait_s):
                return False

    async def _hold(self, partition: Partition, event: Event[Any], error: Exception, times: int) -> float:
        """Pause the partition; how long to wait before its dependency is asked again."""
        if not partition.held:
            partition.held = True
            telemetry.log().warning(
                "a dependency is away, the partition waits", consumer=self.service, topic=partition.topic,
                partition=partition.number, type=event.type, error=str(error),
            )  # fmt: skip
        return random.uniform(0.5, 1) * min(AWAY_FIRST_S * 2.0 ** min(times, 10), AWAY_MOST_S)  # noqa: S311 - jitter

    async def _bury(self, message: KafkaMessage, headers: dict[str, str], error: Exception, attempts: int) -> None:
        """Put a message among the dead letters, its bytes and headers as they came; DeadLetterNotWritten."""
        coordinates = {
            "dlq_consumer": self.service,
            "dlq_topic": message.topic(),
            "dlq_partition": str(message.partition()),
            "dlq_offset": str(message.offset()),
            "dlq_error": f"{type(error).__name__}: {error}"[:2000],
            "dlq_attempts": str(attempts),
        }
        topic = f"{message.topic()}{DEAD_LETTER_SUFFIX}"
        try:
            await self._dead_letters.deliver(
                topic, message.key(), message.value(), [*kafka.headers_of(message), *coordinates.items()]
            )
        except kafka.NotDelivered as undelivered:
            raise DeadLetterNotWritten(str(undelivered)) from error
        name = headers.get("ce_type", "")
        _handled.labels(self.service, name, "dead letter").inc()
        telemetry.log().error(
            "an event is among the dead letters", consumer=self.service, type=name,
            **{key: value for key, value in coordinates.items() if key != "dlq_consumer"},
        )  # fmt: skip


def is_away(error: Exception) -> bool:
    """Whether a handler failed because something it needs is away, which says nothing about the event."""
    return isinstance(error, DependencyAway) or (isinstance(error, DBAPIError) and db.is_away(error))


async def _closed_within(partition: Partition, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await partition.closing.wait()
    except TimeoutError:
        return False
    return True
