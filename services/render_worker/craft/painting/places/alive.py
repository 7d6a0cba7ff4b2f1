"""What lives in many places: clouds, birds, stars, smoke, flames, lamplight, swaying grass and boughs, motes in a beam."""

from __future__ import annotations

import math

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.painting.palette import blend, lighter, to_hex
from services.render_worker.craft.painting.places.growth import blob, grass, leaf
from services.render_worker.craft.painting.places.world import World
from services.render_worker.craft.painting.shapes import Drawing, Point


def birds(world: World, count: int = 5, *, low: float = 0.55, size: float = 15.0) -> None:
    """A loose flock that crosses the sky; asleep by night and in a storm."""
    if world.night or world.weather in (sb.WEATHER_STORM, sb.WEATHER_FOG):
        return
    drawn = world.drawn
    way = drawn.choice((-1, 1))
    x, y = drawn.uniform(0.25, 0.75) * world.w, world.horizon * drawn.uniform(0.2, low)
    color = to_hex(blend(world.light.lit((0.28, 0.0, -0.01)), world.light.haze, 0.25))
    for i in range(count):
        bx, by = x - way * i * size * 3.2 + drawn.uniform(-14, 14), y + abs(i - 1) * size * 1.3 + drawn.uniform(-8, 8)
        s = size * drawn.uniform(0.75, 1.1)
        pictures = []
        for lift in (0.75, 0.25, -0.35, 0.25):
            wings = Drawing()
            wings.path(f"M{bx - s:.1f} {by - s * lift:.1f}Q{bx - s * 0.4:.1f} {by - s * 0.35:.1f} {bx:.1f} {by:.1f}Q{bx + s * 0.4:.1f} {by - s * 0.35:.1f} {bx + s:.1f} {by - s * lift:.1f}"
                       f"Q{bx + s * 0.4:.1f} {by - s * 0.05:.1f} {bx:.1f} {by + s * 0.2:.1f}Q{bx - s * 0.4:.1f} {by - s * 0.05:.1f} {bx - s:.1f} {by - s * lift:.1f}Z", color)  # fmt: skip
            pictures.append(wings)
        world.live(*pictures, rate=7.0 + i % 3, vx=way * drawn.uniform(34, 42), bob=3.0, sway_hz=0.5, phase=(i * 0.31) % 1,
                   wrap=(-world.w * 0.15, by - 60, world.w * 1.3, 120))  # fmt: skip


def stars(world: World) -> None:
    """A night's stars: most of them still, some groups that twinkle each by itself."""
    drawn = world.drawn
    for _ in range(round(world.w * world.h / 12_000)):
        y = world.horizon * drawn.random() ** 1.2 * 0.98
        size = drawn.uniform(1.8, 2.6) if drawn.random() < 0.06 else drawn.uniform(0.7, 1.6)
        world.d.circle(world.w * drawn.random(), y, size, "#fff6e0", drawn.uniform(0.35, 0.95))
    for index in range(7):
        # Few and near each other: a set that spans the sky would cost more than it shows.
        group = Drawing()
        x, y = world.w * (index + drawn.uniform(0.2, 0.8)) / 7, world.horizon * drawn.uniform(0.08, 0.75)
        for _ in range(4):
            group.circle(x + drawn.uniform(-55, 55), y + drawn.uniform(-40, 40), drawn.uniform(1.4, 2.7), "#fff6e0")
        world.live(group, flicker=0.85, flicker_hz=drawn.uniform(0.3, 0.7), phase=drawn.random())


def smoke(world: World, x: float, y: float, size: float) -> None:
    """Puffs that rise from a chimney and bend with the wind."""
    color = to_hex(blend(world.light.lit((0.82, 0.0, 0.0)), world.light.haze, 0.4))
    for i in range(4):
        puff = Drawing()
        r = size * (0.35 + 0.22 * i)
        px, py = x + size * 0.35 * i, y - size * (0.4 + 0.95 * i)
        puff.curve(blob(world, px, py, r, r * 0.8, 6), color, opacity=0.42 - 0.07 * i)
        world.live(puff, vx=size * 0.16, vy=-size * 0.34, wrap=(x - size, y - size * 5.2, size * 5, size * 5.2), flicker=0.3,
                   flicker_hz=0.2, phase=i / 4)  # fmt: skip


def flame(world: World, x: float, y: float, size: float) -> None:
    """A flame that licks up from (x, y), and the light it throws around."""
    pictures = []
    for lean, tall in ((0.0, 1.0), (0.10, 1.12), (-0.06, 0.92), (0.04, 1.06)):
        d = Drawing()
        for share, color in ((1.0, "#f08a2c"), (0.68, "#ffc24d"), (0.38, "#fff0c0")):
            w, h = size * 0.34 * share, size * tall * share
            tip = x + lean * size * share
            d.path(
                f"M{x:.1f} {y:.1f}C{x - w * 1.5:.1f} {y:.1f} {x - w:.1f} {y - h * 0.5:.1f} {tip:.1f} {y - h:.1f}C{x + w * 0.9:.1f} {y - h * 0.55:.1f} {x + w * 1.5:.1f} {y:.1f} {x:.1f} {y:.1f}Z",
                color,
            )
        pictures.append(d)
    world.live(*pictures, rate=7.0)
    shine(world, x, y - size * 0.4, size * 3.2, 0.5)


def shine(world: World, x: float, y: float, r: float, strength: float = 0.4, hz: float = 1.3) -> None:
    """Warm light around a flame or a lamp; its core wavers a little."""
    world.d.glow(x, y, r, world.lamp, strength * 0.8)
    d = Drawing()
    d.glow(x, y, r * 0.42, world.lamp, strength * 0.55)
    world.live(d, flicker=0.5, flicker_hz=hz, phase=(x * 0.013) % 1, glows=True)


def grasses(
    world: World, x: float, y: float, size: float, *, hue: float = 125.0, lightness: float = 0.36, blades: int = 9
) -> None:
    """A clump of tall grass rooted at (x, y) that sways."""
    drawn, d = world.drawn, Drawing()
    for i in range(blades):
        lean = (i / max(1, blades - 1) - 0.5) * 1.3 + drawn.uniform(-0.12, 0.12)
        tall = size * drawn.uniform(0.6, 1.05)
        bx = x + (i - blades / 2) * size * 0.055
        wide = size * 0.035
        color = grass(world, lightness + drawn.uniform(-0.06, 0.08), 0.08, hue + drawn.uniform(-12, 12))
        d.path(f"M{bx - wide:.1f} {y:.1f}Q{bx + lean * tall * 0.2:.1f} {y - tall * 0.6:.1f} {bx + lean * tall * 0.6:.1f} {y - tall:.1f}"
               f"Q{bx + lean * tall * 0.25 + wide:.1f} {y - tall * 0.55:.1f} {bx + wide:.1f} {y:.1f}Z", color)  # fmt: skip
    world.live(d, sway_deg=2.6, sway_hz=drawn.uniform(0.22, 0.34), pivot=(x, y), phase=drawn.random())


def bough(world: World, side: int, *, reach: float = 0.30, hue: float = 135.0) -> None:
    """A leafy bough that hangs into the picture from its upper corner: -1 the left one, 1 the right."""
    drawn, d = world.drawn, Drawing()
    edge = -70.0 if side < 0 else world.w + 70
    length = reach * world.w if world.w > world.h else reach * world.w * 1.3
    winter = world.season == sb.SEASON_WINTER
    bark = world.hex(0.20, 0.03, 60)
    for strand in range(3):
        y0 = 20 + 46 * strand
        tip = (edge - side * length * (1 - 0.24 * strand), y0 + 84 + 40 * strand)
        bend = (edge - side * length * 0.5, y0 - 34)
        d.path(
            f"M{edge:.0f} {y0 - 40:.0f}Q{bend[0]:.0f} {bend[1]:.0f} {tip[0]:.0f} {tip[1]:.0f}",
            stroke=bark,
            width=9 - 2 * strand,
        )
        for i in range(4 if winter else 17):
            t = 0.12 + 0.88 * i / (4 if winter else 17)
            x = (1 - t) ** 2 * edge + 2 * t * (1 - t) * bend[0] + t * t * tip[0]
            y = (1 - t) ** 2 * (y0 - 40) + 2 * t * (1 - t) * bend[1] + t * t * tip[1]
            if winter:
                d.line([(x, y), (x - side * drawn.uniform(20, 60), y + drawn.uniform(10, 50))], bark, 3)
                continue
            for turn in (0.9, -0.5):
                a = turn + drawn.uniform(-0.4, 0.4)
                size = drawn.uniform(24, 42)
                lx, ly = x - side * math.cos(a) * size, y + math.sin(a) * size
                color = leaf(world, drawn.uniform(0.20, 0.34), 0.065, hue + drawn.uniform(-12, 12))
                across = (-(ly - y) * 0.30, (lx - x) * 0.30)
                middle = ((x + lx) / 2, (y + ly) / 2)
                d.path(
                    f"M{x:.1f} {y:.1f}Q{middle[0] + across[0]:.1f} {middle[1] + across[1]:.1f} {lx:.1f} {ly:.1f}Q{middle[0] - across[0]:.1f} {middle[1] - across[1]:.1f} {x:.1f} {y:.1f}Z",
                    color,
                )
    world.live(d, sway_deg=0.9, sway_hz=0.16, pivot=(edge, 0.0), phase=drawn.random())


def motes(world: World, x: float, y: float, w: float, h: float, count: int = 12) -> None:
    """Dust that floats through a beam of light."""
    drawn = world.drawn
    color = to_hex(lighter(world.light.key, 0.02))
    for i in range(3):
        d = Drawing()
        cx, cy = x + w * (0.2 + 0.3 * i), y + h * drawn.uniform(0.25, 0.75)
        for _ in range(count // 3):
            d.circle(
                cx + drawn.uniform(-0.2, 0.2) * w,
                cy + drawn.uniform(-0.22, 0.22) * h,
                drawn.uniform(1.2, 2.8),
                color,
                drawn.uniform(0.3, 0.8),
            )
        world.live(d, vx=drawn.uniform(-4, 4), vy=drawn.uniform(-5, -2), wrap=(x - w * 0.2, y, w * 1.4, h), flicker=0.6,
                   flicker_hz=0.23, phase=i / 3)  # fmt: skip


def drifting_mist(world: World, y: float, height: float, strength: float = 0.35) -> None:
    """A bank of mist that slides along the ground."""
    d = Drawing()
    color = world.haze
    x = world.drawn.uniform(0.1, 0.5) * world.w
    points: list[Point] = blob(world, x + 260, y, 330, height, 8, 0.08)
    d.curve(points, d.radial([(0, color, strength), (0.5, color, strength * 0.6), (1, color, 0)]))
    world.live(d, vx=7.0, wrap=(-700, y - height, world.w + 1400, height * 2))


def fishes(world: World, x: float, y: float, count: int = 3) -> None:
    """Fish that leap out of the water's light: dark backs that glide under the surface."""
    drawn = world.drawn
    color = to_hex(lighter(world.light.lit((0.40, -0.02, -0.04)), -0.08))
    for i in range(count):
        d = Drawing()
        fx, fy, s = x + drawn.uniform(-120, 120), y + drawn.uniform(-26, 26), drawn.uniform(13, 19)
        d.path(f"M{fx - s:.1f} {fy:.1f}Q{fx:.1f} {fy - s * 0.42:.1f} {fx + s:.1f} {fy:.1f}Q{fx:.1f} {fy + s * 0.42:.1f} {fx - s:.1f} {fy:.1f}"
               f"L{fx - s * 1.5:.1f} {fy - s * 0.3:.1f}L{fx - s * 1.4:.1f} {fy + s * 0.3:.1f}Z", color, opacity=0.5)  # fmt: skip
        world.live(d, vx=drawn.uniform(10, 20), bob=3, sway_hz=0.4, phase=i / count, wrap=(x - 240, fy - 40, 480, 80))


def near_flakes(world: World) -> None:
    """A few large flakes close to the camera, faster than those that fall behind them."""
    drawn = world.drawn
    for i in range(9):
        d = Drawing()
        x, y, r = world.w * drawn.random(), world.h * drawn.random(), drawn.uniform(7, 15)
        d.circle(x, y, r, d.radial([(0, "#ffffff", 0.85), (0.5, "#ffffff", 0.6), (1, "#ffffff", 0)]))
        world.live(d, vx=drawn.uniform(-60, -10), vy=drawn.uniform(190, 300), wrap=(-60, -60, world.w + 120, world.h + 120),
                   sway_hz=drawn.uniform(0.2, 0.4), bob=14, phase=i / 9)  # fmt: skip
