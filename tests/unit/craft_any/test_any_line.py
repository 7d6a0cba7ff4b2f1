"""Lines in which nothing can be said: seen as a pause, never spoken."""

from __future__ import annotations

import pytest
from filmstudio.projects.v1 import script_pb2 as sp

from services.render_worker.craft.directing.story import tell

Kind = sp.ScriptElement


def _lines(*elements: tuple[sp.ScriptElement.Kind.ValueType, str]) -> tuple[list[str], set[str]]:
    """The texts that are spoken in a film of the elements, and the names of who is seen."""
    script = sp.Script(language="en", elements=[Kind(kind=kind, text=text) for kind, text in elements])
    board = tell(script, 15_000, [], 7, "16:9")
    shots = [shot for scene in board.scenes for shot in scene.shots]
    names = {character.id: character.name for character in board.characters}
    seen = {names[presence.character_id] for shot in shots for presence in shot.presences}
    return [line.text for shot in shots for line in shot.lines], seen


@pytest.mark.parametrize("text", ["...", "?!", "—", "🦊🌧️", "♪ ♪"])
def test_a_line_without_a_word_is_not_spoken(text: str) -> None:
    spoken, seen = _lines(
        (Kind.KIND_CHARACTER, "MARA"),
        (Kind.KIND_DIALOGUE, text),
        (Kind.KIND_CHARACTER, "TOM"),
        (Kind.KIND_DIALOGUE, "Yes."),
    )
    assert spoken == ["Yes."]
    assert seen == {"MARA", "TOM"}


def test_a_narration_of_pictures_alone_is_a_film_without_speech() -> None:
    assert _lines((Kind.KIND_NARRATION, "🦊🌧️🚀")) == ([], set())
