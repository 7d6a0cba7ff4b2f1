"""The sky over a place: its gradient, sun, moon, stars, clouds and lightning."""

from __future__ import annotations

import math

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.palette import blend, lighter, to_hex
from services.render_worker.craft.places.world import World
from services.render_worker.craft.shapes import Point


def sky(world: World) -> None:
    """Gradient, stars or sun, clouds: everything above the horizon."""
    d, light, drawn = world.d, world.light, world.drawn
    middle = to_hex(blend(light.sky_top, light.sky_low, 0.55))
    d.rect(
        -50,
        -50,
        world.w + 100,
        world.h + 100,
        d.vertical([(0, to_hex(light.sky_top), 1), (0.38, middle, 1), (0.62, to_hex(light.sky_low), 1)]),
    )
    clear = world.weather in (sb.WEATHER_CLEAR, sb.WEATHER_UNSPECIFIED, sb.WEATHER_FOG)
    if world.night and clear:
        for _ in range(round(world.w * world.h / 14_000)):
            y = world.horizon * drawn.random() ** 1.3 * 0.95
            d.circle(world.w * drawn.random(), y, drawn.uniform(0.8, 2.3), "#fff6e0", drawn.uniform(0.3, 0.95))
    if clear or world.weather == sb.WEATHER_SNOW:
        sun(world)
    heavy = world.weather in (sb.WEATHER_RAIN, sb.WEATHER_STORM, sb.WEATHER_CLOUDY)
    for _ in range(11 if heavy else drawn.randint(3, 5)):
        y = world.horizon * (drawn.uniform(0.02, 0.6) if heavy else drawn.uniform(0.12, 0.72))
        cloud(
            world,
            drawn.uniform(-0.05, 1.0) * world.w,
            y,
            drawn.uniform(190, 420) * (1.5 if heavy else 1.0) * (0.45 + 0.75 * (1 - y / world.horizon)),
        )
    if world.weather == sb.WEATHER_STORM:
        _lightning(world)


def sun(world: World) -> None:
    """The sun low at dawn and dusk, high by day; the moon by night."""
    d, x = world.d, world.w * world.sun_x
    low = world.time in (sb.TIME_OF_DAY_DAWN, sb.TIME_OF_DAY_DUSK)
    y = world.horizon * (0.78 if low else 0.26)
    key = world.key
    world.sights["sun"] = (x, y + 60)
    foggy = 0.45 if world.weather == sb.WEATHER_FOG else 1.0
    d.glow(x, y, 520 if low else 380, key, (0.75 if low else 0.5) * foggy)
    if world.night:
        d.circle(x, y, 46, "#f4efdc", foggy)
        d.circle(x + 14, y - 8, 9, "#dcd6c2", 0.7 * foggy)
        d.circle(x - 16, y + 12, 13, "#dcd6c2", 0.6 * foggy)
    else:
        d.circle(x, y, 66 if low else 50, to_hex(lighter(world.light.key, 0.04)), 0.95 * foggy)


def cloud(world: World, x: float, y: float, width: float) -> None:
    """A cloud whose flat foot starts at (x, y)."""
    d, drawn = world.d, world.drawn
    body = to_hex(
        blend(
            world.light.sky_low,
            world.light.key,
            0.35 if world.weather not in (sb.WEATHER_STORM, sb.WEATHER_RAIN) else 0.0,
        )
    )
    fill = d.vertical([(0, body, 0.95), (1, to_hex(world.light.sky_low), 0.25)])
    points: list[Point] = [(x, y)]
    puffs = drawn.randint(4, 6)
    for i in range(puffs):
        t = (i + 0.5) / puffs
        points.append(
            (x + width * t, y - width * 0.17 * math.sin(math.pi * t) * drawn.uniform(0.65, 1.25) - width * 0.02)
        )
    points += [(x + width, y), (x + width * 0.72, y + width * 0.022), (x + width * 0.3, y + width * 0.03)]
    d.curve(points, fill, opacity=0.8 if not world.night else 0.3)


def _lightning(world: World) -> None:
    drawn = world.drawn
    x, y = world.w * drawn.uniform(0.2, 0.4), world.horizon * 0.1
    points: list[Point] = [(x, y)]
    while y < world.horizon * 0.95:
        x, y = x + drawn.uniform(-34, 30), y + drawn.uniform(30, 60)
        points.append((x, y))
    world.d.glow(points[0][0], points[0][1], 420, "#dfe4ff", 0.5)
    world.d.line(points, "#eef0ff", 12, 0.25)
    world.d.line(points, "#fdfdff", 4.5)
