"""Filters on sound, by fast convolution in single precision: what shapes music, ambience, rooms and meters alike.

A filter is its answer to a click (a kernel). Transforms are a few times as long as that, so a film of any length is filtered
in the same little memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from services.render_worker.craft.sound.pcm import RATE

Mono = npt.NDArray[np.float32]
# Gains (amplitudes, not decibels) at frequencies in Hz, none of which is 0.
Curve = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]

_SMALLEST: Final = 1 << 14


def convolved(signal: npt.NDArray[np.floating], kernel: Mono, early: int = 0) -> Mono:
    """The filtered signal (samples,), as long as it was; `early` samples of the filter's delay are taken back."""
    length, taps = len(signal), len(kernel)
    # Four times the kernel is quickest: small enough for the processor's own memory.
    size = max(_SMALLEST, 1 << (4 * taps - 1).bit_length())
    step = size - taps + 1
    response = np.zeros((1, size), np.float32)
    response[0, :taps] = kernel
    response = np.asarray(cv2.dft(response))
    result = np.empty(length, np.float32)
    block = np.empty((1, size), np.float32)
    for begin in range(0, length + early, step):
        # The block starts as many samples before its part as the filter reaches back.
        low, high = begin - taps + 1, min(begin + step, length)
        block[:] = 0
        if high > low:
            block[0, max(0, low) - low : high - low] = signal[max(0, low) : high]
        product = cv2.mulSpectrums(cv2.dft(block), response, cv2.DFT_ROWS)
        part = np.asarray(cv2.dft(product, flags=cv2.DFT_INVERSE | cv2.DFT_SCALE))[0, taps - 1 :]
        first = max(0, begin - early)
        last = min(begin - early + step, length)
        if last > first:
            result[first:last] = part[first - (begin - early) : last - (begin - early)]
    return result


def linear_kernel(curve: Curve, taps: int) -> Mono:
    """A symmetrical kernel of `taps` (odd) with those gains; its delay is `taps // 2` samples."""
    size = 1 << (4 * taps - 1).bit_length()
    gains = curve(_frequencies(size))
    answer = np.roll(np.fft.irfft(gains, size), taps // 2)[:taps]
    return np.asarray(answer * np.hanning(taps + 2)[1:-1], np.float32)


def shaped(signal: npt.NDArray[np.floating], curve: Curve, taps: int = 2047) -> Mono:
    """The signal (samples,) with those gains, without delay. Curves change little within RATE / taps Hz."""
    return convolved(signal, linear_kernel(curve, taps), taps // 2)


def coloured_noise(random: np.random.Generator, length: int, curve: Curve) -> Mono:
    """Noise with those gains and an rms of 1 that repeats without a seam: its end leads into its beginning."""
    size = 1 << (length - 1).bit_length()
    gains = curve(_frequencies(size))
    bins = size // 2 + 1
    spectrum = random.standard_normal((bins, 2), np.float32).view(np.complex64)[:, 0] * gains.astype(np.float32)
    spectrum[0] = 0
    # As the transform packs it: the real part alone at both ends, pairs between them.
    packed = np.empty((1, size), np.float32)
    packed[0, 0], packed[0, -1] = 0, spectrum[-1].real
    packed[0, 1:-1] = spectrum[1:-1].view(np.float32)
    noise = np.asarray(cv2.dft(packed, flags=cv2.DFT_INVERSE))[0]
    return np.asarray(noise[:length] / max(float(np.sqrt(np.mean(np.square(noise)))), 1e-12), np.float32)


def band(low_hz: float, high_hz: float, *, order: float = 2.0, tilt_db: float = 0.0) -> Curve:
    """Passes from low to high, falling by 6 × order decibels an octave outside; tilted by so many an octave above `low_hz`."""

    def curve(frequencies: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        below = (frequencies / low_hz) ** (2 * order)
        above = (frequencies / high_hz) ** (2 * order)
        gains = np.sqrt(below / (1 + below) / (1 + above))
        return np.asarray(gains * np.maximum(frequencies / low_hz, 0.05) ** (tilt_db / 6.0206))

    return curve


def bell(centre_hz: float, octaves: float, gain_db: float) -> Curve:
    """Raised or lowered around one frequency, everything else as it is."""

    def curve(frequencies: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        away = np.log2(frequencies / centre_hz) / octaves
        return np.asarray(10 ** (gain_db / 20 * np.exp(-(away**2))))

    return curve


def _frequencies(size: int) -> npt.NDArray[np.float64]:
    return np.asarray(np.maximum(np.fft.rfftfreq(size, 1 / RATE), 1.0))
