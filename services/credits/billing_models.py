"""What is bought: customers, orders, subscriptions, payments and what was taken back of them, and the events that said so.

A row of a subscription follows the payment provider's object; what an order costs and gives is our own. Rules are plain methods.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.credits.ledger import Base, text_enum
from services.credits.payments import ObjectKind, PaidSubscription

_when = DateTime(timezone=True)


class OrderKind(StrEnum):
    """What is ordered."""

    PACK = "pack"
    PLAN = "plan"


class OrderState(StrEnum):
    """`paid` is final, whatever is heard later."""

    # its page is being made
    OPENING = "opening"
    OPEN = "open"
    EXPIRED = "expired"
    PAID = "paid"

    @property
    def rank(self) -> int:
        """A state never goes to one of a lower rank."""
        return list(OrderState).index(self)


class SubscriptionState(StrEnum):
    """`ended` is final."""

    # not paid for the first time yet: allows nothing
    INCOMPLETE = "incomplete"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    ENDED = "ended"


class Cause(StrEnum):
    """Why credits are taken back."""

    REFUND = "refund"
    DISPUTE = "dispute"


class Customer(Base):
    """A user, as the payment provider knows them."""

    __tablename__ = "customers"
    # the provider's id
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    provider: Mapped[str] = mapped_column(Text)
    user_id: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(_when)
    # gone at the provider: erased with the user, or deleted there
    deleted_at: Mapped[datetime | None] = mapped_column(_when)


class Order(Base):
    """One checkout: what was offered, at which price, and what became of it."""

    __tablename__ = "orders"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    provider: Mapped[str] = mapped_column(Text)
    kind: Mapped[OrderKind] = mapped_column(text_enum(OrderKind))
    # a pack's or a plan's id
    item_id: Mapped[str] = mapped_column(Text)
    # of a pack; a plan gives its month with each invoice
    credits: Mapped[int] = mapped_column(BigInteger)
    price_cents: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(Text)
    state: Mapped[OrderState] = mapped_column(text_enum(OrderState))
    # the provider's page and its id; None until it is made
    checkout_id: Mapped[str | None] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(_when)
    paid_at: Mapped[datetime | None] = mapped_column(_when)

    def reaches(self, state: OrderState, now: datetime) -> bool:
        """Go to this state unless a later one is reached; True when this changed something."""
        if state.rank <= self.state.rank:
            return False
        self.state = state
        if state is OrderState.PAID:
            self.paid_at = now
        return True


class Subscription(Base):
    """A subscription, as last read from the provider."""

    __tablename__ = "subscriptions"
    # the provider's id
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    provider: Mapped[str] = mapped_column(Text)
    user_id: Mapped[UUID]
    plan_id: Mapped[str] = mapped_column(Text)
    state: Mapped[SubscriptionState] = mapped_column(text_enum(SubscriptionState))
    period_start_at: Mapped[datetime] = mapped_column(_when)
    period_end_at: Mapped[datetime] = mapped_column(_when)
    cancel_at_period_end: Mapped[bool]
    # of one that is past due: until when its plan stays
    grace_end_at: Mapped[datetime | None] = mapped_column(_when)
    # the grace is over: it allows nothing until it is paid
    lapsed: Mapped[bool]
    # when the reading began that this row is of: an earlier one doesn't replace it
    read_at: Mapped[datetime] = mapped_column(_when)
    created_at: Mapped[datetime] = mapped_column(_when)

    @property
    def gives_plan(self) -> bool:
        """Whether its plan is the user's."""
        return self.state in (SubscriptionState.ACTIVE, SubscriptionState.PAST_DUE) and not self.lapsed

    @property
    def live(self) -> bool:
        """Whether it goes on, paid or not: another isn't begun beside it."""
        return self.state in (SubscriptionState.ACTIVE, SubscriptionState.PAST_DUE)

    @classmethod
    def begin(
        cls, read: PaidSubscription, provider: str, user_id: UUID, plan_id: str, read_at: datetime
    ) -> Subscription:
        """One that is heard of for the first time; `follow` brings it to what was read."""
        return cls(
            id=read.id,
            provider=provider,
            user_id=user_id,
            plan_id=plan_id,
            state=SubscriptionState.INCOMPLETE,
            period_start_at=read.period_start,
            period_end_at=read.period_end,
            cancel_at_period_end=False,
            lapsed=False,
            read_at=read_at,
            created_at=read.created,
        )

    def lapse(self, now: datetime) -> None:
        """Allow nothing from here on where the grace is over."""
        if self.state is SubscriptionState.PAST_DUE and self.grace_end_at is not None and self.grace_end_at <= now:
            self.lapsed = True

    def follow(self, read: PaidSubscription, plan_id: str, read_at: datetime, grace: timedelta) -> None:
        """Become what was read, unless that is older than what is known, or this has ended."""
        if self.state is SubscriptionState.ENDED or read_at < self.read_at:
            return
        self.read_at = read_at
        self.plan_id = plan_id
        self.state = SubscriptionState(read.state)
        self.period_start_at, self.period_end_at = read.period_start, read.period_end
        self.cancel_at_period_end = read.cancel_at_period_end
        if self.state is SubscriptionState.PAST_DUE:
            # from the first invoice that isn't paid, so that it is the same whenever and however often this is heard
            grace_end_at = read.unpaid_since + grace
            self.grace_end_at = min(self.grace_end_at or grace_end_at, grace_end_at)
            self.lapsed = self.lapsed or self.grace_end_at <= read_at
        else:
            self.grace_end_at, self.lapsed = None, False


class Invoice(Base):
    """An invoice of a subscription that has come to something: paid once, its failure told once."""

    __tablename__ = "invoices"
    # the provider's id
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    provider: Mapped[str] = mapped_column(Text)
    user_id: Mapped[UUID]
    subscription_id: Mapped[str] = mapped_column(Text)
    paid_at: Mapped[datetime | None] = mapped_column(_when)
    failure_told_at: Mapped[datetime | None] = mapped_column(_when)


class Payment(Base):
    """Money that came in, and the credits it gave: of one order for a pack, or of one invoice of a subscription."""

    __tablename__ = "payments"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    provider: Mapped[str] = mapped_column(Text)
    order_id: Mapped[UUID | None]
    invoice_id: Mapped[str | None] = mapped_column(Text)
    # the provider's id of the movement of money; None where an invoice was paid without one
    payment_ref: Mapped[str | None] = mapped_column(Text)
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(Text)
    credits: Mapped[int] = mapped_column(BigInteger)
    grant_id: Mapped[UUID]
    # what of the money has gone back, and what of the credits was taken back for it
    returned_cents: Mapped[int] = mapped_column(BigInteger)
    revoked_credits: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(_when)

    def credits_for(self, cents: int) -> int:
        """The credits that so much of the money stands for: pro rata, half a credit rounds up, all of it is all of them."""
        if cents >= self.amount_cents:
            return self.credits if cents else 0
        return (2 * self.credits * cents + self.amount_cents) // (2 * self.amount_cents)


class Reversal(Base):
    """A refund or a dispute of a payment."""

    __tablename__ = "reversals"
    # the provider's id
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    provider: Mapped[str] = mapped_column(Text)
    payment_id: Mapped[UUID]
    cause: Mapped[Cause] = mapped_column(text_enum(Cause))
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    # the money is gone; False: a refund that failed, a dispute that was won
    stands: Mapped[bool]
    # what it has taken so far, less what came back
    credits: Mapped[int] = mapped_column(BigInteger)
    # how often credits came back: each return is a grant of its own
    returns: Mapped[int]
    read_at: Mapped[datetime] = mapped_column(_when)


class PaymentEvent(Base):
    """A line of the inbox: what the provider has told us of, not what it said. Objects are always fetched again."""

    __tablename__ = "payment_events"
    # the provider's id
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    provider: Mapped[str] = mapped_column(Text)
    # the provider's word
    type: Mapped[str] = mapped_column(Text)
    kind: Mapped[ObjectKind] = mapped_column(text_enum(ObjectKind))
    object_id: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(_when)
    received_at: Mapped[datetime] = mapped_column(_when)
    handled_at: Mapped[datetime | None] = mapped_column(_when)
    # nobody tries any more; `make reconcile` names it
    given_up_at: Mapped[datetime | None] = mapped_column(_when)
    attempts: Mapped[int]
    next_attempt_at: Mapped[datetime] = mapped_column(_when)
    # what went wrong last, in our words: never a text of the provider's
    error: Mapped[str] = mapped_column(Text)
