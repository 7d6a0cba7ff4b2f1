"""A synthesiser's raw sound made fit to be heard: softened, breathed, levelled, a few reflections around it, trimmed, at a
common loudness.

A synthesised voice sounds like a machine for reasons that can be measured, each answered here: all its harmonics start at
once (their phases are spread by three milliseconds), it is harmonic up to the top where people's voices are breath (phases
are loosened there while it is voiced), its spectrum stands above that of speech at 3 to 5 kHz (equalised, and held down
where it still leaps up), its sibilants hiss (held down), and its loudest syllables jump out (compressed).

All of it works by FFT on whole signals, so the same sound in gives the same samples out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from services.render_worker.craft.sound.measure import spoken_loudness
from services.render_worker.craft.sound.pcm import RATE, Samples, faded, samples_of_ms

Mono = npt.NDArray[np.float64]
Frames = npt.NDArray[np.complex128]
Curve = npt.NDArray[np.float64]

SPEECH_LUFS = -20.0
HOP_MS = 10
_PEAK_CEILING = 0.89
# Quieter than this share of the loudest moment is silence at the ends.
_SILENCE_SHARE = 0.012
_LEAD_MS, _TAIL_MS = 12, 70
_COMPRESS_ABOVE_SHARE = 0.25
_COMPRESS_RATIO = 2.2
# What espeak-ng's voices with our formants are above (+) the long-term average spectrum of speech (Byrne et al., 1994), and
# so taken off, as (Hz, dB); measured over the voices of timbres.py in six languages.
# so taken off (-: added), as (Hz, dB); measured over the voices of timbres.py in four languages. What is above by 1.5 dB at
# 3 kHz, where words are understood, is left, and of what is wanting below 250 Hz two thirds are added.
_EQUALISED: Final = (
    (60, 0.0), (110, -2.5), (200, -4.0), (260, -3.5), (330, -1.0), (600, 0.0), (800, 2.5), (1000, 4.8), (1600, 4.5),
    (2500, 6.0), (3200, 7.5), (4200, 8.0), (5000, 2.5), (6300, -0.5), (8000, -1.0), (10000, -6.0), (11000, -6.0),
)  # fmt: skip
_FRAME, _HOP = 1024, 256
# Five seconds: what a long narration may not do is fill the memory.
_FRAMES_AT_ONCE = 960
# From here up voices are more and more breath.
_BREATH_FROM_HZ, _BREATH_FULL_HZ = 2600.0, 5800.0
_BREATH_SHARE = 0.9
# The synthesiser's sound ends at 11 kHz; what hisses there goes on above, from this far below, and falls by so much an octave.
_AIR_FROM_HZ, _AIR_TO_HZ, _AIR_SHIFT_HZ, _AIR_DB, _AIR_FALL_DB = 10_300.0, 16_000.0, 4_500.0, -3.0, 12.0
# Bands that are held down where they come nearer than this to the voice's level: (from Hz, to Hz, dB under the voice, ratio).
_HELD_DOWN: Final = ((2600.0, 4600.0, -13.0, 2.5), (4600.0, 10500.0, -12.0, 3.0))


def finished_speech(
    raw: Mono,
    sample_rate: int,
    *,
    throat: float = 1.0,
    tilt_db: float = 0.0,
    gain_db: float = 0.0,
    whispered: bool = False,
) -> tuple[Samples, float]:
    """Mono sound at `sample_rate` as finished speech (samples, 1) at 48 kHz, and the milliseconds cut off its start.

    `throat` is how far the voice's formants are above a man's; `tilt_db` is added above 1.2 kHz. `whispered`: without voice. No samples come back when all is silence.
    """
    if not len(raw) or np.abs(raw).max() < 1e-3:
        return np.zeros((0, 1), np.float32), 0.0
    level = _resampled_and_equalised(raw, sample_rate, throat, tilt_db)
    if whispered:
        level = _whispered(level)
    breathed = _breathed_and_held(level, loosened=not whispered)
    roomy = _with_reflections(_rounded(_levelled(breathed)))
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


def _resampled_and_equalised(sound: Mono, rate: float, throat: float, tilt_db: float) -> Mono:
    """To 48 kHz by spectrum; on the way what is below the voice goes, the spectrum becomes that of speech, and the pulses of
    the voice are spread in time.
    """
    padded = np.pad(sound, (256, 2048))
    # Lengths of small factors only: an FFT of a prime length takes seconds.
    padded = np.pad(padded, (0, -len(padded) % 441))
    length = round(len(padded) * RATE / rate)
    spectrum = np.fft.rfft(padded)
    frequency = np.fft.rfftfreq(length, 1 / RATE)
    wide = np.zeros(len(frequency), complex)
    kept = min(len(spectrum), len(wide))
    wide[:kept] = spectrum[:kept]
    hertz = np.maximum(frequency, 1.0)
    rumble = (hertz / 80.0) ** 4 / (1 + (hertz / 80.0) ** 4)
    # Nothing of the synthesiser's own upper edge.
    rumble *= np.clip((10_900.0 - hertz) / 500.0, 0.0, 1.0)
    corners, excess = np.array(_EQUALISED).T
    # What stands out from 1.2 kHz on are formants, and moves with them (half as far, as measured).
    corners = np.where(corners > 1200.0, np.minimum(corners * np.sqrt(throat), 11_000.0), corners)
    equalised = -np.interp(np.log2(hertz), np.log2(corners), excess)
    tilt = tilt_db / (1 + (1200.0 / hertz) ** 2)
    corner = 1500.0
    delay = -2j * np.pi * 0.003 * (frequency + corner * (np.exp(-frequency / corner) - 1.0))
    shaped = np.fft.irfft(wide * rumble * 10 ** ((equalised + tilt) / 20) * np.exp(delay), length)
    return np.asarray(shaped * (length / len(padded)))


def _breathed_and_held(sound: Mono, *, loosened: bool) -> Mono:
    """Breath in the voiced top, air above it, and the harsh and the hissing bands held down where they leap up."""
    frequency: Curve = np.fft.rfftfreq(_FRAME, 1 / RATE).astype(np.float64)
    low_band = (frequency > 90) & (frequency < 1000)
    share = np.clip((frequency - _BREATH_FROM_HZ) / (_BREATH_FULL_HZ - _BREATH_FROM_HZ), 0.0, 1.0) * _BREATH_SHARE
    air = np.flatnonzero((frequency >= _AIR_FROM_HZ) & (frequency < _AIR_TO_HZ))
    air_level = 10 ** ((_AIR_DB - _AIR_FALL_DB * np.log2(frequency[air] / _AIR_FROM_HZ)) / 20)
    # The loud frames' power, by Parseval's theorem under a Hann window.
    voice = float(np.percentile(np.square(hop_levels(sound), dtype=np.float64), 90)) * _FRAME**2 / 4
    random = np.random.default_rng(11)

    def changed(frames: Frames) -> Frames:
        phases = random.uniform(-np.pi, np.pi, frames.shape)
        power = np.square(np.abs(frames))
        gain = _held_down(power, frequency, voice)
        if loosened:
            whole = np.maximum(power.sum(axis=1), 1e-12)
            voiced = np.clip((power[:, low_band].sum(axis=1) / whole - 0.45) / 0.3, 0.0, 1.0)
            loose = voiced[:, None] * share[None, :]
            # Frames of loose phases cancel a little where they overlap.
            frames = frames * np.exp(1j * phases * loose) * (1 + 0.35 * loose)
        frames = frames * gain
        below = np.abs(frames[:, air - round(_AIR_SHIFT_HZ * _FRAME / RATE)])
        frames[:, air] += below * air_level * np.exp(1j * phases[:, air])
        return frames

    return _by_frames(sound, _FRAME, _HOP, changed)


def _held_down(power: Curve, frequency: Curve, voice: float) -> Curve:
    """The gain of each bin of each frame, for a voice of that power in its loud frames."""
    gain = np.ones_like(power)
    octave = np.log2(np.maximum(frequency, 1.0))
    for start, stop, under_db, ratio in _HELD_DOWN:
        band = (frequency >= start) & (frequency < stop)
        excess_db = 10 * np.log10(power[:, band].sum(axis=1) / max(voice, 1e-12) + 1e-9) - under_db
        cut = 10 ** (-np.maximum(excess_db, 0.0) * (1 - 1 / ratio) / 20)
        # The band's edges are a quarter of an octave wide.
        inside = np.clip(np.minimum(octave - np.log2(start), np.log2(stop) - octave) * 4 + 0.5, 0.0, 1.0)
        gain *= 1 - inside[None, :] * (1 - cut[:, None])
    return gain


def _whispered(sound: Mono) -> Mono:
    """The same mouth without a voice: noise in the shape of its spectrum, its pitch smoothed away."""
    size, hop = 512, 128
    hertz = np.maximum(np.fft.rfftfreq(size, 1 / RATE), 1.0)
    # Open folds damp the low end and the first formant.
    open_folds = 10 ** ((-16.0 / (1 + (hertz / 550.0) ** 2) + 3.0 / (1 + (2500.0 / hertz) ** 2)) / 20)
    random = np.random.default_rng(5)

    def changed(frames: Frames) -> Frames:
        power = _smoothed(_smoothed(np.square(np.abs(frames)), 0), 1)
        return np.asarray(np.sqrt(power) * open_folds * np.exp(1j * random.uniform(-np.pi, np.pi, frames.shape)))

    return _by_frames(sound, size, hop, changed)


def _smoothed(power: Curve, axis: int) -> Curve:
    """The mean of each and its two neighbours."""
    wide = np.pad(power, [(1, 1) if each == axis else (0, 0) for each in (0, 1)], mode="edge")
    count = power.shape[axis]
    return np.asarray(sum(np.take(wide, range(shift, shift + count), axis=axis) for shift in range(3)) / 3)


def _by_frames(sound: Mono, size: int, hop: int, change: Callable[[Frames], Frames]) -> Mono:
    """The sound taken apart into overlapping spectra, changed and put together, some seconds at a time."""
    window = np.sqrt(np.hanning(size + 1)[:size])
    padded = np.pad(sound, (size - hop, size + (-len(sound)) % hop))
    pieces = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop]
    whole = np.zeros(len(padded) + size)
    steps = size // hop
    for first in range(0, len(pieces), _FRAMES_AT_ONCE):
        frames = np.fft.rfft(pieces[first : first + _FRAMES_AT_ONCE] * window, axis=1)
        parts = np.fft.irfft(change(frames), size, axis=1) * window
        for step in range(steps):
            # Every piece of one step lies beside the others: they are added at once.
            part = parts[step::steps].reshape(-1)
            start = (first + step) * hop
            whole[start : start + len(part)] += part
    return np.asarray(whole[size - hop : size - hop + len(sound)] * (2 * hop / size))


def _levelled(sound: Mono) -> Mono:
    """Loud syllables come down, gently: a ratio of 2.2 above a quarter of the loudest moment's level."""
    window = np.hanning(samples_of_ms(60) | 1)
    power = _convolved(np.square(sound), window / window.sum())[len(window) // 2 :][: len(sound)]
    level = np.sqrt(np.maximum(power, 1e-12))
    over = np.maximum(level / (_COMPRESS_ABOVE_SHARE * level.max()), 1.0)
    return np.asarray(sound * over ** (1 / _COMPRESS_RATIO - 1))


def _rounded(sound: Mono) -> Mono:
    """A touch of saturation: the sharpest peaks bend, as a microphone and its amplifier bend them."""
    drive = 0.9 / float(np.abs(sound).max())
    return np.asarray(np.tanh(sound * drive))


def _with_reflections(sound: Mono) -> Mono:
    """A few early reflections, 22 dB under the voice, so that it isn't in nobody's head; the room of the scene is the mix's."""
    response = np.zeros(samples_of_ms(30))
    response[0] = 1.0
    for delay_ms, share in ((7.3, 0.05), (11.9, -0.04), (17.1, 0.035), (23.7, -0.025)):
        place = samples_of_ms(delay_ms)
        # Walls are soft: each reflection is smeared over half a millisecond.
        response[place : place + 24] += share * np.hanning(24) / 4
    # A voice is lopsided, and bent on one side more than on the other: what is left below 35 Hz goes here.
    return _convolved(sound, response, above_hz=35.0)


def _convolved(sound: Mono, response: Mono, above_hz: float = 0.0) -> Mono:
    length = len(sound) + len(response) - 1
    size = 1 << (length - 1).bit_length()
    spectrum = np.fft.rfft(sound, size) * np.fft.rfft(response, size)
    if above_hz:
        steep = (np.fft.rfftfreq(size, 1 / RATE) / above_hz) ** 4
        spectrum *= steep / (1 + steep)
    return np.asarray(np.fft.irfft(spectrum, size)[:length])
