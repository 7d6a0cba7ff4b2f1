"""A podcast's picture: who takes part, as portraits that talk, their names, and the wave of the voice that is heard.

"corner": a small panel at the lower left of the film, above its captions. "full": a studio of the speakers' own, which is the
whole picture; its lower fifth is left to the captions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from services.render_worker.craft import images, yuv
from services.render_worker.craft.images import Picture, even
from services.render_worker.craft.lettering import Lettering
from services.render_worker.craft.mouths import MouthTrack, Viseme
from services.render_worker.craft.typesetting import fitted

# A portrait: the speaker with that mouth, in a picture of that width and height; BGRA, premultiplied.
Portrait = Callable[[int, int, Viseme], Picture]
Color = tuple[int, int, int]
Mask = NDArray[np.uint8]

# A speaker's own colours (BGR): of a like lightness and chroma, far apart in hue, in the order of the speakers.
_COLORS: tuple[Color, ...] = ((96, 128, 238), (172, 178, 62), (84, 178, 240), (222, 136, 158))
_NIGHT: Color = (44, 30, 26)
_WHITE: Color = (246, 248, 250)
# Mouths and waves are drawn on twos, as puppets are.
_HOLD = 2
_BARS = 15
# How long ago the outermost bar of a wave was heard.
_WAVE_MS = 420
# The least a voice moves while it speaks, so that a wave is never a row of dots then.
_LEAST = 0.12
# Higher than this for their width, seats would be mostly wall.
_TALLEST_SEAT = 1.3
_CORNER_FOOT, _CORNER_FOOT_TALL = 0.27, 0.36
_FULL_FOOT, _FULL_FOOT_TALL = 0.24, 0.34


@dataclass(frozen=True)
class _Seat:
    """Where one speaker is on the film, in pixels: the portrait's box, and the wave's within the film."""

    name: str
    color: Color
    box: tuple[int, int, int, int]
    wave: tuple[int, int, int, int]


def photo(picture: Picture) -> Portrait:
    """The filmmaker's picture (BGR) as a portrait: cut around who is on it. Its mouth stays as it is."""

    def shown(width: int, height: int, viseme: Viseme) -> Picture:
        cut, _, _ = images.fit(picture, width, height)
        return np.dstack([cut, np.full((height, width), 255, np.uint8)])

    return shown


def drawn(bust: Callable[[int, Viseme], Picture]) -> Portrait:
    """A drawn head and shoulders (a square of so many pixels, BGRA, premultiplied), standing on the portrait's lower edge."""

    def shown(width: int, height: int, viseme: Viseme) -> Picture:
        size = even(min(height * 0.96, width * 1.28))
        picture = np.zeros((height, width, 4), np.uint8)
        _lay(picture, bust(size, viseme), (width - size) // 2, height - size)
        return picture

    return shown


class Overlay:
    """What a podcast lays over each frame of one shot.

    `portraits` by character id, for all of the podcast's speakers. `lines` and `tracks` in the same order; times count from the
    start of the shot. FontMissing or GlyphMissing when no face sets a name.
    """

    def __init__(
        self,
        podcast: pb.Podcast,
        portraits: Mapping[str, Portrait],
        lines: Sequence[pb.TimedLine],
        tracks: Sequence[MouthTrack],
        size: tuple[int, int],
        fps: int,
        frames: int,
    ) -> None:
        self._speakers = list(podcast.speakers)[: len(_COLORS)]
        self._full = podcast.layout == "full"
        self._portraits = [portraits[speaker.character_id] for speaker in self._speakers]
        self._places = {speaker.character_id: place for place, speaker in enumerate(self._speakers)}
        self._lines, self._tracks = list(lines), [
            track.stretched(line.duration_ms) for line, track in zip(lines, tracks, strict=True)
        ]  # fmt: skip
        self._size, self._fps, self._frames = size, fps, frames
        names = [speaker.name for speaker in self._speakers]
        self._seats = _full_seats(names, size) if self._full else _corner_seats(names, size)
        self._kept: dict[tuple[int, Viseme, bool], yuv.Patch] = {}

    def ground(self) -> Picture:
        """The whole studio with all at rest, as BGR of the film's size. Only of the layout "full"."""
        width, height = self._size
        ground = _studio(width, height)
        for place, seat in enumerate(self._seats):
            x, y, wide, tall = seat.box
            part = ground[y : y + tall, x : x + wide]
            part[:] = _over(part, self._tile(place, Viseme.REST, lit=False))
        return ground

    def patches(self, frame: int) -> list[yuv.Patch]:
        """What is laid over that frame, in order. The very same patches come back for as long as nothing changes."""
        ms = frame // _HOLD * _HOLD * 1000 / self._fps
        speaking = {
            self._places[line.character_id]: (track, ms - line.start_ms)
            for line, track in zip(self._lines, self._tracks, strict=True)
            if line.character_id in self._places and line.start_ms <= ms < line.start_ms + line.duration_ms
        }
        laid = [] if self._full else [self._panel]
        for place in range(len(self._seats)):
            if place in speaking:
                track, since = speaking[place]
                laid.append(self._seated(place, track.at(since).viseme, lit=True))
                laid.append(self._wave(place, track, since))
            elif not self._full:
                laid.append(self._seated(place, Viseme.REST, lit=False))
        return laid

    def _seated(self, place: int, viseme: Viseme, *, lit: bool) -> yuv.Patch:
        key = (place, viseme, lit)
        if key not in self._kept:
            x, y, _, _ = self._seats[place].box
            self._kept[key] = yuv.Patch(x, y, yuv.cutout_of(self._tile(place, viseme, lit=lit)))
        return self._kept[key]

    def _tile(self, place: int, viseme: Viseme, *, lit: bool) -> Picture:
        seat, portrait = self._seats[place], self._portraits[place]
        draw = _full_tile if self._full else _corner_tile
        return draw(seat, portrait, viseme, lit=lit)

    def _wave(self, place: int, track: MouthTrack, since: float) -> yuv.Patch:
        x, y, wide, tall = self._seats[place].wave
        middle = _BARS // 2
        levels = [
            max(_LEAST, track.level(max(0.0, since - abs(bar - middle) * _WAVE_MS / middle))) * _arch(bar)
            for bar in range(_BARS)
        ]
        return yuv.Patch(x, y, yuv.cutout_of(_bars(wide, tall, levels, self._seats[place].color)))

    @cached_property
    def _panel(self) -> yuv.Patch:
        """The corner's ground, a dark glass under all of the speakers."""
        boxes = [seat.box for seat in self._seats]
        pad = even(boxes[0][2] * 0.12)
        left, top = min(box[0] for box in boxes) - pad, min(box[1] for box in boxes) - pad
        right, bottom = max(box[0] + box[2] for box in boxes) + pad, max(box[1] + box[3] for box in boxes) + pad
        wide, tall = even(right - left), even(bottom - top)
        glass = _filled(_rounded(wide, tall, tall * 0.16), (26, 20, 17), 0.72)
        return yuv.Patch(max(0, left), max(0, top), yuv.cutout_of(glass))


def _corner_seats(names: Sequence[str], size: tuple[int, int]) -> list[_Seat]:
    width, height = size
    foot = _CORNER_FOOT_TALL if height > width else _CORNER_FOOT
    wide = even(min(width, height) * 0.13)
    tall, step = even(wide * 1.42), even(wide * 1.08)
    left, top = even(width * 0.05 + wide * 0.12), even(height * (1 - foot)) - tall
    seats = []
    for place, name in enumerate(names):
        x = left + place * step
        wave = (x + even(wide * 0.15), top + even(wide * 1.22), even(wide * 0.7), even(wide * 0.19))
        seats.append(_Seat(name, _COLORS[place], (x, top, wide, tall), wave))
    return seats


def _full_seats(names: Sequence[str], size: tuple[int, int]) -> list[_Seat]:
    """Beside one another in a wide film, above one another in a tall one, two by two where there are four."""
    width, height = size
    count = len(names)
    tall_film = height > width
    columns = (1 if count < 4 else 2) if tall_film else (2 if count == 4 and width == height else count)
    rows = -(-count // columns)
    margin, gap = even(width * 0.05), even(min(width, height) * 0.032)
    top = even(height * 0.08)
    room = height * (1 - (_FULL_FOOT_TALL if tall_film else _FULL_FOOT)) - top
    wide = even((width - 2 * margin - (columns - 1) * gap) / columns)
    tall = even(min((room - (rows - 1) * gap) / rows, wide * _TALLEST_SEAT))
    top += even((room - rows * tall - (rows - 1) * gap) / 2)
    seats = []
    for place, name in enumerate(names):
        row, column = divmod(place, columns)
        x, y = margin + column * (wide + gap), top + row * (tall + gap)
        high = even(min(tall * 0.13, width * 0.05))
        across = even(min(wide * 0.28, high * 4))
        inset = even(min(wide, tall) * 0.06)
        wave = (x + wide - inset - across, y + tall - inset - high, across, high)
        seats.append(_Seat(name, _COLORS[place], (x, y, wide, tall), wave))
    return seats


def _corner_tile(seat: _Seat, portrait: Portrait, viseme: Viseme, *, lit: bool) -> Picture:
    """A round portrait with a ring, the name below; who doesn't speak is dimmed."""
    _, _, wide, tall = seat.box
    canvas = np.zeros((tall, wide, 4), np.uint8)
    ring = max(2, wide // 26)
    _lay(canvas, _filled(_disc(wide), seat.color if lit else (96, 88, 84), 1.0), 0, 0)
    inner = wide - 2 * ring
    face = _filled(_disc(inner), _shade(seat.color, 0.42), 1.0)
    _lay(face, portrait(inner, inner, viseme), 0, 0)
    face = _cut(face, _disc(inner))
    _lay(canvas, face if lit else _dimmed(face, 0.76), ring, ring)
    if not lit:
        name = fitted(seat.name, Lettering("en", round(wide * 0.16), "semibold"), wide * 0.96, 1)
        layer = Image.new("L", (wide, tall), 0)
        name.draw(ImageDraw.Draw(layer), wide / 2, wide * 1.315 - name.up / 2)
        _lay(canvas, _filled(np.asarray(layer, np.uint8), _WHITE, 0.72), 0, 0)
    return canvas


def _full_tile(seat: _Seat, portrait: Portrait, viseme: Viseme, *, lit: bool) -> Picture:
    """A seat in the studio: a lit wall in the speaker's colour, the speaker before it, the name at the lower left."""
    _, _, wide, tall = seat.box
    radius = min(wide, tall) * 0.07
    wall = _wall(wide, tall, seat.color)
    _lay(wall, portrait(wide, tall, viseme), 0, 0)
    high = min(tall * 0.13, wide * 0.11)
    _lay(wall, _foot_shade(wide, tall), 0, 0)
    if not lit:
        wall = _dimmed(wall, 0.74)
    inset = min(wide, tall) * 0.06
    name = fitted(seat.name, Lettering("en", round(high * 0.62), "bold"), wide * 0.5, 1)
    layer = Image.new("L", (wide, tall), 0)
    name.draw(ImageDraw.Draw(layer), inset, tall - inset - high * 0.62, 0.0)
    _lay(wall, _filled(np.asarray(layer, np.uint8), _WHITE, 1.0 if lit else 0.72), 0, 0)
    shape = _rounded(wide, tall, radius)
    tile = _cut(wall, shape)
    if lit:
        rim = max(3, round(min(wide, tall) * 0.009))
        inside = np.zeros_like(shape)
        inside[rim:-rim, rim:-rim] = _rounded(wide - 2 * rim, tall - 2 * rim, radius - rim)
        _lay(tile, _filled(np.asarray(cv2.subtract(shape, inside), np.uint8), seat.color, 1.0), 0, 0)
    return tile


def _studio(width: int, height: int) -> Picture:
    """A dark room with two soft lights, warm and cold, and a fine grain against banding."""
    x, y = np.meshgrid(np.linspace(0, 1, width // 4), np.linspace(0, 1, height // 4))
    room = np.array(_NIGHT, np.float32)[None, None] * (1.15 - 0.5 * y[:, :, None])
    for at_x, at_y, color, strength in (
        (0.16, 0.05, _COLORS[0], 0.34),
        (0.88, 0.12, _COLORS[1], 0.28),
        (0.5, 1.1, _COLORS[3], 0.2),
    ):
        glow = np.exp(-(((x - at_x) / 0.42) ** 2 + ((y - at_y) / 0.6) ** 2))[:, :, None] * strength
        room = room + np.array(color, np.float32) * glow * 0.62
    full = cv2.resize(room.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    full += np.random.default_rng(5).normal(0, 1.2, (height, width, 1)).astype(np.float32)
    return np.asarray(full.round().clip(0, 255), np.uint8)


def _wall(wide: int, tall: int, color: Color) -> Picture:
    """Behind a speaker: their colour, lit from above in the middle."""
    x, y = np.meshgrid(np.linspace(-1, 1, wide), np.linspace(0, 1, tall))
    light = np.exp(-((x / 0.75) ** 2 + ((y - 0.34) / 0.5) ** 2))[:, :, None]
    deep, bright = np.array(_shade(color, 0.26), np.float32), np.array(_shade(color, 0.82), np.float32)
    wall = deep * (1 - light) + bright * light
    return np.dstack([wall.round().astype(np.uint8), np.full((tall, wide), 255, np.uint8)])


def _foot_shade(wide: int, tall: int) -> Picture:
    """Dark from below, so that the name reads on any clothes."""
    rise = np.clip((np.linspace(0, 1, tall) - 0.66) / 0.34, 0, 1) ** 1.3 * 0.78
    return _filled(np.asarray(np.broadcast_to(rise[:, None] * 255, (tall, wide)), np.uint8), (20, 14, 12), 1.0)


def _bars(wide: int, tall: int, levels: Sequence[float], color: Color) -> Picture:
    """Upright bars with round ends about the middle line."""
    by = 3
    layer = Image.new("L", (wide * by, tall * by), 0)
    drawing = ImageDraw.Draw(layer)
    step = wide * by / len(levels)
    thick = step * 0.56
    for place, level in enumerate(levels):
        long = max(thick, min(1.0, level) * tall * by)
        x, y = place * step + (step - thick) / 2, (tall * by - long) / 2
        drawing.rounded_rectangle((x, y, x + thick, y + long), radius=thick / 2, fill=255)
    shape = np.asarray(layer.resize((wide, tall), Image.Resampling.BOX), np.uint8)
    return _filled(shape, _shade(color, 1.25), 1.0)


def _arch(bar: int) -> float:
    """A wave is tallest in its middle."""
    away = abs(bar - _BARS // 2) / (_BARS // 2)
    return float(1.0 - 0.62 * away**1.6)


def _shade(color: Color, by: float) -> Color:
    b, g, r = (min(255, round(channel * by)) for channel in color)
    return b, g, r


def _disc(size: int) -> Mask:
    return _rounded(size, size, size / 2)


def _rounded(wide: int, tall: int, radius: float) -> Mask:
    by = 4
    shape = Image.new("L", (wide * by, tall * by), 0)
    ImageDraw.Draw(shape).rounded_rectangle((0, 0, wide * by - 1, tall * by - 1), radius=radius * by, fill=255)
    return np.asarray(shape.resize((wide, tall), Image.Resampling.BOX), np.uint8)


def _filled(shape: Mask, color: Color, opacity: float) -> Picture:
    """The shape in that colour: BGRA, premultiplied."""
    alpha = shape.astype(np.float32) * opacity
    return np.dstack([*(alpha * (channel / 255) for channel in color), alpha]).round().astype(np.uint8)


def _cut(picture: Picture, shape: Mask) -> Picture:
    return np.asarray(cv2.multiply(picture, cv2.merge([shape] * 4), scale=1 / 255), np.uint8)


def _dimmed(picture: Picture, share: float) -> Picture:
    """Less light and less colour, as opaque as before."""
    grey = cv2.cvtColor(cv2.cvtColor(picture[:, :, :3], cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    told = cv2.addWeighted(picture[:, :, :3], share * 0.7, grey, share * 0.3, 0)
    return np.dstack([told, picture[:, :, 3]])


def _lay(below: Picture, over: Picture, x: int, y: int) -> None:
    """Premultiplied pictures: the one over the other, in place, within the one below."""
    left, top = max(0, -x), max(0, -y)
    part = below[y + top : y + over.shape[0], x + left : x + over.shape[1]]
    part[:] = _over(part, over[top : top + part.shape[0], left : left + part.shape[1]])


def _over(below: Picture, over: Picture) -> Picture:
    kept = cv2.merge([cv2.bitwise_not(cv2.extractChannel(over, 3))] * below.shape[2])
    shown = over if below.shape[2] == 4 else np.ascontiguousarray(over[:, :, :3])
    return np.asarray(cv2.add(cv2.multiply(below, kept, scale=1 / 255), shown), np.uint8)
