"""Upkeep: every state has somebody who ends it, every lease somebody who misses it, every hold somebody who settles it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from uuid import UUID

from filmstudio.credits.v1 import credits_pb2
from prometheus_client import Gauge

from services.ai_jobs import lease_repository, repository
from services.ai_jobs.clients import Credits
from services.ai_jobs.course import Course
from services.ai_jobs.dispatch import Dispatch
from services.ai_jobs.events import timestamp
from services.ai_jobs.house import House
from services.ai_jobs.models import RESERVING_LIMIT, REVIEW_LIMIT, UNSERVED_LIMIT, Job, JobFailure, JobStatus
from services.ai_jobs.stumbles import Call, Stumbles
from services.kit import telemetry
from services.kit.db import Database
from services.kit.errors import DependencyAway, RemoteError
from services.kit.identity import acting_for
from services.kit.ids import parse_id

# a hold whose attempt we know nothing of is released when it is older than this
UNKNOWN_HOLD = timedelta(minutes=3)
# holds younger than this are still on their way through the saga
YOUNG_HOLD = timedelta(seconds=30)
# two looks for lost leases further apart than this: we were frozen, and heard nobody
FROZEN_S = 10.0

_steps_ready = Gauge("ai_jobs_steps_ready", "Steps that wait for a worker", ["lane"])
_steps_leased = Gauge("ai_jobs_steps_leased", "Steps being rendered")


class Upkeep:
    """The sweeper (each second), the slower sweep and the reconciler (each minute)."""

    def __init__(
        self,
        database: Database,
        house: House,
        dispatch: Dispatch,
        credits: Credits,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._db = database
        self._house = house
        self._dispatch = dispatch
        self._credits = credits
        self._clock = clock
        self._swept_at = clock()
        self._stumbles = Stumbles(house.now)

    async def _past(self, job_id: UUID, serve: Call) -> None:
        """Do this for the job; one that is stumbled over again and again ends, and is in nobody's way meanwhile."""
        await self._stumbles.past(job_id, serve, partial(self._break_off, job_id))

    async def _break_off(self, job_id: UUID) -> None:
        async with self._db.work() as work:
            course = await Course.load(self._house, work, job_id)
            if course is not None and not course.job.ended:
                message = "the job could not go on, through no fault of its script: try it again"
                await course.fail(JobFailure("PLANNING_FAILED", message, course.job.stage, True, {}))
                await course.settle()

    async def sweep_leases(self) -> None:
        """Steps whose workers are gone go on elsewhere; never because we or the database were away ourselves."""
        if self._clock() - self._swept_at > FROZEN_S:
            self._dispatch.owe_renewal()
        try:
            await self._dispatch.renew_all_if_owed()
            async with self._db.work() as work:
                expired = await lease_repository.expired_leases(work.session)
            for job_id, step_id in expired:
                await self._past(job_id, partial(self._dispatch.lose_lease, job_id, step_id))
        except DependencyAway:
            self._dispatch.owe_renewal()
            raise
        self._swept_at = self._clock()

    async def measure(self) -> None:
        """What autoscaling and ETAs look at."""
        await self._house.pace.refresh(self._db)
        async with self._db.work() as work:
            ready = await lease_repository.ready_by_lane(work.session)
            _steps_leased.set(await lease_repository.leased_count(work.session))
        for lane in {"cpu", "gpu", *ready}:
            _steps_ready.labels(lane).set(ready.get(lane, 0))

    async def sweep_jobs(self) -> None:
        """Reservations nobody finished, reviews nobody gave, steps nobody can serve, cancels whose workers are gone."""
        now = self._house.now()
        async with self._db.work() as work:
            reserving = await repository.jobs_reserving_since(work.session, now - RESERVING_LIMIT)
            forgotten = await repository.jobs_in(
                work.session, JobStatus.WAITING_REVIEW, changed_before=now - REVIEW_LIMIT
            )
            unserved = await repository.unserved_jobs(work.session, now - UNSERVED_LIMIT)
            canceling = await repository.jobs_in(work.session, JobStatus.CANCELING)
        for job_id in reserving:
            await self._past(job_id, partial(self._drop_reservation, job_id))
        for job_id in [*forgotten, *unserved]:
            await self._past(job_id, partial(self._expire, job_id))
        for job_id in canceling:
            await self._past(job_id, partial(self._dispatch.settle, job_id))

    async def _drop_reservation(self, job_id: UUID) -> None:
        async with self._db.work() as work:
            job = await repository.locked(work.session, job_id)
            if job is None or job.reserving_since is None or job.reserving_since > self._house.now() - RESERVING_LIMIT:
                return
            job.drop_reservation()
            if job.status is JobStatus.RESERVING:
                await repository.drop_job(work.session, job_id)

    async def _expire(self, job_id: UUID) -> None:
        async with self._db.work() as work:
            course = await Course.load(self._house, work, job_id)
            if course is not None and not course.job.ended:
                await course.end(JobStatus.EXPIRED)
                await course.settle()

    async def reconcile_holds(self) -> None:
        """End every hold whose attempt has ended, by that end. Idempotent with the events that say the same."""
        now = self._house.now()
        token = ""
        while True:
            request = credits_pb2.ListLiveHoldsRequest(
                created_before=timestamp(now - YOUNG_HOLD), page_size=100, page_token=token
            )
            page = await self._credits.live_holds(request)
            ids = {known for hold in page.holds if (known := parse_id(hold.job_id))}
            async with self._db.work() as work:
                jobs = await repository.jobs_by_id(work.session, ids)
            for hold in page.holds:
                await self._reconcile(hold, jobs.get(parse_id(hold.job_id) or UUID(int=0)))
            token = page.next_page_token
            if not token:
                return

    async def _reconcile(self, hold: credits_pb2.Hold, job: Job | None) -> None:
        captured = self._owed(hold, job)
        if captured is None:
            return
        telemetry.log().info("a hold is settled late", hold_id=hold.id, job_id=hold.job_id, captured=captured)
        try:
            with acting_for(hold.user_id):
                await self._credits.end_hold(hold.id, captured)
        except RemoteError as error:
            telemetry.log().error("a hold could not be settled", hold_id=hold.id, reason=error.reason)

    def _owed(self, hold: credits_pb2.Hold, job: Job | None) -> int | None:
        """What to capture of a hold; None while its attempt lives."""
        old = self._house.now() - hold.create_time.ToDatetime(self._house.now().tzinfo) > UNKNOWN_HOLD
        if job is None:
            return 0 if old else None
        if job.hold_id == hold.id:
            return (job.captured if job.status is JobStatus.SUCCEEDED else 0) if job.ended else None
        if job.reserving_attempt == hold.attempt:
            return None
        return 0 if old or hold.attempt < job.attempt else None
