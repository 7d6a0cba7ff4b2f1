"""The sky over a place: its gradient, sun, moon, stars, drifting clouds and lightning."""

from __future__ import annotations

import math

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.painting.palette import Lab, blend, lighter, to_hex
from services.render_worker.craft.painting.places.alive import birds, stars
from services.render_worker.craft.painting.places.world import World
from services.render_worker.craft.painting.shapes import Drawing, Point

_CLEAR = (sb.WEATHER_CLEAR, sb.WEATHER_UNSPECIFIED, sb.WEATHER_FOG)
_HEAVY = (sb.WEATHER_RAIN, sb.WEATHER_STORM, sb.WEATHER_CLOUDY)


def sky(world: World, *, flock: bool = True) -> None:
    """Gradient, stars or sun, clouds, birds: everything above the horizon, on the farthest plane."""
    backdrop(world)
    if world.night and world.weather in _CLEAR:
        stars(world)
    if world.weather in (*_CLEAR, sb.WEATHER_SNOW):
        sun(world)
    clouds(world)
    if world.weather == sb.WEATHER_STORM:
        _lightning(world)
    if flock:
        birds(world)


def backdrop(world: World) -> None:
    """The sky's gradient over the whole picture, warmer towards the light."""
    d, light = world.d, world.light
    upper = to_hex(blend(light.sky_top, light.sky_low, 0.35))
    lower = to_hex(blend(light.sky_top, light.sky_low, 0.80))
    d.rect(-50, -50, world.w + 100, world.h + 100,
           d.vertical([(0, to_hex(light.sky_top), 1), (0.22, upper, 1), (0.45, lower, 1), (0.6, to_hex(light.sky_low), 1)]))  # fmt: skip
    if world.weather in _CLEAR:
        d.glow(world.w * world.sun_x, world.horizon, world.w * 0.62, world.key, 0.42 if not world.night else 0.10)


def sun(world: World) -> None:
    """The sun low at dawn and dusk, high by day; the moon by night."""
    d, x = world.d, world.w * world.sun_x
    low = world.time in (sb.TIME_OF_DAY_DAWN, sb.TIME_OF_DAY_DUSK)
    y = world.horizon * (0.76 if low else 0.24)
    key = world.key
    world.sights["sun"] = (x, y + 60)
    strength = 0.45 if world.weather in (sb.WEATHER_FOG, sb.WEATHER_SNOW) else 1.0
    d.glow(x, y, 470 if low else 330, key, (0.7 if low else 0.5) * strength)
    if world.night:
        d.circle(x, y, 50, "#f6f1df", strength)
        for dx, dy, r in ((15, -10, 10), (-18, 12, 14), (12, 20, 6), (-8, -20, 5)):
            d.circle(x + dx, y + dy, r, "#ddd6c0", 0.65 * strength)
    else:
        d.circle(x, y, 96 if low else 66, key, 0.22 * strength)
        # A low sun lighter than its light would be lemon, not gold.
        d.circle(x, y, 70 if low else 48, to_hex(lighter(world.light.key, -0.03 if low else 0.05)), 0.97 * strength)


def clouds(world: World) -> None:
    """Few and light in clear weather, many and heavy otherwise; they drift one way, the far ones slower."""
    drawn, heavy = world.drawn, world.weather in _HEAVY
    if heavy:
        for i in range(7):
            x, y = (i / 6 + drawn.uniform(-0.08, 0.08)) * world.w - 160, world.horizon * drawn.uniform(0.05, 0.36)
            cloud(world, world.d, x, y, drawn.uniform(420, 620), heavy=True)
    way = drawn.choice((-1, 1))
    for i in range(3 if heavy else drawn.randint(3, 5)):
        y = world.horizon * ((0.30 if heavy else 0.12) + 0.13 * i + drawn.uniform(-0.04, 0.04))
        near = 1 - y / world.horizon
        width = drawn.uniform(210, 330) * (0.4 + near) * (1.35 if heavy else 1.0)
        d = Drawing()
        x = ((i * 0.37 + drawn.uniform(0.0, 0.2)) % 1.0) * world.w - width * 0.4
        cloud(world, d, x, y, width, heavy=heavy)
        world.live(d, vx=way * (3.0 + 6.0 * near) * (2.0 if world.weather == sb.WEATHER_STORM else 1.0),
                   wrap=(-width * 1.2, y - width, world.w + width * 2.4, width * 1.5))  # fmt: skip


def cloud(world: World, d: Drawing, x: float, y: float, width: float, *, heavy: bool = False) -> None:
    """A cloud whose flat foot starts at (x, y): a shaded body, and crowns that the light catches."""
    light, drawn, side = world.light, world.drawn, world.light_side
    base: Lab = blend(light.sky_low, light.sky_top, 0.30 if heavy else 0.12)
    lit: Lab = blend(light.sky_low, light.key, 0.20 if heavy else 0.62)
    if heavy:
        base, lit = lighter(base, -0.07), lighter(lit, -0.01)
    if world.night:
        base, lit = lighter(light.sky_low, -0.08), blend(light.sky_low, light.key, 0.16)
    heights = [math.sin(math.pi * (i + 0.5) / 6) * drawn.uniform(0.7, 1.2) for i in range(6)]

    def outline(lift: float, left: float, right: float) -> list[Point]:
        points: list[Point] = [(x + width * left, y)]
        for i, height in enumerate(heights):
            t = (i + 0.5) / 6
            if left <= t <= right:
                points.append((x + width * (t - 0.05), y - width * 0.16 * height * lift))
                points.append((x + width * (t + 0.045), y - width * 0.125 * height * lift))
        return [*points, (x + width * right, y), (x + width * (left + right) / 2, y + width * 0.018)]

    body = d.vertical([(0, to_hex(lit), 0.95), (0.55, to_hex(base), 0.85), (1, to_hex(light.sky_low), 0.15)])
    d.curve(outline(1.0, 0.0, 1.0), body, opacity=0.9 if not world.night else 0.55)
    crown = to_hex(lighter(lit, 0.03))
    d.curve(outline(0.82, 0.34 if side > 0 else 0.10, 0.90 if side > 0 else 0.66), d.vertical([(0, crown, 0.9), (1, crown, 0)]),
            opacity=0.75 if not world.night else 0.35)  # fmt: skip


def _lightning(world: World) -> None:
    """A bolt and its flash, twice in five seconds."""
    drawn = world.drawn
    x, y = world.w * drawn.uniform(0.22, 0.4), world.horizon * 0.12
    points: list[Point] = [(x, y)]
    while y < world.horizon * 0.95:
        x, y = x + drawn.uniform(-34, 30), y + drawn.uniform(30, 60)
        points.append((x, y))
    bolt, dark = Drawing(), Drawing()
    bolt.glow(points[2][0], points[2][1], 170, "#dfe4ff", 0.7)
    bolt.line(points, "#eef0ff", 11, 0.3)
    bolt.line(points, "#fdfdff", 4.5)
    dark.circle(points[2][0], points[2][1], 1.0, "#dfe4ff", 0.01)
    world.live(bolt, dark, bolt, *([dark] * 9), rate=4.5)
