"""Places without a sky of ours: cave and space."""

from __future__ import annotations

import math

from services.render_worker.craft.palette import to_hex
from services.render_worker.craft.places.world import (
    World,
    ridge,
    rocks,
)


def cave(world: World) -> None:
    """Seen from inside, the daylight in its mouth."""
    d, drawn, w, h = world.d, world.drawn, world.w, world.h
    d.rect(-50, -50, w + 100, h + 100, world.hex(0.25, 0.03, 275))
    glow = to_hex(world.light.sky_low)
    mouth = [(w * 0.5 + w * 0.27 * math.cos(a) * drawn.uniform(0.9, 1.1), h * 0.50 + h * 0.33 * math.sin(a) * drawn.uniform(0.92, 1.08))
             for a in (2 * math.pi * i / 14 for i in range(14))]  # fmt: skip
    for scale, shade in ((1.9, 0.30), (1.55, 0.36), (1.25, 0.44)):
        ring = [(w * 0.5 + (x - w * 0.5) * scale, h * 0.5 + (y - h * 0.5) * scale) for x, y in mouth]
        d.curve(ring, world.hex(shade, 0.035, 285 - 20 * scale))
    d.curve(mouth, d.vertical([(0, to_hex(world.light.sky_top), 1), (1, glow, 1)]))
    crest = [(x, y) for x, y in mouth if y > h * 0.5]
    d.curve([(min(x for x, _ in crest), h * 0.7), (w * 0.45, h * 0.66), (w * 0.6, h * 0.69), (max(x for x, _ in crest), h * 0.72), (w * 0.5, h * 0.85)],
            world.hex(0.5, 0.05, 150, 0.45))  # fmt: skip
    d.glow(w * 0.5, h * 0.55, h * 0.8, glow, 0.4)
    d.curve([(-60, h * 0.78), (w * 0.25, h * 0.80), (w * 0.5, h * 0.76), (w * 0.75, h * 0.80), (w + 60, h * 0.77), (w + 60, h + 80), (-60, h + 80)],
            d.vertical([(0, world.hex(0.42, 0.03, 280), 1), (1, world.hex(0.24, 0.03, 280), 1)]))  # fmt: skip
    for i in range(13):
        x, length = w * (i + drawn.uniform(0.1, 0.9)) / 13, drawn.uniform(60, 250) * (0.5 + abs(i - 6) / 6)
        d.polygon(
            [(x - 34, -20), (x + 34, -20), (x + drawn.uniform(-8, 8), length)],
            world.hex(0.19 + 0.05 * drawn.random(), 0.03, 280),
        )
    rocks(world, w * 0.08, h * 0.9, 150, 5)
    rocks(world, w * 0.92, h * 0.92, 160, 5)


def space(world: World) -> None:
    """A ringed planet over a pale ground."""
    d, drawn, w, h = world.d, world.drawn, world.w, world.h
    d.rect(-50, -50, w + 100, h + 100, d.vertical([(0, "#0b1030", 1), (0.6, "#231a4a", 1), (1, "#45255c", 1)]))
    for color in ("#5b3fa0", "#b0487c", "#2f6fa8"):
        d.glow(w * drawn.uniform(0.1, 0.9), h * drawn.uniform(0.1, 0.8), 560, color, 0.4)
    for _ in range(320):
        d.circle(w * drawn.random(), h * drawn.random(), drawn.uniform(0.7, 2.7), "#fff4dc", drawn.uniform(0.25, 1))
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
    crest = ridge(world, h * 0.80, 60, d.vertical([(0, "#8d7fa8", 1), (1, "#3c3358", 1)]), rough=0.4)
    for i in range(8):
        px, py = crest[4 + 7 * i]
        d.ellipse(px, py + 70 + 60 * drawn.random(), 60, 14, "#544a76", 0.8)
