"""When captions stand and where they break: one splitting for burned captions and for subtitle files.

The measures are those of broadcast subtitling: two lines of 42 characters, at least a second on screen and at most 17
characters a second where the speech leaves room, never two cues at once, and two frames of nothing between them.
Full-width characters (Chinese, Japanese, Korean) count twice, since they take twice the room and twice the time to read.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from services.render_worker.craft.lettering.fonts import primary, script_of
from services.render_worker.craft.lettering.phrases import Unit, break_cost, line_units, width_of

MOST_LINES = 2
MIN_CUE_MS = 1000
MAX_CUE_MS = 7000
READING_CHARS_PER_S = 17.0
# Two frames at 24 a second: the eye sees that a new cue has come.
MIN_GAP_MS = 84
# A cue stays this long after its last word where nothing follows.
LINGER_MS = 350
# A gap that is neither two frames nor a pause flickers: up to this length it is closed down to two frames.
_FLICKER_MS = 420
# Silence inside a cue that is worth a new one.
_LONG_PAUSE_MS = 900
# Two who answer each other as quickly as this share a cue.
_QUICK_ANSWER_MS = 300
_DASH = "\u2013 "
# The captions' size as a share of the film's height, the room across as a share of its width (5 % on each side are unsafe).
TEXT_SHARE = 0.046
TALL_TEXT_SHARE = 0.042
SAFE_WIDTH = 0.9
# Sizes of text left and right of it, for its ground.
SIDE_PAD = 0.45
_MOST_COLUMNS = 42
_MOST_COLUMNS_SQUARE = 32
# Fewer than these part words; such text is set smaller instead.
_FEWEST_COLUMNS = 18
# How wide a column is in sizes of the text, measured on a sentence in Noto Sans SemiBold; of all other scripts 0.55.
_COLUMN_WIDTHS = {"tamil": 0.79, "malayalam": 0.73, "kannada": 0.62, "telugu": 0.59, "arabic": 0.45, "devanagari": 0.49}


@dataclass(frozen=True)
class Word:
    """A spoken word; times in milliseconds from the start of its line."""

    text: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True)
class SpokenLine:
    """A line on a timeline: `start_ms` from the timeline's start. Without words its text is spread over its duration."""

    speaker: str
    text: str
    start_ms: int
    duration_ms: int
    words: tuple[Word, ...] = ()
    # The speaker is heard, not seen: set in italics where the script has them.
    off_screen: bool = False


@dataclass(frozen=True)
class Cue:
    """What stands on the screen from `start_ms` to `end_ms` (exclusive), line by line.

    `speakers` and `italics` are line by line, too, or empty where nothing is known of them.
    """

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]
    speakers: tuple[str, ...] = ()
    italics: tuple[bool, ...] = ()

    @property
    def text(self) -> str:
        """Its lines, parted by line feeds."""
        return "\n".join(self.lines)

    @property
    def columns(self) -> int:
        """How much there is to read."""
        return sum(width_of(line) for line in self.lines)

    @property
    def is_fast(self) -> bool:
        """Whether it is gone before most have read it."""
        return self.columns > READING_CHARS_PER_S * (self.end_ms - self.start_ms) / 1000

    def speaker(self, row: int) -> str:
        """Who says that line; empty where it isn't known."""
        return self.speakers[row] if row < len(self.speakers) else ""

    def italic(self, row: int) -> bool:
        """Whether that line is heard from somebody who isn't seen."""
        return row < len(self.italics) and self.italics[row]


def text_size(size: tuple[int, int]) -> int:
    """Pixels of the captions' type in a film of that width and height."""
    width, height = size
    return max(12, round(height * (TALL_TEXT_SHARE if height > width else TEXT_SHARE)))


def columns_for(size: tuple[int, int], language: str) -> int:
    """How many columns a line of captions may have in a film of that width and height: 42 in a wide one, else what fits."""
    width, height = size
    room = width * SAFE_WIDTH / text_size(size) - 2 * SIDE_PAD
    column = _COLUMN_WIDTHS.get(script_of("", primary(language)), 0.53)
    most = _MOST_COLUMNS if width > height else _MOST_COLUMNS_SQUARE
    return max(_FEWEST_COLUMNS, min(most, int(room / column)))


def faults(cues: Sequence[Cue], max_chars: int, until_ms: int) -> list[str]:
    """The rules these cues break, a sentence for each break; empty where all is well."""
    told: list[str] = []
    for place, cue in enumerate(cues):
        name = f"cue {place + 1} at {cue.start_ms / 1000:.1f} s"
        long = max((width_of(line) for line in cue.lines), default=0)
        follows = cues[place + 1].start_ms if place + 1 < len(cues) else None
        if len(cue.lines) > MOST_LINES:
            told.append(f"{name} has {len(cue.lines)} lines (at most {MOST_LINES})")
        if long > max_chars:
            told.append(f"{name} has a line of {long} characters (at most {max_chars})")
        if cue.end_ms - cue.start_ms < min(MIN_CUE_MS, until_ms):
            told.append(f"{name} stands {cue.end_ms - cue.start_ms} ms (at least {MIN_CUE_MS} ms)")
        if cue.end_ms > until_ms:
            told.append(f"{name} stands until {cue.end_ms / 1000:.1f} s, past the end")
        if follows is not None and follows < cue.end_ms:
            told.append(f"{name} overlaps the next")
    return told


def split_cues(
    lines: Iterable[SpokenLine], *, max_chars: int = 42, max_lines: int = MOST_LINES, until_ms: int | None = None
) -> list[Cue]:
    """The cues of these lines, in order of time and without overlap.

    `until_ms`: the timeline's end, which no cue passes; a cue that would start there or later is left out.
    """
    return timed(drafted(lines, max_chars=max_chars, max_lines=max_lines), until_ms)


def drafted(lines: Iterable[SpokenLine], *, max_chars: int = 42, max_lines: int = MOST_LINES) -> list[Cue]:
    """The cues of these lines in order, each from its first word to its last: not yet held until they are read. Such as have no
    second to themselves share one.
    """
    drafts: list[Cue] = []
    for line in sorted(lines, key=lambda line: line.start_ms):
        drafts.extend(_cues_of(line, max_chars, max_lines))
    drafts.sort(key=lambda cue: cue.start_ms)
    return _shared(drafts, max_chars, max_lines)


def _cues_of(line: SpokenLine, max_chars: int, max_lines: int) -> list[Cue]:
    spoken = [(word.text, word.start_ms, word.end_ms) for word in line.words]
    cues = []
    for part in _parts(line_units(line.text, spoken, line.duration_ms, max_chars), max_chars, max_lines):
        rows = _wrapped(part, max_chars, max_lines)
        start = line.start_ms + max(0, part[0].start_ms)
        end = line.start_ms + max(part[-1].end_ms, part[0].start_ms + 1)
        cues.append(Cue(start, end, rows, (line.speaker,) * len(rows), (line.off_screen,) * len(rows)))
    return cues


def _parts(units: list[Unit], max_chars: int, max_lines: int) -> list[list[Unit]]:
    """Units cut into cues: the cheapest cutting, where a cut inside a phrase, a very short and a very long cue cost."""
    count = len(units)
    widths = [unit.width for unit in units]
    hurts = [1.3 * break_cost(unit, after) for unit, after in pairwise(units)] + [0.0]
    # How many long silences there are before each unit.
    silences = list(
        accumulate((after.start_ms - unit.end_ms > _LONG_PAUSE_MS for unit, after in pairwise(units)), initial=0)
    )
    best = [0.0] + [float("inf")] * count
    before = [0] * (count + 1)
    for start in range(count):
        row, filled = 0, 0
        for stop in range(start + 1, count + 1):
            unit, width = units[stop - 1], widths[stop - 1]
            gap = 1 if unit.space_before and filled else 0
            if stop > start + 1 and (unit.begins_line or filled + gap + width > max_chars):
                row, filled, gap = row + 1, 0, 0
            filled += gap + width
            if row >= max_lines:
                break
            cost = best[start] + 3.0 + hurts[stop - 1] + _time_cost(unit.end_ms - units[start].start_ms)
            cost += 6.0 * (silences[stop - 1] - silences[start])
            if cost < best[stop]:
                best[stop], before[stop] = cost, start
    parts: list[list[Unit]] = []
    stop = count
    while stop > 0:
        parts.append(units[before[stop] : stop])
        stop = before[stop]
    return parts[::-1]


def _time_cost(spoken_ms: int) -> float:
    if spoken_ms < MIN_CUE_MS:
        return 4.0 * (1 - spoken_ms / MIN_CUE_MS)
    return 4.0 * (spoken_ms / MAX_CUE_MS) if spoken_ms > MAX_CUE_MS else 0.0


def _wrapped(units: list[Unit], max_chars: int, max_lines: int) -> tuple[str, ...]:
    """The cue's lines: one where it fits, else the break that keeps phrases whole and the lines alike in length."""
    if any(unit.begins_line for unit in units[1:]):
        return _filled(units, max_chars)
    text = _joined(units)
    if width_of(text) <= max_chars:
        return (text,)
    choices: list[tuple[float, int, tuple[str, ...]]] = []
    for cut in range(1, len(units)):
        head = _joined(units[:cut])
        if width_of(head) > max_chars:
            break
        rest: tuple[str, ...] = (_joined(units[cut:]),)
        if width_of(rest[0]) > max_chars:
            if max_lines <= 2:
                continue
            rest = _wrapped(units[cut:], max_chars, max_lines - 1)
        uneven = abs(width_of(head) - width_of(text) / max_lines) / max_chars
        choices.append((break_cost(units[cut - 1], units[cut]) + 12 * uneven, cut, (head, *rest)))
    return min(choices)[2] if choices else _filled(units, max_chars)


def _filled(units: list[Unit], max_chars: int) -> tuple[str, ...]:
    """Lines filled one after the other, the way `_parts` counts them."""
    rows: list[list[Unit]] = [[]]
    for unit in units:
        if rows[-1] and (unit.begins_line or width_of(_joined([*rows[-1], unit])) > max_chars):
            rows.append([])
        rows[-1].append(unit)
    return tuple(_joined(row) for row in rows)


def _joined(units: list[Unit]) -> str:
    return "".join((" " if unit.space_before and place else "") + unit.text for place, unit in enumerate(units))


def _shared(drafts: list[Cue], max_chars: int, max_lines: int) -> list[Cue]:
    """Where a cue has no second to itself, it shares one with the next: two voices by dashes, one voice line by line."""
    shared: list[Cue] = []
    for cue in drafts:
        last = shared[-1] if shared else None
        joined = _together(last, cue, max_chars, max_lines) if last else None
        if joined:
            shared[-1] = joined
        else:
            shared.append(cue)
    return shared


def _together(first: Cue, second: Cue, max_chars: int, max_lines: int) -> Cue | None:
    """Both as one cue; None where they needn't be, or can't."""
    hurried = second.start_ms - first.start_ms < MIN_CUE_MS + MIN_GAP_MS
    brief = second.end_ms - second.start_ms < MIN_CUE_MS and first.end_ms - first.start_ms < MIN_CUE_MS
    quick = brief and second.start_ms - first.end_ms < _QUICK_ANSWER_MS
    end = max(first.end_ms, second.end_ms)
    if not (hurried or quick) or end - first.start_ms > MAX_CUE_MS:
        return None
    voices = {*zip(first.speakers, first.italics, strict=False), *zip(second.speakers, second.italics, strict=False)}
    rows = first.lines + second.lines
    if len({speaker for speaker, _ in voices}) > 1:
        rows = tuple(row if row.startswith(_DASH) else _DASH + row for row in rows)
    if len(rows) <= max_lines and all(width_of(row) <= max_chars for row in rows):
        return Cue(first.start_ms, end, rows, first.speakers + second.speakers, first.italics + second.italics)
    if len(voices) != 1 or not hurried:
        return None
    # One voice, word after word: they are read as one text.
    rows = _wrapped(line_units(" ".join(rows), (), end - first.start_ms, max_chars), max_chars, max_lines)
    if len(rows) > max_lines or any(width_of(row) > max_chars for row in rows):
        return None
    return Cue(first.start_ms, end, rows, first.speakers[:1] * len(rows), first.italics[:1] * len(rows))


def most_cues(until_ms: int) -> int:
    """How many cues can stand for a second each, with their gaps, on a timeline of that length; one on the shortest."""
    return max(1, (until_ms + MIN_GAP_MS) // (MIN_CUE_MS + MIN_GAP_MS))


def timed(drafts: list[Cue], until_ms: int | None) -> list[Cue]:
    """Cues in order of time, each held as long as reading needs: until shortly before the next, or the timeline's end.

    Each has a second wherever the timeline is that long. Those that would start at its end are left out, and so are those with
    the least to read where there are more than seconds: what flashes by nobody reads, and it would take the rest along.
    """
    cues = [cue for cue in drafts if until_ms is None or cue.start_ms < until_ms]
    if until_ms is not None and len(cues) > most_cues(until_ms):
        fullest = sorted(range(len(cues)), key=lambda place: (-cues[place].columns, place))[: most_cues(until_ms)]
        cues = [cues[place] for place in sorted(fullest)]
    starts = _starts([cue.start_ms for cue in cues], until_ms)
    held: list[Cue] = []
    for place, (cue, start) in enumerate(zip(cues, starts, strict=True)):
        follows = starts[place + 1] - MIN_GAP_MS if place + 1 < len(cues) else until_ms
        reading_ms = math.ceil(1000 * cue.columns / READING_CHARS_PER_S)
        end = max(cue.end_ms + LINGER_MS, start + max(MIN_CUE_MS, reading_ms))
        if follows is not None and end > follows - (_FLICKER_MS if place + 1 < len(cues) else 0):
            end = follows
        held.append(replace(cue, start_ms=start, end_ms=max(start + 1, end)))
    return held


def _starts(wanted: list[int], until_ms: int | None) -> list[int]:
    """The starts nearest to those wanted that leave each a second and a gap, before the timeline's end."""
    step = MIN_CUE_MS + MIN_GAP_MS
    starts: list[int] = []
    for start in wanted:
        starts.append(max(start, starts[-1] + step) if starts else max(0, start))
    latest = None if until_ms is None else max(0, until_ms - MIN_CUE_MS)
    for place in range(len(starts) - 1, -1, -1):
        if latest is not None:
            starts[place] = min(starts[place], latest)
            latest = max(0, starts[place] - step)
    return starts
