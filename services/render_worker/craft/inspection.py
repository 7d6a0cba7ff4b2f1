"""What a finished film really is: its lengths, where its picture is black or stands still, and cues that miss it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from services.render_worker.craft.media import run_ffmpeg, source

# Only reference frames are decoded (half the work); six a second are left of them, small and grey.
_SAMPLES_PER_S = 6
_WIDTH = 240
_BLACK_LUMA, _BLACK_SHARE = 26, 0.98
# Compared with the picture half a second before: a camera that moves by a tenth of a pixel a frame changes more than this
# mean difference of grey levels, a held picture's coding noise less.
_STILL_AFTER = _SAMPLES_PER_S // 2
_STILL_DIFFERENCE = 0.3
# Moves begin and end slowly: only what stands still for longer counts.
_SHORTEST_FREEZE_S = 1.0
_CUE_TIME = re.compile(r"(?:(\d+):)?(\d\d):(\d\d)\.(\d{3}) --> (?:(\d+):)?(\d\d):(\d\d)\.(\d{3})")

Stretch = tuple[int, int]


@dataclass(frozen=True)
class Lengths:
    """Seconds. `sound_s` is 0 without a sound track; `offset_ms` is the larger distance of the tracks' starts and ends."""

    picture_s: float
    sound_s: float
    offset_ms: float

    @property
    def film_s(self) -> float:
        """How long a player plays it."""
        return max(self.picture_s, self.sound_s)


@dataclass(frozen=True)
class Stillness:
    """Seconds of black, and of held picture, outside the stretches planned so."""

    black_s: float
    frozen_s: float


def lengths(film: Path) -> Lengths:
    """The lengths of the film's tracks. av.FFmpegError or LookupError when it is no film."""
    with av.open(str(film), format="mp4") as container:
        spans = []
        for stream in (*container.streams.video[:1], *container.streams.audio[:1]):
            base = float(stream.time_base or 1)
            begin = (stream.start_time or 0) * base
            spans.append((begin, begin + (stream.duration or 0) * base))
        if not container.streams.video:
            raise LookupError("the film has no picture")
    (start, end), *sound = spans
    if not sound:
        return Lengths(end - start, 0.0, 0.0)
    offset = max(abs(sound[0][0] - start), abs(sound[0][1] - end))
    return Lengths(end - start, sound[0][1] - sound[0][0], offset * 1000)


def stillness(film: Path, width: int, height: int, planned: Sequence[Stretch]) -> Stillness:
    """Black and frozen seconds outside the planned stretches (milliseconds from the film's start)."""
    pictures = _small_pictures(film, width, height)
    counted = np.array([not _within(number, planned) for number in range(len(pictures))], bool)
    black = (pictures < _BLACK_LUMA).mean(axis=(1, 2)) >= _BLACK_SHARE
    before = pictures[:-_STILL_AFTER].astype(np.int16)
    change = np.abs(pictures[_STILL_AFTER:].astype(np.int16) - before).mean(axis=(1, 2))
    held = np.concatenate([np.zeros(min(_STILL_AFTER, len(pictures)), bool), change < _STILL_DIFFERENCE])
    frozen = 0.0
    for length in _run_lengths(held[: len(counted)] & counted):
        seconds = (length + _STILL_AFTER) / _SAMPLES_PER_S
        frozen += seconds if seconds > _SHORTEST_FREEZE_S else 0.0
    return Stillness(float((black & counted).sum()) / _SAMPLES_PER_S, frozen)


def cues_outside(vtt: str, duration_ms: int) -> int:
    """How many cues of a WebVTT file begin or end outside the film, or end before they begin."""
    outside = 0
    for found in _CUE_TIME.finditer(vtt):
        hours, minutes, seconds, rest, *end = (int(part or 0) for part in found.groups())
        start_ms = ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest
        end_ms = ((end[0] * 60 + end[1]) * 60 + end[2]) * 1000 + end[3]
        outside += not start_ms < end_ms <= duration_ms
    return outside


def _small_pictures(film: Path, width: int, height: int) -> npt.NDArray[np.uint8]:
    tall = max(2, round(_WIDTH * height / max(width, 1) / 2) * 2)
    grey = run_ffmpeg(
        [
            *source(film, "mov", "-skip_frame", "noref", "-skip_loop_filter", "all", "-threads", "2"),
            *("-map", "0:v:0", "-vf", f"fps={_SAMPLES_PER_S},scale={_WIDTH}:{tall}:flags=area,format=gray"),
            *("-f", "rawvideo", "-"),
        ]
    ).stdout
    return np.frombuffer(grey, np.uint8).reshape(-1, tall, _WIDTH)


def _within(number: int, planned: Sequence[Stretch]) -> bool:
    moment = number * 1000 / _SAMPLES_PER_S
    margin = 1000 / _SAMPLES_PER_S
    return any(begin - margin <= moment <= end + margin for begin, end in planned)


def _run_lengths(marks: npt.NDArray[np.bool_]) -> list[int]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], marks, [False]]).astype(np.int8)))
    return [int(end - begin) for begin, end in zip(edges[::2], edges[1::2], strict=True)]
