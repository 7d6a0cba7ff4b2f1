"""Reads a script's text into typed elements, once, at the door. Pure: text in, elements out, in time linear in the text."""

from __future__ import annotations

from filmstudio.projects.v1 import script_pb2

from services.projects.errors import ScriptUnreadable
from services.projects.reading import fdx, fountain, markdown, plain
from services.projects.reading.elements import Kind
from services.projects.reading.text import cleaned

__all__ = ["read"]

# what a film can be made of: something to be seen or to be heard
_SUBSTANCE = {Kind.KIND_ACTION, Kind.KIND_DIALOGUE, Kind.KIND_LYRIC, Kind.KIND_NARRATION}

_READERS = {
    script_pb2.SCRIPT_FORMAT_FOUNTAIN: fountain.read,
    script_pb2.SCRIPT_FORMAT_FDX: fdx.read,
    script_pb2.SCRIPT_FORMAT_MARKDOWN: markdown.read,
    script_pb2.SCRIPT_FORMAT_PLAIN: plain.read,
}


def read(script_format: script_pb2.ScriptFormat.ValueType, text: str) -> list[script_pb2.ScriptElement]:
    """The script's elements in order; ScriptUnreadable for what is empty, binary, malformed, or has nothing to show or say."""
    elements = _READERS[script_format](cleaned(text))
    if not any(element.kind in _SUBSTANCE for element in elements):
        raise ScriptUnreadable(
            "nothing in this script can be seen or heard: write at least one line of action, dialogue or narration"
        )
    return elements
