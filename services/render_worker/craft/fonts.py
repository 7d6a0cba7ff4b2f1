"""Typefaces by language: which font file sets a text, found under one folder of fonts."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from PIL import ImageFont

_REPO = Path(__file__).resolve().parents[3]
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
    (0x0900, 0x097F, "devanagari"), (0x0980, 0x09FF, "bengali"), (0x0A00, 0x0A7F, "gurmukhi"), (0x0A80, 0x0AFF, "gujarati"),
    (0x0B00, 0x0B7F, "oriya"), (0x0B80, 0x0BFF, "tamil"), (0x0C00, 0x0C7F, "telugu"), (0x0C80, 0x0CFF, "kannada"),
    (0x0D00, 0x0D7F, "malayalam"), (0x0D80, 0x0DFF, "sinhala"), (0x0E00, 0x0E7F, "thai"), (0x0E80, 0x0EFF, "lao"),
    (0x1000, 0x109F, "myanmar"), (0x10A0, 0x10FF, "georgian"), (0x1200, 0x137F, "ethiopic"), (0x1780, 0x17FF, "khmer"),
    (0x3040, 0x30FF, "jp"), (0x3400, 0x9FFF, "sc"), (0xAC00, 0xD7AF, "kr"),
)  # fmt: skip
_WEIGHTS = {"regular": "400Regular", "semibold": "600SemiBold", "bold": "700Bold"}
# Of the display face for titles in Latin and Cyrillic; other scripts set titles in their bold.
_DISPLAY = "playfair-display"
_LATIN_AND_CYRILLIC = ((0x0000, 0x024F), (0x0400, 0x045F), (0x1E00, 0x1EFF), (0x2010, 0x203A))


class FontMissing(LookupError):
    """No file holds the font that this text needs; the message names it."""


def fonts_folder() -> Path:
    """FILMSTUDIO_FONTS_DIR, else the repository's installed packages of fonts."""
    named = os.environ.get("FILMSTUDIO_FONTS_DIR")
    return Path(named) if named else _REPO / "node_modules" / "@expo-google-fonts"


def script_of(text: str, language: str) -> str:
    """The font script of the text's first telling letter, else of the language; "" is Noto Sans itself."""
    for letter in text:
        for low, high, script in _RANGES:
            if low <= ord(letter) <= high:
                # Han letters are Japanese in a Japanese film.
                return _SCRIPTS.get(language, script) if script == "sc" and language == "ja" else script
    if any(letter.isalpha() for letter in text):
        return ""
    return _SCRIPTS.get(language.split("-")[0], "")


def font_file(text: str, language: str, weight: str = "semibold", *, display: bool = False) -> Path:
    """The file that sets the text; FontMissing when it isn't installed."""
    script = script_of(text, language)
    if display and not script and all(any(a <= ord(c) <= b for a, b in _LATIN_AND_CYRILLIC) for c in text):
        family = _DISPLAY
    else:
        family = f"noto-sans-{script}" if script else "noto-sans"
    found = _find(fonts_folder(), family, _WEIGHTS[weight])
    if found is None:
        raise FontMissing(f"the font {family} ({_WEIGHTS[weight]}) is not installed under {fonts_folder()}")
    return found


def load_font(
    text: str, language: str, size: int, weight: str = "semibold", *, display: bool = False
) -> ImageFont.FreeTypeFont:
    """The font at a size in pixels, shaping complex scripts."""
    return ImageFont.truetype(
        font_file(text, language, weight, display=display), size, layout_engine=ImageFont.Layout.RAQM
    )


@cache
def _find(folder: Path, family: str, weight: str) -> Path | None:
    """Either layout: PACKAGE/400Regular/Name_400Regular.ttf, or a flat folder of files so named."""
    for place in (folder / family / weight, folder / family, folder):
        name = family.replace("-", "")
        for file in sorted(place.glob(f"*_{weight}.ttf")) if place.is_dir() else []:
            if file.name.split("_")[0].lower() == name:
                return file
    return None
