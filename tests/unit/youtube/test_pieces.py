"""The smaller pieces of publishing: prefixes, captions, errors, retries, the body of an upload."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from filmstudio.youtube.v1.youtube_pb2 import PublicationSpec

from services.kit.errors import DependencyAway
from services.youtube import captions, youtube_errors
from services.youtube.jobs_client import Film, FilmFile, Reader
from services.youtube.prefix import Prefix
from services.youtube.publication_models import Publication, Source
from services.youtube.spec import checked
from services.youtube.stumbling import Retries
from services.youtube.video_body import video_body
from services.youtube.youtube_errors import (
    ChannelUsedUp,
    DayUsedUp,
    NotAllowed,
    Refused,
    Unauthorized,
    YouTubeAway,
    error_of,
)
from tests.support.films import a_film

NOW = datetime(2026, 3, 1, tzinfo=UTC)
BYTES = bytes(range(256)) * 10


def test_a_prefix_is_the_sha256_of_what_was_added() -> None:
    prefix = Prefix()
    prefix.add(0, BYTES[:100])
    prefix.add(100, BYTES[100:])
    assert prefix.digest() == hashlib.sha256(BYTES).hexdigest()


def test_bytes_that_come_again_are_passed_over() -> None:
    prefix = Prefix()
    for begin, end in ((0, 100), (50, 120), (0, 60), (120, len(BYTES))):
        prefix.add(begin, BYTES[begin:end])
    assert (prefix.digest(), prefix.length) == (hashlib.sha256(BYTES).hexdigest(), len(BYTES))


def test_a_prefix_has_no_gaps() -> None:
    with pytest.raises(ValueError, match="0 are known"):
        Prefix().add(1, b"x")


def test_of_a_shorter_prefix_nothing_is_known() -> None:
    prefix = Prefix()
    prefix.add(0, BYTES)
    assert prefix.digest_at(10) == ""
    assert prefix.digest_at(len(BYTES)) == prefix.digest()


def subtitles(language: str, format_: str) -> FilmFile:
    return FilmFile("subtitles", "text/plain", 10, "0", language, format_)


def test_captions_are_there_once_a_language_in_the_best_format() -> None:
    files = [subtitles("en", "vtt"), subtitles("en", "srt"), subtitles("hi", "vtt"), subtitles("ta", "ass")]
    assert captions.languages(files) == ["en", "hi"]
    best = captions.best_of(files, "en")
    assert best is not None
    assert best.format == "srt"
    assert captions.best_of(files, "ta") is None


def test_a_track_is_named_in_its_own_language() -> None:
    assert (captions.name_of("hi"), captions.name_of("pt-BR"), captions.name_of("tlh")) == (
        "हिन्दी",
        "Português",
        "tlh",
    )


def google_says(status: int, reason: str, message: str = "a message") -> Exception:
    content = json.dumps({"error": {"message": message, "errors": [{"reason": reason}]}}).encode()
    return error_of(status, {}, content)


@pytest.mark.parametrize(
    ("status", "reason", "kind"),
    [
        (401, "authError", Unauthorized),
        (403, "quotaExceeded", DayUsedUp),
        (403, "dailyLimitExceeded", DayUsedUp),
        (400, "uploadLimitExceeded", ChannelUsedUp),
        (403, "rateLimitExceeded", YouTubeAway),
        (429, "", YouTubeAway),
        (503, "backendError", YouTubeAway),
        (403, "insufficientPermissions", NotAllowed),
        (400, "invalidTitle", Refused),
        (404, "videoNotFound", Refused),
    ],
)
def test_an_answer_is_sorted_by_what_is_to_be_done(status: int, reason: str, kind: type[Exception]) -> None:
    assert type(google_says(status, reason)) is kind


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b'{"error": "x"}', b'{"error": {"errors": []}}'])
def test_an_answer_of_another_shape_is_sorted_by_its_status(content: bytes) -> None:
    assert type(error_of(400, {}, content)) is Refused
    assert type(error_of(500, {}, content)) is YouTubeAway


def test_a_message_of_youtubes_is_cut_short() -> None:
    error = google_says(400, "invalidTitle", "x" * 5_000)
    assert isinstance(error, Refused)
    assert len(error.message) == youtube_errors.MAX_MESSAGE_CHARS


def test_retry_after_is_heard() -> None:
    error = error_of(503, {"retry-after": "7"}, b"")
    assert isinstance(error, YouTubeAway)
    assert error.retry_after_s == 7


def test_pauses_grow_to_a_limit_and_are_never_shorter_than_asked_for() -> None:
    retries = Retries(first_s=2, most_s=60, give_up_after_s=0)
    assert timedelta(seconds=1) <= retries.pause(0, None) <= timedelta(seconds=2)
    assert timedelta(seconds=30) <= retries.pause(1_000, None) <= timedelta(seconds=60)
    assert retries.pause(0, 40) == timedelta(seconds=40)
    assert retries.pause(0, 10_000) <= timedelta(seconds=60)


def publication(**said: Any) -> Publication:
    spec = checked(PublicationSpec(title="Sailor", default_language="hi", **said), NOW)
    return Publication.begin(UUID(int=7), a_film(), spec, UUID(int=1), ("UC1", "Ann"), Source.ASKED, NOW)


def test_a_video_bears_its_marker_as_the_last_tag() -> None:
    body = video_body(publication(tags=["sea"]), NOW)
    assert body["snippet"]["tags"] == ["sea", f"filmstudio-{UUID(int=7)}"]


def test_a_film_for_later_is_private_until_then() -> None:
    body = video_body(publication(publish_time=NOW + timedelta(days=1)), NOW)
    assert body["status"]["privacyStatus"] == "private"
    assert body["status"]["publishAt"] == "2026-03-02T00:00:00.000Z"


def test_a_film_that_is_there_too_late_is_public_at_once() -> None:
    body = video_body(publication(publish_time=NOW + timedelta(days=1)), NOW + timedelta(days=2))
    assert body["status"]["privacyStatus"] == "public"
    assert "publishAt" not in body["status"]


async def test_a_storage_that_gives_a_byte_now_and_then_is_away() -> None:
    class Jobs:
        async def film(self, user_id: str, job_id: str) -> Film:
            return a_film()

    async def drip() -> AsyncIterator[bytes]:
        while True:
            yield b"."
            await asyncio.sleep(0.02)

    transport = httpx.MockTransport(lambda _: httpx.Response(206, content=drip()))
    async with httpx.AsyncClient(transport=transport, base_url="http://s3") as http:
        reader = Reader(http, Jobs(), "ada", "j", read_s=0.2)
        with pytest.raises(DependencyAway, match="TimeoutError"):
            await reader.read(lambda film: film.film, 0, 1000)
