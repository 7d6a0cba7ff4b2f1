"""What a score is made of: notes for a small orchestra, and the scales they come from. No sound here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from filmstudio.projects.v1 import storyboard_pb2 as board

NOTE_NAMES: Final = ("C", "C sharp", "D", "E flat", "E", "F", "F sharp", "G", "A flat", "A", "B flat", "B")
MAJOR: Final = (0, 2, 4, 5, 7, 9, 11)
MINOR: Final = (0, 2, 3, 5, 7, 8, 10)
DORIAN: Final = (0, 2, 3, 5, 7, 9, 10)
LYDIAN: Final = (0, 2, 4, 6, 7, 9, 11)
MIXOLYDIAN: Final = (0, 2, 4, 5, 7, 9, 10)
PHRYGIAN: Final = (0, 1, 3, 5, 7, 8, 10)
MODE_NAMES: Final[dict[tuple[int, ...], str]] = {
    MAJOR: "major",
    MINOR: "minor",
    DORIAN: "dorian",
    LYDIAN: "lydian",
    MIXOLYDIAN: "mixolydian",
    PHRYGIAN: "phrygian",
}


@dataclass(frozen=True)
class Note:
    """A note of one player. `start_s` and `length_s` in film time, `pitch` a MIDI key, `velocity` 1 to 127."""

    player: str
    start_s: float
    length_s: float
    pitch: int
    velocity: int
    # How it glides: (seconds after its start, semitones beside its pitch), straight between the points and after the last as there.
    bend: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Swell:
    """A hit on a change of scene: a breath of cymbal that opens into it, and a soft low stroke. `strength` 0 to 1."""

    at_s: float
    strength: float
    pitch: int


@dataclass(frozen=True)
class Score:
    """All notes of a piece, in no order, with its key and pace as they are told to people."""

    notes: tuple[Note, ...]
    key: str
    tempo_bpm: float
    swells: tuple[Swell, ...] = ()


@dataclass(frozen=True)
class Entry:
    """A scene begins within a section: when, its main characters, busiest first, and where it is."""

    at_s: float
    character_ids: tuple[str, ...] = ()
    place: board.Place.ValueType = board.PLACE_UNSPECIFIED


@dataclass(frozen=True)
class Section:
    """A stretch of the film in one mood."""

    start_s: float
    length_s: float
    mood: str
    entries: tuple[Entry, ...] = ()

    @property
    def end_s(self) -> float:
        """Where the next section starts."""
        return self.start_s + self.length_s


def pitch_at(tonic: int, scale: Sequence[int], degree: int) -> int:
    """The MIDI key of a scale's degree (0: the tonic; negative and beyond the octave allowed)."""
    octave, step = divmod(degree, len(scale))
    return tonic + 12 * octave + scale[step]


def nearest(pitch: int, classes: Sequence[int]) -> int:
    """The key nearest to `pitch` whose pitch class is one of these; the lower of two."""
    wanted = {entry % 12 for entry in classes}
    for distance in range(12):
        for candidate in (pitch - distance, pitch + distance):
            if candidate % 12 in wanted:
                return candidate
    return pitch
