"""What a user asks for: a page to pay on, the portal, the list of invoices. The money itself is heard of later (`inbox.py`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from uuid import UUID

from filmstudio.credits.v1 import credits_pb2 as pb

from services.credits import billing_repository as bought
from services.credits import repository
from services.credits.billing_models import Customer, Order, OrderKind, OrderState
from services.credits.books import Books
from services.credits.errors import AlreadySubscribed, BillingNotConfigured, CheckoutClosed, NoCustomer
from services.credits.payments import InvoiceSummary, ObjectMissing, PaymentProvider
from services.credits.plans import Pack, Plan
from services.credits.users_client import Contacts
from services.kit import paging, requests, telemetry
from services.kit.db import Work
from services.kit.errors import DependencyAway, Invalid, NotFound

_CHECKOUT = "CreateCheckout"


class Billing:
    """Pages of the payment provider. Without one every call is BillingNotConfigured."""

    def __init__(
        self,
        work: Callable[[], AbstractAsyncContextManager[Work]],
        books: Books,
        provider: PaymentProvider | None,
        contacts: Contacts,
        return_url: str,
    ) -> None:
        self._work = work
        self._books = books
        self._configured = provider
        self._contacts = contacts
        self._return_url = return_url

    @property
    def _provider(self) -> PaymentProvider:
        if self._configured is None:
            raise BillingNotConfigured("nothing can be bought here: an operator sets STRIPE_SECRET_KEY")
        return self._configured

    async def checkout(self, user_id: UUID, request: pb.CreateCheckoutRequest) -> Order:
        """A page where a pack is paid or a plan subscribed to; the same request_id gives the same one.

        Invalid; AlreadySubscribed; BillingNotConfigured; CheckoutClosed where that page is paid or has lapsed.
        """
        provider, item = self._provider, self._item(request)
        price_id = await provider.price_of(item)
        customer_id = await self._customer(user_id)
        order = await self._order(user_id, request, item)
        if order.state is OrderState.OPENING:
            order = await self._open(order, item, price_id, customer_id)
        if order.state is not OrderState.OPEN:
            raise CheckoutClosed(
                "what this request has ordered is paid or has lapsed: order anew with a new Idempotency-Key",
                order_id=order.id,
                state=order.state.value,
            )
        return order

    async def portal(self, user_id: UUID) -> str:
        """The address of the page where plan and card are changed. NoCustomer; BillingNotConfigured."""
        provider = self._provider
        async with self._work() as work:
            customer = await bought.customer_of(work.session, provider.name, user_id)
        if customer is None:
            raise NoCustomer("you have not bought anything yet: begin with a pack or a plan")
        return (await provider.open_portal(customer.id, self._return_url)).url

    async def invoices(self, user_id: UUID, page_size: int, page_token: str) -> tuple[Sequence[InvoiceSummary], str]:
        """A page of the user's invoices, newest first, and the token of the next. BillingNotConfigured."""
        provider, size = self._provider, paging.size(page_size)
        async with self._work() as work:
            customer = await bought.customer_of(work.session, provider.name, user_id)
        if customer is None:
            return (), ""
        try:
            page, more = await provider.invoices(customer.id, size, page_token)
        except ObjectMissing:
            raise Invalid("page_token is not one we gave; start without it", field="page_token") from None
        return page, page[-1].id if more and page else ""

    def _item(self, request: pb.CreateCheckoutRequest) -> Pack | Plan:
        if bool(request.pack_id) == bool(request.plan_id):
            raise Invalid("name either a pack or a plan", field="pack" if not request.plan_id else "plan")
        if request.pack_id:
            return self._books.plans.pack(request.pack_id)
        plan = self._books.plans.get(request.plan_id)
        if not plan.for_sale:
            raise Invalid(f"the plan {plan.id} isn't for sale", field="plan_id")
        return plan

    async def _customer(self, user_id: UUID) -> str:
        """The provider's id of the user, made with their first purchase. NotFound for a deleted user."""
        provider = self._provider
        async with self._work() as work:
            if (await self._books.locked(work, user_id)).closed_at is not None:
                raise NotFound("there is no such account")
            if known := await bought.customer_of(work.session, provider.name, user_id):
                return known.id
            earlier = await bought.customers_made(work.session, provider.name, user_id)
        contact = await self._contacts.contact(user_id)
        customer_id = await provider.create_customer(user_id, earlier + 1, contact.email, contact.name)
        async with self._work() as work:
            await self._books.locked(work, user_id)
            if known := await bought.customer_of(work.session, provider.name, user_id):
                return known.id
            await bought.insert_customer(work.session, customer_id, provider.name, user_id, self._books.now())
        return customer_id

    async def _order(self, user_id: UUID, request: pb.CreateCheckoutRequest, item: Pack | Plan) -> Order:
        """The order of this request: our own row, from which all amounts come."""
        async with self._work() as work:
            account = await self._books.locked(work, user_id)
            made = await requests.begin(work, str(user_id), _CHECKOUT, request.request_id, request)
            if made is not None and (kept := await bought.by_id(work.session, Order, made)):
                return kept
            subscription = account.subscription
            if isinstance(item, Plan) and subscription is not None and subscription.live:
                raise AlreadySubscribed(
                    f"you are subscribed to {subscription.plan_id}: change or cancel it on the billing page",
                    plan_id=subscription.plan_id,
                )
            order = Order(
                id=self._books.new_id(),
                user_id=user_id,
                provider=self._provider.name,
                kind=OrderKind.PACK if isinstance(item, Pack) else OrderKind.PLAN,
                item_id=item.id,
                credits=item.credits if isinstance(item, Pack) else 0,
                price_cents=item.price_cents,
                currency=item.currency,
                state=OrderState.OPENING,
                created_at=self._books.now(),
            )
            work.save(order)
            await requests.finish(work, str(user_id), _CHECKOUT, request.request_id, order.id)
        return order

    async def _open(self, order: Order, item: Pack | Plan, price_id: str, customer_id: str) -> Order:
        """Have the page made; a repeat after a crash gets the same one, since it is asked for under the order's id."""
        provider = self._provider
        async with self._work() as work:
            earlier = await self._other_plans(work, order)
        await self._close(earlier)
        try:
            page = await provider.open_checkout(
                order.id, item, price_id, customer_id, self._return_url, self._return_url
            )
        except ObjectMissing:
            # deleted at the provider before we heard of it: asked again, there is a new one
            await self._forget(customer_id)
            raise DependencyAway(provider.name, "the customer is gone") from None
        async with self._work() as work:
            await repository.locked_account(work.session, order.user_id)
            kept = await work.session.get_one(Order, order.id)
            kept.checkout_id, kept.url = page.id, page.url
            kept.reaches(OrderState.OPEN, self._books.now())
            # of two that are ordered at once neither has seen the other before: the one kept last stays open
            meanwhile = await self._other_plans(work, order)
        await self._close([checkout_id for checkout_id in meanwhile if checkout_id not in earlier])
        telemetry.log().info("a checkout is open", order_id=str(order.id), item=item.id)
        return kept

    async def _other_plans(self, work: Work, order: Order) -> Sequence[str]:
        """Whoever begins to subscribe twice pays once: the checkouts that an order of a plan replaces."""
        if order.kind is not OrderKind.PLAN:
            return ()
        # asked for twice at once, the order itself may be open by now
        others = [other for other in await bought.open_plan_orders(work.session, order.user_id) if other.id != order.id]
        return [other.checkout_id for other in others if other.checkout_id is not None]

    async def _close(self, checkout_ids: Sequence[str]) -> None:
        for checkout_id in checkout_ids:
            await self._provider.close_checkout(checkout_id)

    async def _forget(self, customer_id: str) -> None:
        async with self._work() as work:
            customer = await work.session.get_one(Customer, customer_id)
            customer.deleted_at = self._books.now()
