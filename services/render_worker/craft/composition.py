"""Film music by mood: chords that lead into each other, a motif that comes back, and an ending that is one.

Every scene's section fills its time in whole bars, so that a change of mood falls on the change of scene. The same seed
writes the same notes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from services.render_worker.craft.moods import PALETTES, Palette, Progression
from services.render_worker.craft.score import MAJOR, NOTE_NAMES, Note, Score, Section, nearest, pitch_at

_BEATS = 4
# The last chord rings for at least so long before the film's end.
_FINAL_RING_S = 3.2
_PATTERN_STEPS = {
    "arpeggio": (0, 1, 2, 3, 2, 1, 2, 1),
    "broken": (0, 2, 1, 2, 3, 2, 1, 2),
    "pulse": (0, 0, 0, 0, 0, 0, 0, 0),
}


@dataclass(frozen=True)
class _Bar:
    """One bar of a section: when it is, its chord's root (as a degree), and how far the section has come (0 to 1)."""

    start_s: float
    length_s: float
    degree: int
    place: float
    number: int

    @property
    def beat_s(self) -> float:
        return self.length_s / _BEATS


class _Writer:
    """Writes the parts of one section, bar by bar, each led from the one before."""

    def __init__(self, section: Section, tonic: int, random: Random, motif: Sequence[int]) -> None:
        self.palette: Palette = PALETTES[section.mood]
        self.tonic = tonic + self.palette.tonic_shift
        self.random = random
        self.motif = motif
        self.rhythms = random.sample(self.palette.rhythms, len(self.palette.rhythms))
        self.notes: list[Note] = []
        self.voicing = [self.tonic + 12, self.tonic + 16, self.tonic + 19]
        self.line = self.tonic + 24

    def bar(self, bar: _Bar) -> None:
        """All parts of one bar."""
        classes = self.chord(bar.degree)
        self.voicing = _led(self.voicing, classes, self.tonic + 9, self.tonic + 26)
        swell = 0.86 + 0.2 * (1 - abs(2 * bar.place - 1))
        loud = self.palette.loudness * swell
        for pitch in self.voicing:
            self._play(self.palette.pad, bar.start_s, bar.length_s * 1.04, pitch, loud * 0.86)
        root = nearest(self.tonic - 8, [classes[0]])
        self._play(self.palette.bass, bar.start_s, bar.length_s * 0.96, root, loud * 0.92)
        self._figure(bar, classes, loud)
        # Four bars are the accompaniment's alone before the melody enters, and it breathes after each phrase.
        if bar.number % 8 >= 4 - self.palette.melody_bars and bar.number % 4 < self.palette.melody_bars:
            self._melody(bar, classes, loud)
        if self.palette.timpani and bar.number % 4 == 0:
            self._play("timpani", bar.start_s, bar.beat_s * 2, root - 12 if root > 47 else root, loud * 0.8)

    def chord(self, degree: int) -> list[int]:
        """The pitch classes of the chord on a degree, root first, with the mood's colour."""
        steps = [0, 2, 4] + ([self.palette.colour] if self.palette.colour and degree in (0, 3) else [])
        return [pitch_at(self.tonic, self.palette.scale, degree + step) % 12 for step in steps]

    def finish(self, start_s: float, end_s: float) -> None:
        """The tonic, rolled upwards and left to ring until the end."""
        third = 4 if self.palette.scale == MAJOR else 3
        loud = self.palette.loudness
        chord = [self.tonic, self.tonic + 7, self.tonic + 12, self.tonic + 12 + third, self.tonic + 19]
        for place, pitch in enumerate(chord):
            self._play(self.palette.figure, start_s + 0.07 * place, end_s - start_s, pitch, loud * 0.95)
            self._play(self.palette.pad, start_s, end_s - start_s, pitch, loud * 0.8)
        self._play(self.palette.bass, start_s, end_s - start_s, self.tonic - 12, loud)
        self._play(self.palette.melody, start_s + 0.3, end_s - start_s, self.tonic + 24, loud * 0.8)
        if self.palette.timpani:
            self._play("timpani", start_s, 2.0, nearest(43, [self.tonic]), loud)

    def _figure(self, bar: _Bar, classes: list[int], loud: float) -> None:
        low = nearest(self.tonic - 2 if self.palette.pattern != "pulse" else self.tonic - 12, [classes[0]])
        ladder = [low, *(_above(low, offset, classes) for offset in (6, 11, 15))]
        match self.palette.pattern:
            case "chords":
                for beat in (0.0, 1.5, 2.0, 3.0):
                    for pitch in self.voicing:
                        self._play(
                            self.palette.figure, bar.start_s + beat * bar.beat_s, bar.beat_s * 0.9, pitch, loud * 0.72
                        )
            case "sparse":
                for beat, step in ((0.0, 0), (1.0, 2), (2.0, 3)):
                    self._play(
                        self.palette.figure, bar.start_s + beat * bar.beat_s, bar.beat_s * 2, ladder[step], loud * 0.9
                    )
            case pattern:
                eighth = bar.beat_s / 2
                for number, step in enumerate(_PATTERN_STEPS[pattern]):
                    accent = 1.0 if number % 4 == 0 else 0.82
                    length = eighth * (0.8 if pattern == "pulse" else 2.2)
                    self._play(
                        self.palette.figure, bar.start_s + number * eighth, length, ladder[step], loud * 0.84 * accent
                    )

    def _melody(self, bar: _Bar, classes: list[int], loud: float) -> None:
        rhythm = self.rhythms[bar.number % 4 % len(self.rhythms)]
        beat = 0.0
        for number, length in enumerate(rhythm):
            aim = self.line + self.motif[(bar.number * 3 + number) % len(self.motif)]
            aim = min(max(aim, self.tonic + 17), self.tonic + 32)
            scale = [self.tonic + step for step in self.palette.scale]
            pitch = nearest(aim, classes[:3] if number == 0 or length >= 2 else scale)
            self._play(self.palette.melody, bar.start_s + beat * bar.beat_s, length * bar.beat_s * 0.97, pitch, loud)
            self.line = pitch
            beat += length

    def _play(self, player: str, start_s: float, length_s: float, pitch: int, velocity: float) -> None:
        # People are never exactly on the beat, nor twice alike.
        late = abs(self.random.gauss(0, 0.006))
        touch = velocity + self.random.gauss(0, 2.5)
        self.notes.append(Note(player, start_s + late, length_s, pitch, round(min(max(touch, 12), 112))))


def compose(sections: Sequence[Section], seed: int) -> Score:
    """The music for these sections, which follow each other without gaps; it ends with the last one."""
    random = Random(seed)  # noqa: S311 (music, not secrets)
    tonic = random.choice((48, 50, 51, 53, 55)) + 5
    motif = [random.choice((-4, -2, 2, 3, 4, 5)) for _ in range(3)]
    motif = [0, *motif, -sum(motif)]
    notes: list[Note] = []
    for number, section in enumerate(sections):
        writer = _Writer(section, tonic, random, motif)
        last = number == len(sections) - 1
        ring_s = min(max(_FINAL_RING_S, 2 * 60 / writer.palette.tempo_bpm), section.length_s) if last else 0.0
        for bar in _bars(section, section.length_s - ring_s, writer.palette, random):
            writer.bar(bar)
        if last:
            writer.finish(section.end_s - ring_s, section.end_s)
        notes += writer.notes
    longest = PALETTES[max(sections, key=lambda section: section.length_s).mood]
    name = NOTE_NAMES[(tonic + longest.tonic_shift) % 12]
    return Score(tuple(notes), f"{name} {'major' if longest.scale == MAJOR else 'minor'}", longest.tempo_bpm)


def _bars(section: Section, length_s: float, palette: Palette, random: Random) -> list[_Bar]:
    """The bars before the ending: as many as fit best, stretched to fill the time exactly."""
    count = max(1, round(length_s * palette.tempo_bpm / 60 / _BEATS)) if length_s > 0.5 else 0
    chords: list[int] = []
    while len(chords) < count:
        progression: Progression = random.choice(palette.progressions)
        # A progression is heard twice before the next one, so that it can be known.
        chords += [*progression, *progression]
    bar_s = length_s / max(count, 1)
    return [
        _Bar(section.start_s + number * bar_s, bar_s, chords[number], number / max(count - 1, 1), number)
        for number in range(count)
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
