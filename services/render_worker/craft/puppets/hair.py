"""Hair, beards and moustaches. Units as in `features`: a head is 104 high, its middle at (0, 0)."""

from __future__ import annotations

import math

import numpy as np

from services.render_worker.craft.puppets.canvas import Canvas, Points
from services.render_worker.craft.puppets.person import Face, Person
from services.render_worker.craft.puppets.shapes import along, curve, rounded, smooth
from services.render_worker.craft.puppets.tones import Tones


def draw_behind(c: Canvas, who: Person, tones: Tones, face: Face) -> None:
    """What hangs or sits behind the head and the neck."""
    style, drag = who.look.hair_style, face.drag
    lean = -face.turn.yaw * 0.12
    if who.look.accessory == "hood":
        hood = smooth([(-54, 56), (-58, -10), (-38, -58), (0, -70), (38, -58), (58, -10), (54, 56), (0, 74)])
        c.fill(np.add(hood, (lean, 0)), tones.clothes.shade, line=True)
        return
    if style == "long":
        low = 92.0 if who.variant % 2 else 70.0
        shape = [(-46, -30), (-53, 10), (-56 + drag * 0.5, 50), (-48 + drag, low), (-20 + drag, low + 8), (20 + drag, low + 6),
                 (48 + drag, low - 4), (55 + drag * 0.5, 48), (52, 8), (46, -30), (0, -56)]  # fmt: skip
        c.fill(smooth(np.add(shape, (lean, 0))), tones.hair.shade, line=True)
    elif style == "bun":
        x = -math.copysign(24, face.turn.yaw or 1.0) + drag * 0.15
        c.ellipse(x, -56, 24, 22, tones.hair.shade, line=True)
        c.ellipse(x + 3, -59, 19, 17, tones.hair.base)
        c.stroke(curve([(x - 10, -64), (x + 2, -70), (x + 14, -62)]), 2.4, tones.hair.light)
    elif style in ("braid", ""):
        around = smooth([(-46, -20), (-49, 14), (-38, 44), (0, 52), (38, 44), (49, 14), (46, -20), (0, -52)])
        c.fill(np.add(around, (lean, 0)), tones.hair.shade)
    elif style == "curly":
        for i in range(11):
            angle = math.pi * (0.80 + 1.40 * i / 10)
            c.ellipse(
                46 * math.cos(angle) + lean + drag * 0.2, -6 + 47 * math.sin(angle), 20, 20, tones.hair.shade, line=True
            )


# Hairlines from the right temple to the left one: (distance from the face's middle, height).
_HAIRLINES: dict[str, tuple[tuple[tuple[int, int], ...], ...]] = {
    "short": (((40, 4), (37, -16), (27, -25), (10, -24), (-8, -30), (-24, -27), (-37, -14), (-41, 4)),
              ((40, 6), (38, -20), (24, -33), (0, -36), (-22, -31), (-37, -18), (-41, 6)),
              ((40, 4), (38, -12), (30, -18), (16, -15), (2, -19), (-12, -15), (-26, -19), (-37, -12), (-41, 4))),
    "long": (((42, 22), (41, 0), (34, -18), (14, -32), (-6, -37), (-22, -24), (-36, -8), (-42, 20)),
             ((42, 20), (40, -6), (32, -17), (12, -18), (-10, -18), (-30, -16), (-40, -6), (-42, 20))),
    "bun": (((41, 2), (37, -18), (24, -31), (0, -37), (-24, -31), (-37, -18), (-41, 2)),
            ((41, 4), (38, -14), (28, -27), (8, -36), (-14, -26), (-32, -15), (-41, 4))),
    "curly": (((42, 8), (38, -16), (22, -27), (0, -28), (-22, -27), (-38, -16), (-42, 8)),),
    "braid": (((42, 10), (39, -10), (28, -24), (4, -38), (-20, -26), (-37, -12), (-42, 10)),),
}  # fmt: skip
_VOLUME = {"short": 1.10, "long": 1.09, "bun": 1.06, "curly": 1.12, "braid": 1.06}


def draw_hair(c: Canvas, who: Person, tones: Tones, face: Face, outline: Points, light_side: int) -> None:
    """What grows on top and at the sides, in front of the face."""
    style = who.look.hair_style or "short"
    turn = face.turn
    if style == "bald":
        if who.senior:
            near = -1 if turn.yaw >= 0 else 1
            x = turn.x(near * 44)
            c.fill(
                smooth(
                    [
                        (x - near * 6, -14),
                        (x + near * 4, -18),
                        (x + near * 7, 2),
                        (x + near * 4, 20),
                        (x - near * 4, 12),
                    ],
                    4,
                ),
                tones.hair.base,
            )
        c.fill(
            smooth([(light_side * 10, -48), (light_side * 24, -41), (light_side * 29, -30), (light_side * 18, -38)], 4),
            tones.skin.light,
        )
        return
    lines = _HAIRLINES.get(style, _HAIRLINES["short"])
    hairline: tuple[tuple[int, int], ...] = lines[who.variant % len(lines)]
    flip = -1 if who.variant % 4 >= 2 else 1
    if flip < 0:
        hairline = tuple((-x, y) for x, y in reversed(hairline))
    volume = _VOLUME.get(style, 1.08)
    around = (outline - (0, -4)) * (1.0 + (volume - 1) * 0.8, volume) + (0, -4)
    cap = np.roll(around, len(around) // 2, axis=0)
    cap = cap[cap[:, 1] < 8.0]
    inner = curve([(turn.x(x), y + turn.nod * 0.5) for x, y in hairline], 5)
    shape = np.concatenate([cap, inner])
    if style == "curly":
        for x, y in cap[:: max(1, len(cap) // 12)]:
            c.ellipse(float(x) * 0.97, float(y) * 0.97, 13.5, 13.5, tones.hair.base, line=True)
    c.fill(shape, tones.hair.base, line=style != "curly")
    if style == "curly":
        for x, y in hairline[1:-1]:
            c.ellipse(turn.x(x), y - 3 + turn.nod * 0.5, 10.5, 9.5, tones.hair.base)
        for i in range(4):
            c.stroke(curve([(light_side * (6 + 9 * i), -52 + 4.6 * i), (light_side * (11 + 9 * i), -55 + 4.6 * i), (light_side * (15 + 9 * i), -49 + 5 * i)], 4),
                     2.6, tones.hair.light)  # fmt: skip
        return
    part = inner[int(np.argmin(inner[:, 1]))]
    away = -light_side
    dark = cap[cap[:, 0] * away > 20]
    if len(dark) > 3:
        c.fill(np.concatenate([dark, (dark * (0.82, 0.90))[::-1]]), tones.hair.shade)
    crown = (part[0] * 0.4, -55.0 * volume)
    for share in (0.25, 0.62):
        lead = inner[int(len(inner) * (share if light_side < 0 else 1 - share))]
        c.stroke(
            curve([tuple(lead), ((lead[0] + crown[0]) / 2 + light_side * 5, (lead[1] + crown[1]) / 2 - 4), crown], 4),
            2.0,
            tones.hair.shade,
        )
    c.stroke(curve([(light_side * 13, -51), (light_side * 27, -44), (light_side * 36, -30)], 4), 4.4, tones.hair.light)
    if style == "long":
        for side in (-1, 1):
            x = turn.x(side * 43)
            lock = along(
                [
                    (x - side * 2, -14),
                    (x + side * 3, 20),
                    (x + side * 4 + face.drag * 0.4, 52),
                    (x + side * 1 + face.drag * 0.8, 78),
                ],
                [6, 10, 9, 2],
            )
            c.fill(rounded(lock), tones.hair.base if side == light_side else tones.hair.shade, line=True)
    if style == "short" and who.variant % 3 == 0 and not who.senior:
        tuft = [
            (-16 * flip, -50),
            (-4 * flip, -66),
            (14 * flip, -69),
            (30 * flip, -58),
            (34 * flip, -44),
            (10 * flip, -40),
        ]
        c.fill(smooth([(x + turn.yaw * 0.1, y) for x, y in tuft], 4), tones.hair.base)


def draw_beard(c: Canvas, tones: Tones, who: Person, face: Face, outline: Points) -> None:
    """Over cheeks and chin, under the mouth."""
    turn = face.turn
    low = np.roll(outline, 0, axis=0)
    chin = low[low[:, 1] > 6]
    grow = (chin - (0, 10)) * (1.04, 1.16 if who.senior else 1.08) + (0, 10)
    x = turn.x
    y = turn.nod
    inner = curve(
        [
            (x(-40), 8 + y),
            (x(-30), 22 + y),
            (x(-16), 24 + y),
            (x(0), 26 + y),
            (x(16), 24 + y),
            (x(30), 22 + y),
            (x(40), 8 + y),
        ],
        4,
    )
    c.fill(np.concatenate([grow, inner]), tones.hair.base, line=True)
    c.stroke(curve([(x(-10), 50 + y), (x(0), 54 + y), (x(10), 50 + y)], 4), 2.2, tones.hair.shade)


def draw_moustache(c: Canvas, tones: Tones, face: Face) -> None:
    """Over the lips; it goes up as they open."""
    x, y = face.turn.x, face.turn.nod - 2.0 * face.mouth.open
    shape = [
        (x(-19), 33 + y),
        (x(-9), 25.5 + y),
        (x(0), 27 + y),
        (x(9), 25.5 + y),
        (x(19), 33 + y),
        (x(8), 31.5 + y),
        (x(0), 31 + y),
        (x(-8), 31.5 + y),
    ]
    c.fill(smooth(shape, 4), tones.hair.shade)
