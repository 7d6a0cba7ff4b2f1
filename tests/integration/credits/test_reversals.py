"""Refunds and disputes: credits go with their money and come again with it; what is spent is owed, and paid first."""

from itertools import permutations
from uuid import uuid4

import pytest
from filmstudio.credits.v1 import events_pb2 as facts

from services.credits.errors import InsufficientCredits
from services.credits.payments import ObjectKind, Origin


async def spend(ledger, user, amount):
    hold = await ledger.credits.hold(user, amount, str(uuid4()), 1, str(uuid4()))
    await ledger.credits.end_hold(hold.id, amount)


async def balances(ledger, user):
    account = await ledger.credits.account(user)
    return account.available, account.held, account.debt


async def refund(till, payment, cents, number=1, *, stands=True):
    refund_id = till.provider.refund_of(payment, cents, number, stands=stands)
    await till.settlement.follow(ObjectKind.REFUND, refund_id)
    return refund_id


async def dispute(till, payment, cents, *, stands=True):
    await till.settlement.follow(ObjectKind.DISPUTE, till.provider.dispute_of(payment, cents, stands=stands))


async def test_a_refund_takes_the_credits_of_its_payment(ledger, till, user):
    _, payment = await till.buy(user, "pack_30")
    refund_id = await refund(till, payment, 1400)
    assert await balances(ledger, user) == (3, 0, 0)
    name, payload = (await ledger.facts(user))[-1]
    told = facts.CreditsRevoked.FromString(payload)
    assert (name, told.cause, told.transaction.amount, told.transaction.payment_id) == (
        "CreditsRevoked",
        "refund",
        -30,
        refund_id,
    )


async def test_a_refund_heard_again_and_under_its_charge_takes_nothing_more(ledger, till, user):
    _, payment = await till.buy(user, "pack_30")
    refund_id = await refund(till, payment, 1400)
    await till.settlement.follow(ObjectKind.REFUND, refund_id)
    await till.settlement.follow(ObjectKind.CHARGE, payment.replace("pi", "ch"))
    assert await balances(ledger, user) == (3, 0, 0)


async def test_parts_of_the_money_take_parts_of_the_credits_and_all_parts_all(ledger, till, user):
    _, payment = await till.buy(user, "pack_10")
    seen = []
    for number, cents in enumerate((166, 167, 167), start=1):
        await refund(till, payment, cents, number)
        seen.append((await balances(ledger, user))[0])
    assert seen == [3 + 7, 3 + 3, 3]


async def test_its_own_grant_goes_first_and_others_only_then(ledger, till, user):
    _, first = await till.buy(user, "pack_10")
    await till.buy(user, "pack_30")
    await spend(ledger, user, 3 + 4)
    await refund(till, first, 500)
    rows = await ledger.as_owner("SELECT amount, remaining, revoked FROM credits.grants WHERE user_id = $1", user)
    assert {row["amount"]: (row["remaining"], row["revoked"]) for row in rows} == {3: (0, 0), 10: (0, 6), 30: (26, 4)}


async def test_what_is_spent_is_owed_and_blocks_the_next_film_with_the_reason(ledger, till, user):
    _, payment = await till.buy(user, "pack_10")
    await spend(ledger, user, 9)
    await refund(till, payment, 500)
    assert await balances(ledger, user) == (0, 0, 6)
    with pytest.raises(InsufficientCredits, match="owed") as refused:
        await ledger.credits.hold(user, 2, str(uuid4()), 1, "r")
    assert refused.value.metadata == {"needed": "8", "available": "0", "debt": "6"}


@pytest.mark.parametrize("by_purchase", [True, False])
async def test_what_is_owed_is_paid_first_by_whatever_comes_in(ledger, till, user, by_purchase):
    _, payment = await till.buy(user, "pack_10")
    await spend(ledger, user, 13)
    await refund(till, payment, 500)
    assert await balances(ledger, user) == (0, 0, 10)
    await ledger.credits.grant(user, 4, f"admin:{user}", "sorry")
    assert await balances(ledger, user) == (0, 0, 6)
    if by_purchase:
        await till.buy(user, "pack_30")
    else:
        await ledger.credits.grant(user, 30, f"admin:{user}:2", "sorry again")
    assert await balances(ledger, user) == (24, 0, 0)
    name, payload = (await ledger.facts(user))[-1]
    assert (name, facts.CreditsRevoked.FromString(payload).cause) == ("CreditsRevoked", "debt")


async def test_a_live_hold_keeps_its_credits_and_what_comes_back_of_it_pays_what_is_owed(ledger, till, user):
    _, payment = await till.buy(user, "pack_10")
    hold = await ledger.credits.hold(user, 12, str(uuid4()), 1, "r")
    await refund(till, payment, 500)
    assert await balances(ledger, user) == (0, 12, 9)
    await ledger.credits.end_hold(hold.id, 2)
    assert await balances(ledger, user) == (1, 0, 0)
    assert [name for name, _ in await ledger.facts(user)][-2:] == ["HoldEnded", "CreditsRevoked"]


async def test_a_month_that_expired_unused_is_not_owed(ledger, till, user):
    payment = await till.subscribe(user, "pro")
    await spend(ledger, user, 13)
    ledger.clock.advance(days=60)
    # a sweep takes so many accounts and no more, and the other tests' are here too
    while await ledger.credits.expire_grants():
        pass
    await refund(till, payment, 1500)
    assert await balances(ledger, user) == (0, 0, 10)


async def test_a_refund_that_fails_gives_the_credits_back(ledger, till, user):
    _, payment = await till.buy(user, "pack_10")
    await refund(till, payment, 500)
    await refund(till, payment, 500, stands=False)
    await refund(till, payment, 500, stands=False)
    assert await balances(ledger, user) == (13, 0, 0)


async def test_a_dispute_takes_the_credits_at_once_and_gives_them_back_when_it_is_won(ledger, till, user):
    _, payment = await till.buy(user, "pack_10")
    await spend(ledger, user, 8)
    await dispute(till, payment, 500)
    assert await balances(ledger, user) == (0, 0, 5)
    await dispute(till, payment, 500, stands=False)
    assert await balances(ledger, user) == (5, 0, 0)
    await dispute(till, payment, 500)
    assert await balances(ledger, user) == (0, 0, 5)


async def test_refund_and_dispute_of_the_same_money_take_it_once(ledger, till, user):
    _, payment = await till.buy(user, "pack_10")
    await refund(till, payment, 500)
    await dispute(till, payment, 500)
    assert await balances(ledger, user) == (3, 0, 0)
    await dispute(till, payment, 500, stands=False)
    assert await balances(ledger, user) == (3, 0, 0)


async def test_a_refund_told_of_before_its_purchase_ends_the_same(ledger, till, user):
    order = await till.order(user, pack="pack_10")
    payment = till.provider.pay_pack(str(order.id))
    await refund(till, payment, 250)
    assert await balances(ledger, user) == (8, 0, 0)
    await till.hear(str(order.id))
    assert await balances(ledger, user) == (8, 0, 0)


async def test_a_refund_of_a_month_told_of_before_it_ends_the_same(ledger, till, user):
    await till.order(user, plan="pro")
    payment = till.provider.start_subscription(str(user), "pro")
    await refund(till, payment, 1500)
    assert await balances(ledger, user) == (3, 0, 0)
    await till.hear(str(user))
    assert await balances(ledger, user) == (3, 0, 0)


async def test_an_older_reading_does_not_undo_a_newer_one(ledger, till, user):
    _, payment = await till.buy(user, "pack_10")
    refund_id = await refund(till, payment, 500)
    [row] = await ledger.as_owner("SELECT read_at FROM credits.reversals WHERE id = $1", refund_id)
    ledger.clock.advance(seconds=-5)
    await refund(till, payment, 500, stands=False)
    assert row["read_at"] > ledger.clock()
    assert await balances(ledger, user) == (3, 0, 0)


async def test_money_that_went_back_for_something_that_was_never_ours_is_passed_over(ledger, till, user):
    await ledger.credits.account(user)
    till.provider.put(f"pi.{user}", Origin(None, None))
    await refund(till, f"pi.{user}", 500)
    assert await balances(ledger, user) == (3, 0, 0)


async def test_two_refunds_and_a_dispute_end_the_same_in_every_order(ledger, till):
    ends = set()
    for order in permutations(range(3)):
        user = uuid4()
        _, payment = await till.buy(user, "pack_30")
        await spend(ledger, user, 20)
        deeds = [
            lambda p=payment: refund(till, p, 300, 1),
            lambda p=payment: refund(till, p, 400, 2),
            lambda p=payment: dispute(till, p, 500),
        ]
        for number in order:
            await deeds[number]()
            await deeds[number]()
        ends.add(await balances(ledger, user))
    assert ends == {(0, 0, 13)}
