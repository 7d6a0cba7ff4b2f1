"""The playlists of a connected channel, as YouTube has them now: nothing of them is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Protocol

from services.kit import paging
from services.kit.db import Work
from services.kit.errors import DependencyAway, Invalid
from services.youtube.calls import Calls
from services.youtube.connections import Connections
from services.youtube.errors import NoQuota, NotConfigured
from services.youtube.quota import QuotaUsedUp
from services.youtube.youtube_client import Playlist
from services.youtube.youtube_errors import Refused

# YouTube's own page tokens have some ten characters
MAX_TOKEN_CHARS = 200
# YouTube's limit of a page
MAX_SIZE = 50


class ReadsPlaylists(Protocol):
    """YouTube, as far as playlists are read."""

    async def playlists(self, token: str, page_token: str, size: int) -> tuple[Sequence[Playlist], str]:
        """A page of the channel's playlists, and the token of the next."""


class Playlists:
    """The use case. `calls` is None in an installation that has no OAuth client; it leaves `keep` units for uploads."""

    def __init__(
        self,
        work: Callable[[], AbstractAsyncContextManager[Work]],
        connections: Connections,
        calls: Calls | None,
        youtube: ReadsPlaylists,
        keep: int,
    ) -> None:
        self._work = work
        self._connections = connections
        self._calls = calls
        self._youtube = youtube
        self._keep = keep

    async def page(
        self, user_id: str, connection_id: str, page_size: int, page_token: str
    ) -> tuple[Sequence[Playlist], str]:
        """A page of a channel's playlists, 50 at most, and the token of the next.

        NotFound for a connection that isn't the user's; Invalid, ReconnectNeeded, NoQuota, DependencyAway.
        """
        if self._calls is None:
            raise NotConfigured
        size = min(paging.size(page_size), MAX_SIZE)
        if len(page_token) > MAX_TOKEN_CHARS:
            raise _unknown_page()
        async with self._work() as work:
            connection = await self._connections.required(work, user_id, connection_id)
        look = partial(self._youtube.playlists, page_token=page_token, size=size)
        try:
            return await self._calls(connection.id, "playlists.list", look, self._keep)
        except QuotaUsedUp:
            raise NoQuota from None
        except Refused as error:
            if page_token and error.status == 400:
                raise _unknown_page() from None
            raise DependencyAway("youtube", error.reason) from None


def _unknown_page() -> Invalid:
    return Invalid("page_token is not one we gave; start without it", field="page_token")
