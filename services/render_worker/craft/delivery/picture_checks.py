"""What a finished film's picture is like: where it is black or stands still, what it shows at a moment, how steadily it moves.

One pass over the film's reference frames (two in five), without the loop filter (which costs a third of decoding and changes no measure), and
short looks at full quality where the camera moves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from services.render_worker.craft.delivery.bars import STILL_S
from services.render_worker.craft.images import Picture
from services.render_worker.craft.stage.jitter import STRETCH, jitter_px

Stretch = tuple[int, int]
Grey = NDArray[np.uint8]

_SAMPLES_PER_S = 6
_WIDTH = 240
_BLACK_LUMA, _BLACK_SHARE = 26, 0.98
# Compared with the picture half a second before: a camera that moves by a tenth of a pixel a frame changes some part of it by more
# than this mean difference of grey levels (2 and more in an empty sky with a sun), a held picture's coding noise none (0.03).
_STILL_AFTER_S = 0.5
_STILL_DIFFERENCE = 0.6
# A moment is looked at no later than this.
_LATE_S = 0.4
# Where the camera moves, half of a small picture's parts differ at least so much a sixth of a second later; a cut changes more.
_MOVES, _CUTS = 0.3, 14.0
_PART = 15
# A picture with so many points to follow is filled by a place; in a close-up most points are somebody's who acts.
_POINTS = 160
_PLACE_POINTS = 70
_LOOKS = 3


@dataclass(frozen=True)
class Seen:
    """The film at six pictures a second: small greys, and when each is seen (seconds); and the pictures asked for, by moment."""

    greys: NDArray[np.uint8]
    at_s: NDArray[np.float64]
    moments: dict[int, Picture]


@dataclass(frozen=True)
class Fault:
    """A stretch of the film, in seconds."""

    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        """How long it lasts."""
        return self.end_s - self.start_s


def look(film: Path, moments_ms: Sequence[int] = ()) -> Seen:
    """The film's picture, watched once from its start to its end. av.FFmpegError when it can't be read."""
    greys: list[Grey] = []
    at_s: list[float] = []
    moments: dict[int, Picture] = {}
    awaited = sorted(set(moments_ms), reverse=True)
    with av.open(str(film), format="mp4") as container:
        stream = _opened(container, quick=True)
        for frame in container.decode(stream):
            now = float(frame.time or 0.0)
            if now * _SAMPLES_PER_S >= len(greys) - 1e-6:
                grey = _luma(frame)
                tall = max(2, round(_WIDTH * grey.shape[0] / grey.shape[1]))
                greys.append(np.asarray(cv2.resize(grey, (_WIDTH, tall), interpolation=cv2.INTER_AREA), np.uint8))
                at_s.append(now)
            while awaited and now * 1000 >= awaited[-1]:
                moment = awaited.pop()
                if now - moment / 1000 <= _LATE_S:
                    moments[moment] = frame.to_ndarray(format="bgr24")
    return Seen(np.stack(greys) if greys else np.zeros((0, 2, _WIDTH), np.uint8), np.array(at_s), moments)


def black(seen: Seen, planned: Sequence[Stretch]) -> list[Fault]:
    """Where it is black for longer than half a second outside the planned stretches (milliseconds)."""
    dark = (seen.greys < _BLACK_LUMA).mean(axis=(1, 2)) >= _BLACK_SHARE
    return _faults(dark & _counted(seen, planned), seen, 0.0)


def frozen(seen: Seen, planned: Sequence[Stretch]) -> list[Fault]:
    """Where the picture stands still for longer than half a second outside the planned stretches."""
    if not len(seen.greys):
        return []
    earlier = np.searchsorted(seen.at_s, seen.at_s - _STILL_AFTER_S + 1e-6, side="right") - 1
    held = np.array(
        [
            before >= 0 and float(_change(seen.greys[before], seen.greys[now]).max()) < _STILL_DIFFERENCE
            for now, before in enumerate(earlier)
        ],
        bool,
    )
    return _faults(held & _counted(seen, planned), seen, _STILL_AFTER_S)


def shake_px(film: Path, seen: Seen, planned: Sequence[Stretch]) -> float | None:
    """How much the camera shakes, rms in pixels of the film: the least of some seconds in which it moves through a place.

    What moves by itself (people, petals) only ever adds to it, and a camera that shakes does so wherever it moves. None where
    fewer than two such seconds can be measured: a single one may be all petals.
    """
    found = [jitter_px(_second(film, start)) for start in _moving(seen, planned)]
    measured = [px for px in found if px > 0.0]
    return min(measured) if len(measured) > 1 else None


def _moving(seen: Seen, planned: Sequence[Stretch]) -> list[float]:
    """Starts of a few seconds, spread over the film, in which the camera moves through a place and nothing is cut."""
    counted = _counted(seen, planned)
    moves = np.array([_moves(before, now) for before, now in pairwise(seen.greys)])
    places = []
    for place in range(0, len(moves) - _SAMPLES_PER_S, _SAMPLES_PER_S // 2):
        span = slice(place, place + _SAMPLES_PER_S)
        if counted[place : place + _SAMPLES_PER_S + 1].all() and moves[span].all():
            places.append((_points(seen.greys[place]), place))
    chosen: list[int] = []
    for points, place in sorted(places, reverse=True):
        apart = all(abs(place - other) >= 2 * _SAMPLES_PER_S for other in chosen)
        if points >= _PLACE_POINTS and apart and len(chosen) < _LOOKS:
            chosen.append(place)
    return [float(seen.at_s[place]) for place in sorted(chosen)]


def _moves(before: Grey, now: Grey) -> bool:
    """Whether the whole picture moves, and isn't another."""
    parts = _change(before, now)
    return bool(np.median(parts) >= _MOVES and parts.mean() < _CUTS)


def _change(before: Grey, now: Grey) -> NDArray[np.float32]:
    """By how many levels the parts of a small picture differ, each on average."""
    change = cv2.absdiff(before, now).astype(np.float32)
    size = (change.shape[1] // _PART, change.shape[0] // _PART)
    return np.asarray(cv2.resize(change, size, interpolation=cv2.INTER_AREA), np.float32)


def _points(grey: Grey) -> int:
    found = cv2.goodFeaturesToTrack(grey, _POINTS, 0.01, min(grey.shape) / 28)
    return 0 if found is None else len(found)


def _second(film: Path, start_s: float) -> list[Grey]:
    """The grey frames of a second of film, decoded in full."""
    frames: list[Grey] = []
    with av.open(str(film), format="mp4") as container:
        stream = _opened(container, quick=False)
        container.seek(int(start_s / float(stream.time_base or 1)), stream=stream)
        for frame in container.decode(stream):
            if float(frame.time or 0.0) >= start_s - 1e-6:
                frames.append(_luma(frame).copy())
            if len(frames) == STRETCH:
                break
    return frames


def _opened(container: Any, *, quick: bool) -> Any:
    stream = container.streams.video[0]
    # by frames, not by slices, of which ours have one: it is the film's last step, and the other core has nothing to do
    stream.thread_type = "FRAME"
    stream.codec_context.thread_count = 2
    if quick:
        stream.codec_context.skip_frame = "BIDIR"
        stream.codec_context.options = {"skip_loop_filter": "all"}
    return stream


def _luma(frame: av.VideoFrame) -> Grey:
    plane = frame.planes[0]
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
    return np.asarray(rows[:, : frame.width], np.uint8)


def _counted(seen: Seen, planned: Sequence[Stretch]) -> NDArray[np.bool_]:
    """Which pictures are outside the planned stretches, and not just beside one: dissolves reach over their edges."""
    margin_s = 1 / _SAMPLES_PER_S
    counted = np.ones(len(seen.at_s), bool)
    for begin, end in planned:
        counted[(seen.at_s >= begin / 1000 - margin_s) & (seen.at_s <= end / 1000 + margin_s)] = False
    return counted


def _faults(marks: NDArray[np.bool_], seen: Seen, lead_s: float) -> list[Fault]:
    """The marked stretches that are long enough; each began so much earlier than its first mark."""
    faults = []
    for begin, end in _runs(marks):
        fault = Fault(max(0.0, float(seen.at_s[begin]) - lead_s), float(seen.at_s[min(end, len(seen.at_s) - 1)]))
        # what is seen six times a second is that much longer at most
        if fault.length_s > STILL_S + 1 / _SAMPLES_PER_S:
            faults.append(fault)
    return faults


def _runs(marks: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], marks, [False]]).astype(np.int8)))
    yield from ((int(begin), int(end)) for begin, end in zip(edges[::2], edges[1::2], strict=True))
