"""One language's lexicon: what its words say of places, skies, people, feelings, deeds, things and sounds.

Three layers, each over the next: the language's own table (LANGUAGE.toml), English verbs and things (English only), and what
Unicode calls emoji in that language (any of some 170). Nothing is guessed: what no layer knows is not found.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.words import cldr, conjugation, english
from services.render_worker.craft.words.grammar import grammar_of
from services.render_worker.craft.words.matching import Found, Table, Token, tokens
from services.render_worker.craft.words.sentences import Sentences
from services.render_worker.craft.words.separable import Separable
from services.render_worker.craft.words.statements import Statements, statements
from services.render_worker.craft.words.things import Concept, concepts

K = TypeVar("K")

_TABLES = Path(__file__).parent
# Words of a language that another one's table knows: it is read with that.
_READ_WITH = {
    "sa": "hi",
    "mr": "hi",
    "ne": "hi",
    "kok": "hi",
    "gl": "es",
    "ca": "es",
    "nb": "no",
    "yue": "zh",
    "uk": "ru",
    "be": "ru",
}
# The language of a writing that only few languages use, for a text that isn't in the language it says it is.
_OF_WRITING = (
    (0x0400, 0x052F, "ru"), (0x0590, 0x05FF, "he"), (0x0600, 0x06FF, "ar"), (0x0900, 0x097F, "hi"), (0x0980, 0x09FF, "bn"),
    (0x0A00, 0x0A7F, "pa"), (0x0A80, 0x0AFF, "gu"), (0x0B00, 0x0B7F, "or"), (0x0B80, 0x0BFF, "ta"), (0x0C00, 0x0C7F, "te"),
    (0x0C80, 0x0CFF, "kn"), (0x0D00, 0x0D7F, "ml"), (0x0E00, 0x0E7F, "th"), (0x10A0, 0x10FF, "ka"), (0x0530, 0x058F, "hy"),
    (0x3040, 0x30FF, "ja"), (0x3400, 0x9FFF, "zh"), (0xAC00, 0xD7AF, "ko"), (0x0370, 0x03FF, "el"),
)  # fmt: skip
# Written without spaces and with too few words in tables: Unicode's words tell where one ends.
_UNSPACED = {"th", "lo", "km", "my"}
_LETTERS_LOOKED_AT = 400
_PLACE_EMOJI: dict[sb.Place.ValueType, tuple[str, ...]] = {
    sb.PLACE_SEA: ("🏖", "🏝"), sb.PLACE_MOUNTAIN: ("⛰", "🏔"), sb.PLACE_DESERT: ("🏜",), sb.PLACE_TEMPLE: ("⛪", "🕌", "🛕", "🕍"),
    sb.PLACE_PALACE: ("🏰", "🏯"), sb.PLACE_CLASSROOM: ("🏫",), sb.PLACE_CITY_STREET: ("🏙",), sb.PLACE_ROOM: ("🏠", "🛋"),
    sb.PLACE_VILLAGE: ("🏘", "🛖"), sb.PLACE_SPACE: ("🌌",),
}  # fmt: skip
_TIME_EMOJI: dict[sb.TimeOfDay.ValueType, tuple[str, ...]] = {sb.TIME_OF_DAY_DAWN: ("🌅", "🌄"), sb.TIME_OF_DAY_DUSK: ("🌇", "🌆"), sb.TIME_OF_DAY_NIGHT: ("🌃",)}  # fmt: skip
_WEATHER_EMOJI: dict[sb.Weather.ValueType, tuple[str, ...]] = {sb.WEATHER_RAIN: ("🌧",), sb.WEATHER_STORM: ("⛈", "🌩"), sb.WEATHER_SNOW: ("❄", "🌨"), sb.WEATHER_FOG: ("🌫", "🌁")}  # fmt: skip
_DEED_EMOJI: dict[sb.Deed.ValueType, tuple[str, ...]] = {sb.DEED_RUN: ("🏃",), sb.DEED_WALK: ("🚶",), sb.DEED_SWIM: ("🏊",), sb.DEED_DANCE: ("💃", "🕺")}  # fmt: skip
_GENDERS = {"female": sb.GENDER_FEMALE, "male": sb.GENDER_MALE, "neutral": sb.GENDER_NEUTRAL}
_AGES = {"child": sb.AGE_GROUP_CHILD, "adult": sb.AGE_GROUP_ADULT, "senior": sb.AGE_GROUP_SENIOR}
_PRONOUNS = {"she": sb.GENDER_FEMALE, "he": sb.GENDER_MALE, "any": sb.GENDER_UNSPECIFIED}
_LOOKS = ("colors", "garments", "roles", "accessories", "hair", "builds", "ages")


@dataclass(frozen=True)
class Person:
    """What a noun for people says of them."""

    gender: sb.Gender.ValueType
    age: sb.AgeGroup.ValueType


class Lexicon:
    """The words of one language. Every method answers what the text names, in its order."""

    def __init__(self, language: str) -> None:
        self.language = language
        own = _table(language)
        self._among = cldr.vocabulary(language) if language in _UNSPACED else frozenset()
        self._places = self._read(own, "places", "PLACE", sb.Place, _PLACE_EMOJI)
        # "?boat" sets a heading's scene, not a story's.
        self._told = self._read(own, "places", "PLACE", sb.Place, _PLACE_EMOJI, told=True)
        self._times = self._read(own, "times", "TIME_OF_DAY", sb.TimeOfDay, _TIME_EMOJI)
        self._told_times = self._read(own, "times", "TIME_OF_DAY", sb.TimeOfDay, _TIME_EMOJI, told=True)
        self._weathers = self._read(own, "weathers", "WEATHER", sb.Weather, _WEATHER_EMOJI)
        self._seasons = self._read(own, "seasons", "SEASON", sb.Season, {})
        self._feelings = self._read(own, "feelings", "FEELING", sb.Feeling, {})
        self._moods = self._read(own, "moods", "MOOD", sb.Mood, {})
        self._deliveries = self._read(own, "delivery", "DELIVERY", sb.Delivery, {})
        verbs = list(english.deeds()) if language == "en" else []
        listed = list(_entries(own.get("deeds", {}), "DEED", sb.Deed))
        listed += [(form, deed) for word, deed in listed for form in conjugation.further(word, language)]
        self._separable = Separable(list(_entries(own.get("separable", {}), "DEED", sb.Deed)))
        # What Unicode calls a runner is no verb: only where nothing better is known.
        named = [] if verbs or listed else list(cldr.words_of(language, _DEED_EMOJI))
        self._deeds: Table[sb.Deed.ValueType] = Table(
            [*((w.replace("_", " "), d) for w, d in verbs), *listed, *named],
            language,
            inflects=not verbs,
            among=self._among,
        )
        self._sounds: Table[str] = Table(
            [(w, name) for name, words in own.get("sounds", {}).items() for w in _split(words)], language
        )
        self._people: Table[Person] = Table(
            [
                (word, Person(_GENDERS[gender], _AGES[age]))
                for gender, ages in own.get("people", {}).items()
                for age, entry in ages.items()
                for word in _split(entry["words"])
            ],
            language,
            among=self._among,
        )
        self._things = self._read_things(own)
        self._looks = {section: _named(own.get(section, {}), language) for section in _LOOKS}
        self.grammar = grammar_of(language, own.get("grammar", {}))
        words: dict[str, str] = own.get("words", {})
        self._negations: Table[bool] = Table(
            [(w, True) for w in _split(words.get("negations", ""))], language, inflects=False
        )
        self._likeness: Table[bool] = Table(
            [(w, True) for w in _split(words.get("likeness", ""))], language, inflects=False
        )
        self._pronouns: Table[sb.Gender.ValueType] = Table(
            [(w, gender) for key, gender in _PRONOUNS.items() for w in _split(words.get(key, ""))],
            language,
            inflects=False,
        )

    def _read(
        self,
        own: Mapping[str, Any],
        section: str,
        prefix: str,
        enum: Any,
        emoji: Mapping[Any, Sequence[str]],
        told: bool = False,
    ) -> Table[Any]:
        listed = list(_entries(own.get(section, {}), prefix, enum, told=told))
        return Table([*listed, *cldr.words_of(self.language, emoji)], self.language, among=self._among)

    def _read_things(self, own: Mapping[str, Any]) -> Table[Concept]:
        by_drawing = {concept.drawing: concept for concept in concepts()}
        listed = [(w, by_drawing[name]) for name, words in own.get("things", {}).items() for w in _split(words)]
        known = {word for word, _ in listed}
        if self.language == "en":
            listed += [(w.replace("_", " "), concept) for concept in concepts() for w in concept.english]
        else:
            emoji = {concept: concept.emoji for concept in concepts()}
            listed += [(w, concept) for w, concept in cldr.words_of(self.language, emoji) if w not in known]
        return Table(listed, self.language, among=self._among)

    def places(self, text: str, *, told: bool = False) -> list[Found[sb.Place.ValueType]]:
        """Places; with `told` only those that a story means as its setting."""
        return self._in(self._told if told else self._places, text)

    def times(self, text: str, *, told: bool = False) -> list[Found[sb.TimeOfDay.ValueType]]:
        """Times of day; with `told` only those that a story means as its hour."""
        return self._in(self._told_times if told else self._times, text)

    def weathers(self, text: str) -> list[Found[sb.Weather.ValueType]]:
        """What the sky does."""
        return self._in(self._weathers, text)

    def seasons(self, text: str) -> list[Found[sb.Season.ValueType]]:
        """Times of the year."""
        return self._in(self._seasons, text)

    def feelings(self, text: str) -> list[Found[sb.Feeling.ValueType]]:
        """How somebody feels."""
        return self._in(self._feelings, text)

    def moods(self, text: str) -> list[Found[sb.Mood.ValueType]]:
        """What a scene feels like."""
        return self._in(self._moods, text)

    def deeds(self, text: str) -> list[Found[sb.Deed.ValueType]]:
        """Words for what is done; whether it is done here (and is a verb here) the reader of the sentence decides."""
        found = self._in(self._deeds, text)
        parted = list(self._separable.within(text, _tokens(text), self.grammar.joins))
        if not parted:
            return found
        taken = {hit.first for hit in parted}
        return sorted([*parted, *(hit for hit in found if hit.first not in taken)], key=lambda hit: hit.start)

    def things(self, text: str) -> list[Found[Concept]]:
        """Things and creatures that can be shown."""
        return self._in(self._things, text)

    def people(self, text: str) -> list[Found[Person]]:
        """Nouns for people."""
        return self._in(self._people, text)

    def sounds(self, text: str) -> list[Found[str]]:
        """Sounds, by the names of storyboard.Sound."""
        return self._in(self._sounds, text)

    def deliveries(self, text: str) -> list[Found[sb.Delivery.ValueType]]:
        """How something is said."""
        return self._in(self._deliveries, text)

    def pronouns(self, text: str) -> list[Found[sb.Gender.ValueType]]:
        """Words for somebody told of before; unspecified: they don't tell a man from a woman."""
        return self._in(self._pronouns, text)

    def looks(self, section: str, text: str) -> list[Found[str]]:
        """What somebody looks like, by section: "colors", "garments", "roles" (what a king or cook wears), "accessories", "hair",
        "builds", "ages"; the names are those of storyboard.Look, of casting's colours, and of AgeGroup in lower case.
        """
        return self._in(self._looks[section], text)

    def stated(self, text: str) -> Statements:
        """What of the text is so: neither denied nor only compared with."""
        negations, likenesses = self._in(self._negations, text), self._in(self._likeness, text)
        return statements(Sentences(text), negations, likenesses, self.grammar)

    @staticmethod
    def _in(table: Table[K], text: str) -> list[Found[K]]:
        return table.find(text, _tokens(text))


@lru_cache(maxsize=64)
def _tokens(text: str) -> list[Token]:
    return tokens(text)


@cache
def _lexicon(language: str) -> Lexicon:
    return Lexicon(language)


def of(language: str) -> Lexicon:
    """The lexicon of a BCP 47 language; one we have no word of finds nothing."""
    primary = language.replace("_", "-").split("-")[0].lower() or "en"
    return _lexicon(primary if primary.isalpha() and len(primary) <= 3 else "en")


def spoken_in(text: str, language: str) -> str:
    """The language a text is read in: the one it says, unless its letters can't be of that language."""
    letters = [char for char in text[: _LETTERS_LOOKED_AT * 4] if char.isalpha()][:_LETTERS_LOOKED_AT]
    primary = language.split("-")[0].lower()
    counts: dict[str, int] = {}
    for char in letters:
        code = ord(char)
        found = next((each for low, high, each in _OF_WRITING if low <= code <= high), "latin" if code < 0x250 else "")
        counts[found] = counts.get(found, 0) + 1
    if not counts:
        return language
    # A few kana make it Japanese.
    main = "ja" if counts.get("ja", 0) * 10 > len(letters) else max(counts, key=lambda each: counts[each])
    written_in = {each for _, _, each in _OF_WRITING}
    if main == "latin":
        return "en" if primary in written_in - {"sr"} and primary != "he" and _table(primary) else language
    return language if not main or _same_writing(primary, main) else main


_SHARED = {
    "hi": {"hi", "mr", "ne", "sa", "kok", "mai", "doi", "sd"}, "ru": {"ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "mn", "tt", "cv", "tg"},
    "ar": {"ar", "fa", "ur", "ps", "sd", "ug", "ckb", "ks"}, "bn": {"bn", "as", "mni"}, "zh": {"zh", "yue", "ja"}, "he": {"he", "yi"},
}  # fmt: skip


def _same_writing(language: str, main: str) -> bool:
    return language in _SHARED.get(main, {main})


@cache
def _table(language: str) -> dict[str, Any]:
    for name in (language, _READ_WITH.get(language, language)):
        file = _TABLES / f"{name}.toml"
        if file.is_file():
            return tomllib.loads(file.read_text("utf-8"))
    return {}


def _entries(section: Mapping[str, str], prefix: str, enum: Any, *, told: bool = False) -> Iterator[tuple[str, Any]]:
    for name, words in section.items():
        for word in words.split():
            if not (told and word.startswith("?")):
                yield word.lstrip("?").replace("_", " "), enum.Value(f"{prefix}_{name.upper()}")


def _named(section: Mapping[str, str], language: str) -> Table[str]:
    return Table([(word, name) for name, words in section.items() for word in _split(words)], language)


def _split(words: str) -> list[str]:
    return [word.replace("_", " ") for word in words.split()]
