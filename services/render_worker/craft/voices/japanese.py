"""Japanese as it sounds: written text in katakana, cut where words begin.

espeak-ng reads kana only. The readings are MeCab's with the IPA dictionary, which is mapped from disk when the first Japanese
line is spoken.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from fugashi import GenericTagger

# What leans on the word before it: particles, auxiliaries, suffixes and verbs that only help.
_LEANS_BY_KIND: Final = frozenset({"助詞", "助動詞", "記号"})
_LEANS_BY_USE: Final = frozenset({"接尾", "非自立"})
_VOWELS: Final = {"A": "ア", "I": "イ", "U": "ウ", "E": "エ", "O": "オ"}
# Counted, these are read otherwise than alone.
_COUNTED: Final = {"月": "ガツ", "日": "ニチ", "年": "ネン", "時": "ジ", "人": "ニン", "分": "フン"}
_NUMBER = re.compile(r"[0-9０-９一二三四五六七八九十百千万]$")
_READABLE = re.compile("[\u3041-\u309f\u30a1-\u30ffA-Za-z0-9０-９ａ-ｚＡ-Ｚ]")


@dataclass(frozen=True)
class Sounded:
    """A stretch of the text and its kana; whether a word begins with it."""

    begin: int
    end: int
    kana: str
    begins: bool


def sounded(text: str) -> list[Sounded]:
    """The text's words and parts of words in order, with their readings. What nobody can read has an empty one."""
    found: list[Sounded] = []
    at, prefixed = 0, False
    for word in _tagger()(text):
        begin = text.find(word.surface, at)
        at = begin + len(word.surface)
        kind, use = word.feature[0], word.feature[1]
        leans = bool(found) and (kind in _LEANS_BY_KIND or use in _LEANS_BY_USE or prefixed)
        told = word.feature[8] if len(word.feature) > 8 else "*"
        before = text[:begin]
        if word.surface == "々" and found:
            told, leans = found[-1].kana, True
        elif word.surface in _COUNTED and _NUMBER.search(before):
            told, leans = _COUNTED[word.surface], True
        elif told == "*":
            told = "".join(sign if _read_as_it_is(sign) else " " for sign in word.surface)
        found.append(Sounded(begin, at, _without_marks_of_length(told), not leans))
        prefixed = kind == "接頭詞"
    return found


def _read_as_it_is(sign: str) -> bool:
    return bool(_READABLE.match(sign)) or not unicodedata.category(sign).startswith("L")


def _without_marks_of_length(kana: str) -> str:
    """Each "ー" as the vowel it makes longer: the synthesiser passes over it."""
    spelled = ""
    for sign in kana:
        # The name of a kana ends in its vowel: "KATAKANA LETTER SMALL YO".
        named = unicodedata.name(spelled[-1], "") if spelled else ""
        spelled += _VOWELS.get(named[-1:], "") if sign == "ー" else sign
    return spelled


@cache
def _tagger() -> GenericTagger:
    import fugashi
    import ipadic

    return fugashi.GenericTagger(ipadic.MECAB_ARGS)
