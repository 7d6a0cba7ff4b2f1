"""The queries of publications, by name. Those that take a user find only what is that user's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.youtube.publication_models import LIVE, WAITING, Caption, Publication, Source, State

# one number for all who hand out publications: two that look at once would see the same turn
_CLAIM_LOCK = 7_281_005
_PLAN_LOCK = 7_281_006

# The state is looked at again where the row is written: somebody may just have canceled it.
# An upload that has begun goes first. Then users take turns: whoever has fewest in hand, whose last upload is longest ago.
# Both are found once a user, not once a film: one user may have thousands waiting.
_CLAIM_UPLOAD = text("""
    WITH waiting AS (
        SELECT id, user_id, session_url <> '' AS has_begun, created_at, next_at,
               coalesce(leased_until >= now(), false) AS in_hand
        FROM youtube.publications WHERE state IN ('queued', 'waiting_quota', 'uploading')
    ), turns AS (
        SELECT mine.user_id, mine.in_hand,
               (SELECT max(begun_at) FROM youtube.publications
                WHERE user_id = mine.user_id AND begun_at IS NOT NULL) AS last_at
        FROM (SELECT user_id, count(*) FILTER (WHERE in_hand) AS in_hand FROM waiting GROUP BY user_id) AS mine
    )
    UPDATE youtube.publications SET fence = fence + 1, leased_until = now() + make_interval(secs => :lease_s)
    WHERE id = (
        SELECT p.id FROM waiting p JOIN turns USING (user_id)
        WHERE p.next_at <= :now AND NOT p.in_hand
        ORDER BY p.has_begun DESC, turns.in_hand, turns.last_at NULLS FIRST, p.created_at, p.id
        LIMIT 1
    ) AND state IN ('queued', 'waiting_quota', 'uploading')
    RETURNING id, fence
""")
# One at a time of a channel: two that look for the same playlist would make it twice.
_CLAIM_FINISHING = text("""
    UPDATE youtube.publications SET fence = fence + 1, leased_until = now() + make_interval(secs => :lease_s)
    WHERE id = (
        SELECT p.id FROM youtube.publications p
        WHERE p.state IN ('processing', 'scheduled', 'published') AND p.next_at <= :now
              AND (p.leased_until IS NULL OR p.leased_until < now())
              AND NOT EXISTS (
                  SELECT FROM youtube.publications q
                  WHERE q.connection_id = p.connection_id AND q.leased_until >= now()
                        AND q.state IN ('processing', 'scheduled', 'published')
              )
        ORDER BY p.next_at, p.id
        LIMIT 1
    ) AND state IN ('processing', 'scheduled', 'published')
    RETURNING id, fence
""")
_RENEW = text("""
    UPDATE youtube.publications SET leased_until = now() + make_interval(secs => :lease_s)
    WHERE id = :id AND fence = :fence AND leased_until IS NOT NULL
    RETURNING id
""")
_RELEASE = text("UPDATE youtube.publications SET leased_until = NULL WHERE id = :id AND fence = :fence")


@dataclass(frozen=True)
class Claim:
    """A publication in somebody's hands."""

    id: UUID
    fence: int


async def claim(session: AsyncSession, *, uploads: bool, now: datetime, lease_s: float) -> Claim | None:
    """The next publication to upload, or else to finish, leased by the database's clock; None where nothing is due."""
    await session.execute(select(func.pg_advisory_xact_lock(_CLAIM_LOCK)))
    statement = _CLAIM_UPLOAD if uploads else _CLAIM_FINISHING
    row = (await session.execute(statement, {"now": now, "lease_s": lease_s})).one_or_none()
    return Claim(row.id, row.fence) if row else None


async def renew(session: AsyncSession, held: Claim, lease_s: float) -> bool:
    """Hold it for longer; False where it is somebody else's, or at its end."""
    values = {"id": held.id, "fence": held.fence, "lease_s": lease_s}
    return (await session.execute(_RENEW, values)).one_or_none() is not None


async def release(session: AsyncSession, held: Claim) -> None:
    """Give it out of hand."""
    await session.execute(_RELEASE, {"id": held.id, "fence": held.fence})


async def held(session: AsyncSession, claimed: Claim) -> Publication | None:
    """The publication, locked, while it is this claim's."""
    query = select(Publication).where(Publication.id == claimed.id, Publication.fence == claimed.fence)
    return await session.scalar(query.with_for_update(of=Publication))


async def publication(session: AsyncSession, user_id: str, key: UUID, *, locked: bool = False) -> Publication | None:
    """A user's publication."""
    query = select(Publication).where(Publication.id == key, Publication.user_id == user_id)
    return await session.scalar(query.with_for_update(of=Publication) if locked else query)


async def publications_page(
    session: AsyncSession, user_id: str, job_id: str, project_id: str, after: UUID | None, limit: int
) -> Sequence[Publication]:
    """A user's publications, newest first; of one job or project where it is named."""
    query = select(Publication).where(Publication.user_id == user_id)
    if job_id:
        query = query.where(Publication.job_id == job_id)
    if project_id:
        query = query.where(Publication.project_id == project_id)
    if after is not None:
        query = query.where(Publication.id < after)
    return (await session.scalars(query.order_by(Publication.id.desc()).limit(limit))).all()


async def live_of_job(session: AsyncSession, job_id: str, connection_id: UUID) -> Publication | None:
    """A publication of the job on its way to this channel; nobody else makes one before this transaction ends."""
    key = f"youtube/{job_id}/{connection_id}"
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})
    query = select(Publication).where(
        Publication.job_id == job_id, Publication.connection_id == connection_id, Publication.state.in_(LIVE)
    )
    return await session.scalar(query.limit(1))


async def of_job_options(session: AsyncSession, job_id: str) -> Publication | None:
    """What the job's own options have made."""
    query = select(Publication).where(Publication.job_id == job_id, Publication.source == Source.JOB)
    return await session.scalar(query.limit(1))


async def of_connection(session: AsyncSession, connection_id: UUID) -> Sequence[Publication]:
    """All publications to a channel that somebody may still have to see to, locked."""
    query = select(Publication).where(
        Publication.connection_id == connection_id,
        Publication.state.in_(LIVE) | Publication.next_at.is_not(None) | Publication.statistics_due_at.is_not(None),
    )
    return (await session.scalars(query.order_by(Publication.id).with_for_update(of=Publication))).all()


async def failed_for(
    session: AsyncSession, connection_id: UUID, error_code: str, since: datetime
) -> Sequence[Publication]:
    """Publications to a channel that failed for this reason since then, locked."""
    query = select(Publication).where(
        Publication.connection_id == connection_id,
        Publication.state == State.FAILED,
        Publication.error_code == error_code,
        Publication.finished_at >= since,
    )
    return (await session.scalars(query.order_by(Publication.id).with_for_update(of=Publication))).all()


async def of_user(session: AsyncSession, user_id: str) -> Sequence[Publication]:
    """All of a user's publications, locked."""
    query = select(Publication).where(Publication.user_id == user_id).order_by(Publication.id)
    return (await session.scalars(query.with_for_update(of=Publication))).all()


async def erase_user(session: AsyncSession, user_id: str) -> None:
    """Remove the user's rows."""
    mine = select(Publication.id).where(Publication.user_id == user_id)
    await session.execute(delete(Caption).where(Caption.publication_id.in_(mine)))
    await session.execute(delete(Publication).where(Publication.user_id == user_id))


async def plan_alone(session: AsyncSession) -> bool:
    """Whether nobody else plans until this transaction ends."""
    return bool(await session.scalar(select(func.pg_try_advisory_xact_lock(_PLAN_LOCK))))


async def waiting(session: AsyncSession, limit: int) -> Sequence[Publication]:
    """What waits for its upload and is in nobody's hands, oldest first."""
    query = select(Publication).where(
        Publication.state.in_(WAITING), Publication.leased_until.is_(None) | (Publication.leased_until < func.now())
    )
    query = query.order_by(Publication.created_at).limit(limit)
    return (await session.scalars(query.with_for_update(of=Publication, skip_locked=True))).all()


async def last_turns(session: AsyncSession, users: set[str]) -> Mapping[str, datetime]:
    """When each of these users' last upload was begun."""
    query = select(Publication.user_id, func.max(Publication.begun_at)).where(
        Publication.user_id.in_(users), Publication.begun_at.is_not(None)
    )
    rows = (await session.execute(query.group_by(Publication.user_id))).all()
    return {user_id: at for user_id, at in rows if at is not None}


async def seconds_an_upload_takes(session: AsyncSession, lately: int) -> float | None:
    """The mean of the last uploads; None before there are any."""
    last = (
        select((Publication.uploaded_at - Publication.begun_at).label("took"))
        .where(Publication.uploaded_at.is_not(None), Publication.begun_at.is_not(None))
        .order_by(Publication.uploaded_at.desc())
        .limit(lately)
        .subquery()
    )
    took = await session.scalar(select(func.avg(last.c.took)))
    return max(took.total_seconds(), 0.0) if took is not None else None


async def due_statistics(session: AsyncSession, now: datetime, limit: int) -> Sequence[Publication]:
    """Videos whose viewers are to be counted again, by channel."""
    query = select(Publication).where(Publication.statistics_due_at <= now, Publication.video_id != "")
    query = query.order_by(Publication.statistics_due_at).limit(limit)
    return (await session.scalars(query)).all()


async def locked(session: AsyncSession, keys: Sequence[UUID]) -> Sequence[Publication]:
    """These publications, locked, as they are now."""
    query = select(Publication).where(Publication.id.in_(keys)).order_by(Publication.id)
    query = query.execution_options(populate_existing=True)
    return (await session.scalars(query.with_for_update(of=Publication))).all()
