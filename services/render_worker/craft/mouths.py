"""What a mouth does while a line is spoken: visemes with their times, and how loud the voice is. Written by lips, read by puppets."""

from __future__ import annotations

import json
from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

# How often a level is measured.
LEVEL_HOP_MS = 20


class Viseme(StrEnum):
    """Shapes of a mouth, named by a sound that makes them (the nine of Preston Blair's chart, and wide E apart from narrow I)."""

    REST = "rest"
    # m, b, p
    CLOSED = "closed"
    # f, v
    BITE = "bite"
    # th; tongue between the teeth
    TONGUE = "tongue"
    # t, d, s, z, n, k, g, and other consonants
    TEETH = "teeth"
    # l, r
    LIFT = "lift"
    # a
    OPEN = "open"
    # e
    WIDE = "wide"
    # i
    NARROW = "narrow"
    # o
    ROUND = "round"
    # u, w
    PUCKER = "pucker"


@dataclass(frozen=True)
class Key:
    """From this moment, milliseconds from the line's start, the mouth has that shape, opened 0.0 to 1.0 of its widest."""

    at_ms: int
    viseme: Viseme
    opening: float


@dataclass(frozen=True)
class MouthTrack:
    """A line's mouth: keys in order of time, the first at 0, and the voice's level (0.0 to 1.0) every LEVEL_HOP_MS."""

    duration_ms: int
    keys: tuple[Key, ...]
    levels: tuple[float, ...]

    def at(self, ms: float) -> Key:
        """The key in force then; a mouth at rest before and after the line."""
        if not self.keys or not 0 <= ms < self.duration_ms:
            return Key(round(ms), Viseme.REST, 0.0)
        return self.keys[max(0, bisect_right(self.keys, ms, key=lambda key: key.at_ms) - 1)]

    def level(self, ms: float) -> float:
        """How loud the voice is then."""
        index = int(ms // LEVEL_HOP_MS)
        return self.levels[index] if 0 <= ms < self.duration_ms and index < len(self.levels) else 0.0

    def stretched(self, duration_ms: int) -> MouthTrack:
        """The same line said in that time: a film's speech may be played a little faster."""
        if duration_ms == self.duration_ms or not self.duration_ms:
            return self
        by = duration_ms / self.duration_ms
        count = -(-duration_ms // LEVEL_HOP_MS)
        levels = tuple(self.level(index * LEVEL_HOP_MS / by) for index in range(count))
        return MouthTrack(
            duration_ms, tuple(Key(round(key.at_ms * by), key.viseme, key.opening) for key in self.keys), levels
        )


def save(track: MouthTrack, path: Path) -> None:
    """As JSON: {"duration_ms", "keys": [[at_ms, viseme, opening]…], "levels": […]}."""
    told = {
        "duration_ms": track.duration_ms,
        "keys": [[key.at_ms, key.viseme, round(key.opening, 3)] for key in track.keys],
        "levels": [round(level, 3) for level in track.levels],
    }
    path.write_text(json.dumps(told), encoding="utf-8")


def load(path: Path) -> MouthTrack:
    """As it was saved; ValueError when the file is not one."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return MouthTrack(
            told["duration_ms"],
            tuple(Key(at, Viseme(viseme), opening) for at, viseme, opening in told["keys"]),
            tuple(told["levels"]),
        )
    except (KeyError, TypeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path.name} is not a mouth's track: {error!r}") from error
