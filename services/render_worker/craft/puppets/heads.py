"""Human heads: shape, face, ears, and what grows and is worn on them. Units as in `features`: 104 high, the middle at (0, 0)."""

from __future__ import annotations

import math

import numpy as np

from services.render_worker.craft.puppets.canvas import Canvas, Points
from services.render_worker.craft.puppets.features import EYE_Y, draw_brow, draw_eye, draw_mouth, draw_nose
from services.render_worker.craft.puppets.hair import draw_beard, draw_hair, draw_moustache
from services.render_worker.craft.puppets.headgear import draw_glasses, draw_headgear, draw_headgear_back
from services.render_worker.craft.puppets.person import Face, Person
from services.render_worker.craft.puppets.shapes import curve, smooth
from services.render_worker.craft.puppets.tones import Tones, mixed

# The right half from crown to chin; the left mirrors it.
_SKULL = ((0, -54), (25, -49.5), (40, -30), (43, -6), (40.5, 16), (31, 36), (15, 49.5), (0, 53))


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
        draw_beard(c, tones, who, face, outline)
    _wrinkles(c, tones, who, face)
    draw_mouth(c, tones, face.turn, face.mouth, full=who.feminine and not who.child)
    draw_nose(
        c, tones, face.turn, light_side, size=0.85 if who.child or who.feminine else 1.0 + 0.12 * (who.variant % 3 == 0)
    )
    if who.look.accessory == "beard":
        draw_moustache(c, tones, face)
    size = 1.10 if who.child else 1.0
    # The far eye first: it may be cut by the nose.
    for side in (-near, near):
        draw_eye(c, tones, side, face.turn, face.expression, face.gaze, lashes=who.feminine, size=size)
    if who.look.accessory == "glasses":
        draw_glasses(c, tones, face)
    bare = who.look.accessory == "hood"
    if not bare:
        draw_hair(c, who, tones, face, outline, light_side)
        _ear(c, who, tones, face, near)
        if abs(face.turn.yaw) < 16:
            _ear(c, who, tones, face, -near)
    for side in (-1, 1):
        draw_brow(c, tones.brow, side, face.turn, face.expression, thick=4.0 if who.feminine or who.child else 5.6)
    if who.look.accessory in ("hat", "hood"):
        draw_headgear(c, who, tones, face, light_side)


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
        wide = face.turn.wide(side * 25)
        if wide > 0.62:
            c.ellipse(face.turn.x(side * 25) - side * 1.5, EYE_Y + 18 + face.turn.nod, 8.5 * wide, 5.6, color)


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
        draw_headgear_back(c, who, tones)
