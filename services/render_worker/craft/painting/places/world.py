"""What a place is painted in: its size, light, palette and draws, its planes, and what lives in it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.painting.living import Alive, Rippling
from services.render_worker.craft.painting.palette import Light, Scheme, lighter, to_hex
from services.render_worker.craft.painting.shapes import Box, Drawing, Point, Shape


@dataclass
class World:
    """A place about to be painted, in units of which the picture's shorter side has 1000."""

    w: float
    h: float
    light: Light
    drawn: random.Random
    time: sb.TimeOfDay.ValueType
    weather: sb.Weather.ValueType
    # The heading's words, lower case: a lighthouse may stand in a sea.
    words: str = ""
    d: Drawing = field(default_factory=Drawing)
    # How far off the left edge the light comes from, 0..1.
    sun_x: float = 0.72
    # What a picture without people may look at, by name, filled in while painting.
    sights: dict[str, Point] = field(default_factory=dict)
    season: sb.Season.ValueType = sb.SEASON_UNSPECIFIED
    # Neither rain nor fog comes in.
    roofed: bool = False
    # What lives in it, filled in while painting.
    alive: list[Alive] = field(default_factory=list)
    rippling: list[Rippling] = field(default_factory=list)
    # The floor of a room, while what hangs on its wall is painted.
    floor_shapes: list[Shape] = field(default_factory=list)
    scheme: Scheme = field(default_factory=lambda: Scheme((), 28.0, 0.0))

    @property
    def light_side(self) -> int:
        """-1 or 1: where the light comes from."""
        return 1 if self.sun_x > 0.5 else -1

    def plane(self, depth: float, *, front: bool = False, soft: float = 0.0) -> None:
        """What is painted from now on is at that depth (0.0 the sky, 1.0 the people), nearer than all before it."""
        self.d.plane(depth, front=front, soft=soft)

    def live(self, *drawings: Drawing, **how: Any) -> None:
        """Something that lives on the plane begun last; `how` as the fields of Alive."""
        plane = self.d.planes[-1]
        self.alive.append(Alive(drawings, len(self.d.planes) - 1, plane.depth, front=plane.front, **how))

    def ripple(self, box: Box, amplitude: float = 4.0, wavelength: float = 46.0, hz: float = 0.35) -> None:
        """That part of the plane begun last moves as water does."""
        self.rippling.append(Rippling(len(self.d.planes) - 1, box, amplitude, wavelength, hz))

    @property
    def horizon(self) -> float:
        """Where land and sky meet."""
        return self.h * 0.58

    @property
    def feet(self) -> float:
        """Where people stand."""
        return self.h * 0.885

    def hex(self, lightness: float, chroma: float, hue: float, depth: float = 0.0) -> str:
        """A local colour of the scene's palette in this light, `depth` of the way into the haze."""
        chroma, hue = self.scheme.near(chroma, hue)
        if self.weather == sb.WEATHER_FOG and not self.roofed:
            # Fog is haze that begins at our feet.
            depth += (1 - depth) * 0.26
        return self.light.hex(lightness, chroma, hue, depth)

    def accent(self, lightness: float, chroma: float = 0.16, depth: float = 0.0) -> str:
        """The scene's one accent: for what the eye shall find."""
        return self.light.hex(lightness, chroma, self.scheme.accent, depth)

    @property
    def lamp(self) -> str:
        """The colour of lamplight."""
        return to_hex(self.light.lamp)

    @property
    def key(self) -> str:
        """The colour of the sun or moon."""
        return to_hex(self.light.key)

    @property
    def haze(self) -> str:
        """What distance fades into."""
        return to_hex(self.light.haze)

    @property
    def night(self) -> bool:
        """Whether stars and moon are out."""
        return self.time == sb.TIME_OF_DAY_NIGHT

    def window(self) -> str:
        """The colour of a window from outside: glowing when it is dark, else the sky's reflection."""
        if self.light.dark and self.drawn.random() < 0.75:
            return to_hex(lighter(self.light.lamp, self.drawn.uniform(-0.12, 0.05)))
        return self.hex(0.42, 0.04, 240)
