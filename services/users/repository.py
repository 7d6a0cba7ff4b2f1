"""Named queries of users."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import CursorResult, delete, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.users.models import Activity, LiveTicket, MailPurpose, MailToken, RefreshToken, SignIn, User


async def user(session: AsyncSession, user_id: UUID) -> User | None:
    """The account, unless it was deleted."""
    return _there(await session.get(User, user_id))


async def user_locked(session: AsyncSession, user_id: UUID) -> User | None:
    """The account, its row locked until the transaction ends; None once it is deleted."""
    return _there(await session.get(User, user_id, with_for_update=True, populate_existing=True))


def _there(user: User | None) -> User | None:
    return user if user is not None and user.deleted_at is None else None


async def user_by_email(session: AsyncSession, email: str, *, lock: bool = False) -> User | None:
    """The account with this normalised address."""
    statement = select(User).filter_by(email=email)
    return (await session.execute(statement.with_for_update() if lock else statement)).scalar_one_or_none()


async def users_page(session: AsyncSession, query: str, before: UUID | None, limit: int) -> Sequence[User]:
    """Accounts newest first, those whose address or name holds the text."""
    statement = select(User).where(User.deleted_at.is_(None)).order_by(User.id.desc()).limit(limit)
    if query:
        statement = statement.where(
            or_(User.email.icontains(query, autoescape=True), User.name.icontains(query, autoescape=True))
        )
    if before is not None:
        statement = statement.where(User.id < before)
    return (await session.execute(statement)).scalars().all()


async def floors_since(session: AsyncSession, since: datetime) -> Sequence[User]:
    """Accounts whose tokens have been refused since then."""
    return (await session.execute(select(User).where(User.not_before > since))).scalars().all()


async def refresh_token_locked(session: AsyncSession, token_hash: bytes) -> tuple[RefreshToken, SignIn] | None:
    """The token and its family, the family's row locked: two uses of one token are judged one after the other."""
    token = await session.get(RefreshToken, token_hash)
    if token is None:
        return None
    family = await session.get(SignIn, token.sign_in_id, with_for_update=True)
    if family is None:
        return None
    await session.refresh(token)
    return token, family


async def end_sign_ins(session: AsyncSession, user_id: UUID, now: datetime, *, but: UUID | None = None) -> int:
    """End every session of the user, one excepted where it is named; how many there were."""
    statement = update(SignIn).where(SignIn.user_id == user_id, SignIn.ended_at.is_(None)).values(ended_at=now)
    if but is not None:
        statement = statement.where(SignIn.id != but)
    return cast("CursorResult[object]", await session.execute(statement)).rowcount


async def redeem_ticket(session: AsyncSession, token_hash: bytes, now: datetime) -> UUID | None:
    """Use the ticket up: whose it was, or None for one that is unknown, used or expired."""
    statement = (
        update(LiveTicket)
        .where(LiveTicket.token_hash == token_hash, LiveTicket.used_at.is_(None), LiveTicket.expires_at > now)
        .values(used_at=now)
        .returning(LiveTicket.user_id)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def activities_page(
    session: AsyncSession, user_id: UUID | None, before: UUID | None, limit: int
) -> Sequence[Activity]:
    """The log newest first: all of it, or what this user did or was done to."""
    statement = select(Activity).order_by(Activity.id.desc()).limit(limit)
    if user_id is not None:
        statement = statement.where(or_(Activity.subject_id == user_id, Activity.actor_id == user_id))
    if before is not None:
        statement = statement.where(Activity.id < before)
    return (await session.execute(statement)).scalars().all()


async def count_activities(session: AsyncSession, user_id: UUID, action: str, since: datetime) -> int:
    """How often this happened to the user since then."""
    statement = select(func.count()).where(
        Activity.subject_id == user_id, Activity.action == action, Activity.created_at >= since
    )
    return await session.scalar(statement) or 0


async def mail_token(session: AsyncSession, token_hash: bytes, purpose: MailPurpose) -> MailToken | None:
    """The token, if it is good for this."""
    statement = select(MailToken).where(MailToken.token_hash == token_hash, MailToken.purpose == purpose)
    return (await session.execute(statement)).scalar_one_or_none()


async def take_mail_token(session: AsyncSession, token_hash: bytes) -> bool:
    """Use the token up; False when somebody else just did."""
    statement = delete(MailToken).where(MailToken.token_hash == token_hash).returning(MailToken.token_hash)
    return (await session.execute(statement)).scalar_one_or_none() is not None


async def forget_mail_tokens(session: AsyncSession, user_id: UUID, purpose: MailPurpose) -> None:
    """No token of this purpose counts for the user any more."""
    await session.execute(delete(MailToken).where(MailToken.user_id == user_id, MailToken.purpose == purpose))


async def other_admins(session: AsyncSession, user_id: UUID) -> int:
    """How many administrators there are besides; nobody else counts them until this transaction ends."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('users/admins', 0))"))
    statement = select(func.count()).where(
        User.admin, User.id != user_id, User.suspended.is_(False), User.deleted_at.is_(None)
    )
    return await session.scalar(statement) or 0


async def forget_sign_ins(session: AsyncSession, user_id: UUID) -> None:
    """Remove the user's sessions, live tickets and mail tokens."""
    for kept in (SignIn, LiveTicket, MailToken):
        await session.execute(delete(kept).where(kept.user_id == user_id))


async def forget_deleted(session: AsyncSession, deleted_before: datetime) -> None:
    """Remove the last of accounts that were deleted before then."""
    await session.execute(delete(User).where(User.deleted_at < deleted_before))


async def forget_expired(session: AsyncSession, now: datetime) -> None:
    """Delete tickets, mail tokens and refresh tokens that have expired, and sessions without any token left."""
    await session.execute(delete(LiveTicket).where(LiveTicket.expires_at < now))
    await session.execute(delete(MailToken).where(MailToken.expires_at < now))
    await session.execute(delete(RefreshToken).where(RefreshToken.expires_at < now))
    left = select(RefreshToken.sign_in_id).where(RefreshToken.sign_in_id == SignIn.id)
    await session.execute(delete(SignIn).where(~left.exists()))
