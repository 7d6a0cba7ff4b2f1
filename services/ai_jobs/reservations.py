"""Between an order and its first step: the two commits around the hold.

Reserved, then held, then queued: credits are never held for a job that nobody knows of, and no job runs on credits that nobody
holds. `upkeep.py` ends what a crash leaves between the two.
"""

from __future__ import annotations

from uuid import UUID

from google.protobuf.message import Message

from services.ai_jobs import repository
from services.ai_jobs.clients import Credits
from services.ai_jobs.course import Course
from services.ai_jobs.errors import JobAlreadyRunning, JobState, PlanLimit
from services.ai_jobs.house import House
from services.ai_jobs.models import Job, JobStatus
from services.ai_jobs.orders import Order
from services.kit import requests
from services.kit.db import Database, Work


async def made_before(database: Database, user_id: str, method: str, request_id: str, request: Message) -> UUID | None:
    """What a repeated request made, before anything is asked of others; marks nothing."""
    if not request_id:
        return None
    async with database.work() as work:
        known = await requests.begin(work, user_id, method, request_id, request)
        if known is None:
            await requests.forget(work, user_id, method, request_id)
        return known


class Reservations:
    """Places in a user's plan, the hold for an attempt, and the attempt's beginning."""

    def __init__(self, database: Database, house: House, credits: Credits) -> None:
        self._db = database
        self._house = house
        self._credits = credits

    async def check_plan(self, work: Work, order: Order, *, besides: UUID | None = None) -> Job | None:
        """PlanLimit when the user has as many live jobs as the plan allows; else the project's live job of this kind, if any."""
        live = [job for job in await repository.live_jobs(work.session, order.user_id) if job.id != besides]
        allowed = order.commission.plan.max_live_jobs
        mine = UUID(order.commission.project.id)
        twin = next((job for job in live if job.project_id == mine and job.kind is order.kind), None)
        if twin is None and len(live) >= allowed:
            raise PlanLimit(
                f"plan {order.commission.plan.id} allows {allowed} jobs at once", limit="live_jobs", allowed=allowed
            )
        return twin

    @staticmethod
    def check_twin(order: Order, twin: Job | None) -> None:
        """JobAlreadyRunning where the project has a live job of this kind."""
        if twin is not None:
            raise JobAlreadyRunning(f"the project has a live {order.kind} job", job_id=twin.id)

    async def hold_and_queue(
        self, job_id: UUID, attempt: int, user_id: str, price: int, method: str, request_id: str
    ) -> None:
        """Between the commits: the hold. Commit 2 counts only while the reservation of this attempt stands."""
        hold_id = ""
        if price:
            try:
                hold_id = await self._credits.hold(price, str(job_id), attempt)
            except BaseException:
                await self._unreserve(job_id, attempt, user_id, method, request_id)
                raise
        async with self._db.work() as work:
            course = await Course.load(self._house, work, job_id)
            stands = course is not None and course.job.still_reserving(attempt)
            if course is not None and stands:
                course.job.begin(attempt, hold_id, price, self._house.now())
                await course.queued()
                await course.settle()
                await requests.finish(work, user_id, method, request_id, job_id)
            else:
                await requests.forget(work, user_id, method, request_id)
        if not stands:
            if hold_id:
                await self._credits.end_hold(hold_id, 0)
            raise JobState(
                "the reservation took too long and was given up; nothing was charged: ask again", status="failed"
            )

    async def _unreserve(self, job_id: UUID, attempt: int, user_id: str, method: str, request_id: str) -> None:
        """A refused hold removes the reservation in the same call; a retry's job stays as it was."""
        async with self._db.work() as work:
            job = await repository.locked(work.session, job_id)
            if job is not None and job.still_reserving(attempt):
                job.drop_reservation()
                if job.status is JobStatus.RESERVING:
                    await repository.drop_job(work.session, job_id)
            await requests.forget(work, user_id, method, request_id)
