"""The film cut into tiles: which of them are to be drawn, and as how few rectangles."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

# Film pixels, even. Smaller ones spare more and cost more calls.
SIDE = 64

# One truth a tile: rows × columns.
Mask = NDArray[np.bool_]
# x, y, width, height in film pixels; all even.
Rect = tuple[int, int, int, int]


class Grid:
    """The tiles of a film of that size; those at the right and lower edges may be smaller."""

    def __init__(self, width: int, height: int) -> None:
        self.size = (width, height)
        self.rows, self.columns = -(-height // SIDE), -(-width // SIDE)
        # The tiles' edges, one more than there are tiles.
        self.xs = np.minimum(np.arange(self.columns + 1) * SIDE, width)
        self.ys = np.minimum(np.arange(self.rows + 1) * SIDE, height)

    def none(self) -> Mask:
        """No tile."""
        return np.zeros((self.rows, self.columns), np.bool_)

    def all(self) -> Mask:
        """Every tile."""
        return np.ones((self.rows, self.columns), np.bool_)

    def touched(self, rect: Rect) -> Mask:
        """The tiles that share a pixel with the rectangle."""
        mask = self.none()
        x, y, width, height = rect
        if width > 0 and height > 0:
            mask[max(0, y // SIDE) : -(-(y + height) // SIDE), max(0, x // SIDE) : -(-(x + width) // SIDE)] = True
        return mask

    def within(self, rect: Rect) -> Mask:
        """The tiles that lie in the rectangle wholly."""
        x, y, width, height = rect
        across = (self.xs[:-1] >= x) & (self.xs[1:] <= x + width)
        down = (self.ys[:-1] >= y) & (self.ys[1:] <= y + height)
        return np.logical_and.outer(down, across)

    def rects(self, mask: Mask) -> tuple[Rect, ...]:
        """The tiles of the mask as rectangles that don't overlap."""
        return _rects(mask.tobytes(), self.rows, self.columns, *self.size)


def clip(rect: Rect, to: Rect) -> Rect:
    """What two rectangles share; of no width or height when nothing."""
    x, y = max(rect[0], to[0]), max(rect[1], to[1])
    right, bottom = min(rect[0] + rect[2], to[0] + to[2]), min(rect[1] + rect[3], to[1] + to[3])
    return x, y, max(0, right - x), max(0, bottom - y)


def around(left: float, top: float, right: float, bottom: float, size: tuple[int, int]) -> Rect:
    """The least rectangle of even edges on a film of that size that holds these bounds."""
    x, y = max(0, 2 * math.floor(left / 2)), max(0, 2 * math.floor(top / 2))
    x2, y2 = min(size[0], 2 * math.ceil(right / 2)), min(size[1], 2 * math.ceil(bottom / 2))
    return x, y, max(0, x2 - x), max(0, y2 - y)


# A shot asks for few different masks, most of them again and again.
@lru_cache(maxsize=512)
def _rects(mask: bytes, rows: int, columns: int, width: int, height: int) -> tuple[Rect, ...]:
    """Runs of each row, grown downwards while the row below has the same run."""
    found: list[Rect] = []
    growing: dict[tuple[int, int], int] = {}
    for row in range(rows + 1):
        runs = _runs(mask[row * columns : (row + 1) * columns]) if row < rows else ()
        for run in [run for run in growing if run not in runs]:
            top = growing.pop(run) * SIDE
            x, right = run[0] * SIDE, min(width, run[1] * SIDE)
            found.append((x, top, right - x, min(height, row * SIDE) - top))
        for run in runs:
            growing.setdefault(run, row)
    return tuple(sorted(found, key=lambda rect: (rect[1], rect[0])))


# Rows repeat where masks don't.
@lru_cache(maxsize=4096)
def _runs(row: bytes) -> tuple[tuple[int, int], ...]:
    """Where the truths of a row begin and end."""
    found, end = [], 0
    while (start := row.find(1, end)) >= 0:
        end = row.find(0, start)
        end = len(row) if end < 0 else end
        found.append((start, end))
    return tuple(found)
