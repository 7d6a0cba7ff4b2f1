"""Finding the words of a table in a text, inflected as their language inflects. One pass over the text, whatever the table's size.

Four ways, by how a language builds its words:
- few endings (English, the Romance and Germanic languages, Hindi and its sisters): a noun's other forms are listed beside it;
- many endings (Slavic, Bengali): both the table's word and the text's lose a known ending, and three letters must be left;
- endings upon endings (Tamil, Turkish, Finnish, …): the text's word begins with the table's, which must be four letters long
  (three in the Dravidian scripts, whose letters are syllables);
- no spaces (Chinese, Japanese, Thai, …): the longest word of the table at each place.
Arabic and Hebrew also write the article and short words together with the next. In any other language only whole words count.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

K = TypeVar("K")

# Marks belong to their letter, though Python's \w doesn't know it; the danda (U+0964, U+0965) ends a sentence.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff"
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u1000-\u109f\u135d-\u135f\u1780-\u17ff\u200c\u200d"
)
_WORD = re.compile(rf"[^\W_{_MARKS}](?:[^\W_]|[{_MARKS}])*|[{_MARKS}](?:[^\W_]|[{_MARKS}])*")
_SPACELESS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u3400-\u9fff]")
_LONGEST_SPACELESS = 12
_ARABIC_MARKS = re.compile("[\u064b-\u065f\u0670\u0640]")
_SAME = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ё": "е", "ँ": "ं", "़": None, "\u200c": None, "\u200d": None})  # fmt: skip

_FEW = {"en", "es", "pt", "gl", "ca", "fr", "it", "de", "nl", "sv", "da", "nb", "no", "nn", "hi", "mr", "ne", "sa", "ur", "pa", "gu"}  # fmt: skip
_SLAVIC = {"ru", "uk", "be", "bg", "sr", "mk", "pl", "cs", "sk", "hr", "sl", "bs"}
_DRAVIDIAN = {"ta", "te", "kn", "ml"}
_UPON = _DRAVIDIAN | {"tr", "az", "kk", "ky", "uz", "tk", "fi", "et", "hu", "eu", "ka", "mn", "ko", "sw", "id", "ms"}
_SEMITIC = {"ar", "he", "fa"}
# Longest first, so that the whole ending goes.
_CYRILLIC_ENDINGS = [
    "иями",
    "ями",
    "ами",
    "ией",
    "ого",
    "ему",
    "ому",
    "ыми",
    "ими",
    "иях",
    "ях",
    "ах",
    "ам",
    "ям",
    "ой",
    "ою",
    "ей",
    "ею",
    "ем",
    "ом",
    "ов",
    "ев",
    "ью",
    "ия",
    "ие",
    "ии",
    "ию",
    "ый",
    "ий",
    "ая",
    "яя",
    "ое",
    "ее",
    "ые",
    "ую",
    "юю",
    "а",
    "я",
    "ы",
    "и",
    "у",
    "ю",
    "е",
    "о",
    "ь",
    "й",
    "і",
    "ї",
    "є",
]
_WEST_SLAVIC_ENDINGS = [
    "iami",
    "ami",
    "ach",
    "ech",
    "owi",
    "ach",
    "ami",
    "ego",
    "emu",
    "ach",
    "om",
    "em",
    "ie",
    "ów",
    "ou",
    "ov",
    "ám",
    "ům",
    "a",
    "ą",
    "e",
    "ę",
    "i",
    "o",
    "u",
    "y",
    "ě",
    "é",
    "í",
    "ý",
    "ů",
]
_BENGALI_ENDINGS = [
    "গুলোর",
    "গুলির",
    "গুলো",
    "গুলি",
    "দের",
    "টির",
    "টার",
    "টিকে",
    "টাকে",
    "টি",
    "টা",
    "কে",
    "তে",
    "য়ের",
    "ের",
    "রা",
    "র",
    "ে",
    "য়",
]
_BENGALI = {"bn", "as"}
_ARABIC_BEFORE = ("وبال", "فبال", "وال", "فال", "بال", "كال", "لل", "ال", "و", "ف", "ب", "ل", "ك")
_ARABIC_AFTER = ("تها", "تهم", "ها", "هم", "ته", "ات", "ان", "ين", "ون", "تي", "ه", "ي", "ا", "ت")
_HEBREW_BEFORE = ("וה", "בה", "של", "ה", "ו", "ב", "ל", "מ", "ש", "כ")
_UMLAUTS = {"a": "ä", "o": "ö", "u": "ü"}


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

    def __init__(self, entries: Iterable[tuple[str, K]], language: str, *, inflects: bool = True) -> None:
        # Without a language only the words as they are listed count.
        self._language = language if inflects else ""
        self._alone: dict[str, list[K]] = {}
        # By their first word and how many follow: the other words and what they mean.
        self._phrases: dict[str, dict[int, dict[tuple[str, ...], list[K]]]] = {}
        self._longest_run = 0
        self._runs: dict[str, list[K]] = {}
        for words, meaning in entries:
            self._add(words, meaning)

    def _add(self, words: str, meaning: K) -> None:
        parts = [token.key for token in tokens(words)]
        if not parts:
            return
        if spaceless(words):
            _put(self._runs, "".join(parts), meaning)
            self._longest_run = max(self._longest_run, min(len("".join(parts)), _LONGEST_SPACELESS))
        elif len(parts) == 1:
            for form in _forms(parts[0], self._language):
                _put(self._alone, form, meaning)
        else:
            for last in _forms(parts[-1], self._language):
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
        for form in _looks(key, self._language):
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
            for length in range(min(self._longest_run, len(key) - place), 0, -1):
                if meanings := self._runs.get(key[place : place + length]):
                    start = token.start + place
                    for each in meanings:
                        yield Found(each, text[start : start + length], start, start + length, at, at)
                    place += length - 1
                    break
            place += 1


def _put(index: dict[Any, list[K]], key: Any, meaning: K) -> None:
    meanings = index.setdefault(key, [])
    if meaning not in meanings:
        meanings.append(meaning)


def _forms(word: str, language: str) -> list[str]:
    """What stands in the index for a table's word; "~" marks a stem."""
    if language in _FEW:
        return list(dict.fromkeys([word, *_listed(word, language)]))
    if language in _SLAVIC or language in _BENGALI:
        return [word, "~" + _stripped(word, language)]
    if language in _DRAVIDIAN:
        trimmed = _trimmed(word, language) if len(word) > 3 else word
        return [word, "~" + trimmed] if len(trimmed) >= 3 else [word]
    if language in _UPON:
        return [word, "~" + word] if len(word) >= 4 else [word]
    if language in _SEMITIC:
        return list(dict.fromkeys([word, word.removesuffix("ه")])) if len(word) > 3 else [word]
    return [word]


def _trimmed(word: str, language: str) -> str:
    """A Dravidian word without what gives way to an ending: "மரம்", "மரத்தில்"."""
    if language == "ta":
        bare = word.removesuffix("ம்")
        return bare if bare != word and len(bare) >= 3 else word.removesuffix("்").removesuffix("ு")
    return word.removesuffix("ు").removesuffix("ం")


def _looks(word: str, language: str) -> Iterator[str]:
    """Under what a text's word is looked for, the surest first."""
    yield word
    if language in _SLAVIC or language in _BENGALI:
        yield "~" + _stripped(word, language)
    elif language in _UPON:
        for length in range(len(word), 2, -1):
            yield "~" + word[:length]
    elif language in _SEMITIC:
        before = _HEBREW_BEFORE if language == "he" else _ARABIC_BEFORE
        bare = next((word[len(b) :] for b in before if word.startswith(b) and len(word) - len(b) >= 3), word)
        yield bare
        for each in (bare, word):
            for after in _ARABIC_AFTER:
                if each.endswith(after) and len(each) - len(after) >= 3:
                    yield each[: -len(after)]


def _stripped(word: str, language: str) -> str:
    if language in _BENGALI:
        endings, least = _BENGALI_ENDINGS, 2
    else:
        endings, least = (_CYRILLIC_ENDINGS if word[-1:] >= "\u0400" else _WEST_SLAVIC_ENDINGS), 3
    return next((word[: -len(e)] for e in endings if word.endswith(e) and len(word) - len(e) >= least), word)


def _listed(word: str, language: str) -> list[str]:
    """The other forms of a noun where there are few."""
    if len(word) < 3:
        return []
    if language == "en":
        if word.endswith(("s", "x", "ch", "sh")):
            return [word + "es"]
        if word.endswith("y") and word[-2] not in "aeiou":
            return [word[:-1] + "ies"]
        return [word + "s"]
    if language in ("es", "pt", "gl", "ca"):
        extra = [word[:-2] + "ões"] if word.endswith("ão") else [word[:-1] + "ces"] if word.endswith("z") else []
        return [word + "s", word + "es", *extra]
    if language == "fr":
        return [word + "s", word + "x", *([word[:-2] + "aux"] if word.endswith("al") else [])]
    if language == "it":
        return _italian(word)
    if language in ("de", "nl", "sv", "da", "nb", "no", "nn"):
        return _germanic(word, language)
    return _indic(word)


def _italian(word: str) -> list[str]:
    if word.endswith("io"):
        return [word[:-1]]
    if word.endswith(("co", "go")):
        return [word[:-1] + "hi", word[:-1] + "i"]
    if word.endswith(("ca", "ga")):
        return [word[:-1] + "he"]
    return [word[:-1] + {"o": "i", "a": "e", "e": "i"}[word[-1]]] if word[-1] in "oae" else []


def _germanic(word: str, language: str) -> list[str]:
    if language != "de":
        return [word + end for end in ("s", "en", "n", "et", "er", "ar", "or", "arna", "erne", "ene", "e")]
    changed = [word]
    vowel = max((word.rfind(v) for v in "aou"), default=-1)
    if vowel >= 0 and word[vowel : vowel + 2] != "eu":
        # "Baum, Bäume": of a diphthong the first vowel changes.
        at = vowel - 1 if word[vowel] == "u" and vowel and word[vowel - 1] == "a" else vowel
        changed.append(word[:at] + _UMLAUTS[word[at]] + word[at + 1 :])
    return [stem + end for stem in changed for end in ("", "e", "en", "er", "ern", "es", "n", "s")]


def _indic(word: str) -> list[str]:
    if word.endswith("ा"):
        return [word[:-1] + end for end in ("े", "ों", "ो")]
    if word.endswith("ी"):
        return [word[:-1] + end for end in ("ियां", "ियों")]
    return [word + end for end in ("ें", "ों", "ं")]
