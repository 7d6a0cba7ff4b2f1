"""How long words take, where a long speech is cut, and how many shots a film's length wants."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

LONGEST_LINE_MS = 8000
MOST_SHOTS = 200
# Shots of a film: one each 3 to 6 seconds looks alive, more than one in 3 seconds on average is a flicker.
_SLOWEST_SHOT_MS = 5400
_FASTEST_SHOT_MS = 3000
_SHORTEST_SCENE_MS = 2200
# Where speech nearly fills a film: how fast it may be said, what a shot is longer than its lines (the planner's measures).
_BRISK = 1.12
# The title and end card that the planner adds, where half a minute or more is asked for; less in shorter films.
_CARDS_MS, _SHORT_FILM_CARDS_MS, _SHORT_FILM_MS = 6000, 4000, 30_000
_AROUND_LINES_MS, _BETWEEN_LINES_MS, _SILENT_SHOT_MS = 600, 220, 1800

_SENTENCE_END = re.compile(r"(?<=[.!?…。！？।॥؟])[\"'”’»)\]]*\s*")
_CLAUSE_END = re.compile(r"(?<=[,;:—–、，；،])\s*")
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


def split_speech(text: str, longest_ms: int = LONGEST_LINE_MS) -> list[str]:
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
    space = "" if any(part.endswith(" ") or _NO_SPACES.search(part) for part in parts) else " "
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
    most = max(2, pictures_ms // _FASTEST_SHOT_MS, min(scenes, pictures_ms // _SHORTEST_SCENE_MS))
    return min(fewest, MOST_SHOTS), min(most, MOST_SHOTS)
