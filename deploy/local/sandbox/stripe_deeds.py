"""What a person does at the sandbox's Stripe besides paying: `/_act`, and the buttons of its dashboard.

Ids that do, by action:
  pay           a checkout session; an invoice, or a subscription with an open one
  fail_payment  a checkout session (the card is declined, the page stays open); a subscription or its customer: the period ends
                now and its payment fails, or where an invoice is open that payment fails again; an open invoice
  renew         a subscription or its customer: the period ends now, the next one is paid
  refund        a payment intent, charge, invoice or checkout session; ":CENTS" at its end for a part
  dispute       the same; ":won" or ":lost" at its end closes it, also on a dispute's own id
"""

from collections.abc import Callable

from deploy.local.sandbox.core import Json
from deploy.local.sandbox.core import Refused as NotHere
from deploy.local.sandbox.stripe_books import kind_of, shown
from deploy.local.sandbox.stripe_forms import StripeError
from deploy.local.sandbox.stripe_invoices import DECLINE
from deploy.local.sandbox.stripe_operations import Operations
from deploy.local.sandbox.stripe_subscriptions import LIVE

ACTIONS = ("pay", "fail_payment", "renew", "refund", "dispute")
PAYMENTS = "a payment intent (pi_…), charge (ch_…), paid invoice (in_…) or paid checkout session (cs_…)"
SUBSCRIPTIONS = "a subscription (sub_…) or a customer (cus_…) who has one"
BUYER = "buyer@sandbox.example"


class Deeds:
    """One action a method; what it gives is what it changed."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._books = operations.books

    def do(self, action: str, id: str) -> Json:
        """Do it. Raises the sandbox's `Refused` (422) where the id won't do or Stripe would refuse."""
        deeds: dict[str, Callable[[str], Json]] = {
            "pay": self._pay, "fail_payment": self._fail, "renew": self._renew, "refund": self._refund,
            "dispute": self._dispute,
        }  # fmt: skip
        try:
            with self._books.store.together():
                return {"did": action, **{name: shown(value) for name, value in deeds[action](id).items()}}
        except StripeError as refused:
            raise NotHere(f"{action} {id}: {refused}") from None

    def _pay(self, id: str) -> Json:
        match kind_of(id):
            case "checkout.session":
                session, checkout = self._books.get("checkout.session", id), self._operations.checkout
                if not checkout.pay(session, session["customer_email"] or BUYER):
                    return {"session": session, "paid": False}
                return {"session": session, "paid": True, "redirect": checkout.success_url(session)}
            case "invoice":
                invoice = self._books.get("invoice", id)
            case "subscription" | "customer":
                subscription = self._subscription(id)
                found = self._operations.subscriptions.open_invoice(subscription)
                if found is None:
                    raise NotHere(f"{subscription['id']} has no open invoice to pay; `renew` begins its next period")
                invoice = found
            case _:
                raise NotHere(f"pay wants a checkout session (cs_…), an open invoice (in_…), or {SUBSCRIPTIONS}")
        return {"invoice": invoice, "paid": self._operations.subscriptions.pay_again(invoice)}

    def _fail(self, id: str) -> Json:
        subscriptions = self._operations.subscriptions
        match kind_of(id):
            case "checkout.session":
                session = self._books.get("checkout.session", id)
                self._operations.checkout.pay(session, session["customer_email"] or BUYER, DECLINE)
                return {"session": session, "paid": False}
            case "invoice":
                invoice = self._books.get("invoice", id)
                return {"paid": subscriptions.pay_again(invoice, DECLINE), "invoice": invoice}
            case "subscription" | "customer":
                subscription = self._subscription(id)
                found = subscriptions.open_invoice(subscription)
                if found is None:
                    return {"subscription": subscriptions.renew(subscription, DECLINE)}
                subscriptions.pay_again(found, DECLINE)
                return {"subscription": self._books.get("subscription", subscription["id"]), "invoice": found}
            case _:
                raise NotHere(
                    f"fail_payment wants a checkout session (cs_…), an open invoice (in_…), or {SUBSCRIPTIONS}"
                )

    def _renew(self, id: str) -> Json:
        if kind_of(id) not in {"subscription", "customer"}:
            raise NotHere(f"renew wants {SUBSCRIPTIONS}")
        return {"subscription": self._operations.subscriptions.renew(self._subscription(id))}

    def _refund(self, id: str) -> Json:
        plain, _, part = id.partition(":")
        if part and not part.isdigit():
            raise NotHere(f"refund wants {PAYMENTS}, and a number of cents after a colon for a part")
        charge = self._charge(plain, "refund")
        refund = self._operations.payments.refund(charge, int(part) if part else None, "requested_by_customer", {})
        return {"refund": refund}

    def _dispute(self, id: str) -> Json:
        plain, _, verdict = id.partition(":")
        payments = self._operations.payments
        if verdict not in {"", "won", "lost"}:
            raise NotHere('dispute closes by ":won" or ":lost" after the id')
        if kind_of(plain) == "dispute":
            if not verdict:
                raise NotHere('that dispute is open already: close it by ":won" or ":lost" after the id')
            dispute = self._books.get("dispute", plain)
        else:
            charge = self._charge(plain, "dispute")
            if not verdict:
                return {"dispute": payments.dispute(charge)}
            found = self._books.list("dispute", {"charge": charge["id"]})
            if not found:
                raise NotHere(f"{plain} has no dispute to close")
            dispute = found[-1]
        return {"dispute": payments.close(dispute, won=verdict == "won")}

    def _charge(self, id: str, action: str) -> Json:
        """The charge behind any of the ids that name a payment."""
        books, intent = self._books, None
        match kind_of(id):
            case "charge":
                return books.get("charge", id)
            case "payment_intent":
                intent = id
            case "checkout.session":
                session = books.get("checkout.session", id)
                intent = session["payment_intent"]
                if intent is None and session["invoice"]:
                    return self._charge(session["invoice"], action)
            case "invoice":
                paid = books.list("invoice_payment", {"invoice": id, "status": "paid"})
                intent = paid[-1]["payment"]["payment_intent"] if paid else None
        if intent is None:
            raise NotHere(f"{action} wants {PAYMENTS}; {id!r} is none, or nothing was paid for it")
        return self._operations.payments.charge_of(intent)

    def _subscription(self, id: str) -> Json:
        if kind_of(id) == "subscription":
            return self._books.get("subscription", id)
        found = [each for each in self._books.list("subscription", {"customer": id}) if each["status"] in LIVE]
        if not found:
            raise NotHere(f"{id} has no subscription that goes on; wanted is {SUBSCRIPTIONS}")
        return found[-1]
