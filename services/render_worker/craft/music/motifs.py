"""A motif for everybody: a few notes, as steps of whatever scale is played, by which a character is known in every mood."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

# Steps from the first note, and beats; both of the same length, two bars with a rest to breathe in.
_CONTOURS: Final = (
    (0, 2, 4, 3, 2),
    (0, 1, 2, 4, 1),
    (0, 4, 3, 1, 2),
    (0, -1, 0, 2, 4),
    (0, 3, 2, 0, 1),
    (0, 4, 2, 5, 4),
    (0, -2, 1, 0, 2),
    (0, 2, 1, 3, 2),
    (0, 5, 4, 2, 0),
    (0, 1, 3, 1, -1),
    (0, -3, -1, 0, 1),
    (0, 2, -1, 1, 0),
)
_RHYTHMS: Final = (
    (1.0, 1.0, 2.0, 1.0, 2.0),
    (1.5, 0.5, 2.0, 1.0, 2.0),
    (0.5, 0.5, 1.0, 2.0, 3.0),
    (2.0, 1.0, 1.0, 1.0, 2.0),
    (1.0, 0.5, 0.5, 2.0, 3.0),
    (1.5, 1.5, 1.0, 1.0, 2.0),
    (3.0, 0.5, 0.5, 1.0, 2.0),
)


@dataclass(frozen=True)
class Motif:
    """Steps of the scale from its first note, and how many beats each lasts."""

    steps: tuple[int, ...]
    beats: tuple[float, ...]

    def upside_down(self) -> Motif:
        """Where it rose it falls."""
        return Motif(tuple(-step for step in self.steps), self.beats)

    def opening(self) -> Motif:
        """Its first three notes, which is enough to be known by."""
        return Motif(self.steps[:3], self.beats[:3])


def motif_of(character_id: str) -> Motif:
    """Always the same for the same id."""
    digest = sha256(character_id.encode()).digest()
    contour = _CONTOURS[digest[0] % len(_CONTOURS)]
    return Motif(contour, _RHYTHMS[digest[1] % len(_RHYTHMS)])
