"""Final Draft's XML (FDX), through defusedxml.

Not by screenplay-tools' own FDX reader: that one parses with entities open, keeps only the first run of styled text of a
paragraph, and loses dual dialogue.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element as XmlElement
from xml.etree.ElementTree import ParseError

import defusedxml.ElementTree
from defusedxml import DefusedXmlException

from services.projects.errors import ScriptUnreadable
from services.projects.reading.cues import split_cue
from services.projects.reading.elements import Element, Kind, character, dialogue, element
from services.projects.reading.headings import heading_text

_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,200}\?>")
_KINDS = {
    "Scene Heading": Kind.KIND_HEADING,
    "Action": Kind.KIND_ACTION,
    "General": Kind.KIND_ACTION,
    "Shot": Kind.KIND_ACTION,
    "Transition": Kind.KIND_TRANSITION,
    "Lyrics": Kind.KIND_LYRIC,
    "Singing": Kind.KIND_LYRIC,
    "New Act": Kind.KIND_SECTION,
    "End of Act": Kind.KIND_SECTION,
    "Outline 1": Kind.KIND_SECTION,
}


def read(text: str) -> list[Element]:
    """The elements of an FDX document; ScriptUnreadable where it is not one."""
    root = _parsed(text)
    content = root.find("Content")
    if root.tag != "FinalDraft" or content is None:
        raise ScriptUnreadable(
            "this XML is not a Final Draft script (no FinalDraft document with Content): export it again as .fdx"
        )
    title = next((text for part in root.iterfind("TitlePage/Content/Paragraph") if (text := _text(part))), "")
    elements = element(Kind.KIND_TITLE, title)
    for paragraph, second in _paragraphs(content):
        elements += _read_paragraph(paragraph, second)
    return elements


def _parsed(text: str) -> XmlElement:
    # what the declaration says of the encoding no longer holds: the text has been decoded
    body = _DECLARATION.sub("", text, count=1)
    try:
        root: XmlElement = defusedxml.ElementTree.fromstring(body, forbid_dtd=True)
    except DefusedXmlException:
        raise ScriptUnreadable(
            "this FDX declares entities or a document type, which is refused: export it again"
        ) from None
    except (ParseError, ValueError) as error:
        raise ScriptUnreadable(f"this FDX is not well-formed XML ({error}): export it again from your editor") from None
    return root


def _paragraphs(content: XmlElement) -> Iterator[tuple[XmlElement, bool]]:
    """Paragraphs in order, those of a dual dialogue unfolded; with whether its second speaker speaks."""
    for paragraph in content.iterfind("Paragraph"):
        dual = paragraph.find("DualDialogue")
        if dual is None:
            yield paragraph, False
            continue
        speakers = 0
        for part in dual.iterfind("Paragraph"):
            speakers += part.get("Type") == "Character"
            yield part, speakers > 1


def _text(paragraph: XmlElement) -> str:
    return "".join("".join(run.itertext()) for run in paragraph.iterfind("Text"))


def _read_paragraph(paragraph: XmlElement, second: bool) -> list[Element]:
    text = _text(paragraph)
    kind = paragraph.get("Type", "Action")
    if kind == "Character":
        cue = split_cue(text + (" ^" if second else ""))
        return character(cue) if cue is not None else element(Kind.KIND_ACTION, text)
    if kind == "Dialogue":
        return dialogue(text)
    if kind == "Parenthetical":
        return element(Kind.KIND_PARENTHETICAL, text.strip().removeprefix("(").removesuffix(")"))
    if kind.startswith("Scene Heading"):
        return element(Kind.KIND_HEADING, heading_text(text))
    ours = _KINDS.get(kind, Kind.KIND_ACTION)
    return element(ours, text, depth=1 if ours == Kind.KIND_SECTION else 0)
