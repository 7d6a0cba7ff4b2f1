"""The books: transactions and their entries. What is posted stays posted; every change of a balance is an entry here.

A transaction's entries sum to zero. A user's transactions are numbered without gaps and chained by hash, so that a row
that was changed, removed or slipped in behind the program's back is found.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Enum, ForeignKey, LargeBinary, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from services.kit import db

# what the first transaction of an account is chained to
GENESIS = bytes(32)


class Base(DeclarativeBase):
    """The base of the ledger's tables."""

    metadata = db.metadata("credits")


def text_enum(values: type[StrEnum]) -> Enum:
    """A column type that stores an enum's values as text; the CHECK is the migration's."""
    return Enum(values, native_enum=False, values_callable=lambda kind: [member.value for member in kind])


class TransactionKind(StrEnum):
    """Why credits moved."""

    GRANT = "grant"
    HOLD = "hold"
    CAPTURE = "capture"
    RELEASE = "release"
    EXPIRY = "expiry"
    # a payment was taken back, or what was taken back came again; credits that pay for what was owed
    REFUND = "refund"
    # bought, once or with a month of a subscription
    PURCHASE = "purchase"


class LedgerAccount(StrEnum):
    """Where credits can be. The first three exist once a user, the others once."""

    AVAILABLE = "available"
    HELD = "held"
    # spent, and then their payment was taken back: their balance is what is owed, negative
    DEBT = "debt"
    # earned: a film was delivered for them
    REVENUE = "revenue"
    # given away: their balance is what was given, negative
    PROMOTIONS = "promotions"
    # expired unused
    BREAKAGE = "breakage"
    # taken back with the money
    REFUNDS = "refunds"
    # sold: their balance is what was paid for, negative
    STRIPE_CLEARING = "stripe_clearing"

    @property
    def of_a_user(self) -> bool:
        """Whether each user has one of their own."""
        return self in (LedgerAccount.AVAILABLE, LedgerAccount.HELD, LedgerAccount.DEBT)


class Entry(Base):
    """One side of a transaction."""

    __tablename__ = "entries"
    transaction_id: Mapped[UUID] = mapped_column(ForeignKey("credits.transactions.id"), primary_key=True)
    account: Mapped[LedgerAccount] = mapped_column(text_enum(LedgerAccount), primary_key=True)
    # set for the accounts that each user has, and only for them
    user_id: Mapped[UUID | None]
    amount: Mapped[int] = mapped_column(BigInteger)


class Transaction(Base):
    """One movement of one user's credits."""

    __tablename__ = "transactions"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    # 1, 2, 3, … for each user
    seq: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[TransactionKind] = mapped_column(text_enum(TransactionKind))
    # the change of what is available, and what is available after it
    amount: Mapped[int] = mapped_column(BigInteger)
    balance_after: Mapped[int] = mapped_column(BigInteger)
    job_id: Mapped[str] = mapped_column(Text)
    hold_id: Mapped[UUID | None]
    grant_id: Mapped[UUID | None]
    reason: Mapped[str] = mapped_column(Text)
    # the payment provider's id of what was paid or taken back; empty otherwise
    payment_id: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    entries: Mapped[list[Entry]] = relationship(lazy="raise")

    def digest(self) -> bytes:
        """SHA-256 over the previous hash and everything this transaction says, entries included."""
        content: list[object] = [
            str(self.id),
            str(self.user_id),
            self.seq,
            self.kind.value,
            self.amount,
            self.balance_after,
            self.job_id,
            str(self.hold_id),
            str(self.grant_id),
            self.reason,
            # PostgreSQL gives back the instant in the session's zone
            self.created_at.astimezone(UTC).isoformat(timespec="microseconds"),
            sorted([entry.account.value, str(entry.user_id), entry.amount] for entry in self.entries),
        ]
        # only where there is one: chains from before payments keep their hashes
        if self.payment_id:
            content.append(self.payment_id)
        return hashlib.sha256(self.previous_hash + json.dumps(content, separators=(",", ":")).encode()).digest()
