"""Refunds and disputes: credits go back with their money, pro rata, and come again where the money does.

What a payment's credits should be is reckoned anew from all that stands of it, so that neither order nor repeats matter.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime

from services.credits import billing_repository as bought
from services.credits.billing_models import Cause, Payment, Reversal
from services.credits.books import Books, Income
from services.credits.ledger import LedgerAccount, TransactionKind
from services.credits.models import Account, Grant, GrantPriority
from services.credits.payments import Dispute, Refund
from services.kit import telemetry
from services.kit.db import Work


class Reversals:
    """Follows refunds and disputes. `follow_payment` settles the money that one is of, by the provider's id of its movement."""

    def __init__(
        self,
        work: Callable[[], AbstractAsyncContextManager[Work]],
        books: Books,
        provider: str,
        follow_payment: Callable[[str], Awaitable[None]],
    ) -> None:
        self._work = work
        self._books = books
        self._provider = provider
        self._follow_payment = follow_payment

    async def follow(self, cause: Cause, read: Refund | Dispute, read_at: datetime) -> None:
        """A refund or dispute stands, or doesn't any more: credits go with their money, and come again with it."""
        if read.payment_ref is None:
            return
        async with self._work() as work:
            known = await bought.payment_by_ref(work.session, read.payment_ref)
        if known is None:
            # told of before its payment was
            await self._follow_payment(read.payment_ref)
        async with self._work() as work:
            payment = await bought.payment_by_ref(work.session, read.payment_ref)
            if payment is None:
                telemetry.log().warning("money went back that gave no credits", reversal_id=read.id)
                return
            account = await self._books.locked(work, payment.user_id)
            await work.session.refresh(payment)
            await self._reverse(work, account, payment, cause, read, read_at)

    async def _reverse(
        self, work: Work, account: Account, payment: Payment, cause: Cause, read: Refund | Dispute, read_at: datetime
    ) -> None:
        now = self._books.now()
        reversal = await bought.by_id(work.session, Reversal, read.id)
        if reversal is None:
            if not read.stands:
                return
            reversal = Reversal(
                id=read.id, provider=self._provider, payment_id=payment.id, cause=cause, credits=0, returns=0
            )
            work.save(reversal)
        elif read_at < reversal.read_at:
            return
        reversal.amount_cents, reversal.stands, reversal.read_at = read.amount_cents, read.stands, read_at
        await work.session.flush()
        standing = await bought.standing_cents(work.session, payment.id)
        payment.returned_cents = min(standing, payment.amount_cents)
        missing = payment.credits_for(payment.returned_cents) - payment.revoked_credits
        if missing > 0:
            await self._books.unexpired(work, account, now)
            grant = await work.session.get_one(Grant, payment.grant_id)
            # what has expired unused is gone already: nobody owes it
            missing = max(0, min(missing, grant.amount - grant.expired - payment.revoked_credits))
        if missing > 0:
            await self._books.take_back(work, account, missing, payment.grant_id, cause, read.id, now)
        elif missing < 0:
            reversal.returns += 1
            income = Income(
                amount=-missing,
                business_key=f"{self._provider}:{cause}:{read.id}:return:{reversal.returns}",
                reason="the refund failed" if cause is Cause.REFUND else "the dispute was won",
                priority=GrantPriority.BOUGHT,
                payment_id=read.id,
                kind=TransactionKind.REFUND,
                source=LedgerAccount.REFUNDS,
            )
            self._books.take_in(work, account, income, now)
        if missing:
            payment.revoked_credits += missing
            reversal.credits += missing
            telemetry.log().info("credits follow their money", payment_id=str(payment.id), taken_back=missing)
