"""What a publication may do next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from filmstudio.youtube.v1.youtube_pb2 import PublicationSpec

from services.youtube.errors import PublicationState
from services.youtube.publication_events import publication_proto
from services.youtube.publication_models import CaptionState, Extra, Publication, Source, State
from services.youtube.spec import checked
from tests.support.films import a_film

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def begun(size: int = 1_000) -> Publication:
    spec = checked(PublicationSpec(title="Sailor", playlist="Voyages", captions=["en"]), NOW)
    return Publication.begin(UUID(int=7), a_film(size=size), spec, UUID(int=1), ("UC1", "Ann"), Source.ASKED, NOW)


def uploading(size: int = 1_000) -> Publication:
    row = begun(size)
    row.begin_session(NOW)
    row.open_session("https://upload", NOW)
    return row


def test_a_session_is_counted_before_it_is_begun() -> None:
    row = begun()
    row.begin_session(NOW)
    assert (row.sessions, row.begun_at, row.state) == (1, NOW, State.QUEUED)


def test_an_insert_that_youtube_did_not_take_counts_for_nothing() -> None:
    row = begun()
    row.begin_session(NOW)
    row.no_session()
    assert row.sessions == 0


def test_bytes_that_are_kept_end_a_row_of_failures() -> None:
    row = uploading()
    row.stumble(NOW, LATER)
    row.keep(500, "half")
    assert (row.failures, row.failing_since, row.uploaded_bytes, row.uploaded_sha256) == (0, None, 500, "half")


def test_a_lost_session_begins_anew() -> None:
    row = uploading()
    row.keep(500, "half")
    row.last_bytes = True
    row.lose_session()
    assert (row.session_url, row.uploaded_bytes, row.uploaded_sha256, row.last_bytes) == ("", 0, "", False)


@pytest.mark.parametrize("state", [State.QUEUED, State.WAITING_QUOTA, State.UPLOADING])
def test_until_the_last_bytes_it_can_be_canceled(state: State) -> None:
    row = begun()
    row.state = state
    row.require_cancelable()


@pytest.mark.parametrize("state", [State.PROCESSING, State.SCHEDULED, State.PUBLISHED, State.FAILED])
def test_afterwards_it_can_not(state: State) -> None:
    row = begun()
    row.state = state
    with pytest.raises(PublicationState):
        row.require_cancelable()


def test_with_the_last_bytes_on_their_way_it_can_not_be_canceled() -> None:
    row = uploading()
    row.last_bytes = True
    with pytest.raises(PublicationState, match="on its way"):
        row.require_cancelable()


def test_whoever_has_it_in_hand_loses_it_with_its_end() -> None:
    row = uploading()
    row.fence, row.leased_until = 4, LATER
    row.cancel(NOW)
    assert (row.fence, row.leased_until, row.session_url, row.next_at) == (5, None, "", None)


def test_what_failed_keeps_its_session_and_goes_on_with_it() -> None:
    row = uploading()
    row.keep(500, "half")
    row.fail("RECONNECT_NEEDED", "connect it again", NOW, retryable=True)
    row.revive(LATER)
    assert (row.state, row.session_url, row.uploaded_bytes) == (State.UPLOADING, "https://upload", 500)
    assert (row.error_code, row.finished_at, row.next_at) == ("", None, LATER)


def test_what_failed_with_a_video_is_watched_again() -> None:
    row = uploading()
    row.take_video("v1", "https://watch/v1", NOW)
    row.fail("RECONNECT_NEEDED", "connect it again", NOW, retryable=True)
    row.revive(LATER)
    assert (row.state, row.poll_at, row.extras_at) == (State.PROCESSING, LATER, LATER)


def test_a_video_is_watched_and_finished_at_once() -> None:
    row = uploading()
    row.take_video("v1", "https://watch/v1", NOW)
    assert (row.state, row.next_at, row.uploaded_bytes) == (State.PROCESSING, NOW, 1_000)


def test_somebody_sees_to_it_when_the_earlier_of_two_is_due() -> None:
    row = begun()
    row.poll_at, row.extras_at = LATER, NOW
    row.plan_next()
    assert row.next_at == NOW
    row.poll_at = row.extras_at = None
    row.plan_next()
    assert row.next_at is None


def test_a_wait_for_an_allowance_is_told_once() -> None:
    row = begun()
    assert row.wait_for_quota(LATER, NOW)
    assert not row.wait_for_quota(LATER, NOW)
    assert (row.state, row.eta_at, row.next_at) == (State.WAITING_QUOTA, LATER, LATER)


def test_an_upload_that_waits_for_units_is_still_an_upload() -> None:
    row = uploading()
    assert not row.wait_for_quota(LATER, NOW)
    assert (row.state, row.next_at) == (State.UPLOADING, LATER)


def test_what_is_let_go_says_what_is_missing() -> None:
    row = uploading()
    row.take_video("v1", "https://watch/v1", NOW)
    row.let_go("disconnected", NOW)
    assert [caption.state for caption in row.captions] == [CaptionState.FAILED]
    assert (row.playlist, row.warnings, row.next_at) == (Extra.FAILED, ["disconnected"], None)
    assert not row.unfinished()


def test_others_see_how_far_it_is_and_never_the_session() -> None:
    row = uploading()
    row.keep(250, "a quarter")
    row.warnings, row.finished_at, row.eta_at = [], None, None
    message = publication_proto(row)
    assert message.progress == 0.25
    assert "https://upload" not in str(message)


def test_when_it_will_be_uploaded_is_only_said_while_it_waits() -> None:
    row = begun()
    row.expect(LATER, today=False, now=NOW)
    assert publication_proto(row).HasField("eta_time")
    row.begin_session(NOW)
    row.open_session("https://upload", NOW)
    assert not publication_proto(row).HasField("eta_time")
