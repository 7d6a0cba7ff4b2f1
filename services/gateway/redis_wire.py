"""Redis by its own protocol (RESP 2), as little of it as the gateway needs: commands in a pipeline, and a subscription.

The client library costs 24 MB of memory in a process whose whole use of Redis is a bell and counters.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from urllib.parse import unquote, urlsplit

Reply = bytes | int | list["Reply"] | None
MAX_REPLY_BYTES = 1024 * 1024


class RedisAway(Exception):
    """Redis does not answer, or refuses the command."""


class Connection:
    """One connection, opened on first use and again after a failure. Commands take turns."""

    def __init__(self, url: str, timeout_s: float = 1.0) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or "127.0.0.1"
        self._port = parts.port or 6379
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._database = parts.path.strip("/") or "0"
        self._tls = parts.scheme == "rediss"
        self._timeout_s = timeout_s
        self._turn = asyncio.Lock()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def run(self, *commands: Sequence[str | int]) -> list[Reply]:
        """The replies to the commands, sent together; RedisAway when there is none in time."""
        async with self._turn:
            try:
                async with asyncio.timeout(self._timeout_s):
                    reader, writer = await self._open()
                    writer.write(b"".join(map(_encode, commands)))
                    return [await _read(reader) for _ in commands]
            except (OSError, TimeoutError, EOFError, ValueError) as error:
                await self._drop()
                raise RedisAway(repr(error)) from None
            except BaseException:
                # a reply that nobody waits for any more must not answer the next command
                await self._drop()
                raise

    async def subscribe(self, channel: str) -> AsyncIterator[bytes]:
        """Messages of a channel, b"" once the subscription stands and every 15 s of silence; RedisAway when it ends."""
        async with self._turn:
            try:
                async with asyncio.timeout(self._timeout_s):
                    reader, writer = await self._open()
                    writer.write(_encode(("SUBSCRIBE", channel)))
                    await _read(reader)
                yield b""
                while True:
                    message = await self._next(reader, writer)
                    yield message
            except (OSError, TimeoutError, EOFError, ValueError) as error:
                raise RedisAway(repr(error)) from None
            finally:
                await self._drop()

    async def _next(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        """The next message; b"" for the answer to a ping, which tells a dead connection from a quiet one."""
        first = asyncio.ensure_future(reader.read(1))
        try:
            done, _ = await asyncio.wait([first], timeout=15)
            if not done:
                writer.write(_encode(("PING",)))
                await asyncio.wait([first], timeout=self._timeout_s)
            if not first.done():
                raise TimeoutError("no answer to a ping")
            async with asyncio.timeout(self._timeout_s):
                reply = await _read(reader, first.result())
        finally:
            first.cancel()
        if isinstance(reply, list) and len(reply) == 3 and reply[0] == b"message" and isinstance(reply[2], bytes):
            return reply[2]
        return b""

    async def start(self) -> None:
        """Nothing to do: the connection opens with the first command."""

    async def stop(self) -> None:
        """Close the connection."""
        await self._drop()

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is None:
            reader, writer = await asyncio.open_connection(
                self._host, self._port, ssl=self._tls or None, limit=MAX_REPLY_BYTES
            )
            self._streams = reader, writer
            login = ("AUTH", self._user, self._password) if self._user else ("AUTH", self._password)
            first: list[Sequence[str]] = [login] if self._password else []
            if self._database != "0":
                first.append(("SELECT", self._database))
            writer.write(b"".join(map(_encode, first)))
            for _ in first:
                await _read(reader)
        return self._streams

    async def _drop(self) -> None:
        streams, self._streams = self._streams, None
        if streams is not None:
            streams[1].close()
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(self._timeout_s):
                    await streams[1].wait_closed()


def _encode(command: Sequence[str | int]) -> bytes:
    parts = [str(part).encode() for part in command]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)


async def _read(reader: asyncio.StreamReader, begun: bytes | None = None) -> Reply:
    """One reply; `begun` is its first byte where that was read already."""
    line = (begun or b"") + await reader.readuntil(b"\r\n")
    kind, rest = line[:1], line[1:-2]
    match kind:
        case b"+":
            return rest
        case b":":
            return int(rest)
        case b"$":
            size = int(rest)
            return None if size < 0 else (await reader.readexactly(size + 2))[:-2]
        case b"*":
            return [await _read(reader) for _ in range(int(rest))]
        case b"-":
            raise ValueError(rest.decode(errors="replace"))
        case _:
            raise EOFError("the connection was closed")
