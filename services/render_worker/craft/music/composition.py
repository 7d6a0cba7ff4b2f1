"""Film music by mood and scene: chords that lead into each other, a motif for each main character, and an ending that is one.

Every scene's section fills its time in whole beats, so that a change of mood falls on the change of scene. A character's motif
is heard when their scene begins, and comes back: higher, upside down, in part, answered by the other's. Eight bars make a
period; no two neighbours are played alike. The same seed writes the same notes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Final

from services.render_worker.craft.music.moods import PALETTES, Palette, Progression
from services.render_worker.craft.music.motifs import Motif, motif_of
from services.render_worker.craft.music.score import (
    MODE_NAMES,
    NOTE_NAMES,
    Note,
    Score,
    Section,
    Swell,
    nearest,
    pitch_at,
)

_BEATS = 4
_PERIOD = 8
# The last chord rings for at least so long before the film's end.
_FINAL_RING_S = 3.2
# Which steps of a chord's ladder an accompaniment goes over, eighth by eighth (None: a rest); one for each period in turn.
_PATTERNS: Final[dict[str, tuple[tuple[int | None, ...], ...]]] = {
    "arpeggio": (
        (0, 1, 2, 3, 2, 1, 2, 1),
        (0, 2, 3, 2, 1, 2, 3, 2),
        (0, None, 2, None, 3, None, 1, None),
        (0, 1, 3, 2, 3, 1, 2, 1),
    ),
    "broken": (
        (0, 2, 1, 2, 3, 2, 1, 2),
        (0, None, 2, 1, None, 2, 3, 2),
        (0, 2, 3, None, 1, 2, 3, None),
        (0, 3, 2, 3, 1, 3, 2, 1),
    ),
    "pulse": (
        (0, 0, 0, 0, 0, 0, 0, 0),
        (0, None, 0, 0, 1, 0, 0, None),
        (0, None, None, 0, 0, None, None, 1),
        (0, 0, 1, 0, 0, 1, 0, 0),
    ),
}
_SPARSE = (((0.0, 0), (1.0, 2), (2.0, 3)), ((0.0, 0), (1.5, 3)), ((0.0, 1), (1.0, 3), (3.0, 2)))
_CHORDS = ((0.0, 1.5, 2.0, 3.0), (0.0, 1.0, 2.5, 3.0), (0.0, 1.5, 3.0), (0.0, 0.5, 1.5, 2.5, 3.0))


@dataclass(frozen=True)
class _Bar:
    """One bar of a section: when it is, how many beats of which length, its chord's root (as a degree), and how far the
    section has come (0 to 1).
    """

    start_s: float
    beat_s: float
    beats: int
    degree: int
    place: float
    number: int

    @property
    def length_s(self) -> float:
        return self.beat_s * self.beats

    @property
    def period(self) -> int:
        return self.number // _PERIOD


class _Writer:
    """Writes the parts of one section, bar by bar, each led from the one before."""

    def __init__(self, section: Section, until_s: float, tonic: int, random: Random, theme: Motif) -> None:
        self.until_s = until_s
        self.palette: Palette = PALETTES[section.mood]
        self.tonic = tonic + self.palette.tonic_shift
        self.random = random
        self.turn = random.randrange(4)
        self.motifs = [theme]
        self.entries = sorted(section.entries, key=lambda entry: entry.at_s)
        # The bar in which who is heard now was last brought in.
        self.since = -2 if not section.entries else 0
        self.notes: list[Note] = []
        self.voicing = [self.tonic + 12, self.tonic + 16, self.tonic + 19]
        self.line = self.tonic + 24
        self.busy_until_s = 0.0

    def bar(self, bar: _Bar) -> None:
        """All parts of one bar."""
        classes = self.chord(bar.degree)
        self.voicing = _led(self.voicing, classes, self.tonic + 9, self.tonic + 26)
        # A section grows and lets go; within it every four bars breathe.
        arch = 0.88 + 0.2 * (1 - abs(2 * bar.place - 1.1) / 1.1)
        breath = (0.97, 1.0, 1.04, 0.98)[bar.number % 4]
        loud = self.palette.loudness * arch * breath
        thin = bar.period % 4 == 2
        for pitch in self.voicing:
            self._play(self.palette.pad, bar.start_s, bar.length_s * 1.04, pitch, loud * (0.78 if thin else 0.86))
        root = nearest(self.tonic - 8, [classes[0]])
        if not thin or bar.number % 2 == 0:
            self._play(self.palette.bass, bar.start_s, bar.length_s * 0.96, root, loud * 0.92)
        self._figure(bar, classes, loud * (0.85 if thin else 1.0))
        self._melody(bar, classes, loud)
        if self.palette.timpani and bar.number % 4 == 0:
            self._play("timpani", bar.start_s, bar.beat_s * 2, root - 12 if root > 47 else root, loud * 0.8)

    def chord(self, degree: int) -> list[int]:
        """The pitch classes of the chord on a degree, root first, with the mood's colour."""
        steps = [0, 2, 4] + ([self.palette.colour] if self.palette.colour and degree in (0, 3) else [])
        return [pitch_at(self.tonic, self.palette.scale, degree + step) % 12 for step in steps]

    def finish(self, start_s: float, end_s: float) -> None:
        """The tonic, rolled upwards and left to ring until the end."""
        third = self.palette.scale[2]
        loud = self.palette.loudness
        chord = [self.tonic, self.tonic + 7, self.tonic + 12, self.tonic + 12 + third, self.tonic + 19]
        for place, pitch in enumerate(chord):
            self._play(self.palette.figure, start_s + 0.07 * place, end_s - start_s, pitch, loud * 0.66)
            self._play(self.palette.pad, start_s, end_s - start_s, pitch, loud * 0.66)
        self._play(self.palette.bass, start_s, end_s - start_s, self.tonic - 12, loud * 0.85)
        self._play(self.palette.melody, start_s + 0.3, end_s - start_s, self.tonic + 24, loud * 0.7)
        if self.palette.timpani:
            self._play("timpani", start_s, 2.0, nearest(43, [self.tonic]), loud)

    def _figure(self, bar: _Bar, classes: list[int], loud: float) -> None:
        palette = self.palette
        low = nearest(self.tonic - 2 if palette.pattern != "pulse" else self.tonic - 12, [classes[0]])
        ladder = [low, *(_above(low, offset, classes) for offset in (6, 11, 15))]
        turn = self.turn + bar.period
        match palette.pattern:
            case "chords":
                for beat in _CHORDS[turn % len(_CHORDS)]:
                    if beat < bar.beats:
                        for pitch in self.voicing:
                            at = bar.start_s + beat * bar.beat_s
                            self._play(palette.figure, at, bar.beat_s * 0.9, pitch, loud * 0.72)
            case "sparse":
                for beat, step in _SPARSE[turn % len(_SPARSE)]:
                    if beat < bar.beats:
                        at = bar.start_s + beat * bar.beat_s
                        self._play(palette.figure, at, bar.beat_s * 2, ladder[step], loud * 0.9)
            case pattern:
                eighth = bar.beat_s / 2
                turns = _PATTERNS[pattern]
                for number in range(bar.beats * 2):
                    step_or_rest = turns[turn % len(turns)][number % 8]
                    if step_or_rest is None:
                        continue
                    accent = 1.0 if number % 4 == 0 else 0.82
                    length = eighth * (0.8 if pattern == "pulse" else 2.2)
                    at = bar.start_s + number * eighth
                    self._play(palette.figure, at, length, ladder[step_or_rest], loud * 0.84 * accent)

    def _melody(self, bar: _Bar, classes: list[int], loud: float) -> None:
        """Who has come in is heard at once; then a period of statement, echo, answer and rest."""
        due = [entry for entry in self.entries if entry.at_s < bar.start_s + bar.length_s / 2]
        if due:
            self.entries = self.entries[len(due) :]
            if due[-1].character_ids:
                self.motifs = [motif_of(name) for name in due[-1].character_ids[:2]]
            self.since = bar.number
        away = bar.number - self.since
        first, other = self.motifs[0], self.motifs[-1]
        later = away // _PERIOD
        match away % _PERIOD:
            case 0 if away >= 0 and later % 4 != 2:
                self._state(first if later % 2 == 0 else other, bar, classes, loud)
            case 3 if self.palette.melody_bars > 1:
                self._state(first.opening(), bar, classes, loud * 0.88)
            case 4 if later % 4 != 2:
                answer = other if other is not first else first.upside_down() if later % 2 else first
                self._state(answer, bar, classes, loud, lift=2 if later % 2 == 0 else 0)
            case 7 if self.palette.melody_bars > 2 or later % 2:
                self._state(other.opening().upside_down(), bar, classes, loud * 0.88)

    def _state(self, motif: Motif, bar: _Bar, classes: list[int], loud: float, lift: int = 0) -> None:
        """A motif from the chord's tone that is nearest to where the line was, unless one is still being played or this
        one wouldn't be over before the next mood or the ending: then its opening, or nothing.
        """
        if bar.start_s < self.busy_until_s - 0.01:
            return
        if bar.start_s + sum(motif.beats) * bar.beat_s > self.until_s + 0.05:
            motif = motif.opening()
            if bar.start_s + sum(motif.beats) * bar.beat_s > self.until_s + 0.05:
                return
        scale = self.palette.scale
        middle = self.tonic + 24
        aim = min(max(self.line, middle - 5), middle + 5) + lift
        start = nearest(aim, classes[:3])
        degree = min(range(-7, 15), key=lambda each: abs(pitch_at(middle, scale, each) - start))
        beat = 0.0
        for number, (step, beats) in enumerate(zip(motif.steps, motif.beats, strict=True)):
            pitch = pitch_at(middle, scale, degree + step)
            accent = 1.06 if beat % 2 == 0 else 0.98
            length = beats * bar.beat_s * (0.92 if number == len(motif.steps) - 1 else 1.02)
            self._play(self.palette.melody, bar.start_s + beat * bar.beat_s, length, pitch, loud * accent)
            self.line = pitch
            beat += beats
        self.busy_until_s = bar.start_s + beat * bar.beat_s

    def _play(self, player: str, start_s: float, length_s: float, pitch: int, velocity: float) -> None:
        # People are never exactly on the beat, nor twice alike.
        late = abs(self.random.gauss(0, 0.006))
        touch = velocity + self.random.gauss(0, 2.5)
        self.notes.append(Note(player, start_s + late, length_s, pitch, round(min(max(touch, 12), 112))))


def compose(sections: Sequence[Section], seed: int) -> Score:
    """The music for these sections, which follow each other without gaps; it ends with the last one."""
    random = Random(seed)  # noqa: S311 (music, not secrets)
    tonic = random.choice((48, 50, 51, 53, 55)) + 5
    theme = motif_of(f"theme {seed}")
    notes: list[Note] = []
    for number, section in enumerate(sections):
        palette = PALETTES[section.mood]
        last = number == len(sections) - 1
        ring_s = min(max(_FINAL_RING_S, 2 * 60 / palette.tempo_bpm), section.length_s) if last else 0.0
        writer = _Writer(section, section.end_s - ring_s, tonic, random, theme)
        for bar in _bars(section, section.length_s - ring_s, palette, random):
            writer.bar(bar)
        if last:
            writer.finish(section.end_s - ring_s, section.end_s)
        # Nobody plays on into the next mood.
        notes += [note for note in writer.notes if note.start_s < section.end_s]
    longest = PALETTES[max(sections, key=lambda section: section.length_s).mood]
    name = NOTE_NAMES[(tonic + longest.tonic_shift) % 12]
    key = f"{name} {MODE_NAMES[longest.scale]}"
    return Score(tuple(notes), key, longest.tempo_bpm, tuple(_swells(sections, tonic)))


def _swells(sections: Sequence[Section], tonic: int) -> list[Swell]:
    """On every change of scene, stronger where the mood changes with it; none at the film's edges."""
    end_s = sections[-1].end_s
    changes = {section.start_s: (1.0, section) for section in sections[1:]}
    for section in sections:
        for entry in section.entries:
            changes.setdefault(entry.at_s, (0.55, section))
    return [
        Swell(at_s, strength, nearest(33, [tonic + PALETTES[section.mood].tonic_shift]))
        for at_s, (strength, section) in sorted(changes.items())
        if 1.0 < at_s < end_s - 2.5
    ]


def _bars(section: Section, length_s: float, palette: Palette, random: Random) -> list[_Bar]:
    """The bars before the ending: as many beats as fit best, stretched a little to fill the time exactly. What is left over
    after the last whole bar makes it longer, or is a short one.
    """
    beats = max(1, round(length_s * palette.tempo_bpm / 60)) if length_s > 0.5 else 0
    if not beats:
        return []
    sizes = [_BEATS] * (beats // _BEATS)
    over = beats % _BEATS
    if over == 1 and sizes:
        sizes[-1] += 1
    elif over:
        sizes.append(over)
    chords: list[int] = []
    while len(chords) < len(sizes):
        progression: Progression = random.choice(palette.progressions)
        # A progression is heard twice before the next one, so that it can be known.
        chords += [*progression, *progression]
    beat_s = length_s / beats
    edges = [sum(sizes[:number]) for number in range(len(sizes) + 1)]
    return [
        _Bar(
            section.start_s + low * beat_s, beat_s, high - low, chords[number], number / max(len(sizes) - 1, 1), number
        )
        for number, (low, high) in enumerate(pairwise(edges))
    ]


def _above(low: int, offset: int, classes: Sequence[int]) -> int:
    return nearest(low + offset, classes)


def _led(before: list[int], classes: Sequence[int], lowest: int, highest: int) -> list[int]:
    """Each voice to the nearest free tone of the chord, inside the register."""
    voices: list[int] = []
    free = list(dict.fromkeys(classes))[: max(3, len(before))]
    for pitch in before:
        choice = min(free, key=lambda tone: (abs(nearest(pitch, [tone]) - pitch), tone))
        if len(free) > 1:
            free.remove(choice)
        led = nearest(pitch, [choice])
        led += 12 if led < lowest else -12 if led > highest else 0
        voices.append(led)
    return voices
