"""Places of the city: a street of shops, a roof terrace."""

from __future__ import annotations

from services.render_worker.craft.painting.palette import lighter, to_hex
from services.render_worker.craft.painting.places.alive import grasses, smoke
from services.render_worker.craft.painting.places.built_parts import facade, street_lamp, traffic
from services.render_worker.craft.painting.places.ground import mist
from services.render_worker.craft.painting.places.growth import bush, tree
from services.render_worker.craft.painting.places.sky import sky
from services.render_worker.craft.painting.places.world import World
from services.render_worker.craft.painting.shapes import Drawing


def city_street(world: World) -> None:
    """House fronts with shops on both sides, towers in the haze between them; cars pass."""
    sky(world)
    d, drawn, base, w, h = world.d, world.drawn, world.horizon + 120, world.w, world.h
    world.plane(0.25)
    towers(world, base, 13, 260, 520, 0.72, 0.44)
    towers(world, base, 9, 180, 360, 0.48, 0.44)
    mist(world, base - 50, 260, 0.55)
    world.plane(0.65)
    tall = w < h
    x = -60.0
    while x < w + 40:
        wide = drawn.uniform(190, 280)
        gap = abs((x + wide / 2) / w - (0.5 - world.light_side * 0.07)) < 0.10
        if not gap:
            # They step up to the picture's edges: a street is a valley.
            lift = abs((x + wide / 2) / w - 0.5)
            facade(
                world,
                x,
                base,
                wide - 6,
                (360 + 420 * lift) * (1.2 if tall else 1.0) * drawn.uniform(0.92, 1.1),
                0.10 - 0.08 * lift,
            )
        x += wide
    world.plane(1.0)
    d.rect(
        -50, base - 2, w + 100, 46, d.vertical([(0, world.hex(0.60, 0.02, 80), 1), (1, world.hex(0.72, 0.02, 80), 1)])
    )
    for i in range(round(w / 90) + 2):
        d.line([(i * 90, base), (i * 90 - 10 + (i * 90 - w / 2) * 0.03, base + 40)], world.hex(0.52, 0.02, 80), 2, 0.6)
    d.rect(-50, base + 42, w + 100, 9, world.hex(0.46, 0.02, 80))
    wet = world.weather in (3, 4)
    d.rect(
        -50,
        base + 50,
        w + 100,
        h,
        d.vertical([(0, world.hex(0.50, 0.018, 262, 0.1), 1), (1, world.hex(0.33, 0.022, 268), 1)]),
    )
    if wet or world.light.dark:
        for i in range(12):
            rx = w * (i + drawn.random()) / 12
            color = world.lamp if world.light.dark else to_hex(world.light.sky_low)
            d.ellipse(rx, base + drawn.uniform(70, 230), drawn.uniform(40, 110), drawn.uniform(3, 8), color, 0.26)
    for i in range(-2, 10):
        left = w * (i / 7)
        d.polygon(
            [(left, base + 150), (left + 110, base + 150), (left + 102, base + 163), (left - 12, base + 163)],
            world.hex(0.84, 0.02, 90),
            0.65,
        )
    street_lamp(world, w * 0.24, base + 40, 330)
    street_lamp(world, w * 0.77, base + 40, 330)
    tree(world, w * (0.5 - world.light_side * 0.07), base + 34, 240, 0.06)
    traffic(world, base + 112, 210)
    world.plane(1.4, front=True, soft=3.4)
    x = w * (0.015 if world.light_side > 0 else 0.985)
    d.rect(x - 16, -80, 32, h + 200, world.hex(0.15, 0.02, 265))
    d.rect(x - 24, h * 0.30, 48, 22, world.hex(0.15, 0.02, 265), rx=4)


def towers(world: World, base: float, count: int, low: float, high: float, depth: float, lightness: float) -> None:
    """A skyline of that many towers standing at `base`, some windows lit."""
    d, drawn, w, side = world.d, world.drawn, world.w, world.light_side
    for i in range(count):
        height, x = drawn.uniform(low, high), w * (i - 0.3) / (count - 1)
        wide = w / count * drawn.uniform(0.72, 1.05)
        d.rect(
            x,
            base - height,
            wide,
            height + 30,
            d.vertical(
                [
                    (0, world.hex(lightness, 0.035, 255, depth), 1),
                    (1, world.hex(lightness + 0.08, 0.03, 255, min(1, depth + 0.3)), 1),
                ]
            ),
        )
        d.rect(
            x if side > 0 else x + wide * 0.7,
            base - height,
            wide * 0.3,
            height + 30,
            world.hex(lightness - 0.10, 0.04, 262, depth),
            opacity=0.4,
        )
        if drawn.random() < 0.4:
            d.rect(x + wide * 0.3, base - height - 22, wide * 0.25, 24, world.hex(lightness, 0.035, 255, depth))
        for row in range(int(height / 34)):
            for column in range(max(1, int(wide / 22))):
                if drawn.random() < (0.42 if world.light.dark else 0.30):
                    d.rect(
                        x + 8 + column * 21,
                        base - height + 16 + row * 30,
                        9,
                        13,
                        world.window(),
                        opacity=0.75 - 0.4 * depth,
                    )


def rooftop(world: World) -> None:
    """A terrace over the roofs of a city, strung with lamps."""
    sky(world)
    d, base, w, h = world.d, world.horizon + 60, world.w, world.h
    world.plane(0.12)
    towers(world, base + 10, 15, 200, 430, 0.70, 0.44)
    mist(world, base - 20, 180, 0.45)
    world.plane(0.32)
    towers(world, base + 40, 11, 110, 300, 0.44, 0.42)
    smoke(world, w * 0.36, base - 120, 26)
    mist(world, base + 30, 130, 0.35)
    world.plane(0.75)
    _tank(world, w * 0.11, base)
    world.sights |= {"tank": (w * 0.12, base - 60), "towers": (w * 0.55, base - 140), "flowers": (w * 0.72, base + 90)}
    d.rect(
        w * 0.80,
        base - 90,
        330,
        240,
        d.sideways(
            [
                (0, world.hex(0.58 if world.light_side > 0 else 0.70, 0.04, 52), 1),
                (1, world.hex(0.70 if world.light_side > 0 else 0.56, 0.04, 60), 1),
            ]
        ),
    )
    d.rect(w * 0.80 - 12, base - 104, 360, 20, world.hex(0.46, 0.04, 45))
    d.rect(w * 0.80 + 50, base - 24, 78, 160, world.accent(0.45, 0.10), rx=3)
    d.rect(w * 0.80 + 170, base - 40, 60, 54, world.window())
    for i in range(3):
        d.line(
            [(w * 0.86 + 30 * i, base - 104), (w * 0.86 + 30 * i, base - 190 + 30 * i)], world.hex(0.22, 0.02, 260), 3
        )
        d.line(
            [(w * 0.86 + 30 * i - 18, base - 180 + 30 * i), (w * 0.86 + 30 * i + 18, base - 180 + 30 * i)],
            world.hex(0.22, 0.02, 260),
            2.5,
        )
    d.rect(-50, base + 40, w + 100, 40, world.hex(0.60, 0.03, 50))
    d.rect(-50, base + 28, w + 100, 17, world.hex(0.78, 0.03, 62))
    world.plane(1.0)
    d.rect(
        -50, base + 78, w + 100, h, d.vertical([(0, world.hex(0.58, 0.035, 48), 1), (1, world.hex(0.40, 0.035, 42), 1)])
    )
    for i in range(11):
        d.line(
            [(w * 0.5 + (i - 5) * w * 0.10, base + 80), (w * 0.5 + (i - 5) * w * 0.24, h + 60)],
            world.hex(0.40, 0.03, 42),
            3,
            0.5,
        )
    for row in range(4):
        y = base + 80 + (h - base - 80) * (0.12 + 0.26 * row)
        d.line([(-40, y), (w + 40, y)], world.hex(0.40, 0.03, 42), 2 + row, 0.4)
    for x, size in ((0.05, 80), (0.72, 62)):
        d.polygon(
            [
                (w * x - size * 0.5, base + 88),
                (w * x + size * 0.5, base + 88),
                (w * x + size * 0.4, base + 88 + size * 0.8),
                (w * x - size * 0.4, base + 88 + size * 0.8),
            ],
            world.hex(0.50, 0.08, 40),
        )
        bush(world, w * x, base + 94, size * 1.6, 0.0)
    _string(world, base)
    world.plane(1.35, front=True, soft=3.0)
    d.rect(-80, h * 0.93, w * 0.13, 240, world.hex(0.22, 0.03, 45), rx=12)
    grasses(world, w * 0.035, h * 0.95, 210, hue=130, lightness=0.28)


def _tank(world: World, x: float, base: float) -> None:
    d, side = world.d, world.light_side
    d.rect(
        x - 90,
        base - 160,
        180,
        140,
        d.sideways(
            [
                (0, world.hex(0.32 if side > 0 else 0.54, 0.06, 45), 1),
                (1, world.hex(0.54 if side > 0 else 0.32, 0.06, 48), 1),
            ]
        ),
    )
    for i in range(7):
        d.line([(x - 78 + 26 * i, base - 160), (x - 78 + 26 * i, base - 20)], world.hex(0.28, 0.05, 42), 2.5, 0.7)
    for y in (-140, -60):
        d.rect(x - 92, base + y, 184, 7, world.hex(0.25, 0.03, 260))
    d.polygon([(x - 106, base - 158), (x, base - 226), (x + 106, base - 158)], world.hex(0.38, 0.05, 40))
    d.polygon(
        [(x, base - 226), (x - side * 106, base - 158), (x - side * 20, base - 158)], world.hex(0.28, 0.05, 38), 0.8
    )
    for leg in (-78, 0, 72):
        d.rect(x + leg, base - 24, 9, 120, world.hex(0.28, 0.03, 40))
    d.line([(x - 74, base + 60), (x + 74, base - 16)], world.hex(0.28, 0.03, 40), 5)
    d.line([(x + 74, base + 60), (x - 74, base - 16)], world.hex(0.28, 0.03, 40), 5)


def _string(world: World, base: float) -> None:
    """Two strings of lamps that hang across the terrace and sway."""
    w = world.w
    for row, (a, b, sag) in enumerate((((0.10, -150), (0.56, -64), 84), ((0.44, -90), (0.86, -170), 96))):
        d = Drawing()
        points = []
        for i in range(15):
            t = i / 14
            points.append((w * (a[0] + (b[0] - a[0]) * t), base + a[1] + (b[1] - a[1]) * t + sag * 4 * t * (1 - t)))
        d.line(points, world.hex(0.20, 0.02, 260), 2.4)
        for x, y in points[1:-1]:
            d.circle(x, y + 9, 7.5, to_hex(lighter(world.light.lamp, 0.06)))
            if world.light.dark:
                d.glow(x, y + 9, 46, world.lamp, 0.55)
        world.live(d, sway_deg=0.5, sway_hz=0.2, pivot=points[0], phase=row * 0.5)
