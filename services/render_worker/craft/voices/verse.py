"""Verse as it is recited and sung: where its lines part, how long each syllable is, and on which tone it stands.

A Sanskrit line counts its syllables: a light one (laghu) is one measure long, a heavy one (guru) two, the last of a quarter
counts as heavy. A poem in another language keeps its own rhythm; its lines part with a breath.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from services.render_worker.craft.draws import drawn_from
from services.render_worker.craft.voices.speech_plan import Phrase, phrases_of

# One measure of a sloka at an unhurried pace; five or six a second is how it is recited.
_MEASURE_MS = 178.0
_QUARTER_MS, _HALF_MS, _VERSE_MS = 240.0, 560.0, 900.0
_LINE_MS, _STANZA_MS = 360.0, 780.0
# A line of verse from which on it is made of two quarters: 8 syllables each in a sloka, 11 to 15 in the longer metres.
_LEAST_HALF = 16
_LINE_ENDS = re.compile(r"[ \t]*(?:\n\s*|\s/\s+|[।॥][।॥\s\d०-९.–-]*)")
_STANZA = re.compile(r"\n\s*\n|//")
_CONSONANTS = frozenset(chr(code) for code in (*range(0x0915, 0x093A), *range(0x0958, 0x0960)))
_SHORT: Final = frozenset("अइउऋऌिुृॢ")
_LONG: Final = frozenset("आईऊएऐओऔॠॡऎऒऍऑॲािीूेैोौॄॣॅॉॆॊ") - _SHORT
_CLOSING: Final = frozenset("\u0901\u0902\u0903")
_HALANT, _NUKTA = "\u094d", "\u093c"
# Words that hardly a sentence of Hindi does without, and that Sanskrit doesn't have.
_HINDI_WORDS = "है हैं हूँ था थी थे का के की को में से और नहीं पर यह वह भी मैं तुम हम जो तो कर"
_HINDI: Final = frozenset(_HINDI_WORDS.split())
# The chant: around the voice's own tone, up a whole tone in the middle of a quarter, below it before the end of a half.
_RISE, _FALL = 2, -2

# Sung: five tones that never clash with a drone or a chord, bright or dark.
_BRIGHT, _DARK = (0, 2, 4, 7, 9), (0, 3, 5, 7, 10)
_BEAT_MS = 330.0


def weights_of(text: str) -> list[int]:
    """For each syllable of a stretch of Devanagari 1 (laghu) or 2 (guru); the last is always 2.

    A syllable is heavy when its vowel is long, has an anusvara or visarga, or two consonants follow.
    """
    heavy: list[bool] = []
    consonants = 0

    def sounded(long: bool) -> None:
        nonlocal consonants
        if heavy and consonants >= 2:
            heavy[-1] = True
        heavy.append(long)
        consonants = 0

    letters = [letter for letter in text if letter != _NUKTA]
    for place, letter in enumerate(letters):
        after = letters[place + 1] if place + 1 < len(letters) else ""
        if letter in _CONSONANTS:
            consonants += 1
            if after != _HALANT and after not in _SHORT | _LONG:
                sounded(False)
        elif letter == "ॐ":
            sounded(True)
        elif letter in _SHORT or letter in _LONG:
            sounded(letter in _LONG)
        elif letter in _CLOSING and heavy:
            heavy[-1] = True
    return [2 if each or place == len(heavy) - 1 else 1 for place, each in enumerate(heavy)]


def is_sanskrit(text: str) -> bool:
    """Whether verse in Devanagari is Sanskrit rather than Hindi: it has dandas, none of Hindi's small words, and either words as
    Hindi doesn't end them (ः, a halant, ं, an avagraha) or lines of sixteen syllables.
    """
    words = set(re.findall("[\u0900-\u0963\u0970-\u097f]+", text))
    if not words or not re.search("[।॥]", text) or words & _HINDI:
        return False
    foreign = any(word.endswith(("ः", _HALANT, "ं")) or "ऽ" in word for word in words)
    return foreign or all(len(weights_of(text[begin:end])) == _LEAST_HALF for begin, end, _ in _lines(text))


def chanted(text: str, *, pace: float = 1.0, pauses: float = 1.0) -> list[Phrase]:
    """The quarters of Sanskrit verse, each syllable with its tone and length; a pause at each, a longer one at a danda."""
    phrases: list[Phrase] = []
    for begin, end, mark in _lines(text):
        spans = _quarters(text, begin, end)
        for number, (first, last) in enumerate(spans):
            ends_half = number == len(spans) - 1
            pause_ms = _QUARTER_MS if not ends_half else _VERSE_MS if "॥" in mark else _HALF_MS
            weights = weights_of(text[first:last])
            if not weights:
                phrases.append(Phrase(first, last, pause_ms * pauses))
                continue
            phrases.append(
                Phrase(
                    first,
                    last,
                    pause_ms * pauses,
                    tones=_chant(len(weights), falls=ends_half),
                    lengths_ms=tuple(_MEASURE_MS * weight / pace for weight in weights),
                )
            )
    return _without_last_pause(phrases)


def recited(text: str, *, pauses: float = 1.0) -> list[Phrase]:
    """The lines of a poem: said evenly, with a breath at each end of a line and a longer one between stanzas."""
    phrases: list[Phrase] = []
    for begin, end, mark in _lines(text):
        inner = phrases_of(text[begin:end], pauses=0.75 * pauses)
        for phrase in inner:
            # Half the usual variation: verse goes on at its pace.
            phrases.append(
                replace(
                    phrase,
                    begin=phrase.begin + begin,
                    end=phrase.end + begin,
                    rate=1 + (phrase.rate - 1) / 2,
                    pitch=phrase.pitch / 2,
                )
            )
        if inner:
            rest = _STANZA_MS if _STANZA.search(mark) or "॥" in mark else _LINE_MS
            phrases[-1] = replace(phrases[-1], pause_ms=rest * pauses)
    return _without_last_pause(phrases)


def sung(phrase: Phrase, stresses: Sequence[bool], text: str, *, dark: bool, last: bool, pace: float = 1.0) -> Phrase:
    """The phrase with a tune for its syllables (`stresses`: which of them are stressed): an arch over five tones, which ends
    on the key-note at the end of the text and above it before.
    """
    scale = _DARK if dark else _BRIGHT
    draw = drawn_from("tune", text[phrase.begin : phrase.end])
    top = draw.choice((2, 3, 3, 4))
    start = draw.choice((0, 0, 1))
    count = len(stresses)
    tones: list[int] = []
    lengths: list[float] = []
    for number, stressed in enumerate(stresses):
        share = number / max(count - 1, 1)
        height = start + (top - start) * (1 - (2 * share - 0.9) ** 2)
        step = round(height) + (draw.choice((0, 0, 1, -1)) if not stressed else 0)
        tones.append(scale[min(max(step, 0), len(scale) - 1)])
        lengths.append(_BEAT_MS * (1.0 if stressed else 0.75) / pace)
    if count:
        tones[-1] = scale[0] if last else scale[1]
        lengths[-1] = _BEAT_MS * 2.0 / pace
    return replace(phrase, tones=tuple(tones), lengths_ms=tuple(lengths))


def _lines(text: str) -> list[tuple[int, int, str]]:
    """(begin, end, what ends it) of each line with something in it."""
    lines: list[tuple[int, int, str]] = []
    begin = 0
    for match in [*_LINE_ENDS.finditer(text), None]:
        end = match.start() if match else len(text)
        mark = match.group() if match else ""
        if re.search(r"\w", text[begin:end]):
            lines.append((begin, end, mark))
        elif lines:
            lines[-1] = (*lines[-1][:2], lines[-1][2] + mark)
        begin = match.end() if match else end
    return lines


def _quarters(text: str, begin: int, end: int) -> list[tuple[int, int]]:
    """A line of two quarters cut between them, where a word ends there."""
    count = len(weights_of(text[begin:end]))
    if count >= _LEAST_HALF and count % 2 == 0:
        for gap in re.finditer(r"\s+", text[begin:end]):
            if len(weights_of(text[begin : begin + gap.start()])) == count // 2:
                return [(begin, begin + gap.start()), (begin + gap.end(), end)]
    return [(begin, end)]


def _chant(count: int, *, falls: bool) -> tuple[int, ...]:
    """The three tones of recitation: a quarter that goes on rises over its middle, one that ends a half comes from below, rises for
    a moment after its middle and touches the low tone before its last syllable.
    """
    if not falls:
        return tuple(0 if number < 2 or number >= count - 2 else _RISE for number in range(count))
    middle = count // 2
    tones = [_RISE if middle - 1 <= number <= middle and count > 4 else 0 for number in range(count)]
    if count >= 2:
        tones[-2] = _FALL
    if count >= 6:
        tones[0] = _FALL
    return tuple(tones)


def _without_last_pause(phrases: list[Phrase]) -> list[Phrase]:
    return [*phrases[:-1], replace(phrases[-1], pause_ms=0.0)] if phrases else []
