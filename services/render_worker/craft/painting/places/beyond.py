"""Places without a sky of ours: cave and space."""

from __future__ import annotations

import math

from services.render_worker.craft.painting.palette import to_hex
from services.render_worker.craft.painting.places.alive import birds, drifting_mist, motes
from services.render_worker.craft.painting.places.ground import ridge, rocks
from services.render_worker.craft.painting.places.world import World
from services.render_worker.craft.painting.shapes import Drawing, smooth


def cave(world: World) -> None:
    """Seen from inside: daylight in its mouth, a pool that mirrors it, rock in rings towards us."""
    d, drawn, w, h = world.d, world.drawn, world.w, world.h
    low, top = to_hex(world.light.sky_low), to_hex(world.light.sky_top)
    d.rect(-50, -50, w + 100, h + 100, d.vertical([(0.1, top, 1), (0.6, low, 1), (1, low, 1)]))
    d.glow(w * 0.5, h * 0.56, h * 0.7, world.key, 0.7)
    ridge(world, h * 0.62, 110, world.hex(0.55, 0.05, 190, 0.6))
    ridge(world, h * 0.67, 60, world.hex(0.45, 0.06, 160, 0.3), bottom=h)
    birds(world, 4, low=0.8, size=11)
    mouth = [(w * 0.5 + w * 0.25 * math.cos(a) * drawn.uniform(0.88, 1.12), h * 0.50 + h * 0.33 * math.sin(a) * drawn.uniform(0.9, 1.1))
             for a in (2 * math.pi * i / 16 for i in range(16))]  # fmt: skip
    for index, (scale, lightness) in enumerate(((1.0, 0.50), (1.28, 0.39), (1.62, 0.29))):
        if index < 2:
            world.plane(0.35 + 0.35 * index)
        ring = [
            (
                w * 0.5 + (x - w * 0.5) * scale * drawn.uniform(0.97, 1.05),
                h * 0.5 + (y - h * 0.5) * scale * drawn.uniform(0.97, 1.05),
            )
            for x, y in mouth
        ]
        _hole(
            world,
            ring,
            world.hex(lightness, 0.035, 285 - 12 * index, 0.22 - 0.08 * index),
            reach=1.6 if index == 0 else 9.0 if index == 2 else 2.0,
        )
        if index == 0:
            drifting_mist(world, h * 0.68, 34, 0.4)
    world.plane(1.0)
    d.curve([(-60, h * 0.77), (w * 0.25, h * 0.79), (w * 0.5, h * 0.765), (w * 0.75, h * 0.79), (w + 60, h * 0.76), (w + 60, h + 120), (-60, h + 120)],
            d.vertical([(0, world.hex(0.46, 0.035, 278), 1), (0.4, world.hex(0.32, 0.03, 280), 1), (1, world.hex(0.18, 0.03, 280), 1)]))  # fmt: skip
    pool = [
        (w * 0.36, h * 0.85),
        (w * 0.50, h * 0.825),
        (w * 0.66, h * 0.845),
        (w * 0.70, h * 0.90),
        (w * 0.52, h * 0.94),
        (w * 0.35, h * 0.91),
    ]
    d.curve([(x, y - 5) for x, y in pool], world.hex(0.22, 0.03, 280))
    d.curve(pool, d.vertical([(0, low, 0.95), (1, world.hex(0.34, 0.05, 255), 1)]))
    world.ripple((w * 0.35, h * 0.82, w * 0.36, h * 0.13), amplitude=3.5, wavelength=40)
    glints = Drawing()
    for _ in range(8):
        glints.ellipse(
            w * drawn.uniform(0.42, 0.62), h * drawn.uniform(0.84, 0.92), drawn.uniform(16, 46), 2.0, world.key, 0.7
        )
    world.live(glints, flicker=0.8, flicker_hz=0.45)
    for x, y, size in ((0.14, 0.80, 90), (0.80, 0.815, 80), (0.27, 0.785, 46)):
        rocks(world, w * x, h * y, size, 4)
    for i in range(9):
        x, length = w * (i + drawn.uniform(0.1, 0.9)) / 9, drawn.uniform(50, 190) * (0.45 + abs(i - 4) / 4)
        d.polygon([(x - 30, -20), (x + 30, -20), (x + drawn.uniform(-8, 8), length)], world.hex(0.22, 0.03, 282))
        d.polygon(
            [
                (x + world.light_side * 4, -20),
                (x + world.light_side * 30, -20),
                (x + drawn.uniform(-4, 4), length * 0.9),
            ],
            world.hex(0.30, 0.03, 275),
            0.8,
        )
    drop = Drawing()
    drop.ellipse(w * 0.57, h * 0.2, 2.4, 6, low)
    world.live(drop, vy=330, wrap=(w * 0.55, h * 0.12, w * 0.04, h * 0.74))
    motes(world, w * 0.3, h * 0.25, w * 0.4, h * 0.5, 15)
    world.plane(1.4, front=True, soft=3.4)
    d.curve(
        [(-120, h * 0.52), (w * 0.03, h * 0.60), (w * 0.07, h * 0.82), (w * 0.14, h + 80), (-120, h + 80)],
        world.hex(0.12, 0.02, 280),
    )
    d.curve(
        [(w + 120, h * 0.60), (w * 0.97, h * 0.68), (w * 0.94, h * 0.86), (w * 0.87, h + 80), (w + 120, h + 80)],
        world.hex(0.12, 0.02, 280),
    )


def _hole(world: World, ring: list[tuple[float, float]], fill: str, *, reach: float) -> None:
    """Rock around the ring, out to so many times its size: what nearer rock hides isn't painted."""
    outline = smooth(ring)
    inner = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in outline) + "Z"
    w, h = world.w, world.h
    low, high = outline.min(axis=0), outline.max(axis=0)
    cx, cy, rx, ry = (
        (low[0] + high[0]) / 2,
        (low[1] + high[1]) / 2,
        (high[0] - low[0]) / 2 * reach,
        (high[1] - low[1]) / 2 * reach,
    )
    left, top, right, bottom = max(-60.0, cx - rx), max(-60.0, cy - ry), min(w + 60.0, cx + rx), min(h + 60.0, cy + ry)
    world.d.path(f"M{left:.0f} {top:.0f}H{right:.0f}V{bottom:.0f}H{left:.0f}Z{inner}", fill)
    rim = to_hex(world.light.sky_low)
    world.d.path(inner, stroke=rim, width=5, opacity=0.35)


def space(world: World) -> None:
    """A ringed planet over a pale ground."""
    d, drawn, w, h = world.d, world.drawn, world.w, world.h
    d.rect(-50, -50, w + 100, h + 100, d.vertical([(0, "#0b1030", 1), (0.6, "#231a4a", 1), (1, "#45255c", 1)]))
    for color in ("#5b3fa0", "#b0487c", "#2f6fa8"):
        d.glow(w * drawn.uniform(0.1, 0.9), h * drawn.uniform(0.1, 0.8), 560, color, 0.4)
    twinkling = (d, d, d, Drawing(), Drawing(), Drawing())
    for i in range(340):
        x, y = w * drawn.random(), h * 0.86 * drawn.random()
        size = drawn.uniform(0.7, 1.8) if drawn.random() < 0.9 else drawn.uniform(2.0, 3.0)
        if i % 6 < 3 or i > 120:
            d.circle(x, y, size, "#fff4dc", drawn.uniform(0.3, 1))
        else:
            twinkling[i % 6].circle(w * (i % 6 - 3) / 3 + x / 3, y * 0.7, size, "#fff4dc", 1.0)
    for index, part in enumerate(twinkling[3:]):
        world.live(part, flicker=0.8, flicker_hz=0.35 + 0.1 * index, phase=index / 3)
    comet = Drawing()
    comet.polygon(
        [(w * 0.2, h * 0.12), (w * 0.2 - 150, h * 0.12 - 44), (w * 0.2 - 2, h * 0.12 + 5)],
        comet.sideways([(0, "#fff4dc", 0), (1, "#fff4dc", 0.8)]),
    )
    comet.circle(w * 0.2, h * 0.122, 3.4, "#fffaf0")
    world.live(comet, vx=150, vy=44, wrap=(-w * 0.4, -h * 0.1, w * 2.2, h * 0.6))
    world.plane(0.12)
    x, y, r = w * 0.72, h * 0.34, 190
    d.glow(x, y, r * 1.7, "#f2b27a", 0.4)
    d.circle(x, y, r, d.sideways([(0, "#7c3f55", 1), (0.55, "#d9825f", 1), (1, "#f6cf96", 1)]))
    for i in range(5):
        d.path(f"M{x - r * 0.9:.0f} {y - 90 + 44 * i:.0f}Q{x:.0f} {y - 60 + 44 * i:.0f} {x + r * 0.92:.0f} {y - 96 + 44 * i:.0f}",
               stroke="#8d4a58", width=9, opacity=0.22)  # fmt: skip
    with d.group(f"rotate(-16 {x:.0f} {y:.0f})"):
        d.path(
            f"M{x - r * 1.75:.0f} {y:.0f}A{r * 1.75:.0f} 46 0 0 0 {x + r * 1.75:.0f} {y:.0f}",
            stroke="#f3dcb4",
            width=15,
            opacity=0.75,
        )
    d.circle(w * 0.2, h * 0.2, 44, "#cfd6e6")
    d.circle(w * 0.2 + 15, h * 0.2 - 8, 40, "#231a4a", 0.5)
    world.plane(0.45)
    ridge(world, h * 0.745, 130, d.vertical([(0, "#6a5a92", 1), (1, "#54467c", 1)]), rough=0.55)
    world.plane(1.0)
    crest = ridge(
        world,
        h * 0.80,
        60,
        d.vertical([(0, "#a495be", 1), (0.4, "#76689a", 1), (1, "#352c50", 1)]),
        rough=0.4,
        bottom=h + 120,
    )
    for i in range(8):
        px, py = crest[4 + 7 * i]
        cy, reach = py + 70 + 90 * drawn.random(), 34 + 40 * drawn.random()
        d.ellipse(px, cy, reach, reach * 0.24, "#4a4069", 0.9)
        d.ellipse(px - world.light_side * 3, cy + 3, reach * 0.94, reach * 0.19, "#8578a6", 0.55)
    rocks(world, w * 0.06, h * 0.90, 100, 4)
    rocks(world, w * 0.95, h * 0.88, 70, 4)
