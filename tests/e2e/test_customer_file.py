"""Salesforce follows: customers, films, credits and publications stand there, and what people change there comes back."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.conftest import Premiere
from tests.support.outside import Outside
from tests.support.studio import Json, Person, Studio, until

WITHIN_S = 20.0


def equal(look: Callable[[], Any], wanted: Any, what: str) -> None:
    """Wait until what is seen is as wanted; the difference where it never is."""
    seen: list[Any] = [None]

    def same() -> bool:
        seen[0] = look()
        return bool(seen[0] == wanted)

    try:
        until(same, WITHIN_S, what)
    except AssertionError:
        assert seen[0] == wanted


def picked(record: Json | None, *names: str) -> Json:
    """Some of a record's fields."""
    return {name: record[name] for name in names} if record else {}


@pytest.fixture
def known(studio: Studio, outside: Outside) -> tuple[Person, str]:
    """A new user and the id of their contact."""
    person = studio.register()
    contact: Json = until(lambda: outside.contact(person), WITHIN_S, "a contact")
    return person, contact["Id"]


def test_the_customer_their_film_its_credits_and_the_video_stand_there(premiere: Premiere, outside: Outside) -> None:
    person = premiere.person
    # other tests film this project again: its last film is what counts
    films = person.ok("GET", f"/jobs?project_id={premiere.project_id}&status=succeeded")["items"]
    everything = person.ok("GET", "/jobs?status=succeeded&page_size=100")["items"]
    wanted = {
        "FirstName": "Mara", "LastName": "Lind", "Email": person.email, "Subscription_Tier__c": "pro",
        "Credit_Balance__c": person.settled()["available"], "YouTube_Channel_Connected__c": True,
        "Total_Films_Generated__c": len(everything),
    }  # fmt: skip
    equal(lambda: picked(outside.contact(person), *wanted), wanted, "the contact")
    contact = outside.contact(person)
    assert contact is not None

    output = f"{person.http.base_url}/api/v1/jobs/{films[0]['id']}/outputs".replace(":/", ":/")
    project = {
        "Name": premiere.title, "Contact__c": contact["Id"], "Status__c": "Completed", "Duration__c": 15,
        "Video_URL__c": f"{output}/film", "Thumbnail_URL__c": f"{output}/thumbnail",
        "Subtitle_URL__c": f"{output}/subtitles?language=en&format=vtt", "Error_Message__c": None,
        "Credits_Used__c": films[0]["credits"]["captured"],
    }  # fmt: skip

    def the_project() -> Json:
        (found,) = outside.records("AI_Project__c", AI_Film_Project_ID__c=premiere.project_id) or [None]
        return picked(found, *project)

    equal(the_project, project, "the project")

    def lines() -> dict[str, float]:
        rows = outside.records("AI_Credit__c", Contact__c=contact["Id"])
        return {row["AI_Film_Transaction_ID__c"]: row["Amount__c"] for row in rows}

    ledger = {line["id"]: line["amount"] for line in person.transactions() if line["amount"]}
    equal(lines, ledger, "the ledger's lines")
    assert sum(lines().values()) == person.credits()["available"]

    (row,) = outside.records("AI_Project__c", AI_Film_Project_ID__c=premiere.project_id)
    video = {
        "Contact__c": contact["Id"], "AI_Project__c": row["Id"], "Upload_Status__c": "published",
        "YouTube_Video_ID__c": premiere.publication["video_id"], "Playlist__c": premiere.playlist,
        "Channel__c": premiere.connection["channel_title"],
    }  # fmt: skip

    def the_video() -> Json:
        (found,) = outside.records("YouTube_Integration__c", AI_Film_Publication_ID__c=premiere.publication["id"]) or [
            None
        ]
        return picked(found, *video)

    equal(the_video, video, "the video")


def test_a_grant_that_support_writes_down_is_made_once_and_can_be_traced(
    known: tuple[Person, str], outside: Outside, admin: Person
) -> None:
    person, contact = known
    grant = {"Contact__c": contact, "Transaction_Type__c": "Grant", "Amount__c": 5, "Reason__c": "for their patience"}
    record_id = outside.by_support("POST", "AI_Credit__c", values=grant)["id"]
    until(lambda: person.credits()["available"] == 8, WITHIN_S, "five more credits")
    (line,) = [line for line in person.transactions() if record_id in line["reason"]]
    assert (line["kind"], line["amount"]) == ("grant", 5)
    assert "for their patience" in line["reason"]
    log = f"/admin/audit?user_id={person.id}&page_size=100"
    traced = lambda: [row for row in admin.ok("GET", log)["items"] if record_id in str(row["details"])]  # noqa: E731
    assert until(traced, WITHIN_S, "a line in the activity log")[0]["subject_id"] == person.id

    def adopted() -> Json:
        (row,) = outside.records("AI_Credit__c", Id=record_id)
        return picked(row, "AI_Film_Transaction_ID__c", "Balance_After__c", "Amount__c", "Reason__c")

    stands = {"AI_Film_Transaction_ID__c": line["id"], "Balance_After__c": 8}
    equal(
        adopted, {**stands, "Amount__c": 5, "Reason__c": "for their patience"}, "support's own record, with our fields"
    )
    # more than support may give at once is not made, and what was made isn't made again
    too_much = outside.by_support("POST", "AI_Credit__c", values={**grant, "Amount__c": 101})["id"]
    outside.by_support("POST", "AI_Credit__c", values={**grant, "Amount__c": 2, "Reason__c": "a later one"})
    until(lambda: person.credits()["available"] == 10, WITHIN_S, "the later grant alone")
    (refused,) = outside.records("AI_Credit__c", Id=too_much)
    assert refused["AI_Film_Transaction_ID__c"] is None
    equal(lambda: len(outside.records("AI_Credit__c", Contact__c=contact)), 4, "no line besides these")


def test_consent_to_mail_goes_both_ways(known: tuple[Person, str], outside: Outside) -> None:
    person, contact = known

    def opted_out() -> bool:
        (row,) = outside.records("Contact", Id=contact)
        return bool(row["HasOptedOutOfEmail"])

    # nobody is written to who hasn't asked for it
    assert opted_out()
    assert not person.ok("GET", "/me/notifications")["marketing"]
    assert person.ok("PATCH", "/me/notifications", {"marketing": True})["marketing"]
    said_at = int(time.time())
    equal(opted_out, False, "the user's yes")
    # Salesforce stamps whole seconds: of two words in one second the user's counts
    until(lambda: time.time() >= said_at + 1, 2, "another second")
    outside.by_support("PATCH", "Contact", contact, {"HasOptedOutOfEmail": True})
    until(lambda: not person.ok("GET", "/me/notifications")["marketing"], WITHIN_S, "the no that support was told")
    assert opted_out()


def test_a_pause_holds_what_is_to_be_sent_and_a_resync_mends_what_was_changed_there(
    studio: Studio, outside: Outside, admin: Person
) -> None:
    person = studio.register()
    project_id = person.project("Before the pause")
    name = lambda: [row["Name"] for row in outside.records("AI_Project__c", AI_Film_Project_ID__c=project_id)]  # noqa: E731
    equal(name, ["Before the pause"], "the project")
    try:
        assert admin.ok("POST", "/admin/crm/pause")["status"] == "paused"
        person.ok("PATCH", f"/projects/{project_id}", {"title": "After the pause"})
        until(lambda: admin.ok("GET", "/admin/crm")["pending"], WITHIN_S, "something that waits")
        assert name() == ["Before the pause"]
    finally:
        assert admin.ok("POST", "/admin/crm/resume")["status"] == "running"
    equal(name, ["After the pause"], "the new title")

    (row,) = outside.records("AI_Project__c", AI_Film_Project_ID__c=project_id)
    outside.by_support("PATCH", "AI_Project__c", row["Id"], {"Name": "Typed over"})
    assert name() == ["Typed over"]
    one = {"object": "AI_Project__c", "external_id": project_id}
    assert admin.ok("POST", "/admin/crm/resync", one)["records"] == 1
    equal(name, ["After the pause"], "our title")
    admin.refused(404, "NOT_FOUND", "POST", "/admin/crm/resync", {**one, "external_id": admin.id})
    person.refused(403, "FORBIDDEN", "GET", "/admin/crm")

    until(lambda: not admin.ok("GET", "/admin/crm")["pending"], WITHIN_S, "everything in its place")
    state = admin.ok("GET", "/admin/crm")
    assert (state["status"], state["lag_seconds"]) == ("running", 0)


def test_a_record_that_salesforce_refuses_is_shown_with_its_reason_and_mended_by_a_resync(
    studio: Studio, outside: Outside, admin: Person
) -> None:
    person = studio.register()
    project_id = person.project("At first")
    name = lambda: [row["Name"] for row in outside.records("AI_Project__c", AI_Film_Project_ID__c=project_id)]  # noqa: E731
    equal(name, ["At first"], "the project")

    def shown() -> Json | None:
        failures = admin.ok("GET", "/admin/crm")["failures"]
        return next((row for row in failures if row["external_id"] == project_id), None)

    with outside.fault("salesforce", f"AI_Project__c/{project_id}", "error:FIELD_CUSTOM_VALIDATION_EXCEPTION"):
        person.ok("PATCH", f"/projects/{project_id}", {"title": "Refused"})
        failure: Json = until(shown, WITHIN_S, "the failure")
    assert (failure["object"], failure["status"]) == ("AI_Project__c", "failed")
    assert "FIELD_CUSTOM_VALIDATION_EXCEPTION" in failure["error"]
    assert name() == ["At first"]
    admin.ok("POST", "/admin/crm/resync", {"object": "AI_Project__c", "external_id": project_id})
    equal(name, ["Refused"], "the title that was refused")
    assert shown() is None
