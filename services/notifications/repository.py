"""Queries of webhooks. An endpoint's row is its lane's lock: whoever adds a delivery, takes a turn or ends one holds it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.models import Delivery, DeliveryState, Endpoint, Message, State


class Due(NamedTuple):
    """A delivery to be attempted now."""

    endpoint_id: UUID
    delivery_id: UUID
    message_id: UUID
    body: str


# the first few of each lane, by its own order: what it costs doesn't depend on how much waits behind them
_DUE = text(
    """
    SELECT lane.id AS endpoint_id, due.id AS delivery_id, due.message_id, message.body
    FROM unnest(CAST(:ids AS uuid[]), CAST(:most AS int[])) AS lane(id, most)
    CROSS JOIN LATERAL (
        SELECT id, message_id, next_attempt_at FROM notifications.deliveries
        WHERE endpoint_id = lane.id AND state = 'pending' AND next_attempt_at <= :now
        ORDER BY next_attempt_at, id LIMIT lane.most
    ) AS due
    JOIN notifications.messages AS message ON message.id = due.message_id
    ORDER BY due.next_attempt_at, due.id
    """
)


async def endpoint(session: AsyncSession, user_id: UUID, endpoint_id: UUID, *, locked: bool = False) -> Endpoint | None:
    """The user's endpoint."""
    statement = select(Endpoint).where(Endpoint.id == endpoint_id, Endpoint.user_id == user_id)
    if locked:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return (await session.execute(statement)).scalar_one_or_none()


async def endpoints_page(session: AsyncSession, user_id: UUID, after: UUID | None, limit: int) -> Sequence[Endpoint]:
    """The user's endpoints, newest first, that are older than the endpoint `after`."""
    statement = select(Endpoint).where(Endpoint.user_id == user_id)
    if after is not None:
        statement = statement.where(Endpoint.id < after)
    return (await session.scalars(statement.order_by(Endpoint.id.desc()).limit(limit))).all()


async def count_endpoints_alone(session: AsyncSession, user_id: UUID) -> int:
    """How many endpoints the user has; whoever asks is alone in doing so for this user until the transaction ends."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:user, 7282))"), {"user": str(user_id)})
    return (await session.execute(select(func.count()).where(Endpoint.user_id == user_id))).scalar_one()


async def listening(session: AsyncSession, user_id: UUID) -> Sequence[Endpoint]:
    """The user's endpoints that collect, locked, in one order for everybody."""
    statement = (
        select(Endpoint)
        .where(Endpoint.user_id == user_id, Endpoint.state != State.DISABLED)
        .order_by(Endpoint.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(statement)).all()


async def endpoints_after(session: AsyncSession, after: UUID | None, limit: int) -> Sequence[Endpoint]:
    """Everybody's endpoints in order of id, locked."""
    statement = select(Endpoint).order_by(Endpoint.id).limit(limit).with_for_update(key_share=True)
    if after is not None:
        statement = statement.where(Endpoint.id > after)
    return (await session.scalars(statement)).all()


async def free_lanes(session: AsyncSession, *, slow: bool, now: datetime, limit: int) -> Sequence[Endpoint]:
    """Endpoints with something due that nobody serves, the longest due first; those that another process is just taking are
    passed over.
    """
    statement = (
        select(Endpoint)
        .where(
            Endpoint.due_at <= now,
            Endpoint.slow.is_(slow),
            or_(Endpoint.lease_until.is_(None), Endpoint.lease_until < now),
        )
        .order_by(Endpoint.due_at)
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    )
    return (await session.scalars(statement)).all()


async def due(session: AsyncSession, lanes: Iterable[tuple[UUID, int]], now: datetime) -> Sequence[Due]:
    """Of each lane as many due deliveries as it may have in flight, the longest due first."""
    pairs = list(lanes)
    rows = await session.execute(
        _DUE, {"ids": [lane for lane, _ in pairs], "most": [most for _, most in pairs], "now": now}
    )
    return [Due(*row) for row in rows]


async def turn(session: AsyncSession, endpoint_id: UUID, fence: int) -> Endpoint | None:
    """The endpoint, locked, while it is this turn's."""
    statement = (
        select(Endpoint)
        .where(Endpoint.id == endpoint_id, Endpoint.fence == fence)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def next_attempt(session: AsyncSession, endpoint_id: UUID) -> datetime | None:
    """When the next pending delivery is due."""
    statement = select(func.min(Delivery.next_attempt_at)).where(
        Delivery.endpoint_id == endpoint_id, Delivery.state == DeliveryState.PENDING
    )
    return (await session.execute(statement)).scalar_one()


async def delivery(session: AsyncSession, delivery_id: UUID) -> Delivery | None:
    """The delivery as it is now."""
    return await session.get(Delivery, delivery_id, populate_existing=True)


async def pending_of_message(session: AsyncSession, endpoint_id: UUID, message_id: UUID) -> Delivery | None:
    """The message's delivery to this endpoint that is under way."""
    statement = select(Delivery).where(
        Delivery.endpoint_id == endpoint_id, Delivery.message_id == message_id, Delivery.state == DeliveryState.PENDING
    )
    return (await session.scalars(statement.limit(1))).first()


async def deliveries_page(
    session: AsyncSession, endpoint_id: UUID, after: UUID | None, limit: int
) -> Sequence[Delivery]:
    """The endpoint's deliveries, newest first, that are older than the delivery `after`."""
    statement = select(Delivery).where(Delivery.endpoint_id == endpoint_id)
    if after is not None:
        statement = statement.where(Delivery.id < after)
    return (await session.scalars(statement.order_by(Delivery.id.desc()).limit(limit))).all()


async def give_up(session: AsyncSession, endpoint_id: UUID, why: str, *, before: datetime | None = None) -> None:
    """The endpoint's pending deliveries, or those made before a time, are given up."""
    statement = update(Delivery).where(Delivery.endpoint_id == endpoint_id, Delivery.state == DeliveryState.PENDING)
    if before is not None:
        statement = statement.where(Delivery.created_at < before)
    await session.execute(statement.values(state=DeliveryState.FAILED, next_attempt_at=None, response_excerpt=why))


async def paused_since(session: AsyncSession, before: datetime, limit: int) -> Sequence[Endpoint]:
    """Paused endpoints that have collected something before a time, locked; one that is just being started is passed over."""
    old = select(Delivery.id).where(
        Delivery.endpoint_id == Endpoint.id, Delivery.state == DeliveryState.PENDING, Delivery.created_at < before
    )
    statement = (
        select(Endpoint)
        .where(Endpoint.state == State.PAUSED, old.exists())
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    )
    return (await session.scalars(statement)).all()


async def forget_previous_secrets(session: AsyncSession, now: datetime) -> None:
    """Secrets that sign no more are removed."""
    await session.execute(
        update(Endpoint).where(Endpoint.previous_until <= now).values(previous_secret=None, previous_until=None)
    )


async def forget_messages(session: AsyncSession, before: datetime, limit: int) -> int:
    """Messages of before a time, and their deliveries, are removed. How many; those on their way stay."""
    pending = select(Delivery.id).where(Delivery.message_id == Message.id, Delivery.state == DeliveryState.PENDING)
    old = (
        select(Message.id)
        .where(Message.created_at < before, ~pending.exists())
        .order_by(Message.created_at)
        .limit(limit)
    )
    removed = await session.execute(delete(Message).where(Message.id.in_(old)).returning(Message.id))
    return len(removed.all())


async def forget_user(session: AsyncSession, user_id: UUID) -> None:
    """The user's endpoints, messages and deliveries are removed."""
    await session.execute(delete(Endpoint).where(Endpoint.user_id == user_id))
    await session.execute(delete(Message).where(Message.user_id == user_id))
