"""The breath that a speaker takes in a long pause before a long phrase: heard hardly, missed where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from services.render_worker.craft.sound.pcm import RATE, Samples, samples_of_ms
from services.render_worker.craft.voices.speech_assembly import Phoneme

Mono = npt.NDArray[np.float64]

# A shorter pause has no room for one; before a phrase shorter than this nobody needs one.
_SHORTEST_PAUSE_MS, _LONG_PHRASE_MS = 330.0, 1700.0
# What parts phrases; the synthesiser's own rests between sounds are shorter.
_SHORTEST_REST_MS = 120.0
# It leaves this much of the pause before it, and ends so long before the voice.
_AFTER_VOICE_MS, _BEFORE_VOICE_MS = 90.0, 45.0
_LONGEST_MS = 380.0
# Under the voice's own level: people's are 20 to 35 dB under their speech.
_UNDER_VOICE_DB: Final = -31.0
# Air drawn through a mouth that is nearly an "uh": (Hz in a man's throat, octaves to each side, dB).
_PASSAGE: Final = ((750.0, 0.5, 0.0), (1650.0, 0.45, 2.0), (2900.0, 0.5, -3.0), (5200.0, 0.8, -9.0))


def breathed(samples: Samples, phonemes: Sequence[Phoneme], throat: float) -> Samples:
    """The line (samples, 1) with a breath in each pause that has room for one and a long phrase after it. `throat` is how far the
    voice's formants are above a man's. The same line breathes the same.
    """
    silent = [(sound.start_ms, sound.end_ms) for sound in phonemes if not sound.name]
    pauses = [(begin, end) for begin, end in silent if end - begin >= _SHORTEST_REST_MS]
    length_ms = len(samples) * 1000 / RATE
    sound = samples.copy()
    level = _voice_level(samples)
    for number, ((begin, end), (after, _)) in enumerate(pairwise([*pauses, (length_ms, length_ms)])):
        if end - begin < _SHORTEST_PAUSE_MS or after - end < _LONG_PHRASE_MS:
            continue
        stop = end - _BEFORE_VOICE_MS
        start = max(begin + _AFTER_VOICE_MS, stop - _LONGEST_MS)
        first = samples_of_ms(start)
        breath = _breath(samples_of_ms(stop - start), throat, number) * level * 10 ** (_UNDER_VOICE_DB / 20)
        sound[first : first + len(breath), 0] += breath[: len(sound) - first].astype(np.float32)
    return sound


def _voice_level(samples: Samples) -> float:
    """The level of the louder half of the line."""
    power = np.square(samples[: len(samples) // 480 * 480, 0], dtype=np.float64).reshape(-1, 480).mean(axis=1)
    return float(np.sqrt(power[power >= np.median(power)].mean())) if len(power) else 0.0


def _breath(size: int, throat: float, seed: int) -> Mono:
    """Air drawn in, of level 1 where it is loudest: slowly more, and quickly over."""
    size = max(size, 1)
    spectrum = np.fft.rfft(np.random.default_rng(400 + seed).standard_normal(size))
    hertz = np.maximum(np.fft.rfftfreq(size, 1 / RATE), 1.0)
    shape = np.zeros(len(hertz))
    for centre, octaves, decibels in _PASSAGE:
        shape += 10 ** (decibels / 20) * np.exp(-0.5 * (np.log2(hertz / (centre * throat)) / octaves) ** 2)
    air = np.fft.irfft(spectrum * shape, size)
    place = np.linspace(0.0, 1.0, size)
    swell = np.sin(np.pi * place**1.4) ** 1.5
    return np.asarray(air / max(float(np.sqrt(np.mean(air**2))), 1e-9) * swell)
