"""What a finished film's picture is like: where it is black or stands still, what it shows at a moment, how steadily it moves.

Decoding a film costs more than all that is asked of it, so little is decoded: every key frame, and in full only where the
packets are so small that nothing can move, or where a key frame is dark; and a second of each shot whose camera moves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from services.render_worker.craft.delivery.bars import STILL_S
from services.render_worker.craft.images import Picture
from services.render_worker.craft.stage.jitter import POSE, STRETCH, jitter_px

# From when to when, milliseconds.
Stretch = tuple[int, int]
Grey = NDArray[np.uint8]

_SAMPLES_PER_S = 6
_WIDTH = 240
_BLACK_LUMA, _BLACK_SHARE = 26, 0.98
# Compared with the picture half a second before: a camera that moves by a tenth of a pixel a frame changes some part of it by more
# than this mean difference of grey levels (2 and more in an empty sky with a sun), a held picture's coding noise none (0.03).
_STILL_AFTER_S = 0.5
_STILL_DIFFERENCE = 0.6
_PART = 15
# Frames of a held picture take up to 0.0003 bytes a pixel as our encoder codes it, and some tens of bytes however small it is; those of
# a camera that moves 0.0012 and more, but on a card with little on it.
_QUIET_BYTES, _LEAST_QUIET_BYTES = 0.0015, 200
# A cue is looked at in a key frame so far from its ends, where there is one, else in its middle or no later than this after it.
_WITHIN_S, _LATE_S = 0.1, 0.4
# How far apart key frames of a shot are (encoder.py): to decode from one costs nothing that isn't looked at.
_KEY_FRAMES_S = 2
# Bytes are told over so long: long enough for a hold, and within what a fault lasts.
_QUIET_S = 0.25
# A shake beyond this is looked for again so many frames before and after, which are whole poses; it must be found there too.
_DOUBTFUL_PX, _AGAIN = 0.15, 3 * POSE
# Pictures that are farther apart were not watched one after the other.
_GAP_S = 2.5 / _SAMPLES_PER_S


@dataclass(frozen=True)
class Seen:
    """Small greys of the film and when each is seen (seconds): six a second where it may be black or stand still, key frames
    elsewhere. And a picture of each stretch asked for, where there is one.
    """

    greys: NDArray[np.uint8]
    at_s: NDArray[np.float64]
    pictures: dict[Stretch, Picture]


@dataclass(frozen=True)
class Shake:
    """How much the camera shakes in a second of a shot, rms in pixels of the film, and where that is."""

    start_s: float
    px: float


@dataclass(frozen=True)
class Fault:
    """A stretch of the film, in seconds."""

    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        """How long it lasts."""
        return self.end_s - self.start_s


@dataclass(frozen=True)
class _Group:
    """From a key frame to the next: when its first picture is seen, when the next group's is, and the bytes of all but the first."""

    start_s: float
    end_s: float
    at_s: NDArray[np.float64]
    sizes: NDArray[np.int64]


def look(film: Path, shown: Sequence[Stretch] = (), planned: Sequence[Stretch] = ()) -> Seen:
    """The film's picture: one of each stretch in `shown`, and what black() and frozen() ask outside the planned stretches.

    It is for films of our own encoder: how small a held picture's packets are is known of no other. av.FFmpegError when it
    can't be read.
    """
    pictures: dict[Stretch, Picture] = {}
    with av.open(str(film), format="mp4") as container:
        stream = _opened(container, skip="NONKEY")
        groups, seen = _key_frames(container, stream, shown, pictures)
        quiet = max(_QUIET_BYTES * stream.width * stream.height, _LEAST_QUIET_BYTES)
        dark = {now for now, grey in seen if _dark(grey)}
        watched = [
            (group.start_s, group.end_s)
            for group in groups
            if (group.start_s in dark or _has_quiet(group, quiet))
            and not _within((group.start_s, group.end_s), planned)
        ]
        middles = [(stretch, sum(stretch) / 2000) for stretch in shown if stretch not in pictures]
        for low, high in _joined([*watched, *((middle, middle + _LATE_S / 2) for _, middle in middles)]):
            taken = 0
            for now, frame in _frames(container, stream, low, skip="BIDIR"):
                if now >= high:
                    break
                for stretch, middle in middles:
                    if stretch not in pictures and 0 <= now - middle <= _LATE_S:
                        pictures[stretch] = frame.to_ndarray(format="bgr24")
                if (now - low) * _SAMPLES_PER_S >= taken - 1e-6:
                    seen.append((now, _small(frame)))
                    taken += 1
    ordered = dict(sorted(seen, key=lambda one: one[0]))
    greys = np.stack(list(ordered.values())) if ordered else np.zeros((0, 2, _WIDTH), np.uint8)
    return Seen(greys, np.array(list(ordered)), pictures)


def black(seen: Seen, planned: Sequence[Stretch]) -> list[Fault]:
    """Where it is black for longer than half a second outside the planned stretches (milliseconds)."""
    dark = np.array([_dark(grey) for grey in seen.greys], bool)
    return _faults(dark & _counted(seen, planned), seen, 0.0)


def frozen(seen: Seen, planned: Sequence[Stretch]) -> list[Fault]:
    """Where the picture stands still for longer than half a second outside the planned stretches."""
    if not len(seen.greys):
        return []
    earlier = np.searchsorted(seen.at_s, seen.at_s - _STILL_AFTER_S + 1e-6, side="right") - 1
    held = np.array(
        [
            before >= 0
            and seen.at_s[now] - seen.at_s[before] < _STILL_AFTER_S + _GAP_S
            and float(_change(seen.greys[before], seen.greys[now]).max()) < _STILL_DIFFERENCE
            for now, before in enumerate(earlier)
        ],
        bool,
    )
    return _faults(held & _counted(seen, planned), seen, _STILL_AFTER_S)


def shakes(film: Path, moving: Sequence[Stretch]) -> list[Shake]:
    """How the camera shakes in a second of each of the stretches in which it moves; those that don't let it be measured are left out."""
    found = []
    with av.open(str(film), format="mp4") as container:
        stream = _opened(container, skip="DEFAULT")
        rate = float(stream.average_rate)
        for begin, end in moving:
            first, last = round(begin * rate / 1000), round(end * rate / 1000)
            # The middle, where a camera has left and not arrived, from the first frame of a pose; or from a key frame, where one is.
            start = first + max(0, last - first - STRETCH) // 2 // POSE * POSE
            if (key := first + round(_KEY_FRAMES_S * rate)) + STRETCH + round(rate) <= last:
                start = key
            length = min(STRETCH, last - start)

            def measured(at: int, length: int = length) -> float | None:
                frames = _frames(container, stream, at / rate, skip="DEFAULT")
                return jitter_px([_luma(frame).copy() for _, frame in islice(frames, length)])

            px = measured(start)
            if px is not None and px > _DOUBTFUL_PX:
                # What shakes does so a quarter of a second sooner and later too; stars that twinkle do otherwise.
                again = [measured(at) for at in (start - _AGAIN, start + _AGAIN) if first <= at <= last - length]
                px = min((px, *(one for one in again if one is not None))) if any(again) else None
            if px is not None:
                found.append(Shake(start / rate, px))
    return found


def _key_frames(
    container: Any, stream: Any, shown: Sequence[Stretch], pictures: dict[Stretch, Picture]
) -> tuple[list[_Group], list[tuple[float, Grey]]]:
    """What lies between key frames, and the key frames small; those within a stretch that is to be shown are put into `pictures`."""
    seen: list[tuple[float, Grey]] = []
    packets: list[tuple[float, int, bool]] = []
    base = float(stream.time_base)

    def take(frames: Sequence[Any]) -> None:
        for frame in frames:
            now = float(frame.time or 0.0)
            seen.append((now, _small(frame)))
            for stretch in shown:
                if stretch not in pictures and stretch[0] / 1000 + _WITHIN_S <= now <= stretch[1] / 1000 - _WITHIN_S:
                    pictures[stretch] = frame.to_ndarray(format="bgr24")

    for packet in container.demux(stream):
        if packet.pts is not None:
            packets.append((packet.pts * base, packet.size, packet.is_keyframe))
        # The last packet is empty: it asks for what the decoder still holds.
        if packet.is_keyframe or packet.pts is None:
            take(stream.codec_context.decode(packet))
    starts = [at for at, (_, _, key) in enumerate(packets) if key]
    groups = []
    for begin, end in pairwise([*starts, len(packets)]):
        rest = sorted((now, size) for now, size, _ in packets[begin + 1 : end])
        until = (
            packets[end][0] if end < len(packets) else max((now for now, _, _ in packets[begin:]), default=0.0) + 1e-3
        )
        groups.append(
            _Group(packets[begin][0], until, np.array([now for now, _ in rest]), np.array([size for _, size in rest]))
        )
    return groups, seen


def _has_quiet(group: _Group, bound: float) -> bool:
    """Whether nothing can move in it for half a second, or for as long as it is."""
    if not len(group.sizes):
        return True
    sums = np.concatenate([[0], np.cumsum(group.sizes)])
    ends = np.searchsorted(group.at_s, group.at_s + _QUIET_S - 1e-6)
    whole = (group.at_s + _QUIET_S <= group.end_s + 1e-6) | (np.arange(len(ends)) == 0)
    means = (sums[ends] - sums[:-1]) / np.maximum(ends - np.arange(len(ends)), 1)
    return bool((means[whole] < bound).any())


def _joined(stretches: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    joined: list[tuple[float, float]] = []
    for low, high in sorted(stretches):
        if joined and low <= joined[-1][1] + 1e-6:
            joined[-1] = (joined[-1][0], max(joined[-1][1], high))
        else:
            joined.append((low, high))
    return joined


def _within(stretch: tuple[float, float], planned: Sequence[Stretch]) -> bool:
    return any(begin / 1000 <= stretch[0] + 1e-3 and stretch[1] <= end / 1000 + 1e-3 for begin, end in planned)


def _dark(grey: Grey) -> bool:
    return float((grey < _BLACK_LUMA).mean()) >= _BLACK_SHARE


def _change(before: Grey, now: Grey) -> NDArray[np.float32]:
    """By how many levels the parts of a small picture differ, each on average."""
    change = cv2.absdiff(before, now).astype(np.float32)
    size = (change.shape[1] // _PART, change.shape[0] // _PART)
    return np.asarray(cv2.resize(change, size, interpolation=cv2.INTER_AREA), np.float32)


def _frames(container: Any, stream: Any, start_s: float, *, skip: str) -> Iterator[tuple[float, Any]]:
    """The frames from that moment on, with when each is seen."""
    stream.codec_context.skip_frame = skip
    container.seek(int((start_s + 1e-4) / float(stream.time_base)), stream=stream)
    for frame in container.decode(stream):
        now = float(frame.time or 0.0)
        if now >= start_s - 1e-4:
            yield now, frame


def _opened(container: Any, *, skip: str) -> Any:
    stream = container.streams.video[0]
    # by frames, not by slices, of which ours have one: it is the film's last step, and the other core has nothing to do
    stream.thread_type = "FRAME"
    stream.codec_context.thread_count = 2
    stream.codec_context.skip_frame = skip
    if skip != "DEFAULT":
        # a third of decoding, and no measure changes by it but that of shake
        stream.codec_context.options = {"skip_loop_filter": "all"}
    return stream


def _small(frame: av.VideoFrame) -> Grey:
    luma = _luma(frame)
    tall = max(2, round(_WIDTH * luma.shape[0] / luma.shape[1]))
    return np.asarray(cv2.resize(luma, (_WIDTH, tall), interpolation=cv2.INTER_AREA), np.uint8)


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
    for begin, end in _runs(marks, seen.at_s):
        fault = Fault(max(0.0, float(seen.at_s[begin]) - lead_s), float(seen.at_s[end]))
        # what is seen six times a second is that much longer at most
        if fault.length_s > STILL_S + 1 / _SAMPLES_PER_S:
            faults.append(fault)
    return faults


def _runs(marks: NDArray[np.bool_], at_s: NDArray[np.float64]) -> Iterator[tuple[int, int]]:
    """First and last of each run of marks, the last being the next picture where it follows at once."""
    begin = None
    for now in range(len(marks)):
        follows = now > 0 and at_s[now] - at_s[now - 1] < _GAP_S
        if begin is not None and not (marks[now] and follows):
            yield begin, now if follows else now - 1
            begin = None
        if marks[now] and begin is None:
            begin = now
    if begin is not None:
        yield begin, len(marks) - 1
