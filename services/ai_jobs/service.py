"""Quotes and jobs as the outside asks for them: one method a use case.

Creating is two commits around the hold (reserved, then held, then queued): credits are never held for a job that nobody
knows of, and no job runs on credits that nobody holds. `upkeep.py` ends what a crash leaves between the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from filmstudio.ai_jobs.v1 import jobs_pb2 as pb
from filmstudio.projects.v1 import script_pb2

from services.ai_jobs import estimates, options, planning, pricing, repository
from services.ai_jobs.clients import Commission, Credits, Projects, commission
from services.ai_jobs.course import Course
from services.ai_jobs.errors import JobAlreadyRunning, JobState, PlanLimit, QuoteStale
from services.ai_jobs.house import House
from services.ai_jobs.models import FilmSpec, IdeaSpec, Job, JobKind, JobStatus, Phase, Purge, Quote
from services.ai_jobs.planning import StepDraft
from services.kit import requests
from services.kit.db import Database, Work
from services.kit.errors import Invalid, NotFound
from services.kit.ids import parse_id

QUOTE_LASTS = timedelta(minutes=30)
# each completion looks at the whole plan: beyond this a probe would measure that and nothing else
MAX_PROBE_STEPS = 2_000
MAX_IDEA_CHARS = 2_000


@dataclass(frozen=True)
class Order:
    """A job about to be created: who asks, for what, and what it costs."""

    user_id: str
    kind: JobKind
    commission: Commission
    options: pb.VideoOptions
    spec: FilmSpec | IdeaSpec
    fingerprint: str
    price: int


class JobsService:
    """Use cases of quotes and jobs. Reads are in `reading.py`, the workers' side in `dispatch.py`."""

    def __init__(self, database: Database, house: House, projects: Projects, credits: Credits) -> None:
        self._db = database
        self._house = house
        self._projects = projects
        self._credits = credits

    # ---- quotes

    async def _order(
        self, user_id: str, kind: JobKind, project_id: str, asked: pb.VideoOptions
    ) -> tuple[Order, FilmSpec]:
        """Everything checked that can be checked without a lock, in the API's order, and priced."""
        found = await commission(self._projects, self._credits, project_id, asked)
        spec = options.settle(
            asked,
            project_id=UUID(found.project.id),
            script=found.script,
            plan=found.plan,
            engines=self._house.engines,
            files=found.files,
        )
        title = planning.film_title(found.script, found.project.title)
        fingerprint = pricing.fingerprint(spec, found.script.elements_sha256, title, found.project.edits_version)
        price = 0
        if kind is JobKind.VIDEO:
            async with self._db.work() as work:
                paid = await repository.succeeded_with(work.session, UUID(found.project.id), fingerprint)
            price = 0 if paid else pricing.credits_for(spec.duration_ms / 1000)
        return Order(user_id, kind, found, asked, spec, fingerprint, price), spec

    async def _script_order(self, user_id: str, request: pb.CreateJobRequest) -> Order:
        """A script to be written of an idea; free."""
        if not request.project_id:
            raise NotFound("a project_id is needed")
        project = await self._projects.get(request.project_id)
        idea = " ".join(request.idea.split())
        if not 3 <= len(idea) <= MAX_IDEA_CHARS or "\0" in idea:
            raise Invalid(f"an idea has 3 to {MAX_IDEA_CHARS} characters", field="idea")
        language = request.language or project.language or "en"
        spec = IdeaSpec(idea, language, project.title, options.default_seed(UUID(project.id)))
        found = Commission(project, script_pb2.Script(language=language), await self._credits.plan(), options.Files())
        return Order(user_id, JobKind.SCRIPT, found, pb.VideoOptions(), spec, "", 0)

    def _eta(self, spec: FilmSpec) -> int:
        pace = self._house.pace
        seconds = estimates.film_seconds(spec.width, spec.height, spec.fps, spec.duration_ms / 1000, pace.measured)
        return max(1, round(seconds / pace.slots))

    async def quote(self, user_id: str, kind: JobKind, request: pb.CreateQuoteRequest) -> Quote:
        """Name a price; nothing is held."""
        if known := await self._made_before(user_id, "CreateQuote", request.request_id, request):
            async with self._db.work() as work:
                if kept := await repository.quote(work.session, known):
                    return kept
        order, spec = await self._order(user_id, kind, request.project_id, request.options)
        now = self._house.now()
        minutes = spec.duration_ms / 60_000
        what = "film" if kind is JobKind.VIDEO else kind.value
        async with self._db.work() as work:
            done = await requests.begin(work, user_id, "CreateQuote", request.request_id, request)
            if done is not None and (kept := await repository.quote(work.session, done)):
                return kept
            quote = Quote(
                id=self._house.new_id(),
                user_id=user_id,
                project_id=UUID(order.commission.project.id),
                kind=kind,
                options_sha256=options.options_sha256(request.options),
                script_version=order.commission.script.version,
                credits=order.price,
                breakdown=[{"what": what, "quantity": round(minutes, 3), "unit": "minute", "credits": order.price}],
                eta_seconds=self._eta(spec),
                created_at=now,
                expires_at=now + QUOTE_LASTS,
            )
            work.save(quote)
            await requests.finish(work, user_id, "CreateQuote", request.request_id, quote.id)
        return quote

    # ---- creating

    async def create(self, user_id: str, kind: JobKind, request: pb.CreateJobRequest) -> UUID:
        """Reserve, hold, queue; the job's id. Refusals as JobsService.CreateJob lists them, nothing held by any of them."""
        if known := await self._made_before(user_id, "CreateJob", request.request_id, request):
            return known
        await self._require_quote(user_id, request.quote_id)
        if kind is JobKind.SCRIPT:
            order = await self._script_order(user_id, request)
        else:
            order, _ = await self._order(user_id, kind, request.project_id, request.options)
        job = self._new_job(order, request)
        async with self._db.work() as work:
            await repository.lock_user(work.session, user_id)
            known = await requests.begin(work, user_id, "CreateJob", request.request_id, request)
            if known is not None:
                return known
            twin = await self._check_plan(work, order)
            await self._check_quote(work, order, request.quote_id)
            self._check_twin(order, twin)
            attempt = job.reserve(self._house.now())
            work.save(job)
        await self._hold_and_queue(job.id, attempt, job.user_id, order.price, "CreateJob", request.request_id)
        return job.id

    async def _made_before(self, user_id: str, method: str, request_id: str, request: Any) -> UUID | None:
        """What a repeated request made, before anything is asked of others; marks nothing."""
        if not request_id:
            return None
        async with self._db.work() as work:
            known = await requests.begin(work, user_id, method, request_id, request)
            if known is None:
                await requests.forget(work, user_id, method, request_id)
            return known

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
            script=found.script.SerializeToString(deterministic=True),
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

    async def _require_quote(self, user_id: str, quote_id: str) -> None:
        """NotFound for a quote that isn't the user's, before anything is said about the order."""
        if not quote_id:
            return
        known = parse_id(quote_id)
        async with self._db.work() as work:
            quote = await repository.quote(work.session, known) if known else None
        if quote is None or quote.user_id != user_id:
            raise NotFound(f"there is no quote {quote_id}")

    async def _check_quote(self, work: Work, order: Order, quote_id: str) -> None:
        known = parse_id(quote_id)
        if known is None:
            return
        quote = await repository.quote(work.session, known)
        sha256 = options.options_sha256(order.options)
        found = order.commission
        now = self._house.now()
        if quote is None or not quote.binds(
            order.user_id, UUID(found.project.id), order.kind, sha256, found.script.version, now
        ):
            raise QuoteStale(
                "the quote has expired or was for another script version or other options: ask for a new one"
            )
        if quote.credits != order.price:
            raise QuoteStale("the price has changed since the quote: ask for a new one")

    async def _check_plan(self, work: Work, order: Order, *, besides: UUID | None = None) -> Job | None:
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
    def _check_twin(order: Order, twin: Job | None) -> None:
        if twin is not None:
            raise JobAlreadyRunning(f"the project has a live {order.kind} job", job_id=twin.id)

    async def _hold_and_queue(
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
                await self._begin(course, attempt, hold_id, price)
                await requests.finish(work, user_id, method, request_id, job_id)
            else:
                await requests.forget(work, user_id, method, request_id)
        if not stands:
            if hold_id:
                await self._credits.end_hold(hold_id, 0)
            raise JobState(
                "the reservation took too long and was given up; nothing was charged: ask again", status="failed"
            )

    async def _begin(self, course: Course, attempt: int, hold_id: str, held: int) -> None:
        job = course.job
        job.begin(attempt, hold_id, held, self._house.now())
        course.reopen()
        if not course.steps:
            course.add(self._first_steps(job))
        course.queued()
        await course.settle()

    @staticmethod
    def _first_steps(job: Job) -> list[StepDraft]:
        if job.kind is JobKind.PROBE:
            return planning.probe(**job.spec)
        match job.order:
            case IdeaSpec() as spec:
                return planning.writing(spec)
            case FilmSpec() as spec:
                drafts = planning.analysis(spec, script_pb2.Script.FromString(job.script))
                # the script itself stays in the job's row; the claim puts it in
                drafts[0].params.analyze_script.ClearField("script")
                return drafts

    async def _unreserve(self, job_id: UUID, attempt: int, user_id: str, method: str, request_id: str) -> None:
        """A refused hold removes the reservation in the same call; a retry's job stays as it was."""
        async with self._db.work() as work:
            job = await repository.locked(work.session, job_id)
            if job is not None and job.still_reserving(attempt):
                job.drop_reservation()
                if job.status is JobStatus.RESERVING:
                    await repository.drop_job(work.session, job_id)
            await requests.forget(work, user_id, method, request_id)

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
        await self._hold_and_queue(job.id, attempt, user_id, request.credits, "CreateProbe", request.request_id)
        return job.id

    # ---- changing

    async def cancel(self, user_id: str, job_id: str) -> bool:
        """Ask a job to end; True when it was canceling or canceled already. JobEnded on another end."""
        async with self._db.work() as work:
            course = await self._course(work, user_id, job_id)
            changed = course.cancel()
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
                    course.cancel()
                    await course.settle()

    async def retry(self, user_id: str, job_id: str, request: pb.RetryJobRequest) -> None:
        """A new attempt of a failed or canceled job: a new hold, and only what isn't done."""
        if await self._made_before(user_id, "RetryJob", request.request_id, request):
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
            found = Commission(project, script_pb2.Script.FromString(job.script), plan, options.Files())
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
                self._check_twin(order, await self._check_plan(work, order, besides=locked.id))
            attempt = locked.reserve(self._house.now())
        await self._hold_and_queue(job.id, attempt, user_id, price, "RetryJob", request.request_id)

    async def approve(self, user_id: str, job_id: str) -> None:
        """The storyboard is good: render it."""
        async with self._db.work() as work:
            course = await self._course(work, user_id, job_id)
            course.approve()
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
