"""What credits tells: rows as protobuf, and the facts on credits.accounts.v1, each with the whole account in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from filmstudio.credits.v1 import credits_pb2 as pb
from filmstudio.credits.v1 import events_pb2 as facts
from google.protobuf.message import Message

from services.credits.billing_models import Subscription, SubscriptionState
from services.credits.ledger import Transaction, TransactionKind
from services.credits.models import Account, Grant, Hold, HoldState
from services.credits.payments import InvoiceSummary
from services.credits.plans import Pack, Plan
from services.kit.facts import Fact

TOPIC = "credits.accounts.v1"


def plan_proto(plan: Plan) -> pb.Plan:
    """A plan as the contract has it."""
    return pb.Plan(**plan.model_dump())


def pack_proto(pack: Pack) -> pb.Pack:
    """A pack as the contract has it."""
    return pb.Pack(**pack.model_dump())


def invoice_proto(invoice: InvoiceSummary) -> pb.Invoice:
    """An invoice as the contract has it."""
    message = pb.Invoice(
        id=invoice.id,
        number=invoice.number,
        status=invoice.status,
        amount_due_cents=invoice.amount_due_cents,
        amount_paid_cents=invoice.amount_paid_cents,
        currency=invoice.currency,
        description=invoice.description,
        hosted_url=invoice.hosted_url,
        pdf_url=invoice.pdf_url,
    )
    message.create_time.FromDatetime(invoice.created)
    return message


def _subscription_state(state: SubscriptionState) -> pb.Subscription.State.ValueType:
    match state:
        case SubscriptionState.INCOMPLETE:
            return pb.Subscription.STATE_UNSPECIFIED
        case SubscriptionState.ACTIVE:
            return pb.Subscription.STATE_ACTIVE
        case SubscriptionState.PAST_DUE:
            return pb.Subscription.STATE_PAST_DUE
        case SubscriptionState.ENDED:
            return pb.Subscription.STATE_ENDED
        case _:
            assert_never(state)


def subscription_proto(subscription: Subscription) -> pb.Subscription:
    """A subscription as the contract has it."""
    message = pb.Subscription(
        plan_id=subscription.plan_id,
        state=_subscription_state(subscription.state),
        cancel_at_period_end=subscription.cancel_at_period_end,
    )
    message.period_end_time.FromDatetime(subscription.period_end_at)
    if subscription.grace_end_at is not None:
        message.grace_end_time.FromDatetime(subscription.grace_end_at)
    return message


def account_proto(account: Account) -> pb.Account:
    """An account as the contract has it. A subscription that was never paid isn't shown."""
    message = pb.Account(
        user_id=str(account.user_id),
        available=account.available,
        held=account.held,
        plan_id=account.plan_id,
        debt=account.debt,
    )
    if account.subscription is not None and account.subscription.state is not SubscriptionState.INCOMPLETE:
        message.subscription.CopyFrom(subscription_proto(account.subscription))
    return message


def _state(state: HoldState) -> pb.Hold.State.ValueType:
    match state:
        case HoldState.LIVE:
            return pb.Hold.STATE_LIVE
        case HoldState.CAPTURED:
            return pb.Hold.STATE_CAPTURED
        case HoldState.RELEASED:
            return pb.Hold.STATE_RELEASED
        case _:
            assert_never(state)


def hold_proto(hold: Hold) -> pb.Hold:
    """A hold as the contract has it."""
    message = pb.Hold(
        id=str(hold.id),
        user_id=str(hold.user_id),
        job_id=hold.job_id,
        attempt=hold.attempt,
        amount=hold.amount,
        captured=hold.captured,
        released=hold.released,
        state=_state(hold.state),
    )
    message.create_time.FromDatetime(hold.created_at)
    if hold.ended_at is not None:
        message.end_time.FromDatetime(hold.ended_at)
    return message


def _kind(kind: TransactionKind) -> pb.Transaction.Kind.ValueType:
    match kind:
        case TransactionKind.GRANT:
            return pb.Transaction.KIND_GRANT
        case TransactionKind.HOLD:
            return pb.Transaction.KIND_HOLD
        case TransactionKind.CAPTURE:
            return pb.Transaction.KIND_CAPTURE
        case TransactionKind.RELEASE:
            return pb.Transaction.KIND_RELEASE
        case TransactionKind.EXPIRY:
            return pb.Transaction.KIND_EXPIRY
        case TransactionKind.REFUND:
            return pb.Transaction.KIND_REFUND
        case TransactionKind.PURCHASE:
            return pb.Transaction.KIND_PURCHASE
        case _:
            assert_never(kind)


def transaction_proto(transaction: Transaction) -> pb.Transaction:
    """A transaction as the contract has it."""
    message = pb.Transaction(
        id=str(transaction.id),
        kind=_kind(transaction.kind),
        amount=transaction.amount,
        balance_after=transaction.balance_after,
        job_id=transaction.job_id,
        reason=transaction.reason,
        payment_id=transaction.payment_id,
    )
    message.create_time.FromDatetime(transaction.created_at)
    return message


def _fact(account: Account, message: Message) -> Fact:
    return Fact(TOPIC, "account", str(account.user_id), message)


def credits_granted(account: Account, transaction: Transaction, grant: Grant) -> Fact:
    """Credits came in; `actor_id` is the administrator who gave them, empty for the system."""
    return _fact(
        account,
        facts.CreditsGranted(
            account=account_proto(account),
            transaction=transaction_proto(transaction),
            actor_id=grant.actor_id,
            business_key=grant.business_key,
        ),
    )


def credits_held(account: Account, transaction: Transaction, hold: Hold) -> Fact:
    """Credits were set aside for a job."""
    return _fact(
        account,
        facts.CreditsHeld(
            account=account_proto(account), transaction=transaction_proto(transaction), hold=hold_proto(hold)
        ),
    )


def hold_ended(account: Account, hold: Hold, transactions: Sequence[Transaction]) -> list[Fact]:
    """A hold was captured, released, or some of each; and what came back may have paid what was owed."""
    of_hold = [transaction for transaction in transactions if transaction.hold_id == hold.id]
    ended = facts.HoldEnded(
        account=account_proto(account),
        hold=hold_proto(hold),
        transactions=[transaction_proto(transaction) for transaction in of_hold],
    )
    others = [transaction for transaction in transactions if transaction.hold_id != hold.id]
    return [_fact(account, ended), *(credits_revoked(account, transaction, "debt") for transaction in others)]


def credits_revoked(account: Account, transaction: Transaction, cause: str) -> Fact:
    """Credits were taken back. Cause: "refund", "dispute", or "debt": what was owed since then is paid."""
    return _fact(
        account,
        facts.CreditsRevoked(account=account_proto(account), transaction=transaction_proto(transaction), cause=cause),
    )


def payment_failed(account: Account, invoice_id: str, amount_cents: int, currency: str, grace_end_at: datetime) -> Fact:
    """A payment of a subscription has failed; its plan stays until then."""
    message = facts.PaymentFailed(
        account=account_proto(account), invoice_id=invoice_id, amount_cents=amount_cents, currency=currency
    )
    message.grace_end_time.FromDatetime(grace_end_at)
    return _fact(account, message)


def credits_expired(account: Account, transaction: Transaction) -> Fact:
    """What remained of a grant is gone."""
    return _fact(
        account,
        facts.CreditsExpired(account=account_proto(account), transaction=transaction_proto(transaction)),
    )


def subscription_changed(account: Account, previous_plan_id: str, actor_id: str) -> Fact:
    """The plan or the subscription is another; `actor_id` is the administrator who set it, empty for the system."""
    return _fact(
        account,
        facts.SubscriptionChanged(account=account_proto(account), previous_plan_id=previous_plan_id, actor_id=actor_id),
    )
