"""Glasses, hats, hoods, helmets and turbans."""

from __future__ import annotations

import math

import numpy as np

from services.render_worker.craft.puppets.canvas import Canvas
from services.render_worker.craft.puppets.features import EYE_Y
from services.render_worker.craft.puppets.person import Face, Person
from services.render_worker.craft.puppets.shapes import along, curve, rounded, smooth
from services.render_worker.craft.puppets.tones import Tones


def draw_glasses(c: Canvas, tones: Tones, face: Face) -> None:
    """Two rings, a bridge, and the near earpiece."""
    turn = face.turn
    y = EYE_Y + 1 + turn.nod
    ends = []
    for side in (-1, 1):
        x, rx = turn.x(side * 19.5), 14.0 * turn.wide(side * 19.5)
        ring = np.linspace(0, 2 * math.pi, 28)
        c.stroke(np.column_stack([x + rx * np.cos(ring), y + 13.5 * np.sin(ring)]), 2.2, tones.ink, closed=True)
        ends.append((x - side * rx, x + side * rx))
    c.stroke(
        curve([(ends[0][0], y - 3), ((ends[0][0] + ends[1][0]) / 2, y - 6), (ends[1][0], y - 3)], 4), 2.7, tones.ink
    )
    near = 0 if turn.yaw >= 0 else 1
    side = -1 if near == 0 else 1
    c.stroke([(ends[near][1], y - 3), (turn.x(side * 45), y - 5)], 2.6, tones.ink)


def draw_headgear(c: Canvas, who: Person, tones: Tones, face: Face, light_side: int) -> None:
    """A hat as the garment has it (turban, cap, helmet, a child's bobble hat, a brimmed one), or a hood."""
    lean = -math.sin(math.radians(face.turn.yaw)) * 5
    garment, accent = who.look.garment, tones.accent
    if who.look.accessory == "hood":
        outer = smooth([(-55, 58), (-57, -12), (-38, -58), (0, -70), (38, -58), (57, -12), (55, 58)], 6)[:42]
        x = face.turn.x
        inner = curve([(x(38), 44), (x(40), 0), (x(28), -34), (x(0), -42), (x(-28), -34), (x(-40), 0), (x(-38), 44)], 5)
        c.fill(np.concatenate([outer, inner]), tones.clothes.base, line=True)
        c.stroke(inner, 4.6, tones.clothes.light)
    elif garment == "kurta":
        for i, (y, half) in enumerate(((-34, 47), (-47, 45), (-59, 38))):
            wrap = along([(-half + lean, y + 5), (lean, y - 8), (half + lean, y + 3)], [7, 10, 7])
            c.fill(rounded(wrap), (accent.base, accent.light, accent.base)[i], line=True)
        c.fill(smooth([(lean - 9, -46), (lean, -62), (lean + 9, -46), (lean, -38)], 4), accent.shade)
    elif garment == "uniform":
        c.fill(
            smooth(
                [
                    (-48 + lean, -34),
                    (-56 + lean, -56),
                    (0 + lean, -72),
                    (56 + lean, -56),
                    (48 + lean, -34),
                    (0 + lean, -30),
                ]
            ),
            tones.clothes.base,
            line=True,
        )
        c.fill(smooth([(-44 + lean, -30), (face.turn.x(0), -22), (44 + lean, -30), (face.turn.x(0), -36)]), tones.ink)
        c.ellipse(face.turn.x(0), -46, 6, 6, accent.base)
    elif garment == "armor":
        c.fill(smooth([(-47 + lean, 2), (-50 + lean, -30), (-30 + lean, -60), (0 + lean, -68), (30 + lean, -60), (50 + lean, -30), (47 + lean, 2), (36, -22), (0, -28), (-36, -22)]),
               tones.metal.base, line=True)  # fmt: skip
        c.fill(
            smooth([(-3 + lean, -68), (20 + lean, -96), (-30 + lean, -92), (-22 + lean, -70)]), accent.base, line=True
        )
        c.stroke(curve([(light_side * 18, -58), (light_side * 34, -46), (light_side * 42, -28)]), 4, tones.metal.light)
    elif who.child:
        c.fill(
            smooth(
                [
                    (-48 + lean, -24),
                    (-46 + lean, -50),
                    (-22 + lean, -68),
                    (0 + lean, -71),
                    (22 + lean, -68),
                    (46 + lean, -50),
                    (48 + lean, -24),
                    (0, -28),
                ]
            ),
            accent.base,
            line=True,
        )
        c.fill(
            rounded(along([(-46 + lean, -25), (lean, -30), (46 + lean, -25)], [8.5, 8.5, 8.5])), accent.shade, line=True
        )
        c.ellipse(lean - face.drag * 0.3, -76, 12, 11, tones.linen.base, line=True)
    else:
        c.fill(
            rounded(along([(-72 + lean, -30), (lean, -36), (72 + lean, -30)], [4.5, 9, 4.5])), accent.shade, line=True
        )
        c.fill(
            smooth(
                [
                    (-43 + lean, -34),
                    (-42 + lean, -66),
                    (-24 + lean, -77),
                    (0 + lean, -71),
                    (24 + lean, -77),
                    (42 + lean, -66),
                    (43 + lean, -34),
                    (0 + lean, -38),
                ]
            ),
            accent.base,
            line=True,
        )
        c.fill(rounded(along([(-43 + lean, -40), (lean, -44), (43 + lean, -40)], [5.5, 5.5, 5.5])), accent.fold)


def draw_headgear_back(c: Canvas, who: Person, tones: Tones) -> None:
    """The same from behind."""
    if who.look.accessory == "hood":
        c.fill(
            smooth([(-54, 60), (-57, -12), (-38, -58), (0, -70), (38, -58), (57, -12), (54, 60), (0, 72)]),
            tones.clothes.base,
            line=True,
        )
        c.stroke(curve([(0, -66), (4, -10), (0, 60)]), 2.4, tones.clothes.fold)
        return
    c.fill(
        smooth([(-47, -18), (-46, -52), (-22, -70), (22, -70), (46, -52), (47, -18), (0, -14)]),
        tones.accent.base,
        line=True,
    )
    c.fill(rounded(along([(-47, -22), (0, -17), (47, -22)], [6, 6, 6])), tones.accent.shade)
