"""Places inside: room, kitchen, office, classroom, palace hall, train, laboratory."""

from __future__ import annotations

from services.render_worker.craft.places.alive import birds, flame, grasses, shine
from services.render_worker.craft.places.growth import pine, ridge
from services.render_worker.craft.places.room_parts import (
    books,
    curtain,
    daylight,
    flask,
    lamp,
    lantern,
    plant,
    shelf,
    shell,
    table,
    view,
)
from services.render_worker.craft.places.sky import backdrop, cloud
from services.render_worker.craft.places.world import World
from services.render_worker.craft.shapes import Drawing


def room(world: World) -> None:
    """A living room with a window, a sofa and books."""
    w, h, d = world.w, world.h, world.d
    pane = (w * 0.40, h * 0.15, w * 0.2, h * 0.36)
    line = shell(world, world.drawn.choice((205, 150, 65, 40)), [pane])
    _onto_wall(world)
    view(world, *pane)
    d.rect(w * 0.72, h * 0.15, 210, 150, world.hex(0.40, 0.06, 50))
    d.rect(
        w * 0.72 + 12,
        h * 0.15 + 12,
        186,
        126,
        d.vertical([(0, world.hex(0.80, 0.05, 225), 1), (1, world.hex(0.88, 0.05, 70), 1)]),
    )
    d.path(f"M{w * 0.72 + 12:.0f} {h * 0.15 + 138:.0f}l60 -74l44 42l34 -28l48 60Z", world.hex(0.46, 0.06, 165))
    d.circle(w * 0.72 + 150, h * 0.15 + 46, 13, world.accent(0.72, 0.13))
    for x, y in ((0.655, 0.21), (0.655, 0.33)):
        d.rect(w * x, h * y, 62, 78, world.hex(0.40, 0.06, 50))
        d.rect(w * x + 8, h * y + 8, 46, 62, world.hex(0.84, 0.03, 75))
    _onto_floor(world)
    curtain(world, *pane, world.accent(0.55, 0.11), world.accent(0.44, 0.10))
    daylight(world, *pane)
    shelf(world, w * 0.04, line - 470, 250, 3, 148)
    d.ellipse(w * 0.5, h * 0.87, w * 0.34, h * 0.085, world.accent(0.46, 0.10))
    d.ellipse(w * 0.5, h * 0.868, w * 0.315, h * 0.075, world.hex(0.80, 0.05, 75))
    d.ellipse(w * 0.5, h * 0.868, w * 0.27, h * 0.062, world.accent(0.52, 0.10))
    d.ellipse(w * 0.5, h * 0.868, w * 0.25, h * 0.056, world.hex(0.74, 0.05, 70))
    x, sofa, dark = w * 0.70, world.hex(0.52, 0.09, 200), world.hex(0.42, 0.08, 205)
    d.shade(x + 200 - world.light_side * 40, line + 62, 330, 30, world.hex(0.12, 0.03, 280), 0.55)
    d.rect(x, line - 150, 400, 150, sofa, rx=34)
    d.rect(x - 34, line - 92, 84, 150, dark, rx=32)
    d.rect(x + 350, line - 92, 84, 150, dark, rx=32)
    d.rect(x + 20, line - 50, 360, 90, world.hex(0.58, 0.09, 198), rx=20)
    d.rect(x + 60, line - 128, 92, 88, world.hex(0.74, 0.13, 70), rx=18)
    table(world, w * 0.245, line - 50, 130, 92)
    lamp(world, w * 0.245 + 65, line - 70, 130)
    plant(world, w * 0.655, line + 30)
    _chair_back(world)


def kitchen(world: World) -> None:
    """Counters, a stove with fire in it, a table with a lantern."""
    w, h, d, drawn = world.w, world.h, world.d, world.drawn
    pane = (w * 0.38, h * 0.11, w * 0.19, h * 0.25)
    line = shell(world, 85, [pane], chroma=0.055, floor_hue=45)
    _onto_wall(world)
    for row in range(4):
        for column in range(round(w / 66) + 1):
            d.rect(
                column * 66 - 30 * (row % 2),
                h * 0.38 + row * 50,
                62,
                46,
                world.hex(0.86 + 0.02 * drawn.random(), 0.03, 95),
                rx=3,
            )
    view(world, *pane)
    counter = line - 130
    for x, y, wide in ((w * 0.02, h * 0.20, 330), (w * 0.68, h * 0.17, 400)):
        d.rect(x, y + 16, wide, 14, world.hex(0.2, 0.03, 280), opacity=0.3)
        d.rect(x, y, wide, 16, world.hex(0.46, 0.07, 52))
        for i in range(int(wide / 62)):
            jar = world.accent(0.66, 0.11) if i % 3 == 1 else world.hex(0.74, 0.07, drawn.choice((75, 195, 60)))
            d.rect(x + 14 + i * 62, y - 56, 42, 56, jar, rx=12)
            d.rect(x + 18 + i * 62, y - 66, 34, 12, world.hex(0.4, 0.05, 50), rx=4)
    _onto_floor(world)
    daylight(world, *pane)
    d.rect(-50, counter, w * 0.36, 150, world.hex(0.52, 0.08, 195))
    d.rect(w * 0.62, counter, w * 0.42, 150, world.hex(0.52, 0.08, 195))
    for left, right in ((-50.0, w * 0.31), (w * 0.62, w + 40)):
        d.rect(left, counter - 18, right - left + 20, 24, world.hex(0.78, 0.06, 65), rx=5)
        x = left + 60
        while x < right - 90:
            d.rect(x, counter + 20, 110, 112, world.hex(0.58, 0.08, 195), rx=6)
            d.circle(x + 96, counter + 50, 6, world.hex(0.85, 0.08, 85))
            x += 126
    stove = w * 0.80
    d.rect(stove, counter - 20, 190, 170, world.hex(0.32, 0.02, 260), rx=8)
    d.rect(stove + 24, counter + 40, 142, 84, world.lamp if world.light.dark else world.hex(0.45, 0.12, 40), rx=8)
    for i in range(3):
        flame(world, stove + 55 + 40 * i, counter + 120, 46)
    d.path(f"M{stove + 50:.0f} {counter - 26:.0f}v-40q44 -30 88 0v40Z", world.hex(0.55, 0.15, 28))
    d.path(f"M{stove + 136:.0f} {counter - 60:.0f}q36 -6 40 -32", stroke=world.hex(0.55, 0.15, 28), width=11)
    table(world, w * 0.39, h * 0.79, w * 0.24, 130)
    lantern(world, w * 0.51, h * 0.77, 96)
    d.path(f"M{w * 0.43:.0f} {h * 0.77:.0f}q4 -44 -4 -50h64q-8 8 -4 50Z", world.hex(0.84, 0.05, 230))
    steam = Drawing()
    for i in range(2):
        steam.path(
            f"M{w * 0.43 + 18 + 24 * i:.0f} {h * 0.77 - 58:.0f}q-14 -22 0 -42t0 -40",
            stroke=world.hex(0.97, 0.01, 80),
            width=7,
            opacity=0.35,
        )
    world.live(steam, flicker=0.8, flicker_hz=0.3, bob=5, sway_hz=0.3)
    _pans(world, counter)


def office(world: World) -> None:
    """Desks with screens before a view of the city."""
    w, h, d = world.w, world.h, world.d
    panes = [(w * (0.30 + 0.155 * i), h * 0.10, w * 0.135, h * 0.40) for i in range(3)]
    line = shell(world, 225, panes, wall=0.84, chroma=0.025, floor_hue=250, floor=0.52, planks=False, city=True)
    _onto_wall(world)
    for pane in panes:
        view(world, *pane)
    d.rect(w * 0.04, h * 0.14, w * 0.19, h * 0.27, world.hex(0.96, 0.005, 90), rx=6)
    for i, (px, py) in enumerate(((0.06, 0.19), (0.11, 0.28), (0.16, 0.2), (0.07, 0.33), (0.18, 0.32))):
        d.rect(
            w * px,
            h * py,
            56,
            50,
            world.accent(0.72, 0.12) if i == 1 else world.hex(0.86, 0.07, (75, 240, 90, 220, 70)[i]),
        )
    _onto_floor(world)
    for pane in panes[:2]:
        daylight(world, *pane)
    shelf(world, w * 0.82, line - 440, 260, 3, 136)
    for x in (w * 0.09, w * 0.62):
        table(world, x, line - 20, 390, 150, hue=60)
        d.rect(x + 130, line - 190, 190, 122, world.hex(0.26, 0.02, 260), rx=8)
        d.rect(x + 140, line - 180, 170, 100, world.hex(0.72, 0.10, 220), rx=4)
        for row in range(4):
            d.rect(x + 154, line - 166 + row * 20, 60 + 18 * (row * 5 % 4), 8, "#f4f7fb", opacity=0.8)
        cursor = Drawing()
        cursor.rect(x + 154, line - 166 + 80, 16, 9, "#f4f7fb")
        world.live(cursor, flicker=1.0, flicker_hz=0.8)
        d.rect(x + 216, line - 70, 18, 32, world.hex(0.26, 0.02, 260))
        d.rect(x + 180, line - 46, 92, 9, world.hex(0.26, 0.02, 260))
        lamp(world, x + 62, line - 40, 110)
    plant(world, w * 0.545, line + 40)
    _chair_back(world)


def classroom(world: World) -> None:
    """A blackboard and rows of desks."""
    w, h, d = world.w, world.h, world.d
    pane = (w * 0.72, h * 0.12, w * 0.2, h * 0.36)
    line = shell(world, 95, [pane], wall=0.86, chroma=0.05)
    _onto_wall(world)
    d.rect(w * 0.24, h * 0.13, w * 0.42, h * 0.36, world.hex(0.55, 0.07, 55))
    d.rect(w * 0.25, h * 0.145, w * 0.40, h * 0.33, world.hex(0.38, 0.05, 165))
    chalk = "#eef2ea"
    d.path(f"M{w * 0.29:.0f} {h * 0.40:.0f}l70 -120l70 120Z", stroke=chalk, width=4, opacity=0.8)
    d.path(f"M{w * 0.40:.0f} {h * 0.38:.0f}c30 -130 60 60 90 -60s60 60 90 -40", stroke=chalk, width=4, opacity=0.8)
    for i in range(4):
        d.line([(w * 0.54, h * (0.21 + 0.05 * i)), (w * (0.63 - 0.02 * (i % 2)), h * (0.21 + 0.05 * i))], chalk, 4, 0.7)
    view(world, *pane)
    d.circle(w * 0.20, h * 0.17, 44, world.hex(0.95, 0.01, 80))
    d.line([(w * 0.20, h * 0.17), (w * 0.20, h * 0.17 - 30)], "#333740", 5)
    d.line([(w * 0.20, h * 0.17), (w * 0.20 + 22, h * 0.17 + 8)], "#333740", 5)
    second = Drawing()
    second.line([(w * 0.20, h * 0.17), (w * 0.20, h * 0.17 - 36)], world.accent(0.50), 2.4)
    world.live(second, sway_deg=26, sway_hz=0.05, pivot=(w * 0.20, h * 0.17))
    _onto_floor(world)
    daylight(world, *pane)
    shelf(world, w * 0.03, line - 290, 220, 2, 132)
    for row, (y, scale) in enumerate(((line + 30, 0.8), (line + 170, 1.1))):
        for column in range(4):
            x = w * (0.06 + 0.25 * column) + 40 * row
            table(world, x, y - 40 * scale, 210 * scale, 110 * scale, hue=70)
            if (row + column) % 2:
                books(world, x + 30, y - 60 * scale, 60, 46 * scale)
    _chair_back(world)


def hall(world: World) -> None:
    """Inside a palace or a temple: columns, a red carpet, tall windows."""
    w, h, d = world.w, world.h, world.d
    cx = w * 0.5
    panes = [(cx + i * 230 - 62, h * 0.16, 124, h * 0.44) for i in range(-2, 3)]
    line = shell(world, 45, panes, wall=0.70, chroma=0.06, floor_hue=70, floor=0.66, planks=False)
    _onto_wall(world)
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
    _onto_floor(world)
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
    _onto_wall(world)
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
    _onto_floor(world)
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
    _chair_back(world)


def _onto_wall(world: World) -> None:
    """What follows hangs on the wall, in front of which the floor begins anew: see `_onto_floor`."""
    floor = world.d.planes.pop()
    world.floor_shapes = floor.shapes


def _onto_floor(world: World) -> None:
    """What follows stands on the floor, nearer than all that hangs."""
    world.plane(1.0)
    world.d.planes[-1].shapes += world.floor_shapes


def _chair_back(world: World) -> None:
    """The back of a chair in the lower corner away from the light, out of focus: somebody may have just stood up."""
    world.plane(1.35, front=True, soft=3.4)
    d, w, h = world.d, world.w, world.h
    wood = world.hex(0.22, 0.04, 48)
    x = w * (0.045 if world.light_side > 0 else 0.955)
    for post in (-74, 62):
        d.rect(x + post, h * 0.80, 14, 320, wood, rx=6)
    for row in range(3):
        d.rect(x - 74, h * (0.815 + 0.05 * row), 150, 22, wood, rx=10)
    grow = w * (0.965 if world.light_side > 0 else 0.035)
    grasses(world, grow, h + 70, 300, hue=142, lightness=0.26, blades=10)


def _pans(world: World, counter: float) -> None:
    """Pans that hang over the counter in front, swinging a little."""
    w = world.w
    for i, x in enumerate((0.665, 0.70, 0.735)):
        d = Drawing()
        y, r = counter - 210, 26 + 6 * (i % 2)
        d.rect(w * x - 3, y, 6, 66, world.hex(0.28, 0.02, 260), rx=3)
        d.circle(w * x, y + 66 + r, r, world.hex(0.34, 0.03, 50))
        d.circle(w * x, y + 66 + r, r * 0.8, world.hex(0.46, 0.06, 50))
        world.live(d, sway_deg=1.4, sway_hz=0.3, pivot=(w * x, y), phase=i * 0.3)
    world.plane(1.35, front=True, soft=3.4)
    shine(world, w * 0.51, world.h * 0.74, 420, 0.18)


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
