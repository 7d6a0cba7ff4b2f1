"""Invoices at the sandbox's Stripe: lines, finalization, payment, and what a failed payment does to the subscription."""

from collections.abc import Mapping, Sequence
from typing import Any

from deploy.local.sandbox import stripe_shapes as shapes
from deploy.local.sandbox.core import Json
from deploy.local.sandbox.stripe_books import Books, bad, listed
from deploy.local.sandbox.stripe_payments import DECLINES, Payments

# after this many failed attempts the subscription ends, as Stripe's default settings have it
ATTEMPTS = 4
RETRY_S = 3 * 86_400


class Invoices:
    """Made for a subscription, or for a paid checkout that asks for one."""

    def __init__(self, books: Books, payments: Payments) -> None:
        self._books = books
        self._payments = payments

    def line(self, of: Mapping[str, Any], subscription: Json, item: Json, **given: Any) -> Json:
        """A line for a price: a month of it, or with `proration` a part, negative for what is given back.

        `given`: amount, start, end, proration, description.
        """
        books, quantity = self._books, item["quantity"]
        proration = given.get("proration", False)
        parent = {
            "invoice_item_details": None, "type": "subscription_item_details",
            "subscription_item_details": {
                "invoice_item": books.new_id("invoiceitem") if proration else None, "proration": proration,
                "proration_details": {"credited_items": None} if proration else None, "subscription": subscription["id"],
                "subscription_item": item["id"],
            },
        }  # fmt: skip
        return self._line(of, quantity, parent, subscription["id"], subscription["metadata"], **given)

    def plain_line(self, of: Mapping[str, Any], quantity: int, amount: int) -> Json:
        """A line for something that is paid once."""
        now = self._books.now()
        parent = {
            "invoice_item_details": {
                "invoice_item": self._books.new_id("invoiceitem"), "proration": False,
                "proration_details": {"credited_items": None}, "subscription": None,
            },
            "subscription_item_details": None, "type": "invoice_item_details",
        }  # fmt: skip
        return self._line(of, quantity, parent, None, {}, amount=amount, start=now, end=now)

    def _line(
        self, of: Mapping[str, Any], quantity: int, parent: Json, subscription: str | None, metadata: Json, *, amount: int,
        start: int, end: int, proration: bool = False, description: str = "",
    ) -> Json:  # fmt: skip
        product = self._books.find("product", of["product"])
        name = product["name"] if product else of["product"]
        every = f" / {of['recurring']['interval']}" if of["recurring"] else ""
        text = description or f"{quantity} × {name} (at ${of['unit_amount'] / 100:.2f}{every})"
        return {
            "id": "il_" + self._books.new_id("invoice").removeprefix("in_"), "object": "line_item", "amount": amount,
            "currency": of["currency"], "description": text, "discount_amounts": [], "discountable": not proration,
            "discounts": [], "invoice": None, "livemode": False, "metadata": metadata, "parent": parent,
            "period": {"end": end, "start": start}, "pretax_credit_amounts": [],
            "pricing": {
                "price_details": {"price": of["id"], "product": of["product"]}, "type": "price_details",
                "unit_amount_decimal": of["unit_amount_decimal"],
            },
            "quantity": quantity, "quantity_decimal": str(quantity), "subscription": subscription, "subtotal": amount,
            "taxes": [],
        }  # fmt: skip

    def draft(
        self, customer: Json, lines: Sequence[Json], reason: str, subscription: Json | None, **given: Any
    ) -> Json:
        """An invoice over these lines, not kept yet. `given`: period_start, period_end, metadata …"""
        books, now = self._books, self._books.now()
        id = books.new_id("invoice")
        total = sum(line["amount"] for line in lines)
        rows = [{**line, "invoice": id} for line in lines]
        parent = subscription and {
            "quote_details": None, "type": "subscription_details",
            "subscription_details": {"metadata": subscription["metadata"], "subscription": subscription["id"]},
        }  # fmt: skip
        before = customer["balance"]
        return shapes.invoice(
            id, now, customer, rows[0]["currency"], reason, listed(rows, f"/v1/invoices/{id}/lines"), parent=parent,
            subtotal=total, subtotal_excluding_tax=total, total=total, total_excluding_tax=total, starting_balance=before,
            amount_due=max(0, total + before), amount_remaining=max(0, total + before),
            **{"period_start": now, "period_end": now, **given},
        )  # fmt: skip

    def issue(self, invoice: Json, customer: Json) -> Json:
        """Tell a draft, and make it final."""
        books, now = self._books, self._books.now()
        books.tell("invoice.created", invoice)
        number = f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04d}"
        after = invoice["total"] + invoice["starting_balance"] - invoice["amount_due"]
        customer |= {"next_invoice_sequence": customer["next_invoice_sequence"] + 1, "currency": invoice["currency"]}
        if after != customer["balance"]:
            books.change("customer.updated", customer, balance=after)
        books.save(customer)
        page = f"{books.core.url}/stripe/invoices/{invoice['id']}"
        books.change(
            "invoice.finalized", invoice, status="open", number=number, effective_at=now, ending_balance=after,
            hosted_invoice_url=page, invoice_pdf=f"{page}/pdf",
            status_transitions=invoice["status_transitions"] | {"finalized_at": now},
        )  # fmt: skip
        return invoice

    def collect(self, invoice: Json, customer: Json, decline: str | None) -> bool:
        """Take the money for an open invoice, or fail to; whether it is paid. The subscription isn't touched."""
        books = self._books
        if invoice["amount_due"] == 0:
            self._paid(invoice)
            return True
        method = self._payments.method_for(customer, customer["email"])
        subject = f"payment {invoice['id']} {_subscription_of(invoice)} {customer['id']}"
        decline = decline or self._payments.declined(subject)
        payment = self._payment_of(invoice, customer)
        intent = books.get("payment_intent", payment["payment"]["payment_intent"])
        charge = self._payments.attempt(intent, method, decline)
        tried = {"attempted": True, "attempt_count": invoice["attempt_count"] + 1}
        if decline:
            again = books.now() + RETRY_S if tried["attempt_count"] < ATTEMPTS else None
            books.change("invoice.payment_failed", invoice, **tried, next_payment_attempt=again)
            return False
        self._settled(payment, invoice["amount_due"])
        invoice |= tried
        self._paid(invoice)
        books.tell("invoice_payment.paid", payment)
        self._payments.settle(charge)
        return True

    def paid_elsewhere(self, invoice: Json, intent: Json) -> Json:
        """An invoice whose money a checkout has taken."""
        payment = self._payment(invoice, intent)
        self._settled(payment, invoice["amount_due"])
        self._paid(invoice)
        self._books.tell("invoice_payment.paid", payment)
        return invoice

    def void(self, invoice: Json) -> Json:
        """Nobody need pay it. Raises `StripeError` unless it is open."""
        if invoice["status"] != "open":
            raise bad("You can only void an invoice that is open.", code="invoice_not_editable")
        transitions = invoice["status_transitions"] | {"voided_at": self._books.now()}
        return self._books.change(
            "invoice.voided", invoice, status="void", status_transitions=transitions, next_payment_attempt=None
        )

    def payments_of(self, invoice: Json) -> Json:
        """The includable `payments` of an invoice."""
        rows = self._books.list("invoice_payment", {"invoice": invoice["id"]})
        return listed(rows, f"/v1/invoice_payments?invoice={invoice['id']}")

    def _paid(self, invoice: Json) -> None:
        books = self._books
        values = {
            "status": "paid", "amount_paid": invoice["amount_due"], "amount_remaining": 0, "attempted": True,
            "auto_advance": False, "next_payment_attempt": None,
            "status_transitions": invoice["status_transitions"] | {"paid_at": books.now()},
        }  # fmt: skip
        books.change("invoice.paid", invoice, **values)
        books.tell("invoice.payment_succeeded", invoice)

    def _payment_of(self, invoice: Json, customer: Json) -> Json:
        """The payment that an invoice waits for: the one that was tried before, else a new one."""
        books = self._books
        for known in books.list("invoice_payment", {"invoice": invoice["id"]}):
            if known["status"] == "open":
                return known
        intent = self._payments.intend(
            invoice["amount_due"], invoice["currency"], customer["id"], setup_future_usage="off_session",
            description={"subscription_create": "Subscription creation", "manual": None}.get(
                invoice["billing_reason"], "Subscription update"
            ),
        )  # fmt: skip
        return self._payment(invoice, intent)

    def _payment(self, invoice: Json, intent: Json) -> Json:
        payment = {
            "id": self._books.new_id("invoice_payment"), "object": "invoice_payment", "amount_paid": None,
            "amount_requested": invoice["amount_due"], "created": self._books.now(), "currency": invoice["currency"],
            "invoice": invoice["id"], "is_default": True, "livemode": False, "status": "open",
            "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
            "status_transitions": {"canceled_at": None, "paid_at": None},
        }  # fmt: skip
        return self._books.save(payment)

    def _settled(self, payment: Json, amount: int) -> None:
        transitions = {"canceled_at": None, "paid_at": self._books.now()}
        payment |= {"status": "paid", "amount_paid": amount, "status_transitions": transitions}


def _subscription_of(invoice: Json) -> str:
    parent = invoice["parent"]
    return parent["subscription_details"]["subscription"] if parent else ""


def subscription_id(invoice: Json) -> str | None:
    """The subscription that an invoice is for."""
    return _subscription_of(invoice) or None


DECLINE = next(iter(DECLINES))
