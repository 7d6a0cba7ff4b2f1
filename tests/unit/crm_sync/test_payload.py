"""A record as it is sent."""

from datetime import UTC, datetime

import pytest

from services.crm_sync.bulk import to_csv
from services.crm_sync.models import CONSENT, CONTACT, CREDIT, VIDEO, Record
from services.crm_sync.payload import Person, parcel
from services.crm_sync.salesforce import Item

NOW = datetime(2026, 11, 21, tzinfo=UTC)
MARA = Person("mara@example.com", "Mara Vale")


def contact(opted_out: bool = True, **there: bool) -> Record:
    record = Record.begin(CONTACT, "u1", "u1", NOW)
    record.take("consent", [0], {CONSENT: opted_out}, NOW)
    record.there = dict(there)
    return record


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Mara Vale", "Mara", "Vale"),
        ("Mara Elena Vale", "Mara Elena", "Vale"),
        ("Mara", None, "Mara"),
        ("  ", None, "mara"),
    ],
)
def test_everybody_has_a_last_name(name: str, first: str | None, last: str) -> None:
    fields = Person("mara@example.com", name).fields()
    assert (fields["FirstName"], fields["LastName"]) == (first, last)


def test_consent_is_sent_where_it_is_not_known_to_stand_there() -> None:
    assert parcel(contact(), MARA).sent[CONSENT] is True
    assert parcel(contact(**{CONSENT: False}), MARA).sent[CONSENT] is True


def test_consent_that_stands_there_is_left_to_people() -> None:
    assert CONSENT not in parcel(contact(**{CONSENT: True}), MARA).sent


def test_a_contact_made_anew_without_consent_is_known_to_lack_it() -> None:
    sent = parcel(contact(**{CONSENT: True}), MARA)
    assert sent.there({CONSENT: True}, Item("003", created=True)) == {CONSENT: False}
    assert sent.there({CONSENT: True}, Item("003")) == {CONSENT: True}


def test_errors_don_t_quote_who_it_is() -> None:
    error = parcel(contact(), MARA).error(Item(code="INVALID_EMAIL_ADDRESS", message="Email: mara@example.com of Vale"))
    assert error == "INVALID_EMAIL_ADDRESS: Email: … of …"


def test_a_video_of_a_project_that_is_not_there_hangs_on_its_customer_alone() -> None:
    record = Record.begin(VIDEO, "v1", "u1", NOW, "p1")
    assert parcel(record).sent["AI_Project__r"] == {"AI_Film_Project_ID__c": "p1"}
    assert "AI_Project__r" not in parcel(record, without_projects={"p1"}).sent


def test_a_person_s_grant_keeps_what_the_person_wrote() -> None:
    record = Record.begin(CREDIT, "t1", "u1", NOW)
    line = {"Amount__c": 5, "Balance_After__c": 8, "Reason__c": "x", "Created_By_Studio__c": True}
    record.take("line", [1], line, NOW)
    record.adopt("a02", NOW)
    assert parcel(record).sent == {"id": "a02", "AI_Film_Transaction_ID__c": "t1", "Balance_After__c": 8}


def test_a_csv_tells_empty_from_left_alone() -> None:
    rows = [{"Id__c": "1", "A": None, "B": True}, {"Id__c": "2", "Contact__r": {"U": "u, 1"}, "A": 2.5}]
    assert to_csv(rows).decode() == 'A,B,Contact__r.U,Id__c\n#N/A,true,,1\n2.5,,"u, 1",2\n'
