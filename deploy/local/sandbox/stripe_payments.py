"""Money that moves at the sandbox's Stripe: payments, refunds, disputes."""

from collections.abc import Mapping

from deploy.local.sandbox import stripe_shapes as shapes
from deploy.local.sandbox.core import Json
from deploy.local.sandbox.stripe_books import SERVICE, Books, bad
from deploy.local.sandbox.stripe_forms import StripeError

# of a card payment: 2.9 % and 30 cents; of a dispute 15 dollars (Stripe's price list for the United States)
FEE_SHARE, FEE_CENTS, DISPUTE_CENTS = 0.029, 30, 1_500
DECLINES: Mapping[str, str] = {
    "card_declined": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
}


class Payments:
    """One movement a method; each tells its events."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def method_for(self, customer: Json | None, email: str | None) -> Json:
        """The card that a customer pays with: the one they paid with before, else a new one."""
        default = customer and customer["invoice_settings"]["default_payment_method"]
        if default:
            return self._books.get("payment_method", default)
        id = customer["id"] if customer else None
        return self._books.save(
            shapes.payment_method(self._books.new_id("payment_method"), self._books.now(), id, email)
        )

    def declined(self, subject: str) -> str | None:
        """The decline that `error:REASON` orders for a payment; `subject` is "payment ID …" of what it is for."""
        fault = self._books.core.faults.take(SERVICE, subject, {"error"}, DECLINES)
        return fault.argument if fault else None

    def intend(self, amount: int, currency: str, customer: str | None, **given: object) -> Json:
        """A payment that is about to be tried."""
        intent = shapes.payment_intent(
            self._books.new_id("payment_intent"), self._books.now(), amount, currency, customer, **given
        )
        self._books.tell("payment_intent.created", intent)
        return intent

    def attempt(self, intent: Json, method: Json, decline: str | None) -> Json:
        """Try a payment: the charge, paid or failed. Settle it (`settle`) once all that follows is told."""
        books = self._books
        charge = shapes.charge(books.new_id("charge"), {**intent, "created": books.now()}, method, books.core.url)
        if decline:
            message = DECLINES[decline]
            code = "card_declined" if decline == "insufficient_funds" else decline
            charge |= {
                "paid": False, "captured": False, "amount_captured": 0, "status": "failed", "failure_code": code,
                "failure_message": message, "receipt_url": None,
                "outcome": charge["outcome"] | {
                    "network_status": "declined_by_network", "reason": decline, "seller_message": "The bank declined.",
                    "type": "issuer_declined",
                },
            }  # fmt: skip
            books.tell("charge.failed", charge)
            error = {
                "charge": charge["id"], "code": code, "decline_code": decline, "message": message, "type": "card_error",
                "doc_url": "https://stripe.com/docs/error-codes/card-declined", "payment_method": method,
            }  # fmt: skip
            intent |= {"latest_charge": charge["id"], "last_payment_error": error, "status": "requires_payment_method"}
            books.tell("payment_intent.payment_failed", intent)
            return charge
        books.tell("charge.succeeded", charge)
        intent |= {
            "latest_charge": charge["id"], "last_payment_error": None, "status": "succeeded",
            "amount_received": intent["amount"], "payment_method": method["id"],
        }  # fmt: skip
        books.tell("payment_intent.succeeded", intent)
        return charge

    def settle(self, charge: Json) -> None:
        """The charge reaches the balance, a moment after it succeeded."""
        fee = round(charge["amount"] * FEE_SHARE) + FEE_CENTS
        entry = self._entry(charge["amount"], fee, charge, "charge", charge["id"])
        self._books.change("charge.updated", charge, balance_transaction=entry["id"])

    def charge_of(self, intent_id: str) -> Json:
        """The charge of a payment. Raises `StripeError` where nothing was paid."""
        intent = self._books.get("payment_intent", intent_id, "payment_intent")
        if intent["status"] != "succeeded":
            raise bad(
                f"This PaymentIntent ({intent_id}) does not have a successful charge to refund.", "payment_intent"
            )
        return self._books.get("charge", intent["latest_charge"])

    def refund(self, charge: Json, amount: int | None, reason: str | None, metadata: Json) -> Json:
        """Give money back, all that is left where no amount is said. Raises `StripeError`."""
        books, left = self._books, charge["amount"] - charge["amount_refunded"]
        if charge["status"] != "succeeded":
            raise bad(f"Charge {charge['id']} has not been paid.", "charge")
        if charge["disputed"]:
            raise bad(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
        if left == 0:
            raise bad(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
        wanted = left if amount is None else amount
        if wanted < 1:
            raise bad("Invalid positive integer", "amount", "parameter_invalid_integer")
        if wanted > left:
            why = f"Refund amount (${wanted / 100:.2f}) is greater than unrefunded amount on charge (${left / 100:.2f})"
            raise bad(why, "amount")
        refund = shapes.refund(books.new_id("refund"), books.now(), charge, wanted, reason, metadata)
        refund["balance_transaction"] = self._entry(-wanted, 0, charge, "refund", refund["id"])["id"]
        books.tell("refund.created", refund)
        done = charge["amount_refunded"] + wanted
        books.change("charge.refunded", charge, amount_refunded=done, refunded=done == charge["amount"])
        # the bank's reference follows
        card = refund["destination_details"]["card"] | {
            "reference_status": "available",
            "reference": "0000000000000000",
        }
        details = {"card": card, "type": "card"}
        books.change("refund.updated", refund, destination_details=details)
        return refund

    def dispute(self, charge: Json) -> Json:
        """The customer's bank takes the money back. Raises `StripeError`."""
        books = self._books
        if charge["status"] != "succeeded" or charge["disputed"] or charge["refunded"]:
            raise bad(f"Charge {charge['id']} can't be disputed: not paid, refunded, or disputed before.")
        dispute = shapes.dispute(books.new_id("dispute"), books.now(), charge)
        dispute["amount"] = charge["amount"] - charge["amount_refunded"]
        charge["disputed"] = True
        books.save(charge)
        books.tell("charge.dispute.created", dispute)
        entry = self._entry(-dispute["amount"], DISPUTE_CENTS, charge, "adjustment", dispute["id"])
        books.change("charge.dispute.funds_withdrawn", dispute, balance_transactions=[entry])
        return dispute

    def close(self, dispute: Json, *, won: bool) -> Json:
        """The bank decides. Raises `StripeError` for a dispute that is decided."""
        books = self._books
        if dispute["status"] in {"won", "lost"}:
            raise bad(f"This dispute is already {dispute['status']}.")
        status = "won" if won else "lost"
        if won:
            charge = books.get("charge", dispute["charge"])
            entry = self._entry(dispute["amount"], -DISPUTE_CENTS, charge, "adjustment", dispute["id"])
            entries = [*dispute["balance_transactions"], entry]
            books.change("charge.dispute.funds_reinstated", dispute, balance_transactions=entries, status=status)
        books.change("charge.dispute.closed", dispute, status=status)
        return dispute

    def _entry(self, amount: int, fee: int, charge: Json, type: str, source: str) -> Json:
        books, currency = self._books, charge["currency"]
        id = books.new_id("balance_transaction")
        return books.save(shapes.balance_transaction(id, books.now(), amount, fee, currency, type, source))


def declined(intent: Json) -> StripeError:
    """The answer to who asked for a payment that the bank declined; what has happened stays."""
    error = intent["last_payment_error"]
    more = {name: error[name] for name in ("charge", "decline_code")}
    refused = StripeError(402, error["message"], kind="card_error", code=error["code"], payment_intent=intent, **more)
    refused.carried_out = True
    return refused
