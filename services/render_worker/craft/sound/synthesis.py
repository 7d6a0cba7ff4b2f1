"""What sounds are made of: tones that ring out, noises with a shape, slow wanderings, and their place between left and right.

All arrays are float32 at 48 kHz; a mono sound has shape (samples,), a stereo one (samples, 2).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from services.render_worker.craft.sound.filters import Curve, Mono, coloured_noise
from services.render_worker.craft.sound.pcm import RATE, Samples

Random = np.random.Generator


def seconds(value: float) -> int:
    """How many samples last so long."""
    return max(1, round(value * RATE))


def ringing(
    frequencies: Sequence[float], decays_s: Sequence[float], levels: Sequence[float], length: int, bend: float = 0.0
) -> Mono:
    """A struck body: partials that each die away (decay: the time to a thousandth). `bend`: how many octaves it starts above."""
    time = np.arange(length) / RATE
    slide = time + bend * np.log(2) * 0.03 * (1 - np.exp(-time / 0.03)) if bend else time
    sound = np.zeros(length)
    for frequency, decay, level in zip(frequencies, decays_s, levels, strict=True):
        last = min(length, seconds(decay * 1.2))
        sound[:last] += level * np.sin(2 * np.pi * frequency * slide[:last]) * np.exp(-6.9 * time[:last] / decay)
    return np.asarray(sound, np.float32)


def gliding(frequency: npt.NDArray[np.floating], partials: Sequence[float] = (1.0,)) -> Mono:
    """A tone of changing pitch (Hz at every sample) with so strong partials."""
    phase = 2 * np.pi * np.cumsum(frequency, dtype=np.float64) / RATE
    sound = sum(level * np.sin((number + 1) * phase) for number, level in enumerate(partials) if level)
    return np.asarray(sound, np.float32)


def curve_of(points: Sequence[tuple[float, float]], length: int) -> Mono:
    """Straight lines through (second, value)."""
    time = np.arange(length, dtype=np.float32) / np.float32(RATE)
    return np.asarray(np.interp(time, [point[0] for point in points], [point[1] for point in points]), np.float32)


def struck(length: int, rise_s: float, decay_s: float) -> Mono:
    """An envelope: up within `rise_s`, then dying to a thousandth in `decay_s`."""
    time = np.arange(length, dtype=np.float32) / np.float32(RATE)
    envelope: Mono = np.minimum(1.0, time / np.float32(rise_s)) * np.exp(-6.9 * np.maximum(0, time - rise_s) / decay_s)
    return envelope.astype(np.float32)


def hiss(random: Random, length: int, curve: Curve, rise_s: float, decay_s: float) -> Mono:
    """A burst of noise of that colour."""
    return coloured_noise(random, length, curve) * struck(length, rise_s, decay_s)


def wandering(random: Random, length: int, slowest_s: float, fastest_s: float) -> Mono:
    """A value that wanders between 0 and 1, changing within those times: gusts, traffic, the strength of rain."""
    step = seconds(fastest_s / 4)
    points = length // step + 16
    noise = np.zeros(points)
    period = fastest_s
    while period <= slowest_s:
        every = max(1, round(period / fastest_s * 2))
        knots = random.standard_normal(points // every + 3)
        noise += np.interp(np.arange(points) / every, np.arange(len(knots)), knots) * np.sqrt(period)
        period *= 2
    smooth = np.convolve(noise, np.hanning(9) / np.hanning(9).sum(), mode="same")
    spread = max(float(smooth.std()), 1e-9)
    level = 0.5 + 0.5 * np.tanh((smooth - smooth.mean()) / spread * 0.9)
    return np.asarray(np.interp(np.arange(length, dtype=np.float32) / step, np.arange(points), level), np.float32)


def repeated(loop: Mono, length: int, begin: int = 0) -> Mono:
    """A loop whose end leads into its beginning, from `begin` on, for so long."""
    turned = np.roll(loop, -(begin % len(loop)))
    return np.resize(turned, length)


def panned(mono: Mono, pan: float) -> Samples:
    """Between left (-1) and right (1), equally loud wherever it is."""
    angle = (min(max(pan, -1.0), 1.0) + 1) * np.pi / 4
    sides = np.array([np.cos(angle), np.sin(angle)], np.float32)
    return np.asarray(mono[:, None] * sides)


def add_at(bus: Samples, sound: Samples, begin: int) -> None:
    """Adds a sound to a bus; what lies outside it is lost."""
    low, high = max(0, begin), min(len(bus), begin + len(sound))
    if high > low:
        bus[low:high] += sound[low - begin : high - begin]
