"""Plain text: prose that a narrator speaks paragraph by paragraph, with "NAME: speech" lines; or a screenplay without a word about it."""

from __future__ import annotations

from services.projects.reading import cues, fountain, speakers
from services.projects.reading.elements import Element, Kind, character, dialogue, element
from services.projects.reading.text import joined, lines, paragraphs, told_apart


def read(text: str) -> list[Element]:
    """The elements of a plain text; one with scene headings (INT., EXT.) is read as Fountain."""
    text_lines = lines(text)
    if any(cues.is_heading(line) for line in text_lines):
        return fountain.read(text)
    speaking = speakers.names(line.strip() for line in text_lines)
    return [found for group in paragraphs(text_lines) for found in told(group, speaking)]


def told(group: list[str], speaking: set[str]) -> list[Element]:
    """One paragraph: narration, and from a speaking name on, that name's speech."""
    elements: list[Element] = []
    who: cues.Cue | None = None
    gathered: list[str] = []

    def gather_up() -> None:
        if who is not None:
            elements.extend(character(who) + dialogue(joined(gathered)))
        elif gathered:
            for paragraph in told_apart(gathered):
                elements.extend(element(Kind.KIND_NARRATION, paragraph))
        gathered.clear()

    for line in group:
        found = speakers.speech(line)
        if found is not None and found[0].name in speaking:
            gather_up()
            who, said = found
            gathered.append(said)
        else:
            gathered.append(line)
    gather_up()
    return elements
