"""A score made sound: players of a General MIDI soundfont in one hall, with room left in the middle for speech."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import tinysoundfont

from services.render_worker.craft.measure import SILENCE_LUFS, loudness
from services.render_worker.craft.pcm import RATE, Samples, faded, samples_of_ms
from services.render_worker.craft.score import Note, Score
from services.render_worker.engines.base import StepFailed

_SOUNDFONT = ("pretty_midi", "TimGM6mb.sf2")
_VOLUME, _PAN = 7, 10
_MUSIC_LUFS = -20.0
_PEAK_CEILING = 0.84
_FADE_OUT_MS = 2400
# Events are rounded to this many samples: 1.3 ms, less than the ear tells.
_GRID = 64
_HALL_S = 2.0


@dataclass(frozen=True)
class _Player:
    """A General MIDI program, its share of the mix (0 to 127) and its seat (0 left, 64 centre, 127 right)."""

    program: int
    volume: int
    pan: int


_PLAYERS: Final[dict[str, _Player]] = {
    "piano": _Player(0, 84, 58),
    "celesta": _Player(8, 78, 78),
    "vibraphone": _Player(11, 74, 50),
    "guitar": _Player(24, 84, 78),
    "bass": _Player(32, 82, 64),
    "cello": _Player(42, 78, 84),
    "harp": _Player(46, 86, 44),
    "timpani": _Player(47, 80, 64),
    "strings": _Player(48, 58, 64),
    "low_strings": _Player(48, 74, 88),
    "slow_strings": _Player(49, 62, 60),
    "horn": _Player(60, 66, 44),
    "oboe": _Player(68, 62, 72),
    "clarinet": _Player(71, 66, 54),
    "flute": _Player(73, 66, 52),
    "warm_pad": _Player(89, 56, 64),
    "space_voice": _Player(91, 58, 64),
    "bansuri": _Player(75, 74, 58),
    "sitar": _Player(104, 64, 76),
    "tanpura": _Player(104, 52, 50),
    "tanpura_bed": _Player(89, 50, 64),
    "tabla_right": _Player(115, 46, 72),
    "tabla_left": _Player(116, 66, 58),
}


def perform(score: Score, length: int) -> Samples:
    """The score as exactly `length` samples of stereo; the last ones fade to silence."""
    dry = _played(score.notes, length)
    wet = _in_the_hall(dry)
    measured = loudness(wet)
    if measured <= SILENCE_LUFS:
        return wet
    gain = min(10 ** ((_MUSIC_LUFS - measured) / 20), _PEAK_CEILING / float(np.abs(wet).max()))
    return faded(wet * np.float32(gain), 20, min(_FADE_OUT_MS, length * 300 / RATE))


@cache
def _soundfont_path() -> Path:
    """The soundfont lies in a package whose code isn't needed: found without importing it."""
    package, name = _SOUNDFONT
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations if spec else None) or []:
        if (Path(folder) / name).is_file():
            return Path(folder) / name
    raise StepFailed("SOUNDFONT_MISSING", f"the soundfont {name} of the package {package} is not installed")


@cache
def _soundfont() -> bytes:
    return _soundfont_path().read_bytes()


def _played(notes: tuple[Note, ...], length: int) -> Samples:
    synth = tinysoundfont.Synth(samplerate=RATE)
    font = synth.sfload(_soundfont(), gain=-6.0, max_voices=128)
    channels: dict[str, int] = {}
    for name in sorted({note.player for note in notes}):
        # Channel 9 is General MIDI's drum kit.
        channel = channels[name] = len(channels) + (len(channels) >= 9)
        player = _PLAYERS[name]
        synth.program_select(channel, font, 0, player.program)
        synth.control_change(channel, _VOLUME, player.volume)
        synth.control_change(channel, _PAN, player.pan)
    # At one moment notes end before others begin, so that a repeated tone is struck again.
    events: list[tuple[int, int, int, int, int]] = []
    for note in notes:
        begin, end = _on_grid(note.start_s), _on_grid(note.start_s + note.length_s)
        events.append((begin, 1, channels[note.player], note.pitch, note.velocity))
        events.append((max(end, begin + _GRID), 0, channels[note.player], note.pitch, 0))
    parts: list[bytes] = []
    now = 0
    for moment, begins, channel, pitch, velocity in sorted(events):
        if moment >= length:
            break
        if moment > now:
            parts.append(bytes(synth.generate_simple(moment - now)))
            now = moment
        if begins:
            synth.noteon(channel, pitch, velocity)
        else:
            synth.noteoff(channel, pitch)
    parts.append(bytes(synth.generate_simple(length - now)))
    return np.frombuffer(b"".join(parts), "<f4").reshape(-1, 2)[:length]


def _on_grid(seconds: float) -> int:
    return round(max(0.0, seconds) * RATE / _GRID) * _GRID


@cache
def _hall() -> npt.NDArray[np.float64]:
    """The hall's answer to a click, (samples, 2): the sound itself, a wide tail that darkens, and all of it a little softer
    where speech lives (1.5 to 4 kHz) and without rumble.
    """
    length = samples_of_ms(_HALL_S * 1000)
    time = np.arange(length) / RATE
    noise = np.random.default_rng(11).standard_normal((length, 2))
    bright = noise * np.exp(-time / 0.22)[:, None]
    dark = np.stack([np.convolve(noise[:, side], np.hanning(24), mode="same") for side in (0, 1)], axis=1)
    tail = (0.35 * bright + 0.35 * dark * np.exp(-time / 0.55)[:, None]) * (time > 0.018)[:, None]
    tail *= 0.30 / np.sqrt(np.square(tail).sum(axis=0))
    tail[0] = 1.0
    spectrum = np.fft.rfft(tail, 2 * length, axis=0)
    frequency = np.maximum(np.fft.rfftfreq(2 * length, 1 / RATE), 1.0)
    speech = 10 ** (-2.5 / 20 * np.exp(-((np.log2(frequency / 2500.0) / 0.8) ** 2)))
    rumble = (frequency / 38.0) ** 4 / (1 + (frequency / 38.0) ** 4)
    return np.asarray(np.fft.irfft(spectrum * (speech * rumble)[:, None], axis=0)[:length])


def _in_the_hall(dry: Samples) -> Samples:
    """Overlap-add in blocks, so that a long film's music fits in memory."""
    answer = _hall()
    block = 1 << 18
    size = 1 << (block + len(answer) - 1).bit_length()
    spectrum = np.fft.rfft(answer, size, axis=0)
    wet = np.zeros((len(dry) + size, 2))
    for begin in range(0, len(dry), block):
        part = np.fft.rfft(dry[begin : begin + block].astype(np.float64), size, axis=0)
        wet[begin : begin + size] += np.fft.irfft(part * spectrum, size, axis=0)
    return wet[: len(dry)].astype(np.float32)
