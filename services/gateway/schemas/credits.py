"""Balances and the ledger as a user sees them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from services.gateway.schemas.common import Out

TransactionKind = Literal["grant", "hold", "capture", "release", "expiry", "refund", "purchase"]
SubscriptionStatus = Literal["active", "past_due", "ended"]


class Subscription(Out):
    """A plan that is paid for month by month."""

    plan: str = Field(examples=["pro"])
    status: SubscriptionStatus = Field(description="past_due: a payment has failed, the plan stays until grace_ends_at")
    period_ends_at: datetime | None
    cancel_at_period_end: bool
    grace_ends_at: datetime | None


class Credits(Out):
    """A balance. 3 credits make a minute of film."""

    available: int = Field(examples=[27])
    held: int = Field(examples=[3])
    plan: str = Field(examples=["pro"])
    debt: int = Field(description="spent credits whose payment was taken back; nothing new is held until it is 0")
    subscription: Subscription | None


class Transaction(Out):
    """A line of the ledger. The amounts add up to `available`: hold −, release +, capture 0."""

    id: str
    kind: TransactionKind
    amount: int = Field(examples=[-3])
    balance_after: int = Field(examples=[27])
    job_id: str | None
    payment_id: str | None = Field(description="the payment provider's, of what was paid or taken back")
    reason: str
    created_at: datetime
