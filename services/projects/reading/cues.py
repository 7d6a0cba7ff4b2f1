"""Lines that are more than prose: who speaks ("MARA (V.O.) ^"), which part begins ("ACT I"), how we leave ("CUT TO:")."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Longer lines are prose, whatever they look like; it also bounds what a pattern can cost.
MAX_CUE_CHARS = 60
_MAX_DIVISION_CHARS = 200
MAX_NAME_WORDS = 6
MIN_PLACE_LETTERS = 3

_EXTENSION = re.compile(r"\(([^()]{0,40})\)")
_CONTINUED = re.compile(r"CONT(?:['’]?D|INUED|\.)?", re.IGNORECASE)
_TRANSITION = re.compile(
    r"(?:FADE|CUT|DISSOLVE|SMASH CUT|MATCH CUT|JUMP CUT|WIPE|IRIS|CROSSFADE|TIME CUT)"
    r"(?:\s+(?:IN|OUT|UP|DOWN|TO|BACK|FROM|AWAY)\b[^a-z]{0,30})?[.:]?"
)
# The parts of a play or book: "ACT I. SCENE I. Elsinore.", "FIRST ACT", "Kapitel 3".
_DIVISION = re.compile(
    r"(?:(?P<part>ACT|ACTE|AKT|AUFZUG|ACTO|ATTO|ATO|ДЕЙСТВИЕ|अंक|CHAPTER|CHAPITRE|KAPITEL|CAPÍTULO|CAPITOLO|ГЛАВА|अध्याय|PART)"
    r"|(?P<scene>SCENE|SCÈNE|SZENE|ESCENA|SCENA|CENA|ЯВЛЕНИЕ|दृश्य))\s+(?:[IVXLC]+|\d+|[А-ЯЁ]+|ONE|TWO|THREE|FIRST|PREMIER|PRIMERO|PRIMO)\b\.?"
    r"|(?:FIRST|SECOND|THIRD|FOURTH|FIFTH|ERSTER|ZWEITER|PREMIER|PRIMER|PRIMO|ДЕЙСТВИЕ)\s+(?:ACT|AKT|AUFZUG|ACTE|ACTO|ATTO|ПЕРВОЕ|ВТОРОЕ)\b\.?",
    re.IGNORECASE,
)
_SENTENCE_MARKS = ("!", "?", "…", "...", ",", ";", "-", "—")


@dataclass(frozen=True)
class Cue:
    """Who speaks. `extension` without brackets ("V.O."); `dual`: at the same time as the one before."""

    name: str
    extension: str = ""
    dual: bool = False


def split_cue(line: str) -> Cue | None:
    """The name with its extension and mark of dual dialogue taken off; None when no name is left."""
    line = line.strip()
    if len(line) > 2 * MAX_CUE_CHARS:
        return None
    dual = line.endswith("^")
    extensions = [" ".join(found.split()) for found in _EXTENSION.findall(line)]
    name = " ".join(_EXTENSION.sub(" ", line.rstrip("^")).split())
    if not any(char.isalnum() for char in name) or "(" in name or ")" in name:
        return None
    # That a speech goes on says nothing about how it is heard: "V.O." does.
    telling = [extension for extension in extensions if not _CONTINUED.fullmatch(extension)]
    if telling:
        return Cue(name, ", ".join(telling), dual)
    return Cue(name, "CONT'D" if extensions else "", dual)


def looks_like_cue(line: str) -> bool:
    """Whether an unmarked line is written as a name: upper case (in a script that has cases), short, no sentence."""
    line = line.strip()
    if len(line) > MAX_CUE_CHARS or not line[:1].isalpha() or not line[:1].isupper():
        return False
    cue = split_cue(line)
    if cue is None or not cue.name.isupper() or len(cue.name.split()) > MAX_NAME_WORDS:
        return False
    sentence = (
        cue.name.endswith(_SENTENCE_MARKS) or ":" in cue.name or (cue.name.endswith(".") and cue.name.count(" ") > 2)
    )
    return not sentence and not is_transition(line)


def is_division(line: str) -> bool:
    """Whether a line opens a part of a play or book: an act, a scene, a chapter."""
    line = line.strip()
    return len(line) <= _MAX_DIVISION_CHARS and _DIVISION.match(line) is not None


def sets_scene(line: str) -> bool:
    """Whether a line that opens a part also says where it plays: "ACT I. SCENE I. Elsinore. A platform before the castle."."""
    line = line.strip()
    while (found := _DIVISION.match(line)) is not None:
        line = line[found.end() :].lstrip(" .,:-–—")
    return sum(map(str.isalpha, line)) > MIN_PLACE_LETTERS


def is_transition(line: str) -> bool:
    """Whether a line by itself is a transition: "CUT TO:", "FADE OUT.", "THE END"."""
    line = line.strip()
    if len(line) > MAX_CUE_CHARS or not line.isupper():
        return False
    return line.rstrip(".") == "THE END" or line.endswith(" TO:") or _TRANSITION.fullmatch(line) is not None
