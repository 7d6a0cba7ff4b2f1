"""A bare idea becomes a small story of three scenes (setup, trouble, turn) by rules: whom and what it names meet a plot of ours.

The plots are tables, one file a language (`stories/LANGUAGE.toml`). The same idea and seed give the same story.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.draws import drawn_from
from services.render_worker.craft.story.casting import gender_of
from services.render_worker.craft.story.names import FEMALE_NAMES, MALE_NAMES, called
from services.render_worker.craft.story.settings import INDOORS
from services.render_worker.craft.words.language import Lexicon, of, spoken_in

_STORIES = Path(__file__).parent / "stories"
# A narrator opens with the idea itself; more of it than this would be a lecture.
_LONGEST_TOLD = 220
_LONGEST_READ = 4000
_LONGEST_TITLE = 80
_NEAR_NAME = 30
_HOURS = {
    sb.TIME_OF_DAY_DAWN: "dawn",
    sb.TIME_OF_DAY_DAY: "day",
    sb.TIME_OF_DAY_DUSK: "dusk",
    sb.TIME_OF_DAY_NIGHT: "night",
}
_BY_GENDER = re.compile(r"\{([^{}|]*)\|([^{}|]*)\}")
_SPEECH = re.compile(r"([NHF]):\s*(?:\(([^)]*)\)\s*)?(.*)", re.DOTALL)
# What Fountain would read as something else.
_MARKUP = re.compile(r"\[\[|\]\]|/\*|\*/|[*_~^@#=<>|{}\\\x00-\x1f\x7f-\x9f\ufffd]")
_WISH = re.compile(
    r"\b(?:wants?|wanted|wishes|wished|hopes|hoped|longs|longed|tries|tried|decides|decided|must|needs|has|dreams of|dreamed of)\s+"
    r"(?:to\s+)?((?:[\w'’-]+\s?){2,12})"
)
_MINE = {
    "his": "my",
    "her": "my",
    "their": "my",
    "him": "me",
    "them": "me",
    "herself": "myself",
    "himself": "myself",
    "she": "I",
    "he": "I",
}
_ARTICLES = {
    "a",
    "an",
    "the",
    "un",
    "una",
    "el",
    "la",
    "los",
    "las",
    "une",
    "le",
    "les",
    "ein",
    "eine",
    "der",
    "die",
    "das",
    "einen",
    "il",
    "lo",
    "uno",
    "um",
    "uma",
    "o",
    "os",
    "as",
    "एक",
    "একটি",
    "একটা",
    "ஒரு",
    "ఒక",
}
_CAPITALISED = re.compile(r"(?<=[a-zß-ÿ,] )([A-ZÀ-Þ][\w’'-]{2,20})(?!\w)")


class LanguageUnsupported(LookupError):
    """There are no plots in this language."""


class IdeaEmpty(ValueError):
    """The idea has no word in it."""


def languages() -> list[str]:
    """The languages there are plots in."""
    return sorted(file.stem for file in _STORIES.glob("*.toml"))


def write(idea: str, language: str, title: str, seed: int) -> str:
    """The story as Fountain, with a note at its top that rules wrote it; LanguageUnsupported, IdeaEmpty."""
    primary = language.replace("_", "-").split("-")[0].lower()
    if primary not in languages():
        raise LanguageUnsupported(
            f"no story can be written in {language!r}: write the script yourself, or choose {', '.join(languages())}"
        )
    plain = " ".join(_MARKUP.sub(" ", idea[:_LONGEST_READ]).split())
    if not any(char.isalpha() for char in plain):
        raise IdeaEmpty("the idea is empty: write one sentence about whom the film is about and what they want")
    if (written := spoken_in(plain, primary)) not in (primary, "en"):
        raise LanguageUnsupported(
            f"the idea looks like {written!r}, the story is ordered in {language!r}: order it in {written!r}, or write the idea in {language!r}"
        )
    table = _table(primary)
    drawn = drawn_from(seed, primary, plain.casefold())
    plot = drawn.choice(table["plots"])
    named = _named(plain, of(primary), table, plot, drawn)
    return _fountain(plain, " ".join(title.split())[:_LONGEST_TITLE], table, plot, named)


@dataclass(frozen=True)
class _Named:
    """What the idea names, or the table where it doesn't."""

    hero: str
    # "a young fox"; empty: nothing is known of them.
    hero_is: str
    woman: bool
    place: str
    hour: str
    thing: str
    wish: str


@cache
def _table(language: str) -> dict[str, Any]:
    return tomllib.loads((_STORIES / f"{language}.toml").read_text("utf-8"))


def _named(
    idea: str, lexicon: Lexicon, table: Mapping[str, Any], plot: Mapping[str, Any], drawn: random.Random
) -> _Named:
    name, gender = drawn.choice(table["heroes"]).split("|")
    hero, hero_is, woman = name, "", gender == "f"
    creature = next((hit for hit in lexicon.things(idea) if hit.meaning.creature), None)
    people = lexicon.people(idea)
    person = next((hit for hit in people if hit.meaning.gender != sb.GENDER_NEUTRAL), people[0] if people else None)
    proper = [each for each in [*called(idea), *_proper(idea, lexicon)] if not lexicon.places(each)]
    if proper:
        hero = proper[0]
        at = idea.find(hero)
        # "a girl named Mara", "Mara, an old keeper,": a noun further off is somebody else.
        person = next((hit for hit in people if -_NEAR_NAME < hit.start - at < _NEAR_NAME), None)
        known = gender_of(hero) or (person.meaning.gender if person is not None else sb.GENDER_UNSPECIFIED)
        woman = known == sb.GENDER_FEMALE or (known != sb.GENDER_MALE and hero.casefold().endswith("a"))
        apposed = re.match(rf"{re.escape(hero)},\s+((?:an?|the)\s[^,.;]{{3,60}}),", idea[at:])
        hero_is = apposed.group(1) if apposed else _phrase(idea, person.start, person.end) if person is not None else ""
    elif person is not None and (creature is None or person.start < creature.start):
        hero, woman, hero_is = (
            person.word,
            person.meaning.gender == sb.GENDER_FEMALE,
            _phrase(idea, person.start, person.end),
        )
    elif creature is not None:
        hero, hero_is = creature.word, _phrase(idea, creature.start, creature.end)
        pronoun = next((hit.meaning for hit in lexicon.pronouns(idea)), sb.GENDER_UNSPECIFIED)
        woman = pronoun == sb.GENDER_FEMALE
    hero = hero[:1].upper() + hero[1:]
    # "Robots" alone introduces nobody.
    hero_is = hero_is if " " in hero_is else ""
    places, hours = lexicon.places(idea, told=True), lexicon.times(idea)
    things = [hit for hit in lexicon.things(idea) if hit.meaning.portable and hit.word.casefold() != hero.casefold()]
    inside = bool(places) and places[0].meaning in INDOORS
    return _Named(
        hero=hero,
        hero_is=hero_is,
        woman=woman,
        place=f"{'INT' if inside else 'EXT'}. {places[0].word}" if places else table["place"],
        hour=table["times"][_HOURS[hours[0].meaning] if hours else "dusk"],
        thing=_phrase(idea, things[0].start, things[0].end) if things else table["thing"],
        wish=_wish(idea, lexicon.language) or table["wish"],
    )


def _proper(idea: str, lexicon: Lexicon) -> list[str]:
    """Names with a capital inside a sentence; in German, where all nouns have one, only names we know."""
    found = [hit.group(1) for hit in _CAPITALISED.finditer(idea)] if lexicon.language != "de" else []
    first = [
        word
        for word in re.findall(r"[^\W\d_]+", idea)
        if word[:1].isupper() and word.casefold() in FEMALE_NAMES | MALE_NAMES
    ]
    return [*first, *found]


def _phrase(idea: str, start: int, end: int) -> str:
    """The noun with its article and what stands between them: "a young lighthouse keeper"."""
    before = re.split(r"[.,;:!?।]", idea[max(0, start - 60) : start])[-1].split()
    for back in range(1, min(4, len(before)) + 1):
        if before[-back].casefold() in _ARTICLES:
            words = " ".join([*before[-back:], idea[start:end]])
            return words[:1].lower() + words[1:]
    return idea[start:end]


def _wish(idea: str, language: str) -> str:
    found = _WISH.search(idea) if language == "en" else None
    if found is None:
        return ""
    words = [_MINE.get(word.casefold(), word) for word in found.group(1).split()]
    while words and words[-1].casefold() in {"and", "but", "or", "the", "a", "who", "to", "in", "of", "with"}:
        words.pop()
    if len(words) < 2:
        return ""
    verb = "I dream of" if "dream" in found.group(0) else "I want to"
    return f"{verb} {' '.join(words)}"


def _fountain(idea: str, title: str, table: Mapping[str, Any], plot: Mapping[str, Any], named: _Named) -> str:
    friend, _, friend_is = plot["friend"].split("|")
    cased = named.hero.upper() != named.hero.lower()
    fills = {
        "idea": _told(idea), "wish": named.wish, "wish_small": named.wish if named.wish.startswith("I ") else named.wish[:1].lower() + named.wish[1:],
        "thing": named.thing, "hero": named.hero, "friend": friend.title() if cased else friend,
        "hero_intro": f"{named.hero.upper()}, {named.hero_is}," if named.hero_is else f"{named.hero.upper()} (24)" if cased else named.hero,
        "friend_intro": f"{friend}, {friend_is}", "him": "her" if named.woman else "him", "his": "her" if named.woman else "his",
    }  # fmt: skip
    cues = {"N": table["narrator"] + " (V.O.)", "H": named.hero.upper() if cased else named.hero, "F": friend}
    lines = [f"Title: {title or named.hero + ': ' + plot['title']}", "", f"[[{table['note']}]]", ""]
    scenes = (
        (f"{named.place} - {named.hour}", "setup"),
        (f"{plot['second']} - {table['times']['night']}", "trouble"),
        (f"{plot.get('third', named.place)} - {table['times']['dawn']}", "turn"),
    )
    for heading, part in scenes:
        lines += [heading.upper(), ""]
        for line in plot[part]:
            lines += _written(_filled(line, fills, named.woman), cues, cased)
    return "\n".join(lines).rstrip() + "\n"


def _filled(line: str, fills: Mapping[str, str], woman: bool) -> str:
    chosen = _BY_GENDER.sub(lambda hit: hit.group(2 if woman else 1), line)
    for key, words in fills.items():
        chosen = chosen.replace("{" + key + "}", words)
    # An idea brings its own full stop.
    return re.sub(r"([.!?।。؟])\.", r"\1", chosen)


def _written(line: str, cues: Mapping[str, str], cased: bool) -> list[str]:
    speech = _SPEECH.fullmatch(line)
    if speech is None:
        return [line.removeprefix("A:").strip(), ""]
    who, remark, words = speech.groups()
    # In a writing without capitals a name must be marked.
    cue = cues[who] if cased else "@" + cues[who]
    return [cue, *([f"({remark})"] if remark else []), words, ""]


def _told(idea: str) -> str:
    """The idea as a narrator opens with it: its first sentences, with a capital and a full stop."""
    sentences = re.split(r"(?<=[.!?।。؟])\s", idea)
    told = sentences[0]
    for sentence in sentences[1:]:
        if len(told) + len(sentence) > _LONGEST_TOLD:
            break
        told += " " + sentence
    if len(told) > _LONGEST_TOLD:
        told = told[:_LONGEST_TOLD].rsplit(" ", 1)[0].rstrip(",;:") + "…"
    told = told.lstrip(" !.(-").strip()
    return told[:1].upper() + told[1:] + ("" if told.endswith((".", "!", "?", "…", "।", "。", "؟")) else ".")
