"""A drawing as shapes in the order they are painted, in the caller's units, on planes from the farthest to the nearest."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
Points = NDArray[np.float32]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Gradient:
    """A fill that changes "down", "across" or "out" of a shape's box; stops are (offset, "#rrggbb", opacity)."""

    way: str
    stops: tuple[tuple[float, str, float], ...]


Fill = str | Gradient


@dataclass(frozen=True)
class Shape:
    """Closed outlines with a fill, or lines with a stroke's width."""

    outlines: tuple[Points, ...]
    fill: Fill
    opacity: float
    # 0: filled; else a line of that width along the outlines.
    width: float = 0.0
    # x, y, width, height that it covers.
    box: Box = (0.0, 0.0, 0.0, 0.0)


@dataclass
class Plane:
    """The shapes at one depth. `front`: nearer than the people; `soft`: out of focus by that many units."""

    depth: float
    front: bool = False
    soft: float = 0.0
    shapes: list[Shape] = field(default_factory=list)


class Drawing:
    """Takes shapes one by one, onto the plane begun last."""

    def __init__(self) -> None:
        self.planes = [Plane(0.0)]
        self._moves: list[NDArray[np.float32]] = []
        self._faint = 1.0

    @property
    def shapes(self) -> list[Shape]:
        """All shapes, from the farthest plane to the nearest."""
        return [shape for plane in self.planes for shape in plane.shapes]

    def plane(self, depth: float, *, front: bool = False, soft: float = 0.0) -> None:
        """What follows is drawn at that depth, nearer than all before it."""
        self.planes.append(Plane(depth, front, soft))

    def rect(self, x: float, y: float, w: float, h: float, fill: Fill, *, rx: float = 0, opacity: float = 1.0) -> None:
        """A rectangle from its upper left corner, `rx` rounding its corners."""
        if rx <= 0.5:
            self._add([np.array([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], np.float32)], fill, opacity)
            return
        r = min(rx, w / 2, h / 2)
        quarter = _circle(32).reshape(4, 8, 2)
        corners = ((x + w - r, y + h - r), (x + r, y + h - r), (x + r, y + r), (x + w - r, y + r))
        self._add(
            [np.concatenate([part * r + corner for part, corner in zip(quarter, corners, strict=True)])], fill, opacity
        )

    def circle(self, x: float, y: float, r: float, fill: Fill, opacity: float = 1.0) -> None:
        """A circle."""
        self.ellipse(x, y, r, r, fill, opacity)

    def ellipse(self, x: float, y: float, rx: float, ry: float, fill: Fill, opacity: float = 1.0) -> None:
        """An ellipse around (x, y)."""
        points = _circle(12 if max(rx, ry) < 6 else 28 if max(rx, ry) < 80 else 64)
        self._add([(points * (rx, ry) + (x, y)).astype(np.float32)], fill, opacity)

    def path(self, d: str, fill: Fill = "none", *, stroke: str = "", width: float = 0, opacity: float = 1.0) -> None:
        """SVG path data, filled or stroked or both."""
        outlines = flattened(d)
        if fill != "none":
            self._add(outlines, fill, opacity)
        if stroke:
            self._add(outlines, stroke, opacity, width)

    def polygon(self, points: Sequence[Point], fill: Fill, opacity: float = 1.0) -> None:
        """Straight edges between the points, closed."""
        self._add([np.asarray(points, np.float32)], fill, opacity)

    def line(self, points: Sequence[Point], stroke: str, width: float, opacity: float = 1.0) -> None:
        """A stroke through the points."""
        self._add([np.asarray(points, np.float32)], stroke, opacity, width)

    def curve(self, points: Sequence[Point], fill: Fill = "none", *, stroke: str = "", width: float = 0, closed: bool = True,
              opacity: float = 1.0) -> None:  # fmt: skip
        """A smooth curve through the points (Catmull-Rom)."""
        outline = smooth(points, closed=closed)
        if fill != "none":
            self._add([outline], fill, opacity)
        if stroke:
            self._add([np.concatenate([outline, outline[:1]]) if closed else outline], stroke, opacity, width)

    def vertical(self, stops: Sequence[tuple[float, str, float]]) -> Gradient:
        """A gradient from top to bottom of a shape (offset, colour, opacity), as a fill."""
        return Gradient("down", tuple(stops))

    def sideways(self, stops: Sequence[tuple[float, str, float]]) -> Gradient:
        """A gradient from left to right of a shape, as a fill."""
        return Gradient("across", tuple(stops))

    def radial(self, stops: Sequence[tuple[float, str, float]]) -> Gradient:
        """A gradient from the middle of a shape outwards, as a fill."""
        return Gradient("out", tuple(stops))

    def glow(self, x: float, y: float, r: float, color: str, strength: float = 0.8) -> None:
        """Light around a source."""
        self.circle(x, y, r, self.radial([(0, color, strength), (0.25, color, strength * 0.45), (1, color, 0)]))

    def shade(self, x: float, y: float, rx: float, ry: float, color: str, strength: float = 0.4) -> None:
        """A soft shadow on the ground."""
        self.ellipse(x, y, rx, ry, self.radial([(0, color, strength), (0.5, color, strength * 0.7), (1, color, 0)]))

    @contextmanager
    def group(self, transform: str = "", opacity: float = 1.0) -> Iterator[None]:
        """What is drawn in the block is moved ("translate(x y) rotate(deg x y) scale(x y)") and faded."""
        faint = self._faint
        self._moves.append(matrix(transform))
        self._faint *= opacity
        yield
        self._moves.pop()
        self._faint = faint

    def _add(self, outlines: Sequence[Points], fill: Fill, opacity: float, width: float = 0.0) -> None:
        for move in reversed(self._moves):
            outlines = [(points @ move[:, :2].T + move[:, 2]).astype(np.float32) for points in outlines]
            width *= float(math.sqrt(abs(np.linalg.det(move[:, :2]))))
        outlines = tuple(points for points in outlines if len(points) > 1)
        if not outlines or opacity <= 0:
            return
        low = np.min([points.min(axis=0) for points in outlines], axis=0) - width / 2
        high = np.max([points.max(axis=0) for points in outlines], axis=0) + width / 2
        box = (float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1]))
        self.planes[-1].shapes.append(Shape(tuple(outlines), fill, min(1.0, opacity) * self._faint, width, box))


def smooth(points: Sequence[Point], *, closed: bool = True) -> Points:
    """The outline of a Catmull-Rom curve through the points."""
    known = np.asarray(points, np.float32)
    count = len(known)
    padded = (
        np.concatenate([known[-1:], known, known[:2]])
        if closed
        else np.concatenate([known[:1], known, known[-1:], known[-1:]])
    )
    pieces = []
    t = np.linspace(0, 1, 9, dtype=np.float32)[:-1, None]
    for i in range(count if closed else count - 1):
        p0, p1, p2, p3 = padded[i : i + 4]
        pieces.append(
            0.5 * (2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3)
        )
    if not closed:
        pieces.append(known[-1:])
    return np.concatenate(pieces).astype(np.float32)


_TOKEN = re.compile(r"[MmLlHhVvCcSsQqTtAaZz]|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}
_CUBIC_T = np.linspace(0, 1, 15, dtype=np.float32)[1:, None]


def flattened(d: str) -> list[Points]:
    """SVG path data as outlines of straight pieces."""
    tokens = _TOKEN.findall(d)
    outlines: list[Points] = []
    current: list[Points] = []
    at = start = control = np.zeros(2, np.float32)
    command, before, index = "M", "", 0
    while index < len(tokens):
        if tokens[index].isalpha():
            command, index = tokens[index], index + 1
        kind, relative = command.upper(), command.islower()
        numbers = [float(token) for token in tokens[index : index + _TAKES[kind]]]
        index += _TAKES[kind]
        base = at if relative else np.zeros(2, np.float32)
        pairs = [np.array(numbers[i : i + 2], np.float32) + base for i in range(0, len(numbers) - 1, 2)]
        if kind == "M":
            if len(current) > 1 or (current and len(current[0]) > 1):
                outlines.append(np.concatenate(current))
            at = start = pairs[0]
            current = [at[None]]
            command = "l" if relative else "L"
        elif kind in "LHV":
            x = numbers[0] + base[0] if kind == "H" else at[0]
            y = numbers[0] + base[1] if kind == "V" else at[1]
            at = pairs[0] if kind == "L" else np.array((x, y), np.float32)
            current.append(at[None])
        elif kind in "CS":
            first = pairs[0] if kind == "C" else (2 * at - control if before in ("C", "S") else at)
            control, end = pairs[-2], pairs[-1]
            current.append(_cubic(at, first, control, end))
            at = end
        elif kind in "QT":
            control = pairs[0] if kind == "Q" else (2 * at - control if before in ("Q", "T") else at)
            end = pairs[-1]
            # a quadratic curve as the cubic one that it is
            first, last = ((at + 2 * control) / 3).astype(np.float32), ((end + 2 * control) / 3).astype(np.float32)
            current.append(_cubic(at, first, last, end))
            at = end
        elif kind == "A":
            end = np.array(numbers[5:7], np.float32) + base
            current.append(_arc(at, end, numbers[0], numbers[1], bool(numbers[3]), bool(numbers[4])))
            at = end
        else:
            current.append(start[None])
            at = start
        before = kind
    if current:
        outlines.append(np.concatenate(current))
    return outlines


def matrix(transform: str) -> NDArray[np.float32]:
    """SVG's translate, rotate and scale as a 2×3 matrix."""
    done = np.eye(3, dtype=np.float64)
    for name, inner in re.findall(r"(\w+)\(([^)]*)\)", transform):
        values = [float(value) for value in inner.replace(",", " ").split()]
        step = np.eye(3, dtype=np.float64)
        if name == "translate":
            step[:2, 2] = (values[0], values[1] if len(values) > 1 else 0.0)
        elif name == "scale":
            step[0, 0], step[1, 1] = values[0], values[-1]
        elif name == "rotate":
            cos, sin = math.cos(math.radians(values[0])), math.sin(math.radians(values[0]))
            x, y = values[1:3] if len(values) > 2 else (0.0, 0.0)
            step = np.array([[cos, -sin, x - cos * x + sin * y], [sin, cos, y - sin * x - cos * y], [0, 0, 1]])
        else:
            raise ValueError(f"no transform {name!r}")
        done = done @ step
    return np.asarray(done[:2], np.float32)


@cache
def _circle(count: int) -> Points:
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False, dtype=np.float32)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def _cubic(a: Points, b: Points, c: Points, d: Points) -> Points:
    t = _CUBIC_T
    u = 1 - t
    return np.asarray(u**3 * a + 3 * u**2 * t * b + 3 * u * t**2 * c + t**3 * d, np.float32)


def _arc(a: Points, b: Points, rx: float, ry: float, large: bool, sweep: bool) -> Points:
    """An unrotated elliptical arc (SVG 1.1, F.6.5)."""
    if rx == 0 or ry == 0 or np.allclose(a, b):
        return b[None]
    x, y = (a - b) / 2 / (rx, ry)
    length = x * x + y * y
    if length > 1:
        rx, ry = rx * math.sqrt(length), ry * math.sqrt(length)
        x, y, length = x / math.sqrt(length), y / math.sqrt(length), 1.0
    root = math.sqrt(max(0.0, 1 / length - 1)) * (-1 if large == sweep else 1)
    cx, cy = root * y, -root * x
    begin, end = math.atan2(y - cy, x - cx), math.atan2(-y - cy, -x - cx)
    if sweep and end < begin:
        end += 2 * math.pi
    if not sweep and end > begin:
        end -= 2 * math.pi
    angles = np.linspace(begin, end, 24, dtype=np.float32)[1:]
    middle = (a + b) / 2 + np.array((cx * rx, cy * ry), np.float32)
    return np.asarray(np.stack([np.cos(angles) * rx, np.sin(angles) * ry], axis=1) + middle, np.float32)
