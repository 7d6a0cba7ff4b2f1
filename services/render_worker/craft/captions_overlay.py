"""Burned captions and the watermark: text set once and laid over frames as a patch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from services.render_worker.craft.captions import Cue, SpokenLine, split_cues
from services.render_worker.craft.fonts import load_font
from services.render_worker.craft.yuv import Patch, patch_of

# Shares of the frame: text keeps off the edges, and in tall films above the buttons that players put there.
_SIDE_MARGIN = 0.06
_BOTTOM_MARGIN = 0.075
_BOTTOM_MARGIN_TALL = 0.2
_TEXT_SHARE = 0.043
_BOX = (12, 12, 18, 150)


@dataclass(frozen=True)
class Overlay:
    """A patch and the frames it stands on: from `first` to `end` (exclusive)."""

    first: int
    end: int
    patch: Patch


def caption_overlays(
    lines: Iterable[SpokenLine], language: str, size: tuple[int, int], fps: int, frames: int
) -> list[Overlay]:
    """The captions of a shot, cue by cue. FontMissing when no font sets the language."""
    cues = split_cues(lines, max_chars=42 if size[0] > size[1] else 30, until_ms=round(frames * 1000 / fps))
    overlays = []
    for cue in cues:
        first, end = round(cue.start_ms * fps / 1000), min(frames, round(cue.end_ms * fps / 1000))
        if end > first:
            overlays.append(Overlay(first, end, _caption(cue, language, size)))
    return overlays


def watermark(text: str, size: tuple[int, int]) -> Patch:
    """A quiet word in the upper right corner."""
    height = max(12, round(min(size) * 0.032))
    font = load_font(text, "en", height)
    if (longest := size[0] * 0.7) < font.getlength(text):
        font = load_font(text, "en", max(8, int(height * longest / font.getlength(text))))
    box = font.getbbox(text)
    width, tall = round(box[2] - box[0]) + 12, round(box[3] - box[1]) + 12
    picture = Image.new("RGBA", (_even(width), _even(tall)), (255, 255, 255, 0))
    drawing = ImageDraw.Draw(picture)
    drawing.text((6 - box[0] + 1, 6 - box[1] + 1), text, font=font, fill=(0, 0, 0, 90))
    drawing.text((6 - box[0], 6 - box[1]), text, font=font, fill=(255, 255, 255, 150))
    margin = round(min(size) * 0.04)
    return _patch(picture, _even(size[0] - picture.width - margin), _even(margin))


def _caption(cue: Cue, language: str, size: tuple[int, int]) -> Patch:
    width, height = size
    room = round(width * (1 - 2 * _SIDE_MARGIN))
    # One size for the whole film; only a line that would not fit is set smaller.
    points = max(12, round(min(width, height) * _TEXT_SHARE))
    font = load_font(cue.text, language, points)
    widest = max(font.getlength(line) for line in cue.lines)
    pad = points // 2
    if widest > room - 2 * pad:
        points = max(8, int(points * (room - 2 * pad) / widest))
        font = load_font(cue.text, language, points)
        widest = max(font.getlength(line) for line in cue.lines)
    ascent, descent = font.getmetrics()
    step = round((ascent + descent) * 0.98)
    soft = max(2, points // 6)
    box = (_even(round(widest) + 2 * pad + 2 * soft), _even(step * len(cue.lines) + pad + 2 * soft))
    ground = Image.new("RGBA", box, (*_BOX[:3], 0))
    shape = ImageDraw.Draw(ground)
    shape.rounded_rectangle((soft, soft, box[0] - soft - 1, box[1] - soft - 1), radius=pad // 2 + 2, fill=_BOX)
    ground = ground.filter(ImageFilter.GaussianBlur(soft / 2))
    drawing = ImageDraw.Draw(ground)
    for row, line in enumerate(cue.lines):
        x = (box[0] - font.getlength(line)) / 2
        y = soft + pad // 2 + row * step
        drawing.text(
            (x, y),
            line,
            font=font,
            fill=(250, 248, 242, 255),
            stroke_width=max(1, points // 24),
            stroke_fill=(8, 8, 12, 255),
        )
    bottom = _BOTTOM_MARGIN_TALL if height > width else _BOTTOM_MARGIN
    return _patch(ground, _even((width - box[0]) // 2), _even(max(0, round(height * (1 - bottom)) - box[1])))


def _patch(picture: Image.Image, x: int, y: int) -> Patch:
    rgba = np.asarray(picture, dtype=np.uint8)
    return patch_of(np.ascontiguousarray(rgba[:, :, [2, 1, 0, 3]]), max(0, x), y)


def _even(length: int) -> int:
    return length + length % 2
