"""Pictures as the film's planes: BT.709, limited range, 4:2:0; and what is blended onto them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.uint8]

# BT.709 for B, G, R in 0..255 to limited range (ITU-R BT.709-6, item 3).
_KR, _KB = 0.2126, 0.0722
_KG = 1 - _KR - _KB
_TO_YUV = np.array(
    [
        [_KB * 219 / 255, _KG * 219 / 255, _KR * 219 / 255, 16.0],
        [0.5 * 224 / 255, -_KG / (1 - _KB) * 0.5 * 224 / 255, -_KR / (1 - _KB) * 0.5 * 224 / 255, 128.0],
        [-_KB / (1 - _KR) * 0.5 * 224 / 255, -_KG / (1 - _KR) * 0.5 * 224 / 255, 0.5 * 224 / 255, 128.0],
    ],
    dtype=np.float32,
)


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

    def into(self, frame: Plane) -> None:
        """Copies into an I420 frame (height × 1.5 rows)."""
        y, u, v = split(frame, self.size)
        np.copyto(y, self.y)
        np.copyto(u, self.u)
        np.copyto(v, self.v)


@dataclass(frozen=True)
class Patch:
    """Something to lay over a frame at (x, y), even: its planes premultiplied by their opacity, and what is left of below."""

    x: int
    y: int
    planes: Planes
    left: Plane
    left_half: Plane


def planes_of(bgr: NDArray[np.uint8]) -> Planes:
    """The planes of a BGR picture of even width and height."""
    y = cv2.transform(bgr, _TO_YUV[:1])
    half = cv2.resize(bgr, (bgr.shape[1] // 2, bgr.shape[0] // 2), interpolation=cv2.INTER_AREA)
    chroma = cv2.transform(half, _TO_YUV[1:])
    return Planes(np.asarray(y, np.uint8), np.ascontiguousarray(chroma[:, :, 0]), np.ascontiguousarray(chroma[:, :, 1]))


def split(frame: Plane, size: tuple[int, int]) -> tuple[Plane, Plane, Plane]:
    """Views of an I420 frame's three planes."""
    width, height = size
    flat = frame.reshape(-1)
    luma, quarter = width * height, width * height // 4
    half = (height // 2, width // 2)
    return (
        flat[:luma].reshape(height, width),
        flat[luma : luma + quarter].reshape(half),
        flat[luma + quarter :].reshape(half),
    )


def patch_of(bgra: NDArray[np.uint8], x: int, y: int) -> Patch:
    """A patch from a straight-alpha picture of even size."""
    alpha = bgra[:, :, 3]
    planes = planes_of(np.ascontiguousarray(bgra[:, :, :3]))
    half = cv2.resize(alpha, (alpha.shape[1] // 2, alpha.shape[0] // 2), interpolation=cv2.INTER_AREA)
    by = 1 / 255
    multiplied = Planes(
        np.asarray(cv2.multiply(planes.y, alpha, scale=by), np.uint8),
        np.asarray(cv2.multiply(planes.u, half, scale=by), np.uint8),
        np.asarray(cv2.multiply(planes.v, half, scale=by), np.uint8),
    )
    return Patch(x, y, multiplied, np.asarray(255 - alpha, np.uint8), np.asarray(255 - half, np.uint8))


def lay(frame: Plane, size: tuple[int, int], patch: Patch) -> None:
    """Blends the patch onto the I420 frame in place."""
    y, u, v = split(frame, size)
    width, height = patch.planes.size
    rows, columns = slice(patch.y, patch.y + height), slice(patch.x, patch.x + width)
    _blend(y[rows, columns], patch.planes.y, patch.left)
    rows = slice(patch.y // 2, patch.y // 2 + height // 2)
    columns = slice(patch.x // 2, patch.x // 2 + width // 2)
    _blend(u[rows, columns], patch.planes.u, patch.left_half)
    _blend(v[rows, columns], patch.planes.v, patch.left_half)


def _blend(below: Plane, over: Plane, left: Plane) -> None:
    below[:] = cv2.add(cv2.multiply(below, left, scale=1 / 255), over)


def fade(frame: Plane, size: tuple[int, int], share: float) -> None:
    """Towards black in place: 0.0 is black, 1.0 leaves the frame as it is."""
    y, u, v = split(frame, size)
    for plane, black in ((y, 16.0), (u, 128.0), (v, 128.0)):
        plane[:] = cv2.convertScaleAbs(plane, alpha=share, beta=black * (1 - share))


def mix(frame: Plane, other: Plane, share: float) -> None:
    """The frame in place, with the other's share taken from the other."""
    cv2.addWeighted(frame, 1 - share, other, share, 0, dst=frame)
