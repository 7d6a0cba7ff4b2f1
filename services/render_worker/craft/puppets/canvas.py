"""Flat shapes on transparent ground, fast: polygons filled with smooth edges, straight into premultiplied BGRA.

`cv2.fillPoly` with LINE_AA mixes a colour of full opacity into what is below by how much of a pixel it covers. Done on all four
channels, onto zeros, that is exactly "over" with premultiplied alpha: 0.01 to 0.1 ms a shape.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from services.render_worker.craft.images import Picture

Points = NDArray[np.float64]
# Blue, green, red, opacity; the first three are already multiplied by the last.
Color = tuple[int, int, int, int]

# Sixteenths of a pixel: where an edge lies is kept that finely.
_SHIFT = 4
_FINE = 1 << _SHIFT


class Canvas:
    """A window of the plate to draw a figure in. Shapes are given in the figure's own units."""

    def __init__(self, left: int, top: int, width: int, height: int, *, matrix: Points) -> None:
        """`matrix` (3 × 3, affine) takes units to pixels of the plate; the window is `width` × `height` pixels from (left, top)."""
        self.picture: Picture = np.zeros((height, width, 4), np.uint8)
        self.left, self.top = left, top
        moved = matrix.copy()
        moved[:2, 2] -= (left, top)
        self._place(moved)
        self._seen = [width, height, 0, 0]
        self._outline: tuple[float, Color] | None = None

    def outlined(self, width: float, color: Color) -> None:
        """From now on `fill` draws a line of that width, in units, around what it is told to."""
        self._outline = (width, color)

    def moved(self, x: float, y: float, degrees: float = 0.0, scale: float = 1.0, squash: float = 1.0) -> Canvas:
        """The same pixels with their own coordinates: (0, 0) is at (x, y) here, turned and grown; `squash` narrows across."""
        angle = math.radians(degrees)
        cos, sin = math.cos(angle) * scale, math.sin(angle) * scale
        local = np.array([[cos * squash, -sin, x], [sin * squash, cos, y], [0.0, 0.0, 1.0]])
        other = object.__new__(Canvas)
        other.picture, other.left, other.top = self.picture, self.left, self.top
        other._seen, other._outline = self._seen, self._outline
        other._place(self._matrix @ local)
        return other

    def _place(self, matrix: Points) -> None:
        self._matrix = matrix
        # As fixed-point numbers, rounded by what is added: this is done for every shape.
        self._turn = np.ascontiguousarray(matrix[:2, :2].T) * _FINE
        self._shift = matrix[:2, 2] * _FINE + 0.5

    @property
    def px(self) -> float:
        """Pixels that one unit is here."""
        return math.sqrt(abs(float(np.linalg.det(self._matrix[:2, :2]))))

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        """A point in pixels of the window."""
        a, b = self._matrix[:2]
        return float(a[0] * x + a[1] * y + a[2]), float(b[0] * x + b[1] * y + b[2])

    def fill(self, points: Points | Sequence[tuple[float, float]], color: Color, *, line: bool = False) -> None:
        """A closed shape; `line`: with an outline where the style has one."""
        fixed = self._fixed(points)
        if line and self._outline is not None:
            width, ink = self._outline
            thick = max(1, round(2 * width * self.px))
            cv2.polylines(self.picture, [fixed], True, ink, thick, cv2.LINE_AA, _SHIFT)
            self._mark(fixed, thick)
        else:
            self._mark(fixed, 2)
        cv2.fillPoly(self.picture, [fixed], color, cv2.LINE_AA, _SHIFT)

    def stroke(
        self, points: Points | Sequence[tuple[float, float]], width: float, color: Color, *, closed: bool = False
    ) -> None:
        """A line with round ends."""
        fixed = self._fixed(points)
        thick = max(1, round(width * self.px))
        cv2.polylines(self.picture, [fixed], closed, color, thick, cv2.LINE_AA, _SHIFT)
        self._mark(fixed, thick)

    def ellipse(self, x: float, y: float, rx: float, ry: float, color: Color, *, line: bool = False) -> None:
        """An upright ellipse."""
        self.fill(_CIRCLE * (rx, ry) + (x, y), color, line=line)

    def lay(self, picture: Picture, x: float, y: float) -> None:
        """A premultiplied picture over what is there, its middle at (x, y), its pixels one to one."""
        height, width = picture.shape[:2]
        at_x, at_y = self.pixel(x, y)
        left, top = round(at_x - width / 2), round(at_y - height / 2)
        tall, wide = self.picture.shape[:2]
        x0, y0, x1, y1 = max(left, 0), max(top, 0), min(left + width, wide), min(top + height, tall)
        if x0 >= x1 or y0 >= y1:
            return
        above = picture[y0 - top : y1 - top, x0 - left : x1 - left]
        below = self.picture[y0:y1, x0:x1]
        through = cv2.merge([cv2.bitwise_not(cv2.extractChannel(above, 3))] * 4)
        cv2.add(cv2.multiply(below, through, scale=1 / 255), above, dst=below)
        self._grow(x0, y0, x1, y1)

    def cropped(self) -> tuple[Picture, int, int] | None:
        """What has been drawn, of even size, and its upper left corner on the plate; None when nothing is in the window."""
        tall, wide = self.picture.shape[:2]
        left, top = max(self._seen[0], 0) & ~1, max(self._seen[1], 0) & ~1
        right, bottom = min((self._seen[2] + 1) & ~1, wide & ~1), min((self._seen[3] + 1) & ~1, tall & ~1)
        if right - left < 2 or bottom - top < 2:
            return None
        return np.ascontiguousarray(self.picture[top:bottom, left:right]), self.left + left, self.top + top

    def _fixed(self, points: Points | Sequence[tuple[float, float]]) -> NDArray[np.int32]:
        pixels = np.asarray(points, np.float64) @ self._turn
        pixels += self._shift
        return pixels.astype(np.int32)

    def _mark(self, fixed: NDArray[np.int32], around: int) -> None:
        x, y, width, height = cv2.boundingRect(fixed)
        self._grow(
            (x >> _SHIFT) - around, (y >> _SHIFT) - around, ((x + width) >> _SHIFT) + around + 1,
            ((y + height) >> _SHIFT) + around + 1,
        )  # fmt: skip

    def _grow(self, x0: int, y0: int, x1: int, y1: int) -> None:
        seen = self._seen
        if x1 > 0 and y1 > 0 and x0 < self.picture.shape[1] and y0 < self.picture.shape[0]:
            seen[0], seen[1], seen[2], seen[3] = min(seen[0], x0), min(seen[1], y0), max(seen[2], x1), max(seen[3], y1)


_TURN = np.linspace(0, 2 * np.pi, 40, endpoint=False)
_CIRCLE: Points = np.stack([np.cos(_TURN), np.sin(_TURN)], axis=1)
