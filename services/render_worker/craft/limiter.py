"""The last stage of a mix: brought to a loudness, and held under a true-peak ceiling without a click."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from services.render_worker.craft.measure import SILENCE_LUFS, loudness, true_peak
from services.render_worker.craft.pcm import Samples, samples_of_ms

_LOOK_MS = 8
# Ten seconds at a time, so that a long film's mix fits in memory.
_PART = 480_000
_ROUNDS = 4
_CLOSE_LU = 0.05


def mastered(samples: Samples, *, target_lufs: float, ceiling_dbtp: float) -> Samples:
    """The samples at this loudness with no true peak above the ceiling. Silence stays silence.

    Limiting takes some loudness away, so the gain is corrected and the limiter run again, at most four times.
    """
    measured = loudness(samples)
    if measured <= SILENCE_LUFS:
        return samples
    gain_db = target_lufs - measured
    limited = samples
    for _ in range(_ROUNDS):
        limited = limited_to(samples * np.float32(10 ** (gain_db / 20)), ceiling_dbtp)
        missing = target_lufs - loudness(limited)
        if abs(missing) <= _CLOSE_LU:
            break
        gain_db += missing
    return limited


def limited_to(samples: Samples, ceiling_dbtp: float) -> Samples:
    """No true peak above the ceiling: the gain begins to fall 8 ms before a peak and is back 8 ms after it."""
    ceiling = 10 ** (ceiling_dbtp / 20)
    limited = np.empty_like(samples)
    # What a sample's gain depends on lies within twice the look-ahead: with that much around them, parts fit seamlessly.
    margin = 4 * samples_of_ms(_LOOK_MS)
    for begin in range(0, len(samples), _PART):
        end = min(begin + _PART, len(samples))
        low, high = max(0, begin - margin), min(len(samples), end + margin)
        limited[begin:end] = _limited_part(samples[low:high], ceiling)[begin - low : end - low]
    return limited


def _limited_part(samples: Samples, ceiling: float) -> Samples:
    peaks = true_peak(samples, above=0.5 * ceiling)
    if peaks.max(initial=0.0) <= ceiling:
        return samples
    wanted = np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9))
    half = samples_of_ms(_LOOK_MS)
    held = _sliding_minimum(wanted, half)
    # A mean over the window in which the minimum was taken can't pass the gain that any sample in it wants.
    padded = np.concatenate([np.full(half, held[0]), held, np.full(half, held[-1])])
    sums = np.concatenate([[0.0], np.cumsum(padded)])
    width = 2 * half + 1
    gain = (sums[width:] - sums[:-width]) / width
    reduced: Samples = samples * gain.astype(np.float32)[:, None]
    return reduced


def _sliding_minimum(values: npt.NDArray[np.float64], half: int) -> npt.NDArray[np.float64]:
    """The least value within `half` on each side (van Herk: two running minima over blocks)."""
    width = 2 * half + 1
    padded = np.concatenate([np.ones(half), values, np.ones(half + -(len(values) + 2 * half) % width)])
    blocks = padded.reshape(-1, width)
    forward = np.minimum.accumulate(blocks, axis=1).ravel()
    backward = np.minimum.accumulate(blocks[:, ::-1], axis=1)[:, ::-1].ravel()
    lowest: npt.NDArray[np.float64] = np.minimum(backward[: len(values)], forward[width - 1 : width - 1 + len(values)])
    return lowest
