"""Grants end: what nobody has used or held by then becomes breakage."""

from datetime import timedelta
from uuid import uuid4

import pytest
from filmstudio.credits.v1 import events_pb2 as facts

from services.credits.errors import InsufficientCredits
from services.kit.errors import Invalid


async def grant_for_an_hour(ledger, user, amount):
    expires_at = ledger.clock() + timedelta(hours=1)
    await ledger.credits.grant(user, amount, f"test:{uuid4()}", "for an hour", expires_at=expires_at)


async def balances(ledger, user):
    account = await ledger.credits.account(user)
    return account.available, account.held


async def test_an_expired_grant_is_swept_into_breakage_and_told(scratch_ledger, user):
    ledger = scratch_ledger
    await grant_for_an_hour(ledger, user, 10)
    assert await ledger.credits.expire_grants() == 0
    ledger.clock.advance(hours=1)
    assert await ledger.credits.expire_grants() == 1
    assert await balances(ledger, user) == (3, 0)
    assert await ledger.credits.expire_grants() == 0
    name, payload = (await ledger.facts(user))[-1]
    told = facts.CreditsExpired.FromString(payload)
    assert (name, told.transaction.amount, told.account.available) == ("CreditsExpired", -10, 3)
    [breakage] = await ledger.as_owner("SELECT sum(amount) FROM credits.entries WHERE account = 'breakage'")
    assert breakage["sum"] == 10
    assert await ledger.violations() == {}


async def test_credits_that_are_held_do_not_expire_and_can_still_be_captured(scratch_ledger, user):
    ledger = scratch_ledger
    await grant_for_an_hour(ledger, user, 10)
    hold = await ledger.credits.hold(user, 9, str(uuid4()), 1, "r")
    ledger.clock.advance(hours=2)
    await ledger.credits.expire_grants()
    # of 13: the 3 starting credits burn first, so 6 of the 10 are held and 4 expire
    assert await balances(ledger, user) == (0, 9)
    ended = await ledger.credits.end_hold(hold.id, 9)
    assert (ended.captured, await balances(ledger, user)) == (9, (0, 0))
    assert await ledger.violations() == {}


async def test_what_is_released_to_an_expired_grant_expires_with_the_next_sweep(scratch_ledger, user):
    ledger = scratch_ledger
    await grant_for_an_hour(ledger, user, 10)
    hold = await ledger.credits.hold(user, 9, str(uuid4()), 1, "r")
    ledger.clock.advance(hours=2)
    await ledger.credits.expire_grants()
    await ledger.credits.end_hold(hold.id, 0)
    assert await balances(ledger, user) == (9, 0)
    await ledger.credits.expire_grants()
    assert await balances(ledger, user) == (3, 0)
    assert await ledger.violations() == {}


async def test_a_hold_never_uses_credits_whose_time_is_over_even_before_the_sweep(ledger, user):
    await grant_for_an_hour(ledger, user, 10)
    ledger.clock.advance(hours=2)
    with pytest.raises(InsufficientCredits) as refused:
        await ledger.credits.hold(user, 5, str(uuid4()), 1, "r")
    assert refused.value.metadata["available"] == "3"
    await ledger.credits.hold(user, 2, str(uuid4()), 1, "r")
    assert await balances(ledger, user) == (1, 2)


async def test_what_expires_sooner_burns_first(ledger, user):
    await ledger.credits.grant(user, 10, f"test:{uuid4()}", "keeps")
    await grant_for_an_hour(ledger, user, 10)
    hold = await ledger.credits.hold(user, 12, str(uuid4()), 1, "r")
    await ledger.credits.end_hold(hold.id, 12)
    rows = await ledger.as_owner(
        "SELECT reason, remaining FROM credits.grants WHERE user_id = $1 ORDER BY reason", user
    )
    assert {row["reason"]: row["remaining"] for row in rows} == {
        "for an hour": 1,
        "keeps": 10,
        "starting credits": 0,
    }


async def test_a_grant_that_has_expired_already_is_refused(ledger, user):
    with pytest.raises(Invalid) as refused:
        await ledger.credits.grant(user, 1, f"test:{uuid4()}", "", expires_at=ledger.clock())
    assert refused.value.metadata["field"] == "expire_time"
