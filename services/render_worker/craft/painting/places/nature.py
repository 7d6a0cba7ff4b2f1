"""Places of nature: forest, sea, mountain, desert, river, field."""

from __future__ import annotations

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.painting.palette import blend, oklch, to_hex
from services.render_worker.craft.painting.places.alive import bough, drifting_mist, fishes, grasses
from services.render_worker.craft.painting.places.ground import hills, meadow, mist, rocks
from services.render_worker.craft.painting.places.growth import bush, flowers, leaf, pine, tree, tufts
from services.render_worker.craft.painting.places.sky import sky
from services.render_worker.craft.painting.places.world import World
from services.render_worker.craft.painting.shapes import Drawing


def forest(world: World) -> None:
    """Conifers in depth, a path that leads in, shafts of light between trunks. Where a season is to be seen, leaves stand among them."""
    sky(world, flock=False)
    drawn, base, w, h = world.drawn, world.horizon, world.w, world.h
    leafy = world.season in (sb.SEASON_AUTUMN, sb.SEASON_SPRING)
    world.plane(0.3)
    hills(world, base - 60, 150, 0.5, 0.05, 168, 0.66)
    for depth, y, low, high, count in ((0.58, base + 8, 300, 470, 15), (0.40, base + 40, 330, 520, 11)):
        if depth < 0.5:
            mist(world, y - 70, 220, 0.55)
            world.plane(0.62)
        for i in range(round(count * w / 1778) + 2):
            x = w * (i + drawn.uniform(0.1, 0.9)) / (round(count * w / 1778) + 2)
            # The middle stays open: that is where the path goes.
            tall = drawn.uniform(low, high) * (1.0 if abs(x / w - 0.5) > 0.13 else 0.62)
            foot = y + drawn.uniform(-12, 14)
            if leafy and i % 5 != 1:
                # From gold to copper in autumn, from blossom to the first green in spring.
                tree(world, x, foot, tall * 0.92, depth * 0.8, drawn.uniform(118, 165))
            else:
                pine(world, x, foot, tall, depth)
    mist(world, base + 20, 130, 0.45)
    drifting_mist(world, base + 30, 46)
    world.plane(1.0)
    meadow(world, base + 52, 138, lightness=0.47, chroma=0.075)
    _path(world, base + 52)
    world.sights |= {"path": (w * 0.5, base + 90), "trees": (w * 0.72, base - 170), "bush": (w * 0.27, base + 60)}
    for x, width in ((0.30, 110), (0.70, 140), (0.24, 90), (0.79, 100)):
        bush(world, w * x, base + drawn.uniform(70, 105), width * drawn.uniform(0.8, 1.3), 0.12, 150)
    if not world.light.dark:
        _shafts(world)
    for x, height, foot in ((0.16, 1050, 150), (0.86, 1150, 170)):
        _trunk(world, w * x, base + foot, height)
    tufts(world, base + 80, h, 80, hue=138, lightness=0.42)
    flowers(world, base + 120, h, 26)
    world.plane(1.35, front=True, soft=3.0)
    _trunk(world, w * (0.005 if world.light_side > 0 else 0.995), h + 80, 1500, wide=1.25)
    bough(world, world.light_side)
    grasses(world, w * 0.06, h + 36, 190, hue=140, lightness=0.30)
    grasses(world, w * 0.93, h + 46, 210, hue=140, lightness=0.30)


def _path(world: World, top: float) -> None:
    """A trodden path from the foot of the picture to the middle of the distance: the eye walks in on it."""
    d, w, h = world.d, world.w, world.h
    for grow, lightness in ((1.14, 0.56), (1.0, 0.68)):

        def across(middle: float, half: float, grow: float = grow) -> tuple[float, float]:
            return w * (middle - half * grow), w * (middle + half * grow)

        a, b, c = across(0.52, 0.17), across(0.475, 0.062), across(0.527, 0.008)
        d.path(f"M{a[0]:.0f} {h + 80:.0f}C{a[0] + w * 0.06:.0f} {h * 0.86:.0f} {b[0]:.0f} {h * 0.80:.0f} {b[0] + w * 0.02:.0f} {h * 0.745:.0f}S{c[0]:.0f} {top + 34:.0f} {c[0]:.0f} {top:.0f}"
               f"L{c[1]:.0f} {top:.0f}C{c[1]:.0f} {top + 40:.0f} {b[1] + w * 0.01:.0f} {h * 0.70:.0f} {b[1]:.0f} {h * 0.755:.0f}S{a[1] - w * 0.03:.0f} {h * 0.88:.0f} {a[1]:.0f} {h + 80:.0f}Z",
               d.vertical([(0, world.hex(lightness + 0.08, 0.045, 78, 0.2), 1), (1, world.hex(lightness - 0.10, 0.05, 62), 1)]))  # fmt: skip


def _shafts(world: World) -> None:
    """Light that falls between the trunks, from its side; the middle beam breathes."""
    side, w, h = world.light_side, world.w, world.h
    for i in range(3):
        d = Drawing() if i == 1 else world.d
        x = w * (0.5 + side * (0.20 - 0.16 * i))
        fill = d.vertical([(0, world.key, 0.30), (0.7, world.key, 0.10), (1, world.key, 0)])
        reach, low = 150 + 30 * i, h * (0.80 if i != 1 else 0.72)
        d.polygon(
            [(x, -20), (x + side * 80, -20), (x - side * reach, low), (x - side * (reach + 120), low)], fill, 0.75
        )
        if i == 1:
            world.live(d, flicker=0.35, flicker_hz=0.14)


def _trunk(world: World, x: float, y: float, height: float, wide: float = 1.0) -> None:
    """A great trunk whose crown is out of the picture, its bark furrowed, moss on its shaded side."""
    d, drawn, side = world.d, world.drawn, world.light_side
    half = height * 0.040 * wide
    bark, dark, lit = world.hex(0.33, 0.04, 48), world.hex(0.23, 0.035, 42), world.hex(0.45, 0.05, 55)
    d.shade(x - side * half * 5, y + 6, half * 7, half * 0.7, world.hex(0.13, 0.03, 260), 0.5)
    d.path(f"M{x - half * 2.3:.1f} {y:.1f}Q{x - half:.1f} {y - 60:.1f} {x - half * 0.9:.1f} {y - height:.1f}L{x + half * 0.9:.1f} {y - height:.1f}"
           f"Q{x + half:.1f} {y - 60:.1f} {x + half * 2.4:.1f} {y:.1f}Q{x + half:.1f} {y - 12:.1f} {x + half * 0.5:.1f} {y + 8:.1f}Q{x - half * 0.4:.1f} {y - 12:.1f} {x - half * 2.3:.1f} {y:.1f}Z", bark)  # fmt: skip
    d.path(f"M{x - side * half * 2.1:.1f} {y:.1f}Q{x - side * half:.1f} {y - 60:.1f} {x - side * half * 0.9:.1f} {y - height:.1f}"
           f"L{x - side * half * 0.15:.1f} {y - height:.1f}L{x - side * half * 0.2:.1f} {y - 30:.1f}Z", dark, opacity=0.8)  # fmt: skip
    d.path(f"M{x + side * half * 1.5:.1f} {y - 16:.1f}Q{x + side * half * 0.95:.1f} {y - 80:.1f} {x + side * half * 0.85:.1f} {y - height:.1f}"
           f"L{x + side * half * 0.55:.1f} {y - height:.1f}Q{x + side * half * 0.6:.1f} {y - 90:.1f} {x + side * half * 1.5:.1f} {y - 16:.1f}Z", lit, opacity=0.85)  # fmt: skip
    for _ in range(16):
        fx, fy, long = x + drawn.uniform(-0.7, 0.7) * half, y - drawn.uniform(0.06, 0.9) * height, drawn.uniform(30, 90)
        d.path(
            f"M{fx:.1f} {fy:.1f}q{drawn.uniform(-6, 6):.1f} {long / 2:.1f} {drawn.uniform(-5, 5):.1f} {long:.1f}",
            stroke=dark,
            width=drawn.uniform(1.8, 3.6),
            opacity=0.7,
        )


def river(world: World) -> None:
    """A stream that winds through trees towards the light."""
    sky(world)
    d, drawn, base, w, h = world.d, world.drawn, world.horizon, world.w, world.h
    world.plane(0.15)
    hills(world, base - 30, 160, 0.52, 0.05, 175, 0.66)
    hills(world, base + 10, 90, 0.50, 0.06, 150, 0.48)
    world.plane(0.45)
    for i in range(13):
        x = w * (i + drawn.uniform(0.1, 0.9)) / 13
        tree(world, x, base + 34, drawn.uniform(120, 210) * (0.6 if 0.4 < x / w < 0.66 else 1.0), 0.40)
    mist(world, base + 34, 90, 0.5)
    drifting_mist(world, base + 40, 34)
    world.plane(1.0)
    meadow(world, base + 22, 130, lightness=0.55)
    bank = [(0.485, 0.03), (0.60, 0.10), (0.52, 0.22), (0.66, 0.45), (0.80, 0.78), (1.02, 1.25)]
    other = [(0.22, 1.25), (0.34, 0.78), (0.40, 0.45), (0.41, 0.22), (0.535, 0.10), (0.462, 0.03)]
    span = h - base

    def outline(grow: float) -> list[tuple[float, float]]:
        right = [(w * (x + grow * (0.3 + t)), base + span * t) for x, t in bank]
        left = [(w * (x - grow * (0.3 + t)), base + span * t) for x, t in other]
        return [*right, *left]

    d.curve(outline(0.022), world.hex(0.44, 0.05, 70))
    d.curve(outline(0.012), world.hex(0.68, 0.05, 78))
    far = to_hex(blend(world.light.sky_low, world.light.lit(oklch(0.66, 0.07, 225)), 0.25))
    near = to_hex(blend(world.light.lit(oklch(0.44, 0.08, 228)), world.light.sky_top, 0.3))
    d.curve(
        outline(0.0),
        d.vertical([(0, far, 1), (0.4, to_hex(blend(world.light.sky_low, world.light.sky_top, 0.5)), 1), (1, near, 1)]),
    )
    for i in range(46):
        t = 0.06 + 0.9 * drawn.random()
        middle = 0.5 + 0.06 * t + 0.05 * (i % 3 - 1) * (0.3 + t)
        d.ellipse(
            w * middle + drawn.uniform(-30, 30) * t,
            base + span * t,
            14 + 60 * t,
            1.3 + 2.4 * t,
            far if i % 2 else near,
            0.5,
        )
    glints = Drawing()
    for _ in range(14):
        t = 0.12 + 0.6 * drawn.random()
        glints.ellipse(
            w * (0.51 + 0.04 * t) + drawn.uniform(-60, 60) * t,
            base + span * t,
            12 + 34 * t,
            1.2 + 2 * t,
            world.key,
            0.8,
        )
    world.live(glints, flicker=0.7, flicker_hz=0.6)
    world.ripple((w * 0.36, base + span * 0.2, w * 0.42, span * 0.8), amplitude=4.5, wavelength=54, hz=0.4)
    fishes(world, w * 0.56, base + span * 0.5)
    world.sights |= {"water": (w * 0.53, base + span * 0.42), "tree": (w * 0.13, base - 90), "hills": (w * 0.5, base)}
    for x, y, size in ((0.37, 0.60, 60), (0.70, 0.48, 46), (0.30, 0.86, 80)):
        rocks(world, w * x, base + span * y, size, 4)
    tree(world, w * 0.10, base + 150, 470, 0.02)
    tree(world, w * 0.90, base + 120, 400, 0.05, 122)
    for x, y, size in ((0.02, 170, 170), (0.21, 130, 110), (0.81, 110, 120), (0.98, 160, 160)):
        bush(world, w * x, base + y, size, 0.05)
    tufts(world, base + 60, h, 70)
    flowers(world, base + 130, h, 24)
    world.plane(1.4, front=True, soft=3.0)
    bough(world, -world.light_side)
    for x, lean in ((0.05, 0), (0.10, 1), (0.95, 0)):
        grasses(world, w * x, h + 44, 240 - 40 * lean, hue=125, lightness=0.30)


def field(world: World) -> None:
    """A field of grain whose furrows run to a lone tree under the sky."""
    sky(world)
    d, drawn, base, w, h = world.d, world.drawn, world.horizon, world.w, world.h
    world.plane(0.15)
    hills(world, base - 10, 110, 0.52, 0.05, 185, 0.66)
    world.plane(0.35)
    hills(world, base + 26, 60, 0.58, 0.085, 132, 0.36)
    for i in range(9):
        tree(world, w * (i + drawn.uniform(0.1, 0.9)) / 9, base + 22, drawn.uniform(46, 96), 0.36)
    world.plane(1.0)
    meadow(world, base + 44, 98, lightness=0.68, chroma=0.105)
    vanish = 0.5 - world.light_side * 0.12
    for i in range(-12, 20):
        x = w * i / 8
        a, b = w * vanish + (x - w * vanish) * 0.10, w * vanish + (x - w * vanish) * 0.135
        d.polygon(
            [(a, base + 52), (b, base + 52), (x + w * 0.055, h + 60), (x, h + 60)],
            d.vertical([(0, leaf(world, 0.56, 0.10, 95, 0.15), 0.12), (1, leaf(world, 0.42, 0.09, 90), 0.5)]),
        )
    tree(world, w * (0.5 + world.light_side * 0.30), base + 112, 330, 0.03, hue=125)
    world.sights |= {"tree": (w * (0.5 + world.light_side * 0.30), base - 60), "grain": (w * vanish, base + 130)}
    bush(world, w * (0.5 + world.light_side * 0.37), base + 118, 110, 0.05)
    for i in range(5):
        x = w * (0.5 - world.light_side * 0.20) - i * 56 * world.light_side
        d.rect(x, base + 58, 6, 34, world.hex(0.45, 0.05, 55))
    d.rect(
        min(w * (0.5 - world.light_side * 0.20), x),
        base + 66,
        abs(w * (0.5 - world.light_side * 0.20) - x) + 6,
        4,
        world.hex(0.50, 0.05, 58),
    )
    tufts(world, base + 90, h, 130, hue=100, lightness=0.60)
    flowers(world, base + 120, h, 56)
    for i in range(4):
        grasses(
            world,
            w * (0.12 + 0.25 * i) + drawn.uniform(-40, 40),
            base + 240 + drawn.uniform(-30, 30),
            62,
            hue=98,
            lightness=0.58,
        )
    world.plane(1.4, front=True, soft=3.0)
    for x, size in ((0.03, 230), (0.09, 180), (0.92, 200), (0.98, 240)):
        grasses(world, w * x, h + 46, size, hue=98, lightness=0.48, blades=10)
