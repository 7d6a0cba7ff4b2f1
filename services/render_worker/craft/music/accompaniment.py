"""What plays under a melody: broken chords, pulses, chords and basses, in turns, so that no two stretches are played alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Final

from services.render_worker.craft.music.score import nearest


@dataclass(frozen=True)
class Stroke:
    """One note of an accompaniment: when in its bar and how long (beats), which step of the chord's ladder (None: the whole chord),
    and how loud against the others.
    """

    beat: float
    beats: float
    step: int | None
    accent: float


# Which steps of the ladder are gone over, eighth by eighth (None: a rest).
_EIGHTHS: Final[dict[str, tuple[tuple[int | None, ...], ...]]] = {
    "arpeggio": (
        (0, 1, 2, 3, 2, 1, 2, 1),
        (0, 2, 3, 2, 1, 2, 3, 2),
        (0, None, 2, None, 3, None, 1, None),
        (0, 1, 3, 2, 3, 1, 2, 1),
        (0, 2, 1, 3, None, 2, 1, 2),
        (0, None, 1, 2, 3, None, 2, 1),
        (3, 2, 1, 0, 1, 2, 3, None),
    ),
    "broken": (
        (0, 2, 1, 2, 3, 2, 1, 2),
        (0, None, 2, 1, None, 2, 3, 2),
        (0, 2, 3, None, 1, 2, 3, None),
        (0, 3, 2, 3, 1, 3, 2, 1),
        (0, None, 3, None, 2, None, 3, 1),
        (0, 2, None, 3, 2, None, 1, 2),
    ),
    "pulse": (
        (0, 0, 0, 0, 0, 0, 0, 0),
        (0, None, 0, 0, 1, 0, 0, None),
        (0, None, None, 0, 0, None, None, 1),
        (0, 0, 1, 0, 0, 1, 0, 0),
        (0, None, 0, None, 0, None, 1, 0),
        (0, 0, None, 0, 2, None, 0, 1),
        (0, None, None, None, 0, 0, None, None),
    ),
}
_SPARSE: Final = (
    ((0.0, 0), (1.0, 2), (2.0, 3)),
    ((0.0, 0), (1.5, 3)),
    ((0.0, 1), (1.0, 3), (3.0, 2)),
    ((0.0, 0), (0.5, 2), (2.0, 3), (3.5, 1)),
    ((1.0, 2), (2.0, 3), (3.0, 1)),
)
_CHORDS: Final = (
    (0.0, 1.5, 2.0, 3.0),
    (0.0, 1.0, 2.5, 3.0),
    (0.0, 1.5, 3.0),
    (0.0, 0.5, 1.5, 2.5, 3.0),
    (0.0, 2.0, 2.5, 3.5),
)
# How a bass goes: (beat, beats, which tone: "root", "fifth", or "lead" for a step beside the next bar's root).
_BASSES: Final = (
    ((0.0, 4.0, "root"),),
    ((0.0, 2.0, "root"), (2.0, 2.0, "fifth")),
    ((0.0, 3.0, "root"), (3.0, 1.0, "lead")),
    ((0.0, 1.5, "root"), (1.5, 1.5, "root"), (3.0, 1.0, "fifth")),
    ((0.0, 2.0, "root"), (2.0, 1.0, "fifth"), (3.0, 1.0, "lead")),
)


def strokes(pattern: str, turn: int, beats: int) -> list[Stroke]:
    """The figure of a bar of so many beats, in one of the pattern's turns."""
    match pattern:
        case "chords":
            return [Stroke(beat, 0.9, None, 0.86) for beat in _CHORDS[turn % len(_CHORDS)] if beat < beats]
        case "sparse":
            return [Stroke(beat, 2.0, step, 1.07) for beat, step in _SPARSE[turn % len(_SPARSE)] if beat < beats]
    turns = _EIGHTHS[pattern]
    length = 0.4 if pattern == "pulse" else 1.1
    found = []
    for number in range(beats * 2):
        step = turns[turn % len(turns)][number % 8]
        if step is not None:
            found.append(Stroke(number / 2, length, step, 1.0 if number % 4 == 0 else 0.82))
    return found


def bass(turn: int, beats: int, root: int, fifth: int, lead: int) -> list[tuple[float, float, int]]:
    """(beat, beats, key) of a bar's bass: on its root, `fifth` and, before the next bar, `lead`."""
    keys = {"root": root, "fifth": fifth, "lead": lead}
    strokes = [each for each in _BASSES[turn % len(_BASSES)] if each[0] < beats]
    # The last stroke of a longer or shorter bar lasts until its end.
    ends = [after[0] for after in strokes[1:]] + [float(beats)]
    return [(beat, end - beat, keys[tone]) for (beat, _, tone), end in zip(strokes, ends, strict=True)]


def led(before: Sequence[int], classes: Sequence[int], lowest: int, highest: int) -> list[int]:
    """The chord's tones spread over the voices so that together they move least, each inside the register. The root is never left
    out.
    """
    tones = list(dict.fromkeys(classes))
    ways: list[tuple[int, list[int]]] = []
    for choice in permutations(tones, min(len(before), len(tones))):
        if tones[0] not in choice:
            continue
        voices = [_inside(nearest(key, [tone]), lowest, highest) for key, tone in zip(before, choice, strict=False)]
        together = 6 * (len(voices) - len(set(voices)))
        ways.append((sum(abs(after - key) for key, after in zip(before, voices, strict=False)) + together, voices))
    return min(ways)[1]


def _inside(key: int, lowest: int, highest: int) -> int:
    return key + 12 if key < lowest else key - 12 if key > highest else key
