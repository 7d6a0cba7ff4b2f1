"""Speech and music brought together: lines at their moments, music that steps back while someone speaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.render_worker.craft.measure import SILENCE_LUFS, loudness, spoken_loudness, weighted_power
from services.render_worker.craft.pcm import RATE, Samples, faded, samples_of_ms

# Music at full volume stands this far under the speech where nobody speaks …
_MUSIC_UNDER_SPEECH_DB = 3.0
# … and the speech this far over it where somebody does. The bar is 12 dB; single words are quieter than their line.
_SPEECH_OVER_MUSIC_DB = 15.0
_STEP_BACK_MS, _COME_BACK_MS = 300, 800
# Pauses shorter than this keep the music down, so that it doesn't pump.
_SHORT_PAUSE_MS = 1200
_HOP_MS = 10
_ACTIVE_SHARE = 0.1
_NOTHING_BESIDE_DB = 60.0


@dataclass(frozen=True)
class PlacedLine:
    """A line's sound (samples, 1) and when it starts in the film."""

    start_ms: int
    samples: Samples


@dataclass(frozen=True)
class Mix:
    """The mix (samples, 2), not yet at its loudness, and how far speech stands over the music while it sounds (0: no speech)."""

    samples: Samples
    speech_over_music_db: float


def mixed(lines: Sequence[PlacedLine], music: Samples | None, *, length: int, music_volume: float) -> Mix:
    """Lines and music of exactly `length` samples. What would sound after the end is cut with a fade."""
    speech = np.zeros((length, 1), np.float32)
    spans: list[tuple[int, int]] = []
    for line in lines:
        begin = samples_of_ms(max(0, line.start_ms))
        part = line.samples[: max(0, length - begin)]
        if len(part) < len(line.samples):
            part = faded(part, 0, 30)
        speech[begin : begin + len(part)] += part
        if len(part):
            spans.append((line.start_ms, line.start_ms + len(part) * 1000 // RATE))
    if music is None or music_volume <= 0:
        return Mix(np.repeat(speech, 2, axis=1), _NOTHING_BESIDE_DB if spans else 0.0)
    level = 20 * float(np.log10(music_volume)) - _MUSIC_UNDER_SPEECH_DB
    speech_level = spoken_loudness(speech[:, 0])
    aim = (speech_level if speech_level > SILENCE_LUFS else -20.0) + level
    placed = music * np.float32(10 ** ((aim - max(loudness(music), -60.0)) / 20))
    ducked = placed * _ducking(spans, speech, placed)[:, None]
    return Mix(speech + ducked, _distance(speech, ducked) if spans else 0.0)


def looped(music: Samples, length: int) -> Samples:
    """Music of exactly this length: cut, or repeated with a crossfade, and faded out at its end."""
    overlap = min(samples_of_ms(1500), len(music) // 4)
    joined = music
    while len(joined) < length:
        if overlap:
            seam = faded(joined, 0, overlap * 1000 / RATE)[-overlap:] + faded(music, overlap * 1000 / RATE, 0)[:overlap]
            joined = np.concatenate([joined[:-overlap], seam, music[overlap:]])
        else:
            joined = np.concatenate([joined, music])
    return faded(joined[:length], 30, min(3000, length * 250 / RATE))


def _ducking(spans: Sequence[tuple[int, int]], speech: Samples, music: Samples) -> npt.NDArray[np.float32]:
    """The music's gain at every sample."""
    hops = len(music) * 1000 // RATE // _HOP_MS + 2
    moments = np.arange(hops) * float(_HOP_MS)
    gain_db = np.zeros(hops)
    for begin, end in _joined(spans):
        low, high = samples_of_ms(begin), min(len(music), samples_of_ms(end) + RATE // 10)
        need = _SPEECH_OVER_MUSIC_DB - _distance(speech[low:high], music[low:high])
        if need <= 0:
            continue
        falling = np.clip((begin - moments) / _STEP_BACK_MS, 0, 1)
        rising = np.clip((moments - end) / _COME_BACK_MS, 0, 1)
        away = np.maximum(falling, rising)
        gain_db = np.minimum(gain_db, -need * (0.5 + 0.5 * np.cos(np.pi * away)))
    places = np.arange(len(music)) * (1000 / RATE / _HOP_MS)
    gain: npt.NDArray[np.float32] = np.interp(places, np.arange(hops), 10 ** (gain_db / 20)).astype(np.float32)
    return gain


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if joined and begin - joined[-1][1] < _SHORT_PAUSE_MS:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return joined


def _distance(speech: Samples, music: Samples) -> float:
    """How far speech stands over the music, in dB, over the moments in which somebody speaks."""
    voice = 2 * weighted_power(speech)
    if not len(voice) or voice.max() <= 0:
        return _NOTHING_BESIDE_DB
    active = voice >= _ACTIVE_SHARE * voice.max()
    beside = float(weighted_power(music)[active].mean())
    if beside <= 0:
        return _NOTHING_BESIDE_DB
    return min(_NOTHING_BESIDE_DB, 10 * float(np.log10(voice[active].mean() / beside)))
