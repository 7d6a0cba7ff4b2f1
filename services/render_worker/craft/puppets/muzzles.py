"""Animals' snouts, beaks and trunks, with mouths that speak."""

from __future__ import annotations

import math

from services.render_worker.craft.puppets.canvas import Canvas
from services.render_worker.craft.puppets.features import MOUTH_Y, Turn, draw_mouth
from services.render_worker.craft.puppets.person import Face
from services.render_worker.craft.puppets.shapes import along, rounded, smooth
from services.render_worker.craft.puppets.species import Kind
from services.render_worker.craft.puppets.tones import Cloth, Tones


def draw_muzzle(
    c: Canvas, kind: Kind, coat: Cloth, pale: Cloth, nose: Cloth, tones: Tones, face: Face, light_side: int
) -> None:
    """Nose, jaws and what is around them."""
    turn = face.turn
    x, y = turn.x(0.0) + math.sin(math.radians(turn.yaw * 0.7)) * 9, turn.nod
    opened = face.mouth.open
    if kind.muzzle in ("beak", "bill"):
        _beak(c, nose, tones, face, x, y, wide=kind.muzzle == "bill")
        return
    if kind.muzzle == "trunk":
        draw_mouth(c, tones, Turn(turn.yaw, turn.nod + 6), face.mouth, full=False, size=0.9)
        trunk = along([(x, 6 + y), (x + 6, 34 + y), (x + 4, 66 + y), (x + 22, 88 + y)], [17, 15, 12, 9])
        c.fill(rounded(trunk), coat.base, line=True)
        c.fill(trunk.shade(-light_side), coat.shade)
        for t in (0.35, 0.5, 0.65, 0.8):
            c.stroke([trunk.at(t, 0.1), trunk.at(t, 0.9)], 1.8, coat.fold)
        return
    if kind.muzzle != "none":
        half, top = {"snout": (27, 12), "short": (24, 16), "broad": (33, 12), "disc": (22, 24)}[kind.muzzle]
        low = 48 + opened * 9
        shape = [(x, top - 4 + y), (x + half * 0.7, top + 3 + y), (x + half, top + 16 + y), (x + half * 0.72, low - 2 + y), (x, low + 3 + y),
                 (x - half * 0.72, low - 2 + y), (x - half, top + 16 + y), (x - half * 0.7, top + 3 + y)]  # fmt: skip
        c.fill(smooth(shape, 4), pale.base)
    draw_mouth(
        c, tones, Turn(turn.yaw, turn.nod + 1.5), face.mouth, full=False, size=1.4 if kind.muzzle == "none" else 0.92
    )
    if kind.muzzle == "none":
        for side in (-1, 1):
            c.ellipse(x + side * 5, 18 + y, 2.0, 2.4, coat.fold)
        return
    if kind.muzzle == "disc":
        c.ellipse(x, 18 + y, 15.5, 11.5, nose.base, line=True)
        for side in (-1, 1):
            c.ellipse(x + side * 5.2, 18.5 + y, 2.6, 4.0, nose.fold)
        return
    big = 1.35 if kind.muzzle == "broad" else 1.0
    c.fill(
        smooth(
            [
                (x - 10 * big, 13 + y),
                (x, 10.5 + y),
                (x + 10 * big, 13 + y),
                (x + 5 * big, 21 + y),
                (x, 24 + y),
                (x - 5 * big, 21 + y),
            ],
            4,
        ),
        nose.base,
    )
    c.ellipse(x + light_side * 3.4, 14 + y, 2.8, 1.6, nose.light)
    if opened < 0.12:
        c.stroke([(x, 23 + y), (x, 31 + y)], 2.2, nose.base)
    if kind.whiskers:
        for side in (-1, 1):
            for i in (-1, 0, 1):
                c.stroke([(x + side * 20, 27 + 4 * i + y), (x + side * 47, 23 + 9 * i + y)], 1.4, pale.light)


def _beak(c: Canvas, nose: Cloth, tones: Tones, face: Face, x: float, y: float, *, wide: bool) -> None:
    """Two halves that part as a mouth opens; corners show the feeling."""
    half, top, tip = (25.0, 20.0, 37.0) if wide else (15.0, 14.0, 42.0)
    part = 25.0 * face.mouth.open
    out = math.sin(math.radians(face.turn.yaw * 0.7)) * 10
    mid = MOUTH_Y - 7 + y
    if part > 2:
        c.fill(
            smooth(
                [
                    (x - half * 0.8, mid),
                    (x + half * 0.8, mid),
                    (x + out + half * 0.3, mid + part + 7),
                    (x + out - half * 0.3, mid + part + 7),
                ],
                4,
            ),
            tones.mouth,
        )
    lower = [
        (x - half * 0.72, mid + part * 0.3),
        (x + half * 0.72, mid + part * 0.3),
        (x + out + 3, mid + 9 + part),
        (x + out - 3, mid + 9 + part),
    ]
    c.fill(smooth(lower, 4), nose.shade, line=True)
    lift = face.mouth.corner * 3
    upper = [(x, top + y), (x + half * 0.8, top + 8 + y), (x + half, mid + 2 - lift), (x + out + (half * 0.5 if wide else 4), (mid + 5 if wide else tip + y)),
             (x + out - (half * 0.5 if wide else 4), (mid + 5 if wide else tip + y)), (x - half, mid + 2 - lift), (x - half * 0.8, top + 8 + y)]  # fmt: skip
    c.fill(smooth(upper, 4), nose.base, line=True)
    for side in (-1, 1):
        c.ellipse(x + side * 5, top + 8 + y, 1.6, 2.2, nose.fold)
