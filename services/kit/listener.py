"""The ring's reader: hears every message of a topic from now on, in no group, remembering nothing.

A ring that is missed costs its hearer a poll, so nothing is kept, committed or put aside here.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import confluent_kafka
from confluent_kafka import OFFSET_BEGINNING, KafkaException, Message, TopicPartition
from google.protobuf import descriptor_pool, message_factory

from services.kit import kafka, telemetry
from services.kit.facts import Event

# how often the topic is asked for partitions that were added
PARTITIONS_EVERY_S = 30.0
RETRY_S = 1.0
# how long a start waits for Kafka before it lets the process go on
START_WAIT_S = 5.0


class Listener:
    """Calls `on_message(event)` on the loop for each message of the topic that arrives after the start."""

    def __init__(self, bootstrap_servers: str, topic: str, on_message: Callable[[Event[Any]], None]) -> None:
        self._topic = topic
        self._on_message = on_message
        # a group only by name: partitions are assigned by ourselves and offsets never committed
        settings = kafka.consumer_settings(bootstrap_servers, f"filmstudio.listener.{topic}")
        self._settings = {**settings, "auto.offset.reset": "latest", "fetch.wait.max.ms": 500}
        self._known: set[int] = set()
        self._stopping = threading.Event()
        self._listening = asyncio.Event()
        self._thread: threading.Thread | None = None
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def start(self) -> None:
        """Begin to listen; waits a few seconds for Kafka, and otherwise listens from when it is there."""
        self._loop = asyncio.get_running_loop()
        errors = kafka.watch_errors(f"listener {self._topic}", lambda error: self._to_loop(self._fail, error))
        self._consumer = confluent_kafka.Consumer({**self._settings, **errors})
        self._thread = threading.Thread(target=self._run, name=f"listener-{self._topic}", daemon=True)
        self._thread.start()
        try:
            async with asyncio.timeout(START_WAIT_S):
                await self._listening.wait()
        except TimeoutError:
            telemetry.log().warning("not listening yet", topic=self._topic)

    @property
    def is_listening(self) -> bool:
        """Whether every message from now on is heard."""
        return self._listening.is_set()

    async def stop(self) -> None:
        """Listen no more."""
        self._stopping.set()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, 5)

    def _fail(self, error: BaseException) -> None:
        if not self.failed.done():
            self.failed.set_exception(error)
            # read here, so that a process that stops for another reason is not told of it again
            self.failed.exception()

    def _to_loop(self, call: Callable[..., object], *arguments: object) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *arguments)

    def _run(self) -> None:
        look_again = 0.0
        try:
            while not self._stopping.is_set():
                if time.monotonic() >= look_again:
                    look_again = time.monotonic() + (PARTITIONS_EVERY_S if self._look() else RETRY_S)
                message = self._consumer.poll(0.1)
                if message is None:
                    continue
                if (error := message.error()) is None:
                    self._hear(message)
                elif error.fatal():
                    raise kafka.ClientFailed(f"listener {self._topic}: {error.str()}")
                else:
                    telemetry.log().warning("listening failed", topic=self._topic, error=error.str())
        except Exception as error:
            self._to_loop(self._fail, error)
        finally:
            self._consumer.close()

    def _look(self) -> bool:
        """Assign the partitions that are not assigned yet: the first time at their end, later ones from their beginning."""
        try:
            found = set(self._consumer.list_topics(self._topic, timeout=3).topics[self._topic].partitions)
            fresh = found - self._known
            if fresh:
                offsets = [TopicPartition(self._topic, number, self._position(number)) for number in sorted(fresh)]
                self._consumer.incremental_assign(offsets)
                self._known |= fresh
        except KafkaException as error:
            telemetry.log().warning("kafka is away", topic=self._topic, error=error.args[0].str())
            return False
        if not found:
            telemetry.log().error("the topic is missing, deployment creates it", topic=self._topic)
            return False
        self._to_loop(self._listening.set)
        return True

    def _position(self, number: int) -> int:
        if self._known:
            return int(OFFSET_BEGINNING)
        # the end as a number: what arrives while the assignment is under way is heard too
        return int(self._consumer.get_watermark_offsets(TopicPartition(self._topic, number), timeout=3)[1])

    def _hear(self, message: Message) -> None:
        headers = kafka.text_headers(kafka.headers_of(message))
        name = headers.get("ce_type", "")
        try:
            descriptor = descriptor_pool.Default().FindMessageTypeByName(name)
        except KeyError:
            # a type that this program does not import, or not a message of ours at all
            telemetry.log().debug("an unknown ring", topic=self._topic, type=name)
            return
        try:
            event = kafka.to_event(headers, message.value(), message_factory.GetMessageClass(descriptor))
        except kafka.Poison as error:
            telemetry.log().warning("a ring that can't be read", topic=self._topic, error=str(error))
            return
        self._to_loop(self._on_message, event)
