"""What grows and lies in many places: hills, trees by season, grass, rocks, water, mist."""

from __future__ import annotations

import math

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.palette import blend, oklch, to_hex
from services.render_worker.craft.places.world import World
from services.render_worker.craft.shapes import Drawing, Fill, Point


def ridge(
    world: World, y: float, height: float, fill: Fill, *, rough: float = 0.5, bottom: float | None = None
) -> list[Point]:
    """A line of hills across the picture, filled down to `bottom`; its crest is returned."""
    drawn = world.drawn
    waves = [(drawn.uniform(0.6, 1.6) * 2**i, drawn.uniform(0, 6.3), rough**i) for i in range(5)]
    total = sum(amplitude for _, _, amplitude in waves)
    crest: list[Point] = []
    steps = 64
    for step in range(steps + 1):
        t = step / steps
        level = sum(a * math.sin(2 * math.pi * f * t * world.w / 1400 + p) for f, p, a in waves) / total
        crest.append((-40 + (world.w + 80) * t, y - height * (0.5 + 0.5 * level)))
    floor = bottom if bottom is not None else y + height * 1.5 + 60
    world.d.polygon([*crest, (world.w + 40, floor), (-40, floor)], fill)
    return crest


def hills(
    world: World,
    y: float,
    height: float,
    lightness: float,
    chroma: float,
    hue: float,
    depth: float,
    *,
    rough: float = 0.5,
) -> list[Point]:
    """A ridge whose foot is lost in haze."""
    top, foot = (
        world.hex(lightness, chroma, hue, depth),
        world.hex(lightness + 0.04, chroma, hue, min(1.0, depth + 0.28)),
    )
    return ridge(world, y, height, world.d.vertical([(0, top, 1), (1, foot, 1)]), rough=rough)


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


def meadow(
    world: World, top: float, hue: float, *, lightness: float = 0.56, chroma: float = 0.095, wavy: float = 24.0
) -> None:
    """Ground that runs from `top` to the picture's foot: lighter far off, with broad strokes of light and shade across it."""
    d, drawn, w, h = world.d, world.drawn, world.w, world.h
    snow = world.weather == sb.WEATHER_SNOW or (
        world.season == sb.SEASON_WINTER and world.weather == sb.WEATHER_CLEAR and drawn.random() < 0.5
    )

    def color(level: float, depth: float = 0.0) -> str:
        return (
            world.hex(0.80 + 0.22 * (level - 0.45), 0.018, 240, depth)
            if snow
            else grass(world, level, chroma, hue, depth)
        )

    fill = d.vertical(
        [
            (0, color(lightness + 0.10, 0.22), 1),
            (0.35, color(lightness + 0.01, 0.06), 1),
            (1, color(lightness - 0.17), 1),
        ]
    )
    crest = [(-60 + (w + 120) * i / 6, top + drawn.uniform(-0.5, 0.5) * wavy) for i in range(7)]
    d.curve([*crest, (w + 60, h + 120), (-60, h + 120)], fill)
    for i in range(5):
        t = (i + 0.6) / 5
        y, x = top + (h - top) * t**1.25, drawn.uniform(0.1, 0.9) * w
        reach, thick = w * drawn.uniform(0.3, 0.6), (10 + 44 * t) * drawn.uniform(0.7, 1.2)
        level = color(lightness + (0.07 if i % 2 else -0.10) - 0.12 * t)
        d.curve([(x - reach, y), (x - reach * 0.4, y - thick * 0.5), (x + reach * 0.3, y - thick * 0.35), (x + reach, y + thick * 0.1),
                 (x + reach * 0.4, y + thick * 0.5), (x - reach * 0.5, y + thick * 0.4)], level, opacity=0.34)  # fmt: skip


def water(world: World, top: float, bottom: float, *, hue: float = 225.0, road: bool = True) -> None:
    """A stretch of water that mirrors the sky, with the light's road upon it; it ripples and glints."""
    d, drawn, light, w = world.d, world.drawn, world.light, world.w
    far = to_hex(blend(light.sky_low, light.lit(oklch(0.62, 0.08, hue)), 0.42))
    middle = to_hex(blend(light.lit(oklch(0.52, 0.085, hue)), light.sky_low, 0.28))
    near = to_hex(blend(light.lit(oklch(0.41, 0.08, hue)), light.sky_top, 0.22))
    d.rect(-50, top, w + 100, bottom - top + 2, d.vertical([(0, far, 1), (0.3, middle, 1), (1, near, 1)]))
    d.rect(-50, top, w + 100, 3.0, to_hex(blend(light.sky_low, light.key, 0.4)), opacity=0.6)
    for i in range(70):
        t = (i / 70) ** 1.5
        y, length = top + 5 + (bottom - top) * t, (24 + 190 * t) * drawn.uniform(0.5, 1.2)
        x = drawn.uniform(-0.05, 1.05) * w
        d.path(f"M{x - length:.1f} {y:.1f}Q{x:.1f} {y - 2 - 7 * t:.1f} {x + length:.1f} {y:.1f}Q{x:.1f} {y + 2 + 4 * t:.1f} {x - length:.1f} {y:.1f}Z",
               near if i % 2 else far, opacity=0.30)  # fmt: skip
    world.ripple((-40, top, w + 80, bottom - top), amplitude=5.0, wavelength=60.0, hz=0.30)
    if road and world.weather in (sb.WEATHER_CLEAR, sb.WEATHER_UNSPECIFIED, sb.WEATHER_FOG, sb.WEATHER_CLOUDY):
        _road(world, top, bottom)


def _road(world: World, top: float, bottom: float) -> None:
    """The sun or moon in the water: one half of it drawn, the rest in two sets that glint in turn."""
    d, drawn, light = world.d, world.drawn, world.light
    bright = to_hex(blend(light.key, light.sky_low, 0.28))
    sets = (d, Drawing(), Drawing())
    strength = 0.75 if world.light.dark or world.time == sb.TIME_OF_DAY_DAWN else 0.5
    for i in range(60):
        t = (i / 60) ** 1.4
        y, spread = top + 4 + (bottom - top) * 0.9 * t, 26 + 120 * t
        x = world.sun_x * world.w + drawn.gauss(0, 0.5) * spread
        length = (9 + 52 * t) * drawn.uniform(0.5, 1.3)
        sets[i % 3].ellipse(x, y, length, 1.3 + 3.0 * t, bright, drawn.uniform(0.6, 1.0) * strength)
    for index, glints in enumerate(sets[1:]):
        world.live(glints, flicker=0.7, flicker_hz=0.55 + 0.2 * index, phase=index * 0.5)


def rocks(world: World, x: float, y: float, size: float, count: int, depth: float = 0.0) -> None:
    """A heap of boulders around (x, y), each with a lit and a shaded face, on their shadow."""
    d, drawn, side = world.d, world.drawn, world.light_side
    d.shade(x - side * size * 0.25, y + size * 0.12, size * 1.5, size * 0.22, world.hex(0.15, 0.03, 270), 0.45)
    for i in range(count):
        cx, cy = x + drawn.uniform(-1, 1) * size * (1 - 0.1 * i), y + drawn.uniform(-0.12, 0.16) * size
        r = size * drawn.uniform(0.24, 0.55)
        tall = drawn.uniform(0.6, 0.95)
        shape: list[Point] = [(cx + r * math.cos(a) * drawn.uniform(0.9, 1.12), cy - r * tall * math.sin(a) * drawn.uniform(0.85, 1.12))
                              for a in (math.pi * i / 7 for i in range(8))]  # fmt: skip
        d.polygon(shape, world.hex(0.36, 0.022, 270, depth))
        peak = (cx - side * r * 0.12, cy - r * tall * 0.42)
        lit = sorted((p for p in shape if (p[0] - cx) * side > -r * 0.25), key=lambda p: p[0])
        if len(lit) > 2:
            d.polygon([*lit, (cx + side * r * 0.35, cy), peak], world.hex(0.52, 0.026, 255, depth))


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


def mist(world: World, y: float, height: float, strength: float = 0.6) -> None:
    """A band of haze across the picture."""
    color = world.haze
    world.d.rect(
        -50,
        y - height / 2,
        world.w + 100,
        height,
        world.d.vertical([(0, color, 0), (0.5, color, strength), (1, color, 0)]),
    )
