"""Which way letters run: enough of Unicode's bidirectional algorithm (UAX #9) for a line whose letters need several typefaces."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import accumulate
from typing import TypeVar

_LEFT, _RIGHT, _NUMBER, _BETWEEN, _AT_NUMBER, _NONE = range(6)
_KINDS = {
    "L": _LEFT, "R": _RIGHT, "AL": _RIGHT, "EN": _NUMBER, "AN": _NUMBER, "CS": _BETWEEN, "ES": _BETWEEN, "ET": _AT_NUMBER,
}  # fmt: skip

Thing = TypeVar("Thing")


def is_rtl(text: str) -> bool:
    """Whether the text's first letter that has a direction runs from right to left."""
    return next((kind == _RIGHT for kind in map(_kind, text) if kind in (_LEFT, _RIGHT)), False)


def levels(text: str) -> list[int]:
    """For each character how deep it is embedded: even ones run to the right, odd ones to the left."""
    base = int(is_rtl(text))
    kinds = _numbers_whole(text)
    strong = _RIGHT if base else _LEFT
    for place, kind in enumerate(kinds):
        strong = kind if kind in (_LEFT, _RIGHT) else strong
        if kind == _NUMBER and strong == _LEFT:
            kinds[place] = _LEFT  # rule W7: a number after letters that run to the right is one of them
    deep = {_LEFT: 2 * base, _RIGHT: 1, _NUMBER: 2}
    return _between([deep.get(kind) for kind in kinds], kinds, base)


def reordered(pieces: Sequence[tuple[int, Thing]]) -> list[Thing]:
    """Pieces (level, thing) from left to right: rule L2, from the deepest level to the lowest odd one."""
    row = list(pieces)
    for depth in range(max((level for level, _ in row), default=0), 0, -1):
        start = 0
        while start < len(row):
            stop = start
            while stop < len(row) and row[stop][0] >= depth:
                stop += 1
            row[start:stop] = row[start:stop][::-1]
            start = stop + 1
    return [thing for _, thing in row]


def _kind(letter: str) -> int:
    return _KINDS.get(unicodedata.bidirectional(letter), _NONE)


def _numbers_whole(text: str) -> list[int]:
    """Kinds, where a mark goes with its letter, and a point between figures and a sign beside them belong to the number."""
    kinds: list[int] = []
    for letter in text:
        kinds.append(kinds[-1] if unicodedata.bidirectional(letter) == "NSM" and kinds else _kind(letter))
    for place, kind in enumerate(kinds):
        before = kinds[place - 1] if place else _NONE
        after = kinds[place + 1] if place + 1 < len(kinds) else _NONE
        if (kind == _BETWEEN and before == after == _NUMBER) or (kind == _AT_NUMBER and _NUMBER in (before, after)):
            kinds[place] = _NUMBER
    return kinds


def _between(row: list[int | None], kinds: Sequence[int], base: int) -> list[int]:
    """What has no direction goes with its neighbours where both run the same way, else with the whole line (N1, N2)."""
    edge = _RIGHT if base else _LEFT
    before = list(accumulate(kinds, lambda known, kind: kind if kind <= _NUMBER else known, initial=edge))
    after = list(accumulate(reversed(kinds), lambda known, kind: kind if kind <= _NUMBER else known, initial=edge))[
        ::-1
    ]
    filled: list[int] = []
    for place, level in enumerate(row):
        if level is not None:
            filled.append(level)
            continue
        left, right = before[place] == _LEFT, after[place + 1] == _LEFT
        filled.append(base if left != right else (2 * base if left else 1))
    return filled
