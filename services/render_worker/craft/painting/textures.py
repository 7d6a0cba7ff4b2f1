"""Grain, paper and washes: noise as tiles without a seam, made once from fixed seeds, and laid over pictures."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from services.render_worker.craft.images import Picture

Field = NDArray[np.float32]
TILE = 512
# A tile's value that leaves a pixel as it is; a texture only darkens, so that colours stay premultiplied.
SAME = 200


def clouds(width: int, height: int, seed: int, size: float) -> Field:
    """Smooth noise in about -1..1 with features of that many pixels."""
    rng = np.random.default_rng(seed & 0x7FFFFFFF)
    rows, columns = max(4, round(height / size)), max(4, round(width / size))
    coarse = rng.normal(0, 0.5, (rows, columns)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


@cache
def noise(seed: int, size: float) -> Field:
    """A tile of noise with features of about that many pixels; mean 0, deviation 1, the same at opposite edges."""
    rng = np.random.default_rng(seed)
    tile = rng.normal(0, 1, (TILE, TILE)).astype(np.float32)
    spectrum = np.fft.rfft2(tile)
    fy, fx = np.fft.fftfreq(TILE)[:, None], np.fft.rfftfreq(TILE)[None, :]
    smooth = np.fft.irfft2(spectrum * np.exp(-2 * (np.pi * size * 0.5) ** 2 * (fx**2 + fy**2)), s=(TILE, TILE))
    return np.asarray(smooth / smooth.std(), np.float32)


@cache
def fibre() -> Field:
    """Cut paper: short fibres in all directions on a soft mottle; mean 0, deviation 1."""
    rng = np.random.default_rng(71)
    tile = np.zeros((TILE, TILE), np.uint8)
    for _ in range(1500):
        x, y, angle, length = rng.uniform(0, TILE), rng.uniform(0, TILE), rng.uniform(0, np.pi), rng.uniform(8, 26)
        dx, dy = np.cos(angle) * length, np.sin(angle) * length
        for ox in (-TILE, 0, TILE):
            for oy in (-TILE, 0, TILE):
                a = (round((x + ox) * 8), round((y + oy) * 8))
                b = (round((x + ox + dx) * 8), round((y + oy + dy) * 8))
                cv2.line(tile, a, b, int(rng.uniform(60, 200)), 1, cv2.LINE_AA, 3)
    mixed = tile.astype(np.float32) / 60 + noise(72, 1.6) * 0.9 + noise(73, 9.0) * 0.7
    return np.asarray((mixed - mixed.mean()) / mixed.std(), np.float32)


@cache
def tile_of(kind: str, depth: float) -> Picture:
    """A texture as factors out of SAME for BGRA (alpha untouched), darkening by up to about three times `depth`."""
    field = {"grain": noise(5, 1.1), "fibre": fibre(), "wash": noise(6, 26) * 0.7 + noise(7, 1.8) * 0.7}[kind]
    factor = np.clip(SAME * (1 - depth * np.clip(field + 1.1, 0, 3)), 0, SAME).astype(np.uint8)
    return np.asarray(cv2.merge([factor, factor, factor, np.full_like(factor, SAME)]), np.uint8)


def textured(picture: Picture, kind: str, depth: float, seed: int = 0) -> Picture:
    """The picture (BGRA, premultiplied) with that texture on it; the seed says where the tile begins."""
    tile = tile_of(kind, depth)
    if seed:
        tile = np.roll(tile, ((seed * 131) % TILE, (seed * 197) % TILE), (0, 1))
    height, width = picture.shape[:2]
    done = np.empty_like(picture)
    for y in range(0, height, TILE):
        for x in range(0, width, TILE):
            part = picture[y : y + TILE, x : x + TILE]
            cv2.multiply(
                part, tile[: part.shape[0], : part.shape[1]], dst=done[y : y + TILE, x : x + TILE], scale=1 / SAME
            )
    return done


def tiled(field: Field, width: int, height: int) -> Field:
    """The tile repeated over that size."""
    return np.tile(field, (height // TILE + 1, width // TILE + 1))[:height, :width]


def shadowed(picture: Picture, dx: int, dy: int, blur: float, strength: float) -> Picture:
    """The picture (BGRA, premultiplied) with the soft shadow that it throws on what is behind, within its own bounds."""
    height, width = picture.shape[:2]
    small = cv2.resize(picture[:, :, 3], (max(1, width // 4), max(1, height // 4)), interpolation=cv2.INTER_AREA)
    shift = np.array([[1, 0, dx / 4], [0, 1, dy / 4]], np.float32)
    small = cv2.warpAffine(small, shift, (small.shape[1], small.shape[0]), borderMode=cv2.BORDER_REPLICATE)
    soft = cv2.GaussianBlur(small, (0, 0), max(0.6, blur / 4))
    shade = cv2.resize(cv2.convertScaleAbs(soft, alpha=strength), (width, height), interpolation=cv2.INTER_LINEAR)
    alpha = picture[:, :, 3]
    done = picture.copy()
    done[:, :, 3] = cv2.add(alpha, cv2.multiply(shade, cv2.bitwise_not(alpha), scale=1 / 255))
    return done


def fewer_pixels(soft_px: float) -> float:
    """By how much a picture that is to be softened so may be smaller: what is out of focus needs fewer pixels."""
    return 1.0 if soft_px < 2.5 else min(4.0, soft_px / 1.6)


def softened(picture: Picture, soft_px: float) -> Picture:
    """The picture out of focus, `soft_px` being the deviation of its blur in pixels."""
    height, width = picture.shape[:2]
    fewer = fewer_pixels(soft_px)
    small = (max(2, round(width / fewer)), max(2, round(height / fewer)))
    if small != (width, height):
        picture = np.asarray(cv2.resize(picture, small, interpolation=cv2.INTER_AREA), np.uint8)
    soft = cv2.GaussianBlur(picture, (0, 0), soft_px / fewer)
    if small != (width, height):
        soft = cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(soft, np.uint8)
