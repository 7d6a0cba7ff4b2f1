"""What rooms are made of: wall and floor, windows, lamps, shelves, tables."""

from __future__ import annotations

from collections.abc import Callable

from services.render_worker.craft.palette import blend, to_hex
from services.render_worker.craft.places.world import World


def shell(world: World, wall_hue: float, *, wall: float = 0.80, chroma: float = 0.045, floor_hue: float = 58.0, floor: float = 0.58,
           planks: bool = True) -> float:  # fmt: skip
    """Wall and floor, lit from one side; the height where they meet is returned."""
    d, w, h = world.d, world.w, world.h
    line = h * 0.70
    near, far = world.hex(wall, chroma, wall_hue), world.hex(wall - 0.16, chroma, wall_hue + 12)
    left_dark = world.sun_x > 0.5
    d.rect(
        -50,
        -50,
        w + 100,
        line + 50,
        d.sideways([(0, far if left_dark else near, 1), (1, near if left_dark else far, 1)]),
    )
    d.rect(
        -50,
        line,
        w + 100,
        h,
        d.vertical(
            [(0, world.hex(floor + 0.06, 0.07, floor_hue), 1), (1, world.hex(floor - 0.1, 0.06, floor_hue - 6), 1)]
        ),
    )
    if planks:
        for i in range(-5, 17):
            x = w * i / 11
            d.line(
                [(w * 0.5 + (x - w * 0.5) * 0.8, line), (w * 0.5 + (x - w * 0.5) * 1.7, h + 30)],
                world.hex(floor - 0.16, 0.06, floor_hue),
                2.6,
                0.5,
            )
    d.rect(-50, line - 26, w + 100, 28, world.hex(wall + 0.08, 0.02, wall_hue))
    d.rect(
        -50, line, w + 100, 46, d.vertical([(0, world.hex(0.2, 0.03, 300), 0.35), (1, world.hex(0.2, 0.03, 300), 0)])
    )
    return line


def view(
    world: World, x: float, y: float, w: float, h: float, *, outside: Callable[[World], None] | None = None
) -> None:
    """A window with the hour's sky in it, and the light it throws on the floor."""
    d = world.d
    world.sights["window"] = (x + w / 2, y + h / 2)
    frame = world.hex(0.90, 0.02, 75)
    d.rect(x - 16, y - 16, w + 32, h + 32, frame)
    d.rect(x, y, w, h, d.vertical([(0, to_hex(world.light.sky_top), 1), (1, to_hex(world.light.sky_low), 1)]))
    if world.night:
        for i in range(14):
            d.circle(x + w * ((i * 0.37 + 0.1) % 1), y + h * ((i * 0.23 + 0.07) % 0.7), 1.8, "#fff6e0", 0.8)
        d.circle(x + w * 0.72, y + h * 0.26, min(w, h) * 0.085, "#f4efdc")
    else:
        d.glow(x + w * 0.7, y + h * 0.4, w * 0.5, world.key, 0.5)
    hill = to_hex(blend(world.light.sky_low, world.light.lit((0.5, -0.05, 0.05)), 0.65))
    d.path(
        f"M{x:.0f} {y + h:.0f}V{y + h * 0.74:.0f}Q{x + w * 0.3:.0f} {y + h * 0.58:.0f} {x + w * 0.55:.0f} {y + h * 0.76:.0f}T{x + w:.0f} {y + h * 0.7:.0f}V{y + h:.0f}Z",
        hill,
    )
    if outside:
        outside(world)
    d.rect(x + w / 2 - 6, y, 12, h, frame)
    d.rect(x, y + h * 0.44, w, 11, frame)
    d.rect(x - 30, y + h + 14, w + 60, 18, world.hex(0.94, 0.02, 75))
    if not world.night:
        light = d.vertical([(0, world.key, 0.30), (1, world.key, 0.03)])
        floor = world.h * 0.70
        d.polygon([(x, floor + 14), (x + w, floor + 14), (x + w * 0.7, world.h), (x - w * 0.5, world.h)], light)


def curtain(world: World, x: float, y: float, w: float, h: float, hue: float) -> None:
    """Curtains beside a window of that size."""
    d = world.d
    for left in (x - w * 0.16, x + w * 0.86):
        d.path(
            f"M{left:.0f} {y - 40:.0f}h{w * 0.3:.0f}Q{left + w * 0.24:.0f} {y + h * 0.5:.0f} {left + w * 0.3:.0f} {y + h + 70:.0f}h-{w * 0.3:.0f}Z",
            world.hex(0.60, 0.11, hue),
        )
        for i in range(3):
            d.line(
                [(left + w * (0.06 + 0.09 * i), y - 36), (left + w * (0.05 + 0.09 * i), y + h + 66)],
                world.hex(0.50, 0.10, hue),
                4,
                0.6,
            )
    d.rect(x - w * 0.24, y - 52, w * 1.5, 14, world.hex(0.40, 0.06, 50), rx=7)


def lamp(world: World, x: float, y: float, size: float) -> None:
    """A standing lamp on whatever is at (x, y)."""
    d = world.d
    d.rect(x - size * 0.04, y - size * 0.7, size * 0.08, size * 0.7, world.hex(0.42, 0.06, 60))
    d.ellipse(x, y, size * 0.2, size * 0.045, world.hex(0.42, 0.06, 60))
    if world.light.dark:
        d.glow(x, y - size * 0.8, size * 2.6, world.lamp, 0.6)
    d.polygon([(x - size * 0.34, y - size * 0.62), (x - size * 0.2, y - size * 1.05), (x + size * 0.2, y - size * 1.05), (x + size * 0.34, y - size * 0.62)],
              world.lamp if world.light.dark else world.hex(0.88, 0.06, 80))  # fmt: skip


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
    d.rect(x - 14, y - 14, w + 28, rows * step + 28, wood)
    d.rect(x, y, w, rows * step, world.hex(0.32, 0.05, 48))
    for row in range(rows):
        books(world, x + 6, y + step * (row + 1) - 12, w - 12, step - 16)
        d.rect(x, y + step * (row + 1) - 12, w, 12, wood)


def table(world: World, x: float, y: float, w: float, height: float, hue: float = 55.0) -> None:
    """A table whose top's left end is at (x, y)."""
    d = world.d
    d.rect(x + w * 0.06, y, 18, height, world.hex(0.40, 0.07, hue))
    d.rect(x + w * 0.94 - 18, y, 18, height, world.hex(0.40, 0.07, hue))
    d.rect(x, y - 20, w, 26, world.hex(0.62, 0.08, hue), rx=6)
    d.rect(x, y, w, 8, world.hex(0.48, 0.08, hue), rx=4)


def lantern(world: World, x: float, y: float, size: float) -> None:
    """A burning lantern standing at (x, y)."""
    d, iron = world.d, world.hex(0.30, 0.03, 60)
    world.sights["lantern"] = (x, y - size * 0.4)
    d.glow(x, y - size * 0.45, size * 3.2, world.lamp, 0.55 if world.light.dark else 0.2)
    d.rect(x - size * 0.3, y - size * 0.1, size * 0.6, size * 0.1, iron, rx=3)
    d.rect(x - size * 0.24, y - size * 0.72, size * 0.48, size * 0.62, world.lamp, rx=size * 0.1, opacity=0.75)
    d.path(
        f"M{x - size * 0.09:.1f} {y - size * 0.16:.1f}Q{x - size * 0.13:.1f} {y - size * 0.36:.1f} {x:.1f} {y - size * 0.56:.1f}Q{x + size * 0.13:.1f} {y - size * 0.36:.1f} {x + size * 0.09:.1f} {y - size * 0.16:.1f}Z",
        "#fff3cf",
    )
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


def plant(world: World, x: float, y: float) -> None:
    """A potted plant standing at (x, y)."""
    d = world.d
    for i in range(7):
        lean = (i - 3) * 30
        d.path(
            f"M{x:.0f} {y - 70:.0f}Q{x + lean * 0.4 - 14:.0f} {y - 190:.0f} {x + lean * 1.4:.0f} {y - 210 + abs(lean):.0f}Q{x + lean * 0.5 + 20:.0f} {y - 140:.0f} {x:.0f} {y - 70:.0f}Z",
            world.hex(0.48 + 0.03 * (i % 3), 0.10, 140),
        )
    d.polygon([(x - 52, y - 80), (x + 52, y - 80), (x + 38, y), (x - 38, y)], world.hex(0.62, 0.11, 42))


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
