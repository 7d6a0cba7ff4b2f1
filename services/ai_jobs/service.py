"""Jobs as the outside asks for them: one method a use case. Creating takes the two commits of `reservations.py`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from filmstudio.ai_jobs.v1 import jobs_pb2 as pb
from filmstudio.projects.v1 import script_pb2

from services.ai_jobs import lengths, options, repository
from services.ai_jobs.clients import Commission, Credits, Projects
from services.ai_jobs.course import Course
from services.ai_jobs.errors import JobState
from services.ai_jobs.house import House
from services.ai_jobs.models import Job, JobKind, JobStatus, Phase, Purge
from services.ai_jobs.orders import Order, Orders
from services.ai_jobs.quotes import Quotes
from services.ai_jobs.reservations import Reservations, made_before
from services.kit import requests
from services.kit.db import Database, Work
from services.kit.errors import Invalid, NotFound
from services.kit.ids import parse_id

MAX_PROBE_STEPS = 2_000


class JobsService:
    """Use cases of jobs. Reads are in `reading.py`, the workers' side in `dispatch.py` and `deliveries.py`."""

    def __init__(
        self, database: Database, house: House, projects: Projects, credits: Credits, orders: Orders, quotes: Quotes
    ) -> None:
        self._db = database
        self._house = house
        self._projects = projects
        self._credits = credits
        self._orders = orders
        self._quotes = quotes
        self._reservations = Reservations(database, house, credits)

    # ---- creating

    async def create(self, user_id: str, kind: JobKind, request: pb.CreateJobRequest) -> UUID:
        """Reserve, hold, queue; the job's id. Refusals as JobsService.CreateJob lists them, nothing held by any of them."""
        if known := await made_before(self._db, user_id, "CreateJob", request.request_id, request):
            return known
        await self._quotes.require(user_id, request.quote_id)
        if kind is JobKind.SCRIPT:
            order = await self._orders.script(user_id, request)
        else:
            order, _ = await self._orders.film(user_id, kind, request.project_id, request.options)
        job = self._new_job(order, request)
        async with self._db.work() as work:
            await repository.lock_user(work.session, user_id)
            known = await requests.begin(work, user_id, "CreateJob", request.request_id, request)
            if known is not None:
                return known
            twin = await self._reservations.check_plan(work, order)
            await self._quotes.check(work, order, request.quote_id)
            self._reservations.check_twin(order, twin)
            attempt = job.reserve(self._house.now())
            work.save(job)
        await self._reservations.hold_and_queue(
            job.id, attempt, job.user_id, order.price, "CreateJob", request.request_id
        )
        return job.id

    def _new_job(self, order: Order, request: pb.CreateJobRequest) -> Job:
        found = order.commission
        return self._blank_job(
            user_id=order.user_id,
            kind=order.kind,
            project_id=UUID(found.project.id),
            priority=found.plan.priority,
            phase=Phase.WRITE if order.kind is JobKind.SCRIPT else Phase.ANALYZE,
            options=order.options.SerializeToString(deterministic=True),
            spec=order.spec.to_json(),
            script=lengths.paced(found.script).SerializeToString(deterministic=True),
            script_version=found.script.version,
            language=found.script.language,
            project_title=found.project.title,
            project_description=found.project.description,
            publish=request.publish.SerializeToString() if request.HasField("publish") else None,
            fingerprint=order.fingerprint,
            quoted=order.price,
        )

    def _blank_job(self, **values: Any) -> Job:
        return Job(
            id=self._house.new_id(),
            status=JobStatus.RESERVING,
            attempt=1,
            attempts_used=0,
            plan_due=False,
            shot_frames={},
            held=0,
            captured=0,
            released=0,
            hold_id="",
            progress=0.0,
            stage="queued",
            message="",
            shots_total=0,
            outputs=[],
            last_seq=0,
            version=1,
            created_at=self._house.now(),
            **values,
        )

    async def create_probe(self, user_id: str, request: pb.CreateProbeRequest) -> UUID:
        """A synthetic job of steps that only wait; with credits it holds and captures them like any other."""
        if not 1 <= request.steps <= MAX_PROBE_STEPS:
            raise Invalid(f"steps must be 1 to {MAX_PROBE_STEPS}", field="steps")
        if (
            not 0 <= request.seconds_per_step <= 600
            or not 0 <= request.fail_rate <= 1
            or request.credits < 0
            or request.width < 0
        ):
            raise Invalid(
                "seconds_per_step must be 0 to 600, fail_rate 0 to 1, credits and width not negative", field=""
            )
        spec = {
            "steps": request.steps,
            "seconds_per_step": request.seconds_per_step,
            "width": request.width,
            "fail_rate": request.fail_rate,
        }
        plan = await self._credits.plan()
        async with self._db.work() as work:
            known = await requests.begin(work, user_id, "CreateProbe", request.request_id, request)
            if known is not None:
                return known
            job = self._blank_job(
                user_id=user_id,
                kind=JobKind.PROBE,
                project_id=None,
                priority=plan.priority,
                phase=Phase.RENDER,
                options=b"",
                spec=spec,
                script=b"",
                script_version=0,
                language="",
                project_title="",
                project_description="",
                publish=None,
                fingerprint="",
                quoted=request.credits,
            )
            attempt = job.reserve(self._house.now())
            work.save(job)
        await self._reservations.hold_and_queue(
            job.id, attempt, user_id, request.credits, "CreateProbe", request.request_id
        )
        return job.id

    # ---- changing

    async def cancel(self, user_id: str, job_id: str) -> bool:
        """Ask a job to end; True when it was canceling or canceled already. JobEnded on another end."""
        async with self._db.work() as work:
            course = await self._course(work, user_id, job_id)
            changed = await course.cancel()
            await course.settle()
        return not changed

    async def cancel_jobs_of_project(self, event_id: UUID, project_id: str) -> None:
        """The project was deleted."""
        async with self._db.work() as work:
            if not await work.first_time(event_id):
                return
            for job_id in sorted(await repository.live_jobs_of_project(work.session, UUID(project_id))):
                course = await Course.load(self._house, work, job_id)
                if course is None:
                    continue
                course.job.drop_reservation()
                if course.job.status is JobStatus.RESERVING:
                    await repository.drop_job(work.session, job_id)
                elif not course.job.ended:
                    await course.cancel()
                    await course.settle()

    async def retry(self, user_id: str, job_id: str, request: pb.RetryJobRequest) -> None:
        """A new attempt of a failed or canceled job: a new hold, and only what isn't done."""
        if await made_before(self._db, user_id, "RetryJob", request.request_id, request):
            return
        known = parse_id(job_id)
        async with self._db.work() as work:
            job = await repository.owned(work.session, known, user_id) if known else None
        if job is None:
            raise NotFound(f"there is no job {job_id}")
        job.require_retryable()
        price = job.quoted
        order = None
        if job.project_id is not None:
            project = await self._projects.get(str(job.project_id))
            plan = await self._credits.plan()
            found = Commission(project, script_pb2.Script(), plan, options.Files())
            order = Order(user_id, job.kind, found, pb.VideoOptions(), job.order, job.fingerprint, price)
        async with self._db.work() as work:
            await repository.lock_user(work.session, user_id)
            if await requests.begin(work, user_id, "RetryJob", request.request_id, request):
                return
            locked = await repository.locked(work.session, job.id)
            if locked is None:
                raise NotFound(f"there is no job {job_id}")
            locked.require_retryable()
            if locked.reserving_attempt is not None:
                raise JobState("a retry of this job is being started already", status=locked.status)
            if order is not None:
                self._reservations.check_twin(
                    order, await self._reservations.check_plan(work, order, besides=locked.id)
                )
            attempt = locked.reserve(self._house.now())
        await self._reservations.hold_and_queue(job.id, attempt, user_id, price, "RetryJob", request.request_id)

    async def approve(self, user_id: str, job_id: str) -> None:
        """The storyboard is good: render it."""
        async with self._db.work() as work:
            course = await self._course(work, user_id, job_id)
            await course.approve()
            await course.settle()

    async def _course(self, work: Work, user_id: str, job_id: str) -> Course:
        """The user's job, locked; NotFound otherwise."""
        known = parse_id(job_id)
        course = await Course.load(self._house, work, known) if known else None
        if course is None or course.job.user_id != user_id or course.job.status is JobStatus.RESERVING:
            raise NotFound(f"there is no job {job_id}")
        return course

    async def purge_project_later(self, event_id: UUID, project_id: str, user_id: str) -> None:
        """The project is gone for good: what was made for it goes with one of the next sweeps."""
        async with self._db.work() as work:
            if await work.first_time(event_id):
                await work.session.merge(Purge(project_id=UUID(project_id), user_id=user_id))
