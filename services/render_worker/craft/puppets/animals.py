"""Animals that act as people do: their head on a puppet's body, in their own colours, with the same eyes, brows and mouth."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from services.render_worker.craft.puppets.canvas import Canvas
from services.render_worker.craft.puppets.features import EYE_Y, MOUTH_Y, Turn, draw_brow, draw_eye, draw_mouth
from services.render_worker.craft.puppets.heads import Face, Person
from services.render_worker.craft.puppets.shapes import along, curve, rounded, smooth
from services.render_worker.craft.puppets.tones import Cloth, Tones, mixed


@dataclass(frozen=True)
class Kind:
    """What an animal's head is made of. Colours are "#rrggbb"."""

    coat: str
    pale: str
    # "point", "round", "long", "flop", "tuft", "none"
    ears: str = "point"
    # "snout", "short", "broad", "beak", "bill", "trunk"
    muzzle: str = "snout"
    nose: str = "#2c2428"
    # "bush", "thin", "puff", "curl", "feathers", "none"
    tail: str = "thin"
    # "mane", "stripes", "patch", "horns", "antlers", "comb", "mask", "spines", "horn"
    mark: str = ""
    mark_color: str = "#2c2428"
    wide: float = 1.0
    whiskers: bool = False


KINDS = {
    "fox": Kind("#d9763a", "#f6ead8", tail="bush", whiskers=True),
    "wolf": Kind("#7d8590", "#e3e4e4", tail="bush"),
    "dog": Kind("#b98652", "#f0e0c8", ears="flop", muzzle="broad", tail="curl", mark="patch", mark_color="#7a5436"),
    "cat": Kind("#8f8a86", "#efe9e0", muzzle="short", nose="#d98a8a", tail="thin", mark="stripes", mark_color="#66605e", whiskers=True),
    "lion": Kind("#dcae62", "#f7e6c4", ears="round", muzzle="broad", tail="thin", mark="mane", mark_color="#9a5a2c", wide=1.06, whiskers=True),
    "tiger": Kind("#e0923f", "#f8eedd", ears="round", muzzle="broad", mark="stripes", mark_color="#2e2627", wide=1.06, whiskers=True),
    "bear": Kind("#8a5f42", "#d8b78f", ears="round", muzzle="snout", tail="puff", wide=1.10),
    "polar-bear": Kind("#ece9e2", "#fbf8f2", ears="round", tail="puff", wide=1.10),
    "panda": Kind("#f1eee8", "#fbf9f5", ears="round", tail="puff", mark="mask", mark_color="#33302f", wide=1.10),
    "koala": Kind("#96999f", "#e9e6e2", ears="round", muzzle="broad", tail="none", wide=1.08),
    "raccoon": Kind("#8b8c8e", "#ebe7df", tail="bush", mark="mask", mark_color="#3a3839", whiskers=True),
    "badger": Kind("#5d5c60", "#f0ece4", ears="round", tail="puff", mark="stripes", mark_color="#2e2c2e"),
    "rabbit": Kind("#c8b8a8", "#f6efe6", ears="long", muzzle="short", nose="#d98f94", tail="puff", whiskers=True),
    "hare": Kind("#a88864", "#efe2cd", ears="long", muzzle="short", nose="#8a5c50", tail="puff", whiskers=True),
    "mouse": Kind("#a79c98", "#ead9d2", ears="round", muzzle="snout", nose="#d98f94", wide=0.94, whiskers=True),
    "rat": Kind("#7b7472", "#d8c6be", ears="round", muzzle="snout", nose="#c98286", wide=0.94, whiskers=True),
    "hamster": Kind("#d8a468", "#f8ecd8", ears="round", muzzle="short", nose="#d98f94", tail="puff", wide=1.12),
    "squirrel": Kind("#b5683a", "#f2dfc2", ears="tuft", muzzle="short", tail="bush"),
    "hedgehog": Kind("#d8bd98", "#f0e0c6", ears="round", tail="none", mark="spines", mark_color="#5f4a3c"),
    "pig": Kind("#e9a9a4", "#f2c2bb", ears="flop", muzzle="broad", nose="#cf7f80", tail="curl", wide=1.06),
    "cow": Kind("#efe8dc", "#f2c9b8", ears="flop", muzzle="broad", nose="#8a5c58", mark="patch", mark_color="#4a3b36", wide=1.04),
    "ox": Kind("#8d6a4b", "#d9b995", ears="flop", muzzle="broad", mark="horns", mark_color="#e6dcc4", wide=1.08),
    "horse": Kind("#9a6a45", "#d9b48d", ears="point", muzzle="broad", mark="mane", mark_color="#3f2f28", tail="bush", wide=0.94),
    "donkey": Kind("#8e8781", "#e6ddd0", ears="long", muzzle="broad", tail="thin", wide=0.94),
    "zebra": Kind("#efece6", "#d9d5cf", ears="point", muzzle="broad", mark="stripes", mark_color="#2b2a2c", wide=0.94),
    "unicorn": Kind("#f4eef0", "#f6dfe4", ears="point", muzzle="broad", mark="horn", mark_color="#e6b94e", tail="bush", wide=0.94),
    "goat": Kind("#e7ded0", "#f5efe5", ears="flop", muzzle="snout", mark="horns", mark_color="#a08c70", tail="puff", wide=0.94),
    "sheep": Kind("#e9d9c6", "#f2e6d8", ears="flop", muzzle="short", mark="wool", mark_color="#f3efe6", tail="puff"),
    "deer": Kind("#b98150", "#f0dcc0", ears="point", muzzle="snout", mark="antlers", mark_color="#7d5f45", tail="puff", wide=0.95),
    "monkey": Kind("#7a543c", "#e6bd97", ears="side", muzzle="short", nose="#7a4c3c", mark="face", tail="curl"),
    "gorilla": Kind("#4a484c", "#8a8488", ears="side", muzzle="broad", mark="face", tail="none", wide=1.12),
    "elephant": Kind("#98a0aa", "#b9bfc6", ears="fan", muzzle="trunk", wide=1.08),
    "frog": Kind("#6fa552", "#cfe0a0", ears="none", muzzle="none", tail="none", wide=1.12),
    "turtle": Kind("#7f9a5a", "#c9d49a", ears="none", muzzle="none", tail="none", wide=1.02),
    "crocodile": Kind("#5f8a56", "#c3d098", ears="none", muzzle="broad", nose="#3d5c3a", tail="bush", wide=1.0),
    "snake": Kind("#6f9a4e", "#d6dc98", ears="none", muzzle="none", tail="none", wide=0.95),
    "dragon": Kind("#4f9078", "#d8d890", ears="point", muzzle="broad", nose="#2e5a4c", mark="horns", mark_color="#e6d6a0", tail="bush", wide=1.04),
    "owl": Kind("#8d6c4d", "#ecd9b8", ears="tuft", muzzle="beak", nose="#d99a3c", tail="feathers", mark="face", wide=1.12),
    "bird": Kind("#5f93b8", "#e9eef0", ears="none", muzzle="beak", nose="#e0a03c", tail="feathers"),
    "crow": Kind("#3b3b45", "#5b5a66", ears="none", muzzle="beak", nose="#6a6660", tail="feathers", wide=0.95),
    "eagle": Kind("#f0ebe0", "#ffffff", ears="none", muzzle="beak", nose="#e3a93a", tail="feathers"),
    "parrot": Kind("#c8483c", "#f4d06a", ears="none", muzzle="beak", nose="#3d3a3c", tail="feathers"),
    "chicken": Kind("#efe6d6", "#fbf6ec", ears="none", muzzle="beak", nose="#e0a03c", mark="comb", mark_color="#c9453c", tail="feathers", wide=0.94),
    "rooster": Kind("#b8663a", "#e9b060", ears="none", muzzle="beak", nose="#e0a03c", mark="comb", mark_color="#c9352f", tail="feathers", wide=0.94),
    "chick": Kind("#f2cf5c", "#f9e6a0", ears="none", muzzle="beak", nose="#e08a3c", tail="none"),
    "duck": Kind("#f0e9d8", "#ffffff", ears="none", muzzle="bill", nose="#e0a03c", tail="feathers"),
    "goose": Kind("#eceae4", "#ffffff", ears="none", muzzle="bill", nose="#e0913c", tail="feathers", wide=0.92),
    "swan": Kind("#f6f4f0", "#ffffff", ears="none", muzzle="bill", nose="#d9763a", tail="feathers", wide=0.90),
    "penguin": Kind("#33363f", "#f4f2ec", ears="none", muzzle="beak", nose="#e0a03c", mark="face", tail="none"),
}  # fmt: skip
# Other names for the same heads.
_SAME = {
    "puppy": "dog", "poodle": "dog", "hound": "dog", "guide-dog": "dog", "service-dog": "dog", "kitten": "cat", "black-cat": "cat", "leopard": "tiger",
    "bunny": "rabbit", "boar": "pig", "ram": "sheep", "ewe": "sheep", "lamb": "sheep", "bison": "ox", "water-buffalo": "ox", "bull": "ox", "buffalo": "ox",
    "pony": "horse", "camel": "donkey", "two-hump-camel": "donkey", "llama": "donkey", "moose": "deer", "stag": "deer", "orangutan": "gorilla", "ape": "monkey",
    "mammoth": "elephant", "tortoise": "turtle", "lizard": "crocodile", "raven": "crow", "jackal": "wolf", "hen": "chicken", "cock": "rooster",
    "hatching-chick": "chick", "baby-chick": "chick", "front-facing-baby-chick": "chick", "dove": "bird", "sparrow": "bird", "robin": "bird", "peacock": "bird",
    "flamingo": "swan", "dodo": "duck", "toad": "frog", "otter": "bear", "beaver": "bear", "skunk": "badger", "mongoose": "squirrel", "chipmunk": "squirrel",
    "sloth": "koala", "kangaroo": "hare", "giraffe": "deer", "rhinoceros": "ox", "hippopotamus": "pig", "sauropod": "dragon", "t-rex": "dragon",
}  # fmt: skip


@dataclass(frozen=True)
class Animal:
    """An animal's kind and its colours in the scene's light."""

    kind: Kind
    coat: Cloth
    pale: Cloth
    nose: Cloth
    mark: Cloth


def kind_of(species: str) -> Kind:
    """What the head of that species is made of; a strange one has a bear's, in a colour of its own."""
    words = species.lower().removesuffix("-face").removesuffix(" face").replace("_", "-").replace(" ", "-")
    known = KINDS.get(words) or KINDS.get(_SAME.get(words, ""))
    if known is None:
        parts = [part for part in words.split("-") if part in KINDS or part in _SAME]
        known = KINDS[_SAME.get(parts[-1], parts[-1])] if parts else None
    if known is None:
        coats = ("#9a8468", "#7f8f8a", "#a8796a", "#8a86a0")
        return Kind(coats[sum(words.encode()) % len(coats)], "#eee2cf", ears="round", tail="puff")
    return known


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
    _muzzle(c, animal, tones, who, face, light_side)
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


def _muzzle(c: Canvas, animal: Animal, tones: Tones, who: Person, face: Face, light_side: int) -> None:
    kind, turn = animal.kind, face.turn
    x, y = turn.x(0.0) + math.sin(math.radians(turn.yaw * 0.7)) * 9, turn.nod
    opened = face.mouth.open
    if kind.muzzle in ("beak", "bill"):
        _beak(c, animal, face, x, y, wide=kind.muzzle == "bill")
        return
    if kind.muzzle == "trunk":
        draw_mouth(c, tones, Turn(turn.yaw, turn.nod + 6), face.mouth, full=False, size=0.9)
        trunk = along([(x, 6 + y), (x + 6, 34 + y), (x + 4, 66 + y), (x + 22, 88 + y)], [17, 15, 12, 9])
        c.fill(rounded(trunk), animal.coat.base, line=True)
        c.fill(trunk.shade(-light_side), animal.coat.shade)
        for t in (0.35, 0.5, 0.65, 0.8):
            c.stroke([trunk.at(t, 0.1), trunk.at(t, 0.9)], 1.8, animal.coat.fold)
        return
    if kind.muzzle != "none":
        half, top = {"snout": (27, 12), "short": (24, 16), "broad": (33, 12)}[kind.muzzle]
        low = 48 + opened * 9
        shape = [(x, top - 4 + y), (x + half * 0.7, top + 3 + y), (x + half, top + 16 + y), (x + half * 0.72, low - 2 + y), (x, low + 3 + y),
                 (x - half * 0.72, low - 2 + y), (x - half, top + 16 + y), (x - half * 0.7, top + 3 + y)]  # fmt: skip
        c.fill(smooth(shape, 4), animal.pale.base)
    draw_mouth(c, tones, Turn(turn.yaw, turn.nod + 1.5), face.mouth, full=False, size=0.92)
    nose = animal.nose.base
    if kind.muzzle == "none":
        for side in (-1, 1):
            c.ellipse(x + side * 5, 18 + y, 2.0, 2.4, animal.coat.fold)
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
        nose,
    )
    c.ellipse(x + light_side * 3.4, 14 + y, 2.8, 1.6, animal.nose.light)
    if opened < 0.12:
        c.stroke([(x, 23 + y), (x, 31 + y)], 2.2, animal.nose.base)
    if kind.whiskers:
        for side in (-1, 1):
            for i in (-1, 0, 1):
                c.stroke([(x + side * 20, 27 + 4 * i + y), (x + side * 47, 23 + 9 * i + y)], 1.4, animal.pale.light)


def _beak(c: Canvas, animal: Animal, face: Face, x: float, y: float, *, wide: bool) -> None:
    """Two halves that part as a mouth opens; corners show the feeling."""
    half, top, tip = (25.0, 20.0, 37.0) if wide else (15.0, 14.0, 42.0)
    part = 15.0 * face.mouth.open
    nose = animal.nose
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
            animal.nose.fold,
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
