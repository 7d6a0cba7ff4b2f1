"""What rooms are made of: walls with windows in them, floor, lamps, shelves, tables."""

from __future__ import annotations

from collections.abc import Sequence

from services.render_worker.craft.palette import blend, lighter, to_hex
from services.render_worker.craft.places.alive import birds, flame, motes, shine, stars
from services.render_worker.craft.places.growth import leaf, tree
from services.render_worker.craft.places.sky import backdrop, cloud
from services.render_worker.craft.places.world import World
from services.render_worker.craft.shapes import Box, Drawing


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


def lamp(world: World, x: float, y: float, size: float) -> None:
    """A standing lamp on whatever is at (x, y)."""
    d = world.d
    d.rect(x - size * 0.04, y - size * 0.7, size * 0.08, size * 0.7, world.hex(0.42, 0.06, 60))
    d.ellipse(x, y, size * 0.2, size * 0.045, world.hex(0.42, 0.06, 60))
    if world.light.dark:
        shine(world, x, y - size * 0.8, size * 2.6, 0.55, 0.5)
    d.polygon([(x - size * 0.34, y - size * 0.62), (x - size * 0.2, y - size * 1.05), (x + size * 0.2, y - size * 1.05), (x + size * 0.34, y - size * 0.62)],
              to_hex(lighter(world.light.lamp, 0.04)) if world.light.dark else world.accent(0.80, 0.09))  # fmt: skip


def books(world: World, x: float, y: float, w: float, height: float) -> None:
    """A row of books standing on a board at y."""
    left = x
    while left < x + w - 14:
        wide, tall = world.drawn.uniform(11, 24), height * world.drawn.uniform(0.62, 0.95)
        world.d.rect(
            left,
            y - tall,
            wide - 2,
            tall,
            world.hex(world.drawn.uniform(0.45, 0.72), 0.09, world.drawn.choice((25, 60, 150, 215, 260, 350))),
            rx=2,
        )
        left += wide


def shelf(world: World, x: float, y: float, w: float, rows: int, step: float) -> None:
    """Shelves full of books, the upper left corner at (x, y)."""
    d, wood = world.d, world.hex(0.44, 0.06, 52)
    world.sights["books"] = (x + w / 2, y + rows * step / 2)
    d.shade(x + w / 2 - world.light_side * 40, y + rows * step + 14, w * 0.7, 22, world.hex(0.12, 0.03, 280), 0.5)
    d.rect(x - 14, y - 14, w + 28, rows * step + 28, wood)
    d.rect(x, y, w, rows * step, world.hex(0.32, 0.05, 48))
    for row in range(rows):
        books(world, x + 6, y + step * (row + 1) - 12, w - 12, step - 16)
        d.rect(x, y + step * (row + 1) - 12, w, 12, wood)


def table(world: World, x: float, y: float, w: float, height: float, hue: float = 55.0) -> None:
    """A table whose top's left end is at (x, y)."""
    d = world.d
    world.sights["table"] = (x + w / 2, y - 20)
    d.shade(x + w / 2 - world.light_side * 30, y + height, w * 0.62, 20, world.hex(0.12, 0.03, 280), 0.5)
    d.rect(x + w * 0.06, y, 18, height, world.hex(0.40, 0.07, hue))
    d.rect(x + w * 0.94 - 18, y, 18, height, world.hex(0.40, 0.07, hue))
    d.rect(x, y - 20, w, 26, world.hex(0.62, 0.08, hue), rx=6)
    d.rect(x, y, w, 8, world.hex(0.48, 0.08, hue), rx=4)


def tabletop(world: World, x: float, y: float, w: float, h: float) -> None:
    """A table's top seen from near, its far edge at y."""
    d = world.d
    d.rect(
        x,
        y,
        w,
        h,
        d.vertical(
            [
                (0, world.hex(0.60, 0.075, 56), 1),
                (0.5, world.hex(0.46, 0.075, 50), 1),
                (1, world.hex(0.32, 0.06, 46), 1),
            ]
        ),
    )
    for i in range(9):
        gy = y + h * (0.04 + 0.06 * i + 0.008 * i * i)
        d.path(
            f"M{x:.0f} {gy:.0f}q{w * 0.25:.0f} {6 - 3 * (i % 3)} {w * 0.5:.0f} 0t{w * 0.5:.0f} {i % 2 * 4}",
            stroke=world.hex(0.40, 0.07, 48),
            width=1.6 + 0.3 * i,
            opacity=0.4,
        )
    d.rect(x, y, w, 5, world.hex(0.78, 0.06, 62), opacity=0.7)


def lantern(world: World, x: float, y: float, size: float) -> None:
    """A burning lantern standing at (x, y)."""
    d, iron = world.d, world.hex(0.30, 0.03, 60)
    world.sights["lantern"] = (x, y - size * 0.4)
    d.rect(x - size * 0.3, y - size * 0.1, size * 0.6, size * 0.1, iron, rx=3)
    d.rect(x - size * 0.24, y - size * 0.72, size * 0.48, size * 0.62, world.lamp, rx=size * 0.1, opacity=0.75)
    d.polygon(
        [
            (x - size * 0.3, y - size * 0.72),
            (x - size * 0.12, y - size * 0.92),
            (x + size * 0.12, y - size * 0.92),
            (x + size * 0.3, y - size * 0.72),
        ],
        iron,
    )
    d.path(
        f"M{x - size * 0.18:.1f} {y - size * 0.86:.1f}Q{x:.1f} {y - size * 1.35:.1f} {x + size * 0.18:.1f} {y - size * 0.86:.1f}",
        stroke=iron,
        width=size * 0.05,
    )
    flame(world, x, y - size * 0.14, size * 0.42)
    if world.light.dark:
        shine(world, x, y - size * 0.45, size * 3.4, 0.5)


def plant(world: World, x: float, y: float) -> None:
    """A potted plant standing at (x, y)."""
    d = world.d
    for i in range(7):
        lean = (i - 3) * 30
        d.path(
            f"M{x:.0f} {y - 70:.0f}Q{x + lean * 0.4 - 14:.0f} {y - 190:.0f} {x + lean * 1.4:.0f} {y - 210 + abs(lean):.0f}Q{x + lean * 0.5 + 20:.0f} {y - 140:.0f} {x:.0f} {y - 70:.0f}Z",
            leaf(world, 0.42 + 0.05 * (i % 3), 0.09, 140),
        )
    d.polygon([(x - 52, y - 80), (x + 52, y - 80), (x + 38, y), (x - 38, y)], world.accent(0.56, 0.10))


def flask(world: World, x: float, y: float, size: float, hue: float) -> None:
    """A glass with something coloured in it, standing at (x, y)."""
    d = world.d
    body = f"M{x - size * 0.1:.1f} {y - size:.1f}v{size * 0.4:.1f}L{x - size * 0.42:.1f} {y:.1f}H{x + size * 0.42:.1f}L{x + size * 0.1:.1f} {y - size * 0.6:.1f}v-{size * 0.4:.1f}Z"
    d.path(body, "#ffffff", opacity=0.35)
    d.path(
        f"M{x - size * 0.27:.1f} {y - size * 0.3:.1f}L{x - size * 0.4:.1f} {y - 3:.1f}H{x + size * 0.4:.1f}L{x + size * 0.27:.1f} {y - size * 0.3:.1f}Z",
        world.hex(0.72, 0.16, hue),
        opacity=0.9,
    )
    d.rect(x - size * 0.15, y - size * 1.04, size * 0.3, size * 0.08, "#ffffff", rx=3, opacity=0.6)
