"""Things people built that several places show: a lighthouse, a boat, a street lamp, rows of houses."""

from __future__ import annotations

from services.render_worker.craft.palette import to_hex
from services.render_worker.craft.places.world import World


def lighthouse_tower(world: World, x: float, y: float, height: float, depth: float) -> None:
    """A white tower with red bands standing at (x, y), its beam on when it is dark."""
    d = world.d
    wide, top = height * 0.13, y - height * 0.78
    world.sights["tower"] = (x, y - height * 0.55)
    lit_right = world.sun_x * world.w > x
    if world.light.dark:
        lamp_y = top - height * 0.085
        beam = d.sideways([(0, world.lamp, 0), (1, world.lamp, 0.6)])
        back = d.sideways([(0, world.lamp, 0.6), (1, world.lamp, 0)])
        d.polygon(
            [
                (x, lamp_y - 3),
                (x - height * 2.4, lamp_y - height * 0.42),
                (x - height * 2.4, lamp_y + height * 0.1),
                (x, lamp_y + 3),
            ],
            beam,
            0.55,
        )
        d.polygon(
            [
                (x, lamp_y - 3),
                (x + height * 3.4, lamp_y - height * 0.14),
                (x + height * 3.4, lamp_y + height * 0.5),
                (x, lamp_y + 3),
            ],
            back,
            0.55,
        )
    body = [(x - wide, y), (x - wide * 0.62, top), (x + wide * 0.62, top), (x + wide, y)]
    d.polygon(body, world.hex(0.93, 0.015, 80, depth))
    for i in (1, 3):
        a, b = i / 5, (i + 1) / 5
        low, high = wide * (1 - 0.38 * a), wide * (1 - 0.38 * b)
        ya, yb = y - (y - top) * a, y - (y - top) * b
        d.polygon([(x - low, ya), (x - high, yb), (x + high, yb), (x + low, ya)], world.hex(0.55, 0.16, 28, depth))
    side = -1 if lit_right else 1
    d.polygon(
        [(x + side * wide, y), (x + side * wide * 0.62, top), (x + side * wide * 0.1, top), (x + side * wide * 0.2, y)],
        world.hex(0.32, 0.05, 275, depth),
        0.32,
    )
    d.rect(
        x - wide * 0.16, y - height * 0.12, wide * 0.34, height * 0.12, world.hex(0.34, 0.05, 40, depth), rx=wide * 0.15
    )
    for share in (0.3, 0.52):
        d.rect(x - wide * 0.1, y - (y - top) * share, wide * 0.2, height * 0.05, world.window(), rx=wide * 0.08)
    d.rect(x - wide * 0.95, top - height * 0.02, wide * 1.9, height * 0.03, world.hex(0.30, 0.03, 270, depth))
    d.rect(
        x - wide * 0.5,
        top - height * 0.14,
        wide,
        height * 0.12,
        world.lamp if world.light.dark else world.hex(0.80, 0.04, 220, depth),
    )
    d.rect(x - wide * 0.06, top - height * 0.14, wide * 0.12, height * 0.12, world.hex(0.30, 0.03, 270, depth))
    d.path(f"M{x - wide * 0.62:.1f} {top - height * 0.135:.1f}Q{x:.1f} {top - height * 0.26:.1f} {x + wide * 0.62:.1f} {top - height * 0.135:.1f}Z",
           world.hex(0.48, 0.15, 28, depth))  # fmt: skip
    if world.light.dark:
        d.glow(x, top - height * 0.085, height * 0.62, world.lamp, 0.85)


def boat(world: World, x: float, y: float, size: float) -> None:
    """A small fishing boat afloat at (x, y), a lantern at its mast when it is dark."""
    d = world.d
    world.sights["boat"] = (x, y - size * 0.3)
    hull, trim = world.hex(0.46, 0.10, 25), world.hex(0.88, 0.03, 80)
    d.ellipse(x, y + size * 0.02, size * 0.62, size * 0.05, world.hex(0.25, 0.04, 250), 0.4)
    d.path(f"M{x - size * 0.55:.1f} {y - size * 0.2:.1f}Q{x - size * 0.42:.1f} {y + size * 0.06:.1f} {x - size * 0.2:.1f} {y + size * 0.05:.1f}"
           f"L{x + size * 0.3:.1f} {y + size * 0.05:.1f}Q{x + size * 0.5:.1f} {y:.1f} {x + size * 0.6:.1f} {y - size * 0.26:.1f}"
           f"Q{x:.1f} {y - size * 0.12:.1f} {x - size * 0.55:.1f} {y - size * 0.2:.1f}Z", hull)  # fmt: skip
    d.path(
        f"M{x - size * 0.55:.1f} {y - size * 0.2:.1f}Q{x:.1f} {y - size * 0.12:.1f} {x + size * 0.6:.1f} {y - size * 0.26:.1f}",
        stroke=trim,
        width=size * 0.03,
    )
    d.rect(x - size * 0.3, y - size * 0.38, size * 0.3, size * 0.24, trim, rx=size * 0.02)
    d.rect(x - size * 0.33, y - size * 0.41, size * 0.36, size * 0.05, hull)
    d.rect(x - size * 0.22, y - size * 0.33, size * 0.13, size * 0.1, world.window())
    d.rect(x + size * 0.1, y - size * 0.85, size * 0.025, size * 0.68, world.hex(0.36, 0.05, 50))
    d.path(f"M{x + size * 0.135:.1f} {y - size * 0.82:.1f}Q{x + size * 0.46:.1f} {y - size * 0.5:.1f} {x + size * 0.48:.1f} {y - size * 0.28:.1f}"
           f"L{x + size * 0.135:.1f} {y - size * 0.24:.1f}Z", world.hex(0.90, 0.04, 75))  # fmt: skip
    if world.light.dark:
        d.glow(x + size * 0.11, y - size * 0.86, size * 0.5, world.lamp, 0.7)
        d.circle(x + size * 0.11, y - size * 0.86, size * 0.025, to_hex((0.97, 0.0, 0.06)))


def street_lamp(world: World, x: float, y: float, height: float) -> None:
    """A lamp post standing at (x, y), lit when it is dark."""
    d, iron = world.d, world.hex(0.25, 0.02, 260)
    world.sights["lamp"] = (x, y - height * 0.7)
    d.rect(x - height * 0.012, y - height, height * 0.024, height, iron)
    d.rect(x - height * 0.03, y - height * 0.04, height * 0.06, height * 0.04, iron)
    d.polygon([(x - height * 0.05, y - height * 1.1), (x + height * 0.05, y - height * 1.1), (x + height * 0.034, y - height), (x - height * 0.034, y - height)],
              world.lamp if world.light.dark else world.hex(0.85, 0.03, 220))  # fmt: skip
    d.polygon(
        [(x - height * 0.062, y - height * 1.1), (x, y - height * 1.16), (x + height * 0.062, y - height * 1.1)], iron
    )
    if world.light.dark:
        d.glow(x, y - height * 1.05, height * 0.62, world.lamp, 0.75)
        d.ellipse(x, y, height * 0.5, height * 0.09, d.radial([(0, world.lamp, 0.35), (1, world.lamp, 0)]))


def facade(world: World, x: float, base: float, w: float, height: float, depth: float) -> None:
    """A town house front with rows of windows and a shop below."""
    d, drawn = world.d, world.drawn
    hue, lightness = drawn.choice((35, 55, 70, 25, 220, 150)), drawn.uniform(0.62, 0.82)
    d.rect(x, base - height, w, height, world.hex(lightness, 0.055, hue, depth))
    shade = world.hex(lightness - 0.2, 0.05, hue + 15, depth)
    if world.sun_x * world.w < x:
        d.rect(x + w * 0.72, base - height, w * 0.28, height, shade, opacity=0.5)
    d.rect(x - w * 0.03, base - height - 16, w * 1.06, 22, shade)
    columns, step = max(2, round(w / 74)), 108.0
    rows = max(1, int((height - 190) / step))
    pane = w / columns
    for row in range(rows):
        for column in range(columns):
            wx, wy = x + pane * column + pane * 0.24, base - height + 40 + step * row
            d.rect(wx - 5, wy - 5, pane * 0.52 + 10, 74, world.hex(lightness + 0.1, 0.03, hue, depth))
            d.rect(wx, wy, pane * 0.52, 64, world.window())
            d.rect(wx - 9, wy + 68, pane * 0.52 + 18, 7, shade)
    d.rect(x + w * 0.07, base - 124, w * 0.86, 124, world.hex(0.32, 0.03, hue, depth))
    d.rect(x + w * 0.12, base - 108, w * 0.46, 82, world.window())
    d.rect(x + w * 0.66, base - 108, w * 0.2, 108, world.hex(0.38, 0.07, drawn.choice((25, 200, 150)), depth))
    awning, stripe = world.hex(0.56, 0.14, drawn.choice((28, 150, 250, 55)), depth), world.hex(0.92, 0.02, 80, depth)
    for i in range(8):
        left, right = x + w * (0.05 + 0.9 * i / 8), x + w * (0.05 + 0.9 * (i + 1) / 8)
        d.polygon(
            [(left + 6, base - 154), (right + 6 - 12 * (i > 3), base - 154), (right, base - 112), (left, base - 112)],
            awning if i % 2 else stripe,
        )
