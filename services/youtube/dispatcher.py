"""Who is next: publications are claimed as there is room, uploads and what follows them side by side, and the others are told when.

Several processes may do this: a claim is one statement, its lease goes by the database's clock, and one of them plans at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from services.kit import telemetry
from services.kit.clock import Now, utc_now
from services.kit.db import Work
from services.kit.errors import DependencyAway
from services.kit.runtime import Periodic
from services.youtube import publication_events as events
from services.youtube import publication_repository as repository
from services.youtube.leases import Lease
from services.youtube.publication_models import Publication, State
from services.youtube.quota import Waiting, expected
from services.youtube.quota_book import QuotaBook
from services.youtube.stumbling import Ring, ring_progress

# an expectation that moves by less than this isn't worth a write
STEADY = timedelta(minutes=1)
# of those that wait longest; those behind them are told when they come nearer
MOST_PLANNED = 5_000
# uploads that say how long the next one will take, and a guess before there are any
LATELY, FIRST_GUESS_S = 20, 60.0


class Hand(Protocol):
    """Whoever does something with a publication."""

    async def run(self, lease: Lease) -> None:
        """Do what is due."""


@dataclass(frozen=True)
class Room:
    """How many at once in this process, and for how long a claim holds unless it is renewed."""

    uploads: int
    finishing: int
    lease_s: float
    look_every_s: float


class Dispatcher:
    """A part: claims, runs, and wakes itself when something ends."""

    def __init__(
        self,
        work: Callable[[], AbstractAsyncContextManager[Work]],
        uploader: Hand,
        finishing: Hand,
        room: Room,
        now: Now = utc_now,
    ) -> None:
        self._work = work
        self._hands = {True: uploader, False: finishing}
        self._space = {True: room.uploads, False: room.finishing}
        self._room = room
        self._now = now
        self._running: dict[bool, set[asyncio.Task[None]]] = {True: set(), False: set()}
        self._loop = Periodic("publications", room.look_every_s, self._fill)

    def wake(self) -> None:
        """Something may be due."""
        self._loop.wake()

    async def start(self) -> None:
        """Begin to look."""
        await self._loop.start()

    async def stop(self) -> None:
        """Stop where it stands: what is under way is given back, and goes on elsewhere or later from there."""
        await self._loop.stop()
        tasks = [task for running in self._running.values() for task in running]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _fill(self) -> None:
        for uploads in (True, False):
            while len(self._running[uploads]) < self._space[uploads]:
                async with self._work() as work:
                    claim = await repository.claim(
                        work.session, uploads=uploads, now=self._now(), lease_s=self._room.lease_s
                    )
                if claim is None:
                    break
                lease = Lease(self._work, claim, self._room.lease_s)
                task = asyncio.create_task(self._run(uploads, lease), name=f"publication {claim.id}")
                self._running[uploads].add(task)
                task.add_done_callback(self._running[uploads].discard)

    async def _run(self, uploads: bool, lease: Lease) -> None:
        try:
            await lease.run(self._hands[uploads].run(lease))
        except DependencyAway as error:
            telemetry.log().warning("a publication waits", publication_id=str(lease.claim.id), error=str(error))
        except Exception as error:
            # only its kind: its text could hold an upload session's address
            telemetry.log().error(
                "a publication's turn failed", publication_id=str(lease.claim.id), error=type(error).__name__
            )
        finally:
            self._loop.wake()


class Planner:
    """Tells those who wait when their turn is expected, by the allowances and the turns of users."""

    def __init__(
        self,
        work: Callable[[], AbstractAsyncContextManager[Work]],
        book: QuotaBook,
        ring: Ring,
        at_once: int,
        now: Now = utc_now,
    ) -> None:
        self._work = work
        self._book = book
        self._ring = ring
        self._at_once = at_once
        self._now = now

    async def plan(self) -> int:
        """How many heard of another time, or of another state."""
        now, changed = self._now(), 0
        async with self._work() as work:
            if not await repository.plan_alone(work.session):
                return 0
            rows = await repository.waiting(work.session, MOST_PLANNED)
            if not rows:
                return 0
            openings, closed = await self._book.openings(work.session, now)
            turns = await repository.last_turns(work.session, {row.user_id for row in rows})
            takes_s = await repository.seconds_an_upload_takes(work.session, LATELY)
            waiting = [_waiting(row, closed.get(row.channel_id), now) for row in rows]
            between_s = (FIRST_GUESS_S if takes_s is None else takes_s) / self._at_once
            planned = expected(waiting, turns, openings, self._book.limits, now, between_s)
            for row in rows:
                turn = planned[row.id]
                moved = row.eta_at is None or abs(row.eta_at - turn.at) > STEADY
                if row.expect(turn.at if moved else row.eta_at or turn.at, today=turn.today, now=now):
                    self._tell(work, row)
                changed += moved
        return changed

    def _tell(self, work: Work, row: Publication) -> None:
        work.save(events.publication_updated(row))
        work.after_commit(ring_progress(self._ring, row))


def _waiting(row: Publication, channel_closed: datetime | None, now: datetime) -> Waiting:
    paused = max(row.next_at or now, now)
    closed = max(channel_closed or now, now)
    for_quota = closed > now or (row.state is State.WAITING_QUOTA and paused > now)
    return Waiting(row.id, row.user_id, row.channel_id, row.created_at, max(paused, closed), for_quota)
