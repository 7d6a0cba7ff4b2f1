"""The life of a subscription at the sandbox's Stripe: start, renewal, a payment that fails, another plan, the end."""

import calendar
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from deploy.local.sandbox import stripe_shapes as shapes
from deploy.local.sandbox.core import Json
from deploy.local.sandbox.stripe_books import Books, bad, listed
from deploy.local.sandbox.stripe_invoices import ATTEMPTS, Invoices, subscription_id

DAY_S = 86_400
LIVE = ("active", "past_due", "trialing", "incomplete", "unpaid")


class Subscriptions:
    """One step of the life a method; each tells its events."""

    def __init__(self, books: Books, invoices: Invoices) -> None:
        self._books = books
        self._invoices = invoices

    def begin(self, customer: Json, wanted: Sequence[tuple[Json, int]], **given: Any) -> Json:
        """A subscription whose first invoice is paid by the card that the customer has."""
        books, now = self._books, self._books.now()
        id = books.new_id("subscription")
        items = []
        for price, quantity in wanted:
            end = after(now, price["recurring"], now)
            item_id = books.new_id("subscription_item")
            items.append(shapes.subscription_item(item_id, now, id, price, quantity, now, end))
        subscription = shapes.subscription(id, now, customer["id"], wanted[0][0]["currency"], **given)
        subscription["items"] = listed(items, f"/v1/subscription_items?subscription={id}")
        lines = [self._month(subscription, item) for item in items]
        invoice = self._invoices.draft(customer, lines, "subscription_create", subscription)
        subscription["latest_invoice"] = invoice["id"]
        books.tell("customer.subscription.created", subscription)
        self._invoices.issue(invoice, customer)
        self._invoices.collect(invoice, customer, None)
        return subscription

    def renew(self, subscription: Json, decline: str | None = None) -> Json:
        """The period ends now: the next one begins and is paid, or the subscription ends where that was asked for."""
        books, now = self._books, self._books.now()
        self._refuse_ended(subscription)
        if subscription["cancel_at_period_end"]:
            return self.end(subscription, "cancellation_requested")
        self._follow_schedule(subscription)
        before = subscription["items"]["data"]
        items = []
        for item in before:
            start = max(now, item["current_period_start"] + 1)
            end = after(start, item["price"]["recurring"], start)
            items.append(item | {"current_period_start": start, "current_period_end": end})
        customer = books.get("customer", subscription["customer"])
        subscription["items"] = subscription["items"] | {"data": items}
        pending = books.find("_pending_lines", subscription["id"]) or {"lines": []}
        lines = [*pending["lines"], *(self._month(subscription, item) for item in items)]
        books.store.delete("stripe", "_pending_lines", subscription["id"])
        first = before[0]
        period = {"period_start": first["current_period_start"], "period_end": items[0]["current_period_start"]}
        invoice = self._invoices.draft(customer, lines, "subscription_cycle", subscription, **period)
        latest = subscription["latest_invoice"]
        subscription |= {"latest_invoice": invoice["id"], "billing_cycle_anchor": items[0]["current_period_start"]}
        books.tell(
            "customer.subscription.updated", subscription,
            {"items": {"data": before}, "latest_invoice": latest},
        )  # fmt: skip
        self._invoices.issue(invoice, customer)
        self._after_attempt(subscription, invoice, paid=self._invoices.collect(invoice, customer, decline))
        return subscription

    def pay_again(self, invoice: Json, decline: str | None = None) -> bool:
        """Try an open invoice again; whether it is paid. Raises `StripeError` for one that isn't open."""
        if invoice["status"] == "paid":
            raise bad("Invoice is already paid", code="invoice_already_paid")
        if invoice["status"] != "open":
            raise bad(f"Invoice is {invoice['status']} and can't be paid.", code="invoice_not_editable")
        customer = self._books.get("customer", invoice["customer"])
        paid = self._invoices.collect(invoice, customer, decline)
        id = subscription_id(invoice)
        if id:
            self._after_attempt(self._books.get("subscription", id), invoice, paid=paid)
        return paid

    def open_invoice(self, subscription: Json) -> Json | None:
        """The newest invoice that waits for its money."""
        rows = self._books.list("invoice", {"customer": subscription["customer"], "status": "open"})
        return next((row for row in reversed(rows) if subscription_id(row) == subscription["id"]), None)

    def change_price(self, subscription: Json, changes: Mapping[str, tuple[Json, int]], behavior: str, at: int) -> Json:
        """Other prices for items, by item id, from `at` on: prorated as `behavior` says, invoiced now for always_invoice."""
        books = self._books
        self._refuse_ended(subscription)
        customer, lines, items = books.get("customer", subscription["customer"]), [], []
        before = subscription["items"]["data"]
        for item in before:
            price, quantity = changes.get(item["id"], (item["price"], item["quantity"]))
            changed = item | {"price": price, "plan": shapes.plan(price), "quantity": quantity}
            if (price["id"], quantity) != (item["price"]["id"], item["quantity"]) and behavior != "none":
                lines += [self._part(subscription, item, at, -1), self._part(subscription, changed, at, 1)]
            items.append(changed)
        subscription["items"] = subscription["items"] | {"data": items}
        latest = subscription["latest_invoice"]
        invoice = None
        if lines and behavior == "always_invoice":
            invoice = self._invoices.draft(customer, lines, "subscription_update", subscription)
            subscription["latest_invoice"] = invoice["id"]
        elif lines:
            pending = books.find("_pending_lines", subscription["id"]) or {"lines": []}
            books.store.put("stripe", "_pending_lines", subscription["id"], {"lines": [*pending["lines"], *lines]})
        previous: Json = {"items": {"data": before}}
        if invoice:
            previous["latest_invoice"] = latest
        books.tell("customer.subscription.updated", subscription, previous)
        if invoice:
            self._invoices.issue(invoice, customer)
            paid = self._invoices.collect(invoice, customer, None)
            self._after_attempt(subscription, invoice, paid=paid)
        return subscription

    def preview(self, subscription: Json, changes: Mapping[str, tuple[Json, int]], at: int, behavior: str) -> Json:
        """The invoice that a change would bring; nothing is kept."""
        customer, lines = self._books.get("customer", subscription["customer"]), []
        for item in subscription["items"]["data"]:
            price, quantity = changes.get(item["id"], (item["price"], item["quantity"]))
            changed = item | {"price": price, "quantity": quantity}
            if (price["id"], quantity) != (item["price"]["id"], item["quantity"]) and behavior != "none":
                lines += [self._part(subscription, item, at, -1), self._part(subscription, changed, at, 1)]
            if behavior != "always_invoice":
                end = after(item["current_period_end"], price["recurring"], subscription["billing_cycle_anchor"])
                lines.append(self._month(subscription, changed | {
                    "current_period_start": item["current_period_end"], "current_period_end": end,
                }))  # fmt: skip
        if not lines:
            raise bad("Nothing to invoice for customer", code="invoice_no_customer_line_items")
        draft = self._invoices.draft(customer, lines, "upcoming", subscription)
        return draft | {"id": "upcoming_" + draft["id"], "status": "draft", "auto_advance": False}

    def cancel_at_end(self, subscription: Json, *, wanted: bool) -> Json:
        """Let the period be the last, or go on after all."""
        self._refuse_ended(subscription)
        now, ends = self._books.now(), subscription["items"]["data"][0]["current_period_end"]
        details = subscription["cancellation_details"] | {"reason": "cancellation_requested" if wanted else None}
        return self._books.change(
            "customer.subscription.updated", subscription, cancel_at_period_end=wanted, cancellation_details=details,
            cancel_at=ends if wanted else None, canceled_at=now if wanted else None,
        )  # fmt: skip

    def end(self, subscription: Json, reason: str) -> Json:
        """It is over."""
        self._refuse_ended(subscription)
        now = self._books.now()
        subscription |= {
            "status": "canceled", "ended_at": now, "canceled_at": subscription["canceled_at"] or now,
            "cancellation_details": subscription["cancellation_details"] | {"reason": reason}, "schedule": None,
        }  # fmt: skip
        self._books.tell("customer.subscription.deleted", subscription)
        return subscription

    def _after_attempt(self, subscription: Json, invoice: Json, *, paid: bool) -> None:
        """What the payment of its newest invoice makes of a subscription."""
        if subscription["status"] == "canceled" or subscription["latest_invoice"] != invoice["id"]:
            return
        status = "active" if paid else "past_due"
        if subscription["status"] != status:
            self._books.change("customer.subscription.updated", subscription, status=status)
        if not paid and invoice["attempt_count"] >= ATTEMPTS:
            self.end(subscription, "payment_failed")

    def _follow_schedule(self, subscription: Json) -> None:
        """What was put off to the end of the period happens now."""
        schedule = subscription["schedule"] and self._books.get("subscription_schedule", subscription["schedule"])
        if not schedule:
            return
        price = self._books.get("price", schedule["phases"][1]["items"][0]["price"])
        items = [item | {"price": price, "plan": shapes.plan(price)} for item in subscription["items"]["data"]]
        subscription |= {"schedule": None, "items": subscription["items"] | {"data": items}}
        self._books.change(
            "subscription_schedule.released", schedule, status="released", released_at=self._books.now(),
            released_subscription=subscription["id"], subscription=None, current_phase=None,
        )  # fmt: skip

    def _month(self, subscription: Json, item: Json) -> Json:
        """The line for an item's whole period."""
        start, end = item["current_period_start"], item["current_period_end"]
        amount = item["price"]["unit_amount"] * item["quantity"]
        return self._invoices.line(item["price"], subscription, item, amount=amount, start=start, end=end)

    def _part(self, subscription: Json, item: Json, at: int, sign: int) -> Json:
        """The line for what is left of an item's period, by the second."""
        start, end = item["current_period_start"], item["current_period_end"]
        share = max(0, min(1, (end - at) / (end - start)))
        amount = sign * round(item["price"]["unit_amount"] * item["quantity"] * share)
        product = self._books.find("product", item["price"]["product"])
        word = "Unused time on" if sign < 0 else "Remaining time on"
        name = product["name"] if product else item["price"]["product"]
        text = f"{word} {name} after {datetime.fromtimestamp(at, UTC):%d %b %Y}"
        return self._invoices.line(
            item["price"], subscription, item, amount=amount, start=at, end=end, proration=True, description=text
        )

    def _refuse_ended(self, subscription: Json) -> None:
        if subscription["status"] == "canceled":
            why = f"No such subscription: '{subscription['id']}' (it is canceled, and a canceled one can't be changed)"
            raise bad(why, "id", "resource_missing")


def after(start: int, recurring: Mapping[str, Any], anchor: int) -> int:
    """The end of a period: the same day of a later month, or its last one; `anchor` keeps the 31st through February."""
    count = recurring["interval_count"]
    match recurring["interval"]:
        case "day" | "week" as unit:
            return start + count * DAY_S * (7 if unit == "week" else 1)
        case unit:
            months = count * (12 if unit == "year" else 1)
    at = datetime.fromtimestamp(start, UTC)
    month = at.month - 1 + months
    year, month = at.year + month // 12, month % 12 + 1
    day = min(datetime.fromtimestamp(anchor, UTC).day, calendar.monthrange(year, month)[1])
    return int(at.replace(year=year, month=month, day=day).timestamp())
