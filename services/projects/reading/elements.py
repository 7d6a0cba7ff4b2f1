"""Making elements: short names for the contract's, and the text put in order."""

from __future__ import annotations

import re

from filmstudio.projects.v1 import script_pb2

from services.projects.reading.cues import Cue

Element = script_pb2.ScriptElement
Kind = script_pb2.ScriptElement

# A remark at the start of a speech is how to say it, not what to say.
_REMARK = re.compile(r"\(([^()]{1,80})\)\s*")
# What a play's speech says in square brackets is done while it is said.
_DIRECTION = re.compile(r"\s*\[([^\[\]]{1,400})\]\s*")
_LONGEST_REMARK = 40
_NO_DEEDS = {"this", "his", "its", "is", "was", "as", "voices", "lights", "always", "perhaps", "us", "sounds", "others"}


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


def _done_by(name: str, direction: str) -> str:
    """A direction with its doer where it begins with what is done: "Hands them on a salver" is Lane's doing."""
    first = direction.split(maxsplit=1)[0]
    if (
        first.isascii()
        and first.isalpha()
        and first.endswith("s")
        and not first.endswith("ss")
        and first.lower() not in _NO_DEEDS
    ):
        return f"{name.title() if name.isupper() else name} {direction[0].lower()}{direction[1:]}"
    return direction


def directed(cue: Cue, text: str) -> list[Element]:
    """A play's speech: short directions in square brackets at its start are remarks, others are action between its parts."""
    found: list[Element] = []
    place = 0
    remarks: list[Element] = []
    for direction in _DIRECTION.finditer(text):
        if said := text[place : direction.start()].strip():
            found += character(cue) + remarks + dialogue(said)
            remarks = []
        place = direction.end()
        if direction.start() == 0 and len(direction[1]) <= _LONGEST_REMARK:
            remarks = element(Kind.KIND_PARENTHETICAL, direction[1].rstrip("."))
        else:
            found += element(Kind.KIND_ACTION, _done_by(cue.name, direction[1]))
    if said := text[place:].strip():
        found += character(cue) + remarks + dialogue(said)
    return found
