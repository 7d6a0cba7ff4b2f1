"""Places around one building: lighthouse, temple, palace, ship."""

from __future__ import annotations

import math

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.painting.places.alive import birds, bough, drifting_mist, flame, grasses, shine
from services.render_worker.craft.painting.places.built_parts import boat, house, lighthouse_tower
from services.render_worker.craft.painting.places.ground import hills, meadow, rocks, water
from services.render_worker.craft.painting.places.growth import flowers, grass, tree, tufts
from services.render_worker.craft.painting.places.sky import sky
from services.render_worker.craft.painting.places.world import World
from services.render_worker.craft.painting.shapes import Drawing


def lighthouse(world: World) -> None:
    """A tower on a cliff over the sea; a path that leads up to it."""
    sky(world)
    d, base, w, h = world.d, world.horizon + 20, world.w, world.h
    world.plane(0.15)
    d.curve(
        [(-60, base + 6), (w * 0.08, base - 40), (w * 0.17, base - 24), (w * 0.30, base + 6)],
        world.hex(0.5, 0.04, 220, 0.66),
    )
    world.plane(0.35)
    water(world, base, h * 0.86)
    boat(world, w * 0.17, base + 40, 90)
    world.plane(0.8)
    cliff = [(w * 0.38, h * 0.90), (w * 0.43, h * 0.80), (w * 0.485, h * 0.70), (w * 0.55, base + 16), (w * 0.655, base - 36), (w * 0.86, base - 70),
             (w + 80, base - 60), (w + 80, h + 60), (w * 0.36, h + 60)]  # fmt: skip
    d.curve(cliff, d.vertical([(0, world.hex(0.48, 0.03, 262), 1), (1, world.hex(0.34, 0.035, 270), 1)]))
    for points, lightness in (([(0.485, 0.71), (0.55, 0.63), (0.60, 0.76), (0.55, 0.92), (0.44, 0.92)], 0.32), ([(0.56, 0.60), (0.655, 0.565), (0.69, 0.70), (0.61, 0.74)], 0.56),
                              ([(0.60, 0.76), (0.69, 0.71), (0.70, 0.88), (0.58, 0.90)], 0.40)):  # fmt: skip
        d.polygon([(w * x, h * y) for x, y in points], world.hex(lightness, 0.03, 262), 0.8)
    foam = Drawing()
    for i in range(5):
        foam.ellipse(w * (0.36 + 0.03 * i), h * (0.86 - 0.038 * i), 50 - 5 * i, 5.5, world.hex(0.97, 0.01, 220), 0.75)
    world.live(foam, bob=4, sway_hz=0.3, flicker=0.6, flicker_hz=0.3)
    lighthouse_tower(world, w * 0.80, base - 52, min(base * 0.82, 520), 0.05)
    house(world, w * 0.875, base - 54, 140, 82, 0.07, hue=75, fires=True)
    birds(world, 3, low=0.8, size=13)
    world.plane(1.0)
    snowy = world.weather == sb.WEATHER_SNOW
    levels = (
        ((0, 0.95, 122), (0.5, 0.86, 130), (1, 0.70, 138))
        if snowy
        else ((0, 0.64, 122), (0.5, 0.50, 130), (1, 0.34, 138))
    )
    turf = d.vertical(
        [
            (at, world.hex(level, 0.018, 245) if snowy else grass(world, level, 0.085, hue), 1)
            for at, level, hue in levels
        ]
    )
    d.curve(
        [
            (-60, h * 0.80),
            (w * 0.22, h * 0.785),
            (w * 0.48, h * 0.775),
            (w * 0.68, base + 2),
            (w * 0.84, base - 56),
            (w + 80, base - 48),
            (w + 80, h + 120),
            (-60, h + 120),
        ],
        turf,
    )
    for i in range(4):
        y = h * (0.83 + 0.05 * i)
        d.curve(
            [(w * 0.1, y), (w * 0.5, y - 16), (w * 0.95, y - 70 + 12 * i), (w * 0.6, y + 14)],
            world.hex(0.92 if i % 2 else 0.74, 0.02, 245)
            if snowy
            else grass(world, 0.60 if i % 2 else 0.40, 0.085, 126),
            opacity=0.30,
        )
    for width, lightness in ((34, 0.52), (24, 0.76)):
        d.path(f"M{w * 0.33:.0f} {h + 60:.0f}C{w * 0.47:.0f} {h * 0.89:.0f} {w * 0.60:.0f} {h * 0.86:.0f} {w * 0.69:.0f} {h * 0.74:.0f}"
               f"S{w * 0.765:.0f} {base + 20:.0f} {w * 0.795:.0f} {base - 40:.0f}", stroke=world.hex(lightness, 0.05, 76), width=width)  # fmt: skip
    tufts(world, h * 0.8, h, 100)
    flowers(world, h * 0.82, h, 36)
    rocks(world, w * 0.06, h * 0.865, 96, 5)
    world.plane(1.4, front=True, soft=3.0)
    for x, size in ((0.03, 220), (0.09, 170), (0.97, 210)):
        grasses(world, w * x, h + 44, size, hue=118, lightness=0.34)


def temple(world: World) -> None:
    """Spires over a columned porch, steps that lead up to its lamp."""
    sky(world)
    d, base, w, h = world.d, world.horizon + 70, world.w, world.h
    world.plane(0.15)
    hills(world, base - 70, 180, 0.5, 0.05, 175, 0.66)
    world.plane(0.45)
    for x in (0.0, 0.07, 0.14, 0.86, 0.93, 1.0):
        tree(world, w * x, base + 10, world.drawn.uniform(260, 360), 0.26)
    drifting_mist(world, base - 20, 44, 0.45)
    world.plane(0.7)
    stone, shade, gold = world.hex(0.80, 0.06, 65), world.hex(0.62, 0.06, 55), world.hex(0.78, 0.13, 82)
    cx = w * 0.5
    for offset, scale in ((-330.0, 0.58), (330.0, 0.58), (0.0, 0.86)):
        _spire(world, cx + offset, base - 196, 160 * scale, 440 * scale, stone, shade, gold)
    d.rect(
        cx - 430,
        base - 210,
        860,
        40,
        d.vertical([(0, world.hex(0.84, 0.12, 85), 1), (1, world.hex(0.62, 0.12, 70), 1)]),
    )
    d.rect(cx - 410, base - 172, 820, 172, shade)
    for i in range(9):
        x = cx - 400 + i * 97
        d.rect(x - world.light_side * 12, base - 172, 30, 172, world.hex(0.40, 0.05, 45), opacity=0.5)
        d.rect(x, base - 172, 30, 172, stone)
        d.rect(x + (0 if world.light_side > 0 else 20), base - 172, 10, 172, shade, opacity=0.8)
        d.rect(x - 8, base - 180, 46, 16, gold)
    d.path(
        f"M{cx - 64:.0f} {base:.0f}V{base - 92:.0f}Q{cx:.0f} {base - 190:.0f} {cx + 64:.0f} {base - 92:.0f}V{base:.0f}Z",
        world.hex(0.25, 0.04, 40),
    )
    d.glow(cx, base - 60, 150, world.lamp, 0.8)
    flame(world, cx, base - 34, 40)
    world.plane(1.0)
    d.rect(
        -50,
        base - 2,
        w + 100,
        h,
        d.vertical(
            [(0, world.hex(0.78, 0.05, 72), 1), (0.4, world.hex(0.68, 0.05, 66), 1), (1, world.hex(0.50, 0.05, 58), 1)]
        ),
    )
    for i in range(11):
        d.line(
            [(cx + (i - 5) * w * 0.11, base), (cx + (i - 5) * w * 0.26, h + 60)], world.hex(0.52, 0.05, 60), 2.6, 0.5
        )
    for i in range(5):
        y = base + (h - base) * (0.12 + 0.05 * i * i)
        d.line([(-40, y), (w + 40, y)], world.hex(0.52, 0.05, 60), 2 + i * 0.5, 0.4)
    for i in range(5):
        y = base + 18 * i - 8
        d.rect(cx - 250 - 46 * i, y, 500 + 92 * i, 20, world.hex(0.86 - 0.03 * i, 0.05, 72))
        d.rect(cx - 250 - 46 * i, y + 12, 500 + 92 * i, 8, world.hex(0.56, 0.05, 58), opacity=0.6)
    for way in (-1.0, 1.0):
        x = cx + way * 470
        d.shade(x - world.light_side * 40, base + 62, 70, 12, world.hex(0.2, 0.04, 280), 0.5)
        d.rect(x - 16, base - 40, 32, 100, stone)
        d.rect(x - 26, base - 48, 52, 14, gold, rx=5)
        flame(world, x, base - 46, 44)
    for way in (-1, 1):
        _banner(world, cx + way * 386, base - 330, way)
    world.plane(1.35, front=True, soft=3.0)
    bough(world, -world.light_side, hue=128)


def _banner(world: World, x: float, y: float, way: int) -> None:
    """A cloth of the accent on a pole, in the wind."""
    world.d.rect(x - 3, y, 6, 330, world.hex(0.40, 0.06, 55))
    pictures = []
    for lift in (0, 10, 0, -8):
        d = Drawing()
        d.path(
            f"M{x:.0f} {y + 6:.0f}q{way * 34:.0f} {-10 + lift} {way * 66:.0f} {lift:.0f}t{way * 46:.0f} {-lift:.0f}l{-way * 20:.0f} 22l{way * 20:.0f} 22q{-way * 30:.0f} {lift} {-way * 56:.0f} 0t{-way * 56:.0f} 4Z",
            world.accent(0.58, 0.17),
        )
        pictures.append(d)
    world.live(*pictures, rate=4.0)


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
    """A castle with towers and flags, a cypress avenue that leads to its gate."""
    sky(world)
    d, base, w, h = world.d, world.horizon + 90, world.w, world.h
    world.plane(0.15)
    hills(world, base - 90, 150, 0.52, 0.05, 175, 0.66)
    world.plane(0.35)
    hills(world, base - 20, 70, 0.50, 0.07, 145, 0.44)
    drifting_mist(world, base - 50, 40, 0.45)
    world.plane(0.6)
    wall, shade, roof = world.hex(0.86, 0.04, 70), world.hex(0.68, 0.05, 50), world.hex(0.52, 0.11, 265)
    cx = w * 0.5
    towers = ((-400, 84, 350), (400, 84, 350), (-190, 70, 430), (190, 70, 430), (0, 106, 370))
    for offset, wide, height in towers:
        d.rect(cx + offset - wide, base - height, wide * 2, height, wall)
        d.rect(
            cx + offset + (-wide if world.light_side > 0 else wide * 0.3),
            base - height,
            wide * 0.7,
            height,
            shade,
            opacity=0.6,
        )
        d.rect(cx + offset - wide, base - height, wide * 2, 22, shade, opacity=0.6)
        d.polygon(
            [
                (cx + offset - wide * 1.2, base - height),
                (cx + offset, base - height - wide * 2.1),
                (cx + offset + wide * 1.2, base - height),
            ],
            roof,
        )
        d.rect(cx + offset - 3, base - height - wide * 2.1 - 60, 6, 64, shade)
        top = base - height - wide * 2.1 - 58
        flags = []
        for lift in (0, 7, 0, -6):
            flag = Drawing()
            flag.path(
                f"M{cx + offset:.0f} {top:.0f}q22 {-6 + lift} 58 {lift + 12}q-30 {4 - lift} -58 20Z",
                world.accent(0.58, 0.17),
            )
            flags.append(flag)
        world.live(*flags, rate=5.0, phase=(offset % 7) / 7)
        for row in range(2):
            d.path(f"M{cx + offset - 17:.0f} {base - height + 120 + 110 * row:.0f}v-40q17 -34 34 0v40Z", world.window())
    d.rect(cx - 560, base - 190, 1120, 200, wall)
    for i in range(19):
        d.rect(cx - 560 + 60 * i, base - 222, 36, 36, wall)
    d.path(
        f"M{cx - 84:.0f} {base + 10:.0f}V{base - 90:.0f}Q{cx:.0f} {base - 190:.0f} {cx + 84:.0f} {base - 90:.0f}V{base + 10:.0f}Z",
        world.hex(0.32, 0.05, 45),
    )
    world.plane(1.0)
    meadow(world, base - 2, 130, lightness=0.56, wavy=4)
    d.polygon(
        [(cx - 78, base + 4), (cx + 78, base + 4), (cx + 352, h + 80), (cx - 352, h + 80)], world.hex(0.62, 0.04, 70)
    )
    d.polygon(
        [(cx - 70, base + 4), (cx + 70, base + 4), (cx + 330, h + 80), (cx - 330, h + 80)], world.hex(0.84, 0.04, 80)
    )
    for i in range(4):
        for side in (-1, 1):
            x, y = cx + side * (150.0 + 80 * i), base + 30 + 62 * i
            tall, half = 190 + 30 * i, 24 + 7 * i
            d.shade(x - world.light_side * (40 + 14 * i), y, 70 + 16 * i, 9 + 3 * i, world.hex(0.18, 0.04, 200), 0.5)
            d.path(
                f"M{x - half:.0f} {y:.0f}Q{x - half * 0.9:.0f} {y - tall * 0.6:.0f} {x:.0f} {y - tall:.0f}Q{x + half * 0.9:.0f} {y - tall * 0.6:.0f} {x + half:.0f} {y:.0f}Z",
                world.hex(0.36, 0.07, 148),
            )
            lit = world.light_side * half
            d.path(
                f"M{x + lit * 0.9:.0f} {y - 4:.0f}Q{x + lit * 0.8:.0f} {y - tall * 0.55:.0f} {x:.0f} {y - tall * 0.97:.0f}Q{x + lit * 0.35:.0f} {y - tall * 0.5:.0f} {x + lit * 0.3:.0f} {y - 4:.0f}Z",
                world.hex(0.50, 0.09, 136),
            )
    flowers(world, base + 60, h, 40)
    tufts(world, base + 90, h, 40)
    world.plane(1.35, front=True, soft=3.0)
    bough(world, -world.light_side, hue=130)


def ship(world: World) -> None:
    """The deck of a sailing ship; the sea rolls behind its rail."""
    sky(world)
    d, base, w, h = world.d, world.horizon - 20, world.w, world.h
    world.plane(0.2)
    d.curve(
        [(w * 0.62, base + 6), (w * 0.72, base - 26), (w * 0.80, base - 14), (w * 0.92, base + 6)],
        world.hex(0.5, 0.04, 220, 0.68),
    )
    world.plane(0.35)
    water(world, base, h * 0.72)
    world.plane(0.8)
    wood, dark = world.hex(0.58, 0.08, 58), world.hex(0.36, 0.06, 48)
    for x, height in ((0.26, 1.0), (0.80, 0.84)):
        mast = w * x
        d.rect(mast - 12, -30, 24, h * 0.78 + 30, dark)
        top, foot = h * 0.02, h * 0.46 * height + 40
        for side in (-1, 1):
            sail = world.hex(0.95 if side == world.light_side else 0.80, 0.028, 80)
            d.path(f"M{mast + side * 16:.0f} {top:.0f}Q{mast + side * 250:.0f} {foot * 0.45:.0f} {mast + side * 210:.0f} {foot:.0f}L{mast + side * 16:.0f} {foot - 34:.0f}Z",
                   d.sideways([(0, sail, 1), (1, world.hex(0.74, 0.035, 70), 1)] if side > 0 else [(0, world.hex(0.74, 0.035, 70), 1), (1, sail, 1)]))  # fmt: skip
        for i in range(4):
            d.line([(mast, h * 0.1 * i), (mast - 330 + 40 * i, h * 0.72)], world.hex(0.3, 0.03, 60), 2.5, 0.7)
    rail = h * 0.64
    world.plane(1.0)
    d.rect(-50, rail, w + 100, 16, wood)
    for i in range(round(w / 60) + 2):
        d.path(f"M{i * 60 - 8:.0f} {rail + 12:.0f}q10 34 0 84h18q-10 -50 0 -84Z", dark)
    d.rect(
        -50, rail + 92, w + 100, h, d.vertical([(0, world.hex(0.66, 0.08, 62), 1), (1, world.hex(0.46, 0.07, 52), 1)])
    )
    for i in range(-6, 19):
        d.line(
            [(w * 0.5 + (w * i / 12 - w * 0.5) * 0.7, rail + 92), (w * 0.5 + (w * i / 12 - w * 0.5) * 1.7, h + 60)],
            dark,
            3,
            0.5,
        )
    for i in range(2):
        x, y = w * (0.07 + 0.86 * i), h * 0.86
        d.shade(x - world.light_side * 30, y + 12, 90, 14, world.hex(0.12, 0.03, 280), 0.6)
        d.rect(x - 50, y - 110, 100, 120, world.hex(0.40, 0.07, 50), rx=22)
        for stave in (-26, 0, 26):
            d.line([(x + stave, y - 106), (x + stave, y + 6)], world.hex(0.30, 0.06, 46), 2.4, 0.8)
        for band in (-92, -20):
            d.rect(x - 53, y + band, 106, 12, world.hex(0.32, 0.02, 260))
    world.sights["lantern"] = (w * 0.26, h * 0.5)
    d.rect(w * 0.26 - 9, h * 0.5 - 14, 18, 28, world.lamp, rx=5)
    d.rect(w * 0.26 - 13, h * 0.5 - 20, 26, 7, world.hex(0.25, 0.02, 260))
    shine(world, w * 0.26, h * 0.5, 220, 0.75 if world.light.dark else 0.25)
    _wheel(world, w * 0.60, rail + 40)
    rope = Drawing()
    rope.path(
        f"M{w * 0.80:.0f} {h * 0.1:.0f}Q{w * 0.9:.0f} {h * 0.44:.0f} {w * 0.985:.0f} {rail:.0f}",
        stroke=world.hex(0.34, 0.04, 65),
        width=4,
    )
    world.live(rope, sway_deg=0.7, sway_hz=0.2, pivot=(w * 0.80, h * 0.1))
    birds(world, 3, low=0.7, size=17)
    world.plane(1.35, front=True, soft=3.0)
    d.path(
        f"M-80 {h * 0.60:.0f}Q{w * 0.06:.0f} {h * 0.80:.0f} {w * 0.02:.0f} {h + 80:.0f}L-80 {h + 80:.0f}Z",
        world.hex(0.20, 0.03, 55),
    )
    for i in range(5):
        d.path(
            f"M-60 {h * (0.66 + 0.06 * i):.0f}Q{w * 0.03:.0f} {h * (0.68 + 0.06 * i):.0f} {w * 0.045:.0f} {h * (0.74 + 0.06 * i):.0f}",
            stroke=world.hex(0.40, 0.05, 65),
            width=9,
        )


def _wheel(world: World, x: float, y: float) -> None:
    """The ship's wheel on its stand, that turns a little with the sea."""
    stand, brass = world.hex(0.38, 0.07, 48), world.accent(0.62, 0.11)
    world.d.polygon([(x - 16, y), (x + 16, y), (x + 30, y + 118), (x - 30, y + 118)], stand)
    d = Drawing()
    for i in range(8):
        angle = math.pi * i / 4
        d.line([(x, y), (x + 62 * math.cos(angle), y + 62 * math.sin(angle))], stand, 7)
    for r, width in ((46, 9), (10, 10)):
        ring = [(x + r * math.cos(math.pi * i / 16), y + r * math.sin(math.pi * i / 16)) for i in range(33)]
        d.line(ring, brass if r == 10 else world.hex(0.52, 0.08, 52), width)
    world.live(d, sway_deg=7, sway_hz=0.09, pivot=(x, y))
