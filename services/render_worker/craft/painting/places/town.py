"""Places among houses: village, city street, roof, park."""

from __future__ import annotations

from services.render_worker.craft.painting.palette import to_hex
from services.render_worker.craft.painting.places.alive import bough, drifting_mist, grasses
from services.render_worker.craft.painting.places.built_parts import house, street_lamp
from services.render_worker.craft.painting.places.city import towers
from services.render_worker.craft.painting.places.ground import hills, meadow, mist
from services.render_worker.craft.painting.places.growth import bush, flowers, tree, tufts
from services.render_worker.craft.painting.places.sky import sky
from services.render_worker.craft.painting.places.world import World
from services.render_worker.craft.painting.shapes import Drawing


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
    world.sights |= {"church": (w * 0.515, base - 40), "road": (w * 0.5, base + 160)}
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


def park(world: World) -> None:
    """Lawns, a path, a pond, a bench under a lamp."""
    sky(world)
    d, drawn, base, w, h = world.d, world.drawn, world.horizon, world.w, world.h
    world.plane(0.15)
    towers(world, base + 20, 11, 80, 220, 0.74, 0.50)
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
