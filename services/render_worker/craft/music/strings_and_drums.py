"""Instruments that no soundfont at hand has: the tanpura, whose overtones bloom after the pluck, a pair of tabla tuned to Sa,
and the swell of a cymbal into a change of scene. One sound each, made once and played as often as it is wanted.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from services.render_worker.craft.sound.filters import Mono, band, coloured_noise
from services.render_worker.craft.sound.pcm import RATE
from services.render_worker.craft.sound.synthesis import curve_of, hiss, ringing, seconds, struck

OWN_PLAYERS: Final = ("tanpura", "tabla_na", "tabla_tin", "tabla_ge", "tabla_ke")
_TANPURA_S = 5.0


def hertz(pitch: float) -> float:
    """The frequency of a MIDI key."""
    return float(440.0 * 2 ** ((pitch - 69) / 12))


@cache
def played(player: str, pitch: int) -> Mono:
    """One tone or stroke of that player, its loudest moment near 1; KeyError for one not in OWN_PLAYERS."""
    random = np.random.default_rng([pitch, OWN_PLAYERS.index(player)])
    made = {
        "tanpura": _tanpura,
        "tabla_na": _na,
        "tabla_tin": _tin,
        "tabla_ge": _ge,
        "tabla_ke": _ke,
    }[player](pitch, random)
    return np.asarray(made / max(float(np.abs(made).max()), 1e-9), np.float32)


def _tanpura(pitch: int, random: np.random.Generator) -> Mono:
    """A string over a curved bridge and a thread: the higher an overtone, the later after the pluck it is loudest."""
    size = seconds(_TANPURA_S)
    time = np.arange(size) / RATE
    tone = hertz(pitch)
    sound = np.zeros(size)
    for number in range(1, 26):
        frequency = tone * number * (1 + 0.00004 * number * number)
        if frequency > 9000:
            break
        bloom = 0.02 + 0.030 * number
        level = 1 / number**0.55 * (0.55 if number == 1 else 1.0)
        rising = np.clip(time / bloom, 0, 1) ** 2 * (3 - 2 * np.clip(time / bloom, 0, 1))
        shimmer = 1 + 0.18 * np.sin(2 * np.pi * (0.6 + 0.11 * number) * time + random.uniform(0, 6.28))
        decay = 4.2 / (1 + 0.045 * number)
        envelope = (0.25 + 0.75 * rising) * np.exp(-3.4 * time / decay) * shimmer
        sound += level * envelope * np.sin(2 * np.pi * frequency * time + random.uniform(0, 6.28))
    sound *= np.minimum(1, time / 0.006) * np.minimum(1, (time[-1] - time) / 0.4)
    return np.asarray(sound, np.float32)


def _na(pitch: int, random: np.random.Generator) -> Mono:
    """The right drum's rim: bright, its partials nearly whole numbers, tuned to Sa."""
    size, tone = seconds(0.6), hertz(pitch)
    skin = ringing([tone * n for n in (1, 2, 3, 4, 5)], (0.28, 0.5, 0.42, 0.25, 0.15), (0.3, 1, 0.85, 0.4, 0.2), size)
    return np.asarray(skin + 0.5 * hiss(random, size, band(2500, 8000, order=1.0), 0.0006, 0.02), np.float32)


def _tin(pitch: int, random: np.random.Generator) -> Mono:
    """The right drum's skin, open and soft: its first partial rings."""
    size, tone = seconds(0.8), hertz(pitch)
    skin = ringing([tone * n for n in (1, 2, 3)], (0.75, 0.4, 0.2), (1, 0.45, 0.15), size)
    return np.asarray(skin + 0.15 * hiss(random, size, band(1200, 5000, order=1.0), 0.001, 0.02), np.float32)


def _ge(pitch: int, random: np.random.Generator) -> Mono:
    """The left drum, pressed with the heel of the hand while it rings: its tone rises."""
    size = seconds(0.7)
    time = np.arange(size) / RATE
    tone = hertz(pitch - 19) * (1 + 0.22 * np.clip(time / 0.25, 0, 1) ** 1.5)
    phase = 2 * np.pi * np.cumsum(tone) / RATE
    skin = (np.sin(phase) + 0.35 * np.sin(2 * phase) + 0.12 * np.sin(3 * phase)) * struck(size, 0.003, 0.65)
    return np.asarray(skin + 0.15 * hiss(random, size, band(200, 1500, order=1.0), 0.001, 0.03), np.float32)


def _ke(pitch: int, random: np.random.Generator) -> Mono:
    """The left drum with a flat hand: dry."""
    size = seconds(0.14)
    skin = ringing((hertz(pitch - 12), hertz(pitch - 5)), (0.06, 0.05), (1, 0.6), size)
    return np.asarray(skin + 0.8 * hiss(random, size, band(500, 3000, order=1.0), 0.0008, 0.04), np.float32)


SWELL_LEAD_S: Final = 1.1


@cache
def swell(pitch: int) -> tuple[Mono, Mono]:
    """A hit on a change of scene, SWELL_LEAD_S after its beginning: the cymbal for each side, with the low stroke in both."""
    size, lead = seconds(SWELL_LEAD_S + 2.6), seconds(SWELL_LEAD_S)
    shape = curve_of(((0, 0), (0.5, 0.06), (0.9, 0.35), (SWELL_LEAD_S, 1.0), (1.5, 0.42), (2.3, 0.14), (3.7, 0)), size)
    low = np.zeros(size, np.float32)
    tone = hertz(pitch)
    low[lead:] = ringing((tone, 2 * tone, 3.01 * tone), (1.6, 1.0, 0.5), (1.0, 0.5, 0.18), size - lead, bend=0.12)
    low[lead:] *= struck(size - lead, 0.02, 3.0)
    sides = []
    for seed in (5, 6):
        metal = coloured_noise(np.random.default_rng(seed), size, band(3200, 9500, order=1.0))
        sides.append(np.asarray(0.11 * metal * shape * shape + 0.6 * low, np.float32))
    return sides[0], sides[1]
