"""Markdown: headings are scenes or sections, paragraphs narration, quotes and "NAME: text" lines speech; code is left out."""

from __future__ import annotations

import re

from services.projects.reading import headings, speakers
from services.projects.reading.elements import Element, Kind, dialogue, element
from services.projects.reading.plain import told
from services.projects.reading.text import joined, lines, paragraphs, without_emphasis

_HEADING = re.compile(r" {0,3}(#{1,6})(?:\s+|$)(.*)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_RULE = re.compile(r" {0,3}([-*_])(?:\s*\1){2,}\s*$")
_BULLET = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s+")
_QUOTE = re.compile(r" {0,3}>\s?")
_IMAGE = re.compile(r"!\[([^\[\]]{0,1000})\]\([^()\s]{0,2000}\)")
_LINK = re.compile(r"\[([^\[\]]{0,1000})\](?:\([^()]{0,2000}\)|\[[^\[\]]{0,200}\])")
_DEFINITION = re.compile(r" {0,3}\[[^\[\]]{1,200}\]:\s*\S")
_TAG = re.compile(r"<(?:/?[A-Za-z][^<>]{0,300}|!--[^<>]{0,1000}--)>")
_CODE = re.compile(r"`([^`\n]*)`")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})\s*")
_FRONT_TITLE = re.compile(r"title:\s*(\S.*)", re.IGNORECASE)
_LONGEST_MARK = 200


def read(text: str) -> list[Element]:
    """The elements of a Markdown text."""
    title, body = _front_matter(lines(text))
    blocks = _blocks(body)
    bodies = [line for kind, group in blocks if kind in ("text", "quote") for line in group]
    speaking = speakers.names(bodies)
    elements = element(Kind.KIND_TITLE, title)
    for kind, group in blocks:
        match kind:
            case "rule":
                elements.append(Element(kind=Kind.KIND_PAGE_BREAK))
            case "text":
                elements += _prose(group, speaking)
            case "quote":
                elements += _quoted(group, speaking)
            case _:
                elements += _titled(group[0], depth=len(kind))
    return elements


def _front_matter(text_lines: list[str]) -> tuple[str, list[str]]:
    """The title of a YAML front matter, and the lines after it."""
    if text_lines[0].strip() != "---":
        return "", text_lines
    stripped = [line.strip() for line in text_lines]
    if "---" not in stripped[1:]:
        return "", text_lines
    end = stripped.index("---", 1)
    titles = [found[1].strip("\"' ") for line in stripped[1:end] if (found := _FRONT_TITLE.match(line[:1000]))]
    return (titles or [""])[0], text_lines[end + 1 :]


def _titled(text: str, depth: int) -> list[Element]:
    if headings.is_heading(text):
        return element(Kind.KIND_HEADING, headings.heading_text(text))
    return element(Kind.KIND_SECTION, text, depth=depth)


def _groups(text_lines: list[str]) -> list[list[str]]:
    """Paragraphs, with the emphasis gone that goes over several of their lines."""
    return [without_emphasis("\v".join(group)).split("\v") for group in paragraphs(text_lines)]


def _prose(text_lines: list[str], speaking: set[str]) -> list[Element]:
    elements: list[Element] = []
    for group in _groups(text_lines):
        if len(group) == 1 and headings.is_heading(group[0]):
            elements += element(Kind.KIND_HEADING, headings.heading_text(group[0]))
        else:
            elements += told(group, speaking)
    return elements


def _quoted(text_lines: list[str], speaking: set[str]) -> list[Element]:
    elements: list[Element] = []
    for group in _groups(text_lines):
        named = any((found := speakers.speech(line)) and found[0].name in speaking for line in group)
        elements += told(group, speaking) if named else dialogue(joined(group))
    return elements


def _blocks(text_lines: list[str]) -> list[tuple[str, list[str]]]:
    """Runs of lines: "text", "quote", "rule", or a heading's number signs; marks within the lines taken off, code left out."""
    blocks: list[tuple[str, list[str]]] = []
    fence = ""
    for line in text_lines:
        mark = _FENCE.match(line)
        if fence:
            if mark is not None and mark[1].startswith(fence) and not line[mark.end() :].strip():
                fence = ""
            continue
        if mark is not None:
            fence = mark[1]
            continue
        if _DEFINITION.match(line):
            continue
        if blocks and blocks[-1][0] == "text" and blocks[-1][1][-1] and _is_underline(line):
            blocks.append(("#" if "=" in line else "##", [blocks[-1][1].pop()]))
            continue
        kind, text = _kind(line)
        if kind == "text" and _BULLET.match(line[:_LONGEST_MARK]) and blocks and blocks[-1][0] == "text":
            # each item is a paragraph of its own
            blocks[-1][1].append("")
        if kind not in ("text", "quote") or not blocks or blocks[-1][0] != kind:
            blocks.append((kind, []))
        blocks[-1][1].append(_without_marks(text))
    return blocks


def _is_underline(line: str) -> bool:
    return len(line) <= _LONGEST_MARK and _UNDERLINE.fullmatch(line) is not None


def _kind(line: str) -> tuple[str, str]:
    if heading := _HEADING.match(line):
        return heading[1], heading[2].rstrip().rstrip("#").rstrip()
    if len(line) <= _LONGEST_MARK and _RULE.match(line):
        return "rule", ""
    if quote := _QUOTE.match(line):
        return "quote", line[quote.end() :]
    if bullet := _BULLET.match(line[:_LONGEST_MARK]):
        return "text", line[bullet.end() :]
    return "text", line


def _without_marks(line: str) -> str:
    line = _CODE.sub(r"\1", _TAG.sub("", line))
    return without_emphasis(_LINK.sub(r"\1", _IMAGE.sub(r"\1", line))).strip()
