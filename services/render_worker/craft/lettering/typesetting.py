"""Text in rows: as large as fits, broken at phrases, rows alike in length, and how tall the block of them is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from PIL import ImageDraw

from services.render_worker.craft.lettering.fonts import script_of
from services.render_worker.craft.lettering.lettering import Lettering
from services.render_worker.craft.lettering.phrases import Unit, break_cost, line_units

# Scripts that write no spaces between words, and break at them nevertheless.
_UNPARTED = ("thai", "lao", "khmer", "myanmar")
# Below this share of the wished size a word too long is parted instead.
_SMALLEST_SHARE = 0.5
_SMALLEST_PX = 10
# Fewer and evener rows are worth type this much smaller; what a row more costs.
_WORTH_SMALLER = 0.72
_FEWER_ROWS = 0.86
# How a break that hurts (phrases.break_cost) is weighed against size, and against rows of unlike length.
_HURT_SHARE = 0.014
_UNEVEN_SHARE = 0.016


@dataclass(frozen=True)
class Block:
    """Rows of text in one lettering. Lengths are pixels."""

    rows: tuple[str, ...]
    lettering: Lettering
    step: int
    # From the top of the first row's ink to its baseline, and from the last row's baseline to the bottom of its ink.
    up: float
    down: float

    @property
    def height(self) -> float:
        """From the first row's ink to the last one's."""
        return self.up + self.step * (len(self.rows) - 1) + self.down

    @property
    def width(self) -> float:
        """Of the longest row."""
        return max((self.lettering.length(row) for row in self.rows), default=0.0)

    def draw(self, drawing: ImageDraw.ImageDraw, x: float, top: float, align: float = 0.5, *, stroke: int = 0) -> None:
        """White on a drawing of mode "L", its ink beginning at `top`; x is its left edge (align 0), middle (0.5) or right (1)."""
        for number, row in enumerate(self.rows):
            box = self.lettering.box(row)
            # by its ink, so that a row of quotation marks stands in the middle too
            left = x - (box.right - box.left) * align - box.left
            self.lettering.draw(drawing, left, top + self.up + number * self.step, row, stroke=stroke)


def fitted(text: str, lettering: Lettering, room: float, most_rows: int, *, leading: float = 1.16) -> Block:
    """The text in the largest type, from the lettering's size down, in which it fits the room in at most so many rows.

    A word that is still too long at half that size is parted, rather than set too small to read; what is more than fits even
    then ends in "…". Line feeds of the text begin rows.
    """
    whole = " ".join(text.split(" ")).strip()
    smallest = max(_SMALLEST_PX, lettering.size * _SMALLEST_SHARE)
    choices: list[tuple[float, Lettering, list[str]]] = []
    size = lettering.size
    while size >= min(smallest, lettering.size) * 0.6:
        now = replace(lettering, size=size)
        rows, hurts = _rows(whole if size > smallest else _parted(whole, now, room), now, room)
        lengths = [now.length(row) for row in rows]
        if len(rows) <= most_rows and max(lengths) <= room:
            if choices and size < choices[0][1].size * _WORTH_SMALLER:
                break
            uneven = 1 - min(lengths) / max(max(lengths), 1.0)
            choices.append(
                (size * _FEWER_ROWS ** len(rows) * (1 - 0.25 * uneven) * (1 - _HURT_SHARE * hurts), now, rows)
            )
            if len(rows) == 1:
                break
        elif size <= _SMALLEST_PX:
            break
        size = max(_SMALLEST_PX, min(size - 1, int(size * 0.94)))
    if choices:
        _, now, rows = max(choices, key=lambda choice: choice[0])
    if len(rows) > most_rows:
        rows = [*rows[: most_rows - 1], rows[most_rows - 1].rstrip(" ,.;:") + "…"]
    return _block(rows, now, leading)


def body(text: str, lettering: Lettering, room: float, *, leading: float = 1.32) -> Block:
    """The text at this very size in as many rows as it needs."""
    return _block(_rows(_parted(text, lettering, room), lettering, room)[0], lettering, leading)


def _block(rows: Sequence[str], lettering: Lettering, leading: float) -> Block:
    boxes = [lettering.box(row) for row in rows]
    ups, downs = [-box.top for box in boxes], [box.bottom for box in boxes]
    # No row touches the next: tall scripts need more than Latin.
    least = max((down + up for down, up in zip(downs, ups[1:], strict=False)), default=0.0) + lettering.size * 0.12
    return Block(tuple(rows), lettering, round(max(lettering.size * leading, least)), ups[0], downs[-1])


def _rows(text: str, lettering: Lettering, room: float) -> tuple[list[str], float]:
    """The rows, and how much their breaks hurt in all."""
    parts = [_broken(part, lettering, room) for part in text.split("\n")]
    return [row for rows, _ in parts for row in rows], sum(hurts for _, hurts in parts)


def _broken(text: str, lettering: Lettering, room: float) -> tuple[list[str], float]:
    """The fewest rows, and of those the ones most alike that keep phrases whole."""
    units = [unit for unit in line_units(text, (), 1000, 10_000) if unit.text]
    if units and script_of(text, "") in _UNPARTED:
        # Nobody marks where their words end: better no break than one within a word.
        units = [Unit(word, place > 0, 0, 0) for place, word in enumerate(text.split())]
    if not units:
        return [text], 0.0
    count = len(units)
    space = lettering.length(" ")
    widths = list(accumulate(lettering.length(unit.text) + space * (place > 0 and unit.space_before)
                             for place, unit in enumerate(units)))  # fmt: skip
    total = widths[-1]
    best: list[tuple[int, float, int]] = [(0, 0.0, 0)] + [(count + 1, math.inf, 0)] * count
    rows_needed = max(1, math.ceil(total / room))
    for start in range(count):
        if math.isinf(best[start][1]):
            continue
        for stop in range(start + 1, count + 1):
            width = widths[stop - 1] - (widths[start - 1] if start else 0.0)
            if width > room * 1.02 and stop > start + 1:
                break
            uneven = ((width - total / rows_needed) / room) ** 2
            hurts = break_cost(units[stop - 1], units[stop]) * _UNEVEN_SHARE if stop < count else 0.0
            rows, cost, _ = best[start]
            if (rows + 1, cost + uneven + hurts) < best[stop][:2]:
                best[stop] = (rows + 1, cost + uneven + hurts, start)
    edges = [count]
    while edges[-1]:
        edges.append(best[edges[-1]][2])
    cuts = edges[::-1]
    hurts = sum(break_cost(units[cut - 1], units[cut]) for cut in cuts[1:-1])
    return [_joined(units[start:stop]) for start, stop in pairwise(cuts)], hurts


def _joined(units: Sequence[Unit]) -> str:
    return "".join((" " if unit.space_before and place else "") + unit.text for place, unit in enumerate(units))


def _parted(text: str, lettering: Lettering, room: float) -> str:
    """The text with words longer than a row in hyphened pieces, as few and as alike as can be."""
    words: list[str] = []
    for word in text.split():
        if lettering.length(word) <= room * 0.98:
            words.append(word)
            continue
        count = math.ceil(lettering.length(word + "-") / room)
        letters = [unit.text for unit in line_units(word, (), 1000, 1)]
        edges = [round(len(letters) * part / count) for part in range(count + 1)]
        pieces = ["".join(letters[begin:end]) for begin, end in pairwise(edges)]
        hyphen = "" if script_of(word, "") in _UNPARTED else "-"
        words += [*(piece + hyphen for piece in pieces[:-1]), pieces[-1]]
    return " ".join(words)
