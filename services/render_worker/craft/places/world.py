"""What a place is painted in: its size, light and draws, and the parts that many places share: ridges, trees, houses, water."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from typing import Any

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.palette import Light, Scheme, blend, lighter, oklch, to_hex
from services.render_worker.craft.living import Alive, Rippling
from services.render_worker.craft.shapes import Box, Drawing, Point


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
    # What lives in it, filled in while painting.
    alive: list[Alive] = field(default_factory=list)
    rippling: list[Rippling] = field(default_factory=list)
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


def ridge(
    world: World, y: float, height: float, fill: str, *, rough: float = 0.5, bottom: float | None = None
) -> list[Point]:
    """A line of hills across the picture, filled down to `bottom`; its crest is returned."""
    drawn = world.drawn
    waves = [(drawn.uniform(0.6, 1.6) * 2**i, drawn.uniform(0, 6.3), rough**i) for i in range(5)]
    total = sum(amplitude for _, _, amplitude in waves)
    crest: list[Point] = []
    steps = 64
    for step in range(steps + 1):
        t = step / steps
        level = sum(a * math.sin(2 * math.pi * f * t * world.w / 1400 + p) for f, p, a in waves) / total
        crest.append((-40 + (world.w + 80) * t, y - height * (0.5 + 0.5 * level)))
    floor = bottom if bottom is not None else world.h + 60
    d = "M" + "L".join(f"{px:.1f} {py:.1f}" for px, py in crest)
    world.d.path(f"{d}L{world.w + 40:.1f} {floor:.1f}L-40 {floor:.1f}Z", fill)
    return crest


def pine(world: World, x: float, y: float, height: float, depth: float) -> None:
    """A conifer standing at (x, y), lit from the light's side."""
    d = world.d
    side = 1 if world.sun_x * world.w > x else -1
    hue = world.drawn.uniform(145, 168)
    body, shade = world.hex(0.43, 0.07, hue, depth), world.hex(0.34, 0.06, hue + 8, depth)
    d.rect(x - height * 0.022, y - height * 0.12, height * 0.044, height * 0.13, world.hex(0.30, 0.04, 50, depth))
    for i in range(4):
        base, top = y - height * (0.08 + 0.2 * i), y - height * (0.44 + 0.19 * i)
        half = height * (0.235 - 0.047 * i)
        d.polygon([(x - half, base), (x, max(top, y - height)), (x + half, base)], body)
        d.polygon([(x - half * side, base), (x, max(top, y - height)), (x - half * 0.1 * side, base)], shade)


def tree(world: World, x: float, y: float, height: float, depth: float, hue: float = 130.0) -> None:
    """A broad tree standing at (x, y)."""
    d, drawn = world.d, world.drawn
    trunk = world.hex(0.36, 0.05, 50, depth)
    d.path(f"M{x - height * 0.05:.1f} {y:.1f}Q{x - height * 0.015:.1f} {y - height * 0.3:.1f} {x - height * 0.03:.1f} {y - height * 0.5:.1f}"
           f"L{x + height * 0.03:.1f} {y - height * 0.5:.1f}Q{x + height * 0.015:.1f} {y - height * 0.3:.1f} {x + height * 0.055:.1f} {y:.1f}Z", trunk)  # fmt: skip
    side = 1 if world.sun_x * world.w > x else -1
    for lightness, shift, share in ((0.40, -0.04, 1.0), (0.50, 0.03, 0.8), (0.60, 0.075, 0.5)):
        color = world.hex(lightness, 0.085, hue, depth)
        points: list[Point] = []
        for i in range(11):
            angle = 2 * math.pi * i / 11
            reach = height * 0.34 * share * drawn.uniform(0.86, 1.12)
            points.append(
                (
                    x + shift * side * height + reach * math.cos(angle),
                    y - height * (0.66 + shift * 0.6) + reach * 0.88 * math.sin(angle),
                )
            )
        d.curve(points, color)


def palm(world: World, x: float, y: float, height: float, depth: float) -> None:
    """A palm standing at (x, y)."""
    d = world.d
    lean = world.drawn.uniform(-0.18, 0.18) * height
    top = (x + lean, y - height)
    d.path(f"M{x - 9:.1f} {y:.1f}Q{x - 4 + lean * 0.2:.1f} {y - height * 0.6:.1f} {top[0] - 4:.1f} {top[1]:.1f}"
           f"L{top[0] + 5:.1f} {top[1]:.1f}Q{x + 8 + lean * 0.2:.1f} {y - height * 0.55:.1f} {x + 12:.1f} {y:.1f}Z", world.hex(0.42, 0.05, 60, depth))  # fmt: skip
    for i in range(8):
        angle = math.pi * (i / 7) - math.pi
        reach = height * 0.36
        tip = (top[0] + reach * math.cos(angle), top[1] + reach * 0.55 * math.sin(angle) + reach * 0.42)
        bend = (top[0] + reach * 0.6 * math.cos(angle), top[1] + reach * 0.8 * math.sin(angle) - 8)
        d.path(f"M{top[0]:.1f} {top[1]:.1f}Q{bend[0]:.1f} {bend[1]:.1f} {tip[0]:.1f} {tip[1]:.1f}Q{bend[0]:.1f} {bend[1] + 26:.1f} {top[0]:.1f} {top[1]:.1f}Z",
               world.hex(0.45 + 0.02 * (i % 3), 0.09, 135, depth))  # fmt: skip


def house(world: World, x: float, y: float, w: float, h: float, depth: float, *, hue: float | None = None) -> None:
    """A house with a pitched roof standing at (x, y), windows lit when it is dark."""
    d, drawn = world.d, world.drawn
    wall_hue = hue if hue is not None else drawn.choice((60, 80, 40, 220))
    world.sights["house"] = (x + w / 2, y - h * 0.5)
    left_lit = world.sun_x * world.w < x + w / 2
    wall, shade = world.hex(0.84, 0.035, wall_hue, depth), world.hex(0.68, 0.035, wall_hue, depth)
    d.rect(x, y - h, w, h, shade if left_lit else wall)
    d.rect(x if left_lit else x + w * 0.6, y - h, w * 0.4, h, wall if left_lit else shade, opacity=0.8)
    roof = world.hex(0.50, 0.10, drawn.choice((32, 40, 25)), depth)
    d.polygon([(x - w * 0.09, y - h), (x + w * 0.5, y - h - w * 0.45), (x + w * 1.09, y - h)], roof)
    d.polygon(
        [(x + w * 0.5, y - h - w * 0.45), (x + w * 1.09, y - h), (x + w * 0.68, y - h)],
        world.hex(0.40, 0.09, 30, depth),
    )
    d.rect(x + w * 0.74, y - h - w * 0.42, w * 0.1, w * 0.28, world.hex(0.45, 0.05, 35, depth))
    d.rect(x + w * 0.58, y - h * 0.52, w * 0.2, h * 0.52, world.hex(0.38, 0.06, 45, depth), rx=w * 0.02)
    window(world, x + w * 0.14, y - h * 0.72, w * 0.26, h * 0.34, depth)


def window(world: World, x: float, y: float, w: float, h: float, depth: float = 0.0) -> None:
    """A window pane with its frame, glowing when it is dark."""
    pane = world.window()
    if world.light.dark:
        world.d.glow(x + w / 2, y + h / 2, max(w, h) * 1.5, world.lamp, 0.28)
    world.d.rect(x - w * 0.07, y - h * 0.06, w * 1.14, h * 1.12, world.hex(0.78, 0.02, 70, depth))
    world.d.rect(x, y, w, h, pane)
    world.d.rect(x + w * 0.47, y, w * 0.06, h, world.hex(0.70, 0.02, 70, depth))
    world.d.rect(x, y + h * 0.47, w, h * 0.06, world.hex(0.70, 0.02, 70, depth))


def water(world: World, top: float, bottom: float, *, hue: float = 225.0) -> None:
    """A stretch of water with the sky in it and the light's road upon it."""
    d, drawn, light = world.d, world.drawn, world.light
    far = to_hex(blend(light.sky_low, light.lit(oklch(0.62, 0.08, hue)), 0.45))
    near = to_hex(blend(light.lit(oklch(0.46, 0.08, hue)), light.sky_top, 0.25))
    d.rect(-50, top, world.w + 100, bottom - top + 2, d.vertical([(0, far, 1), (1, near, 1)]))
    bright = to_hex(blend(light.key, light.sky_low, 0.35))
    dark = to_hex(lighter(light.lit(oklch(0.40, 0.08, hue)), -0.03))
    for _ in range(90):
        t = drawn.random() ** 1.4
        y, length = top + 4 + (bottom - top) * t, (20 + 150 * t) * drawn.uniform(0.5, 1.2)
        x = drawn.uniform(-0.05, 1.05) * world.w
        d.path(f"M{x - length:.1f} {y:.1f}Q{x:.1f} {y - 3 - 5 * t:.1f} {x + length:.1f} {y:.1f}Q{x:.1f} {y + 2 + 3 * t:.1f} {x - length:.1f} {y:.1f}Z",
               dark if drawn.random() < 0.5 else far, opacity=0.35)  # fmt: skip
    if world.weather in (sb.WEATHER_CLEAR, sb.WEATHER_UNSPECIFIED, sb.WEATHER_FOG):
        for i in range(46):
            t = (i / 46) ** 1.5
            y, spread = top + 3 + (bottom - top) * t, 40 + 130 * t
            x = world.sun_x * world.w + drawn.uniform(-1, 1) * spread
            length = (12 + 60 * t) * drawn.uniform(0.5, 1.3)
            d.ellipse(x, y, length, 1.3 + 3.2 * t, bright, drawn.uniform(0.35, 0.8))


def rocks(world: World, x: float, y: float, size: float, count: int, depth: float = 0.0) -> None:
    """A heap of boulders around (x, y), lit from the light's side."""
    drawn = world.drawn
    for _ in range(count):
        cx, cy, r = (
            x + drawn.uniform(-1, 1) * size,
            y + drawn.uniform(-0.1, 0.15) * size,
            size * drawn.uniform(0.22, 0.5),
        )
        shape: list[Point] = [(cx + r * math.cos(a) * drawn.uniform(0.85, 1.15), cy - abs(r * 0.75 * math.sin(a)) * drawn.uniform(0.8, 1.15))
                              for a in (math.pi * i / 6 for i in range(7))]  # fmt: skip
        world.d.polygon(shape, world.hex(0.44, 0.025, 270, depth))
        lit = [p for p in shape if (p[0] > cx) == (world.sun_x * world.w > cx)]
        if len(lit) > 2:
            world.d.polygon([*lit, (cx, cy)], world.hex(0.58, 0.03, 250, depth))


def tufts(world: World, top: float, bottom: float, count: int, *, hue: float = 125.0, lightness: float = 0.5) -> None:
    """Blades of grass between two heights, larger when nearer."""
    drawn = world.drawn
    for y in sorted(drawn.uniform(top, bottom) for _ in range(count)):
        size = 10 + 34 * (y - top) / max(1.0, bottom - top)
        x = drawn.uniform(0, world.w)
        color = world.hex(lightness + drawn.uniform(-0.08, 0.1), 0.09, hue + drawn.uniform(-12, 12))
        for lean in (-0.55, -0.1, 0.4):
            world.d.path(f"M{x - 3:.1f} {y:.1f}Q{x + lean * size * 0.4:.1f} {y - size * 0.6:.1f} {x + lean * size:.1f} {y - size:.1f}"
                         f"Q{x + lean * size * 0.5 + 4:.1f} {y - size * 0.5:.1f} {x + 4:.1f} {y:.1f}Z", color)  # fmt: skip


def mist(world: World, y: float, height: float, strength: float = 0.6) -> None:
    """A band of haze across the picture."""
    color = world.haze
    world.d.rect(
        -50,
        y - height / 2,
        world.w + 100,
        height,
        world.d.vertical([(0, color, 0), (0.5, color, strength), (1, color, 0)]),
    )
