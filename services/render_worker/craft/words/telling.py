"""Who does what in a text, to whom, with which things: piece by piece, by the places of words.

No grammar is parsed. Where a word may be no verb, or nothing may have happened ("to run", "would run", "the run", "never ran"),
nothing is said: a doing left out costs less than one that isn't so. Whose deed it is, `subjects` decides.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.words import english_verbs
from services.render_worker.craft.words.actors import Actor, Actors, Cast, Memory
from services.render_worker.craft.words.grammar import Order
from services.render_worker.craft.words.matching import Found
from services.render_worker.craft.words.sentences import Sentences, pieces
from services.render_worker.craft.words.spots import Spots
from services.render_worker.craft.words.subjects import Doer, Subjects
from services.render_worker.craft.words.things import Concept

_MOST_BETWEEN = 9
_LAST_DOINGS = 8
# "L'allume": lights it.
_ELIDED = {"l"}
# "Gave up", "gave way": nothing changes hands.
_GIVEN_UP = {"up", "in", "way", "birth", "out"}
# What a thing that goes by itself may do.
_MOVING_ON = {
    sb.DEED_FLY, sb.DEED_SWIM, sb.DEED_RUN, sb.DEED_WALK, sb.DEED_FALL, sb.DEED_ENTER, sb.DEED_LEAVE, sb.DEED_TURN,
}  # fmt: skip


@dataclass(frozen=True)
class Done:
    """Somebody does something; `target` is a name, or a thing's noun, or empty."""

    who: str
    deed: sb.Deed.ValueType
    target: str = ""


@dataclass
class Told:
    """What a text tells of."""

    doings: list[Done] = field(default_factory=list)
    things: list[sb.Thing] = field(default_factory=list)
    sounds: list[str] = field(default_factory=list)


def told(text: str, cast: Cast, memory: Memory, *, speaker: str = "") -> Told:
    """What the text tells of, outside its quotations. `speaker`: who does what has no doer."""
    parts = list(pieces(text))
    if len(parts) == 1:
        return _Reader(text, cast, memory, speaker).read()
    whole = Told()
    drawn: set[str] = set()
    for part in parts:
        found = _Reader(part, cast, memory, speaker).read()
        whole.doings += [done for done in found.doings if done not in whole.doings[-_LAST_DOINGS:]]
        whole.things += [thing for thing in found.things if thing.drawing not in drawn]
        drawn |= {thing.drawing for thing in found.things}
        whole.sounds += [sound for sound in found.sounds if sound not in whole.sounds]
    return whole


class _Reader:
    def __init__(self, text: str, cast: Cast, memory: Memory, speaker: str) -> None:
        self._memory, self._speaker, self._lexicon = memory, speaker, cast.lexicon
        self._s = Sentences(text)
        self._stated = cast.lexicon.stated(text)
        self._actors = Actors(self._s, cast, memory, self._stated.compared)
        self._grammar = cast.lexicon.grammar
        self._english = cast.lexicon.language == "en"
        self._verb_last = self._grammar.order is Order.LAST
        self._subjects = Subjects(self._s, self._actors, self._grammar, memory)
        # By where a thing's word begins what is done with it, and by whom.
        self._used: dict[int, tuple[sb.Deed.ValueType, str]] = {}

    def read(self) -> Told:
        found = Told()
        self._read_doings(found)
        for hit, actor in self._actors.all:
            if hit.meaning is not None:
                self._memory.saw(actor)
        spots = Spots(self._s, self._actors, self._grammar, self._used, self._speaker)
        found.things = spots.shown(self._stated.holds, {done.who.casefold() for done in found.doings})
        sounds = self._s.seen(self._lexicon.sounds(self._s.text))
        found.sounds = list(dict.fromkeys(hit.meaning for hit in sounds if not self._stated.denies_verb(hit)))
        return found

    def _read_doings(self, found: Told) -> None:
        verbs = [hit for hit in self._s.seen(self._lexicon.deeds(self._s.text)) if self._is_done(hit)]
        sentence, known, last_verb = -1, None, -1
        for at, hit in enumerate(verbs):
            if (number := self._s.number(hit.start)) != sentence:
                sentence, known, last_verb = number, None, -1
            doer = self._subjects.of(hit, last_verb, known)
            following = verbs[at + 1].first if at + 1 < len(verbs) else len(self._s.words)
            target = self._target(hit, doer, following, last_verb)
            known, last_verb = doer, hit.last
            # "Enter HORATIO and MARCELLUS": both, and nothing is done to either.
            if self._english and english_verbs.is_direction(self._s, hit):
                target = ""
            for each in doer.actors or (None,):
                done = None if doer.nobody else self._done(hit, each, target)
                if done is not None and done not in found.doings:
                    found.doings.append(done)

    def _is_done(self, hit: Found[Any]) -> bool:
        named = any(each.first <= hit.first <= each.last for each in self._actors.named)
        if self._stated.denies_verb(hit) or (named and not self._s.within_run(hit)):
            return False
        if self._english:
            return english_verbs.is_done(self._s, self._actors, hit)
        return not self._only_meant(hit) and not self._is_noun(hit)

    def _only_meant(self, hit: Found[Any]) -> bool:
        """Whether it is an infinitive: "Er will fliegen"."""
        if self._s.word(hit.last + 1) in self._grammar.modals:
            return True
        near = range(max(self._s.first(hit.start), hit.first - _MOST_BETWEEN), hit.first)
        plain = hit.word.endswith("en") if self._grammar.capital_nouns else True
        return plain and any(self._s.word(at) in self._grammar.modals for at in near)

    def _is_noun(self, hit: Found[Any]) -> bool:
        """Whether it has an article, and nobody stands before it who could do something to her: "la danse"."""
        before = self._s.word(hit.first - 1)
        if before not in self._grammar.determiners - _ELIDED or not self._s.same(hit.start, hit.first - 1):
            return False
        return hit.first - 2 not in self._actors.by_last or before not in self._grammar.between | {
            "le",
            "la",
            "les",
            "lo",
            "li",
        }

    def _target(self, verb: Found[Any], doer: Doer, following: int, last_verb: int) -> str:
        number = self._s.number(verb.start)
        if self._verb_last:
            low, high = max(last_verb, verb.first - _MOST_BETWEEN - 1), verb.first
        else:
            low, high = verb.last, min(following, verb.last + _MOST_BETWEEN)
        names = {actor.name for actor in doer.actors}
        people = [(hit.start, a.name) for hit, a in self._actors.all if low < hit.first < high and a.name not in names]
        things = [
            (hit.start, hit.word)
            for hit in self._actors.things
            if low < hit.first < high and hit.word not in names and hit.first not in self._stated.compared
        ]
        found = [each for each in sorted([*people, *things]) if self._s.number(each[0]) == number]
        if not found:
            return ""
        target = found[-1 if self._verb_last else 0][1]
        name = doer.actors[0].name if doer.actors else ""
        for hit in self._actors.things:
            if hit.word == target and low < hit.first < high and not doer.nobody:
                self._used.setdefault(hit.start, (verb.meaning, name))
        return target

    def _done(self, verb: Found[Any], who: Actor | None, target: str) -> Done | None:
        deed = verb.meaning
        concept = next((hit.meaning for hit in self._actors.things if hit.word == target), None)
        if deed == sb.DEED_LIGHT and self._english and not (concept is not None and "b" in concept.marks):
            return None
        if deed == sb.DEED_PLAY_MUSIC and not self._makes_music(verb, concept):
            return None
        # What is pushed or struck and isn't alive is no fight.
        if deed == sb.DEED_FIGHT and concept is not None and not concept.creature:
            return None
        person = target and concept is None
        if deed == sb.DEED_GIVE and not person and not self._changes_hands(verb, concept):
            return None
        if who is not None and who.thing and deed not in _MOVING_ON and not self._creature(who.name):
            return None
        return Done(who.name if who is not None else self._speaker, deed, target)

    def _changes_hands(self, verb: Found[Any], concept: Concept | None) -> bool:
        return concept is not None and concept.portable and self._s.word(verb.last + 1) not in _GIVEN_UP

    def _makes_music(self, verb: Found[Any], concept: Concept | None) -> bool:
        """Whether it is an instrument that is played; a phrase may name it itself ("spielt Geige")."""
        return (concept is not None and "u" in concept.marks) or (not self._english and verb.last > verb.first)

    def _creature(self, name: str) -> bool:
        hits = [hit for hit in self._actors.things if hit.word == name]
        return not hits or any(hit.meaning.creature for hit in hits)
