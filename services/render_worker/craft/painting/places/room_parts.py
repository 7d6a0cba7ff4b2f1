"""What stands in rooms: lamps, shelves, tables, plants, glasses, a chair near the camera."""

from __future__ import annotations

from services.render_worker.craft.painting.palette import lighter, to_hex
from services.render_worker.craft.painting.places.alive import flame, grasses, shine
from services.render_worker.craft.painting.places.growth import leaf
from services.render_worker.craft.painting.places.world import World


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


def chair_back(world: World) -> None:
    """The back of a chair in the lower corner away from the light, out of focus: somebody may have just stood up."""
    world.plane(1.35, front=True, soft=3.4)
    d, w, h = world.d, world.w, world.h
    wood = world.hex(0.22, 0.04, 48)
    x = w * (0.045 if world.light_side > 0 else 0.955)
    for post in (-74, 62):
        d.rect(x + post, h * 0.80, 14, 320, wood, rx=6)
    for row in range(3):
        d.rect(x - 74, h * (0.815 + 0.05 * row), 150, 22, wood, rx=10)
    grow = w * (0.965 if world.light_side > 0 else 0.035)
    grasses(world, grow, h + 70, 300, hue=142, lightness=0.26, blades=10)
