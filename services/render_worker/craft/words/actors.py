"""Those whom a text tells of: by name, by a noun for people or animals, or as "he" and "she"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.words.language import Lexicon
from services.render_worker.craft.words.matching import Found, Table, Token
from services.render_worker.craft.words.sentences import Sentences

# "TOM (9), a boy in a red scarf": what may stand between a name and the noun that is the same one.
_APPOSED = re.compile(r"\s*(?:\([^)]{0,30}\))?\s*,\s*(?:(?:a|an|the|his|her|their)\s+)?(?:[\w-]+\s+){0,2}")
_MOST_REMEMBERED = 20
_AGES = {"child": sb.AGE_GROUP_CHILD, "senior": sb.AGE_GROUP_SENIOR}
_DEFINITE = {"the", "der", "die", "das", "den", "dem", "le", "la", "el", "il", "lo", "o", "al", "del", "du", "au"}


@dataclass(frozen=True)
class Actor:
    """Somebody in a text: a name or noun as it stands for them in the whole script."""

    name: str
    # Of a noun: whether a man or a woman; unspecified: may be either.
    gender: sb.Gender.ValueType = sb.GENDER_UNSPECIFIED
    # Where the script says it, so that "the girl" is who is nine.
    age: sb.AgeGroup.ValueType = sb.AGE_GROUP_UNSPECIFIED
    # An animal or a thing that moves.
    thing: bool = False
    # "CAPTAIN HALE" of HALE.
    aliases: tuple[str, ...] = ()


@dataclass
class Memory:
    """Whom the text before told of, the latest last: who "he" and "she" are."""

    recent: list[Actor] = field(default_factory=list)

    def saw(self, actor: Actor) -> None:
        """It was told of just now."""
        self.recent = [*[each for each in self.recent if each.name != actor.name][-_MOST_REMEMBERED:], actor]

    def meant(self, gender: sb.Gender.ValueType) -> Actor | None:
        """Whom a pronoun means."""
        people = [each for each in reversed(self.recent) if gender in (sb.GENDER_UNSPECIFIED, each.gender)]
        people = people or [
            each for each in reversed(self.recent) if each.gender in (sb.GENDER_UNSPECIFIED, sb.GENDER_NEUTRAL)
        ]
        return next((each for each in people if not each.thing), people[0] if people else None)


class Cast:
    """Those who have a name in this script, found in its texts however inflected."""

    def __init__(self, actors: Sequence[Actor], lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._names = Table(
            [(alias, actor) for actor in actors for alias in (actor.name, *actor.aliases)], lexicon.language
        )
        self._aged = [actor for actor in actors if actor.age]

    def meant_by(self, gender: sb.Gender.ValueType, age: sb.AgeGroup.ValueType) -> Actor | None:
        """Whom a noun for people means, where only one of the cast can be it: "the girl"."""
        fitting = [each for each in self._aged if each.age == age and each.gender in (sb.GENDER_UNSPECIFIED, gender)]
        return fitting[0] if len(fitting) == 1 else None

    def named(self, text: str, words: Sequence[Token]) -> list[Found[Actor]]:
        """Who is named; in a writing with capitals a name begins with one."""
        return [
            hit
            for hit in self._names.find(text, words)
            if not hit.word[:1].islower() or hit.meaning.name[:1].islower() or hit.meaning.thing
        ]


class Actors:
    """Everyone in a piece of text, in order; of a pronoun the hit's `meaning` is None."""

    def __init__(self, sentences: Sentences, cast: Cast, memory: Memory, compared: frozenset[int]) -> None:
        self._sentences, self._lexicon = sentences, cast.lexicon
        self.language = cast.lexicon.language
        self.named = sentences.seen(cast.named(sentences.text, sentences.words))
        self.things = sentences.seen(self._lexicon.things(sentences.text))
        self._compared = compared
        self.all = self._everybody(cast, memory)
        # Pronouns of nobody told of before may be whoever is there.
        never = cast.lexicon.grammar.never
        pronouns = self._lexicon.pronouns(sentences.text)
        self.pronouns = {hit.first for hit in pronouns if sentences.word(hit.first) not in never}
        # What is there and does nothing: things, and what the sky sends.
        still = [thing for thing in self.things if not thing.meaning.moves]
        self.lifeless = sorted([*still, *self._lexicon.weathers(sentences.text)], key=lambda hit: hit.start)
        self.by_last = {hit.last: (hit, actor) for hit, actor in self.all}
        self.by_first = {hit.first: (hit, actor) for hit, actor in self.all}

    def _known(self, cast: Cast, person: Found[Any]) -> Actor | None:
        """Whom of the cast a noun means that an article says was told of before: "the girl", "der alte Mann"."""
        age, at = person.meaning.age, person.first - 1
        told = [hit for hit in self._lexicon.looks("ages", self._sentences.text) if hit.last == at]
        if told and told[0].meaning in _AGES:
            age, at = _AGES[told[0].meaning], at - 1
        return cast.meant_by(person.meaning.gender, age) if self._sentences.word(at) in _DEFINITE else None

    def _everybody(self, cast: Cast, memory: Memory) -> list[tuple[Found[Any], Actor]]:
        """Names before the nouns within them; pronouns as whom they mean."""
        taken: set[int] = set()
        found: list[tuple[Found[Any], Actor]] = []

        def add(hit: Found[Any], actor: Actor) -> None:
            if hit.first in self._compared:
                return
            if not taken & set(range(hit.first, hit.last + 1)) or self._sentences.within_run(hit):
                taken.update(range(hit.first, hit.last + 1))
                found.append((hit, actor))

        for hit in self.named:
            add(hit, hit.meaning)
        named = {hit.first for hit in self.named}
        for person in self._sentences.seen(self._lexicon.people(self._sentences.text)):
            # "maestro Ciliegia" is one.
            if person.last + 1 in named and not self._sentences.breaks(person.last + 1):
                continue
            add(person, self._known(cast, person) or Actor(person.word, person.meaning.gender))
        for thing in self.things:
            if thing.meaning.moves:
                add(thing, Actor(thing.word, thing=True))
        found.sort(key=lambda each: each[0].start)
        return self._with_pronouns(self._appositions(found), taken, memory)

    def _appositions(self, found: list[tuple[Found[Any], Actor]]) -> list[tuple[Found[Any], Actor]]:
        """The noun after a name is whom the name is: "TOM (9), a boy in a red scarf"."""
        names = {hit.start for hit in self.named}
        text = self._sentences.text
        kept: list[tuple[Found[Any], Actor]] = []
        for hit, actor in found:
            last = kept[-1][0] if kept else None
            apposed = (
                last is not None
                and hit.start not in names
                and last.start in names
                and self._sentences.number(last.start) == self._sentences.number(hit.start)
                and _APPOSED.fullmatch(text[last.end : hit.start]) is not None
            )
            kept.append((hit, kept[-1][1] if apposed else actor))
        return kept

    def _with_pronouns(
        self, found: list[tuple[Found[Any], Actor]], taken: set[int], memory: Memory
    ) -> list[tuple[Found[Any], Actor]]:
        pronouns = [
            hit for hit in self._sentences.seen(self._lexicon.pronouns(self._sentences.text)) if hit.first not in taken
        ]
        local = Memory(list(memory.recent))
        merged: list[tuple[Found[Any], Actor]] = []
        # Within one sentence "he" stays who he was.
        still: dict[tuple[int, int], Actor] = {}
        at = 0
        for pronoun in pronouns:
            while at < len(found) and found[at][0].start < pronoun.start:
                local.saw(found[at][1])
                merged.append(found[at])
                at += 1
            key = (self._sentences.number(pronoun.start), pronoun.meaning)
            meant = still.get(key) or local.meant(pronoun.meaning)
            if meant is not None:
                still[key] = meant
                merged.append(
                    (Found(None, pronoun.word, pronoun.start, pronoun.end, pronoun.first, pronoun.last), meant)
                )
        return merged + found[at:]
