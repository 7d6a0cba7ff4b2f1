"""A film's way to YouTube, from the wish to the watched video."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from services.youtube.publication_models import CaptionState, Extra, State
from tests.integration.youtube.publications.conftest import FILM, Press
from tests.support.films import JPEG


async def test_a_film_is_uploaded_with_everything_that_was_said_of_it(press: Press) -> None:
    job = await press.job()
    publication = await press.publish(
        job, title="Sailor", description="A film.", tags=["sea", "two words"], privacy="unlisted", playlist="Voyages",
        made_for_kids=True,
    )  # fmt: skip
    await press.start()

    row = await press.until(publication, lambda row: row.state is State.PUBLISHED and not row.unfinished())
    (video,) = await press.videos(publication)

    assert video["sha256"] == hashlib.sha256(FILM).hexdigest() == row.film_sha256
    assert (row.video_id, row.privacy_status, row.uploaded_bytes) == (video["id"], "unlisted", len(FILM))
    assert row.url.endswith(video["id"])
    assert video["title"] == "Sailor"
    assert video["description"] == "A film.\n\n0:00 The harbour\n0:20 A storm\n0:41 Home"
    assert video["tags"][:2] == ["sea", "two words"]
    assert (video["made_for_kids"], video["contains_synthetic_media"]) == (True, True)
    assert video["thumbnail_sha256"] == hashlib.sha256(JPEG).hexdigest()
    assert sorted(track["language"] for track in video["captions"]) == ["en", "hi"]
    assert video["playlist_ids"] == [row.playlist_id]
    assert [caption.state for caption in row.captions] == [CaptionState.UPLOADED] * 2
    assert (row.thumbnail, row.playlist, row.warnings, row.sessions) == (Extra.DONE, Extra.DONE, [], 1)
    names = [name for name, _ in await press.facts(publication)]
    assert names.count("PublicationSucceeded") == 1
    assert {message["type"] for message in press.rung} == {"publication.progress", "publication.done"}


async def test_a_second_film_goes_into_the_same_playlist(press: Press) -> None:
    await press.start()
    films = [await press.publish(playlist="Voyages") for _ in range(2)]
    rows = [await press.until(film, lambda row: row.playlist is Extra.DONE) for film in films]

    assert rows[0].playlist_id == rows[1].playlist_id


async def test_a_film_for_later_is_scheduled_and_private_until_then(press: Press) -> None:
    at = datetime.now(UTC) + timedelta(hours=3)
    publication = await press.publish(publish_time=at)
    await press.start()

    row = await press.until(publication, lambda row: row.state is State.SCHEDULED)
    (video,) = await press.videos(publication)

    assert row.privacy_status == video["privacy_status"] == "private"
    assert video["publish_at"].startswith(f"{at:%Y-%m-%dT%H:%M:%S}")
    assert row.poll_at is not None
    assert row.poll_at > at


async def test_a_film_for_the_end_of_all_times_is_scheduled_too(press: Press) -> None:
    publication = await press.publish(publish_time=datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))
    await press.start()
    await press.until(publication, lambda row: row.state is State.SCHEDULED)


async def test_a_film_that_youtube_keeps_private_says_so(press: Press) -> None:
    await press.house.box.fault("youtube", "POST*videos*", "private_lock")
    publication = await press.publish(privacy="public")
    await press.start()

    row = await press.until(publication, lambda row: row.state is State.PUBLISHED)

    assert row.locked_private
    assert row.privacy_status == "private"
    assert "audit" in row.notice
