"""A synthesiser's raw sound made fit to be heard: softened, levelled, a little room around it, trimmed, at a common loudness.

All of it works on whole signals by FFT, so the same sound in gives the same samples out.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from services.render_worker.craft.measure import spoken_loudness
from services.render_worker.craft.pcm import RATE, Samples, faded, samples_of_ms

Mono = npt.NDArray[np.float64]

SPEECH_LUFS = -20.0
HOP_MS = 10
_PEAK_CEILING = 0.89
# Quieter than this share of the loudest moment is silence at the ends.
_SILENCE_SHARE = 0.012
_LEAD_MS, _TAIL_MS = 12, 70
_COMPRESS_ABOVE_SHARE = 0.25
_COMPRESS_RATIO = 2.2


def finished_speech(
    raw: bytes, sample_rate: int, *, shift: float, tilt_db: float, gain_db: float
) -> tuple[Samples, float]:
    """16-bit mono sound at `sample_rate` as finished speech (samples, 1) at 48 kHz, and the milliseconds cut off its start.

    `shift` moves pitch and spectrum up by that factor (and shortens by it). No samples come back when all is silence.
    """
    sound = np.frombuffer(raw, dtype="<i2").astype(np.float64) / 32768.0
    if not len(sound) or np.abs(sound).max() < 1e-3:
        return np.zeros((0, 1), np.float32), 0.0
    softened = _resampled_and_softened(sound, sample_rate * shift, tilt_db)
    roomy = _with_room(_levelled(softened))
    levels = hop_levels(roomy)
    heard = np.flatnonzero(levels > _SILENCE_SHARE * levels.max())
    begin = max(0, samples_of_ms(heard[0] * HOP_MS - _LEAD_MS))
    end = min(len(roomy), samples_of_ms((heard[-1] + 1) * HOP_MS + _TAIL_MS))
    trimmed = roomy[begin:end]
    gain = 10 ** ((SPEECH_LUFS + gain_db - spoken_loudness(trimmed)) / 20)
    gain = min(gain, _PEAK_CEILING / float(np.abs(trimmed).max()))
    return faded((trimmed * gain).astype(np.float32)[:, None], 4, 40), begin * 1000 / RATE


def hop_levels(sound: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    """The RMS level of every 10 ms."""
    hop = samples_of_ms(HOP_MS)
    padded = np.pad(sound, (0, -len(sound) % hop)).reshape(-1, hop)
    levels: npt.NDArray[np.float32] = np.sqrt(np.mean(np.square(padded), axis=1)).astype(np.float32)
    return levels


def _resampled_and_softened(sound: Mono, rate: float, tilt_db: float) -> Mono:
    """To 48 kHz by spectrum; on the way the harsh top and the rumble are taken down, and the pulses of the voice, which all
    harmonics start at once, are spread by three milliseconds: that is what makes a synthesised voice buzz.
    """
    padded = np.pad(sound, (256, 2048))
    length = round(len(padded) * RATE / rate)
    spectrum = np.fft.rfft(padded)
    frequency = np.fft.rfftfreq(length, 1 / RATE)
    wide = np.zeros(len(frequency), complex)
    kept = min(len(spectrum), len(wide))
    wide[:kept] = spectrum[:kept]
    rumble = (frequency / 85.0) ** 4 / (1 + (frequency / 85.0) ** 4)
    shelf = 10 ** (-6.0 / 20 / (1 + (4200.0 / np.maximum(frequency, 1.0)) ** 4))
    tilt = 10 ** (tilt_db / 20 / (1 + (1200.0 / np.maximum(frequency, 1.0)) ** 2))
    warmth = 10 ** (3.0 / 20 * np.exp(-(np.log2(np.maximum(frequency, 1.0) / 230.0) ** 2)))
    harshness = 10 ** (-2.5 / 20 * np.exp(-((np.log2(np.maximum(frequency, 1.0) / 3000.0) / 0.5) ** 2)))
    corner = 1500.0
    delay = -2j * np.pi * 0.003 * (frequency + corner * (np.exp(-frequency / corner) - 1.0))
    shaped = np.fft.irfft(wide * rumble * shelf * tilt * warmth * harshness * np.exp(delay), length)
    return np.asarray(shaped * (length / len(padded)))


def _levelled(sound: Mono) -> Mono:
    """Loud syllables come down, gently: a ratio of 2.2 above a quarter of the loudest moment's level."""
    window = np.hanning(samples_of_ms(60) | 1)
    power = _convolved(np.square(sound), window / window.sum())[len(window) // 2 :][: len(sound)]
    level = np.sqrt(np.maximum(power, 1e-12))
    over = np.maximum(level / (_COMPRESS_ABOVE_SHARE * level.max()), 1.0)
    return np.asarray(sound * over ** (1 / _COMPRESS_RATIO - 1))


def _with_room(sound: Mono) -> Mono:
    """A small furnished room: a few early reflections and a short, dark tail, 17 dB under the voice."""
    length = samples_of_ms(190)
    time = np.arange(length) / RATE
    noise = np.random.default_rng(7).standard_normal(length)
    dark = np.convolve(noise, np.hanning(16) / np.hanning(16).sum(), mode="same")
    tail = dark * np.exp(-time / 0.045) * (time > 0.012)
    tail *= 0.12 / np.sqrt(np.square(tail).sum())
    for delay_ms, share in ((7.3, 0.055), (11.9, -0.045), (17.1, 0.04), (23.7, -0.03)):
        tail[samples_of_ms(delay_ms)] += share
    tail[0] = 1.0
    return _convolved(sound, tail)


def _convolved(sound: Mono, response: Mono) -> Mono:
    length = len(sound) + len(response) - 1
    size = 1 << (length - 1).bit_length()
    return np.asarray(np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(response, size), size)[:length])
