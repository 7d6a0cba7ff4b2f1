"""A gate between an uploader and YouTube that knows how much of a film has passed, and strikes at the byte it is told.

HTTP/1.1 by hand: a head, then as many bytes as it announces. What has passed before a strike has been passed on for good, as
it would have been by a network; what comes after it never arrives.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from deploy.local.ports import LOOPBACK

_RANGE = re.compile(rb"\r\ncontent-range: *bytes (\d+)-(\d+)/(\d+)", re.IGNORECASE)
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
PIECE = 64 * 1024


@dataclass(frozen=True)
class AtByte:
    """Once the film's first `byte` bytes have passed. At a chunk's end YouTube has carried it out, and its answer is lost."""

    byte: int


@dataclass(frozen=True)
class AtAnswer:
    """Once YouTube has answered a request of this method whose path has this in it; the answer is lost."""

    method: bytes
    path: bytes


Point = AtByte | AtAnswer


class Gate:
    """Listens on a port of its own. `strike` is called, once for each arming, at the armed point."""

    def __init__(self, target_port: int, strike: Callable[[], None]) -> None:
        self._target_port = target_port
        self._strike = strike
        self._armed: Point | None = None
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self.struck = asyncio.Event()
        self.port = 0

    def arm(self, point: Point) -> None:
        """Strike here next."""
        self.struck.clear()
        self._armed = point

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, LOOPBACK, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)
        try:
            upstream = await asyncio.open_connection(LOOPBACK, self._target_port)
        except OSError:
            writer.close()
            return
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while await self._exchange(reader, writer, *upstream):
                pass
        for end in (writer, upstream[1]):
            end.close()

    async def _exchange(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        up_reader: asyncio.StreamReader,
        up_writer: asyncio.StreamWriter,
    ) -> bool:
        """One request and its answer; False where the connection is to end."""
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(found[1]) if (found := _LENGTH.search(head)) else 0
        up_writer.write(head)
        passes, strikes_after = self._within(head, length)
        left = passes
        while left:
            piece = await reader.read(min(left, PIECE))
            if not piece:
                return False
            left -= len(piece)
            up_writer.write(piece)
            await up_writer.drain()
        if strikes_after and passes < length:
            self._hit()
            return False
        answer_head = await up_reader.readuntil(b"\r\n\r\n")
        size = int(found[1]) if (found := _LENGTH.search(answer_head)) else 0
        answer = await up_reader.readexactly(size)
        method, path = head.split(b" ", 2)[:2]
        armed = self._armed
        if strikes_after or (isinstance(armed, AtAnswer) and method == armed.method and armed.path in path):
            self._hit()
            return False
        # what is to be asked again comes through here again
        there, here = b":%d/" % self._target_port, b":%d/" % self.port
        writer.write(answer_head.replace(there, here) + answer)
        await writer.drain()
        return True

    def _within(self, head: bytes, length: int) -> tuple[int, bool]:
        """How many bytes of this request's body may pass, and whether to strike after them."""
        sent = _RANGE.search(head)
        if sent is None or not isinstance(self._armed, AtByte):
            return length, False
        begin, last = int(sent[1]), int(sent[2])
        if not begin < self._armed.byte <= last + 1:
            return length, False
        return self._armed.byte - begin, True

    def _hit(self) -> None:
        self._armed = None
        self._strike()
        self.struck.set()
