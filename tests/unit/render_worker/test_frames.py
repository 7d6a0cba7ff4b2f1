"""The pipe's frames."""

from __future__ import annotations

import asyncio
import io
import struct

import pytest

from services.render_worker import frames


def stream_of(data: bytes) -> asyncio.StreamReader:
    stream = asyncio.StreamReader()
    stream.feed_data(data)
    stream.feed_eof()
    return stream


async def test_what_is_sent_is_received() -> None:
    sent = [{"type": "progress", "value": 0.5}, {"type": "done", "text": "नाव" * 50_000}]
    data = b"".join(map(frames.encode, sent))
    stream = stream_of(data)
    assert [await frames.receive(stream), await frames.receive(stream), await frames.receive(stream)] == [*sent, None]
    pipe = io.BytesIO(data)
    assert [frames.read(pipe), frames.read(pipe), frames.read(pipe)] == [*sent, None]


async def test_half_a_frame_is_the_end() -> None:
    data = frames.encode({"type": "done"})[:-1]
    assert await frames.receive(stream_of(data)) is None
    assert frames.read(io.BytesIO(data)) is None


@pytest.mark.parametrize("data", [b"Error: out of cheese", struct.pack(">I", 3) + b"abc", struct.pack(">I", 2) + b"[]"])
async def test_what_is_no_frame_is_found_out(data: bytes) -> None:
    with pytest.raises(frames.BrokenFrame):
        await frames.receive(stream_of(data))
