"""How long words take, where a long speech is cut, and how many shots a film's length wants."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise

from services.render_worker.craft.directing.grammar import LONGEST_SPEECH_MS

MOST_SHOTS = 200
# Shots of a film: one each 3.8 to 5.4 seconds on average looks alive, more is a flicker. One whose length is free is cut as its story is.
_SLOWEST_SHOT_MS = 5400
_FASTEST_SHOT_MS, _FASTEST_FREE_SHOT_MS = 3800, 2600
# A sentence as short as this shares its picture with the next, one longer than that is parted.
_SHORT_SENTENCE_MS, _FULL_PICTURE_MS = 1500, 4200
_SHORTEST_SCENE_MS = 2200
# Where speech nearly fills a film: how fast it may be said, what a shot is longer than its lines (the planner's measures).
_BRISK = 1.12
# The title and end card that the planner adds, where half a minute or more is asked for; less in shorter films.
_CARDS_MS, _SHORT_FILM_CARDS_MS, _SHORT_FILM_MS = 6000, 4000, 30_000
_AROUND_LINES_MS, _BETWEEN_LINES_MS, _SILENT_SHOT_MS = 600, 220, 1800

# French puts a space before what closes.
_SENTENCE_END = re.compile(r"(?<=[.!?…。！？।॥؟])(?:[\"'”’»«)\]]|\s»(?=\s|$))*\s*")
# What ends in a point without ending a sentence, as far as it stands before names: "Mr. Worthing", "J. Smith".
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"'“„«])(?:[A-ZÀ-ÞА-Я]|Mr|Mrs|Ms|Dr|St|Prof|Sr|Sra|Srta|Mme|Mlle|Hr|Fr|Sig|No|vs)\.\s*$"
)
# A line of verse is a clause of its own.
_CLAUSE_END = re.compile(r"\n+|(?<=[,;:—–、，；،])\s*")
_DENSE = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_INDIC = r"\u0900-\u0dff"
# Thai, and scripts that leave vowels out: each letter is more to say.
_BRIEF = r"\u0590-\u06ff\u0e00-\u0e7f"
_PAUSE = r".!?…。！？।؟۔"
_NO_SPACES = re.compile(rf"[\u0e00-\u0e7f{_DENSE}]")
# How long a letter takes to say, milliseconds; a pause is on top.
_LETTERS_MS = ((re.compile(f"[{_DENSE}]"), 210), (re.compile(f"[{_INDIC}]"), 85), (re.compile(f"[{_BRIEF}]"), 112))
_OTHER_MS, _PAUSE_MS, _LEAST_MS = 66, 120, 500
_PAUSES = re.compile(f"[{re.escape(_PAUSE)}]")
# What a cut costs there, in shares of a piece's length: at a sentence's end nothing, in a word nearly anything.
_AT_SENTENCE, _AT_CLAUSE, _AT_WORD, _AT_LETTER = 0.0, 0.22, 0.6, 0.75


def estimate_ms(text: str) -> int:
    """How long the text takes to say, from its letters: about 15 a second in alphabets, 12 in Indic scripts, 9 in Arabic and Thai, 5 in CJK."""
    total, others = 0, len(text)
    for letters, each_ms in _LETTERS_MS:
        found = len(letters.findall(text))
        total, others = total + found * each_ms, others - found
    return max(_LEAST_MS, total + others * _OTHER_MS + len(_PAUSES.findall(text)) * _PAUSE_MS)


def sentences(text: str) -> list[str]:
    """The text's sentences, stripped; nothing is lost but the space between them. A lone dash or quote belongs to its neighbour."""
    edges = [0, *_sentence_ends(text), len(text)]
    parts = [part for a, b in pairwise(edges) if (part := text[a:b].strip())]
    found: list[str] = []
    for part in parts:
        if found and not (_says_something(part) and _says_something(found[-1])):
            found[-1] = f"{found[-1]} {part}"
        else:
            found.append(part)
    return found or [text]


def halves(text: str, shortest_ms: int) -> tuple[str, str] | None:
    """The text parted at the sentence's end nearest its middle; None where a part would be shorter than that."""
    choices = [(text[:end].strip(), text[end:].strip()) for end in _sentence_ends(text)]
    fair = [(first, rest) for first, rest in choices if min(estimate_ms(first), estimate_ms(rest)) >= shortest_ms]
    return min(fair, key=lambda parts: abs(len(parts[0]) - len(parts[1])), default=None)


def told_in(text: str) -> list[str]:
    """What a narrator says, in pieces of a picture each: a sentence, or short ones together, or a long one's parts."""
    pieces: list[str] = []
    for sentence in sentences(text):
        if pieces and min(estimate_ms(sentence), estimate_ms(pieces[-1])) < _SHORT_SENTENCE_MS:
            joined = pieces[-1] + ("" if _NO_SPACES.search(pieces[-1]) else " ") + sentence
            if estimate_ms(joined) <= _FULL_PICTURE_MS:
                pieces[-1] = joined
                continue
        pieces.append(sentence)
    return [part for piece in pieces for part in split_speech(piece)]


def split_speech(text: str, longest_ms: int = LONGEST_SPEECH_MS) -> list[str]:
    """The text in about equal pieces of at most that length, cut at sentences, else clauses, else words. No word is lost.

    A word that alone is longer stays whole, unless its script has no spaces.
    """
    if estimate_ms(text) <= longest_ms:
        return [text]
    said = _said_by(text)
    places = _places(text)
    pieces: list[str] = []
    begin, at = 0, 0
    while (rest := said[-1] - said[begin]) > longest_ms:
        ideal = rest / -(-rest // longest_ms)
        at = max(at, bisect_right(places, (begin, 9.0)))
        best: tuple[float, int] | None = None
        for index in range(at, len(places)):
            place, cost = places[index]
            length = said[place] - said[begin]
            if length > longest_ms and best is not None:
                break
            # Too short a piece is worse than one cut at a lesser place.
            off = abs(length - ideal) / ideal
            worth = off * (1.6 if length < ideal / 2 else 1.0) + cost
            if _says_something(text[begin:place]) and (best is None or worth < best[0]):
                best = (worth, place)
            if length > longest_ms:
                break
        if best is None:
            break
        pieces.append(text[begin : best[1]].strip())
        begin = best[1]
    last = text[begin:].strip()
    if pieces and not _says_something(last):
        pieces[-1] = f"{pieces[-1]} {last}".strip()
    else:
        pieces.append(last)
    return [piece for piece in pieces if piece]


def _said_by(text: str) -> list[int]:
    """How long the text takes up to each of its letters, milliseconds; one more than there are letters."""
    each = [_OTHER_MS] * len(text)
    for letters, each_ms in _LETTERS_MS:
        for hit in letters.finditer(text):
            each[hit.start()] = each_ms
    for hit in _PAUSES.finditer(text):
        each[hit.start()] += _PAUSE_MS
    return [0, *accumulate(each)]


def _places(text: str) -> list[tuple[int, float]]:
    """Where the text may be cut, in order, with what it costs there."""
    costs: dict[int, float] = {}
    if _NO_SPACES.search(text):
        costs.update((hit.end(), _AT_LETTER) for hit in _NO_SPACES.finditer(text))
    costs.update((hit.end(), _AT_WORD) for hit in re.finditer(r"\s+", text))
    costs.update((hit.end(), _AT_CLAUSE) for hit in _CLAUSE_END.finditer(text))
    costs.update((end, _AT_SENTENCE) for end in _sentence_ends(text))
    return sorted((place, cost) for place, cost in costs.items() if 0 < place < len(text))


def _sentence_ends(text: str) -> list[int]:
    ends = (hit.end() for hit in _SENTENCE_END.finditer(text) if 0 < hit.end() < len(text))
    return [end for end in ends if not _ABBREVIATION.search(text[max(0, end - 12) : end])]


def _says_something(text: str) -> bool:
    return any(letter.isalnum() for letter in text)


def least_ms(lines_ms: Sequence[float]) -> float:
    """The shortest a shot can be whose lines are said a little faster than usual."""
    if not lines_ms:
        return _SILENT_SHOT_MS
    return _AROUND_LINES_MS + sum(lines_ms) / _BRISK + _BETWEEN_LINES_MS * (len(lines_ms) - 1)


def room_ms(duration_ms: int) -> int:
    """What a film of that length has for its shots."""
    return duration_ms - (_SHORT_FILM_CARDS_MS if duration_ms < _SHORT_FILM_MS else _CARDS_MS)


def shot_bounds(duration_ms: int, wished_ms: int, scenes: int = 0) -> tuple[int, int]:
    """The fewest and the most shots for a film of that length (0: as long as its shots wish).

    A film of many short scenes is cut faster rather than lose some of them.
    """
    pictures_ms = max(room_ms(duration_ms), 4000) if duration_ms else max(wished_ms, 4000)
    fewest = max(2, pictures_ms // _SLOWEST_SHOT_MS)
    fastest = _FASTEST_SHOT_MS if duration_ms else _FASTEST_FREE_SHOT_MS
    most = max(2, pictures_ms // fastest, min(scenes, pictures_ms // _SHORTEST_SCENE_MS))
    return min(fewest, MOST_SHOTS), min(most, MOST_SHOTS)
