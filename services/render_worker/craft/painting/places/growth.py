"""What grows and lies in many places: hills, trees by season, grass, rocks, water, mist."""

from __future__ import annotations

import math

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.painting.palette import blend, oklch, to_hex
from services.render_worker.craft.painting.places.world import World
from services.render_worker.craft.painting.shapes import Point


def leaf(world: World, lightness: float, chroma: float, hue: float, depth: float = 0.0) -> str:
    """The colour of leaves and grass in this season."""
    match world.season:
        case sb.SEASON_SPRING:
            return world.hex(lightness + 0.05, chroma * 1.05, hue - 10, depth)
        case sb.SEASON_AUTUMN:
            turned = 55 + (hue - 130) * 0.7
            return world.light.hex(lightness + 0.03, chroma * 1.25, turned, depth)
        case sb.SEASON_WINTER:
            return world.hex(lightness + 0.06, chroma * 0.35, 90, depth)
        case _:
            return world.hex(lightness, chroma, hue, depth)


def grass(world: World, lightness: float, chroma: float, hue: float, depth: float = 0.0) -> str:
    """The colour of grass in this season: it fades in autumn, where leaves burn."""
    if world.season == sb.SEASON_AUTUMN:
        return world.hex(lightness + 0.02, chroma * 0.85, 60 + (hue - 60) * 0.55, depth)
    return leaf(world, lightness, chroma, hue, depth)


def blob(world: World, x: float, y: float, rx: float, ry: float, bumps: int = 9, rough: float = 0.13) -> list[Point]:
    """A billowing outline: foliage, a cloud, smoke."""
    drawn, turn = world.drawn, world.drawn.uniform(0, 6.28)
    points: list[Point] = []
    for i in range(bumps * 2):
        angle = turn + math.pi * i / bumps
        reach = (1.0 + rough if i % 2 else 1.0 - rough) * drawn.uniform(0.94, 1.06)
        points.append((x + rx * reach * math.cos(angle), y + ry * reach * math.sin(angle)))
    return points


def pine(world: World, x: float, y: float, height: float, depth: float) -> None:
    """A conifer standing at (x, y), its boughs in tiers, lit from the light's side."""
    d, drawn, side = world.d, world.drawn, world.light_side
    hue = drawn.uniform(145, 168)
    winter = world.season == sb.SEASON_WINTER or world.weather == sb.WEATHER_SNOW
    # Conifers stay green.
    body, lit = world.hex(0.37, 0.06, hue, depth), world.hex(0.47, 0.075, hue - 8, depth)
    snow = world.hex(0.94, 0.012, 235, depth * 0.8)
    d.rect(x - height * 0.02, y - height * 0.12, height * 0.04, height * 0.13, world.hex(0.30, 0.04, 50, depth))
    tiers = 5 if height > 160 else 3
    for i in range(tiers):
        t = i / tiers
        base, top = (
            y - height * (0.07 + 0.80 * t),
            y - height * min(1.0, 0.42 + 0.62 * t + (0.05 if i == tiers - 1 else 0)),
        )
        half = height * 0.235 * (1 - t * 0.80) * drawn.uniform(0.93, 1.07)
        sag = height * 0.022
        left, right = (x - half, base + sag), (x + half, base + sag)
        d.polygon([left, (x - half * 0.5, base - sag * 0.4), (x - half * 0.28, base + sag * 0.5), (x, base - sag * 0.2),
                   (x + half * 0.3, base + sag * 0.6), (x + half * 0.55, base - sag * 0.3), right, (x + half * 0.3, base - (base - top) * 0.5),
                   (x, top), (x - half * 0.3, base - (base - top) * 0.5)], body)  # fmt: skip
        if height > 90:
            d.polygon(
                [
                    (x + side * half, base + sag),
                    (x + side * half * 0.3, base - (base - top) * 0.5),
                    (x, top),
                    (x + side * half * 0.16, base - sag),
                ],
                lit,
            )
        if winter:
            d.polygon([(x - half * 0.5, base - (base - top) * 0.36), (x, top), (x + half * 0.5, base - (base - top) * 0.36), (x + half * 0.2, base - (base - top) * 0.44),
                       (x - half * 0.1, base - (base - top) * 0.34)], snow)  # fmt: skip


def tree(world: World, x: float, y: float, height: float, depth: float, hue: float = 130.0) -> None:
    """A broad tree standing at (x, y): bare in winter, in blossom in spring, gold in autumn."""
    d, drawn, side = world.d, world.drawn, world.light_side
    bark, dark = world.hex(0.36, 0.045, 50, depth), world.hex(0.27, 0.04, 45, depth)
    if height > 200:
        d.shade(
            x - side * height * 0.22,
            y + height * 0.012,
            height * 0.46,
            height * 0.055,
            world.hex(0.18, 0.04, 260),
            0.42,
        )
    if world.season == sb.SEASON_WINTER:
        _bare(world, x, y, height, bark, depth)
        return
    d.path(f"M{x - height * 0.055:.1f} {y:.1f}Q{x - height * 0.018:.1f} {y - height * 0.22:.1f} {x - height * 0.03:.1f} {y - height * 0.55:.1f}"
           f"L{x + height * 0.03:.1f} {y - height * 0.55:.1f}Q{x + height * 0.014:.1f} {y - height * 0.22:.1f} {x + height * 0.06:.1f} {y:.1f}Z", bark)  # fmt: skip
    if height > 160:
        for lean in (-1, 1):
            d.path(f"M{x:.1f} {y - height * 0.3:.1f}Q{x + lean * height * 0.05:.1f} {y - height * 0.42:.1f} {x + lean * height * 0.17:.1f} {y - height * 0.55:.1f}",
                   stroke=dark, width=height * 0.022)  # fmt: skip
    tones = [
        leaf(world, 0.38, 0.075, hue + 8, depth),
        leaf(world, 0.48, 0.09, hue, depth),
        leaf(world, 0.585, 0.105, hue - 10, depth),
    ]
    if world.season == sb.SEASON_SPRING and drawn.random() < 0.45:
        tones = [
            world.light.hex(0.70, 0.07, 5, depth),
            world.light.hex(0.80, 0.065, 5, depth),
            world.light.hex(0.89, 0.045, 8, depth),
        ]
    clumps = 3 if height < 160 else 6
    top = y - height * 0.66
    for level, (color, reach, shift) in enumerate(zip(tones, (1.0, 0.86, 0.5), (0.0, 0.05, 0.12), strict=True)):
        if level == 2 and height < 70:
            break
        cx, cy = x + side * shift * height, top - shift * height * 0.62
        d.curve(blob(world, cx, cy, height * 0.30 * reach, height * 0.27 * reach, 9), color)
        for i in range(clumps if level < 2 else clumps - 1):
            angle = 2 * math.pi * (i + drawn.uniform(-0.25, 0.25)) / clumps
            r = height * 0.15 * reach * drawn.uniform(0.8, 1.15)
            d.curve(
                blob(
                    world,
                    cx + math.cos(angle) * height * 0.24 * reach,
                    cy + math.sin(angle) * height * 0.19 * reach,
                    r * 1.1,
                    r * 0.9,
                    6,
                ),
                color,
            )
    if height > 230 and not world.light.dark:
        fleck = to_hex(blend(world.light.key, world.light.lit(oklch(0.62, 0.10, hue)), 0.55))
        for _ in range(12):
            px, py = x + side * height * drawn.uniform(-0.02, 0.26), top - height * drawn.uniform(-0.05, 0.24)
            d.curve(
                blob(world, px, py, height * 0.03, height * 0.018, 4, 0.2),
                fleck if drawn.random() < 0.4 else tones[2],
                opacity=0.6,
            )


def _bare(world: World, x: float, y: float, height: float, color: str, depth: float) -> None:
    """Branches that fork five times, snow in their forks when it snows."""
    drawn = world.drawn

    def grow(px: float, py: float, angle: float, length: float, width: float, left: int) -> None:
        qx, qy = px + math.cos(angle) * length, py - math.sin(angle) * length
        bend = ((px + qx) / 2 + drawn.uniform(-0.08, 0.08) * length, (py + qy) / 2)
        world.d.path(
            f"M{px:.1f} {py:.1f}Q{bend[0]:.1f} {bend[1]:.1f} {qx:.1f} {qy:.1f}", stroke=color, width=max(1.0, width)
        )
        if left:
            for turn in (-0.42, 0.36) if left % 2 else (-0.5, 0.02, 0.46):
                grow(
                    qx,
                    qy,
                    angle + turn + drawn.uniform(-0.12, 0.12),
                    length * drawn.uniform(0.62, 0.78),
                    width * 0.62,
                    left - 1,
                )

    grow(x, y, math.pi / 2, height * 0.34, height * 0.05, 4 if height > 200 else 3)


def palm(world: World, x: float, y: float, height: float, depth: float) -> None:
    """A palm standing at (x, y)."""
    d, side = world.d, world.light_side
    lean = world.drawn.uniform(0.10, 0.22) * height * world.drawn.choice((-1, 1))
    top = (x + lean, y - height)
    d.shade(x - side * height * 0.2, y, height * 0.32, height * 0.035, world.hex(0.2, 0.04, 280), 0.4)
    d.path(f"M{x - 11:.1f} {y:.1f}Q{x - 4 + lean * 0.1:.1f} {y - height * 0.6:.1f} {top[0] - 5:.1f} {top[1]:.1f}"
           f"L{top[0] + 6:.1f} {top[1]:.1f}Q{x + 9 + lean * 0.1:.1f} {y - height * 0.55:.1f} {x + 15:.1f} {y:.1f}Z", world.hex(0.40, 0.05, 60, depth))  # fmt: skip
    for i in range(11):
        angle = math.pi * (i / 10) * 1.16 - math.pi * 1.08
        reach = height * (0.34 + 0.05 * (i % 2))
        tip = (top[0] + reach * math.cos(angle), top[1] + reach * 0.5 * math.sin(angle) + reach * 0.44)
        bend = (top[0] + reach * 0.62 * math.cos(angle), top[1] + reach * 0.86 * math.sin(angle) - reach * 0.12)
        color = world.hex(0.36 + 0.055 * (i % 3) + 0.05 * (math.cos(angle) * side > 0), 0.085, 138, depth)
        d.path(f"M{top[0]:.1f} {top[1]:.1f}Q{bend[0]:.1f} {bend[1]:.1f} {tip[0]:.1f} {tip[1]:.1f}Q{bend[0] * 0.8 + top[0] * 0.2:.1f} {bend[1] + reach * 0.17:.1f} {top[0]:.1f} {top[1]:.1f}Z",
               color)  # fmt: skip


def bush(world: World, x: float, y: float, width: float, depth: float, hue: float = 135.0) -> None:
    """A round bush whose foot's middle is at (x, y)."""
    d, side = world.d, world.light_side
    d.curve(blob(world, x, y - width * 0.22, width * 0.5, width * 0.27, 8), leaf(world, 0.36, 0.07, hue + 8, depth))
    d.curve(
        blob(world, x + side * width * 0.07, y - width * 0.28, width * 0.38, width * 0.2, 7),
        leaf(world, 0.46, 0.09, hue, depth),
    )
    d.curve(
        blob(world, x + side * width * 0.16, y - width * 0.36, width * 0.2, width * 0.1, 5),
        leaf(world, 0.57, 0.10, hue - 8, depth),
    )


def tufts(world: World, top: float, bottom: float, count: int, *, hue: float = 125.0, lightness: float = 0.5) -> None:
    """Blades of grass between two heights, larger when nearer, in clumps rather than evenly."""
    drawn = world.drawn
    middles = [drawn.uniform(0, world.w) for _ in range(max(3, count // 9))]
    for y in sorted(top + (bottom - top) * drawn.random() ** 0.8 for _ in range(count)):
        near = (y - top) / max(1.0, bottom - top)
        size = 9 + 34 * near
        x = (
            drawn.choice(middles) + drawn.gauss(0, 46 + 60 * near)
            if drawn.random() < 0.8
            else drawn.uniform(0, world.w)
        )
        color = grass(world, lightness + drawn.uniform(-0.11, 0.12) - 0.06 * near, 0.09, hue + drawn.uniform(-10, 10))
        for lean in (-0.6, -0.15, 0.25, 0.6)[: 3 + (near > 0.4)]:
            lean += drawn.uniform(-0.1, 0.1)
            world.d.path(f"M{x - 3:.1f} {y:.1f}Q{x + lean * size * 0.4:.1f} {y - size * 0.6:.1f} {x + lean * size:.1f} {y - size:.1f}"
                         f"Q{x + lean * size * 0.5 + 4:.1f} {y - size * 0.5:.1f} {x + 4:.1f} {y:.1f}Z", color)  # fmt: skip


def flowers(world: World, top: float, bottom: float, count: int) -> None:
    """Small flowers in drifts, of the scene's accent and white; none in winter."""
    if world.season == sb.SEASON_WINTER or world.weather == sb.WEATHER_SNOW:
        return
    d, drawn = world.d, world.drawn
    drifts = [(drawn.uniform(0, world.w), drawn.uniform(0.2, 1.0)) for _ in range(4)]
    colors = (world.accent(0.70), world.accent(0.80, 0.11), world.hex(0.94, 0.02, 90))
    for i in range(count):
        x, t = drifts[i % 4]
        x, y = x + drawn.gauss(0, 90), top + (bottom - top) * min(1.0, max(0.0, t + drawn.gauss(0, 0.13)))
        r = 2.6 + 5.5 * (y - top) / max(1.0, bottom - top)
        d.line([(x, y), (x + 1, y + r * 3)], leaf(world, 0.45, 0.09, 130), 1.6)
        d.circle(x, y, r, colors[i % 3])
        d.circle(x, y, r * 0.4, world.hex(0.80, 0.12, 85))
