"""Places around one building: lighthouse, temple, palace, ship; and snow on the ground."""

from __future__ import annotations

from services.render_worker.craft.palette import lighter, to_hex
from services.render_worker.craft.places.built_parts import boat, lighthouse_tower
from services.render_worker.craft.places.sky import sky
from services.render_worker.craft.places.world import (
    World,
    house,
    pine,
    ridge,
    rocks,
    tree,
    tufts,
    water,
)


def lighthouse(world: World) -> None:
    """A tower on a cliff over the sea."""
    sky(world)
    d, base, w, h = world.d, world.horizon + 20, world.w, world.h
    water(world, base, h + 20)
    d.curve([(-60, base + 4), (w * 0.08, base - 26), (w * 0.2, base + 4)], world.hex(0.5, 0.04, 210, 0.62))
    boat(world, w * 0.16, base + 34, 80)
    cliff = [(w * 0.40, h + 60), (w * 0.43, h * 0.82), (w * 0.50, h * 0.70), (w * 0.56, base + 10), (w * 0.66, base - 40), (w * 0.86, base - 70),
             (w + 80, base - 60), (w + 80, h + 60)]  # fmt: skip
    d.curve(cliff, world.hex(0.46, 0.03, 265))
    d.polygon(
        [(w * 0.50, h * 0.71), (w * 0.56, base + 12), (w * 0.62, h * 0.76), (w * 0.56, h + 40), (w * 0.44, h + 40)],
        world.hex(0.36, 0.035, 270),
    )
    d.polygon(
        [(w * 0.56, base + 12), (w * 0.66, base - 32), (w * 0.70, h * 0.7), (w * 0.62, h * 0.76)],
        world.hex(0.56, 0.03, 255),
    )
    lighthouse_tower(world, w * 0.80, base - 52, min(base * 0.82, 520), 0.06)
    house(world, w * 0.87, base - 56, 130, 78, 0.08, hue=70)
    grass = d.vertical([(0, world.hex(0.60, 0.09, 125), 1), (1, world.hex(0.38, 0.07, 135), 1)])
    d.curve(
        [
            (-60, h * 0.80),
            (w * 0.22, h * 0.785),
            (w * 0.5, h * 0.77),
            (w * 0.70, base - 6),
            (w * 0.84, base - 62),
            (w + 80, base - 56),
            (w + 80, h + 80),
            (-60, h + 80),
        ],
        grass,
    )
    d.path(f"M{w * 0.36:.0f} {h + 30:.0f}C{w * 0.5:.0f} {h * 0.88:.0f} {w * 0.62:.0f} {h * 0.85:.0f} {w * 0.69:.0f} {h * 0.72:.0f}"
           f"S{w * 0.77:.0f} {base + 20:.0f} {w * 0.795:.0f} {base - 44:.0f}", stroke=world.hex(0.74, 0.05, 78), width=26, opacity=0.7)  # fmt: skip
    tufts(world, h * 0.8, h, 70)
    rocks(world, w * 0.06, h * 0.86, 100, 5)


def temple(world: World) -> None:
    """Spires over a columned porch."""
    sky(world)
    d, base, w, h = world.d, world.horizon + 70, world.w, world.h
    ridge(world, base - 60, 160, world.hex(0.5, 0.05, 170, 0.6))
    for x in (0.03, 0.12, 0.88, 0.97):
        tree(world, w * x, base + 20, 330, 0.2)
    d.rect(-50, base, w + 100, h, d.vertical([(0, world.hex(0.74, 0.05, 70), 1), (1, world.hex(0.56, 0.05, 60), 1)]))
    stone, shade, gold = world.hex(0.80, 0.06, 65), world.hex(0.62, 0.06, 55), world.hex(0.78, 0.13, 82)
    cx = w * 0.5
    for offset, scale in ((-330.0, 0.58), (330.0, 0.58), (0.0, 0.86)):
        _spire(world, cx + offset, base - 196, 160 * scale, 440 * scale, stone, shade, gold)
    d.rect(cx - 430, base - 210, 860, 40, gold)
    d.rect(cx - 410, base - 172, 820, 172, shade)
    for i in range(9):
        x = cx - 400 + i * 97
        d.rect(x, base - 172, 30, 172, stone)
        d.rect(x - 8, base - 180, 46, 16, gold)
    d.path(
        f"M{cx - 64:.0f} {base:.0f}V{base - 92:.0f}Q{cx:.0f} {base - 190:.0f} {cx + 64:.0f} {base - 92:.0f}V{base:.0f}Z",
        world.hex(0.25, 0.04, 40),
    )
    d.glow(cx, base - 60, 150, world.lamp, 0.8)
    for i in range(5):
        d.rect(cx - 250 - 46 * i, base + 18 * i - 4, 500 + 92 * i, 20, world.hex(0.78 - 0.03 * i, 0.05, 68))
    for x in (-1.0, 1.0):
        d.rect(cx + x * 470 - 16, base - 40, 32, 100, stone)
        d.glow(cx + x * 470, base - 60, 90, world.lamp, 0.7)
        d.path(
            f"M{cx + x * 470 - 12:.0f} {base - 42:.0f}Q{cx + x * 470 - 16:.0f} {base - 62:.0f} {cx + x * 470:.0f} {base - 86:.0f}Q{cx + x * 470 + 16:.0f} {base - 62:.0f} {cx + x * 470 + 12:.0f} {base - 42:.0f}Z",
            world.lamp,
        )


def _spire(world: World, x: float, y: float, half: float, height: float, stone: str, shade: str, gold: str) -> None:
    d = world.d
    body = (f"M{x - half:.0f} {y:.0f}C{x - half:.0f} {y - height * 0.5:.0f} {x - half * 0.5:.0f} {y - height * 0.75:.0f} {x - half * 0.2:.0f} {y - height * 0.88:.0f}"
            f"L{x + half * 0.2:.0f} {y - height * 0.88:.0f}C{x + half * 0.5:.0f} {y - height * 0.75:.0f} {x + half:.0f} {y - height * 0.5:.0f} {x + half:.0f} {y:.0f}Z")  # fmt: skip
    d.path(body, stone)
    side = -1 if world.sun_x * world.w > x else 1
    d.path(f"M{x + side * half:.0f} {y:.0f}C{x + side * half:.0f} {y - height * 0.5:.0f} {x + side * half * 0.5:.0f} {y - height * 0.75:.0f} {x + side * half * 0.2:.0f} "
           f"{y - height * 0.88:.0f}L{x:.0f} {y - height * 0.88:.0f}L{x + side * half * 0.25:.0f} {y:.0f}Z", shade)  # fmt: skip
    for i in range(1, 7):
        t = i / 7
        wide = half * (1 - t**2.2 * 0.72)
        d.rect(x - wide, y - height * 0.86 * t, wide * 2, height * 0.016, shade)
    d.ellipse(x, y - height * 0.9, half * 0.3, height * 0.035, gold)
    d.rect(x - half * 0.035, y - height * 1.08, half * 0.07, height * 0.18, gold)
    d.polygon(
        [(x, y - height * 1.07), (x + half * 0.5, y - height * 1.03), (x, y - height * 0.99)], world.hex(0.62, 0.19, 45)
    )


def palace_outside(world: World) -> None:
    """A castle with towers and a cypress avenue."""
    sky(world)
    d, base, w, h = world.d, world.horizon + 90, world.w, world.h
    ridge(world, base - 70, 130, world.hex(0.52, 0.05, 170, 0.6))
    wall, shade, roof = world.hex(0.86, 0.04, 70), world.hex(0.68, 0.05, 50), world.hex(0.52, 0.11, 265)
    cx = w * 0.5
    towers = ((-400, 84, 350), (400, 84, 350), (-190, 70, 430), (190, 70, 430), (0, 106, 370))
    for offset, wide, height in towers:
        d.rect(cx + offset - wide, base - height, wide * 2, height, wall)
        d.rect(cx + offset + wide * 0.3, base - height, wide * 0.7, height, shade, opacity=0.55)
        d.polygon(
            [
                (cx + offset - wide * 1.2, base - height),
                (cx + offset, base - height - wide * 2.1),
                (cx + offset + wide * 1.2, base - height),
            ],
            roof,
        )
        d.rect(cx + offset - 3, base - height - wide * 2.1 - 60, 6, 64, shade)
        d.polygon(
            [
                (cx + offset, base - height - wide * 2.1 - 58),
                (cx + offset + 58, base - height - wide * 2.1 - 42),
                (cx + offset, base - height - wide * 2.1 - 26),
            ],
            world.hex(0.62, 0.17, 28),
        )
        for row in range(2):
            d.path(f"M{cx + offset - 17:.0f} {base - height + 120 + 110 * row:.0f}v-40q17 -34 34 0v40Z", world.window())
    d.rect(cx - 560, base - 190, 1120, 200, wall)
    for i in range(19):
        d.rect(cx - 560 + 60 * i, base - 222, 36, 36, wall)
    d.path(
        f"M{cx - 84:.0f} {base + 10:.0f}V{base - 90:.0f}Q{cx:.0f} {base - 190:.0f} {cx + 84:.0f} {base - 90:.0f}V{base + 10:.0f}Z",
        world.hex(0.32, 0.05, 45),
    )
    d.rect(-50, base, w + 100, h, d.vertical([(0, world.hex(0.66, 0.10, 128), 1), (1, world.hex(0.46, 0.09, 132), 1)]))
    d.polygon(
        [(cx - 70, base + 4), (cx + 70, base + 4), (cx + 330, h + 20), (cx - 330, h + 20)], world.hex(0.84, 0.04, 80)
    )
    for i in range(4):
        for side in (-1, 1):
            x, y = cx + side * (150.0 + 80 * i), base + 30 + 62 * i
            d.ellipse(x, y, 26 + 9 * i, 8 + 3 * i, world.hex(0.30, 0.05, 140), 0.5)
            d.path(
                f"M{x - 24 - 7 * i:.0f} {y:.0f}Q{x:.0f} {y - 190 - 30 * i:.0f} {x + 24 + 7 * i:.0f} {y:.0f}Z",
                world.hex(0.44, 0.08, 145),
            )


def ship(world: World) -> None:
    """The deck of a sailing ship."""
    sky(world)
    d, drawn, base, w, h = world.d, world.drawn, world.horizon - 20, world.w, world.h
    water(world, base, h)
    wood, dark = world.hex(0.58, 0.08, 58), world.hex(0.36, 0.06, 48)
    for x, height in ((0.26, 1.0), (0.80, 0.84)):
        mast = w * x
        d.rect(mast - 12, -30, 24, h * 0.78 + 30, dark)
        top, foot = h * 0.02, h * 0.46 * height + 40
        for side in (-1, 1):
            d.path(f"M{mast + side * 16:.0f} {top:.0f}Q{mast + side * 250:.0f} {foot * 0.45:.0f} {mast + side * 210:.0f} {foot:.0f}L{mast + side * 16:.0f} {foot - 34:.0f}Z",
                   world.hex(0.92 if side > 0 else 0.80, 0.03, 78))  # fmt: skip
        for i in range(4):
            d.line([(mast, h * 0.1 * i), (mast - 330 + 40 * i, h * 0.72)], world.hex(0.3, 0.03, 60), 2.5, 0.7)
    rail = h * 0.64
    d.rect(-50, rail, w + 100, 16, wood)
    for i in range(round(w / 60) + 2):
        d.path(f"M{i * 60 - 8:.0f} {rail + 12:.0f}q10 34 0 84h18q-10 -50 0 -84Z", dark)
    d.rect(
        -50, rail + 92, w + 100, h, d.vertical([(0, world.hex(0.66, 0.08, 62), 1), (1, world.hex(0.46, 0.07, 52), 1)])
    )
    for i in range(-6, 19):
        d.line(
            [(w * 0.5 + (w * i / 12 - w * 0.5) * 0.7, rail + 92), (w * 0.5 + (w * i / 12 - w * 0.5) * 1.6, h + 30)],
            dark,
            3,
            0.6,
        )
    for i in range(2):
        x, y = w * (0.07 + 0.86 * i), h * 0.86
        d.rect(x - 50, y - 110, 100, 120, wood, rx=22)
        for band in (-92, -20):
            d.rect(x - 53, y + band, 106, 12, world.hex(0.32, 0.02, 260))
    if world.light.dark:
        d.glow(w * 0.26, h * 0.5, 220, world.lamp, 0.8)
        d.circle(w * 0.26, h * 0.5, 16, to_hex(lighter(world.light.lamp, 0.08)))
    for _ in range(3):
        x, y = drawn.uniform(0.4, 0.7) * w, drawn.uniform(0.1, 0.3) * h
        d.path(
            f"M{x - 26:.0f} {y - 8:.0f}Q{x - 10:.0f} {y - 16:.0f} {x:.0f} {y:.0f}Q{x + 10:.0f} {y - 16:.0f} {x + 26:.0f} {y - 8:.0f}",
            stroke=world.hex(0.95, 0.01, 80),
            width=4,
        )


def snowed(world: World) -> None:
    """Snow on the ground of an open place: a pine or two and a white cover at the front."""
    d, w, h = world.d, world.w, world.h
    white = d.vertical([(0, world.hex(0.95, 0.012, 235), 0.95), (1, world.hex(0.86, 0.02, 245), 1)])
    d.curve(
        [
            (-60, h * 0.83),
            (w * 0.25, h * 0.80),
            (w * 0.55, h * 0.83),
            (w * 0.8, h * 0.80),
            (w + 60, h * 0.82),
            (w + 60, h + 80),
            (-60, h + 80),
        ],
        white,
    )
    pine(world, w * 0.04, h * 0.86, 300, 0.0)
