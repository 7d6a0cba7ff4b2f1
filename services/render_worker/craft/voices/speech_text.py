"""What the synthesiser is given to read for a stretch of text, and which character of the text each of its characters stands for."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

from services.render_worker.craft.voices.japanese import sounded

# Signs of markup that the synthesiser would name aloud.
_UNSPOKEN: Final = frozenset("*_#~`|<>^{}[]\\")
# Devanagari, and the same letters in the Telugu block.
_DEVANAGARI, _TELUGU = 0x0900, 0x0C00
_SHARED_LETTERS = range(0x0901, 0x0970)
# The avagraha (a vowel left out), the nukta and the Vedic accents have no sound of their own; the dandas stay as they are.
_SILENT = frozenset("\u093c\u093d\u0951\u0952\u0953\u0954")
_DANDAS = frozenset("।॥")
_OM = "ఓం"
# espeak-ng 1.52 lets a Japanese statement rise by three semitones at its end, as if more were to come; said with this mark it falls by five.
JAPANESE_STOP: Final = "!"
# Mandarin's syllables in -iong: espeak-ng 1.52 knows no sound for them and spells them in English. By their tone.
_IONG: Final = {
    character: f"[[{onset}jong{tone}]]"
    for onset, tone, characters in (
        ("S;", 55, "兄凶胸匈汹芎兇洶"),
        ("S;", 35, "雄熊"),
        ("tS;h", 55, "穹芎"),
        ("tS;h", 35, "琼穷邛茕蛩筇窮瓊"),
        ("tS;", 55, "冂扃"),
        ("tS;", 214, "炯窘迥"),
    )
    for character in characters
}


@dataclass(frozen=True)
class Reading:
    """The text as it is read out. `origins`: for each of its characters the offset in the text it was made from."""

    text: str
    origins: tuple[int, ...]


def reading_of(text: str, language: str) -> Reading:
    """The reading of a text in a language (BCP 47): markup, pictures and control signs are blank, Sanskrit is written in
    Telugu letters, Japanese in kana with spaces, and what the synthesiser reads wrongly is written as it sounds.
    """
    base = language.replace("_", "-").split("-")[0].lower()
    if base == "ja":
        return _in_kana(text)
    pieces: list[str] = []
    origins: list[int] = []
    for offset, character in enumerate(text):
        piece = _read(character, base)
        pieces.append(piece)
        origins.extend([offset] * len(piece))
    return Reading("".join(pieces), tuple(origins))


def _read(character: str, language: str) -> str:
    if character in _UNSPOKEN or unicodedata.category(character) in ("So", "Cc", "Co", "Cs"):
        return " "
    if language == "sa":
        return _in_telugu(character)
    return _IONG.get(character, character) if language in ("zh", "cmn") else character


def _in_kana(text: str) -> Reading:
    plain = "".join(_read(character, "ja") for character in text)
    pieces: list[str] = []
    origins: list[int] = []
    asks = False
    for part in sounded(plain):
        stop = "?" if asks else JAPANESE_STOP
        piece = " " * (part.begins and bool(pieces)) + part.kana.replace("。", stop)
        asks = plain[part.begin : part.end] == "か"
        pieces.append(piece)
        origins += [part.begin] * len(piece)
    return Reading("".join(pieces), tuple(origins))


def _in_telugu(character: str) -> str:
    if character in _SILENT:
        return ""
    if character == "ॐ":
        return _OM
    if ord(character) in _SHARED_LETTERS and character not in _DANDAS:
        return chr(ord(character) - _DEVANAGARI + _TELUGU)
    return character
