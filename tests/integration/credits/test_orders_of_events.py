"""The six events of one subscription, in each of their 720 orders, with repeats, each told when the world has come so far: the
end is the same."""

import asyncio
import random
from datetime import timedelta
from itertools import permutations
from uuid import uuid4

import pytest
from filmstudio.credits.v1 import events_pb2 as facts

from services.credits.payments import Checkout, EventNote
from tests.support.payments import MONTH

SEED = 136


async def ends(ledger, users):
    """What is left of each user: every column that says something, ids and hashes apart."""
    accounts = await ledger.as_owner(
        """
        SELECT a.user_id, a.plan_id, a.available, a.held, a.debt, a.plan_by_admin, a.last_seq, s.state, s.plan_id AS subscribed,
               s.period_end_at, s.cancel_at_period_end, s.grace_end_at, o.state AS ordered,
               (SELECT array_agg((p.credits, p.amount_cents, p.currency, p.invoice_id IS NOT NULL, p.order_id IS NULL,
                                  p.payment_ref IS NOT NULL)::text) FROM credits.payments p WHERE p.user_id = a.user_id) AS payments,
               (SELECT array_agg((g.amount, g.remaining, g.priority, g.expires_at, g.reason)::text ORDER BY g.amount)
                FROM credits.grants g WHERE g.user_id = a.user_id) AS grants,
               (SELECT count(*) FROM credits.invoices i WHERE i.user_id = a.user_id AND i.paid_at IS NOT NULL) AS invoices
        FROM credits.accounts a LEFT JOIN credits.subscriptions s ON s.id = a.subscription_id
        LEFT JOIN credits.orders o ON o.user_id = a.user_id
        WHERE a.user_id = ANY($1::uuid[])
        """,
        users,
    )
    return {str([value for key, value in row.items() if key != "user_id"]) for row in accounts}


async def open_orders(ledger, till, users):
    """What an order of a plan leaves behind, for many at once: the account, the customer, the order with its open page."""
    orders = [uuid4() for _ in users]
    for some in range(0, len(users), 24):
        await asyncio.gather(*(ledger.credits.account(user) for user in users[some : some + 24]))
    await ledger.as_owner(
        "INSERT INTO credits.customers SELECT 'cus.' || u, 'stripe', u, now() FROM unnest($1::uuid[]) u", users
    )
    await ledger.as_owner(
        "INSERT INTO credits.orders SELECT o, u, 'stripe', 'plan', 'pro', 0, 1500, 'USD', 'open', 'cs.' || u, 'https://x', now() "
        "FROM unnest($1::uuid[], $2::uuid[]) AS rows (o, u)",
        orders,
        users,
    )
    for order, user in zip(orders, users, strict=True):
        till.provider.put(f"cs.{user}", Checkout(f"cs.{user}", order, False, False, False, 1500, "USD", None, None))


@pytest.mark.timeout(240)
async def test_every_order_of_the_six_events_of_a_purchase_ends_the_same(ledger, till):
    rng = random.Random(SEED)
    orders = list(permutations(range(6)))
    users = [uuid4() for _ in orders]
    await open_orders(ledger, till, users)
    for user in users:
        till.provider.start_subscription(str(user), "pro")
    for turn in range(6):
        told = []
        for user, order in zip(users, orders, strict=True):
            scope = till.provider.scopes[str(user)]
            scope.shown = max(scope.shown or 0, order[turn] + 1)
            told.append(scope.notes[order[turn]])
            if rng.random() < 0.1:
                # the same again, and what came before under another id
                earlier = scope.notes[order[rng.randrange(turn + 1)]]
                again = f"evt_again_{turn}.{user}"
                told += [told[-1], EventNote(again, earlier.type, earlier.kind, earlier.object_id, earlier.created)]
        await till.house.inbox.keep(told)
        await till.house.inbox.follow()
    left = await ledger.as_owner("SELECT error FROM credits.payment_events WHERE handled_at IS NULL")
    assert [row["error"] for row in left] == []
    found = await ends(ledger, users)
    assert len(found) == 1, sorted(found)[:3]
    account = await ledger.credits.account(users[0])
    assert (account.plan_id, account.available, account.last_seq) == ("pro", 93, 2)
    assert account.subscription.period_end_at == ledger.clock() + MONTH
    for user in rng.sample(users, 20):
        granted = [payload for name, payload in await ledger.facts(user) if name == "CreditsGranted"]
        assert [facts.CreditsGranted.FromString(payload).transaction.amount for payload in granted] == [3, 90]


@pytest.mark.parametrize("seed", range(6))
async def test_a_year_of_a_subscription_told_in_a_random_order_ends_as_in_its_own(ledger, till, seed):
    """Purchase, renewal, a failed payment that is made good, an upgrade, a refund, a dispute that is won, the end."""
    users = [uuid4(), uuid4()]
    began = ledger.clock.at
    for user in users:
        ledger.clock.at = began
        first = await history(ledger, till, user)
        assert first
    ledger.clock.at = began + timedelta(days=120)
    rng = random.Random(seed)
    for user in users:
        notes = list(till.provider.scopes[str(user)].notes)
        if user is users[1]:
            rng.shuffle(notes)
        for note in notes:
            await till.settlement.follow(note.kind, note.object_id)
            if rng.random() < 0.3:
                await till.settlement.follow(note.kind, note.object_id)
    accounts = [await ledger.credits.account(user) for user in users]
    assert len({(row.plan_id, row.available, row.debt, row.subscription.state) for row in accounts}) == 1
    assert (accounts[0].plan_id, accounts[0].subscription.state) == ("free", "ended")


async def history(ledger, till, user):
    await till.order(user, plan="pro")
    scope = str(user)
    first = till.provider.start_subscription(scope, "pro")
    ledger.clock.advance(days=30)
    second = till.provider.pay_invoice(till.provider.next_period(scope))
    ledger.clock.advance(days=30)
    invoice = till.provider.next_period(scope)
    till.provider.fail_invoice(invoice)
    till.provider.pay_invoice(invoice)
    till.provider.refund_of(second, 750)
    till.provider.dispute_of(first, 1500)
    till.provider.dispute_of(first, 1500, stands=False)
    till.provider.change(scope, state="ended")
    return first
