"""Named queries of claims, leases and those who hold them. A claim locks ready steps only, and no job."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.ai_jobs.step_models import RenderStep, StepState, StepTime, UserTurn, Worker


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


async def touch_worker(session: AsyncSession, name: str) -> None:
    """The worker lives."""
    await session.execute(update(Worker).where(Worker.name == name).values(seen_at=func.now()))


async def live_workers(session: AsyncSession, seconds: float = 60) -> Sequence[Worker]:
    """Workers heard of lately."""
    recent = Worker.seen_at > func.now() - text(f"interval '{seconds} seconds'")
    return (await session.scalars(select(Worker).where(recent))).all()


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


async def lease_has_expired(session: AsyncSession, step_id: UUID) -> bool:
    """By the database's clock, in this transaction."""
    query = select(RenderStep.id).where(
        RenderStep.id == step_id, RenderStep.state == StepState.LEASED, RenderStep.lease_expires_at < func.now()
    )
    return (await session.scalars(query)).first() is not None


async def leases_of(session: AsyncSession, worker: str) -> Sequence[tuple[UUID, UUID, int]]:
    """(job id, step id, fence) of the live leases under a worker's name."""
    query = select(RenderStep.job_id, RenderStep.id, RenderStep.fence).where(
        RenderStep.state == StepState.LEASED, RenderStep.worker == worker
    )
    return [(row[0], row[1], row[2]) for row in (await session.execute(query)).all()]


async def ready_by_lane(session: AsyncSession) -> dict[str, int]:
    """How many steps wait for a worker, by lane."""
    query = select(RenderStep.lane, func.count()).where(RenderStep.state == StepState.READY).group_by(RenderStep.lane)
    return {str(lane): int(count) for lane, count in (await session.execute(query)).all()}


async def leased_count(session: AsyncSession) -> int:
    """How many steps are being rendered."""
    return (await session.scalar(select(func.count()).where(RenderStep.state == StepState.LEASED))) or 0


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
