"""From a synthesiser's word events to the words of the text, each with its time.

Events name a character of the text and a moment; they skip some words, and give several for one ("1984" is spoken as
three). The text's own words lead: each takes the first event that falls in it, and those without one share the time.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from services.render_worker.craft.lettering.captions import Word
from services.render_worker.craft.lettering.phrases import writes_without_spaces

_QUIET_SHARE = 0.02
_LEAST_WORD_MS = 20


def spoken_words(
    text: str, events: Sequence[tuple[int, float]], loudness: npt.NDArray[np.float32], hop_ms: int
) -> list[Word]:
    """The text's words in order, joined by spaces the text itself (in a script without spaces: joined without).

    `events`: (character offset, milliseconds). `loudness`: the level of the sound every `hop_ms`, to find where a word ends
    before a pause. Starts never fall, ends lie between a word's start and the next one's.
    """
    total_ms = float(len(loudness) * hop_ms)
    pieces = _pieces(text, [offset for offset, _ in events])
    if not pieces:
        return []
    starts = _starts(pieces, events, total_ms)
    ends = [_quiet_from(loudness, hop_ms, start, after) for start, after in pairwise([*starts, total_ms])]
    return [
        Word(" ".join(text[begin:stop].split()), round(start), round(end))
        for (begin, stop), start, end in zip(pieces, starts, ends, strict=True)
    ]


def _pieces(text: str, offsets: Sequence[int]) -> list[tuple[int, int]]:
    """The spans of the words; a dash or quote that stands alone belongs to the word before it (or the first after)."""
    spans: list[tuple[int, int]] = []
    alone: int | None = None
    for token in re.finditer(r"\S+", text):
        begin = token.start() if alone is None else alone
        if any(character.isalnum() for character in token.group()):
            spans.extend(_cut(text, begin, token.end(), offsets))
            alone = None
        elif spans:
            spans[-1] = (spans[-1][0], token.end())
        else:
            alone = begin
    if alone is not None and not spans:
        spans.append((alone, len(text.rstrip())))
    return spans


def _cut(text: str, begin: int, end: int, offsets: Sequence[int]) -> list[tuple[int, int]]:
    if not writes_without_spaces(text[begin:end]):
        return [(begin, end)]
    # Nothing before the first letter or digit is a word of its own.
    first = next((offset for offset in range(begin, end) if text[offset].isalnum()), end)
    cuts = {_opened(text, offset) for offset in offsets if first < offset < end and text[offset].isalnum()}
    return list(pairwise([begin, *sorted(cuts), end]))


def _opened(text: str, offset: int) -> int:
    """The offset, before the quotes and brackets that open there."""
    while offset and unicodedata.category(text[offset - 1]) in ("Ps", "Pi"):
        offset -= 1
    return offset


def _starts(pieces: list[tuple[int, int]], events: Sequence[tuple[int, float]], total_ms: float) -> list[float]:
    begins = [begin for begin, _ in pieces]
    found: dict[int, float] = {}
    for offset, moment in events:
        number = bisect_right(begins, offset) - 1
        if number >= 0 and offset < pieces[number][1]:
            found[number] = min(found.get(number, moment), moment)
    known = {0: 0.0} | found
    latest = 0.0
    for number in sorted(known):
        latest = known[number] = min(max(latest, known[number]), total_ms)
    known[len(pieces)] = total_ms
    starts = [0.0] * len(pieces)
    for first, after in pairwise(sorted(known)):
        length = pieces[after - 1][1] - pieces[first][0]
        for number in range(first, after):
            share = (pieces[number][0] - pieces[first][0]) / length
            starts[number] = known[first] + share * (known[after] - known[first])
    return starts


def _quiet_from(loudness: npt.NDArray[np.float32], hop_ms: int, start_ms: float, next_ms: float) -> float:
    """Where the sound of a word ends: after its last moment above the quiet before the next word."""
    first, last = int(start_ms // hop_ms), int(np.ceil(next_ms / hop_ms))
    heard = np.flatnonzero(loudness[first:last] > _QUIET_SHARE * float(loudness.max(initial=0.0)))
    if not len(heard):
        return next_ms
    end = (first + int(heard[-1]) + 1) * hop_ms
    return min(next_ms, max(end, start_ms + _LEAST_WORD_MS))
