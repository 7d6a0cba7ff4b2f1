"""A wanted record: latest facts win, what differs is pending, what was pushed is known by its hash."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from services.crm_sync.models import CONSENT, CONTACT, CREDIT, PROJECT, Record, RecordState, backoff_s

NOW = datetime(2026, 11, 21, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


def contact() -> Record:
    record = Record.begin(CONTACT, "u1", "u1", NOW)
    record.take("account", [3], {"Credit_Balance__c": 5}, NOW)
    return record


def synced() -> Record:
    record = contact()
    record.pushed(record.wanted_hash, "003", {}, NOW)
    return record


def test_an_earlier_fact_changes_nothing() -> None:
    record = contact()
    assert not record.take("account", [2], {"Credit_Balance__c": 9}, LATER)
    assert record.fields() == {"Credit_Balance__c": 5}


def test_the_same_fact_again_changes_nothing() -> None:
    assert not contact().take("account", [3], {"Credit_Balance__c": 9}, LATER)


def test_sources_don_t_disturb_each_other() -> None:
    record = contact()
    assert record.take("user", [1], {"Subscription_Tier__c": "free"}, NOW)
    assert record.fields() == {"Credit_Balance__c": 5, "Subscription_Tier__c": "free"}


def test_the_ledger_knows_the_plan_before_the_account_does() -> None:
    record = contact()
    record.take("account", [4], {"Subscription_Tier__c": "pro"}, NOW)
    record.take("user", [9], {"Subscription_Tier__c": "free"}, NOW)
    assert record.fields()["Subscription_Tier__c"] == "pro"


def test_a_later_job_counts_whatever_its_sequence() -> None:
    record = Record.begin(PROJECT, "p1", "u1", NOW)
    record.take("job", ["019a", 7], {"Status__c": "Completed"}, NOW)
    assert record.take("job", ["019b", 1], {"Status__c": "Queued"}, NOW)
    assert not record.take("job", ["019a", 8], {"Status__c": "Failed"}, NOW)


def test_an_account_s_change_has_its_contact_sent_though_no_field_of_ours_differs() -> None:
    record = synced()
    record.take("user", [1], {}, NOW)
    record.pushed(record.wanted_hash, "003", {}, NOW)
    record.take("user", [2], {}, LATER)
    assert record.state == RecordState.PENDING


def test_pending_counts_from_the_first_change_that_is_not_there() -> None:
    record = synced()
    record.take("account", [4], {"Credit_Balance__c": 6}, NOW)
    record.take("account", [5], {"Credit_Balance__c": 7}, LATER)
    assert record.changed_at == NOW


def test_a_change_that_is_taken_back_needs_no_push() -> None:
    record = synced()
    record.take("account", [4], {"Credit_Balance__c": 6}, NOW)
    record.take("account", [5], {"Credit_Balance__c": 5}, LATER)
    assert record.state == RecordState.SYNCED


def test_what_changed_while_it_was_sent_stays_pending() -> None:
    record = contact()
    sent = record.wanted_hash
    record.take("account", [4], {"Credit_Balance__c": 6}, NOW)
    record.pushed(sent, "003", {}, LATER)
    assert (record.state, record.record_id) == (RecordState.PENDING, "003")


def test_a_refused_record_is_pending_again_when_it_changes() -> None:
    record = contact()
    record.refuse("NO: way", NOW)
    assert not record.take("account", [3], {"Credit_Balance__c": 6}, LATER)
    assert record.state == RecordState.FAILED
    record.take("account", [4], {"Credit_Balance__c": 6}, LATER)
    assert (record.state, record.error, record.attempts) == (RecordState.PENDING, "", 0)


def test_adopting_a_person_s_record_has_it_pushed() -> None:
    record = Record.begin(CREDIT, "t1", "u1", NOW)
    record.take("line", [1], {"Amount__c": 5}, NOW)
    record.pushed(record.wanted_hash, "a02own", {}, NOW)
    record.adopt("a02theirs", LATER)
    assert (record.state, record.record_id, record.adopted) == (RecordState.PENDING, "a02theirs", True)


def test_what_shall_be_gone_is_pending_until_it_is() -> None:
    record = synced()
    record.go(True, LATER)
    assert record.state == RecordState.PENDING
    record.pushed(record.wanted_hash, None, {CONSENT: True}, LATER)
    assert record.state == RecordState.SYNCED


@pytest.mark.parametrize(("attempts", "most"), [(0, 2.0), (1, 4.0), (3, 16.0), (50, 900.0)])
def test_waits_double_up_to_the_longest(attempts: int, most: float) -> None:
    waits = [backoff_s(attempts, 900.0, random.Random(seed)) for seed in range(50)]
    assert most / 2 <= min(waits) <= max(waits) <= most
