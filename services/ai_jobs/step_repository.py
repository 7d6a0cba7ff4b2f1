"""Named queries of a plan: its steps, its figures, what was rendered before and what of it is paid for.

Whoever changes a step has locked its job before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, and_, any_, bindparam, cast, exists, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.ai_jobs.step_models import Artifact, PaidSegment, RenderStep, StepState
from services.ai_jobs.tally import KindTally, Tally


async def steps_by_id(session: AsyncSession, ids: Iterable[UUID]) -> list[RenderStep]:
    """The steps of these ids, as they are now, each job's in its plan's order."""
    query = select(RenderStep).where(RenderStep.id.in_(list(ids))).order_by(RenderStep.position)
    return list((await session.scalars(query.execution_options(populate_existing=True))).all())


async def step(session: AsyncSession, step_id: UUID) -> RenderStep | None:
    """The step as it is now."""
    return next(iter(await steps_by_id(session, [step_id])), None)


async def step_named(session: AsyncSession, job_id: UUID, name: str) -> RenderStep | None:
    """The step of that name in a plan."""
    query = select(RenderStep).where(RenderStep.job_id == job_id, RenderStep.name == name)
    return (await session.scalars(query.execution_options(populate_existing=True))).first()


async def step_job(session: AsyncSession, step_id: UUID) -> UUID | None:
    """Which job a step is of."""
    return (await session.scalars(select(RenderStep.job_id).where(RenderStep.id == step_id))).first()


async def ids_by_name(session: AsyncSession, job_id: UUID) -> dict[str, UUID]:
    """The names of a plan's steps."""
    query = select(RenderStep.name, RenderStep.id).where(RenderStep.job_id == job_id)
    return {row.name: row.id for row in await session.execute(query)}


async def of_kinds(session: AsyncSession, job_id: UUID, kinds: Collection[str]) -> list[RenderStep]:
    """The steps of these kinds, in the plan's order."""
    query = select(RenderStep).where(RenderStep.job_id == job_id, RenderStep.kind.in_(kinds))
    return list((await session.scalars(query.order_by(RenderStep.position))).all())


async def in_states(session: AsyncSession, job_id: UUID, states: Collection[StepState]) -> list[RenderStep]:
    """The steps in these states, in the plan's order."""
    query = select(RenderStep).where(RenderStep.job_id == job_id, RenderStep.state.in_(states))
    query = query.order_by(RenderStep.position).execution_options(populate_existing=True)
    return list((await session.scalars(query)).all())


async def due(session: AsyncSession, job_id: UUID, after: Collection[UUID] | None = None) -> list[RenderStep]:
    """Waiting steps whose needs are all done, in the plan's order; with `after` only those that need one of these steps."""
    needed = aliased(RenderStep)
    undone = exists().where(needed.id == any_(RenderStep.needs), needed.state != StepState.SUCCEEDED)
    query = select(RenderStep).where(RenderStep.job_id == job_id, RenderStep.state == StepState.WAITING, ~undone)
    if after is not None:
        query = query.where(RenderStep.needs.bool_op("&&")(cast(list(after), ARRAY(Uuid))))
    return list((await session.scalars(query.order_by(RenderStep.position))).all())


@dataclass(frozen=True)
class Made:
    """What a step that is done has made."""

    id: UUID
    name: str
    outputs: Sequence[dict[str, Any]]
    result: bytes


async def made(session: AsyncSession, job_id: UUID, ids: Collection[UUID], names: Collection[str]) -> list[Made]:
    """What these steps of a plan have made."""
    if not ids and not names:
        return []
    query = select(RenderStep.id, RenderStep.name, RenderStep.outputs, RenderStep.result).where(
        RenderStep.job_id == job_id, RenderStep.id.in_(ids) | RenderStep.name.in_(names)
    )
    return [Made(*row) for row in (await session.execute(query)).all()]


# a shot's own step, not a card's
SHOT = and_(RenderStep.kind == "animate_shot", RenderStep.name.regexp_match("^.{5}[0-9]+$"))

# A row a kind, with the fields of KindTally. As text, since it goes with every delivery and every look at a job: putting
# such a statement together costs as much as answering it.
_TALLY = text(
    """
    SELECT kind, max(lane) AS lane, count(*) AS total,
           count(*) FILTER (WHERE state = 'succeeded') AS done,
           count(*) FILTER (WHERE cached) AS cached,
           count(*) FILTER (WHERE state = 'leased') AS leased,
           coalesce(array_agg(DISTINCT engine) FILTER (WHERE state = 'ready'), '{}') AS wanted,
           count(*) FILTER (WHERE shot AND state = 'succeeded') AS shots_done,
           count(*) FILTER (WHERE shot AND state = 'failed') AS shots_failed,
           sum(weight) AS weight,
           sum(weight * progress) AS weight_behind,
           coalesce(sum(weight * (1 - progress)) FILTER (WHERE state <> 'succeeded'), 0) AS weight_left,
           coalesce(max(weight * (1 - progress)) FILTER (WHERE state <> 'succeeded'), 0) AS longest_left,
           min(position) FILTER (WHERE state IN ('ready', 'leased')) AS current_at,
           max(position) AS last_at,
           count(*) FILTER (WHERE timed) AS timed,
           min(started_at) FILTER (WHERE timed) AS first_started,
           max(finished_at) FILTER (WHERE timed) AS last_finished,
           coalesce(sum(work_s) FILTER (WHERE timed), 0) AS work_s
    FROM (
        SELECT *, kind = 'animate_shot' AND name ~ '^.{5}[0-9]+$' AS shot,
               NOT cached AND started_at IS NOT NULL AND finished_at IS NOT NULL AS timed
        FROM ai_jobs.render_steps WHERE job_id = :job_id
    ) AS steps
    GROUP BY kind ORDER BY min(position)
    """
).bindparams(bindparam("job_id", type_=Uuid))


async def tally(session: AsyncSession, job_id: UUID) -> Tally:
    """How far the plan has come, in one statement whatever its length."""
    # a textual statement is not known to read what the session is about to write
    await session.flush()
    rows = (await session.execute(_TALLY, {"job_id": job_id})).mappings()
    return Tally([KindTally(**row) for row in rows])


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
