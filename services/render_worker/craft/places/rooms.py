"""Places inside: room, kitchen, office, classroom, palace hall, train, laboratory."""

from __future__ import annotations

from services.render_worker.craft.palette import to_hex
from services.render_worker.craft.places.room_parts import (
    books,
    curtain,
    flask,
    lamp,
    lantern,
    plant,
    shelf,
    shell,
    table,
    view,
)
from services.render_worker.craft.places.sky import cloud
from services.render_worker.craft.places.world import (
    World,
    pine,
    ridge,
)


def room(world: World) -> None:
    """A living room with a window, a sofa and books."""
    w, h, d = world.w, world.h, world.d
    line = shell(world, world.drawn.choice((200, 150, 60, 30)))
    view(world, w * 0.40, h * 0.16, w * 0.2, h * 0.33)
    curtain(world, w * 0.40, h * 0.16, w * 0.2, h * 0.33, 25)
    shelf(world, w * 0.04, line - 470, 250, 3, 148)
    d.ellipse(w * 0.5, h * 0.86, w * 0.34, h * 0.085, world.hex(0.52, 0.12, 25))
    d.ellipse(w * 0.5, h * 0.86, w * 0.29, h * 0.068, world.hex(0.74, 0.07, 65))
    x, sofa, dark = w * 0.70, world.hex(0.52, 0.09, 200), world.hex(0.42, 0.08, 205)
    d.rect(x, line - 150, 400, 150, sofa, rx=34)
    d.rect(x - 34, line - 92, 84, 150, dark, rx=32)
    d.rect(x + 350, line - 92, 84, 150, dark, rx=32)
    d.rect(x + 20, line - 50, 360, 90, world.hex(0.58, 0.09, 198), rx=20)
    d.rect(x + 60, line - 128, 92, 88, world.hex(0.74, 0.13, 70), rx=18)
    d.rect(w * 0.74, h * 0.13, 200, 150, world.hex(0.42, 0.06, 50))
    d.rect(w * 0.74 + 14, h * 0.13 + 14, 172, 122, world.hex(0.75, 0.06, 220))
    d.path(f"M{w * 0.74 + 14:.0f} {h * 0.13 + 136:.0f}l60 -70l44 40l30 -26l38 56Z", world.hex(0.5, 0.07, 160))
    table(world, w * 0.245, line - 50, 130, 92)
    lamp(world, w * 0.245 + 65, line - 70, 130)


def kitchen(world: World) -> None:
    """Counters, a stove with fire in it, a table with a lantern."""
    w, h, d, drawn = world.w, world.h, world.d, world.drawn
    line = shell(world, 85, chroma=0.055, floor_hue=45)
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
    view(world, w * 0.37, h * 0.12, w * 0.2, h * 0.30)
    counter = line - 130
    d.rect(-50, counter, w * 0.36, 150, world.hex(0.52, 0.08, 195))
    d.rect(w * 0.62, counter, w * 0.42, 150, world.hex(0.52, 0.08, 195))
    for left, right in ((-50.0, w * 0.31), (w * 0.62, w + 40)):
        d.rect(left, counter - 18, right - left + 20, 24, world.hex(0.78, 0.06, 65), rx=5)
        x = left + 60
        while x < right - 90:
            d.rect(x, counter + 20, 110, 112, world.hex(0.58, 0.08, 195), rx=6)
            d.circle(x + 96, counter + 50, 6, world.hex(0.85, 0.08, 85))
            x += 126
    for x, y, wide in ((w * 0.02, h * 0.20, 330), (w * 0.68, h * 0.17, 400)):
        d.rect(x, y, wide, 16, world.hex(0.46, 0.07, 52))
        for i in range(int(wide / 62)):
            d.rect(x + 14 + i * 62, y - 56, 42, 56, world.hex(0.74, 0.10, drawn.choice((25, 60, 145, 210))), rx=12)
            d.rect(x + 18 + i * 62, y - 66, 34, 12, world.hex(0.4, 0.05, 50), rx=4)
    stove = w * 0.80
    d.rect(stove, counter - 20, 190, 170, world.hex(0.32, 0.02, 260), rx=8)
    d.rect(stove + 24, counter + 40, 142, 84, world.lamp if world.light.dark else world.hex(0.45, 0.12, 40), rx=8)
    d.glow(stove + 95, counter + 80, 200, world.lamp, 0.5)
    d.path(f"M{stove + 50:.0f} {counter - 26:.0f}v-40q44 -30 88 0v40Z", world.hex(0.55, 0.15, 28))
    d.path(f"M{stove + 136:.0f} {counter - 60:.0f}q36 -6 40 -32", stroke=world.hex(0.55, 0.15, 28), width=11)
    table(world, w * 0.39, h * 0.79, w * 0.24, 130)
    lantern(world, w * 0.51, h * 0.77, 96)
    d.path(f"M{w * 0.43:.0f} {h * 0.77:.0f}q4 -44 -4 -50h64q-8 8 -4 50Z", world.hex(0.80, 0.05, 230))


def office(world: World) -> None:
    """Desks with screens before a view of the city."""
    w, h, d = world.w, world.h, world.d
    line = shell(world, 225, wall=0.84, chroma=0.025, floor_hue=250, floor=0.52, planks=False)
    for i in range(3):
        x = w * (0.30 + 0.155 * i)
        view(world, x, h * 0.10, w * 0.135, h * 0.38)
        for tower in range(4):
            height = h * (0.08 + 0.05 * ((tower * 7 + i * 3) % 4))
            d.rect(x + tower * w * 0.033, h * 0.48 - height, w * 0.028, height, world.hex(0.48, 0.04, 255, 0.4))
    shelf(world, w * 0.82, line - 440, 260, 3, 136)
    d.rect(w * 0.04, h * 0.14, w * 0.19, h * 0.27, world.hex(0.96, 0.005, 90), rx=6)
    for i, (px, py) in enumerate(((0.06, 0.19), (0.11, 0.28), (0.16, 0.2), (0.07, 0.33), (0.18, 0.32))):
        d.rect(w * px, h * py, 56, 50, world.hex(0.85, 0.11, (95, 20, 150, 220, 350)[i]))
    for x in (w * 0.09, w * 0.62):
        table(world, x, line - 20, 390, 150, hue=60)
        d.rect(x + 130, line - 190, 190, 122, world.hex(0.26, 0.02, 260), rx=8)
        d.rect(x + 140, line - 180, 170, 100, world.hex(0.72, 0.10, 220), rx=4)
        for row in range(4):
            d.rect(x + 154, line - 166 + row * 20, 60 + 18 * (row * 5 % 4), 8, "#f4f7fb", opacity=0.8)
        d.rect(x + 216, line - 70, 18, 32, world.hex(0.26, 0.02, 260))
        d.rect(x + 180, line - 46, 92, 9, world.hex(0.26, 0.02, 260))
        lamp(world, x + 62, line - 40, 110)
    plant(world, w * 0.545, line + 40)


def classroom(world: World) -> None:
    """A blackboard and rows of desks."""
    w, h, d = world.w, world.h, world.d
    line = shell(world, 95, wall=0.86, chroma=0.05)
    d.rect(w * 0.24, h * 0.13, w * 0.42, h * 0.36, world.hex(0.55, 0.07, 55))
    d.rect(w * 0.25, h * 0.145, w * 0.40, h * 0.33, world.hex(0.38, 0.05, 165))
    chalk = "#eef2ea"
    d.path(f"M{w * 0.29:.0f} {h * 0.40:.0f}l70 -120l70 120Z", stroke=chalk, width=4, opacity=0.8)
    d.path(f"M{w * 0.40:.0f} {h * 0.38:.0f}c30 -130 60 60 90 -60s60 60 90 -40", stroke=chalk, width=4, opacity=0.8)
    for i in range(4):
        d.line([(w * 0.54, h * (0.21 + 0.05 * i)), (w * (0.63 - 0.02 * (i % 2)), h * (0.21 + 0.05 * i))], chalk, 4, 0.7)
    view(world, w * 0.72, h * 0.13, w * 0.2, h * 0.34)
    d.circle(w * 0.20, h * 0.17, 44, world.hex(0.95, 0.01, 80))
    d.line([(w * 0.20, h * 0.17), (w * 0.20, h * 0.17 - 30)], "#333740", 5)
    d.line([(w * 0.20, h * 0.17), (w * 0.20 + 22, h * 0.17 + 8)], "#333740", 5)
    shelf(world, w * 0.03, line - 290, 220, 2, 132)
    for row, (y, scale) in enumerate(((line + 30, 0.8), (line + 170, 1.1))):
        for column in range(4):
            x = w * (0.06 + 0.25 * column) + 40 * row
            table(world, x, y - 40 * scale, 210 * scale, 110 * scale, hue=70)
            if (row + column) % 2:
                books(world, x + 30, y - 60 * scale, 60, 46 * scale)


def hall(world: World) -> None:
    """Inside a palace or a temple: columns, a red carpet, tall windows."""
    w, h, d = world.w, world.h, world.d
    shell(world, 45, wall=0.70, chroma=0.06, floor_hue=70, floor=0.66, planks=False)
    cx, line = w * 0.5, h * 0.70
    for i in range(-2, 3):
        x = cx + i * 230
        d.path(
            f"M{x - 62:.0f} {line - 70:.0f}V{h * 0.24:.0f}Q{x:.0f} {h * 0.08:.0f} {x + 62:.0f} {h * 0.24:.0f}V{line - 70:.0f}Z",
            d.vertical([(0, to_hex(world.light.sky_top), 1), (1, to_hex(world.light.sky_low), 1)]),
        )
        d.rect(x - 4, h * 0.15, 8, line - 70 - h * 0.15, world.hex(0.55, 0.07, 50))
        d.rect(x - 62, h * 0.36, 124, 8, world.hex(0.55, 0.07, 50))
    d.polygon([(cx - 90, line), (cx + 90, line), (cx + 330, h + 20), (cx - 330, h + 20)], world.hex(0.50, 0.17, 25))
    for side in (-1, 1):
        d.polygon(
            [(cx + side * 90, line), (cx + side * 100, line), (cx + side * 352, h + 20), (cx + side * 326, h + 20)],
            world.hex(0.80, 0.13, 85),
        )
    for i in range(3):
        d.rect(cx - 230 + 34 * i, line - 20 * i, 460 - 68 * i, 24, world.hex(0.80 - 0.04 * i, 0.04, 75))
    d.rect(cx - 62, line - 270, 124, 230, world.hex(0.72, 0.13, 82), rx=30)
    d.rect(cx - 46, line - 250, 92, 130, world.hex(0.48, 0.17, 20), rx=22)
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
        d.glow(w * x, h * 0.42, 170, world.lamp, 0.45)


def train(world: World) -> None:
    """Inside a carriage, the country passing outside."""
    w, h, d, drawn = world.w, world.h, world.d, world.drawn
    line = shell(world, 55, wall=0.62, chroma=0.07, floor_hue=260, floor=0.42, planks=False)
    d.rect(
        -50,
        h * 0.15,
        w + 100,
        h * 0.36,
        d.vertical([(0, to_hex(world.light.sky_top), 1), (1, to_hex(world.light.sky_low), 1)]),
    )
    for _ in range(3):
        cloud(world, w * drawn.random(), h * drawn.uniform(0.22, 0.32), 230)
    ridge(world, h * 0.42, 70, world.hex(0.55, 0.06, 160, 0.5), bottom=h * 0.51)
    for i in range(14):
        pine(world, w * (i + drawn.random()) / 14, h * 0.505, drawn.uniform(50, 110), 0.2)
    d.rect(-50, h * 0.47, w + 100, h * 0.045, world.hex(0.56, 0.09, 125, 0.1))
    for i in range(5):
        x = w * (i / 4)
        d.rect(x - 46, h * 0.1, 92, h * 0.46, world.hex(0.58, 0.08, 52))
        d.rect(x - 46, h * 0.1, 16, h * 0.46, world.hex(0.48, 0.08, 50))
    d.rect(-50, h * 0.11, w + 100, 34, world.hex(0.50, 0.08, 50))
    d.rect(-50, h * 0.50, w + 100, 26, world.hex(0.72, 0.07, 65))
    d.rect(-50, h * 0.045, w + 100, 14, world.hex(0.75, 0.08, 85))
    for i in range(6):
        d.rect(
            w * (0.03 + 0.17 * i),
            h * 0.045 - 46,
            120,
            46,
            world.hex(0.50, 0.10, (25, 260, 150, 60, 200, 330)[i]),
            rx=10,
        )
    for x in (0.02, 0.27, 0.70):
        seat, dark = world.hex(0.46, 0.13, 24), world.hex(0.36, 0.11, 22)
        d.rect(w * x, line - 150, w * 0.21, 190, seat, rx=28)
        d.rect(w * x + 22, line - 130, w * 0.21 - 44, 70, world.hex(0.54, 0.13, 26), rx=20)
        d.rect(w * x - 10, line + 10, w * 0.21 + 20, 80, dark, rx=22)
    table(world, w * 0.50, line - 40, w * 0.17, 110)
    lamp(world, w * 0.585, line - 60, 100)


def laboratory(world: World) -> None:
    """Benches with flasks, instruments on the wall."""
    w, h, d, drawn = world.w, world.h, world.d, world.drawn
    line = shell(world, 205, wall=0.80, chroma=0.035, floor_hue=230, floor=0.56, planks=False)
    for i in range(3):
        y = h * (0.16 + 0.11 * i)
        d.rect(w * 0.05, y, w * 0.36, 14, world.hex(0.55, 0.03, 230))
        for j in range(8):
            flask(world, w * (0.07 + 0.042 * j), y, drawn.uniform(34, 66), drawn.choice((145, 200, 320, 60, 20)))
    view(world, w * 0.47, h * 0.13, w * 0.16, h * 0.33)
    d.rect(w * 0.70, h * 0.12, w * 0.26, h * 0.36, world.hex(0.30, 0.03, 240), rx=14)
    d.rect(w * 0.71, h * 0.14, w * 0.24, h * 0.20, world.hex(0.36, 0.07, 190), rx=8)
    d.path(f"M{w * 0.72:.0f} {h * 0.24:.0f}h60l16 -40l20 80l22 -60l14 20h{w * 0.1:.0f}", stroke="#8ff5c8", width=4)
    for i in range(12):
        d.circle(w * 0.73 + (i % 6) * 52, h * 0.38 + (i // 6) * 44, 11, world.hex(0.72, 0.16, (25, 145, 85)[i % 3]))
    top = line - 80
    d.rect(-50, top, w + 100, 170, world.hex(0.66, 0.03, 225))
    d.rect(-50, top - 18, w + 100, 26, world.hex(0.90, 0.01, 220))
    for i in range(7):
        d.rect(i * w / 6 - 40, top + 30, w / 6 - 26, 110, world.hex(0.72, 0.03, 222), rx=8)
    for x, size, hue in ((0.10, 130, 145), (0.21, 90, 320), (0.74, 150, 200), (0.86, 100, 60)):
        d.glow(w * x, top - size * 0.4, size * 1.4, world.hex(0.8, 0.13, hue), 0.5)
        flask(world, w * x, top - 16, size, hue)
    x = w * 0.32
    d.path(
        f"M{x - 50:.0f} {top - 18:.0f}h110v-14h-36q40 -60 0 -110l-30 22q22 40 -10 70h-34Z", world.hex(0.34, 0.03, 250)
    )
    with d.group(f"rotate(-28 {x:.0f} {top - 150:.0f})"):
        d.rect(x - 16, top - 230, 36, 130, world.hex(0.42, 0.03, 245), rx=8)
