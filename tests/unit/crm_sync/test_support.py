"""Which of support's grants are made."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from services.crm_sync.support import Asked, Caps, month_of, record_of_grant

CAPS = Caps(each=10, month=15)


def asked(amount: float | None) -> Asked:
    return Asked("a02000000000001AAA", "u1", amount, "a lost film", "005000000000001AAA")


@pytest.mark.parametrize(
    ("amount", "known", "granted", "why"),
    [
        (10, True, 0, ""),
        (5, True, 10, ""),
        (10.0, True, 5, ""),
        (11, True, 0, "more than the 10"),
        (6, True, 10, "above the 15"),
        (2.5, True, 0, "whole number"),
        (0, True, 0, "whole number"),
        (-3, True, 0, "whole number"),
        (None, True, 0, "whole number"),
        (5, False, 0, "no user"),
    ],
)
def test_caps(amount: float | None, known: bool, granted: int, why: str) -> None:
    refusal = CAPS.refusal(asked(amount), known, granted)
    assert why in refusal
    assert bool(refusal) == bool(why)


def test_the_ledger_s_line_names_record_and_person_and_leads_back() -> None:
    reason = asked(5).ledger_reason
    assert reason == "Salesforce a02000000000001AAA by 005000000000001AAA: a lost film"
    assert record_of_grant(reason) == "a02000000000001AAA"


def test_any_other_reason_leads_nowhere() -> None:
    assert record_of_grant("for a friend of Salesforce a02 by heart") == ""


def test_a_month_begins_at_midnight_utc() -> None:
    at = datetime(2026, 12, 1, 0, 30, tzinfo=timezone(timedelta(hours=2)))
    assert month_of(at) == datetime(2026, 11, 1, tzinfo=UTC)


def test_a_record_without_contact_is_nobody_s() -> None:
    row = {"Id": "a02", "Amount__c": 5.0, "Contact__r": None, "Reason__c": None, "CreatedById": "005"}
    assert (Asked.read(row).user_id, Asked.read(row).reason) == ("", "")
