"""Chapters of a film as YouTube reads them: lines of time and title in the description.

YouTube shows chapters where the first begins at 0:00, there are at least three, in order, and each lasts ten seconds or more
(https://support.google.com/youtube/answer/9884579). A list that breaks a rule is ignored there as a whole, so it isn't written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# YouTube Data API, videos#snippet.description
MAX_DESCRIPTION_BYTES = 5000
FEWEST_CHAPTERS = 3
SHORTEST_MS = 10_000


@dataclass(frozen=True)
class Chapter:
    """Where a part of the film begins."""

    title: str
    start_ms: int


def with_chapters(description: str, chapters: Sequence[Chapter], film_ms: int) -> str:
    """The description with the film's chapters below it, or as it is where they aren't chapters to YouTube or don't fit.

    A film's short scenes are taken together with the one before them. A description that has times of its own is left alone.
    """
    listed = _long_enough(chapters, film_ms)
    if len(listed) < FEWEST_CHAPTERS or "0:00" in description:
        return description
    lines = "\n".join(f"{_clock(chapter.start_ms)} {_plain(chapter.title)}" for chapter in listed)
    whole = f"{description}\n\n{lines}" if description else lines
    return whole if len(whole.encode()) <= MAX_DESCRIPTION_BYTES else description


def _long_enough(chapters: Sequence[Chapter], film_ms: int) -> list[Chapter]:
    listed: list[Chapter] = []
    for chapter in chapters:
        # what the viewer sees are whole seconds, so these are what is compared
        start = chapter.start_ms // 1000 * 1000
        if (not listed and start != 0) or film_ms - start < SHORTEST_MS or not _plain(chapter.title):
            continue
        if listed and start - listed[-1].start_ms < SHORTEST_MS:
            continue
        listed.append(Chapter(chapter.title, start))
    return listed


def _plain(title: str) -> str:
    """On one line, without the brackets that YouTube refuses."""
    return " ".join(title.replace("<", "").replace(">", "").split())


def _clock(milliseconds: int) -> str:
    minutes, seconds = divmod(milliseconds // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
