"""Unicode's own words for emoji, in some 170 languages: what a language calls the things, places and skies that can be drawn.

From the package cldr-annotations-full (Unicode licence). An emoji's words are its name and what people search it by. A name of one
word is believed ("cat"); of the others only one that the emoji which have it agree on.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

from services.render_worker.craft.words.matching import folded, spaceless, tokens

K = TypeVar("K")

_REPO = Path(__file__).resolve().parents[4]
_HOMOGRAPHS = Path(__file__).parent / "homographs.toml"
# Written (nearly) as another language that has more words; what a language has too few of is looked up there.
_SISTERS = {"sa": "hi", "no": "nb", "nn": "nb"}
# The part of the emoji that have a word which must be of one family.
_AGREEING = 0.6
_ZODIAC = frozenset("♈♉♊♋♌♍♎♏♐♑♒♓")
_LEAST_LETTERS = 3
_LEAST_SPACELESS = 2
_MOST_ENDING = 3


def annotations_folder() -> Path:
    """FILMSTUDIO_CLDR_DIR, else the repository's installed package."""
    named = os.environ.get("FILMSTUDIO_CLDR_DIR")
    return Path(named) if named else _REPO / "node_modules" / "cldr-annotations-full" / "annotations"


def words_of(language: str, families: Mapping[K, Sequence[str]]) -> Iterator[tuple[str, K]]:
    """The words of that language that name one family of emoji and no other; nothing for a language Unicode has no words in."""
    for locale in dict.fromkeys((language, _SISTERS.get(language, language))):
        yield from _words(locale, families)


def vocabulary(language: str) -> frozenset[str]:
    """All words, folded, that Unicode has in a language of a writing without spaces: none is to be found within another."""
    return frozenset(word for word in _annotations(language)[1] if spaceless(word) and " " not in word)


def _words(locale: str, families: Mapping[K, Sequence[str]]) -> Iterator[tuple[str, K]]:
    annotations, named_by = _annotations(locale)
    doubtful = _homographs(locale)
    for family, emoji in families.items():
        own = {_plain(each) for each in emoji}
        for each in emoji:
            words, name = annotations.get(_plain(each), ((), ""))
            for word in dict.fromkeys((name, *words)):
                if not _long_enough(word) or folded(word) in doubtful:
                    continue
                share = named_by.get(folded(word), own)
                agreeing = len(share & own) / len(share)
                if word == name or (agreeing >= _AGREEING and _is_name(word, name)):
                    yield word, family


def _long_enough(word: str) -> bool:
    letters = sum(map(str.isalpha, word))
    return letters >= (_LEAST_SPACELESS if spaceless(word) else _LEAST_LETTERS) and " " not in word.strip()


def _is_name(word: str, name: str) -> bool:
    """Whether it is the emoji's name or a word of it, perhaps inflected: "лиса" of "морда лисицы"."""
    plain = folded(word)
    if spaceless(word):
        return plain in folded(name)
    parts = [token.key for token in tokens(name)]
    return any(
        part == plain or (abs(len(part) - len(plain)) < _MOST_ENDING and part.startswith(plain[:-1])) for part in parts
    )


@cache
def _homographs(locale: str) -> frozenset[str]:
    listed = tomllib.loads(_HOMOGRAPHS.read_text("utf-8"))
    return frozenset(map(folded, listed.get(locale, "").split()))


def _plain(emoji: str) -> str:
    return emoji.replace("\ufe0f", "")


@cache
def _annotations(locale: str) -> tuple[dict[str, tuple[tuple[str, ...], str]], dict[str, set[str]]]:
    """By emoji its words and its name, and by folded word the emoji that have it."""
    file = annotations_folder() / locale / "annotations.json"
    if not locale.replace("-", "").isalnum() or not file.is_file():
        return {}, {}
    read: dict[str, dict[str, list[str]]] = json.loads(file.read_text("utf-8"))["annotations"]["annotations"]
    found: dict[str, tuple[tuple[str, ...], str]] = {}
    named_by: dict[str, set[str]] = {}
    for emoji, entry in read.items():
        # The signs of the zodiac bear the names of animals.
        if emoji in _ZODIAC:
            continue
        names = entry.get("tts", [""])
        found[_plain(emoji)] = (tuple(entry.get("default", names)), names[0])
        for word in entry.get("default", names):
            named_by.setdefault(folded(word), set()).add(_plain(emoji))
    return found, named_by
