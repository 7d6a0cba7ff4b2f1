"""Burned captions and the watermark: text set once and laid over frames as a patch."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from services.render_worker.craft.images import Picture, even
from services.render_worker.craft.lettering.captions import (
    SAFE_WIDTH,
    SIDE_PAD,
    Cue,
    SpokenLine,
    columns_for,
    split_cues,
    text_size,
)
from services.render_worker.craft.lettering.fonts import script_of
from services.render_worker.craft.lettering.lettering import Lettering, Mask
from services.render_worker.craft.lettering.typesetting import body
from services.render_worker.craft.stage.yuv import Patch, patch_of

# Shares of the frame's height below the captions: the safe area, and in tall films above the buttons that players put there.
_BOTTOM_MARGIN = 0.1
_BOTTOM_MARGIN_TALL = 0.2
# WCAG 2.2, 1.4.3, level AA; and what is aimed at, since people walk through what was measured.
LEAST_CONTRAST = 4.5
_AIMED_CONTRAST = 6.0
_TEXT_BGR = (244, 250, 252)
_DARK_BGR = (14, 11, 10)
# How dark the plate behind the letters may be made, from none (only a soft shadow) to what is enough over white.
_PLATES = (0.0, 0.5, 0.62, 0.72)
_SHADOW_SHARE = 0.72
# How far around a caption the picture is looked at, as a share of it: about as far as a camera moves within a shot.
_NEARBY = 0.06


Field = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Overlay:
    """A patch and the frames it stands on: from `first` to `end` (exclusive)."""

    first: int
    end: int
    patch: Patch


@dataclass(frozen=True)
class _Layout:
    """A cue set in type: where its ink is in a box of `size` that stands at (x, y) of the frame."""

    x: int
    y: int
    size: tuple[int, int]
    points: int
    ink: Mask
    # The same, fatter: what darkens around the letters.
    fat: Mask

    @cached_property
    def measured(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """The middle of the letters, and what is close around them but no part of their edge."""
        core = cv2.erode(self.ink, _disc(1)) > 200
        close = cv2.dilate(self.fat, _disc(max(1, self.points // 12))) > 128
        return np.asarray(core), np.asarray(close & (cv2.dilate(self.ink, _disc(2)) < 20))


def caption_overlays(
    lines: Iterable[SpokenLine],
    language: str,
    size: tuple[int, int],
    fps: int,
    frames: int,
    *,
    behind: Picture | None = None,
) -> list[Overlay]:
    """The captions of a shot, cue by cue. FontMissing or GlyphMissing when no face sets them.

    `behind`: the shot's picture (BGR, any size of the film's shape), which says how dark their ground must be; without it the
    ground is dark enough for any picture.
    """
    cues = burned_cues(lines, language, size, round(frames * 1000 / fps))
    layouts = [_layout(cue, language, size) for cue in cues]
    # One look for all captions of a shot: the plate that the most exposed of them needs.
    plate = max((_plate_for(layout, behind, size) for layout in layouts), default=0.0)
    overlays = []
    for cue, layout in zip(cues, layouts, strict=True):
        first, end = round(cue.start_ms * fps / 1000), min(frames, round(cue.end_ms * fps / 1000))
        if end > first:
            overlays.append(Overlay(first, end, _patch(_set(layout, plate), layout.x, layout.y)))
    return overlays


def burned_cues(lines: Iterable[SpokenLine], language: str, size: tuple[int, int], until_ms: int) -> list[Cue]:
    """The cues as they are burned into a film of that size."""
    return split_cues(lines, max_chars=columns_for(size, language), until_ms=until_ms)


def contrast(frame: Picture, cue: Cue, language: str) -> float:
    """How much the cue's letters stand out in that frame of the film (BGR): WCAG's ratio, 1 to 21.

    Measured in the pixels: the middle of the letters against the lightest tenth of what is close around them.
    """
    layout = _layout(cue, language, (frame.shape[1], frame.shape[0]))
    part = frame[layout.y : layout.y + layout.size[1], layout.x : layout.x + layout.size[0]]
    return _contrast(part, layout)


def watermark(text: str, size: tuple[int, int]) -> Patch:
    """A quiet word in the upper right corner, spaced as a maker's name is."""
    height = max(11, round(min(size) * 0.026))
    lettering = Lettering("en", height, "semibold", track=0.08)
    if (longest := size[0] * 0.6) < lettering.length(text):
        lettering = Lettering("en", max(8, int(height * longest / lettering.length(text))), "semibold", track=0.08)
    # what is too long even then has several rows
    block = body(text, lettering, longest)
    soft = max(2, lettering.size // 5)
    pad = 3 * soft
    area = (even(block.width + 2 * pad), even(block.height + 2 * pad))
    sheet = Image.new("L", area)
    block.draw(ImageDraw.Draw(sheet), area[0] - pad, pad, 1.0)
    ink = np.asarray(sheet)
    shade = sheet.filter(ImageFilter.GaussianBlur(soft))
    dark = np.clip(np.asarray(shade, np.float32) * 1.9 / 255, 0, 1) * 0.62
    margin = min(size) * 0.045 - pad
    x, y = size[0] - area[0] - margin, margin
    return _patch(_over(dark, ink.astype(np.float32) / 255 * 0.86), max(0, round(x)), max(0, round(y)))


def _plate_for(layout: _Layout, behind: Picture | None, size: tuple[int, int]) -> float:
    """The lightest plate with which the letters stand out from this picture behind them."""
    if behind is None:
        return _PLATES[-1]
    _, around = layout.measured
    if not around.any():
        return _PLATES[-1]
    under = _part(behind, layout, size)[around]
    for plate in _PLATES:
        dark = _shade(layout, plate)[around][:, None]
        seen = (under * (1 - dark) + np.array(_DARK_BGR, np.float32) * dark).astype(np.uint8)
        if (_TEXT_LUMINANCE + 0.05) / (np.quantile(_luminance(seen), 0.9) + 0.05) >= _AIMED_CONTRAST:
            return plate
    return _PLATES[-1]


def _set(layout: _Layout, plate: float) -> Picture:
    """The letters on a plate that dark, or with a soft shadow where there is none: BGRA of straight alpha."""
    return _over(_shade(layout, plate), layout.ink.astype(np.float32) / 255)


def _shade(layout: _Layout, plate: float) -> Field:
    """How much is darkened, and where: 0.0 to 1.0."""
    edge = cv2.dilate(layout.ink, _disc(max(1, layout.points // 26))).astype(np.float32) / 255
    if plate:
        around = _plate(layout.size, layout.points) * plate
        edge = edge * 0.3
    else:
        blurred = cv2.GaussianBlur(layout.fat, (0, 0), max(1.0, layout.points / 9)).astype(np.float32) / 255
        around = np.clip(blurred * 1.5, 0, 1) * _SHADOW_SHARE
        edge = edge * 0.8
    return np.asarray(1 - (1 - around) * (1 - edge), np.float32)


def _part(behind: Picture, layout: _Layout, size: tuple[int, int]) -> Picture:
    """What is behind the box and a little around it, its lightest parts spread: the camera and those in white move."""
    tall, wide = behind.shape[:2]
    x, y = layout.x / size[0] - _NEARBY, layout.y / size[1] - _NEARBY
    right, bottom = (layout.x + layout.size[0]) / size[0] + _NEARBY, (layout.y + layout.size[1]) / size[1] + _NEARBY
    part = behind[int(max(0.0, y) * tall) : math.ceil(bottom * tall), int(max(0.0, x) * wide) : math.ceil(right * wide)]
    small = cv2.resize(part, (48, 12), interpolation=cv2.INTER_AREA)
    spread = cv2.dilate(small, np.ones((3, 5), np.uint8))
    return np.asarray(cv2.resize(spread, layout.size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _contrast(part: Picture, layout: _Layout) -> float:
    core, around = (mask[: part.shape[0], : part.shape[1]] for mask in layout.measured)
    if not core.any() or not around.any():
        return 21.0
    letters, ground = float(np.median(_luminance(part[core]))), float(np.quantile(_luminance(part[around]), 0.9))
    return (letters + 0.05) / (ground + 0.05)


def _layout(cue: Cue, language: str, size: tuple[int, int]) -> _Layout:
    width, height = size
    points = text_size(size)
    # One size for the whole film; only a line that would not fit is set smaller.
    room = width * SAFE_WIDTH - 2 * SIDE_PAD * points
    widest = max(_row(cue, row, language, points).length(text) for row, text in enumerate(cue.lines))
    if widest > room:
        points = max(8, int(points * room / widest))
    letterings = [_row(cue, row, language, points) for row in range(len(cue.lines))]
    lengths = [lettering.length(text) for lettering, text in zip(letterings, cue.lines, strict=True)]
    up, down = _heights(language, letterings, cue)
    step = round(max(1.3 * points, up + down))
    # The halo needs room around the ground.
    soft = max(2, points // 3)
    side, rim = round(SIDE_PAD * points), round(points * 0.2)
    box = even(max(lengths) + 2 * (side + soft)), even(up + down + step * (len(lengths) - 1) + 2 * (rim + soft))
    ink = Image.new("L", box, 0)
    for row, (lettering, text) in enumerate(zip(letterings, cue.lines, strict=True)):
        x, baseline = (box[0] - lengths[row]) / 2, soft + rim + up + row * step
        lettering.draw(ImageDraw.Draw(ink), x, baseline, text)
    bottom = _BOTTOM_MARGIN_TALL if height > width else _BOTTOM_MARGIN
    y = max(0, round(height * (1 - bottom)) - box[1] + soft)
    letters = np.asarray(ink, np.uint8)
    fat = np.asarray(cv2.dilate(letters, _disc(max(2, points // 6))), np.uint8)
    return _Layout((width - box[0]) // 4 * 2, y // 2 * 2, box, points, letters, fat)


def _row(cue: Cue, row: int, language: str, points: int) -> Lettering:
    # Only Noto Sans has italics: letters of other scripts don't lean.
    italic = cue.italic(row) and not script_of(cue.lines[row], "")
    return Lettering(language, points, "semibold", italic=italic)


def _heights(language: str, letterings: list[Lettering], cue: Cue) -> tuple[float, float]:
    """How far lines of this language reach above and below their baselines: the same for all of its captions."""
    boxes = [lettering.box(text) for lettering, text in zip(letterings, cue.lines, strict=True)]
    size = letterings[0].size
    up = max([0.86 * size, *(-box.top for box in boxes)])
    return up, max([0.28 * size, *(box.bottom for box in boxes)])


@cache
def _plate(size: tuple[int, int], points: int) -> Field:
    """A ground with round corners and an edge that is barely soft: 0.0 to 1.0."""
    soft = max(2, points // 3)
    picture = Image.new("L", size, 0)
    shape = (soft, soft, size[0] - soft - 1, size[1] - soft - 1)
    ImageDraw.Draw(picture).rounded_rectangle(shape, radius=points // 4, fill=255)
    blurred = picture.filter(ImageFilter.GaussianBlur(max(1.0, points / 40)))
    return np.asarray(blurred, np.float32) / 255


def _over(dark: Field, ink: Field) -> Picture:
    """Letters over their shade as one picture: BGRA of straight alpha."""
    alpha = ink + dark * (1 - ink)
    share = np.divide(ink, alpha, out=np.zeros_like(ink), where=alpha > 0)[:, :, None]
    colours = np.array(_TEXT_BGR, np.float32) * share + np.array(_DARK_BGR, np.float32) * (1 - share)
    return np.asarray(np.dstack([colours, alpha * 255]).round().clip(0, 255), np.uint8)


def _patch(bgra: Picture, x: int, y: int) -> Patch:
    return patch_of(np.ascontiguousarray(bgra), x // 2 * 2, y // 2 * 2)


def _luminance(bgr: Picture) -> Field:
    """WCAG's relative luminance of sRGB."""
    linear = _LINEAR[bgr]
    return np.asarray(linear @ np.array([0.0722, 0.7152, 0.2126], np.float32), np.float32)


def _disc(radius: int) -> Mask:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1)), np.uint8)


_SHARES = np.arange(256, dtype=np.float32) / 255
_LINEAR = np.where(_SHARES <= 0.04045, _SHARES / 12.92, ((_SHARES + 0.055) / 1.055) ** 2.4).astype(np.float32)
_TEXT_LUMINANCE = float(_luminance(np.array([_TEXT_BGR], np.uint8))[0])
