"""Film music by mood and scene: chords that lead into each other, a motif for each main character, and an ending that is one.

Every scene's section fills its time in whole beats, so that a change of mood falls on the change of scene. A character's motif
is heard when their scene begins, and comes back: higher, upside down, in part, answered by the other's. Eight bars make a
period; no two neighbours are played alike. The same seed writes the same notes.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from services.render_worker.craft.music.accompaniment import bass, led, strokes
from services.render_worker.craft.music.bars import PERIOD, Bar, bars_of
from services.render_worker.craft.music.moods import PALETTES, Palette
from services.render_worker.craft.music.motifs import Motif, motif_of
from services.render_worker.craft.music.places import Colour, colour_of
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

# The last chord rings for at least so long before the film's end.
_FINAL_RING_S = 3.2
# Where those who sing sound like themselves (MIDI keys), where the lowest voice stays, and the drums' middle.
_REGISTERS = {
    "flute": 79,
    "clarinet": 71,
    "oboe": 74,
    "horn": 62,
    "cello": 58,
    "vibraphone": 74,
    "accordion": 70,
    "choir": 67,
}
_DEEP, _TIMPANI = 42, 43
# What a tone that rubs against the chord, or is foreign to it, costs a motif for each beat it lasts; a semitone away from the line; and
# one more than an octave from the player's middle; and to go on in octaves or fifths with the bass.
_RUBS, _FOREIGN, _FAR, _STRAINED, _PARALLEL = 2.0, 0.3, 0.3, 0.5, 2.0


class _Writer:
    """Writes the parts of one section, bar by bar, each led from the one before."""

    def __init__(self, section: Section, tonic: int, random: Random, theme: Motif) -> None:
        self.palette: Palette = PALETTES[section.mood]
        self.tonic = tonic + self.palette.tonic_shift
        self.random = random
        self.turn = random.randrange(60)
        self.motifs = [theme]
        self.entries = sorted(section.entries, key=lambda entry: entry.at_s)
        # The bar in which who is heard now was last brought in.
        self.since = -2 if not section.entries else 0
        self.colour = Colour()
        self.notes: list[Note] = []
        self.voicing = [self.tonic + 9, self.tonic + 12, self.tonic + 16]
        self.line = self._middle(self.palette.melody)
        self.busy_until_s = 0.0

    def bar(self, bar: Bar) -> None:
        """All parts of one bar."""
        self._enter(bar)
        classes = self.chord(bar.degree)
        self.voicing = led(self.voicing, classes, self.tonic + 6, self.tonic + 22)
        # A section grows and lets go; within it every four bars breathe.
        arch = 0.88 + 0.2 * (1 - abs(2 * bar.place - 1.1) / 1.1)
        breath = (0.97, 1.0, 1.04, 0.98)[bar.number % 4]
        loud = self.palette.loudness * arch * breath
        thin = bar.period % 4 == 2
        for pitch in self.voicing:
            self._play(self.palette.pad, bar.start_s, bar.length_s * 1.04, pitch, loud * (0.78 if thin else 0.86))
        root = nearest(self._deep, [classes[0]])
        if not thin or bar.number % 2 == 0 or bar.first:
            self._bass(bar, root, classes, loud * 0.92)
        self._figure(bar, classes, loud * (0.85 if thin else 1.0))
        self._melody(bar, classes, loud)
        if self.palette.timpani and (bar.number % 4 == 0 or bar.first):
            self._play("timpani", bar.start_s, bar.beat_s * 2, nearest(_TIMPANI, [root]), loud * 0.8)

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
        self._play(self.palette.melody, start_s + 0.3, end_s - start_s, self._middle(self.palette.melody), loud * 0.7)
        if self.palette.timpani:
            self._play("timpani", start_s, 2.0, nearest(_TIMPANI, [self.tonic]), loud)

    def _enter(self, bar: Bar) -> None:
        """Whoever's scene has begun has the melody, and their place its players."""
        due = [entry for entry in self.entries if entry.at_s < bar.start_s + bar.length_s / 2]
        if due:
            self.entries = self.entries[len(due) :]
            if due[-1].character_ids:
                self.motifs = [motif_of(name) for name in due[-1].character_ids[:2]]
            self.colour = colour_of(due[-1].place)
            self.since = bar.number

    def _other(self, wanted: str, own: str, beside: str) -> str:
        """The place's player, or the mood's own where the place has none or it plays already."""
        return wanted if wanted and wanted != beside else own

    @property
    def _deep(self) -> int:
        """Where the bass goes: under every voice that speaks, above the cello's last string."""
        return max(self.tonic - 14, _DEEP)

    def _middle(self, player: str) -> int:
        """The tonic in the middle of what that player sings best."""
        return nearest(_REGISTERS[player], [self.tonic])

    def _bass(self, bar: Bar, root: int, classes: list[int], loud: float) -> None:
        """Held in slow music, in turns in the rest: root and fifth, or a step that leads to the next root."""
        following = nearest(self._deep, [self.chord(bar.after)[0]])
        scale = {(self.tonic + step) % 12 for step in self.palette.scale}
        # The step above or below the next root from which it is come to.
        lead = next((key for key in ((following - 1), (following + 1), (following - 2)) if key % 12 in scale), root)
        fifth = nearest(root + 6, [classes[2]])
        turn = self.turn // 7 + bar.number // 4 if self.palette.walks else 0
        for beat, beats, pitch in bass(turn, bar.beats, root, fifth, lead):
            accent = 1.0 if beat == 0 else 0.9
            self._play(
                self.palette.bass, bar.start_s + beat * bar.beat_s, beats * bar.beat_s * 0.96, pitch, loud * accent
            )

    def _figure(self, bar: Bar, classes: list[int], loud: float) -> None:
        palette = self.palette
        low = nearest(self.tonic - 2 if palette.pattern != "pulse" else self.tonic - 12, [classes[0]])
        ladder = [low, *(_above(low, offset, classes) for offset in (6, 11, 15))]
        # Every four bars another turn. A place's player begins its scene, and shares it with the mood's own period by period.
        place = self.colour.figure and (bar.number - self.since) // PERIOD % 2 == 0
        other = self._other(self.colour.figure, palette.other_figure, palette.figure)
        player = other if place or (bar.period + self.turn) % 4 in (1, 2) else palette.figure
        for stroke in strokes(palette.pattern, self.turn + bar.number // 4, bar.beats):
            at = bar.start_s + stroke.beat * bar.beat_s
            length = stroke.beats * bar.beat_s
            if stroke.step is None:
                for pitch in self.voicing:
                    self._play(player, at, length, pitch, loud * 0.84 * stroke.accent)
            # Now and then a hand leaves one out.
            elif stroke.beat == 0 or self.random.random() > 0.07:
                self._play(player, at, length, ladder[stroke.step], loud * 0.84 * stroke.accent)

    def _melody(self, bar: Bar, classes: list[int], loud: float) -> None:
        """Who has come in is heard at once; then a period of statement, echo, answer and rest."""
        away = bar.number - self.since
        first, other = self.motifs[0], self.motifs[-1]
        later = away // PERIOD
        match away % PERIOD:
            case 0 if away >= 0 and later % 4 != 2:
                self._state(first if later % 2 == 0 else other, bar, classes, loud)
            case 3 if self.palette.melody_bars > 1:
                self._state(first.opening(), bar, classes, loud * 0.88)
            case 4 if later % 4 != 2:
                answer = other if other is not first else first.upside_down() if later % 2 else first
                self._state(answer, bar, classes, loud, lift=2 if later % 2 == 0 else 0, answers=True)
            case 7 if self.palette.melody_bars > 2 or later % 2:
                self._state(other.opening().upside_down(), bar, classes, loud * 0.88, answers=True)

    def _state(
        self, motif: Motif, bar: Bar, classes: list[int], loud: float, lift: int = 0, *, answers: bool = False
    ) -> None:
        """A motif near to where the line was, unless one is still being played or this one wouldn't be over before the next scene or
        the ending: then its opening, or nothing. What answers is another player.
        """
        if bar.start_s < self.busy_until_s - 0.01:
            return
        if bar.start_s + sum(motif.beats) * bar.beat_s > bar.until_s + 0.05:
            motif = motif.opening()
            if bar.start_s + sum(motif.beats) * bar.beat_s > bar.until_s + 0.05:
                return
        player = self.palette.melody
        if answers:
            player = self._other(self.colour.answer, self.palette.answer, self.palette.melody)
        pitches = self._placed(motif, bar, classes, self._middle(player), lift)
        beat = 0.0
        for number, (pitch, beats) in enumerate(zip(pitches, motif.beats, strict=True)):
            accent = 1.06 if beat % 2 == 0 else 0.98
            length = beats * bar.beat_s * (0.92 if number == len(pitches) - 1 else 1.02)
            self._play(player, bar.start_s + beat * bar.beat_s, length, pitch, loud * accent)
            self.line = pitch
            beat += beats
        self.busy_until_s = bar.start_s + beat * bar.beat_s

    def _placed(self, motif: Motif, bar: Bar, classes: list[int], middle: int, lift: int) -> list[int]:
        """The motif's keys from that tone of the chord from which least of it rubs against the harmony, this bar's and the next
        one's. Its last tone may give way by a step to rest on the chord, as long as it still rises or falls as it should.
        """
        scale = self.palette.scale
        aim = min(max(self.line, middle - 5), middle + 5) + lift
        following = self.chord(bar.after)
        starts = [sum(motif.beats[:number]) for number in range(len(motif.beats))]
        chords = [classes if start < bar.beats else following for start in starts]
        # The tone that sounds when the bass goes on to the next bar.
        across = max(number for number, start in enumerate(starts) if start <= bar.beats)
        best: tuple[float, list[int]] | None = None
        for degree in range(-8, 16):
            first = pitch_at(middle, scale, degree)
            if first % 12 not in classes[:3] or abs(first - aim) > 7:
                continue
            for given in (0, 1, -1):
                steps = [*motif.steps[:-1], motif.steps[-1] + given]
                if _sign(steps[-1] - steps[-2]) != _sign(motif.steps[-1] - motif.steps[-2]):
                    continue
                keys = [pitch_at(middle, scale, degree + step) for step in steps]
                cost = _FAR * abs(first - aim) + 0.4 * abs(given)
                cost += sum(
                    _rub(key, chord) * beats for key, chord, beats in zip(keys, chords, motif.beats, strict=True)
                )
                if keys[across] != keys[0] and classes[0] != following[0]:
                    above = (keys[0] - classes[0]) % 12
                    cost += _PARALLEL * (above in (0, 7) and above == (keys[across] - following[0]) % 12)
                cost += _STRAINED * sum(max(0, abs(key - middle) - 12) for key in keys)
                if best is None or cost < best[0]:
                    best = (cost, keys)
        return best[1] if best else [pitch_at(middle, scale, step) for step in motif.steps]

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
        writer = _Writer(section, tonic, random, theme)
        for bar in bars_of(section, section.length_s - ring_s, palette, random, ends=last):
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


def _above(low: int, offset: int, classes: Sequence[int]) -> int:
    return nearest(low + offset, classes)


def _sign(steps: int) -> int:
    return (steps > 0) - (steps < 0)


def _rub(key: int, chord: Sequence[int]) -> float:
    """How much a tone hurts for each beat it stands over that chord."""
    if key % 12 in chord:
        return 0.0
    return _RUBS if any((key - tone) % 12 in (1, 11) for tone in chord) else _FOREIGN
