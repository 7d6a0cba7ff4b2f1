"""The camera's path over a picture: where its window is at each frame, eased, on ones, smooth far below a pixel.

A Window is what the plane of the people (depth 1.0 of craft/planes.py) shows: its centre and size as fractions of the plate,
which is 1.25 times the film, so that a window of 0.8 is pixel for pixel. Every other sheet is seen through `seen_at(window,
depth)`: the same window where the camera rests in the middle, and less moved and less scaled the farther the sheet is. That
difference is the parallax.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from filmstudio.projects.v1 import storyboard_pb2 as sb
from numpy.typing import NDArray

# Window sizes. Nothing is smaller than pixel for pixel, and the widest leaves a border that no rounding can pass.
NEAREST, WIDEST = 0.80, 0.985
# A shot that holds still, and what parallax is measured from.
AT_REST = 0.90
# A pan or tilt needs room on both sides.
_TRAVELLING = 0.84
# How fast a window shrinks, by the shot's size: close to a face the same step is felt more.
_ZOOM_PER_S = {
    sb.SHOT_SIZE_WIDE: 0.024, sb.SHOT_SIZE_FULL: 0.024, sb.SHOT_SIZE_MEDIUM: 0.020, sb.SHOT_SIZE_CLOSE_UP: 0.016,
    sb.SHOT_SIZE_INSERT: 0.018, sb.SHOT_SIZE_OVER_SHOULDER: 0.016,
}  # fmt: skip
_ZOOM_OTHERWISE = 0.020
# A pan crosses so much of the plate in a second: 3 % is the calm pace of a tripod's head, five times below what strobes at 24 a second.
_TRAVEL_PER_S = 0.030
# The camera starts and stops within so long, and within so large a share of a short shot.
_RAMP_S, _MOST_RAMP = 0.9, 0.42
# How far behind the one it follows the camera may be: it doesn't answer every step.
_FOLLOW_LAG_S = 0.55


@dataclass(frozen=True)
class Window:
    """What the camera sees: its centre and size, as fractions of the plate's width and height."""

    x: float
    y: float
    size: float


def path(move: sb.CameraMove.ValueType, focus: tuple[float, float], frames: int, fps: int,
         follow: Sequence[tuple[float, float]] | None = None, *,
         size: sb.ShotSize.ValueType = sb.SHOT_SIZE_UNSPECIFIED) -> list[Window]:  # fmt: skip
    """The window at each frame, always inside the plate. A static shot's windows are all equal.

    `focus` is the subject, `follow` where the one who walks is at each frame (fractions of the plate, as many as there are
    frames): CAMERA_MOVE_FOLLOW goes with them, and without a walker holds still.
    """
    if move == sb.CAMERA_MOVE_FOLLOW and follow is not None and len(follow) == frames and frames > 1:
        return _following(follow, fps)
    seconds = max(frames / fps, 0.5)
    start, end = _ends(move, focus, seconds, size)
    ramp = min(_MOST_RAMP, _RAMP_S / seconds)
    windows = []
    for frame in range(frames):
        t = eased(frame / max(frames - 1, 1), ramp)
        # A dolly's steps are felt as ratios, not as differences.
        scale = start.size * (end.size / start.size) ** t
        windows.append(_inside(Window(start.x + (end.x - start.x) * t, start.y + (end.y - start.y) * t, scale)))
    return windows


def seen_at(window: Window, depth: float) -> Window:
    """What is seen of a sheet of that depth through the camera's window: 0.0 never moves, 1.0 is the window itself.

    Up to depth 1.0 it is inside the plate. Nearer sheets are clear where they end, and may be seen past their edge.
    """
    if depth == 1.0:
        return window
    size = AT_REST * (window.size / AT_REST) ** depth
    moved = Window(0.5 + (window.x - 0.5) * depth, 0.5 + (window.y - 0.5) * depth, size)
    return _inside(moved) if depth < 1.0 else moved


def eased(t: float, ramp: float) -> float:
    """0..1 of a way: speeds up over `ramp` of the time (0..0.5), goes evenly, slows down; no jerk at either end."""
    if ramp <= 0:
        return t
    # The integral of a speed that rises as a smoothstep: each ramp covers half of what even speed would.
    if t > 0.5:
        return 1.0 - eased(1.0 - t, ramp)
    top = 1.0 / (1.0 - ramp)
    if t >= ramp:
        return top * (t - ramp / 2)
    s = t / ramp
    return top * ramp * (s**3 - s**4 / 2)


def _ends(
    move: sb.CameraMove.ValueType, focus: tuple[float, float], seconds: float, size: sb.ShotSize.ValueType
) -> tuple[Window, Window]:
    zoom = min(WIDEST / _TRAVELLING, 1.0 + _ZOOM_PER_S.get(size, _ZOOM_OTHERWISE) * seconds)
    travel = min(1.0 - _TRAVELLING, _TRAVEL_PER_S * seconds) / 2
    # Between the picture's middle and the subject: the composition stays, the eye is led.
    x, y = 0.5 + (focus[0] - 0.5) * 0.6, 0.5 + (focus[1] - 0.5) * 0.6
    # The way lies about the resting size, so that what parallax takes apart it also brings together.
    far_size = min(WIDEST, AT_REST * zoom**0.5)
    far, near = _inside(Window(0.5, 0.5, far_size)), _inside(Window(x, y, far_size / zoom))
    along = _TRAVELLING
    match move:
        case sb.CAMERA_MOVE_PUSH_IN:
            return far, near
        case sb.CAMERA_MOVE_PULL_OUT:
            return near, far
        case sb.CAMERA_MOVE_PAN_LEFT:
            return Window(0.5 + travel, y, along), Window(0.5 - travel, y, along)
        case sb.CAMERA_MOVE_PAN_RIGHT:
            return Window(0.5 - travel, y, along), Window(0.5 + travel, y, along)
        case sb.CAMERA_MOVE_TILT_UP:
            return Window(x, 0.5 + travel, along), Window(x, 0.5 - travel, along)
        case sb.CAMERA_MOVE_TILT_DOWN:
            return Window(x, 0.5 - travel, along), Window(x, 0.5 + travel, along)
        case _:
            still = Window(0.5, 0.5, AT_REST)
            return still, still


def _following(walker: Sequence[tuple[float, float]], fps: int) -> list[Window]:
    """Behind the walker by a little, with room in front of them, never past the plate."""
    xs = np.clip(np.asarray([x for x, _ in walker], np.float64), -0.2, 1.2)
    ahead = 0.06 * np.sign(xs[-1] - xs[0])
    wanted = 0.5 + (xs + ahead - 0.5) * 0.55
    half = _TRAVELLING / 2
    smooth = _smoothed(np.clip(wanted, half, 1 - half), max(1, round(_FOLLOW_LAG_S * fps)))
    y = 0.5 + (float(np.mean([y for _, y in walker])) - 0.5) * 0.25
    return [_inside(Window(float(x), y, _TRAVELLING)) for x in smooth]


def _smoothed(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """A bell over `reach` samples on either side; the ends hold their value."""
    offsets = np.arange(-2 * reach, 2 * reach + 1)
    weights = np.exp(-0.5 * (offsets / reach) ** 2)
    padded = np.concatenate((np.full(2 * reach, values[0]), values, np.full(2 * reach, values[-1])))
    return np.convolve(padded, weights / weights.sum(), mode="valid")


def _inside(window: Window) -> Window:
    half = window.size / 2
    return Window(min(max(window.x, half), 1 - half), min(max(window.y, half), 1 - half), window.size)


def matrix(window: Window, picture: tuple[int, int], film: tuple[int, int]) -> NDArray[np.float64]:
    """The affine map from a film pixel to a picture pixel (both width, height), for a warp with WARP_INVERSE_MAP."""
    scale_x = window.size * picture[0] / film[0]
    scale_y = window.size * picture[1] / film[1]
    # Pixel centres lie at whole numbers.
    left = (window.x - window.size / 2) * picture[0] + scale_x / 2 - 0.5
    top = (window.y - window.size / 2) * picture[1] + scale_y / 2 - 0.5
    return np.array([[scale_x, 0.0, left], [0.0, scale_y, top]], dtype=np.float64)
