"""How many credits an invoice gives."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.credits.months import credits_of, end_of, is_whole
from services.credits.payments import InvoiceLine, SubscriptionInvoice
from services.credits.plans import Plans

NOW = datetime(2026, 11, 21, tzinfo=UTC)
PLANS = Plans.read()


def line(plan_id, cents, *, proration=False, days=30):
    return InvoiceLine(plan_id, cents, proration, NOW + timedelta(days=days))


def invoice(*lines):
    return SubscriptionInvoice("in_1", "sub_1", "paid", False, True, 0, 0, "USD", None, NOW, lines)


@pytest.mark.parametrize(
    ("lines", "credits"),
    [
        ([line("pro", 1500)], 90),
        ([line("enterprise", 9900)], 300),
        # a trial costs nothing, and gives nothing
        ([line("pro", 0)], 0),
        # somebody else's product, or a plan that isn't offered any more
        ([line(None, 1500)], 0),
        ([line("gold", 1500)], 0),
        ([line("free", 0)], 0),
        # an upgrade on the first day, in the middle, on the last
        ([line("pro", -1500, proration=True), line("enterprise", 9900, proration=True)], 210),
        ([line("pro", -750, proration=True), line("enterprise", 4950, proration=True)], 105),
        ([line("pro", -50, proration=True), line("enterprise", 330, proration=True)], 7),
        # a downgrade gives nothing, and takes nothing
        ([line("enterprise", -4950, proration=True), line("pro", 750, proration=True)], 0),
        # a change that is billed with the next month
        ([line("pro", -750, proration=True), line("enterprise", 4950, proration=True), line("enterprise", 9900)], 405),
        # a price from before is no reason for more than a month
        ([line("pro", 99_000, proration=True)], 90),
        ([], 0),
    ],
)
def test_the_credits_of_an_invoice(lines, credits):
    assert credits_of(invoice(*lines), PLANS) == credits


@given(st.lists(st.tuples(st.sampled_from(["pro", "enterprise", None]), st.integers(-20_000, 20_000), st.booleans())))
def test_whatever_is_on_it_it_never_gives_more_than_a_month_for_each_line_and_never_takes(lines):
    found = credits_of(invoice(*(line(plan, cents, proration=part) for plan, cents, part in lines)), PLANS)
    assert 0 <= found <= 300 * len(lines)


def test_the_month_ends_where_the_last_line_does():
    assert end_of(invoice(line("pro", 1, days=3), line("pro", 1, days=9))) == NOW + timedelta(days=9)
    assert end_of(invoice()) == NOW


def test_a_month_begins_with_a_line_that_is_no_proration():
    assert is_whole(invoice(line("pro", 1500)))
    assert not is_whole(invoice(line("pro", 1500, proration=True)))
