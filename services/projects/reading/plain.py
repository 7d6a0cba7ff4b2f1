"""Plain text: prose that a narrator speaks paragraph by paragraph, with speeches where it is clear whose ("NAME: speech", a play's
"NAME. Speech", “…,” said Tom), and verse; or a screenplay without a word about it.
"""

from __future__ import annotations

from services.projects.reading import attribution, cues, fountain, headings, speakers, verse
from services.projects.reading.elements import Element, Kind, character, directed, element
from services.projects.reading.text import joined, lines, paragraphs, told_apart

_LONGEST_TITLE = 60
_TITLE_ENDS = tuple('.!?…:;,।॥。！？؟"”»')


def read(text: str) -> list[Element]:
    """The elements of a plain text; one with scene headings (INT., EXT.) is read as Fountain."""
    text_lines = lines(text)
    if any(headings.is_heading(line) for line in text_lines):
        return fountain.read(text)
    groups = paragraphs(text_lines)
    speaking = speakers.names(line.strip() for line in text_lines) | speakers.over_speeches(groups)
    title, groups = _title(groups, speaking)
    found = [each for group in groups for each in told(group, speaking)]
    return element(Kind.KIND_TITLE, title) + _one_name_each(found)


def _one_name_each(found: list[Element]) -> list[Element]:
    """A name that is the beginning of one longer name is the same person's: "Sancho" is "Sancho Panza"."""
    names = {each.text for each in found if each.kind == Kind.KIND_CHARACTER}
    beginnings: dict[str, list[str]] = {}
    for name in names:
        if " " in name:
            beginnings.setdefault(name.split()[0], []).append(name)
    for each in found:
        if each.kind == Kind.KIND_CHARACTER and len(longer := beginnings.get(each.text, [])) == 1:
            each.text = longer[0]
    return found


def told(group: list[str], speaking: set[str]) -> list[Element]:
    """One paragraph: verse, or narration, and from a speaking name on, that name's speech."""
    if cues.is_division(group[0]):
        kind = Kind.KIND_HEADING if cues.sets_scene(group[0]) else Kind.KIND_SECTION
        opened = element(kind, group[0], depth=1 if kind == Kind.KIND_SECTION else 0)
        return opened + (told(group[1:], speaking) if group[1:] else [])
    if speakers.name_over(group) in speaking:
        cue = cues.split_cue(group[0].rstrip("."))
        return _spoken(cue, group[1:]) if cue is not None else []
    if not any(_speech(line, speaking) for line in group):
        if (spoken := verse.spoken(group)) is not None:
            return character(cues.Cue(spoken)) + verse.verse(group[1:])
        return verse.verse(group) if verse.is_verse(group) else _narrated(group)
    elements: list[Element] = []
    who: cues.Cue | None = None
    gathered: list[str] = []

    def gather_up() -> None:
        if who is not None:
            elements.extend(_spoken(who, gathered))
        elif gathered:
            elements.extend(_narrated(gathered))
        gathered.clear()

    for line in group:
        found = _speech(line, speaking)
        if found is not None:
            gather_up()
            who, said = found
            gathered.append(said)
        else:
            gathered.append(line)
    gather_up()
    return elements


def _speech(line: str, speaking: set[str]) -> tuple[cues.Cue, str] | None:
    found = speakers.speech(line)
    return found if found is not None and found[0].name in speaking else None


def _spoken(who: cues.Cue, said: list[str]) -> list[Element]:
    """A speech, what a play says in square brackets taken as what is done. Verse of a play is spoken: its lines are joined."""
    return directed(who, joined(said))


def _narrated(group: list[str]) -> list[Element]:
    found: list[Element] = []
    for paragraph in told_apart(group):
        direction = paragraph.strip()
        if direction.startswith("[") and direction.endswith("]") and direction.count("[") == 1:
            found += element(Kind.KIND_ACTION, direction.strip("[] "))
        else:
            found += attribution.attributed(paragraph) or element(Kind.KIND_NARRATION, paragraph)
    return found


def _title(groups: list[list[str]], speaking: set[str]) -> tuple[str, list[list[str]]]:
    """A short first line that stands alone and ends no sentence is the title."""
    if len(groups) < 2 or len(groups[0]) != 1:
        return "", groups
    line = groups[0][0]
    if (
        len(line) > _LONGEST_TITLE
        or line.endswith(_TITLE_ENDS)
        or _speech(line, speaking)
        or not any(char.isalpha() for char in line)
    ):
        return "", groups
    return line, groups[1:]
