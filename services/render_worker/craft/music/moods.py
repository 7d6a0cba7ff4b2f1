"""What each mood sounds like: its pace, its scale, its harmonies and who plays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from services.render_worker.craft.music.score import DORIAN, LYDIAN, MAJOR, MINOR, MIXOLYDIAN, PHRYGIAN

# Four chords, as degrees of the scale (0: the tonic).
Progression = tuple[int, int, int, int]


@dataclass(frozen=True)
class Palette:
    """How a mood is composed. Velocities are MIDI's."""

    tempo_bpm: float
    scale: tuple[int, ...]
    # The tonic stands this far from the film's: moods in minor take the relative key, so that scenes follow smoothly.
    tonic_shift: int
    progressions: tuple[Progression, ...]
    pad: str
    # "arpeggio", "broken", "pulse", "chords" or "sparse".
    pattern: str
    figure: str
    melody: str
    bass: str
    loudness: int
    # Who takes the figure over for a while, and who answers the melody.
    other_figure: str
    answer: str
    # The two chords before the last one.
    cadence: tuple[int, int]
    # Whether the bass moves within a bar.
    walks: bool = True
    # How talkative the melody is: 1 says what it must, 3 also fills the pauses.
    melody_bars: int = 2
    # A colour on top of the triads, as scale steps over the root: 6 a seventh, 8 a ninth.
    colour: int = 0
    timpani: bool = False


PALETTES: Final[dict[str, Palette]] = {
    "calm": Palette(
        tempo_bpm=66,
        scale=LYDIAN,
        tonic_shift=0,
        progressions=((0, 1, 0, 4), (0, 5, 1, 0), (0, 2, 5, 1), (0, 4, 1, 5), (5, 1, 0, 2), (0, 1, 2, 1)),
        pad="warm_pad",
        pattern="arpeggio",
        figure="piano",
        melody="flute",
        bass="bass",
        loudness=58,
        other_figure="harp",
        answer="clarinet",
        cadence=(1, 4),
        walks=False,
        colour=8,
    ),
    "happy": Palette(
        tempo_bpm=108,
        scale=MIXOLYDIAN,
        tonic_shift=0,
        progressions=((0, 6, 3, 0), (0, 3, 6, 3), (0, 1, 3, 6), (0, 5, 3, 6), (0, 4, 3, 0), (5, 3, 6, 0)),
        pad="strings",
        pattern="broken",
        figure="guitar",
        melody="clarinet",
        bass="bass",
        loudness=66,
        other_figure="pizzicato",
        answer="flute",
        cadence=(3, 6),
        melody_bars=3,
    ),
    "sad": Palette(
        tempo_bpm=58,
        scale=MINOR,
        tonic_shift=-3,
        progressions=((0, 5, 2, 6), (0, 3, 5, 4), (0, 6, 5, 3), (0, 2, 3, 4), (5, 2, 6, 0), (0, 4, 5, 2)),
        pad="slow_strings",
        pattern="sparse",
        figure="piano",
        melody="cello",
        bass="cello",
        loudness=56,
        other_figure="harp",
        answer="oboe",
        cadence=(3, 4),
        walks=False,
        colour=8,
    ),
    "tense": Palette(
        tempo_bpm=92,
        scale=PHRYGIAN,
        tonic_shift=-3,
        progressions=((0, 0, 1, 0), (0, 1, 3, 1), (0, 5, 6, 1), (0, 6, 1, 0), (3, 0, 5, 1), (0, 2, 1, 6)),
        pad="slow_strings",
        pattern="pulse",
        figure="pizzicato",
        melody="horn",
        bass="bass",
        loudness=62,
        other_figure="piano",
        answer="cello",
        cadence=(6, 1),
        melody_bars=1,
        timpani=True,
    ),
    "tender": Palette(
        tempo_bpm=72,
        scale=MAJOR,
        tonic_shift=0,
        progressions=((0, 2, 5, 3), (3, 0, 1, 4), (0, 4, 3, 0), (0, 5, 1, 4), (3, 4, 2, 5), (0, 1, 2, 3)),
        pad="slow_strings",
        pattern="arpeggio",
        figure="harp",
        melody="oboe",
        bass="cello",
        loudness=57,
        other_figure="piano",
        answer="flute",
        cadence=(3, 4),
        walks=False,
        colour=6,
    ),
    "mysterious": Palette(
        tempo_bpm=70,
        scale=DORIAN,
        tonic_shift=-3,
        progressions=((0, 3, 0, 6), (0, 2, 3, 0), (0, 6, 3, 0), (0, 1, 0, 3), (0, 4, 6, 3), (2, 6, 3, 0)),
        pad="space_voice",
        pattern="arpeggio",
        figure="celesta",
        melody="vibraphone",
        bass="bass",
        loudness=56,
        other_figure="harp",
        answer="clarinet",
        cadence=(3, 6),
        walks=False,
        colour=8,
    ),
    "triumphant": Palette(
        tempo_bpm=96,
        scale=MAJOR,
        tonic_shift=0,
        progressions=((0, 3, 4, 0), (5, 3, 0, 4), (0, 4, 3, 4), (0, 5, 3, 4), (3, 4, 5, 3), (0, 2, 3, 4)),
        pad="strings",
        pattern="chords",
        figure="piano",
        melody="horn",
        bass="bass",
        loudness=72,
        other_figure="pizzicato",
        answer="clarinet",
        cadence=(3, 4),
        melody_bars=3,
        timpani=True,
    ),
}
MOODS: Final[tuple[str, ...]] = tuple(PALETTES)
