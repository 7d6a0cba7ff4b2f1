"""Verse without any markup: told from prose by where its lines break, and kept with its breaks."""

from __future__ import annotations

import re

from services.projects.reading.elements import Element, Kind

# Longer lines are wrapped prose: poems' lines are hardly ever longer, and nobody wraps prose so narrow.
_LONGEST_LINE = 64
_LONGEST_SPACELESS = 20
_LONGEST_CASELESS = 48
# A sentence may end at one line's end in a poem, not at all of them.
_SENTENCE_ENDS = tuple(".!?…\"”»'’)।॥؟。！？」』")
_CAPITALS = 0.8
_LISTED = re.compile(r"\s*(?:[-*•–—]|\d{1,4}[.)])\s")
_SPACELESS = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
# "॥ 47 ॥" and the like closes a sloka.
_UVACA = re.compile(r"([\u0900-\u097f]{2,30}(?:\s[\u0900-\u097f]{2,30})?)\s?(?:उवाच|ऊचुः)[\s।॥]*")
_DOUBLE_DANDA = re.compile(r"॥|।।|\|\|")


def is_verse(group: list[str]) -> bool:
    """Whether a paragraph's lines are those of a verse."""
    if len(group) < 2 or any(_LISTED.match(line) for line in group):
        return False
    longest = max(len(line) for line in group)
    if any(_DOUBLE_DANDA.search(line[-12:]) for line in group):
        return longest <= 2 * _LONGEST_LINE
    if _SPACELESS.search(group[0]):
        # Every line ends at a pause, and not each with a sentence.
        pauses = all(line.endswith(("，", "。", "！", "？", "；", "、")) for line in group)
        return longest <= _LONGEST_SPACELESS and pauses and any(line.endswith(("，", "；", "、")) for line in group)
    running_on = any(not line.endswith(_SENTENCE_ENDS) for line in group[:-1])
    if longest > _LONGEST_LINE or not running_on:
        return False
    firsts = [next((char for char in line if char.isalpha()), "") for line in group]
    if not all(firsts):
        return False
    if not any(char.isupper() or char.islower() for char in firsts):
        return longest <= _LONGEST_CASELESS
    return sum(char.isupper() for char in firsts) >= _CAPITALS * len(firsts)


def spoken(group: list[str]) -> str | None:
    """Who speaks a sloka, where its first line says so: "धृतराष्ट्र उवाच"."""
    found = _UVACA.fullmatch(group[0].strip())
    return found[1].strip() if found and len(group) > 1 else None


def verse(group: list[str]) -> list[Element]:
    """One stanza, its lines kept."""
    return [Element(kind=Kind.KIND_LYRIC, text="\n".join(" ".join(line.split()) for line in group))]
