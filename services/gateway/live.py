"""The live hub: hears the Redis bell and wakes whoever waits for a job, a project or a user.

The bell only says that there is something to read; what happened is read from ai_jobs' durable log. A bell that was not
heard costs a few seconds, because every reader also looks by itself every `POLL_S`.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from services.kit import telemetry
from services.kit.bell import CHANNEL

POLL_S = 5.0
AGAIN_AFTER_S = 0.5
# a quiet connection is asked whether it lives this often, and has this long to answer
PING_S, ANSWER_S = 15, 2
PUBLICATION_EVENTS = ("publication.progress", "publication.done")


class Listener:
    """Rung by the hub; several rings before the next `wait` are one."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self._subjects: set[str] = set()

    def ring(self, subject: str = "") -> None:
        """Something is to be read, of this job (or publication) where it is known."""
        if subject:
            self._subjects.add(subject)
        self._rung.set()

    async def wait(self, seconds: float | None = POLL_S) -> set[str]:
        """Until it rings or the time is up: the subjects that rang (none: look everywhere)."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        self._rung.clear()
        subjects, self._subjects = self._subjects, set()
        return subjects

    async def rung(self) -> None:
        """Until it rings."""
        await self._rung.wait()
        self._rung.clear()


class Hub:
    """A part of the process: one subscription for all listeners. `closing` is set when the process is about to leave."""

    def __init__(self, redis_url: str) -> None:
        self._redis = Redis.from_url(
            redis_url,
            retry=Retry(NoBackoff(), 0),
            socket_timeout=ANSWER_S,
            socket_connect_timeout=ANSWER_S,
            health_check_interval=PING_S,
        )
        self._listeners: dict[str, set[Listener]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None
        # WebSockets open, by user
        self.sockets: Counter[str] = Counter()
        self.closing = asyncio.Event()
        self.up = False

    @contextmanager
    def listen(self, *topics: str) -> Iterator[Listener]:
        """A listener of topics such as "job:ID", "project:ID", "user:ID".

        "publications:USER" rings with subjects such as "publication.done ID".
        """
        listener = Listener()
        for topic in topics:
            self._listeners[topic].add(listener)
        try:
            yield listener
        finally:
            for topic in topics:
                self._listeners[topic].discard(listener)
                if not self._listeners[topic]:
                    del self._listeners[topic]

    async def start(self) -> None:
        """Begin to hear; Redis may be away."""
        self._task = asyncio.create_task(self._hear(), name="live hub")

    async def stop(self) -> None:
        """Tell every stream to end, and stop hearing."""
        self.close()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._redis.aclose()

    def close(self) -> None:
        """Wake every stream so that it ends: the process leaves."""
        self.closing.set()
        self._ring_all()

    async def _hear(self) -> None:
        while True:
            try:
                await self._subscription()
            except (RedisError, OSError, TimeoutError) as error:
                if self.up:
                    telemetry.log().warning("the bell is away; live events come every few seconds", error=str(error))
            self.up = False
            await asyncio.sleep(AGAIN_AFTER_S)

    async def _subscription(self) -> None:
        """Hear for as long as the connection lives; RedisError when it doesn't."""
        async with self._redis.pubsub() as pubsub:
            await pubsub.subscribe(CHANNEL)
            while True:
                # the library pings in the turn after a quiet spell, and then finds a dead connection out
                message = await pubsub.get_message(timeout=PING_S)
                if message is None:
                    continue
                if message["type"] == "subscribe":
                    self.up = True
                    # what rang while nobody listened was not heard
                    self._ring_all()
                elif message["type"] == "message":
                    self.heard(message["data"])

    def heard(self, message: bytes) -> None:
        """Ring for everyone the message is for. What can't be read is nobody's."""
        try:
            ring = json.loads(message)
            kind = ring["type"]
        except (ValueError, KeyError, TypeError):
            return
        if kind == "job":
            job_id = str(ring.get("job_id", ""))
            self._ring(f"job:{job_id}", job_id)
            self._ring(f"project:{ring.get('project_id', '')}", job_id)
        elif kind == "credits.changed":
            self._ring(f"user:{ring.get('user_id', '')}")
        elif kind in PUBLICATION_EVENTS:
            self._ring(f"publications:{ring.get('user_id', '')}", f"{kind} {ring.get('publication_id', '')}")

    def _ring(self, topic: str, subject: str = "") -> None:
        for listener in self._listeners.get(topic, ()):
            listener.ring(subject)

    def _ring_all(self) -> None:
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.ring()
