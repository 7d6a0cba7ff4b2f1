"""The camera's path through a still picture: where its window is at each frame, eased and smooth below a pixel."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from filmstudio.projects.v1 import storyboard_pb2 as sb
from numpy.typing import NDArray

# Window sizes as fractions of the picture. The picture is 1.25 times the film, so 0.8 is pixel for pixel.
_NEAR, _MIDDLE, _FAR = 0.84, 0.90, 0.985
# How fast a window may grow or shrink and travel, per second: slow enough to look calm in a short shot.
_ZOOM_PER_S = 0.030
_TRAVEL_PER_S = 0.032


@dataclass(frozen=True)
class Window:
    """What the camera sees: its centre and size, as fractions of the picture's width and height."""

    x: float
    y: float
    size: float


def path(move: sb.CameraMove.ValueType, focus_x: float, focus_y: float, frames: int, fps: int) -> list[Window]:
    """The window at each frame, always inside the picture."""
    seconds = max(frames / fps, 0.5)
    start, end = _ends(move, focus_x, focus_y, seconds)
    windows = []
    for frame in range(frames):
        t = _ease(frame / max(frames - 1, 1))
        size = start.size * (end.size / start.size) ** t
        windows.append(_inside(Window(start.x + (end.x - start.x) * t, start.y + (end.y - start.y) * t, size)))
    return windows


def _ends(move: sb.CameraMove.ValueType, focus_x: float, focus_y: float, seconds: float) -> tuple[Window, Window]:
    zoom = min(_FAR / _NEAR, 1.0 + _ZOOM_PER_S * seconds)
    travel = min(1.0 - _NEAR, _TRAVEL_PER_S * seconds) / 2
    # Between the picture's middle and the subject: the composition stays, the eye is led.
    x, y = 0.5 + (focus_x - 0.5) * 0.6, 0.5 + (focus_y - 0.5) * 0.6
    far = _inside(Window(0.5, 0.5, _FAR))
    near = _inside(Window(x, y, _FAR / zoom))
    match move:
        case sb.CAMERA_MOVE_PUSH_IN:
            return far, near
        case sb.CAMERA_MOVE_PULL_OUT:
            return near, far
        case sb.CAMERA_MOVE_PAN_LEFT:
            return Window(0.5 + travel, y, _NEAR), Window(0.5 - travel, y, _NEAR)
        case sb.CAMERA_MOVE_PAN_RIGHT:
            return Window(0.5 - travel, y, _NEAR), Window(0.5 + travel, y, _NEAR)
        case sb.CAMERA_MOVE_TILT_UP:
            return Window(x, 0.5 + travel, _NEAR), Window(x, 0.5 - travel, _NEAR)
        case sb.CAMERA_MOVE_TILT_DOWN:
            return Window(x, 0.5 - travel, _NEAR), Window(x, 0.5 + travel, _NEAR)
        case _:
            still = _inside(Window(x, y, 0.94))
            return still, still


def _inside(window: Window) -> Window:
    half = window.size / 2
    return Window(min(max(window.x, half), 1 - half), min(max(window.y, half), 1 - half), window.size)


def _ease(t: float) -> float:
    """Slow at both ends, steady between: no jerk where a cut meets it, and never a stop within the shot."""
    smooth = (1 - math.cos(math.pi * t)) / 2
    return 0.72 * t + 0.28 * smooth


def matrix(window: Window, picture: tuple[int, int], film: tuple[int, int]) -> NDArray[np.float64]:
    """The affine map from a film pixel to a picture pixel (both width, height), for a warp with WARP_INVERSE_MAP."""
    scale_x = window.size * picture[0] / film[0]
    scale_y = window.size * picture[1] / film[1]
    # Pixel centres lie at whole numbers.
    left = (window.x - window.size / 2) * picture[0] + scale_x / 2 - 0.5
    top = (window.y - window.size / 2) * picture[1] + scale_y / 2 - 0.5
    return np.array([[scale_x, 0.0, left], [0.0, scale_y, top]], dtype=np.float64)


def chroma_matrix(luma: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same map on planes of half the size, whose pixel centres lie between four of the full planes."""
    halved = luma.copy()
    for row in (0, 1):
        scale = luma[row, row]
        halved[row, 2] = (scale * 0.5 + luma[row, 2] - 0.5) / 2
    return halved
