"""The queries about what is bought. Rows that change are read under the account's row lock, which orders all that is done to a user."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.credits.billing_models import (
    Customer,
    Invoice,
    Order,
    OrderKind,
    OrderState,
    Payment,
    PaymentEvent,
    Reversal,
    Subscription,
    SubscriptionState,
)
from services.credits.ledger import Base
from services.credits.models import Account
from services.credits.payments import EventNote, ObjectKind

R = TypeVar("R", bound=Base)


async def by_id(session: AsyncSession, row: type[R], identity: object) -> R | None:
    """The row of this id as last committed."""
    return await session.get(row, identity, populate_existing=True)


async def customer_of(session: AsyncSession, provider: str, user_id: UUID) -> Customer | None:
    """The user as the provider knows them now."""
    statement = select(Customer).where(
        Customer.provider == provider, Customer.user_id == user_id, Customer.deleted_at.is_(None)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def customers_made(session: AsyncSession, provider: str, user_id: UUID) -> int:
    """How many customers the user has been, those that are gone included."""
    statement = select(func.count()).select_from(Customer)
    return int((await session.execute(statement.filter_by(provider=provider, user_id=user_id))).scalar_one())


async def insert_customer(session: AsyncSession, customer_id: str, provider: str, user_id: UUID, now: datetime) -> None:
    """Keep the customer, unless one is kept."""
    values = {"id": customer_id, "provider": provider, "user_id": user_id, "created_at": now}
    await session.execute(insert(Customer).values(**values).on_conflict_do_nothing())


async def open_plan_orders(session: AsyncSession, user_id: UUID) -> Sequence[Order]:
    """The user's pages for a plan that can still be paid."""
    statement = select(Order).where(
        Order.user_id == user_id, Order.kind == OrderKind.PLAN, Order.state == OrderState.OPEN
    )
    return (await session.execute(statement)).scalars().all()


async def subscriptions_of(session: AsyncSession, user_id: UUID) -> Sequence[Subscription]:
    """All the user's subscriptions, ended ones too."""
    return (await session.execute(select(Subscription).filter_by(user_id=user_id))).scalars().all()


async def users_out_of_grace(session: AsyncSession, now: datetime, limit: int) -> Sequence[UUID]:
    """Users with a subscription whose grace is over and whose plan is still theirs."""
    statement = (
        select(Subscription.user_id)
        .where(
            Subscription.state == SubscriptionState.PAST_DUE,
            Subscription.grace_end_at <= now,
            Subscription.lapsed.is_(False),
        )
        .distinct()
        .limit(limit)
    )
    return (await session.execute(statement)).scalars().all()


async def customers_to_forget(session: AsyncSession, limit: int) -> Sequence[Customer]:
    """Customers whose user is deleted."""
    statement = (
        select(Customer)
        .join(Account, Account.user_id == Customer.user_id)
        .where(Account.closed_at.is_not(None), Customer.deleted_at.is_(None))
        .limit(limit)
    )
    return (await session.execute(statement)).scalars().all()


async def payment_by_ref(session: AsyncSession, payment_ref: str) -> Payment | None:
    """The payment that this movement of money was."""
    statement = select(Payment).filter_by(payment_ref=payment_ref).execution_options(populate_existing=True)
    return (await session.execute(statement)).scalar_one_or_none()


async def standing_cents(session: AsyncSession, payment_id: UUID) -> int:
    """How much of the payment's money is back with its owner; together refunds and disputes may name more than was paid."""
    statement = select(func.coalesce(func.sum(Reversal.amount_cents), 0)).where(
        Reversal.payment_id == payment_id, Reversal.stands
    )
    return int((await session.execute(statement)).scalar_one())


async def receive(session: AsyncSession, provider: str, notes: Sequence[EventNote], now: datetime) -> list[str]:
    """Put events into the inbox; the ids of those that weren't there. What means nothing to us is handled by being kept."""
    if not notes:
        return []
    rows = [
        {
            "id": note.id,
            "provider": provider,
            "type": note.type,
            "kind": note.kind,
            "object_id": note.object_id,
            "created_at": note.created,
            "received_at": now,
            "handled_at": now if note.kind is ObjectKind.OTHER else None,
            "attempts": 0,
            "next_attempt_at": now,
            "error": "",
        }
        for note in notes
    ]
    statement = insert(PaymentEvent).values(rows).on_conflict_do_nothing().returning(PaymentEvent.id)
    return list((await session.execute(statement)).scalars().all())


async def claim_events(session: AsyncSession, now: datetime, lease: timedelta, limit: int) -> Sequence[PaymentEvent]:
    """Take events that are due, oldest first; whoever doesn't finish them within the lease loses them to the next."""
    due = (
        select(PaymentEvent.id)
        .where(
            PaymentEvent.handled_at.is_(None), PaymentEvent.given_up_at.is_(None), PaymentEvent.next_attempt_at <= now
        )
        .order_by(PaymentEvent.next_attempt_at, PaymentEvent.created_at, PaymentEvent.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    statement = (
        update(PaymentEvent)
        .where(PaymentEvent.id.in_(due.scalar_subquery()))
        .values(attempts=PaymentEvent.attempts + 1, next_attempt_at=now + lease)
        .returning(PaymentEvent)
    )
    return (await session.execute(statement)).scalars().all()


async def mark_followed(session: AsyncSession, ids: Sequence[str], now: datetime) -> None:
    """These events are followed."""
    statement = update(PaymentEvent).where(PaymentEvent.id.in_(ids))
    await session.execute(statement.values(handled_at=now, given_up_at=None, error=""))


async def forget_events(session: AsyncSession, before: datetime) -> None:
    """Drop events that were followed before then."""
    await session.execute(delete(PaymentEvent).where(PaymentEvent.handled_at < before))


async def try_again(session: AsyncSession, since: datetime, now: datetime) -> None:
    """Events since then that nobody tries any more are due once more."""
    statement = update(PaymentEvent).where(PaymentEvent.given_up_at.is_not(None), PaymentEvent.created_at >= since)
    await session.execute(statement.values(given_up_at=None, next_attempt_at=now))


async def events_given_up(session: AsyncSession, since: datetime) -> Sequence[PaymentEvent]:
    """Events since then that nobody tries any more."""
    statement = select(PaymentEvent).where(PaymentEvent.given_up_at.is_not(None), PaymentEvent.created_at >= since)
    statement = statement.order_by(PaymentEvent.created_at)
    return (await session.execute(statement)).scalars().all()


async def knows_customer(session: AsyncSession, customer_id: str) -> bool:
    """Whether this is, or was, one of our users."""
    return await session.get(Customer, customer_id) is not None


async def is_paid_checkout(session: AsyncSession, checkout_id: str) -> bool:
    """Whether the order of this checkout is paid in our books."""
    statement = select(Order.id).filter_by(checkout_id=checkout_id, state=OrderState.PAID)
    return (await session.execute(statement)).first() is not None


async def is_paid_invoice(session: AsyncSession, invoice_id: str) -> bool:
    """Whether this invoice is paid in our books."""
    statement = select(Invoice.id).where(Invoice.id == invoice_id, Invoice.paid_at.is_not(None))
    return (await session.execute(statement)).first() is not None


async def is_standing_reversal(session: AsyncSession, reversal_id: str) -> bool:
    """Whether our books follow this refund or dispute."""
    statement = select(Reversal.id).where(Reversal.id == reversal_id, Reversal.stands)
    return (await session.execute(statement)).first() is not None


async def payments_since(session: AsyncSession, since: datetime) -> Sequence[tuple[UUID, str | None, str | None]]:
    """Payments that were booked since then: id, the checkout's id or None, the invoice's or None."""
    statement = (
        select(Payment.id, Order.checkout_id, Payment.invoice_id)
        .outerjoin(Order, Order.id == Payment.order_id)
        .where(Payment.created_at >= since)
    )
    return [(row[0], row[1], row[2]) for row in (await session.execute(statement)).all()]
