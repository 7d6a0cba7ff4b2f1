"""Outlines that figures are made of: smooth closed curves, and ribbons (limbs, torsos, skirts) that know their own sides."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from services.render_worker.craft.puppets.canvas import Points

Spot = tuple[float, float]


@lru_cache(maxsize=8)
def _basis(steps: int) -> Points:
    """Catmull-Rom: weights of four neighbours at `steps` moments of a segment."""
    t = np.arange(steps) / steps
    return np.stack(
        [-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, -(t**2) + t**3], axis=1
    ) / 2  # fmt: skip


@lru_cache(maxsize=64)
def _ring(count: int) -> NDArray[np.intp]:
    """Each point's neighbours on a closed line: the one before, itself, the next two."""
    at = np.arange(count)
    return np.stack([at - 1, at, (at + 1) % count, (at + 2) % count], axis=1)


@lru_cache(maxsize=64)
def _row(count: int) -> NDArray[np.intp]:
    """The same on an open line, whose ends are their own neighbours."""
    at = np.arange(count - 1)
    return np.stack([np.maximum(at - 1, 0), at, at + 1, np.minimum(at + 2, count - 1)], axis=1)


def smooth(points: Points | Sequence[Spot], steps: int = 6) -> Points:
    """A closed curve through the points."""
    given = np.asarray(points, np.float64)
    return np.asarray((_basis(steps) @ given[_ring(len(given))]).reshape(-1, 2))


def curve(points: Points | Sequence[Spot], steps: int = 6) -> Points:
    """An open curve through the points."""
    given = np.asarray(points, np.float64)
    return np.concatenate([(_basis(steps) @ given[_row(len(given))]).reshape(-1, given.shape[1]), given[-1:]])


@lru_cache(maxsize=64)
def _bulge(count: int) -> Points:
    """Thin at the ends and full in the middle, as the shade on a round thing."""
    return (0.55 + 0.45 * np.sin(np.linspace(0.15, math.pi - 0.15, count)))[:, None]


@dataclass(frozen=True)
class Ribbon:
    """A shape between two edges that run the same way; `left` is on the left of one that runs down."""

    left: Points
    right: Points

    def outline(self) -> Points:
        """All around."""
        return np.concatenate([self.left, self.right[::-1]])

    def edge(self, share: float) -> Points:
        """The line that is that share of the way from the left edge to the right."""
        return self.left + (self.right - self.left) * share

    def strip(self, a: float, b: float) -> Points:
        """The part between two shares across."""
        return np.concatenate([self.edge(a), self.edge(b)[::-1]])

    def shade(self, side: int, share: float = 0.36, end: float = 1.0) -> Points:
        """The part away from the light: `side` -1 is the left edge. It narrows towards the ends, as on a round thing.

        `end`: how wide it still is at the end, of what it would be.
        """
        count = len(self.left)
        bulge = share * _bulge(count)
        if end != 1.0:
            bulge = bulge * np.interp(np.arange(count), (count * 0.5, count - 1), (1.0, end))[:, None]
        if side < 0:
            return np.concatenate([self.left, (self.left + (self.right - self.left) * bulge)[::-1]])
        return np.concatenate([self.right, (self.right + (self.left - self.right) * bulge)[::-1]])

    def band(self, t0: float, t1: float, a: float = 0.0, b: float = 1.0) -> Points:
        """The part between two shares along (0.0: where it begins), and across."""
        count = len(self.left)
        at = np.linspace(t0 * (count - 1), t1 * (count - 1), max(2, round((t1 - t0) * count) + 1))
        low = np.minimum(at.astype(int), count - 2)
        part = (at - low)[:, None]
        left = self.left[low] * (1 - part) + self.left[low + 1] * part
        right = self.right[low] * (1 - part) + self.right[low + 1] * part
        return np.concatenate([left + (right - left) * a, (left + (right - left) * b)[::-1]])

    def at(self, t: float, across: float = 0.5) -> Spot:
        """A point by its shares along and across."""
        index = t * (len(self.left) - 1)
        low = min(int(index), len(self.left) - 2)
        part = index - low
        left = self.left[low] * (1 - part) + self.left[low + 1] * part
        right = self.right[low] * (1 - part) + self.right[low + 1] * part
        spot = left + (right - left) * across
        return float(spot[0]), float(spot[1])


def away(ribbon: Ribbon, light_side: int) -> int:
    """The side of a ribbon that lies away from a light from above on that side of the picture, as `shade` has it."""
    across = (ribbon.right - ribbon.left).mean(axis=0)
    return -1 if across[0] * light_side * 0.8 - across[1] * 0.6 > 0 else 1


def along(middle: Points | Sequence[Spot], widths: Sequence[float], steps: int = 5) -> Ribbon:
    """A ribbon around a smooth line; `widths` are half widths at the given points."""
    given = np.empty((len(widths), 3))
    given[:, :2], given[:, 2] = middle, widths
    line = curve(given, steps if len(widths) > 2 else 2 * steps)
    spots = line[:, :2]
    run = np.empty_like(spots)
    run[1:-1] = spots[2:] - spots[:-2]
    run[0], run[-1] = spots[1] - spots[0], spots[-1] - spots[-2]
    out = run[:, ::-1] * (-1.0, 1.0)
    out *= (line[:, 2] / np.maximum(np.hypot(run[:, 0], run[:, 1]), 1e-6))[:, None]
    return Ribbon(spots + out, spots - out)


def rounded(ribbon: Ribbon, start: bool = True, end: bool = True) -> Points:
    """The ribbon's outline with round ends."""
    parts = [ribbon.left]
    if end:
        parts.append(_cap(ribbon.left[-1], ribbon.right[-1]))
    parts.append(ribbon.right[::-1])
    if start:
        parts.append(_cap(ribbon.right[0], ribbon.left[0]))
    return np.concatenate(parts)


_HALF_TURN = np.linspace(0, math.pi, 9)[1:-1]


def _cap(a: Points, b: Points) -> Points:
    middle, arm = (a + b) / 2, (a - b) / 2
    out = np.array([arm[1], -arm[0]])
    return np.asarray(middle + np.cos(_HALF_TURN)[:, None] * arm + np.sin(_HALF_TURN)[:, None] * out)


def joint(a: Spot, c: Spot, first: float, second: float, bend: float) -> tuple[Spot, Spot]:
    """A two-part limb from `a` that reaches for `c`: where its joint is, and its end (nearer when `c` is out of reach).

    `bend` is which way it bends and how far of what it could: 1.0 to the right of one who looks along it from above.
    """
    dx, dy = c[0] - a[0], c[1] - a[1]
    far = max(math.hypot(dx, dy), 1e-6)
    reach = min(max(far, abs(first - second) + 4.0), (first + second) * 0.998)
    ux, uy = dx / far, dy / far
    along_ = (first**2 - second**2 + reach**2) / (2 * reach)
    out = math.sqrt(max(first**2 - along_**2, 0.0)) * bend
    return (a[0] + ux * along_ + uy * out, a[1] + uy * along_ - ux * out), (a[0] + ux * reach, a[1] + uy * reach)


def hull(points: Points | Sequence[Spot]) -> Points:
    """The convex shape around all points."""
    return np.asarray(cv2.convexHull(np.asarray(points, np.float32)).reshape(-1, 2), np.float64)


def common(a: Points, b: Points) -> Points | None:
    """What two convex shapes share; None when nothing."""
    area, shared = cv2.intersectConvexConvex(a.astype(np.float32), b.astype(np.float32))
    return np.asarray(shared.reshape(-1, 2), np.float64) if area > 1.0 and shared is not None else None


def discs(spots: Sequence[tuple[float, float, float]], count: int = 10) -> Points:
    """Points on circles (x, y, radius), for a hull around them."""
    turn = np.linspace(0, 2 * math.pi, count, endpoint=False)
    ring = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return np.concatenate([ring * r + (x, y) for x, y, r in spots])
