"""What credits refuses, and why."""

from __future__ import annotations

import grpc

from services.kit.errors import DomainError


class InsufficientCredits(DomainError):
    """More is asked than is available. Metadata: `needed` (what is owed included), `available`, and `debt` where there is some."""

    code = grpc.StatusCode.FAILED_PRECONDITION
    reason = "INSUFFICIENT_CREDITS"

    def __init__(self, asked: int, available: int, debt: int = 0) -> None:
        needed = asked + debt
        message = f"{needed} credits are needed and {available} are available"
        if debt:
            message += f": {debt} of them are owed, since a payment was taken back after its credits were spent"
        owed = {"debt": debt} if debt else {}
        super().__init__(message, needed=needed, available=available, **owed)


class HoldEnded(DomainError):
    """The hold has been captured or released, and not as asked now. Metadata: `hold_id`, `state`, `captured`."""

    code = grpc.StatusCode.FAILED_PRECONDITION
    reason = "HOLD_ENDED"


class BillingNotConfigured(DomainError):
    """Nothing can be bought here (yet); the message says what an operator has to do."""

    code = grpc.StatusCode.FAILED_PRECONDITION
    reason = "BILLING_NOT_CONFIGURED"


class AlreadySubscribed(DomainError):
    """There is a subscription; it is changed on the portal's page. Metadata: `plan_id`."""

    code = grpc.StatusCode.FAILED_PRECONDITION
    reason = "ALREADY_SUBSCRIBED"


class NoCustomer(DomainError):
    """The user has never bought anything."""

    code = grpc.StatusCode.FAILED_PRECONDITION
    reason = "NO_CUSTOMER"


class SignatureInvalid(DomainError):
    """Not from the payment provider, or too old: nothing of it was read."""

    code = grpc.StatusCode.INVALID_ARGUMENT
    reason = "SIGNATURE_INVALID"


class CheckoutClosed(DomainError):
    """The page that this request made is paid, or has lapsed: a new one needs a new request. Metadata: `order_id`, `state`."""

    code = grpc.StatusCode.FAILED_PRECONDITION
    reason = "CHECKOUT_CLOSED"


class PaymentProviderRefused(DomainError):
    """The payment provider says no to a request of ours: nobody's own fault, and an operator's to look at. Metadata: `cause`, its code."""

    code = grpc.StatusCode.FAILED_PRECONDITION
    reason = "PAYMENT_PROVIDER_REFUSED"


class LedgerBroken(Exception):
    """The books contradict each other: nobody's request is at fault, `make audit` says what is."""
