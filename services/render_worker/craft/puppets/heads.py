"""Human heads: shape, hair, beard, glasses, what is worn on them. Units as in `features`: 104 high, the middle at (0, 0)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.puppets.canvas import Canvas, Points
from services.render_worker.craft.puppets.expression import Expression, Mouth
from services.render_worker.craft.puppets.features import EYE_Y, Gaze, Turn, draw_brow, draw_eye, draw_mouth, draw_nose
from services.render_worker.craft.puppets.shapes import along, curve, rounded, smooth
from services.render_worker.craft.puppets.tones import Tones, mixed

# The right half from crown to chin; the left mirrors it.
_SKULL = ((0, -54), (25, -49.5), (40, -30), (43, -6), (40.5, 16), (31, 36), (15, 49.5), (0, 53))


@dataclass(frozen=True)
class Face:
    """All that a head shows at one moment."""

    turn: Turn
    expression: Expression
    gaze: Gaze
    mouth: Mouth
    # Seen from behind.
    back: bool = False
    # Hair that hangs lags behind by that many units.
    drag: float = 0.0


@dataclass(frozen=True)
class Person:
    """What of a character their head and body are drawn from."""

    look: sb.Look
    child: bool
    senior: bool
    feminine: bool
    # Steady draws that tell people of one kind apart.
    variant: int


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


def draw_head(c: Canvas, who: Person, tones: Tones, face: Face, light_side: int) -> None:
    """Everything above the neck, in front of it."""
    outline = _outline(who, face.turn.yaw)
    if face.back:
        _back(c, who, tones, face, outline, light_side)
        return
    near = -1 if face.turn.yaw >= 0 else 1
    c.fill(outline, tones.skin.base, line=True)
    _shade(c, tones, outline, light_side)
    _cheeks(c, tones, who, face)
    if who.look.accessory == "beard":
        _beard(c, tones, who, face, outline)
    _wrinkles(c, tones, who, face)
    draw_mouth(c, tones, face.turn, face.mouth, full=who.feminine and not who.child)
    draw_nose(
        c, tones, face.turn, light_side, size=0.85 if who.child or who.feminine else 1.0 + 0.12 * (who.variant % 3 == 0)
    )
    if who.look.accessory == "beard":
        _moustache(c, tones, face)
    size = 1.10 if who.child else 1.0
    # The far eye first: it may be cut by the nose.
    for side in (-near, near):
        draw_eye(c, tones, side, face.turn, face.expression, face.gaze, lashes=who.feminine, size=size)
    if who.look.accessory == "glasses":
        _glasses(c, tones, face)
    bare = who.look.accessory == "hood"
    if not bare:
        _hair(c, who, tones, face, outline, light_side)
        _ear(c, who, tones, face, near)
        if abs(face.turn.yaw) < 16:
            _ear(c, who, tones, face, -near)
    for side in (-1, 1):
        draw_brow(c, tones.brow, side, face.turn, face.expression, thick=4.0 if who.feminine or who.child else 5.6)
    if who.look.accessory in ("hat", "hood"):
        _headgear(c, who, tones, face, light_side)


def _outline(who: Person, yaw: float) -> Points:
    half = np.asarray(_SKULL, np.float64)
    jaw = 0.90 if who.feminine else (1.08 if who.look.build == "broad" else 1.0)
    if who.child:
        half = half * (1.03, 0.965)
        jaw = 0.95
    elif who.look.build == "slim":
        half = half * (0.96, 1.02)
    low = np.clip((half[:, 1] - 6) / 40, 0, 1)
    half[:, 0] *= 1 + (jaw - 1) * low
    full = np.concatenate([half, half[-2:0:-1] * (-1, 1)])
    sin = math.sin(math.radians(yaw * 0.7))
    along_ = np.interp(full[:, 1], [-54, -10, 53], [-9.0, -3.0, 10.0])
    full[:, 0] += sin * along_
    # The face is flatter on the side it turns to, the skull rounder on the other.
    ahead = full[:, 0] * sin > 0
    full[ahead, 0] *= 1 - 0.05 * abs(sin)
    behind = ~ahead & (full[:, 1] < 12)
    full[behind, 0] *= 1 + 0.10 * abs(sin)
    return smooth(full, 5)


def _shade(c: Canvas, tones: Tones, outline: Points, light_side: int) -> None:
    """Away from the light the cheek turns into shade; under the hair there is some too."""
    edge = outline[outline[:, 0] * light_side < 0]
    edge = edge[np.argsort(edge[:, 1])]
    edge = edge[edge[:, 1] > -40]
    t = np.linspace(0, 1, len(edge))
    inward = (0.10 + 0.24 * np.sin(np.clip(t * 1.05, 0, 1) * math.pi * 0.92 + 0.1))[:, None]
    inner = edge * (1 - inward * (1.0, 0.06)) + (0, -1.5)
    c.fill(np.concatenate([edge, inner[::-1]]), tones.skin.shade)


def _cheeks(c: Canvas, tones: Tones, who: Person, face: Face) -> None:
    share = face.expression.blush * (1.15 if who.child or who.feminine else 0.7)
    if share < 0.08:
        return
    color = mixed(tones.skin.base, tones.blush, min(1.0, share))
    for side in (-1, 1):
        wide = face.turn.wide(side * 26)
        if wide > 0.45:
            c.ellipse(face.turn.x(side * 26), EYE_Y + 18 + face.turn.nod, 8.5 * wide, 5.6, color)


def _wrinkles(c: Canvas, tones: Tones, who: Person, face: Face) -> None:
    turn, ink = face.turn, tones.skin.fold
    y = EYE_Y + turn.nod
    if who.senior:
        for side in (-1, 1):
            x, wide = turn.x(side * 19.5), turn.wide(side * 19.5)
            c.stroke(curve([(x - 8 * wide, y + 12), (x, y + 14.6), (x + 8 * wide, y + 12)], 4), 1.7, ink)
            mouth = turn.x(side * 17)
            c.stroke(
                curve([(mouth - side * 2, y + 16), (mouth + side * 3.4, y + 23), (mouth + side * 1.6, y + 32)], 4),
                1.9,
                ink,
            )
        c.stroke(curve([(turn.x(-15), y - 31), (turn.x(0), y - 33), (turn.x(15), y - 31)], 4), 1.6, ink)
    if face.expression.frown > 0.4:
        for side in (-1, 1):
            x = turn.x(side * 4.0)
            c.stroke([(x, y - 19), (x - side * 0.8, y - 12)], 1.9, ink)
    if face.expression.tear > 0.5:
        for side in (-1, 1):
            x = turn.x(side * 22)
            c.fill(smooth([(x, y + 9), (x + 3.4, y + 19), (x, y + 23), (x - 3.4, y + 19)], 4), tones.white_shade)
            c.ellipse(x - 0.8, y + 18, 1.2, 2.0, tones.glint)


def _ear(c: Canvas, who: Person, tones: Tones, face: Face, side: int) -> None:
    if who.look.hair_style in ("long", "curly") or who.look.accessory == "hood":
        return
    x = face.turn.x(side * 45.5) + side * 1.5
    y = 8.0 + face.turn.nod * 0.4
    c.fill(smooth([(x - side * 4, y - 9), (x + side * 4, y - 12), (x + side * 8, y - 5), (x + side * 5, y + 7), (x, y + 12), (x - side * 5, y + 6)], 4),
           tones.skin.base, line=True)  # fmt: skip
    c.stroke(
        curve([(x + side * 3.6, y - 6), (x + side * 1.0, y - 1), (x + side * 2.4, y + 4)], 4), 2.0, tones.skin.fold
    )
    if who.feminine and not who.child:
        c.ellipse(x + side * 1.5, y + 15, 2.8, 3.4, tones.accent.base)


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


def _hair(c: Canvas, who: Person, tones: Tones, face: Face, outline: Points, light_side: int) -> None:
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


def _beard(c: Canvas, tones: Tones, who: Person, face: Face, outline: Points) -> None:
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


def _moustache(c: Canvas, tones: Tones, face: Face) -> None:
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


def _glasses(c: Canvas, tones: Tones, face: Face) -> None:
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


def _headgear(c: Canvas, who: Person, tones: Tones, face: Face, light_side: int) -> None:
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


def _back(c: Canvas, who: Person, tones: Tones, face: Face, outline: Points, light_side: int) -> None:
    """From behind: hair, an ear, a sliver of cheek on the side that is turned to."""
    c.fill(outline, tones.skin.base, line=True)
    side = 1 if face.turn.yaw >= 0 else -1
    style = who.look.hair_style or "short"
    if style != "bald":
        grown = (outline - (0, -4)) * 1.07 + (-side * 3.0, -4)
        cap = grown.copy()
        nape = np.where(np.abs(grown[:, 0]) < 30, 47, 38) - 5 * np.cos(grown[:, 0] / 9)
        cap[:, 1] = np.minimum(cap[:, 1], nape)
        if style in ("long", "braid"):
            cap = np.asarray(
                smooth([(-48, -20), (-50, 20), (-44, 60), (0, 70), (44, 60), (50, 20), (48, -20), (0, -58)])
            )
        c.fill(cap, tones.hair.base, line=True)
        shade = cap[cap[:, 0] * light_side < -14]
        if len(shade) > 3:
            c.fill(np.concatenate([shade, (shade * (0.72, 0.95))[::-1]]), tones.hair.shade)
        for x in (-20, 4, 24):
            c.stroke(curve([(x * 0.4, -48), (x * 1.1, -10), (x * 1.2, 26)], 4), 2.0, tones.hair.shade)
        if style == "bun":
            c.ellipse(0, -34, 25, 23, tones.hair.shade, line=True)
            c.ellipse(2, -37, 20, 18, tones.hair.base)
        if style == "curly":
            for i in range(14):
                angle = 2 * math.pi * i / 14
                c.ellipse(40 * math.cos(angle), -6 + 42 * math.sin(angle), 14, 14, tones.hair.base)
    if style not in ("long", "curly"):
        for at in (-1, 1):
            ear = at * 40.0
            c.fill(
                smooth([(ear, -2), (ear + at * 7, -5), (ear + at * 8, 6), (ear + at * 1, 18)], 4),
                tones.skin.shade if at != light_side else tones.skin.base,
                line=True,
            )
    if who.look.accessory in ("hat", "hood"):
        _headgear_back(c, who, tones)


def _headgear_back(c: Canvas, who: Person, tones: Tones) -> None:
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
