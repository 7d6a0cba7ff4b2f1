"""The nouns around a verb: where a phrase begins, whether a preposition governs it, who stands together as one subject."""

from __future__ import annotations

from typing import Any

from services.render_worker.craft.words.actors import Actor, Actors
from services.render_worker.craft.words.english_verbs import ADVERB
from services.render_worker.craft.words.grammar import Grammar
from services.render_worker.craft.words.matching import Found
from services.render_worker.craft.words.sentences import Sentences

_LONGEST_NOUN = 5


class Nouns:
    """The nouns of one piece of text; words are counted from 0."""

    def __init__(self, sentences: Sentences, actors: Actors, grammar: Grammar) -> None:
        self._s, self._actors, self._grammar = sentences, actors, grammar
        self._lifeless = {at for hit in actors.lifeless for at in range(hit.first, hit.last + 1)}
        self._english = actors.language == "en"

    def slight(self, at: int) -> bool:
        """Whether the word may stand between a subject and its verb."""
        word = self._s.word(at)
        return word in self._grammar.between or (self._english and ADVERB.match(word) is not None)

    def lifeless(self, first: int, last: int) -> bool:
        """Whether a thing, the weather, wind or light is among the words: it does nothing that a person could."""
        return any(at in self._lifeless or self._s.word(at) in self._grammar.nature for at in range(first, last + 1))

    def phrase(self, at: int, low: int) -> tuple[int, bool, bool]:
        """Of the noun that ends at a word: its first word, whether a preposition governs it, whether it has an article."""
        grammar, s = self._grammar, self._s
        start = at
        for back in range(_LONGEST_NOUN):
            here = at - back
            if here < low or (back and s.breaks(here + 1)):
                break
            word = s.word(here)
            if word in grammar.prepositions and (here > s.first(s.words[at].start) or word not in grammar.determiners):
                return here, True, False
            if word in grammar.determiners:
                governed = (
                    here - 1 >= low and not s.breaks(here) and s.word(here - 1) in grammar.prepositions - grammar.joins
                )
                return (here - 1, True, True) if governed else (here, False, True)
            if back and (here in self._actors.by_last or word in grammar.joins | grammar.opens | grammar.relatives):
                break
            start = here
        return start, False, False

    def phrase_start(self, first: int, low: int) -> int:
        """Where the phrase with the noun's preposition begins."""
        for at in range(first - 1, max(low, first - 4) - 1, -1):
            if self._s.breaks(at + 1):
                break
            if self._s.word(at) in self._grammar.prepositions:
                return at
        return first

    def governed(self, hit: Found[Any]) -> bool:
        """Whether it hangs on a preposition, or can't be a subject: "past the old man", "him"."""
        grammar, s = self._grammar, self._s
        if s.word(hit.first) in grammar.never:
            return True
        if hit.meaning is None:
            return False
        at = hit.first - 1
        for _ in range(3):
            if at < s.first(hit.start) or s.breaks(at + 1):
                return False
            word = s.word(at)
            if word in grammar.prepositions:
                return word not in grammar.determiners or at > s.first(hit.start)
            if word in grammar.joins | grammar.opens | grammar.relatives or at in self._actors.by_last:
                return False
            at -= 1
        return False

    def owns(self, hit: Found[Any], verb: Found[Any]) -> bool:
        """Whether they only have what does it: "Mara's lantern falls", "her face falls"."""
        if self._s.text[hit.end : hit.end + 2] in ("'s", "’s"):
            return True
        return hit.meaning is None and self._s.word(hit.first) in self._grammar.never & self._grammar.determiners

    def of_several(self, hit: Found[Any], verb: Found[Any]) -> bool:
        """In German "sie" is they, where the verb says so."""
        return self._grammar.capital_nouns and hit.meaning is None and verb.word.endswith("n")

    def together(self, hit: Found[Any], actor: Actor, low: int) -> tuple[Actor, ...]:
        """Those who do it as one: "Ruth and Dev carry a box". Only where their names open the sentence or its part."""
        found = [actor]
        first = hit.first
        while True:
            at = first - 1
            while at >= low and self._s.word(at) in self._grammar.determiners:
                at -= 1
            if at < low or self._s.word(at) not in self._grammar.joins:
                break
            before = self._actors.by_last.get(at - 1)
            if before is None or before[0].first < low:
                break
            found.append(before[1])
            first = before[0].first
        opening = first - 1
        while opening >= low and self._s.word(opening) in self._grammar.determiners:
            opening -= 1
        alone = len(found) > 1 and not (
            opening < low
            or self._s.breaks(opening + 1)
            or self._s.word(opening) in self._grammar.joins | self._grammar.opens
        )
        return (actor,) if alone else tuple(dict.fromkeys(reversed(found)))
