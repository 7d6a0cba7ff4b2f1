"""The pipe between a worker and its children: frames of JSON, each behind its length in four bytes.

JSON, not pickle: a child has read untrusted media, so what it says is data to be checked.
"""

from __future__ import annotations

import asyncio
import json
import struct
from typing import Any, BinaryIO

Frame = dict[str, Any]

_LENGTH = struct.Struct(">I")
# a storyboard of a long script has some hundred kilobytes
MAX_BYTES = 32 << 20


class BrokenFrame(Exception):
    """What came out of the pipe is no frame."""


def encode(frame: Frame) -> bytes:
    """The bytes of one frame."""
    body = json.dumps(frame, separators=(",", ":")).encode()
    return _LENGTH.pack(len(body)) + body


def _decode(body: bytes) -> Frame:
    try:
        frame = json.loads(body)
    except ValueError as error:
        raise BrokenFrame(str(error)) from None
    if not isinstance(frame, dict):
        raise BrokenFrame("not an object")
    return frame


def _length(header: bytes) -> int:
    (length,) = _LENGTH.unpack(header)
    if length > MAX_BYTES:
        raise BrokenFrame(f"a frame of {length} bytes")
    return int(length)


def read(pipe: BinaryIO) -> Frame | None:
    """The next frame, waiting for it; None at the end of the pipe."""
    header = pipe.read(_LENGTH.size)
    if len(header) < _LENGTH.size:
        return None
    length = _length(header)
    body = pipe.read(length)
    return _decode(body) if len(body) == length else None


async def receive(stream: asyncio.StreamReader) -> Frame | None:
    """The next frame, waiting for it; None at the end of the pipe."""
    try:
        header = await stream.readexactly(_LENGTH.size)
        return _decode(await stream.readexactly(_length(header)))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
