"""Publications as users and jobs ask for them, and as they end."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from filmstudio.ai_jobs.v1 import jobs_pb2
from filmstudio.youtube.v1.youtube_pb2 import CreatePublicationRequest, PublicationSpec
from google.protobuf.timestamp_pb2 import Timestamp

from services.kit.clock import utc_now
from services.kit.errors import IdempotencyKeyReused, Invalid, NotFound
from services.youtube import departed
from services.youtube import publication_repository as repository
from services.youtube.errors import JobState, PublicationState, ReconnectNeeded
from services.youtube.publication_models import Publication, Source, State
from tests.integration.youtube.publications.conftest import Press
from tests.support.eventually import eventually_async


async def the_only(press: Press) -> Publication:
    rows, _ = await press.publications.page(press.user, "", "", 0, "")
    assert len(rows) == 1
    return rows[0]


async def wishing(press: Press, **said: object) -> jobs_pb2.Job:
    """A job whose options say where to publish its film."""
    job = await press.job()
    job.publish.CopyFrom(jobs_pb2.PublishOptions(**{"connection_id": str(press.channel.id), **said}))
    return job


async def test_the_same_request_makes_one_publication(press: Press) -> None:
    job = await press.job()
    first = await press.publish(job, request_id="r1", title="Sailor")
    again = await press.publish(job, request_id="r1", title="Sailor")

    assert first.id == again.id
    assert (await the_only(press)).id == first.id


async def test_another_request_under_the_same_id_is_refused(press: Press) -> None:
    job = await press.job()
    await press.publish(job, request_id="r1", title="Sailor")

    with pytest.raises(IdempotencyKeyReused):
        await press.publish(job, request_id="r1", title="Cat")


async def test_a_refused_request_can_be_made_again(press: Press) -> None:
    job = await press.job()
    with pytest.raises(Invalid):
        await press.publish(job, request_id="r1", captions=["fr"])

    assert (await press.publish(job, request_id="r1", captions=["en"])).state is State.QUEUED


async def test_a_film_on_its_way_to_a_channel_is_not_sent_there_twice(press: Press) -> None:
    job = await press.job()
    first = await press.publish(job)

    with pytest.raises(PublicationState) as refused:
        await press.publish(job)
    assert refused.value.metadata["publication_id"] == str(first.id)

    await press.publications.cancel(press.user, str(first.id))
    assert (await press.publish(job)).id != first.id


async def test_somebody_elses_job_connection_and_publication_are_not_there(press: Press) -> None:
    job, stranger = await press.job(), str(uuid4())
    mine = await press.publish(job)
    request = CreatePublicationRequest(job_id=job.id, spec=PublicationSpec(connection_id=str(press.channel.id)))

    with pytest.raises(NotFound):
        await press.publications.create(stranger, request)
    with pytest.raises(NotFound):
        await press.publications.get(stranger, str(mine.id))
    with pytest.raises(NotFound):
        await press.publications.cancel(stranger, str(mine.id))
    with pytest.raises(NotFound):
        await press.publications.check(stranger, request.spec)
    # whatever is said of it
    request.spec.title = "<wrong>"
    with pytest.raises(NotFound):
        await press.publications.create(stranger, request)
    with pytest.raises(NotFound):
        await press.publications.check(stranger, request.spec)
    request.job_id = str(uuid4())
    with pytest.raises(NotFound):
        await press.publications.create(press.user, request)


async def test_a_wrong_word_comes_before_a_film_or_a_channel_that_is_not_ready(press: Press) -> None:
    job = await press.job()
    press.shelf.jobs[job.id].status = jobs_pb2.JOB_STATUS_RUNNING
    with pytest.raises(Invalid):
        await press.publish(job, title="<wrong>")
    await press.house.access.lose(press.channel.id)
    with pytest.raises(Invalid):
        await press.publications.check(
            press.user, PublicationSpec(connection_id=str(press.channel.id), title="<wrong>")
        )


async def test_a_request_repeated_when_its_time_has_come_gets_the_same_publication(
    press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, time = await press.job(), Timestamp()
    time.FromDatetime(utc_now() + timedelta(hours=1))
    first = await press.publish(job, request_id="r1", publish_time=time)
    monkeypatch.setattr(press.publications, "_now", lambda: utc_now() + timedelta(hours=2))
    assert (await press.publish(job, request_id="r1", publish_time=time)).id == first.id
    with pytest.raises(Invalid):
        await press.publish(job, request_id="r2", publish_time=time)


async def test_a_job_without_a_film_has_nothing_to_publish(press: Press) -> None:
    job = await press.job()
    press.shelf.jobs[job.id].status = jobs_pb2.JOB_STATUS_FAILED

    with pytest.raises(JobState, match="it is failed"):
        await press.publish(job)


async def test_a_channel_that_has_to_be_connected_again_takes_nothing(press: Press) -> None:
    await press.house.access.lose(press.channel.id)

    with pytest.raises(ReconnectNeeded):
        await press.publish()
    with pytest.raises(ReconnectNeeded):
        await press.publications.check(press.user, PublicationSpec(connection_id=str(press.channel.id)))


async def test_lists_are_by_job_project_and_page(press: Press) -> None:
    jobs = [await press.job() for _ in range(3)]
    rows = [await press.publish(job) for job in jobs]

    page, token = await press.publications.page(press.user, "", "", 2, "")
    rest, end = await press.publications.page(press.user, "", "", 2, token)
    of_job, _ = await press.publications.page(press.user, jobs[1].id, "", 0, "")
    of_project, _ = await press.publications.page(press.user, "", jobs[2].project_id, 0, "")

    assert [row.id for row in (*page, *rest)] == [row.id for row in reversed(rows)]
    assert end == ""
    assert [row.id for row in of_job] == [rows[1].id]
    assert [row.id for row in of_project] == [rows[2].id]


async def test_a_jobs_own_wish_is_followed_once_however_often_it_is_told(press: Press) -> None:
    job, event = await wishing(press, title="Sailor", privacy="unlisted"), uuid4()
    await press.publications.publish_film(event, job)
    await press.publications.publish_film(event, job)
    await press.publications.publish_film(uuid4(), job)

    row = await the_only(press)
    assert (row.source, row.state, row.said().title, row.said().privacy) == (
        Source.JOB, State.QUEUED, "Sailor", "unlisted",
    )  # fmt: skip
    assert [caption.language for caption in row.captions] == ["en", "hi"]


async def test_a_job_without_a_wish_is_none_of_our_business(press: Press) -> None:
    await press.publications.publish_film(uuid4(), await press.job())

    assert (await press.publications.page(press.user, "", "", 0, ""))[0] == []


async def test_a_wish_for_a_channel_that_is_gone_fails_where_its_user_sees_it(press: Press) -> None:
    await press.publications.publish_film(uuid4(), await wishing(press, connection_id=str(uuid4())))

    row = await the_only(press)
    assert (row.state, row.error_code, row.connection_id) == (State.FAILED, "CONNECTION_MISSING", None)
    assert [name for name, _ in await press.facts(row)][-1] == "PublicationFailed"


async def test_a_wish_that_youtube_would_refuse_fails_where_its_user_sees_it(press: Press) -> None:
    await press.publications.publish_film(uuid4(), await wishing(press, captions=["fr"]))

    row = await the_only(press)
    assert (row.state, row.error_code) == (State.FAILED, "INVALID")
    assert "captions.0" in row.error_message


@pytest.mark.parametrize("said", [{"captions": ["en", "en"]}, {"description": "a\0b"}, {"connection_id": "\0"}])
async def test_a_wish_that_nobody_has_checked_is_no_reason_for_a_dead_letter(
    press: Press, said: dict[str, Any]
) -> None:
    await press.publications.publish_film(uuid4(), await wishing(press, **said))

    row = await the_only(press)
    assert (row.state, row.captions) == (State.FAILED, [])


async def test_a_film_of_a_user_who_is_gone_leaves_nothing(press: Press) -> None:
    job, asked = await wishing(press), await press.job()
    await press.house.connections.erase_user(uuid4(), press.user)
    await press.publications.publish_film(uuid4(), job)
    with pytest.raises(NotFound):
        await press.publish(asked)

    assert await press.house.sql("SELECT id FROM publications WHERE user_id = :user", user=press.user) == []


async def test_what_is_heard_of_a_user_in_the_moment_they_go_leaves_nothing(press: Press) -> None:
    waits = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    job = await wishing(press)
    async with press.house.database.work() as work:
        await departed.note(work, press.user, datetime.now(UTC))
        await repository.erase_user(work.session, press.user)
        heard = asyncio.create_task(press.publications.publish_film(uuid4(), job))

        async def waits_or_is_done() -> bool:
            return heard.done() or bool(await press.house.sql(waits))

        await eventually_async(waits_or_is_done)
    await heard
    assert await press.house.sql("SELECT id FROM publications WHERE user_id = :user", user=press.user) == []


async def test_a_time_that_is_over_when_the_film_is_there_means_at_once(press: Press) -> None:
    job = await wishing(press)
    job.publish.publish_time.FromJsonString("2026-01-01T00:00:00Z")
    await press.publications.publish_film(uuid4(), job)
    await press.start()

    row = await press.until(await the_only(press), lambda row: row.state is State.PUBLISHED)
    assert row.privacy_status == "public"


async def test_what_is_canceled_stays_so_and_is_not_uploaded(press: Press) -> None:
    publication, inserts = await press.publish(), await press.inserts()
    await press.publications.cancel(press.user, str(publication.id))
    again = await press.publications.cancel(press.user, str(publication.id))
    await press.start()
    other = await press.publish()
    await press.until(other, lambda row: row.state is State.PUBLISHED)

    assert again.state is State.CANCELED
    assert (await press.now(publication)).state is State.CANCELED
    assert await press.inserts() == inserts + 1
    assert [name for name, _ in await press.facts(publication)] == ["PublicationUpdated", "PublicationCanceled"]


async def test_an_upload_is_stopped_by_its_cancellation(press: Press) -> None:
    await press.house.box.fault("youtube", "PUT /api/upload/*", "late:0.5", times=-1)
    publication = await press.publish()
    await press.start()
    await press.until(publication, lambda row: row.uploaded_bytes > 0)
    await press.publications.cancel(press.user, str(publication.id))
    await press.house.box.clear_faults()
    other = await press.publish()
    await press.until(other, lambda row: row.state is State.PUBLISHED)

    row = await press.now(publication)
    assert (row.state, row.session_url, row.video_id) == (State.CANCELED, "", "")
    assert await press.videos(publication) == []


async def test_a_deleted_users_publications_are_canceled_told_and_gone(press: Press) -> None:
    waiting = await press.publish()
    await press.house.connections.erase_user(uuid4(), press.user)

    assert await press.house.sql("SELECT id FROM publications WHERE user_id = :user", user=press.user) == []
    assert [name for name, _ in await press.facts(waiting)][-1] == "PublicationCanceled"


async def test_a_disconnected_channels_films_are_canceled(press: Press) -> None:
    publication = await press.publish()
    await press.house.connections.disconnect(press.user, str(press.channel.id), "")

    assert (await press.now(publication)).state is State.CANCELED


async def test_a_film_that_is_canceled_while_it_is_being_claimed_is_nobodys(press: Press) -> None:
    publication = await press.publish()
    waits = "SELECT 1 FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted"

    async def claimed() -> object:
        async with press.house.database.work() as work:
            return await repository.claim(work.session, uploads=True, now=datetime.now(UTC), lease_s=30)

    async with press.house.database.work() as work:
        row = await repository.publication(work.session, press.user, publication.id, locked=True)
        assert row is not None
        row.cancel(datetime.now(UTC))
        await work.session.flush()
        claiming = asyncio.create_task(claimed())

        async def waits_or_is_done() -> bool:
            return claiming.done() or bool(await press.house.sql(waits))

        await eventually_async(waits_or_is_done)
    assert await claiming is None
    assert (await press.now(publication)).leased_until is None
