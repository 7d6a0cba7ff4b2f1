"""Things a shot shows in detail, drawn around (0, 0), about 400 across."""

from __future__ import annotations

import math
from collections.abc import Callable

from services.render_worker.craft.painting.places.built_parts import boat
from services.render_worker.craft.painting.places.room_parts import lantern
from services.render_worker.craft.painting.places.world import World


def draw_prop(world: World, noun: str) -> bool:
    """Draws the thing; False when nobody has drawn one."""
    painter = _PROPS.get(noun)
    if painter is None:
        return False
    painter(world)
    return True


def _lantern(world: World) -> None:
    lantern(world, 0, 190, 340)


def _boat(world: World) -> None:
    boat(world, 0, 190, 520)


def _letter(world: World) -> None:
    d = world.d
    with d.group("rotate(-7)"):
        d.rect(-220, -130, 440, 280, world.hex(0.93, 0.03, 80), rx=8)
        d.polygon([(-220, -126), (0, 50), (220, -126)], world.hex(0.86, 0.04, 75))
        d.line([(-220, -126), (0, 50), (220, -126)], world.hex(0.66, 0.05, 65), 5)
        d.circle(0, 46, 38, world.hex(0.48, 0.17, 25))
        d.circle(0, 46, 25, world.hex(0.55, 0.17, 25))


def _book(world: World) -> None:
    d = world.d
    d.path("M-290 120Q-150 60 0 110Q150 60 290 120V-90Q150 -150 0 -100Q-150 -150 -290 -90Z", world.hex(0.42, 0.11, 25))
    for side in (-1, 1):
        d.path(
            f"M0 96Q{side * 140} 46 {side * 268} 100V-100Q{side * 140} -154 0 -104Z",
            world.hex(0.95 if side == (1 if world.sun_x > 0.5 else -1) else 0.87, 0.03, 85),
        )
        for i in range(7):
            d.path(
                f"M{side * 34} {-74 + 24 * i}Q{side * 140} {-112 + 24 * i} {side * 236} {-70 + 24 * i}",
                stroke=world.hex(0.6, 0.03, 70),
                width=4,
                opacity=0.6,
            )


def _key(world: World) -> None:
    d, gold, dark = world.d, world.hex(0.78, 0.13, 85), world.hex(0.60, 0.12, 75)
    with d.group("rotate(-24)"):
        d.path("M-250 0a80 80 0 1 0 160 0a80 80 0 1 0 -160 0Z", stroke=gold, width=40)
        d.rect(-96, -19, 340, 38, gold, rx=12)
        d.rect(-96, 5, 340, 14, dark, rx=7)
        for x in (150, 204):
            d.rect(x, 10, 32, 76, gold, rx=6)


def _cup(world: World) -> None:
    d, body, dark = world.d, world.hex(0.80, 0.08, 55), world.hex(0.62, 0.09, 45)
    d.ellipse(0, 176, 230, 34, world.hex(0.86, 0.05, 70))
    d.path("M140 -50C270 -60 260 110 110 96", stroke=body, width=34)
    d.path("M-160 -80H160Q160 170 0 172Q-160 170 -160 -80Z", body)
    d.path(
        "M-160 -80Q-160 170 0 172Q-70 110 -70 -80Z" if world.sun_x > 0.5 else "M160 -80Q160 170 0 172Q70 110 70 -80Z",
        dark,
        opacity=0.6,
    )
    d.ellipse(0, -80, 160, 32, world.hex(0.90, 0.04, 75))
    d.ellipse(0, -76, 142, 25, world.hex(0.38, 0.08, 50))
    for x in (-56, 0, 56):
        d.path(f"M{x} -120q-34 -44 0 -84t0 -80", stroke=world.hex(0.97, 0.01, 80), width=12, opacity=0.4)


def _phone(world: World) -> None:
    d = world.d
    with d.group("rotate(8)"):
        d.rect(-130, -240, 260, 480, world.hex(0.24, 0.02, 265), rx=36)
        d.rect(-114, -222, 228, 444, world.hex(0.66, 0.11, 240), rx=24)
        d.glow(0, 0, 380, "#bfe3ff", 0.5)
        for i, wide in enumerate((150, 110, 170)):
            d.rect(-94 if i % 2 == 0 else 94 - wide, -150 + 90 * i, wide, 62, "#f6fafd", rx=22)


def _clock(world: World) -> None:
    d = world.d
    d.circle(0, 0, 230, world.hex(0.44, 0.08, 50))
    d.circle(0, 0, 198, world.hex(0.95, 0.02, 85))
    for i in range(12):
        angle = math.pi * i / 6
        d.line(
            [(160 * math.sin(angle), -160 * math.cos(angle)), (182 * math.sin(angle), -182 * math.cos(angle))],
            "#33343d",
            12 if i % 3 == 0 else 6,
        )
    d.line([(0, 0), (70, -78)], "#33343d", 17)
    d.line([(0, 0), (-34, -146)], "#33343d", 11)
    d.circle(0, 0, 15, world.hex(0.55, 0.17, 25))


def _flower(world: World) -> None:
    d = world.d
    d.path("M6 260Q-26 120 0 0", stroke=world.hex(0.46, 0.10, 140), width=20)
    d.path("M-6 170Q-140 150 -150 60Q-40 70 -6 170Z", world.hex(0.52, 0.11, 138))
    for i in range(8):
        with d.group(f"translate(0 -60) rotate({45 * i})"):
            d.ellipse(0, -100, 52, 94, world.hex(0.66 + 0.05 * (i % 2), 0.17, 15))
    d.circle(0, -60, 58, world.hex(0.80, 0.15, 85))


def _candle(world: World) -> None:
    d = world.d
    d.glow(0, -150, 520, world.lamp, 0.8)
    d.ellipse(0, 210, 180, 36, world.hex(0.60, 0.10, 75))
    d.rect(
        -62,
        -60,
        124,
        270,
        d.sideways(
            [(0, world.hex(0.80, 0.04, 80), 1), (0.6, world.hex(0.96, 0.03, 85), 1), (1, world.hex(0.84, 0.04, 80), 1)]
        ),
        rx=20,
    )
    d.path("M0 -60v-34", stroke="#33343d", width=8)
    d.path("M0 -260Q72 -150 0 -86Q-72 -150 0 -260Z", "#ffb84d")
    d.path("M0 -200Q34 -140 0 -96Q-34 -140 0 -200Z", "#fff1c4")


def _map(world: World) -> None:
    d = world.d
    d.polygon(
        [(-300, -150), (-100, -190), (100, -150), (300, -190), (300, 150), (100, 190), (-100, 150), (-300, 190)],
        world.hex(0.86, 0.06, 80),
    )
    d.polygon([(-100, -190), (100, -150), (100, 190), (-100, 150)], world.hex(0.78, 0.06, 75))
    d.curve([(-240, 60), (-160, -60), (-40, -90), (20, 0), (-70, 90), (-180, 110)], world.hex(0.66, 0.09, 135))
    d.path("M-200 40Q-60 -120 40 10T220 -60", stroke=world.hex(0.55, 0.18, 25), width=10)
    d.path("M196 -84l48 48m0 -48l-48 48", stroke=world.hex(0.50, 0.19, 25), width=15)


def _box(world: World) -> None:
    d, wood, dark, gold = world.d, world.hex(0.56, 0.09, 55), world.hex(0.40, 0.08, 48), world.hex(0.78, 0.13, 85)
    d.rect(-250, -40, 500, 240, wood, rx=12)
    d.path("M-250 -40Q-250 -180 -120 -180H120Q250 -180 250 -40Z", dark)
    for x in (-200, 150):
        d.rect(x, -176, 50, 376, gold, rx=6)
    d.rect(-48, -80, 96, 110, gold, rx=14)
    d.circle(0, -30, 16, "#33343d")


def _umbrella(world: World) -> None:
    d = world.d
    d.path("M0 -190V190q0 64 60 64t60 -60", stroke=world.hex(0.36, 0.05, 50), width=17)
    d.path(
        "M-300 20C-260 -260 260 -260 300 20Q250 -30 200 20Q150 -30 100 20Q50 -30 0 20Q-50 -30 -100 20Q-150 -30 -200 20Q-250 -30 -300 20Z",
        world.hex(0.56, 0.18, 25),
    )
    d.path("M0 -200Q-96 -110 -100 20Q-50 -30 0 20Q50 -30 100 20Q96 -110 0 -200Z", world.hex(0.66, 0.17, 28))


def _bell(world: World) -> None:
    d = world.d
    d.path("M-60 -220Q0 -290 60 -220", stroke=world.hex(0.50, 0.08, 60), width=22)
    d.circle(0, 206, 40, world.hex(0.52, 0.11, 65))
    d.path(
        "M0 -220C170 -210 130 60 230 160Q230 190 0 190Q-230 190 -230 160C-130 60 -170 -210 0 -220Z",
        world.hex(0.78, 0.14, 85),
    )
    d.path(
        "M0 -220C-170 -210 -130 60 -230 160Q-230 190 -40 190C-80 60 -90 -120 0 -220Z",
        world.hex(0.62, 0.13, 72),
        opacity=0.7,
    )


def _apple(world: World) -> None:
    d = world.d
    d.path(
        "M0 -120C-70 -190 -240 -140 -220 30C-200 200 -70 240 0 196C70 240 200 200 220 30C240 -140 70 -190 0 -120Z",
        world.hex(0.58, 0.19, 27),
    )
    d.path("M130 -110Q190 -60 180 40", stroke=world.hex(0.80, 0.11, 30), width=22, opacity=0.8)
    d.path("M0 -120Q6 -190 46 -230", stroke=world.hex(0.36, 0.06, 50), width=18)
    d.path("M16 -170Q90 -260 180 -214Q110 -140 16 -170Z", world.hex(0.58, 0.14, 138))


_PROPS: dict[str, Callable[[World], None]] = {
    "lantern": _lantern, "boat": _boat, "letter": _letter, "book": _book, "key": _key, "cup": _cup, "phone": _phone,
    "clock": _clock, "flower": _flower, "candle": _candle, "map": _map, "box": _box, "umbrella": _umbrella, "bell": _bell,
    "apple": _apple,
}  # fmt: skip
