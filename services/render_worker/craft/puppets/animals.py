"""Animals that act as people do: their head on a puppet's body, in their own colours, with the same eyes, brows and mouth."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from services.render_worker.craft.puppets.canvas import Canvas
from services.render_worker.craft.puppets.features import EYE_Y, Turn, draw_brow, draw_eye
from services.render_worker.craft.puppets.muzzles import draw_muzzle
from services.render_worker.craft.puppets.person import Face, Person
from services.render_worker.craft.puppets.shapes import along, curve, rounded, smooth
from services.render_worker.craft.puppets.species import Kind, kind_of
from services.render_worker.craft.puppets.tones import Cloth, Tones, mixed


@dataclass(frozen=True)
class Animal:
    """An animal's kind and its colours in the scene's light."""

    kind: Kind
    coat: Cloth
    pale: Cloth
    nose: Cloth
    mark: Cloth


def animal_of(species: str, tones: Tones) -> Animal:
    """The animal in the light and style that those tones were made in."""
    kind = kind_of(species)
    coat, pale, nose, mark = (tones.stuff(color) for color in (kind.coat, kind.pale, kind.nose, kind.mark_color))
    return Animal(kind, coat, pale, nose, mark)


def draw_tail(c: Canvas, animal: Animal, tones: Tones, pelvis: tuple[float, float], drag: float, wag: float) -> None:
    """Behind the body, from its lower back."""
    x, y = pelvis[0] - 26, pelvis[1] + 10
    swing = drag * 0.8 + wag * 5
    match animal.kind.tail:
        case "bush":
            tail = along(
                [(x, y), (x - 52 + swing, y + 46), (x - 100 + swing, y + 20), (x - 116 + swing * 1.6, y - 52)],
                [12, 26, 32, 5],
            )
            c.fill(rounded(tail), animal.coat.shade, line=True)
            c.fill(tail.band(0.72, 1.0), animal.pale.shade)
        case "thin":
            tail = along(
                [(x, y), (x - 50 + swing, y + 60), (x - 96 + swing, y + 34), (x - 108 + swing * 1.6, y - 30)],
                [8, 7, 6.5, 6],
            )
            c.fill(rounded(tail), animal.coat.shade, line=True)
            c.fill(
                rounded(along([(x - 105 + swing * 1.5, y - 12), (x - 110 + swing * 1.7, y - 38)], [8, 6])),
                (animal.mark if animal.kind.mark else animal.coat).base,
            )
        case "curl":
            c.fill(
                rounded(
                    along(
                        [(x, y), (x - 40 + swing, y - 4), (x - 52 + swing, y - 46), (x - 26 + swing, y - 58)],
                        [8, 8, 7, 5],
                    )
                ),
                animal.coat.shade,
                line=True,
            )
        case "puff":
            c.ellipse(x - 18, y + 4, 22, 20, animal.pale.shade, line=True)
        case "feathers":
            for i in range(3):
                c.fill(
                    rounded(along([(x + 8, y), (x - 46 + swing, y + 40 + i * 20)], [13, 9])),
                    animal.coat.shade if i % 2 else animal.coat.fold,
                    line=True,
                )


def draw_head(c: Canvas, animal: Animal, who: Person, tones: Tones, face: Face, light_side: int) -> None:
    """The head with its features; seen from behind it has none."""
    kind, turn = animal.kind, face.turn
    lean = math.sin(math.radians(turn.yaw)) * 4
    near = -1 if turn.yaw >= 0 else 1
    if kind.mark in ("mane", "wool", "spines"):
        _around(c, animal, lean)
    _crown(c, animal, turn, lean)
    for side in (-near, near):
        _ear(c, animal, tones, turn, side, lean)
    wide = kind.wide * 1.06
    skull = smooth(
        np.asarray(
            [
                (0, -52),
                (26, -47),
                (44, -26),
                (50, 0),
                (47, 22),
                (30, 42),
                (0, 51),
                (-30, 42),
                (-47, 22),
                (-50, 0),
                (-44, -26),
                (-26, -47),
            ]
        )
        * (wide * 0.98, 1.0)
        + (lean, 0),
        5,
    )
    c.fill(skull, animal.coat.base, line=True)
    edge = skull[skull[:, 0] * light_side < -8]
    edge = edge[np.argsort(edge[:, 1])]
    bulge = (0.10 + 0.2 * np.sin(np.linspace(0, math.pi, len(edge))))[:, None]
    c.fill(np.concatenate([edge, (edge * (1 - bulge * (1.0, 0.05)))[::-1]]), animal.coat.shade)
    if face.back:
        return
    _marks(c, animal, turn)
    draw_muzzle(c, animal.kind, animal.coat, animal.pale, animal.nose, tones, face, light_side)
    for side in (-near, near):
        draw_eye(c, tones, side, turn, face.expression, face.gaze, lashes=who.feminine, size=1.12)
    for side in (-1, 1):
        draw_brow(c, mixed(animal.coat.fold, tones.ink, 0.35), side, turn, face.expression, thick=4.6)
    if who.look.accessory == "glasses":
        for side in (-1, 1):
            ring = np.linspace(0, 2 * math.pi, 28)
            c.stroke(
                np.column_stack(
                    [
                        turn.x(side * 19.5) + 15 * turn.wide(side * 19.5) * np.cos(ring),
                        EYE_Y + turn.nod + 14 * np.sin(ring),
                    ]
                ),
                2.7,
                tones.ink,
                closed=True,
            )
    if who.look.accessory == "hat":
        c.fill(
            rounded(along([(-52 + lean, -42), (lean, -47), (52 + lean, -42)], [4, 8, 4])), tones.accent.shade, line=True
        )
        c.fill(
            smooth(
                [(-30 + lean, -46), (-28 + lean, -78), (lean, -86), (28 + lean, -78), (30 + lean, -46), (lean, -50)]
            ),
            tones.accent.base,
            line=True,
        )


def _around(c: Canvas, animal: Animal, lean: float) -> None:
    kind = animal.kind
    if kind.mark == "spines":
        count = 22
        turn = np.linspace(math.pi * 0.86, math.pi * 2.14, count)
        tip = np.where(np.arange(count) % 2, 60.0, 78.0)
        ring = np.column_stack([np.cos(turn) * tip + lean, np.sin(turn) * tip - 4])
        c.fill(np.concatenate([ring, [[40, 40], [-40, 40]]]), animal.mark.base, line=True)
        return
    big = 66 if kind.mark == "mane" and kind.ears == "round" else (60 if kind.mark == "wool" else 0)
    if big:
        for i in range(14):
            angle = 2 * math.pi * i / 14
            c.ellipse(
                math.cos(angle) * (big - 14) + lean,
                math.sin(angle) * (big - 14) - 2,
                23,
                23,
                animal.mark.shade if i % 2 else animal.mark.base,
                line=True,
            )
        return
    for i in range(5):
        c.fill(
            rounded(along([(-8 - lean * 2 - 7 * i, -56 + 16 * i), (-46 - 3 * i, -38 + 22 * i)], [14, 7])),
            animal.mark.shade if i % 2 else animal.mark.base,
        )


def _crown(c: Canvas, animal: Animal, turn: Turn, lean: float) -> None:
    mark = animal.mark
    match animal.kind.mark:
        case "horns":
            for side in (-1, 1):
                c.fill(
                    rounded(
                        along(
                            [
                                (turn.x(side * 22), -42),
                                (turn.x(side * 30) + side * 12, -70),
                                (turn.x(side * 26) + side * 20, -94),
                            ],
                            [9, 7, 2.5],
                        )
                    ),
                    mark.base,
                    line=True,
                )
        case "antlers":
            for side in (-1, 1):
                x = turn.x(side * 20)
                c.stroke(curve([(x, -44), (x + side * 14, -76), (x + side * 34, -104)], 5), 8, mark.base)
                c.stroke([(x + side * 11, -70), (x + side * 36, -76)], 6.5, mark.base)
                c.stroke([(x + side * 19, -84), (x + side * 8, -108)], 6.0, mark.base)
        case "comb":
            for i, x in enumerate((-16, 0, 15)):
                c.ellipse(turn.x(x), -55 - (5 if i == 1 else 0), 11, 13, mark.base, line=True)
        case "horn":
            c.fill([(turn.x(-8), -44), (turn.x(8), -44), (turn.x(3), -104)], mark.base, line=True)
            for i in range(3):
                c.stroke([(turn.x(-5 + i), -58 - 13 * i), (turn.x(6 - i), -62 - 13 * i)], 2.2, mark.shade)


def _ear(c: Canvas, animal: Animal, tones: Tones, turn: Turn, side: int, lean: float) -> None:
    x = turn.x(side * 33)
    coat, inner = animal.coat, mixed(animal.pale.base, tones.blush, 0.35)
    if animal.kind.mark == "mask" and animal.kind.ears == "round":
        coat, inner = animal.mark, animal.mark.shade
    s = float(side)
    match animal.kind.ears:
        case "point":
            c.fill(
                smooth(
                    [(x - s * 16, -40), (x + s * 2, -70), (x + s * 14, -88), (x + s * 19, -62), (x + s * 17, -22)], 4
                ),
                coat.base,
                line=True,
            )
            c.fill(
                smooth(
                    [(x - s * 6, -44), (x + s * 5, -62), (x + s * 11, -74), (x + s * 13, -54), (x + s * 10, -34)], 4
                ),
                inner,
            )
        case "round":
            c.ellipse(x + s * 7, -44, 21, 21, coat.base, line=True)
            c.ellipse(x + s * 7, -42, 12.5, 12.5, inner)
        case "long":
            ear = along([(x - s * 8, -38), (x - s * 2, -84), (x + s * 8, -128)], [12, 17, 7])
            c.fill(rounded(ear), coat.base, line=True)
            c.fill(ear.band(0.12, 0.9, 0.28, 0.72), inner)
        case "flop":
            ear = along([(x, -40), (x + s * 26, -26), (x + s * 30, 16)], [12, 18, 12])
            c.fill(rounded(ear), (animal.mark if animal.kind.mark == "patch" else coat).base, line=True)
        case "leaf":
            ear = along(
                [(turn.x(side * 38), -26), (turn.x(side * 44) + s * 20, -22), (turn.x(side * 46) + s * 40, -8)],
                [8, 13, 4],
            )
            c.fill(rounded(ear), (animal.mark if animal.kind.mark == "patch" else coat).base, line=True)
            c.fill(ear.band(0.2, 0.85, 0.3, 0.7), inner)
        case "bumps":
            c.ellipse(turn.x(side * 20), -38, 20, 20, coat.base, line=True)
        case "tuft":
            c.fill([(x - s * 14, -36), (x + s * 12, -76), (x + s * 17, -24)], coat.base, line=True)
        case "side":
            c.ellipse(turn.x(side * 46) + s * 8, 0, 17, 19, coat.base, line=True)
            c.ellipse(turn.x(side * 46) + s * 8, 1, 10, 12, inner)
        case "fan":
            c.fill(
                smooth(
                    [
                        (x, -34),
                        (x + s * 40, -52),
                        (x + s * 72, -22),
                        (x + s * 64, 26),
                        (x + s * 30, 44),
                        (x + s * 6, 20),
                    ],
                    5,
                ),
                coat.shade,
                line=True,
            )
            c.fill(
                smooth(
                    [(x + s * 14, -24), (x + s * 40, -36), (x + s * 58, -14), (x + s * 50, 20), (x + s * 26, 30)], 5
                ),
                inner,
            )


def _marks(c: Canvas, animal: Animal, turn: Turn) -> None:
    mark, y = animal.mark, turn.nod
    match animal.kind.mark:
        case "stripes":
            for x in (-13, 0, 13):
                c.fill(smooth([(turn.x(x - 3.5), -50), (turn.x(x + 3.5), -50), (turn.x(x * 0.8), -25)], 4), mark.base)
            for side in (-1, 1):
                for i in range(2):
                    c.fill(
                        [
                            (turn.x(side * 47), 12 + 13 * i + y),
                            (turn.x(side * 47), 19 + 13 * i + y),
                            (turn.x(side * 32), 17 + 12 * i + y),
                        ],
                        mark.base,
                    )
        case "patch":
            c.fill(
                smooth(
                    [
                        (turn.x(8), -26 + y),
                        (turn.x(24), -30 + y),
                        (turn.x(38), -8 + y),
                        (turn.x(34), 20 + y),
                        (turn.x(14), 22 + y),
                        (turn.x(6), 0 + y),
                    ],
                    4,
                ),
                mark.base,
            )
        case "mask":
            for side in (-1, 1):
                c.fill(
                    smooth(
                        [
                            (turn.x(side * 8), -4 + y),
                            (turn.x(side * 20), -15 + y),
                            (turn.x(side * 36), 2 + y),
                            (turn.x(side * 33), 22 + y),
                            (turn.x(side * 16), 18 + y),
                        ],
                        4,
                    ),
                    mark.base,
                )
        case "face":
            shape = [(turn.x(0), -22 + y), (turn.x(18), -32 + y), (turn.x(36), -12 + y), (turn.x(34), 20 + y), (turn.x(22), 42 + y), (turn.x(0), 48 + y),
                     (turn.x(-22), 42 + y), (turn.x(-34), 20 + y), (turn.x(-36), -12 + y), (turn.x(-18), -32 + y)]  # fmt: skip
            c.fill(smooth(shape, 4), animal.pale.base)
