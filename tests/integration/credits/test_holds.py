"""Holds: taken once, ended once, never more than there is."""

import asyncio
import contextlib
from uuid import uuid4

import pytest
from filmstudio.credits.v1 import events_pb2 as facts

from services.credits.errors import HoldEnded, InsufficientCredits
from services.credits.models import Hold, HoldState
from services.kit.errors import DependencyAway, IdempotencyKeyReused, Invalid, NotFound


def job() -> str:
    return str(uuid4())


async def balances(ledger, user):
    account = await ledger.credits.account(user)
    return account.available, account.held


async def amounts(ledger, user):
    rows, _ = await ledger.credits.transactions(user, 100, "")
    return [(row.kind.value, row.amount, row.balance_after) for row in reversed(rows)]


async def test_a_hold_moves_credits_from_available_to_held_and_tells(ledger, user):
    hold = await ledger.credits.hold(user, 2, job(), 1, "r1")
    assert await balances(ledger, user) == (1, 2)
    assert await amounts(ledger, user) == [("grant", 3, 3), ("hold", -2, 1)]
    names = [name for name, _ in await ledger.facts(user)]
    assert names == ["CreditsGranted", "CreditsHeld"]
    told = facts.CreditsHeld.FromString((await ledger.facts(user))[1][1])
    assert (told.hold.id, told.hold.amount, told.account.available, told.account.held) == (str(hold.id), 2, 1, 2)
    assert told.transaction.balance_after == 1
    assert {"type": "credits.changed", "user_id": str(user)} in ledger.rings


async def test_same_request_id_returns_the_same_hold(ledger, user):
    job_id = job()
    first = await ledger.credits.hold(user, 2, job_id, 1, "r1")
    again = await ledger.credits.hold(user, 2, job_id, 1, "r1")
    assert again.id == first.id
    assert await balances(ledger, user) == (1, 2)


async def test_the_same_attempt_under_another_request_id_returns_the_same_hold(ledger, user):
    job_id = job()
    first = await ledger.credits.hold(user, 2, job_id, 1, "r1")
    assert (await ledger.credits.hold(user, 2, job_id, 1, "r2")).id == first.id
    assert (await ledger.credits.hold(user, 2, job_id, 1, "")).id == first.id
    assert await balances(ledger, user) == (1, 2)


async def test_the_same_request_at_once_from_many_sides_holds_once(ledger, user):
    job_id = job()
    holds = await asyncio.gather(*(ledger.credits.hold(user, 2, job_id, 1, "r1") for _ in range(16)))
    assert len({hold.id for hold in holds}) == 1
    assert await balances(ledger, user) == (1, 2)


async def test_a_request_id_with_another_amount_is_refused(ledger, user):
    job_id = job()
    await ledger.credits.hold(user, 1, job_id, 1, "r1")
    with pytest.raises(IdempotencyKeyReused):
        await ledger.credits.hold(user, 2, job_id, 1, "r1")


async def test_two_users_may_use_the_same_request_id(ledger, user):
    other = uuid4()
    mine = await ledger.credits.hold(user, 1, job(), 1, "r1")
    theirs = await ledger.credits.hold(other, 1, job(), 1, "r1")
    assert mine.id != theirs.id


async def test_a_retry_is_a_new_attempt_with_a_new_hold(ledger, user):
    job_id = job()
    first = await ledger.credits.hold(user, 2, job_id, 1, "r1")
    await ledger.credits.end_hold(first.id, 0)
    second = await ledger.credits.hold(user, 2, job_id, 2, "r2")
    assert second.id != first.id
    assert await balances(ledger, user) == (1, 2)


async def test_the_request_of_an_ended_hold_is_answered_hold_ended(ledger, user):
    job_id = job()
    hold = await ledger.credits.hold(user, 2, job_id, 1, "r1")
    await ledger.credits.end_hold(hold.id, 0)
    with pytest.raises(HoldEnded):
        await ledger.credits.hold(user, 2, job_id, 1, "r1")
    assert await balances(ledger, user) == (3, 0)


async def test_too_few_credits_are_refused_with_needed_and_available_and_nothing_is_left_behind(ledger, user):
    with pytest.raises(InsufficientCredits) as refused:
        await ledger.credits.hold(user, 4, job(), 1, "r1")
    assert refused.value.metadata == {"needed": "4", "available": "3"}
    assert await balances(ledger, user) == (3, 0)
    assert (await ledger.credits.hold(user, 3, job(), 1, "r1")).amount == 3


@pytest.mark.parametrize(
    ("amount", "job_id", "attempt", "request_id", "field"),
    [
        (0, "j", 1, "r", "amount"),
        (-1, "j", 1, "r", "amount"),
        (1, "", 1, "r", "job_id"),
        (1, "j", 0, "r", "attempt"),
        (1, "j", 1, "r" * 256, "request_id"),
    ],
)
async def test_a_hold_out_of_bounds_is_refused(ledger, user, amount, job_id, attempt, request_id, field):
    with pytest.raises(Invalid) as refused:
        await ledger.credits.hold(user, amount, job_id, attempt, request_id)
    assert refused.value.metadata["field"] == field


async def test_a_capture_in_full_leaves_one_row_of_zero(ledger, user):
    hold = await ledger.credits.hold(user, 2, job(), 1, "r1")
    ended = await ledger.credits.end_hold(hold.id, 2)
    assert (ended.state, ended.captured, ended.released) == (HoldState.CAPTURED, 2, 0)
    assert await balances(ledger, user) == (1, 0)
    assert (await amounts(ledger, user))[2:] == [("capture", 0, 1)]


async def test_a_release_leaves_one_row_of_what_came_back(ledger, user):
    hold = await ledger.credits.hold(user, 2, job(), 1, "r1")
    await ledger.credits.end_hold(hold.id, 0)
    assert (await amounts(ledger, user))[2:] == [("release", 2, 3)]


async def test_a_part_capture_leaves_both_rows_and_tells_them(ledger, user):
    hold = await ledger.credits.hold(user, 3, job(), 1, "r1")
    await ledger.credits.end_hold(hold.id, 1)
    assert (await amounts(ledger, user))[2:] == [("capture", 0, 0), ("release", 2, 2)]
    name, payload = (await ledger.facts(user))[-1]
    told = facts.HoldEnded.FromString(payload)
    assert (name, told.hold.captured, told.hold.released) == ("HoldEnded", 1, 2)
    assert [transaction.amount for transaction in told.transactions] == [0, 2]
    assert (told.account.available, told.account.held) == (2, 0)


async def test_the_first_end_stands(ledger, user):
    hold = await ledger.credits.hold(user, 2, job(), 1, "r1")
    first = await ledger.credits.end_hold(hold.id, 1)
    again = await ledger.credits.end_hold(hold.id, 1)
    assert (again.captured, again.released, again.ended_at) == (1, 1, first.ended_at)
    for other in (0, 2):
        with pytest.raises(HoldEnded):
            await ledger.credits.end_hold(hold.id, other)
    assert await balances(ledger, user) == (2, 0)


async def test_of_many_different_ends_at_once_one_stands(ledger, user):
    hold = await ledger.credits.hold(user, 3, job(), 1, "r1")
    ends = await asyncio.gather(
        *(ledger.credits.end_hold(hold.id, captured % 4) for captured in range(16)), return_exceptions=True
    )
    stood = [end for end in ends if isinstance(end, Hold)]
    assert {end.captured for end in stood} == {stood[0].captured}
    assert len(stood) == 4
    assert all(isinstance(end, Hold | HoldEnded) for end in ends)


@pytest.mark.parametrize("captured", [-1, 3])
async def test_more_than_held_or_less_than_nothing_cannot_be_captured(ledger, user, captured):
    hold = await ledger.credits.hold(user, 2, job(), 1, "r1")
    with pytest.raises(Invalid):
        await ledger.credits.end_hold(hold.id, captured)
    assert await balances(ledger, user) == (1, 2)


async def test_an_unknown_hold_is_not_found(ledger):
    with pytest.raises(NotFound):
        await ledger.credits.end_hold(uuid4(), 0)


async def test_64_clients_on_one_account_never_overdraw_it(ledger, user):
    await ledger.credits.grant(user, 17, f"test:{user}", "a gift")

    async def patiently(number: int) -> Hold:
        """As a client does whom a busy database turned away: it asks again, for the same."""
        for_job = job()
        while True:
            with contextlib.suppress(DependencyAway):
                return await ledger.credits.hold(user, 1, for_job, 1, f"r{number}")

    answers = await asyncio.gather(*map(patiently, range(64)), return_exceptions=True)
    held = [answer for answer in answers if isinstance(answer, Hold)]
    assert len(held) == 20
    assert all(isinstance(answer, Hold | InsufficientCredits) for answer in answers)
    assert await balances(ledger, user) == (0, 20)


async def test_live_holds_are_listed_by_page_oldest_first(scratch_ledger):
    ledger, users = scratch_ledger, [uuid4() for _ in range(5)]
    holds = []
    for user in users:
        holds.append(await ledger.credits.hold(user, 1, job(), 1, "r1"))
        ledger.clock.advance(minutes=1)
    await ledger.credits.end_hold(holds[1].id, 0)
    before = holds[4].created_at
    first, token = await ledger.credits.live_holds(before, 2, "")
    rest, end = await ledger.credits.live_holds(before, 2, token)
    assert [hold.id for hold in (*first, *rest)] == [holds[0].id, holds[2].id, holds[3].id]
    assert end == ""
