"""Which typeface sets which letters of a text, so that scripts may be mixed and no empty box is ever drawn."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import ImageFont

from services.render_worker.craft.lettering.bidi import is_rtl, levels, reordered
from services.render_worker.craft.lettering.fonts import (
    Face,
    FontMissing,
    faces_for,
    font_file,
    fonts_folder,
    script_of,
)

# No typeface has it: what is drawn for it is what is drawn for all that is missing.
_NOBODYS_LETTER = "\U0010fffe"
_ASKED_AT_PX = 24


class GlyphMissing(FontMissing):
    """No installed typeface has these characters; the message names them."""

    code = "GLYPH_MISSING"


@dataclass(frozen=True)
class Run:
    """Letters of one face and one direction."""

    text: str
    face: Face
    rtl: bool


def runs(
    text: str, language: str, weight: str = "semibold", *, display: bool = False, italic: bool = False
) -> list[Run]:
    """The text from left to right as it is seen. FontMissing when a script's typeface isn't installed, GlyphMissing when it is
    and has not all of its characters.
    """
    # The face for titles is of Latin and Cyrillic: beside other letters it would look lost.
    display = display and not script_of(text, "")
    chosen: list[Face | None] = []
    for letter in text:
        chosen.append(_face(letter, language, weight, display, italic, chosen[-1] if chosen else None))
    _lend(chosen)
    if lost := missing(text, language):
        font_file("".join(lost), language)
        raise GlyphMissing(f"no installed typeface has {', '.join(map(name_of, lost))}")
    face = next((face for face in chosen if face), None)
    if face is None:
        face = next(iter(faces_for("A", language, weight)), None)
        if face is None:
            raise FontMissing(f"no typefaces are installed under {fonts_folder()}")
    if all(other == face for other in chosen):
        # One face: the shaper orders it better than we do.
        return [Run(text, face, is_rtl(text))]
    rows = levels(text)
    pieces: list[tuple[int, Run]] = []
    for letter, own, level in zip(text, chosen, rows, strict=True):
        own = own or face
        if pieces and pieces[-1][0] == level and pieces[-1][1].face == own:
            pieces[-1] = (level, Run(pieces[-1][1].text + letter, own, bool(level % 2)))
        else:
            pieces.append((level, Run(letter, own, bool(level % 2))))
    return reordered(pieces)


def missing(text: str, language: str) -> list[str]:
    """The characters that no installed typeface has, each once, in the order of the text."""
    return [
        letter for letter in dict.fromkeys(text) if _shows(letter) and not _any_holds(letter, language, fonts_folder())
    ]


def name_of(letter: str) -> str:
    """The character as a message names it: "ꙮ (U+A66E CYRILLIC LETTER MULTIOCULAR O)"."""
    return f"{letter} (U+{ord(letter):04X} {unicodedata.name(letter, 'without a name')})"


def holds(face: Face, letter: str) -> bool:
    """Whether the face itself draws the letter, and not its sign for what it lacks."""
    if face.letters is not None and ord(letter) not in face.letters:
        return False
    return _drawn(face, letter) != _drawn(face, _NOBODYS_LETTER)


def _shows(letter: str) -> bool:
    """Spaces, controls, joiners and variation selectors are nothing to be seen."""
    return unicodedata.category(letter) not in ("Zs", "Zl", "Zp", "Cc", "Cf") and not 0xFE00 <= ord(letter) <= 0xFE0F


@cache
def _any_holds(letter: str, language: str, folder: Path) -> bool:
    return any(holds(face, letter) for face in faces_for(letter, language))


def _face(letter: str, language: str, weight: str, display: bool, italic: bool, before: Face | None) -> Face | None:
    """The letter's face; the one before where that has it too and the letter is a mark or a sign of no script; else None."""
    if not _shows(letter):
        return before
    if before is not None and not letter.isalpha() and holds(before, letter):
        return before
    return _fittest(letter, language, weight, display, italic, fonts_folder())


@cache
def _fittest(letter: str, language: str, weight: str, display: bool, italic: bool, folder: Path) -> Face | None:
    faces = faces_for(letter, language, weight, display=display, italic=italic)
    return next((face for face in faces if holds(face, letter)), None)


def _lend(chosen: list[Face | None]) -> None:
    """What begins a text and shows nothing is set with what follows."""
    first = next((place for place, face in enumerate(chosen) if face), len(chosen))
    if first < len(chosen):
        chosen[:first] = [chosen[first]] * first


@cache
def _drawn(face: Face, letter: str) -> tuple[float, bytes]:
    font = _asked(face)
    mask, _ = font.getmask2(letter)
    return font.getlength(letter), bytes(mask)


@cache
def _asked(face: Face) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(face.file, _ASKED_AT_PX, layout_engine=ImageFont.Layout.BASIC)
