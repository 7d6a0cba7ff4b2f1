"""Speeches in prose: lines such as "MARA: We carry fire." and who may be meant by them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

from services.projects.reading.cues import Cue, is_division, is_transition, looks_like_cue, split_cue
from services.projects.reading.headings import is_heading

_MAX_NAME_CHARS = 40
_MAX_NAME_WORDS = 4
_PARTICLES = {"de", "da", "di", "du", "la", "le", "el", "al", "of", "the", "von", "van", "der", "den", "bin", "y", "e"}
# A colon before a space, or a full-width one: times and addresses have neither.
_SPEECH = re.compile(r"([^:：]{1,60})(?::\s+|：\s*)(\S.*)", re.DOTALL)
# A play's way: "BERNARDO. Who's there?", "ЛОПАХИН (входит). Пришёл поезд."
_PLAYED = re.compile(r"([^\W\d_a-z][^.:()\[\]a-z]{1,30}?)\s*(\([^()]{1,40}\))?\.\s+(\S.*)", re.DOTALL)
# What stands before a colon on a page about a text is no name.
_KEYS = {"title", "author", "date", "source", "note", "notes", "characters", "scene", "setting", "moral", "chapter", "by", "from", "to",
         "titre", "auteur", "titel", "autor", "titolo", "autore", "título", "शीर्षक", "लेखक"}  # fmt: skip
_MOST_LINES_ALONE = 40
_QUOTES = ("“", '"', "«", "„", "「", "『")


def speech(line: str) -> tuple[Cue, str] | None:
    """Who speaks and what, where a line may be a speech at all."""
    if is_division(line):
        return None
    played = _PLAYED.match(line[:2000]) if "." in line[:80] else None
    if played is not None and played[1].isupper() and len(played[1].split()) <= _MAX_NAME_WORDS:
        remark = f"{played[2]} " if played[2] else ""
        cue = split_cue(played[1])
        return (cue, remark + line[played.start(3) :].strip()) if cue is not None else None
    found = _SPEECH.match(line)
    if found is None or is_heading(line) or is_transition(line.split(":")[0] + ":"):
        return None
    cue = split_cue(found[1])
    if cue is None or len(cue.name) > _MAX_NAME_CHARS or len(cue.name.split()) > _MAX_NAME_WORDS:
        return None
    if not cue.name[0].isalpha() or any(char in '.!?,;"“”' for char in cue.name.rstrip(".")):
        return None
    if any(word[0].islower() and word not in _PARTICLES for word in cue.name.split()):
        return None
    said = found[2].strip()
    # "The fox said: “…”" is prose.
    return None if said.startswith(_QUOTES) and not cue.name.isupper() else (cue, said)


def names(text_lines: Iterable[str]) -> set[str]:
    """The names that speak: in upper case, or more than once, or right beside a speech of one of those or of another name."""
    spoken = [found[0].name if (found := speech(line)) is not None else "" for line in text_lines if line]
    spoken = ["" if name.lower() in _KEYS else name for name in spoken]
    counted = Counter(spoken)
    certain = {name for name, times in counted.items() if name and (times > 1 or name.isupper())}
    # Two short names in turn, as in "राम: …" and "श्याम: …".
    certain |= {each for pair in pairwise(spoken) if all(pair) and pair[0] != pair[1] for each in pair}
    beside = {name for before, name in pairwise(spoken) if before in certain}
    beside |= {name for name, after in pairwise(spoken) if after in certain}
    return certain | (beside - {""})


def name_over(group: list[str]) -> str:
    """The name a paragraph has alone in its first line, in capitals, over a speech ("ALGERNON.")."""
    first = group[0].strip()
    if len(group) < 2 or not first.endswith((".", ":")) or not looks_like_cue(first.rstrip(".:")):
        return ""
    cue = split_cue(first.rstrip(".:"))
    return cue.name if cue is not None else ""


def over_speeches(groups: list[list[str]]) -> set[str]:
    """The names that stand over speeches more than once."""
    counted = Counter(name for group in groups if len(group) <= _MOST_LINES_ALONE and (name := name_over(group)))
    return {name for name, times in counted.items() if times > 1}
