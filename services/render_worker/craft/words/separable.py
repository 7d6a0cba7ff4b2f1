"""German verbs in two parts: "kommt … herein", "stand Hänsel auf". The second stands at the end of its clause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Generic, TypeVar

from services.render_worker.craft.words.matching import Found, Token, tokens
from services.render_worker.craft.words.sentences import Sentences

K = TypeVar("K")

_MOST_BETWEEN = 12


class Separable(Generic[K]):
    """Verbs by their first and second word, and what they mean."""

    def __init__(self, verbs: Sequence[tuple[str, K]]) -> None:
        self._verbs: dict[str, dict[str, K]] = {}
        for words, meaning in verbs:
            first, second = (token.key for token in tokens(words))
            self._verbs.setdefault(first, {})[second] = meaning

    def within(self, text: str, words: Sequence[Token], joins: frozenset[str]) -> Iterator[Found[K]]:
        """Those in the text, in its order, where their first word stands."""
        if not self._verbs:
            return
        sentences = Sentences(text)
        for at, token in enumerate(words):
            if token.key in self._verbs and (found := self._second(sentences, self._verbs[token.key], at, joins)):
                yield Found(found, text[token.start : token.end], token.start, token.end, at, at)

    @staticmethod
    def _second(sentences: Sentences, seconds: Mapping[str, K], first: int, joins: frozenset[str]) -> K | None:
        at = first + 1
        while (
            sentences.same(sentences.words[first].start, at) and not sentences.breaks(at) and at - first < _MOST_BETWEEN
        ):
            ends = sentences.breaks(at + 1) or sentences.word(at + 1) in joins
            if ends and sentences.word(at) in seconds:
                return seconds[sentences.word(at)]
            at += 1
        return None
