"""The provider's webhook: kept once, answered at once, followed as often as it takes."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from services.credits.errors import BillingNotConfigured, SignatureInvalid
from services.credits.house import furnish
from services.credits.payments import EventNote, ObjectKind, PaymentRefused
from services.kit.errors import DependencyAway, Invalid
from tests.support.ledger import open_till


async def lines(ledger, scope):
    return await ledger.as_owner("SELECT * FROM credits.payment_events WHERE id LIKE $1 ORDER BY id", f"%.{scope}")


async def paid_pack(till, user):
    """A pack that is paid and that we haven't heard of: its order's scope and the bodies of its webhooks."""
    order = await till.order(user, pack="pack_10")
    till.provider.pay_pack(str(order.id))
    return str(order.id), [note.id.encode() for note in till.provider.scopes[str(order.id)].notes]


async def test_an_event_is_kept_once_and_says_so(till, user):
    _, (body, _) = await paid_pack(till, user)
    assert await till.house.inbox.receive("stripe", body, "signed") is False
    assert await till.house.inbox.receive("stripe", body, "signed") is True


async def test_64_deliveries_of_one_event_at_once_are_one_line_and_one_grant(ledger, till, user):
    scope, (body, _) = await paid_pack(till, user)
    already = await asyncio.gather(*(till.house.inbox.receive("stripe", body, "signed") for _ in range(64)))
    assert sorted(already) == [False] + [True] * 63
    await asyncio.gather(*(till.house.inbox.follow() for _ in range(8)))
    assert [row["attempts"] for row in await lines(ledger, scope)] == [1]
    assert (await ledger.credits.account(user)).available == 13


async def test_receiving_follows_nothing_and_wakes_whoever_does(ledger, till, user):
    woken = []
    till.house.inbox.on_received(lambda: woken.append(1))
    _, (body, _) = await paid_pack(till, user)
    for _ in range(2):
        await till.house.inbox.receive("stripe", body, "signed")
    assert (len(woken), (await ledger.credits.account(user)).available) == (1, 3)


async def test_what_is_not_signed_is_not_kept(ledger, till, user):
    scope, (body, _) = await paid_pack(till, user)
    with pytest.raises(SignatureInvalid):
        await till.house.inbox.receive("stripe", body, "forged")
    assert await lines(ledger, scope) == []


async def test_another_provider_is_refused(till):
    with pytest.raises(Invalid, match="stripe only"):
        await till.house.inbox.receive("paypal", b"", "signed")


async def test_a_body_beyond_all_bounds_is_refused_unread(till):
    with pytest.raises(Invalid, match="bytes"):
        await till.house.inbox.receive("stripe", bytes(512 * 1024 + 1), "signed")


async def test_without_a_provider_nothing_is_received(ledger, till):
    house = furnish(till.settings, ledger.database, ledger.books, None)
    with pytest.raises(BillingNotConfigured):
        await house.inbox.receive("stripe", b"", "signed")
    assert await house.inbox.follow() == 0


async def test_what_means_nothing_to_us_is_kept_as_handled(ledger, till, user):
    till.provider.tell("plan.created", f"plan.{user}")
    await till.hear(str(user))
    [row] = await lines(ledger, user)
    assert (row["kind"], row["attempts"]) == ("other", 0)
    assert row["handled_at"] is not None


async def test_an_event_waits_longer_each_time_the_provider_is_away_and_is_followed_when_it_is_back(ledger, till, user):
    scope, _ = await paid_pack(till, user)
    till.provider.down = DependencyAway("stripe")
    await till.hear(scope)
    waits = []
    for _ in range(4):
        due = max(row["next_attempt_at"] for row in await lines(ledger, scope))
        waits.append((due - ledger.clock()).total_seconds())
        assert await till.house.inbox.follow() == 0
        ledger.clock.at = due
        await till.house.inbox.follow()
    assert waits == [2, 4, 8, 16]
    assert {row["error"] for row in await lines(ledger, scope)} == {"stripe is away"}
    till.provider.down = None
    ledger.clock.advance(hours=1)
    await till.house.inbox.follow()
    assert all(row["handled_at"] and not row["error"] for row in await lines(ledger, scope))
    assert (await ledger.credits.account(user)).available == 13


@pytest.mark.parametrize(
    ("error", "named"),
    [
        (PaymentRefused("card_gone"), "refused: card_gone"),
        (BillingNotConfigured("the key"), "BILLING_NOT_CONFIGURED"),
        (KeyError("a field"), "KeyError"),
    ],
)
async def test_what_never_succeeds_is_given_up_after_days_and_seen(scratch_ledger, user, error, named):
    till = open_till(scratch_ledger)
    scope, _ = await paid_pack(till, user)
    till.provider.down = error
    await till.hear(scope)
    for _ in range(4):
        scratch_ledger.clock.advance(days=1)
        await till.house.inbox.follow()
    rows = await lines(scratch_ledger, scope)
    assert [(row["error"], row["given_up_at"] is not None) for row in rows] == [(named, True)] * 2
    assert set(await scratch_ledger.violations()) == {"no payment event was given up"}


async def test_one_that_fails_holds_up_no_other(scratch_ledger, user):
    ledger, till = scratch_ledger, open_till(scratch_ledger)
    bad = EventNote(f"evt_0.{uuid4()}", "refund.created", ObjectKind.REFUND, "re_unknown.x", ledger.clock())
    scope, _ = await paid_pack(till, user)
    await till.house.inbox.keep([bad, *till.provider.scopes[scope].notes])
    await till.house.inbox.follow()
    assert (await ledger.credits.account(user)).available == 13


async def test_who_dies_with_an_event_in_hand_loses_it_to_the_next(ledger, till, user):
    scope, _ = await paid_pack(till, user)
    await till.house.inbox.keep(till.provider.scopes[scope].notes)
    await till.house.inbox._claim()
    assert await till.house.inbox.follow() == 0
    ledger.clock.at += timedelta(seconds=301)
    assert await till.house.inbox.follow() == 2
    assert (await ledger.credits.account(user)).available == 13


async def test_of_an_event_only_its_name_is_kept(ledger):
    columns = await ledger.as_owner(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'credits' AND table_name = 'payment_events'"
    )
    assert not {row["column_name"] for row in columns} & {"payload", "data", "body", "signature"}


async def test_what_was_followed_long_ago_is_forgotten_and_what_was_not_is_kept(ledger, till, user):
    scope, _ = await paid_pack(till, user)
    await till.hear(scope)
    await till.house.inbox.tidy()
    assert len(await lines(ledger, scope)) == 2
    await ledger.as_owner("UPDATE credits.payment_events SET handled_at = NULL WHERE id = $1", f"evt_1.{scope}")
    await ledger.as_owner(
        "UPDATE credits.payment_events SET received_at = received_at - interval '91 days', handled_at = handled_at - interval '91 days'"
        " WHERE id LIKE $1",
        f"%.{scope}",
    )
    await till.house.inbox.tidy()
    assert [row["id"] for row in await lines(ledger, scope)] == [f"evt_1.{scope}"]
    await till.house.inbox.follow()
    assert (await ledger.credits.account(user)).available == 13
