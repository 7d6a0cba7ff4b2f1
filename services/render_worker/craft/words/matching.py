"""Finding the words of a table in a text, inflected as their language inflects. One pass over the text, whatever the table's size.

A text in a writing without spaces (Chinese, Japanese, Thai, …) is cut into words by the table itself: the longest at each place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from services.render_worker.craft.words.inflection import forms, looks

K = TypeVar("K")

# Marks belong to their letter, though Python's \w doesn't know it; the danda (U+0964, U+0965) ends a sentence.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff"
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u1000-\u109f\u135d-\u135f\u1780-\u17ff\u200c\u200d"
)
_WORD = re.compile(rf"[^\W_{_MARKS}](?:[^\W_]|[{_MARKS}])*|[{_MARKS}](?:[^\W_]|[{_MARKS}])*")
_SPACELESS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u3400-\u9fff]")
_LONGEST_SPACELESS = 20
# A word of Thai, Lao, Burmese or Khmer begins with no mark of the letter before it, and doesn't end before a mark of its own; a
# vowel that is written before its letter belongs to it, and some letters (Thai ห) never end a syllable.
_ENDS_NO_WORD = re.compile(
    r"[\u0e40-\u0e44\u0e09\u0e0c\u0e1c\u0e1d\u0e2b\u0e2e\u0ec0-\u0ec4\u0e9c\u0e9d\u0eab\u0eae\u1039\u17d2]"
)
_BEGINS_NO_WORD = re.compile(
    "[\u0e30-\u0e3a\u0e45\u0e47-\u0e4e\u0eb0-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u1056-\u1059\u17b4-\u17d3\u17dd]|[\u1000-\u1021][\u1039\u103a]"
)
# In katakana one word is written at a time: "パン" isn't in "パンダ".
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc]")
_ARABIC_MARKS = re.compile("[\u064b-\u065f\u0670\u0640]")
_SAME = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ё": "е", "ँ": "ं", "़": None, "\u200c": None, "\u200d": None})  # fmt: skip


class Token(NamedTuple):
    """A word of a text, folded as words are compared, and where it stands."""

    key: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Found(Generic[K]):
    """A word of the table in a text: what it means, as the text has it, and where (`first` and `last` count its tokens)."""

    meaning: K
    word: str
    start: int
    end: int
    first: int
    last: int


def folded(word: str) -> str:
    """A word as two spellings of it are compared: case, Arabic vowel signs, nuktas and the like set aside."""
    plain = unicodedata.normalize("NFC", word).casefold().translate(_SAME)
    return _ARABIC_MARKS.sub("", plain)


def tokens(text: str) -> list[Token]:
    """The text's words in order. A run of a writing without spaces is one token."""
    return [Token(folded(hit.group()), hit.start(), hit.end()) for hit in _WORD.finditer(text)]


def spaceless(text: str) -> bool:
    """Whether this is written without spaces between words."""
    return _SPACELESS.search(text) is not None


class Table(Generic[K]):
    """Words and what they mean, in one language. A word may mean several things."""

    def __init__(
        self,
        entries: Iterable[tuple[str, K]],
        language: str,
        *,
        inflects: bool = True,
        among: frozenset[str] = frozenset(),
    ) -> None:
        """`among`: in a writing without spaces further words, folded, within which none of the table's is to be found."""
        # Without a language only the words as they are listed count.
        self._language = language if inflects else ""
        self._alone: dict[str, list[K]] = {}
        # By their first word and how many follow: the other words and what they mean.
        self._phrases: dict[str, dict[int, dict[tuple[str, ...], list[K]]]] = {}
        # By a word's first letter how long the words are that begin with it, the longest first.
        self._lengths: dict[str, list[int]] = {}
        self._runs: dict[str, list[K]] = {}
        self._among = among
        for words, meaning in entries:
            self._add(words, meaning)
        for word in (*self._runs, *(among if self._runs else ())):
            self._lengths.setdefault(word[0], []).append(min(len(word), _LONGEST_SPACELESS))
        self._lengths = {letter: sorted(set(lengths), reverse=True) for letter, lengths in self._lengths.items()}

    def _add(self, words: str, meaning: K) -> None:
        parts = [token.key for token in tokens(words)]
        if not parts:
            return
        if spaceless(words):
            _put(self._runs, "".join(parts), meaning)
        elif len(parts) == 1:
            for form in forms(parts[0], self._language):
                _put(self._alone, form, meaning)
        else:
            for last in forms(parts[-1], self._language):
                if not last.startswith("~"):
                    by_length = self._phrases.setdefault(parts[0], {})
                    _put(by_length.setdefault(len(parts) - 1, {}), (*parts[1:-1], last), meaning)

    def find(self, text: str, text_tokens: Sequence[Token] | None = None) -> list[Found[K]]:
        """Every word of the table in the text, in its order; the words of a phrase found aren't found again alone."""
        words = tokens(text) if text_tokens is None else text_tokens
        found: list[Found[K]] = []
        covered = -1
        for at, token in enumerate(words):
            if self._runs and _SPACELESS.match(token.key):
                found += self._in_run(text, token, at)
                continue
            phrase = self._phrase(words, at) if token.key in self._phrases else None
            if phrase is not None:
                length, meanings = phrase
                last = words[at + length]
                covered = at + length
                found += [
                    Found(each, text[token.start : last.end], token.start, last.end, at, at + length)
                    for each in meanings
                ]
            elif at > covered:
                found += [
                    Found(each, text[token.start : token.end], token.start, token.end, at, at)
                    for each in self._meanings(token.key)
                ]
        return found

    def _meanings(self, key: str) -> list[K]:
        for form in looks(key, self._language):
            if form in self._alone:
                return self._alone[form]
        return []

    def _phrase(self, words: Sequence[Token], at: int) -> tuple[int, list[K]] | None:
        by_length = self._phrases[words[at].key]
        for length in sorted(by_length, reverse=True):
            rest = tuple(word.key for word in words[at + 1 : at + 1 + length])
            if rest in by_length[length]:
                return length, by_length[length][rest]
        return None

    def _in_run(self, text: str, token: Token, at: int) -> Iterator[Found[K]]:
        place = 0
        key = token.key
        while place < len(key):
            length = self._word_at(key, place)
            start = token.start + place
            for each in self._runs.get(key[place : place + length], ()):
                yield Found(each, text[start : start + length], start, start + length, at, at)
            place += max(length, 1)

    def _word_at(self, key: str, place: int) -> int:
        """How long the longest word is that begins there; 0: none does."""
        for length in self._lengths.get(key[place], ()):
            word = key[place : place + length]
            if (word in self._runs or word in self._among) and not _cut_through(key, place, place + len(word)):
                return len(word)
        return 0


def _cut_through(key: str, begin: int, end: int) -> bool:
    """Whether a cut at either end would part what is one letter or one word."""
    if begin and (
        _ENDS_NO_WORD.match(key, begin - 1) or (_KATAKANA.match(key, begin) and _KATAKANA.match(key, begin - 1))
    ):
        return True
    return bool(_BEGINS_NO_WORD.match(key, end) or (_KATAKANA.match(key, end - 1) and _KATAKANA.match(key, end)))


def _put(index: dict[Any, list[K]], key: Any, meaning: K) -> None:
    meanings = index.setdefault(key, [])
    if meaning not in meanings:
        meanings.append(meaning)
