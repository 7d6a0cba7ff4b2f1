"""The shells of rooms: what is outside, walls with windows in them, floors, curtains, daylight that falls in."""

from __future__ import annotations

from collections.abc import Sequence

from services.render_worker.craft.painting.palette import blend, to_hex
from services.render_worker.craft.painting.places.alive import birds, motes, stars
from services.render_worker.craft.painting.places.growth import tree
from services.render_worker.craft.painting.places.sky import backdrop, cloud
from services.render_worker.craft.painting.places.world import World
from services.render_worker.craft.painting.shapes import Box, Drawing


def shell(world: World, wall_hue: float, openings: Sequence[Box] = (), *, wall: float = 0.80, chroma: float = 0.045, floor_hue: float = 58.0,
          floor: float = 0.58, planks: bool = True, city: bool = False) -> float:  # fmt: skip
    """What is outside, the wall with its openings (x, y, width, height) cut out, and the floor, on three planes; the height
    where wall and floor meet is returned. What follows stands on the floor.
    """
    d, w, h = world.d, world.w, world.h
    line = h * 0.70
    _outside(world, openings, city=city)
    world.plane(0.62)
    near, far = world.hex(wall, chroma, wall_hue), world.hex(wall - 0.20, chroma, wall_hue + 12)
    holes = "".join(f"M{x:.1f} {y:.1f}H{x + ow:.1f}V{y + oh:.1f}H{x:.1f}Z" for x, y, ow, oh in openings)
    side = world.light_side
    stops = [(0, far, 1), (0.75, near, 1), (1, near, 1)]
    d.path(
        f"M-60 -60H{w + 60:.0f}V{line + 60:.0f}H-60Z{holes}",
        d.sideways(stops if side > 0 else [(1 - at, color, 1) for at, color, _ in reversed(stops)]),
    )
    dark = world.hex(0.16, 0.03, 290)
    shades = d.vertical([(0, dark, 0.42), (0.38, dark, 0), (0.58, dark, 0), (1, dark, 0.26)])
    d.path(f"M-60 -60H{w + 60:.0f}V{line + 60:.0f}H-60Z{holes}", shades)
    d.rect(
        -50,
        line - 30,
        w + 100,
        32,
        d.vertical([(0, world.hex(wall + 0.10, 0.02, wall_hue), 1), (1, world.hex(wall - 0.04, 0.02, wall_hue), 1)]),
    )
    d.rect(-50, line - 34, w + 100, 4, world.hex(wall - 0.2, 0.03, wall_hue), opacity=0.5)
    world.plane(1.0)
    d.rect(
        -50,
        line,
        w + 100,
        h,
        d.vertical(
            [(0, world.hex(floor + 0.07, 0.07, floor_hue), 1), (1, world.hex(floor - 0.15, 0.06, floor_hue - 6), 1)]
        ),
    )
    if planks:
        for i in range(-5, 17):
            x = w * i / 11
            a, b = w * 0.5 + (x - w * 0.5) * 0.8, w * 0.5 + (x - w * 0.5) * 1.8
            c, e = w * 0.5 + (x + w / 11 - w * 0.5) * 0.8, w * 0.5 + (x + w / 11 - w * 0.5) * 1.8
            if i % 3 != 1:
                d.polygon(
                    [(a, line), (c, line), (e, h + 60), (b, h + 60)],
                    world.hex(floor + (0.05 if i % 3 else -0.06), 0.065, floor_hue),
                    0.32,
                )
            d.line([(a, line), (b, h + 60)], world.hex(floor - 0.18, 0.06, floor_hue), 2.4, 0.5)
    d.rect(-50, line, w + 100, 60, d.vertical([(0, dark, 0.45), (1, dark, 0)]))
    return line


def _outside(world: World, openings: Sequence[Box], *, city: bool) -> None:
    """The hour's sky, hills or towers and a tree, where windows will be."""
    backdrop(world)
    if not openings:
        return
    d, drawn, light = world.d, world.drawn, world.light
    left, top = min(o[0] for o in openings), min(o[1] for o in openings)
    right, bottom = max(o[0] + o[2] for o in openings), max(o[1] + o[3] for o in openings)
    span, tall = right - left, bottom - top
    x = left + span * (0.72 if world.light_side > 0 else 0.28)
    if world.night:
        stars(world)
        d.circle(x, top + tall * 0.24, min(30.0, tall * 0.09), "#f4efdc")
        d.glow(x, top + tall * 0.24, tall * 0.5, world.key, 0.35)
    else:
        d.glow(x, top + tall * 0.45, max(span, tall) * 0.8, world.key, 0.65)
    moving = Drawing()
    cloud(world, moving, left - span * 0.2, top + tall * 0.42, min(320.0, tall * 0.8))
    world.live(moving, vx=7.0, wrap=(left - 380, top, span + 760, tall * 0.6))
    # What stands on the ground hides the stars behind it.
    world.plane(0.12)
    if city:
        for i in range(round(span / 46)):
            height = tall * drawn.uniform(0.16, 0.55)
            tx = left + i * 46 + drawn.uniform(-8, 8)
            d.rect(tx, bottom - height, 40, height + 30, world.hex(0.48, 0.04, 255, 0.5))
            for row in range(int(height / 26)):
                if drawn.random() < 0.5:
                    d.rect(
                        tx + drawn.choice((6, 20)), bottom - height + 10 + row * 26, 8, 11, world.window(), opacity=0.7
                    )
    else:
        far = to_hex(blend(light.sky_low, light.lit((0.5, -0.04, 0.03)), 0.5))
        near = to_hex(blend(light.sky_low, light.lit((0.44, -0.05, 0.05)), 0.8))
        for rise, color in ((0.26, far), (0.15, near)):
            crest = [
                (left - 60 + (span + 120) * i / 6, bottom - tall * rise * drawn.uniform(0.5, 1.1)) for i in range(7)
            ]
            d.curve([*crest, (right + 60, bottom + 50), (left - 60, bottom + 50)], color)
        tree(world, left + span * drawn.uniform(0.1, 0.35), bottom + 10, min(260.0, tall * 0.62), 0.22)
        birds(world, 3, low=0.5, size=9)


def view(world: World, x: float, y: float, w: float, h: float) -> None:
    """The frame of a window over its opening, and the light that it throws on the floor."""
    d = world.d
    world.sights["window"] = (x + w / 2, y + h / 2)
    frame, shade = world.hex(0.92, 0.02, 75), world.hex(0.66, 0.03, 60)
    for part in (
        (x - 18, y - 18, w + 36, 18),
        (x - 18, y + h, w + 36, 18),
        (x - 18, y, 18, h),
        (x + w, y, 18, h),
        (x + w / 2 - 6, y, 12, h),
        (x, y + h * 0.42, w, 10),
    ):
        d.rect(part[0], part[1], part[2], part[3], frame)
    d.rect(x, y, w, 9, shade, opacity=0.7)
    d.rect(x if world.light_side > 0 else x + w - 8, y, 8, h, shade, opacity=0.6)
    d.rect(x - 32, y + h + 16, w + 64, 17, world.hex(0.95, 0.02, 75))
    d.rect(x - 26, y + h + 33, w + 52, 9, shade, opacity=0.6)


def daylight(world: World, x: float, y: float, w: float, h: float) -> None:
    """The sun through a window of that box: a patch on the floor, a beam in the air with dust in it; nothing by night."""
    if world.night:
        return
    d, side, floor = world.d, world.light_side, world.h * 0.70
    strength = 0.34 if not world.light.dark else 0.24
    for i in range(2):
        a, b = x + w * (0.02 + 0.50 * i), x + w * (0.46 + 0.50 * i)
        shift = -side * w * 0.75
        d.polygon([(a + shift * 0.3, floor + 26), (b + shift * 0.3, floor + 26), (b + shift * 1.25, world.h * 0.97), (a + shift * 1.25, world.h * 0.97)],
                  d.vertical([(0, world.key, strength), (1, world.key, strength * 0.3)]))  # fmt: skip
    fill = d.vertical([(0, world.key, 0.22), (1, world.key, 0.0)])
    d.polygon(
        [(x, y), (x + w, y + h * 0.1), (x + w - side * w * 0.9, floor + 120), (x - side * w * 1.2, floor + 120)], fill
    )
    motes(world, x - side * w * 0.6, y + h * 0.2, w * 1.1, floor - y)


def curtain(world: World, x: float, y: float, w: float, h: float, color: str, fold: str) -> None:
    """Curtains beside a window of that box, that breathe with its draught."""
    world.d.rect(x - w * 0.24, y - 52, w * 1.5, 13, world.hex(0.36, 0.06, 50), rx=6)
    for index, left in enumerate((x - w * 0.17, x + w * 0.85)):
        d = Drawing()
        wide = w * 0.31
        d.path(
            f"M{left:.0f} {y - 42:.0f}h{wide:.0f}Q{left + wide * 0.78:.0f} {y + h * 0.5:.0f} {left + wide * 0.98:.0f} {y + h + 72:.0f}q{-wide * 0.25:.0f} 10 {-wide * 0.5:.0f} 0t{-wide * 0.46:.0f} 2Q{left + wide * 0.12:.0f} {y + h * 0.5:.0f} {left:.0f} {y - 42:.0f}Z",
            color,
        )
        for i in range(4):
            fx = left + wide * (0.12 + 0.23 * i)
            d.path(
                f"M{fx:.0f} {y - 40:.0f}Q{fx - wide * 0.04:.0f} {y + h * 0.5:.0f} {fx + wide * 0.02:.0f} {y + h + 68:.0f}l{wide * 0.07:.0f} 0Q{fx + wide * 0.02:.0f} {y + h * 0.5:.0f} {fx + wide * 0.05:.0f} {y - 40:.0f}Z",
                fold,
                opacity=0.75,
            )
        world.live(d, sway_deg=0.55, sway_hz=0.17, pivot=(left + wide / 2, y - 42), phase=index * 0.4)


def onto_wall(world: World) -> None:
    """What follows hangs on the wall, in front of which the floor begins anew: see `onto_floor`."""
    floor = world.d.planes.pop()
    world.floor_shapes = floor.shapes


def onto_floor(world: World) -> None:
    """What follows stands on the floor, nearer than all that hangs."""
    world.plane(1.0)
    world.d.planes[-1].shapes += world.floor_shapes
