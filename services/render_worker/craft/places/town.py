"""Places among houses: village, city street, roof, park."""

from __future__ import annotations

from services.render_worker.craft.palette import lighter, to_hex
from services.render_worker.craft.places.alive import bough, drifting_mist, grasses, smoke
from services.render_worker.craft.places.built_parts import facade, house, street_lamp, traffic
from services.render_worker.craft.places.growth import bush, flowers, hills, meadow, mist, tree, tufts
from services.render_worker.craft.places.sky import sky
from services.render_worker.craft.places.world import World
from services.render_worker.craft.shapes import Drawing


def village(world: World) -> None:
    """Houses along a road that winds up to a church, hills behind."""
    sky(world)
    d, drawn, base, w, h = world.d, world.drawn, world.horizon, world.w, world.h
    world.plane(0.15)
    hills(world, base - 20, 190, 0.50, 0.05, 175, 0.64)
    world.plane(0.35)
    hills(world, base + 24, 100, 0.54, 0.075, 140, 0.42)
    for i in range(7):
        x = w * (0.02 + i / 7) + drawn.uniform(0, 30)
        if not 0.44 < x / w < 0.58:
            house(world, x, base + 40 + drawn.uniform(-16, 8), 84, 50, 0.36)
        if i % 2:
            tree(world, w * (0.1 + i / 7), base + 50, 110, 0.36)
    _church(world, w * 0.515, base + 34, 190, 0.30)
    mist(world, base + 40, 80, 0.4)
    drifting_mist(world, base + 30, 30, 0.3)
    world.plane(0.75)
    meadow(world, base + 44, 126, lightness=0.55)
    _road(world, base + 44)
    house(world, w * 0.70, base + 128, 230, 140, 0.10, fires=True)
    house(world, w * 0.20, base + 112, 190, 116, 0.12, fires=True)
    tree(world, w * 0.36, base + 108, 210, 0.12)
    tree(world, w * 0.62, base + 100, 180, 0.14)
    world.plane(1.0)
    for i in range(7):
        x = w * 0.0 + i * 40
        d.polygon(
            [(x, base + 250), (x, base + 190), (x + 7, base + 182), (x + 14, base + 190), (x + 14, base + 250)],
            world.hex(0.62, 0.05, 62),
        )
    d.rect(-20, base + 205, 290, 9, world.hex(0.54, 0.05, 58))
    d.rect(-20, base + 230, 290, 9, world.hex(0.54, 0.05, 58))
    bush(world, w * 0.95, base + 250, 230, 0.0)
    bush(world, w * 0.86, base + 236, 130, 0.02)
    tufts(world, base + 180, h, 90)
    flowers(world, base + 200, h, 40)
    world.plane(1.4, front=True, soft=3.0)
    bough(world, -world.light_side)
    grasses(world, w * 0.05, h + 40, 200, lightness=0.32)
    grasses(world, w * 0.96, h + 40, 210, lightness=0.32)


def _road(world: World, top: float) -> None:
    d, w, h = world.d, world.w, world.h
    for grow, lightness in ((16.0, 0.58), (0.0, 0.74)):
        d.path(f"M{w * 0.26 - grow:.0f} {h + 80:.0f}C{w * 0.38 - grow:.0f} {h * 0.86:.0f} {w * 0.56 - grow:.0f} {h * 0.80:.0f} {w * 0.52 - grow * 0.4:.0f} {h * 0.72:.0f}S{w * 0.50:.0f} {top + 30:.0f} {w * 0.506:.0f} {top:.0f}"
               f"L{w * 0.522:.0f} {top:.0f}C{w * 0.53:.0f} {top + 34:.0f} {w * 0.56 + grow * 0.4:.0f} {h * 0.70:.0f} {w * 0.585 + grow:.0f} {h * 0.735:.0f}S{w * 0.62 + grow:.0f} {h * 0.86:.0f} {w * 0.70 + grow:.0f} {h + 80:.0f}Z",
               d.vertical([(0, world.hex(lightness + 0.06, 0.045, 78, 0.2), 1), (1, world.hex(lightness - 0.12, 0.05, 66), 1)]))  # fmt: skip


def _church(world: World, x: float, y: float, height: float, depth: float) -> None:
    d, side = world.d, world.light_side
    wall, shade, roof = (
        world.hex(0.88, 0.025, 75, depth),
        world.hex(0.66, 0.03, 60, depth),
        world.hex(0.44, 0.08, 30, depth),
    )
    w = height * 0.17
    d.rect(x, y - height * 0.30, height * 0.40, height * 0.30, wall)
    d.polygon(
        [
            (x - 4, y - height * 0.30),
            (x + height * 0.05, y - height * 0.46),
            (x + height * 0.37, y - height * 0.46),
            (x + height * 0.43, y - height * 0.30),
        ],
        roof,
    )
    d.rect(x - w, y - height * 0.60, w, height * 0.60, wall)
    d.rect(x - w if side > 0 else x - w * 0.4, y - height * 0.60, w * 0.4, height * 0.60, shade, opacity=0.7)
    d.polygon([(x - w * 1.12, y - height * 0.60), (x - w * 0.5, y - height), (x + w * 0.12, y - height * 0.60)], roof)
    for i in range(3):
        d.rect(x + height * (0.06 + 0.11 * i), y - height * 0.22, height * 0.035, height * 0.12, world.window(), rx=3)


def city_street(world: World) -> None:
    """House fronts with shops on both sides, towers in the haze between them; cars pass."""
    sky(world)
    d, drawn, base, w, h = world.d, world.drawn, world.horizon + 120, world.w, world.h
    world.plane(0.25)
    _towers(world, base, 13, 260, 520, 0.72, 0.44)
    _towers(world, base, 9, 180, 360, 0.48, 0.44)
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


def _towers(world: World, base: float, count: int, low: float, high: float, depth: float, lightness: float) -> None:
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
    _towers(world, base + 10, 15, 200, 430, 0.70, 0.44)
    mist(world, base - 20, 180, 0.45)
    world.plane(0.32)
    _towers(world, base + 40, 11, 110, 300, 0.44, 0.42)
    smoke(world, w * 0.36, base - 120, 26)
    mist(world, base + 30, 130, 0.35)
    world.plane(0.75)
    _tank(world, w * 0.11, base)
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


def park(world: World) -> None:
    """Lawns, a path, a pond, a bench under a lamp."""
    sky(world)
    d, drawn, base, w, h = world.d, world.drawn, world.horizon, world.w, world.h
    world.plane(0.15)
    _towers(world, base + 20, 11, 80, 220, 0.74, 0.50)
    world.plane(0.4)
    for i in range(12):
        tree(world, w * (i + drawn.uniform(0.1, 0.9)) / 12, base + 30, drawn.uniform(140, 230), 0.38)
    mist(world, base + 20, 90, 0.35)
    world.plane(1.0)
    meadow(world, base + 26, 126, lightness=0.57)
    pond = [
        (w * 0.16, base + 74),
        (w * 0.30, base + 56),
        (w * 0.44, base + 72),
        (w * 0.40, base + 104),
        (w * 0.26, base + 116),
        (w * 0.15, base + 100),
    ]
    d.curve(
        [(x + (8 if x > w * 0.3 else -8), y + (5 if y > base + 80 else -3)) for x, y in pond],
        world.hex(0.42, 0.06, 120),
    )
    d.curve(pond, d.vertical([(0, to_hex(world.light.sky_low), 1), (1, world.hex(0.50, 0.07, 235), 1)]))
    world.sights["water"] = (w * 0.29, base + 92)
    world.ripple((w * 0.15, base + 56, w * 0.29, 60), amplitude=3.0, wavelength=36)
    glints = Drawing()
    for _ in range(9):
        glints.ellipse(
            drawn.uniform(0.2, 0.4) * w, base + drawn.uniform(66, 106), drawn.uniform(14, 40), 1.6, world.key, 0.7
        )
    world.live(glints, flicker=0.8, flicker_hz=0.5)
    for grow, lightness in ((1.12, 0.62), (1.0, 0.80)):
        d.path(f"M{w * (0.50 - 0.24 * grow):.0f} {h + 80:.0f}C{w * 0.44:.0f} {h * 0.86:.0f} {w * (0.66 - 0.05 * grow):.0f} {h * 0.84:.0f} {w * (0.60 - 0.02 * grow):.0f} {base + 90:.0f}S{w * 0.535:.0f} {base + 40:.0f} {w * 0.54:.0f} {base + 28:.0f}"
               f"L{w * 0.556:.0f} {base + 28:.0f}C{w * 0.57:.0f} {base + 50:.0f} {w * (0.60 + 0.045 * grow):.0f} {base + 70:.0f} {w * (0.62 + 0.05 * grow):.0f} {base + 130:.0f}S{w * 0.64:.0f} {h * 0.90:.0f} {w * (0.50 + 0.16 * grow):.0f} {h + 80:.0f}Z",
               d.vertical([(0, world.hex(lightness + 0.04, 0.04, 80, 0.15), 1), (1, world.hex(lightness - 0.1, 0.045, 72), 1)]))  # fmt: skip
    tree(world, w * 0.10, base + 150, 470, 0.0)
    tree(world, w * 0.92, base + 118, 410, 0.03, hue=116)
    _bench(world, w * 0.715, base + 170)
    street_lamp(world, w * 0.68, base + 186, 290)
    bush(world, w * 0.985, base + 170, 190, 0.02)
    tufts(world, base + 110, h, 70)
    flowers(world, base + 130, h, 54)
    world.plane(1.4, front=True, soft=3.0)
    bough(world, -world.light_side)
    grasses(world, w * 0.96, h + 40, 200, lightness=0.32)


def _bench(world: World, x: float, y: float) -> None:
    d, iron = world.d, world.hex(0.26, 0.02, 260)
    d.shade(x + 110 - world.light_side * 40, y + 46, 170, 16, world.hex(0.15, 0.03, 260), 0.5)
    for leg in (18, 202):
        d.rect(x + leg, y - 80, 9, 128, iron)
        d.rect(x + leg - 12, y - 4, 34, 8, iron)
    for i in range(3):
        d.rect(x, y - 76 + 21 * i, 230, 14, world.accent(0.50, 0.10), rx=4)
    d.rect(x - 8, y - 12, 246, 15, world.accent(0.58, 0.10), rx=4)
