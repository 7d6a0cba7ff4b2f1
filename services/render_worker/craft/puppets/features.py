"""A face's features: eyes, brows, nose, mouth. Drawn in units of a head whose middle is (0, 0) and which is 104 high."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from services.render_worker.craft.puppets.canvas import Canvas, Color, Points
from services.render_worker.craft.puppets.expression import Expression, Mouth
from services.render_worker.craft.puppets.shapes import curve, smooth
from services.render_worker.craft.puppets.tones import Tones, mixed

EYE_Y = 6.0
_ROUND = 47.0
# How far features follow a head's turn: less than a ball's would, or the far eye leaves the face.
TURNED = 0.45
# Closer at the ends, where ellipses are round.
_X = -np.cos(np.linspace(0, math.pi, 17))
_ARC = np.sqrt(np.maximum(0.0, 1 - _X**2))


@dataclass(frozen=True)
class Turn:
    """Which way a head is turned: `yaw` in degrees, positive to the right of the picture; `nod` units down."""

    yaw: float
    nod: float = 0.0

    def x(self, lateral: float) -> float:
        """Where something at that distance from the middle of the face is seen."""
        angle = math.asin(max(-1.0, min(1.0, lateral / _ROUND))) + math.radians(self.yaw * TURNED)
        return _ROUND * math.sin(angle)

    def wide(self, lateral: float) -> float:
        """How wide something there looks, 1.0 from the front."""
        at = math.asin(max(-1.0, min(1.0, lateral / _ROUND)))
        return max(0.25, math.cos(at + math.radians(self.yaw * TURNED)) / math.cos(at))


@dataclass(frozen=True)
class Gaze:
    """Where the eyes look within the head: -1.0 to 1.0 across and down; and how far a blink has shut them."""

    x: float = 0.0
    y: float = 0.0
    blink: float = 0.0


def draw_eye(
    c: Canvas, tones: Tones, side: int, turn: Turn, face: Expression, gaze: Gaze, *, lashes: bool, size: float = 1.0
) -> None:
    """One eye: `side` -1 is the one on the left of a face seen from the front."""
    x, y = turn.x(side * 19.5), EYE_Y + turn.nod
    rx, ry = 9.2 * turn.wide(side * 19.5) * size, 10.2 * size
    lid = face.lid * (1 - gaze.blink)
    xs = x + _X * rx
    # Towards the nose is +1 for both.
    inner = -side * _X
    cut = ry * (1 - 2 * min(1.0, lid)) if lid < 1 else -ry * lid
    upper = np.maximum(-_ARC * ry * max(1.0, lid), cut - inner * face.slope * ry * 0.62)
    lower = np.minimum(_ARC * ry, ry * (1 - 1.5 * max(0.0, face.low_lid)) + (0 if face.low_lid >= 0 else ry * 0.1))
    lower = np.maximum(lower, upper)
    if lid < 0.14:
        shut = y + ry * 0.28 + _ARC * ry * (0.24 if face.low_lid < 0.3 else -0.42)
        c.stroke(np.column_stack([xs, shut]), 3.2 * size, tones.ink)
        return
    c.fill(np.concatenate([np.column_stack([xs, y + upper]), np.column_stack([xs, y + lower])[::-1]]), tones.white)
    _iris(c, tones, x, y, rx, ry, upper, lower, gaze, face.pupil * size)
    line = np.column_stack([xs, y + upper])
    c.stroke(line, 3.0 * size, tones.ink)
    if lashes:
        tip = line[0] if side < 0 else line[-1]
        c.stroke([(tip[0], tip[1]), (tip[0] + side * 4.6, tip[1] - 4.2)], 2.4, tones.ink)
    if face.low_lid > 0.3:
        c.stroke(np.column_stack([xs, y + lower + 1.2])[3:-3], 1.7, tones.skin.fold)


def _iris(c: Canvas, tones: Tones, x: float, y: float, rx: float, ry: float, upper: Points, lower: Points, gaze: Gaze,
          size: float) -> None:  # fmt: skip
    """Iris and pupil, cut by the lids."""
    radius = 6.3 * (0.55 + 0.45 * size)
    across = radius * min(1.0, rx / 8.0)
    at_x = x + gaze.x * max(0.0, rx - across * 0.72)
    at_y = y + 0.6 + gaze.y * ry * 0.34
    for color, share in ((tones.iris, 1.0), (tones.ink, 0.62)):
        xs = at_x + _X * across * share
        inside = (xs > x - rx) & (xs < x + rx)
        top = np.maximum(at_y - _ARC * radius * share, y + np.interp((xs - x) / rx, _X, upper))
        low = np.minimum(at_y + _ARC * radius * share, y + np.interp((xs - x) / rx, _X, lower))
        shown = inside & (low > top)
        if shown.sum() > 2:
            c.fill(np.concatenate([np.column_stack([xs, top])[shown], np.column_stack([xs, low])[shown][::-1]]), color)
    spot_y = at_y - radius * 0.42
    if spot_y > y + float(np.interp((at_x - x) / rx, _X, upper)) + 0.5:
        c.ellipse(at_x - across * 0.36, spot_y, 1.9, 1.9, tones.glint)


def draw_brow(c: Canvas, color: Color, side: int, turn: Turn, face: Expression, *, thick: float) -> None:
    """One brow."""
    half = 11.0 * turn.wide(side * 19.5)
    x = turn.x(side * 19.5) + side * 1.0
    y = EYE_Y + turn.nod - 18.5 - face.brow
    inner, outer = x - side * half, x + side * half
    line = curve(
        [
            (inner, y + 1.2 - face.brow_in),
            (x, y - 2.4 - 0.2 * face.brow_in - 0.3 * face.brow_out),
            (outer, y + 2.2 - face.brow_out),
        ],
        4,
    )
    width = np.interp(np.linspace(0, 1, len(line)), [0, 0.4, 1], [thick, thick * 0.95, thick * 0.35])
    half_width = np.column_stack([np.zeros(len(line)), width / 2])
    c.fill(np.concatenate([line - half_width, (line + half_width)[::-1]]), color)


def draw_nose(c: Canvas, tones: Tones, turn: Turn, light_side: int, *, size: float = 1.0) -> None:
    """A soft wedge, turned with the head."""
    x, y = turn.x(0.0), EYE_Y + turn.nod
    out = math.sin(math.radians(turn.yaw * TURNED)) * 9.0
    away = -light_side
    tip = x + out * 0.7
    if abs(turn.yaw) < 12:
        c.stroke(
            curve([(tip - 5.5 * size, y + 15.5), (tip, y + 18.2), (tip + 5.5 * size, y + 15.5)], 4),
            2.6,
            tones.skin.fold,
        )
        c.fill(
            smooth(
                [(tip + away * 1.0, y + 2), (tip + away * 5.5 * size, y + 13), (tip + away * 2, y + 17), (tip, y + 12)],
                4,
            ),
            tones.skin.shade,
        )
        return
    s = 1.0 if turn.yaw > 0 else -1.0
    wedge = [
        (x - s * 2.0, y - 3),
        (x + s * 2.5, y + 3),
        (tip + s * 5.6 * size, y + 13),
        (tip + s * 4.6 * size, y + 17.4),
        (tip - s * 4.5, y + 18.0),
        (tip - s * 6.5, y + 14),
    ]
    c.fill(smooth(wedge, 4), tones.skin.shade if away * s > 0 else tones.skin.light)
    c.stroke(
        curve([(tip + s * 6.0 * size, y + 13.5), (tip + s * 4.0 * size, y + 18.0), (tip - s * 5.5, y + 17.5)], 4),
        2.3,
        tones.skin.fold,
    )


MOUTH_Y = 35.0


def draw_mouth(c: Canvas, tones: Tones, turn: Turn, mouth: Mouth, *, full: bool, size: float = 1.0) -> None:
    """The mouth; `full`: its lips are coloured."""
    lips, x = mouth.lips, turn.x(0.0) + math.sin(math.radians(turn.yaw * TURNED)) * 2.5
    y = MOUTH_Y + turn.nod
    narrow = turn.wide(0.0)
    half = 15.5 * mouth.wide * narrow * size
    lift = mouth.corner * 5.2 * (1 - 0.6 * lips.push)
    drop = 23.0 * mouth.open * size
    ends = -lift * _X**2
    flat = 1 - _X**2
    if drop < 2.2:
        _shut(c, tones, x, y, half, ends + lift * 0.45, lips.pressed, full)
        return
    round_ = _ARC if lips.push > 0.2 or mouth.open > 0.6 else flat**0.8
    middle = y + ends + lift * 0.35
    upper = middle - round_ * drop * (0.30 + 0.16 * lips.push)
    lower = middle + round_ * drop * (0.70 - 0.10 * lips.push) + (1.0 if mouth.corner > 0.5 else 0.0) * flat * 2.0
    xs = x + _X * half
    shape = np.concatenate([np.column_stack([xs, upper]), np.column_stack([xs, lower])[::-1]])
    rim = tones.lip if full or lips.push > 0.3 else mixed(tones.lip, tones.skin.shade, 0.45)
    c.stroke(shape, 3.2 + 2.6 * lips.push + (1.4 if full else 0.0), rim, closed=True)
    c.fill(shape, tones.mouth)
    deep = lower - upper
    if lips.top_teeth and not lips.bite:
        teeth = np.minimum(deep * 0.62, (5.2 if lips.low_teeth < 0.5 else 4.4) * lips.top_teeth * size)
        c.fill(
            np.concatenate([np.column_stack([xs, upper])[1:-1], np.column_stack([xs, upper + teeth])[1:-1][::-1]]),
            tones.teeth,
        )
    if lips.low_teeth:
        teeth = np.minimum(deep * 0.40, 4.4 * lips.low_teeth * size)
        c.fill(
            np.concatenate([np.column_stack([xs, lower - teeth])[2:-2], np.column_stack([xs, lower])[2:-2][::-1]]),
            tones.teeth,
        )
    if lips.bite:
        c.fill(
            np.concatenate([np.column_stack([xs, upper])[2:-2], np.column_stack([xs, lower - deep * 0.1])[2:-2][::-1]]),
            tones.teeth,
        )
        c.stroke(np.column_stack([xs, lower])[2:-2], 4.6, tones.lip)
    if lips.tongue:
        _tongue(c, tones, xs, upper, lower, lips.tip_up, lips.tip_out)


def _tongue(c: Canvas, tones: Tones, xs: Points, upper: Points, lower: Points, up: bool, out: bool) -> None:
    deep = lower - upper
    hump = np.sqrt(np.maximum(0.0, 1 - (_X / 0.72) ** 2))
    inside = slice(3, -3)
    if up:
        top, low = upper + deep * (1 - 0.78 * hump), lower - deep * 0.04
    elif out:
        top, low = upper + deep * 0.42, lower + 1.5 * hump
    else:
        top, low = lower - deep * 0.46 * hump, lower - 0.6
    top = np.minimum(top, low)
    c.fill(np.concatenate([np.column_stack([xs, top])[inside], np.column_stack([xs, low])[inside][::-1]]), tones.tongue)


def _shut(c: Canvas, tones: Tones, x: float, y: float, half: float, bow: Points, pressed: float, full: bool) -> None:
    xs = x + _X * half
    line = np.column_stack([xs, y + bow])
    if full or pressed > 0.5:
        plump = (4.6 if full else 2.6) * (1 - 0.25 * pressed)
        arc = 1 - _X**2
        lower = np.column_stack([xs, y + bow + arc * plump])
        upper = np.column_stack([xs, y + bow - arc * plump * 0.62])
        c.fill(
            np.concatenate([upper[1:-1], lower[1:-1][::-1]]),
            tones.lip if full else mixed(tones.lip, tones.skin.base, 0.4),
        )
    else:
        c.stroke(np.column_stack([x + _X[4:-4] * half * 0.7, y + 7.2 + bow[4:-4] * 0.4]), 1.8, tones.skin.shade)
    c.stroke(line, 2.7, tones.lip_dark)
