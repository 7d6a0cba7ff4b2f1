"""The records of the sandbox's Salesforce: what fields take, external ids, parents, queries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy.local.sandbox import salesforce_soql as soql
from deploy.local.sandbox.core import Core, Fault, Json
from deploy.local.sandbox.salesforce_errors import Refused, Unreadable
from deploy.local.sandbox.salesforce_login import JWT_BEARER, Login, LoginRefused, Usage
from deploy.local.sandbox.salesforce_records import INTEGRATION, SUPPORT, Records
from deploy.local.sandbox.salesforce_schema import AI_CREDIT, AI_PROJECT, CONTACT, YOUTUBE_INTEGRATION
from deploy.local.sandbox.salesforce_values import long_id, record_id
from deploy.local.sandbox.store import Store

USER_ID = CONTACT.fields["AI_Film_User_ID__c"]


class Org:
    """An org with a clock that a test moves."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.at = datetime(2026, 11, 21, 12, tzinfo=UTC)
        self.core = Core(Store(folder), "http://127.0.0.1:1", environ, now=lambda: self.at)
        self.records = Records(self.core)

    def contact(self, user_id: str = "u1", **more: Any) -> Json:
        given = {"LastName": "Ann", **more}
        return self.records.upsert(CONTACT, USER_ID, user_id, given, INTEGRATION)[0]

    def query(self, text: str) -> list[Any]:
        query = soql.parse(text, self.records.follow)
        return soql.run(query, self.records.all(query.of), self.records.follow(query.of))

    def names(self, where: str) -> list[str]:
        return [row["LastName"] for row in self.query(f"SELECT Id FROM Contact WHERE {where}")]


@pytest.fixture
def org(tmp_path: Path) -> Iterator[Org]:
    made = Org(tmp_path)
    yield made
    made.core.store.close()


def test_an_id_of_15_characters_and_one_of_18_name_the_same_record(org: Org) -> None:
    contact = org.contact()

    assert len(contact["Id"]) == 18
    assert org.records.get(CONTACT, contact["Id"][:15]) == contact
    # a letter for each five: its bits say which are capitals (D fourth: 8, none: 0, H T K first three: 7)
    assert long_id("001D000000HTK3a") == "001D000000HTK3aIAH"
    assert record_id("003", 61)[:15].endswith("z")


def test_an_upsert_makes_a_record_once_and_then_changes_it(org: Org) -> None:
    first, created = org.records.upsert(CONTACT, USER_ID, "u1", {"LastName": "Ann"}, INTEGRATION)
    second, again = org.records.upsert(CONTACT, USER_ID, "u1", {"lastname": "Bea", "FirstName": "A"}, INTEGRATION)

    assert (created, again) == (True, False)
    assert first["Id"] == second["Id"]
    assert second["Name"] == "A Bea"
    assert org.records.count(CONTACT) == 1


def test_who_wrote_last_and_when_is_kept_to_the_second(org: Org) -> None:
    contact = org.contact()
    org.at += timedelta(minutes=1)
    changed = org.records.update(CONTACT, contact["Id"], {"HasOptedOutOfEmail": True}, SUPPORT)

    assert (contact["LastModifiedById"], changed["LastModifiedById"]) == (INTEGRATION, SUPPORT)
    assert changed["CreatedById"] == INTEGRATION
    assert changed["SystemModstamp"] == "2026-11-21T12:01:00.000+0000"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"LastName": None}, "REQUIRED_FIELD_MISSING"),
        ({"FirstName": "x" * 41}, "STRING_TOO_LONG"),
        ({"Email": "nobody"}, "INVALID_EMAIL_ADDRESS"),
        ({"Credit_Balance__c": 10**18}, "NUMBER_OUTSIDE_VALID_RANGE"),
        ({"Name": "Ann"}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ({"SystemModstamp": "2026-01-01T00:00:00Z"}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ({"HasOptedOutOfEmail": None}, "INVALID_TYPE_ON_FIELD_IN_RECORD"),
    ],
)
def test_a_value_that_will_not_do_is_refused_by_its_code(org: Org, given: Json, code: str) -> None:
    with pytest.raises(Refused) as caught:
        org.contact(**given)

    assert (caught.value.code, org.records.count(CONTACT)) == (code, 0)
    assert not isinstance(caught.value, Unreadable)


@pytest.mark.parametrize(
    "given", [{"Colour__c": "red"}, {"LastName": 5}, {"HasOptedOutOfEmail": "true"}, {"Credit_Balance__c": "5"}]
)
def test_what_is_no_record_at_all_refuses_the_request(org: Org, given: Json) -> None:
    with pytest.raises(Unreadable):
        org.contact(**given)


def test_a_restricted_picklist_takes_its_values_only(org: Org) -> None:
    with pytest.raises(Refused) as caught:
        org.records.insert(AI_CREDIT, {"Transaction_Type__c": "Gift"}, INTEGRATION)

    assert caught.value.code == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"


def test_a_parent_is_found_by_its_external_id(org: Org) -> None:
    contact = org.contact()
    given = {"AI_Film_Project_ID__c": "p1", "Name": "Kettle", "Contact__r": {"AI_Film_User_ID__c": "u1"}}
    project = org.records.insert(AI_PROJECT, given, INTEGRATION)

    assert project["Contact__c"] == contact["Id"]


def test_a_parent_that_is_not_there_refuses_its_child(org: Org) -> None:
    with pytest.raises(Refused, match="Foreign key external ID: u9 not found") as caught:
        org.records.insert(AI_PROJECT, {"Contact__r": {"AI_Film_User_ID__c": "u9"}}, INTEGRATION)
    assert (caught.value.code, isinstance(caught.value, Unreadable)) == ("INVALID_FIELD", False)

    with pytest.raises(Refused) as caught:
        org.records.insert(AI_PROJECT, {"Contact__c": record_id("003", 9)}, INTEGRATION)
    assert caught.value.code == "INVALID_CROSS_REFERENCE_KEY"


def test_an_external_id_names_one_record(org: Org) -> None:
    given = {"AI_Film_Publication_ID__c": "pub1", "YouTube_Video_ID__c": "vid"}
    org.records.insert(YOUTUBE_INTEGRATION, given, INTEGRATION)

    with pytest.raises(Refused, match="duplicate value found"):
        org.records.insert(YOUTUBE_INTEGRATION, {"YouTube_Video_ID__c": "vid"}, INTEGRATION)
    # without the one there can be many
    org.records.insert(YOUTUBE_INTEGRATION, {"AI_Film_Publication_ID__c": "pub2"}, INTEGRATION)
    assert org.records.count(YOUTUBE_INTEGRATION) == 2


def test_a_changed_external_id_is_found_by_the_new_one_alone(org: Org) -> None:
    field = YOUTUBE_INTEGRATION.fields["YouTube_Video_ID__c"]
    record = org.records.insert(YOUTUBE_INTEGRATION, {"YouTube_Video_ID__c": "old"}, INTEGRATION)
    org.records.update(YOUTUBE_INTEGRATION, record["Id"], {"YouTube_Video_ID__c": "new"}, INTEGRATION)

    assert org.records.by_external_id(YOUTUBE_INTEGRATION, field, "old") is None
    assert org.records.by_external_id(YOUTUBE_INTEGRATION, field, "new") is not None


def test_deleting_a_contact_empties_the_lookups_to_it(org: Org) -> None:
    contact = org.contact()
    project = org.records.insert(AI_PROJECT, {"Contact__c": contact["Id"]}, INTEGRATION)
    org.records.delete(CONTACT, contact["Id"])

    assert org.records.get(AI_PROJECT, project["Id"])["Contact__c"] is None
    assert [row["id"] for row in org.records.deleted(CONTACT)] == [contact["Id"]]
    with pytest.raises(Refused, match="entity is deleted"):
        org.records.delete(CONTACT, contact["Id"])
    assert org.contact()["Id"] != contact["Id"]


def test_a_fault_refuses_one_record_by_its_external_id(org: Org) -> None:
    org.core.faults.add("salesforce", "Contact/u2", Fault("error", "UNABLE_TO_LOCK_ROW"))
    org.contact("u1")
    with pytest.raises(Refused) as caught:
        org.contact("u2")

    assert caught.value.code == "UNABLE_TO_LOCK_ROW"
    org.contact("u2")


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("LastName = 'ann'", ["Ann"]),
        ("LastName LIKE 'B%'", ["Bea", "Bob"]),
        ("LastName LIKE '_ob'", ["Bob"]),
        ("LastName IN ('Ann', 'Bob')", ["Ann", "Bob"]),
        ("LastName NOT IN ('Ann', 'Bob')", ["Bea"]),
        ("Email = null", ["Bea", "Bob"]),
        ("Email != null", ["Ann"]),
        ("Credit_Balance__c >= 5 AND Credit_Balance__c < 10", ["Bea"]),
        ("(LastName = 'Ann' OR LastName = 'Bob') AND HasOptedOutOfEmail = false", ["Ann", "Bob"]),
        ("NOT LastName = 'Ann'", ["Bea", "Bob"]),
        ("SystemModstamp >= 2026-11-21T12:00:00Z AND SystemModstamp < 2026-11-22", ["Ann", "Bea", "Bob"]),
        ("SystemModstamp > 2026-11-21T17:30:00+05:30", []),
        ("AI_Film_User_ID__c = 'it\\'s'", []),
        ("LastModifiedBy.Username LIKE 'integration%'", ["Ann", "Bea", "Bob"]),
    ],
)
def test_queries_find(org: Org, where: str, found: list[str]) -> None:
    org.contact("u1", Email="ann@example.com", Credit_Balance__c=3)
    org.contact("u2", LastName="Bea", Credit_Balance__c=5)
    org.contact("u3", LastName="Bob", Credit_Balance__c=10)

    assert org.names(where) == found


def test_an_order_has_the_empty_first_and_can_be_cut(org: Org) -> None:
    for number, balance in enumerate([5, None, 7, 6]):
        org.contact(f"u{number}", Credit_Balance__c=balance)

    def balances(rest: str) -> list[Any]:
        return [
            row["Credit_Balance__c"] for row in org.query(f"SELECT Id FROM Contact ORDER BY Credit_Balance__c {rest}")
        ]

    assert balances("") == [None, 5, 6, 7]
    assert balances("DESC NULLS LAST") == [7, 6, 5, None]
    assert balances("ASC NULLS LAST LIMIT 2 OFFSET 1") == [6, 7]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("SELECT Id FROM Contact WHERE Email IS NULL", "MALFORMED_QUERY"),
        ("SELECT Id FROM Contact WHERE Email = 'a' AND Email = 'b' OR Email = 'c'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Contact WHERE Email = ann", "MALFORMED_QUERY"),
        ("SELECT Id FROM Contact LIMIT 1 please", "MALFORMED_QUERY"),
        ("SELECT Id", "MALFORMED_QUERY"),
        ("SELECT Colour__c FROM Contact", "INVALID_FIELD"),
        ("SELECT Parent__r.Id FROM Contact", "INVALID_FIELD"),
        ("SELECT Id FROM Lead", "INVALID_TYPE"),
    ],
)
def test_a_query_that_is_none_is_refused(org: Org, text: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        org.query(text)
    assert caught.value.code == code


def test_calls_count_for_a_day(tmp_path: Path) -> None:
    org = Org(tmp_path, SANDBOX_SALESFORCE_LIMIT="2")
    usage = Usage(org.core)
    usage.count_call()
    org.at += timedelta(hours=2)
    usage.count_call()
    with pytest.raises(Refused, match="REQUEST_LIMIT_EXCEEDED"):
        usage.count_call()
    assert usage.header() == {"Sforce-Limit-Info": "api-usage=2/2"}

    org.at += timedelta(hours=22)
    usage.count_call()
    assert usage.calls() == 2
    org.core.store.close()


def jwt_org(folder: Path) -> tuple[Org, Any]:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(65537, 2048)
    shown = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )  # fmt: skip
    file = folder / "public.pem"
    file.write_bytes(shown)
    told = {
        "SALESFORCE_CLIENT_ID": "app", "SALESFORCE_USERNAME": "studio@example.com",
        "SALESFORCE_JWT_PUBLIC_KEY_FILE": str(file),
    }  # fmt: skip
    return Org(folder, **told), key


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({}, ""),
        ({"iss": "other"}, "Invalid issuer"),
        ({"aud": "https://example.com"}, "Audience"),
        ({"sub": "other@example.com"}, "hasn't approved"),
        ({"exp": -10}, "expired"),
        ({"exp": 600}, "expired"),
    ],
)
def test_a_jwt_signs_in_for_a_few_minutes_and_for_its_own_app(tmp_path: Path, changed: Json, says: str) -> None:
    import jwt

    org, key = jwt_org(tmp_path)
    claims = {"iss": "app", "sub": "studio@example.com", "aud": "https://login.salesforce.com", "exp": 180, **changed}
    claims["exp"] += int(org.at.timestamp())
    form = {"grant_type": JWT_BEARER, "assertion": jwt.encode(claims, key, "RS256")}
    login = Login(org.core)

    if says:
        with pytest.raises(LoginRefused, match=says):
            login.token(form, "")
    else:
        token = login.token(form, "")["access_token"]
        assert login.user_of(f"Bearer {token}") == INTEGRATION
    org.core.store.close()


def test_a_session_ends_after_two_hours(org: Org) -> None:
    login = Login(org.core)
    token = login.token({"grant_type": "password", "username": "support", "password": "x"}, "")["access_token"]
    assert login.user_of(f"Bearer {token}") == SUPPORT

    org.at += timedelta(hours=2, seconds=1)
    with pytest.raises(Refused, match="INVALID_SESSION_ID"):
        login.user_of(f"Bearer {token}")


def test_auto_numbers_count(org: Org) -> None:
    names = [org.records.insert(AI_CREDIT, {}, INTEGRATION)["Name"] for _ in range(2)]

    assert names == ["AC-000001", "AC-000002"]
    assert all(re.fullmatch(r"AC-\d{6}", name) for name in names)
