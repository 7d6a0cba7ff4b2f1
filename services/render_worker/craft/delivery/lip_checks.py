"""Whether mouths move when their voices are heard: the mouths as planned against the sound as it is in the film."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from services.render_worker.craft.media import run_ffmpeg, source
from services.render_worker.craft.mouths import MouthTrack
from services.render_worker.craft.sound.pcm import RATE, samples_of_ms
from services.render_worker.craft.voices.lips import offset_ms

Sound = npt.NDArray[np.float32]

# Where voices are and most of music's bass and hiss is not.
_BAND = "highpass=f=250,highpass=f=250,lowpass=f=3400,lowpass=f=3400"
# How far beside its line a sound is looked at, to learn how loud the film is where nobody speaks.
_BESIDE_MS = 300
_HOP_MS = 10
# What is this much louder than the quietest of the stretch is the voice.
_OVER_REST = 2.0
# A shorter line has too few syllables to be placed by them.
_LEAST_VOICE_MS = 700


@dataclass(frozen=True)
class Offset:
    """How much later (+) or earlier (-) than its voice the mouth of a line moves."""

    start_ms: int
    ms: float


def film_voice(film: Path) -> Sound:
    """The film's sound in the band of voices, mono at 48 kHz."""
    decoded = run_ffmpeg(
        [*source(film, "mov"), *("-map", "0:a:0", "-ac", "1", "-ar", str(RATE), "-af", _BAND, "-f", "f32le", "-")]
    ).stdout
    return np.frombuffer(decoded, "<f4")


def offsets(voice: Sound, lines: Iterable[tuple[int, int, MouthTrack]]) -> list[Offset]:
    """The offset of each line (its start and length in the film in milliseconds, its mouth) that is long enough to be measured."""
    found = []
    for start_ms, duration_ms, mouth in lines:
        heard = _without_rest(voice, start_ms, duration_ms)
        if heard is not None:
            found.append(Offset(start_ms, offset_ms(mouth.stretched(duration_ms), heard)))
    return found


def _without_rest(voice: Sound, start_ms: int, duration_ms: int) -> Sound | None:
    """The line's own stretch with music and ambience pressed down; None where too little voice is left."""
    begin, end = samples_of_ms(start_ms), samples_of_ms(start_ms + duration_ms)
    beside, hop = samples_of_ms(_BESIDE_MS), samples_of_ms(_HOP_MS)
    low, high = max(0, begin - beside), min(len(voice), end + beside)
    stretch = voice[low:high]
    stretch = stretch[: len(stretch) // hop * hop]
    if end - begin < samples_of_ms(_LEAST_VOICE_MS) or not len(stretch):
        return None
    level = np.sqrt(np.mean(np.square(stretch.reshape(-1, hop), dtype=np.float64), axis=1))
    rest = _OVER_REST * float(np.percentile(level, 10))
    gain = np.clip((level - rest) / np.maximum(level, 1e-9), 0.0, 1.0)
    if np.count_nonzero(gain) * _HOP_MS < _LEAST_VOICE_MS:
        return None
    heard = stretch * np.repeat(gain, hop).astype(np.float32)
    return heard[begin - low : end - low]
