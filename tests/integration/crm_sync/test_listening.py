"""What people change in Salesforce comes back: credits that support grants, consent to mail. What we wrote ourselves doesn't."""

from typing import Any
from uuid import uuid4

import grpc
from filmstudio.credits.v1.credits_pb2 import Account, Transaction
from filmstudio.crm_sync.v1.events_pb2 import MarketingConsentChanged

from services.crm_sync.support import Caps
from services.kit.errors import DependencyAway, RemoteError
from tests.integration.crm_sync.conftest import Crm, Opened


async def write_grant(crm: Crm, user_id: str, amount: float, reason: str = "a lost film") -> str:
    """Support writes a grant down; its record's id."""
    contact_id = (await crm.contact(user_id))["Id"]
    grant = {
        "Contact__c": contact_id, "Transaction_Type__c": "Grant", "Amount__c": amount, "Reason__c": reason,
    }  # fmt: skip
    return str((await crm.person("POST", "/sobjects/AI_Credit__c", grant))["id"])


async def tick(crm: Crm, user_id: str, *, opted_out: bool) -> None:
    """Somebody ticks or unticks Email Opt Out."""
    contact_id = (await crm.contact(user_id))["Id"]
    await crm.person("PATCH", f"/sobjects/Contact/{contact_id}", {"HasOptedOutOfEmail": opted_out})


async def told(crm: Crm, user_id: str) -> list[bool]:
    """Consents told as facts, in order."""
    return [MarketingConsentChanged.FromString(payload).consent for _, payload in await crm.outbox(user_id)]


async def ledger_tells(crm: Crm, user_id: str, available: int) -> None:
    """The facts of what the ledger has granted."""
    for asked, amount, transaction_id in crm.ledger.granted.values():
        line = Transaction(
            id=transaction_id, kind=Transaction.KIND_GRANT, amount=amount, balance_after=available,
            reason=asked.ledger_reason,
        )  # fmt: skip
        account = Account(user_id=user_id, available=available, plan_id="free")
        await crm.hear(crm.collecting.follow_account, account, [line])


async def test_support_s_grant_is_made_once_and_its_record_gets_the_balance(crm: Crm) -> None:
    user_id = await crm.user()
    await crm.turn()
    record_id = await write_grant(crm, user_id, 5)
    for _ in range(3):
        await crm.turn()
    assert list(crm.ledger.granted) == [f"salesforce:{record_id}"]
    asked, amount, transaction_id = crm.ledger.granted[f"salesforce:{record_id}"]
    assert (asked.user_id, amount) == (user_id, 5)
    assert asked.actor in asked.ledger_reason
    assert "a lost film" in asked.ledger_reason
    await ledger_tells(crm, user_id, 8)
    await crm.turn()
    lines = [row for row in await crm.there("AI_Credit__c") if row["Contact__c"] == (await crm.contact(user_id))["Id"]]
    assert [(row["Id"], row["AI_Film_Transaction_ID__c"], row["Balance_After__c"]) for row in lines] == [
        (record_id, transaction_id, 8)
    ]
    assert (await crm.contact(user_id))["Credit_Balance__c"] == 8


async def test_a_grant_above_the_cap_is_not_made_and_administrators_see_why(open_crm: Opened) -> None:
    async with open_crm(caps=Caps(10, 15)) as crm:
        user_id = await crm.user()
        await crm.turn()
        too_much = await write_grant(crm, user_id, 11)
        await crm.turn()
        assert crm.ledger.granted == {}
        assert "11 credits are more than the 10" in await crm.failure(too_much)
        assert (await crm.status()).failed
        # as soon as it says something that can be granted, it is
        await crm.person("PATCH", f"/sobjects/AI_Credit__c/{too_much}", {"Amount__c": 10})
        await crm.turn()
        assert list(crm.ledger.granted) == [f"salesforce:{too_much}"]
        assert await crm.failure(too_much) == ""


async def test_a_month_s_grants_to_a_contact_have_a_cap_too(open_crm: Opened) -> None:
    async with open_crm(caps=Caps(10, 15)) as crm:
        user_id, other = await crm.user(), await crm.user()
        await crm.turn()
        first, second = [await write_grant(crm, user_id, 10) for _ in range(2)]
        await write_grant(crm, other, 10)
        await crm.turn()
        assert sorted(asked.user_id for asked, _, _ in crm.ledger.granted.values()) == sorted([user_id, other])
        assert "above the 15" in await crm.failure(first) + await crm.failure(second)


async def test_a_refused_grant_is_decided_anew_on_resync(open_crm: Opened) -> None:
    async with open_crm(caps=Caps(10, 15)) as crm:
        user_id = await crm.user()
        await crm.turn()
        record_id = await write_grant(crm, user_id, 12)
        await crm.turn()
        crm.sync.listening.caps = Caps(20, 20)
        await crm.turn()
        assert crm.ledger.granted == {}
        assert await crm.admin.resync("AI_Credit__c", record_id) == 1
        await crm.turn()
        assert list(crm.ledger.granted) == [f"salesforce:{record_id}"]


async def test_what_is_no_number_of_credits_is_refused(crm: Crm) -> None:
    user_id = await crm.user()
    await crm.turn()
    record_id = await write_grant(crm, user_id, -3)
    await crm.turn()
    assert crm.ledger.granted == {}
    assert "at least 1" in await crm.failure(record_id)


async def test_without_credits_a_grant_waits_and_the_rest_goes_on(crm: Crm) -> None:
    user_id = await crm.user()
    await crm.turn()
    await write_grant(crm, user_id, 5)
    crm.ledger.away = DependencyAway("credits")
    await crm.balance(user_id, 3)
    await crm.turn()
    assert (await crm.contact(user_id))["Credit_Balance__c"] == 3
    crm.ledger.away = None
    await crm.turn()
    assert len(crm.ledger.granted) == 1


async def test_what_the_ledger_refuses_is_told(crm: Crm) -> None:
    user_id = await crm.user()
    await crm.turn()
    record_id = await write_grant(crm, user_id, 5)
    crm.ledger.refusal = RemoteError(grpc.StatusCode.INVALID_ARGUMENT, "VALIDATION_FAILED", "too many", {})
    await crm.turn()
    assert "VALIDATION_FAILED: too many" in await crm.failure(record_id)


async def test_an_administrator_s_grant_that_looks_like_support_s_gets_a_record_of_its_own(crm: Crm) -> None:
    user_id = await crm.user()
    await crm.turn()
    record_id = await write_grant(crm, user_id, 5)
    await crm.turn()
    forged = await crm.line(user_id, 9, 9, reason=f"Salesforce {record_id} by 005: me", job_id="")
    assert (await crm.record("AI_Credit__c", forged)).adopted
    line = Transaction(
        id=str(uuid4()), kind=Transaction.KIND_GRANT, amount=9, reason=f"Salesforce {record_id} by 005: me"
    )
    account = Account(user_id=user_id, available=9, plan_id="free")
    await crm.hear(crm.collecting.follow_account, account, [line], given_by="admin")
    assert not (await crm.record("AI_Credit__c", line.id)).adopted


async def test_a_person_s_consent_is_told_once_and_stays(crm: Crm) -> None:
    user_id = await crm.user()
    await crm.turn()
    assert await told(crm, user_id) == []
    await tick(crm, user_id, opted_out=False)
    for _ in range(3):
        await crm.turn()
    assert await told(crm, user_id) == [True]
    await crm.balance(user_id, 4)
    await crm.turn()
    assert (await crm.contact(user_id))["HasOptedOutOfEmail"] is False
    await tick(crm, user_id, opted_out=True)
    await crm.turn()
    assert await told(crm, user_id) == [True, False]


async def test_a_person_s_consent_survives_our_writing_other_fields_before_we_look(crm: Crm) -> None:
    user_id = await crm.user()
    await crm.turn()
    await tick(crm, user_id, opted_out=False)
    await crm.balance(user_id, 4)
    poll = crm.sync.listening.poll

    async def not_yet() -> None:
        """The poll comes later."""

    crm.sync.listening.poll = not_yet  # type: ignore[method-assign]
    await crm.turn()
    crm.sync.listening.poll = poll  # type: ignore[method-assign]
    assert (await crm.contact(user_id))["Credit_Balance__c"] == 4
    await crm.turn()
    assert await told(crm, user_id) == [True]


async def preferences(crm: Crm, user_id: str, *, marketing: bool) -> None:
    changed_ms = int(crm.clock().timestamp() * 1000)
    await crm.collecting.follow_preferences(uuid4(), user_id, changed_ms, marketing=marketing)


async def test_a_user_s_own_word_goes_there_and_does_not_echo(crm: Crm) -> None:
    user_id = await crm.user()
    await crm.turn()
    await preferences(crm, user_id, marketing=True)
    for _ in range(3):
        await crm.turn()
    assert (await crm.contact(user_id))["HasOptedOutOfEmail"] is False
    assert await told(crm, user_id) == []


async def test_a_user_s_newer_word_counts_against_an_older_one_there(crm: Crm) -> None:
    user_id = await crm.user()
    await preferences(crm, user_id, marketing=True)
    await crm.turn()
    await tick(crm, user_id, opted_out=True)
    crm.clock.advance(5)
    await preferences(crm, user_id, marketing=True)
    for _ in range(2):
        await crm.turn()
    assert await told(crm, user_id) == []
    assert (await crm.contact(user_id))["HasOptedOutOfEmail"] is False


async def test_a_contact_made_anew_under_our_id_grants_no_consent(crm: Crm) -> None:
    user_id = await crm.user()
    await crm.turn()
    await crm.person("DELETE", f"/sobjects/Contact/{(await crm.contact(user_id))['Id']}")
    made: dict[str, Any] = {"LastName": "Vale", "AI_Film_User_ID__c": user_id}
    await crm.person("POST", "/sobjects/Contact", made)
    await crm.turn()
    assert await told(crm, user_id) == []
