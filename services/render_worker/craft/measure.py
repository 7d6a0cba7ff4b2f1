"""How loud sound is, as broadcasters measure it: ITU-R BS.1770-4 loudness and true peak, on arrays at 48 kHz."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from services.render_worker.craft.pcm import RATE

Sound = npt.NDArray[np.floating]

SILENCE_LUFS = -120.0
_BLOCK_S, _STEP_S = 0.4, 0.1
_ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE_LU = -10.0
_OVERSAMPLING = 4
_TAPS = 12
# The filter is applied to 4.8 s at a time, each with the half second before it, in transforms of one size.
_CHUNK = 230_400
_LEAD = RATE // 2
# The filter has rung out after so many samples.
_RING = RATE // 8
# BS.1770-4, tables 1 and 2: the filter at 48 kHz, (b0, b1, b2), (a1, a2).
_SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (-1.69065929318241, 0.73248077421585))
_HIGH_PASS = ((1.0, -2.0, 1.0), (-1.99004745483398, 0.99007225036621))


def loudness(samples: Sound) -> float:
    """Integrated loudness in LUFS of (samples, channels), gated; SILENCE_LUFS where there is nothing to hear."""
    step = int(RATE * _STEP_S)
    power = _step_power(samples, step)
    if len(power) < 4:
        return _lufs(float(power.mean())) if len(power) else SILENCE_LUFS
    blocks = np.convolve(power, np.full(4, 0.25), mode="valid")
    audible = blocks[blocks > _power(_ABSOLUTE_GATE_LUFS)]
    if not len(audible):
        return SILENCE_LUFS
    gate = _power(_lufs(float(audible.mean())) + _RELATIVE_GATE_LU)
    return _lufs(float(audible[audible > gate].mean()))


def spoken_loudness(mono: Sound) -> float:
    """The loudness of one spoken line of any length, its pauses left out: the mean over its louder moments."""
    power = _step_power(mono[:, None], int(RATE * 0.05))
    if not len(power):
        return SILENCE_LUFS
    return _lufs(float(power[power >= 0.1 * power.max()].mean()))


def weighted_power(samples: Sound) -> npt.NDArray[np.float64]:
    """The K-weighted power of every 100 ms, channels added."""
    return _step_power(samples, int(RATE * _STEP_S))


def true_peak(samples: Sound, above: float = 0.0) -> npt.NDArray[np.float64]:
    """The peak around every sample, oversampled four times, the louder channel. Where the sample peak of a neighbourhood is
    below `above` it is taken as it is (oversampling adds little to what is far from any ceiling).
    """
    peaks: npt.NDArray[np.float64] = np.abs(samples).max(axis=1).astype(np.float64)
    kernel = _interpolators()
    margin = _TAPS
    hot = np.flatnonzero(peaks >= above)
    for begin, end in _runs(hot, len(peaks), margin):
        low, high = max(0, begin - margin), min(len(peaks), end + margin)
        for channel in range(samples.shape[1]):
            part = samples[low:high, channel].astype(np.float64)
            for phase in kernel:
                between = np.abs(np.convolve(part, phase, mode="same"))
                np.maximum(peaks[low:high], between, out=peaks[low:high])
    return peaks


def decibels(ratio: float) -> float:
    """An amplitude as dB of full scale; −120 for nothing."""
    return 20 * float(np.log10(max(ratio, 1e-6)))


def _step_power(samples: Sound, step: int) -> npt.NDArray[np.float64]:
    steps = len(samples) // step
    power = np.zeros(steps)
    for begin in range(0, steps * step, _CHUNK):
        end = min(begin + _CHUNK, steps * step)
        lead = min(begin, _LEAD)
        for channel in range(samples.shape[1]):
            weighted = _k_weighted(samples[begin - lead : end, channel])[lead:]
            power[begin // step : end // step] += np.mean(np.square(weighted).reshape(-1, step), axis=1)
    return power


def _k_weighted(signal: Sound) -> npt.NDArray[np.float64]:
    """The filter by its response; what it rings after the end falls into the padding."""
    size = 1 << (len(signal) + _RING - 1).bit_length()
    spectrum = np.fft.rfft(signal.astype(np.float64), size) * _k_response(size)
    return np.asarray(np.fft.irfft(spectrum, size)[: len(signal)])


@cache
def _k_response(size: int) -> npt.NDArray[np.complex128]:
    z = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)
    response = np.ones(len(z), complex)
    for (b0, b1, b2), (a1, a2) in (_SHELF, _HIGH_PASS):
        response *= (b0 + b1 * z + b2 * z * z) / (1 + a1 * z + a2 * z * z)
    return response


@cache
def _interpolators() -> list[npt.NDArray[np.float64]]:
    """Windowed-sinc filters that give the three values between two samples."""
    taps = np.arange(-_TAPS, _TAPS + 1)
    filters = []
    for step in range(1, _OVERSAMPLING):
        place = taps + step / _OVERSAMPLING
        window = np.cos(np.pi * place / (2 * (_TAPS + 1))) ** 2
        kernel = np.sinc(place) * window
        filters.append(kernel / kernel.sum())
    return filters


def _runs(places: npt.NDArray[np.intp], length: int, margin: int) -> list[tuple[int, int]]:
    """Stretches that cover the places with a margin, near ones joined."""
    if not len(places):
        return []
    gaps = np.flatnonzero(np.diff(places) > 8 * margin)
    begins = places[np.concatenate([[0], gaps + 1])]
    ends = places[np.concatenate([gaps, [len(places) - 1]])] + 1
    return [(max(0, int(b) - margin), min(length, int(e) + margin)) for b, e in zip(begins, ends, strict=True)]


def _lufs(power: float) -> float:
    return -0.691 + 10 * float(np.log10(power)) if power > 1e-12 else SILENCE_LUFS


def _power(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))
