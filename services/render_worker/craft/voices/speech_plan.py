"""A line cut into phrases: where a speaker breathes, for how long, and how each phrase is said a little differently.

A synthesiser says every sentence alike. Here the length of a pause follows the punctuation, and pace, pitch and liveliness
move a little from phrase to phrase, drawn from the text, so that the same line is always said the same way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from services.render_worker.craft.draws import drawn_from


@dataclass(frozen=True)
class Phrase:
    """A stretch of the text that is said in one breath, and the silence after it."""

    begin: int
    end: int
    pause_ms: float
    # Factors on the voice's own pace and range, and steps of its pitch.
    rate: float = 1.0
    pitch: float = 0.0
    range: float = 1.0
    # Verse that is chanted or sung: for each syllable its tone in semitones over the voice's own and its length in
    # milliseconds, from vowel to vowel. Empty: plain speech.
    tones: tuple[int, ...] = ()
    lengths_ms: tuple[float, ...] = ()


_CLOSING = "[\"'”’»)\\]」』）›]*"
# Longest first: what a mark says about the silence after it, in milliseconds.
_MARKS: Final = (
    (re.compile(rf"(?:\.{{2,}}|…)[.!?…]*{_CLOSING}(?=\s|$)"), 520.0),
    (re.compile(rf"[.!?؟۔։।॥]+{_CLOSING}(?=\s|$)"), 400.0),
    (re.compile(rf"[。！？]+{_CLOSING}"), 400.0),
    (re.compile(rf"(?:[;:؛]+{_CLOSING}(?=\s|$)|[；：]+{_CLOSING})"), 280.0),
    (re.compile(r"(?:\s[–—-]+(?=\s|$)|[–—]+)"), 270.0),
    (re.compile(rf"(?:[,،]+{_CLOSING}(?=\s|$)|[、，]+{_CLOSING})"), 170.0),
)
_LINE_MS, _PARAGRAPH_MS = 420.0, 640.0
# From a paragraph's first phrase to its last, in steps of pitch (1.1 semitones); and the last one's pace.
_SINKS_STEPS, _LAST_PACE = 4.5, 0.97
# A full stop after one of these, after one letter or after a number before a small letter ends no sentence.
_TITLES = "mr mrs ms dr st prof sr sra jr hr fr mme mlle vs bzw gen col lt sgt rev capt hon dott dipl ing др проф г ул"
_ABBREVIATIONS: Final = frozenset(_TITLES.split())
_LAST_WORD = re.compile(r"[^\W\d_]+$")
_SOMETHING = re.compile(r"\w")


def phrases_of(text: str, *, pauses: float = 1.0) -> list[Phrase]:
    """The phrases of a text in order; together they hold all of it, and the last has no pause. None without a letter or digit.

    `pauses` makes all silences that much longer.
    """
    cuts = [*_cuts(text), (len(text), 0.0)]
    phrases: list[Phrase] = []
    begin = 0
    for end, pause_ms in cuts:
        if not _SOMETHING.search(text, begin, end):
            # A mark alone belongs to the phrase before it.
            if phrases:
                phrases[-1] = replace(phrases[-1], end=end, pause_ms=max(phrases[-1].pause_ms, pause_ms * pauses))
                begin = end
            continue
        phrases.append(Phrase(begin, end, pause_ms * pauses))
        begin = end
    if phrases:
        phrases[-1] = replace(phrases[-1], pause_ms=0.0)
    return _sinking([_varied(phrase, text) for phrase in phrases])


def _cuts(text: str) -> list[tuple[int, float]]:
    """Where phrases end, and the silence there."""
    found: dict[int, float] = {}
    for mark, pause_ms in _MARKS:
        for match in mark.finditer(text):
            if pause_ms == 400.0 and match.group().startswith(".") and not _ends_a_sentence(text, match):
                continue
            if not any(match.start() < end <= match.end() for end in found):
                found[match.end()] = pause_ms
    for match in re.finditer(r"\s*\n\s*", text):
        for end in [end for end in found if match.start() - 2 <= end <= match.end()]:
            del found[end]
        found[match.end()] = _PARAGRAPH_MS if match.group().count("\n") > 1 else _LINE_MS
    return sorted(found.items())


def _ends_a_sentence(text: str, match: re.Match[str]) -> bool:
    word = _LAST_WORD.search(text, 0, match.start())
    if word and (word.group().lower() in _ABBREVIATIONS or (len(word.group()) == 1 and word.group().isupper())):
        return match.end() == len(text.rstrip())
    after = text[match.end() :].lstrip()
    return not (text[match.start() - 1 : match.start()].isdigit() and after[:1].islower())


def _sinking(phrases: list[Phrase]) -> list[Phrase]:
    """A speaker begins high and comes down phrase by phrase to a paragraph's end, where the last is said a little slower (Thorsen,
    1985, measured about a semitone over a text). A paragraph is what a pause of its length ends.
    """
    ends = [place + 1 for place, phrase in enumerate(phrases) if phrase.pause_ms > 0.85 * _PARAGRAPH_MS]
    sunk: list[Phrase] = []
    for begin, end in pairwise([0, *ends, len(phrases)]):
        for place in range(begin, end):
            phrase, share = phrases[place], (place - begin) / max(1, end - begin - 1)
            last = end - begin > 1 and place == end - 1
            sunk.append(
                replace(
                    phrase,
                    pitch=phrase.pitch + _SINKS_STEPS * (0.5 - share) * (end - begin > 1),
                    rate=phrase.rate * (_LAST_PACE if last else 1.0),
                )
            )
    return sunk


def _varied(phrase: Phrase, text: str) -> Phrase:
    draw = drawn_from("phrase", text[phrase.begin : phrase.end], phrase.begin)
    return replace(
        phrase,
        rate=1.0 + draw.uniform(-0.035, 0.035),
        pitch=draw.uniform(-1.6, 1.6),
        range=1.0 + draw.uniform(-0.12, 0.12),
        pause_ms=phrase.pause_ms * (1.0 + draw.uniform(-0.12, 0.12)),
    )
