"""What turns a clean drawing into a picture: glow, light from one side, vignette, paper, and the styles."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from services.render_worker.craft.images import Picture

Field = NDArray[np.float32]


class StyleUnknown(LookupError):
    """Nobody paints in that style; the message names it and those there are."""


def finish(picture: Picture, style: str, seed: int, sun_x: float) -> Picture:
    """The picture in its style; StyleUnknown for another than `STYLES`. An empty style is "flat"."""
    painter = STYLES.get(style or "flat")
    if painter is None:
        raise StyleUnknown(f"no style {style!r}: there are {', '.join(sorted(STYLES))}")
    return painter(picture, seed, sun_x)


def check_style(style: str) -> None:
    """StyleUnknown before any work is done."""
    if style and style not in STYLES:
        raise StyleUnknown(f"no style {style!r}: there are {', '.join(sorted(STYLES))}")


def _flat(picture: Picture, seed: int, sun_x: float) -> Picture:
    glowing = _bloom(picture, 0.34)
    shaded = _shade(glowing, _vignette(glowing.shape[1], glowing.shape[0], round(sun_x, 2), 0.20))
    return _grain(shaded, seed, 3.6)


def _watercolor(picture: Picture, seed: int, sun_x: float) -> Picture:
    """Edges that run, pigment that pools at them, paper that shows through."""
    height, width = picture.shape[:2]
    # Brushes are as large as they are, however many pixels show them.
    by = width / 2400 if width > height else height / 2400
    small = np.asarray(cv2.resize(picture, (width // 2, height // 2), interpolation=cv2.INTER_AREA), np.uint8)
    small = _run(small, seed, by)
    smooth = cv2.bilateralFilter(cv2.medianBlur(small, 5 if by > 0.6 else 3), 5, 30, 7)
    soft = cv2.GaussianBlur(smooth, (0, 0), max(1.0, 5 * by))
    edges = cv2.cvtColor(cv2.absdiff(smooth, soft), cv2.COLOR_BGR2GRAY).astype(np.float32)
    wash = _clouds(width // 2, height // 2, seed, 110 * by)
    paper = _clouds(width // 2, height // 2, seed + 1, max(1.5, 3 * by))
    light = 1.05 + 0.10 * wash + 0.03 * paper - np.clip(edges / 80, 0, 0.38)
    painted = 252 - (252 - smooth.astype(np.float32)) * 0.84
    painted *= light[:, :, None]
    result = cv2.resize(np.clip(painted, 0, 252).astype(np.uint8), (width, height), interpolation=cv2.INTER_CUBIC)
    return _grain(np.asarray(result, np.uint8), seed, 4.5)


def _run(picture: Picture, seed: int, by: float) -> Picture:
    height, width = picture.shape[:2]
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    dx = _clouds(width, height, seed + 2, 14 * by) * 3.6 * by + _clouds(width, height, seed + 4, 4 * by) * 1.2 * by
    dy = _clouds(width, height, seed + 3, 14 * by) * 3.6 * by + _clouds(width, height, seed + 5, 4 * by) * 1.2 * by
    moved = cv2.remap(picture, columns + dx, rows + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(moved, np.uint8)


def _noir(picture: Picture, seed: int, sun_x: float) -> Picture:
    """Black and white, hard light through blinds, deep corners, film grain."""
    height, width = picture.shape[:2]
    grey = cv2.cvtColor(_bloom(picture, 0.45), cv2.COLOR_BGR2GRAY)
    low, high = np.percentile(grey[::8, ::8], (3, 97))
    levels = np.clip((np.arange(256, dtype=np.float32) - low) / max(high - low, 40), 0, 1)
    curve = levels * levels * (3 - 2 * levels) * 0.6 + levels**0.85 * 0.4
    toned = cv2.LUT(grey, np.clip(curve * 224 + 16, 0, 255).astype(np.uint8))
    small_w, small_h = width // 8, height // 8
    x, y = np.meshgrid(np.linspace(0, 1, small_w, dtype=np.float32), np.linspace(0, 1, small_h, dtype=np.float32))
    across = x if sun_x > 0.5 else 1 - x
    blinds = 0.5 + 0.5 * np.tanh(7 * np.sin(46 * (y + 0.32 * across)))
    beam = np.clip(1 - np.abs(across * 0.9 + 0.25 * y - 0.62) * 2.4, 0, 1)
    light = 0.66 + 0.55 * beam * blinds - 0.5 * ((x - 0.5) ** 2 + (y - 0.5) ** 2)
    light = cv2.resize(
        cv2.GaussianBlur(light.astype(np.float32), (0, 0), 1.6), (width, height), interpolation=cv2.INTER_LINEAR
    )
    lit = np.clip(toned.astype(np.float32) * light, 0, 255).astype(np.uint8)
    tinted = cv2.merge(
        [cv2.convertScaleAbs(lit, alpha=1.0, beta=4), lit, cv2.convertScaleAbs(lit, alpha=0.985, beta=2)]
    )
    return _grain(np.asarray(tinted, np.uint8), seed, 13.0)


STYLES: dict[str, Callable[[Picture, int, float], Picture]] = {"flat": _flat, "watercolor": _watercolor, "noir": _noir}


def _bloom(picture: Picture, strength: float) -> Picture:
    """Bright parts shine a little over what is around them."""
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (width // 8, height // 8), interpolation=cv2.INTER_AREA)
    bright = cv2.subtract(small, np.full_like(small, 150))
    halo = cv2.resize(cv2.GaussianBlur(bright, (0, 0), 14), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.addWeighted(picture, 1.0, halo, strength, 0), np.uint8)


@cache
def _vignette(width: int, height: int, sun_x: float, depth: float) -> Picture:
    """Light falling off to the corners, and across from the light's side: a factor in 0..255, 200 meaning 1."""
    x, y = np.meshgrid(
        np.linspace(-1, 1, width // 8, dtype=np.float32), np.linspace(-1, 1, height // 8, dtype=np.float32)
    )
    towards = (x if sun_x > 0.5 else -x) * 0.055
    fall = 1.02 + towards - depth * np.clip(np.hypot(x * 0.85, y * 0.95) - 0.45, 0, 1) ** 1.5
    full = cv2.resize((fall * 200).astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.merge([np.clip(full, 0, 255).astype(np.uint8)] * 3), np.uint8)


def _shade(picture: Picture, factor: Picture) -> Picture:
    return np.asarray(cv2.multiply(picture, factor, scale=1 / 200), np.uint8)


def _grain(picture: Picture, seed: int, amount: float) -> Picture:
    """Paper's grain: soft enough to cost the encoder little, enough that gradients show no steps."""
    height, width = picture.shape[:2]
    rng = np.random.default_rng(seed & 0x7FFFFFFF)
    amount *= 0.5 + 0.5 * min(1.0, width / 2400)
    tile = rng.normal(0, amount, (256, 256)).astype(np.float32)
    tile = cv2.GaussianBlur(tile, (0, 0), 0.9) * 1.5
    noise = np.tile(tile, (height // 256 + 1, width // 256 + 1))[:height, :width]
    up, down = np.clip(noise, 0, 255).astype(np.uint8), np.clip(-noise, 0, 255).astype(np.uint8)
    return np.asarray(cv2.subtract(cv2.add(picture, cv2.merge([up] * 3)), cv2.merge([down] * 3)), np.uint8)


def _clouds(width: int, height: int, seed: int, size: float) -> Field:
    """Smooth noise in about -1..1 with features of that many pixels."""
    rng = np.random.default_rng(seed & 0x7FFFFFFF)
    rows, columns = max(4, round(height / size)), max(4, round(width / size))
    coarse = rng.normal(0, 0.5, (rows, columns)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)
