"""Waiting for something that another task, thread or process is about to do."""

import asyncio
import time
from collections.abc import Awaitable, Callable


async def eventually(happens: Callable[[], object], within_s: float = 15.0, what: str = "it") -> None:
    """Return as soon as `happens()` is true; AssertionError when the time is up."""
    deadline = time.monotonic() + within_s
    while not happens():
        assert time.monotonic() < deadline, f"{what} did not happen within {within_s} s"
        await asyncio.sleep(0.01)


async def eventually_async(happens: Callable[[], Awaitable[object]], within_s: float = 15.0, what: str = "it") -> None:
    """As `eventually`, where one has to ask a database or a service."""
    deadline = time.monotonic() + within_s
    while not await happens():
        assert time.monotonic() < deadline, f"{what} did not happen within {within_s} s"
        await asyncio.sleep(0.05)
