"""Who does a deed: the subject of its verb. What a text says of snow, leaves and lamps isn't done by whoever stands beside them.

From the verb the words are walked back (forward, where the language puts its subject there) to the first noun that no preposition
governs. If that is one of the text's people or animals, they do it; if it is anything else, nobody does; if there is none, the
doer is left open, or is who did the deed before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.words.actors import Actor, Actors, Memory
from services.render_worker.craft.words.english_verbs import is_direction
from services.render_worker.craft.words.grammar import Grammar, Order
from services.render_worker.craft.words.matching import Found
from services.render_worker.craft.words.nouns import Nouns
from services.render_worker.craft.words.sentences import Sentences

_TO_SUBJECT = 9
_AFTER_VERB = 3
# Of these a noun beside the verb is its subject: they are done to nothing.
_BY_ITSELF = {
    sb.DEED_WALK, sb.DEED_RUN, sb.DEED_SIT, sb.DEED_STAND_UP, sb.DEED_FALL, sb.DEED_DANCE, sb.DEED_SLEEP, sb.DEED_CLIMB,
    sb.DEED_SWIM, sb.DEED_FLY, sb.DEED_JUMP, sb.DEED_KNEEL, sb.DEED_BOW, sb.DEED_NOD, sb.DEED_LAUGH, sb.DEED_CRY, sb.DEED_SING,
    sb.DEED_ENTER, sb.DEED_LEAVE, sb.DEED_TURN, sb.DEED_WAVE, sb.DEED_SHAKE_HEAD,
}  # fmt: skip


@dataclass(frozen=True)
class Doer:
    """Who does it. Nobody in `actors`: whoever is there, unless `nobody` does."""

    actors: tuple[Actor, ...] = ()
    nobody: bool = False


_OPEN = Doer()
_NOBODY = Doer(nobody=True)


class Subjects:
    """The doers of the verbs of one piece of text, asked in order."""

    def __init__(self, sentences: Sentences, actors: Actors, grammar: Grammar, memory: Memory) -> None:
        self._s, self._actors, self._grammar, self._memory = sentences, actors, grammar, memory
        self._nouns = Nouns(sentences, actors, grammar)
        self._english = actors.language == "en"

    def of(self, verb: Found[Any], last_verb: int, known: Doer | None) -> Doer:
        """The doer. `last_verb`, `known`: the verb before it in its sentence (-1) and who did that (None: there is none)."""
        low = max(self._s.first(verb.start), last_verb + 1)
        if self._s.within_run(verb):
            return self._in_run(verb, known)
        if self._english and is_direction(self._s, verb):
            return Doer(tuple(self.after(verb)))
        if self._grammar.order is Order.FIRST and (found := self._next(verb)) is not None and found.actors:
            return found
        if known is not None and self._joins(verb):
            return known
        if self._grammar.order is Order.LAST:
            return self._opening(verb, low, known)
        found, sure = self._before(verb, low)
        if found.actors:
            return found
        if self._grammar.inverts and not sure and (behind := self._next(verb)) is not None:
            return behind
        if found.nobody:
            return found if verb.meaning in _BY_ITSELF or sure is None else self._by_hand(verb, low)
        if known is not None:
            return known
        return self._left_out(verb)

    def after(self, verb: Found[Any]) -> list[Actor]:
        """Everyone after it in its sentence: "Enter HORATIO and MARCELLUS"."""
        number = self._s.number(verb.start)
        there = [a for hit, a in self._actors.all if hit.start > verb.end and self._s.number(hit.start) == number]
        return list(dict.fromkeys(there))

    def _left_out(self, verb: Found[Any]) -> Doer:
        """Who did something last does this too: "Prese subito l'ascia"."""
        if not self._grammar.leaves_out:
            return _OPEN
        last = [a for hit, a in self._actors.all if hit.start < verb.start and not a.thing]
        if last:
            return Doer((last[-1],))
        before = self._memory.meant(sb.GENDER_UNSPECIFIED)
        return Doer((before,)) if before is not None and not before.thing else _OPEN

    def _joins(self, verb: Found[Any]) -> bool:
        at = verb.first - 1
        while at >= 0 and not self._s.breaks(at + 1) and self._nouns.slight(at):
            at -= 1
        if at < 0 or not self._s.same(verb.start, at):
            return False
        return self._s.word(at) in self._grammar.joins or self._s.breaks(at + 1)

    def _before(self, verb: Found[Any], low: int) -> tuple[Doer, bool | None]:
        """The subject before the verb, and whether it is surely one: a noun with its article, or (None) one that is known to do
        nothing.
        """
        grammar, s = self._grammar, self._s
        at, crossed, antecedent, stranger = verb.first - 1, False, False, False
        while at >= low:
            if s.breaks(at + 1):
                crossed = True
            word = s.word(at)
            if at in self._actors.by_last:
                hit, actor = self._actors.by_last[at]
                if hit.first < low:
                    break
                if self._nouns.of_several(hit, verb):
                    return _OPEN, True
                if (antecedent or not self._nouns.governed(hit)) and not self._nouns.owns(hit, verb):
                    near = antecedent or verb.first - hit.last <= _TO_SUBJECT or not stranger
                    return (Doer(self._nouns.together(hit, actor, low)), True) if near else (_OPEN, False)
                if self._nouns.owns(hit, verb) and not crossed and at + 1 < verb.first:
                    return _NOBODY, True
                at = self._nouns.phrase_start(hit.first, low) - 1
            elif (word in grammar.everyone or at in self._actors.pronouns) and not crossed:
                return _OPEN, True
            elif word in grammar.teller and not crossed:
                return _NOBODY, None
            elif word in grammar.opens and not crossed:
                break
            elif word in grammar.relatives:
                crossed = antecedent = True
                at -= 1
            elif word in grammar.joins:
                crossed = True
                at -= 1
            elif self._nouns.slight(at) or (not crossed and at == verb.first - 1 and word in grammar.determiners):
                # In the Romance languages "la" right before a verb is whom it is done to.
                at -= 1
            else:
                start, governed, with_article = self._nouns.phrase(at, low)
                if not governed:
                    if not crossed and grammar.known and not self._verbal(word):
                        return _NOBODY, None if self._nouns.lifeless(start, at) else with_article
                    stranger = True
                at = start - 1
        return (_NOBODY, False) if stranger and crossed and not grammar.leaves_out else (_OPEN, False)

    def _verbal(self, word: str) -> bool:
        return self._english and word.endswith("ing")

    def _next(self, verb: Found[Any]) -> Doer | None:
        """The subject right after the verb; None: none is there."""
        grammar, s = self._grammar, self._s
        at = verb.last + 1
        while s.same(verb.start, at) and not s.breaks(at) and s.word(at) in grammar.between:
            at += 1
        begin = at
        while s.same(verb.start, at) and not s.breaks(at) and at - begin < _AFTER_VERB:
            word = s.word(at)
            if at in self._actors.by_first:
                hit, actor = self._actors.by_first[at]
                if self._nouns.of_several(hit, verb):
                    return _OPEN
                owner = hit.meaning is None and word in grammar.never
                return None if owner else Doer((actor,))
            if word in grammar.prepositions or word in grammar.joins or word in grammar.opens:
                return None
            if word in grammar.everyone or at in self._actors.pronouns:
                return _OPEN
            if self._nouns.lifeless(at, at):
                return _NOBODY if verb.meaning in _BY_ITSELF else None
            noun = s.written(at)[:1].isupper() if grammar.capital_nouns else word not in grammar.determiners
            if noun:
                named = begin < at or grammar.capital_nouns
                return _NOBODY if verb.meaning in _BY_ITSELF and named else None
            at += 1
        return None

    def _by_hand(self, verb: Found[Any], low: int) -> Doer:
        """What is done with something is done by somebody: "The keeper lights the candle"."""
        return _OPEN if verb.first > low else _NOBODY

    def _opening(self, verb: Found[Any], low: int, known: Doer | None) -> Doer:
        """Where the verb comes last: the doer opens the sentence, what it is done to follows."""
        there = [(hit, actor) for hit, actor in self._actors.all if low <= hit.first and hit.last < verb.first]
        free = [(hit, actor) for hit, actor in there if not self._marked(hit)]
        # A name as it stands in the cast before one with an ending: "செல்வி", not "செல்வியை".
        plain = [each for each in free if each[0].meaning is None or each[0].word.casefold() == each[1].name.casefold()]
        if free:
            hit, actor = (plain or free)[0]
            return Doer((actor, *self._and_then(hit, verb)))
        at = verb.first - 1
        while at >= low and (self._nouns.slight(at) or self._adverbial(at)):
            at -= 1
        beside = at >= low and not self._s.breaks(verb.first)
        if beside and self._s.word(at) in self._grammar.everyone:
            return _OPEN
        if beside and verb.meaning in _BY_ITSELF and self._stands_alone(at):
            return _NOBODY if self._nouns.lifeless(at, at) or known is None else known
        return known if known is not None else self._left_out(verb)

    def _stands_alone(self, at: int) -> bool:
        """A noun that no postposition follows."""
        return self._s.word(at) not in self._grammar.prepositions and self._s.word(at) not in self._grammar.joins

    def _adverbial(self, at: int) -> bool:
        """A noun with its postposition, or a participle, tells how and where."""
        word = self._s.word(at)
        return (
            word in self._grammar.prepositions
            or self._s.word(at + 1) in self._grammar.prepositions
            or word.endswith("कर")
        )

    def _marked(self, hit: Found[Any]) -> bool:
        """Whether what follows makes it another part of the sentence: "मीरा के घर"."""
        word = self._s.word(hit.first)
        return word in self._grammar.never or (
            not self._s.breaks(hit.last + 1) and self._s.word(hit.last + 1) in self._grammar.prepositions
        )

    def _and_then(self, hit: Found[Any], verb: Found[Any]) -> Sequence[Actor]:
        found = []
        at = hit.last + 1
        while at + 1 < verb.first and self._s.word(at) in self._grammar.joins and at + 1 in self._actors.by_first:
            another, actor = self._actors.by_first[at + 1]
            found.append(actor)
            at = another.last + 1
        return found

    def _in_run(self, verb: Found[Any], known: Doer | None) -> Doer:
        """In a writing without spaces: the nearest before it in its sentence, unless something lifeless is nearer."""
        number = self._s.number(verb.start)
        before = [
            (hit, a) for hit, a in self._actors.all if hit.end <= verb.start and self._s.number(hit.start) == number
        ]
        lifeless = [
            hit.end for hit in self._actors.lifeless if hit.end <= verb.start and self._s.number(hit.start) == number
        ]
        nearest = before[0 if self._grammar.order is Order.LAST else -1] if before else None
        if verb.meaning in _BY_ITSELF and lifeless and (nearest is None or lifeless[-1] > before[-1][0].end):
            beside = self._s.text[lifeless[-1] : verb.start]
            if len(beside) <= _AFTER_VERB:
                return _NOBODY
        if nearest is not None:
            return Doer((nearest[1],))
        return known if known is not None else _OPEN
