"""Named queries of jobs, their events, quotes and purges. Locks: a job's row first, then its steps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from services.ai_jobs.models import LIVE, Job, JobEvent, JobKind, JobStatus, Purge, Quote
from services.ai_jobs.step_models import Artifact, PaidSegment, RenderStep, StepState
from services.kit.tables import OutboxSequence

# what nobody is shown, and what may be megabytes in a list
_SEEN = (defer(Job.script, raiseload=True), defer(Job.storyboard, raiseload=True))


async def locked(session: AsyncSession, job_id: UUID) -> Job | None:
    """The job's row, locked until the transaction ends."""
    return await session.get(Job, job_id, with_for_update=True, populate_existing=True)


async def owned(session: AsyncSession, job_id: UUID, user_id: str, *, any_user: bool = False) -> Job | None:
    """The job if it is the user's and has begun; a first attempt that is still being reserved is nobody's business.

    Without its script and storyboard: those are read by who works on it.
    """
    job = await session.get(Job, job_id, options=_SEEN)
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
    """Size + 1 jobs, newest first, without their scripts and storyboards; `user_id` None: everybody's."""
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
    query = select(Job).where(*conditions).options(*_SEEN).order_by(Job.id.desc())
    return (await session.scalars(query.limit(size + 1))).all()


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


async def purge_some(session: AsyncSession, project_id: UUID, limit: int) -> bool:
    """Remove up to so many of the project's jobs, with their steps, events and counters, or of its artifacts. True: that was all."""
    jobs = list((await session.scalars(select(Job.id).where(Job.project_id == project_id).limit(limit))).all())
    if jobs:
        # of a job that is gone nothing is told any more: its facts need no numbers
        steps = select(cast(RenderStep.id, Text)).where(RenderStep.job_id.in_(jobs))
        counter = OutboxSequence
        of_jobs = (counter.aggregate_type == "job") & counter.aggregate_id.in_([str(job_id) for job_id in jobs])
        of_steps = (counter.aggregate_type == "step") & counter.aggregate_id.in_(steps)
        for counters in (of_jobs, of_steps):
            await session.execute(delete(counter).where(counters))
        await session.execute(delete(Job).where(Job.id.in_(jobs)))
        return False
    made = select(Artifact.input_hash).where(Artifact.project_id == project_id).limit(limit)
    gone = await session.execute(
        delete(Artifact)
        .where(Artifact.project_id == project_id, Artifact.input_hash.in_(made))
        .returning(Artifact.input_hash)
    )
    if gone.first() is not None:
        return False
    for kept in (PaidSegment, Quote, Purge):
        await session.execute(delete(kept).where(kept.project_id == project_id))
    return True


async def canceling_jobs(session: AsyncSession, job_ids: set[UUID]) -> set[UUID]:
    """Those of the jobs that are being canceled."""
    query = select(Job.id).where(Job.id.in_(job_ids), Job.status == JobStatus.CANCELING)
    return set((await session.scalars(query)).all())


async def jobs_to_report(session: AsyncSession, job_ids: set[UUID], before: datetime) -> Sequence[UUID]:
    """Those of the jobs whose last progress was told before that time."""
    query = select(Job.id).where(Job.id.in_(job_ids), func.coalesce(Job.progress_at, Job.created_at) < before)
    return (await session.scalars(query.order_by(Job.id))).all()


async def jobs_by_id(session: AsyncSession, ids: set[UUID]) -> dict[UUID, Job]:
    """The jobs of these ids."""
    return {job.id: job for job in (await session.scalars(select(Job).where(Job.id.in_(ids)))).all()}
