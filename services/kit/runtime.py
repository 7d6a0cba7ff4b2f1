"""The life of a process: parts start in order, run until SIGTERM or a fatal error, and stop in the reverse order.

SIGTERM means: take nothing new, let what is running end, leave within 20 seconds (RELIABILITY G5).
"""

from __future__ import annotations

import asyncio
import random
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Protocol, runtime_checkable

import uvloop

from services.kit import telemetry
from services.kit.errors import DependencyAway

# a part that will not stop must not keep the process from leaving
STOP_LIMIT_S = 18.0


class Part(Protocol):
    """Something that lives as long as the process."""

    async def start(self) -> None:
        """Begin; what it needs has been started before."""

    async def stop(self) -> None:
        """End; what it needs is still there."""


@runtime_checkable
class CanFail(Protocol):
    """A part whose future is set to an exception when it can't go on: the process then exits non-zero."""

    failed: asyncio.Future[None]


class Periodic:
    """A loop of our own: calls `tick` every `interval_s` (jittered by a tenth), at once when woken; an error is logged and the loop goes on."""

    def __init__(self, name: str, interval_s: float, tick: Callable[[], Awaitable[object]]) -> None:
        self._name = name
        self._interval_s = interval_s
        self._tick = tick
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Tick now, or once more right after the tick that is running."""
        self._woken.set()

    async def start(self) -> None:
        """Begin to tick."""
        self._task = asyncio.create_task(self._run(), name=self._name)

    async def _run(self) -> None:
        while True:
            self._woken.clear()
            try:
                await self._tick()
            except DependencyAway as error:
                telemetry.log().warning("a loop waits for a dependency", loop=self._name, dependency=error.dependency)
            except Exception:
                telemetry.log().exception("a loop's turn failed", loop=self._name)
            wait_s = self._interval_s * random.uniform(0.9, 1.1)  # noqa: S311 - jitter, not a secret
            # wait_for of Python 3.11 may swallow the cancellation that comes together with a wake-up
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._woken.wait()

    async def stop(self) -> None:
        """End the loop where it stands."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)


async def _until(event: asyncio.Event) -> None:
    await event.wait()


async def _serve(name: str, parts: Sequence[Part]) -> int:
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    started: list[Part] = []
    code = 0
    try:
        for part in parts:
            await part.start()
            started.append(part)
        telemetry.log().info("started", name=name)
        watched: list[asyncio.Future[None]] = [part.failed for part in parts if isinstance(part, CanFail)]
        waiting: asyncio.Future[None] = asyncio.ensure_future(_until(stopping))
        done, _ = await asyncio.wait([waiting, *watched], return_when=asyncio.FIRST_COMPLETED)
        for future in done:
            if future is not waiting and (error := future.exception()) is not None:
                telemetry.log().error("a part has failed, leaving", name=name, error=repr(error))
                code = 1
    finally:
        for part in reversed(started):
            try:
                async with asyncio.timeout(STOP_LIMIT_S):
                    await part.stop()
            except Exception:
                telemetry.log().exception("a part did not stop cleanly", part=type(part).__name__)
        telemetry.log().info("stopped", name=name)
    return code


def run(name: str, build: Callable[[], Sequence[Part]]) -> None:
    """Run a service until it is told to stop. `build` is called inside the loop and gives the parts in starting order."""

    async def main() -> int:
        return await _serve(name, build())

    sys.exit(uvloop.run(main()))
