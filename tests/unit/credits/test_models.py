"""The rules of grants, holds and the chain, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.credits.billing_models import Order, OrderState, Payment
from services.credits.errors import HoldEnded, InsufficientCredits, LedgerBroken
from services.credits.ledger import GENESIS, LedgerAccount, Transaction, TransactionKind
from services.credits.models import Account, Grant, GrantPriority, Hold, HoldState
from services.kit.errors import IdempotencyKeyReused

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
USER = UUID("01900000-0000-7000-8000-000000000001")


def make_grant(
    amount: int, *, priority: int = GrantPriority.GIVEN, days: int | None = None, age_days: int = 0
) -> Grant:
    return Grant(
        id=uuid4(),
        user_id=USER,
        transaction_id=uuid4(),
        business_key=f"test:{uuid4()}",
        amount=amount,
        remaining=amount,
        expired=0,
        revoked=0,
        priority=priority,
        expires_at=None if days is None else NOW + timedelta(days=days),
        reason="a gift",
        actor_id="",
        created_at=NOW - timedelta(days=age_days),
    )


def make_hold(amount: int) -> Hold:
    return Hold(
        id=uuid4(),
        user_id=USER,
        job_id="job-1",
        attempt=1,
        request_id="request-1",
        amount=amount,
        captured=0,
        released=0,
        state=HoldState.LIVE,
        created_at=NOW,
    )


def make_account(*grants: Grant) -> Account:
    account = Account(**Account.opening(USER, NOW))
    for grant in grants:
        account.grant(grant, NOW)
    return account


def sums(transactions: list[Transaction]) -> dict[LedgerAccount, int]:
    totals: dict[LedgerAccount, int] = {}
    for transaction in transactions:
        for entry in transaction.entries:
            totals[entry.account] = totals.get(entry.account, 0) + entry.amount
    return totals


def test_grants_burn_by_priority_then_expiry_then_age():
    keeps_old = make_grant(1, age_days=9)
    keeps_new = make_grant(1)
    ends_late = make_grant(1, days=20)
    ends_soon = make_grant(1, days=2)
    starting = make_grant(1, priority=GrantPriority.STARTING)
    grants = [keeps_new, ends_late, keeps_old, starting, ends_soon]
    assert sorted(grants, key=Grant.burn_order) == [starting, ends_soon, ends_late, keeps_old, keeps_new]


def test_a_hold_reserves_from_the_grants_that_burn_first():
    soon, later = make_grant(5, days=1), make_grant(10, days=9)
    account, hold = make_account(soon, later), make_hold(7)
    transaction = account.hold(hold, [later, soon], uuid4(), NOW)
    assert [(r.grant, r.amount) for r in hold.reservations] == [(soon, 5), (later, 2)]
    assert (account.available, account.held, soon.remaining, later.remaining) == (8, 7, 0, 8)
    assert (transaction.amount, transaction.balance_after) == (-7, 8)


def test_more_than_available_is_refused_with_what_is_needed_and_available():
    grant = make_grant(2)
    account = make_account(grant)
    with pytest.raises(InsufficientCredits) as refused:
        account.hold(make_hold(3), [grant], uuid4(), NOW)
    assert refused.value.metadata == {"needed": "3", "available": "2"}
    assert (account.available, account.held, grant.remaining) == (2, 0, 2)


def test_grants_short_of_the_balance_are_noticed():
    account = make_account(make_grant(5))
    with pytest.raises(LedgerBroken):
        account.hold(make_hold(5), [], uuid4(), NOW)


def test_a_part_capture_takes_from_the_first_grants_and_returns_the_rest():
    soon, later = make_grant(5, days=1), make_grant(10, days=9)
    account, hold = make_account(soon, later), make_hold(9)
    account.hold(hold, [soon, later], uuid4(), NOW)
    posted = account.end(hold, 6, uuid4, NOW)
    assert [transaction.kind for transaction in posted] == [TransactionKind.CAPTURE, TransactionKind.RELEASE]
    assert [transaction.amount for transaction in posted] == [0, 3]
    assert (soon.remaining, later.remaining, account.available, account.held) == (0, 9, 9, 0)
    assert (hold.captured, hold.released, hold.state) == (6, 3, HoldState.CAPTURED)
    assert sums(posted) == {LedgerAccount.HELD: -9, LedgerAccount.REVENUE: 6, LedgerAccount.AVAILABLE: 3}


def test_a_release_returns_everything():
    grant = make_grant(4)
    account, hold = make_account(grant), make_hold(4)
    account.hold(hold, [grant], uuid4(), NOW)
    posted = account.end(hold, 0, uuid4, NOW)
    assert [(transaction.kind, transaction.amount) for transaction in posted] == [(TransactionKind.RELEASE, 4)]
    assert (hold.state, grant.remaining, account.available, account.held) == (HoldState.RELEASED, 4, 4, 0)


def test_more_than_held_is_never_captured():
    grant = make_grant(4)
    account, hold = make_account(grant), make_hold(4)
    account.hold(hold, [grant], uuid4(), NOW)
    with pytest.raises(ValueError, match="5 of 4"):
        hold.end(5, NOW)


def test_a_repeated_request_gets_its_hold_while_it_is_live_and_hold_ended_after():
    hold = make_hold(2)
    assert hold.again(USER, 2, "job-1", 1) is hold
    hold.end(0, NOW)
    with pytest.raises(HoldEnded) as refused:
        hold.again(USER, 2, "job-1", 1)
    assert refused.value.metadata["state"] == "released"


def test_a_request_that_asks_for_something_else_is_refused():
    hold = make_hold(2)
    with pytest.raises(IdempotencyKeyReused):
        hold.again(USER, 3, "job-1", 1)
    with pytest.raises(IdempotencyKeyReused):
        hold.again(uuid4(), 2, "job-1", 1)


def test_expiry_takes_what_remains_and_leaves_what_is_reserved():
    grant = make_grant(10, days=1)
    account, hold = make_account(grant), make_hold(4)
    account.hold(hold, [grant], uuid4(), NOW)
    transaction = account.expire(grant, uuid4(), NOW)
    assert (transaction.amount, account.available, account.held) == (-6, 0, 4)
    assert (grant.remaining, grant.expired) == (0, 6)
    assert sums([transaction]) == {LedgerAccount.AVAILABLE: -6, LedgerAccount.BREAKAGE: 6}


def test_transactions_are_numbered_and_chained():
    account = make_account()
    posted = [account.grant(make_grant(amount), NOW) for amount in (1, 2, 3)]
    assert [transaction.seq for transaction in posted] == [1, 2, 3]
    assert [t.previous_hash for t in posted] == [GENESIS, posted[0].hash, posted[1].hash]
    assert (account.last_seq, account.last_hash) == (3, posted[2].hash)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", 999),
        ("seq", 7),
        ("balance_after", 999),
        ("job_id", "another"),
        ("reason", "another"),
        ("created_at", NOW + timedelta(microseconds=1)),
        ("kind", TransactionKind.REFUND),
        ("user_id", uuid4()),
    ],
)
def test_a_changed_transaction_has_another_hash(field, value):
    transaction = make_account().grant(make_grant(5), NOW)
    assert transaction.digest() == transaction.hash
    setattr(transaction, field, value)
    assert transaction.digest() != transaction.hash


def test_a_changed_entry_changes_the_hash():
    transaction = make_account().grant(make_grant(5), NOW)
    transaction.entries[0].amount -= 1
    assert transaction.digest() != transaction.hash


def test_the_hash_does_not_depend_on_the_zone_a_time_is_read_in():
    transaction = make_account().grant(make_grant(5), NOW)
    transaction.created_at = NOW.astimezone(datetime.now().astimezone().tzinfo)
    assert transaction.digest() == transaction.hash


def test_what_is_taken_back_comes_from_the_grants_in_their_order_and_the_rest_is_owed():
    first, second = make_grant(4), make_grant(5)
    account = make_account(first, second)
    transaction = account.take_back(12, [first, second], uuid4(), NOW, reason="refunded", payment_id="re_1")
    assert (account.available, account.debt, first.revoked, second.revoked) == (0, 3, 4, 5)
    assert (transaction.kind, transaction.amount, transaction.payment_id) == (TransactionKind.REFUND, -9, "re_1")
    assert sums([transaction]) == {
        LedgerAccount.AVAILABLE: -9, LedgerAccount.DEBT: -3, LedgerAccount.REFUNDS: 12,
    }  # fmt: skip


def test_what_comes_in_pays_what_is_owed_and_leaves_the_rest():
    account = make_account()
    account.take_back(3, [], uuid4(), NOW, reason="refunded", payment_id="re_1")
    grant = make_grant(5)
    account.grant(grant, NOW)
    paid = account.settle_debt([grant], uuid4(), NOW)
    assert paid is not None
    assert (account.available, account.debt, grant.remaining, grant.revoked, paid.amount) == (2, 0, 2, 3, -3)
    assert account.settle_debt([grant], uuid4(), NOW) is None


def test_who_owes_holds_nothing_and_hears_why():
    account = make_account()
    account.take_back(3, [], uuid4(), NOW, reason="refunded", payment_id="re_1")
    with pytest.raises(InsufficientCredits, match="owed") as refused:
        account.hold(make_hold(2), [], uuid4(), NOW)
    assert refused.value.metadata == {"needed": "5", "available": "0", "debt": "3"}


def test_the_payment_is_in_the_hash_where_there_is_one():
    plain = make_account().grant(make_grant(5), NOW)
    paid = make_account().grant(make_grant(5), NOW, payment_id="pi_1")
    paid.payment_id = "pi_2"
    assert paid.digest() != paid.hash
    # chains from before payments were kept read as they were
    assert plain.payment_id == ""
    assert plain.digest() == plain.hash


@pytest.mark.parametrize(
    ("cents", "credits"), [(0, 0), (1, 0), (24, 0), (25, 1), (250, 5), (499, 10), (500, 10), (501, 10)]
)
def test_a_part_of_the_money_stands_for_its_part_of_the_credits(cents, credits):
    payment = Payment(amount_cents=500, credits=10)
    assert payment.credits_for(cents) == credits


def test_an_order_that_is_paid_stays_paid():
    order = Order(state=OrderState.OPEN)
    assert order.reaches(OrderState.EXPIRED, NOW)
    assert order.reaches(OrderState.PAID, NOW)
    assert not order.reaches(OrderState.EXPIRED, NOW)
    assert not order.reaches(OrderState.PAID, NOW)
    assert (order.state, order.paid_at) == (OrderState.PAID, NOW)
