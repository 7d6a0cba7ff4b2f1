"""Ours against the provider's list: what never reached us is found, goes through the inbox, and is named."""

from datetime import timedelta

import pytest

from tests.support.ledger import open_till


@pytest.fixture
def own_till(scratch_ledger):
    """A till in a database of its own: a reconciliation looks at everybody."""
    return open_till(scratch_ledger)


async def test_where_both_agree_nothing_differs(own_till, user):
    await own_till.buy(user, "pack_10")
    await own_till.subscribe(user, "pro")
    report = await own_till.reconciliation.run()
    assert (report.differences, report.events, report.objects) == ([], 8, 3)


async def test_a_webhook_that_never_came_is_made_good_and_named(own_till, user):
    order = await own_till.order(user, pack="pack_10")
    own_till.provider.pay_pack(str(order.id))
    own_till.ledger.clock.advance(minutes=1)
    report = await own_till.reconciliation.run()
    assert [line.split(" (")[0] for line in report.differences] == [
        f"event evt_1.{order.id}",
        f"event evt_2.{order.id}",
    ]
    assert (await own_till.ledger.credits.account(user)).available == 13
    assert (await own_till.reconciliation.run()).differences == []


async def test_what_has_just_happened_is_taken_in_and_not_held_against_anybody(own_till, user):
    order = await own_till.order(user, pack="pack_10")
    own_till.provider.pay_pack(str(order.id))
    assert (await own_till.reconciliation.run()).differences == []
    assert (await own_till.ledger.credits.account(user)).available == 13


@pytest.mark.parametrize("what", ["pack", "month", "refund"])
async def test_money_without_any_event_is_found_by_its_object(own_till, user, what):
    if what == "month":
        await own_till.order(user, plan="pro")
        scope = str(user)
        own_till.provider.start_subscription(scope, "pro")
    else:
        order = await own_till.order(user, pack="pack_30")
        scope = str(order.id)
        payment = own_till.provider.pay_pack(scope)
    if what == "refund":
        await own_till.hear(scope)
        own_till.provider.refund_of(payment, 1400)
    own_till.provider.scopes[scope].notes.clear()
    report = await own_till.reconciliation.run()
    assert report.differences
    assert all(line.endswith("was not in our books; it is now") for line in report.differences)
    assert (await own_till.ledger.credits.account(user)).available == {"pack": 33, "month": 93, "refund": 3}[what]
    assert (await own_till.reconciliation.run()).differences == []


async def test_what_is_paid_in_our_books_alone_is_named(own_till, user):
    order, _ = await own_till.buy(user, "pack_10")
    checkout = own_till.provider.scopes[str(order.id)].versions[f"cs.{order.id}"]
    # as if Stripe had never been paid
    del checkout[1:]
    [difference] = (await own_till.reconciliation.run()).differences
    assert "in our books and not paid at stripe" in difference


async def test_what_is_older_than_the_window_is_left_alone(own_till, user):
    order = await own_till.order(user, pack="pack_10")
    own_till.provider.pay_pack(str(order.id))
    own_till.provider.settled = nothing
    own_till.ledger.clock.at += timedelta(days=3, minutes=1)
    report = await own_till.reconciliation.run()
    assert (report.differences, report.events) == ([], 0)


async def nothing(_since):
    for note in ():
        yield note


async def test_an_event_that_was_given_up_is_tried_once_more(own_till, user):
    order = await own_till.order(user, pack="pack_10")
    own_till.provider.pay_pack(str(order.id))
    own_till.provider.down = KeyError("a field")
    await own_till.hear(str(order.id))
    await own_till.ledger.as_owner("UPDATE credits.payment_events SET given_up_at = now()")
    own_till.provider.down = None
    await own_till.reconciliation.run()
    assert (await own_till.ledger.credits.account(user)).available == 13
    assert await own_till.ledger.violations() == {}
