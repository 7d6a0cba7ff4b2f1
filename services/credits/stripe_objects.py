"""Stripe's objects in our own words. Shapes are those of the API version that the locked library speaks (2026-10-28).

Plain functions over what the API answered; a field that isn't there is a KeyError, for then the version isn't this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.credits.payments import (
    Checkout,
    Dispute,
    EventNote,
    InvoiceLine,
    InvoiceSummary,
    ObjectKind,
    PaidSubscription,
    Refund,
    SubscriptionInvoice,
)
from services.kit.ids import parse_id

Object = Mapping[str, Any]

# our products at Stripe have ids of our own making: prefix + the id of the plan or pack
PRODUCT_PREFIX = "filmstudio_"
ORDER_KEY = "order_id"
MAX_NAME_CHARS = 255

KINDS: Mapping[str, ObjectKind] = {
    "checkout.session.completed": ObjectKind.CHECKOUT,
    "checkout.session.async_payment_succeeded": ObjectKind.CHECKOUT,
    "checkout.session.async_payment_failed": ObjectKind.CHECKOUT,
    "checkout.session.expired": ObjectKind.CHECKOUT,
    "customer.subscription.created": ObjectKind.SUBSCRIPTION,
    "customer.subscription.updated": ObjectKind.SUBSCRIPTION,
    "customer.subscription.deleted": ObjectKind.SUBSCRIPTION,
    "customer.subscription.paused": ObjectKind.SUBSCRIPTION,
    "customer.subscription.resumed": ObjectKind.SUBSCRIPTION,
    "invoice.created": ObjectKind.INVOICE,
    "invoice.finalized": ObjectKind.INVOICE,
    "invoice.updated": ObjectKind.INVOICE,
    "invoice.paid": ObjectKind.INVOICE,
    "invoice.payment_succeeded": ObjectKind.INVOICE,
    "invoice.payment_failed": ObjectKind.INVOICE,
    "invoice.marked_uncollectible": ObjectKind.INVOICE,
    "payment_intent.succeeded": ObjectKind.PAYMENT,
    "charge.refunded": ObjectKind.CHARGE,
    "refund.created": ObjectKind.REFUND,
    "refund.updated": ObjectKind.REFUND,
    "refund.failed": ObjectKind.REFUND,
    "charge.refund.updated": ObjectKind.REFUND,
    "charge.dispute.created": ObjectKind.DISPUTE,
    "charge.dispute.updated": ObjectKind.DISPUTE,
    "charge.dispute.closed": ObjectKind.DISPUTE,
    "charge.dispute.funds_withdrawn": ObjectKind.DISPUTE,
    "charge.dispute.funds_reinstated": ObjectKind.DISPUTE,
    "customer.deleted": ObjectKind.CUSTOMER,
}

_STATES = {
    "incomplete": "incomplete",
    "trialing": "active",
    "active": "active",
    "past_due": "past_due",
    # Stripe has stopped trying; paid by hand it goes on
    "unpaid": "past_due",
    # allows nothing, and may be resumed
    "paused": "incomplete",
    "canceled": "ended",
    "incomplete_expired": "ended",
}
# of a dispute: the money is with the cardholder
_WITHDRAWN = {"needs_response", "under_review", "lost", "appeal_needs_response", "appeal_under_review"}


def when(seconds: int) -> datetime:
    """Stripe's seconds since 1970 as a time. TypeError, ValueError."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except OverflowError as error:
        raise ValueError(str(error)) from None


def id_of(reference: Any) -> str | None:
    """The id of what is referred to, expanded or not."""
    if reference is None or isinstance(reference, str):
        return reference
    return str(reference["id"])


def item_of(product_id: str | None) -> str | None:
    """The plan or pack that a product is; None for somebody else's."""
    if product_id is None or not product_id.startswith(PRODUCT_PREFIX):
        return None
    return product_id.removeprefix(PRODUCT_PREFIX)


def order_of(metadata: Any) -> UUID | None:
    """The order that an object was made for, by its metadata."""
    return parse_id(str((metadata or {}).get(ORDER_KEY, "")))


def event(found: Object) -> EventNote:
    """What an event is about. KeyError, TypeError or ValueError where it is none."""
    name, about = _name(found["type"]), found["data"]["object"]
    # objects that are nothing to us may have ids of their makers' own, or none
    kind = KINDS.get(name, ObjectKind.OTHER) if about.get("id") else ObjectKind.OTHER
    object_id = "" if kind is ObjectKind.OTHER else _name(about["id"])
    return EventNote(_name(found["id"]), name, kind, object_id, when(found["created"]))


def _name(text: object) -> str:
    """An id or a type, as Stripe forms them: at most 255 printable characters (docs.stripe.com/upgrades)."""
    if not isinstance(text, str) or not 1 <= len(text) <= MAX_NAME_CHARS or not (text.isascii() and text.isprintable()):
        raise ValueError("not a name of Stripe's")
    return text


def checkout(found: Object) -> Checkout:
    """A checkout session."""
    return Checkout(
        id=found["id"],
        order_id=order_of(found["metadata"]) or parse_id(found["client_reference_id"] or ""),
        complete=found["status"] == "complete",
        expired=found["status"] == "expired",
        paid=found["payment_status"] in ("paid", "no_payment_required"),
        amount_cents=found["amount_total"] or 0,
        currency=(found["currency"] or "").upper(),
        payment_ref=id_of(found["payment_intent"]),
        subscription_id=id_of(found["subscription"]),
    )


def subscription(found: Object) -> PaidSubscription:
    """A subscription, read with its latest invoice expanded."""
    items = found["items"]["data"]
    ours = [item for item in items if item_of(id_of(item["price"]["product"]))] or items
    item = ours[0]
    latest = found["latest_invoice"]
    return PaidSubscription(
        id=found["id"],
        customer_id=id_of(found["customer"]) or "",
        # a state that isn't known yet gives nothing
        state=_STATES.get(found["status"], "incomplete"),
        plan_id=item_of(id_of(item["price"]["product"])),
        period_start=when(item["current_period_start"]),
        period_end=when(item["current_period_end"]),
        cancel_at_period_end=bool(found["cancel_at_period_end"] or found["cancel_at"]),
        unpaid_since=when(latest["created"] if isinstance(latest, Mapping) else item["current_period_start"]),
        created=when(found["created"]),
    )


def _line(found: Object) -> InvoiceLine:
    price = (found["pricing"] or {}).get("price_details") or {}
    parent = found["parent"] or {}
    details = parent.get("subscription_item_details") or parent.get("invoice_item_details") or {}
    return InvoiceLine(
        plan_id=item_of(price.get("product")),
        amount_cents=found["amount"],
        proration=bool(details.get("proration")),
        period_end=when(found["period"]["end"]),
    )


def subscription_of_invoice(found: Object) -> str | None:
    """The subscription that an invoice is of; None for one of a pack."""
    return id_of(((found["parent"] or {}).get("subscription_details") or {}).get("subscription"))


def invoice(found: Object, lines: list[Any]) -> SubscriptionInvoice:
    """An invoice, read with its payments expanded, and all its lines."""
    paid = [payment for payment in (found.get("payments") or {}).get("data", []) if payment["status"] == "paid"]
    return SubscriptionInvoice(
        id=found["id"],
        subscription_id=subscription_of_invoice(found),
        status=found["status"] or "draft",
        first=found["billing_reason"] == "subscription_create",
        attempted=bool(found["attempted"]),
        amount_due_cents=found["amount_due"],
        amount_paid_cents=found["amount_paid"],
        currency=found["currency"].upper(),
        payment_ref=next(
            (ref for payment in paid if (ref := id_of(payment["payment"].get("payment_intent"))) is not None), None
        ),
        created=when(found["created"]),
        lines=[_line(line) for line in lines],
    )


def invoice_summary(found: Object) -> InvoiceSummary:
    """An invoice as its user sees it."""
    lines = found["lines"]["data"]
    described = (line["description"] for line in lines if line["description"])
    return InvoiceSummary(
        id=found["id"],
        number=found["number"] or "",
        status=found["status"] or "draft",
        amount_due_cents=found["amount_due"],
        amount_paid_cents=found["amount_paid"],
        currency=found["currency"].upper(),
        description=found["description"] or next(described, ""),
        created=when(found["created"]),
        hosted_url=found.get("hosted_invoice_url") or "",
        pdf_url=found.get("invoice_pdf") or "",
    )


def refund(found: Object) -> Refund:
    """A refund; one that is on its way counts, until it fails."""
    return Refund(
        id=found["id"],
        payment_ref=id_of(found["payment_intent"]),
        amount_cents=found["amount"],
        stands=found["status"] in ("pending", "requires_action", "succeeded"),
    )


def dispute(found: Object) -> Dispute:
    """A dispute; an inquiry takes no money yet."""
    return Dispute(
        id=found["id"],
        payment_ref=id_of(found["payment_intent"]),
        amount_cents=found["amount"],
        stands=found["status"] in _WITHDRAWN,
    )
