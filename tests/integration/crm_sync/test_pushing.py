"""What is wanted stands in Salesforce, one call for many, each record with an end of its own."""

from typing import Any

import pytest
from filmstudio.ai_jobs.v1.jobs_pb2 import (
    JOB_KIND_VIDEO,
    JOB_STATUS_FAILED,
    JOB_STATUS_QUEUED,
    JOB_STATUS_SUCCEEDED,
    Job,
    JobCredits,
    JobError,
    JobOutput,
)
from filmstudio.credits.v1.credits_pb2 import Transaction
from filmstudio.projects.v1.projects_pb2 import Project
from filmstudio.youtube.v1.youtube_pb2 import Connection, Publication
from sqlalchemy import text

from services.crm_sync.salesforce import Item
from services.kit.errors import DependencyAway
from services.kit.ids import new_id
from tests.integration.crm_sync.conftest import Crm, Opened


def job(user_id: str, project_id: str, status: int = JOB_STATUS_SUCCEEDED, **more: object) -> Job:
    return Job(
        id=str(new_id()), user_id=user_id, project_id=project_id, kind=JOB_KIND_VIDEO, status=status, **more,
    )  # type: ignore[arg-type]  # fmt: skip


async def test_a_customer_stands_there_with_name_balance_and_plan(crm: Crm) -> None:
    user_id = await crm.user("Mara Elena Vale")
    await crm.balance(user_id, 87, "pro")
    await crm.turn()
    contact = await crm.contact(user_id)
    assert (contact["FirstName"], contact["LastName"]) == ("Mara Elena", "Vale")
    assert contact["Email"] == crm.people.known[user_id].email
    assert (contact["Credit_Balance__c"], contact["Subscription_Tier__c"]) == (87, "pro")
    assert contact["HasOptedOutOfEmail"] is True


async def test_a_film_stands_under_its_customer_with_addresses_that_last(crm: Crm) -> None:
    user_id, project_id = await crm.user(), str(new_id())
    await crm.hear(crm.collecting.follow_project, Project(id=project_id, user_id=user_id, title="The Kettle"))
    film = job(
        user_id, project_id, credits=JobCredits(captured=3),
        outputs=[JobOutput(kind="film", duration_s=15), JobOutput(kind="subtitles", language="en", format="vtt")],
    )  # fmt: skip
    await crm.hear(crm.collecting.follow_job, film)
    await crm.turn()
    project = await crm.find("AI_Project__c", "AI_Film_Project_ID__c", project_id)
    assert project["Contact__c"] == (await crm.contact(user_id))["Id"]
    assert (project["Name"], project["Status__c"], project["Credits_Used__c"]) == ("The Kettle", "Completed", 3)
    base = f"https://studio.example/api/v1/jobs/{film.id}/outputs"
    assert project["Video_URL__c"] == f"{base}/film"
    assert project["Subtitle_URL__c"] == f"{base}/subtitles?language=en&format=vtt"
    assert (await crm.contact(user_id))["Total_Films_Generated__c"] == 1


async def test_a_film_that_is_told_of_twice_counts_once(crm: Crm) -> None:
    user_id, project_id = await crm.user(), str(new_id())
    film = job(user_id, project_id)
    await crm.hear(crm.collecting.follow_job, film)
    await crm.hear(crm.collecting.follow_job, film)
    await crm.hear(crm.collecting.follow_job, job(user_id, project_id))
    await crm.turn()
    assert (await crm.contact(user_id))["Total_Films_Generated__c"] == 2


async def test_a_failed_second_film_leaves_the_first_one_s_address(crm: Crm) -> None:
    user_id, project_id = await crm.user(), str(new_id())
    await crm.hear(crm.collecting.follow_job, job(user_id, project_id, outputs=[JobOutput(kind="film")]))
    failed = job(user_id, project_id, JOB_STATUS_FAILED, error=JobError(code="ENGINE", message="no picture"))
    await crm.hear(crm.collecting.follow_job, failed)
    await crm.turn()
    project = await crm.find("AI_Project__c", "AI_Film_Project_ID__c", project_id)
    assert (project["Status__c"], project["Error_Message__c"]) == ("Failed", "ENGINE: no picture")
    assert project["Video_URL__c"]


async def test_an_older_job_heard_late_changes_nothing(crm: Crm) -> None:
    user_id, project_id = await crm.user(), str(new_id())
    older = job(user_id, project_id, JOB_STATUS_QUEUED)
    await crm.hear(crm.collecting.follow_job, job(user_id, project_id))
    await crm.hear(crm.collecting.follow_job, older)
    await crm.turn()
    assert (await crm.find("AI_Project__c", "AI_Film_Project_ID__c", project_id))["Status__c"] == "Completed"


async def test_a_customer_s_lines_add_up_to_their_balance(crm: Crm) -> None:
    user_id = await crm.user()
    await crm.line(user_id, 10, 10, Transaction.KIND_PURCHASE, payment_id="pi_1")
    await crm.line(user_id, -3, 7, Transaction.KIND_HOLD)
    await crm.line(user_id, 0, 7, Transaction.KIND_CAPTURE)
    await crm.line(user_id, 1, 8, Transaction.KIND_RELEASE)
    await crm.turn()
    contact = await crm.contact(user_id)
    lines = [line for line in await crm.there("AI_Credit__c") if line["Contact__c"] == contact["Id"]]
    assert sorted(line["Transaction_Type__c"] for line in lines) == ["Deduction", "Purchase", "Refund"]
    assert sum(line["Amount__c"] for line in lines) == contact["Credit_Balance__c"] == 8
    bought = next(line for line in lines if line["Transaction_Type__c"] == "Purchase")
    assert (bought["Stripe_Transaction_ID__c"], bought["Payment_Status__c"]) == ("pi_1", "Paid")


async def test_a_video_hangs_on_its_customer_and_its_film(crm: Crm) -> None:
    user_id, project_id = await crm.user(), str(new_id())
    video = Publication(
        id=str(new_id()), user_id=user_id, project_id=project_id, state=Publication.STATE_PUBLISHED, video_id="yt1",
        channel_title="Mara's", views=7,
    )  # fmt: skip
    await crm.hear(crm.collecting.follow_publication, video)
    await crm.turn()
    found = await crm.find("YouTube_Integration__c", "AI_Film_Publication_ID__c", video.id)
    assert (found["YouTube_Video_ID__c"], found["Upload_Status__c"], found["Views__c"]) == ("yt1", "published", 7)
    project = await crm.find("AI_Project__c", "AI_Film_Project_ID__c", project_id)
    assert (found["Contact__c"], found["AI_Project__c"]) == ((await crm.contact(user_id))["Id"], project["Id"])


async def test_one_channel_that_works_is_a_channel(crm: Crm) -> None:
    user_id = await crm.user()
    first, second = (Connection(id=str(new_id()), user_id=user_id) for _ in range(2))
    for channel, active in ((first, True), (second, True), (first, False)):
        await crm.hear(crm.collecting.follow_connection, channel, active=active)
    await crm.turn()
    assert (await crm.contact(user_id))["YouTube_Channel_Connected__c"] is True
    await crm.hear(crm.collecting.follow_connection, second, active=False)
    await crm.turn()
    assert (await crm.contact(user_id))["YouTube_Channel_Connected__c"] is False


async def test_what_has_not_changed_is_not_sent_again(crm: Crm) -> None:
    user_id = await crm.user()
    await crm.turn()
    before = (await crm.contact(user_id))["SystemModstamp"]
    await crm.hear(
        crm.collecting.follow_publication,
        Publication(id=str(new_id()), user_id=user_id, project_id="", state=Publication.STATE_QUEUED),
    )
    await crm.turn()
    assert (await crm.contact(user_id))["SystemModstamp"] == before


async def test_a_hundred_changes_of_one_record_are_one(crm: Crm) -> None:
    user_id = await crm.user()
    for balance in range(50):
        await crm.balance(user_id, balance)
    calls = (await crm.box.state("salesforce"))["calls"]
    await crm.turn()
    # two polls and one collection
    assert (await crm.box.state("salesforce"))["calls"] - calls == 3


async def test_a_refused_record_says_why_and_is_sent_again_when_it_changes(crm: Crm) -> None:
    user_id, other = await crm.user(), await crm.user()
    await crm.box.fault("salesforce", f"Contact/{user_id}", "error:FIELD_CUSTOM_VALIDATION_EXCEPTION")
    await crm.turn()
    status = await crm.status()
    assert (status.failed, status.synced) == (1, 1)
    assert status.failures[0].external_id == user_id
    assert "FIELD_CUSTOM_VALIDATION_EXCEPTION" in status.failures[0].error
    await crm.turn()
    assert (await crm.status()).failed == 1
    await crm.balance(user_id, 5)
    await crm.turn()
    assert (await crm.contact(user_id))["Credit_Balance__c"] == 5
    assert (await crm.status()).failed == 0
    assert await crm.contact(other)


async def test_a_locked_row_goes_through_a_little_later(crm: Crm) -> None:
    user_id = await crm.user()
    await crm.box.fault("salesforce", f"Contact/{user_id}", "error:UNABLE_TO_LOCK_ROW", 2)
    for _ in range(3):
        await crm.turn()
        crm.clock.advance(10)
    assert (await crm.status()).synced == 1
    assert await crm.contact(user_id)


async def test_a_child_waits_for_its_parent(crm: Crm) -> None:
    user_id = await crm.user()
    line = await crm.line(user_id, 3, 3)
    await crm.box.fault("salesforce", f"Contact/{user_id}", "error:UNABLE_TO_LOCK_ROW")
    await crm.turn()
    assert (await crm.record("AI_Credit__c", line)).attempts == 0
    crm.clock.advance(10)
    await crm.turn()
    assert await crm.find("AI_Credit__c", "AI_Film_Transaction_ID__c", line)


async def test_a_contact_that_somebody_deleted_is_made_again_before_its_lines(crm: Crm) -> None:
    user_id = await crm.user()
    await crm.turn()
    await crm.person("DELETE", f"/sobjects/Contact/{(await crm.contact(user_id))['Id']}")
    line = await crm.line(user_id, 3, 3)
    # the contact has nothing new to say: only its line shows that it is missing
    async with crm.database.work() as work:
        contact = await work.session.merge(await crm.record("Contact", user_id))
        contact.synced_hash, contact.state = contact.wanted_hash, "synced"
    for _ in range(3):
        await crm.turn()
        crm.clock.advance(10)
    assert (await crm.find("AI_Credit__c", "AI_Film_Transaction_ID__c", line))["Contact__c"]
    assert (await crm.contact(user_id))["HasOptedOutOfEmail"] is True


async def test_without_users_contacts_wait_and_what_hangs_on_known_ones_goes(crm: Crm) -> None:
    known = await crm.user()
    await crm.turn()
    unknown = await crm.user()
    line = await crm.line(known, 3, 3)
    crm.people.away = DependencyAway("users")
    with pytest.raises(DependencyAway, match="users"):
        await crm.turn()
    assert await crm.find("AI_Credit__c", "AI_Film_Transaction_ID__c", line)
    crm.people.away = None
    crm.clock.advance(60)
    await crm.turn()
    assert await crm.contact(unknown)


async def test_many_go_by_bulk_with_the_same_ends(open_crm: Opened) -> None:
    async with open_crm(bulk_from=20) as crm:
        users = [await crm.user() for _ in range(60)]
        lines = [await crm.line(user_id, 3, 3) for user_id in users]
        await crm.box.fault("salesforce", f"Contact/{users[0]}", "error:FIELD_CUSTOM_VALIDATION_EXCEPTION")
        await crm.box.fault("salesforce", f"Contact/{users[1]}", "error:UNABLE_TO_LOCK_ROW")
        await crm.turn()
        status = await crm.status()
        assert (status.failed, status.synced) == (1, 116)
        crm.clock.advance(10)
        await crm.turn()
        assert (await crm.status()).synced == 118
        there = {line["AI_Film_Transaction_ID__c"] for line in await crm.there("AI_Credit__c")}
        assert set(lines[1:]) <= there
        assert (await crm.contact(users[5]))["HasOptedOutOfEmail"] is True


async def test_a_record_that_changes_while_it_is_sent_stays_pending(crm: Crm) -> None:
    user_id = await crm.user()
    await crm.balance(user_id, 1)
    upsert = crm.sync.salesforce.upsert

    async def and_meanwhile(*sent: Any) -> list[Item]:
        answer = await upsert(*sent)
        crm.sync.salesforce.upsert = upsert  # type: ignore[method-assign]
        await crm.balance(user_id, 2)
        await crm.admin.pause()
        return answer

    crm.sync.salesforce.upsert = and_meanwhile  # type: ignore[method-assign]
    await crm.turn()
    assert (await crm.contact(user_id))["Credit_Balance__c"] == 1
    assert (await crm.status()).pending == 1
    await crm.admin.resume()
    await crm.turn()
    assert (await crm.contact(user_id))["Credit_Balance__c"] == 2


async def test_a_deleted_project_is_taken_away_and_comes_back_with_its_video(crm: Crm) -> None:
    user_id, project_id = await crm.user(), str(new_id())
    project = Project(id=project_id, user_id=user_id, title="The Kettle")
    video = Publication(id=str(new_id()), user_id=user_id, project_id=project_id, state=Publication.STATE_QUEUED)
    await crm.hear(crm.collecting.follow_project, project)
    await crm.hear(crm.collecting.follow_publication, video)
    await crm.turn()
    await crm.hear(crm.collecting.follow_project, project, deleted=True)
    await crm.turn()
    assert not [row for row in await crm.there("AI_Project__c") if row["AI_Film_Project_ID__c"] == project_id]
    await crm.hear(crm.collecting.follow_project, project)
    await crm.turn()
    back = await crm.find("AI_Project__c", "AI_Film_Project_ID__c", project_id)
    assert (await crm.find("YouTube_Integration__c", "AI_Film_Publication_ID__c", video.id))["AI_Project__c"] == back[
        "Id"
    ]


async def test_name_and_address_are_in_none_of_our_tables(crm: Crm) -> None:
    user_id = await crm.user("Xaverine Canary")
    await crm.box.fault("salesforce", f"Contact/{user_id}", "error:INVALID_EMAIL_ADDRESS")
    await crm.turn()
    async with crm.database.work() as work:
        for table in ("records", "control", "erasures", "outbox", "films", "support_grants"):
            rows = (await work.session.execute(text(f"SELECT to_jsonb(t)::text FROM {table} t"))).scalars().all()
            assert not [row for row in rows if "Canary" in row or "@example" in row]
