"""Small measures by which a test hears what a sound is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from services.render_worker.craft.sound.pcm import RATE

Sound = npt.NDArray[np.floating]


def mono(sound: Sound) -> npt.NDArray[np.float64]:
    """Left and right together."""
    return np.asarray(sound.mean(axis=1) if sound.ndim == 2 else sound, np.float64)


def centroid_hz(sound: Sound) -> float:
    """Where the middle of its energy is."""
    power, frequencies = _spectrum(sound)
    return float((power * frequencies).sum() / power.sum())


def share_between(sound: Sound, low_hz: float, high_hz: float) -> float:
    """How much of its energy is there."""
    power, frequencies = _spectrum(sound)
    return float(power[(frequencies >= low_hz) & (frequencies < high_hz)].sum() / power.sum())


def envelope(sound: Sound, step_s: float = 0.01) -> npt.NDArray[np.float64]:
    """Its rms, step by step."""
    step = round(step_s * RATE)
    whole = mono(sound)
    whole = whole[: len(whole) // step * step]
    return np.sqrt(np.square(whole).reshape(-1, step).mean(axis=1))


def unsteadiness(sound: Sound, step_s: float = 0.2) -> float:
    """How much its strength varies: the deviation over the mean."""
    steps = envelope(sound, step_s)
    return float(steps.std() / steps.mean())


def period_s(sound: Sound, shortest_s: float, longest_s: float, step_s: float = 0.01) -> float:
    """The time after which its strength comes back most surely, within these."""
    steps = np.sqrt(envelope(sound, step_s))
    steps = steps - steps.mean()
    low, high = round(shortest_s / step_s), round(longest_s / step_s)
    alike = [float((steps[:-lag] * steps[lag:]).mean()) for lag in range(low, high)]
    return (low + int(np.argmax(alike))) * step_s


def onsets(sound: Sound, apart_s: float = 0.1, share: float = 0.25) -> list[float]:
    """When something begins: its strength leaps over that share of the strongest moment."""
    steps = envelope(sound, 0.01)
    loud, found = steps > share * steps.max(), []
    for place in range(len(steps)):
        leaps = steps[place] > 2.0 * steps[max(0, place - 3) : place].min(initial=steps[place] if place else 0.0)
        if loud[place] and (place == 0 or leaps) and (not found or place * 0.01 - found[-1] >= apart_s):
            found.append(place * 0.01)
    return found


def _spectrum(sound: Sound) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    whole = mono(sound)
    power = np.abs(np.fft.rfft(whole * np.hanning(len(whole)))) ** 2
    return power, np.fft.rfftfreq(len(whole), 1 / RATE)
