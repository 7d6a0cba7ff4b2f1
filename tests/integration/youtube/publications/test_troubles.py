"""Uploads when something goes wrong: at Google, at YouTube, in storage, in a process."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.youtube import publication_repository as repository
from services.youtube.leases import Lease, LeaseLost
from services.youtube.publication_models import CaptionState, Extra, State
from services.youtube.publishing import publishing
from services.youtube.settings import Settings
from tests.integration.youtube.publications.conftest import FILM, MIB, Press
from tests.support.films import film_bytes

UPLOADS = "PUT /api/upload/*"
INSERT = "POST /api/upload/youtube/v3/videos*"


async def test_a_lost_answer_to_the_last_bytes_makes_no_second_video(press: Press) -> None:
    await press.house.box.fault("youtube", INSERT, "status:503")
    await press.house.box.fault("youtube", UPLOADS, f"cut:{2 * MIB}")
    publication, inserts = await press.publish(await press.job(film_bytes(MIB, 1))), await press.inserts()
    await press.start()

    await press.until(publication, lambda row: row.state is State.PUBLISHED)
    assert len(await press.videos(publication)) == 1
    assert await press.inserts() == inserts + 1


async def test_a_finished_upload_whose_session_is_gone_is_found_by_its_marker(press: Press) -> None:
    publication, inserts = await press.publish(await press.job(film_bytes(MIB, 2))), await press.inserts()
    await press.house.box.fault("youtube", UPLOADS, f"cut:{2 * MIB}")
    # as often as it is asked before it would be given up
    await press.house.box.fault("youtube", UPLOADS, "status:404", times=4)
    await press.start()

    row = await press.until(publication, lambda row: row.state is State.PUBLISHED)
    (video,) = await press.videos(publication)
    assert video["id"] == row.video_id
    assert await press.inserts() == inserts + 1


async def test_a_lost_session_without_a_video_begins_one_more(press: Press) -> None:
    publication, inserts = await press.publish(), await press.inserts()
    await press.house.box.fault("youtube", UPLOADS, "lost_session")
    await press.start()

    row = await press.until(publication, lambda row: row.state is State.PUBLISHED)
    assert (row.sessions, await press.inserts() - inserts) == (2, 2)
    assert len(await press.videos(publication)) == 1


async def test_a_session_that_refuses_to_say_where_it_stands_is_given_up(press: Press) -> None:
    publication = await press.publish()
    await press.house.box.fault("youtube", UPLOADS, "status:400", times=5)
    await press.start()

    row = await press.until(publication, lambda row: row.state is State.PUBLISHED)
    assert row.sessions == 2
    assert len(await press.videos(publication)) == 1


async def test_youtube_away_for_a_while_counts_no_upload(press: Press) -> None:
    await press.house.box.fault("youtube", INSERT, "status:503", times=4)
    publication = await press.publish()
    await press.start()

    row = await press.until(publication, lambda row: row.state is State.PUBLISHED)
    ((used,),) = await press.house.sql("SELECT used FROM quota_uses WHERE bucket = 'inserts'")
    assert (used, row.sessions, row.failures) == (1, 1, 0)


async def test_metadata_that_youtube_refuses_ends_it_with_youtubes_words(press: Press) -> None:
    await press.house.box.fault("youtube", INSERT, "error:invalidTitle")
    publication = await press.publish()
    await press.start()

    row = await press.until(publication, lambda row: row.state is State.FAILED)
    assert (row.error_code, row.error_retryable) == ("REJECTED", False)
    assert row.error_message.startswith("YouTube refuses it: ")


async def test_a_refused_token_is_renewed_in_the_middle_of_an_upload(press: Press) -> None:
    await press.house.box.fault("youtube", UPLOADS, "status:401")
    publication = await press.publish()
    await press.start()

    row = await press.until(publication, lambda row: row.state is State.PUBLISHED)
    assert (row.sessions, press.house.times("POST /youtube/token")) == (1, 2)


async def test_a_revoked_grant_fails_it_and_a_new_one_lets_it_go_on_by_itself(press: Press) -> None:
    publication, inserts = await press.publish(), await press.inserts()
    await press.house.box.fault("youtube", UPLOADS, "late:0.3", times=-1)
    await press.start()
    await press.until(publication, lambda row: row.uploaded_bytes >= MIB)
    await press.house.access.lose(press.channel.id)
    failed = await press.until(publication, lambda row: row.state is State.FAILED)
    await press.house.box.clear_faults()
    again = await press.house.connect()
    row = await press.until(publication, lambda row: row.state is State.PUBLISHED)

    assert (failed.error_code, failed.error_retryable) == ("RECONNECT_NEEDED", True)
    assert again.id == press.channel.id
    assert (row.error_code, row.sessions, await press.inserts() - inserts) == ("", 1, 1)
    assert len(await press.videos(publication)) == 1


async def test_an_upload_goes_on_where_it_was_put_down(press: Press) -> None:
    await press.house.box.fault("youtube", UPLOADS, "late:0.3", times=-1)
    publication = await press.publish()
    await press.start()
    await press.until(publication, lambda row: row.uploaded_bytes >= MIB)
    await press.stop()
    put_down = await press.now(publication)
    await press.house.box.clear_faults()
    await press.start()
    row = await press.until(publication, lambda row: row.state is State.PUBLISHED)

    assert (put_down.state, put_down.leased_until) == (State.UPLOADING, None)
    assert row.sessions == 1


async def test_ai_jobs_away_is_waited_for(press: Press) -> None:
    publication = await press.publish()
    press.shelf.away = True
    await press.start()
    await press.until(publication, lambda row: row.failures > 1)
    press.shelf.away = False

    await press.until(publication, lambda row: row.state is State.PUBLISHED)


async def test_an_address_whose_time_is_over_is_asked_for_again(press: Press) -> None:
    press.shelf.url_lasts_s = 1
    await press.house.box.fault("youtube", UPLOADS, "late:0.6", times=4)
    publication = await press.publish(await press.job(languages=[]))
    await press.start()
    await press.until(publication, lambda row: row.state is State.PUBLISHED)

    # to make it, to read it, and after each second that an address lasts
    assert press.shelf.asked > 3
    assert (await press.videos(publication))[0]["size_bytes"] == len(FILM)


async def test_a_film_that_is_gone_ends_it(press: Press) -> None:
    job = await press.job()
    publication = await press.publish(job)
    del press.shelf.jobs[job.id]
    await press.start()

    row = await press.until(publication, lambda row: row.state is State.FAILED)
    assert (row.error_code, row.error_retryable) == ("FILM_GONE", False)


async def test_bytes_that_are_not_the_film_never_become_a_video(press: Press) -> None:
    job, other = await press.job(), await press.job(film_bytes(len(FILM), 99))
    publication = await press.publish(job)
    press.shelf.keys[job.id] = press.shelf.keys[other.id]
    await press.start()

    row = await press.until(publication, lambda row: row.state is State.FAILED)
    assert (row.error_code, row.sessions) == ("FILM_DAMAGED", 2)
    assert await press.videos(publication) == []


async def test_bytes_that_changed_since_they_were_sent_begin_anew(press: Press) -> None:
    job, other = await press.job(), await press.job(film_bytes(len(FILM), 99))
    right = press.shelf.keys[job.id]
    publication = await press.publish(job)
    press.shelf.keys[job.id] = press.shelf.keys[other.id]
    await press.house.box.fault("youtube", UPLOADS, "late:0.3", times=-1)
    await press.start()
    await press.until(publication, lambda row: row.uploaded_bytes >= MIB)
    await press.stop()
    await press.house.box.clear_faults()
    press.shelf.keys[job.id] = right
    await press.start()

    row = await press.until(publication, lambda row: row.state is State.PUBLISHED or row.error_code)
    assert (row.error_code, row.sessions) == ("", 2)
    (video,) = await press.videos(publication)
    assert video["sha256"] == row.film_sha256


async def test_what_another_has_claimed_meanwhile_is_not_kept(press: Press) -> None:
    publication, work = await press.publish(), press.house.database.work
    now = datetime.now(UTC)
    async with work() as one:
        first = await repository.claim(one.session, uploads=True, now=now, lease_s=0.0)
    await asyncio.sleep(0.01)
    async with work() as two:
        second = await repository.claim(two.session, uploads=True, now=now, lease_s=30.0)
    assert first is not None
    assert second == replace(first, fence=first.fence + 1)

    with pytest.raises(LeaseLost):
        await Lease(work, first, 30).read()
    assert (await Lease(work, second, 30).read()).id == publication.id


async def test_nobody_claims_what_is_in_another_process_hands(press: Press) -> None:
    await press.publish()
    async with press.house.database.work() as work:
        first = await repository.claim(work.session, uploads=True, now=datetime.now(UTC), lease_s=30.0)
    async with press.house.database.work() as work:
        second = await repository.claim(work.session, uploads=True, now=datetime.now(UTC), lease_s=30.0)

    assert first is not None
    assert second is None


async def test_two_processes_make_one_video_of_each_film(press: Press, youtube_url: str) -> None:
    settings = Settings(
        database_url=youtube_url, kafka_bootstrap_servers="-", redis_url="-", youtube_grpc_address="-",
        ai_jobs_grpc_address="-", filmstudio_url="-", youtube_api_url=press.house.box.environ["YOUTUBE_API_URL"],
        youtube_look_for_work_s=0.05, youtube_poll_first_s=0.1,
    )  # fmt: skip
    other = publishing(
        settings, press.house.database, press.house.another_process(), press.house.youtube, press.shelf, lambda _: None
    )
    inserts = await press.inserts()
    films = [await press.publish(await press.job(film_bytes(MIB, seed), languages=[])) for seed in range(6)]
    await press.start()
    for part in other.parts:
        await part.start()
    try:
        for film in films:
            await press.until(film, lambda row: row.state is State.PUBLISHED)
    finally:
        for part in reversed(other.parts):
            await part.stop()

    assert [len(await press.videos(film)) for film in films] == [1] * 6
    assert await press.inserts() == inserts + 6


async def test_a_thumbnail_that_youtube_refuses_is_a_warning(press: Press) -> None:
    await press.house.box.fault("youtube", "POST /api/upload/youtube/v3/thumbnails*", "error:forbidden")
    publication = await press.publish()
    await press.start()

    row = await press.until(publication, lambda row: row.state is State.PUBLISHED and not row.unfinished())
    assert row.thumbnail is Extra.FAILED
    assert [warning.partition(":")[0] for warning in row.warnings] == ["The thumbnail could not be set"]


async def test_a_thumbnail_of_more_than_two_megabytes_is_a_warning(press: Press) -> None:
    publication = await press.publish(await press.job(thumbnail=film_bytes(2 * MIB + 1, 3)))
    await press.start()

    row = await press.until(publication, lambda row: row.thumbnail is not Extra.WAITING)
    assert row.warnings == ["The thumbnail could not be set: the picture has more than 2 MB"]


async def test_a_playlist_that_does_not_exist_is_a_warning(press: Press) -> None:
    publication = await press.publish(playlist="PL0123456789abcdef")
    await press.start()

    row = await press.until(publication, lambda row: row.playlist is not Extra.WAITING)
    assert row.playlist is Extra.FAILED
    assert "there is no playlist" in row.warnings[0]


async def test_captions_whose_answer_was_lost_are_not_put_up_twice(press: Press) -> None:
    await press.house.box.fault("youtube", "POST /api/upload/youtube/v3/captions*", f"cut:{MIB}")
    publication = await press.publish(captions=["en"])
    await press.start()

    row = await press.until(publication, lambda row: row.captions[0].state is not CaptionState.WAITING)
    (video,) = await press.videos(publication)
    assert row.captions[0].state is CaptionState.UPLOADED
    assert [track["id"] for track in video["captions"]] == [row.captions[0].caption_id]


async def test_a_rejected_video_says_why(press: Press) -> None:
    publication = await press.publish()
    await press.start()
    row = await press.until(publication, lambda row: row.state is State.PUBLISHED and not row.unfinished())
    # as if YouTube had not been done with it, and the user took it down
    await press.house.sql(
        "UPDATE publications SET state = 'processing', poll_at = now(), next_at = now(), uploaded_at = now() - interval "
        "'1 hour' WHERE id = :id", id=row.id,
    )  # fmt: skip
    token = await press.house.access.token(press.channel.id)
    await press.house.youtube.http.delete(
        f"{press.house.box.environ['YOUTUBE_API_URL']}youtube/v3/videos?id={row.video_id}",
        headers={"authorization": f"Bearer {token}"},
    )

    row = await press.until(publication, lambda row: row.state is State.FAILED)
    assert row.error_code == "VIDEO_GONE"


async def test_neither_tokens_nor_sessions_are_in_logs_and_facts(
    press: Press, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await press.house.box.fault("youtube", UPLOADS, "cut:100000")
    await press.house.box.fault("youtube", UPLOADS, "status:500")
    publication = await press.publish()
    await press.start()
    session = (await press.until(publication, lambda row: row.session_url)).session_url
    await press.until(publication, lambda row: row.state is State.PUBLISHED)
    tokens = await press.house.tokens(press.channel.id)
    out, err = capfd.readouterr()
    told = out + err + str(await press.facts(publication)) + str(press.rung)

    assert "film uploaded" in told
    for secret in (session, tokens.access_token, tokens.refresh_token):
        assert secret
        assert secret not in told


async def test_progress_is_told_at_most_once_a_second(press: Press) -> None:
    publication = await press.publish()
    started = datetime.now(UTC)
    await press.start()
    await press.until(publication, lambda row: row.state is State.PUBLISHED)
    took = datetime.now(UTC) - started

    progress = [message for message in press.rung if message["type"] == "publication.progress"]
    # besides the beginning and the end of the upload
    assert len(progress) <= took / timedelta(seconds=1) + 3
