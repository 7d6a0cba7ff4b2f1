"""Larger places inside: a palace or temple hall, a train's carriage, a laboratory."""

from __future__ import annotations

from services.render_worker.craft.painting.places.alive import birds, flame
from services.render_worker.craft.painting.places.ground import ridge
from services.render_worker.craft.painting.places.growth import pine
from services.render_worker.craft.painting.places.room_parts import chair_back, flask, lamp, table
from services.render_worker.craft.painting.places.sky import backdrop, cloud
from services.render_worker.craft.painting.places.walls import daylight, onto_floor, onto_wall, shell, view
from services.render_worker.craft.painting.places.world import World
from services.render_worker.craft.painting.shapes import Drawing


def hall(world: World) -> None:
    """Inside a palace or a temple: columns, a red carpet, tall windows."""
    w, h, d = world.w, world.h, world.d
    cx = w * 0.5
    panes = [(cx + i * 230 - 62, h * 0.16, 124, h * 0.44) for i in range(-2, 3)]
    line = shell(world, 45, panes, wall=0.70, chroma=0.06, floor_hue=70, floor=0.66, planks=False)
    onto_wall(world)
    for i in range(-2, 3):
        x = cx + i * 230
        arch = world.hex(0.56, 0.05, 45)
        for way in (-1, 1):
            d.path(
                f"M{x + way * 66:.0f} {h * 0.15:.0f}V{h * 0.27:.0f}Q{x + way * 58:.0f} {h * 0.17:.0f} {x:.0f} {h * 0.155:.0f}Z",
                arch,
            )
            d.rect(x + way * 66 - 5, h * 0.15, 10, h * 0.46, arch)
        d.rect(x - 4, h * 0.15, 8, line - 70 - h * 0.15, world.hex(0.55, 0.07, 50))
        d.rect(x - 62, h * 0.36, 124, 8, world.hex(0.55, 0.07, 50))
    onto_floor(world)
    for i in range(9):
        d.line(
            [(cx + (i - 4) * w * 0.12, line), (cx + (i - 4) * w * 0.28, h + 60)], world.hex(0.50, 0.05, 60), 2.5, 0.5
        )
    for pane in panes[1:4:2]:
        daylight(world, *pane)
    d.polygon(
        [(cx - 90, line), (cx + 90, line), (cx + 360, h + 60), (cx - 360, h + 60)],
        d.vertical([(0, world.accent(0.54, 0.15), 1), (1, world.accent(0.38, 0.14), 1)]),
    )
    for side in (-1, 1):
        d.polygon(
            [(cx + side * 90, line), (cx + side * 100, line), (cx + side * 384, h + 60), (cx + side * 352, h + 60)],
            world.hex(0.80, 0.13, 85),
        )
    for i in range(3):
        d.rect(cx - 230 + 34 * i, line - 20 * i, 460 - 68 * i, 24, world.hex(0.80 - 0.04 * i, 0.04, 75))
    d.rect(cx - 62, line - 270, 124, 230, world.hex(0.72, 0.13, 82), rx=30)
    d.rect(cx - 46, line - 250, 92, 130, world.accent(0.48, 0.15), rx=22)
    d.rect(cx - 84, line - 110, 168, 66, world.hex(0.72, 0.13, 82), rx=14)
    for x in (0.04, 0.17, 0.83, 0.96):
        wide = 64 if 0.1 < x < 0.9 else 88
        d.rect(
            w * x - wide / 2,
            -40,
            wide,
            line + 90,
            d.sideways(
                [
                    (0, world.hex(0.60, 0.04, 50), 1),
                    (0.6 if world.sun_x > 0.5 else 0.3, world.hex(0.88, 0.03, 75), 1),
                    (1, world.hex(0.64, 0.04, 50), 1),
                ]
            ),
        )
        d.rect(w * x - wide * 0.7, line + 30, wide * 1.4, 34, world.hex(0.72, 0.10, 80))
        d.rect(w * x - wide * 0.7, h * 0.05, wide * 1.4, 28, world.hex(0.72, 0.10, 80))
        if wide == 64:
            d.rect(w * x - 22, h * 0.44, 44, 10, world.hex(0.72, 0.12, 82), rx=4)
            flame(world, w * x, h * 0.44, 44)
        d.shade(w * x, line + 70, wide * 1.3, 16, world.hex(0.12, 0.03, 280), 0.5)


def train(world: World) -> None:
    """Inside a carriage, the country passing outside."""
    w, h, d = world.w, world.h, world.d
    panes = [(w * (i / 4) + 46, h * 0.15, w / 4 - 92, h * 0.35) for i in range(-1, 5)]
    backdrop(world)
    _country(world)
    world.plane(0.8)
    holes = "".join(f"M{x:.0f} {y:.0f}H{x + ow:.0f}V{y + oh:.0f}H{x:.0f}Z" for x, y, ow, oh in panes)
    line = h * 0.70
    d.path(
        f"M-60 -60H{w + 60:.0f}V{line + 60:.0f}H-60Z{holes}",
        d.vertical(
            [(0, world.hex(0.50, 0.06, 52), 1), (0.5, world.hex(0.66, 0.07, 56), 1), (1, world.hex(0.46, 0.07, 48), 1)]
        ),
    )
    for i in range(5):
        x = w * (i / 4)
        d.rect(
            x - 46,
            h * 0.1,
            92,
            h * 0.46,
            d.sideways(
                [
                    (0, world.hex(0.44, 0.08, 48), 1),
                    (0.3, world.hex(0.60, 0.08, 54), 1),
                    (1, world.hex(0.50, 0.08, 50), 1),
                ]
            ),
        )
        d.rect(x - 30, h * 0.16, 60, 8, world.hex(0.75, 0.09, 80), rx=3)
    d.rect(-50, h * 0.11, w + 100, 34, world.hex(0.50, 0.08, 50))
    d.rect(-50, h * 0.50, w + 100, 26, world.hex(0.72, 0.07, 65))
    d.rect(-50, h * 0.045, w + 100, 14, world.hex(0.75, 0.08, 85))
    for i in range(6):
        d.rect(
            w * (0.03 + 0.17 * i),
            h * 0.045 - 46,
            120,
            46,
            world.accent(0.50, 0.10) if i == 2 else world.hex(0.44, 0.06, (52, 262, 145, 60, 52, 262)[i]),
            rx=10,
        )
    world.plane(1.0)
    d.rect(-50, line, w + 100, h, d.vertical([(0, world.hex(0.46, 0.03, 50), 1), (1, world.hex(0.26, 0.03, 45), 1)]))
    d.polygon(
        [(w * 0.34, line + 60), (w * 0.60, line + 60), (w * 0.72, h + 60), (w * 0.22, h + 60)],
        world.accent(0.36, 0.08),
        0.8,
    )
    for x in (0.02, 0.27, 0.70):
        seat, dark = world.accent(0.46, 0.11), world.accent(0.34, 0.10)
        d.shade(w * (x + 0.1), line + 96, w * 0.15, 20, world.hex(0.12, 0.03, 280), 0.6)
        d.rect(w * x, line - 150, w * 0.21, 190, seat, rx=28)
        d.rect(w * x + 22, line - 130, w * 0.21 - 44, 70, world.accent(0.54, 0.11), rx=20)
        d.rect(w * x - 10, line + 10, w * 0.21 + 20, 80, dark, rx=22)
    table(world, w * 0.50, line - 40, w * 0.17, 110)
    lamp(world, w * 0.585, line - 60, 100)
    world.plane(1.35, front=True, soft=3.4)
    x = w * (0.02 if world.light_side > 0 else 0.98)
    d.rect(x - 150, h * 0.80, 300, 400, world.accent(0.22, 0.06), rx=60)
    d.rect(x - 150, h * 0.79, 300, 60, world.hex(0.30, 0.03, 60), rx=26)


def laboratory(world: World) -> None:
    """Benches with flasks, instruments on the wall."""
    w, h, d, drawn = world.w, world.h, world.d, world.drawn
    pane = (w * 0.47, h * 0.12, w * 0.16, h * 0.34)
    line = shell(world, 205, [pane], wall=0.80, chroma=0.035, floor_hue=230, floor=0.56, planks=False, city=True)
    onto_wall(world)
    for i in range(3):
        y = h * (0.16 + 0.11 * i)
        d.rect(w * 0.05, y, w * 0.36, 14, world.hex(0.55, 0.03, 230))
        for j in range(8):
            flask(world, w * (0.07 + 0.042 * j), y, drawn.uniform(34, 66), drawn.choice((145, 200, 320, 60, 20)))
    view(world, *pane)
    d.rect(w * 0.70, h * 0.12, w * 0.26, h * 0.36, world.hex(0.30, 0.03, 240), rx=14)
    d.rect(w * 0.71, h * 0.14, w * 0.24, h * 0.20, world.hex(0.36, 0.07, 190), rx=8)
    d.path(f"M{w * 0.72:.0f} {h * 0.24:.0f}h60l16 -40l20 80l22 -60l14 20h{w * 0.1:.0f}", stroke="#8ff5c8", width=4)
    for i in range(12):
        d.circle(
            w * 0.73 + (i % 6) * 52,
            h * 0.38 + (i // 6) * 44,
            11,
            world.accent(0.66, 0.15) if i % 5 == 0 else world.hex(0.62, 0.08, 190),
        )
    blink = Drawing()
    for i in (2, 7, 9):
        blink.circle(w * 0.73 + (i % 6) * 52, h * 0.38 + (i // 6) * 44, 11, "#c8fff0")
    world.live(blink, flicker=1.0, flicker_hz=0.7)
    onto_floor(world)
    daylight(world, *pane)
    top = line - 80
    d.rect(-50, top, w + 100, 170, world.hex(0.66, 0.03, 225))
    d.rect(-50, top - 18, w + 100, 26, world.hex(0.90, 0.01, 220))
    for i in range(7):
        d.rect(i * w / 6 - 40, top + 30, w / 6 - 26, 110, world.hex(0.72, 0.03, 222), rx=8)
    for x, size, hue in ((0.10, 130, 145), (0.21, 90, 320), (0.74, 150, 200), (0.86, 100, 60)):
        flask(world, w * x, top - 16, size, hue)
        bubbles = Drawing()
        for i in range(4):
            bubbles.circle(
                w * x + (i - 1.5) * size * 0.12, top - 26 - (i * 37 % 4) * size * 0.05, size * 0.03, "#ffffff", 0.6
            )
        world.live(
            bubbles,
            vy=-size * 0.10,
            wrap=(w * x - size, top - 16 - size * 0.34, size * 2, size * 0.32),
            flicker=0.5,
            flicker_hz=0.9,
        )
    x = w * 0.32
    d.path(
        f"M{x - 50:.0f} {top - 18:.0f}h110v-14h-36q40 -60 0 -110l-30 22q22 40 -10 70h-34Z", world.hex(0.34, 0.03, 250)
    )
    with d.group(f"rotate(-28 {x:.0f} {top - 150:.0f})"):
        d.rect(x - 16, top - 230, 36, 130, world.hex(0.42, 0.03, 245), rx=8)
    chair_back(world)


def _country(world: World) -> None:
    """The land that passes: hills slowly, trees and poles fast."""
    d, drawn, w, h = world.d, world.drawn, world.w, world.h
    for i in range(3):
        moving = Drawing()
        cloud(world, moving, w * (0.1 + 0.35 * i), h * drawn.uniform(0.22, 0.30), 230)
        world.live(moving, vx=-12, wrap=(-400, h * 0.1, w + 800, h * 0.3))
    birds(world, 3, low=0.4, size=10)
    world.plane(0.15)
    ridge(world, h * 0.43, 90, world.hex(0.55, 0.05, 175, 0.55), bottom=h * 0.56)
    d.rect(
        -50,
        h * 0.46,
        w + 100,
        h * 0.12,
        d.vertical([(0, world.hex(0.62, 0.09, 120, 0.2), 1), (1, world.hex(0.50, 0.09, 126), 1)]),
    )
    for i in range(7):
        passing = Drawing()
        keep, world.d = world.d, passing
        x = w * (i + drawn.random()) / 7
        if i % 3 == 2:
            passing.rect(x - 4, h * 0.22, 8, h * 0.32, world.hex(0.30, 0.03, 50))
            passing.rect(x - 34, h * 0.24, 68, 6, world.hex(0.30, 0.03, 50))
        else:
            pine(world, x, h * 0.53, drawn.uniform(110, 220), 0.1)
        world.d = keep
        world.live(passing, vx=-420 if i % 3 == 2 else -260, wrap=(-240, h * 0.1, w + 480, h * 0.5))
