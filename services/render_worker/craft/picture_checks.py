"""What a finished film's picture is like: where it is black or stands still, what it shows at a moment, how steadily it moves.

One pass over the film's reference frames, without the loop filter (which costs a third of decoding and changes no measure), and
short looks at full quality where the camera moves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from services.render_worker.craft.images import Picture
from services.render_worker.craft.stage.jitter import STRETCH, jitter_px

Stretch = tuple[int, int]
Grey = NDArray[np.uint8]

_SAMPLES_PER_S = 6
_WIDTH = 240
_BLACK_LUMA, _BLACK_SHARE = 26, 0.98
# Compared with the picture half a second before: a camera that moves by a tenth of a pixel a frame changes more than this mean
# difference of grey levels, a held picture's coding noise less.
_STILL_AFTER = _SAMPLES_PER_S // 2
_STILL_DIFFERENCE = 0.12
# Shorter than this nobody takes for a fault.
SHORTEST_S = 0.5
# A moment is looked at no later than this.
_LATE_S = 0.4
# Where the camera moves, small pictures a sixth of a second apart differ by about so much; a cut changes more.
_MOVES, _CUTS = 0.6, 14.0
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
    return _faults(dark & _counted(seen, planned), seen, 0)


def frozen(seen: Seen, planned: Sequence[Stretch]) -> list[Fault]:
    """Where the picture stands still for longer than half a second outside the planned stretches."""
    if len(seen.greys) <= _STILL_AFTER:
        return []
    change = _change(seen, _STILL_AFTER)
    held = np.concatenate([np.zeros(_STILL_AFTER, bool), change < _STILL_DIFFERENCE])
    return _faults(held & _counted(seen, planned), seen, _STILL_AFTER)


def shake_px(film: Path, seen: Seen, planned: Sequence[Stretch]) -> float | None:
    """How much the camera shakes, rms in pixels of the film: the median over a few seconds in which it moves. None: it never does."""
    found = [jitter_px(_second(film, start)) for start in _moving(seen, planned)]
    measured = [px for px in found if px > 0.0]
    return float(np.median(measured)) if measured else None


def _moving(seen: Seen, planned: Sequence[Stretch]) -> list[float]:
    """Starts of a few seconds, spread over the film, in which the camera moves and nothing is cut."""
    if len(seen.greys) <= _SAMPLES_PER_S:
        return []
    change, counted = _change(seen, 1), _counted(seen, planned)
    places = []
    for place in range(len(change) - _SAMPLES_PER_S):
        within = change[place : place + _SAMPLES_PER_S]
        if counted[place : place + _SAMPLES_PER_S + 1].all() and within.min() > _MOVES and within.max() < _CUTS:
            places.append((float(within.min()), place))
    chosen: list[int] = []
    for _, place in sorted(places, reverse=True):
        if len(chosen) < _LOOKS and all(abs(place - other) >= 2 * _SAMPLES_PER_S for other in chosen):
            chosen.append(place)
    return [float(seen.at_s[place]) for place in sorted(chosen)]


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
    stream.codec_context.thread_count = 2
    if quick:
        stream.codec_context.skip_frame = "NONREF"
        stream.codec_context.options = {"skip_loop_filter": "all"}
    return stream


def _luma(frame: av.VideoFrame) -> Grey:
    plane = frame.planes[0]
    return np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)[:, : frame.width]


def _change(seen: Seen, after: int) -> NDArray[np.float64]:
    """The mean difference of each small picture from the one so many before."""
    return np.array([np.mean(cv2.absdiff(now, before)) for now, before in zip(seen.greys[after:], seen.greys, strict=False)])


def _counted(seen: Seen, planned: Sequence[Stretch]) -> NDArray[np.bool_]:
    """Which pictures are outside the planned stretches, and not just beside one: dissolves reach over their edges."""
    margin_s = 1 / _SAMPLES_PER_S
    counted = np.ones(len(seen.at_s), bool)
    for begin, end in planned:
        counted[(seen.at_s >= begin / 1000 - margin_s) & (seen.at_s <= end / 1000 + margin_s)] = False
    return counted


def _faults(marks: NDArray[np.bool_], seen: Seen, lead: int) -> list[Fault]:
    faults = []
    for begin, end in _runs(marks):
        last = min(end, len(seen.at_s) - 1)
        fault = Fault(float(seen.at_s[max(0, begin - lead)]), float(seen.at_s[last]))
        if fault.length_s > SHORTEST_S + 1 / _SAMPLES_PER_S:
            faults.append(fault)
    return faults


def _runs(marks: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], marks, [False]]).astype(np.int8)))
    yield from ((int(begin), int(end)) for begin, end in zip(edges[::2], edges[1::2], strict=True))
