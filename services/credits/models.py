"""Accounts, grants and holds: what may be done with credits. Every change of a balance is posted to the ledger here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from enum import IntEnum, StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, ForeignKey, LargeBinary, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.credits import errors
from services.credits.billing_models import Subscription
from services.credits.ledger import GENESIS, Base, Entry, LedgerAccount, Transaction, TransactionKind, text_enum
from services.credits.plans import FREE
from services.kit.errors import IdempotencyKeyReused

_FOREVER = datetime.max.replace(tzinfo=UTC)


class GrantPriority(IntEnum):
    """Which credits go first: the lowest."""

    STARTING = 10
    # a month of a subscription: it expires, so it goes before what may keep
    MONTHLY = 15
    GIVEN = 20
    BOUGHT = 30


class HoldState(StrEnum):
    """A hold is live, then it ends once."""

    LIVE = "live"
    CAPTURED = "captured"
    RELEASED = "released"


class Grant(Base):
    """Credits that came in together: amount = remaining + reserved by live holds + captured + expired + revoked."""

    __tablename__ = "grants"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    transaction_id: Mapped[UUID]
    # what they were granted for, once: "signup:{user}", "admin:{request}", "stripe:order:{order}", …
    business_key: Mapped[str] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(BigInteger)
    # neither reserved, nor captured, nor expired, nor revoked
    remaining: Mapped[int] = mapped_column(BigInteger)
    expired: Mapped[int] = mapped_column(BigInteger)
    # taken back with a payment, or gone to pay what was owed
    revoked: Mapped[int] = mapped_column(BigInteger)
    priority: Mapped[int] = mapped_column(SmallInteger)
    # None: they keep
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str] = mapped_column(Text)
    # the administrator who granted them; empty: the system
    actor_id: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    def burn_order(self) -> tuple[int, datetime, datetime, UUID]:
        """What is smallest burns first: priority, expiry, age."""
        return (self.priority, self.expires_at or _FOREVER, self.created_at, self.id)

    def revoke(self, at_most: int) -> int:
        """Take away so many of what remains, or all there is: how many."""
        taken = min(at_most, self.remaining)
        self.remaining -= taken
        self.revoked += taken
        return taken

    def same_as(self, user_id: UUID, amount: int) -> Grant:
        """The grant, for a request that asks for it again; IdempotencyKeyReused when it asks for something else."""
        if (self.user_id, self.amount) != (user_id, amount):
            raise IdempotencyKeyReused("this key has granted another amount, or to somebody else: use a new one")
        return self


class Reservation(Base):
    """What a hold has set aside of a grant."""

    __tablename__ = "reservations"
    hold_id: Mapped[UUID] = mapped_column(ForeignKey("credits.holds.id"), primary_key=True)
    grant_id: Mapped[UUID] = mapped_column(ForeignKey("credits.grants.id"), primary_key=True)
    # in burn order: what is captured is captured from the first
    position: Mapped[int] = mapped_column(SmallInteger)
    amount: Mapped[int] = mapped_column(BigInteger)
    captured: Mapped[int] = mapped_column(BigInteger)
    grant: Mapped[Grant] = relationship(lazy="raise")


class Hold(Base):
    """Credits set aside for one attempt of a job. Of an ended hold captured + released = amount."""

    __tablename__ = "holds"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    job_id: Mapped[str] = mapped_column(Text)
    attempt: Mapped[int]
    # None where the caller named none: job and attempt then tell repeats apart
    request_id: Mapped[str | None] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(BigInteger)
    captured: Mapped[int] = mapped_column(BigInteger)
    released: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[HoldState] = mapped_column(text_enum(HoldState))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reservations: Mapped[list[Reservation]] = relationship(lazy="raise", order_by=Reservation.position)

    def has_ended(self) -> errors.HoldEnded:
        """The refusal of what only a live hold can do."""
        return errors.HoldEnded(
            f"the hold has ended: {self.captured} captured, {self.released} released",
            hold_id=self.id,
            state=self.state.value,
            captured=self.captured,
        )

    def again(self, user_id: UUID, amount: int, job_id: str, attempt: int) -> Hold:
        """The hold, for a request that asks for it again.

        HoldEnded when it has ended; IdempotencyKeyReused when another hold is asked for under its name.
        """
        if (self.user_id, self.amount, self.job_id, self.attempt) != (user_id, amount, job_id, attempt):
            raise IdempotencyKeyReused("this request, or this attempt of the job, holds other credits already")
        if self.state is not HoldState.LIVE:
            raise self.has_ended()
        return self

    def end(self, captured: int, now: datetime) -> None:
        """Capture so many of the reserved credits, first grants first, and give the rest back to their grants."""
        if not 0 <= captured <= self.amount:
            raise ValueError(f"{captured} of {self.amount} credits can't be captured")
        left = captured
        for reservation in self.reservations:
            reservation.captured = min(left, reservation.amount)
            reservation.grant.remaining += reservation.amount - reservation.captured
            left -= reservation.captured
        self.captured, self.released = captured, self.amount - captured
        self.state = HoldState.CAPTURED if captured else HoldState.RELEASED
        self.ended_at = now


class Account(Base):
    """One user's balance and plan. Whoever changes it holds its row's lock."""

    __tablename__ = "accounts"
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    plan_id: Mapped[str] = mapped_column(Text)
    available: Mapped[int] = mapped_column(BigInteger)
    held: Mapped[int] = mapped_column(BigInteger)
    # spent credits whose payment was taken back; never while anything is available
    debt: Mapped[int] = mapped_column(BigInteger)
    # an administrator has set the plan: it stands until an invoice of a subscription is paid
    plan_by_admin: Mapped[bool]
    subscription_id: Mapped[str | None] = mapped_column(ForeignKey("credits.subscriptions.id"))
    # the user is deleted
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # the head of the chain of transactions
    last_seq: Mapped[int] = mapped_column(BigInteger)
    last_hash: Mapped[bytes] = mapped_column(LargeBinary)
    # the last event of users that was applied (E4)
    users_seq: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    # the one that decides the plan, or the last one; costs no query where there is none
    subscription: Mapped[Subscription | None] = relationship(lazy="selectin")

    @classmethod
    def opening(cls, user_id: UUID, now: datetime) -> dict[str, object]:
        """The column values of a new account: on the free plan, nothing in it."""
        return {
            "user_id": user_id,
            "plan_id": FREE,
            "available": 0,
            "held": 0,
            "debt": 0,
            "plan_by_admin": False,
            "last_seq": 0,
            "last_hash": GENESIS,
            "users_seq": 0,
            "created_at": now,
        }

    def post(
        self,
        kind: TransactionKind,
        amounts: Mapping[LedgerAccount, int],
        transaction_id: UUID,
        now: datetime,
        *,
        hold: Hold | None = None,
        grant_id: UUID | None = None,
        reason: str = "",
        payment_id: str = "",
    ) -> Transaction:
        """Move credits: the balances, the transaction with its entries, the chain. Amounts sum to zero."""
        change = amounts.get(LedgerAccount.AVAILABLE, 0)
        self.available += change
        self.held += amounts.get(LedgerAccount.HELD, 0)
        # on the books what is owed is a negative balance
        self.debt -= amounts.get(LedgerAccount.DEBT, 0)
        self.last_seq += 1
        posted = Transaction(
            id=transaction_id,
            user_id=self.user_id,
            seq=self.last_seq,
            kind=kind,
            amount=change,
            balance_after=self.available,
            job_id=hold.job_id if hold else "",
            hold_id=hold.id if hold else None,
            grant_id=grant_id,
            reason=reason,
            payment_id=payment_id,
            created_at=now,
            previous_hash=self.last_hash,
            entries=[
                Entry(account=account, user_id=self.user_id if account.of_a_user else None, amount=amount)
                for account, amount in amounts.items()
                if amount
            ],
        )
        posted.hash = self.last_hash = posted.digest()
        return posted

    def grant(
        self,
        grant: Grant,
        now: datetime,
        *,
        kind: TransactionKind = TransactionKind.GRANT,
        source: LedgerAccount = LedgerAccount.PROMOTIONS,
        payment_id: str = "",
    ) -> Transaction:
        """Take in a new grant from where it comes: given away, sold, or returned."""
        amounts = {source: -grant.amount, LedgerAccount.AVAILABLE: grant.amount}
        return self.post(
            kind, amounts, grant.transaction_id, now, grant_id=grant.id, reason=grant.reason, payment_id=payment_id
        )

    def take_back(
        self, amount: int, grants: Sequence[Grant], transaction_id: UUID, now: datetime, *, reason: str, payment_id: str
    ) -> Transaction:
        """Credits whose payment was taken back go: from these grants, in this order; what is spent or held becomes debt."""
        left = amount
        for grant in grants:
            left -= grant.revoke(left)
        amounts = {
            LedgerAccount.AVAILABLE: left - amount,
            LedgerAccount.DEBT: -left,
            LedgerAccount.REFUNDS: amount,
        }
        posted = self.post(TransactionKind.REFUND, amounts, transaction_id, now, reason=reason, payment_id=payment_id)
        if self.debt and self.available:
            raise errors.LedgerBroken(f"grants of {self.user_id} are {self.available} short of the balance")
        return posted

    def settle_debt(self, grants: Sequence[Grant], transaction_id: UUID, now: datetime) -> Transaction | None:
        """What has just come in pays what is owed first, from these grants. None where nothing is owed or nothing is there."""
        if not self.debt or not self.available:
            return None
        paid = 0
        for grant in grants:
            paid += grant.revoke(self.debt - paid)
        amounts = {LedgerAccount.AVAILABLE: -paid, LedgerAccount.DEBT: paid}
        return self.post(
            TransactionKind.REFUND, amounts, transaction_id, now, reason="owed since a payment was taken back"
        )

    def hold(self, hold: Hold, grants: Sequence[Grant], transaction_id: UUID, now: datetime) -> Transaction:
        """Set the hold's credits aside, from the grants that burn first; InsufficientCredits when there are too few."""
        if hold.amount > self.available:
            raise errors.InsufficientCredits(hold.amount, self.available, self.debt)
        left = hold.amount
        for grant in sorted(grants, key=Grant.burn_order):
            if taken := min(left, grant.remaining):
                grant.remaining -= taken
                left -= taken
                position = len(hold.reservations)
                hold.reservations.append(
                    Reservation(grant_id=grant.id, grant=grant, position=position, amount=taken, captured=0)
                )
        if left:
            raise errors.LedgerBroken(f"grants of {self.user_id} are {left} short of the balance")
        amounts = {LedgerAccount.AVAILABLE: -hold.amount, LedgerAccount.HELD: hold.amount}
        return self.post(TransactionKind.HOLD, amounts, transaction_id, now, hold=hold)

    def end(self, hold: Hold, captured: int, new_id: Callable[[], UUID], now: datetime) -> list[Transaction]:
        """End a live hold: a capture, a release, or both where part is captured; what comes back pays what is owed."""
        hold.end(captured, now)
        posted = []
        if hold.captured:
            amounts = {LedgerAccount.HELD: -hold.captured, LedgerAccount.REVENUE: hold.captured}
            posted.append(self.post(TransactionKind.CAPTURE, amounts, new_id(), now, hold=hold))
        if hold.released:
            amounts = {LedgerAccount.HELD: -hold.released, LedgerAccount.AVAILABLE: hold.released}
            posted.append(self.post(TransactionKind.RELEASE, amounts, new_id(), now, hold=hold))
        if paid := self.settle_debt([reservation.grant for reservation in hold.reservations], new_id(), now):
            posted.append(paid)
        return posted

    def expire(self, grant: Grant, transaction_id: UUID, now: datetime) -> Transaction:
        """What remains of a grant is gone; what holds have reserved of it isn't touched."""
        amounts = {LedgerAccount.AVAILABLE: -grant.remaining, LedgerAccount.BREAKAGE: grant.remaining}
        grant.expired += grant.remaining
        grant.remaining = 0
        return self.post(
            TransactionKind.EXPIRY, amounts, transaction_id, now, grant_id=grant.id, reason="the credits expired"
        )
