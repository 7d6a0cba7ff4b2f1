"""The film's poster frame: which of its pictures is the best to be seen small, and the title on it, clear of the face."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from services.render_worker.craft.images import Picture
from services.render_worker.craft.lettering.bidi import is_rtl
from services.render_worker.craft.lettering.cards import accent_of
from services.render_worker.craft.lettering.lettering import Lettering
from services.render_worker.craft.lettering.typesetting import Block, fitted

Point = tuple[float, float]
_INK = (236, 247, 252)
_DARK = np.array([26, 17, 13], np.float32)
# A thumbnail is seen at the size of a thumb: the picture is cut closer than the film's.
_CLOSER = 0.84
# Half of a face's room, as shares of the shorter side.
_FACE = 0.2


@dataclass(frozen=True)
class _Zone:
    """Where the title may stand, in shares of the picture; `side` is where its shade comes from."""

    left: float
    top: float
    right: float
    bottom: float
    side: str
    align: float
    rows: int
    size: float
    liking: float


# Players put the film's length into the lower right corner: no title stands there.
_WIDE_ZONES = (
    _Zone(0.05, 0.10, 0.50, 0.90, "left", 0.0, 4, 0.175, 0.10),
    _Zone(0.50, 0.10, 0.95, 0.84, "right", 1.0, 4, 0.175, 0.0),
    _Zone(0.05, 0.60, 0.87, 0.93, "bottom", 0.0, 2, 0.165, 0.12),
    _Zone(0.05, 0.07, 0.95, 0.40, "top", 0.0, 2, 0.165, 0.0),
)
_TALL_ZONES = (
    _Zone(0.07, 0.62, 0.93, 0.88, "bottom", 0.5, 4, 0.15, 0.1),
    _Zone(0.07, 0.08, 0.93, 0.36, "top", 0.5, 4, 0.15, 0.0),
)


def best(pictures: Iterable[Picture], focuses: Sequence[Point]) -> int:
    """The index of the picture that tells most at a small size; the earlier one of two alike. One is held at a time."""
    scores = [
        _score(picture, focuses[place] if place < len(focuses) else (0.5, 0.5)) - 0.02 * place
        for place, picture in enumerate(pictures)
    ]
    return int(np.argmax(scores))


def composed(picture: Picture, focus: Point, title: str, language: str, size: tuple[int, int]) -> Picture:
    """The picture cut close around its focus at that size, with the title where the face isn't.

    FontMissing or GlyphMissing when no face sets the title.
    """
    width, height = size
    zone = _zone(picture, focus, size) if title.strip() else None
    frame = _brightened(_cut(picture, focus, size, zone))
    if zone is None:
        return frame
    room = (zone.right - zone.left) * width
    short = min(width, height)
    lettering = Lettering(language, round(short * zone.size), "bold", display=True)
    block = fitted(title.strip(), lettering, room, zone.rows, leading=1.1)
    while block.height > (zone.bottom - zone.top) * height and block.lettering.size > 16:
        smaller = Lettering(language, int(block.lettering.size * 0.92), "bold", display=True)
        block = fitted(title.strip(), smaller, room, zone.rows, leading=1.1)
    return _titled(_shaded(frame, zone), block, zone, accent_of(picture, 210))


def _score(picture: Picture, focus: Point) -> float:
    """Sharpness where one looks, a face there, contrast, colour, and a subject that stands out; each about 0 to 1."""
    scale = 640 / max(picture.shape[:2])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    height, width = small.shape[:2]
    lab = cv2.cvtColor(small, cv2.COLOR_BGR2LAB).astype(np.float32)
    half = 0.16 * min(width, height)
    x, y = focus[0] * width, focus[1] * height
    rows = slice(max(0, int(y - half)), min(height, int(y + half) + 1))
    columns = slice(max(0, int(x - half)), min(width, int(x + half) + 1))
    there = lab[rows, columns]
    if there.size == 0:
        there = lab
    sharp = np.log1p(float(cv2.Laplacian(there[:, :, 0], cv2.CV_32F).var())) / 7
    contrast = float(np.quantile(lab[:, :, 0], 0.95) - np.quantile(lab[:, :, 0], 0.05)) / 255
    colour = float(np.hypot(lab[:, :, 1] - 128, lab[:, :, 2] - 128).mean()) / 40
    stands_out = float(np.linalg.norm(there.mean(axis=(0, 1)) - lab.mean(axis=(0, 1)))) / 80
    light = float(lab[:, :, 0].mean()) / 255
    skin = float((_skin(there) > 0.1).mean())
    too_dark = max(0.0, 0.3 - light) * 1.5
    return float(
        1.2 * min(sharp, 1.0)
        + contrast
        + 0.6 * min(colour, 1.0)
        + 0.8 * min(stands_out, 1.0)
        + 0.5 * min(skin * 2, 1.0)
        - too_dark
    )


def _zone(picture: Picture, focus: Point, size: tuple[int, int]) -> _Zone:
    """The calmest zone that leaves the face free, each judged in the picture as it would be cut for it."""
    drawn = _attention(picture)
    wide = size[0] > size[1] * 1.2
    reach_x, reach_y = _FACE * (0.6 if wide else 1.0), _FACE * (1.0 if wide else 0.6)

    def cost(zone: _Zone) -> float:
        left, top, across, down = _window(picture, focus, size, zone)
        seen_x, seen_y = (focus[0] - left) / across, (focus[1] - top) / down
        over_x = min(zone.right, seen_x + reach_x) - max(zone.left, seen_x - reach_x)
        over_y = min(zone.bottom, seen_y + reach_y) - max(zone.top, seen_y - reach_y)
        covered = max(0.0, over_x) * max(0.0, over_y) / (4 * reach_x * reach_y)
        rows = slice(int((top + zone.top * down) * 128), int((top + zone.bottom * down) * 128))
        columns = slice(int((left + zone.left * across) * 128), int((left + zone.right * across) * 128))
        return 2.5 * covered + 0.9 * float(drawn[rows, columns].sum()) - zone.liking

    return min(_WIDE_ZONES if wide else _TALL_ZONES, key=cost)


def _window(
    picture: Picture, focus: Point, size: tuple[int, int], zone: _Zone | None
) -> tuple[float, float, float, float]:
    """What is cut out, its focus on the side that the title leaves: left, top, width and height in shares of the picture."""
    tall, wide = picture.shape[:2]
    scale = min(wide / size[0], tall / size[1]) * _CLOSER
    across, down = size[0] * scale / wide, size[1] * scale / tall
    wished_x = {"left": 0.68, "right": 0.32}.get(zone.side if zone else "", 0.5)
    wished_y = {"bottom": 0.36, "top": 0.66}.get(zone.side if zone else "", 0.42)
    left = min(max(focus[0] - wished_x * across, 0.0), 1 - across)
    top = min(max(focus[1] - wished_y * down, 0.0), 1 - down)
    return left, top, across, down


def _attention(picture: Picture) -> NDArray[np.float32]:
    """How much of the eye's attention each of 128×128 parts gets, 1 in all: what differs from its surroundings, and skin."""
    lab = cv2.cvtColor(cv2.resize(picture, (128, 128), interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2LAB).astype(
        np.float32
    )
    differs = np.linalg.norm(lab - cv2.GaussianBlur(lab, (0, 0), 22), axis=2)
    skin = _skin(lab) * 120
    drawn = cv2.GaussianBlur(differs + skin, (0, 0), 3)
    drawn = np.clip(drawn - np.quantile(drawn, 0.5), 0, None) + 1e-3
    return np.asarray(drawn / drawn.sum(), np.float32)


def _skin(lab: NDArray[np.float32]) -> NDArray[np.float32]:
    """How like skin, of any tone, the colours of a Lab picture are: 0 to 1."""
    return np.asarray(np.clip(1 - np.hypot((lab[:, :, 1] - 143) / 11, (lab[:, :, 2] - 152) / 15), 0, 1), np.float32)


def _cut(picture: Picture, focus: Point, size: tuple[int, int], zone: _Zone | None) -> Picture:
    tall, wide = picture.shape[:2]
    left, top, across, down = _window(picture, focus, size, zone)
    x, y, right, bottom = (round(share * length) for share, length in (
        (left, wide), (top, tall), (left + across, wide), (top + down, tall)))  # fmt: skip
    shrinks = right - x > size[0]
    part = picture[y:bottom, x:right]
    return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC), np.uint8)


def _brightened(frame: Picture) -> Picture:
    """Levels spread and colours a little fuller: it has to hold its own beside others."""
    lab = cv2.cvtColor(frame, cv2.COLOR_BGR2LAB)
    low, high = np.quantile(lab[::4, ::4, 0], (0.01, 0.99))
    levels = np.clip((np.arange(256) - low) / max(high - low, 60) * 250, 0, 255)
    curve = (0.65 * levels + 0.35 * np.arange(256)).astype(np.uint8)
    lab[:, :, 0] = cv2.LUT(lab[:, :, 0], curve)
    lab[:, :, 1:] = cv2.convertScaleAbs(lab[:, :, 1:], alpha=1.1, beta=-12.8)
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2BGR), np.uint8)


def _shaded(frame: Picture, zone: _Zone) -> Picture:
    """A shade that comes in from the title's side, deep enough that white reads on it whatever was there."""
    height, width = frame.shape[:2]
    ramps = {
        "left": np.linspace(1, 0, width)[None, :], "right": np.linspace(0, 1, width)[None, :],
        "bottom": np.linspace(0, 1, height)[:, None], "top": np.linspace(1, 0, height)[:, None],
    }  # fmt: skip
    ramp = np.broadcast_to(ramps[zone.side], (height, width)).astype(np.float32)
    begins = 0.36 if zone.side in ("left", "right") else 0.46
    rise = np.clip((ramp - begins) / (0.82 - begins), 0, 1)
    shade = (rise * rise * (3 - 2 * rise) * 0.74)[:, :, None]
    return np.asarray((frame * (1 - shade) + _DARK * shade).round(), np.uint8)


def _titled(frame: Picture, block: Block, zone: _Zone, accent: tuple[float, float, float]) -> Picture:
    height, width = frame.shape[:2]
    short = min(width, height)
    align = zone.align
    x = (zone.left + (zone.right - zone.left) * align) * width
    if not align and is_rtl(block.rows[0]):
        # It keeps to the zone's left edge as a whole, its rows begin at the right one.
        x, align = x + block.width, 1.0
    bar = max(4, round(short * 0.0105))
    gap = round(short * 0.042)
    room = (zone.bottom - zone.top) * height
    # At the foot it stands on the zone's lower edge, at the side in its middle, above it hangs from the upper edge.
    lead = {"bottom": room - block.height, "top": bar + gap}.get(zone.side, (room - block.height + bar + gap) / 2)
    top = zone.top * height + max(0.0, lead)
    layer = Image.new("L", (width, height), 0)
    block.draw(ImageDraw.Draw(layer), x, top, align)
    long = round(short * 0.13)
    left = round(x - long * align)
    shadow = np.asarray(layer.filter(ImageFilter.GaussianBlur(short * 0.014)), np.float32)[:, :, None] / 255
    ink = np.asarray(layer, np.float32)[:, :, None] / 255
    laid = frame * (1 - np.clip(shadow * 1.3, 0, 1) * 0.6)
    laid = laid * (1 - ink) + np.array(_INK, np.float32) * ink
    result = np.asarray(laid.round().clip(0, 255), np.uint8)
    above = round(top - gap - bar)
    if above > short * 0.03:
        cv2.rectangle(result, (left, above), (left + long - 1, above + bar - 1), accent, -1)
    return result
