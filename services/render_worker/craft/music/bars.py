"""A section's time as bars: whole beats from each change of scene to the next, with a chord for each bar."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise
from random import Random

from services.render_worker.craft.music.moods import Palette, Progression
from services.render_worker.craft.music.score import Section

# Eight bars make a period.
PERIOD = 8
_BEATS = 4
# A scene's music begins with a bar of its own from this length on; a shorter one shares its bars with the scene before.
_SHORTEST_SPAN_S = 6.0


@dataclass(frozen=True)
class Bar:
    """One bar of a section: when it is, how many beats of which length, its chord's root (as a degree) and the next bar's, how far
    the section has come (0 to 1), and when its scene ends.
    """

    start_s: float
    beat_s: float
    beats: int
    degree: int
    after: int
    place: float
    number: int
    # A scene begins with it.
    first: bool
    until_s: float

    @property
    def length_s(self) -> float:
        """From its first beat to the next bar's."""
        return self.beat_s * self.beats

    @property
    def period(self) -> int:
        """Which eight bars of the section it belongs to, from 0."""
        return self.number // PERIOD


def bars_of(section: Section, length_s: float, palette: Palette, random: Random, *, ends: bool) -> list[Bar]:
    """The bars before the ending, scene by scene. The film's last ones (`ends`) lead to the tonic."""
    spans = _spans(section, length_s)
    sizes = [_sizes(stop - start, palette.tempo_bpm) for start, stop in spans]
    chords: list[list[int]] = []
    before: Progression | None = None
    for own in sizes:
        degrees: list[int] = []
        while len(degrees) < len(own):
            progression = random.choice([each for each in palette.progressions if each != before])
            # A progression is heard twice before the next one, so that it can be known.
            degrees += [*progression, *progression]
            before = progression
        chords.append(degrees[: len(own)])
    if ends and chords and len(chords[-1]) > 2:
        chords[-1][-2:] = palette.cadence
    following = [*[degree for degrees in chords for degree in degrees][1:], 0]
    bars: list[Bar] = []
    count = len(following)
    for (start, stop), own, degrees in zip(spans, sizes, chords, strict=True):
        beat_s = (stop - start) / max(1, sum(own))
        edges = list(accumulate(own, initial=0))
        for (low, high), degree in zip(pairwise(edges), degrees, strict=True):
            number = len(bars)
            place = number / max(count - 1, 1)
            bars.append(
                Bar(start + low * beat_s, beat_s, high - low, degree, following[number], place, number, low == 0, stop)
            )
    return bars


def _spans(section: Section, length_s: float) -> list[tuple[float, float]]:
    """From when to when each of the section's scenes is played, short ones with the one before."""
    end_s = section.start_s + length_s
    if length_s <= 0.5:
        return []
    starts = [section.start_s]
    for at_s in sorted(entry.at_s for entry in section.entries):
        if at_s - starts[-1] >= _SHORTEST_SPAN_S and end_s - at_s >= _SHORTEST_SPAN_S:
            starts.append(at_s)
    return list(pairwise([*starts, end_s]))


def _sizes(length_s: float, tempo_bpm: float) -> list[int]:
    """The beats of each bar: as many as fit best, to be stretched a little to fill the time exactly. What is left over after the last
    whole bar makes it longer, or is a short one.
    """
    beats = max(1, round(length_s * tempo_bpm / 60))
    sizes = [_BEATS] * (beats // _BEATS)
    over = beats % _BEATS
    if over == 1 and sizes:
        sizes[-1] += 1
    elif over:
        sizes.append(over)
    return sizes
