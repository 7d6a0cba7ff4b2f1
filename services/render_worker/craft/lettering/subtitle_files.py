"""Subtitle files that people bring (SRT, WebVTT): read with patience, refused by line where they can't be understood."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from services.render_worker.craft.lettering.captions import MIN_CUE_MS, Cue, SpokenLine, drafted, most_cues, timed

# Many times the text of a long film.
MOST_BYTES = 2_000_000
_MOST_CUES = 20_000
# "1:02:03,4", "02:03.456", "00:00:01:500"; hours, the mark before the rest and its digits as anybody writes them.
_MOMENT = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})(?:[.,:](\d{1,3}))?"
_TIMES = re.compile(rf"^\s*{_MOMENT}\s*-{{1,2}}\s*[>\u203a]\s*{_MOMENT}(?=\s|$)")
_ARROW = re.compile(r"-{1,2}\s*>")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]*)>")
_ITALIC = re.compile(r"<i(?:\.[^\s>]*)?>|\{\\i1\}", re.IGNORECASE)
_TAG = re.compile(r"</?(?:[a-z][^<>]*|\d[\d:.]*)>|\{\\[^{}]*\}", re.IGNORECASE)
_NOT_CUES = ("NOTE", "STYLE", "REGION")
_ENCODING_NAMES = {"utf-16": "UTF-16", "utf-8-sig": "UTF-8"}


class SubtitlesUnreadable(ValueError):
    """The file isn't subtitles that can be used; the message names the line and what to do."""


@dataclass(frozen=True)
class _Row:
    text: str
    speaker: str
    italic: bool


def read(data: bytes) -> list[Cue]:
    """The file's cues in order of time, as they are written. SubtitlesUnreadable for another kind of file.

    UTF-8 or UTF-16 (with a byte order mark). Markup but italics and voices is left out; cues without text are, too.
    """
    if len(data) > MOST_BYTES:
        raise SubtitlesUnreadable(
            f"the subtitles are {len(data)} bytes: at most {MOST_BYTES} are read; take out what is not text"
        )
    rows = re.split(r"\r\n|\r|\n", _decoded(data))
    if rows[0].strip().casefold() == "[script info]":
        raise SubtitlesUnreadable("this is an ASS file: save the subtitles as SRT or WebVTT")
    cues: list[Cue] = []
    place = 0
    if rows[0].lstrip().startswith("WEBVTT"):
        place = _after_block(rows, 0)
    while place < len(rows):
        if not rows[place].strip():
            place += 1
        elif rows[place].split(" ")[0].strip() in _NOT_CUES and not _TIMES.match(rows[place]):
            place = _after_block(rows, place)
        else:
            cue, place = _cue(rows, place)
            if cue is not None:
                cues.append(cue)
        if len(cues) > _MOST_CUES:
            raise SubtitlesUnreadable(f"the subtitles have more than {_MOST_CUES} cues: no film needs as many")
    if not cues:
        raise SubtitlesUnreadable("the file has no cues: give an SRT or WebVTT file with times (00:00:01,000 --> …)")
    return sorted(cues, key=lambda cue: cue.start_ms)


def rewritten(cues: Sequence[Cue], *, max_chars: int, until_ms: int) -> list[Cue]:
    """The cues broken and timed as ours are. A cue that keeps the rules keeps its lines; those after the film's end go, and those
    without a second to themselves share one. SubtitlesUnreadable for more than the film has seconds for even so.
    """
    lines: list[SpokenLine] = []
    for cue in cues:
        # Where cues overlap, the later one's words follow.
        for (speaker, italic), rows in groupby(_rows(cue), key=lambda row: (row.speaker, row.italic)):
            text = "\n".join(row.text for row in rows)
            lines.append(SpokenLine(speaker, text, cue.start_ms, max(1, cue.end_ms - cue.start_ms), (), italic))
    drafts = drafted([_fitting(line, max_chars) for line in lines if line.start_ms < until_ms], max_chars=max_chars)
    if len(drafts) > (most := most_cues(until_ms)):
        raise SubtitlesUnreadable(
            f"{len(drafts)} cues in {until_ms / 1000:.1f} s of film can't be read: at most {most} can stand for a second each;"
            " give the film fewer, and check that the file's times are this film's"
        )
    return timed(drafts, until_ms)


def _rows(cue: Cue) -> list[_Row]:
    return [_Row(line, cue.speaker(place), cue.italic(place)) for place, line in enumerate(cue.lines)]


def _fitting(line: SpokenLine, max_chars: int) -> SpokenLine:
    """Its own breaks where they keep the rules, as one text to be broken anew where they don't."""
    rows = line.text.split("\n")
    kept = len(rows) <= 2 and all(len(row) <= max_chars for row in rows) and line.duration_ms >= MIN_CUE_MS / 2
    text = line.text if kept else " ".join(rows)
    return SpokenLine(line.speaker, text, line.start_ms, line.duration_ms, line.words, line.off_screen)


def _decoded(data: bytes) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SubtitlesUnreadable(f"line {line} is not {_ENCODING_NAMES[encoding]}: save the file as UTF-8") from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise SubtitlesUnreadable(f"line {line} is not text: give an SRT or WebVTT file, saved as UTF-8")
    return text


def _after_block(rows: Sequence[str], place: int) -> int:
    while place < len(rows) and rows[place].strip():
        place += 1
    return place


def _cue(rows: Sequence[str], place: int) -> tuple[Cue | None, int]:
    """The cue that begins here, and the line after it."""
    at = place
    if not _TIMES.match(rows[at]) and not _ARROW.search(rows[at]) and at + 1 < len(rows):
        # a number or a name of the cue
        at += 1
    found = _TIMES.match(rows[at])
    if found is None:
        raise SubtitlesUnreadable(
            f"line {at + 1} should have a cue's times but reads {rows[at].strip()[:40]!r}: write 00:00:01,000 --> 00:00:02,500"
        )
    start, end = _milliseconds(found.groups()[:4], at), _milliseconds(found.groups()[4:], at)
    if end <= start:
        raise SubtitlesUnreadable(f"line {at + 1}: the cue ends before it begins; give it an end after {rows[at][:12]}")
    stop = _after_block(rows, at + 1)
    told = _told(rows[at + 1 : stop])
    if not told:
        return None, stop
    lines, speakers, italics = zip(*((row.text, row.speaker, row.italic) for row in told), strict=True)
    return Cue(start, end, lines, speakers, italics), stop


def _milliseconds(parts: Sequence[str | None], at: int) -> int:
    hours, minutes, seconds = (int(part or 0) for part in parts[:3])
    if minutes > 59 or seconds > 59:
        raise SubtitlesUnreadable(f"line {at + 1}: {minutes}:{seconds} is no time; minutes and seconds go to 59")
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + int((parts[3] or "0").ljust(3, "0"))


def _told(rows: Sequence[str]) -> list[_Row]:
    """The lines of a cue without their markup. A voice or italics hold until the cue's end, or until they are closed."""
    told: list[_Row] = []
    speaker, italic = "", False
    for row in rows:
        if voice := _VOICE.search(row):
            speaker = " ".join(html.unescape(voice.group(1)).split())
        leans = italic or _ITALIC.search(row) is not None
        text = " ".join(html.unescape(_TAG.sub("", row)).split())
        if text:
            told.append(_Row(text, speaker, leans))
        italic = leans and "</i>" not in row.lower() and "{\\i0}" not in row
        if "</v>" in row:
            speaker = ""
    return told
