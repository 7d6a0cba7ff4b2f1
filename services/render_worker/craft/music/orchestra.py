"""A score made sound: players of a General MIDI soundfont and our own, in one hall, with room left in the middle for speech."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import tinysoundfont

from services.render_worker.craft.music.score import Note, Score
from services.render_worker.craft.music.strings_and_drums import OWN_PLAYERS, SWELL_LEAD_S, played, swell
from services.render_worker.craft.sound.filters import convolved
from services.render_worker.craft.sound.measure import SILENCE_LUFS, loudness
from services.render_worker.craft.sound.pcm import RATE, Samples, faded, samples_of_ms
from services.render_worker.craft.sound.synthesis import add_at, panned
from services.render_worker.engines.base import StepFailed

_SOUNDFONT = ("pretty_midi", "TimGM6mb.sf2")
_VOLUME, _PAN = 7, 10
_MUSIC_LUFS = -20.0
_PEAK_CEILING = 0.84
_FADE_OUT_MS = 2400
# Events are rounded to this many samples: 1.3 ms, less than the ear tells.
_GRID = 64
_HALL_S = 2.0
_SWELL_LEVEL = 0.07
_BEND_SEMITONES = 12
_BEND_STEP_S = 0.012
# What happens at one moment happens in this order.
_OFF, _BEND, _ON = 0, 1, 2
# The program of those whom no soundfont plays.
_OWN = -1


@dataclass(frozen=True)
class _Player:
    """A General MIDI program, its share of the mix (0 to 127) and its seat (0 left, 64 centre, 127 right)."""

    program: int
    volume: int
    pan: int


_PLAYERS: Final[dict[str, _Player]] = {
    "piano": _Player(0, 112, 58),
    "electric_piano": _Player(4, 84, 76),
    "harpsichord": _Player(6, 127, 74),
    "celesta": _Player(8, 112, 78),
    "marimba": _Player(12, 96, 78),
    "dulcimer": _Player(15, 120, 76),
    "accordion": _Player(21, 108, 74),
    "vibraphone": _Player(11, 96, 50),
    "guitar": _Player(24, 84, 78),
    "bass": _Player(32, 82, 64),
    "cello": _Player(42, 78, 84),
    "harp": _Player(46, 62, 44),
    "timpani": _Player(47, 80, 64),
    "strings": _Player(48, 70, 64),
    "pizzicato": _Player(45, 86, 82),
    "slow_strings": _Player(49, 76, 60),
    "choir": _Player(52, 80, 56),
    "horn": _Player(60, 74, 44),
    "oboe": _Player(68, 62, 72),
    "clarinet": _Player(71, 82, 54),
    "flute": _Player(73, 82, 52),
    "warm_pad": _Player(89, 56, 64),
    "space_voice": _Player(91, 74, 64),
    "bansuri": _Player(75, 74, 58),
    "sitar": _Player(104, 64, 76),
    "tanpura": _Player(_OWN, 7, 48),
    "tanpura_bed": _Player(89, 50, 64),
    "tabla_na": _Player(_OWN, 20, 74),
    "tabla_tin": _Player(_OWN, 15, 74),
    "tabla_ge": _Player(_OWN, 17, 56),
    "tabla_ke": _Player(_OWN, 26, 56),
}


def perform(score: Score, length: int) -> Samples:
    """The score as exactly `length` samples of stereo; the last ones fade to silence."""
    music = sound_of([note for note in score.notes if note.player not in OWN_PLAYERS], length)
    for note in score.notes:
        if note.player in OWN_PLAYERS:
            seat = _PLAYERS[note.player]
            loud = (note.velocity / 127) ** 1.6 * seat.volume / 127
            add_at(
                music,
                panned(played(note.player, note.pitch) * np.float32(loud), seat.pan / 63.5 - 1),
                _on_grid(note.start_s),
            )
    for hit in score.swells:
        sides = np.stack(swell(hit.pitch), axis=1) * np.float32(_SWELL_LEVEL * hit.strength)
        add_at(music, sides, _on_grid(hit.at_s) - samples_of_ms(SWELL_LEAD_S * 1000))
    _put_into_the_hall(music)
    measured = loudness(music)
    if measured <= SILENCE_LUFS:
        return music
    highest = max(float(music.max()), -float(music.min()))
    music *= np.float32(min(10 ** ((_MUSIC_LUFS - measured) / 20), _PEAK_CEILING / highest))
    return faded(music, 20, min(_FADE_OUT_MS, length * 300 / RATE))


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


def sound_of(notes: Sequence[Note], length: int) -> Samples:
    """What the soundfont plays of these notes, without a hall: (length, 2), as loud as it comes."""
    sound = np.empty((length, 2), np.float32)
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
        synth.pitchbend_range(channel, _BEND_SEMITONES)
    now = 0
    for moment, kind, channel, key, value in sorted(_events(notes, channels)):
        if moment >= length:
            break
        if moment > now:
            _generate(synth, sound[now:moment])
            now = moment
        if kind == _ON:
            synth.noteon(channel, key, value)
        elif kind == _OFF:
            synth.noteoff(channel, key)
        else:
            synth.pitchbend(channel, value)
    _generate(synth, sound[now:])
    return sound


def _generate(synth: tinysoundfont.Synth, into: Samples) -> None:
    into[:] = np.frombuffer(synth.generate_simple(len(into)), "<f4").reshape(-1, 2)[: len(into)]


def _events(notes: Sequence[Note], channels: dict[str, int]) -> Iterator[tuple[int, int, int, int, int]]:
    """(sample, what, channel, key, velocity or bend). At one moment notes end before others begin, so that a repeated tone is
    struck again, and the pitch is bent before it sounds.
    """
    bent = {note.player for note in notes if note.bend}
    for note in notes:
        channel = channels[note.player]
        begin, end = _on_grid(note.start_s), _on_grid(note.start_s + note.length_s)
        yield begin, _ON, channel, note.pitch, note.velocity
        yield max(end, begin + _GRID), _OFF, channel, note.pitch, 0
        if note.player not in bent:
            continue
        yield begin, _BEND, channel, 0, _wheel(note.bend[0][1] if note.bend else 0.0)
        if note.bend:
            points = [point[0] for point in note.bend]
            for at in np.arange(_BEND_STEP_S, min(points[-1] + _BEND_STEP_S, note.length_s), _BEND_STEP_S):
                semitones = float(np.interp(at, points, [point[1] for point in note.bend]))
                yield _on_grid(note.start_s + float(at)), _BEND, channel, 0, _wheel(semitones)


def _wheel(semitones: float) -> int:
    return min(max(round(8192 + 8191 * semitones / _BEND_SEMITONES), 0), 16383)


def _on_grid(seconds: float) -> int:
    return round(max(0.0, seconds) * RATE / _GRID) * _GRID


@cache
def _hall() -> npt.NDArray[np.float32]:
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
    return np.asarray(np.fft.irfft(spectrum * (speech * rumble)[:, None], axis=0)[:length], np.float32)


def _put_into_the_hall(music: Samples) -> None:
    """One side after the other, so that a long film's music fits in memory."""
    answer = _hall()
    for side in (0, 1):
        music[:, side] = convolved(music[:, side], answer[:, side])
