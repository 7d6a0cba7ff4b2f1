"""Contracts as Salesforce's fields."""

import pytest
from filmstudio.ai_jobs.v1 import jobs_pb2
from filmstudio.credits.v1 import credits_pb2, events_pb2
from filmstudio.projects.v1 import projects_pb2
from filmstudio.youtube.v1 import youtube_pb2

from deploy.local.sandbox.salesforce_schema import OBJECTS
from services.crm_sync import wanted
from services.crm_sync.models import CONSENT, CONTACT, CREDIT, EXTERNAL_ID, PROJECT, VIDEO, Fields

Line = credits_pb2.Transaction


@pytest.mark.parametrize(
    ("kind", "amount", "told"),
    [
        (Line.KIND_GRANT, 3, ("Grant", None)),
        (Line.KIND_PURCHASE, 90, ("Purchase", "Paid")),
        (Line.KIND_HOLD, -3, ("Deduction", None)),
        (Line.KIND_RELEASE, 3, ("Refund", None)),
        (Line.KIND_EXPIRY, -2, ("Deduction", None)),
        (Line.KIND_REFUND, -9, ("Refund", "Refunded")),
    ],
)
def test_a_line_has_one_of_the_four_types(kind: int, amount: int, told: tuple[str, str | None]) -> None:
    fields = wanted.transaction(Line(id="t", kind=kind, amount=amount))  # type: ignore[arg-type]
    assert fields is not None
    assert (fields["Transaction_Type__c"], fields["Payment_Status__c"]) == told
    assert fields["Amount__c"] == amount


def test_a_disputed_payment_says_so() -> None:
    fields = wanted.transaction(Line(id="t", kind=Line.KIND_REFUND, amount=-9), "dispute")
    assert fields is not None
    assert fields["Payment_Status__c"] == "Disputed"


def test_a_capture_is_no_line_for_it_moves_nothing() -> None:
    assert wanted.transaction(Line(id="t", kind=Line.KIND_CAPTURE, amount=0)) is None


def test_a_failed_payment_is_a_purchase_of_nothing() -> None:
    fields = wanted.failed_payment(events_pb2.PaymentFailed(invoice_id="in_1", amount_cents=1500, currency="usd"))
    assert (fields["Amount__c"], fields["Payment_Status__c"]) == (0, "Failed")
    assert fields["Reason__c"] == "A payment of 15.00 USD failed"


def test_every_state_of_a_job_has_a_status() -> None:
    for status in jobs_pb2.JobStatus.values():
        if status != jobs_pb2.JOB_STATUS_UNSPECIFIED:
            assert wanted.job(jobs_pb2.Job(status=status))["Status__c"]


def test_every_state_of_a_publication_has_a_status() -> None:
    for state in youtube_pb2.Publication.State.values():
        if state != youtube_pb2.Publication.STATE_UNSPECIFIED:
            assert wanted.publication(youtube_pb2.Publication(state=state))["Upload_Status__c"]


def test_a_project_without_a_script_says_nothing_of_one() -> None:
    assert wanted.project(projects_pb2.Project(title="A"))["Script__c"] is None
    said = wanted.project(projects_pb2.Project(title="A", script_version=2, language="en"))["Script__c"]
    assert said == "A (version 2, en)"


def test_long_titles_are_cut_to_what_a_name_may_have() -> None:
    assert len(wanted.project(projects_pb2.Project(title="x" * 100))["Name"]) == 80


def everything() -> list[tuple[str, Fields]]:
    job = jobs_pb2.Job(id="j", status=jobs_pb2.JOB_STATUS_SUCCEEDED, outputs=[jobs_pb2.JobOutput(kind="film")])
    return [
        (CONTACT, {**wanted.contact_of_account(credits_pb2.Account()), CONSENT: True}),
        (PROJECT, wanted.project(projects_pb2.Project()) | wanted.job(job) | wanted.film(job, "https://x")),
        (CREDIT, wanted.transaction(Line(id="t", kind=Line.KIND_GRANT, amount=1)) or {}),
        (VIDEO, wanted.publication(youtube_pb2.Publication(state=youtube_pb2.Publication.STATE_QUEUED))),
    ]


@pytest.mark.parametrize(("object_name", "fields"), everything(), ids=[name for name, _ in everything()])
def test_an_org_has_every_field_that_we_write(object_name: str, fields: Fields) -> None:
    known = OBJECTS[object_name].fields
    assert {*fields, EXTERNAL_ID[object_name]} <= set(known)
    assert known[EXTERNAL_ID[object_name]].external_id
