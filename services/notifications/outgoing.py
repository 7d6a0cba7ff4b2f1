"""One request to somebody else's program: to an address that was checked a moment ago, and to no other.

No proxy, no redirect, no cookie, no connection kept: each attempt resolves, checks and connects anew, so that a name that
has come to mean something else (DNS rebinding) is refused like any other.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import Protocol

import h11

from services.kit.clock import Now, utc_now
from services.notifications.addresses import Address, Target, judge, parse
from services.notifications.errors import UrlForbidden

# of the answer; more is not read
MAX_ANSWER_BYTES = 64 * 1024
EXCERPT_CHARS = 1024
# of the addresses of one name
MAX_ADDRESSES = 4
# so that one silent address of several leaves time for the next
CONNECT_SHARE = 0.4
_READ_BYTES = 16 * 1024


@dataclass(frozen=True)
class Answer:
    """How an attempt ended. `status` 0: nothing was answered, and `excerpt` says why."""

    status: int
    excerpt: str
    duration_ms: int
    # what Retry-After asks for, in seconds from now
    retry_after_s: float | None = None

    @property
    def accepted(self) -> bool:
        """Only 2xx counts."""
        return 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """410: it wants no more messages."""
        return self.status == 410


# host and port, and whether the asker is known to be slow → addresses as text; OSError where there is none
Resolve = Callable[[str, int, bool], Awaitable[list[str]]]


class Resolver:
    """The system's resolver in threads of its own. A name whose servers are silent holds a thread for long and can't be
    stopped; those of endpoints that fail are asked in other threads, where they keep only one another waiting.
    """

    def __init__(self, threads: int = 16, slow_threads: int = 8) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="resolve")
        self._slow_threads = ThreadPoolExecutor(slow_threads, thread_name_prefix="resolve-slow")

    async def __call__(self, host: str, port: int, slow: bool) -> list[str]:
        """Every address of the name; OSError where there is none."""
        found = await asyncio.get_running_loop().run_in_executor(
            self._slow_threads if slow else self._threads, self._look_up, host, port
        )
        return list(dict.fromkeys(found))

    def _look_up(self, host: str, port: int) -> list[str]:
        return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]

    async def start(self) -> None:
        """Nothing to do: threads begin as they are needed."""

    async def stop(self) -> None:
        """Give the threads up; one that waits for an answer ends with it."""
        for threads in (self._threads, self._slow_threads):
            threads.shutdown(wait=False, cancel_futures=True)


class Post(Protocol):
    """The port: posts a body to a URL, whatever comes of it."""

    async def __call__(self, url: str, headers: Mapping[str, str], body: bytes, *, slow: bool) -> Answer:
        """How it ended; never an exception."""


class Outgoing:
    """Posts over the network within `timeout_s` in all."""

    def __init__(
        self,
        resolve: Resolve,
        *,
        timeout_s: float,
        allow_loopback: bool = False,
        tls: ssl.SSLContext | None = None,
        now: Now = utc_now,
    ) -> None:
        self._resolve = resolve
        self._timeout_s = timeout_s
        self._allow_loopback = allow_loopback
        self._tls = tls or ssl.create_default_context()
        self._now = now

    async def addresses(self, target: Target, *, slow: bool = False) -> list[Address]:
        """Where the target is, checked; UrlForbidden for a place that may not be reached, OSError for one that isn't there."""
        literal = target.literal
        if literal is not None:
            found = [literal]
        else:
            # what isn't plainly an address (a zone id, say) is not one that may be reached
            try:
                found = [ip_address(text) for text in await self._resolve(target.host, target.port, slow)]
            except ValueError:
                raise UrlForbidden("the host name resolves to something that is no address") from None
        judge(found, target, allow_loopback=self._allow_loopback)
        return found[:MAX_ADDRESSES]

    async def __call__(self, url: str, headers: Mapping[str, str], body: bytes, *, slow: bool) -> Answer:
        """How the attempt ended; never an exception."""
        started = time.monotonic()

        def spent_ms() -> int:
            return round((time.monotonic() - started) * 1000)

        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._post(url, headers, body, slow, spent_ms)
        except UrlForbidden as error:
            return Answer(0, error.message, spent_ms())
        except TimeoutError:
            return Answer(0, f"no answer within {self._timeout_s:g} s", spent_ms())
        except (OSError, h11.ProtocolError) as error:
            return Answer(0, _said(error), spent_ms())

    async def _post(
        self, url: str, headers: Mapping[str, str], body: bytes, slow: bool, spent_ms: Callable[[], int]
    ) -> Answer:
        target = parse(url, allow_loopback=self._allow_loopback)
        addresses = await self.addresses(target, slow=slow)
        sent = {"host": target.host_header, **headers, "content-length": str(len(body)), "connection": "close"}
        request = h11.Request(method="POST", target=target.path, headers=list(sent.items()))
        reader, writer = await self._connect(target, addresses)
        try:
            exchange = h11.Connection(h11.CLIENT)
            # a server may answer before it has read everything; what it says counts
            writer.write((exchange.send(request) or b"") + (exchange.send(h11.Data(body)) or b""))
            exchange.send(h11.EndOfMessage())
            response, answered = await _read(exchange, reader)
        finally:
            # at once, whatever is still to come
            writer.transport.abort()
        return Answer(response.status_code, _excerpt(answered), spent_ms(), _retry_after_s(response.headers, self._now))

    async def _connect(
        self, target: Target, addresses: Sequence[Address]
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to the first of the checked addresses that takes one; names in TLS are the URL's. OSError."""
        tls, name = (self._tls, target.host) if target.scheme == "https" else (None, None)
        for address in addresses[:-1]:
            try:
                async with asyncio.timeout(self._timeout_s * CONNECT_SHARE):
                    return await asyncio.open_connection(str(address), target.port, ssl=tls, server_hostname=name)
            except ssl.SSLError:
                # a certificate that isn't theirs: the next address would not be asked by a browser either
                raise
            except OSError:
                # nobody listens, no way leads there (IPv6 where the machine has none), or it takes too long
                continue
        return await asyncio.open_connection(str(addresses[-1]), target.port, ssl=tls, server_hostname=name)


async def _read(exchange: h11.Connection, reader: asyncio.StreamReader) -> tuple[h11.Response, bytes]:
    """The answer and as much of its body as is read; h11.RemoteProtocolError where it is none."""
    response, answered = None, bytearray()
    while len(answered) < MAX_ANSWER_BYTES:
        match exchange.next_event():
            case h11.NEED_DATA:
                exchange.receive_data(await reader.read(_READ_BYTES))
            case h11.Response() as event:
                response = event
            case h11.Data() as event:
                answered += event.data
            case h11.InformationalResponse():
                continue
            case _:
                break
    if response is None:
        raise h11.RemoteProtocolError("nothing was answered")
    return response, bytes(answered)


def _excerpt(answered: bytes) -> str:
    text = answered[: EXCERPT_CHARS * 4].decode("utf-8", "replace")
    return text.replace("\0", "�")[:EXCERPT_CHARS]


def _said(error: Exception) -> str:
    """What went wrong, in a line."""
    if isinstance(error, socket.gaierror):
        return "the host name is unknown"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not trusted: {error.verify_message}"[:EXCERPT_CHARS]
    if isinstance(error, h11.ProtocolError):
        return f"the answer is not HTTP: {error}"[:EXCERPT_CHARS]
    if isinstance(error, ssl.SSLError):
        return f"no TLS: {error.reason or 'the connection broke'}"[:EXCERPT_CHARS]
    # the system's words, without the addresses that asyncio puts beside them
    words = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "the connection broke"
    return f"no connection: {words}"


def _retry_after_s(headers: Iterable[tuple[bytes, bytes]], now: Now) -> float | None:
    """Retry-After in seconds, given as such or as a date (RFC 9110, 10.2.3); None where there is none that makes sense."""
    for name, value in headers:
        if name.lower() != b"retry-after":
            continue
        text = value.decode("ascii", "replace").strip()
        if text.isdigit() and len(text) < 10:
            return float(text)
        try:
            return max(0.0, (parsedate_to_datetime(text) - now()).total_seconds())
        except (TypeError, ValueError):
            return None
    return None
