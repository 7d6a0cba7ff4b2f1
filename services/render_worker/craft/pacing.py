"""How long words take, where a long speech is cut, and how many shots a film's length wants."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from services.render_worker.craft.grammar import LONGEST_SPEECH_MS

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

_SENTENCE_END = re.compile(r"(?<=[.!?…。！？।॥؟])[\"'”’»)\]]*\s*")
# A line of verse is a clause of its own.
_CLAUSE_END = re.compile(r"\n+|(?<=[,;:—–、，；،])\s*")
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_INDIC = re.compile(r"[\u0900-\u0dff]")
# Thai, and scripts that leave vowels out: each letter is more to say.
_BRIEF = re.compile(r"[\u0590-\u06ff\u0e00-\u0e7f]")
_NO_SPACES = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def estimate_ms(text: str) -> int:
    """How long the text takes to say, from its letters: about 15 a second in alphabets, 12 in Indic scripts, 9 in Arabic and Thai, 5 in CJK."""
    dense, indic, brief = (len(script.findall(text)) for script in (_DENSE, _INDIC, _BRIEF))
    others = len(text) - dense - indic - brief
    pauses = len(re.findall(r"[.!?…。！？।؟۔]", text))
    return max(500, round(dense * 210 + indic * 85 + brief * 112 + others * 66 + pauses * 120))


def halves(text: str, shortest_ms: int) -> tuple[str, str] | None:
    """The text parted at the sentence's end nearest its middle; None where a part would be shorter than that."""
    choices = [(text[: hit.end()].strip(), text[hit.end() :].strip()) for hit in _SENTENCE_END.finditer(text)]
    fair = [(first, rest) for first, rest in choices if min(estimate_ms(first), estimate_ms(rest)) >= shortest_ms]
    return min(fair, key=lambda parts: abs(len(parts[0]) - len(parts[1])), default=None)


def sentences(text: str) -> list[str]:
    """The text's sentences, stripped; nothing is lost but the space between them."""
    return [part for piece in _cut(text, _SENTENCE_END) if (part := piece.strip())] or [text]


def told_in(text: str) -> list[str]:
    """What a narrator says, in pieces of a picture each: a sentence, or short ones together, or a long one's parts."""
    pieces: list[str] = []
    for sentence in sentences(text):
        joined = f"{pieces[-1]} {sentence}" if pieces else sentence
        if pieces and _NO_SPACES.search(pieces[-1]):
            joined = pieces[-1] + sentence
        short = min(estimate_ms(sentence), estimate_ms(pieces[-1])) < _SHORT_SENTENCE_MS if pieces else False
        if short and estimate_ms(joined) <= _FULL_PICTURE_MS:
            pieces[-1] = joined
        else:
            pieces.append(sentence)
    return [part for piece in pieces for part in evenly(piece)]


def evenly(text: str, longest_ms: int = LONGEST_SPEECH_MS) -> list[str]:
    """As `split_speech`, in pieces about equally long: no scrap is left for the last picture."""
    whole = estimate_ms(text)
    if whole <= longest_ms:
        return [text]
    return split_speech(text, min(longest_ms, round(whole / -(-whole // longest_ms) * 1.2)))


def split_speech(text: str, longest_ms: int = LONGEST_SPEECH_MS) -> list[str]:
    """The text in pieces of at most about that length, cut at sentences, else clauses, else words. No word is lost."""
    if estimate_ms(text) <= longest_ms:
        return [text]
    for ends in (_SENTENCE_END, _CLAUSE_END):
        parts = _cut(text, ends)
        if len(parts) > 1:
            return [piece for joined in _gather(parts, longest_ms) for piece in split_speech(joined, longest_ms)]
    words = text.split(" ")
    if len(words) > 1:
        return _gather(words, longest_ms)
    half = len(text) // 2
    return [text] if len(text) < 40 or not _NO_SPACES.search(text) else [text[:half], text[half:]]


def _cut(text: str, ends: re.Pattern[str]) -> list[str]:
    """Pieces that keep their own trailing space, so that joining them gives the text again."""
    edges = [0, *(hit.end() for hit in ends.finditer(text) if 0 < hit.end() < len(text)), len(text)]
    return [text[a:b] for a, b in pairwise(edges) if b > a]


def _gather(parts: list[str], longest_ms: int) -> list[str]:
    """Neighbouring parts joined as long as they fit; pieces come out stripped."""
    space = "" if any(part[-1:].isspace() or _NO_SPACES.search(part) for part in parts) else " "
    pieces: list[str] = []
    current = ""
    for part in parts:
        joined = current + space + part if current else part
        if current and estimate_ms(joined) > longest_ms:
            pieces.append(current.strip())
            current = part
        else:
            current = joined
    pieces.append(current.strip())
    return [piece for piece in pieces if piece]


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
