"""Lays a drawing's shapes down as pixels, each in its style's medium: modelled by the light, cut from paper, washed on.

Faster than an SVG renderer (no file between), and able to do what none can: grain, rims, shadows and pooled pigment per shape.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from services.render_worker.craft.images import Picture
from services.render_worker.craft.painting import ramps
from services.render_worker.craft.painting.layers import filled, lay
from services.render_worker.craft.painting.palette import Lab, blend, from_hex, lighter, to_hex
from services.render_worker.craft.painting.shapes import Box, Fill, Gradient, Points, Shape
from services.render_worker.craft.painting.styles import Style, style
from services.render_worker.craft.painting.textures import TILE, noise

# Bits below a pixel in OpenCV's coordinates.
_SHIFT = 4
# Shapes smaller than that, in pixels, are laid down plain.
_LARGE = 34


def raster(
    shapes: Iterable[Shape], view: Box, width: int, height: int, style_name: str, light_side: int = 1
) -> Picture:
    """What of the shapes is in the view (x, y, width, height), as BGRA premultiplied of that size in that style."""
    look = style(style_name)
    soft = look.medium.softness
    small_w, small_h = max(2, round(width / soft)), max(2, round(height / soft))
    canvas = np.zeros((small_h, small_w, 4), np.uint8)
    laid = _Laying(canvas, view, look, light_side)
    for index, shape in enumerate(shapes):
        laid.lay(shape, index)
    if (small_w, small_h) != (width, height):
        canvas = np.asarray(cv2.resize(canvas, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
    return canvas


class _Laying:
    """One canvas while it is painted."""

    def __init__(self, canvas: Picture, view: Box, look: Style, light_side: int) -> None:
        self._canvas = canvas
        self._height, self._width = canvas.shape[:2]
        self._origin = np.array(view[:2], np.float32)
        self._scale = np.array((self._width / view[2], self._height / view[3]), np.float32)
        # Pixels a unit.
        self._unit = float(self._scale.mean())
        self._look, self._medium, self._side = look, look.medium, light_side

    def lay(self, shape: Shape, index: int) -> None:
        """The shape on the canvas."""
        x, y, w, h = shape.box
        left, top = (x - self._origin[0]) * self._scale[0], (y - self._origin[1]) * self._scale[1]
        right, bottom = left + w * self._scale[0], top + h * self._scale[1]
        lift = self._medium.shadow and 12 * self._unit
        x0, y0 = max(0, int(left - 1 - lift)), max(0, int(top - 1))
        x1, y1 = min(self._width, int(right + 3)), min(self._height, int(bottom + 3 + lift))
        if x1 <= x0 or y1 <= y0:
            return
        outlines = [(points - self._origin) * self._scale for points in shape.outlines]
        small = min(right - left, bottom - top) < _LARGE * min(1.0, self._unit * 1.2)
        if shape.width and isinstance(shape.fill, str):
            self._line(shape.fill, shape, outlines, (x0, y0, x1, y1))
        elif small and isinstance(shape.fill, str) and shape.opacity >= 1:
            color = _bgr(shape.fill, self._look.name)
            cv2.fillPoly(self._canvas, _fixed(outlines, (0, 0)), (*color, 255), cv2.LINE_AA, _SHIFT)
        else:
            self._area(shape, outlines, (x0, y0, x1, y1), (left, top, right, bottom), index, small)

    def _line(self, fill: str, shape: Shape, outlines: list[Points], part: tuple[int, int, int, int]) -> None:
        wide = shape.width * self._unit
        color = _bgr(fill, self._look.name)
        opacity = shape.opacity * min(1.0, wide)
        thickness = max(1, round(wide))
        if opacity >= 1:
            cv2.polylines(self._canvas, _fixed(outlines, (0, 0)), False, (*color, 255), thickness, cv2.LINE_AA, _SHIFT)
            return
        mask = np.zeros((part[3] - part[1], part[2] - part[0]), np.uint8)
        cv2.polylines(mask, _fixed(outlines, part), False, 255, thickness, cv2.LINE_AA, _SHIFT)
        _cover(self._canvas[part[1] : part[3], part[0] : part[2]], mask, color, opacity)

    def _area(self, shape: Shape, outlines: list[Points], part: tuple[int, int, int, int], box: tuple[float, ...], index: int,
              small: bool) -> None:  # fmt: skip
        medium, x0, y0 = self._medium, part[0], part[1]
        # Light and haze have no edge that could be cut, inked or throw a shadow.
        airy = isinstance(shape.fill, Gradient) and min(stop[2] for stop in shape.fill.stops) < 0.8
        cut = not small and not airy and shape.opacity > 0.6
        if medium.wobble and cut:
            outlines = [_strayed(points, medium.wobble * self._unit, index) for points in outlines]
        mask = np.zeros((part[3] - y0, part[2] - x0), np.uint8)
        cv2.fillPoly(mask, _fixed(outlines, part), 255, cv2.LINE_AA, _SHIFT)
        target = self._canvas[y0 : part[3], x0 : part[2]]
        if medium.shadow and cut:
            self._shadow(target, mask)
        if isinstance(shape.fill, Gradient):
            self._graded(shape.fill, target, mask, box, part, shape.opacity)
        elif small:
            _cover(target, mask, _bgr(shape.fill, self._look.name), shape.opacity)
        else:
            self._modelled(shape.fill, target, mask, box, part, shape.opacity, index)
        if self._look.outline and cut and min(box[2] - box[0], box[3] - box[1]) < self._height * 0.8:
            self._penciled(outlines, shape.fill, self._look.outline[1])

    def _shadow(self, target: Picture, mask: Picture) -> None:
        """Of a sheet of paper on what it lies on, away from the light."""
        height, width = mask.shape
        if height < 8 or width < 8:
            return
        lift = max(1.0, 3.2 * self._unit)
        small = cv2.resize(mask, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
        move = np.array([[1, 0, -self._side * lift / 4], [0, 1, lift * 1.2 / 4]], np.float32)
        moved = cv2.warpAffine(small, move, (width // 4, height // 4), borderMode=cv2.BORDER_REPLICATE)
        soft = cv2.resize(cv2.GaussianBlur(moved, (0, 0), max(0.8, lift * 0.45)), (width, height))
        _cover(target, np.asarray(soft, np.uint8), (26, 16, 14), self._medium.shadow * 0.8)

    def _graded(self, fill: Gradient, target: Picture, mask: Picture, box: tuple[float, ...], part: tuple[int, int, int, int],
                opacity: float) -> None:  # fmt: skip
        """Only the visible part of the box is filled; the ramp runs over all of it."""
        height, width = mask.shape
        columns = (np.arange(part[0], part[2], dtype=np.float32) + 0.5 - box[0]) / max(1e-3, box[2] - box[0])
        rows = (np.arange(part[1], part[3], dtype=np.float32) + 0.5 - box[1]) / max(1e-3, box[3] - box[1])
        if fill.way == "out":
            far = cv2.sqrt(np.add.outer((2 * rows - 1) ** 2, (2 * columns - 1) ** 2))
            ramp = cv2.convertScaleAbs(far, alpha=255, beta=-0.499)
        else:
            line = np.clip((columns if fill.way == "across" else rows) * 255, 0, 255).astype(np.float32)
            shape = (1, width) if fill.way == "across" else (height, 1)
            # strays of half a step at least, so that a broad sky shows no bands
            stray = _strays(height, width, part[0], part[1], max(0.9, self._medium.grain * 70))
            ramp = cv2.add(
                np.broadcast_to(line.reshape(shape), (height, width)).astype(np.int16), stray, dtype=cv2.CV_8U
            )
        colors, alphas = ramps.gradient(fill, self._look.name)
        alpha = cv2.LUT(ramp, alphas) if alphas.min() < 255 else None
        cover = mask if alpha is None else np.asarray(cv2.multiply(mask, alpha, scale=1 / 255), np.uint8)
        painted = np.asarray(cv2.LUT(cv2.merge([ramp, ramp, ramp]), colors), np.uint8)
        if self._medium.pooled and alpha is None:
            painted = self._washed(painted, mask, part)
        _cover(target, cover, painted, opacity)

    def _modelled(self, fill: str, target: Picture, mask: Picture, box: tuple[float, ...], part: tuple[int, int, int, int],
                  opacity: float, index: int) -> None:  # fmt: skip
        """A solid shape: lit from the side, with a rim where the light meets it."""
        medium = self._medium
        color = _bgr(fill, self._look.name)
        if medium.pooled:
            plain = np.asarray(cv2.merge([np.full_like(mask, level) for level in color]), np.uint8)
            _cover(target, mask, self._washed(plain, mask, part), opacity * 0.97)
            return
        if not medium.modelling:
            _cover(target, mask, color, opacity)
            return
        height, width = mask.shape
        columns = (np.arange(part[0], part[2], dtype=np.float32) + 0.5 - box[0]) / max(1e-3, box[2] - box[0])
        rows = (np.arange(part[1], part[3], dtype=np.float32) + 0.5 - box[1]) / max(1e-3, box[3] - box[1])
        towards = columns if self._side > 0 else 1 - columns
        across, down = (
            (np.clip(towards, 0, 1) * 130).astype(np.int16),
            ((1 - np.clip(rows, 0, 1)) * 70).astype(np.int16),
        )
        ramp = cv2.add(
            np.add.outer(down, across),
            _strays(height, width, part[0] + index * 37, part[1] + index * 61, medium.grain * 170),
            dtype=cv2.CV_8U,
        )
        if medium.rim and min(height, width) > _LARGE:
            edge = max(1, round(2.6 * self._unit))
            behind = np.zeros_like(mask)
            if self._side > 0:
                behind[edge:, :-edge] = mask[:-edge, edge:]
            else:
                behind[edge:, edge:] = mask[:-edge, :-edge]
            rim = cv2.subtract(mask, behind)
            ramp = cv2.add(ramp, cv2.convertScaleAbs(rim, alpha=medium.rim))
        lit = cv2.LUT(cv2.merge([ramp, ramp, ramp]), ramps.shades(fill, self._look.name))
        _cover(target, mask, np.asarray(lit, np.uint8), opacity)

    def _washed(self, painted: Picture, mask: Picture, part: tuple[int, int, int, int]) -> Picture:
        """Pigment pooled along the edges and taken up unevenly."""
        height, width = mask.shape
        size = 2 * max(1, round(4.5 * self._unit)) + 1
        inner = cv2.blur(mask, (size, size), borderType=cv2.BORDER_REPLICATE)
        level = np.arange(256, dtype=np.float32)
        dark = self._medium.pooled * np.clip((252 - level) / 125, 0, 1) ** 1.6
        kept = cv2.LUT(inner, (232 * (1 - dark)).astype(np.uint8))
        uneven = _strays(height, width, part[0], part[1], self._medium.mottle * 130, size=30.0)
        factor = cv2.add(kept, uneven, dtype=cv2.CV_8U)
        return np.asarray(cv2.multiply(painted, cv2.merge([factor] * 3), scale=1 / 226), np.uint8)

    def _penciled(self, outlines: list[Points], fill: Fill, lead: Lab) -> None:
        color = _pencil(fill if isinstance(fill, str) else fill.stops[-1][1], self._look.name, lead)
        cv2.polylines(self._canvas, _fixed(outlines, (0, 0)), True, (*color, 255), 1, cv2.LINE_AA, _SHIFT)


def _fixed(outlines: list[Points], part: tuple[int, ...]) -> list[NDArray[np.int32]]:
    """In OpenCV's fixed point, from the part's corner; pixel centres lie at whole numbers."""
    corner = np.array((part[0] + 0.5, part[1] + 0.5), np.float32)
    return [np.round((points - corner) * (1 << _SHIFT)).astype(np.int32) for points in outlines]


def _cover(target: Picture, mask: Picture, painted: Picture | tuple[int, int, int], opacity: float) -> None:
    """Colours (a picture or one BGR) over premultiplied pixels, in place, as far as the mask says."""
    cover = mask if opacity >= 1 else np.asarray(cv2.convertScaleAbs(mask, alpha=opacity), np.uint8)
    if isinstance(painted, tuple):
        four = filled(mask.shape, painted)
    else:
        four = np.asarray(cv2.merge([*cv2.split(painted), np.full_like(mask, 255)]), np.uint8)
    lay(target, cover, four, plain=True)


@cache
def _stray_tile(size: float, amount: float) -> NDArray[np.int16]:
    twice = np.tile(noise(3, size), (2, 2))
    return np.round(twice * amount).astype(np.int16)


def _strays(height: int, width: int, x: int, y: int, amount: float, size: float = 1.2) -> NDArray[np.int16]:
    """Noise for a part of the canvas, continuing from part to part."""
    tile = _stray_tile(size, round(amount, 2))
    y, x = y % TILE, x % TILE
    if height <= TILE and width <= TILE:
        return tile[y : y + height, x : x + width]
    rolled = tile[y : y + TILE, x : x + TILE]
    return np.tile(rolled, (height // TILE + 1, width // TILE + 1))[:height, :width]


def _strayed(points: Points, amount: float, index: int) -> Points:
    """The outline as scissors or a wet brush follow it: points at even steps, each a little off."""
    closed = np.concatenate([points, points[:1]])
    lengths = np.hypot(*np.diff(closed, axis=0).T)
    total = float(lengths.sum())
    step = amount * 7
    count = int(min(400, total / max(step, 1e-3)))
    if count < 8:
        return points
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    # the corners are kept: a cut goes from corner to corner
    at = np.unique(np.concatenate([along[:-1], np.linspace(0, total, count, endpoint=False)]))
    x, y = np.interp(at, along, closed[:, 0]), np.interp(at, along, closed[:, 1])
    field = noise(9, 3.0)
    row = (index * 37) % TILE
    steps = (at / max(step, 1e-3)).astype(int) % TILE
    return np.stack(
        [x + field[row][steps] * amount * 0.5, y + field[(row + 91) % TILE][steps] * amount * 0.5], axis=1
    ).astype(np.float32)


@lru_cache(maxsize=4096)
def _bgr(color: str, style_name: str) -> tuple[int, int, int]:
    text = to_hex(style(style_name).tone(from_hex(color)))
    return int(text[5:7], 16), int(text[3:5], 16), int(text[1:3], 16)


@lru_cache(maxsize=2048)
def _pencil(color: str, style_name: str, lead: Lab) -> tuple[int, int, int]:
    look = style(style_name)
    text = to_hex(blend(lighter(look.tone(from_hex(color)), -0.20), lead, 0.35))
    return int(text[5:7], 16), int(text[3:5], 16), int(text[1:3], 16)
