"""What is done to a user's credits and plan within a transaction: every use case that changes them goes through here.

Whoever calls holds the account's row lock, by `locked`. Nothing is queried between two postings, so that the database only ever
sees the account as it is after both (what comes in pays what is owed).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from filmstudio.credits.v1 import credits_pb2 as pb

from services.credits import billing_repository, errors, events, repository
from services.credits.billing_models import Cause
from services.credits.ledger import LedgerAccount, Transaction, TransactionKind
from services.credits.models import Account, Grant, GrantPriority
from services.credits.plans import ENTERPRISE, FREE, Plans
from services.kit.clock import Now, utc_now
from services.kit.db import Work
from services.kit.ids import new_id


@dataclass(frozen=True)
class Income:
    """Credits that come in, and why. `payment_id` is the provider's id of the money, where there is some."""

    amount: int
    # granted once
    business_key: str
    reason: str
    priority: GrantPriority
    expires_at: datetime | None = None
    actor_id: str = ""
    payment_id: str = ""
    kind: TransactionKind = TransactionKind.GRANT
    source: LedgerAccount = LedgerAccount.PROMOTIONS


class Books:
    """The ledger's pen. `ring` is the bell, rung after the commit."""

    def __init__(
        self,
        plans: Plans,
        ring: Callable[[Mapping[str, object]], None],
        now: Now = utc_now,
        new_id: Callable[[], UUID] = new_id,
    ) -> None:
        self.plans = plans
        self.now = now
        self.new_id = new_id
        self._ring = ring

    async def locked(self, work: Work, user_id: UUID, *, admin: bool = False) -> Account:
        """The account under its row lock; opened, with the starting credits, if it wasn't."""
        if account := await repository.locked_account(work.session, user_id):
            return account
        now = self.now()
        opened = await repository.insert_account(work.session, user_id, now)
        account = await repository.locked_account(work.session, user_id)
        if account is None:
            raise errors.LedgerBroken(f"the account of {user_id} is gone")
        if opened:
            if admin:
                self.set_plan(work, account, ENTERPRISE, by_admin=True)
            starting = Income(
                self.plans.starting_credits, f"signup:{user_id}", "starting credits", GrantPriority.STARTING
            )
            self.take_in(work, account, starting, now)
        return account

    async def unexpired(self, work: Work, account: Account, now: datetime) -> list[Grant]:
        """The account's grants with something left, after what is due has expired."""
        left = []
        for grant in await repository.open_grants(work.session, account.user_id):
            if grant.expires_at is None or grant.expires_at > now:
                left.append(grant)
                continue
            transaction = account.expire(grant, self.new_id(), now)
            work.save(transaction, events.credits_expired(account, transaction))
            self.changed(work, account)
        return left

    def take_in(self, work: Work, account: Account, income: Income, now: datetime) -> tuple[Grant, Transaction]:
        """Grant credits; what is owed is paid from them first."""
        grant = Grant(
            id=self.new_id(),
            user_id=account.user_id,
            transaction_id=self.new_id(),
            business_key=income.business_key,
            amount=income.amount,
            remaining=income.amount,
            expired=0,
            revoked=0,
            priority=income.priority,
            expires_at=income.expires_at,
            reason=income.reason,
            actor_id=income.actor_id,
            created_at=now,
        )
        transaction = account.grant(grant, now, kind=income.kind, source=income.source, payment_id=income.payment_id)
        work.save(grant, transaction, events.credits_granted(account, transaction, grant))
        if paid := account.settle_debt([grant], self.new_id(), now):
            work.save(paid, events.credits_revoked(account, paid, "debt"))
        self.changed(work, account)
        return grant, transaction

    async def take_back(
        self, work: Work, account: Account, amount: int, grant_id: UUID, cause: Cause, payment_id: str, now: datetime
    ) -> Transaction:
        """Credits of a payment that was taken back go: from its own grant, then from others; what is spent is owed."""
        grants = sorted(await self.unexpired(work, account, now), key=Grant.burn_order)
        grants.sort(key=lambda grant: grant.id != grant_id)
        reason = "the payment was refunded" if cause is Cause.REFUND else "the payment is disputed"
        transaction = account.take_back(amount, grants, self.new_id(), now, reason=reason, payment_id=payment_id)
        work.save(transaction, events.credits_revoked(account, transaction, cause.value))
        self.changed(work, account)
        return transaction

    def set_plan(self, work: Work, account: Account, plan_id: str, *, by_admin: bool, actor_id: str = "") -> None:
        """Put the account on a plan, at once, and say so where it is another."""
        account.plan_by_admin = by_admin
        if account.plan_id == plan_id:
            return
        previous, account.plan_id = account.plan_id, plan_id
        work.save(events.subscription_changed(account, previous, actor_id))
        self.changed(work, account)

    async def follow_subscriptions(self, work: Work, account: Account, before: bytes, *, paid: bool = False) -> None:
        """The plan is that of the best subscription, free without one. An administrator's stands until an invoice is `paid`.

        `before` is what `seen` gave before the subscriptions were changed: what is another is told.
        """
        rows = await billing_repository.subscriptions_of(work.session, account.user_id)
        rank = self.plans.rank
        decides = max(
            rows,
            key=lambda row: (row.gives_plan, row.live, rank(row.plan_id), row.created_at, row.id),
            default=None,
        )
        account.subscription = decides
        gives = decides.plan_id if decides and decides.gives_plan else None
        previous = account.plan_id
        # an invoice of a subscription that is over sets no plan
        if not account.plan_by_admin or (paid and gives):
            account.plan_id, account.plan_by_admin = gives or FREE, False
        if self.seen(account) != before:
            work.save(events.subscription_changed(account, previous, actor_id=""))
            self.changed(work, account)

    @staticmethod
    def seen(account: Account) -> bytes:
        """What others know of plan and subscription, but for the period's end, which moves with each invoice."""
        view = events.account_proto(account)
        known = pb.Account(plan_id=view.plan_id)
        if view.HasField("subscription"):
            known.subscription.CopyFrom(view.subscription)
            known.subscription.ClearField("period_end_time")
        return known.SerializeToString(deterministic=True)

    def changed(self, work: Work, account: Account) -> None:
        """Have the bell rung once this is committed."""
        user_id = str(account.user_id)
        work.after_commit(lambda: self._ring({"type": "credits.changed", "user_id": user_id}))
