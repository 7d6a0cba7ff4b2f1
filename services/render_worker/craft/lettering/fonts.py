"""Typefaces: which font files there are, and which of them set which script, at which weight."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import ImageFont

_REPO = Path(__file__).resolve().parents[4]
# Languages whose script Noto Sans itself doesn't hold; all others are Latin, Greek or Cyrillic.
_SCRIPTS = {
    "ar": "arabic", "fa": "arabic", "ur": "arabic", "sd": "arabic", "ps": "arabic", "ug": "arabic",
    "bn": "bengali", "as": "bengali",
    "hi": "devanagari", "mr": "devanagari", "ne": "devanagari", "sa": "devanagari", "kok": "devanagari",
    "gu": "gujarati", "pa": "gurmukhi", "he": "hebrew", "yi": "hebrew", "kn": "kannada", "ml": "malayalam",
    "or": "oriya", "ta": "tamil", "te": "telugu", "th": "thai",
    "zh": "sc", "ja": "jp", "ko": "kr", "ka": "georgian", "hy": "armenian", "am": "ethiopic", "si": "sinhala",
    "my": "myanmar", "km": "khmer", "lo": "lao",
}  # fmt: skip
# The same by the letters themselves, for a text that isn't in its film's language.
_RANGES = (
    (0x0530, 0x058F, "armenian"), (0x0590, 0x05FF, "hebrew"), (0x0600, 0x06FF, "arabic"), (0x0750, 0x077F, "arabic"),
    (0x08A0, 0x08FF, "arabic"), (0x0900, 0x097F, "devanagari"), (0x0980, 0x09FF, "bengali"), (0x0A00, 0x0A7F, "gurmukhi"),
    (0x0A80, 0x0AFF, "gujarati"), (0x0B00, 0x0B7F, "oriya"), (0x0B80, 0x0BFF, "tamil"), (0x0C00, 0x0C7F, "telugu"),
    (0x0C80, 0x0CFF, "kannada"), (0x0D00, 0x0D7F, "malayalam"), (0x0D80, 0x0DFF, "sinhala"), (0x0E00, 0x0E7F, "thai"),
    (0x0E80, 0x0EFF, "lao"), (0x1000, 0x109F, "myanmar"), (0x10A0, 0x10FF, "georgian"), (0x1200, 0x137F, "ethiopic"),
    (0x1780, 0x17FF, "khmer"), (0x1CD0, 0x1CFF, "devanagari"), (0x3000, 0x303F, "sc"), (0x3040, 0x30FF, "jp"),
    (0x3100, 0x312F, "sc"), (0x3400, 0x9FFF, "sc"), (0xA8E0, 0xA8FF, "devanagari"), (0xAC00, 0xD7AF, "kr"),
    (0xF900, 0xFAFF, "sc"), (0xFB1D, 0xFB4F, "hebrew"), (0xFB50, 0xFDFF, "arabic"), (0xFE70, 0xFEFE, "arabic"),
    (0xFF00, 0xFFEF, "sc"), (0x20000, 0x2FFFF, "sc"),
)  # fmt: skip
# Scripts that borrow each other's letters: Han letters are Japanese in a Japanese film.
_EAST_ASIAN = ("sc", "jp", "kr")
_WEIGHTS = {
    "regular": ("400Regular", 400), "semibold": ("600SemiBold", 600), "bold": ("700Bold", 700),
}  # fmt: skip
# Of the display face for titles in Latin and Cyrillic; other scripts set titles in their bold.
_DISPLAY = "playfair-display"
# What holds the signs that no typeface of letters has: notes, arrows, stars, and pictures of things.
_SIGNS = ("noto-sans-math", "noto-sans-symbols-2", "noto-emoji")


class FontMissing(LookupError):
    """No file holds the font that this text needs; the message names it. `code` is that of the step's failure."""

    code = "FONT_MISSING"


@dataclass(frozen=True)
class Face:
    """A font file. `weight` is set on files that hold all weights; `letters` are those of a file that holds a part."""

    file: Path
    weight: int = 0
    letters: frozenset[int] | None = None

    def at(self, size: int) -> ImageFont.FreeTypeFont:
        """It at a size in pixels, shaping complex scripts."""
        font = ImageFont.truetype(self.file, size, layout_engine=ImageFont.Layout.RAQM)
        if self.weight:
            font.set_variation_by_axes([self.weight])
        return font


def fonts_folder() -> Path:
    """FILMSTUDIO_FONTS_DIR, else the repository's installed packages."""
    named = os.environ.get("FILMSTUDIO_FONTS_DIR")
    return Path(named) if named else _REPO / "node_modules"


def script_of(text: str, language: str) -> str:
    """The font script of the text's first telling letter, else of the language; "" is Noto Sans itself."""
    for letter in text:
        if script := _script(letter, language):
            return script
    if any(letter.isalpha() for letter in text):
        return ""
    return _SCRIPTS.get(primary(language), "")


def primary(language: str) -> str:
    """The primary subtag: "pt" of "pt-BR"."""
    return language.replace("_", "-").split("-")[0].lower()


def faces_for(
    letter: str, language: str, weight: str = "semibold", *, display: bool = False, italic: bool = False
) -> list[Face]:
    """The faces that may hold the letter, the fittest first: its script's, the language's, Noto Sans, and those of signs."""
    spoken = _SCRIPTS.get(primary(language), "")
    scripts = dict.fromkeys([_script(letter, language) or "", spoken if letter < "\u0250" else "", ""])
    if any(script in _EAST_ASIAN for script in scripts):
        scripts = dict.fromkeys([*scripts, *_EAST_ASIAN])
    # Latin among other letters is set in the other script's own face, whose Latin is drawn to fit it.
    order = [spoken, *scripts] if spoken and letter < "\u0250" else list(scripts)
    families = [f"noto-sans-{script}" if script else "noto-sans" for script in dict.fromkeys(order)]
    if display:
        families.insert(0, _DISPLAY)
    found: list[Face] = []
    for family in [*families, *_SIGNS]:
        found += _faces(fonts_folder(), family, weight, italic=italic)
    return found


def font_file(text: str, language: str, weight: str = "semibold") -> Path:
    """The file that sets the text's first telling letter; FontMissing when it isn't installed."""
    script = script_of(text, language)
    family = f"noto-sans-{script}" if script else "noto-sans"
    found = _faces(fonts_folder(), family, weight, italic=False)
    if not found:
        raise FontMissing(f"the font {family} ({_WEIGHTS[weight][0]}) is not installed under {fonts_folder()}")
    return found[0].file


def _script(letter: str, language: str) -> str:
    """The script of one letter; "" for Latin, Greek and Cyrillic, and for signs."""
    for low, high, script in _RANGES:
        if low <= ord(letter) <= high:
            own = _SCRIPTS.get(primary(language), "")
            return own if script in _EAST_ASIAN and own in _EAST_ASIAN else script
    return ""


@cache
def _faces(folder: Path, family: str, weight: str, *, italic: bool) -> tuple[Face, ...]:
    """The family's files at that weight: one; a hundred parts of one that holds many thousand letters; or none."""
    style, number = _WEIGHTS[weight]
    for name in ([f"{style}_Italic"] if italic else []) + [style, "400Regular"]:
        if file := _single(folder, family, name):
            return (Face(file),)
    listed = folder / "@fontsource-variable" / family / "unicode.json"
    if not listed.is_file():
        return ()
    parts = json.loads(listed.read_text(encoding="utf-8"))
    return tuple(
        Face(listed.parent / "files" / f"{family}-{part.strip('[]')}-wght-normal.woff2", number, _letters(ranges))
        for part, ranges in parts.items()
    )


def _single(folder: Path, family: str, style: str) -> Path | None:
    """Any of three layouts: the npm packages', packages beside one another, or a flat folder of files named alike."""
    name = family.replace("-", "")
    for place in (folder / "@expo-google-fonts" / family / style, folder / family / style, folder):
        for file in sorted(place.glob(f"*_{style}.ttf")) if place.is_dir() else []:
            if file.name.split("_")[0].lower() == name:
                return file
    return None


def _letters(ranges: str) -> frozenset[int]:
    """Of a list as style sheets have it: "U+4e00,U+4e03-4e05"."""
    letters: set[int] = set()
    for part in ranges.split(","):
        first, _, last = part.strip()[2:].partition("-")
        letters.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(letters)
