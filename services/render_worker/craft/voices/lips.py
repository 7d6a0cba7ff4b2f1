"""A line's mouth from its phonemes and its sound: which shape when, how far open, and how far out of step with the voice it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from services.render_worker.craft.mouths import LEVEL_HOP_MS, Key, MouthTrack, Viseme
from services.render_worker.craft.sound.pcm import samples_of_ms
from services.render_worker.craft.voices.phonemes import opening_of, shapes_of

Sound = npt.NDArray[np.floating]
Levels = npt.NDArray[np.float64]

# Lips are closed this much before the sound of the closure ends in a burst, and rounded this much before a vowel.
_CLOSES_EARLY_MS, _ROUNDS_EARLY_MS = 40.0, 35.0
# Shorter shapes flicker. A closure may be shorter: it is what an eye reads best.
_SHORTEST_MS, _SHORTEST_CLOSURE_MS = 60.0, 40.0
# In a shorter silence the mouth doesn't come to rest.
_REST_FROM_MS = 120.0
# A longer vowel follows the voice's level in parts.
_PART_MS = 140.0
_EARLY = {
    Viseme.CLOSED: _CLOSES_EARLY_MS,
    Viseme.BITE: _CLOSES_EARLY_MS,
    Viseme.PUCKER: _ROUNDS_EARLY_MS,
    Viseme.ROUND: _ROUNDS_EARLY_MS,
}
_LABIAL = frozenset({Viseme.CLOSED, Viseme.BITE})
# Two keys of one shape that differ less are one.
_SAME_OPENING = 0.08
# Measuring: how far mouth and voice may be apart to be found, and how finely they are compared.
_REACH_MS, _FINE_MS = 240, 5
# Both are compared as powers: whether there is voice and whether the mouth moves, more than how much. An "i" is as loud as an "a" and
# opens half as wide; over a short line that would look like a delay.
_EVENED = 0.4


@dataclass(frozen=True)
class _Held:
    """A shape held for a time, in milliseconds."""

    viseme: Viseme
    start: float
    end: float

    @property
    def length(self) -> float:
        return self.end - self.start


def mouth_of(phonemes: Sequence[tuple[str, float, float]], sound: Sound) -> MouthTrack:
    """The mouth of a line: `phonemes` are (IPA, start, end) in milliseconds, `sound` its mono samples at 48 kHz."""
    duration_ms = len(sound) * 1000 // samples_of_ms(1000)
    levels = levels_of(sound)
    shapes = _settled(_anticipated(_shapes(phonemes, duration_ms)))
    keys: list[Key] = []
    for shape in _in_parts(shapes):
        opening = _opening(shape, levels)
        if keys and keys[-1].viseme == shape.viseme and abs(keys[-1].opening - opening) < _SAME_OPENING:
            continue
        keys.append(Key(round(shape.start), shape.viseme, opening))
    if not keys or keys[0].at_ms > 0:
        keys.insert(0, Key(0, Viseme.REST, 0.0))
    return MouthTrack(duration_ms, tuple(keys), tuple(float(level) for level in levels))


def levels_of(sound: Sound) -> Levels:
    """How loud the voice is every LEVEL_HOP_MS, 0.0 to 1.0: as an ear compares, and 1.0 where it is as loud as in its loud syllables."""
    hop = samples_of_ms(LEVEL_HOP_MS)
    if not len(sound):
        return np.zeros(0)
    padded = np.pad(sound, (0, -len(sound) % hop)).reshape(-1, hop)
    rms = np.sqrt(np.mean(np.square(padded, dtype=np.float64), axis=1))
    loud = float(np.percentile(rms, 92))
    levels: Levels = np.clip(rms / loud, 0.0, 1.0) ** 0.65 if loud > 1e-5 else np.zeros(len(rms))
    return np.round(levels, 3)


def offset_ms(track: MouthTrack, sound: Sound) -> float:
    """How much later (+) or earlier (-) the mouth opens than the voice sounds: where the cross-correlation of the mouth's opening
    with the level of the mono sound at 48 kHz peaks, within 240 ms. 0.0 where either never moves.
    """
    if not len(sound):
        return 0.0
    hop = samples_of_ms(_FINE_MS)
    padded = np.pad(np.square(sound, dtype=np.float64), (0, -len(sound) % hop)).reshape(-1, hop).mean(axis=1)
    width = 40 // _FINE_MS
    level = np.sqrt(np.convolve(padded, np.hanning(width + 2)[1:-1], mode="same"))
    level = (level / max(float(level.max(initial=0.0)), 1e-9)) ** _EVENED
    # Before and after the line the mouth is at rest and the voice silent: where a line begins and ends says most.
    reach = _REACH_MS // _FINE_MS
    level = np.pad(level, reach)
    moments = (np.arange(-reach, len(level) - reach) + 0.5) * _FINE_MS
    opening = np.array([track.at(moment).opening for moment in moments]) ** _EVENED
    if level.std() < 1e-6 or opening.std() < 1e-6:
        return 0.0
    likeness = np.correlate(np.pad(opening - opening.mean(), reach), level - level.mean(), mode="valid")
    # The next syllable is like this one: of two fits the nearer is the right one. From there to the peak itself.
    best = int(np.argmax(likeness * (1 - np.abs(np.arange(-reach, reach + 1)) / (2 * reach))))
    while 0 < best < len(likeness) - 1 and likeness[best] < (top := likeness[best - 1 : best + 2].max()):
        best += -1 if likeness[best - 1] == top else 1
    if 0 < best < len(likeness) - 1:
        before, at, after = likeness[best - 1 : best + 2]
        bend = before - 2 * at + after
        return float((best - reach + (0.5 * (before - after) / bend if bend else 0.0)) * _FINE_MS)
    return float((best - reach) * _FINE_MS)


def heard_phonemes(sound: Sound) -> list[tuple[str, float, float]]:
    """What a mouth may be doing, from the sound alone, for voices that come without phonemes: every 80 ms a vowel by where its
    energy lies, a consonant where it is weak or hisses, or silence.
    """
    step = samples_of_ms(80)
    count = len(sound) // step
    if not count:
        return []
    frames = np.abs(np.fft.rfft(np.asarray(sound[: count * step], np.float64).reshape(count, step) * np.hanning(step)))
    hertz = np.fft.rfftfreq(step, 1 / samples_of_ms(1000))

    def energy(low: float, high: float) -> Levels:
        return np.asarray(np.square(frames[:, (hertz >= low) & (hertz < high)]).sum(axis=1))

    whole = energy(90, 12_000)
    loud = float(np.percentile(whole, 92)) or 1.0
    found: list[tuple[str, float, float]] = []
    hiss, first, second, front = energy(4000, 12_000), energy(250, 500), energy(600, 1100), energy(1700, 2800)
    for index in range(count):
        if whole[index] < 0.0015 * loud:
            name = ""
        elif hiss[index] > 0.4 * whole[index]:
            name = "s"
        elif whole[index] < 0.03 * loud:
            name = "n"
        elif second[index] > 0.8 * first[index]:
            name = "a"
        elif front[index] > 0.12 * first[index]:
            name = "i" if second[index] < 0.15 * first[index] else "e"
        else:
            name = "o" if second[index] > 0.2 * first[index] else "u"
        found.append((name, index * 80.0, (index + 1) * 80.0))
    return found


def _shapes(phonemes: Sequence[tuple[str, float, float]], duration_ms: float) -> list[_Held]:
    """Shape after shape without gaps, from 0 to the line's end."""
    shapes: list[_Held] = []
    at = 0.0
    for name, start, end in phonemes:
        start, end = max(start, at), min(end, duration_ms)
        if end <= start:
            continue
        if start > at:
            shapes.append(_Held(Viseme.REST, at, start))
        told = shapes_of(name)
        # The first part of a diphthong or an affricate is the longer one.
        middle = start + 0.6 * (end - start)
        shapes += (
            [_Held(told[0], start, end)]
            if len(told) == 1
            else [_Held(told[0], start, middle), _Held(told[1], middle, end)]
        )
        at = end
    if at < duration_ms:
        shapes.append(_Held(Viseme.REST, at, duration_ms))
    return shapes


def _anticipated(shapes: list[_Held]) -> list[_Held]:
    """Lips that close or round do so while the sound before is still heard, at the cost of no more than half of it."""
    moved = list(shapes)
    for place in range(1, len(moved)):
        before, shape = moved[place - 1], moved[place]
        early = min(_EARLY.get(shape.viseme, 0.0), before.length / 2)
        if early and before.viseme != Viseme.CLOSED:
            moved[place - 1] = replace(before, end=before.end - early)
            moved[place] = replace(shape, start=shape.start - early)
    return moved


def _settled(shapes: list[_Held]) -> list[_Held]:
    """Without shapes too short to be seen: a closure takes what it needs from what follows, a short rest is bridged, anything
    else gives its time to the more open of its neighbours.
    """
    whole = [shape for shape in shapes if shape.length > 0]
    whole = _with_closures(whole)
    place = 0
    while place < len(whole):
        shape = whole[place]
        least = _SHORTEST_CLOSURE_MS if shape.viseme in _LABIAL else _SHORTEST_MS
        if shape.viseme == Viseme.REST and 0 < place < len(whole) - 1:
            least = _REST_FROM_MS
        if shape.length >= least or len(whole) == 1:
            place += 1
            continue
        before = whole[place - 1] if place else None
        after = whole[place + 1] if place + 1 < len(whole) else None
        takes_before = after is None or (before is not None and _weight(before) >= _weight(after))
        if takes_before and before is not None:
            whole[place - 1 : place + 1] = [replace(before, end=shape.end)]
        elif after is not None:
            whole[place : place + 2] = [replace(after, start=shape.start)]
        place = max(0, place - 1)
    return whole


def _with_closures(shapes: list[_Held]) -> list[_Held]:
    longer = list(shapes)
    for place, shape in enumerate(longer[:-1]):
        after = longer[place + 1]
        missing = _SHORTEST_MS - shape.length
        if shape.viseme in _LABIAL and 0 < missing < after.length - _SHORTEST_MS:
            longer[place] = replace(shape, end=shape.end + missing)
            longer[place + 1] = replace(after, start=after.start + missing)
    return longer


def _weight(shape: _Held) -> float:
    """How gladly a shape takes the time of a neighbour: vowels first, a mouth at rest or closed last."""
    return -1.0 if shape.viseme in (Viseme.REST, *_LABIAL) else opening_of(shape.viseme)


def _in_parts(shapes: Sequence[_Held]) -> list[_Held]:
    parts: list[_Held] = []
    for shape in shapes:
        count = 1 if opening_of(shape.viseme) < 0.3 else max(1, int(shape.length // _PART_MS))
        edges = np.linspace(shape.start, shape.end, count + 1)
        parts += [replace(shape, start=float(low), end=float(high)) for low, high in pairwise(edges)]
    return parts


def _opening(shape: _Held, levels: Levels) -> float:
    """The shape's own opening, by how loud the voice is meanwhile; closed lips stay closed."""
    own = opening_of(shape.viseme)
    if not own or not len(levels):
        return own
    first = int(shape.start // LEVEL_HOP_MS)
    heard = levels[first : max(first + 1, int(shape.end // LEVEL_HOP_MS))]
    level = float(heard.mean()) if len(heard) else 0.0
    return round(min(1.0, own * (0.35 + 0.75 * level)), 3)
