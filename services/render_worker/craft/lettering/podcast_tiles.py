"""A podcast's pieces as pictures: the seats of its speakers, round in a corner or as walls of a studio, and waves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from services.render_worker.craft.images import Picture
from services.render_worker.craft.lettering.lettering import Lettering
from services.render_worker.craft.lettering.typesetting import fitted
from services.render_worker.craft.mouths import Viseme


@dataclass(frozen=True)
class Showing:
    """How somebody is seen at a moment: their mouth, which way they look (-1 left, 0 at us, 1 right), whether they blink."""

    viseme: Viseme = Viseme.REST
    glance: int = 0
    shut: bool = False


# A portrait: the speaker as they are then, in a picture of that width and height; BGRA, premultiplied.
Portrait = Callable[[int, int, Showing], Picture]
Color = tuple[int, int, int]
Mask = NDArray[np.uint8]

# A speaker's own colours (BGR): of a like lightness and chroma, far apart in hue, in the order of the speakers.
COLORS: tuple[Color, ...] = ((96, 128, 238), (172, 178, 62), (84, 178, 240), (222, 136, 158))
_NIGHT: Color = (44, 30, 26)
_WHITE: Color = (246, 248, 250)


@dataclass(frozen=True)
class Seat:
    """Where one speaker is on the film, in pixels: the portrait's box, and the wave's within the film."""

    name: str
    color: Color
    box: tuple[int, int, int, int]
    wave: tuple[int, int, int, int]


def corner_tile(seat: Seat, portrait: Portrait, showing: Showing, *, lit: bool) -> Picture:
    """A round portrait with a ring, the name below; who doesn't speak is dimmed."""
    _, _, wide, tall = seat.box
    canvas = np.zeros((tall, wide, 4), np.uint8)
    ring = max(2, wide // 26)
    laid_over(canvas, filled(_disc(wide), seat.color if lit else (96, 88, 84), 1.0), 0, 0)
    inner = wide - 2 * ring
    face = filled(_disc(inner), _shade(seat.color, 0.42), 1.0)
    laid_over(face, portrait(inner, inner, showing), 0, 0)
    face = _cut(face, _disc(inner))
    laid_over(canvas, face if lit else _dimmed(face, 0.76), ring, ring)
    if not lit:
        name = fitted(seat.name, Lettering("en", round(wide * 0.16), "semibold"), wide * 0.96, 1)
        layer = Image.new("L", (wide, tall), 0)
        name.draw(ImageDraw.Draw(layer), wide / 2, wide * 1.315 - name.up / 2)
        laid_over(canvas, filled(np.asarray(layer, np.uint8), _WHITE, 0.72), 0, 0)
    return canvas


def full_tile(seat: Seat, portrait: Portrait, showing: Showing, *, lit: bool) -> Picture:
    """A seat in the studio: a lit wall in the speaker's colour, the speaker before it, the name at the lower left."""
    _, _, wide, tall = seat.box
    radius = min(wide, tall) * 0.07
    wall = _wall(wide, tall, seat.color)
    laid_over(wall, portrait(wide, tall, showing), 0, 0)
    high = min(tall * 0.13, wide * 0.11)
    laid_over(wall, _foot_shade(wide, tall), 0, 0)
    if not lit:
        wall = _dimmed(wall, 0.84)
    inset = min(wide, tall) * 0.06
    name = fitted(seat.name, Lettering("en", round(high * 0.62), "bold"), wide * 0.5, 1)
    layer = Image.new("L", (wide, tall), 0)
    name.draw(ImageDraw.Draw(layer), inset, tall - inset - high * 0.62, 0.0)
    laid_over(wall, filled(np.asarray(layer, np.uint8), _WHITE, 1.0 if lit else 0.72), 0, 0)
    shape = rounded(wide, tall, radius)
    tile = _cut(wall, shape)
    if lit:
        rim = max(3, round(min(wide, tall) * 0.009))
        inside = np.zeros_like(shape)
        inside[rim:-rim, rim:-rim] = rounded(wide - 2 * rim, tall - 2 * rim, radius - rim)
        laid_over(tile, filled(np.asarray(cv2.subtract(shape, inside), np.uint8), seat.color, 1.0), 0, 0)
    return tile


def studio(width: int, height: int) -> Picture:
    """A dark room with two soft lights, warm and cold, and a fine grain against banding."""
    x, y = np.meshgrid(np.linspace(0, 1, width // 4), np.linspace(0, 1, height // 4))
    room = np.array(_NIGHT, np.float32)[None, None] * (1.15 - 0.5 * y[:, :, None])
    for at_x, at_y, color, strength in (
        (0.16, 0.05, COLORS[0], 0.34),
        (0.88, 0.12, COLORS[1], 0.28),
        (0.5, 1.1, COLORS[3], 0.2),
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
    deep, bright = np.array(_shade(color, 0.34), np.float32), np.array(_shade(color, 0.82), np.float32)
    wall = deep * (1 - light) + bright * light
    return np.dstack([wall.round().astype(np.uint8), np.full((tall, wide), 255, np.uint8)])


def _foot_shade(wide: int, tall: int) -> Picture:
    """Dark from below, so that the name reads on any clothes; chins are above it."""
    rise = np.clip((np.linspace(0, 1, tall) - 0.74) / 0.26, 0, 1) ** 1.2 * 0.72
    return filled(np.asarray(np.broadcast_to(rise[:, None] * 255, (tall, wide)), np.uint8), (20, 14, 12), 1.0)


def wave(wide: int, tall: int, levels: Sequence[float], color: Color) -> Picture:
    """Upright bars with round ends about the middle line."""
    by = 3
    layer = Image.new("L", (wide * by, tall * by), 0)
    drawing = ImageDraw.Draw(layer)
    step = wide * by / len(levels)
    thick = step * 0.56
    for place, level in enumerate(levels):
        long = max(thick, min(1.0, level) * _arch(place, len(levels)) * tall * by)
        x, y = place * step + (step - thick) / 2, (tall * by - long) / 2
        drawing.rounded_rectangle((x, y, x + thick, y + long), radius=thick / 2, fill=255)
    shape = np.asarray(layer.resize((wide, tall), Image.Resampling.BOX), np.uint8)
    return filled(shape, _shade(color, 1.25), 1.0)


def _arch(place: int, count: int) -> float:
    """A wave is tallest in its middle."""
    away = abs(place - (count - 1) / 2) / max((count - 1) / 2, 1)
    return float(1.0 - 0.62 * away**1.6)


def _shade(color: Color, by: float) -> Color:
    b, g, r = (min(255, round(channel * by)) for channel in color)
    return b, g, r


def _disc(size: int) -> Mask:
    return rounded(size, size, size / 2)


def rounded(wide: int, tall: int, radius: float) -> Mask:
    """A rectangle with round corners, as how much of each pixel it covers."""
    by = 4
    shape = Image.new("L", (wide * by, tall * by), 0)
    ImageDraw.Draw(shape).rounded_rectangle((0, 0, wide * by - 1, tall * by - 1), radius=radius * by, fill=255)
    return np.asarray(shape.resize((wide, tall), Image.Resampling.BOX), np.uint8)


def filled(shape: Mask, color: Color, opacity: float) -> Picture:
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


def laid_over(below: Picture, above: Picture, x: int, y: int) -> None:
    """Premultiplied pictures: the one over the other, in place, within the one below."""
    left, top = max(0, -x), max(0, -y)
    part = below[y + top : y + above.shape[0], x + left : x + above.shape[1]]
    part[:] = over(part, above[top : top + part.shape[0], left : left + part.shape[1]])


def over(below: Picture, above: Picture) -> Picture:
    """A premultiplied BGRA picture over a BGR or BGRA one of the same size."""
    kept = cv2.merge([cv2.bitwise_not(cv2.extractChannel(above, 3))] * below.shape[2])
    shown = above if below.shape[2] == 4 else np.ascontiguousarray(above[:, :, :3])
    return np.asarray(cv2.add(cv2.multiply(below, kept, scale=1 / 255), shown), np.uint8)
