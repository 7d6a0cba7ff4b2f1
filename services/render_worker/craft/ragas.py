"""Music on a raga: a drone, a melody that wanders in the raga's scale and comes to rest on its strong notes, a soft tala."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

from services.render_worker.craft.score import NOTE_NAMES, Note, Score, pitch_at


@dataclass(frozen=True)
class Raga:
    """Its scale over Sa (semitones), the degrees it dwells on, phrases it is known by (degrees), and its pace."""

    scale: tuple[int, ...]
    vadi: int
    samvadi: int
    phrases: tuple[tuple[int, ...], ...]
    tempo_bpm: float
    # Pa, or Ma where the raga leaves Pa out: the drone's second tone, in semitones under the upper Sa.
    drone: int = -5
    register: int = 0


RAGAS: Final[dict[str, Raga]] = {
    "yaman": Raga((0, 2, 4, 6, 7, 9, 11), 2, 6, ((-1, 1, 2), (2, 3, 5, 6, 7), (4, 3, 2, 1, 0), (-1, 1, 2, 1, 0)), 64),
    "bhairav": Raga(
        (0, 1, 4, 5, 7, 8, 11), 5, 1, ((2, 3, 5, 5, 4), (3, 2, 1, 1, 0), (0, 1, 2, 3, 4), (5, 4, 3, 2, 1, 0)), 58
    ),
    "bhupali": Raga(
        (0, 2, 4, 7, 9), 2, 4, ((2, 1, 0, -1, 1, 2), (3, 2, 4, 3, 2), (0, 1, 2, 3), (4, 5, 4, 3, 2, 1, 0)), 72
    ),
    "darbari": Raga(
        (0, 2, 3, 5, 7, 8, 10),
        1,
        4,
        ((2, 2, 3, 1, 0), (-2, -1, -2, -3), (1, 2, 3, 2, 1), (4, 5, 4, 3, 2, 1, 0)),
        46,
        register=-5,
    ),
    "kafi": Raga((0, 2, 3, 5, 7, 9, 10), 4, 0, ((0, 1, 2, 3, 4), (4, 3, 2, 1), (5, 6, 5, 4), (2, 3, 2, 1, 0)), 80),
}

_TALA_BEATS = 16
# Tintal, sixteen beats: the right drum's strokes and where the left one is open; it is silent over the third quarter.
_OPEN = frozenset((0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15))
_STRONG = frozenset((0, 4, 12))
_FINAL_RING_S = 4.0


def compose_raga(name: str, duration_s: float, seed: int) -> Score:
    """Music on that raga, KeyError for one not in RAGAS. First the melody alone over the drone, then with the tala."""
    raga = RAGAS[name]
    random = Random(seed)  # noqa: S311 (music, not secrets)
    sa = random.choice((60, 61, 62)) + raga.register
    beat_s = 60 / raga.tempo_bpm
    last_s = max(0.0, duration_s - _FINAL_RING_S)
    notes = _drone(raga, sa, beat_s, duration_s, random)
    notes += _melody(raga, sa, beat_s, last_s, random)
    notes += _tala(beat_s, duration_s * 0.3, last_s, random)
    notes.append(Note("bansuri", last_s, duration_s - last_s, sa, 66))
    notes.append(Note("sitar", last_s, duration_s - last_s, sa, 62))
    return Score(tuple(notes), f"{name} on {NOTE_NAMES[sa % 12]}", raga.tempo_bpm)


def _drone(raga: Raga, sa: int, beat_s: float, duration_s: float, random: Random) -> list[Note]:
    """Four strings plucked in turn, each ringing through the next ones, on a bed that never stops."""
    strings = (sa - 12 + 12 + raga.drone, sa, sa, sa - 12)
    notes = [
        Note("tanpura_bed", 0.0, duration_s, sa - 12, 44),
        Note("tanpura_bed", 0.0, duration_s, sa - 12 + 12 + raga.drone, 36),
    ]
    moment, number = 0.0, 0
    while moment < duration_s - 0.5:
        notes.append(Note("tanpura", moment, beat_s * 4, strings[number % 4], round(44 + random.gauss(0, 3))))
        moment += beat_s
        number += 1
    return notes


def _melody(raga: Raga, sa: int, beat_s: float, last_s: float, random: Random) -> list[Note]:
    notes: list[Note] = []
    moment = beat_s * 2
    size = len(raga.scale)
    while moment < last_s - 3 * beat_s:
        phrase = list(random.choice(raga.phrases))
        if random.random() < 0.5:
            phrase = [*phrase, random.choice((raga.vadi, raga.samvadi, 0))]
        player = "bansuri" if random.random() < 0.7 else "sitar"
        lift = size if random.random() < 0.15 else 0
        for number, degree in enumerate(phrase):
            rest = number == len(phrase) - 1
            length = beat_s * (random.choice((2.0, 3.0)) if rest else random.choice((0.5, 1.0, 1.0, 1.5)))
            if moment + length > last_s:
                break
            pitch = pitch_at(sa, raga.scale, degree + lift)
            notes.append(Note(player, moment, length * 1.02, pitch, round(min(max(60 + random.gauss(0, 5), 40), 80))))
            moment += length
        moment += beat_s * random.choice((1.0, 2.0, 3.0))
    return notes


def _tala(beat_s: float, first_s: float, last_s: float, random: Random) -> list[Note]:
    notes: list[Note] = []
    number = 0
    while (moment := first_s + number * beat_s) < last_s - beat_s:
        beat = number % _TALA_BEATS
        soft = 52 if beat in _STRONG else 42
        notes.append(Note("tabla_right", moment, 0.3, 72 if beat in _STRONG else 69, round(soft + random.gauss(0, 3))))
        if beat in _OPEN:
            notes.append(Note("tabla_left", moment, 0.6, 41, round(soft - 4 + random.gauss(0, 3))))
        if random.random() < 0.25:
            notes.append(Note("tabla_right", moment + beat_s / 2, 0.2, 69, round(34 + random.gauss(0, 3))))
        number += 1
    return notes
