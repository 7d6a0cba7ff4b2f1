"""Accounts open by themselves, once; plans change at once; lists add up."""

import asyncio
from uuid import uuid4

import pytest
from filmstudio.credits.v1 import events_pb2 as facts

from services.kit.errors import IdempotencyKeyReused, Invalid


async def kinds(ledger, user):
    rows, _ = await ledger.credits.transactions(user, 100, "")
    return [row.kind.value for row in rows]


async def test_the_first_call_about_a_user_opens_the_account_with_three_credits(ledger, user):
    account = await ledger.credits.account(user)
    assert (account.available, account.held, account.plan_id) == (3, 0, "free")
    [(name, payload)] = await ledger.facts(user)
    told = facts.CreditsGranted.FromString(payload)
    assert (name, told.transaction.amount, told.account.available, told.actor_id) == ("CreditsGranted", 3, 3, "")


@pytest.mark.parametrize("call", ["plan_of", "account", "transactions", "hold", "grant", "set_plan"])
async def test_any_call_opens_it(ledger, user, call):
    credits = ledger.credits
    await {
        "plan_of": lambda: credits.plan_of(user),
        "account": lambda: credits.account(user),
        "transactions": lambda: credits.transactions(user, 20, ""),
        "hold": lambda: credits.hold(user, 1, str(uuid4()), 1, "r"),
        "grant": lambda: credits.grant(user, 1, f"test:{user}", ""),
        "set_plan": lambda: credits.set_plan(user, "pro", "an-admin"),
    }[call]()
    keys = await ledger.as_owner("SELECT amount FROM credits.grants WHERE business_key = $1", f"signup:{user}")
    assert [row["amount"] for row in keys] == [3]


async def test_64_first_uses_at_once_open_one_account_with_three_credits(ledger, user):
    accounts = await asyncio.gather(*(ledger.credits.account(user) for _ in range(64)))
    assert {account.available for account in accounts} == {3}
    assert await kinds(ledger, user) == ["grant"]


async def test_an_administrators_first_call_opens_on_enterprise_without_its_monthly_credits(ledger, user):
    plan = await ledger.credits.plan_of(user, admin=True)
    assert plan.id == "enterprise"
    assert (await ledger.credits.account(user)).available == 3
    assert [name for name, _ in await ledger.facts(user)] == ["SubscriptionChanged", "CreditsGranted"]


async def test_the_transactions_add_up_to_what_is_available_newest_first_over_pages(ledger, user):
    for n in range(6):
        await ledger.credits.grant(user, n + 1, f"test:{user}:{n}", "a gift")
    hold = await ledger.credits.hold(user, 4, str(uuid4()), 1, "r")
    await ledger.credits.end_hold(hold.id, 3)
    seen, token = [], ""
    while True:
        rows, token = await ledger.credits.transactions(user, 3, token)
        seen += rows
        if not token:
            break
    assert [row.seq for row in seen] == list(range(10, 0, -1))
    account = await ledger.credits.account(user)
    assert sum(row.amount for row in seen) == account.available == seen[0].balance_after == 21


async def test_a_token_of_somebody_elses_list_shows_nothing(ledger, user):
    other = uuid4()
    for n in range(3):
        await ledger.credits.grant(other, 1, f"test:{other}:{n}", "")
    _, token = await ledger.credits.transactions(other, 2, "")
    await ledger.credits.account(user)
    assert await ledger.credits.transactions(user, 20, token) == ([], "")


async def test_a_business_key_grants_once(ledger, user):
    first, transaction = await ledger.credits.grant(user, 40, f"admin:{user}", "thanks", actor_id="an-admin")
    again, same = await ledger.credits.grant(user, 40, f"admin:{user}", "thanks", actor_id="an-admin")
    assert (first.available, again.available, same.id) == (43, 43, transaction.id)
    told = facts.CreditsGranted.FromString((await ledger.facts(user))[-1][1])
    assert (told.actor_id, told.transaction.reason, told.business_key) == ("an-admin", "thanks", f"admin:{user}")


async def test_a_business_key_granted_at_once_from_many_sides_grants_once(ledger, user):
    await asyncio.gather(*(ledger.credits.grant(user, 5, f"stripe:{user}", "") for _ in range(16)))
    assert (await ledger.credits.account(user)).available == 8


async def test_a_business_key_for_something_else_is_refused(ledger, user):
    await ledger.credits.grant(user, 5, f"admin:{user}", "")
    for somebody, amount in ((user, 6), (uuid4(), 5)):
        with pytest.raises(IdempotencyKeyReused):
            await ledger.credits.grant(somebody, amount, f"admin:{user}", "")


@pytest.mark.parametrize(
    ("amount", "key", "reason", "field"),
    [
        (0, "k", "", "amount"),
        (100_001, "k", "", "amount"),
        (1, "", "", "business_key"),
        (1, "k" * 256, "", "business_key"),
        (1, "k", "r" * 501, "reason"),
    ],
)
async def test_a_grant_out_of_bounds_is_refused(ledger, user, amount, key, reason, field):
    with pytest.raises(Invalid) as refused:
        await ledger.credits.grant(user, amount, key, reason)
    assert refused.value.metadata["field"] == field


async def test_a_plan_changes_at_once_grants_nothing_and_is_told(ledger, user):
    await ledger.credits.account(user)
    account = await ledger.credits.set_plan(user, "pro", "an-admin")
    assert (account.plan_id, account.available) == ("pro", 3)
    assert (await ledger.credits.plan_of(user)).max_film_seconds == 300
    name, payload = (await ledger.facts(user))[-1]
    told = facts.SubscriptionChanged.FromString(payload)
    assert (name, told.account.plan_id, told.previous_plan_id, told.actor_id) == (
        "SubscriptionChanged",
        "pro",
        "free",
        "an-admin",
    )


async def test_the_plan_one_is_on_changes_nothing(ledger, user):
    await ledger.credits.set_plan(user, "pro", "an-admin")
    told = len(await ledger.facts(user))
    await ledger.credits.set_plan(user, "pro", "an-admin")
    assert len(await ledger.facts(user)) == told


async def test_an_unknown_plan_is_refused(ledger, user):
    with pytest.raises(Invalid):
        await ledger.credits.set_plan(user, "gold", "an-admin")
