"""Whether a film's words can be read: the rules of cues, letters that no typeface has, and how burned captions stand out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.render_worker.craft.images import Picture
from services.render_worker.craft.lettering import captions_overlay, glyphs
from services.render_worker.craft.lettering.captions import Cue, columns_for, faults

# Letters that are no lighter than this against their ground aren't there: a caption broken otherwise, or none.
_NOT_THERE = 1.8


@dataclass(frozen=True)
class Contrast:
    """How burned captions stand out: the least ratio and where (milliseconds); cues whose letters weren't found."""

    least: float
    at_ms: int
    not_found: int
    looked_at: int


def rules_broken(cues: Sequence[Cue], size: tuple[int, int], language: str, duration_ms: int) -> list[str]:
    """A sentence for each rule that a cue breaks in a film of that width, height and length."""
    return faults(cues, columns_for(size, language), duration_ms)


def outside(cues: Sequence[Cue], duration_ms: int) -> int:
    """How many cues end after the film."""
    return sum(cue.end_ms > duration_ms for cue in cues)


def missing_glyphs(cues: Sequence[Cue], language: str) -> list[str]:
    """The characters that no typeface here has, each once."""
    return glyphs.missing("".join(cue.text for cue in cues), language)


def stretches(cues: Sequence[Cue]) -> list[tuple[int, int]]:
    """From when to when each cue stands, milliseconds."""
    return [(cue.start_ms, cue.end_ms) for cue in cues]


def contrast(cues: Sequence[Cue], pictures: Mapping[tuple[int, int], Picture], language: str) -> Contrast:
    """Measured in a picture of the film from each of `stretches`; a ratio of 0.0 where no cue's letters were found."""
    least, at_ms, not_found, looked_at = 0.0, 0, 0, 0
    for cue, stretch in zip(cues, stretches(cues), strict=True):
        if stretch not in pictures:
            continue
        looked_at += 1
        ratio = captions_overlay.contrast(pictures[stretch], cue, language)
        if ratio < _NOT_THERE:
            not_found += 1
        elif not least or ratio < least:
            least, at_ms = ratio, cue.start_ms
    return Contrast(least, at_ms, not_found, looked_at)
