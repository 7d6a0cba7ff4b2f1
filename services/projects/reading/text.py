"""Text as it comes in: what is refused before any format is looked at, lines, paragraphs, and emphasis marks."""

from __future__ import annotations

import re
import unicodedata

from services.projects.errors import ScriptUnreadable

# more than this part of control or replacement characters: bytes of something else, not a script
_MOST_CONTROL = 0.02
_LINE_ENDS = re.compile(r"\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_WHITE = frozenset("\t\n\r\x0b\x0c\x1c\x1d\x1e\x85")
# Each looks no further than the next mark, so that the time stays linear.
_STARS = re.compile(r"(?<![\\*])\*{1,3}(?=[^\s*])([^*\n]*)(?<=[^\s\\])\*{1,3}")
_UNDERLINE = re.compile(r"(?<![\w\\])_(?=[^\s_])([^_\n]*)(?<=[^\s\\])_(?!\w)")
_ESCAPE = re.compile(r"\\([*_\[\]#`~>!@.\\])")
_SENTENCE_ENDS = tuple(".!?…:\"'”’»)।॥؟。！？」』")
# Chinese characters, kana, Thai: no space between what two lines say.
_SPACELESS = re.compile(r"[\u0e00-\u0e7f\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")


def cleaned(text: str) -> str:
    """The text without byte order mark and stray control characters; ScriptUnreadable when it is empty or binary."""
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise ScriptUnreadable("the script is empty: write at least one line of action, dialogue or narration")
    strange = sum(1 for char in text if char == "\ufffd" or (unicodedata.category(char) == "Cc" and char not in _WHITE))
    if "\0" in text or strange > len(text) * _MOST_CONTROL:
        raise ScriptUnreadable("this is not text: save the script as plain text in UTF-8 and send that")
    if not strange:
        return text
    return "".join(char for char in text if char in _WHITE or unicodedata.category(char) != "Cc")


def lines(text: str) -> list[str]:
    """The text's lines, whatever ends them."""
    return _LINE_ENDS.split(text)


def without_emphasis(text: str) -> str:
    """The text without the marks of bold, italics and underline; escaped marks are meant as they stand."""
    # three rounds: bold within italics within underline
    for _ in range(3):
        plain = _UNDERLINE.sub(r"\1", _STARS.sub(r"\1", text))
        if plain == text:
            break
        text = plain
    return _ESCAPE.sub(r"\1", text)


def paragraphs(text_lines: list[str]) -> list[list[str]]:
    """Groups of lines between empty ones."""
    groups: list[list[str]] = [[]]
    for line in text_lines:
        if line.strip():
            groups[-1].append(line.strip())
        elif groups[-1]:
            groups.append([])
    return [group for group in groups if group]


def told_apart(group: list[str]) -> list[str]:
    """A group's paragraphs: one, unless every line of it ends a sentence; then each line is one."""
    return group if all(line.endswith(_SENTENCE_ENDS) for line in group) else [joined(group)]


def joined(group: list[str]) -> str:
    """Lines of one paragraph as one text: with a space between them, save where the writing has none."""
    parts: list[str] = []
    for line in group:
        if parts and not (_SPACELESS.match(parts[-1][-1:]) and _SPACELESS.match(line[:1])):
            parts.append(" ")
        parts.append(line)
    return "".join(parts)
