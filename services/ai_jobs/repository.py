"""Named queries of ai_jobs, and nothing else. Locks: a job's row first, then its steps; a claim locks ready steps only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.ai_jobs.models import LIVE, Job, JobEvent, JobKind, JobStatus, Purge, Quote
from services.ai_jobs.step_models import Artifact, PaidSegment, RenderStep, StepState, StepTime, UserTurn, Worker


class HeldBeat(Protocol):
    """A worker's word on a step it holds."""

    @property
    def step_id(self) -> UUID:
        """Which step."""

    @property
    def fence(self) -> int:
        """By which claim."""

    @property
    def progress(self) -> float:
        """0.0 to 1.0."""


# The one statement that hands out work (G1, G6). Within a user: the job's priority, its age, the plan's order. Between
# users: effective priority, then whoever waited longest for a turn. Locked rows are another claim's and are passed over.
# `ready_at` is by our clock and now() by the database's: a difference between them delays nothing.
_CLAIM = text(
    """
    WITH waiting AS (
        SELECT s.id, s.user_id, s.priority, s.job_id, s.position, s.ready_at,
               min(s.ready_at) OVER (PARTITION BY s.user_id) AS user_ready_at
        FROM ai_jobs.render_steps s
        WHERE s.state = 'ready' AND s.lane = ANY(:lanes) AND s.engine = ANY(:engines)
    ), ranked AS (
        SELECT w.id, t.last_claim_at,
               w.priority + floor(greatest(0, extract(epoch FROM least(
                   now() - coalesce(t.last_claim_at, w.user_ready_at), now() - w.user_ready_at))) / 60) AS effective,
               row_number() OVER (PARTITION BY w.user_id ORDER BY w.priority DESC, w.job_id, w.position, w.id) AS turn
        FROM waiting w LEFT JOIN ai_jobs.user_turns t ON t.user_id = w.user_id
    ), best AS (
        SELECT id, effective, turn, last_claim_at FROM ranked
        ORDER BY effective DESC, turn, last_claim_at NULLS FIRST, id LIMIT :candidates
    ), taken AS (
        SELECT s.id FROM ai_jobs.render_steps s JOIN best b ON b.id = s.id
        WHERE s.state = 'ready'
        ORDER BY b.effective DESC, b.turn, b.last_claim_at NULLS FIRST, b.id
        LIMIT :max_steps FOR UPDATE OF s SKIP LOCKED
    )
    UPDATE ai_jobs.render_steps s
    SET state = 'leased', worker = :worker, fence = s.fence + 1, progress = 0,
        lease_expires_at = now() + make_interval(secs => :lease_s), started_at = coalesce(s.started_at, now())
    FROM taken WHERE s.id = taken.id
    RETURNING s.id
    """
)


async def locked(session: AsyncSession, job_id: UUID) -> Job | None:
    """The job's row, locked until the transaction ends."""
    return await session.get(Job, job_id, with_for_update=True, populate_existing=True)


async def owned(session: AsyncSession, job_id: UUID, user_id: str, *, any_user: bool = False) -> Job | None:
    """The job if it is the user's and has begun; a first attempt that is still being reserved is nobody's business."""
    job = await session.get(Job, job_id)
    if job is None or job.status is JobStatus.RESERVING or (job.user_id != user_id and not any_user):
        return None
    return job


async def lock_user(session: AsyncSession, user_id: str) -> None:
    """One creating transaction a user at a time: live jobs are counted under this lock."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:user, 7281))"), {"user": user_id})


async def live_jobs(session: AsyncSession, user_id: str) -> Sequence[Job]:
    """The user's jobs that have not ended, and ended ones whose retry is being reserved."""
    live = Job.status.in_(LIVE) | Job.reserving_attempt.is_not(None)
    return (await session.scalars(select(Job).where(Job.user_id == user_id, live))).all()


async def live_jobs_of_project(session: AsyncSession, project_id: UUID) -> Sequence[UUID]:
    """Ids of the project's jobs that have not ended, and of ended ones whose retry is being reserved."""
    live = Job.status.in_(LIVE) | Job.reserving_attempt.is_not(None)
    return (await session.scalars(select(Job.id).where(Job.project_id == project_id, live))).all()


async def succeeded_with(session: AsyncSession, project_id: UUID, fingerprint: str) -> bool:
    """Whether this very film was made, and paid for, before."""
    query = select(Job.id).where(
        Job.project_id == project_id, Job.fingerprint == fingerprint, Job.status == JobStatus.SUCCEEDED
    )
    return (await session.scalars(query.limit(1))).first() is not None


async def last_film(session: AsyncSession, project_id: UUID, duration_ms: int, fps: int) -> Job | None:
    """The newest succeeded film of the project with this length and rate, whose shot lengths the next one keeps."""
    query = select(Job).where(
        Job.project_id == project_id,
        Job.kind == JobKind.VIDEO,
        Job.status == JobStatus.SUCCEEDED,
        Job.spec["duration_ms"].as_integer() == duration_ms,
        Job.spec["fps"].as_integer() == fps,
    )
    return (await session.scalars(query.order_by(Job.finished_at.desc()).limit(1))).first()


async def page_of_jobs(
    session: AsyncSession,
    *,
    user_id: str | None,
    project_id: UUID | None,
    status: JobStatus | None,
    live: bool,
    after: UUID | None,
    size: int,
) -> Sequence[Job]:
    """Size + 1 jobs, newest first; `user_id` None: everybody's."""
    conditions: list[ColumnElement[bool]] = [Job.status != JobStatus.RESERVING]
    if user_id is not None:
        conditions.append(Job.user_id == user_id)
    if project_id is not None:
        conditions.append(Job.project_id == project_id)
    if status is not None:
        conditions.append(Job.status == status)
    if live:
        conditions.append(Job.status.in_(LIVE))
    if after is not None:
        conditions.append(Job.id < after)
    return (await session.scalars(select(Job).where(*conditions).order_by(Job.id.desc()).limit(size + 1))).all()


async def steps_of(session: AsyncSession, job_id: UUID) -> list[RenderStep]:
    """The job's whole plan, in its order."""
    query = select(RenderStep).where(RenderStep.job_id == job_id).order_by(RenderStep.position)
    return list((await session.scalars(query.execution_options(populate_existing=True))).all())


async def step_job(session: AsyncSession, step_id: UUID) -> UUID | None:
    """Which job a step is of."""
    return (await session.scalars(select(RenderStep.job_id).where(RenderStep.id == step_id))).first()


async def claim(
    session: AsyncSession, *, worker: str, lanes: Sequence[str], engines: Sequence[str], max_steps: int, lease_s: float
) -> Sequence[UUID]:
    """Lease the best steps there are for this worker; ids of those it got."""
    found = await session.execute(
        _CLAIM,
        {
            "worker": worker,
            "lanes": list(lanes),
            "engines": list(engines),
            "max_steps": max_steps,
            # others may be locking the same ones just now: look a little further than what is asked for
            "candidates": max_steps * 4 + 16,
            "lease_s": lease_s,
        },
    )
    return found.scalars().all()


async def steps_by_id(session: AsyncSession, ids: Iterable[UUID]) -> list[RenderStep]:
    """The steps of these ids, as they are now."""
    query = select(RenderStep).where(RenderStep.id.in_(list(ids))).execution_options(populate_existing=True)
    return list((await session.scalars(query)).all())


async def note_turns(session: AsyncSession, user_ids: set[str]) -> None:
    """These users got a step now."""
    for user_id in sorted(user_ids):
        statement = insert(UserTurn).values(user_id=user_id, last_claim_at=func.now())
        await session.execute(
            statement.on_conflict_do_update(index_elements=[UserTurn.user_id], set_={"last_claim_at": func.now()})
        )


async def note_worker(
    session: AsyncSession, name: str, *, lanes: Sequence[str], engines: Sequence[str], slots: int
) -> None:
    """What a worker said of itself with its claim."""
    values = {"lanes": list(lanes), "engines": list(engines), "slots": slots, "seen_at": func.now()}
    statement = insert(Worker).values(name=name, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=[Worker.name], set_=values))


async def live_workers(session: AsyncSession, seconds: float = 60) -> Sequence[Worker]:
    """Workers heard of lately."""
    recent = Worker.seen_at > func.now() - text(f"interval '{seconds} seconds'")
    return (await session.scalars(select(Worker).where(recent))).all()


async def renew_leases(
    session: AsyncSession, lease_s: float, *, worker: str | None = None, ids: Iterable[UUID] | None = None
) -> None:
    """Leases start anew by the database's clock: a worker's own steps, or (after an outage of ours) all."""
    statement = update(RenderStep).where(RenderStep.state == StepState.LEASED)
    if worker is not None:
        statement = statement.where(RenderStep.worker == worker, RenderStep.id.in_(list(ids or [])))
    await session.execute(statement.values(lease_expires_at=func.now() + text(f"interval '{lease_s} seconds'")))


async def expired_leases(session: AsyncSession, limit: int = 100) -> Sequence[tuple[UUID, UUID]]:
    """(job id, step id) of steps whose workers have not been heard of within their lease."""
    query = select(RenderStep.job_id, RenderStep.id).where(
        RenderStep.state == StepState.LEASED, RenderStep.lease_expires_at < func.now()
    )
    query = query.order_by(RenderStep.lease_expires_at).limit(limit)
    return [(row[0], row[1]) for row in (await session.execute(query)).all()]


async def artifacts(session: AsyncSession, project_id: UUID, input_hashes: Sequence[str]) -> dict[str, Artifact]:
    """What was made of these input hashes before, by hash."""
    query = select(Artifact).where(Artifact.project_id == project_id, Artifact.input_hash.in_(input_hashes))
    return {artifact.input_hash: artifact for artifact in (await session.scalars(query)).all()}


async def keep_artifact(session: AsyncSession, step: RenderStep, now: datetime) -> None:
    """The first rendering stands."""
    if step.project_id is None:
        return
    values: dict[str, Any] = {"outputs": step.outputs, "result": step.result, "created_at": now}
    statement = insert(Artifact).values(project_id=step.project_id, input_hash=step.input_hash, **values)
    await session.execute(statement.on_conflict_do_nothing())


async def paid_hashes(session: AsyncSession, project_id: UUID) -> set[str]:
    """Input hashes of segments that succeeded jobs of the project have paid for."""
    return set(
        (await session.scalars(select(PaidSegment.input_hash).where(PaidSegment.project_id == project_id))).all()
    )


async def pay_segments(
    session: AsyncSession, project_id: UUID, job_id: UUID, segments: Iterable[tuple[str, float]]
) -> None:
    """These segments are paid for from now on."""
    rows = [
        {"project_id": project_id, "input_hash": input_hash, "seconds": seconds, "job_id": job_id}
        for input_hash, seconds in segments
    ]
    if rows:
        await session.execute(insert(PaidSegment).values(rows).on_conflict_do_nothing())


async def measured(session: AsyncSession) -> dict[str, float]:
    """Kind → measured seconds per unit, over the engines of that kind."""
    rows = (await session.scalars(select(StepTime).order_by(StepTime.samples))).all()
    return {row.kind: row.seconds_per_unit for row in rows}


async def note_time(session: AsyncSession, kind: str, engine: str, seconds_per_unit: float) -> None:
    """Add a measurement to the moving average (a twentieth each, once there are twenty)."""
    statement = insert(StepTime).values(kind=kind, engine=engine, seconds_per_unit=seconds_per_unit, samples=1)
    share = 1.0 / func.least(StepTime.samples + 1, 20)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[StepTime.kind, StepTime.engine],
            set_={
                "seconds_per_unit": StepTime.seconds_per_unit + (seconds_per_unit - StepTime.seconds_per_unit) * share,
                "samples": StepTime.samples + 1,
            },
        )
    )


async def events_after(session: AsyncSession, job_id: UUID, after_seq: int, limit: int) -> Sequence[JobEvent]:
    """The job's events in order, from after_seq on."""
    query = select(JobEvent).where(JobEvent.job_id == job_id, JobEvent.seq > after_seq)
    return (await session.scalars(query.order_by(JobEvent.seq).limit(limit))).all()


async def plan_due(session: AsyncSession, limit: int = 20, *, besides: Sequence[UUID] = ()) -> Sequence[UUID]:
    """Jobs the planner is to look at."""
    query = select(Job.id).where(Job.plan_due, Job.id.not_in(besides))
    return (await session.scalars(query.order_by(Job.id).limit(limit))).all()


async def jobs_reserving_since(session: AsyncSession, before: datetime) -> Sequence[UUID]:
    """Jobs whose hold was asked for long ago."""
    query = select(Job.id).where(Job.reserving_attempt.is_not(None), Job.reserving_since < before)
    return (await session.scalars(query.limit(100))).all()


async def jobs_in(
    session: AsyncSession, status: JobStatus, *, changed_before: datetime | None = None
) -> Sequence[UUID]:
    """Jobs in this status (since before a time, where one is given)."""
    query = select(Job.id).where(Job.status == status)
    if changed_before is not None:
        query = query.where(func.coalesce(Job.progress_at, Job.queued_at) < changed_before)
    return (await session.scalars(query.limit(100))).all()


async def unserved_jobs(session: AsyncSession, ready_before: datetime) -> Sequence[UUID]:
    """Working jobs with nothing leased whose steps have been ready, and untouched, since before that time."""
    ready = select(RenderStep.job_id).where(RenderStep.state == StepState.READY, RenderStep.ready_at < ready_before)
    leased = select(RenderStep.job_id).where(RenderStep.state == StepState.LEASED)
    query = select(Job.id).where(
        Job.status.in_([JobStatus.QUEUED, JobStatus.RUNNING]), Job.id.in_(ready), Job.id.not_in(leased)
    )
    return (await session.scalars(query.limit(100))).all()


async def steps_ahead(session: AsyncSession, job: Job) -> int:
    """Ready steps of other jobs that go before this job's, not counting what waiting will add."""
    ahead = (RenderStep.priority > job.priority) | (
        (RenderStep.priority == job.priority) & (RenderStep.job_id < job.id)
    )
    query = select(func.count()).where(RenderStep.state == StepState.READY, RenderStep.job_id != job.id, ahead)
    return (await session.scalar(query)) or 0


async def ready_by_lane(session: AsyncSession) -> dict[str, int]:
    """How many steps wait for a worker, by lane."""
    query = select(RenderStep.lane, func.count()).where(RenderStep.state == StepState.READY).group_by(RenderStep.lane)
    return {str(lane): int(count) for lane, count in (await session.execute(query)).all()}


async def leased_count(session: AsyncSession) -> int:
    """How many steps are being rendered."""
    return (await session.scalar(select(func.count()).where(RenderStep.state == StepState.LEASED))) or 0


async def jobs_by_status(session: AsyncSession) -> dict[str, int]:
    """How many jobs there are, by status."""
    query = select(Job.status, func.count()).group_by(Job.status)
    return {str(status): int(count) for status, count in (await session.execute(query)).all()}


async def quote(session: AsyncSession, quote_id: UUID) -> Quote | None:
    """A quote by its id."""
    return await session.get(Quote, quote_id)


async def drop_job(session: AsyncSession, job_id: UUID) -> None:
    """A first attempt whose hold was refused leaves no trace."""
    await session.execute(delete(Job).where(Job.id == job_id))


async def purges_due(session: AsyncSession, limit: int) -> Sequence[Purge]:
    """Projects that are gone for good, with no job that lives."""
    living = select(Job.id).where(Job.project_id == Purge.project_id, Job.status.in_(LIVE))
    return (await session.scalars(select(Purge).where(~living.exists()).limit(limit))).all()


async def purge_project(session: AsyncSession, project_id: UUID) -> None:
    """Remove every row about the project: its jobs with their steps and events, what was rendered, quotes."""
    for kept in (Job, Artifact, PaidSegment, Quote, Purge):
        await session.execute(delete(kept).where(kept.project_id == project_id))


async def touch_worker(session: AsyncSession, name: str) -> None:
    """The worker lives."""
    await session.execute(update(Worker).where(Worker.name == name).values(seen_at=func.now()))


async def beat(session: AsyncSession, worker: str, beats: Sequence[HeldBeat], lease_s: float) -> set[UUID]:
    """Renew the leases that are still this worker's and note their progress; ids of those."""
    held: set[UUID] = set()
    for told in sorted(beats, key=lambda told: told.step_id):
        statement = (
            update(RenderStep)
            .where(
                RenderStep.id == told.step_id,
                RenderStep.fence == told.fence,
                RenderStep.worker == worker,
                RenderStep.state == StepState.LEASED,
            )
            .values(lease_expires_at=func.now() + text(f"interval '{lease_s} seconds'"), progress=told.progress)
            .returning(RenderStep.id)
        )
        held.update((await session.scalars(statement.execution_options(synchronize_session=False))).all())
    return held


async def canceling_jobs(session: AsyncSession, job_ids: set[UUID]) -> set[UUID]:
    """Those of the jobs that are being canceled."""
    query = select(Job.id).where(Job.id.in_(job_ids), Job.status == JobStatus.CANCELING)
    return set((await session.scalars(query)).all())


async def jobs_to_report(session: AsyncSession, job_ids: set[UUID], before: datetime) -> Sequence[UUID]:
    """Those of the jobs whose last progress was told before that time."""
    query = select(Job.id).where(Job.id.in_(job_ids), func.coalesce(Job.progress_at, Job.created_at) < before)
    return (await session.scalars(query.order_by(Job.id))).all()


async def leases_of(session: AsyncSession, worker: str) -> Sequence[tuple[UUID, UUID, int]]:
    """(job id, step id, fence) of the live leases under a worker's name."""
    query = select(RenderStep.job_id, RenderStep.id, RenderStep.fence).where(
        RenderStep.state == StepState.LEASED, RenderStep.worker == worker
    )
    return [(row[0], row[1], row[2]) for row in (await session.execute(query)).all()]


async def lease_has_expired(session: AsyncSession, step_id: UUID) -> bool:
    """By the database's clock, in this transaction."""
    query = select(RenderStep.id).where(
        RenderStep.id == step_id, RenderStep.state == StepState.LEASED, RenderStep.lease_expires_at < func.now()
    )
    return (await session.scalars(query)).first() is not None


async def jobs_by_id(session: AsyncSession, ids: set[UUID]) -> dict[UUID, Job]:
    """The jobs of these ids."""
    return {job.id: job for job in (await session.scalars(select(Job).where(Job.id.in_(ids)))).all()}
