"""What of a text is so: not what it denies ("no boat", "never ran") or only compares with ("quick as a fox", "wie ein Vogel")."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from services.render_worker.craft.words.grammar import Grammar, Order
from services.render_worker.craft.words.matching import Found
from services.render_worker.craft.words.sentences import Sentences

_NEAR = 3
_NOUN_AWAY = 2
_MOST_COMPARED = 5


@dataclass(frozen=True)
class Statements:
    """Of one text, by the numbers of its words."""

    sentences: Sentences
    denying: frozenset[int]
    compared: frozenset[int]
    verb_last: bool

    def holds(self, hit: Found[Any]) -> bool:
        """Whether a noun is there: neither denied nor only compared with."""
        if hit.first in self.compared:
            return False
        if self.verb_last:
            return True
        return not any(at in self.denying for at in range(hit.first - _NOUN_AWAY, hit.first))

    def denies_verb(self, hit: Found[Any]) -> bool:
        """Whether a negation stands just before a verb (or just after it, where the verb comes last)."""
        near = range(hit.first - 1, hit.last + _NEAR) if self.verb_last else range(hit.first - _NEAR, hit.first)
        return any(at in self.denying and self.sentences.same(hit.start, at) for at in near)


def statements(
    sentences: Sentences, negations: Iterable[Found[bool]], likenesses: Iterable[Found[bool]], grammar: Grammar
) -> Statements:
    """What is denied and compared in a text, whose words for both were found in it."""
    compared: set[int] = set()
    for hit in likenesses:
        compared |= _compared(sentences, hit, grammar)
    denying = frozenset(hit.last for hit in negations)
    return Statements(sentences, denying, frozenset(compared), grammar.order is Order.LAST)


def _compared(sentences: Sentences, like: Found[bool], grammar: Grammar) -> set[int]:
    """The words of the noun that something is like: up to the next small word, comma, or the fourth."""
    if grammar.order is Order.LAST:
        return {like.first - 1} if sentences.same(like.start, like.first - 1) else set()
    found: set[int] = set()
    at = like.last + 1
    while sentences.same(like.start, at) and not sentences.breaks(at) and len(found) < _MOST_COMPARED:
        word = sentences.word(at)
        stops = word in grammar.prepositions | grammar.joins | grammar.opens | grammar.relatives
        if stops and not (word in grammar.determiners and not found):
            break
        found.add(at)
        at += 1
    return found
