"""How steadily a picture moves: what is left of the ways of many points when their smooth course is taken away."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

# A second's worth; longer stretches are measured in pieces of so many frames, shorter ones as they are.
STRETCH = 24
# Fewer frames say nothing about a course of that many bends.
_BENDS = 5
_LEAST_FRAMES = 12
_POINTS = 160
_LEAST_POINTS = 8
# Parts of the picture, across and down, and the levels within one that make it worth asking whether it has changed.
_PARTS = (48, 27)
_RELIEF, _CHANGE = 6, 0.8
_STEADIER = 0.25
# A point that has moved less in all stands still.
_MOVES_PX = 1.5
# A point whose surroundings no longer look as they did was covered by something, mean difference of grey.
_LOST = 12.0
_WINDOW = (31, 31)
# As many tries as it takes to place a point to a few thousandths of a pixel.
_TRIES = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 40, 0.003)


def jitter_px(frames: Sequence[NDArray[np.uint8]]) -> float:
    """The camera's shake in pixels (rms, both axes together) over consecutive grey frames of one shot; 0.0 where nothing moves.

    Points are followed from the first frame of each second; a smooth course is a curve of the fifth order through it. A camera
    shakes every point alike, while people and water move by themselves, and rain disturbs each point it falls before: what the
    steadier quarter of the points does together tells of the camera. Ask it of shots where the place fills the picture; in a
    close-up the only points there are may be those of a face that acts.
    """
    squares = []
    for start in range(0, len(frames), STRETCH):
        piece = frames[start : start + STRETCH]
        if len(piece) >= _LEAST_FRAMES and (rms := _shake(piece)) is not None:
            squares.append(rms**2)
    return float(np.sqrt(np.mean(squares))) if squares else 0.0


def _shake(frames: Sequence[NDArray[np.uint8]]) -> float | None:
    """Of a stretch; None when there is nothing to follow."""
    if _rests(frames[0], frames[-1]):
        return None
    found = cv2.goodFeaturesToTrack(frames[0], _POINTS, 0.01, min(frames[0].shape) / 28)
    if found is None:
        return None
    first = np.asarray(found, np.float32)
    places, kept = [first], np.ones(len(first), np.bool_)
    for frame in frames[1:]:
        now, status, error = cv2.calcOpticalFlowPyrLK(
            frames[0], frame, first, places[-1].copy(), winSize=_WINDOW, maxLevel=2, criteria=_TRIES,
            flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
        )  # fmt: skip
        kept &= (np.asarray(status).ravel() == 1) & (np.asarray(error).ravel() < _LOST)
        places.append(np.asarray(now, np.float32))
    ways = np.stack(places)[:, kept, 0, :].astype(np.float64)
    height, width = frames[0].shape
    inside = ((ways > 16) & (ways < (width - 16, height - 16))).all(axis=(0, 2))
    moving = np.linalg.norm(ways[-1] - ways[0], axis=1) > _MOVES_PX
    ways = ways[:, inside & moving]
    if ways.shape[1] < _LEAST_POINTS:
        return None
    count = len(frames)
    course = np.polynomial.chebyshev.chebvander(np.linspace(-1, 1, count), _BENDS)
    flat = ways.reshape(count, -1)
    left = flat - course @ np.linalg.lstsq(course, flat, rcond=None)[0]
    # A curve takes away as many freedoms as it has coefficients.
    variances = (left**2).sum(axis=0).reshape(-1, 2).sum(axis=1) / (count - _BENDS - 1)
    steady = variances <= np.quantile(variances, _STEADIER)
    return _together(ways[0, steady], left.reshape(count, -1, 2)[:, steady]) * float(
        np.sqrt(count / (count - _BENDS - 1))
    )


def _together(points: NDArray[np.float64], left: NDArray[np.float64]) -> float:
    """What the points do as one (a shift, a turn, a zoom), rms: a camera's doing. Rain before a point moves that point alone."""
    x, y = (points - points.mean(axis=0)).T / np.ptp(points)
    ones, none = np.ones(len(points)), np.zeros(len(points))
    as_one = np.stack([np.stack([ones, none, x, -y], axis=1), np.stack([none, ones, y, x], axis=1)], axis=1).reshape(
        -1, 4
    )
    flat = left.reshape(len(left), -1).T
    moved = as_one @ np.linalg.lstsq(as_one, flat, rcond=None)[0]
    return float(np.sqrt((moved**2).sum(axis=0).mean() / len(points)))


def _rests(first: NDArray[np.uint8], last: NDArray[np.uint8]) -> bool:
    """Whether most of what could show a move of the camera has stayed: what moves then does so by itself."""
    change = cv2.resize(cv2.absdiff(first, last).astype(np.float32), _PARTS, interpolation=cv2.INTER_AREA)
    # An even sky tells nothing of a pan along it: there must be something to see both ways.
    across, down = (
        cv2.resize(
            cv2.morphologyEx(first, cv2.MORPH_GRADIENT, np.ones(reach, np.uint8)), _PARTS, interpolation=cv2.INTER_AREA
        )
        for reach in ((1, first.shape[1] // _PARTS[0] | 1), (first.shape[0] // _PARTS[1] | 1, 1))
    )
    telling = np.minimum(across, down) >= _RELIEF
    return not telling.any() or float((np.asarray(change)[telling] < _CHANGE).mean()) > 0.5
