"""Stripe behind the port: the only module, with `stripe_catalogue.py`, that knows its library.

Every call has a timeout and is tried once more where the connection fails; what creates something is named by an id of ours
(Stripe keeps the name for 24 h and answers the same again). Stripe's texts stay out of our errors: they may quote what was sent.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, TypeVar
from uuid import UUID

import stripe

from services.credits import stripe_objects as read
from services.credits.errors import BillingNotConfigured
from services.credits.payments import (
    Checkout,
    Dispute,
    EventNote,
    InvalidSignature,
    InvoiceSummary,
    ObjectKind,
    ObjectMissing,
    Origin,
    Page,
    PaidSubscription,
    PaymentRefused,
    Refund,
    Settled,
    SubscriptionInvoice,
)
from services.credits.plans import Item, Pack
from services.credits.settings import PaymentSettings
from services.credits.stripe_catalogue import Catalogue
from services.kit.errors import DependencyAway

T = TypeVar("T")
PAGE = 100
# of the objects that the library reads; an event's own version doesn't matter, since only its name is taken
API_VERSION: str = stripe.api_version


async def asked(call: Awaitable[T]) -> T:
    """What Stripe answers; its errors as the port's."""
    try:
        return await call
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise DependencyAway("stripe", type(error).__name__) from None
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        message = "Stripe does not accept STRIPE_SECRET_KEY: an operator checks it and what it may do"
        raise BillingNotConfigured(message, code=error.code or type(error).__name__) from None
    except stripe.StripeError as error:
        if (error.http_status or 500) >= 500:
            raise DependencyAway("stripe", f"HTTP {error.http_status}") from None
        code = error.code or type(error).__name__
        raise (ObjectMissing if code == "resource_missing" else PaymentRefused)(code) from None


def _plain(answer: stripe.StripeObject) -> dict[str, Any]:
    return answer.to_dict()


class Stripe:
    """PaymentProvider over Stripe's API."""

    name = "stripe"

    def __init__(self, settings: PaymentSettings) -> None:
        self._http = stripe.HTTPXClient(timeout=settings.stripe_timeout_s)
        self._client = stripe.StripeClient(
            settings.stripe_secret_key.get_secret_value(),
            http_client=self._http,
            base_addresses={"api": settings.stripe_api_url.rstrip("/")},
            max_network_retries=1,
        )
        # the parameters are checked by Stripe, and by the tests against its own description of them
        self._v1: Any = self._client.v1
        self._webhook_secret = settings.stripe_webhook_secret
        self._tolerance_s = settings.stripe_webhook_tolerance_s
        self.catalogue = Catalogue(self._v1, asked)

    async def price_of(self, item: Item) -> str:
        """The id of the item's price; BillingNotConfigured names the command that makes it."""
        return await self.catalogue.price_of(item)

    async def create_customer(self, user_id: UUID, nth: int, email: str, name: str) -> str:
        """The user's nth customer. Another address makes another name for the request, since Stripe compares what is sent."""
        about = sha256(f"{email}\n{name}".encode()).hexdigest()[:16]
        params: dict[str, Any] = {"email": email, "metadata": {"user_id": str(user_id)}}
        if name:
            params["name"] = name
        made = await asked(
            self._v1.customers.create_async(params, {"idempotency_key": f"customer:{user_id}:{nth}:{about}"})
        )
        return str(made.id)

    async def forget_customer(self, customer_id: str) -> None:
        """Deleting a customer ends their subscriptions at once and can't be undone; one that is gone is gone."""
        try:
            await asked(self._v1.customers.delete_async(customer_id))
        except ObjectMissing:
            return

    async def open_checkout(
        self, order_id: UUID, item: Item, price_id: str, customer_id: str, success_url: str, cancel_url: str
    ) -> Page:
        """A hosted checkout page; a pack's payment gets an invoice too."""
        mark = {read.ORDER_KEY: str(order_id)}
        params: dict[str, Any] = {
            "mode": "payment" if isinstance(item, Pack) else "subscription",
            "line_items": [{"price": price_id, "quantity": 1}],
            "customer": customer_id,
            "client_reference_id": str(order_id),
            "metadata": mark,
            "success_url": success_url,
            "cancel_url": cancel_url,
        }
        if isinstance(item, Pack):
            params["payment_intent_data"] = {"metadata": mark, "description": item.title}
            params["invoice_creation"] = {
                "enabled": True,
                "invoice_data": {"metadata": mark, "description": item.title},
            }
        else:
            params["subscription_data"] = {"metadata": mark}
        made = await asked(
            self._v1.checkout.sessions.create_async(params, {"idempotency_key": f"checkout:{order_id}:{customer_id}"})
        )
        return Page(made.id, made.url or "")

    async def close_checkout(self, checkout_id: str) -> None:
        """Only an open page can be closed: Stripe refuses any other, and that is as well."""
        try:
            await asked(self._v1.checkout.sessions.expire_async(checkout_id))
        except PaymentRefused:
            return

    async def open_portal(self, customer_id: str, return_url: str) -> Page:
        """The customer portal with our configuration of it."""
        params = {
            "customer": customer_id,
            "return_url": return_url,
            "configuration": await self.catalogue.portal(),
        }
        made = await asked(self._v1.billing_portal.sessions.create_async(params))
        return Page(made.id, made.url)

    async def invoices(self, customer_id: str, limit: int, after: str) -> tuple[Sequence[InvoiceSummary], bool]:
        """One page of the customer's invoices."""
        params: dict[str, Any] = {"customer": customer_id, "limit": limit}
        if after:
            params["starting_after"] = after
        page = await asked(self._v1.invoices.list_async(params))
        return [read.invoice_summary(_plain(found)) for found in page.data], page.has_more

    async def checkout(self, checkout_id: str) -> Checkout:
        """A session as it is now."""
        return read.checkout(_plain(await asked(self._v1.checkout.sessions.retrieve_async(checkout_id))))

    async def subscription(self, subscription_id: str) -> PaidSubscription:
        """A subscription as it is now."""
        found = await asked(self._v1.subscriptions.retrieve_async(subscription_id, {"expand": ["latest_invoice"]}))
        return read.subscription(_plain(found))

    async def invoice(self, invoice_id: str) -> SubscriptionInvoice:
        """An invoice as it is now, with all its lines."""
        found = _plain(await asked(self._v1.invoices.retrieve_async(invoice_id, {"expand": ["payments"]})))
        lines = found["lines"]["data"]
        if found["lines"]["has_more"]:
            page = await asked(self._v1.invoices.line_items.list_async(invoice_id, {"limit": PAGE}))
            lines = [_plain(line) async for line in page.auto_paging_iter()]
        return read.invoice(found, lines)

    async def refund(self, refund_id: str) -> Refund:
        """A refund as it is now."""
        return read.refund(_plain(await asked(self._v1.refunds.retrieve_async(refund_id))))

    async def refunds_of_charge(self, charge_id: str) -> Sequence[Refund]:
        """All refunds of a charge; Stripe gives the newest hundred, and a charge rarely has two."""
        page = await asked(self._v1.refunds.list_async({"charge": charge_id, "limit": PAGE}))
        return [read.refund(_plain(found)) for found in page.data]

    async def dispute(self, dispute_id: str) -> Dispute:
        """A dispute as it is now."""
        return read.dispute(_plain(await asked(self._v1.disputes.retrieve_async(dispute_id))))

    async def origin(self, payment_ref: str) -> Origin:
        """By the payment intent's metadata, which are ours, or by the invoice that it paid."""
        found = _plain(await asked(self._v1.payment_intents.retrieve_async(payment_ref)))
        if order_id := read.order_of(found["metadata"]):
            return Origin(order_id, None)
        paid = await asked(
            self._v1.invoice_payments.list_async(
                {"payment": {"type": "payment_intent", "payment_intent": payment_ref}, "limit": 1}
            )
        )
        return Origin(None, read.id_of(paid.data[0].invoice) if paid.data else None)

    async def events(self, since: datetime) -> AsyncIterator[EventNote]:
        """Stripe keeps events for 30 days; twenty types can be asked for at a time."""
        types = sorted(read.KINDS)
        for start in range(0, len(types), 20):
            page = await asked(
                self._v1.events.list_async(
                    {"created": {"gte": int(since.timestamp())}, "types": types[start : start + 20], "limit": PAGE}
                )
            )
            async for found in _all(page):
                yield read.event(found)

    async def settled(self, since: datetime) -> AsyncIterator[Settled]:
        """Sessions and invoices made since then that are paid, refunds and disputes made since then that stand."""
        made = {"created": {"gte": int(since.timestamp())}, "limit": PAGE}
        async for found in _all(await asked(self._v1.checkout.sessions.list_async({**made, "status": "complete"}))):
            session = read.checkout(found)
            if session.paid and session.order_id:
                yield _settled(ObjectKind.CHECKOUT, found)
        async for found in _all(await asked(self._v1.invoices.list_async({**made, "status": "paid"}))):
            if read.subscription_of_invoice(found):
                yield _settled(ObjectKind.INVOICE, found)
        async for found in _all(await asked(self._v1.refunds.list_async(made))):
            if read.refund(found).stands:
                yield _settled(ObjectKind.REFUND, found)
        async for found in _all(await asked(self._v1.disputes.list_async(made))):
            if read.dispute(found).stands:
                yield _settled(ObjectKind.DISPUTE, found)

    def verify(self, payload: bytes, signature: str) -> EventNote:
        """A webhook's event; BillingNotConfigured without a secret, InvalidSignature unless it is Stripe's and fresh."""
        secret = self._webhook_secret.get_secret_value()
        if not secret:
            raise BillingNotConfigured("no webhook is taken: an operator sets STRIPE_WEBHOOK_SECRET")
        try:
            event = self._client.construct_event(payload, signature, secret, self._tolerance_s)
            return read.event(_plain(event))
        except stripe.SignatureVerificationError:
            raise InvalidSignature("the signature is missing, wrong, or too old") from None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            # signed or not: nothing in it is known
            raise InvalidSignature("the body is not an event") from None

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close_async()  # type: ignore[no-untyped-call]


async def _all(page: Any) -> AsyncIterator[dict[str, Any]]:
    """Everything on a page and on those that follow it."""
    found = page.auto_paging_iter()
    while (one := await asked(anext(found, None))) is not None:
        yield _plain(one)


def _settled(kind: ObjectKind, found: dict[str, Any]) -> Settled:
    note = EventNote(
        f"reconciliation:{kind}:{found['id']}", "reconciliation", kind, found["id"], read.when(found["created"])
    )
    return Settled(note, read.id_of(found.get("customer")), read.id_of(found.get("payment_intent")))
