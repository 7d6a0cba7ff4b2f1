"""What lies in many places: hills, meadows, water with the light upon it, rocks, mist."""

from __future__ import annotations

import math

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.painting.palette import blend, oklch, to_hex
from services.render_worker.craft.painting.places.growth import grass
from services.render_worker.craft.painting.places.world import World
from services.render_worker.craft.painting.shapes import Drawing, Fill, Point


def ridge(
    world: World, y: float, height: float, fill: Fill, *, rough: float = 0.5, bottom: float | None = None
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
    floor = bottom if bottom is not None else y + height * 1.5 + 60
    world.d.polygon([*crest, (world.w + 40, floor), (-40, floor)], fill)
    return crest


def hills(
    world: World,
    y: float,
    height: float,
    lightness: float,
    chroma: float,
    hue: float,
    depth: float,
    *,
    rough: float = 0.5,
) -> list[Point]:
    """A ridge whose foot is lost in haze; white when it snows."""
    if world.weather == sb.WEATHER_SNOW:
        lightness, chroma, hue = lightness * 0.2 + 0.72, 0.02, 245
    top, foot = (
        world.hex(lightness, chroma, hue, depth),
        world.hex(lightness + 0.04, chroma, hue, min(1.0, depth + 0.28)),
    )
    return ridge(world, y, height, world.d.vertical([(0, top, 1), (1, foot, 1)]), rough=rough)


def meadow(
    world: World, top: float, hue: float, *, lightness: float = 0.56, chroma: float = 0.095, wavy: float = 24.0
) -> None:
    """Ground that runs from `top` to the picture's foot: lighter far off, with broad strokes of light and shade across it."""
    d, drawn, w, h = world.d, world.drawn, world.w, world.h
    snow = world.weather == sb.WEATHER_SNOW or (
        world.season == sb.SEASON_WINTER and world.weather == sb.WEATHER_CLEAR and drawn.random() < 0.5
    )

    def color(level: float, depth: float = 0.0) -> str:
        return (
            world.hex(0.80 + 0.22 * (level - 0.45), 0.018, 240, depth)
            if snow
            else grass(world, level, chroma, hue, depth)
        )

    fill = d.vertical(
        [
            (0, color(lightness + 0.10, 0.22), 1),
            (0.35, color(lightness + 0.01, 0.06), 1),
            (1, color(lightness - 0.17), 1),
        ]
    )
    crest = [(-60 + (w + 120) * i / 6, top + drawn.uniform(-0.5, 0.5) * wavy) for i in range(7)]
    d.curve([*crest, (w + 60, h + 120), (-60, h + 120)], fill)
    for i in range(5):
        t = (i + 0.6) / 5
        y, x = top + (h - top) * t**1.25, drawn.uniform(0.1, 0.9) * w
        reach, thick = w * drawn.uniform(0.3, 0.6), (10 + 44 * t) * drawn.uniform(0.7, 1.2)
        level = color(lightness + (0.07 if i % 2 else -0.10) - 0.12 * t)
        d.curve([(x - reach, y), (x - reach * 0.4, y - thick * 0.5), (x + reach * 0.3, y - thick * 0.35), (x + reach, y + thick * 0.1),
                 (x + reach * 0.4, y + thick * 0.5), (x - reach * 0.5, y + thick * 0.4)], level, opacity=0.34)  # fmt: skip


def water(world: World, top: float, bottom: float, *, hue: float = 225.0, road: bool = True) -> None:
    """A stretch of water that mirrors the sky, with the light's road upon it; it ripples and glints."""
    d, drawn, light, w = world.d, world.drawn, world.light, world.w
    far = to_hex(blend(light.sky_low, light.lit(oklch(0.62, 0.08, hue)), 0.42))
    middle = to_hex(blend(light.lit(oklch(0.52, 0.085, hue)), light.sky_low, 0.28))
    near = to_hex(blend(light.lit(oklch(0.41, 0.08, hue)), light.sky_top, 0.22))
    d.rect(-50, top, w + 100, bottom - top + 2, d.vertical([(0, far, 1), (0.3, middle, 1), (1, near, 1)]))
    d.rect(-50, top, w + 100, 3.0, to_hex(blend(light.sky_low, light.key, 0.4)), opacity=0.6)
    for i in range(70):
        t = (i / 70) ** 1.5
        y, length = top + 5 + (bottom - top) * t, (24 + 190 * t) * drawn.uniform(0.5, 1.2)
        x = drawn.uniform(-0.05, 1.05) * w
        d.path(f"M{x - length:.1f} {y:.1f}Q{x:.1f} {y - 2 - 7 * t:.1f} {x + length:.1f} {y:.1f}Q{x:.1f} {y + 2 + 4 * t:.1f} {x - length:.1f} {y:.1f}Z",
               near if i % 2 else far, opacity=0.30)  # fmt: skip
    world.ripple((-40, top, w + 80, bottom - top), amplitude=5.0, wavelength=60.0, hz=0.30)
    if road and world.weather in (sb.WEATHER_CLEAR, sb.WEATHER_UNSPECIFIED, sb.WEATHER_FOG, sb.WEATHER_CLOUDY):
        _road(world, top, bottom)


def _road(world: World, top: float, bottom: float) -> None:
    """The sun or moon in the water: one half of it drawn, the rest in two sets that glint in turn."""
    d, drawn, light = world.d, world.drawn, world.light
    bright = to_hex(blend(light.key, light.sky_low, 0.28))
    sets = (d, Drawing(), Drawing())
    strength = 0.75 if world.light.dark or world.time == sb.TIME_OF_DAY_DAWN else 0.5
    for i in range(60):
        t = (i / 60) ** 1.4
        y, spread = top + 4 + (bottom - top) * 0.9 * t, 26 + 120 * t
        x = world.sun_x * world.w + drawn.gauss(0, 0.5) * spread
        length = (9 + 52 * t) * drawn.uniform(0.5, 1.3)
        sets[i % 3].ellipse(x, y, length, 1.3 + 3.0 * t, bright, drawn.uniform(0.6, 1.0) * strength)
    for index, glints in enumerate(sets[1:]):
        world.live(glints, flicker=0.7, flicker_hz=0.55 + 0.2 * index, phase=index * 0.5)


def rocks(world: World, x: float, y: float, size: float, count: int, depth: float = 0.0) -> None:
    """A heap of boulders around (x, y), each with a lit and a shaded face, on their shadow."""
    d, drawn, side = world.d, world.drawn, world.light_side
    d.shade(x - side * size * 0.25, y + size * 0.12, size * 1.5, size * 0.22, world.hex(0.15, 0.03, 270), 0.45)
    for i in range(count):
        cx, cy = x + drawn.uniform(-1, 1) * size * (1 - 0.1 * i), y + drawn.uniform(-0.12, 0.16) * size
        r = size * drawn.uniform(0.24, 0.55)
        tall = drawn.uniform(0.6, 0.95)
        shape: list[Point] = [(cx + r * math.cos(a) * drawn.uniform(0.9, 1.12), cy - r * tall * math.sin(a) * drawn.uniform(0.85, 1.12))
                              for a in (math.pi * i / 7 for i in range(8))]  # fmt: skip
        d.polygon(shape, world.hex(0.36, 0.022, 270, depth))
        peak = (cx - side * r * 0.12, cy - r * tall * 0.42)
        lit = sorted((p for p in shape if (p[0] - cx) * side > -r * 0.25), key=lambda p: p[0])
        if len(lit) > 2:
            d.polygon([*lit, (cx + side * r * 0.35, cy), peak], world.hex(0.52, 0.026, 255, depth))


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
