"""Calls to YouTube on behalf of a channel: paid for in the book, with a good token, and asked once more when it is refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar
from uuid import UUID

from services.youtube.errors import ReconnectNeeded
from services.youtube.quota import Bucket, QuotaUsedUp
from services.youtube.quota_book import QuotaBook
from services.youtube.youtube_errors import DayUsedUp, NotAllowed, Unauthorized

T = TypeVar("T")


class Access(Protocol):
    """Access tokens for connections."""

    async def token(self, connection_id: UUID) -> str:
        """A good one. ReconnectNeeded, DependencyAway."""

    async def renewed(self, connection_id: UUID, refused_token: str) -> str:
        """Another than this one, which was refused."""


class Calls:
    """`await calls(connection_id, "videos.list", lambda token: youtube.videos(token, …))`.

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
        """A call that costs no units: the chunks of an upload."""
        token = await self._access.token(connection_id)
        try:
            return await self._checked(connection_id, token, call)
        except Unauthorized:
            token = await self._access.renewed(connection_id, token)
        try:
            return await self._checked(connection_id, token, call)
        except Unauthorized:
            raise ReconnectNeeded(connection_id) from None

    async def _checked(self, connection_id: UUID, token: str, call: Callable[[str], Awaitable[T]]) -> T:
        try:
            return await call(token)
        except NotAllowed:
            raise ReconnectNeeded(connection_id) from None
