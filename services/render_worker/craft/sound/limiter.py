"""The last stage of a mix: brought to a loudness, and held under a true-peak ceiling without a click.

A sound is measured once: its true peak and its weighted power, millisecond by millisecond. From these the gain for any
loudness and ceiling is found without touching the sound again, which is then multiplied by it once.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

from services.render_worker.craft.sound.measure import SILENCE_LUFS, gated_loudness, true_peak, weighted_power
from services.render_worker.craft.sound.pcm import RATE, Samples

Gains = npt.NDArray[np.float64]

_HOP = RATE // 1000
# The gain begins to fall so many milliseconds before a peak and comes back within about three times the release after it:
# slower than a voice's own waves, or it would bend them.
_LOOK_MS = 8
_RELEASE_MS = 45.0
# One is enough for most films; one hissed word in a silent one takes the most.
_ROUNDS = 16
_CLOSE_LU = 0.03
_PART = 480_000


class Master:
    """A sound with its measures; `at` gives it at a loudness under a ceiling."""

    def __init__(self, samples: Samples) -> None:
        self._samples = samples
        self._peaks = _hop_peaks(samples)
        self._power = weighted_power(samples, 0.001)
        self.lufs = self._loudness(np.ones(len(self._peaks)))

    def at(self, target_lufs: float, ceiling_dbtp: float) -> Samples:
        """A copy at this loudness with no true peak above the ceiling. Silence stays silence.

        Limiting takes some loudness away, so the gain before it is corrected until what comes out is as loud as wanted.
        """
        if self.lufs <= SILENCE_LUFS:
            return self._samples.copy()
        ceiling = 10 ** (ceiling_dbtp / 20)
        gain_db = target_lufs - self.lufs
        for _ in range(_ROUNDS):
            before = 10 ** (gain_db / 20)
            gains = before * _limiting(self._peaks * before, ceiling)
            missing = target_lufs - self._loudness(gains)
            if abs(missing) <= _CLOSE_LU:
                break
            gain_db += missing
        return _applied(self._samples, gains)

    def _loudness(self, gains: Gains) -> float:
        power = self._power * np.square(gains[: len(self._power)])
        whole = len(power) // 100 * 100
        return gated_loudness(power[:whole].reshape(-1, 100).mean(axis=1)) if whole else gated_loudness(power[:1])


def _hop_peaks(samples: Samples) -> Gains:
    """The true peak of every millisecond."""
    peaks = np.zeros(-(-len(samples) // _HOP))
    for begin, end in _parts(len(samples)):
        low, high = max(0, begin - _HOP), min(len(samples), end + _HOP)
        part = true_peak(samples[low:high])[begin - low : end - low]
        padded = np.concatenate([part, np.zeros(-len(part) % _HOP, np.float32)])
        peaks[begin // _HOP : begin // _HOP + len(padded) // _HOP] = padded.reshape(-1, _HOP).max(axis=1)
    return peaks


def _limiting(peaks: Gains, ceiling: float) -> Gains:
    """The gain of every millisecond that keeps these peaks under the ceiling, also halfway to its neighbours."""
    if peaks.max(initial=0.0) <= ceiling:
        return np.ones(len(peaks))
    wanted = np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9))
    held = cv2.erode(wanted[None, :], np.ones((1, 2 * _LOOK_MS + 3), np.uint8), borderType=cv2.BORDER_REPLICATE)[0]
    back = 1 - np.exp(-1 / _RELEASE_MS)
    gain, gains = 1.0, held.tolist()
    for place, value in enumerate(gains):
        if value == 1.0 == gain:
            continue
        gain = min(value, gain + (1 - gain) * back)
        # What is within a thousandth of one is let go of: the sound is left as it is.
        gain = 1.0 if gain > 0.999 and value == 1.0 else gain
        gains[place] = gain
    smooth = np.convolve(
        np.pad(gains, _LOOK_MS, mode="edge"), np.full(2 * _LOOK_MS + 1, 1 / (2 * _LOOK_MS + 1)), mode="valid"
    )
    smooth[smooth > 1 - 1e-9] = 1.0
    return smooth


def _applied(samples: Samples, gains: Gains) -> Samples:
    """The sound times its gains, which go straight from the middle of one millisecond to that of the next."""
    result = np.empty_like(samples)
    middles = np.arange(len(gains)) * _HOP + (_HOP - 1) / 2
    for begin, end in _parts(len(samples)):
        gain = np.interp(np.arange(begin, end), middles, gains).astype(np.float32)
        np.multiply(samples[begin:end], gain[:, None], out=result[begin:end])
    return result


def _parts(length: int) -> Iterator[tuple[int, int]]:
    """Ten seconds at a time, so that a long film's mix fits in memory."""
    for begin in range(0, length, _PART):
        yield begin, min(begin + _PART, length)
