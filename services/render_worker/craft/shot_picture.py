"""What a shot shows, as the painter, the puppets and the stage are told of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from filmstudio.projects.v1 import storyboard_pb2 as sb

# The shorter side of a picture, in the units that places and people are drawn in.
UNITS = 1000.0


@dataclass(frozen=True)
class ShotPicture:
    """All that a picture shows. Width and height are the plate's, in pixels; the seed is the scene's."""

    width: int
    height: int
    setting: sb.Setting
    mood: sb.Mood.ValueType = sb.MOOD_CALM
    size: sb.ShotSize.ValueType = sb.SHOT_SIZE_WIDE
    presences: Sequence[sb.Presence] = ()
    characters: Sequence[sb.Character] = ()
    props: Sequence[str] = ()
    acts: Sequence[sb.Act] = ()
    things: Sequence[sb.Thing] = ()
    prompt: str = ""
    style: str = "flat"
    seed: int = 0
    cast: dict[str, sb.Character] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "cast", {character.id: character for character in self.characters})

    @property
    def unit_px(self) -> float:
        """Pixels of the plate that one unit of the drawings is."""
        return min(self.width, self.height) / UNITS

    @property
    def world(self) -> tuple[float, float]:
        """Width and height in units."""
        return self.width / self.unit_px, self.height / self.unit_px
