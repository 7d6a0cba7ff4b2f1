"""Which writing a text is in, and whether the voice of a language can read it aloud.

A voice reads the letters of its own language, and Latin ones besides. Others it spells letter by letter, by their Unicode names:
a minute of Hindi read by an English voice lasts an hour.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from filmstudio.projects.v1 import script_pb2

from services.kit.errors import Invalid

Kind = script_pb2.ScriptElement

# first and last letter, the writing's name, and the languages of ours that use it, the likeliest first
_WRITINGS = (
    (0x0370, 0x03FF, "Greek", ("el",)), (0x0400, 0x052F, "Cyrillic", ("ru", "uk", "bg")), (0x0600, 0x06FF, "Arabic", ("ar", "fa", "ur")),
    (0x0750, 0x077F, "Arabic", ("ar", "fa", "ur")), (0x0900, 0x097F, "Devanagari", ("hi", "mr", "ne", "sa")), (0x0980, 0x09FF, "Bengali", ("bn",)),
    (0x0A00, 0x0A7F, "Gurmukhi", ("pa",)), (0x0A80, 0x0AFF, "Gujarati", ("gu",)), (0x0B80, 0x0BFF, "Tamil", ("ta",)),
    (0x0C00, 0x0C7F, "Telugu", ("te",)), (0x0C80, 0x0CFF, "Kannada", ("kn",)), (0x0D00, 0x0D7F, "Malayalam", ("ml",)),
    (0x0E00, 0x0E7F, "Thai", ("th",)), (0x3040, 0x30FF, "Japanese", ("ja",)), (0x1100, 0x11FF, "Korean", ("ko",)),
    (0xAC00, 0xD7AF, "Korean", ("ko",)), (0x3400, 0x9FFF, "Chinese", ("zh", "ja", "ko")),
)  # fmt: skip
# Of other writings: their names, for what to say; no voice reads them.
_OTHERS = (
    (0x0530, 0x058F, "Armenian"), (0x0590, 0x05FF, "Hebrew"), (0x0B00, 0x0B7F, "Odia"), (0x0D80, 0x0DFF, "Sinhala"), (0x0E80, 0x0EFF, "Lao"),
    (0x0F00, 0x0FFF, "Tibetan"), (0x1000, 0x109F, "Burmese"), (0x10A0, 0x10FF, "Georgian"), (0x1200, 0x137F, "Ethiopic"),
    (0x1780, 0x17FF, "Khmer"),
)  # fmt: skip
_NAMED = (*((low, high, name) for low, high, name, _ in _WRITINGS), *_OTHERS)
_SPOKEN = {Kind.KIND_DIALOGUE, Kind.KIND_NARRATION, Kind.KIND_LYRIC}
# More than this part of what is spoken in letters the voice can't read: a mistake, not a quotation.
_MOST_FOREIGN = 0.5
# Kana among the characters make it Japanese.
_SOME_KANA = 0.1


def require_readable(elements: Iterable[script_pb2.ScriptElement], language: str) -> None:
    """Invalid, naming the field `language` and what to do, where most of what is spoken is in letters that its voice can't read."""
    letters: Counter[str] = Counter()
    for element in elements:
        if element.kind in _SPOKEN:
            for char, times in Counter(element.text).items():
                if char.isalpha():
                    letters[_writing(ord(char))] += times
    total = letters.total()
    foreign = Counter({name: count for name, count in letters.items() if name and not _reads(language, name)})
    if foreign.total() <= total * _MOST_FOREIGN:
        return
    name = foreign.most_common(1)[0][0]
    if letters["Japanese"] > total * _SOME_KANA:
        name = "Japanese"
    languages = next((each for _, _, writing, each in _WRITINGS if writing == name), ())
    if not languages:
        raise Invalid(
            f"the script is written in {name} letters, and no voice reads them: hand in a script in another language",
            field="language",
        )
    others = f" (or {', '.join(languages[1:])})" if len(languages) > 1 else ""
    raise Invalid(
        f"the script is written in {name} letters, and its language is {language!r}, whose voice can't read them: "
        f"hand it in again with the language {languages[0]!r}{others}",
        field="language",
    )


def _writing(code: int) -> str:
    """The writing of a letter; empty for Latin, and what is in none of these."""
    return next((name for low, high, name in _NAMED if low <= code <= high), "")


def _reads(language: str, writing: str) -> bool:
    return any(language in languages for _, _, name, languages in _WRITINGS if name == writing)
