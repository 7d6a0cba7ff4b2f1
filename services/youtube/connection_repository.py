"""The queries of connections, by name. Those that take a user find only what is that user's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.youtube.connection_models import Connection, ConnectionState, Consent, Revocation

# one number for all: while it is shared by those who seal, no key may be retired
_KEYS_LOCK = 7_281_004


async def keep_keys(session: AsyncSession) -> None:
    """No key is retired before this transaction ends: to be called before something is sealed in it."""
    await session.execute(select(func.pg_advisory_xact_lock_shared(_KEYS_LOCK)))


async def retire_keys(session: AsyncSession) -> None:
    """Wait until nobody is sealing, and keep everybody from it until this transaction ends."""
    await session.execute(select(func.pg_advisory_xact_lock(_KEYS_LOCK)))


async def clock(session: AsyncSession) -> datetime:
    """The database's clock, which all processes share."""
    moment: datetime = (await session.execute(select(func.clock_timestamp()))).scalar_one()
    return moment


async def connection(session: AsyncSession, user_id: str, connection_id: UUID) -> Connection | None:
    """A user's connection that isn't disconnected."""
    query = select(Connection).where(
        Connection.id == connection_id,
        Connection.user_id == user_id,
        Connection.state != ConnectionState.DISCONNECTED,
    )
    return await session.scalar(query)


async def any_connection(session: AsyncSession, connection_id: UUID, *, locked: bool = False) -> Connection | None:
    """Anybody's connection, whatever became of it."""
    query = select(Connection).where(Connection.id == connection_id).execution_options(populate_existing=True)
    return await session.scalar(query.with_for_update() if locked else query)


async def connection_of_channel(session: AsyncSession, user_id: str, channel_id: str) -> Connection | None:
    """The user's row for this channel, locked; nobody else makes one before this transaction ends."""
    key = f"{user_id}/{channel_id}"
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})
    query = select(Connection).where(Connection.user_id == user_id, Connection.channel_id == channel_id)
    return await session.scalar(query.with_for_update())


async def connections_page(session: AsyncSession, user_id: str, after: UUID | None, limit: int) -> Sequence[Connection]:
    """A user's connections that aren't disconnected, newest first."""
    query = select(Connection).where(Connection.user_id == user_id, Connection.state != ConnectionState.DISCONNECTED)
    if after is not None:
        query = query.where(Connection.id < after)
    return (await session.scalars(query.order_by(Connection.id.desc()).limit(limit))).all()


async def connections_of(session: AsyncSession, user_id: str) -> Sequence[Connection]:
    """All of a user's connections, locked, disconnected ones among them."""
    query = select(Connection).where(Connection.user_id == user_id).order_by(Connection.id)
    return (await session.scalars(query.with_for_update())).all()


async def erase_user(session: AsyncSession, user_id: str) -> None:
    """Remove the user's rows."""
    await session.execute(delete(Consent).where(Consent.user_id == user_id))
    await session.execute(delete(Connection).where(Connection.user_id == user_id))


async def use_consent(session: AsyncSession, state_hash: bytes, now: datetime) -> Consent | None:
    """The consent whose state has come back, marked as used; None for an unknown, used or expired one."""
    statement = (
        update(Consent)
        .where(Consent.state_hash == state_hash, Consent.used_at.is_(None), Consent.expires_at > now)
        .values(used_at=now)
        .returning(Consent)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def end_consent(session: AsyncSession, state_hash: bytes) -> bool:
    """Remove a consent; False where it is gone, as it is once its user is."""
    statement = delete(Consent).where(Consent.state_hash == state_hash).returning(Consent.state_hash)
    return (await session.execute(statement)).scalar_one_or_none() is not None


async def keep_newest_consents(session: AsyncSession, user_id: str, kept: int) -> None:
    """Forget the user's older consents: whoever starts again and again doesn't fill the table."""
    newest = select(Consent.state_hash).where(Consent.user_id == user_id).order_by(Consent.created_at.desc())
    statement = delete(Consent).where(
        Consent.user_id == user_id, Consent.used_at.is_(None), Consent.state_hash.not_in(newest.limit(kept))
    )
    await session.execute(statement)


async def forget_consents(session: AsyncSession, expired_before: datetime) -> None:
    """Remove consents whose time is over."""
    await session.execute(delete(Consent).where(Consent.expires_at < expired_before))


async def due_revocations(session: AsyncSession, now: datetime, limit: int) -> Sequence[Revocation]:
    """Grants to be given back now, oldest first."""
    query = select(Revocation).where(Revocation.next_at <= now).order_by(Revocation.next_at)
    return (await session.scalars(query.limit(limit))).all()


async def put_off_revocation(session: AsyncSession, revocation_id: UUID, until: datetime) -> None:
    """Try again then."""
    statement = update(Revocation).where(Revocation.id == revocation_id)
    await session.execute(statement.values(attempts=Revocation.attempts + 1, next_at=until))


async def end_revocation(session: AsyncSession, revocation_id: UUID) -> None:
    """Forget it: it is done, or never will be."""
    await session.execute(delete(Revocation).where(Revocation.id == revocation_id))


async def is_account_in_use(session: AsyncSession, google_subject: str) -> bool:
    """Whether an active connection, whoever's, lives by a grant of this Google account."""
    query = exists().where(Connection.google_subject == google_subject, Connection.state == ConnectionState.ACTIVE)
    return bool(await session.scalar(select(query)))
