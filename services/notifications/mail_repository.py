"""Queries of mails, preferences and suppressions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.mail_models import Mail, MailKind, MailState, Preferences, Suppression


async def count_mails(
    session: AsyncSession, user_id: UUID, kind: MailKind, since: datetime, subject_id: str | None = None
) -> int:
    """Mails of a kind to a user, about one thing where it is named, since a time; whoever asks is alone in doing so for this
    user until the transaction ends.
    """
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:user, 7283))"), {"user": str(user_id)})
    statement = select(func.count()).where(Mail.user_id == user_id, Mail.kind == kind, Mail.created_at > since)
    if subject_id is not None:
        statement = statement.where(Mail.subject_id == subject_id)
    return (await session.execute(statement)).scalar_one()


async def is_waiting(session: AsyncSession, user_id: UUID, kind: MailKind) -> bool:
    """Whether a mail of this kind is on its way already."""
    statement = select(Mail.id).where(Mail.user_id == user_id, Mail.kind == kind, Mail.state == MailState.WAITING)
    return (await session.scalars(statement.limit(1))).first() is not None


async def due_mails(session: AsyncSession, now: datetime, limit: int) -> Sequence[Mail]:
    """Mails to be sent now that nobody is sending, the longest due first, locked; other claims' are passed over."""
    statement = (
        select(Mail)
        .where(
            Mail.state == MailState.WAITING,
            Mail.next_attempt_at <= now,
            or_(Mail.lease_until.is_(None), Mail.lease_until < now),
        )
        .order_by(Mail.next_attempt_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(statement)).all()


async def claimed_mail(session: AsyncSession, mail_id: UUID, fence: int) -> Mail | None:
    """The mail, locked, while it is this claim's."""
    statement = (
        select(Mail)
        .where(Mail.id == mail_id, Mail.fence == fence, Mail.state == MailState.WAITING)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def expired_mails(session: AsyncSession, now: datetime, limit: int) -> Sequence[Mail]:
    """Mails whose time is over, locked, except those that are being sent."""
    statement = (
        select(Mail)
        .where(
            Mail.state == MailState.WAITING,
            Mail.expires_at <= now,
            or_(Mail.lease_until.is_(None), Mail.lease_until < now),
        )
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(statement)).all()


async def forget_mails(session: AsyncSession, before: datetime) -> None:
    """Mails that ended before a time are remembered no longer."""
    await session.execute(delete(Mail).where(Mail.state != MailState.WAITING, Mail.ended_at < before))


async def suppression(session: AsyncSession, user_id: UUID) -> Suppression | None:
    """What is known of a user's refused address."""
    return await session.get(Suppression, user_id)


async def suppress(session: AsyncSession, user_id: UUID, mac: bytes, answer: str, now: datetime) -> None:
    """The user's address was refused for good."""
    values = {"address_mac": mac, "answer": answer, "refused_at": now}
    statement = insert(Suppression).values(user_id=user_id, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=[Suppression.user_id], set_=values))


async def unsuppress(session: AsyncSession, user_id: UUID) -> None:
    """The user's address took a mail."""
    await session.execute(delete(Suppression).where(Suppression.user_id == user_id))


async def preferences(session: AsyncSession, user_id: UUID) -> Preferences:
    """What the user wants, to read only: of somebody who never said anything, the usual."""
    return await session.get(Preferences, user_id) or Preferences(**Preferences.usual(user_id))


async def locked_preferences(session: AsyncSession, user_id: UUID) -> Preferences:
    """What the user wants, its row there and locked until the transaction ends."""
    await session.execute(insert(Preferences).values(**Preferences.usual(user_id)).on_conflict_do_nothing())
    statement = select(Preferences).where(Preferences.user_id == user_id).with_for_update()
    return (await session.execute(statement.execution_options(populate_existing=True))).scalar_one()


async def forget_user(session: AsyncSession, user_id: UUID) -> None:
    """The user's mails, preferences and suppression are removed."""
    for table in (Mail, Preferences, Suppression):
        await session.execute(delete(table).where(table.user_id == user_id))
