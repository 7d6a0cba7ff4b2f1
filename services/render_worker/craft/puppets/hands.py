"""Hands: a mitten and a thumb, open, pointing or holding. Drawn at the wrist, along the forearm."""

from __future__ import annotations

import math

from services.render_worker.craft.puppets.canvas import Canvas
from services.render_worker.craft.puppets.pose import Hand, Limb
from services.render_worker.craft.puppets.shapes import along, curve, rounded, smooth
from services.render_worker.craft.puppets.tones import Cloth

# y runs on from the forearm, the thumb is on +x.
_MITTEN = ((-9, -4), (9, -4), (12.5, 8), (10.5, 22), (4, 30), (-5, 29), (-11, 20), (-12, 8))
_FIST = ((-9, -4), (9, -4), (13, 6), (12, 17), (3, 22), (-8, 20), (-13, 10))
_OPEN = ((-9, -4), (9, -4), (13, 8), (14, 16), (0, 20), (-14, 16), (-12, 8))


def draw_hand(c: Canvas, arm: Limb, hand: Hand, skin: Cloth, *, thumb: int, size: float = 1.0) -> None:
    """The hand at the arm's end; `thumb` is the side it is on, 1 the left of one who looks along the arm."""
    degrees = math.degrees(math.atan2(arm.c[1] - arm.b[1], arm.c[0] - arm.b[0])) - 90
    h = c.moved(arm.c[0], arm.c[1], degrees, size, squash=1.0 if thumb > 0 else -1.0)
    match hand:
        case Hand.OPEN:
            for x, y, tip in ((-10.5, 15, -15), (-3.6, 18, -4.6), (4.2, 18, 6), (11, 14, 16.5)):
                length = 15 if abs(x) > 8 else 19
                h.fill(rounded(along([(x, y - 3), (tip, y + length)], [4.9, 3.7])), skin.base, line=True)
            h.fill(smooth(_OPEN, 4), skin.base)
            h.fill(rounded(along([(10, 4), (19, 10), (23, 17)], [5.2, 4.8, 3.6])), skin.base, line=True)
        case Hand.POINT:
            h.fill(rounded(along([(5, 12), (6, 26), (7, 41)], [5.2, 4.6, 3.6])), skin.base, line=True)
            h.fill(smooth(_FIST, 4), skin.base, line=True)
            h.fill(rounded(along([(10, 3), (14, 11), (8, 17)], [5.0, 4.6, 3.8])), skin.light)
            h.stroke(curve([(-9, 12), (-3, 16), (2, 14)], 4), 1.8, skin.fold)
        case Hand.HOLD:
            h.fill(smooth(_FIST, 4), skin.base, line=True)
            h.fill(rounded(along([(10, 3), (12, 11), (3, 15)], [5.0, 4.6, 4.0])), skin.light)
        case Hand.REST:
            h.fill(rounded(along([(8, 2), (14.5, 10), (13.5, 19)], [5.2, 4.6, 3.4])), skin.base, line=True)
            h.fill(smooth(_MITTEN, 4), skin.base, line=True)
            h.stroke(curve([(0, 28), (1, 20)], 4), 1.6, skin.shade)
