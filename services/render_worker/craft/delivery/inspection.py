"""How long a finished film really is: its tracks, and how far their starts and ends are apart."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av


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
