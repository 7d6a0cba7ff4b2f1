"""Pictures as the film's planes: BT.709, limited range, 4:2:0; and what is blended onto them.

Colours are kept multiplied by their opacity, the planes' own offsets (16, 128, 128) too: what is over and what is left of
below then simply add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.uint8]
# Rows Y, U and V; columns B, G, R and opacity, each 0..255.
Colors = NDArray[np.float32]

# BT.709 for B, G, R in 0..255 to limited range (ITU-R BT.709-6, item 3).
_KR, _KB = 0.2126, 0.0722
_KG = 1 - _KR - _KB
PLAIN: Colors = np.array(
    [
        [_KB * 219 / 255, _KG * 219 / 255, _KR * 219 / 255, 16 / 255],
        [0.5 * 224 / 255, -_KG / (1 - _KB) * 0.5 * 224 / 255, -_KR / (1 - _KB) * 0.5 * 224 / 255, 128 / 255],
        [-_KB / (1 - _KR) * 0.5 * 224 / 255, -_KG / (1 - _KR) * 0.5 * 224 / 255, 0.5 * 224 / 255, 128 / 255],
    ],
    dtype=np.float32,
)
# What is done to a large picture is done to so many pixels at a time: four bytes each, half a megabyte stays in the cache.
STRIP_PIXELS = 128 * 1024
# The middle of limited luma, about which contrast grows and shrinks.
_MIDDLE = 126.0
_WHITE = 235


def graded(contrast: float = 1.0, saturation: float = 1.0, warmth: float = 0.0) -> Colors:
    """The colours' matrix with a grade in it, so that grading costs nothing a frame. Warmth: levels of U lost and of V won."""
    colors = PLAIN.copy()
    colors[0] *= contrast
    colors[0, 3] += (1 - contrast) * _MIDDLE / 255
    colors[1:] *= saturation
    colors[1:, 3] += (1 - saturation) * 128 / 255
    colors[1, 3] -= warmth / 255
    colors[2, 3] += warmth / 255
    return colors


# Y, U, V and what is left of below, for every pixel: what a picture is moved as, since one warp of four channels costs little more
# than one of a single channel (measured, OpenCV 5: 4.3 ms and 3.6 ms at 1920×1080).
Ink = NDArray[np.uint8]


@dataclass(frozen=True)
class Planes:
    """One picture as Y (full size), U and V (half size each way)."""

    y: Plane
    u: Plane
    v: Plane

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the full plane."""
        return self.y.shape[1], self.y.shape[0]

    def part(self, x: int, y: int, width: int, height: int) -> Planes:
        """Views of a rectangle of even edges."""
        rows, columns = slice(y // 2, (y + height) // 2), slice(x // 2, (x + width) // 2)
        return Planes(self.y[y : y + height, x : x + width], self.u[rows, columns], self.v[rows, columns])

    def take(self, other: Planes) -> None:
        """Copies another of the same size."""
        np.copyto(self.y, other.y)
        np.copyto(self.u, other.u)
        np.copyto(self.v, other.v)


@dataclass(frozen=True)
class Cutout:
    """Something to lay over a picture: its planes multiplied by its opacity, and what it leaves of below (255: all)."""

    planes: Planes
    left: Plane
    left_half: Plane

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the full planes."""
        return self.planes.size

    def part(self, x: int, y: int, width: int, height: int) -> Cutout:
        """Views of a rectangle of even edges."""
        rows, columns = slice(y // 2, (y + height) // 2), slice(x // 2, (x + width) // 2)
        return Cutout(
            self.planes.part(x, y, width, height),
            self.left[y : y + height, x : x + width],
            self.left_half[rows, columns],
        )

    def take(self, other: Cutout) -> None:
        """Copies another of the same size."""
        self.planes.take(other.planes)
        np.copyto(self.left, other.left)
        np.copyto(self.left_half, other.left_half)

    def dimmed(self, share: float) -> Cutout:
        """With that share of its opacity."""
        planes = Planes(*(_u8(cv2.convertScaleAbs(plane, alpha=share)) for plane in _planes(self.planes)))
        left, half = (
            _u8(cv2.convertScaleAbs(plane, alpha=share, beta=255 * (1 - share)))
            for plane in (self.left, self.left_half)
        )
        return Cutout(planes, left, half)


@dataclass(frozen=True)
class Patch:
    """A cutout and where it lies on the film: its upper left corner, even."""

    x: int
    y: int
    cutout: Cutout


def blank(width: int, height: int) -> tuple[Plane, Planes]:
    """A black I420 frame (height × 1.5 rows) and views of its planes."""
    frame = np.full((height * 3 // 2, width), 128, np.uint8)
    frame[:height] = 16
    return frame, split(frame, (width, height))


def split(frame: Plane, size: tuple[int, int]) -> Planes:
    """Views of an I420 frame's three planes."""
    width, height = size
    flat = frame.reshape(-1)
    luma, quarter = width * height, width * height // 4
    half = (height // 2, width // 2)
    return Planes(
        flat[:luma].reshape(height, width),
        flat[luma : luma + quarter].reshape(half),
        flat[luma + quarter :].reshape(half),
    )


def planes_of(bgr: NDArray[np.uint8], colors: Colors = PLAIN) -> Planes:
    """The planes of a BGR picture of even width and height."""
    matrix = np.column_stack([colors[:, :3], colors[:, 3] * 255])
    half = _halved(bgr)
    return Planes(*(_plane(picture, row) for picture, row in zip((bgr, half, half), matrix, strict=True)))


def ink_of(bgra: NDArray[np.uint8], colors: Colors = PLAIN) -> Ink:
    """The ink of a BGRA picture whose colours are multiplied by its opacity."""
    ink = np.empty_like(bgra)
    for lines in _lines(bgra):
        cv2.merge(_parted(bgra[lines], colors), dst=ink[lines])
    return ink


def _lines(picture: NDArray[np.uint8]) -> list[slice]:
    """Its rows in strips of an even number."""
    rows = max(2, STRIP_PIXELS // picture.shape[1] // 2 * 2)
    return [slice(top, top + rows) for top in range(0, picture.shape[0], rows)]


def _parted(bgra: NDArray[np.uint8], colors: Colors) -> tuple[Plane, Plane, Plane, Plane]:
    """The four planes of ink."""
    # As over opaque ground, which cv2.transform does ten times as fast as with a fourth channel; then less what is left of below.
    matrix = np.column_stack([colors[:, :3], colors[:, 3] * 255])
    y, u, v = (_u8(plane) for plane in cv2.split(cv2.transform(cv2.cvtColor(bgra, cv2.COLOR_BGRA2BGR), matrix)))
    left = _u8(cv2.bitwise_not(cv2.extractChannel(bgra, 3)))
    for plane, offset in zip((y, u, v), colors[:, 3], strict=True):
        cv2.subtract(plane, cv2.convertScaleAbs(left, alpha=float(offset)), dst=plane)
    return y, u, v, left


def light_of(bgra: NDArray[np.uint8]) -> Ink:
    """A picture as light: how much it adds to Y, and to U and V around 128. Its opacity doesn't count."""
    matrix = np.zeros((4, 5), np.float32)
    matrix[:3, :3] = PLAIN[:, :3]
    matrix[1:, 4] = (128.0, 128.0, 255.0)
    return _u8(cv2.transform(bgra, matrix))


class Sieve:
    """Parts ink into the film's planes in memory of its own, which the next use takes again: as fresh memory costs more than
    the parting itself.
    """

    def __init__(self, pixels: int) -> None:
        self._full = [np.empty(pixels, np.uint8) for _ in range(4)]
        self._half = [np.empty(pixels // 4, np.uint8) for _ in range(3)]

    def cutout(self, ink: Ink) -> Cutout:
        """Of even width and height, of no more pixels than were said; valid until the next is asked for."""
        height, width = ink.shape[:2]
        y, u, v, left = (plane[: width * height].reshape(height, width) for plane in self._full)
        half = (width // 2, height // 2)
        small = [plane[: half[0] * half[1]].reshape(half[1], half[0]) for plane in self._half]
        cv2.split(ink, (y, u, v, left))
        for plane, halved in zip((u, v, left), small, strict=True):
            cv2.resize(plane, half, dst=halved, interpolation=cv2.INTER_AREA)
        return Cutout(Planes(y, small[0], small[1]), left, small[2])


def cutout_from(ink: Ink) -> Cutout:
    """Ink of even width and height in the film's planes."""
    return Sieve(ink.shape[0] * ink.shape[1]).cutout(ink)


def cutout_of(bgra: NDArray[np.uint8], colors: Colors = PLAIN) -> Cutout:
    """A cutout of a BGRA picture of even width and height whose colours are multiplied by its opacity."""
    height, width = bgra.shape[:2]
    y, left = np.empty((height, width), np.uint8), np.empty((height, width), np.uint8)
    u, v, left_half = (np.empty((height // 2, width // 2), np.uint8) for _ in range(3))
    for lines in _lines(bgra):
        y[lines], *full = (parted := _parted(bgra[lines], colors))
        left[lines] = parted[3]
        half = slice(lines.start // 2, lines.stop // 2)
        for plane, target in zip(full, (u, v, left_half), strict=True):
            cv2.resize(plane, target[half].shape[::-1], dst=target[half], interpolation=cv2.INTER_AREA)
    return Cutout(Planes(y, u, v), left, left_half)


def patch_of(bgra: NDArray[np.uint8], x: int, y: int) -> Patch:
    """A patch from a straight-alpha picture of even size."""
    alpha = cv2.merge([cv2.extractChannel(bgra, 3)] * 3)
    color = cv2.multiply(cv2.cvtColor(bgra, cv2.COLOR_BGRA2BGR), alpha, scale=1 / 255)
    return Patch(x, y, cutout_of(np.dstack([color, bgra[:, :, 3]])))


def lay(below: Planes, over: Cutout) -> None:
    """Blends onto planes of the same size, in place."""
    lefts = (over.left, over.left_half, over.left_half)
    for plane, added, left in zip(_planes(below), _planes(over.planes), lefts, strict=True):
        cv2.multiply(plane, left, dst=plane, scale=1 / 255)
        cv2.add(plane, added, dst=plane)


def shine(below: Planes, light: Planes) -> None:
    """Adds light to planes of the same size, in place."""
    np.minimum(cv2.add(below.y, light.y), _WHITE, out=below.y)
    for plane, added in ((below.u, light.u), (below.v, light.v)):
        cv2.addWeighted(plane, 1, added, 1, -128, dst=plane)


def lay_patch(frame: Planes, patch: Patch) -> None:
    """Blends the part of a patch that is on the film."""
    width, height = patch.cutout.size
    wide, tall = min(width, frame.size[0] - patch.x), min(height, frame.size[1] - patch.y)
    lay(frame.part(patch.x, patch.y, wide, tall), patch.cutout.part(0, 0, wide, tall))


def fade(frame: Planes, share: float) -> None:
    """Towards black in place: 0.0 is black, 1.0 leaves the frame as it is."""
    for plane, black in zip(_planes(frame), (16.0, 128.0, 128.0), strict=True):
        cv2.convertScaleAbs(plane, dst=plane, alpha=share, beta=black * (1 - share))


def mix(frame: Plane, other: Plane, share: float) -> None:
    """The frame in place, with the other's share taken from the other."""
    cv2.addWeighted(frame, 1 - share, other, share, 0, dst=frame)


def bgr_of(frame: Plane, size: tuple[int, int]) -> NDArray[np.uint8]:
    """An I420 frame as BGR."""
    planes = split(frame, size)
    u, v = (
        cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR).astype(np.float32) - 128
        for plane in (planes.u, planes.v)
    )
    y = (planes.y.astype(np.float32) - 16) * (255 / 219)
    by = 2 * 255 / 224
    b, r = y + by * (1 - _KB) * u, y + by * (1 - _KR) * v
    g = (y - _KR * r - _KB * b) / _KG
    return np.clip(np.rint(cv2.merge([b, g, r])), 0, 255).astype(np.uint8)


def _halved(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = picture.shape[:2]
    return _u8(cv2.resize(picture, (width // 2, height // 2), interpolation=cv2.INTER_AREA))


def _u8(pixels: object) -> NDArray[np.uint8]:
    """OpenCV's answers as what they are."""
    return np.asarray(pixels, np.uint8)


def _plane(picture: NDArray[np.uint8], row: Sequence[float] | NDArray[np.float32]) -> Plane:
    return _u8(cv2.transform(picture, np.asarray(row, np.float32)[None]))


def _planes(planes: Planes) -> tuple[Plane, Plane, Plane]:
    return planes.y, planes.u, planes.v
