"""Subtitle files from cues: WebVTT, SubRip and Advanced SubStation Alpha, all UTF-8."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from services.render_worker.craft.lettering.bidi import is_rtl
from services.render_worker.craft.lettering.captions import SAFE_WIDTH, Cue, text_size
from services.render_worker.craft.lettering.fonts import primary, script_of

_ASS_STYLE = (
    "Style: Default,{font},{size},&H00F4FAFC,&H000000FF,&H00100B0A,&H78100B0A,-1,0,0,0,100,100,0,0,1,{edge},{shadow},2,"
    "{side},{side},{foot},1"
)
_ASS_STYLE_FORMAT = (
    "Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline,"
    " StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding"
)
# As font menus call them.
_FONT_NAMES = {"": "Noto Sans", "sc": "Noto Sans SC", "jp": "Noto Sans JP", "kr": "Noto Sans KR"}
# libass sets the height of a line, not of the letters: Noto Sans' line is 1.36 of its size.
_LINE_HEIGHT = 1.36
# RIGHT-TO-LEFT MARK: what players need who guess a line's direction from its first sign.
_RLM = "\u200f"


def to_vtt(cues: Sequence[Cue]) -> str:
    """A WebVTT file with its speakers as voices; without cues a valid, empty one."""
    blocks = ["WEBVTT\n"]
    for number, cue in enumerate(cues, 1):
        blocks.append(f"{number}\n{_clock(cue.start_ms, '.')} --> {_clock(cue.end_ms, '.')}\n{_vtt_text(cue)}\n")
    return "\n".join(blocks)


def to_srt(cues: Sequence[Cue]) -> str:
    """A SubRip file; without cues an empty one. Italics as its players write them."""
    blocks = []
    for number, cue in enumerate(cues, 1):
        rows = [_sided(f"<i>{row}</i>" if cue.italic(place) else row, row) for place, row in enumerate(cue.lines)]
        times = f"{_clock(cue.start_ms, ',')} --> {_clock(cue.end_ms, ',')}"
        blocks.append("\n".join([str(number), times, *rows]) + "\n")
    return "\n".join(blocks)


def to_ass(cues: Sequence[Cue], width: int, height: int, language: str = "en") -> str:
    """An ASS file laid out for a picture of this size: white with a dark edge, at the foot, inside the safe area."""
    points = text_size((width, height))
    script = script_of("", primary(language))
    style = _ASS_STYLE.format(
        font=_FONT_NAMES.get(script, f"Noto Sans {script.title()}"),
        size=round(points * _LINE_HEIGHT),
        edge=max(1, round(points * 0.06)),
        shadow=max(1, round(points * 0.03)),
        side=round(width * (1 - SAFE_WIDTH) / 2),
        foot=round(height * (0.2 if height > width else 0.1)),
    )
    head = [
        *("[Script Info]", "ScriptType: v4.00+", f"PlayResX: {width}", f"PlayResY: {height}"),
        *("WrapStyle: 2", "ScaledBorderAndShadow: yes", "YCbCr Matrix: TV.709", ""),
        *("[V4+ Styles]", _ASS_STYLE_FORMAT, style, ""),
        *("[Events]", "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"),
    ]
    events = [
        f"Dialogue: 0,{_ass_clock(cue.start_ms)},{_ass_clock(cue.end_ms)},Default,{_ass_name(cue)},0,0,0,,{_ass_text(cue)}"
        for cue in cues
    ]
    return "\n".join([*head, *events]) + "\n"


def _clock(milliseconds: int, mark: str) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{mark}{rest:03d}"


def _ass_clock(milliseconds: int) -> str:
    # Hundredths, rounded down at both ends: cues that touch still touch, and none passes the film's end.
    hundredths = milliseconds // 10
    seconds, rest = divmod(hundredths, 100)
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:02d}"


def _vtt_text(cue: Cue) -> str:
    """Its lines; those that one person says after another within one voice tag."""
    rows = []
    for speaker, places in groupby(range(len(cue.lines)), key=cue.speaker):
        told = [
            f"<i>{_vtt_escaped(cue.lines[place])}</i>" if cue.italic(place) else _vtt_escaped(cue.lines[place])
            for place in places
        ]
        name = " ".join(_vtt_escaped(speaker).split())
        rows.append(f"<v {name}>" + "\n".join(told) + "</v>" if name else "\n".join(told))
    return "\n".join(rows)


def _vtt_escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _ass_text(cue: Cue) -> str:
    # A word joiner after the backslash keeps it from starting a command; braces would start one, too.
    rows = []
    for place, line in enumerate(cue.lines):
        plain = line.replace("\\", "\\\u2060").replace("{", "\\{").replace("}", "\\}")
        rows.append(f"{{\\i1}}{plain}{{\\i0}}" if cue.italic(place) else _sided(plain, line))
    return "\\N".join(rows)


def _ass_name(cue: Cue) -> str:
    # Its fields are parted by commas.
    names = dict.fromkeys(name for name in cue.speakers if name)
    return " / ".join(" ".join(name.replace(",", " ").split()) for name in names)


def _sided(shown: str, line: str) -> str:
    return _RLM + shown if is_rtl(line) else shown
