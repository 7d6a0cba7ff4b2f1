"""Typography: title and end cards, and the poster's title, over a softened picture."""

from __future__ import annotations

import math
from itertools import pairwise

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from services.render_worker.craft.fonts import load_font, script_of
from services.render_worker.craft.images import Picture

_PAPER = (250, 245, 232)
_MOST_ROWS = 4


def title_card(ground: Picture, title: str, subtitle: str, language: str) -> Picture:
    """The film's title on its setting. FontMissing when no font sets it."""
    return _card(ground, title, subtitle, language, share=0.15, dim=0.58)


def end_card(ground: Picture, title: str, subtitle: str, language: str) -> Picture:
    """Quieter and darker than the title card."""
    return _card(ground, title, subtitle, language, share=0.11, dim=0.50)


def poster(frame: Picture, title: str, language: str) -> Picture:
    """The frame with the title large at its foot, on a shade that rises from below."""
    height, width = frame.shape[:2]
    rise = np.clip((np.linspace(0, 1, height, dtype=np.float32) - 0.42) / 0.58, 0, 1) ** 1.2
    shaded = (frame.astype(np.float32) * (1 - 0.80 * rise)[:, None, None]).astype(np.uint8)
    if not title.strip():
        return np.asarray(shaded, np.uint8)
    picture = Image.fromarray(np.ascontiguousarray(shaded[:, :, ::-1]))
    rows, font = _fitted(title, language, round(min(width, height) * 0.135), round(width * 0.88), 3)
    step = _step(font)
    y = height * 0.925 - step * len(rows)
    _rows(picture, rows, font, y, step, centred=width < height * 1.2, left=round(width * 0.06))
    return np.ascontiguousarray(np.asarray(picture, np.uint8)[:, :, ::-1])


def _card(ground: Picture, title: str, subtitle: str, language: str, *, share: float, dim: float) -> Picture:
    height, width = ground.shape[:2]
    picture = Image.fromarray(np.ascontiguousarray(_softened(ground, dim)[:, :, ::-1]))
    # Cards are filmed too: their words stay within what the camera keeps.
    rows, font = _fitted(
        title.strip() or " ", language, round(min(width, height) * share), round(width * 0.74), _MOST_ROWS
    )
    step = _step(font)
    small_rows: list[str] = []
    small = font
    if subtitle.strip():
        small_rows, small = _fitted(
            subtitle.strip(), language, round(min(width, height) * 0.036), round(width * 0.66), 2, display=False
        )
    small_step = _step(small)
    gap = round(min(width, height) * 0.055)
    block = step * len(rows) + (gap + small_step * len(small_rows) if small_rows else gap)
    y = (height - block) / 2
    _rows(picture, rows, font, y, step)
    y += step * len(rows) + gap * 0.35
    drawing = ImageDraw.Draw(picture)
    half, thick = round(min(width, height) * 0.06), max(2, round(min(width, height) * 0.0028))
    drawing.rectangle((width / 2 - half, y, width / 2 + half, y + thick), fill=(226, 178, 104))
    if small_rows:
        _rows(picture, small_rows, small, y + gap * 0.55, small_step)
    return np.ascontiguousarray(np.asarray(picture, np.uint8)[:, :, ::-1])


def _softened(ground: Picture, dim: float) -> Picture:
    height, width = ground.shape[:2]
    small = cv2.resize(ground, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
    soft = cv2.resize(cv2.GaussianBlur(small, (0, 0), height / 700), (width, height), interpolation=cv2.INTER_CUBIC)
    x, y = np.meshgrid(np.linspace(-1, 1, width, dtype=np.float32), np.linspace(-1, 1, height, dtype=np.float32))
    middle = np.exp(-(x**2 * 0.9 + y**2 * 1.4))
    factor = (dim + (0.86 - dim) * np.clip(1 - middle * 1.15, 0, 1)).astype(np.float32)
    night = np.array([34, 24, 20], np.float32) * (1 - factor[:, :, None]) * 0.6
    return np.asarray(np.clip(soft.astype(np.float32) * factor[:, :, None] + night, 0, 255), np.uint8)


def _fitted(
    text: str, language: str, size: int, room: int, most_rows: int, *, display: bool = True
) -> tuple[list[str], ImageFont.FreeTypeFont]:
    """The text in balanced rows and the largest font, from that size down, in which it fits.

    A word that is still too long at half that size is parted, rather than set too small to read.
    """
    smallest_whole = max(12, size * 0.5)
    while True:
        font = load_font(text, language, size, "bold" if display else "regular", display=display)
        rows = _wrapped(text if size > smallest_whole else _parted(text, font, room), font, room)
        if (len(rows) <= most_rows and all(font.getlength(row) <= room for row in rows)) or size <= 12:
            return rows[:most_rows], font
        size = max(12, int(size * 0.9))


def _parted(text: str, font: ImageFont.FreeTypeFont, room: int) -> str:
    """The text with words longer than a row in hyphened pieces, as few and as alike as can be."""
    words: list[str] = []
    for word in text.split():
        count = math.ceil(font.getlength(word + "-") / room)
        edges = [round(len(word) * part / count) for part in range(count + 1)]
        pieces = [word[begin:end] for begin, end in pairwise(edges)]
        words += [*(piece + "-" for piece in pieces[:-1]), pieces[-1]] if font.getlength(word) > room else [word]
    return " ".join(words)


def _wrapped(text: str, font: ImageFont.FreeTypeFont, room: int) -> list[str]:
    spaced = " " in text or script_of(text, "") not in {"sc", "jp", "thai", "khmer", "lao", "myanmar"}
    pieces, space = (text.split(), " ") if spaced else (list(text), "")
    fewest = len(_filled(pieces, space, font, room))
    # Rows of like length read better than a full one and a remnant: the narrowest column with as few rows.
    narrow, wide = 0.0, float(room)
    while wide - narrow > 2:
        middle = (narrow + wide) / 2
        if len(_filled(pieces, space, font, middle)) > fewest:
            narrow = middle
        else:
            wide = middle
    return _filled(pieces, space, font, wide)


def _filled(pieces: list[str], space: str, font: ImageFont.FreeTypeFont, room: float) -> list[str]:
    rows: list[str] = []
    row = ""
    for piece in pieces:
        longer = row + space + piece if row else piece
        if row and font.getlength(longer) > room:
            rows.append(row)
            row = piece
        else:
            row = longer
    return [*rows, row]


def _step(font: ImageFont.FreeTypeFont) -> int:
    ascent, descent = font.getmetrics()
    return round((ascent + descent) * 0.96)


def _rows(
    picture: Image.Image,
    rows: list[str],
    font: ImageFont.FreeTypeFont,
    y: float,
    step: int,
    *,
    centred: bool = True,
    left: int = 0,
) -> None:
    """Rows of text with a soft shadow."""
    shadow = Image.new("L", (picture.width // 2, picture.height // 2), 0)
    layer = Image.new("L", picture.size, 0)
    drawing = ImageDraw.Draw(layer)
    for index, row in enumerate(rows):
        x = (picture.width - font.getlength(row)) / 2 if centred else left
        drawing.text((x, y + index * step), row, font=font, fill=255)
    shadow = layer.resize(shadow.size).filter(ImageFilter.GaussianBlur(max(2, step / 22)))
    dark = shadow.resize(picture.size).point([min(255, round(level * 0.75)) for level in range(256)])
    picture.paste((10, 9, 16), (0, max(1, step // 40)), dark)
    picture.paste(_PAPER, (0, 0), layer)
