"""A payment provider in a test's hands: its objects, each as it was after each thing that happened, and what it tells of them.

Ids end in ".{scope}". What one reads of a scope is as of its `shown` event, so that a test says how far the world has come.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.credits.payments import (
    Checkout,
    Dispute,
    EventNote,
    InvalidSignature,
    InvoiceLine,
    InvoiceSummary,
    ObjectKind,
    ObjectMissing,
    Origin,
    Page,
    PaidSubscription,
    Refund,
    Settled,
    SubscriptionInvoice,
)
from services.credits.plans import Item, Pack, Plans
from services.credits.stripe_objects import KINDS
from services.credits.users_client import Contact

MONTH = timedelta(days=30)


@dataclass
class Scope:
    """One purchase and all that follows from it: what was told, in order, and each object's versions."""

    notes: list[EventNote] = field(default_factory=list)
    versions: dict[str, list[tuple[int, Any]]] = field(default_factory=dict)
    # how many events have shown; None: all
    shown: int | None = None
    invoices: int = 0


class FakeProvider:
    """PaymentProvider without a network. `plans` says what a plan costs."""

    name = "stripe"

    def __init__(self, now: Callable[[], datetime], plans: Plans) -> None:
        self._now = now
        self._plans = plans
        self.scopes: dict[str, Scope] = {}
        self.customers: list[tuple[UUID, int]] = []
        self.forgotten: list[str] = []
        # scope → customer
        self.customer_of: dict[str, str] = {}
        self.closed: list[str] = []
        self.pages = 0
        self.down: Exception | None = None
        self.signature = "signed"

    # what a person does, in Stripe's order of events

    def scope(self, object_id: str) -> str:
        return object_id.rpartition(".")[2]

    def put(self, object_id: str, value: Any) -> None:
        scope = self.scopes.setdefault(self.scope(object_id), Scope())
        scope.versions.setdefault(object_id, []).append((len(scope.notes), value))

    def tell(self, type: str, object_id: str) -> EventNote:
        scope = self.scopes.setdefault(self.scope(object_id), Scope())
        number = len(scope.notes) + 1
        kind = KINDS.get(type, ObjectKind.OTHER)
        note = EventNote(f"evt_{number}.{self.scope(object_id)}", type, kind, object_id, self._now())
        scope.notes.append(note)
        return note

    def latest(self, object_id: str) -> Any:
        return self.scopes[self.scope(object_id)].versions[object_id][-1][1]

    def pay_pack(self, scope: str, *, later: bool = False) -> str:
        """The checkout of this order is paid; the payment's id. `later`: complete now, paid with the next event."""
        checkout, payment = f"cs.{scope}", f"pi.{scope}"
        found: Checkout = replace(self.latest(checkout), complete=True, payment_ref=payment)
        self.put(payment, Origin(found.order_id, None))
        if later:
            self.put(checkout, found)
            self.tell("checkout.session.completed", checkout)
        self.put(checkout, replace(found, paid=True))
        if later:
            self.tell("checkout.session.async_payment_succeeded", checkout)
        else:
            self.tell("payment_intent.succeeded", payment)
            self.tell("checkout.session.completed", checkout)
        return payment

    def expire(self, scope: str) -> None:
        checkout = f"cs.{scope}"
        self.put(checkout, replace(self.latest(checkout), expired=True))
        self.tell("checkout.session.expired", checkout)

    def start_subscription(self, scope: str, plan_id: str) -> str:
        """The checkout of a plan is paid: six events, in Stripe's order."""
        checkout, subscription = f"cs.{scope}", f"sub.{scope}"
        now = self._now()
        incomplete = PaidSubscription(
            id=subscription,
            customer_id=f"cus.{scope}",
            state="incomplete",
            plan_id=plan_id,
            period_start=now,
            period_end=now + MONTH,
            cancel_at_period_end=False,
            unpaid_since=now,
            created=now,
        )
        self.put(subscription, incomplete)
        self.tell("customer.subscription.created", subscription)
        invoice = self.invoice_for(scope, first=True)
        self.tell("invoice.finalized", invoice)
        payment = self._paid(invoice)
        self.tell("payment_intent.succeeded", payment)
        self.tell("invoice.paid", invoice)
        self.put(subscription, replace(incomplete, state="active"))
        self.tell("customer.subscription.updated", subscription)
        self.put(checkout, replace(self.latest(checkout), complete=True, paid=True, subscription_id=subscription))
        self.tell("checkout.session.completed", checkout)
        return payment

    def invoice_for(self, scope: str, *, first: bool = False, lines: Sequence[InvoiceLine] | None = None) -> str:
        """An open invoice of the subscription, of a month unless lines say otherwise."""
        known: PaidSubscription = self.latest(f"sub.{scope}")
        self.scopes[scope].invoices += 1
        invoice = f"in_{self.scopes[scope].invoices}.{scope}"
        price = self._plans.get(known.plan_id or "").price_cents
        lines = lines or [InvoiceLine(known.plan_id, price, False, known.period_end)]
        self.put(
            invoice,
            SubscriptionInvoice(
                id=invoice,
                subscription_id=known.id,
                status="open",
                first=first,
                attempted=False,
                amount_due_cents=sum(line.amount_cents for line in lines),
                amount_paid_cents=0,
                currency="USD",
                payment_ref=None,
                created=self._now(),
                lines=tuple(lines),
            ),
        )
        return invoice

    def _paid(self, invoice: str) -> str:
        found: SubscriptionInvoice = self.latest(invoice)
        payment = invoice.replace("in_", "pi_")
        self.put(payment, Origin(None, invoice))
        paid = found.amount_due_cents
        self.put(invoice, replace(found, status="paid", attempted=True, amount_paid_cents=paid, payment_ref=payment))
        return payment

    def pay_invoice(self, invoice: str) -> str:
        """The invoice is paid, and its subscription goes on."""
        payment = self._paid(invoice)
        self.tell("invoice.paid", invoice)
        subscription = f"sub.{self.scope(invoice)}"
        self.put(subscription, replace(self.latest(subscription), state="active"))
        self.tell("customer.subscription.updated", subscription)
        return payment

    def next_period(self, scope: str) -> str:
        """A month is over; the new one's invoice is open."""
        known: PaidSubscription = self.latest(f"sub.{scope}")
        moved = replace(known, period_start=known.period_end, period_end=known.period_end + MONTH)
        self.put(known.id, moved)
        return self.invoice_for(scope)

    def fail_invoice(self, invoice: str) -> None:
        """The card is declined."""
        found: SubscriptionInvoice = self.latest(invoice)
        self.put(invoice, replace(found, attempted=True))
        subscription = f"sub.{self.scope(invoice)}"
        past_due = replace(self.latest(subscription), state="past_due", unpaid_since=found.created)
        self.put(subscription, past_due)
        self.tell("invoice.payment_failed", invoice)
        self.tell("customer.subscription.updated", subscription)

    def change(self, scope: str, **fields: Any) -> None:
        """The subscription is another: plan_id, state, cancel_at_period_end."""
        subscription = f"sub.{scope}"
        self.put(subscription, replace(self.latest(subscription), **fields))
        ended = fields.get("state") == "ended"
        self.tell("customer.subscription.deleted" if ended else "customer.subscription.updated", subscription)

    def refund_of(self, payment: str, cents: int, number: int = 1, *, stands: bool = True) -> str:
        refund = f"re_{number}_{payment}"
        self.put(refund, Refund(refund, payment, cents, stands))
        self.tell("refund.created" if stands else "refund.failed", refund)
        return refund

    def dispute_of(self, payment: str, cents: int, *, stands: bool = True) -> str:
        dispute = f"dp_{payment}"
        known = dispute in self.scopes[self.scope(payment)].versions
        self.put(dispute, Dispute(dispute, payment, cents, stands))
        self.tell("charge.dispute.closed" if known else "charge.dispute.created", dispute)
        return dispute

    # the port

    def _read(self, object_id: str) -> Any:
        if self.down is not None:
            raise self.down
        scope = self.scopes.get(self.scope(object_id), Scope())
        # the state with an event is the one put before it was told
        shown = [
            value for at, value in scope.versions.get(object_id, []) if scope.shown is None or at < max(scope.shown, 1)
        ]
        if not shown:
            raise ObjectMissing("resource_missing")
        return shown[-1]

    async def price_of(self, item: Item) -> str:
        if self.down is not None:
            raise self.down
        return f"price_{item.id}"

    async def create_customer(self, user_id: UUID, nth: int, email: str, name: str) -> str:
        self.customers.append((user_id, nth))
        return f"cus.{user_id}-{nth}" if nth > 1 else f"cus.{user_id}"

    async def forget_customer(self, customer_id: str) -> None:
        self.forgotten.append(customer_id)

    async def open_checkout(
        self, order_id: UUID, item: Item, price_id: str, customer_id: str, success_url: str, cancel_url: str
    ) -> Page:
        """The scope of all that follows is the user's for a plan, the order's for a pack."""
        if self.down is not None:
            raise self.down
        self.pages += 1
        checkout = f"cs.{order_id}" if isinstance(item, Pack) else f"cs.{self.scope(customer_id)}"
        if not isinstance(item, Pack) and checkout in self.scopes.get(self.scope(checkout), Scope()).versions:
            # another page of the same user: nothing follows from it
            checkout = f"cs.{order_id}"
        self.customer_of[self.scope(checkout)] = customer_id
        found = Checkout(
            id=checkout,
            order_id=order_id,
            complete=False,
            expired=False,
            paid=False,
            amount_cents=item.price_cents,
            currency=item.currency,
            payment_ref=None,
            subscription_id=None,
        )
        self.put(checkout, found)
        return Page(checkout, f"https://pay.example/{checkout}")

    async def close_checkout(self, checkout_id: str) -> None:
        self.closed.append(checkout_id)

    async def open_portal(self, customer_id: str, return_url: str) -> Page:
        return Page("bps", f"https://pay.example/portal/{customer_id}")

    async def invoices(self, customer_id: str, limit: int, after: str) -> tuple[Sequence[InvoiceSummary], bool]:
        names = [f"in_{number}" for number in range(3, 0, -1)]
        if after and after not in names:
            raise ObjectMissing("resource_missing")
        left = names[names.index(after) + 1 :] if after else names
        page = [
            InvoiceSummary(name, name, "paid", 500, 500, "USD", "10 credits", datetime(2026, 1, 1, tzinfo=UTC), "", "")
            for name in left[:limit]
        ]
        return page, len(left) > limit

    async def checkout(self, checkout_id: str) -> Checkout:
        return self._read(checkout_id)

    async def subscription(self, subscription_id: str) -> PaidSubscription:
        return self._read(subscription_id)

    async def invoice(self, invoice_id: str) -> SubscriptionInvoice:
        return self._read(invoice_id)

    async def refund(self, refund_id: str) -> Refund:
        return self._read(refund_id)

    async def refunds_of_charge(self, charge_id: str) -> Sequence[Refund]:
        scope = self.scopes[self.scope(charge_id)]
        return [self._read(name) for name in scope.versions if name.startswith("re_")]

    async def dispute(self, dispute_id: str) -> Dispute:
        return self._read(dispute_id)

    async def origin(self, payment_ref: str) -> Origin:
        return self._read(payment_ref)

    async def events(self, since: datetime) -> AsyncIterator[EventNote]:
        if self.down is not None:
            raise self.down
        for scope in self.scopes.values():
            for note in scope.notes:
                if note.created >= since and note.kind is not ObjectKind.OTHER:
                    yield note

    async def settled(self, since: datetime) -> AsyncIterator[Settled]:
        kinds = {
            "cs": ObjectKind.CHECKOUT, "in": ObjectKind.INVOICE, "re": ObjectKind.REFUND, "dp": ObjectKind.DISPUTE,
        }  # fmt: skip
        for scope in self.scopes.values():
            for object_id in scope.versions:
                kind = kinds.get(object_id[:2])
                found = self.latest(object_id)
                paid = getattr(found, "paid", False) or getattr(found, "status", "") == "paid"
                if kind is None or not (paid or getattr(found, "stands", False)):
                    continue
                note = EventNote(f"reconciliation:{object_id}", "reconciliation", kind, object_id, self._now())
                yield Settled(note, self.customer_of[self.scope(object_id)], getattr(found, "payment_ref", None))

    def verify(self, payload: bytes, signature: str) -> EventNote:
        """The body is an event's id; its signature is the word that the test set."""
        if signature != self.signature:
            raise InvalidSignature("the signature is missing, wrong, or too old")
        event_id = payload.decode()
        scope = self.scopes[self.scope(event_id)]
        return next(note for note in scope.notes if note.id == event_id)

    async def close(self) -> None:
        pass


class FakeContacts:
    """Everybody has an address."""

    def __init__(self) -> None:
        self.asked: list[UUID] = []

    async def contact(self, user_id: UUID) -> Contact:
        self.asked.append(user_id)
        return Contact(f"{user_id}@example.com", "Ada")
