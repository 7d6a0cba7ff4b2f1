"""Speeches in prose: lines such as "MARA: We carry fire." and who may be meant by them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

from services.projects.reading.cues import Cue, is_heading, is_transition, split_cue

_MAX_NAME_CHARS = 40
_MAX_NAME_WORDS = 4
_PARTICLES = {"de", "da", "di", "du", "la", "le", "el", "al", "of", "the", "von", "van", "der", "den", "bin", "y", "e"}
# A colon before a space, or a full-width one: times and addresses have neither.
_SPEECH = re.compile(r"([^:：]{1,60})(?::\s+|：\s*)(\S.*)", re.DOTALL)


def speech(line: str) -> tuple[Cue, str] | None:
    """Who speaks and what, where a line may be a speech at all."""
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
    return cue, found[2].strip()


def names(text_lines: Iterable[str]) -> set[str]:
    """The names that speak: in upper case, or before a colon more than once, or right beside a speech of one of those."""
    spoken = [found[0].name if (found := speech(line)) is not None else "" for line in text_lines]
    counted = Counter(spoken)
    certain = {name for name, times in counted.items() if name and (times > 1 or name.isupper())}
    beside = {name for before, name in pairwise(spoken) if before in certain}
    beside |= {name for name, after in pairwise(spoken) if after in certain}
    return certain | (beside - {""})
