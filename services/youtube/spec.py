"""What may be said of a film on YouTube: a publication's spec, checked and completed at the door.

Limits: https://developers.google.com/youtube/v3/docs/videos#resource (snippet.title, .description, .tags, status.publishAt).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID

from filmstudio.youtube.v1.youtube_pb2 import PublicationSpec

from services.kit.errors import Invalid
from services.youtube.chapters import MAX_DESCRIPTION_BYTES

MAX_TITLE_CHARS = 100
MAX_TAGS_CHARS = 500
MAX_PLAYLIST_CHARS = 150
FILM_AND_ANIMATION = "1"
PRIVACIES = ("private", "unlisted", "public")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_CATEGORY = re.compile(r"[0-9]{1,3}")


def marker(publication_id: UUID) -> str:
    """The tag by which a publication's video is found again, should its upload's answer get lost."""
    return f"filmstudio-{publication_id}"


# with the comma before it
MARKER_CHARS = len(marker(UUID(int=0))) + 1


def tags_chars(tags: Collection[str]) -> int:
    """The tags' length as YouTube counts: with commas between them, and quotation marks around those with a space."""
    return sum(len(tag) + (2 if " " in tag else 0) for tag in tags) + max(len(tags) - 1, 0)


def checked(spec: PublicationSpec, now: datetime) -> PublicationSpec:
    """The spec with its plain defaults put in. Invalid names the field."""
    done = PublicationSpec()
    done.CopyFrom(spec)
    done.title = spec.title.strip()
    _text(done.title, "title")
    if len(done.title) > MAX_TITLE_CHARS:
        raise Invalid(f"a title has at most {MAX_TITLE_CHARS} characters", field="title")
    _text(spec.description, "description", lines=True)
    if len(spec.description.encode()) > MAX_DESCRIPTION_BYTES:
        raise Invalid(f"a description has at most {MAX_DESCRIPTION_BYTES} bytes", field="description")
    del done.tags[:]
    done.tags.extend(_tags(spec.tags))
    done.category = spec.category or FILM_AND_ANIMATION
    if not _CATEGORY.fullmatch(done.category):
        raise Invalid("a category is YouTube's number of it, such as 1 for film and animation", field="category")
    done.privacy = spec.privacy or PRIVACIES[0]
    if done.privacy not in PRIVACIES:
        raise Invalid(f"privacy is one of {', '.join(PRIVACIES)}", field="privacy")
    _check_publish_time(done, now)
    if not spec.HasField("contains_synthetic_media"):
        done.contains_synthetic_media = True
    done.playlist = spec.playlist.strip()
    _text(done.playlist, "playlist")
    if len(done.playlist) > MAX_PLAYLIST_CHARS:
        raise Invalid(f"a playlist's title has at most {MAX_PLAYLIST_CHARS} characters", field="playlist")
    for index, language in enumerate(spec.captions):
        _check_language(language, f"captions.{index}")
        if language in spec.captions[:index]:
            raise Invalid(f"{language} is named twice", field=f"captions.{index}")
    if spec.default_language:
        _check_language(spec.default_language, "default_language")
    return done


def for_film(spec: PublicationSpec, project_title: str, language: str, subtitles: Collection[str]) -> PublicationSpec:
    """A checked spec with what the film says put in: its title, its language, its subtitles. Invalid for other captions."""
    done = PublicationSpec()
    done.CopyFrom(spec)
    if not done.title:
        title = "".join(character for character in project_title if character not in "<>" and character.isprintable())
        done.title = title.strip()[:MAX_TITLE_CHARS].strip() or "Untitled"
    done.default_language = spec.default_language or language
    for index, wanted in enumerate(spec.captions):
        if wanted not in subtitles:
            offered = ", ".join(subtitles) or "none"
            raise Invalid(f"the film has no subtitles in {wanted}; it has {offered}", field=f"captions.{index}")
    if not spec.captions:
        done.captions.extend(subtitles)
    return done


def _check_publish_time(spec: PublicationSpec, now: datetime) -> None:
    if not spec.HasField("publish_time"):
        return
    if spec.privacy != "private":
        raise Invalid(
            "a film that is published later is private until then: privacy has to be private", field="privacy"
        )
    if spec.publish_time.ToDatetime(tzinfo=UTC) <= now:
        raise Invalid("the time to publish at has to be in the future", field="publish_at")


def _tags(tags: Collection[str]) -> list[str]:
    cleaned = [tag.strip() for tag in tags]
    for index, tag in enumerate(cleaned):
        _text(tag, f"tags.{index}")
        if not tag or "," in tag or '"' in tag:
            raise Invalid("a tag has at least one character, no comma and no quotation mark", field=f"tags.{index}")
    allowed = MAX_TAGS_CHARS - MARKER_CHARS
    if cleaned and (counted := tags_chars(cleaned)) > allowed:
        raise Invalid(
            f"the tags have {counted} characters as YouTube counts (commas, and quotation marks around those with spaces)"
            f" and may have {allowed}: {MAX_TAGS_CHARS} less {MARKER_CHARS} of a tag by which we find the video again",
            field="tags",
        )
    return cleaned


def _text(text: str, field: str, *, lines: bool = False) -> None:
    if "<" in text or ">" in text:
        raise Invalid("YouTube takes no < and no >", field=field)
    if any(not character.isprintable() and not (lines and character in "\n\r\t") for character in text):
        raise Invalid("there is a character that can't be shown", field=field)


def _check_language(language: str, field: str) -> None:
    if not _LANGUAGE.fullmatch(language) or len(language) > 35:
        raise Invalid(f"{language[:35]!r} is not a BCP 47 language tag", field=field)
