"""The things that can be shown (`things.txt`): the drawing of each, where it is usually to be seen, what emoji name it, and its
English words.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from filmstudio.projects.v1 import storyboard_pb2 as sb

_TABLE = Path(__file__).parent / "things.txt"
_SPOTS = {
    "g": sb.SPOT_GROUND, "s": sb.SPOT_SKY, "w": sb.SPOT_WATER, "t": sb.SPOT_TABLE, "l": sb.SPOT_WALL, "f": sb.SPOT_FAR,
}  # fmt: skip
_MARKS = {"c", "m", "p", "e", "d", "r", "u", "b"}


@dataclass(frozen=True)
class Concept:
    """Something that can be shown, by its drawing."""

    drawing: str
    spot: sb.Spot.ValueType
    marks: frozenset[str]
    emoji: tuple[str, ...]
    english: tuple[str, ...]

    @property
    def creature(self) -> bool:
        """An animal, or what acts like one: it can be a character."""
        return "c" in self.marks

    @property
    def moves(self) -> bool:
        """It is alive or goes by itself."""
        return "m" in self.marks

    @property
    def portable(self) -> bool:
        """It can be held in a hand."""
        return "p" in self.marks


@cache
def concepts() -> tuple[Concept, ...]:
    """All of them, in a fixed order."""
    lines = _TABLE.read_text("utf-8").splitlines()
    return tuple(_concept(line) for line in lines if line and not line.startswith("#"))


def _concept(line: str) -> Concept:
    name, marks, emoji, words = (part.strip() for part in line.split("|"))
    drawing = name.split("=")[-1]
    # What lies in a hand when held stands on the table when nobody holds it.
    spot = _SPOTS.get(marks[0], sb.SPOT_TABLE)
    return Concept(drawing, spot, frozenset(marks[1:]) & _MARKS, tuple(_split(emoji)), tuple(words.split()))


def _split(emoji: str) -> list[str]:
    """The emoji of a run, with what joins them and what selects their look kept together."""
    found: list[str] = []
    for char in emoji:
        if found and (char in "\u200d\ufe0f" or found[-1].endswith("\u200d")):
            found[-1] += char
        else:
            found.append(char)
    return found
