"""What may be said of a film on YouTube."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from filmstudio.youtube.v1.youtube_pb2 import PublicationSpec

from services.kit.errors import Invalid
from services.youtube.spec import MARKER_CHARS, checked, for_film, marker, tags_chars

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def said(**values: Any) -> PublicationSpec:
    return checked(PublicationSpec(**values), NOW)


def test_what_is_not_said_has_its_default() -> None:
    spec = said(title="Sailor")
    assert (spec.category, spec.privacy, spec.contains_synthetic_media) == ("1", "private", True)


def test_that_a_film_is_not_synthetic_can_be_said() -> None:
    assert said(contains_synthetic_media=False).contains_synthetic_media is False


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": "x" * 101}, "title"),
        ({"title": "a <b>"}, "title"),
        ({"title": "a\0b"}, "title"),
        ({"description": "ü" * 2_501}, "description"),
        ({"description": "a > b"}, "description"),
        ({"tags": ["a,b"]}, "tags.0"),
        ({"tags": ["a", ""]}, "tags.1"),
        ({"tags": ["x" * 453]}, "tags"),
        ({"category": "film"}, "category"),
        ({"privacy": "secret"}, "privacy"),
        ({"privacy": "public", "publish_time": NOW + timedelta(days=1)}, "privacy"),
        ({"publish_time": NOW}, "publish_at"),
        ({"playlist": "x" * 151}, "playlist"),
        ({"playlist": "<"}, "playlist"),
        ({"captions": ["en", "en"]}, "captions.1"),
        ({"captions": ["English!"]}, "captions.0"),
        ({"default_language": "e"}, "default_language"),
    ],
)
def test_what_youtube_would_refuse_is_refused_here(values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        said(**values)
    assert refused.value.metadata["field"] == field


def test_limits_themselves_are_taken() -> None:
    spec = said(
        title="x" * 100, description="x" * 5_000, tags=["x" * (500 - MARKER_CHARS)], playlist="x" * 150,
        publish_time=NOW + timedelta(seconds=1),
    )  # fmt: skip
    assert len(spec.title) == 100


def test_tags_are_counted_with_commas_and_quotation_marks() -> None:
    assert tags_chars([]) == 0
    assert tags_chars(["abc"]) == 3
    assert tags_chars(["abc", "two words"]) == 3 + 1 + 11


def test_the_marker_fits_beside_the_longest_tags() -> None:
    tags = [*said(tags=["x" * (500 - MARKER_CHARS)]).tags, marker(uuid4())]
    assert tags_chars(tags) == 500


def test_a_film_without_a_title_takes_its_projects() -> None:
    assert for_film(said(), "Sailor <and> cat", "en", []).title == "Sailor and cat"
    assert for_film(said(), "x" * 200, "en", []).title == "x" * 100
    assert for_film(said(), "<>", "en", []).title == "Untitled"


def test_without_a_wish_all_subtitles_become_captions() -> None:
    assert list(for_film(said(), "t", "en", ["en", "hi"]).captions) == ["en", "hi"]
    assert list(for_film(said(captions=["hi"]), "t", "en", ["en", "hi"]).captions) == ["hi"]


def test_captions_that_the_film_does_not_have_are_refused() -> None:
    with pytest.raises(Invalid, match="it has en"):
        for_film(said(captions=["fr"]), "t", "en", ["en"])


def test_the_language_is_the_films_unless_it_is_said() -> None:
    assert for_film(said(), "t", "hi", []).default_language == "hi"
    assert for_film(said(default_language="pt-BR"), "t", "hi", []).default_language == "pt-BR"
