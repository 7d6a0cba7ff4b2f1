"""What people wear: which parts a garment has, and how its front is drawn on a torso."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from services.render_worker.craft.puppets.canvas import Canvas, Points
from services.render_worker.craft.puppets.shapes import Ribbon, along, curve, rounded, smooth
from services.render_worker.craft.puppets.tones import Cloth, Tones


@dataclass(frozen=True)
class Garment:
    """The parts of it. `hem` is how far down the legs a skirt goes: 0.0 none, 0.5 the knee, 1.0 the ankle."""

    sleeve: str = "long"
    hem: float = 0.0
    flare: float = 8.0
    legs: str = "trousers"
    boots: bool = False
    # How much wider than the body it is.
    loose: float = 1.0


GARMENTS = {
    "shirt": Garment(sleeve="rolled"),
    "dress": Garment(sleeve="short", hem=0.60, flare=26.0, legs="bare"),
    "coat": Garment(hem=0.62, flare=14.0, loose=1.08, boots=True),
    "raincoat": Garment(hem=0.50, flare=20.0, loose=1.12, boots=True),
    "suit": Garment(hem=0.10, flare=3.0, legs="same", loose=1.04),
    "sari": Garment(sleeve="short", hem=0.99, flare=16.0, legs="bare"),
    "kurta": Garment(hem=0.46, flare=10.0, legs="linen", loose=1.03),
    "robe": Garment(sleeve="wide", hem=0.97, flare=20.0, legs="bare", loose=1.08),
    "uniform": Garment(hem=0.10, flare=3.0, boots=True, loose=1.03),
    "sweater": Garment(loose=1.06),
    "apron": Garment(sleeve="rolled"),
    "armor": Garment(hem=0.20, flare=8.0, boots=True, loose=1.05),
}  # fmt: skip


def garment_of(name: str) -> Garment:
    """The garment of that name; a shirt for none."""
    return GARMENTS.get(name, GARMENTS["shirt"])


def cloth_of(name: str, tones: Tones) -> Cloth:
    """What the torso is covered with."""
    return {"sari": tones.accent, "armor": tones.metal, "apron": tones.linen}.get(name, tones.clothes)


@dataclass(frozen=True)
class Front:
    """A torso to draw a garment's front on: its ribbon from neck to hips, where its middle is seen, and the skirt, if any."""

    torso: Ribbon
    # Share across at which the body's middle line is.
    center: float
    skirt: Points | None
    # The skirt's lower edge from left to right.
    hem: Points | None
    light_side: int
    back: bool


def draw_front(c: Canvas, name: str, tones: Tones, on: Front) -> None:
    """Collars, lapels, buttons, belts, borders: what tells one garment from another."""
    match name:
        case "dress":
            _dress(c, tones, on)
        case "coat" | "raincoat":
            _coat(c, tones, on, rain=name == "raincoat")
        case "suit" | "uniform":
            _jacket(c, tones, on, uniform=name == "uniform")
        case "sari":
            _sari(c, tones, on)
        case "kurta":
            _kurta(c, tones, on)
        case "robe":
            _robe(c, tones, on)
        case "sweater":
            _sweater(c, tones, on)
        case "apron":
            _apron(c, tones, on)
        case "armor":
            _armor(c, tones, on)
        case _:
            _shirt(c, tones, on)


def _middle(on: Front, t0: float, t1: float, off: float = 0.0) -> Points:
    return np.asarray([on.torso.at(t, on.center + off) for t in np.linspace(t0, t1, 6)])


def _collar(c: Canvas, cloth: Cloth, on: Front, depth: float, wide: float) -> None:
    """Two leaves."""
    for side in (-1, 1):
        top, tip = on.torso.at(0.0, 0.5 + side * 0.44), on.torso.at(depth, on.center + side * wide)
        inner = on.torso.at(0.045, on.center)
        c.fill(
            [top, on.torso.at(0.03, on.center + side * wide * 1.5), tip, inner],
            cloth.light if side == on.light_side else cloth.base,
            line=True,
        )


def _buttons(c: Canvas, color: Cloth, on: Front, ts: tuple[float, ...], off: float = 0.0, size: float = 4.2) -> None:
    for t in ts:
        x, y = on.torso.at(t, on.center + off)
        c.ellipse(x, y, size, size, color.base)


def _shirt(c: Canvas, tones: Tones, on: Front) -> None:
    c.fill(on.torso.band(0.90, 1.0), tones.shoes.base)
    if on.back:
        return
    c.stroke(_middle(on, 0.05, 0.90), 2.0, tones.clothes.fold)
    _buttons(c, tones.accent, on, (0.22, 0.40, 0.58, 0.76), 0.0, 3.4)
    _collar(c, tones.accent, on, 0.13, 0.17)
    x, y = on.torso.at(0.95, on.center)
    c.fill([(x - 7, y - 6), (x + 7, y - 6), (x + 7, y + 6), (x - 7, y + 6)], tones.metal.base)


def _sweater(c: Canvas, tones: Tones, on: Front) -> None:
    for t in (0.30, 0.44):
        c.fill(on.torso.band(t, t + 0.065), tones.accent.base)
    c.fill(on.torso.band(0.90, 1.0), tones.clothes.shade)
    for across in np.linspace(0.1, 0.9, 9):
        c.stroke([on.torso.at(0.91, across), on.torso.at(0.99, across)], 1.6, tones.clothes.fold)
    neck = along([on.torso.at(0.035, 0.16), on.torso.at(0.075, on.center), on.torso.at(0.035, 0.84)], [7, 8.5, 7])
    c.fill(rounded(neck), tones.accent.base, line=True)


def _dress(c: Canvas, tones: Tones, on: Front) -> None:
    c.fill(on.torso.band(0.64, 0.73), tones.accent.base)
    if on.hem is not None:
        _hem(c, on.hem, 9.0, tones.accent)
        _folds(c, on, tones.clothes, (0.25, 0.5, 0.72))
    if on.back:
        return
    neck = [on.torso.at(0.0, 0.10), on.torso.at(0.10, on.center), on.torso.at(0.0, 0.90), on.torso.at(0.0, 0.5)]
    c.fill(smooth(neck, 5), tones.skin.base)
    c.stroke(curve(neck[:3], 5), 4.0, tones.accent.base)


def _coat(c: Canvas, tones: Tones, on: Front, *, rain: bool) -> None:
    if on.hem is not None:
        _folds(c, on, tones.clothes, (0.28,) if on.back else (0.20, 0.80))
        if rain:
            _hem(c, on.hem, 6.0, tones.clothes, light=True)
    if on.back:
        c.fill(on.torso.band(0.68, 0.76), tones.clothes.shade)
        return
    line = _middle(on, 0.06, 1.0)
    if on.hem is not None:
        low = on.hem[len(on.hem) // 2]
        line = np.concatenate([line, [low]])
    c.stroke(curve(line, 3), 2.6, tones.clothes.fold)
    if rain:
        _buttons(c, tones.accent, on, (0.22, 0.42, 0.62, 0.82), 0.10, 5.4)
        for t in (0.22, 0.42, 0.62, 0.82):
            c.stroke([on.torso.at(t, on.center - 0.10), on.torso.at(t, on.center + 0.10)], 3.0, tones.accent.base)
        neck = along([on.torso.at(0.01, 0.08), on.torso.at(0.075, on.center), on.torso.at(0.01, 0.92)], [9, 12, 9])
        c.fill(rounded(neck), tones.clothes.light, line=True)
    else:
        c.fill(on.torso.band(0.66, 0.745), tones.accent.base)
        x, y = on.torso.at(0.70, on.center)
        c.fill([(x - 9, y - 9), (x + 9, y - 9), (x + 9, y + 9), (x - 9, y + 9)], tones.accent.light)
        _buttons(c, tones.shoes, on, (0.34, 0.48), 0.10)
        _buttons(c, tones.shoes, on, (0.34, 0.48), -0.10)
        _lapels(c, tones.clothes, tones.linen, on, 0.30, 0.26)
    for off in (-0.30, 0.30):
        share = min(0.9, max(0.1, on.center + off))
        c.stroke([on.torso.at(0.86, share - 0.09), on.torso.at(0.885, share + 0.09)], 4.2, tones.clothes.shade)


def _lapels(c: Canvas, cloth: Cloth, under: Cloth, on: Front, depth: float, wide: float) -> None:
    neck_l, neck_r, low = on.torso.at(0.0, 0.06), on.torso.at(0.0, 0.94), on.torso.at(depth, on.center)
    c.fill([neck_l, low, neck_r], under.base)
    for side, top in ((-1, neck_l), (1, neck_r)):
        out = on.torso.at(depth * 0.46, on.center + side * wide)
        notch = on.torso.at(depth * 0.34, on.center + side * wide * 0.8)
        c.fill([top, notch, out, low], cloth.light if side == on.light_side else cloth.base, line=True)
        c.stroke([top, notch, out, low], 1.8, cloth.fold)


def _jacket(c: Canvas, tones: Tones, on: Front, *, uniform: bool) -> None:
    if on.back:
        c.stroke([on.torso.at(0.3, 0.5), on.torso.at(1.0, 0.5)], 2.0, tones.clothes.fold)
    elif uniform:
        for off in (-0.13, 0.13):
            _buttons(c, tones.accent, on, (0.20, 0.36, 0.52, 0.68), off, 4.0)
        c.stroke(_middle(on, 0.05, 1.0), 2.2, tones.clothes.fold)
        neck = along([on.torso.at(0.0, 0.10), on.torso.at(0.05, on.center), on.torso.at(0.0, 0.90)], [8, 9, 8])
        c.fill(rounded(neck), tones.accent.base, line=True)
    else:
        c.stroke(_middle(on, 0.4, 1.0), 2.2, tones.clothes.fold)
        _lapels(c, tones.clothes, tones.linen, on, 0.42, 0.25)
        knot, tip = on.torso.at(0.06, on.center), on.torso.at(0.40, on.center)
        c.fill(
            [(knot[0] - 5, knot[1]), (knot[0] + 5, knot[1]), (tip[0] + 6, tip[1] - 12), tip, (tip[0] - 6, tip[1] - 12)],
            tones.accent.base,
        )
        _buttons(c, tones.shoes, on, (0.52, 0.68))
        x, y = on.torso.at(0.30, min(0.88, on.center + 0.30))
        c.fill([(x - 9, y), (x + 8, y - 2), (x + 8, y + 3), (x - 9, y + 5)], tones.accent.base)
    if uniform:
        c.fill(on.torso.band(0.70, 0.79), tones.shoes.base)
        for inner, outer in ((0.16, -0.03), (0.84, 1.03)):
            board = along([on.torso.at(0.075, inner), on.torso.at(0.155, outer)], [6.5, 8.0])
            c.fill(board.outline(), tones.accent.base, line=True)


def _sari(c: Canvas, tones: Tones, on: Front) -> None:
    if on.hem is not None:
        _hem(c, on.hem, 13.0, tones.accent)
        _folds(c, on, tones.clothes, (0.40, 0.47, 0.54, 0.61))
    c.fill(on.torso.band(0.46, 0.68), tones.skin.base)
    c.fill(on.torso.band(0.68, 1.0), tones.clothes.base)
    near, far = on.torso.at(0.03, 0.10), on.torso.at(0.10, 0.02)
    sash = np.asarray(
        [near, on.torso.at(0.30, 0.48), on.torso.at(0.72, 1.0), on.torso.at(0.92, 1.0), on.torso.at(0.52, 0.30), far]
    )
    c.fill(smooth(sash, 4), tones.clothes.base, line=True)
    c.stroke(curve([near, on.torso.at(0.32, 0.50), on.torso.at(0.70, 0.98)], 5), 6.0, tones.accent.light)
    c.stroke(curve([far, on.torso.at(0.45, 0.36), on.torso.at(0.80, 0.92)], 5), 2.2, tones.clothes.fold)


def _kurta(c: Canvas, tones: Tones, on: Front) -> None:
    if on.hem is not None:
        _hem(c, on.hem, 6.5, tones.accent)
        _folds(c, on, tones.clothes, (0.3, 0.7))
    if on.back:
        return
    c.fill(np.concatenate([_middle(on, 0.03, 0.46, -0.055), _middle(on, 0.03, 0.46, 0.055)[::-1]]), tones.accent.base)
    _buttons(c, tones.linen, on, (0.14, 0.24, 0.34), 0.0, 3.2)
    neck = along([on.torso.at(0.0, 0.12), on.torso.at(0.045, on.center), on.torso.at(0.0, 0.88)], [6, 7, 6])
    c.fill(rounded(neck), tones.accent.base, line=True)


def _robe(c: Canvas, tones: Tones, on: Front) -> None:
    if on.hem is not None:
        _hem(c, on.hem, 12.0, tones.accent)
        _folds(c, on, tones.clothes, (0.22, 0.42, 0.76))
    if not on.back:
        under = [on.torso.at(0.0, 0.14), on.torso.at(0.40, on.center), on.torso.at(0.0, 0.86)]
        c.fill(under, tones.linen.base)
        for side in (0.10, 0.90):
            c.stroke(
                curve(
                    [
                        on.torso.at(0.0, side),
                        on.torso.at(0.22, (side + on.center) / 2 + (side - 0.5) * 0.1),
                        on.torso.at(0.44, on.center),
                    ],
                    5,
                ),
                11.0,
                tones.accent.base,
            )
    c.fill(on.torso.band(0.62, 0.70), tones.accent.shade)
    x, y = on.torso.at(0.68, on.center)
    c.fill(rounded(along([(x, y), (x + 6, y + 40), (x + 2, y + 74)], [5, 5, 4])), tones.accent.shade, line=True)


def _apron(c: Canvas, tones: Tones, on: Front) -> None:
    c.fill(on.torso.band(0.92, 1.0), tones.trousers.shade)
    if on.back:
        c.stroke([on.torso.at(0.0, 0.2), on.torso.at(0.64, 0.62)], 5.0, tones.clothes.base)
        c.stroke([on.torso.at(0.0, 0.8), on.torso.at(0.64, 0.38)], 5.0, tones.clothes.base)
        return
    _collar(c, tones.linen, on, 0.12, 0.15)
    left, right = max(0.02, on.center - 0.34), min(0.98, on.center + 0.34)
    bib = np.concatenate([on.torso.band(0.24, 0.68, left, right)])
    c.fill(bib, tones.clothes.base, line=True)
    for side, top in ((left, 0.12), (right, 0.88)):
        c.stroke(
            [on.torso.at(0.0, top), on.torso.at(0.25, side + (0.03 if side < 0.5 else -0.03))], 5.5, tones.clothes.shade
        )
    x, y = on.torso.at(0.66, left)
    x2, y2 = on.torso.at(0.66, right)
    panel = [(x - 5, y), (x2 + 5, y2), (x2 + 17, y2 + 150), ((x + x2) / 2, y2 + 160), (x - 14, y + 150)]
    c.fill(panel, tones.clothes.base, line=True)
    c.stroke([on.torso.at(0.68, 0.0), on.torso.at(0.68, 1.0)], 6.5, tones.accent.base)
    px, py = (x + x2) / 2, y + 46
    c.stroke(
        curve([(px - 22, py), (px - 20, py + 26), (px, py + 32), (px + 20, py + 26), (px + 22, py)], 4),
        2.4,
        tones.clothes.fold,
    )


def _armor(c: Canvas, tones: Tones, on: Front) -> None:
    c.stroke(_middle(on, 0.06, 0.70), 2.4, tones.metal.fold)
    c.fill(on.torso.band(0.70, 0.79), tones.shoes.base)
    c.fill(on.torso.band(0.10, 0.16), tones.metal.light)
    for t in (0.30, 0.50):
        c.stroke(
            curve([on.torso.at(t - 0.03, 0.06), on.torso.at(t + 0.03, on.center), on.torso.at(t - 0.03, 0.94)], 5),
            2.2,
            tones.metal.fold,
        )
    if on.hem is not None:
        _hem(c, on.hem, 8.0, tones.accent)
    if not on.back:
        x, y = on.torso.at(0.34, on.center)
        c.fill([(x, y - 17), (x + 13, y), (x, y + 17), (x - 13, y)], tones.accent.base)


def _hem(c: Canvas, low: Points, width: float, cloth: Cloth, *, light: bool = False) -> None:
    """A border along a skirt's lower edge."""
    c.stroke(np.add(low, (0, -width * 0.55)), width, cloth.light if light else cloth.base)


def _folds(c: Canvas, on: Front, cloth: Cloth, shares: tuple[float, ...]) -> None:
    if on.hem is None:
        return
    low = on.hem
    for share in shares:
        foot = low[round(share * (len(low) - 1))]
        top = on.torso.at(0.80, share)
        mid = (top[0] * 0.45 + foot[0] * 0.55, top[1] * 0.45 + foot[1] * 0.55)
        c.stroke(curve([mid, tuple(mid + (foot - mid) * 0.5), tuple(foot - (0, 6))], 4), 2.2, cloth.fold)
