"""How steadily a camera moves: what is left of the ways of many points once all that may move by itself is set aside.

People and what lives are posed anew on every second frame, the camera goes on on every one (composition.py). So between the two
frames of a pose nothing moves but the camera, and a film in which everybody acts can be measured as if they stood. Rain and
water, which go on every frame, move each point its own way; what most points do together is the camera's.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
# Frames by the points' number by x and y, in pixels of what was followed.
Ways = NDArray[np.float64]

# A second's worth; longer stretches are measured in pieces of so many frames, shorter ones as they are.
STRETCH = 24
# Frames of a pose. A multiple of it is where a measure begins, counted from the shot's first frame.
POSE = 2
# A course's speed bends so often; ten poses leave as many freedoms again.
_BENDS = 4
_LEAST_FRAMES = 20
# Points are followed in a picture about so high, softened a little: the grain that lies over the film stands still.
_HEIGHT, _SOFT = 540, 1.2
# Parts of the picture, across and down, each with so many points at most: people fill some of them, never all.
_PARTS, _POINTS_A_PART, _APART = (12, 7), 3, 14
_CORNER, _LEAST_CORNER = 0.01, 2e-5
_LEAST_POINTS = 8
_WINDOW = (21, 21)
# As many tries as it takes to place a point to a few thousandths of a pixel.
_TRIES = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 30, 0.003)
# A point whose surroundings no longer look as they did was covered by something, mean difference of grey.
_LOST = 12.0
# A point that has moved less in all stands still; both in pixels of the film.
_MOVES_PX, _AGREES_PX = 1.5, 0.35
# How surely a point goes with the others, and the share of the points that must for their distances to be told.
_ALIKE, _SOME = 0.8, 0.1
# Where fewer agree on what the camera does, nothing is said of it.
_AGREE = 0.6
# A point that stands still within poses, though it moves from one to the next, by so much of its way.
_STANDS, _ALL_STAND = 0.1, 0.9
# Parts to compare, and the levels within one that make it worth asking whether it has changed.
_COMPARED = (48, 27)
_RELIEF, _CHANGE = 6, 0.8


def jitter_px(frames: Sequence[Grey]) -> float | None:
    """The camera's shake in pixels (rms, both axes together) over consecutive grey frames of one shot, from the first of a pose.

    A camera that goes on with the poses only, not on every frame, is told by how far it goes at once. None where it can't be
    told: nothing moves, there is too little to follow, or what there is doesn't agree.
    """
    found = [
        _shake(frames[start : start + STRETCH])
        for start in range(0, len(frames) - _LEAST_FRAMES + 1, STRETCH)
        if not _rests(frames[start], frames[min(start + STRETCH, len(frames)) - 1])
    ]
    told = [px for px in found if px is not None]
    return float(np.sqrt(np.mean(np.square(told)))) if told else None


def _shake(frames: Sequence[Grey]) -> float | None:
    fewer = float(max(1.0, frames[0].shape[0] / _HEIGHT))
    ways = _followed([_softened(frame, fewer) for frame in frames], 1 / fewer)
    if ways.shape[1] < _LEAST_POINTS:
        return None
    count = len(ways) // POSE * POSE
    steps = ways[1:count:POSE] - ways[0:count:POSE]
    whole = (ways[count - 1] - ways[0]) / (count - 1)
    stands = np.linalg.norm(steps.mean(axis=0), axis=1) < _STANDS * np.linalg.norm(whole, axis=1)
    if float(stands.mean()) > _ALL_STAND:
        return POSE * fewer * float(np.median(np.linalg.norm(whole, axis=1)))
    course = np.polynomial.chebyshev.chebvander(np.linspace(-1, 1, len(steps)), _BENDS)
    flat = steps.reshape(len(steps), -1)
    left = flat - course @ np.linalg.lstsq(course, flat, rcond=None)[0]
    # A curve takes away as many freedoms as it has coefficients; a step is the difference of two places.
    scale = fewer * float(np.sqrt(len(steps) / (len(steps) - _BENDS - 1) / 2))
    shake, apart = _together(ways[0], left.reshape(steps.shape) * scale)
    return shake if float((apart < _AGREES_PX + 0.5 * shake).mean()) >= _AGREE else None


def _softened(frame: Grey, fewer: float) -> Grey:
    if fewer > 1:
        size = (round(frame.shape[1] / fewer), round(frame.shape[0] / fewer))
        frame = np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.GaussianBlur(frame, (0, 0), _SOFT), np.uint8)


def _followed(frames: Sequence[Grey], unit: float) -> Ways:
    """The ways of the points that move, that stay in the picture and that nothing covers; `unit`: a film's pixel in theirs."""
    first = _corners(frames[0])
    places, kept = [first], np.ones(len(first), np.bool_)
    for frame in frames[1:] if len(first) else ():
        now, status, error = cv2.calcOpticalFlowPyrLK(
            frames[0], frame, first, places[-1].copy(), winSize=_WINDOW, maxLevel=2, criteria=_TRIES,
            flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
        )  # fmt: skip
        kept &= (np.asarray(status).ravel() == 1) & (np.asarray(error).ravel() < _LOST)
        places.append(np.asarray(now, np.float32))
    ways = np.stack(places)[:, kept, 0, :].astype(np.float64)
    height, width = frames[0].shape
    inside = ((ways > 10) & (ways < (width - 10, height - 10))).all(axis=(0, 2))
    moves = np.linalg.norm(ways[-1] - ways[0], axis=1) > _MOVES_PX * unit
    return ways[:, inside & moves]


def _corners(frame: Grey) -> NDArray[np.float32]:
    """What can be followed, spread over the parts of the picture."""
    strength = np.asarray(cv2.cornerMinEigenVal(frame, 5), np.float32)
    least = max(_LEAST_CORNER, _CORNER * float(strength.max()))
    wide, tall = frame.shape[1] // _PARTS[0], frame.shape[0] // _PARTS[1]
    found: list[tuple[int, int]] = []
    for top in range(0, tall * _PARTS[1], tall):
        for left in range(0, wide * _PARTS[0], wide):
            part = strength[top : top + tall, left : left + wide].copy()
            for _ in range(_POINTS_A_PART):
                _, most, _, (x, y) = cv2.minMaxLoc(part)
                if most < least:
                    break
                found.append((left + x, top + y))
                cv2.circle(part, (x, y), _APART, 0.0, -1)
    return np.array(found, np.float32).reshape(-1, 1, 2)


def _together(points: NDArray[np.float64], left: Ways) -> tuple[float, NDArray[np.float64]]:
    """What the points do as one (a shift, a turn, a zoom), rms, and how far from that each is: a camera's doing, and its own.

    Points that go their own way count the less the farther they go.
    """
    x, y = (points - points.mean(axis=0)).T / max(float(np.ptp(points)), 1.0)
    ones, none = np.ones(len(points)), np.zeros(len(points))
    as_one = np.stack([np.stack([ones, none, x, -y], axis=1), np.stack([none, ones, y, x], axis=1)], axis=1).reshape(
        -1, 4
    )
    done = []
    for moment in left.reshape(len(left), -1):
        weights = np.ones(len(moment))
        for _ in range(6):
            moved = as_one @ np.linalg.lstsq(as_one * weights[:, None], moment * weights, rcond=None)[0]
            off = np.linalg.norm((moment - moved).reshape(-1, 2), axis=1)
            weights = np.repeat(1 / (1 + np.square(off / max(0.03, 2 * float(np.median(off))))), 2)
        done.append(moved.reshape(-1, 2))
    one = np.array(done)
    shake = float(np.sqrt(np.square(one).sum(axis=2).mean()))
    apart = np.sqrt(np.square(left - one).sum(axis=2).mean(axis=0))
    # What is far away moves less with the camera than what is near: those that go the same way, but farther, tell by how much.
    shared, own, their = ((p * q).sum(axis=(0, 2)) for p, q in ((one, left), (left, left), (one, one)))
    alike = shared > _ALIKE * np.sqrt(np.maximum(own * their, 1e-12))
    if np.count_nonzero(alike) >= max(_LEAST_POINTS, len(points) * _SOME):
        shake *= max(1.0, float(np.quantile(shared[alike] / their[alike], 0.75)))
    return shake, apart


def _rests(first: Grey, last: Grey) -> bool:
    """Whether most of what could show a move of the camera has stayed: what moves then does so by itself."""
    change = cv2.resize(cv2.absdiff(first, last).astype(np.float32), _COMPARED, interpolation=cv2.INTER_AREA)
    # An even sky tells nothing of a pan along it: there must be something to see both ways.
    across, down = (
        cv2.resize(
            cv2.morphologyEx(first, cv2.MORPH_GRADIENT, np.ones(reach, np.uint8)),
            _COMPARED,
            interpolation=cv2.INTER_AREA,
        )
        for reach in ((1, first.shape[1] // _COMPARED[0] | 1), (first.shape[0] // _COMPARED[1] | 1, 1))
    )
    telling = np.minimum(across, down) >= _RELIEF
    return not telling.any() or float((np.asarray(change)[telling] < _CHANGE).mean()) > 0.5
