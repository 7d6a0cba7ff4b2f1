"""Places of nature with a far view: sea, mountain, desert."""

from __future__ import annotations

from services.render_worker.craft.painting.palette import lighter, to_hex
from services.render_worker.craft.painting.places.alive import drifting_mist, fishes, grasses
from services.render_worker.craft.painting.places.built_parts import boat, lighthouse_tower
from services.render_worker.craft.painting.places.ground import hills, meadow, mist, ridge, rocks, water
from services.render_worker.craft.painting.places.growth import bush, flowers, palm, pine, tufts
from services.render_worker.craft.painting.places.sky import sky
from services.render_worker.craft.painting.places.world import World
from services.render_worker.craft.painting.shapes import Drawing, smooth


def sea(world: World) -> None:
    """Water to the horizon, seen from a beach where people can stand; a lighthouse where the heading names one."""
    sky(world)
    d, base, w = world.d, world.horizon, world.w
    has_tower = any(word in world.words for word in ("lighthouse", "tower", "cliff", "faro", "phare"))
    shore = "open sea" not in world.words and "open water" not in world.words
    world.plane(0.2)
    if not has_tower:
        d.curve(
            [(-60, base + 6), (w * 0.06, base - 44), (w * 0.13, base - 28), (w * 0.2, base - 34), (w * 0.34, base + 5)],
            world.hex(0.5, 0.04, 220, 0.62),
        )
        d.curve(
            [(w * 0.80, base + 5), (w * 0.88, base - 20), (w * 0.95, base - 16), (w + 60, base + 5)],
            world.hex(0.5, 0.04, 220, 0.72),
        )
    world.plane(0.5)
    water(world, base, world.h + 20 if not shore else world.h * 0.80)
    if has_tower:
        x = w * 0.2
        d.curve([(x - 330, base + 14), (x - 250, base - 60), (x - 90, base - 122), (x + 60, base - 112), (x + 150, base - 30), (x + 240, base + 14)],
                d.vertical([(0, world.hex(0.46, 0.045, 150, 0.34), 1), (1, world.hex(0.36, 0.03, 240, 0.34), 1)]))  # fmt: skip
        lighthouse_tower(world, x, base - 108, 235, 0.28)
    near = shore and ("boat" in world.words or "ship" in world.words)
    boat(world, w * (0.74 if shore else 0.56), base + (118 if near else 66), 250 if near else 150)
    fishes(world, w * 0.40, base + 110)
    if shore:
        world.plane(1.0)
        _beach(world)
        world.plane(1.35, front=True, soft=2.6)
        grasses(world, w * 0.05, world.h + 40, 230, hue=105, lightness=0.40, blades=11)
        grasses(world, w * 0.125, world.h + 60, 190, hue=105, lightness=0.44)
        grasses(world, w * 0.97, world.h + 50, 230, hue=105, lightness=0.40, blades=11)


def _beach(world: World) -> None:
    d, h, w = world.d, world.h, world.w
    edge = h * 0.75
    foam = to_hex(lighter(world.light.lit((0.97, 0.0, 0.01)), 0.02))

    def line(offset: float, swing: float) -> list[tuple[float, float]]:
        crest = [(-60.0, edge + offset + 12), (w * 0.22, edge + offset - swing), (w * 0.5, edge + offset + swing), (w * 0.8, edge + offset - swing * 0.8),
                 (w + 60, edge + offset + 8)]  # fmt: skip
        return [*crest, (w + 60, h + 120), (-60, h + 120)]

    d.curve(line(10, 11), foam, opacity=0.55)
    d.curve(line(20, 12), world.hex(0.60, 0.05, 66))
    d.curve(
        line(52, 15),
        d.vertical(
            [(0, world.hex(0.82, 0.055, 78), 1), (0.4, world.hex(0.77, 0.06, 72), 1), (1, world.hex(0.62, 0.06, 62), 1)]
        ),
    )
    surf = Drawing()
    for x in (0.14, 0.46, 0.78):
        surf.curve(
            [(w * (x - 0.16), edge + 14), (w * x, edge + 9), (w * (x + 0.16), edge + 15), (w * x, edge + 18)],
            foam,
            opacity=0.8,
        )
    world.live(surf, bob=5.0, sway_hz=0.22, flicker=0.5, flicker_hz=0.22)
    for i in range(6):
        t, x = (i + 1) / 6, world.drawn.uniform(0.1, 0.9) * w
        d.curve([(x - w * 0.2, edge + 60 + 190 * t), (x, edge + 52 + 190 * t), (x + w * 0.2, edge + 62 + 190 * t), (x, edge + 66 + 198 * t)],
                world.hex(0.66 - 0.1 * t, 0.055, 62), opacity=0.45)  # fmt: skip
    for _ in range(60):
        x, y = world.drawn.uniform(0, w), world.drawn.uniform(edge + 70, h)
        d.ellipse(x, y, world.drawn.uniform(2, 6), 1.7, world.hex(0.50, 0.04, 58), 0.5)
    rocks(world, w * 0.07, edge + 84, 96, 5)
    rocks(world, w * 0.93, edge + 150, 60, 3)
    tufts(world, h * 0.80, h * 0.86, 16, hue=105, lightness=0.56)


def mountain(world: World) -> None:
    """Peaks with snow behind a lake, wooded foothills, a meadow in front."""
    sky(world)
    drawn, base, w, h = world.drawn, world.horizon, world.w, world.h
    world.plane(0.12)
    for i in range(5):
        _peak(world, w * (i + drawn.uniform(0.2, 0.8)) / 5, base + 40, base * drawn.uniform(0.42, 0.62), 0.60)
    mist(world, base + 4, 190, 0.5)
    world.plane(0.28)
    # One great peak by the third that the light comes from not; the others serve it.
    great = 0.5 - world.light_side * 0.17
    for x, share in ((great + 0.33, 0.46), (great - 0.30, 0.50), (great, 0.86)):
        _peak(world, w * x, base + 50, base * share, 0.26)
    mist(world, base + 24, 170, 0.6)
    drifting_mist(world, base - 20, 40, 0.5)
    world.plane(0.5)
    hills(world, base + 78, 90, 0.44, 0.06, 150, 0.26)
    for i in range(22):
        pine(
            world,
            w * (i + drawn.uniform(0.1, 0.9)) / 22,
            base + 70 + drawn.uniform(-6, 26),
            drawn.uniform(60, 130),
            0.22,
        )
    world.plane(0.75)
    hills(world, base + 150, 70, 0.52, 0.085, 132, 0.1)
    for x in (0.08, 0.13, 0.83, 0.89, 0.95):
        pine(world, w * x, base + 160 + drawn.uniform(-10, 20), drawn.uniform(190, 290), 0.08)
    world.plane(1.0)
    meadow(world, base + 190, 126, lightness=0.53)
    world.sights |= {
        "peak": (w * great, base - base * 0.30), "trees": (w * 0.89, base + 40), "rocks": (w * 0.12, base + 240),
        "valley": (w * (1 - great), base + 20),
    }  # fmt: skip
    rocks(world, w * 0.10, base + 262, 110, 6)
    rocks(world, w * 0.93, base + 310, 120, 4)
    tufts(world, base + 200, h, 70)
    flowers(world, base + 220, h, 34)
    world.plane(1.35, front=True, soft=2.8)
    grasses(world, w * 0.04, h + 40, 200)
    grasses(world, w * 0.96, h + 50, 210)


def _peak(world: World, x: float, y: float, height: float, depth: float) -> None:
    """A mountain with ribs, its shaded face away from the light, snow down to where it thins out."""
    d, drawn, side = world.d, world.drawn, world.light_side
    half, top = height * drawn.uniform(0.80, 1.0), (x, y - height)

    def slope(way: int) -> list[tuple[float, float]]:
        points = []
        for t in (0.16, 0.34, 0.52, 0.74, 1.0):
            points.append(
                (
                    x + way * half * (t + drawn.uniform(-0.035, 0.035)),
                    y - height * (1 - t) + drawn.uniform(-0.02, 0.02) * height,
                )
            )
        return points

    left, right = slope(-1), slope(1)
    foot = world.hex(0.56, 0.035, 255, min(1.0, depth + 0.42))
    d.polygon(
        [*reversed(left), top, *right],
        d.vertical(
            [(0, world.hex(0.62, 0.035, 262, depth), 1), (0.55, world.hex(0.55, 0.04, 262, depth), 1), (1, foot, 1)]
        ),
    )
    spine = [
        top,
        (x + half * 0.07, y - height * 0.80),
        (x - half * 0.06, y - height * 0.62),
        (x + half * 0.09, y - height * 0.40),
        (x - half * 0.03, y - height * 0.2),
        (x + half * 0.1, y),
    ]
    shade = left if side > 0 else right
    d.polygon(
        [*spine, *reversed(shade)],
        d.vertical(
            [(0, world.hex(0.40, 0.05, 272, depth), 1), (0.6, world.hex(0.43, 0.045, 268, depth), 1), (1, foot, 1)]
        ),
        0.92,
    )
    snow, blue = world.hex(0.97, 0.010, 230, depth * 0.5), world.hex(0.74, 0.045, 262, depth * 0.6)
    for way in (-1, 1):
        edge = left if way < 0 else right
        inner = [top, (edge[0][0], edge[0][1]), (edge[1][0], edge[1][1]), (x + way * half * 0.27, y - height * 0.56), (x + way * half * 0.215, y - height * 0.69),
                 (x + way * half * 0.13, y - height * 0.50), (x + way * half * 0.08, y - height * 0.66), spine[2], spine[1]]  # fmt: skip
        d.polygon(inner, snow if way == side else blue)
    lit = right if side > 0 else left
    for t in (0.45, 0.6, 0.72):
        px, py = x + side * half * t * 0.55, y - height * (1 - t)
        d.polygon(
            [(px, py), (px + side * half * 0.05, py + height * 0.13), (px - side * half * 0.03, py + height * 0.10)],
            world.hex(0.46, 0.045, 268, depth),
            0.55,
        )
    d.line([top, lit[0], lit[1], lit[2]], snow, 2.0, 0.5)


def desert(world: World) -> None:
    """Dunes whose crests lead into the distance, palms by their feet."""
    sky(world)
    d, drawn, base, w, h = world.d, world.drawn, world.horizon, world.w, world.h
    world.plane(0.12)
    ridge(world, base + 6, 80, world.hex(0.62, 0.05, 48, 0.66), rough=0.35)
    side = world.light_side
    for plane, y, height, depth, lightness in (
        (0.3, base + 40, 110, 0.42, 0.80),
        (0.55, base + 110, 140, 0.18, 0.78),
        (1.0, base + 215, 110, 0.0, 0.76),
    ):
        world.plane(plane)
        fill = d.vertical(
            [
                (0, world.hex(lightness + 0.05, 0.085, 74, depth), 1),
                (0.5, world.hex(lightness - 0.05, 0.095, 66, depth), 1),
                (1, world.hex(lightness - 0.14, 0.095, 58, depth), 1),
            ]
        )
        crest = ridge(world, y, height, fill, rough=0.2, bottom=h + 120 if plane == 1.0 else None)
        # From each top an edge winds down; the slope away from the light lies in shade that fades towards its foot.
        tops = [
            i
            for i in range(8, len(crest) - 8)
            if crest[i][1] <= min(crest[i - 3][1], crest[i + 3][1]) and crest[i][1] <= crest[i - 1][1]
        ]
        for i in tops[:: max(1, len(tops) // 2)][:3]:
            px, py = crest[i]
            run = crest[i : i + 17] if side < 0 else crest[max(0, i - 16) : i + 1][::-1]
            end = (px - side * height * 0.5, py + height * 1.35)
            edge = smooth(
                [
                    (px, py),
                    (px + side * height * 0.16, py + height * 0.35),
                    (px - side * height * 0.12, py + height * 0.8),
                    end,
                ],
                closed=False,
            )
            fill = d.vertical(
                [
                    (0, world.hex(lightness - 0.24, 0.08, 46, depth), 0.9),
                    (0.55, world.hex(lightness - 0.17, 0.09, 54, depth), 0.5),
                    (1, world.hex(lightness - 0.12, 0.09, 58, depth), 0),
                ]
            )
            d.polygon([*run, end, *((float(ex), float(ey)) for ex, ey in edge[::-1])], fill)
        if plane == 0.55:
            palm(world, w * 0.13, base + 170, 300, 0.08)
            palm(world, w * 0.18, base + 186, 230, 0.08)
            bush(world, w * 0.155, base + 190, 90, 0.1, 120)
    world.sights |= {"palm": (w * 0.16, base + 20), "dune": (w * 0.62, base + 120)}
    for _ in range(46):
        x, y = drawn.uniform(0, w), drawn.uniform(base + 270, h + 20)
        long = 60 + 90 * (y - base) / (h - base)
        d.path(
            f"M{x - long:.0f} {y:.0f}Q{x:.0f} {y - 8:.0f} {x + long:.0f} {y + 3:.0f}Q{x:.0f} {y - 3:.0f} {x - long:.0f} {y:.0f}Z",
            world.hex(0.60, 0.085, 56),
            opacity=0.45,
        )
    for i in range(2):
        dust = Drawing()
        dx, dy = w * (0.2 + 0.45 * i), base + 190 + 60 * i
        dust.ellipse(
            dx, dy, 300, 26, dust.radial([(0, world.hex(0.88, 0.06, 74), 0.55), (1, world.hex(0.88, 0.06, 74), 0)])
        )
        world.live(dust, vx=26 + 16 * i, wrap=(-700, dy - 60, w + 1400, 120), flicker=0.5, flicker_hz=0.2)
    world.plane(1.3, front=True, soft=2.6)
    grasses(world, w * 0.04, h + 40, 170, hue=95, lightness=0.42)
    rocks(world, w * 0.97, h + 26, 130, 4)
