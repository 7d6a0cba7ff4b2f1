"""What follows from money: each object is read as it is now, and the books are brought to it.

Any event about an object leads here, in any order and as often as it likes: what is granted has a business key, what is taken
back is reckoned from what stands, a subscription's row never goes back to an earlier reading. Reading is done before the
transaction, never in it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never
from uuid import UUID

from services.credits import billing_repository as bought
from services.credits import events, months
from services.credits.billing_models import (
    Cause,
    Customer,
    Invoice,
    Order,
    OrderKind,
    OrderState,
    Payment,
    Subscription,
    SubscriptionState,
)
from services.credits.books import Books, Income
from services.credits.ledger import LedgerAccount, TransactionKind
from services.credits.models import Account, GrantPriority
from services.credits.payments import (
    Checkout,
    ObjectKind,
    PaidSubscription,
    PaymentProvider,
    PaymentRefused,
    SubscriptionInvoice,
)
from services.credits.reversals import Reversals
from services.kit import telemetry
from services.kit.db import Work


@dataclass(frozen=True)
class Terms:
    """What a subscription that isn't paid, and what a month that is over, are given."""

    # a failed payment leaves the plan for so long
    grace: timedelta
    # a month's credits keep for so long beyond its end
    keep: timedelta


class Settlement:
    """Brings the books to what the provider has."""

    def __init__(
        self,
        work: Callable[[], AbstractAsyncContextManager[Work]],
        books: Books,
        provider: PaymentProvider,
        terms: Terms,
    ) -> None:
        self._work = work
        self._books = books
        self._provider = provider
        self._terms = terms
        self._reversals = Reversals(work, books, provider.name, self._follow_payment)

    async def follow(self, kind: ObjectKind, object_id: str) -> None:
        """Something happened to this object. Errors of the provider's port; what isn't ours is passed over."""
        match kind:
            case ObjectKind.CHECKOUT:
                await self.follow_checkout(object_id)
            case ObjectKind.SUBSCRIPTION:
                await self.follow_subscription(object_id)
            case ObjectKind.INVOICE:
                await self.follow_invoice(object_id)
            case ObjectKind.PAYMENT:
                await self._follow_payment(object_id)
            case ObjectKind.CHARGE:
                read_at = self._books.now()
                for refund in await self._provider.refunds_of_charge(object_id):
                    await self._reversals.follow(Cause.REFUND, refund, read_at)
            case ObjectKind.REFUND:
                read_at = self._books.now()
                await self._reversals.follow(Cause.REFUND, await self._provider.refund(object_id), read_at)
            case ObjectKind.DISPUTE:
                read_at = self._books.now()
                await self._reversals.follow(Cause.DISPUTE, await self._provider.dispute(object_id), read_at)
            case ObjectKind.CUSTOMER:
                await self._forget(object_id)
            case ObjectKind.OTHER:
                pass
            case _:
                assert_never(kind)

    async def follow_checkout(self, checkout_id: str) -> None:
        """A pack that is paid gives its credits; a plan's subscription is looked at."""
        read = await self._provider.checkout(checkout_id)
        if read.subscription_id is not None:
            await self.follow_subscription(read.subscription_id)
        if read.order_id is None:
            return
        async with self._work() as work:
            order = await bought.by_id(work.session, Order, read.order_id)
            if order is None:
                telemetry.log().warning("a checkout of no order of ours", checkout_id=checkout_id)
                return
            account = await self._books.locked(work, order.user_id)
            await work.session.refresh(order)
            order.checkout_id = order.checkout_id or read.id
            if read.paid and read.complete:
                self._pay(work, account, order, read)
            elif read.expired:
                order.reaches(OrderState.EXPIRED, self._books.now())

    async def follow_subscription(self, subscription_id: str) -> None:
        """The plan follows the subscription."""
        read_at = self._books.now()
        read = await self._provider.subscription(subscription_id)
        async with self._work() as work:
            if (account := await self._owner(work, read)) is None:
                return
            before = self._books.seen(account)
            await self._keep(work, account, read, read_at)
            await self._books.follow_subscriptions(work, account, before)

    async def follow_invoice(self, invoice_id: str) -> None:
        """A paid invoice of a subscription gives its credits and sets the plan; a failed one is told, once."""
        read_at = self._books.now()
        read = await self._provider.invoice(invoice_id)
        if read.subscription_id is None:
            return
        of = await self._provider.subscription(read.subscription_id)
        async with self._work() as work:
            if (account := await self._owner(work, of)) is None:
                return
            before = self._books.seen(account)
            subscription = await self._keep(work, account, of, read_at)
            if subscription is None:
                return
            paid = await self._settle_invoice(work, account, subscription, read)
            await self._books.follow_subscriptions(work, account, before, paid=paid)

    async def lapse(self) -> int:
        """Whose grace is over is on the free plan until they pay. How many users."""
        now = self._books.now()
        async with self._work() as work:
            users = await bought.users_out_of_grace(work.session, now, limit=200)
        for user_id in users:
            async with self._work() as work:
                account = await self._books.locked(work, user_id)
                before = self._books.seen(account)
                for subscription in await bought.subscriptions_of(work.session, user_id):
                    subscription.lapse(now)
                await self._books.follow_subscriptions(work, account, before)
            telemetry.log().info("a subscription's grace is over", user_id=str(user_id))
        return len(users)

    async def forget_closed(self) -> int:
        """Deleted users' subscriptions are ended and their person erased at the provider. How many customers."""
        async with self._work() as work:
            customers = await bought.customers_to_forget(work.session, limit=50)
        for customer in customers:
            await self._provider.forget_customer(customer.id)
            await self._forget(customer.id)
            async with self._work() as work:
                subscriptions = await bought.subscriptions_of(work.session, customer.user_id)
            for subscription in subscriptions:
                if subscription.state is not SubscriptionState.ENDED:
                    await self.follow_subscription(subscription.id)
        return len(customers)

    async def _owner(self, work: Work, read: PaidSubscription) -> Account | None:
        """The account that a subscription is of, locked; None for one of another business on the same Stripe account."""
        customer = await bought.by_id(work.session, Customer, read.customer_id)
        if customer is None or read.plan_id is None or self._books.plans.find(read.plan_id) is None:
            telemetry.log().warning("a subscription that isn't ours", subscription_id=read.id)
            return None
        return await self._books.locked(work, customer.user_id)

    async def _keep(
        self, work: Work, account: Account, read: PaidSubscription, read_at: datetime
    ) -> Subscription | None:
        """The subscription's row, as it was read now or by somebody later. None for one that was never paid and never kept."""
        plan_id = read.plan_id or ""
        row = await bought.by_id(work.session, Subscription, read.id)
        if row is None:
            row = Subscription.begin(read, self._provider.name, account.user_id, plan_id, read_at)
            work.save(row)
        row.follow(read, plan_id, read_at, self._terms.grace)
        return row

    def _pay(self, work: Work, account: Account, order: Order, read: Checkout) -> None:
        now = self._books.now()
        if not order.reaches(OrderState.PAID, now) or order.kind is not OrderKind.PACK:
            return
        income = Income(
            amount=order.credits,
            business_key=f"{self._provider.name}:order:{order.id}",
            reason=f"{order.credits} credits bought",
            priority=GrantPriority.BOUGHT,
            payment_id=read.payment_ref or read.id,
            kind=TransactionKind.PURCHASE,
            source=LedgerAccount.STRIPE_CLEARING,
        )
        self._take_in(work, account, income, read.amount_cents, read.currency, read.payment_ref, order_id=order.id)
        telemetry.log().info(
            "a pack is paid", order_id=str(order.id), user_id=str(order.user_id), credits=order.credits
        )

    async def _settle_invoice(
        self, work: Work, account: Account, subscription: Subscription, read: SubscriptionInvoice
    ) -> bool:
        """What an invoice brings about; True when it is found to be paid for the first time."""
        now = self._books.now()
        failed = read.status in ("open", "uncollectible") and read.attempted and not read.first
        if read.status != "paid" and not failed:
            return False
        invoice = await bought.by_id(work.session, Invoice, read.id)
        if invoice is None:
            invoice = Invoice(
                id=read.id, provider=self._provider.name, user_id=account.user_id, subscription_id=subscription.id
            )
            work.save(invoice)
        if invoice.paid_at is not None:
            return False
        if failed:
            if invoice.failure_told_at is None:
                invoice.failure_told_at = now
                grace_end_at = subscription.grace_end_at or read.created + self._terms.grace
                work.save(events.payment_failed(account, read.id, read.amount_due_cents, read.currency, grace_end_at))
            return False
        invoice.paid_at = now
        if credits := months.credits_of(read, self._books.plans):
            income = Income(
                amount=credits,
                business_key=f"{self._provider.name}:invoice:{read.id}",
                reason=f"a month of {subscription.plan_id}"
                if months.is_whole(read)
                else f"a change to {subscription.plan_id}",
                priority=GrantPriority.MONTHLY,
                expires_at=max(months.end_of(read), now) + self._terms.keep,
                payment_id=read.id,
                kind=TransactionKind.PURCHASE,
                source=LedgerAccount.STRIPE_CLEARING,
            )
            self._take_in(
                work, account, income, read.amount_paid_cents, read.currency, read.payment_ref, invoice_id=read.id
            )
        telemetry.log().info("an invoice is paid", invoice_id=read.id, user_id=str(account.user_id), credits=credits)
        return True

    def _take_in(
        self,
        work: Work,
        account: Account,
        income: Income,
        amount_cents: int,
        currency: str,
        payment_ref: str | None,
        *,
        order_id: UUID | None = None,
        invoice_id: str | None = None,
    ) -> None:
        now = self._books.now()
        grant, _ = self._books.take_in(work, account, income, now)
        work.save(
            Payment(
                id=self._books.new_id(),
                user_id=account.user_id,
                provider=self._provider.name,
                order_id=order_id,
                invoice_id=invoice_id,
                payment_ref=payment_ref,
                amount_cents=amount_cents,
                currency=currency,
                credits=income.amount,
                grant_id=grant.id,
                returned_cents=0,
                revoked_credits=0,
                created_at=now,
            )
        )

    async def _follow_payment(self, payment_ref: str) -> None:
        """Money has moved: whatever it was for is looked at."""
        origin = await self._provider.origin(payment_ref)
        if origin.order_id is not None:
            async with self._work() as work:
                order = await bought.by_id(work.session, Order, origin.order_id)
            if order is None:
                telemetry.log().warning("a payment of no order of ours", payment_ref=payment_ref)
            elif order.checkout_id is None:
                # its page is being kept this very moment, or the process that made it died: its own events name it
                raise PaymentRefused("checkout_unknown")
            else:
                await self.follow_checkout(order.checkout_id)
        elif origin.invoice_id is not None:
            await self.follow_invoice(origin.invoice_id)

    async def _forget(self, customer_id: str) -> None:
        """The provider has no such customer any more: the next purchase makes a new one."""
        async with self._work() as work:
            customer = await bought.by_id(work.session, Customer, customer_id)
            if customer is not None and customer.deleted_at is None:
                customer.deleted_at = self._books.now()
