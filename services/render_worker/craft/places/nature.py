"""Places of nature: forest, sea, mountain, desert, river, field."""

from __future__ import annotations

from services.render_worker.craft.palette import blend, lighter, oklch, to_hex
from services.render_worker.craft.places.built_parts import boat, lighthouse_tower
from services.render_worker.craft.places.sky import sky
from services.render_worker.craft.places.world import (
    World,
    mist,
    palm,
    pine,
    ridge,
    rocks,
    tree,
    tufts,
    water,
)


def forest(world: World) -> None:
    """Conifers in depth, a path that leads in, shafts of light."""
    sky(world)
    d, drawn, base = world.d, world.drawn, world.horizon
    ridge(world, base - 40, 120, world.hex(0.5, 0.05, 170, 0.72))
    for depth, y, low, high, count in ((0.62, base + 10, 260, 420, 20), (0.38, base + 55, 380, 600, 12)):
        for i in range(count):
            x = world.w * (i + drawn.uniform(0.1, 0.9)) / count
            pine(world, x, y + drawn.uniform(-12, 14), drawn.uniform(low, high), depth)
        mist(world, y - 40, 190, 0.5)
    floor = d.vertical([(0, world.hex(0.55, 0.08, 130, 0.25), 1), (1, world.hex(0.33, 0.06, 140), 1)])
    d.rect(-50, base + 50, world.w + 100, world.h, floor)
    # A path that leads in, and shafts of light across it.
    path = world.hex(0.66, 0.05, 75, 0.1)
    d.path(f"M{world.w * 0.36:.0f} {world.h + 20:.0f}C{world.w * 0.47:.0f} {world.h * 0.8:.0f} {world.w * 0.42:.0f} {base + 130:.0f} "
           f"{world.w * 0.52:.0f} {base + 52:.0f}L{world.w * 0.535:.0f} {base + 52:.0f}C{world.w * 0.5:.0f} {base + 140:.0f} {world.w * 0.62:.0f} "
           f"{world.h * 0.8:.0f} {world.w * 0.68:.0f} {world.h + 20:.0f}Z", path, opacity=0.8)  # fmt: skip
    if not world.night:
        for i in range(4):
            x = world.w * (0.3 + 0.16 * i)
            shaft = d.vertical([(0, world.key, 0.34), (1, world.key, 0)])
            d.polygon(
                [(x + 150, -20), (x + 230, -20), (x - 60, world.h * 0.86), (x - 220, world.h * 0.86)], shaft, 0.55
            )
    for x, height in ((0.05, 1150), (0.17, 900), (0.86, 980), (0.97, 1200)):
        _trunk(world, world.w * x, base + 170 + 60 * abs(x - 0.5), height)
    tufts(world, base + 90, world.h, 46, hue=140, lightness=0.42)


def _trunk(world: World, x: float, y: float, height: float) -> None:
    d, wide = world.d, height * 0.042
    bark, shade = world.hex(0.36, 0.045, 45), world.hex(0.26, 0.04, 40)
    d.path(f"M{x - wide * 1.9:.1f} {y:.1f}Q{x - wide:.1f} {y - 50:.1f} {x - wide:.1f} {y - height:.1f}L{x + wide:.1f} {y - height:.1f}"
           f"Q{x + wide:.1f} {y - 50:.1f} {x + wide * 2:.1f} {y:.1f}Z", bark)  # fmt: skip
    away = -1 if world.sun_x * world.w > x else 1
    d.path(f"M{x + away * wide * 1.9:.1f} {y:.1f}Q{x + away * wide:.1f} {y - 50:.1f} {x + away * wide:.1f} {y - height:.1f}"
           f"L{x + away * wide * 0.2:.1f} {y - height:.1f}L{x + away * wide * 0.3:.1f} {y:.1f}Z", shade)  # fmt: skip


def sea(world: World) -> None:
    """Water to the horizon, seen from a beach where people can stand; a lighthouse where the heading names one."""
    sky(world)
    d, base = world.d, world.horizon
    has_tower = any(word in world.words for word in ("lighthouse", "tower", "cliff", "faro", "phare"))
    shore = "open sea" not in world.words and "open water" not in world.words
    water(world, base, world.h + 20)
    if has_tower:
        x = world.w * 0.2
        d.curve([(x - 330, base + 8), (x - 260, base - 60), (x - 90, base - 122), (x + 60, base - 112), (x + 150, base - 30), (x + 240, base + 10)],
                world.hex(0.42, 0.04, 150, 0.38))  # fmt: skip
        lighthouse_tower(world, x, base - 108, 235, 0.28)
    else:
        d.curve(
            [(-60, base + 6), (world.w * 0.06, base - 34), (world.w * 0.16, base - 20), (world.w * 0.3, base + 5)],
            world.hex(0.5, 0.04, 200, 0.6),
        )
    near = shore and ("boat" in world.words or "ship" in world.words)
    boat(world, world.w * (0.8 if shore else 0.56), base + (150 if near else 74), 250 if near else 150)
    if shore:
        _beach(world)


def _beach(world: World) -> None:
    d, h, w = world.d, world.h, world.w
    wet = world.hex(0.62, 0.05, 65)
    sand = d.vertical([(0, world.hex(0.80, 0.06, 78), 1), (1, world.hex(0.68, 0.06, 68), 1)])
    edge = h * 0.745
    d.curve([(-60, edge + 14), (w * 0.2, edge - 8), (w * 0.5, edge + 14), (w * 0.8, edge - 10), (w + 60, edge + 8), (w + 60, h + 60), (-60, h + 60)],
            to_hex(lighter(world.light.key, 0.0)), opacity=0.75)  # fmt: skip
    d.curve(
        [
            (-60, edge + 24),
            (w * 0.2, edge + 2),
            (w * 0.5, edge + 26),
            (w * 0.8, edge),
            (w + 60, edge + 18),
            (w + 60, h + 60),
            (-60, h + 60),
        ],
        wet,
    )
    d.curve(
        [
            (-60, edge + 62),
            (w * 0.25, edge + 36),
            (w * 0.55, edge + 64),
            (w * 0.8, edge + 38),
            (w + 60, edge + 60),
            (w + 60, h + 60),
            (-60, h + 60),
        ],
        sand,
    )
    for _ in range(70):
        x, y = world.drawn.uniform(0, w), world.drawn.uniform(edge + 70, h)
        d.ellipse(x, y, world.drawn.uniform(2, 7), 1.8, world.hex(0.55, 0.04, 60), 0.5)
    rocks(world, w * 0.05, edge + 70, 90, 4)


def mountain(world: World) -> None:
    """Peaks with snow, wooded foothills."""
    sky(world)
    d, drawn, base = world.d, world.drawn, world.horizon
    for depth, count, low, high in ((0.6, 5, 0.5, 0.75), (0.28, 4, 0.4, 0.68)):
        for i in range(count):
            x = world.w * (i + drawn.uniform(0.2, 0.8)) / count
            _peak(world, x, base + 40, base * drawn.uniform(low, high), depth)
        mist(world, base + 10, 200, 0.55)
    ridge(world, base + 80, 90, world.hex(0.46, 0.07, 140, 0.2))
    for i in range(16):
        pine(
            world,
            world.w * (i + drawn.uniform(0.1, 0.9)) / 16,
            base + 95 + drawn.uniform(0, 26),
            drawn.uniform(70, 150),
            0.16,
        )
    ridge(world, base + 190, 60, d.vertical([(0, world.hex(0.58, 0.09, 125), 1), (1, world.hex(0.36, 0.06, 135), 1)]))
    rocks(world, world.w * 0.1, base + 250, 120, 5)
    rocks(world, world.w * 0.93, base + 300, 150, 4)
    tufts(world, base + 190, world.h, 40)


def _peak(world: World, x: float, y: float, height: float, depth: float) -> None:
    d, drawn = world.d, world.drawn
    half, top = height * drawn.uniform(0.75, 1.05), (x, y - height)
    right_lit = world.sun_x * world.w > x
    d.polygon([(x - half, y), top, (x + half, y)], world.hex(0.56, 0.04, 265, depth))
    spine = [
        (x, y - height),
        (x + half * 0.08, y - height * 0.66),
        (x - half * 0.06, y - height * 0.4),
        (x + half * 0.12, y),
    ]
    away = (x - half, y) if right_lit else (x + half, y)
    d.polygon([*spine, away], world.hex(0.42, 0.05, 270, depth))
    snow = world.hex(0.96, 0.012, 230, depth * 0.6)
    d.polygon([top, (x + half * 0.3, y - height * 0.7), (x + half * 0.17, y - height * 0.73), (x + half * 0.06, y - height * 0.62),
               (x - half * 0.08, y - height * 0.74), (x - half * 0.18, y - height * 0.66), (x - half * 0.3, y - height * 0.7)], snow)  # fmt: skip
    shade = [
        top,
        spine[1],
        (x - half * 0.08, y - height * 0.74),
        (x - half * 0.18, y - height * 0.66),
        (x - half * 0.3, y - height * 0.7),
    ]
    if right_lit:
        d.polygon(shade, world.hex(0.78, 0.04, 260, depth * 0.6))


def desert(world: World) -> None:
    """Dunes and two palms."""
    sky(world)
    d, drawn, base = world.d, world.drawn, world.horizon
    ridge(world, base + 6, 90, world.hex(0.66, 0.06, 50, 0.6), rough=0.35)
    for i, (y, height, depth) in enumerate(((base + 40, 120, 0.4), (base + 120, 140, 0.18), (base + 250, 130, 0.0))):
        crest = ridge(world, y, height, world.hex(0.78 - 0.03 * i, 0.10, 66, depth), rough=0.22)
        shade = [(px, py) for px, py in crest[10 + 9 * i : 40 + 6 * i]]
        lower = [(px - 90, py + 90 + 0.25 * (px - shade[0][0])) for px, py in reversed(shade)]
        d.polygon([*shade, *lower], world.hex(0.62, 0.09, 52, depth), 0.5)
    palm(world, world.w * 0.13, base + 190, 330, 0.05)
    palm(world, world.w * 0.18, base + 205, 250, 0.05)
    for _ in range(60):
        x, y = drawn.uniform(0, world.w), drawn.uniform(base + 240, world.h)
        d.path(
            f"M{x - 50:.0f} {y:.0f}Q{x:.0f} {y - 7:.0f} {x + 60:.0f} {y + 3:.0f}",
            stroke=world.hex(0.62, 0.09, 58),
            width=2.2,
            opacity=0.5,
        )


def river(world: World) -> None:
    """A stream that winds through trees."""
    sky(world)
    d, drawn, base, w, h = world.d, world.drawn, world.horizon, world.w, world.h
    ridge(world, base - 20, 150, world.hex(0.52, 0.05, 170, 0.6))
    for i in range(14):
        tree(world, w * (i + drawn.uniform(0.1, 0.9)) / 14, base + 30, drawn.uniform(130, 230), 0.42)
    d.rect(
        -50,
        base + 20,
        w + 100,
        h,
        d.vertical([(0, world.hex(0.62, 0.10, 128, 0.2), 1), (1, world.hex(0.42, 0.08, 135), 1)]),
    )
    stream = [(w * 0.47, base + 22), (w * 0.55, base + 22), (w * 0.63, base + 90), (w * 0.55, base + 170), (w * 0.74, base + 300), (w * 1.05, h + 60),
              (w * 0.30, h + 60), (w * 0.37, base + 300), (w * 0.40, base + 170), (w * 0.52, base + 90)]  # fmt: skip
    far = to_hex(blend(world.light.sky_low, world.light.lit(oklch(0.62, 0.08, 225)), 0.3))
    near = to_hex(blend(world.light.lit(oklch(0.45, 0.08, 228)), world.light.sky_top, 0.3))
    d.curve([(x + (8 if x > w * 0.5 else -8), y) for x, y in stream], world.hex(0.66, 0.05, 75))
    d.curve(stream, d.vertical([(0, far, 1), (1, near, 1)]))
    for _ in range(40):
        t = drawn.random()
        y = base + 60 + (h - base - 60) * t
        x = w * (0.55 + drawn.uniform(-0.03, 0.03) + t * drawn.uniform(-0.14, 0.2))
        d.ellipse(x, y, 12 + 46 * t, 1.4 + 2 * t, world.key, 0.35)
    rocks(world, w * 0.32, h * 0.84, 70, 4)
    tree(world, w * 0.07, base + 190, 520, 0.0)
    tree(world, w * 0.95, base + 150, 430, 0.04)
    tufts(world, base + 120, h, 40)


def field(world: World) -> None:
    """Furrows that run to the horizon, flowers in front."""
    sky(world)
    d, drawn, base, w, h = world.d, world.drawn, world.horizon, world.w, world.h
    ridge(world, base - 4, 90, world.hex(0.55, 0.05, 165, 0.65))
    ridge(world, base + 28, 60, world.hex(0.60, 0.09, 130, 0.35))
    for i in range(9):
        tree(world, w * (i + drawn.uniform(0.1, 0.9)) / 9, base + 26, drawn.uniform(70, 130), 0.34)
    ground = d.vertical([(0, world.hex(0.78, 0.11, 100, 0.12), 1), (1, world.hex(0.55, 0.10, 112), 1)])
    ridge(world, base + 66, 34, ground, rough=0.3)
    for i in range(-9, 18):
        x = w * i / 9
        d.path(
            f"M{w * 0.5 + (x - w * 0.5) * 0.22:.0f} {base + 62:.0f}L{x:.0f} {h + 30:.0f}",
            stroke=world.hex(0.52, 0.10, 108),
            width=9,
            opacity=0.22,
        )
    tree(world, w * 0.84, base + 150, 420, 0.0, hue=125)
    tufts(world, base + 110, h, 90, hue=105, lightness=0.62)
    for _ in range(36):
        x, y = drawn.uniform(0, w), drawn.uniform(base + 150, h)
        d.circle(x, y, 4 + 7 * (y - base) / (h - base), world.hex(0.75, 0.15, drawn.choice((30, 60, 350))))
