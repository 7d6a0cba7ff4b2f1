"""The ledger's queries. `locked` ones take the account's row lock, which orders everything that is done to a user's credits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from services.credits.ledger import Transaction
from services.credits.models import Account, Grant, Hold, HoldState, Reservation


async def account(session: AsyncSession, user_id: UUID) -> Account | None:
    """The account as it is, not locked: to read only."""
    return await session.get(Account, user_id)


async def locked_account(session: AsyncSession, user_id: UUID) -> Account | None:
    """The account, its row locked until the transaction ends."""
    statement = select(Account).filter_by(user_id=user_id).with_for_update().execution_options(populate_existing=True)
    return (await session.execute(statement)).scalar_one_or_none()


async def insert_account(session: AsyncSession, user_id: UUID, now: datetime) -> bool:
    """Open the account unless it is open; True when this call did. Waits for another that is just doing it."""
    statement = insert(Account).values(**Account.opening(user_id, now)).on_conflict_do_nothing()
    return (await session.execute(statement.returning(Account.user_id))).scalar_one_or_none() is not None


async def hold(session: AsyncSession, hold_id: UUID) -> Hold | None:
    """The hold with its reservations and their grants, as last committed."""
    statement = (
        select(Hold)
        .filter_by(id=hold_id)
        .options(selectinload(Hold.reservations).joinedload(Reservation.grant))
        .execution_options(populate_existing=True)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def hold_owner(session: AsyncSession, hold_id: UUID) -> UUID | None:
    """Whose hold it is."""
    return (await session.execute(select(Hold.user_id).filter_by(id=hold_id))).scalar_one_or_none()


async def hold_by_request(
    session: AsyncSession, user_id: UUID, request_id: str, job_id: str, attempt: int
) -> Hold | None:
    """The hold that this request, or any request for this attempt of the job, has made."""
    same_attempt = and_(Hold.job_id == job_id, Hold.attempt == attempt)
    same_request = and_(Hold.user_id == user_id, Hold.request_id == request_id)
    statement = select(Hold).where(or_(same_request, same_attempt) if request_id else same_attempt)
    return (await session.execute(statement.order_by(Hold.id).limit(1))).scalar_one_or_none()


async def live_holds(session: AsyncSession, before: datetime, after: UUID | None, limit: int) -> Sequence[Hold]:
    """Live holds made before a time, oldest first, that follow the hold `after`."""
    statement = select(Hold).where(Hold.state == HoldState.LIVE, Hold.created_at < before)
    if after is not None:
        statement = statement.where(Hold.id > after)
    return (await session.execute(statement.order_by(Hold.id).limit(limit))).scalars().all()


async def open_grants(session: AsyncSession, user_id: UUID) -> Sequence[Grant]:
    """The user's grants with something left."""
    statement = select(Grant).where(Grant.user_id == user_id, Grant.remaining > 0)
    return (await session.execute(statement.execution_options(populate_existing=True))).scalars().all()


async def grant_by_key(session: AsyncSession, business_key: str) -> Grant | None:
    """What was granted under this key."""
    return (await session.execute(select(Grant).filter_by(business_key=business_key))).scalar_one_or_none()


async def users_with_expired(session: AsyncSession, now: datetime, limit: int) -> Sequence[UUID]:
    """Users who have unreserved credits whose time is over."""
    statement = select(Grant.user_id).where(Grant.remaining > 0, Grant.expires_at <= now).distinct().limit(limit)
    return (await session.execute(statement)).scalars().all()


async def transaction(session: AsyncSession, transaction_id: UUID) -> Transaction:
    """The transaction of this id, which exists."""
    return (await session.execute(select(Transaction).filter_by(id=transaction_id))).scalar_one()


async def transactions(session: AsyncSession, user_id: UUID, after: UUID | None, limit: int) -> Sequence[Transaction]:
    """The user's transactions, newest first, that are older than the transaction `after`."""
    statement = select(Transaction).where(Transaction.user_id == user_id)
    if after is not None:
        seq = select(Transaction.seq).where(Transaction.user_id == user_id, Transaction.id == after)
        statement = statement.where(Transaction.seq < seq.scalar_subquery())
    return (await session.execute(statement.order_by(Transaction.seq.desc()).limit(limit))).scalars().all()
