"""Packs and subscriptions, from the page to the credits, and what becomes of the plan."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from filmstudio.credits.v1 import credits_pb2 as pb
from filmstudio.credits.v1 import events_pb2 as facts

from services.credits.payments import EventNote, InvoiceLine, ObjectKind
from tests.support.payments import MONTH


async def names(ledger, user):
    return [name for name, _ in await ledger.facts(user)]


async def told(ledger, user, message):
    name = message.DESCRIPTOR.name
    return [message.FromString(payload) for kind, payload in await ledger.facts(user) if kind == name]


async def test_a_paid_pack_gives_its_credits_for_good(ledger, till, user):
    order, payment = await till.buy(user, "pack_30")
    assert (await ledger.credits.account(user)).available == 33
    [row] = await ledger.as_owner("SELECT * FROM credits.grants WHERE business_key = $1", f"stripe:order:{order.id}")
    assert (row["amount"], row["expires_at"]) == (30, None)
    transaction = (await told(ledger, user, facts.CreditsGranted))[-1].transaction
    assert (transaction.kind, transaction.amount, transaction.payment_id) == (pb.Transaction.KIND_PURCHASE, 30, payment)


async def test_a_pack_that_is_complete_and_not_paid_gives_nothing_until_it_is(ledger, till, user):
    order = await till.order(user, pack="pack_10")
    till.provider.pay_pack(str(order.id), later=True)
    till.provider.scopes[str(order.id)].shown = 1
    await till.settlement.follow(ObjectKind.CHECKOUT, f"cs.{order.id}")
    assert (await ledger.credits.account(user)).available == 3
    till.provider.scopes[str(order.id)].shown = None
    await till.hear(str(order.id))
    assert (await ledger.credits.account(user)).available == 13


async def test_one_payment_under_several_event_ids_grants_once(ledger, till, user):
    order, _ = await till.buy(user, "pack_10")
    again = [
        EventNote(f"evt_again_{n}.{order.id}", note.type, note.kind, note.object_id, note.created)
        for n, note in enumerate(till.provider.scopes[str(order.id)].notes * 3)
    ]
    await till.house.inbox.keep(again)
    await till.house.inbox.follow()
    assert (await ledger.credits.account(user)).available == 13


async def test_one_payment_followed_from_many_sides_at_once_grants_once(ledger, till, user):
    order = await till.order(user, pack="pack_10")
    till.provider.pay_pack(str(order.id))
    await asyncio.gather(*(till.settlement.follow(ObjectKind.CHECKOUT, f"cs.{order.id}") for _ in range(16)))
    assert (await ledger.credits.account(user)).available == 13


async def test_a_page_that_lapsed_gives_nothing_and_a_payment_heard_of_after_that_does(ledger, till, user):
    order = await till.order(user, pack="pack_10")
    till.provider.expire(str(order.id))
    await till.hear(str(order.id))
    assert (await ledger.credits.account(user)).available == 3
    till.provider.pay_pack(str(order.id))
    await till.hear(str(order.id), since=1)
    assert (await ledger.credits.account(user)).available == 13


async def test_a_subscription_gives_its_plan_and_its_month_with_an_end(ledger, till, user):
    await till.subscribe(user, "pro")
    account = await ledger.credits.account(user)
    assert (account.plan_id, account.available) == ("pro", 93)
    [row] = await ledger.as_owner("SELECT * FROM credits.grants WHERE user_id = $1 AND amount = 90", user)
    assert row["expires_at"] == ledger.clock() + MONTH + timedelta(days=7)
    changed = (await told(ledger, user, facts.SubscriptionChanged))[-1]
    assert (changed.account.plan_id, changed.previous_plan_id, changed.actor_id) == ("pro", "free", "")
    assert changed.account.subscription.state == pb.Subscription.STATE_ACTIVE
    assert (
        changed.account.subscription.period_end_time.ToDatetime(tzinfo=ledger.clock().tzinfo) == ledger.clock() + MONTH
    )


async def test_a_month_burns_before_what_was_bought(ledger, till, user):
    await till.buy(user, "pack_10")
    await till.subscribe(user, "pro")
    hold = await ledger.credits.hold(user, 3 + 90, str(uuid4()), 1, "r")
    await ledger.credits.end_hold(hold.id, 93)
    rows = await ledger.as_owner("SELECT amount, remaining FROM credits.grants WHERE user_id = $1", user)
    assert {row["amount"]: row["remaining"] for row in rows} == {3: 0, 90: 0, 10: 10}


async def test_a_renewal_gives_the_next_month_once(ledger, till, user):
    await till.subscribe(user, "pro")
    ledger.clock.advance(days=30)
    heard = len(till.provider.scopes[str(user)].notes)
    till.provider.pay_invoice(till.provider.next_period(str(user)))
    await till.hear(str(user), heard)
    await till.settlement.follow(ObjectKind.INVOICE, f"in_2.{user}")
    assert (await ledger.credits.account(user)).available == 3 + 90 + 90
    ledger.clock.advance(days=8)
    # a sweep takes so many accounts and no more, and the other tests' are here too
    while await ledger.credits.expire_grants():
        pass
    assert (await ledger.credits.account(user)).available == 3 + 90


async def test_a_failed_payment_leaves_the_plan_for_the_grace_and_is_told_once(ledger, till, user):
    await till.subscribe(user, "pro")
    failed_at = ledger.clock.at
    heard = len(till.provider.scopes[str(user)].notes)
    invoice = till.provider.next_period(str(user))
    till.provider.fail_invoice(invoice)
    await till.hear(str(user), heard)
    ledger.clock.advance(days=3)
    heard = len(till.provider.scopes[str(user)].notes)
    till.provider.fail_invoice(invoice)
    await till.hear(str(user), heard)
    [failure] = await told(ledger, user, facts.PaymentFailed)
    assert (failure.invoice_id, failure.amount_cents, failure.currency) == (invoice, 1500, "USD")
    assert failure.grace_end_time.ToDatetime(tzinfo=failed_at.tzinfo) == failed_at + timedelta(days=7)
    account = await ledger.credits.account(user)
    assert (account.plan_id, account.subscription.state) == ("pro", "past_due")
    ledger.clock.advance(days=3.9)
    await till.settlement.lapse()
    assert (await ledger.credits.account(user)).plan_id == "pro"
    ledger.clock.advance(days=0.2)
    await till.settlement.lapse()
    assert (await ledger.credits.account(user)).plan_id == "free"


async def test_who_pays_after_the_grace_is_back_on_the_plan_with_the_month(ledger, till, user):
    await till.subscribe(user, "pro")
    heard = len(till.provider.scopes[str(user)].notes)
    invoice = till.provider.next_period(str(user))
    till.provider.fail_invoice(invoice)
    await till.hear(str(user), heard)
    ledger.clock.advance(days=8)
    assert await till.settlement.lapse() == 1
    assert await till.settlement.lapse() == 0
    heard = len(till.provider.scopes[str(user)].notes)
    till.provider.pay_invoice(invoice)
    await till.hear(str(user), heard)
    account = await ledger.credits.account(user)
    assert (account.plan_id, account.subscription.grace_end_at) == ("pro", None)
    rows = await ledger.as_owner("SELECT amount FROM credits.grants WHERE user_id = $1 AND priority = 15", user)
    assert len(rows) == 2


async def test_a_first_payment_that_fails_gives_no_plan_and_tells_nobody_of_a_grace(ledger, till, user):
    await till.order(user, plan="pro")
    till.provider.start_subscription(str(user), "pro")
    scope = till.provider.scopes[str(user)]
    scope.shown = 2
    await till.house.inbox.keep(scope.notes[:2])
    await till.house.inbox.follow()
    account = await ledger.credits.account(user)
    assert (account.plan_id, account.available) == ("free", 3)
    assert "PaymentFailed" not in await names(ledger, user)


@pytest.mark.parametrize(("share", "credits"), [(1.0, 210), (0.5, 105), (0.01, 2)])
async def test_an_upgrade_is_there_at_once_with_as_much_of_the_difference_as_is_left_of_the_month(
    ledger, till, user, share, credits
):
    await till.subscribe(user, "pro")
    heard = len(till.provider.scopes[str(user)].notes)
    till.provider.change(str(user), plan_id="enterprise")
    end = till.provider.latest(f"sub.{user}").period_end
    lines = [
        InvoiceLine("pro", -round(1500 * share), True, end),
        InvoiceLine("enterprise", round(9900 * share), True, end),
    ]
    till.provider.pay_invoice(till.provider.invoice_for(str(user), lines=lines))
    await till.hear(str(user), heard)
    account = await ledger.credits.account(user)
    assert (account.plan_id, account.available) == ("enterprise", 93 + credits)


async def test_a_downgrade_comes_with_the_next_month(ledger, till, user):
    await till.subscribe(user, "enterprise")
    heard = len(till.provider.scopes[str(user)].notes)
    till.provider.change(str(user), plan_id="pro")
    till.provider.pay_invoice(till.provider.next_period(str(user)))
    await till.hear(str(user), heard)
    account = await ledger.credits.account(user)
    assert (account.plan_id, account.available) == ("pro", 3 + 300 + 90)


async def test_a_subscription_that_ends_leaves_the_free_plan_and_the_credits(ledger, till, user):
    await till.subscribe(user, "pro")
    heard = len(till.provider.scopes[str(user)].notes)
    till.provider.change(str(user), cancel_at_period_end=True)
    await till.hear(str(user), heard)
    account = await ledger.credits.account(user)
    assert (account.plan_id, account.subscription.cancel_at_period_end) == ("pro", True)
    assert (await told(ledger, user, facts.SubscriptionChanged))[-1].account.subscription.cancel_at_period_end
    till.provider.change(str(user), state="ended")
    await till.hear(str(user), heard + 1)
    account = await ledger.credits.account(user)
    assert (account.plan_id, account.available, account.subscription.state) == ("free", 93, "ended")


async def test_an_end_is_final_whatever_is_read_later(ledger, till, user):
    await till.subscribe(user, "pro")
    till.provider.change(str(user), state="ended")
    await till.settlement.follow(ObjectKind.SUBSCRIPTION, f"sub.{user}")
    till.provider.scopes[str(user)].shown = 6
    await till.settlement.follow(ObjectKind.SUBSCRIPTION, f"sub.{user}")
    assert (await ledger.credits.account(user)).plan_id == "free"


async def test_a_plan_set_by_an_administrator_stands_until_the_next_invoice_is_paid(ledger, till, user):
    await till.subscribe(user, "pro")
    await ledger.credits.set_plan(user, "enterprise", "an-admin")
    heard = len(till.provider.scopes[str(user)].notes)
    till.provider.change(str(user), cancel_at_period_end=True)
    await till.hear(str(user), heard)
    assert (await ledger.credits.account(user)).plan_id == "enterprise"
    heard = len(till.provider.scopes[str(user)].notes)
    till.provider.pay_invoice(till.provider.next_period(str(user)))
    await till.hear(str(user), heard)
    assert (await ledger.credits.account(user)).plan_id == "pro"


async def test_a_plan_set_by_an_administrator_outlives_the_subscription(ledger, till, user):
    await till.subscribe(user, "pro")
    await ledger.credits.set_plan(user, "enterprise", "an-admin")
    till.provider.change(str(user), state="ended")
    await till.settlement.follow(ObjectKind.SUBSCRIPTION, f"sub.{user}")
    assert (await ledger.credits.account(user)).plan_id == "enterprise"


async def test_a_subscription_of_another_product_on_the_same_account_is_passed_over(ledger, till, user):
    await till.order(user, plan="pro")
    till.provider.start_subscription(str(user), "pro")
    till.provider.change(str(user), plan_id=None)
    await till.hear(str(user))
    account = await ledger.credits.account(user)
    assert (account.plan_id, account.available) == ("free", 3)


async def test_a_deleted_user_is_erased_at_the_provider_and_their_subscription_ends(ledger, till, user):
    await till.subscribe(user, "pro")
    await ledger.credits.close_account(uuid4(), user)
    till.provider.change(str(user), state="ended")
    assert await till.settlement.forget_closed() == 1
    assert till.provider.forgotten == [f"cus.{user}"]
    assert (await ledger.credits.account(user)).plan_id == "free"
    assert await till.settlement.forget_closed() == 0
