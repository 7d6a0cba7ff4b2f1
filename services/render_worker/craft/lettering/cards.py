"""Typography: title, chapter and end cards over a softened picture, in the film's style."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from services.render_worker.craft.images import Picture
from services.render_worker.craft.lettering.lettering import Lettering
from services.render_worker.craft.lettering.typesetting import Block, fitted

Field = NDArray[np.floating[Any]]
Color = tuple[float, float, float]
# The eye's middle of a page lies a little above the measured one.
_OPTICAL_MIDDLE = 0.487
# Cards are filmed too: their words stay within what the camera keeps.
_ROOM = 0.72
_GOLD: Color = (104, 178, 226)


@dataclass(frozen=True)
class Face:
    """How a card of one style looks. Colours are BGR."""

    ink: Color
    # What the picture becomes: mixed that much with this colour, and darkened (or, below 0, lightened) about the middle.
    veil: Color
    veil_share: float
    middle: float
    # The accent's lightness, 0 to 255 of Lab's L.
    accent_light: int
    shadow: float
    # A sheet of paper under the words.
    sheet: bool = False
    grey: bool = False


@dataclass(frozen=True)
class _Piece:
    """One row of a card: how tall it is, and how it is drawn from its top on. A gap draws nothing."""

    height: float
    draw: Callable[[float], None] = lambda top: None


_FACES = {
    "flat": Face((236, 246, 251), (38, 26, 20), 0.36, 0.24, 205, 0.55),
    "noir": Face((244, 246, 247), (10, 9, 9), 0.48, 0.24, 235, 0.7, grey=True),
    "watercolor": Face((66, 48, 42), (232, 242, 248), 0.54, -0.20, 120, 0.0),
    "paper": Face((62, 50, 46), (70, 58, 52), 0.18, 0.05, 118, 0.0, sheet=True),
}


def title_card(ground: Picture, title: str, subtitle: str, language: str, style: str = "flat") -> Picture:
    """The film's title on its setting (BGR in and out). FontMissing or GlyphMissing when no face sets it."""
    return _card(ground, title, subtitle, language, style, share=0.148, ornament_above=True)


def chapter_card(ground: Picture, title: str, subtitle: str, language: str, style: str = "flat") -> Picture:
    """A chapter's name, smaller than the film's; the subtitle ("II") stands above it."""
    return _card(ground, title, subtitle, language, style, share=0.096, subtitle_above=True)


def end_card(ground: Picture, title: str, subtitle: str, language: str, style: str = "flat") -> Picture:
    """Quieter than the title card, its ornament below."""
    return _card(ground, title, subtitle, language, style, share=0.108, veil=0.12)


def _card(
    ground: Picture,
    title: str,
    subtitle: str,
    language: str,
    style: str,
    *,
    share: float,
    veil: float = 0.0,
    ornament_above: bool = False,
    subtitle_above: bool = False,
) -> Picture:
    face = _FACES.get(style, _FACES["flat"])
    height, width = ground.shape[:2]
    short = min(width, height)
    accent = (200.0, 202.0, 203.0) if face.grey else accent_of(ground, face.accent_light)
    words = fitted(title, Lettering(language, round(short * share), "bold", display=True), width * _ROOM, 4)
    small = fitted(
        subtitle, Lettering(language, round(short * 0.036), "regular", track=0.09), width * _ROOM * 0.9, 2, leading=1.5
    )
    gap = max(short * 0.055, words.lettering.size * 0.42)
    line = short * 0.022
    picture = _veiled(ground, face, veil)
    main = _Piece(words.height, lambda top: _letter(picture, words, top, face.ink, face.shadow))
    told = _Piece(small.height, lambda top: _letter(picture, small, top, _mixed(face.ink, accent, 0.35), face.shadow))
    mark = _Piece(line, lambda top: _ornament(picture, top + line / 2, line, accent))
    pieces = [main]
    if subtitle.strip():
        pieces = [told, _Piece(gap * 0.75), main] if subtitle_above else [main, _Piece(gap), told]
    pieces = [mark, _Piece(gap), *pieces] if ornament_above else [*pieces, _Piece(gap), mark]
    tall = sum(piece.height for piece in pieces)
    top = height * _OPTICAL_MIDDLE - tall / 2
    if face.sheet:
        _lay_sheet(picture, max(words.width, small.width), top, tall)
    for piece in pieces:
        piece.draw(top)
        top += piece.height
    return picture


def _veiled(ground: Picture, face: Face, more: float) -> Picture:
    """The picture out of focus, with the words' ground laid over its middle."""
    height, width = ground.shape[:2]
    small = cv2.resize(ground, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
    if face.grey:
        small = cv2.cvtColor(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    soft = cv2.GaussianBlur(small, (0, 0), min(width, height) / 330).astype(np.float32)
    x, y = np.meshgrid(np.linspace(-1, 1, width // 4), np.linspace(-1, 1, height // 4))
    middle = np.exp(-(x**2 * 1.1 + y**2 * 1.6)).astype(np.float32)
    share = np.clip(face.veil_share + more + abs(face.middle) * middle, 0, 0.94)[:, :, None]
    veiled = soft * (1 - share) + np.array(face.veil, np.float32) * share
    if face.middle > 0:
        # corners fall off into the dark
        veiled *= (1.0 - 0.32 * np.clip(np.hypot(x * 0.8, y * 0.9) - 0.5, 0, 1)).astype(np.float32)[:, :, None]
    full = cv2.resize(veiled, (width, height), interpolation=cv2.INTER_CUBIC)
    # A grain keeps the soft ground from showing steps.
    full += np.random.default_rng(7).normal(0, 1.3, (height, width, 1)).astype(np.float32)
    return np.asarray(full.round().clip(0, 255), np.uint8)


def _lay_sheet(picture: Picture, widest: float, top: float, tall: float) -> None:
    """A sheet of paper with a shadow and a fine line around, in place."""
    height, width = picture.shape[:2]
    short = min(width, height)
    side, rim = short * 0.1, short * 0.095
    half = min(width * 0.46, widest / 2 + side)
    box = (
        width / 2 - half,
        max(short * 0.04, top - rim),
        width / 2 + half,
        min(height - short * 0.04, top + tall + rim),
    )
    shape = Image.new("L", (width, height), 0)
    ImageDraw.Draw(shape).rectangle(box, fill=255)
    sheet = np.asarray(shape, np.float32) / 255
    away = round(short * 0.012)
    shadow = np.roll(cv2.GaussianBlur(sheet, (0, 0), short * 0.016), (away, away // 2), (0, 1)) * 0.5
    grain = np.random.default_rng(11).normal(0, 1, (height // 2 + 1, width // 2 + 1)).astype(np.float32)
    fibre = cv2.resize(cv2.GaussianBlur(grain, (0, 0), 1.2), (width, height)) * 3.5
    paper = np.array([226, 238, 245], np.float32) + fibre[:, :, None]
    laid = picture.astype(np.float32) * (1 - shadow[:, :, None])
    laid = laid * (1 - sheet[:, :, None]) + paper * sheet[:, :, None]
    line = Image.new("L", (width, height), 0)
    inset = short * 0.022
    ImageDraw.Draw(line).rectangle(
        (box[0] + inset, box[1] + inset, box[2] - inset, box[3] - inset),
        outline=255,
        width=max(1, round(short * 0.0018)),
    )
    thin = (np.asarray(line, np.float32) / 255 * 0.35)[:, :, None]
    laid = laid * (1 - thin) + np.array([90, 82, 80], np.float32) * thin
    picture[:] = laid.round().clip(0, 255)


def _letter(picture: Picture, block: Block, top: float, color: Color, shadow: float) -> None:
    """The block centred in the picture, in place."""
    height, width = picture.shape[:2]
    layer = Image.new("L", (width, height), 0)
    block.draw(ImageDraw.Draw(layer), width / 2, top)
    ink = np.asarray(layer, np.float32) / 255
    if shadow:
        soft = max(2.0, block.lettering.size / 9)
        blurred = np.asarray(layer.filter(ImageFilter.GaussianBlur(soft)), np.float32) / 255
        _blend(picture, blurred * shadow, (12, 8, 6))
    _blend(picture, ink, color)


def _ornament(picture: Picture, y: float, size: float, color: Color) -> None:
    """Two hairlines that taper off, and a lozenge between them; drawn four times larger, so that its edges are smooth."""
    width = picture.shape[1]
    arm, thick, gap, by = size * 5.2, max(1.0, size * 0.07), size * 1.05, 4
    wide, tall = round(2 * (arm + gap)) // 2 * 2, max(4, round(size)) // 2 * 2
    layer = Image.new("L", (wide * by, tall * by), 0)
    drawing = ImageDraw.Draw(layer)
    middle, level = wide * by / 2, tall * by / 2
    half = size * 0.3 * by
    drawing.polygon(
        [(middle - half, level), (middle, level - half), (middle + half, level), (middle, level + half)], fill=255
    )
    for side in (-1, 1):
        near, far = middle + side * gap * by, middle + side * (gap + arm) * by
        drawing.polygon([(near, level - thick * by), (far, level), (near, level + thick * by)], fill=255)
    shape = np.asarray(layer.resize((wide, tall), Image.Resampling.BOX), np.float32) / 255
    left, top = (width - wide) // 2, round(y - tall / 2)
    _blend(picture[top : top + tall, left : left + wide], shape, color)


def _blend(picture: Picture, share: Field, color: Color) -> None:
    if picture.shape[:2] != share.shape:
        return
    mixed = picture * (1 - share[:, :, None]) + np.array(color, np.float32) * share[:, :, None]
    picture[:] = mixed.round().clip(0, 255)


def accent_of(picture: Picture, lightness: int) -> Color:
    """The most telling colour of the picture at that lightness (Lab's L, 0 to 255); gold where the picture has none."""
    small = cv2.resize(picture, (64, 64), interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small, cv2.COLOR_BGR2LAB).reshape(-1, 3).astype(np.float32)
    chroma = np.hypot(lab[:, 1] - 128, lab[:, 2] - 128)
    # warm colours count more: on a card they glow, cold ones recede
    weight = chroma * (1 + 0.6 * np.clip((lab[:, 2] - 128) / 40, 0, 1))
    vivid = lab[np.argsort(weight)[-120:]].mean(axis=0)
    reach = float(np.hypot(vivid[1] - 128, vivid[2] - 128))
    if reach < 12:
        gold = cv2.cvtColor(np.array([[_GOLD]], np.uint8), cv2.COLOR_BGR2LAB)[0, 0].astype(np.float32)
        vivid, reach = gold, float(np.hypot(gold[1] - 128, gold[2] - 128))
    by = min(max(reach, 26.0), 46.0) / reach
    lit = np.array([lightness, 128 + (vivid[1] - 128) * by, 128 + (vivid[2] - 128) * by])
    bgr = cv2.cvtColor(lit.clip(0, 255).astype(np.uint8)[None, None], cv2.COLOR_LAB2BGR)[0, 0]
    return float(bgr[0]), float(bgr[1]), float(bgr[2])


def _mixed(first: Color, second: Color, share: float) -> Color:
    b, g, r = (a * (1 - share) + c * share for a, c in zip(first, second, strict=True))
    return b, g, r
