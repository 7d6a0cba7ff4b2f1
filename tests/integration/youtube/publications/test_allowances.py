"""The day's allowance: who goes today, who hears of tomorrow, and what Google's word changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.youtube.publication_models import CaptionState, Publication, State
from services.youtube.quota import next_midnight
from tests.integration.youtube.publications.conftest import MIB, Press
from tests.support.films import film_bytes

INSERT = "POST /api/upload/youtube/v3/videos*"


@pytest.fixture
async def settings_changes(request: pytest.FixtureRequest) -> dict[str, Any]:
    return dict(getattr(request, "param", {}))


def with_settings(**changes: Any) -> pytest.MarkDecorator:
    """The test's own settings."""
    return pytest.mark.parametrize("settings_changes", [changes], indirect=True, ids=["settings"])


async def small(press: Press, seed: int = 1, **more: Any) -> Publication:
    """A publication of a small film without anything beside it."""
    return await press.publish(await press.job(film_bytes(MIB, seed), languages=[], thumbnail=None), **more)


@with_settings(youtube_uploads_per_day=1)
async def test_what_the_day_has_no_room_for_hears_when_it_will_be_uploaded(press: Press) -> None:
    first = await small(press, 1)
    await press.start()
    await press.until(first, lambda row: row.state is State.PUBLISHED)
    second = await small(press, 2)

    row = await press.until(second, lambda row: row.state is State.WAITING_QUOTA)
    assert row.eta_at == next_midnight(datetime.now(UTC))
    assert (await press.facts(second))[-1][1].HasField("eta_time")
    assert (row.sessions, await press.videos(second)) == (0, [])


@with_settings(youtube_quota_wait_most_s=0.5)
async def test_googles_word_on_the_allowance_overrules_our_count(press: Press) -> None:
    await press.house.box.fault("youtube", INSERT, "error:quotaExceeded")
    publication = await small(press)
    await press.start()
    waiting = await press.until(publication, lambda row: row.state is State.WAITING_QUOTA)
    row = await press.until(publication, lambda row: row.state is State.PUBLISHED)

    assert waiting.eta_at is not None
    assert (row.sessions, row.error_code) == (1, "")


@with_settings(youtube_channel_wait_s=3600)
async def test_a_channel_that_youtube_takes_no_more_for_keeps_no_other_waiting(press: Press) -> None:
    await press.house.box.fault("youtube", INSERT, "error:uploadLimitExceeded")
    full = await small(press, 1)
    await press.start()
    waiting = await press.until(full, lambda row: row.state is State.WAITING_QUOTA)
    other = await press.house.connect(channel=2)
    press.channel = other
    free = await small(press, 2)

    await press.until(free, lambda row: row.state is State.PUBLISHED)
    assert waiting.eta_at is not None
    assert waiting.eta_at > datetime.now(UTC) + timedelta(minutes=50)
    assert (await press.now(full)).state is State.WAITING_QUOTA


@with_settings(youtube_uploads_at_once=1)
async def test_users_take_turns_whoever_came_with_more(press: Press) -> None:
    busy = [await small(press, seed) for seed in range(4)]
    late_user = str(uuid4())
    channel = await press.house.connect(late_user)
    press.house.user, press.channel = late_user, channel
    late = await small(press, 9)
    await press.start()
    await press.until(late, lambda row: row.state is State.PUBLISHED)
    for film in busy:
        await press.until(film, lambda row: row.state is State.PUBLISHED)

    begun = sorted(
        [*[await press.now(film) for film in busy], await press.now(late)], key=lambda row: row.begun_at or 0
    )
    assert [row.id for row in begun].index(late.id) == 1


@with_settings(youtube_units_per_day=1_500, youtube_units_kept_for_uploads=1_000)
async def test_captions_leave_units_for_uploads(press: Press) -> None:
    publication = await press.publish(captions=["en", "hi"])
    await press.start()
    soon = datetime.now(UTC) + timedelta(minutes=1)
    row = await press.until(
        publication, lambda row: row.state is State.PUBLISHED and row.extras_at and row.extras_at > soon
    )

    states = [caption.state for caption in row.captions]
    assert states.count(CaptionState.WAITING) >= 1
    assert row.extras_at == row.next_at == next_midnight(datetime.now(UTC))
    assert row.warnings == []


async def test_views_and_likes_are_asked_for_when_they_are_due(press: Press) -> None:
    publication = await small(press)
    await press.start()
    row = await press.until(publication, lambda row: row.state is State.PUBLISHED)
    assert row.statistics_due_at is not None
    assert row.statistics_due_at > datetime.now(UTC) + timedelta(hours=23)
    await press.house.sql("UPDATE publications SET statistics_due_at = now() WHERE id = :id", id=row.id)
    await press.stop()
    await press.start()

    row = await press.until(publication, lambda row: row.statistics_at)
    assert row.views > 0
    name, told = (await press.facts(publication))[-1]
    assert (name, told.views) == ("PublicationUpdated", row.views)
