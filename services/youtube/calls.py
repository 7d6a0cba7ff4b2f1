"""Calls to YouTube on behalf of a channel: paid for in the book, and made with a good token."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar
from uuid import UUID

from services.youtube.quota import Bucket, QuotaUsedUp
from services.youtube.quota_book import QuotaBook
from services.youtube.youtube_errors import DayUsedUp, Unauthorized, YouTubeAway

T = TypeVar("T")


class Access(Protocol):
    """Access tokens for connections."""

    async def using(self, connection_id: UUID, call: Callable[[str], Awaitable[T]]) -> T:
        """What the call gives for a token, asked again with another where the first is refused. ReconnectNeeded."""


class Calls:
    """`await calls(connection_id, "videos.list", partial(youtube.videos, ids=…, part=…))`.

    Raises QuotaUsedUp, ReconnectNeeded, DependencyAway, and what else `youtube_errors` names.
    """

    def __init__(self, access: Access, book: QuotaBook) -> None:
        self._access = access
        self._book = book

    async def __call__(
        self,
        connection_id: UUID,
        method: str,
        call: Callable[[str], Awaitable[T]],
        keep: int = 0,
        *,
        statistics: bool = False,
    ) -> T:
        """One call that costs units, of which `keep` are left for others."""
        await self._book.spend(method, keep, statistics=statistics)
        try:
            return await self.free(connection_id, call)
        except DayUsedUp:
            raise QuotaUsedUp(Bucket.UNITS, await self._book.close(Bucket.UNITS)) from None

    async def free(self, connection_id: UUID, call: Callable[[str], Awaitable[T]]) -> T:
        """A call that costs no units: those of an upload."""
        try:
            return await self._access.using(connection_id, call)
        except Unauthorized:
            raise YouTubeAway("refuses a token that is new") from None
