"""What of a text is so: not what it denies ("no boat", "never ran") or only compares with ("quick as a fox", "wie ein Vogel")."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from services.render_worker.craft.words.grammar import Grammar, Order
from services.render_worker.craft.words.matching import Found
from services.render_worker.craft.words.sentences import Sentences

_NEAR = 3
_NOUN_AWAY = 2
_MOST_COMPARED = 5
# In a writing without spaces, in letters.
_LETTERS_AWAY, _LETTERS_COMPARED = 2, 6


@dataclass(frozen=True)
class Statements:
    """Of one text, by the numbers of its words."""

    sentences: Sentences
    denying: frozenset[int]
    compared: frozenset[int]
    verb_last: bool
    # Whether "nicht" stands behind its verb, at the end of the clause.
    denies_behind: bool
    # In a writing without spaces, where a denial ends and what is compared begins and ends, in letters.
    denials: tuple[int, ...] = ()
    likened: tuple[tuple[int, int], ...] = ()

    def holds(self, hit: Found[Any]) -> bool:
        """Whether a noun is there: neither denied nor only compared with."""
        if self.sentences.within_run(hit):
            compared = any(begin <= hit.start and hit.end <= end for begin, end in self.likened)
            return not compared and not self._denied_in_run(hit)
        if hit.first in self.compared:
            return False
        if self.verb_last:
            return True
        return not any(at in self.denying for at in range(hit.first - _NOUN_AWAY, hit.first))

    def denies_verb(self, hit: Found[Any]) -> bool:
        """Whether a negation stands just before a verb (or just after it, where the verb comes last)."""
        if self.sentences.within_run(hit):
            return self._denied_in_run(hit)
        near = range(hit.first - 1, hit.last + _NEAR) if self.verb_last else range(hit.first - _NEAR, hit.first)
        if any(at in self.denying and self.sentences.same(hit.start, at) for at in near):
            return True
        at = hit.last + 1
        while self.denies_behind and self.sentences.same(hit.start, at) and not self.sentences.breaks(at):
            if at in self.denying:
                return True
            at += 1
        return False

    def _denied_in_run(self, hit: Found[Any]) -> bool:
        return any(0 <= hit.start - end <= _LETTERS_AWAY for end in self.denials)


def statements(
    sentences: Sentences, negations: Sequence[Found[bool]], likenesses: Iterable[Found[bool]], grammar: Grammar
) -> Statements:
    """What is denied and compared in a text, whose words for both were found in it."""
    compared: set[int] = set()
    likened: list[tuple[int, int]] = []
    last = grammar.order is Order.LAST
    for hit in likenesses:
        if sentences.within_run(hit):
            begin = hit.start - _LETTERS_COMPARED if last else hit.end
            likened.append((begin, hit.start if last else hit.end + _LETTERS_COMPARED))
        else:
            compared |= _compared(sentences, hit, grammar)
    spaced = [hit for hit in negations if not sentences.within_run(hit)]
    runs = tuple(hit.end for hit in negations if sentences.within_run(hit))
    denying = frozenset(hit.last for hit in spaced)
    return Statements(sentences, denying, frozenset(compared), last, grammar.denies_behind, runs, tuple(likened))


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
