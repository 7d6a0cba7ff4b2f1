"""Places inside: room, kitchen, office, classroom, palace hall, train, laboratory."""

from __future__ import annotations

from services.render_worker.craft.painting.places.alive import flame
from services.render_worker.craft.painting.places.room_parts import (
    books,
    chair_back,
    lamp,
    lantern,
    plant,
    shelf,
    table,
)
from services.render_worker.craft.painting.places.walls import curtain, daylight, onto_floor, onto_wall, shell, view
from services.render_worker.craft.painting.places.world import World
from services.render_worker.craft.painting.shapes import Drawing


def room(world: World) -> None:
    """A living room with a window, a sofa and books."""
    w, h, d = world.w, world.h, world.d
    pane = (w * 0.40, h * 0.15, w * 0.2, h * 0.36)
    line = shell(world, world.drawn.choice((205, 150, 65, 40)), [pane])
    onto_wall(world)
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
    onto_floor(world)
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
    chair_back(world)


def kitchen(world: World) -> None:
    """Counters, a stove with fire in it, a table with a lantern."""
    w, h, d, drawn = world.w, world.h, world.d, world.drawn
    pane = (w * 0.38, h * 0.11, w * 0.19, h * 0.25)
    line = shell(world, 85, [pane], chroma=0.055, floor_hue=45)
    onto_wall(world)
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
    onto_floor(world)
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
    chair_back(world)


def office(world: World) -> None:
    """Desks with screens before a view of the city."""
    w, h, d = world.w, world.h, world.d
    panes = [(w * (0.30 + 0.155 * i), h * 0.10, w * 0.135, h * 0.40) for i in range(3)]
    line = shell(world, 225, panes, wall=0.84, chroma=0.025, floor_hue=250, floor=0.52, planks=False, city=True)
    onto_wall(world)
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
    onto_floor(world)
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
    chair_back(world)


def classroom(world: World) -> None:
    """A blackboard and rows of desks."""
    w, h, d = world.w, world.h, world.d
    pane = (w * 0.72, h * 0.12, w * 0.2, h * 0.36)
    line = shell(world, 95, [pane], wall=0.86, chroma=0.05)
    onto_wall(world)
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
    onto_floor(world)
    daylight(world, *pane)
    shelf(world, w * 0.03, line - 290, 220, 2, 132)
    for row, (y, scale) in enumerate(((line + 30, 0.8), (line + 170, 1.1))):
        for column in range(4):
            x = w * (0.06 + 0.25 * column) + 40 * row
            table(world, x, y - 40 * scale, 210 * scale, 110 * scale, hue=70)
            if (row + column) % 2:
                books(world, x + 30, y - 60 * scale, 60, 46 * scale)
    chair_back(world)


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
