"""The port to whoever moves the money, in our own words: pages to pay on, objects as they are now, what has happened lately.

Behind it stands Stripe (`stripe_client.py`); a second provider is a second adapter. Ids are the provider's, opaque to us.
Calls raise DependencyAway where the provider doesn't answer, BillingNotConfigured where it doesn't accept our key or lacks our
prices, ObjectMissing for an id it doesn't know, PaymentRefused for anything else it says no to. No error carries its text.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from services.credits.plans import Item


class ObjectKind(StrEnum):
    """What an event is about; `other` is nothing to us."""

    CHECKOUT = "checkout"
    SUBSCRIPTION = "subscription"
    INVOICE = "invoice"
    PAYMENT = "payment"
    CHARGE = "charge"
    REFUND = "refund"
    DISPUTE = "dispute"
    CUSTOMER = "customer"
    OTHER = "other"


class PaymentRefused(Exception):
    """The provider refused a request of ours: `code` is its word for why, never its text."""

    def __init__(self, code: str) -> None:
        super().__init__(f"the payment provider refused: {code}")
        self.code = code


class ObjectMissing(PaymentRefused):
    """The provider has no such object."""


class InvalidSignature(Exception):
    """A webhook that isn't the provider's, or is too old."""


@dataclass(frozen=True)
class EventNote:
    """That something happened to an object; what, one reads from the object."""

    id: str
    type: str
    kind: ObjectKind
    object_id: str
    created: datetime


@dataclass(frozen=True)
class Settled:
    """An object whose state moves credits, as an event that would say so."""

    note: EventNote
    # of a checkout or an invoice: whose it is
    customer_id: str | None
    # of a refund or a dispute: the movement of money that it is of
    payment_ref: str | None


@dataclass(frozen=True)
class Page:
    """A page of the provider's that the user is sent to."""

    id: str
    url: str


@dataclass(frozen=True)
class Checkout:
    """A checkout as it is now."""

    id: str
    # ours, as we gave it; None for somebody else's
    order_id: UUID | None
    complete: bool
    expired: bool
    # the money is there, which may be days after it is complete
    paid: bool
    amount_cents: int
    currency: str
    payment_ref: str | None
    subscription_id: str | None


@dataclass(frozen=True)
class PaidSubscription:
    """A subscription as it is now."""

    id: str
    customer_id: str
    # "incomplete", "active", "past_due", "ended"
    state: str
    # the plan that it pays for; None for something that isn't ours
    plan_id: str | None
    period_start: datetime
    period_end: datetime
    cancel_at_period_end: bool
    # where it is past due: since when the latest invoice has waited for its money
    unpaid_since: datetime
    created: datetime


@dataclass(frozen=True)
class InvoiceLine:
    """A line: a month of a plan, or (proration) a part of one, negative for what is given back."""

    plan_id: str | None
    amount_cents: int
    proration: bool
    period_end: datetime


@dataclass(frozen=True)
class SubscriptionInvoice:
    """An invoice as it is now."""

    id: str
    # None for an invoice of something else than a subscription
    subscription_id: str | None
    # "draft", "open", "paid", "uncollectible", "void"
    status: str
    # the first one of its subscription
    first: bool
    # a payment was tried
    attempted: bool
    amount_due_cents: int
    amount_paid_cents: int
    currency: str
    payment_ref: str | None
    created: datetime
    lines: Sequence[InvoiceLine]


@dataclass(frozen=True)
class Refund:
    """A refund as it is now."""

    id: str
    payment_ref: str | None
    amount_cents: int
    # False: it failed or was canceled, and the money stayed
    stands: bool


@dataclass(frozen=True)
class Dispute:
    """A dispute as it is now."""

    id: str
    payment_ref: str | None
    amount_cents: int
    # the money was withdrawn; False: it was won, or is only an inquiry
    stands: bool


@dataclass(frozen=True)
class Origin:
    """What a movement of money was for: an order of ours, an invoice, or neither."""

    order_id: UUID | None
    invoice_id: str | None


@dataclass(frozen=True)
class InvoiceSummary:
    """An invoice for the user to look at; the addresses are pages of the provider."""

    id: str
    number: str
    status: str
    amount_due_cents: int
    amount_paid_cents: int
    currency: str
    description: str
    created: datetime
    hosted_url: str
    pdf_url: str


class PaymentProvider(Protocol):
    """Whoever moves the money. What creates something is named by ids of ours: asked for again, nothing is made twice."""

    name: str

    async def price_of(self, item: Item) -> str:
        """The id of the price at which this is sold; BillingNotConfigured where there is none or it isn't ours."""

    async def create_customer(self, user_id: UUID, nth: int, email: str, name: str) -> str:
        """The user's nth customer (earlier ones are gone): the provider's id."""

    async def forget_customer(self, customer_id: str) -> None:
        """End the customer's subscriptions now and erase their person; what was paid stays on the provider's books."""

    async def open_checkout(
        self, order_id: UUID, item: Item, price_id: str, customer_id: str, success_url: str, cancel_url: str
    ) -> Page:
        """The page where this order is paid; a plan's is a subscription."""

    async def close_checkout(self, checkout_id: str) -> None:
        """Nobody pays on this page any more; nothing happens where it is paid or closed."""

    async def open_portal(self, customer_id: str, return_url: str) -> Page:
        """The page where the customer changes plan, card, cancels."""

    async def invoices(self, customer_id: str, limit: int, after: str) -> tuple[Sequence[InvoiceSummary], bool]:
        """The customer's invoices, newest first, that follow the invoice `after`; whether there are more."""

    async def checkout(self, checkout_id: str) -> Checkout:
        """A checkout as it is now."""

    async def subscription(self, subscription_id: str) -> PaidSubscription:
        """A subscription as it is now."""

    async def invoice(self, invoice_id: str) -> SubscriptionInvoice:
        """An invoice as it is now."""

    async def refund(self, refund_id: str) -> Refund:
        """A refund as it is now."""

    async def refunds_of_charge(self, charge_id: str) -> Sequence[Refund]:
        """All refunds of a charge as they are now."""

    async def dispute(self, dispute_id: str) -> Dispute:
        """A dispute as it is now."""

    async def origin(self, payment_ref: str) -> Origin:
        """What this movement of money was for."""

    def events(self, since: datetime) -> AsyncIterator[EventNote]:
        """What has happened since, of the kinds that mean something to us."""

    def settled(self, since: datetime) -> AsyncIterator[Settled]:
        """Checkouts and invoices of subscriptions since then that are paid, refunds and disputes since then that stand."""

    def verify(self, payload: bytes, signature: str) -> EventNote:
        """What a webhook says; BillingNotConfigured without a secret to check it by, InvalidSignature unless the provider signed these very bytes within the last minutes."""

    async def close(self) -> None:
        """Close the connections."""
