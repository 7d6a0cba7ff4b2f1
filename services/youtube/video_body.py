"""A publication as YouTube's own video resource: what is sent along when its upload begins."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from services.youtube.chapters import Chapter, with_chapters
from services.youtube.publication_models import Publication
from services.youtube.spec import marker

# A time that is over by the time YouTube reads it would be refused.
SOON = timedelta(minutes=2)


def video_body(publication: Publication, now: datetime) -> dict[str, Any]:
    """The resource for videos.insert. Its last tag is the marker by which the video is found again."""
    spec = publication.said()
    chapters = [Chapter(item["title"], int(item["start_ms"])) for item in publication.chapters]
    snippet: dict[str, Any] = {
        "title": spec.title,
        "description": with_chapters(spec.description, chapters, publication.duration_ms),
        "tags": [*spec.tags, marker(publication.id)],
        "categoryId": spec.category,
    }
    if spec.default_language:
        snippet["defaultLanguage"] = spec.default_language
    if publication.film_language:
        snippet["defaultAudioLanguage"] = publication.film_language
    status: dict[str, Any] = {
        "privacyStatus": spec.privacy,
        "selfDeclaredMadeForKids": spec.made_for_kids,
        "containsSyntheticMedia": spec.contains_synthetic_media,
    }
    publish_at = publication.publish_at()
    if publish_at is not None and publish_at <= now + SOON:
        # the film was not there in time, so its time is now
        status["privacyStatus"] = "public"
    elif publish_at is not None:
        status["publishAt"] = publish_at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return {"snippet": snippet, "status": status}
