"""Salesforce refuses us, has no calls left, or is away: nothing is lost, nobody is hammered, and administrators are told."""

from datetime import timedelta

import pytest
from filmstudio.crm_sync.v1 import crm_sync_pb2 as pb

from services.kit.errors import Invalid, NotFound
from tests.integration.crm_sync.conftest import LIMIT, Crm, Opened
from tests.support.sandbox import Sandbox


async def logins(box: Sandbox) -> int:
    return int((await box.state("salesforce"))["logins"])


async def calls(box: Sandbox) -> int:
    return int((await box.state("salesforce"))["calls"])


async def test_one_login_serves_many_turns(crm: Crm) -> None:
    before = await logins(crm.box)
    for _ in range(3):
        await crm.user()
        await crm.turn()
    assert await logins(crm.box) - before == 1


async def test_a_session_that_has_run_out_is_renewed_at_once(crm: Crm) -> None:
    await crm.user()
    await crm.turn()
    before = await logins(crm.box)
    await crm.box.fault("salesforce", "composite", "error:INVALID_SESSION_ID")
    user_id = await crm.user()
    await crm.turn()
    assert await crm.contact(user_id)
    assert await logins(crm.box) - before == 1


async def test_refused_for_ever_is_two_logins_a_minute_and_over_as_soon_as_it_is_mended(crm: Crm) -> None:
    user_id = await crm.user()
    before = await logins(crm.box)
    await crm.box.fault("salesforce", "/services/data", "status:401", -1)
    # the clock goes on by itself too, and nobody knows how fast this machine is
    begun = crm.clock()
    while crm.clock() < begun + timedelta(seconds=110):
        await crm.turn()
        crm.clock.advance(1)
    # two in each of the two minutes
    assert await logins(crm.box) - before == 4
    status = await crm.status()
    assert status.state == pb.CrmStatus.STATE_REFUSED
    assert status.reason
    assert status.HasField("resume_time")
    await crm.box.clear_faults()
    crm.clock.advance(61)
    await crm.turn()
    assert await crm.contact(user_id)
    assert (await crm.status()).state == pb.CrmStatus.STATE_RUNNING


async def test_a_restart_does_not_hurry_a_refused_login(open_crm: Opened) -> None:
    async with open_crm() as crm:
        before = await logins(crm.box)
        await crm.box.fault("salesforce", "/services/data", "status:401", -1)
        await crm.user()
        await crm.turn()
    for _ in range(5):
        async with open_crm() as crm:
            await crm.turn()
    assert await logins(crm.box) - before == 2


async def test_wrong_credentials_are_told_without_the_secret(open_crm: Opened) -> None:
    async with open_crm(secret="canary-wrong") as crm:
        await crm.user()
        await crm.turn()
        status = await crm.status()
        assert status.state == pb.CrmStatus.STATE_REFUSED
        assert "invalid_client" in status.reason
        assert "canary" not in status.reason


async def test_at_eighty_percent_of_the_day_it_stops_and_says_when_it_goes_on(crm: Crm) -> None:
    await crm.user()
    await crm.turn()
    crm.sync.salesforce.usage.used = int(0.8 * LIMIT) - 1
    share = crm.sync.salesforce.usage
    before = await calls(crm.box)
    count = crm.sync.salesforce._count
    # the org's other programs use calls too: the header says how many, and here the test does
    crm.sync.salesforce._count = lambda answer: setattr(share, "used", share.used + 1)  # type: ignore[method-assign,assignment]
    await crm.user()
    await crm.turn()
    assert await calls(crm.box) - before == 1
    status = await crm.status()
    assert (status.state, status.pending) == (pb.CrmStatus.STATE_LIMITED, 1)
    assert (status.calls_used, status.calls_limit) == (int(0.8 * LIMIT), LIMIT)
    assert status.HasField("resume_time")
    crm.sync.salesforce._count = count  # type: ignore[method-assign]
    for _ in range(10):
        crm.clock.advance(60)
        await crm.turn()
    assert await calls(crm.box) - before == 1
    crm.clock.advance(600)
    await crm.turn()
    assert (await crm.status()).state == pb.CrmStatus.STATE_RUNNING
    assert (await crm.status()).pending == 0


async def test_no_calls_left_is_the_same(crm: Crm) -> None:
    await crm.user()
    await crm.box.fault("salesforce", "composite", "error:REQUEST_LIMIT_EXCEEDED")
    await crm.turn()
    assert (await crm.status()).state == pb.CrmStatus.STATE_LIMITED
    crm.clock.advance(901)
    await crm.turn()
    assert (await crm.status()).pending == 0


async def test_away_is_waited_for_longer_each_time(crm: Crm) -> None:
    user_id = await crm.user()
    await crm.box.fault("salesforce", "/services/data", "status:503", -1)
    before = await calls(crm.box)
    for _ in range(30):
        await crm.turn()
        crm.clock.advance(1)
    status = await crm.status()
    assert (status.state, status.reason[:3]) == (pb.CrmStatus.STATE_AWAY, "503")
    assert await calls(crm.box) - before <= 6
    await crm.box.clear_faults()
    crm.clock.advance(61)
    await crm.turn()
    assert await crm.contact(user_id)


async def test_an_answer_that_never_came_has_the_record_sent_again_once(crm: Crm) -> None:
    user_id = await crm.user()
    await crm.box.fault("salesforce", "composite", "cut:10000000")
    await crm.turn()
    assert (await crm.status()).state == pb.CrmStatus.STATE_AWAY
    crm.clock.advance(61)
    await crm.turn()
    assert await crm.contact(user_id)
    assert (await crm.status()).synced == 1


async def test_a_pause_survives_a_restart(open_crm: Opened) -> None:
    async with open_crm() as crm:
        await crm.admin.pause()
    async with open_crm() as crm:
        user_id = await crm.user()
        before = await calls(crm.box)
        await crm.turn()
        assert await calls(crm.box) == before
        assert (await crm.status()).state == pb.CrmStatus.STATE_PAUSED
        await crm.admin.resume()
        await crm.turn()
        assert await crm.contact(user_id)


async def test_resuming_does_not_wait_for_the_pause_of_a_refused_login(crm: Crm) -> None:
    user_id = await crm.user()
    await crm.box.fault("salesforce", "/services/data", "status:401")
    await crm.turn()
    assert (await crm.status()).state == pb.CrmStatus.STATE_REFUSED
    await crm.admin.resume()
    await crm.turn()
    assert await crm.contact(user_id)


async def test_two_processes_take_turns(open_crm: Opened) -> None:
    async with open_crm() as first, open_crm() as second:
        user_id = await first.user()
        second.people.known = first.people.known
        await first.turn()
        before = await calls(first.box)
        await second.turn()
        assert await calls(first.box) == before
        await first.sync.gate.lock.stop()
        await second.balance(user_id, 9)
        await second.turn()
        assert (await second.contact(user_id))["Credit_Balance__c"] == 9


async def test_resync_makes_what_was_deleted_there(crm: Crm) -> None:
    user_id = await crm.user()
    line = await crm.line(user_id, 3, 3)
    await crm.turn()
    row = await crm.find("AI_Credit__c", "AI_Film_Transaction_ID__c", line)
    await crm.person("DELETE", f"/sobjects/AI_Credit__c/{row['Id']}")
    assert await crm.admin.resync("AI_Credit__c", line) == 1
    await crm.turn()
    assert await crm.find("AI_Credit__c", "AI_Film_Transaction_ID__c", line)


async def test_resync_of_everything_brings_an_emptied_org_back(crm: Crm) -> None:
    users = [await crm.user() for _ in range(3)]
    await crm.turn()
    for user_id in users:
        await crm.person("DELETE", f"/sobjects/Contact/{(await crm.contact(user_id))['Id']}")
    assert await crm.admin.resync("", "") == 3
    await crm.turn()
    assert [(await crm.contact(user_id))["HasOptedOutOfEmail"] for user_id in users] == [True] * 3


async def test_resync_knows_what_was_never_wanted(crm: Crm) -> None:
    with pytest.raises(NotFound):
        await crm.admin.resync("Contact", "nobody")
    with pytest.raises(Invalid):
        await crm.admin.resync("Account", "1")
    with pytest.raises(Invalid):
        await crm.admin.resync("Contact", "")
