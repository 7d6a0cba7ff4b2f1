"""How loud sound is, as broadcasters measure it: ITU-R BS.1770-4 loudness and true peak, on arrays at 48 kHz."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from services.render_worker.craft.sound.filters import convolved
from services.render_worker.craft.sound.pcm import RATE

Sound = npt.NDArray[np.floating]

SILENCE_LUFS = -120.0
_BLOCK_S, _STEP_S = 0.4, 0.1
_ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE_LU = -10.0
_OVERSAMPLING = 4
_TAPS = 12
# What is looked at at once: 20 s.
_CHUNK = 960_000
# After a quarter of a second the filter has rung out.
_RING = RATE // 4
# BS.1770-4, tables 1 and 2: the filter at 48 kHz, (b0, b1, b2), (a1, a2).
_SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (-1.69065929318241, 0.73248077421585))
_HIGH_PASS = ((1.0, -2.0, 1.0), (-1.99004745483398, 0.99007225036621))


def loudness(samples: Sound) -> float:
    """Integrated loudness in LUFS of (samples, channels), gated; SILENCE_LUFS where there is nothing to hear."""
    return gated_loudness(_step_power(samples, int(RATE * _STEP_S)))


def gated_loudness(power: npt.NDArray[np.float64]) -> float:
    """The same, from the weighted power of every 100 ms."""
    if len(power) < 4:
        return _lufs(float(power.mean())) if len(power) else SILENCE_LUFS
    blocks = np.convolve(power, np.full(4, 0.25), mode="valid")
    audible = blocks[blocks > _power(_ABSOLUTE_GATE_LUFS)]
    if not len(audible):
        return SILENCE_LUFS
    gate = _power(_lufs(float(audible.mean())) + _RELATIVE_GATE_LU)
    return _lufs(float(audible[audible > gate].mean()))


def spoken_loudness(sound: Sound) -> float:
    """The loudness of one spoken line of any length, its pauses left out: the mean over its louder moments. The sound is
    (samples,) or (samples, channels).
    """
    power = _step_power(sound if sound.ndim == 2 else sound[:, None], int(RATE * 0.05))
    if not len(power):
        return SILENCE_LUFS
    return _lufs(float(power[power >= 0.1 * power.max()].mean()))


def weighted_power(samples: Sound, step_s: float = _STEP_S) -> npt.NDArray[np.float64]:
    """The K-weighted power of every 100 ms (or another step), channels added; what is left over at the end isn't counted."""
    return _step_power(samples, int(RATE * step_s))


def true_peak(samples: Sound) -> npt.NDArray[np.float32]:
    """The peak around every sample, oversampled four times, the louder channel."""
    peaks = np.zeros(len(samples), np.float32)
    for channel in range(samples.shape[1]):
        np.maximum(peaks, np.abs(samples[:, channel]), out=peaks)
    for begin in range(0, len(peaks), _CHUNK):
        low, high = max(0, begin - _TAPS), min(len(peaks), begin + _CHUNK + _TAPS)
        end = min(begin + _CHUNK, len(peaks))
        for channel in range(samples.shape[1]):
            row = np.ascontiguousarray(samples[low:high, channel], np.float32)[None, :]
            for phase in _interpolators():
                between = np.abs(cv2.filter2D(row, -1, phase, borderType=cv2.BORDER_CONSTANT))[
                    0, begin - low : end - low
                ]
                np.maximum(peaks[begin:end], between, out=peaks[begin:end])
    return peaks


def decibels(ratio: float) -> float:
    """An amplitude as dB of full scale; −120 for nothing."""
    return 20 * float(np.log10(max(ratio, 1e-6)))


def _step_power(samples: Sound, step: int) -> npt.NDArray[np.float64]:
    steps = len(samples) // step
    power = np.zeros(steps)
    chunk = max(1, _CHUNK // step)
    for begin in range(0, steps, chunk):
        end = min(begin + chunk, steps)
        lead = min(begin * step, _RING)
        for channel in range(samples.shape[1]):
            weighted = convolved(samples[begin * step - lead : end * step, channel], _k_answer())[lead:].reshape(
                -1, step
            )
            power[begin:end] += np.einsum("ij,ij->i", weighted, weighted) / step
    return power


@cache
def _k_answer() -> npt.NDArray[np.float32]:
    """The filter's answer to a click, until it has rung out."""
    size = 1 << 16
    z = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)
    response = np.ones(len(z), complex)
    for (b0, b1, b2), (a1, a2) in (_SHELF, _HIGH_PASS):
        response *= (b0 + b1 * z + b2 * z * z) / (1 + a1 * z + a2 * z * z)
    return np.fft.irfft(response, size)[:_RING].astype(np.float32)


@cache
def _interpolators() -> list[npt.NDArray[np.float32]]:
    """Windowed-sinc filters that give the three values between two samples."""
    taps = np.arange(-_TAPS, _TAPS + 1)
    filters = []
    for step in range(1, _OVERSAMPLING):
        place = taps + step / _OVERSAMPLING
        window = np.cos(np.pi * place / (2 * (_TAPS + 1))) ** 2
        kernel = np.sinc(place) * window
        filters.append((kernel / kernel.sum()).astype(np.float32)[None, :])
    return filters


def _lufs(power: float) -> float:
    return -0.691 + 10 * float(np.log10(power)) if power > 1e-12 else SILENCE_LUFS


def _power(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))
