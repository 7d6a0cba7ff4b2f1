"""What people sit on, by where they are: a stump in a wood, a rock on a shore, a bench in a train. Drawn behind whoever sits.

Units of the figure: the hips of one who sits are `stances.SEAT` above the ground, at x = 0; they look to the right.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.puppets.canvas import Canvas
from services.render_worker.craft.puppets.shapes import Spot, along, rounded, smooth
from services.render_worker.craft.puppets.stances import SEAT
from services.render_worker.craft.puppets.tones import Cloth, Tones

# A seat's top: the softest of those who sit sink in so far.
_TOP = -(SEAT - 26.0)
SeatPainter = Callable[[Canvas, Tones, int], None]


def seat_in(setting: sb.Setting) -> SeatPainter:
    """What that place has to sit on: a chair in rooms that have nothing of their own, a stool where nobody knows the place."""
    if setting.interior and setting.place in _INSIDE:
        return _INSIDE[setting.place]
    if setting.interior and setting.place not in _ROOMS:
        return _chair
    return _ROOMS.get(setting.place, _stool)


def _box(c: Canvas, left: float, top: float, right: float, bottom: float, cloth: Cloth, light_side: int) -> None:
    c.fill([(left, top), (right, top), (right, bottom), (left, bottom)], cloth.base, line=True)
    width = (right - left) * 0.26
    away = [(left, top), (left + width, top)] if light_side > 0 else [(right - width, top), (right, top)]
    c.fill([*away, (away[1][0], bottom), (away[0][0], bottom)], cloth.shade)


def _bar(c: Canvas, spots: Sequence[Spot], half: float, cloth: Cloth, *, far: bool = False) -> None:
    c.fill(rounded(along(spots, [half] * len(spots))), cloth.fold if far else cloth.base, line=True)


def _stool(c: Canvas, tones: Tones, light_side: int) -> None:
    wood = tones.wood
    for x, lean in ((-14.0, -3), (26.0, 3), (-46.0, -9), (52.0, 9)):
        _bar(c, [(x, _TOP + 8), (x + lean, -2)], 5.5, wood, far=abs(x) < 30)
    _plank(c, -60, 64, wood, light_side)


def _plank(c: Canvas, left: float, right: float, wood: Cloth, light_side: int, half: float = 10.0) -> None:
    """A board to sit on, its top lit."""
    c.fill(rounded(along([(left, _TOP), (right, _TOP)], [half, half])), wood.shade, line=True)
    c.fill(rounded(along([(left, _TOP - 6), (right, _TOP - 6)], [half * 0.8] * 2)), wood.base)
    middle = (left + right) / 2
    c.stroke([(middle, _TOP - 10), (middle + light_side * (right - left) * 0.42, _TOP - 10)], 3.0, wood.light)


def _chair(c: Canvas, tones: Tones, light_side: int) -> None:
    wood = tones.wood
    for x, lean in ((-34.0, -4), (38.0, 4)):
        _bar(c, [(x, _TOP + 8), (x + lean, -2)], 5.5, wood, far=True)
    # The back: two posts and three rails.
    for x in (-62.0, -36.0):
        _bar(c, [(x + 10, _TOP), (x - 6, _TOP - 152)], 6.0, wood, far=x > -50)
    for up in (48.0, 92.0, 138.0):
        _bar(c, [(-66 - up * 0.02, _TOP - up), (-36 - up * 0.05, _TOP - up - 4)], 7.5, wood)
    for x, lean in ((-54.0, -7), (58.0, 8)):
        _bar(c, [(x, _TOP + 8), (x + lean, -2)], 6.0, wood)
    _plank(c, -66, 68, wood, light_side)


def _armchair(c: Canvas, tones: Tones, light_side: int) -> None:
    stuff = tones.stuff("#8a5a4a")
    back = along([(-40, -88), (-62, -160), (-66, -300)], [66, 62, 52])
    c.fill(rounded(back), stuff.shade, line=True)
    c.fill(rounded(along([(-34, -84), (-50, -160), (-54, -290)], [52, 48, 40])), stuff.base)
    _box(c, -100, _TOP, 78, -18, stuff, light_side)
    _bar(c, [(-64, _TOP - 4), (70, _TOP - 4)], 18, stuff)
    c.stroke([(-56, _TOP - 18), (60, _TOP - 18)], 3.0, stuff.light)
    for x in (-84.0, 60.0):
        _bar(c, [(x, -18), (x, -4)], 7, tones.wood, far=True)


def _desk_chair(c: Canvas, tones: Tones, light_side: int) -> None:
    stuff, metal = tones.stuff("#4a5666"), tones.metal
    for x in (-52.0, 0.0, 54.0):
        _bar(c, [(0, -34), (x, -12)], 5, metal, far=x == 0)
        c.ellipse(x, -8, 8, 8, tones.ink)
    _bar(c, [(0, _TOP), (0, -34)], 7, metal)
    _bar(c, [(-40, _TOP + 4), (-70, _TOP - 40), (-72, _TOP - 80)], 5, metal)
    c.fill(rounded(along([(-66, _TOP - 60), (-74, _TOP - 160)], [20, 17])), stuff.base, line=True)
    c.fill(rounded(along([(-62, _TOP - 2), (66, _TOP - 2)], [14, 14])), stuff.base, line=True)
    c.stroke([(-30 * light_side, _TOP - 10), (56 * light_side, _TOP - 10)], 3.0, stuff.light)


def _coach(c: Canvas, tones: Tones, light_side: int) -> None:
    """A train's upholstered bench, its back higher than shoulders."""
    stuff, wood = tones.stuff("#7c3f45"), tones.wood
    c.fill(rounded(along([(-40, _TOP + 20), (-66, -330)], [54, 44])), stuff.shade, line=True)
    c.fill(rounded(along([(-30, _TOP), (-56, -322)], [42, 32])), stuff.base)
    for up in (190.0, 240.0, 290.0):
        c.ellipse(-20 - up * 0.11, -up, 4, 4, stuff.fold)
    _box(c, -96, -92, 92, -6, wood, light_side)
    c.fill(rounded(along([(-72, -116), (78, -116)], [30, 30])), stuff.base, line=True)
    c.fill(rounded(along([(-70, -98), (74, -98)], [12, 12])), stuff.shade)
    c.stroke([(-60, _TOP - 2), (72, _TOP - 2)], 3.5, stuff.light)


def _bench(c: Canvas, tones: Tones, light_side: int) -> None:
    wood, iron = tones.wood, tones.stuff("#3c4247")
    for x in (-104.0, 104.0):
        _bar(c, [(x - 8, _TOP - 118), (x, _TOP), (x + 4, -2)], 6, iron)
    for up in (112.0, 84.0, 56.0):
        _bar(c, [(-122, _TOP - up), (122, _TOP - up)], 9, wood)
        c.stroke([(-116, _TOP - up - 5), (116, _TOP - up - 5)], 2.5, wood.light)
    _plank(c, -126, 126, wood, light_side)


def _slab(c: Canvas, tones: Tones, light_side: int) -> None:
    stone = tones.stuff("#b8ab96")
    for x in (-74.0, 46.0):
        _box(c, x, _TOP + 10, x + 30, -2, stone, light_side)
    c.fill(rounded(along([(-112, _TOP + 2), (112, _TOP + 2)], [13, 13])), stone.shade, line=True)
    c.fill(rounded(along([(-112, _TOP - 3), (112, _TOP - 3)], [9, 9])), stone.base)


def _crate(c: Canvas, tones: Tones, light_side: int) -> None:
    wood = tones.stuff("#a07a4e")
    _box(c, -84, _TOP - 6, 84, -2, wood, light_side)
    for y in (-98.0, -52.0):
        c.stroke([(-82, y), (82, y)], 4.0, wood.fold)
    for x in (-74.0, 74.0):
        _bar(c, [(x, _TOP + 2), (x, -10)], 10, wood)
    _bar(c, [(-82, _TOP), (82, _TOP)], 8, wood)
    c.stroke([(-76, _TOP - 6), (76, _TOP - 6)], 2.5, wood.light)


def _stump(c: Canvas, tones: Tones, light_side: int) -> None:
    bark, cut = tones.stuff("#5d4433"), tones.stuff("#c9a273")
    side = smooth(
        [(-78, _TOP), (-82, -70), (-112, -2), (-52, -12), (-10, 4), (44, -10), (110, 2), (84, -66), (80, _TOP)], 4
    )
    c.fill(side, bark.base, line=True)
    x = -light_side * 52
    c.fill(
        smooth(
            [(x - 26, _TOP + 10), (x - 30, -60), (x - 36, -14), (x + 20, -14), (x + 22, -70), (x + 26, _TOP + 10)], 4
        ),
        bark.shade,
    )
    for at in (-36.0, 4.0, 42.0):
        c.stroke([(at, _TOP + 30), (at + 4, -72), (at - 2, -34)], 3.0, bark.fold)
    c.ellipse(1, _TOP, 80, 15, bark.shade)
    c.ellipse(1, _TOP - 2, 76, 13, cut.base)
    c.ellipse(1, _TOP - 2, 46, 7.5, cut.shade)
    c.ellipse(1, _TOP - 2, 40, 6, cut.base)


def _boulder(c: Canvas, stone: Cloth, light_side: int) -> None:
    c.fill(smooth([(-112, 0), (-120, -46), (-92, -108), (-48, _TOP - 4), (40, _TOP - 6), (88, -112), (116, -54), (108, 0)], 4),
           stone.base, line=True)  # fmt: skip
    s = -light_side
    c.fill(
        smooth([(s * 110, -2), (s * 112, -48), (s * 84, -104), (s * 52, -84), (s * 62, -40), (s * 30, -2)], 4),
        stone.shade,
    )
    c.stroke([(-30, -70), (-6, -52), (4, -22)], 3.0, stone.fold)
    lit = [(-s * 36, _TOP + 4), (-s * 78, -106), (-s * 98, -66)]
    c.stroke(lit, 4.0, stone.light)


def _rock(c: Canvas, tones: Tones, light_side: int) -> None:
    _boulder(c, tones.stuff("#85847f"), light_side)


def _sandstone(c: Canvas, tones: Tones, light_side: int) -> None:
    _boulder(c, tones.stuff("#b98e63"), light_side)


def _hay(c: Canvas, tones: Tones, light_side: int) -> None:
    straw = tones.stuff("#d6b25e")
    c.fill(rounded(along([(-100, -72), (100, -72)], [70, 70])), straw.base, line=True)
    x = -light_side * 86
    c.fill(rounded(along([(x, -126), (x, -18)], [22, 22])), straw.shade)
    for at in (-44.0, 48.0):
        c.stroke([(at, _TOP), (at + 3, -70), (at, -4)], 3.5, straw.fold)
    for at, up in ((-90, 40), (-20, 96), (14, 30), (76, 84), (-66, 104)):
        c.stroke([(at, -up), (at + 24, -up - 9)], 2.5, straw.light)


_ROOMS: dict[int, SeatPainter] = {
    sb.PLACE_FOREST: _stump, sb.PLACE_RIVER: _rock, sb.PLACE_SEA: _rock, sb.PLACE_MOUNTAIN: _rock, sb.PLACE_CAVE: _rock,
    sb.PLACE_LIGHTHOUSE: _rock, sb.PLACE_DESERT: _sandstone, sb.PLACE_FIELD: _hay, sb.PLACE_VILLAGE: _slab,
    sb.PLACE_TEMPLE: _slab, sb.PLACE_PALACE: _slab, sb.PLACE_CITY_STREET: _bench, sb.PLACE_PARK: _bench,
    sb.PLACE_ROOFTOP: _crate, sb.PLACE_SHIP: _crate, sb.PLACE_TRAIN: _coach, sb.PLACE_ROOM: _armchair,
    sb.PLACE_KITCHEN: _chair, sb.PLACE_CLASSROOM: _chair, sb.PLACE_OFFICE: _desk_chair, sb.PLACE_SPACE: _rock,
    sb.PLACE_LABORATORY: _stool,
}  # fmt: skip
# Under a roof these have something else than outside.
_INSIDE: dict[int, SeatPainter] = {
    sb.PLACE_LIGHTHOUSE: _chair, sb.PLACE_VILLAGE: _chair, sb.PLACE_FIELD: _chair, sb.PLACE_SHIP: _bench,
    sb.PLACE_CITY_STREET: _chair, sb.PLACE_PARK: _chair, sb.PLACE_SEA: _chair, sb.PLACE_MOUNTAIN: _chair,
    sb.PLACE_FOREST: _chair, sb.PLACE_RIVER: _chair, sb.PLACE_DESERT: _chair, sb.PLACE_SPACE: _desk_chair,
}  # fmt: skip
