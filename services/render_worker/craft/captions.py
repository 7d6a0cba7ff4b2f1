"""When captions stand and where they break: one splitting for burned captions and for subtitle files.

The measures are those of broadcast subtitling: two lines of 42 characters, at least a second on screen and at most 17
characters a second where the speech leaves room, never two cues at once. Full-width characters (Chinese, Japanese,
Korean) count twice, since they take twice the room and twice the time to read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from services.render_worker.craft.phrases import Unit, break_cost, line_units, width_of

MIN_CUE_MS = 1000
MAX_CUE_MS = 7000
READING_CHARS_PER_S = 17.0
# A cue stays this long after its last word where nothing follows.
LINGER_MS = 350
# Two lines that overlap on the timeline: the first keeps at least this much.
_MIN_VISIBLE_MS = 240
# Silence inside a cue that is worth a new one.
_LONG_PAUSE_MS = 900


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


@dataclass(frozen=True)
class Cue:
    """What stands on the screen from `start_ms` to `end_ms` (exclusive), line by line."""

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """Its lines, parted by line feeds."""
        return "\n".join(self.lines)


def split_cues(
    lines: Iterable[SpokenLine], *, max_chars: int = 42, max_lines: int = 2, until_ms: int | None = None
) -> list[Cue]:
    """The cues of these lines, in order of time and without overlap.

    `until_ms`: the timeline's end, which no cue passes; a cue that would start there or later is left out.
    """
    drafts: list[Cue] = []
    for line in sorted(lines, key=lambda line: line.start_ms):
        drafts.extend(_cues_of(line, max_chars, max_lines))
    drafts.sort(key=lambda cue: cue.start_ms)
    return _settle(drafts, until_ms)


def _cues_of(line: SpokenLine, max_chars: int, max_lines: int) -> list[Cue]:
    timed = [(word.text, word.start_ms, word.end_ms) for word in line.words]
    units = line_units(line.text, timed, line.duration_ms, max_chars)
    return [
        Cue(
            line.start_ms + max(0, part[0].start_ms),
            line.start_ms + max(part[-1].end_ms, part[0].start_ms + 1),
            _wrapped(part, max_chars, max_lines),
        )
        for part in _parts(units, max_chars, max_lines)
    ]


def _parts(units: list[Unit], max_chars: int, max_lines: int) -> list[list[Unit]]:
    """Units cut into cues: the cheapest cutting, where a cut inside a phrase, a very short and a very long cue cost."""
    count = len(units)
    best = [0.0] + [float("inf")] * count
    before = [0] * (count + 1)
    for start in range(count):
        row, filled = 0, 0.0
        for stop in range(start + 1, count + 1):
            unit = units[stop - 1]
            gap = 1 if unit.space_before and filled else 0
            if filled + gap + unit.width > max_chars and filled:
                row, filled, gap = row + 1, 0.0, 0
            filled += gap + unit.width
            if row >= max_lines:
                break
            cost = best[start] + _cue_cost(units, start, stop)
            if cost < best[stop]:
                best[stop], before[stop] = cost, start
    parts: list[list[Unit]] = []
    stop = count
    while stop > 0:
        parts.append(units[before[stop] : stop])
        stop = before[stop]
    return parts[::-1]


def _cue_cost(units: list[Unit], start: int, stop: int) -> float:
    spoken_ms = units[stop - 1].end_ms - units[start].start_ms
    cost = 3.0 + (break_cost(units[stop - 1], units[stop]) if stop < len(units) else 0.0)
    if spoken_ms < MIN_CUE_MS:
        cost += 4.0 * (1 - spoken_ms / MIN_CUE_MS)
    if spoken_ms > MAX_CUE_MS:
        cost += 4.0 * (spoken_ms / MAX_CUE_MS)
    pauses = (
        after.start_ms - unit.end_ms for unit, after in zip(units[start:stop], units[start + 1 : stop], strict=False)
    )
    return cost + 6.0 * sum(pause > _LONG_PAUSE_MS for pause in pauses)


def _wrapped(units: list[Unit], max_chars: int, max_lines: int) -> tuple[str, ...]:
    """The cue's lines: one where it fits, else the break that keeps phrases whole and the lines alike in length."""
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
        if rows[-1] and width_of(_joined([*rows[-1], unit])) > max_chars:
            rows.append([])
        rows[-1].append(unit)
    return tuple(_joined(row) for row in rows)


def _joined(units: list[Unit]) -> str:
    return "".join((" " if unit.space_before and place else "") + unit.text for place, unit in enumerate(units))


def _settle(drafts: list[Cue], until_ms: int | None) -> list[Cue]:
    """Each cue held as long as reading needs, until the next one or the end of the timeline."""
    settled: list[Cue] = []
    for cue in drafts:
        start = cue.start_ms
        if settled and start < settled[-1].end_ms:
            last = settled[-1]
            start = max(start, last.start_ms + _MIN_VISIBLE_MS)
            settled[-1] = replace(last, end_ms=min(last.end_ms, start))
        settled.append(replace(cue, start_ms=start, end_ms=max(cue.end_ms, start + _MIN_VISIBLE_MS)))
    if until_ms is not None:
        settled = [cue for cue in settled if cue.start_ms < until_ms]
    held: list[Cue] = []
    for place, cue in enumerate(settled):
        room = settled[place + 1].start_ms if place + 1 < len(settled) else until_ms
        reading_ms = round(1000 * sum(width_of(line) for line in cue.lines) / READING_CHARS_PER_S)
        end = max(cue.end_ms + LINGER_MS, cue.start_ms + max(MIN_CUE_MS, reading_ms))
        held.append(replace(cue, end_ms=end if room is None else max(cue.start_ms + 1, min(end, room))))
    return held
