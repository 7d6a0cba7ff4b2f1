"""What credits tells: rows as protobuf, and the facts on credits.accounts.v1, each with the whole account in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from filmstudio.credits.v1 import credits_pb2 as pb
from filmstudio.credits.v1 import events_pb2 as facts
from google.protobuf.message import Message

from services.credits.ledger import Transaction, TransactionKind
from services.credits.models import Account, Hold, HoldState
from services.credits.plans import Plan
from services.kit.facts import Fact

TOPIC = "credits.accounts.v1"


def plan_proto(plan: Plan) -> pb.Plan:
    """A plan as the contract has it."""
    return pb.Plan(**plan.model_dump())


def account_proto(account: Account) -> pb.Account:
    """An account as the contract has it."""
    return pb.Account(
        user_id=str(account.user_id), available=account.available, held=account.held, plan_id=account.plan_id
    )


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
    )
    message.create_time.FromDatetime(transaction.created_at)
    return message


def _fact(account: Account, message: Message) -> Fact:
    return Fact(TOPIC, "account", str(account.user_id), message)


def credits_granted(account: Account, transaction: Transaction, actor_id: str) -> Fact:
    """Credits came in; `actor_id` is the administrator who gave them, empty for the system."""
    return _fact(
        account,
        facts.CreditsGranted(
            account=account_proto(account), transaction=transaction_proto(transaction), actor_id=actor_id
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


def hold_ended(account: Account, hold: Hold, transactions: Sequence[Transaction]) -> Fact:
    """A hold was captured, released, or some of each."""
    return _fact(
        account,
        facts.HoldEnded(
            account=account_proto(account),
            hold=hold_proto(hold),
            transactions=[transaction_proto(transaction) for transaction in transactions],
        ),
    )


def credits_expired(account: Account, transaction: Transaction) -> Fact:
    """What remained of a grant is gone."""
    return _fact(
        account,
        facts.CreditsExpired(account=account_proto(account), transaction=transaction_proto(transaction)),
    )


def subscription_changed(account: Account, previous_plan_id: str, actor_id: str) -> Fact:
    """The user is on another plan; `actor_id` is the administrator who set it, empty for the system."""
    return _fact(
        account,
        facts.SubscriptionChanged(account=account_proto(account), previous_plan_id=previous_plan_id, actor_id=actor_id),
    )
