"""Named queries of crm_sync."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.crm_sync.models import (
    CONTACT,
    PROJECT,
    Connection,
    Control,
    Erasure,
    Film,
    GrantState,
    Record,
    RecordState,
    SupportGrant,
)


async def lock_user(session: AsyncSession, user_id: str) -> bool:
    """One at a time for what is known of a user, until the transaction ends; False for somebody who is deleted."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(user_id, 0))))
    return await session.get(Erasure, user_id) is None


async def record(session: AsyncSession, object_name: str, external_id: str) -> Record | None:
    """The record, its row locked."""
    statement = select(Record).where(Record.object == object_name, Record.external_id == external_id)
    return (await session.execute(statement.with_for_update())).scalar_one_or_none()


async def records(session: AsyncSession, object_name: str, external_ids: Sequence[str]) -> Sequence[Record]:
    """These records, their rows locked in one order; those that have been removed are missing."""
    statement = (
        select(Record)
        .where(Record.object == object_name, Record.external_id.in_(external_ids))
        .order_by(Record.external_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.execute(statement)).scalars().all()


async def videos_of_project(session: AsyncSession, project_id: str) -> Sequence[Record]:
    """What hangs on a project, locked."""
    statement = select(Record).where(Record.project_id == project_id).order_by(Record.external_id).with_for_update()
    return (await session.execute(statement)).scalars().all()


async def count_film(session: AsyncSession, job_id: str, user_id: str) -> int:
    """How many films the user has made, this one included, however often it is told."""
    await session.execute(insert(Film).values(job_id=job_id, user_id=user_id).on_conflict_do_nothing())
    return await session.scalar(select(func.count()).where(Film.user_id == user_id)) or 0


async def follow_connection(
    session: AsyncSession, connection_id: str, user_id: str, sequence: int, *, active: bool
) -> bool:
    """Note a channel's state unless a later one is known; whether the user has any that works."""
    statement = insert(Connection).values(id=connection_id, user_id=user_id, sequence=sequence, active=active)
    later = statement.on_conflict_do_update(
        index_elements=[Connection.id],
        set_={"sequence": sequence, "active": active},
        where=Connection.sequence < sequence,
    )
    await session.execute(later)
    return bool(await session.scalar(select(exists().where(Connection.user_id == user_id, Connection.active))))


async def forget_user(session: AsyncSession, user_id: str) -> None:
    """Remove all that is kept of a user."""
    for table in (Record, Film, Connection, SupportGrant):
        await session.execute(delete(table).where(table.user_id == user_id))


# pushing


def _ready(object_name: str, now: datetime) -> ColumnElement[bool]:
    """Pending, its time has come, and its parents stand there. A project that shall be gone is no parent any more."""
    contact, project = aliased(Record), aliased(Record)
    parts = [Record.object == object_name, Record.state == RecordState.PENDING, Record.next_attempt_at <= now]
    if object_name != CONTACT:
        has_contact = exists().where(
            contact.object == CONTACT, contact.external_id == Record.user_id, contact.record_id.is_not(None)
        )
        has_project = exists().where(
            project.object == PROJECT,
            project.external_id == Record.project_id,
            or_(project.record_id.is_not(None), project.gone),
        )
        parts += [has_contact, or_(Record.project_id.is_(None), has_project)]
    return and_(*parts)


async def ready_count(session: AsyncSession, object_name: str, now: datetime, at_most: int) -> int:
    """How many plain upserts of an object could be sent now, counted up to `at_most`."""
    plain = select(Record.external_id).where(_ready(object_name, now), ~Record.adopted, ~Record.gone).limit(at_most)
    return await session.scalar(select(func.count()).select_from(plain.subquery())) or 0


async def ready(
    session: AsyncSession, object_name: str, now: datetime, limit: int, *, adopted: bool = False, gone: bool = False
) -> Sequence[Record]:
    """Pending records of an object to be sent together, those of one parent side by side."""
    statement = select(Record).where(_ready(object_name, now), Record.gone.is_(gone), Record.adopted.is_(adopted))
    return (await session.execute(statement.order_by(Record.user_id, Record.external_id).limit(limit))).scalars().all()


async def gone_projects(session: AsyncSession, project_ids: Sequence[str]) -> set[str]:
    """Those of these projects that don't stand there."""
    statement = select(Record.external_id).where(
        Record.object == PROJECT, Record.external_id.in_(project_ids), Record.record_id.is_(None)
    )
    return set((await session.execute(statement)).scalars())


# erasing


async def open_erasures(session: AsyncSession, now: datetime, limit: int) -> Sequence[Erasure]:
    """Deleted users who are to be looked for in Salesforce now, their rows locked."""
    statement = select(Erasure).where(Erasure.done_at.is_(None), Erasure.next_attempt_at <= now)
    return (await session.execute(statement.order_by(Erasure.asked_at).limit(limit))).scalars().all()


async def erasures(session: AsyncSession, user_ids: Sequence[str]) -> Sequence[Erasure]:
    """These erasures, locked."""
    statement = select(Erasure).where(Erasure.user_id.in_(user_ids)).order_by(Erasure.user_id).with_for_update()
    return (await session.execute(statement)).scalars().all()


# support's grants


async def granted_in(session: AsyncSession, user_id: str, since: datetime) -> int:
    """Credits granted, or being granted, to a contact since a time."""
    statement = select(func.coalesce(func.sum(SupportGrant.amount), 0)).where(
        SupportGrant.user_id == user_id,
        SupportGrant.state != GrantState.REFUSED,
        SupportGrant.decided_at >= since,
    )
    return int(await session.scalar(statement) or 0)


async def unfinished_grants(session: AsyncSession) -> Sequence[SupportGrant]:
    """Grants that were decided and not yet answered by credits."""
    statement = select(SupportGrant).where(SupportGrant.state == GrantState.GRANTING)
    return (await session.execute(statement.order_by(SupportGrant.decided_at))).scalars().all()


# looking at it


@dataclass(frozen=True)
class Figures:
    """Records by state, open erasures among the pending, support's refused grants among the failed."""

    pending: int
    failed: int
    synced: int
    oldest_pending_at: datetime | None


async def figures(session: AsyncSession) -> Figures:
    """How it stands."""
    states = await session.execute(
        select(Record.state, func.count(), func.min(Record.changed_at)).group_by(Record.state)
    )
    by_state = {state: (count, oldest) for state, count, oldest in states}
    # an erasure that is only looked for a second time is no backlog
    erasing, asked_at = (
        await session.execute(select(func.count(), func.min(Erasure.asked_at)).where(Erasure.removed_at.is_(None)))
    ).one()
    refused = await session.scalar(select(func.count()).where(SupportGrant.state == GrantState.REFUSED))
    pending, oldest = by_state.get(RecordState.PENDING, (0, None))
    return Figures(
        pending=pending + erasing,
        failed=by_state.get(RecordState.FAILED, (0, None))[0] + (refused or 0),
        synced=by_state.get(RecordState.SYNCED, (0, None))[0],
        oldest_pending_at=min((at for at in (oldest, asked_at) if at is not None), default=None),
    )


async def failures(session: AsyncSession, limit: int) -> Sequence[Record]:
    """The latest records that were refused, or wait after having been so, newest first."""
    statement = select(Record).where(Record.error != "").order_by(Record.changed_at.desc()).limit(limit)
    return (await session.execute(statement)).scalars().all()


async def refused_grants(session: AsyncSession, limit: int) -> Sequence[SupportGrant]:
    """The latest grants of support's that were not made, newest first."""
    statement = select(SupportGrant).where(SupportGrant.state == GrantState.REFUSED)
    return (await session.execute(statement.order_by(SupportGrant.decided_at.desc()).limit(limit))).scalars().all()


async def failed_erasures(session: AsyncSession, limit: int) -> Sequence[Erasure]:
    """Erasures that Salesforce has refused so far, newest first."""
    statement = select(Erasure).where(Erasure.done_at.is_(None), Erasure.error != "")
    return (await session.execute(statement.order_by(Erasure.asked_at.desc()).limit(limit))).scalars().all()


async def reconsider_grants(session: AsyncSession, record_id: str = "") -> int:
    """Forget that support's grants (or one of them) were refused, so that they are decided on anew; how many."""
    statement = delete(SupportGrant).where(SupportGrant.state == GrantState.REFUSED)
    if record_id:
        statement = statement.where(SupportGrant.record_id == record_id)
    forgotten = int((await session.execute(statement)).rowcount)  # type: ignore[attr-defined]
    if forgotten:
        # they are asked for from the beginning: what was granted is not in that answer
        await session.execute(update(Control).values(credits_seen_until=None))
    return forgotten


async def erase_again(session: AsyncSession, now: datetime) -> None:
    """Let open erasures be tried now."""
    await session.execute(
        update(Erasure).where(Erasure.done_at.is_(None), Erasure.removed_at.is_(None)).values(next_attempt_at=now)
    )


async def push_all_again(session: AsyncSession, now: datetime) -> int:
    """Mark every record to be pushed; how many."""
    changed = await session.execute(
        update(Record).values(
            synced_hash=None, state=RecordState.PENDING, attempts=0, error="", next_attempt_at=now, changed_at=now
        )
    )
    return int(changed.rowcount)  # type: ignore[attr-defined]


async def control(session: AsyncSession, *, locked: bool = False) -> Control:
    """The one row."""
    statement = select(Control).execution_options(populate_existing=True)
    return (await session.execute(statement.with_for_update() if locked else statement)).scalar_one()


async def is_support_grant(session: AsyncSession, record_id: str, user_id: str) -> bool:
    """Whether support wrote a grant for this user down under this id."""
    found = await session.get(SupportGrant, record_id)
    return found is not None and found.user_id == user_id
