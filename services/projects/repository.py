"""The queries of projects, by name. Those that take a user find only what is that user's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, delete, exists, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.projects.edit_models import CharacterEdits, ShotEdits
from services.projects.models import (
    AWAITING,
    DELETED,
    READY,
    Asset,
    Departed,
    Project,
    ProjectJob,
    ScriptVersion,
    StoredStoryboard,
)


async def project(session: AsyncSession, user_id: str, project_id: UUID, *, locked: bool = False) -> Project | None:
    """A user's project that is not deleted."""
    query = select(Project).where(Project.id == project_id, Project.user_id == user_id, Project.deleted_at.is_(None))
    return await session.scalar(query.with_for_update() if locked else query)


async def project_even_deleted(session: AsyncSession, user_id: str, project_id: UUID) -> Project | None:
    """A user's project, locked, deleted or not."""
    query = select(Project).where(Project.id == project_id, Project.user_id == user_id)
    return await session.scalar(query.with_for_update())


async def project_of_job(session: AsyncSession, project_id: UUID) -> Project | None:
    """Anybody's project, locked: for facts about its jobs."""
    return await session.scalar(select(Project).where(Project.id == project_id).with_for_update())


async def projects_page(session: AsyncSession, user_id: str, after: UUID | None, limit: int) -> Sequence[Project]:
    """A user's projects, newest first."""
    query = select(Project).where(Project.user_id == user_id, Project.deleted_at.is_(None))
    if after is not None:
        query = query.where(Project.id < after)
    return (await session.scalars(query.order_by(Project.id.desc()).limit(limit))).all()


async def lock_user(session: AsyncSession, user_id: str) -> None:
    """Nobody else counts, makes or erases this user's projects until this transaction ends."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"projects/{user_id}"}
    )


async def count_projects(session: AsyncSession, user_id: str) -> int:
    """How many projects the user has."""
    query = select(func.count()).where(Project.user_id == user_id, Project.deleted_at.is_(None))
    return await session.scalar(query) or 0


async def depart(session: AsyncSession, user_id: str, now: datetime) -> None:
    """Remember that the user is gone."""
    await session.execute(insert(Departed).values(user_id=user_id, departed_at=now).on_conflict_do_nothing())


async def has_departed(session: AsyncSession, user_id: str) -> bool:
    """Whether the user is gone, as far as we have heard."""
    return await session.get(Departed, user_id) is not None


async def forget_departed(session: AsyncSession, before: datetime) -> None:
    """Those who left before then are remembered no longer."""
    await session.execute(delete(Departed).where(Departed.departed_at < before))


async def projects_locked(session: AsyncSession, user_id: str) -> Sequence[Project]:
    """All of a user's projects, deleted ones too, locked."""
    query = select(Project).where(Project.user_id == user_id).order_by(Project.id).with_for_update()
    return (await session.scalars(query)).all()


async def projects_deleted_before(session: AsyncSession, moment: datetime, limit: int) -> Sequence[UUID]:
    """Ids of projects whose time to be restored is over."""
    return (await session.scalars(select(Project.id).where(Project.deleted_at < moment).limit(limit))).all()


async def purge_project(session: AsyncSession, project_id: UUID, deleted_before: datetime) -> str | None:
    """Remove the project with all that hangs on it: whose it was, or None where it was restored meanwhile."""
    statement = delete(Project).where(Project.id == project_id, Project.deleted_at < deleted_before)
    return await session.scalar(statement.returning(Project.user_id))


async def note_job(session: AsyncSession, project_id: UUID, job_id: UUID, sequence: int, *, live: bool) -> bool:
    """Keep what this event says of the job; False when a later one was heard already."""
    statement = insert(ProjectJob).values(job_id=job_id, project_id=project_id, last_seq=sequence, live=live)
    statement = statement.on_conflict_do_update(
        index_elements=[ProjectJob.job_id],
        set_={"last_seq": statement.excluded.last_seq, "live": statement.excluded.live},
        where=ProjectJob.last_seq < statement.excluded.last_seq,
    )
    return await session.scalar(statement.returning(ProjectJob.job_id)) is not None


async def any_live_job(session: AsyncSession, project_id: UUID) -> bool:
    """Whether a job of the project is live, as far as we have heard."""
    query = select(exists().where(ProjectJob.project_id == project_id, ProjectJob.live))
    return bool(await session.scalar(query))


async def script(session: AsyncSession, project_id: UUID, version: int) -> ScriptVersion | None:
    """One version of a project's script."""
    return await session.get(ScriptVersion, (project_id, version))


async def scripts_page(
    session: AsyncSession, project_id: UUID, before_version: int | None, limit: int
) -> Sequence[ScriptVersion]:
    """Versions of a project's script, newest first."""
    query = select(ScriptVersion).where(ScriptVersion.project_id == project_id)
    if before_version is not None:
        query = query.where(ScriptVersion.version < before_version)
    return (await session.scalars(query.order_by(ScriptVersion.version.desc()).limit(limit))).all()


async def storyboard(session: AsyncSession, project_id: UUID) -> StoredStoryboard | None:
    """The storyboard of the last analysis."""
    return await session.get(StoredStoryboard, project_id)


async def shot_edits(session: AsyncSession, project_id: UUID) -> Sequence[ShotEdits]:
    """What was changed of a project's shots."""
    return (await session.scalars(select(ShotEdits).where(ShotEdits.project_id == project_id))).all()


async def character_edits(session: AsyncSession, project_id: UUID) -> Sequence[CharacterEdits]:
    """What was said of a project's characters, in the order of their names."""
    query = select(CharacterEdits).where(CharacterEdits.project_id == project_id).order_by(CharacterEdits.name)
    return (await session.scalars(query)).all()


def _assets_of(user_id: str) -> Select[Asset]:
    mine = select(Project.id).where(Project.user_id == user_id, Project.deleted_at.is_(None))
    return select(Asset).where(Asset.project_id.in_(mine), Asset.state != DELETED)


async def asset(session: AsyncSession, user_id: str, asset_id: UUID, *, locked: bool = False) -> Asset | None:
    """A user's asset that is not deleted."""
    query = _assets_of(user_id).where(Asset.id == asset_id)
    return await session.scalar(query.with_for_update() if locked else query)


async def assets_page(
    session: AsyncSession, user_id: str, project_id: UUID | None, after: UUID | None, limit: int
) -> Sequence[Asset]:
    """A user's assets, of one project or of all, newest first."""
    query = _assets_of(user_id)
    if project_id is not None:
        query = query.where(Asset.project_id == project_id)
    if after is not None:
        query = query.where(Asset.id < after)
    return (await session.scalars(query.order_by(Asset.id.desc()).limit(limit))).all()


async def count_assets(session: AsyncSession, project_id: UUID, kind: int, awaited_since: datetime) -> int:
    """Assets of a kind that are ready, or announced since then."""
    query = select(func.count()).where(
        Asset.project_id == project_id,
        Asset.kind == kind,
        (Asset.state == READY) | ((Asset.state == AWAITING) & (Asset.created_at >= awaited_since)),
    )
    return await session.scalar(query) or 0


async def has_ready_twin(session: AsyncSession, asset: Asset) -> bool:
    """Whether another ready asset of the project has the same bytes."""
    query = exists().where(
        Asset.project_id == asset.project_id, Asset.sha256 == asset.sha256, Asset.id != asset.id, Asset.state == READY
    )
    return bool(await session.scalar(select(query)))


async def assets_of_project(session: AsyncSession, project_id: UUID) -> Sequence[Asset]:
    """All assets of a project, whatever became of them."""
    return (await session.scalars(select(Asset).where(Asset.project_id == project_id))).all()


async def deleted_assets_with_bytes(session: AsyncSession, limit: int) -> Sequence[Asset]:
    """Deleted assets whose bytes have not been seen to go."""
    query = select(Asset).where(Asset.state == DELETED, Asset.object_key != "")
    return (await session.scalars(query.limit(limit))).all()


async def assets_never_uploaded(session: AsyncSession, announced_before: datetime, limit: int) -> Sequence[Asset]:
    """Assets announced long ago and never completed."""
    query = select(Asset).where(Asset.state == AWAITING, Asset.created_at < announced_before)
    return (await session.scalars(query.limit(limit))).all()


async def remove_asset(session: AsyncSession, asset_id: UUID) -> None:
    """Remove an asset that never came."""
    await session.execute(delete(Asset).where(Asset.id == asset_id, Asset.state == AWAITING))


async def bytes_are_gone(session: AsyncSession, asset_id: UUID) -> None:
    """Note that a deleted asset's bytes are gone."""
    gone = await session.get(Asset, asset_id)
    if gone is not None and gone.state == DELETED:
        gone.object_key = ""
