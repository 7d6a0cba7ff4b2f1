"""Places among houses: village, city street, roof, park."""

from __future__ import annotations

from services.render_worker.craft.places.built_parts import facade, street_lamp
from services.render_worker.craft.places.sky import sky
from services.render_worker.craft.places.world import (
    World,
    house,
    mist,
    ridge,
    tree,
    tufts,
)


def village(world: World) -> None:
    """Houses along a road, hills behind."""
    sky(world)
    d, drawn, base, w, h = world.d, world.drawn, world.horizon, world.w, world.h
    ridge(world, base - 10, 170, world.hex(0.50, 0.05, 170, 0.62))
    ridge(world, base + 24, 90, world.hex(0.56, 0.08, 135, 0.4))
    for i in range(7):
        house(world, w * (0.02 + i / 7) + drawn.uniform(0, 30), base + 46 + drawn.uniform(-16, 10), 92, 62, 0.34)
        if i % 2:
            tree(world, w * (0.1 + i / 7), base + 56, 120, 0.34)
    d.rect(
        -50,
        base + 44,
        w + 100,
        h,
        d.vertical([(0, world.hex(0.66, 0.09, 118, 0.16), 1), (1, world.hex(0.46, 0.08, 128), 1)]),
    )
    d.path(f"M{w * 0.3:.0f} {h + 20:.0f}C{w * 0.42:.0f} {h * 0.84:.0f} {w * 0.44:.0f} {h * 0.74:.0f} {w * 0.49:.0f} {base + 46:.0f}L{w * 0.515:.0f} {base + 46:.0f}"
           f"C{w * 0.53:.0f} {h * 0.74:.0f} {w * 0.6:.0f} {h * 0.84:.0f} {w * 0.74:.0f} {h + 20:.0f}Z", world.hex(0.76, 0.055, 75))  # fmt: skip
    house(world, w * 0.06, base + 190, 270, 190, 0.06)
    house(world, w * 0.74, base + 170, 300, 210, 0.04)
    tree(world, w * 0.30, base + 160, 300, 0.08)
    for i in range(9):
        d.rect(w * 0.33 + i * 26 - 220, base + 196, 8, 54, world.hex(0.55, 0.05, 60))
    tufts(world, base + 200, h, 50)


def city_street(world: World) -> None:
    """House fronts with shops, lamps, towers in the haze."""
    sky(world)
    d, drawn, base, w, h = world.d, world.drawn, world.horizon + 130, world.w, world.h
    for i in range(13):
        height = drawn.uniform(220, 470)
        x, wide = w * i / 12 - 60, drawn.uniform(90, 150)
        d.rect(x, base - height, wide, height, world.hex(0.50, 0.035, 250, 0.55 + 0.1 * drawn.random()))
        for _ in range(7):
            d.rect(
                x + 12 + drawn.random() * (wide - 30),
                base - height + 20 + drawn.random() * height * 0.7,
                10,
                15,
                world.window(),
                opacity=0.55,
            )
    mist(world, base - 60, 260, 0.5)
    x = -40.0
    while x < w + 40:
        wide = drawn.uniform(190, 290)
        if not w * 0.40 < x + wide / 2 < w * 0.60:
            facade(world, x, base, wide - 6, drawn.uniform(390, 560), 0.05)
        x += wide
    ground = world.hex(0.52, 0.015, 260)
    d.rect(-50, base, w + 100, 40, world.hex(0.68, 0.02, 80))
    d.rect(-50, base + 34, w + 100, 10, world.hex(0.48, 0.02, 80))
    d.rect(-50, base + 42, w + 100, h, d.vertical([(0, ground, 1), (1, world.hex(0.38, 0.02, 265), 1)]))
    for i in range(-2, 9):
        left = w * (i / 7)
        d.polygon(
            [(left, base + 150), (left + 110, base + 150), (left + 104, base + 162), (left - 10, base + 162)],
            world.hex(0.86, 0.02, 90),
            0.7,
        )
    if world.light.dark:
        for _ in range(10):
            d.ellipse(w * drawn.random(), base + 50 + 200 * drawn.random(), 90, 5, world.lamp, 0.25)
    street_lamp(world, w * 0.24, base + 38, 330)
    street_lamp(world, w * 0.77, base + 38, 330)
    tree(world, w * 0.60, base + 36, 250, 0.05)


def rooftop(world: World) -> None:
    """A terrace over the roofs of a city."""
    sky(world)
    d, drawn, base, w, h = world.d, world.drawn, world.horizon + 60, world.w, world.h
    for layer, (depth, low, high, count) in enumerate(((0.7, 180, 420, 16), (0.42, 110, 320, 12))):
        for i in range(count):
            height, wide = drawn.uniform(low, high), w / count * drawn.uniform(0.8, 1.15)
            x = w * i / count - 20
            d.rect(x, base - height, wide, height + 60, world.hex(0.46 - 0.05 * layer, 0.04, 262, depth))
            for _ in range(9):
                d.rect(
                    x + 8 + drawn.random() * (wide - 24),
                    base - height + 14 + drawn.random() * height * 0.8,
                    9,
                    13,
                    world.window(),
                    opacity=0.8,
                )
        mist(world, base, 160, 0.35)
    d.rect(-50, base + 40, w + 100, 34, world.hex(0.66, 0.03, 50))
    d.rect(-50, base + 30, w + 100, 16, world.hex(0.78, 0.03, 60))
    d.rect(
        -50, base + 74, w + 100, h, d.vertical([(0, world.hex(0.56, 0.03, 45), 1), (1, world.hex(0.42, 0.03, 40), 1)])
    )
    for i in range(7):
        d.line(
            [(w * 0.5 + (i - 3) * w * 0.1, base + 76), (w * 0.5 + (i - 3) * w * 0.24, h + 20)],
            world.hex(0.42, 0.03, 40),
            3,
            0.4,
        )
    x = w * 0.11
    d.rect(x - 90, base - 150, 180, 130, world.hex(0.46, 0.06, 45))
    d.polygon([(x - 104, base - 150), (x, base - 212), (x + 104, base - 150)], world.hex(0.36, 0.05, 40))
    for leg in (-76, 70):
        d.rect(x + leg, base - 24, 10, 150, world.hex(0.30, 0.03, 40))
    d.rect(w * 0.82, base - 70, 240, 200, world.hex(0.62, 0.04, 60))
    d.rect(w * 0.82 + 40, base - 10, 76, 140, world.hex(0.36, 0.06, 200))
    d.line([(w * 0.19, base - 60), (w * 0.5, base - 28), (w * 0.83, base - 58)], world.hex(0.25, 0.02, 260), 2.5)
    for i in range(9):
        px = w * (0.24 + 0.065 * i)
        d.circle(px, base - 56 + 28 - abs(i - 4) * 6, 8, world.lamp)
        if world.light.dark:
            d.glow(px, base - 30 - abs(i - 4) * 6, 60, world.lamp, 0.5)


def park(world: World) -> None:
    """Lawns, a path, a bench under a lamp."""
    sky(world)
    d, drawn, base, w, h = world.d, world.drawn, world.horizon, world.w, world.h
    for i in range(10):
        height = drawn.uniform(90, 240)
        d.rect(w * i / 10, base - height, w / 12, height, world.hex(0.55, 0.03, 255, 0.7))
    for i in range(12):
        tree(world, w * (i + drawn.uniform(0.1, 0.9)) / 12, base + 30, drawn.uniform(160, 250), 0.38)
    d.rect(
        -50,
        base + 26,
        w + 100,
        h,
        d.vertical([(0, world.hex(0.70, 0.11, 125, 0.15), 1), (1, world.hex(0.48, 0.10, 132), 1)]),
    )
    d.path(
        f"M-40 {h * 0.96:.0f}C{w * 0.3:.0f} {h * 0.80:.0f} {w * 0.7:.0f} {h * 0.84:.0f} {w * 0.58:.0f} {base + 34:.0f}",
        stroke=world.hex(0.82, 0.045, 80),
        width=74,
        opacity=0.9,
    )
    tree(world, w * 0.09, base + 170, 520, 0.0)
    tree(world, w * 0.93, base + 140, 470, 0.02, hue=112)
    wood, iron = world.hex(0.55, 0.08, 55), world.hex(0.28, 0.02, 260)
    x, y = w * 0.70, base + 178
    for i in range(3):
        d.rect(x, y - 74 + 20 * i, 230, 13, wood, rx=4)
    d.rect(x - 8, y - 14, 246, 16, world.hex(0.62, 0.08, 58), rx=4)
    for leg in (18, 202):
        d.rect(x + leg, y - 78, 9, 126, iron)
    street_lamp(world, w * 0.64, y + 20, 290)
    tufts(world, base + 150, h, 40)
    for _ in range(30):
        d.circle(
            drawn.uniform(0, w),
            drawn.uniform(base + 190, h),
            drawn.uniform(4, 8),
            world.hex(0.78, 0.15, drawn.choice((20, 350, 85))),
        )
