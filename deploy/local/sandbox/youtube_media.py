"""What can be read off bytes without decoding them: a film's length, a picture's kind, a caption file's kind."""

import re
import struct
from pathlib import Path

LOOK_BYTES = 1024 * 1024
CUE = re.compile(r"\d{2,}:\d{2}:\d{2}[,.]\d{3} +--> +\d{2,}:\d{2}:\d{2}[,.]\d{3}")
SHORT_CUE = re.compile(r"(?:\d{2,}:)?\d{2}:\d{2}\.\d{3} +--> +(?:\d{2,}:)?\d{2}:\d{2}\.\d{3}")


def duration_s(file: Path) -> int:
    """Whole seconds of an MP4, from its movie header at one of its ends; 0 for what is none."""
    size = file.stat().st_size
    with file.open("rb") as source:
        for start in (0, max(0, size - LOOK_BYTES)):
            source.seek(start)
            piece = source.read(LOOK_BYTES)
            at = piece.find(b"mvhd")
            if at < 0 or len(piece) < at + 36:
                continue
            # ISO/IEC 14496-12, 8.2.2: version and flags, two times, the time scale, the duration
            if piece[at + 4] == 1:
                scale, length = struct.unpack_from(">IQ", piece, at + 24)
            else:
                scale, length = struct.unpack_from(">II", piece, at + 16)
            return round(length / scale) if scale else 0
    return 0


def picture_type(head: bytes) -> str:
    """The media type of a JPEG, PNG, GIF or BMP by its first bytes; "" for anything else."""
    for magic, kind in (
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"GIF8", "image/gif"),
        (b"BM", "image/bmp"),
    ):
        if head.startswith(magic):
            return kind
    return ""


def caption_type(content: bytes) -> str:
    """The kind, "vtt" or "srt"; "" for what is neither, or has no cue."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""
    if text.startswith("WEBVTT"):
        return "vtt" if CUE.search(text) or SHORT_CUE.search(text) else ""
    first = text.lstrip().splitlines()[:2]
    return "srt" if len(first) == 2 and first[0].strip().isdecimal() and CUE.fullmatch(first[1].strip()) else ""


def as_vtt(content: bytes) -> str:
    """SRT or VTT as VTT, which browsers can show."""
    text = content.decode("utf-8-sig")
    if text.startswith("WEBVTT"):
        return text
    return "WEBVTT\n\n" + CUE.sub(lambda cue: cue[0].replace(",", "."), text)
