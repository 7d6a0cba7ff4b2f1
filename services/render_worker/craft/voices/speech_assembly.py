"""Spoken phrases put one after another: their sound, silences between them, and where each word and phoneme then is.

What is chanted or sung comes as several tellings of the same words, each on one tone: every syllable is taken from the
telling with its tone and made as long as its note. So a melody costs no change of the voice's colour.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from services.render_worker.craft.voices.phonemes import is_vowel
from services.render_worker.craft.voices.time_stretch import stretched

Mono = npt.NDArray[np.float64]

# Quieter than this share of a phrase's loudest moment is silence at its ends.
_SILENCE_SHARE = 0.01
_KEPT_MS = 25.0
# From one tone to the next.
_GLIDE_MS = 28.0
_SHORTEST_VOWEL_MS = 45.0
_MOST_STRETCH = 3.2


@dataclass(frozen=True)
class Telling:
    """A phrase as the synthesiser spoke it. Words: (offset in the text, sample); phonemes: (IPA, sample), without a name a pause."""

    sound: Mono
    words: Sequence[tuple[int, float]]
    phonemes: Sequence[tuple[str, float]]


@dataclass(frozen=True)
class Phoneme:
    """A sound of speech in IPA with its times in milliseconds; without a name a pause."""

    name: str
    start_ms: float
    end_ms: float


@dataclass(frozen=True)
class Spoken:
    """A line's raw sound with its words (offset in the text, milliseconds) and phonemes."""

    sound: Mono
    words: list[tuple[int, float]]
    phonemes: list[Phoneme]


def joined(tellings: Sequence[Telling], pauses_ms: Sequence[float], rate: int) -> Spoken:
    """The tellings in order, each without the silence at its ends and followed by its pause."""
    sounds: list[Mono] = []
    words: list[tuple[int, float]] = []
    phonemes: list[Phoneme] = []
    at = 0
    for telling, pause_ms in zip(tellings, pauses_ms, strict=True):
        first, last = _heard(telling.sound, rate)
        if last <= first:
            continue
        silence = round(pause_ms * rate / 1000)
        length = last - first
        shift = at - first

        def moment(sample: float, shift: int = shift, low: int = at, high: int = at + length) -> float:
            return min(max(sample + shift, low), high) * 1000 / rate

        words += [(offset, moment(sample)) for offset, sample in telling.words]
        phonemes += _with_ends(telling.phonemes, moment, at * 1000 / rate, (at + length) * 1000 / rate)
        sounds += [_faded(telling.sound[first:last], rate), np.zeros(silence)]
        at += length + silence
        if silence:
            phonemes.append(Phoneme("", (at - silence) * 1000 / rate, at * 1000 / rate))
    return Spoken(np.concatenate(sounds) if sounds else np.zeros(0), words, phonemes)


def set_to_notes(tellings: dict[int, Telling], tones: Sequence[int], lengths_ms: Sequence[float], rate: int) -> Telling:
    """One telling, with each syllable from the telling (by tone) of its tone and as long as its note, from vowel to vowel.

    Where the words turn out to have another number of syllables the notes are spread over them.
    """
    some = next(iter(tellings.values()))
    vowels = _vowels(some.phonemes)
    if not vowels or any(len(_vowels(telling.phonemes)) != len(vowels) for telling in tellings.values()):
        return some
    notes = [min(len(tones) - 1, number * len(tones) // len(vowels)) for number in range(len(vowels))]
    lengths = [lengths_ms[note] * rate / 1000 for note in notes]
    placed = {tone: _retimed(telling, lengths, rate) for tone, telling in tellings.items()}
    lead = placed[tones[notes[0]]]
    edges = _syllable_edges(lead.phonemes)
    length = max(len(telling.sound) for telling in placed.values())
    sound = np.zeros(length)
    glide = _GLIDE_MS * rate / 1000
    time = np.arange(length)
    for tone, telling in placed.items():
        share = np.zeros(length)
        for number, note in enumerate(notes):
            if tones[note] != tone:
                continue
            start = edges[number] if number else -glide
            end = edges[number + 1] if number + 1 < len(notes) else length + glide
            share += np.clip((time - start) / glide + 0.5, 0, 1) - np.clip((time - end) / glide + 0.5, 0, 1)
        padded = np.pad(telling.sound, (0, length - len(telling.sound)))
        sound += padded * np.sin(np.clip(share, 0, 1) * np.pi / 2)
    return Telling(_unsteady(sound, rate), lead.words, lead.phonemes)


def _vowels(phonemes: Sequence[tuple[str, float]]) -> list[int]:
    return [place for place, (name, _) in enumerate(phonemes) if is_vowel(name)]


def _retimed(telling: Telling, lengths: Sequence[float], rate: int) -> Telling:
    """Vowels stretched until each is as far from the next as its note is long; consonants keep their time."""
    vowels = _vowels(telling.phonemes)
    starts = [sample for _, sample in telling.phonemes] + [float(len(telling.sound))]
    anchors = [(0.0, 0.0), (starts[vowels[0]], starts[vowels[0]])]
    for number, place in enumerate(vowels):
        own = starts[place + 1] - starts[place]
        after = starts[vowels[number + 1]] if number + 1 < len(vowels) else starts[place + 1]
        wanted = lengths[number] - (after - starts[place + 1])
        vowel = min(max(wanted, min(own, _SHORTEST_VOWEL_MS * rate / 1000)), own * _MOST_STRETCH)
        anchors.append((starts[place + 1], anchors[-1][1] + vowel))
        if after > starts[place + 1]:
            anchors.append((after, anchors[-1][1] + after - starts[place + 1]))
    anchors.append((float(len(telling.sound)), anchors[-1][1] + len(telling.sound) - anchors[-1][0]))
    # A phoneme of no length would be two places for one moment.
    source, target = np.array([pair for pair, after in pairwise([*anchors, (np.inf, 0.0)]) if after[0] > pair[0]]).T

    def moved(sample: float) -> float:
        return float(np.interp(sample, source, target))

    return Telling(
        stretched(telling.sound, source, target, rate),
        [(offset, moved(sample)) for offset, sample in telling.words],
        [(name, moved(sample)) for name, sample in telling.phonemes],
    )


def _syllable_edges(phonemes: Sequence[tuple[str, float]]) -> list[float]:
    """Where each syllable begins: at the last consonant before its vowel."""
    edges: list[float] = []
    for place in _vowels(phonemes):
        before = place - 1 if place and phonemes[place - 1][0] and not is_vowel(phonemes[place - 1][0]) else place
        edges.append(phonemes[before][1])
    return edges


def _unsteady(sound: Mono, rate: int) -> Mono:
    """A tone that a person holds: a slow vibrato of some 15 cents. Without it the pitch of a machine is exact."""
    time = np.arange(len(sound))
    depth = 0.0085 * rate / (2 * np.pi * 5.1)
    wander = 0.006 * rate / (2 * np.pi * 1.7)
    moved = time + depth * np.sin(2 * np.pi * 5.1 * time / rate) + wander * np.sin(2 * np.pi * 1.7 * time / rate + 1.0)
    return np.asarray(np.interp(moved, time, sound))


def _heard(sound: Mono, rate: int) -> tuple[int, int]:
    hop = rate // 200
    levels = np.abs(np.pad(sound, (0, -len(sound) % hop)).reshape(-1, hop)).max(axis=1) if len(sound) else np.zeros(0)
    heard = np.flatnonzero(levels > max(_SILENCE_SHARE * levels.max(initial=0.0), 3e-4))
    if not len(heard):
        return 0, 0
    kept = round(_KEPT_MS * rate / 1000)
    return max(0, int(heard[0]) * hop - kept // 3), min(len(sound), (int(heard[-1]) + 1) * hop + kept)


def _faded(sound: Mono, rate: int) -> Mono:
    shaped = sound.copy()
    rise, fall = min(len(sound) // 2, rate // 500), min(len(sound) // 2, rate // 125)
    shaped[:rise] *= np.linspace(0.0, 1.0, rise)
    shaped[len(sound) - fall :] *= np.linspace(1.0, 0.0, fall)
    return shaped


def _with_ends(
    phonemes: Sequence[tuple[str, float]], moment: Callable[[float], float], from_ms: float, until_ms: float
) -> list[Phoneme]:
    """Each phoneme until the next begins, the first from the start. What the synthesiser says about a change of language is no
    phoneme.
    """
    heard = [(name, moment(sample)) for name, sample in phonemes if not name.startswith("(")]
    heard[:1] = [(name, from_ms) for name, _ in heard[:1]]
    return [Phoneme(name, start, end) for (name, start), (_, end) in pairwise([*heard, ("", until_ms)]) if end > start]
