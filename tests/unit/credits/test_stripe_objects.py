"""Stripe's objects in our words, by the shapes of the API version that the library speaks."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.credits import stripe_objects as read
from services.credits.payments import EventNote, ObjectKind

ORDER = UUID("01900000-0000-7000-8000-000000000001")
AT = 1_795_000_000
WHEN = datetime.fromtimestamp(AT, UTC)
EVENT = {
    "id": "evt_1",
    "type": "invoice.paid",
    "created": 1_800_000_000,
    "data": {"object": {"id": "in_1", "object": "invoice"}},
}


def session(**fields):
    return {
        "id": "cs_1", "client_reference_id": str(ORDER), "metadata": {"order_id": str(ORDER)}, "status": "complete",
        "payment_status": "paid", "amount_total": 500, "currency": "usd", "payment_intent": "pi_1", "subscription": None,
    } | fields  # fmt: skip


def subscription(**fields):
    item = {"price": {"product": "filmstudio_pro"}, "current_period_start": AT, "current_period_end": AT + 10}
    return {
        "id": "sub_1", "customer": "cus_1", "status": "active", "items": {"data": [item]}, "cancel_at_period_end": False,
        "cancel_at": None, "latest_invoice": {"id": "in_1", "created": AT + 5}, "created": AT,
    } | fields  # fmt: skip


def line(**fields):
    return {
        "amount": 1500, "period": {"start": AT, "end": AT + 10}, "pricing": {"price_details": {"product": "filmstudio_pro"}},
        "parent": {"subscription_item_details": {"proration": False}, "invoice_item_details": None},
    } | fields  # fmt: skip


def invoice(**fields):
    return {
        "id": "in_1", "parent": {"subscription_details": {"subscription": "sub_1"}}, "status": "paid",
        "billing_reason": "subscription_cycle", "attempted": True, "amount_due": 1500, "amount_paid": 1500,
        "currency": "usd", "created": AT,
        "payments": {"data": [{"status": "paid", "payment": {"type": "payment_intent", "payment_intent": "pi_1"}}]},
    } | fields  # fmt: skip


def test_a_checkout_names_our_order():
    found = read.checkout(session())
    assert (found.order_id, found.paid, found.complete, found.payment_ref, found.currency) == (
        ORDER, True, True, "pi_1", "USD",
    )  # fmt: skip
    assert read.checkout(session(metadata={}, client_reference_id="somebody's")).order_id is None


@pytest.mark.parametrize(("status", "paid"), [("paid", True), ("no_payment_required", True), ("unpaid", False)])
def test_complete_is_not_paid(status, paid):
    assert read.checkout(session(payment_status=status)).paid is paid


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("incomplete", "incomplete"),
        ("trialing", "active"),
        ("active", "active"),
        ("past_due", "past_due"),
        ("unpaid", "past_due"),
        ("paused", "incomplete"),
        ("canceled", "ended"),
        ("incomplete_expired", "ended"),
        ("a state of next year", "incomplete"),
    ],
)
def test_a_subscriptions_state(status, state):
    assert read.subscription(subscription(status=status)).state == state


def test_a_subscription_is_of_the_plan_of_its_product_and_waits_since_its_latest_invoice():
    found = read.subscription(subscription())
    assert (found.plan_id, found.customer_id, found.period_start) == ("pro", "cus_1", WHEN)
    assert found.unpaid_since == datetime.fromtimestamp(AT + 5, UTC)
    other = {"price": {"product": "prod_x"}, "current_period_start": AT, "current_period_end": AT}
    assert read.subscription(subscription(items={"data": [other]})).plan_id is None
    both = {"data": [other, *subscription()["items"]["data"]]}
    assert read.subscription(subscription(items=both)).plan_id == "pro"


@pytest.mark.parametrize(
    ("fields", "canceling"),
    [({}, False), ({"cancel_at_period_end": True}, True), ({"cancel_at": AT + 10}, True)],
)
def test_a_subscription_that_is_going_to_end_says_so_either_way(fields, canceling):
    assert read.subscription(subscription(**fields)).cancel_at_period_end is canceling


def test_an_invoice_names_its_subscription_its_money_and_its_lines():
    changed = {"subscription_item_details": {"proration": True}}
    found = read.invoice(invoice(), [line(), line(amount=-1500, parent=changed)])
    assert (found.subscription_id, found.payment_ref, found.first) == ("sub_1", "pi_1", False)
    assert [(part.plan_id, part.amount_cents, part.proration) for part in found.lines] == [
        ("pro", 1500, False),
        ("pro", -1500, True),
    ]


def test_an_invoice_item_can_be_a_proration_too():
    parent = {"subscription_item_details": None, "invoice_item_details": {"proration": True}}
    assert read.invoice(invoice(), [line(parent=parent)]).lines[0].proration


def test_an_invoice_of_a_pack_is_of_no_subscription():
    assert read.subscription_of_invoice(invoice(parent=None)) is None
    assert read.subscription_of_invoice(invoice(parent={"subscription_details": None})) is None


def test_a_payment_that_did_not_go_through_is_not_the_invoices():
    canceled = {"data": [{"status": "canceled", "payment": {"payment_intent": "pi_0"}}]}
    assert read.invoice(invoice(payments=canceled), []).payment_ref is None


@pytest.mark.parametrize(
    ("status", "stands"),
    [("pending", True), ("requires_action", True), ("succeeded", True), ("failed", False), ("canceled", False)],
)
def test_a_refund_stands_until_it_fails(status, stands):
    found = read.refund({"id": "re_1", "payment_intent": "pi_1", "amount": 5, "status": status})
    assert found.stands is stands


@pytest.mark.parametrize(
    ("status", "stands"),
    [
        ("needs_response", True),
        ("under_review", True),
        ("lost", True),
        ("won", False),
        ("warning_needs_response", False),
        ("warning_closed", False),
        ("prevented", False),
    ],
)
def test_a_dispute_stands_while_the_money_is_away(status, stands):
    found = read.dispute({"id": "dp_1", "payment_intent": {"id": "pi_1"}, "amount": 5, "status": status})
    assert (found.stands, found.payment_ref) == (stands, "pi_1")


@pytest.mark.parametrize(
    ("type", "about", "kind"),
    [
        ("invoice.paid", {"id": "in_1"}, ObjectKind.INVOICE),
        ("charge.refunded", {"id": "ch_1"}, ObjectKind.CHARGE),
        ("price.created", {"id": "price_1"}, ObjectKind.OTHER),
        # an upcoming invoice has no id
        ("invoice.upcoming", {}, ObjectKind.OTHER),
        ("invoice.paid", {}, ObjectKind.OTHER),
    ],
)
def test_an_event_is_about_an_object(type, about, kind):
    note = read.event({"id": "evt_1", "type": type, "created": AT, "data": {"object": about}})
    assert (note.kind, note.object_id, note.created) == (kind, "" if kind is ObjectKind.OTHER else about["id"], WHEN)


def test_of_an_event_its_names_and_its_time_are_taken():
    at = datetime.fromtimestamp(1_800_000_000, UTC)
    assert read.event(EVENT) == EventNote("evt_1", "invoice.paid", ObjectKind.INVOICE, "in_1", at)


@pytest.mark.parametrize("id", ["SUMMER \N{SUN}", "x" * 1000, 5, None])
def test_what_is_nothing_to_us_may_be_called_anything(id):
    note = read.event({**EVENT, "type": "coupon.created", "data": {"object": {"id": id}}})
    assert (note.kind, note.object_id) == (ObjectKind.OTHER, "")


@pytest.mark.parametrize(
    "odd",
    [
        {"id": None}, {"id": ""}, {"id": 5}, {"id": "evt\0"}, {"id": "x" * 256}, {"id": "\ud800"},
        {"type": None}, {"type": 5}, {"type": []}, {"type": "x" * 256},
        {"created": 10**30}, {"created": "soon"}, {"created": None},
        {"data": {"object": {"id": 5}}}, {"data": {"object": {"id": "\ud800"}}}, {"data": {"object": {"id": ["in_1"]}}},
    ],
)  # fmt: skip
def test_what_could_not_be_kept_is_no_event(odd):
    with pytest.raises((KeyError, TypeError, ValueError)):
        read.event({**EVENT, **odd})
