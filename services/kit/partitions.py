"""A consumer group's partitions: fetched by a thread, worked on by the loop, one message of a partition after the other.

The thread never stops polling, whatever a handler does, so that the group never gives us up for dead. What is done is
committed by explicit offsets; a partition whose work waits is paused.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import confluent_kafka
from confluent_kafka import KafkaError, KafkaException, Message, TopicPartition

from services.kit import kafka, telemetry

# messages of one partition waiting in memory: fetching pauses above the one and goes on below the other
HIGH, LOW = 200, 50
POLL_S = 0.05
# how long a message in hand may go on when its partition is taken away, or we stop
GRACE_S = 4.0
MISSING_TOPIC_RETRY_S = 1.0


class Partition:
    """An assigned partition on the loop's side."""

    def __init__(self, topic: str, number: int) -> None:
        self.topic = topic
        self.number = number
        self.waiting: deque[Message] = deque()
        self.arrived = asyncio.Event()
        # set when the partition is no longer ours, or we stop
        self.closing = asyncio.Event()
        # its handler waits for a dependency: fetch nothing more
        self.held = False
        # the offset after the last message that is done; None before the first
        self.done: int | None = None
        self.task: asyncio.Task[None] | None = None


class Partitions:
    """Reads topics as a member of a group. `handle` returns when a message is done, and False when it is to be given back."""

    def __init__(
        self,
        settings: dict[str, Any],
        handle: Callable[[Partition, Message], Awaitable[bool]],
        on_failure: Callable[[BaseException], None],
    ) -> None:
        self._settings = settings
        self._name = str(settings["group.id"])
        self._handle = handle
        self._on_failure = on_failure
        self._partitions: dict[tuple[str, int], Partition] = {}
        # of the thread alone
        self._committed: dict[tuple[str, int], int] = {}
        self._paused: set[tuple[str, int]] = set()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._consumer: Any = None

    @property
    def assigned(self) -> list[tuple[str, int]]:
        """Topic and number of the partitions that are ours now."""
        return list(self._partitions)

    async def start(self, topics: list[str]) -> None:
        """Join the group; topics that don't exist yet are waited for."""
        self._loop = asyncio.get_running_loop()
        errors = kafka.watch_errors(self._name, self._fail)
        self._consumer = confluent_kafka.Consumer({**self._settings, **errors})
        self._thread = threading.Thread(target=self._run, args=(topics,), name=self._name, daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """Let the messages in hand end, commit what is done, leave the group."""
        self._stopping.set()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, 10)
        await self._give_up(list(self._partitions))

    def _to_loop(self, call: Callable[..., object], *arguments: object) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *arguments)

    def _fail(self, error: BaseException) -> None:
        self._to_loop(self._on_failure, error)

    # the thread

    def _run(self, topics: list[str]) -> None:
        try:
            self._wait_for(topics)
            if not self._stopping.is_set():
                self._consumer.subscribe(topics, on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._lost)
            while not self._stopping.is_set():
                self._commit(list(self._partitions.values()))
                self._pause_and_resume()
                self._fetch()
        except Exception as error:
            self._fail(error)
        finally:
            # revokes what is left, by the same callback
            self._consumer.close()

    def _wait_for(self, topics: list[str]) -> None:
        while not self._stopping.is_set():
            try:
                known = self._consumer.list_topics(timeout=5).topics
            except KafkaException as error:
                telemetry.log().warning("kafka is away", client=self._name, error=error.args[0].str())
                known = {}
            else:
                if not (missing := [topic for topic in topics if topic not in known]):
                    return
                telemetry.log().error("topics are missing, deployment creates them", client=self._name, topics=missing)
            self._stopping.wait(MISSING_TOPIC_RETRY_S)

    def _fetch(self) -> None:
        message = self._consumer.poll(POLL_S)
        fetched: list[Message] = []
        while message is not None:
            if (error := message.error()) is None:
                fetched.append(message)
            else:
                self._surface(error)
            message = self._consumer.poll(0) if len(fetched) < HIGH else None
        if fetched:
            self._to_loop(self._arrived, fetched)

    def _surface(self, error: KafkaError) -> None:
        if error.fatal():
            raise kafka.ClientFailed(f"{self._name}: {error.str()}")
        telemetry.log().error("reading from kafka failed", client=self._name, code=error.name(), error=error.str())

    def _pause_and_resume(self) -> None:
        for key, partition in list(self._partitions.items()):
            full = partition.held or len(partition.waiting) >= HIGH
            if full and key not in self._paused:
                self._consumer.pause([TopicPartition(*key)])
                self._paused.add(key)
            elif key in self._paused and not partition.held and len(partition.waiting) <= LOW:
                self._consumer.resume([TopicPartition(*key)])
                self._paused.discard(key)

    def _commit(self, partitions: list[Partition]) -> None:
        due = {
            (partition.topic, partition.number): partition.done
            for partition in partitions
            if partition.done is not None and partition.done != self._committed.get((partition.topic, partition.number))
        }
        if not due:
            return
        offsets = [TopicPartition(*key, offset) for key, offset in due.items()]
        try:
            results = self._consumer.commit(offsets=offsets, asynchronous=False)
        except KafkaException as error:
            # nothing is lost: the same offsets are due again at the next turn, or whoever reads on repeats the work
            telemetry.log().warning("offsets not committed yet", client=self._name, error=error.args[0].str())
            self._stopping.wait(0.1)
            return
        for result in results:
            if result.error is None:
                self._committed[(result.topic, result.partition)] = result.offset
            else:
                telemetry.log().warning("an offset not committed yet", client=self._name, error=result.error.str())

    def _assigned(self, _consumer: object, assigned: list[TopicPartition]) -> None:
        keys = [(each.topic, each.partition) for each in assigned]
        telemetry.log().info("partitions assigned", client=self._name, count=len(keys))
        for key in keys:
            self._committed.pop(key, None)
            self._paused.discard(key)
        self._to_loop(self._take, keys)

    def _revoked(self, _consumer: object, revoked: list[TopicPartition]) -> None:
        partitions = self._give_up_from_thread(revoked)
        self._commit(partitions)

    def _lost(self, _consumer: object, lost: list[TopicPartition]) -> None:
        telemetry.log().warning("partitions lost to another member", client=self._name, count=len(lost))
        self._give_up_from_thread(lost)

    def _give_up_from_thread(self, partitions: list[TopicPartition]) -> list[Partition]:
        if self._loop.is_closed():
            return []
        keys = [(each.topic, each.partition) for each in partitions]
        return asyncio.run_coroutine_threadsafe(self._give_up(keys), self._loop).result()

    # the loop

    def _take(self, keys: list[tuple[str, int]]) -> None:
        for key in keys:
            partition = self._partitions[key] = Partition(*key)
            partition.task = asyncio.create_task(self._work(partition), name=f"{self._name} {key[0]} {key[1]}")
            partition.task.add_done_callback(self._worked)

    def _arrived(self, messages: list[Message]) -> None:
        for message in messages:
            partition = self._partitions.get((str(message.topic()), int(message.partition() or 0)))
            if partition is not None:
                partition.waiting.append(message)
                partition.arrived.set()

    async def _work(self, partition: Partition) -> None:
        while not partition.closing.is_set():
            if not partition.waiting:
                partition.arrived.clear()
                await partition.arrived.wait()
                continue
            message = partition.waiting[0]
            if not await self._handle(partition, message):
                return
            partition.waiting.popleft()
            partition.done = int(message.offset() or 0) + 1

    def _worked(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._on_failure(error)

    async def _give_up(self, keys: list[tuple[str, int]]) -> list[Partition]:
        """End the work on these partitions: the message in hand may be finished within GRACE_S, else it is cut off."""
        given_up = [self._partitions.pop(key) for key in keys if key in self._partitions]
        for partition in given_up:
            partition.closing.set()
            partition.arrived.set()
        tasks = [partition.task for partition in given_up if partition.task is not None]
        if tasks:
            _, cut_off = await asyncio.wait(tasks, timeout=GRACE_S)
            for task in cut_off:
                task.cancel()
            await asyncio.gather(*cut_off, return_exceptions=True)
        return given_up
