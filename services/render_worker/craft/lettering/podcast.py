"""A podcast's picture: who takes part, as portraits that talk, their names, and the wave of the voice that is heard.

"corner": a small panel at the lower left of a wide film, above its captions; in a tall or square one, where people fill the
picture from below, a strip above their heads. "full": a studio of the speakers' own, which is the whole picture; its lower fifth
is left to the captions. Who listens looks to who speaks, and everybody blinks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property

import numpy as np
from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.render_worker.craft import images
from services.render_worker.craft.images import Picture, even
from services.render_worker.craft.lettering.podcast_tiles import (
    COLORS,
    Portrait,
    Seat,
    Showing,
    corner_tile,
    filled,
    full_tile,
    laid_over,
    over,
    rounded,
    studio,
    wave,
)
from services.render_worker.craft.mouths import MouthTrack, Viseme
from services.render_worker.craft.stage import yuv

# Mouths and waves are drawn on twos, as puppets are.
_HOLD = 2
_BARS = 15
# How long ago the outermost bar of a wave was heard.
_WAVE_MS = 420
# The least a voice moves while it speaks, so that a wave is never a row of dots then.
_LEAST = 0.12
# Higher than this for their width, seats would be mostly wall.
_TALLEST_SEAT = 1.3
_CORNER_FOOT = 0.27
_FULL_FOOT, _FULL_FOOT_TALL = 0.24, 0.34
# Where the strip of a tall or square film begins, and how wide one of its seats is, as shares of the height and the shorter side.
_STRIP_TOP, _STRIP_SEAT = 0.045, 0.105
# A head's middle: within its bust, and where a tile has it.
_HEAD_IN_BUST, _HEAD_IN_TILE = 0.49, 0.47
# How often somebody blinks, and for how long.
_BLINK_EVERY_MS, _BLINK_MS = 3700, 170


def photo(picture: Picture) -> Portrait:
    """The filmmaker's picture (BGR) as a portrait: cut around who is on it. Its mouth stays as it is."""

    def shown(width: int, height: int, showing: Showing) -> Picture:
        cut, _, _ = images.fit(picture, width, height)
        return np.dstack([cut, np.full((height, width), 255, np.uint8)])

    return shown


def drawn(bust: Callable[[int, Showing], Picture]) -> Portrait:
    """A drawn head and shoulders (a square of so many pixels, BGRA, premultiplied), as large as the head's room allows."""

    def shown(width: int, height: int, showing: Showing) -> Picture:
        size = even(min(height * 1.3, width * 1.42))
        top = max(round(height * _HEAD_IN_TILE - size * _HEAD_IN_BUST), height - size)
        picture = np.zeros((height, width, 4), np.uint8)
        laid_over(picture, bust(size, showing), (width - size) // 2, top)
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
        self._speakers = list(podcast.speakers)[: len(COLORS)]
        self._full = podcast.layout == "full"
        self._portraits = [portraits[speaker.character_id] for speaker in self._speakers]
        self._places = {speaker.character_id: place for place, speaker in enumerate(self._speakers)}
        self._lines, self._tracks = list(lines), [
            track.stretched(line.duration_ms) for line, track in zip(lines, tracks, strict=True)
        ]  # fmt: skip
        self._size, self._fps, self._frames = size, fps, frames
        names = [speaker.name for speaker in self._speakers]
        self._seats = _full_seats(names, size) if self._full else _corner_seats(names, size)
        self._kept: dict[tuple[int, Showing, bool], yuv.Patch] = {}

    def ground(self) -> Picture:
        """The whole studio with all at rest, as BGR of the film's size. Only of the layout "full"."""
        width, height = self._size
        ground = studio(width, height)
        for place, seat in enumerate(self._seats):
            x, y, wide, tall = seat.box
            part = ground[y : y + tall, x : x + wide]
            part[:] = over(part, self._tile(place, Showing(), lit=False))
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
            shut = (ms + 900 + place * 1310) % _BLINK_EVERY_MS < _BLINK_MS
            if place in speaking:
                track, since = speaking[place]
                laid.append(self._seated(place, Showing(track.at(since).viseme, 0, shut), lit=True))
                laid.append(self._wave(place, track, since))
                continue
            showing = Showing(Viseme.REST, self._glance(place, speaking), shut)
            # At rest they are on the studio's ground already.
            if not self._full or showing != Showing():
                laid.append(self._seated(place, showing, lit=False))
        return laid

    def _glance(self, place: int, speaking: Collection[int]) -> int:
        """To whoever speaks; to us while nobody does."""
        own = self._seats[place].box[0]
        other = next((self._seats[each].box[0] for each in speaking), own)
        return (other > own) - (other < own)

    def _seated(self, place: int, showing: Showing, *, lit: bool) -> yuv.Patch:
        key = (place, showing, lit)
        if key not in self._kept:
            x, y, _, _ = self._seats[place].box
            self._kept[key] = yuv.Patch(x, y, yuv.cutout_of(self._tile(place, showing, lit=lit)))
        return self._kept[key]

    def _tile(self, place: int, showing: Showing, *, lit: bool) -> Picture:
        seat, portrait = self._seats[place], self._portraits[place]
        draw = full_tile if self._full else corner_tile
        return draw(seat, portrait, showing, lit=lit)

    def _wave(self, place: int, track: MouthTrack, since: float) -> yuv.Patch:
        x, y, wide, tall = self._seats[place].wave
        middle = _BARS // 2
        levels = [
            max(_LEAST, track.level(max(0.0, since - abs(bar - middle) * _WAVE_MS / middle))) for bar in range(_BARS)
        ]
        return yuv.Patch(x, y, yuv.cutout_of(wave(wide, tall, levels, self._seats[place].color)))

    @cached_property
    def _panel(self) -> yuv.Patch:
        """The corner's ground, a dark glass under all of the speakers."""
        boxes = [seat.box for seat in self._seats]
        pad = even(boxes[0][2] * 0.12)
        left, top = min(box[0] for box in boxes) - pad, min(box[1] for box in boxes) - pad
        right, bottom = max(box[0] + box[2] for box in boxes) + pad, max(box[1] + box[3] for box in boxes) + pad
        wide, tall = even(right - left), even(bottom - top)
        glass = filled(rounded(wide, tall, tall * 0.16), (26, 20, 17), 0.72)
        return yuv.Patch(max(0, left), max(0, top), yuv.cutout_of(glass))


def _corner_seats(names: Sequence[str], size: tuple[int, int]) -> list[Seat]:
    width, height = size
    strip = width < height * 1.15
    wide = even(min(width, height) * (_STRIP_SEAT if strip else 0.13))
    tall, step = even(wide * 1.42), even(wide * 1.08)
    left = even(width * 0.05 + wide * 0.12)
    top = even(height * _STRIP_TOP + wide * 0.12) if strip else even(height * (1 - _CORNER_FOOT)) - tall
    seats = []
    for place, name in enumerate(names):
        x = left + place * step
        wave = (x + even(wide * 0.15), top + even(wide * 1.22), even(wide * 0.7), even(wide * 0.19))
        seats.append(Seat(name, COLORS[place], (x, top, wide, tall), wave))
    return seats


def _rows(count: int, size: tuple[int, int]) -> list[int]:
    """How many seats each row has: one row in a wide film; else pairs, two above one another where it is tall and they are two."""
    width, height = size
    if width > height * 1.15:
        return [count]
    if count == 2:
        return [1, 1] if height > width else [2]
    return [2] * (count // 2) + [1] * (count % 2)


def _full_seats(names: Sequence[str], size: tuple[int, int]) -> list[Seat]:
    """Rows of seats of one size; a row that isn't full stands in the middle."""
    width, height = size
    shape = _rows(len(names), size)
    columns, rows = max(shape), len(shape)
    margin, gap = even(width * 0.05), even(min(width, height) * 0.032)
    top = even(height * 0.08)
    room = height * (1 - (_FULL_FOOT_TALL if height > width else _FULL_FOOT)) - top
    wide = even((width - 2 * margin - (columns - 1) * gap) / columns)
    tall = even(min((room - (rows - 1) * gap) / rows, wide * _TALLEST_SEAT))
    top += even((room - rows * tall - (rows - 1) * gap) / 2)
    seats: list[Seat] = []
    for row, count in enumerate(shape):
        left = even((width - count * wide - (count - 1) * gap) / 2)
        for column in range(count):
            place = len(seats)
            x, y = left + column * (wide + gap), top + row * (tall + gap)
            high = even(min(tall * 0.13, width * 0.05))
            across = even(min(wide * 0.28, high * 4))
            inset = even(min(wide, tall) * 0.06)
            wave = (x + wide - inset - across, y + tall - inset - high, across, high)
            seats.append(Seat(names[place], COLORS[place], (x, y, wide, tall), wave))
    return seats
