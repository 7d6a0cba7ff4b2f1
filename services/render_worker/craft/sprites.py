"""Between those who act and the stage that shows them: an actor gives a sprite for each moment of the shot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from services.render_worker.craft.images import Picture


@dataclass(frozen=True)
class Sprite:
    """A picture (BGRA, premultiplied, of even width and height) at a place on the plate, in pixels of the plate.

    `on_film`: it has the film's own pixels, and `x` and `y` are even whole numbers of them.
    """

    picture: Picture
    x: float
    y: float
    on_film: bool = False


@dataclass(frozen=True)
class Rest:
    """How a camera that rests sees one depth of a plate: a film of that size, whose pixel (u, v) shows the plate at
    (x + across · u, y + down · v). What acts there can be drawn on the film's own pixels: fewer, sharper, and never warped.
    """

    width: int
    height: int
    x: float
    y: float
    across: float
    down: float


class Actor(Protocol):
    """Somebody or something that moves through one shot, drawn on twos under a camera on ones."""

    # As planes.Sheet's: 1.0 is the people's plane.
    depth: float
    # Lower ones are drawn first.
    order: float

    def at(self, frame: int) -> Sprite | None:
        """How it looks at that frame of the shot (from 0); None while it is out of the picture.

        The very same `picture` object comes back for as long as the pose holds (at least two frames at 24 a second), so that
        whoever composes may keep what was made of it.
        """
        ...
