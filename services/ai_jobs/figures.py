"""What a list of jobs says of their plans: steps and shots counted by the database, one query a page."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from filmstudio.ai_jobs.v1 import jobs_pb2 as pb
from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.ai_jobs.step_models import RenderStep, StepState
from services.ai_jobs.step_repository import SHOT

_DONE = RenderStep.state == StepState.SUCCEEDED


async def add(session: AsyncSession, jobs: Sequence[pb.Job]) -> None:
    """Write the counts of steps and shots into these jobs."""
    query = (
        select(
            RenderStep.job_id,
            func.count().label("total"),
            func.count().filter(_DONE).label("done"),
            func.count().filter(RenderStep.cached).label("cached"),
            func.count().filter(SHOT, _DONE).label("shots_ok"),
            func.count().filter(SHOT, RenderStep.state == StepState.FAILED).label("shots_failed"),
        )
        .where(RenderStep.job_id.in_([UUID(job.id) for job in jobs]))
        .group_by(RenderStep.job_id)
    )
    found: dict[str, Row[UUID, int, int, int, int, int]] = {
        str(row.job_id): row for row in (await session.execute(query)).all()
    }
    for job in jobs:
        if (row := found.get(job.id)) is not None:
            job.progress.steps_total, job.progress.steps_done = row.total, row.done
            job.counts.steps_cached = row.cached
            job.counts.shots_ok, job.counts.shots_failed = row.shots_ok, row.shots_failed
