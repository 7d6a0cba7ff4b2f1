"""Fountain (fountain.io/syntax) by screenplay-tools, whose limits are worked around here.

The library reads line by line. What it gets wrong is decided before or instead: notes and boneyards are taken out first
(its own removal leaves "/*" behind), the title page ends where its known keys end (it takes any "Word: text" for one), cues,
headings and transitions are told by `cues` (its patterns know A to Z only, take time quadratic in a line's length, and read
"FADE IN:" as a heading), and paragraphs are joined here (its joining copies the text anew with every line).
"""

from __future__ import annotations

import re

from screenplay_tools import screenplay
from screenplay_tools.fountain.parser import Parser

from services.projects.reading import cues, headings
from services.projects.reading.elements import Element, Kind, character, dialogue, element
from services.projects.reading.text import joined, lines, without_emphasis

_TITLE_KEYS = {
    "title", "credit", "author", "authors", "source", "notes", "note", "draft date", "date", "contact", "copyright", "draft",
    "revision", "language", "format", "episode", "series", "writer", "writers", "written by", "based on", "version",
}  # fmt: skip
_TITLE_ENTRY = re.compile(r"([A-Za-z ]{1,30}):(.*)")
_NOTES = re.compile(r"\[\[|/\*")
_EMPTY_LINE = "\n\n"
# Marks that force what a line is; a name in a writing without cases is told by its place alone.
_FORCED = tuple("!@.>~#=")
_MAX_CASELESS_NAME = 30
_MAX_CASELESS_WORDS = 3
_SENTENCE_ENDS = tuple("।॥。！？!?؟۔.")


def read(text: str) -> list[Element]:
    """The elements of a Fountain script."""
    text_lines = _without_notes("\n".join(_tidy(line) for line in lines(text))).split("\n")
    title, body = _title_page(text_lines)
    parser = _Reader()
    # an empty line first: the title page is over
    for line in ["", *_with_caseless_names(body)]:
        parser.add_line(line)
    parser.finalize()
    return element(Kind.KIND_TITLE, without_emphasis(title)) + _converted(parser.script.elements)


def _tidy(line: str) -> str:
    # two spaces keep a speech together across an empty line; any other white space on a line of its own is an accident
    if line.strip():
        return line.rstrip().replace("\t", "    ")
    return "  " if line.replace("\t", "    ").startswith("  ") else ""


def _without_notes(text: str) -> str:
    """The text without [[notes]] and /* boneyards */; a line with nothing else on it goes too, an unclosed mark stays."""
    kept: list[str] = []
    place = 0
    following: dict[str, int] = {}

    def next_of(what: str, begin: int) -> int:
        # looked for once for all marks before it, so that a text full of opening marks costs no more
        if following.get(what, -1) < begin:
            found = text.find(what, begin)
            following[what] = found if found >= 0 else len(text) + 1
        return following[what]

    for mark in _NOTES.finditer(text):
        if mark.start() < place:
            continue
        close = "]]" if mark[0] == "[[" else "*/"
        end = next_of(close, mark.end())
        # a note ends before an empty line, a boneyard may hold any
        if end > len(text) or (close == "]]" and next_of(_EMPTY_LINE, mark.end()) < end):
            continue
        kept.append(text[place : mark.start()])
        place = end + len(close)
        if _alone(text, mark.start(), place):
            place = _line_after(text, place)
    kept.append(text[place:])
    return "".join(kept)


def _alone(text: str, begin: int, end: int) -> bool:
    before = text[max(0, begin - 200) : begin].rstrip(" ")
    after = text[end : end + 200].lstrip(" ")
    return before[-1:] in ("", "\n") and after[:1] in ("", "\n")


def _line_after(text: str, place: int) -> int:
    end = text.find("\n", place)
    return end + 1 if end >= 0 else len(text)


def _title_page(text_lines: list[str]) -> tuple[str, list[str]]:
    """The title, and the lines after the title page: known keys at the very top, each with indented lines of its own."""
    entries: dict[str, list[str]] = {}
    key = ""
    for number, line in enumerate(text_lines):
        entry = _TITLE_ENTRY.match(line.strip()) if len(line) <= 1000 else None
        if entry is not None and entry[1].strip().lower() in _TITLE_KEYS and not line.startswith(("   ", "\t")):
            key = entry[1].strip().lower()
            entries[key] = [entry[2].strip()]
        elif key and line.strip() and line.startswith(("   ", "\t")):
            entries[key].append(line.strip())
        elif not line.strip() and not entries:
            continue
        else:
            return joined([part for part in entries.get("title", []) if part]), text_lines[number:]
    return joined([part for part in entries.get("title", []) if part]), []


def _with_caseless_names(text_lines: list[str]) -> list[str]:
    """Names in writings without upper case (Devanagari, Tamil, …) forced as such: short lines alone over a speech.

    Only where one of them comes back: a name does, the first line of a paragraph hardly ever.
    """
    names: dict[int, str] = {}
    for number in range(1, len(text_lines) - 1):
        alone = not text_lines[number - 1].strip() and text_lines[number + 1].strip()
        if alone and (cue := _caseless_name(text_lines[number])) is not None:
            names[number] = cue.name
    if len(set(names.values())) == len(names):
        return text_lines
    return ["@" + line.lstrip() if number in names else line for number, line in enumerate(text_lines)]


def _caseless_name(line: str) -> cues.Cue | None:
    letters = [char for char in line if char.isalpha()]
    if len(line) > _MAX_CASELESS_NAME or not letters or line.lstrip().startswith(_FORCED) or headings.is_heading(line):
        return None
    if any(char.isupper() or char.islower() for char in letters):
        return None
    cue = cues.split_cue(line)
    long = cue is None or len(cue.name.split()) > _MAX_CASELESS_WORDS or cue.name.endswith(_SENTENCE_ENDS)
    return None if long else cue


class _Reader(Parser):  # type: ignore[misc]  # the library has no types
    """The library's reader with our own eyes for title pages, headings, transitions and names."""

    def __init__(self) -> None:
        super().__init__()
        self.mergeActions = False
        self.mergeDialogue = False

    def _parse_boneyard(self) -> bool:
        return False

    def _parse_notes(self) -> bool:
        return False

    def _parse_title_page(self) -> bool:
        self._inTitlePage = False
        return False

    def _parse_forced_scene_heading(self) -> bool:
        line: str = self._lineTrim
        if not (line.startswith(".") and len(line) > 1 and line[1] not in ". " and len(line) <= headings.MAX_CHARS):
            return False
        self._add_element(screenplay.SceneHeading(headings.heading_text(line[1:]), forced=True))
        return True

    def _parse_scene_heading(self) -> bool:
        if not headings.is_heading(self._lineTrim):
            return False
        self._add_element(screenplay.SceneHeading(headings.heading_text(self._lineTrim)))
        return True

    def _parse_transition(self) -> bool:
        if not (self._lastLineEmpty and cues.is_transition(self._lineTrim)):
            return False
        self._add_element(screenplay.Transition(self._lineTrim))
        return True

    def _parse_forced_character(self) -> bool:
        return bool(self._lineTrim.startswith("@")) and self._name(self._lineTrim[1:], forced=True)

    def _parse_character(self) -> bool:
        if not (self._lastLineEmpty and cues.looks_like_cue(self._lineTrim)):
            return False
        return self._name(self._lineTrim, forced=False)

    def _name(self, line: str, *, forced: bool) -> bool:
        cue = cues.split_cue(line)
        if cue is None:
            return False
        name = screenplay.Character(cue.name, cue.extension, cue.dual, forced)
        backup = self._create_action(line)
        # it is a name only if a speech follows
        self._pending.append({"type": screenplay.ElementType.CHARACTER, "element": name, "backup": backup})
        return True


def _converted(found: list[screenplay.Element]) -> list[Element]:
    """The library's elements as ours: lines of one paragraph or one speech joined."""
    elements: list[Element] = []
    gathered: list[str] = []
    gathering: screenplay.ElementType | None = None

    def gather_up() -> None:
        text = without_emphasis(joined(gathered))
        if gathering is screenplay.ElementType.DIALOGUE:
            elements.extend(dialogue(text))
        elif gathered:
            kind = Kind.KIND_TRANSITION if cues.is_transition(text) else Kind.KIND_ACTION
            elements.extend(element(kind, text))
        gathered.clear()

    for item in found:
        text = item.text_raw.strip()
        if item.type in (screenplay.ElementType.ACTION, screenplay.ElementType.DIALOGUE):
            paragraph_ends = item.type is screenplay.ElementType.ACTION and not text
            if item.type is not gathering or paragraph_ends:
                gather_up()
            gathering = item.type
            if text:
                gathered.append(text)
            continue
        gather_up()
        gathering = None
        elements.extend(_other(item, without_emphasis(text)))
    gather_up()
    return elements


_KINDS = {
    screenplay.ElementType.HEADING: Kind.KIND_HEADING,
    screenplay.ElementType.PARENTHETICAL: Kind.KIND_PARENTHETICAL,
    screenplay.ElementType.LYRIC: Kind.KIND_LYRIC,
    screenplay.ElementType.TRANSITION: Kind.KIND_TRANSITION,
    screenplay.ElementType.SYNOPSIS: Kind.KIND_SYNOPSIS,
}


def _other(item: screenplay.Element, text: str) -> list[Element]:
    match item.type:
        case screenplay.ElementType.CHARACTER:
            return character(cues.Cue(without_emphasis(item.name), item.extension or "", item.is_dual_dialogue))
        case screenplay.ElementType.SECTION:
            return element(Kind.KIND_SECTION, text, depth=item.level)
        case screenplay.ElementType.PAGEBREAK:
            return [Element(kind=Kind.KIND_PAGE_BREAK)]
        case _:
            return element(_KINDS[item.type], text)
