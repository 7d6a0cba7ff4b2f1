"""A drawing as SVG, written shape by shape, and rasterised."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import cv2
import numpy as np
import resvg_py
from numpy.typing import NDArray

Point = tuple[float, float]


class Drawing:
    """Shapes in the order they are painted, in the caller's units."""

    def __init__(self) -> None:
        self._shapes: list[str] = []
        self._defs: list[str] = []

    @property
    def shapes(self) -> int:
        """How many shapes there are."""
        return len(self._shapes)

    def rect(self, x: float, y: float, w: float, h: float, fill: str, *, rx: float = 0, opacity: float = 1.0) -> None:
        """A rectangle from its upper left corner, `rx` rounding its corners."""
        self._shapes.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" rx="{rx:.1f}" fill="{fill}"{_faint(opacity)}/>'
        )

    def circle(self, x: float, y: float, r: float, fill: str, opacity: float = 1.0) -> None:
        """A circle."""
        self._shapes.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="{fill}"{_faint(opacity)}/>')

    def ellipse(self, x: float, y: float, rx: float, ry: float, fill: str, opacity: float = 1.0) -> None:
        """An ellipse around (x, y)."""
        self._shapes.append(
            f'<ellipse cx="{x:.1f}" cy="{y:.1f}" rx="{rx:.1f}" ry="{ry:.1f}" fill="{fill}"{_faint(opacity)}/>'
        )

    def path(self, d: str, fill: str = "none", *, stroke: str = "", width: float = 0, opacity: float = 1.0) -> None:
        """SVG path data, filled or stroked."""
        line = (
            f' stroke="{stroke}" stroke-width="{width:.2f}" stroke-linecap="round" stroke-linejoin="round"'
            if stroke
            else ""
        )
        self._shapes.append(f'<path d="{d}" fill="{fill}"{line}{_faint(opacity)}/>')

    def polygon(self, points: Sequence[Point], fill: str, opacity: float = 1.0) -> None:
        """Straight edges between the points, closed."""
        self.path("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z", fill, opacity=opacity)

    def line(self, points: Sequence[Point], stroke: str, width: float, opacity: float = 1.0) -> None:
        """A stroke through the points."""
        self.path("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points), stroke=stroke, width=width, opacity=opacity)

    def curve(self, points: Sequence[Point], fill: str = "none", *, stroke: str = "", width: float = 0, closed: bool = True,
              opacity: float = 1.0) -> None:  # fmt: skip
        """A smooth curve through the points (Catmull-Rom)."""
        self.path(smooth(points, closed=closed), fill, stroke=stroke, width=width, opacity=opacity)

    def vertical(self, stops: Sequence[tuple[float, str, float]]) -> str:
        """A gradient from top to bottom of a shape (offset, colour, opacity), as a fill."""
        return self._gradient('<linearGradient id="{}" x1="0" y1="0" x2="0" y2="1">', "linearGradient", stops)

    def sideways(self, stops: Sequence[tuple[float, str, float]]) -> str:
        """A gradient from left to right of a shape, as a fill."""
        return self._gradient('<linearGradient id="{}" x1="0" y1="0" x2="1" y2="0">', "linearGradient", stops)

    def radial(self, stops: Sequence[tuple[float, str, float]]) -> str:
        """A gradient from the middle of a shape outwards, as a fill."""
        return self._gradient('<radialGradient id="{}">', "radialGradient", stops)

    def glow(self, x: float, y: float, r: float, color: str, strength: float = 0.8) -> None:
        """Light around a source."""
        self.circle(x, y, r, self.radial([(0, color, strength), (0.25, color, strength * 0.45), (1, color, 0)]))

    @contextmanager
    def group(self, transform: str = "", opacity: float = 1.0) -> Iterator[None]:
        """What is drawn in the block is moved and faded as one."""
        moved = f' transform="{transform}"' if transform else ""
        self._shapes.append(f"<g{moved}{_faint(opacity)}>")
        yield
        self._shapes.append("</g>")

    def _gradient(self, head: str, tag: str, stops: Sequence[tuple[float, str, float]]) -> str:
        name = f"g{len(self._defs)}"
        inner = "".join(
            f'<stop offset="{at:.3f}" stop-color="{color}" stop-opacity="{opacity:.3f}"/>'
            for at, color, opacity in stops
        )
        self._defs.append(f"{head.format(name)}{inner}</{tag}>")
        return f"url(#{name})"

    def raster(self, view: tuple[float, float, float, float], width: int, height: int) -> NDArray[np.uint8]:
        """The part of the drawing in the view (x, y, width, height) as BGRA pixels, straight alpha."""
        box = " ".join(f"{value:.2f}" for value in view)
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" width="{width}" height="{height}" '
            f'preserveAspectRatio="none"><defs>{"".join(self._defs)}</defs>{"".join(self._shapes)}</svg>'
        )
        png = resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True)
        pixels = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
        if pixels is None or pixels.ndim != 3:
            raise ValueError("the drawing could not be rasterised")
        return np.asarray(pixels if pixels.shape[2] == 4 else cv2.cvtColor(pixels, cv2.COLOR_BGR2BGRA), np.uint8)


def smooth(points: Sequence[Point], *, closed: bool = True) -> str:
    """Path data of a Catmull-Rom curve through the points."""
    count = len(points)
    d = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for i in range(count if closed else count - 1):
        p0 = points[(i - 1) % count] if closed else points[max(i - 1, 0)]
        p1, p2 = points[i], points[(i + 1) % count]
        p3 = points[(i + 2) % count] if closed else points[min(i + 2, count - 1)]
        d.append(
            f"C{p1[0] + (p2[0] - p0[0]) / 6:.1f} {p1[1] + (p2[1] - p0[1]) / 6:.1f} "
            f"{p2[0] - (p3[0] - p1[0]) / 6:.1f} {p2[1] - (p3[1] - p1[1]) / 6:.1f} {p2[0]:.1f} {p2[1]:.1f}"
        )
    return "".join(d) + ("Z" if closed else "")


def _faint(opacity: float) -> str:
    return "" if opacity >= 1 else f' opacity="{max(0.0, opacity):.3f}"'
