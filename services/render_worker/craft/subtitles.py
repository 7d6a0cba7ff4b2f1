"""Subtitle files from cues: WebVTT, SubRip and Advanced SubStation Alpha, all UTF-8."""

from __future__ import annotations

from collections.abc import Sequence

from services.render_worker.craft.captions import Cue

_ASS_STYLE = "Style: Default,Noto Sans,{size},&H00FFFFFF,&H000000FF,&H00101010,&H90000000,0,0,0,0,100,100,0,0,1,{edge},{edge},2,{side},{side},{foot},1"
_ASS_STYLE_FORMAT = (
    "Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline,"
    " StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding"
)


def to_vtt(cues: Sequence[Cue]) -> str:
    """A WebVTT file; without cues a valid, empty one."""
    blocks = ["WEBVTT\n"]
    for number, cue in enumerate(cues, 1):
        text = cue.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        blocks.append(f"{number}\n{_clock(cue.start_ms, '.')} --> {_clock(cue.end_ms, '.')}\n{text}\n")
    return "\n".join(blocks)


def to_srt(cues: Sequence[Cue]) -> str:
    """A SubRip file; without cues an empty one."""
    return "\n".join(
        f"{number}\n{_clock(cue.start_ms, ',')} --> {_clock(cue.end_ms, ',')}\n{cue.text}\n"
        for number, cue in enumerate(cues, 1)
    )


def to_ass(cues: Sequence[Cue], width: int, height: int) -> str:
    """An ASS file laid out for a picture of this size: white with a dark edge, at the foot, inside the safe area."""
    short = min(width, height)
    style = _ASS_STYLE.format(
        size=round(short * 0.052),
        edge=max(1, round(short * 0.003)),
        side=round(width * 0.08),
        foot=round(height * 0.07),
    )
    head = [
        *("[Script Info]", "ScriptType: v4.00+", f"PlayResX: {width}", f"PlayResY: {height}"),
        *("WrapStyle: 2", "ScaledBorderAndShadow: yes", "YCbCr Matrix: TV.709", ""),
        *("[V4+ Styles]", _ASS_STYLE_FORMAT, style, ""),
        *("[Events]", "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"),
    ]
    events = [
        f"Dialogue: 0,{_ass_clock(cue.start_ms)},{_ass_clock(cue.end_ms)},Default,,0,0,0,,{_ass_text(cue)}"
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


def _ass_text(cue: Cue) -> str:
    # A word joiner after the backslash keeps it from starting a command; braces would start one, too.
    plain = (line.replace("\\", "\\\u2060").replace("{", "\\{").replace("}", "\\}") for line in cue.lines)
    return "\\N".join(plain)
