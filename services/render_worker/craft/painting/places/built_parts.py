"""Things people built that several places show: houses, a lighthouse, a boat, street lamps, fronts of streets, cars that pass."""

from __future__ import annotations

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.painting.palette import lighter, to_hex
from services.render_worker.craft.painting.places.alive import shine, smoke
from services.render_worker.craft.painting.places.growth import bush
from services.render_worker.craft.painting.places.world import World
from services.render_worker.craft.painting.shapes import Drawing


def house(
    world: World, x: float, y: float, w: float, h: float, depth: float, *, hue: float | None = None, fires: bool = False
) -> None:
    """A house with a pitched roof standing at (x, y), windows lit when it is dark; smoke from its chimney when it is lived in."""
    d, drawn, side = world.d, world.drawn, world.light_side
    wall_hue = hue if hue is not None else drawn.choice((60, 80, 40, 75))
    world.sights["house"] = (x + w / 2, y - h * 0.5)
    wall, shade = world.hex(0.88, 0.035, wall_hue, depth), world.hex(0.64, 0.04, wall_hue - 10, depth)
    roof, under = world.hex(0.47, 0.10, 35, depth), world.hex(0.36, 0.08, 30, depth)
    if world.weather == sb.WEATHER_SNOW:
        roof, under = world.hex(0.94, 0.012, 235, depth), world.hex(0.76, 0.03, 250, depth)
    if w > 150:
        d.shade(x + w * 0.5 - side * w * 0.35, y + 4, w * 0.75, w * 0.07, world.hex(0.15, 0.03, 260), 0.45)
    chimney = x + w * (0.26 if side > 0 else 0.68)
    d.rect(chimney, y - h - w * 0.46, w * 0.09, w * 0.34, world.hex(0.45, 0.06, 35, depth))
    d.rect(chimney - w * 0.012, y - h - w * 0.48, w * 0.114, w * 0.04, under)
    d.rect(x, y - h, w, h, wall)
    d.rect(x if side > 0 else x + w * 0.62, y - h, w * 0.38, h, shade, opacity=0.75)
    d.rect(x, y - h, w, h * 0.12, world.hex(0.25, 0.04, 280, depth), opacity=0.35)
    d.polygon(
        [
            (x - w * 0.09, y - h + w * 0.02),
            (x + w * 0.16, y - h - w * 0.40),
            (x + w * 0.84, y - h - w * 0.40),
            (x + w * 1.09, y - h + w * 0.02),
        ],
        roof,
    )
    away = x - w * 0.09 if side > 0 else x + w * 1.09
    d.polygon([(away, y - h + w * 0.02), (x + w * (0.16 if side > 0 else 0.84), y - h - w * 0.40), (x + w * (0.36 if side > 0 else 0.64), y - h - w * 0.40),
               (x + w * (0.24 if side > 0 else 0.76), y - h + w * 0.02)], under, 0.7)  # fmt: skip
    if w > 120:
        for row in range(1, 4):
            t = row / 4
            d.line(
                [
                    (x - w * 0.09 + w * 0.25 * (1 - t), y - h - w * 0.40 * (1 - t)),
                    (x + w * 1.09 - w * 0.25 * (1 - t), y - h - w * 0.40 * (1 - t)),
                ],
                under,
                w * 0.008,
                0.6,
            )
    d.rect(
        x + w * 0.62,
        y - h * 0.56,
        w * 0.17,
        h * 0.56,
        world.accent(0.46, 0.12, depth) if w > 150 else world.hex(0.38, 0.06, 45, depth),
        rx=w * 0.02,
    )
    window(world, x + w * 0.14, y - h * 0.72, w * 0.14, h * 0.36, depth)
    window(world, x + w * 0.38, y - h * 0.72, w * 0.14, h * 0.36, depth)
    if w > 150:
        bush(world, x + w * 0.2, y + 6, w * 0.28, depth)
        bush(world, x + w * 0.95, y + 8, w * 0.24, depth)
    if fires:
        smoke(world, chimney + w * 0.045, y - h - w * 0.5, w * 0.16)


def window(world: World, x: float, y: float, w: float, h: float, depth: float = 0.0) -> None:
    """A window pane with its frame, glowing when it is dark."""
    d, pane = world.d, world.window()
    if world.light.dark and w > 14:
        d.glow(x + w / 2, y + h / 2, max(w, h) * 1.6, world.lamp, 0.30)
    d.rect(x - w * 0.08, y - h * 0.06, w * 1.16, h * 1.12, world.hex(0.82, 0.02, 70, depth))
    d.rect(x, y, w, h, pane)
    d.rect(x + w * 0.46, y, w * 0.08, h, world.hex(0.74, 0.02, 70, depth))
    d.rect(x, y + h * 0.46, w, h * 0.07, world.hex(0.74, 0.02, 70, depth))
    if w > 14:
        d.rect(x - w * 0.14, y + h * 1.06, w * 1.28, h * 0.09, world.hex(0.68, 0.03, 60, depth))


def lighthouse_tower(world: World, x: float, y: float, height: float, depth: float) -> None:
    """A white tower with bands of the accent standing at (x, y), its beam on when it is dark."""
    d, side = world.d, world.light_side
    wide, top = height * 0.13, y - height * 0.78
    world.sights["tower"] = (x, y - height * 0.55)
    lamp_y = top - height * 0.085
    if world.light.dark:
        for way, reach, low in ((-1, 2.3, 0.0), (1, 3.2, 0.14)):
            beam = Drawing()
            stops = [(0, world.lamp, 0.55), (0.5, world.lamp, 0.18), (1, world.lamp, 0)]
            fill = beam.sideways(
                stops if way > 0 else [(1 - at, color, strength) for at, color, strength in reversed(stops)]
            )
            beam.polygon(
                [
                    (x, lamp_y - 4),
                    (x + way * height * reach, lamp_y + height * (low - 0.24)),
                    (x + way * height * reach, lamp_y + height * (low + 0.20)),
                    (x, lamp_y + 4),
                ],
                fill,
                0.8,
            )
            world.live(beam, flicker=0.75, flicker_hz=0.18, phase=0.5 * (way > 0))
    body = [(x - wide, y), (x - wide * 0.62, top), (x + wide * 0.62, top), (x + wide, y)]
    d.polygon(body, world.hex(0.95, 0.012, 80, depth))
    for i in (1, 3):
        a, b = i / 5, (i + 1) / 5
        low, high = wide * (1 - 0.38 * a), wide * (1 - 0.38 * b)
        ya, yb = y - (y - top) * a, y - (y - top) * b
        d.polygon(
            [(x - low, ya), (x - high, yb), (x + high, yb), (x + low, ya)], world.light.hex(0.55, 0.16, 28, depth)
        )
    d.polygon(
        [
            (x - side * wide, y),
            (x - side * wide * 0.62, top),
            (x - side * wide * 0.05, top),
            (x - side * wide * 0.1, y),
        ],
        world.hex(0.28, 0.05, 275, depth),
        0.42,
    )
    d.polygon(
        [
            (x + side * wide * 0.93, y),
            (x + side * wide * 0.57, top),
            (x + side * wide * 0.48, top),
            (x + side * wide * 0.80, y),
        ],
        to_hex(lighter(world.light.key, 0.02)),
        0.35,
    )
    d.rect(
        x - wide * 0.16, y - height * 0.12, wide * 0.34, height * 0.12, world.hex(0.34, 0.05, 40, depth), rx=wide * 0.15
    )
    for share in (0.3, 0.52):
        d.rect(x - wide * 0.1, y - (y - top) * share, wide * 0.2, height * 0.05, world.window(), rx=wide * 0.08)
    iron = world.hex(0.30, 0.03, 270, depth)
    d.rect(x - wide * 0.95, top - height * 0.02, wide * 1.9, height * 0.03, iron)
    for i in range(7):
        d.rect(x - wide * 0.9 + wide * 0.3 * i - 0.8, top - height * 0.055, 1.6, height * 0.04, iron)
    d.rect(x - wide * 0.92, top - height * 0.057, wide * 1.84, height * 0.006, iron)
    d.rect(
        x - wide * 0.5,
        top - height * 0.14,
        wide,
        height * 0.12,
        world.lamp if world.light.dark else world.hex(0.80, 0.04, 220, depth),
    )
    d.rect(x - wide * 0.05, top - height * 0.14, wide * 0.1, height * 0.12, iron)
    d.path(f"M{x - wide * 0.66:.1f} {top - height * 0.135:.1f}Q{x:.1f} {top - height * 0.26:.1f} {x + wide * 0.66:.1f} {top - height * 0.135:.1f}Z",
           world.light.hex(0.48, 0.15, 28, depth))  # fmt: skip
    d.rect(x - 1.2, top - height * 0.25, 2.4, height * 0.06, iron)
    if world.light.dark:
        shine(world, x, lamp_y, height * 0.62, 0.85, 0.36)


def boat(world: World, x: float, y: float, size: float) -> None:
    """A small fishing boat that bobs at (x, y), a lantern at its mast when it is dark."""
    d = Drawing()
    world.sights["boat"] = (x, y - size * 0.3)
    hull, trim = world.light.hex(0.48, 0.13, 28), world.hex(0.92, 0.025, 80)
    world.d.ellipse(x, y + size * 0.04, size * 0.66, size * 0.055, world.hex(0.22, 0.04, 250), 0.45)
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
           f"L{x + size * 0.135:.1f} {y - size * 0.24:.1f}Z", world.hex(0.93, 0.03, 78))  # fmt: skip
    if world.light.dark:
        d.circle(x + size * 0.11, y - size * 0.86, size * 0.025, to_hex((0.97, 0.0, 0.06)))
    world.live(d, sway_deg=1.8, bob=size * 0.012, sway_hz=0.24, pivot=(x, y + size * 0.04))
    if world.light.dark:
        shine(world, x + size * 0.11, y - size * 0.86, size * 0.5, 0.7)


def street_lamp(world: World, x: float, y: float, height: float) -> None:
    """A lamp post standing at (x, y), lit when it is dark."""
    d, iron = world.d, world.hex(0.25, 0.02, 260)
    world.sights["lamp"] = (x, y - height * 0.7)
    d.shade(x - world.light_side * height * 0.2, y, height * 0.22, height * 0.018, world.hex(0.15, 0.02, 260), 0.45)
    if world.light.dark:
        d.ellipse(
            x, y + height * 0.02, height * 0.62, height * 0.11, d.radial([(0, world.lamp, 0.42), (1, world.lamp, 0)])
        )
    d.rect(x - height * 0.012, y - height, height * 0.024, height, iron)
    d.rect(x - height * 0.03, y - height * 0.05, height * 0.06, height * 0.05, iron, rx=height * 0.01)
    d.rect(x - height * 0.022, y - height * 0.34, height * 0.044, height * 0.02, iron)
    d.polygon([(x - height * 0.05, y - height * 1.1), (x + height * 0.05, y - height * 1.1), (x + height * 0.034, y - height), (x - height * 0.034, y - height)],
              to_hex(lighter(world.light.lamp, 0.05)) if world.light.dark else world.hex(0.85, 0.03, 220))  # fmt: skip
    d.polygon(
        [(x - height * 0.062, y - height * 1.1), (x, y - height * 1.16), (x + height * 0.062, y - height * 1.1)], iron
    )
    if world.light.dark:
        shine(world, x, y - height * 1.05, height * 0.6, 0.75, 0.7)


def facade(world: World, x: float, base: float, w: float, height: float, depth: float) -> None:
    """A town house front with rows of windows and a shop below."""
    d, drawn = world.d, world.drawn
    hue, lightness = drawn.choice((35, 55, 70, 25, 62, 240)), drawn.uniform(0.60, 0.82)
    d.rect(
        x,
        base - height,
        w,
        height,
        d.vertical(
            [
                (0, world.hex(lightness + 0.03, 0.05, hue, depth), 1),
                (1, world.hex(lightness - 0.08, 0.055, hue, depth), 1),
            ]
        ),
    )
    shade = world.hex(lightness - 0.22, 0.05, hue + 15, depth)
    left = x if world.light_side > 0 else x + w * 0.78
    d.rect(left, base - height, w * 0.22, height, shade, opacity=0.42)
    d.rect(x - w * 0.03, base - height - 16, w * 1.06, 22, shade)
    d.rect(x - w * 0.03, base - height - 18, w * 1.06, 7, world.hex(lightness + 0.10, 0.04, hue, depth))
    columns, step = max(2, round(w / 74)), 108.0
    pane = w / columns
    for row in range(max(1, int((height - 190) / step))):
        for column in range(columns):
            wx, wy = x + pane * column + pane * 0.24, base - height + 40 + step * row
            d.rect(wx - 5, wy - 5, pane * 0.52 + 10, 74, world.hex(lightness + 0.1, 0.03, hue, depth))
            glass = world.window()
            d.rect(wx, wy, pane * 0.52, 64, glass)
            d.polygon(
                [(wx, wy + 40), (wx + pane * 0.4, wy), (wx + pane * 0.52, wy), (wx, wy + 58)],
                world.hex(0.8, 0.02, 230, depth),
                0.22,
            )
            d.rect(wx + pane * 0.25, wy, 3, 64, world.hex(lightness + 0.1, 0.03, hue, depth))
            d.rect(wx - 9, wy + 68, pane * 0.52 + 18, 7, shade)
    d.rect(x + w * 0.04, base - 130, w * 0.92, 130, world.hex(0.30, 0.03, hue, depth))
    d.rect(
        x + w * 0.10,
        base - 108,
        w * 0.48,
        84,
        to_hex(lighter(world.light.lamp, -0.04)) if world.light.dark else world.hex(0.46, 0.04, 225, depth),
    )
    d.polygon(
        [(x + w * 0.12, base - 24), (x + w * 0.30, base - 108), (x + w * 0.38, base - 108), (x + w * 0.20, base - 24)],
        world.hex(0.9, 0.01, 220, depth),
        0.16,
    )
    if world.light.dark:
        d.glow(x + w * 0.34, base - 50, w * 0.5, world.lamp, 0.35)
    d.rect(x + w * 0.66, base - 108, w * 0.2, 108, world.hex(0.38, 0.07, drawn.choice((25, 200, 150)), depth))
    awning = (
        world.accent(0.55, 0.13, depth)
        if drawn.random() < 0.4
        else world.hex(0.50, 0.06, drawn.choice((250, 150, 60)), depth)
    )
    stripe = world.hex(0.92, 0.02, 80, depth)
    for i in range(8):
        a, b = x + w * (0.05 + 0.9 * i / 8), x + w * (0.05 + 0.9 * (i + 1) / 8)
        d.polygon(
            [
                (a + 6 - i, base - 156),
                (b + 6 - i, base - 156),
                (b, base - 114),
                (b - w * 0.055, base - 106),
                (a, base - 114),
            ],
            awning if i % 2 else stripe,
        )
    d.rect(x + w * 0.05, base - 110, w * 0.9, 16, world.hex(0.15, 0.03, 270), opacity=0.30)


def traffic(world: World, y: float, size: float) -> None:
    """Cars that pass along a street at height y, one each way, their lamps on when it is dark."""
    drawn = world.drawn
    for index, way in enumerate((1, -1)):
        d = Drawing()
        x, lane = drawn.uniform(0.1, 0.9) * world.w, y + index * size * 0.34
        paint = world.accent(0.52, 0.13) if index == 0 else world.hex(0.50, 0.04, 245)
        dark, glass = world.hex(0.18, 0.02, 265), world.hex(0.70, 0.03, 225)
        d.shade(x, lane + size * 0.02, size * 0.60, size * 0.06, dark, 0.6)
        d.path(f"M{x - size * 0.5:.1f} {lane - size * 0.06:.1f}Q{x - size * 0.52:.1f} {lane - size * 0.2:.1f} {x - size * 0.42:.1f} {lane - size * 0.21:.1f}"
               f"L{x - size * 0.28:.1f} {lane - size * 0.22:.1f}Q{x - size * 0.2:.1f} {lane - size * 0.36:.1f} {x - size * 0.06:.1f} {lane - size * 0.36:.1f}L{x + size * 0.12:.1f} {lane - size * 0.36:.1f}"
               f"Q{x + size * 0.22:.1f} {lane - size * 0.35:.1f} {x + size * 0.3:.1f} {lane - size * 0.22:.1f}Q{x + size * 0.5:.1f} {lane - size * 0.21:.1f} {x + size * 0.51:.1f} {lane - size * 0.06:.1f}Z", paint)  # fmt: skip
        d.polygon(
            [
                (x - size * 0.21, lane - size * 0.23),
                (x - size * 0.13, lane - size * 0.32),
                (x + 0.0, lane - size * 0.325),
                (x + 0.0, lane - size * 0.23),
            ],
            glass,
        )
        d.polygon(
            [
                (x + size * 0.03, lane - size * 0.23),
                (x + size * 0.03, lane - size * 0.325),
                (x + size * 0.13, lane - size * 0.32),
                (x + size * 0.22, lane - size * 0.23),
            ],
            glass,
        )
        for wheel in (-0.29, 0.29):
            d.circle(x + size * wheel, lane - size * 0.05, size * 0.095, dark)
            d.circle(x + size * wheel, lane - size * 0.05, size * 0.045, world.hex(0.66, 0.01, 250))
        if world.light.dark:
            d.glow(x + way * size * 0.5, lane - size * 0.14, size * 0.34, world.lamp, 0.9)
            d.glow(x - way * size * 0.5, lane - size * 0.14, size * 0.14, "#ff4030", 0.8)
        world.live(
            d, vx=way * drawn.uniform(190, 250), wrap=(-size * 2.2, lane - size, world.w + size * 4.4, size * 1.4)
        )
