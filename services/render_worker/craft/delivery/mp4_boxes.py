"""The boxes of an MP4 file (ISO/IEC 14496-12), for the one thing that ffmpeg's muxer does not let its users say."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_TEXT_HANDLERS = (b"sbtl", b"subt", b"text")
_ENABLED = 0x000001


def disable_subtitles(film: Path) -> None:
    """Offer the film's subtitle tracks, but let none be shown unasked.

    ffmpeg enables the first track of each kind, and the captions are in the picture already.
    """
    with film.open("r+b") as file:
        for moov, moov_end in _boxes(file, b"moov", 0, film.stat().st_size):
            for trak, trak_end in _boxes(file, b"trak", moov, moov_end):
                if _handler(file, trak, trak_end) in _TEXT_HANDLERS:
                    _disable(file, trak, trak_end)


def _handler(file: BinaryIO, trak: int, trak_end: int) -> bytes:
    for mdia, mdia_end in _boxes(file, b"mdia", trak, trak_end):
        for hdlr, _ in _boxes(file, b"hdlr", mdia, mdia_end):
            # version and flags, then four bytes of zeros, then the handler's type
            file.seek(hdlr + 8)
            return file.read(4)
    return b""


def _disable(file: BinaryIO, trak: int, trak_end: int) -> None:
    for tkhd, _ in _boxes(file, b"tkhd", trak, trak_end):
        file.seek(tkhd)
        (version_and_flags,) = struct.unpack(">I", file.read(4))
        file.seek(tkhd)
        file.write(struct.pack(">I", version_and_flags & ~_ENABLED))


def _boxes(file: BinaryIO, kind: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the contents of each box of that kind begin and end, among the boxes from start to end."""
    at = start
    while at + 8 <= end:
        file.seek(at)
        size, found = struct.unpack(">I4s", file.read(8))
        header = 8
        if size == 1:
            (size,) = struct.unpack(">Q", file.read(8))
            header = 16
        elif size == 0:
            size = end - at
        if size < header:
            return
        if found == kind:
            yield at + header, at + size
        at += size
