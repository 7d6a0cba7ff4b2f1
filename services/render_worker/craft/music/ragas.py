"""Music on a raga as it unfolds: an alap without a beat, in which the melody finds its strong notes one after the other over
the drone; then a gat, a theme that comes back to the tala's first beat, with answers between; at the end a phrase three times
(tihai) that lands on Sa.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

from services.render_worker.craft.music.score import NOTE_NAMES, Note, Score, pitch_at

Bend = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Raga:
    """Its scale over Sa (semitones), the degrees it dwells on, phrases it is known by (degrees), and its pace."""

    scale: tuple[int, ...]
    vadi: int
    samvadi: int
    phrases: tuple[tuple[int, ...], ...]
    tempo_bpm: float
    # The theme of its gat, into the first beat of the tala: four notes, a beat each, and the one they land on.
    theme: tuple[int, int, int, int, int]
    # Degrees that swing slowly instead of standing still (andolan), as pitch classes of the scale.
    swinging: frozenset[int] = frozenset()
    # Pa, or Ma where the raga leaves Pa out: the drone's second tone, in semitones under the upper Sa.
    drone: int = -5
    register: int = 0


RAGAS: Final[dict[str, Raga]] = {
    "yaman": Raga(
        (0, 2, 4, 6, 7, 9, 11),
        vadi=2,
        samvadi=6,
        phrases=((-1, 1, 2), (2, 3, 5, 6, 7), (4, 3, 2, 1, 0), (-1, 1, 2, 1, 0), (2, 3, 4, 3, 2)),
        tempo_bpm=64,
        theme=(-1, 1, 2, 3, 2),
    ),
    "bhairav": Raga(
        (0, 1, 4, 5, 7, 8, 11),
        vadi=5,
        samvadi=1,
        phrases=((2, 3, 5, 5, 4), (3, 2, 1, 1, 0), (0, 1, 2, 3, 4), (5, 4, 3, 2, 1, 0)),
        tempo_bpm=58,
        theme=(2, 3, 5, 5, 4),
        swinging=frozenset({1, 5}),
    ),
    "bhupali": Raga(
        (0, 2, 4, 7, 9),
        vadi=2,
        samvadi=4,
        phrases=((2, 1, 0, -1, 1, 2), (3, 2, 4, 3, 2), (0, 1, 2, 3), (4, 5, 4, 3, 2, 1, 0)),
        tempo_bpm=72,
        theme=(2, 1, 0, -1, 0),
    ),
    "darbari": Raga(
        (0, 2, 3, 5, 7, 8, 10),
        vadi=1,
        samvadi=4,
        # In its descent ga is never left downwards: by way of ma to re (vakra).
        phrases=((2, 2, 3, 1, 0), (-2, -1, -2, -3), (1, 2, 3, 1), (4, 5, 4, 3, 2, 3, 1, 0), (0, 1, 2, 3, 4)),
        tempo_bpm=46,
        theme=(2, 3, 1, 1, 0),
        swinging=frozenset({2, 5}),
        register=-5,
    ),
    "kafi": Raga(
        (0, 2, 3, 5, 7, 9, 10),
        vadi=4,
        samvadi=0,
        phrases=((0, 1, 2, 3, 4), (4, 3, 2, 1), (5, 6, 5, 4), (2, 3, 2, 1, 0)),
        tempo_bpm=80,
        theme=(0, 1, 2, 3, 4),
    ),
}

_TALA_BEATS: Final = 16
# Tintal: which strokes fall on its sixteen beats. The left drum is silent over the third quarter (khali).
_THEKA: Final = ("dha", "dhin", "dhin", "dha") * 2 + ("dha", "tin", "tin", "na") + ("na", "dhin", "dhin", "dha")
_STROKES: Final[dict[str, tuple[str, ...]]] = {
    "dha": ("tabla_na", "tabla_ge"),
    "dhin": ("tabla_tin", "tabla_ge"),
    "tin": ("tabla_tin",),
    "na": ("tabla_na",),
}
_FINAL_RING_S: Final = 4.0
_ALAP_SHARE: Final = 0.36
# The gat goes at this much of the raga's own pace.
_GAT_PACE: Final = 1.6
_SLIDE_S: Final = 0.16


class _Player:
    """Writes the melody, note by note, each led from the one before."""

    def __init__(self, raga: Raga, sa: int, random: Random) -> None:
        self.raga, self.sa, self.random = raga, sa, random
        self.notes: list[Note] = []
        self.before: int | None = None

    def note(self, player: str, at_s: float, length_s: float, degree: int, loud: float = 60) -> None:
        """One note: slid into from the one before where that is near (meend), swinging where the raga swings it."""
        pitch = pitch_at(self.sa, self.raga.scale, degree)
        bend: Bend = ()
        if (
            self.before is not None
            and 0 < abs(pitch - self.before) <= 5
            and length_s > 0.4
            and self.random.random() < 0.6
        ):
            slide_s = min(_SLIDE_S * (1 + abs(pitch - self.before) / 4), length_s / 3)
            bend = ((0.0, float(self.before - pitch)), (slide_s * 0.35, 0.7 * (self.before - pitch)), (slide_s, 0.0))
        if degree % len(self.raga.scale) in self.raga.swinging and length_s > 0.75:
            begin = bend[-1][0] if bend else 0.0
            swings = int((length_s - begin) / 0.14)
            bend += tuple((begin + 0.14 * (n + 1), -0.55 if n % 2 == 0 else 0.1) for n in range(swings))
        velocity = round(min(max(loud + self.random.gauss(0, 4), 36), 84))
        self.notes.append(Note(player, at_s, length_s * 1.03, pitch, velocity, bend))
        self.before = pitch


def compose_raga(name: str, duration_s: float, seed: int) -> Score:
    """Music on that raga, KeyError for one not in RAGAS."""
    raga = RAGAS[name]
    random = Random(seed)  # noqa: S311 (music, not secrets)
    sa = random.choice((60, 61, 62)) + raga.register
    beat_s = 60 / raga.tempo_bpm
    last_s = max(0.0, duration_s - _FINAL_RING_S)
    gat_beats = _beats_of_gat(last_s * (1 - _ALAP_SHARE), beat_s / _GAT_PACE)
    gat_beat_s = last_s * (1 - _ALAP_SHARE) / gat_beats if gat_beats else 0.0
    gat_s = last_s - gat_beats * gat_beat_s
    player = _Player(raga, sa, random)
    _alap(player, beat_s, gat_s)
    if gat_beats:
        _gat(player, gat_s, gat_beat_s, gat_beats)
    notes = _drone(raga, sa, beat_s, duration_s, random) + player.notes
    notes += _tala(sa, gat_s, gat_beat_s, gat_beats, random)
    notes.append(Note("bansuri", last_s, duration_s - last_s, sa, 66))
    notes.append(Note("sitar", last_s, duration_s - last_s, sa, 62))
    return Score(tuple(notes), f"{name} on {NOTE_NAMES[sa % 12]}", raga.tempo_bpm)


def _beats_of_gat(length_s: float, beat_s: float) -> int:
    """Whole rounds of the tala, or half a one in a short film; none where there is no time for that."""
    rounds = round(length_s / beat_s / _TALA_BEATS)
    return rounds * _TALA_BEATS if rounds else (_TALA_BEATS // 2 if length_s > 5 * beat_s else 0)


def _drone(raga: Raga, sa: int, beat_s: float, duration_s: float, random: Random) -> list[Note]:
    """Four strings plucked in turn, each ringing through the next ones, on a bed that never stops."""
    strings = (sa - 12 + 12 + raga.drone, sa, sa, sa - 12)
    notes = [
        Note("tanpura_bed", 0.0, duration_s, sa - 12, 40),
        Note("tanpura_bed", 0.0, duration_s, sa - 12 + 12 + raga.drone, 32),
    ]
    moment, number = 0.0, 0
    while moment < duration_s - 0.5:
        velocity = round((58 if number % 4 else 62) + random.gauss(0, 3))
        notes.append(Note("tanpura", moment + abs(random.gauss(0, 0.012)), beat_s * 4, strings[number % 4], velocity))
        # After the low Sa the hand goes back to the first string.
        moment += beat_s * (1.25 if number % 4 == 3 else 0.92)
        number += 1
    return notes


def _alap(player: _Player, beat_s: float, end_s: float) -> None:
    """Without a beat: from Sa to the samvadi, the vadi and the upper Sa, staying longest on the strong notes."""
    raga, random = player.raga, player.random
    size = len(raga.scale)
    rests = (0, raga.samvadi - size if raga.samvadi > 3 else raga.samvadi, raga.vadi, raga.vadi, raga.samvadi, size)
    moment, number = beat_s * 1.5, 0
    while moment < end_s - 2.2 * beat_s:
        aim = rests[min(number, len(rests) - 1)]
        phrase = [*random.choice(raga.phrases), aim]
        # The phrase is moved by whole octaves to where it is going.
        shift = size * round((aim - phrase[-2]) / size)
        for place, degree in enumerate(phrase):
            last = place == len(phrase) - 1
            length = beat_s * (random.uniform(2.2, 3.2) if last else random.choice((0.4, 0.7, 0.7, 1.3)))
            if moment + length > end_s:
                break
            player.note("bansuri", moment, length, degree if last else degree + shift, 62 if last else 56)
            moment += length
        moment += beat_s * random.uniform(0.6, 1.6)
        number += 1


def _gat(player: _Player, start_s: float, beat_s: float, beats: int) -> None:
    """The sitar's theme into every first beat, a flute's answer between; in the last round the tihai."""
    raga, random = player.raga, player.random
    size = len(raga.scale)
    for begin in range(0, beats, _TALA_BEATS):
        at = start_s + begin * beat_s
        left = min(_TALA_BEATS, beats - begin)
        final = begin + left == beats
        player.note("sitar", at, beat_s * 1.9, raga.theme[4], 68)
        answer, place = _phrase_after(raga, raga.theme[4], random), 2.0
        quick = 0.5 if begin else 1.0
        lift = size if begin and random.random() < 0.3 else 0
        # The last seven beats of the last round are the tihai's, of every other round the theme's four.
        stop = left - (7 if final else 4)
        while place < stop - 0.4:
            degree = answer[int((place - 2) / quick) % len(answer)] + lift
            resting = int((place - 2) / quick) % len(answer) == len(answer) - 1
            length = min(1.5 if resting else quick, stop - place)
            player.note("bansuri", at + place * beat_s, length * beat_s, degree, 60)
            place += length + (0.5 if resting else 0.0)
            if resting:
                answer = _phrase_after(raga, degree - lift, random)
        if final:
            # Three notes, three times, a rest between: the last of them is where the next first beat would be.
            for number in range(3):
                for step, degree in enumerate(raga.theme[1:4]):
                    offset = left - 7 + number * 7 / 3 + step * 0.55
                    player.note("sitar", at + offset * beat_s, beat_s * 0.55, degree, 66 + 3 * number)
        else:
            for step, degree in enumerate(raga.theme[:4]):
                player.note("sitar", at + (left - 4 + step) * beat_s, beat_s * 0.95, degree, 62)


def _phrase_after(raga: Raga, degree: int, random: Random) -> tuple[int, ...]:
    """One of the raga's phrases that goes on from near that degree; any where none does."""
    near = [phrase for phrase in raga.phrases if abs(phrase[0] - degree) <= 2]
    return random.choice(near or raga.phrases)


def _tala(sa: int, start_s: float, beat_s: float, beats: int, random: Random) -> list[Note]:
    notes: list[Note] = []
    high = sa + 12 if sa < 60 else sa
    for beat in range(beats):
        at = start_s + beat * beat_s
        first = beat % _TALA_BEATS == 0
        for stroke in _STROKES[_THEKA[beat % _TALA_BEATS]]:
            loud = (58 if first else 48) + random.gauss(0, 3) - (4 if stroke == "tabla_ge" else 0)
            notes.append(Note(stroke, at + abs(random.gauss(0, 0.006)), 0.5, high, round(loud)))
        # Little strokes between the beats, more of them as the round comes back to its first.
        if random.random() < (0.6 if beat % _TALA_BEATS >= 12 else 0.25):
            stroke = random.choice(("tabla_na", "tabla_ke"))
            notes.append(Note(stroke, at + beat_s / 2, 0.2, high, round(34 + random.gauss(0, 3))))
    return notes
