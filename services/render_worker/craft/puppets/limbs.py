"""Arms and legs with what is worn on them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from services.render_worker.craft.puppets.body import Body
from services.render_worker.craft.puppets.canvas import Canvas
from services.render_worker.craft.puppets.hands import draw_hand
from services.render_worker.craft.puppets.pose import Hand, Limb
from services.render_worker.craft.puppets.shapes import Ribbon, along, away, rounded, smooth
from services.render_worker.craft.puppets.tones import Cloth

# Points along half a limb.
_HALF = 9
# Cosine of the bend from which a limb is two straight parts: a ribbon would fold over itself there.
_SHARP = 0.62
_CUFFED = frozenset({"sweater", "robe", "uniform", "armor", "kurta"})


@dataclass(frozen=True)
class _Parts:
    """Both halves of a limb, and all of it where it is one ribbon."""

    upper: Ribbon
    lower: Ribbon
    whole: Ribbon | None

    def draw(self, c: Canvas, base: tuple[int, int, int, int], shade: tuple[int, int, int, int], light_side: int, *, end: bool = True,
             depth: float = 0.36) -> None:  # fmt: skip
        """Filled, with its shade."""
        pieces = [self.whole] if self.whole is not None else [self.upper, self.lower]
        for piece in pieces:
            c.fill(rounded(piece, end=end or piece is self.upper), base, line=True)
        if self.whole is None:
            # The line around the lower half ends at the joint, not across it.
            c.fill(rounded(Ribbon(self.upper.left[3:], self.upper.right[3:])), base)
        for piece in pieces:
            c.fill(piece.shade(away(piece, light_side), depth), shade)


def _parts(limb: Limb, halves: Sequence[float]) -> _Parts:
    """The limb around its bones; half widths at its start, middle, joint, middle and end."""
    up, low = _middle(limb.a, limb.b), _middle(limb.b, limb.c)
    ax, ay, bx, by = limb.b[0] - limb.a[0], limb.b[1] - limb.a[1], limb.c[0] - limb.b[0], limb.c[1] - limb.b[1]
    straight = (ax * bx + ay * by) / max(math.hypot(ax, ay) * math.hypot(bx, by), 1e-6)
    if straight > _SHARP:
        whole = along([limb.a, up, limb.b, low, limb.c], halves, 4)
        return _Parts(
            Ribbon(whole.left[:_HALF], whole.right[:_HALF]), Ribbon(whole.left[-_HALF:], whole.right[-_HALF:]), whole
        )
    return _Parts(along([limb.a, up, limb.b], halves[:3], 4), along([limb.b, low, limb.c], halves[2:], 4), None)


def draw_arm(c: Canvas, body: Body, arm: Limb, hand: Hand, *, far: bool) -> None:
    """Arm, sleeve and hand; the far one lies in the body's shade, unless the light comes from there."""
    far = far and body.light_side < 0
    limbs, garment, name, tones = body.build.limbs, body.garment, body.character.look.garment, body.tones
    cloth = {"apron": tones.linen, "sari": tones.accent, "armor": tones.metal}.get(name, tones.clothes)
    base, shade = (cloth.shade, cloth.fold) if far else (cloth.base, cloth.shade)
    skin = body.skin
    bare, bare_shade = (skin.shade, skin.fold) if far else (skin.base, skin.shade)
    hand_skin = Cloth(bare, bare_shade, skin.base if far else skin.light, skin.fold)
    size = limbs * (1.05 if body.person.child else 1.0)
    thumb = 1 if (arm.c[0] > arm.a[0]) == (arm.c[1] > arm.a[1] - 40) else -1
    if garment.sleeve in ("short", "rolled"):
        _parts(arm, [limbs * half for half in (13.0, 14.5, 12.5, 11.5, 8.6)]).draw(c, bare, bare_shade, body.light_side)
        draw_hand(c, arm, hand, hand_skin, thumb=thumb, size=size)
        sleeve = _parts(arm, [limbs * half for half in (18.0, 19.0, 17.0, 15.0, 12.0)]).upper
        count = _HALF if garment.sleeve == "rolled" else _HALF - 2
        sleeve = Ribbon(sleeve.left[:count], sleeve.right[:count])
        c.fill(rounded(sleeve, end=False), base, line=True)
        c.fill(sleeve.shade(away(sleeve, body.light_side)), shade)
        c.fill(sleeve.band(0.86, 1.0), cloth.light if garment.sleeve == "rolled" and not far else shade)
        return
    draw_hand(c, arm, hand, hand_skin, thumb=thumb, size=size)
    bell = 16.0 if garment.sleeve == "wide" else 0.0
    sleeves = _parts(arm, [limbs * half for half in (18.5, 19.5, 17.0 + bell * 0.25, 16.0 + bell * 0.6, 14.0 + bell)])
    sleeves.draw(c, base, shade, body.light_side, end=False)
    if name in _CUFFED:
        c.fill(sleeves.lower.band(0.86, 1.0), tones.accent.shade if far else tones.accent.base)
    else:
        c.fill(sleeves.lower.band(0.88, 1.0), shade)
    if name == "armor":
        c.ellipse(*arm.a, 27 * limbs, 25 * limbs, tones.metal.shade if far else tones.metal.light, line=True)


def draw_leg(c: Canvas, body: Body, leg: Limb, toe: float, side: float, *, far: bool) -> None:
    """Leg and shoe; `side`: how much the body is seen from the side, `toe`: how many degrees the toe is up."""
    limbs, garment, tones = body.build.limbs, body.garment, body.tones
    bare = garment.legs == "bare"
    cloth = {"trousers": tones.trousers, "same": tones.clothes, "linen": tones.linen, "bare": body.skin}[garment.legs]
    base, shade = (cloth.shade, cloth.fold) if far else (cloth.base, cloth.shade)
    slim = limbs * (0.80 if bare else 1.0)
    parts = _parts(
        leg, [29 * slim * (1.12 if bare else 1.1), 26 * slim, 20.5 * slim, 18 * slim, (10.5 if bare else 14.5) * limbs]
    )
    _shoe(c, body, leg, toe, side, far=far)
    parts.draw(c, base, shade, body.light_side, depth=0.34)
    if garment.boots:
        boot = Ribbon(parts.lower.left[-6:], parts.lower.right[-6:])
        c.fill(boot.outline(), tones.shoes.shade if far else tones.shoes.base, line=True)
        c.fill(boot.band(0.0, 0.16), tones.shoes.light)
    elif not bare:
        c.fill(parts.lower.band(0.88, 1.0), shade)


def _shoe(c: Canvas, body: Body, leg: Limb, toe: float, side: float, *, far: bool) -> None:
    outward = 1.0 if far else -0.55
    ahead = abs(side) if abs(side) > 0.62 else 0.42 * outward + 0.35
    length = 30.0 * ahead + (6 if ahead > 0 else -6)
    front, back = max(0.0, length), min(0.0, length)
    shoe = c.moved(*leg.c, -toe, body.build.limbs)
    shape = [
        (-13, -7),
        (13, -7),
        (15 + front * 0.5, 6),
        (14 + front, 15),
        (14 + front, 23),
        (-14 + back, 23),
        (-15 + back, 13),
    ]
    cloth = body.tones.accent if body.garment.legs == "bare" and not body.garment.boots else body.tones.shoes
    shoe.fill(smooth(shape, 4), cloth.shade if far else cloth.base, line=True)
    shoe.stroke([(-13 + back, 22.5), (13 + front, 22.5)], 3.2, cloth.fold)


def _middle(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
