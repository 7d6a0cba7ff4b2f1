"""A text as sentences of words: where each begins and ends, and what in it is only quoted."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any

from services.render_worker.craft.words.matching import Found, tokens

SENTENCE_END = re.compile(r"[.!?;:।॥。！？؟…]+")
_QUOTED = re.compile(
    r"»[^«»]{0,2000}«|“[^“”]{0,2000}”|\"[^\"]{0,2000}\"|«[^«»]{0,2000}»|„[^„“”]{0,2000}[“”]|「[^「」]{0,2000}」|『[^『』]{0,2000}』"
)
# A comma, a dash or a bracket: what stands before it is another part of the sentence.
_BREAK = re.compile(r"[,、،，()（）\[\]–—]|\s-\s")
_LONGEST_PIECE = 500


def unquoted(text: str) -> str:
    """The text without what is said in it; what people talk of may be elsewhere."""
    rest = _QUOTED.sub(" ", text)
    return rest if any(map(str.isalpha, rest)) else text


def pieces(text: str) -> Iterator[str]:
    """The text in pieces of some sentences each: what is read of a sentence takes time with the square of its surroundings."""
    place = 0
    while len(text) - place > _LONGEST_PIECE:
        window = text[place : place + _LONGEST_PIECE]
        ends = [hit.end() for hit in SENTENCE_END.finditer(window)]
        cut = ends[-1] if ends else window.rfind(" ") + 1 or _LONGEST_PIECE
        yield text[place : place + cut]
        place += cut
    yield text[place:]


class Sentences:
    """One piece of text. Places are counted in characters, words from 0; a word outside has no letters."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = tokens(text)
        self._quoted = [hit.span() for hit in _QUOTED.finditer(text)]
        self._quote_starts = [start for start, _ in self._quoted]
        self._ends = [hit.start() for hit in SENTENCE_END.finditer(text)]
        # By the number of its sentence the first word of each.
        self._firsts: dict[int, int] = {}
        for at, token in enumerate(self.words):
            self._firsts.setdefault(self.number(token.start), at)

    def number(self, place: int) -> int:
        """Which sentence the place is in."""
        return bisect_right(self._ends, place)

    def same(self, place: int, at: int) -> bool:
        """Whether the word is in the place's sentence."""
        return 0 <= at < len(self.words) and self.number(self.words[at].start) == self.number(place)

    def first(self, place: int) -> int:
        """The first word of the place's sentence."""
        return self._firsts.get(self.number(place), 0)

    def word(self, at: int) -> str:
        """The word, folded."""
        return self.words[at].key if 0 <= at < len(self.words) else ""

    def written(self, at: int) -> str:
        """The word as the text has it."""
        return self.text[self.words[at].start : self.words[at].end] if 0 <= at < len(self.words) else ""

    def breaks(self, at: int) -> bool:
        """Whether the word is parted from the one before it: by a comma, a dash, a bracket, or a sentence's end."""
        if at <= 0 or at >= len(self.words):
            return True
        gap = self.text[self.words[at - 1].end : self.words[at].start]
        return _BREAK.search(gap) is not None or SENTENCE_END.search(gap) is not None

    def seen(self, hits: Sequence[Found[Any]]) -> list[Found[Any]]:
        """Those of the hits that aren't within a quotation."""
        return [hit for hit in hits if not self._in_quotes(hit.start)]

    def _in_quotes(self, place: int) -> bool:
        at = bisect_right(self._quote_starts, place) - 1
        return at >= 0 and place < self._quoted[at][1]

    def within_run(self, hit: Found[Any]) -> bool:
        """Whether the hit is a part of a word, as in a writing without spaces."""
        token = self.words[hit.first]
        return (token.start, token.end) != (hit.start, hit.end) and hit.first == hit.last
