"""Balances and the ledger as a user sees them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from services.gateway.schemas.common import Out

TransactionKind = Literal["grant", "hold", "capture", "release", "expiry", "refund"]


class Credits(Out):
    """A balance. 3 credits make a minute of film."""

    available: int = Field(examples=[27])
    held: int = Field(examples=[3])
    plan: str = Field(examples=["pro"])


class Transaction(Out):
    """A line of the ledger. The amounts add up to `available`: hold −, release +, capture 0."""

    id: str
    kind: TransactionKind
    amount: int = Field(examples=[-3])
    balance_after: int = Field(examples=[27])
    job_id: str | None
    reason: str
    created_at: datetime
