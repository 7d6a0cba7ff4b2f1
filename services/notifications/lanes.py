"""Lanes: how deliveries leave. Each endpoint has one, served in turns, so that nobody waits behind anybody else's endpoint.

A turn holds the lease of one endpoint, sends the few deliveries that it may have in flight, writes down what came of each,
and gives the lease back. Endpoints in order and endpoints that fail have places of their own, and a turn that takes longer
than `slow_after_s` moves over to the slow ones while they have room: what holds a place among the quick is quick. A process
that dies leaves a lease that ends by itself; its messages go out again under the same ids.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from prometheus_client import Counter, Gauge, Histogram

from services.kit import telemetry
from services.kit.clock import Now, utc_now
from services.kit.db import Database, Work
from services.kit.errors import DependencyAway
from services.notifications import repository, signing
from services.notifications.keys import Keyring
from services.notifications.letter_box import LetterBox
from services.notifications.models import Endpoint, Patience, has_failed_for_good
from services.notifications.outgoing import Answer, Post
from services.notifications.repository import Due

# of our requests
USER_AGENT = "AI-Film-Studio-Webhooks/1"
_AGAIN_S = 0.5
_OUR_FAULT = "the message could not be prepared; it will be tried again"

_attempts = Counter("webhook_attempts", "Attempts by what came of them", ["outcome"])
_seconds = Histogram("webhook_attempt_seconds", "Time of an attempt", ["outcome"])
_turns = Gauge("webhook_turns", "Endpoints being served", ["lane"])
_disabled = Counter("webhook_endpoints_disabled", "Endpoints disabled after lasting failure")


@dataclass(frozen=True)
class Places:
    """How much goes on at once."""

    # endpoints in order, and those that fail or are slow
    quick: int
    slow: int
    # deliveries of one endpoint
    in_flight: int


@dataclass(eq=False)
class Turn:
    """A lane while it is served: what is sent, and what its owner's program has to know it by."""

    endpoint_id: UUID
    fence: int
    url: str
    # as they sign, the newest first
    secrets: list[bytes] | None
    lease_until: datetime
    slow: bool
    deliveries: list[Due]
    # how many are written down; the last gives the lease back
    noted: int = 0
    # one after the other, for what one write says of the endpoint the next builds on
    noting: asyncio.Lock = field(default_factory=asyncio.Lock)


class Lanes:
    """A part of the process. `wake` says that something may be due."""

    def __init__(
        self,
        database: Database,
        post: Post,
        keyring: Keyring,
        letter_box: LetterBox,
        patience: Patience,
        places: Places,
        *,
        lease: timedelta,
        poll_s: float,
        now: Now = utc_now,
    ) -> None:
        self._db = database
        self._post = post
        self._keyring = keyring
        self._letter_box = letter_box
        self._patience = patience
        self._places = places
        self._lease = lease
        self._poll_s = poll_s
        self._now = now
        self._woken = asyncio.Event()
        # the last look found no room, or left some out: whoever ends makes some
        self._full = False
        # when the slow ones were last looked at, by the loop's clock; they can wait a little
        self._slow_looked_at = float("-inf")
        # turns by where they are counted
        self._quick: set[asyncio.Task[None]] = set()
        self._slow: set[asyncio.Task[None]] = set()
        self._loop: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Something may be due."""
        self._woken.set()

    async def start(self) -> None:
        """Begin to serve."""
        self._loop = asyncio.create_task(self._run(), name="lanes")

    async def stop(self) -> None:
        """Take no more turns, let those under way end."""
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)
        await self.settled()

    async def settled(self) -> None:
        """Return once the turns that are under way have ended."""
        await asyncio.gather(*self._quick, *self._slow, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            self._woken.clear()
            try:
                await self.serve(slow=time.monotonic() - self._slow_looked_at >= self._poll_s)
            except DependencyAway as error:
                telemetry.log().warning("webhooks wait for a dependency", dependency=error.dependency)
            except Exception:
                telemetry.log().exception("webhooks could not be taken")
            # not wait_for, which loses a cancellation that comes together with the bell
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._poll_s):
                    await self._woken.wait()

    async def serve(self, *, slow: bool = True) -> int:
        """Begin a turn for as many due endpoints as there is room for, and if asked to for slow ones. How many."""
        begun = await self._fill(self._quick, self._places.quick, slow=False)
        if slow:
            self._slow_looked_at = time.monotonic()
            begun += await self._fill(self._slow, self._places.slow, slow=True)
        self._count()
        return begun

    async def _fill(self, counted: set[asyncio.Task[None]], places: int, *, slow: bool) -> int:
        room = places - len(counted)
        turns = await self._take(room, slow=slow) if room > 0 else []
        for turn in turns:
            self._begin(turn, counted)
        if not slow:
            self._full = len(turns) >= room
        return len(turns)

    def _begin(self, turn: Turn, counted: set[asyncio.Task[None]]) -> None:
        task = asyncio.create_task(self._serve_turn(turn), name=f"lane {turn.endpoint_id}")
        counted.add(task)
        task.add_done_callback(self._ended)
        if not turn.slow:
            asyncio.get_running_loop().call_later(self._patience.slow_after_s, self._move_over, task)

    def _move_over(self, task: asyncio.Task[None]) -> None:
        """A turn that lasts makes room among the quick, while the slow have some."""
        if task in self._quick and len(self._slow) < self._places.slow:
            self._quick.discard(task)
            self._slow.add(task)
            self._made_room()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._quick.discard(task)
        self._slow.discard(task)
        self._made_room()

    def _made_room(self) -> None:
        self._count()
        if self._full:
            self.wake()

    def _count(self) -> None:
        _turns.labels("quick").set(len(self._quick))
        _turns.labels("slow").set(len(self._slow))

    async def _take(self, room: int, *, slow: bool) -> list[Turn]:
        """Leases for endpoints that are due, each with what it may have in flight: one where it fails."""
        now = self._now()
        async with self._db.work() as work:
            endpoints = await repository.free_lanes(work.session, slow=slow, now=now, limit=room)
            if not endpoints:
                return []
            most = ((e.id, 1 if e.failures else self._places.in_flight) for e in endpoints)
            by_endpoint: dict[UUID, list[Due]] = {}
            for delivery in await repository.due(work.session, most, now):
                by_endpoint.setdefault(delivery.endpoint_id, []).append(delivery)
            turns = []
            for endpoint in endpoints:
                if deliveries := by_endpoint.get(endpoint.id):
                    endpoint.take_turn(now + self._lease)
                    turns.append(self._turn(endpoint, deliveries, now))
                else:
                    endpoint.end_turn(await repository.next_attempt(work.session, endpoint.id))
        return turns

    def _turn(self, endpoint: Endpoint, deliveries: list[Due], now: datetime) -> Turn:
        try:
            secrets = [self._keyring.open(endpoint.id, sealed) for sealed in endpoint.secrets(now)]
        except ValueError as error:
            telemetry.log().error("a webhook can't be signed", endpoint_id=str(endpoint.id), error=str(error))
            secrets = None
        return Turn(
            endpoint.id, endpoint.fence, endpoint.url, secrets, endpoint.lease_until or now, endpoint.slow, deliveries
        )

    async def _serve_turn(self, turn: Turn) -> None:
        try:
            await asyncio.gather(*(self._deliver(turn, due) for due in turn.deliveries))
        except Exception:
            telemetry.log().exception("a turn broke off; its lease runs out", endpoint_id=str(turn.endpoint_id))

    async def _deliver(self, turn: Turn, due: Due) -> None:
        answer = await self._attempt(turn, due)
        outcome = "accepted" if answer.accepted else "refused" if answer.status else "unanswered"
        _attempts.labels(outcome).inc()
        _seconds.labels(outcome).observe(answer.duration_ms / 1000)
        async with turn.noting:
            while not await self._noted(turn, due, answer):
                # what can't be written down while the lease lasts is sent again by whoever comes next
                if self._now() >= turn.lease_until:
                    return
                await asyncio.sleep(_AGAIN_S)

    async def _attempt(self, turn: Turn, due: Due) -> Answer:
        started = time.monotonic()
        if turn.secrets is None:
            return Answer(0, _OUR_FAULT, 0)
        try:
            headers = {
                "user-agent": USER_AGENT,
                "content-type": "application/json",
                **signing.headers(str(due.message_id), self._now(), due.body, turn.secrets),
            }
            return await self._post(turn.url, headers, due.body.encode(), slow=turn.slow)
        except Exception:
            telemetry.log().exception("a webhook could not be attempted", endpoint_id=str(turn.endpoint_id))
            return Answer(0, _OUR_FAULT, round((time.monotonic() - started) * 1000))

    async def _noted(self, turn: Turn, due: Due, answer: Answer) -> bool:
        """Write an attempt down, and with the last of the turn give the lease back; False where PostgreSQL is away."""
        try:
            async with self._db.work() as work:
                endpoint = await repository.turn(work.session, turn.endpoint_id, turn.fence)
                if endpoint is None:
                    telemetry.log().info(
                        "a turn was overtaken, or its webhook removed", endpoint_id=str(turn.endpoint_id)
                    )
                else:
                    await self._note(work, endpoint, due, answer)
                    if turn.noted + 1 == len(turn.deliveries):
                        await work.session.flush()
                        endpoint.end_turn(await repository.next_attempt(work.session, endpoint.id))
                        if endpoint.due_at is not None and endpoint.due_at <= self._now():
                            work.after_commit(self._go_on)
        except DependencyAway:
            return False
        turn.noted += 1
        return True

    def _go_on(self) -> None:
        """More is due for an endpoint whose turn has just ended, a slow one's too."""
        self._slow_looked_at = float("-inf")
        self.wake()

    async def _note(self, work: Work, endpoint: Endpoint, due: Due, answer: Answer) -> None:
        now = self._now()
        delivery = await repository.delivery(work.session, due.delivery_id)
        if delivery is None:
            return
        delivery.attempted(answer, self._patience, now)
        endpoint.note(answer, self._patience, now)
        if has_failed_for_good(endpoint, delivery, answer, self._patience, now):
            endpoint.disable(now)
            await repository.give_up(work.session, endpoint.id, "the webhook was disabled")
            await self._letter_box.webhook_disabled(work, endpoint)
            _disabled.inc()
            telemetry.log().warning("webhook disabled", endpoint_id=str(endpoint.id), gone=answer.gone)
