"""Speech, music, places and effects brought together: lines at their moments, everything else behind whoever speaks.

Beside speech the music steps back twice: first only where words are understood (300 Hz to 4 kHz), which is heard least, and
as a whole by what is then still missing. It begins before the line does, comes back slowly, and stays down over short pauses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.render_worker.craft.sound.acoustics import Room, in_room
from services.render_worker.craft.sound.filters import bell, shaped
from services.render_worker.craft.sound.measure import SILENCE_LUFS, loudness, spoken_loudness, weighted_power
from services.render_worker.craft.sound.pcm import RATE, Samples, faded, samples_of_ms
from services.render_worker.craft.sound.synthesis import add_at, panned

Depths = Sequence[float] | npt.NDArray[np.float64]

# Music at full volume stands this far under the speech where nobody speaks …
_MUSIC_UNDER_SPEECH_DB = 3.0
# … and in stretches without speech of this length and more it comes up by so much.
_LONG_STRETCH_MS, _LIFT_DB = 5000, 1.5
# Places are heard this far under the speech between the lines, and so much softer still beside them.
AMBIENCE_UNDER_SPEECH_DB, _AMBIENCE_STEPS_BACK_DB = 17.0, 3.0
# How far all the rest together stays under the speech while someone speaks. The bar is 12 dB.
_SPEECH_OVER_REST_DB = 13.5
_SPEECH_OVER_EFFECTS_DB = 17.0
_STEP_BACK_MS, _COME_BACK_MS = 450, 1300
# Pauses shorter than this keep the music down, so that it doesn't pump.
_SHORT_PAUSE_MS = 2000
_DIP_HZ, _DIP_OCTAVES, _DIP_DB = 1300.0, 1.5, -6.0
_HOP_MS = 10
_MOST_DB = 34.0
_ACTIVE_SHARE = 0.1
_NOTHING_BESIDE_DB = 60.0
# Where nobody speaks at all, the level speech would have.
_USUAL_SPEECH_LUFS = -17.0


@dataclass(frozen=True)
class PlacedLine:
    """A line's sound (samples, 1), when it starts in the film, where its speaker stands (-1 to 1) and in which room."""

    start_ms: int
    samples: Samples
    pan: float = 0.0
    room: Room | None = None


@dataclass(frozen=True)
class Spoken:
    """The speech of a film (samples, 2): from when to when there is some (ms), and its level while somebody speaks."""

    samples: Samples
    spans: tuple[tuple[int, int], ...]
    lufs: float

    @property
    def level(self) -> float:
        """What everything else is set against."""
        return self.lufs if self.lufs > SILENCE_LUFS else _USUAL_SPEECH_LUFS


@dataclass(frozen=True)
class Mix:
    """The mix (samples, 2), not yet at its loudness, and how far speech stands over the rest while it sounds (0: no speech)."""

    samples: Samples
    speech_over_rest_db: float


def spoken(lines: Sequence[PlacedLine], length: int) -> Spoken:
    """The lines in their places and rooms. What would sound after the end is cut with a fade."""
    bus = np.zeros((length, 2), np.float32)
    spans: list[tuple[int, int]] = []
    for line in lines:
        begin = samples_of_ms(max(0, line.start_ms))
        mono = line.samples[: max(0, length - begin), 0]
        # a line without a word to say (only punctuation) is no speech to step back from
        if not mono.any():
            continue
        # Equal power left and right would be 3 dB under what one sound in the middle is on both.
        sound = in_room(mono, panned(mono, line.pan) * np.float32(np.sqrt(2)), line.room)[: length - begin]
        if begin + len(sound) >= length:
            sound = faded(sound, 0, 30)
        add_at(bus, sound, begin)
        spans.append((line.start_ms, line.start_ms + len(mono) * 1000 // RATE))
    lufs = spoken_loudness(bus) if spans else SILENCE_LUFS
    return Spoken(bus, _joined(spans), lufs)


class Mixing:
    """Puts things beside the speech, one after the other: places, then what happens, then music, which takes what room is left.

    Each array given is used up, so that a film's mix holds three of its length in memory and no more.
    """

    def __init__(self, speech: Spoken) -> None:
        self._speech = speech
        self._voice = weighted_power(speech.samples)
        self._rest: Samples | None = None
        # The power of the rest beside each span of speech, in moments in which somebody speaks.
        self._beside = np.zeros(len(speech.spans))
        self._said = np.array([_mean(self._voice, *self._moments(span)) for span in speech.spans])

    def around(self, ambience: Samples | None) -> None:
        """The sounds of places, already at their level; None: there are none."""
        if ambience is not None:
            self._put(ambience, weighted_power(ambience), np.full(len(self._beside), -_AMBIENCE_STEPS_BACK_DB))

    def happening(self, effects: Samples | None) -> None:
        """Effects, already at their level; None: there are none."""
        if effects is None:
            return
        allowed = self._said * 10 ** (-_SPEECH_OVER_EFFECTS_DB / 10)
        power = weighted_power(effects)
        self._put(effects, power, self._step_back(power, allowed))

    def playing(self, music: Samples, volume: float) -> None:
        """Music at whatever level, to be heard at this volume (over 0, at most 1)."""
        aim = self._speech.level - _MUSIC_UNDER_SPEECH_DB + 20 * float(np.log10(volume))
        music *= np.float32(10 ** ((aim - max(loudness(music), -60.0)) / 20))
        _dipped(music, self._speech.spans)
        left = self._said * 10 ** (-_SPEECH_OVER_REST_DB / 10) - self._beside
        power = weighted_power(music)
        depths = self._step_back(power, np.maximum(left, self._said * 1e-3))
        self._put(music, power, depths, lift=True)

    def finished(self) -> Mix:
        """Everything together."""
        if self._rest is None:
            return Mix(self._speech.samples, _NOTHING_BESIDE_DB if self._speech.spans else 0.0)
        distance = _distance(self._voice, weighted_power(self._rest), self._speech.spans)
        self._rest += self._speech.samples
        return Mix(self._rest, distance)

    def _put(self, sound: Samples, power: npt.NDArray[np.float64], depths: Depths, *, lift: bool = False) -> None:
        """Adds a sound of that power every 100 ms, stepping back by the depths (dB) beside each span."""
        hops = len(sound) * 1000 // RATE // _HOP_MS + 2
        gains = 10 ** (ducking_db(self._speech.spans, depths, hops, lift=lift) / 20)
        _gained(sound, gains)
        power = power * np.square(gains[5 : 10 * len(power) : 10])
        self._beside += [_mean(power, *self._moments(span)) for span in self._speech.spans]
        if self._rest is None:
            self._rest = sound
        else:
            self._rest += sound

    def _step_back(self, power: npt.NDArray[np.float64], allowed: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """By how many dB (0 or less) something must be softer in each span to have no more than that power."""
        has = np.array([_mean(power, *self._moments(span)) for span in self._speech.spans])
        over = np.maximum(has, 1e-15) / np.maximum(allowed, 1e-15)
        return np.asarray(-np.clip(10 * np.log10(over), 0.0, _MOST_DB))

    def _moments(self, span: tuple[int, int]) -> tuple[int, int, npt.NDArray[np.bool_]]:
        low, high = span[0] // 100, min(len(self._voice), span[1] // 100 + 2)
        return low, high, _active(self._voice[low:high])


def looped(music: Samples, length: int) -> Samples:
    """Music of exactly this length: cut, or repeated with a crossfade, and faded out at its end. Our own needs neither."""
    if len(music) == length:
        return music
    overlap = min(samples_of_ms(1500), len(music) // 4)
    joined = music
    # Doubled each time: a moment of sound is repeated as soon as a song is.
    while len(joined) < length:
        more = joined[overlap : length - len(joined) + 2 * overlap]
        if overlap:
            fade_ms = overlap * 1000 / RATE
            seam = faded(joined[-overlap:], 0, fade_ms) + faded(joined[:overlap], fade_ms, 0)
            joined = np.concatenate([joined[:-overlap], seam, more])
        else:
            joined = np.concatenate([joined, more])
    return faded(joined[:length], 30, min(3000, length * 250 / RATE))


def ducking_db(
    spans: Sequence[tuple[int, int]], depths: Depths, hops: int, *, lift: bool = False
) -> npt.NDArray[np.float64]:
    """A gain in dB every 10 ms: each span's depth while it lasts, reached before it begins and left slowly after it.

    With `lift`, long stretches without speech come up instead.
    """
    moments = np.arange(hops) * float(_HOP_MS)
    gain = np.zeros(hops)
    quiet = np.full(hops, np.inf)
    for (begin, end), depth in zip(spans, depths, strict=True):
        falling = np.clip((begin - moments) / _STEP_BACK_MS, 0, 1)
        rising = np.clip((moments - end) / _COME_BACK_MS, 0, 1)
        away = np.maximum(falling, rising)
        gain = np.minimum(gain, depth * (0.5 + 0.5 * np.cos(np.pi * away)))
        quiet = np.minimum(quiet, np.maximum(begin - moments, moments - end))
    if lift and spans:
        bounds = [0, *(edge for span in spans for edge in span), hops * _HOP_MS]
        for begin, end in zip(bounds[::2], bounds[1::2], strict=True):
            if end - begin >= _LONG_STRETCH_MS:
                inside = np.clip(quiet / (_LONG_STRETCH_MS / 2), 0, 1) * ((moments >= begin) & (moments <= end))
                gain += _LIFT_DB * np.square(np.sin(np.pi / 2 * inside))
    return gain


def _gained(sound: Samples, gains: npt.NDArray[np.float64]) -> None:
    """Multiplies the sound by its gains, of which there is one every 10 ms."""
    hop = samples_of_ms(_HOP_MS)
    for begin in range(0, len(sound), 10 * RATE):
        end = min(begin + 10 * RATE, len(sound))
        gain = np.interp(np.arange(begin, end) / hop, np.arange(len(gains)), gains).astype(np.float32)
        sound[begin:end] *= gain[:, None]


def _dipped(music: Samples, spans: Sequence[tuple[int, int]]) -> None:
    """Makes room for words in the music where somebody speaks, with crossfades."""
    for begin, end in spans:
        low = max(0, samples_of_ms(begin - _STEP_BACK_MS))
        high = min(len(music), samples_of_ms(end + _COME_BACK_MS))
        points = (begin - _STEP_BACK_MS, begin, end, end + _COME_BACK_MS)
        share = np.interp(np.arange(low, high) * (1000 / RATE), points, (0, 1, 1, 0)).astype(np.float32)
        for side in range(music.shape[1]):
            part = music[low:high, side]
            part += (shaped(part, bell(_DIP_HZ, _DIP_OCTAVES, _DIP_DB), taps=1023) - part) * share


def _joined(spans: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if joined and begin - joined[-1][1] < _SHORT_PAUSE_MS:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return tuple(joined)


def _mean(power: npt.NDArray[np.float64], low: int, high: int, active: npt.NDArray[np.bool_]) -> float:
    return float(power[low:high][active].mean()) if active.any() else 0.0


def _active(voice: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """In which moments somebody speaks, breaths between words left out."""
    return np.asarray(voice >= max(_ACTIVE_SHARE * voice.max(initial=0.0), 1e-12))


def _distance(voice: npt.NDArray[np.float64], rest: npt.NDArray[np.float64], spans: Sequence[tuple[int, int]]) -> float:
    """How far speech stands over the rest, in dB, over the moments in which somebody speaks; 0 where nobody does."""
    active = _active(voice) if len(voice) else np.zeros(0, bool)
    if not spans or not active.any():
        return 0.0
    beside = float(rest[active].mean())
    if beside <= 0:
        return _NOTHING_BESIDE_DB
    return min(_NOTHING_BESIDE_DB, 10 * float(np.log10(voice[active].mean() / beside)))
