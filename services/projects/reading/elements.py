"""Making elements: short names for the contract's, and the text put in order."""

from __future__ import annotations

import re

from filmstudio.projects.v1 import script_pb2

from services.projects.reading.cues import Cue

Element = script_pb2.ScriptElement
Kind = script_pb2.ScriptElement

# A remark at the start of a speech is how to say it, not what to say.
_REMARK = re.compile(r"\(([^()]{1,80})\)\s*")


def element(kind: script_pb2.ScriptElement.Kind.ValueType, text: str, depth: int = 0) -> list[Element]:
    """One element with its white space in order; none when nothing is left."""
    tidy = " ".join(text.split())
    return [Element(kind=kind, text=tidy, depth=depth)] if tidy else []


def character(cue: Cue) -> list[Element]:
    """The name over a speech."""
    return [Element(kind=Kind.KIND_CHARACTER, text=cue.name, extension=cue.extension, dual=cue.dual)]


def dialogue(text: str) -> list[Element]:
    """A speech; remarks in brackets at its start become parentheticals."""
    tidy = " ".join(text.split())
    found: list[Element] = []
    place = 0
    while (remark := _REMARK.match(tidy, place)) is not None:
        found += element(Kind.KIND_PARENTHETICAL, remark[1])
        place = remark.end()
    return found + element(Kind.KIND_DIALOGUE, tidy[place:])
