"""Access tokens for a connection: refreshed when their time is nearly over, by one process at a time.

Who refreshes has taken the row's lease (`refreshing_until`, by the database's clock) in a transaction that is over before
Google is asked; the others wait for what they find afterwards. A process that dies there is waited for until its lease ends.
What is brought back counts only if nobody has changed the tokens meanwhile (`tokens_version`).
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from services.kit import telemetry
from services.kit.clock import Now, utc_now
from services.kit.db import Work
from services.kit.errors import DependencyAway
from services.youtube import connection_repository as repository
from services.youtube import events
from services.youtube.connection_models import Connection, Tokens
from services.youtube.errors import ReconnectNeeded
from services.youtube.google_oauth import GoogleOAuth, GrantEnded
from services.youtube.vault import Vault, VaultMismatch
from services.youtube.youtube_errors import NotAllowed, Unauthorized

R = TypeVar("R")
# how often those who wait look whether the one at Google is back
LOOK_EVERY_S = (0.05, 0.2)


class _Changed(Exception):
    """The tokens are no longer those that were taken to Google."""


class Access:
    """The door to a channel for all who call YouTube."""

    def __init__(
        self,
        work: Callable[[], AbstractAsyncContextManager[Work]],
        google: GoogleOAuth,
        vault: Vault,
        *,
        refresh_before: timedelta,
        lease: timedelta,
        now: Now = utc_now,
    ) -> None:
        """`lease` is longer than a call to Google may take."""
        self._work = work
        self._google = google
        self._vault = vault
        self._refresh_before = refresh_before
        self._lease = lease
        self._now = now
        self._refreshing: dict[UUID, asyncio.Task[str]] = {}

    async def token(self, connection_id: UUID) -> str:
        """An access token good for a while. ReconnectNeeded, also of what is disconnected; DependencyAway."""
        return await self._good(connection_id, "")

    async def renewed(self, connection_id: UUID, refused_token: str) -> str:
        """Another token than this one, which YouTube has refused. ReconnectNeeded, DependencyAway."""
        return await self._good(connection_id, refused_token)

    async def using(self, connection_id: UUID, call: Callable[[str], Awaitable[R]]) -> R:
        """What the call gives for an access token; made once more with another token where YouTube refuses the first.

        ReconnectNeeded, DependencyAway, and what the call raises.
        """
        token = await self.token(connection_id)
        try:
            return await call(token)
        except NotAllowed:
            await self.lose(connection_id)
            raise ReconnectNeeded(connection_id) from None
        except Unauthorized:
            return await call(await self.renewed(connection_id, token))

    async def lose(self, connection_id: UUID) -> None:
        """YouTube no longer lets us do what the grant was for: its user is told to connect again."""
        async with self._work() as work:
            connection = await repository.any_connection(work.session, connection_id)
        if connection is not None:
            await self._lose(connection_id, connection.tokens_version)

    async def _good(self, connection_id: UUID, refused: str) -> str:
        async with self._work() as work:
            connection = await repository.any_connection(work.session, connection_id)
        tokens = await self._opened(connection_id, connection)
        if self._is_good(tokens, refused):
            return tokens.access_token
        task = self._refreshing.get(connection_id)
        if task is None:
            task = asyncio.create_task(self._refresh(connection_id, refused), name=f"refresh {connection_id}")
            self._refreshing[connection_id] = task
            task.add_done_callback(lambda done: self._ended(connection_id, done))
        # one who is tired of waiting doesn't take it from the others
        return await asyncio.shield(task)

    def _ended(self, connection_id: UUID, task: asyncio.Task[str]) -> None:
        del self._refreshing[connection_id]
        if not task.cancelled():
            # read here, so that nobody is told of an error that all who waited have left alone
            task.exception()

    def _is_good(self, tokens: Tokens, refused: str) -> bool:
        return tokens.access_token != refused and tokens.expires_at - self._now() >= self._refresh_before

    async def _opened(self, connection_id: UUID, connection: Connection | None) -> Tokens:
        sealed = connection.sealed_tokens() if connection else None
        if connection is None or sealed is None:
            raise ReconnectNeeded(connection_id)
        try:
            return Tokens.of(self._vault.open(connection.owner, sealed))
        except VaultMismatch as error:
            telemetry.log().error(
                "a connection's tokens can't be used", connection_id=str(connection_id), error=str(error)
            )
            await self._lose(connection_id, connection.tokens_version)
            raise ReconnectNeeded(connection_id) from None

    async def _refresh(self, connection_id: UUID, refused: str) -> str:
        while True:
            connection, lease_ends = await self._lease_of(connection_id)
            tokens = await self._opened(connection_id, connection)
            if self._is_good(tokens, refused):
                if lease_ends:
                    await self._give_up(connection_id, lease_ends)
                return tokens.access_token
            if lease_ends is None:
                await asyncio.sleep(random.uniform(*LOOK_EVERY_S))  # noqa: S311 - jitter
                continue
            try:
                return await self._exchanged(connection, tokens, lease_ends)
            except _Changed:
                continue

    async def _lease_of(self, connection_id: UUID) -> tuple[Connection, datetime | None]:
        """The connection, and the end of our lease; None while it is another's."""
        async with self._work() as work:
            connection = await repository.any_connection(work.session, connection_id, locked=True)
            if connection is None or not connection.active:
                raise ReconnectNeeded(connection_id)
            taken = connection.begin_refresh(await repository.clock(work.session), self._lease)
            return connection, connection.refreshing_until if taken else None

    async def _give_up(self, connection_id: UUID, lease_ends: datetime) -> None:
        async with self._work() as work:
            connection = await repository.any_connection(work.session, connection_id, locked=True)
            if connection is not None and connection.refreshing_until == lease_ends:
                connection.refreshing_until = None

    async def _exchanged(self, connection: Connection, tokens: Tokens, lease_ends: datetime) -> str:
        """New tokens from Google, kept. _Changed where others were kept meanwhile."""
        try:
            access = await self._google.refresh(tokens.refresh_token)
        except GrantEnded:
            if not await self._lose(connection.id, connection.tokens_version):
                raise _Changed from None
            raise ReconnectNeeded(connection.id) from None
        except DependencyAway:
            await self._give_up(connection.id, lease_ends)
            raise
        newer = Tokens(access.token, access.refresh_token or tokens.refresh_token, access.expires_at)
        async with self._work() as work:
            await repository.keep_keys(work.session)
            kept = await repository.any_connection(work.session, connection.id, locked=True)
            if kept is None or kept.tokens_version != connection.tokens_version:
                raise _Changed
            kept.keep(self._vault.seal(kept.owner, newer.secret()))
        return newer.access_token

    async def _lose(self, connection_id: UUID, tokens_version: int) -> bool:
        """Only the user can mend this. False where the tokens are others by now."""
        async with self._work() as work:
            connection = await repository.any_connection(work.session, connection_id, locked=True)
            if connection is None or not connection.active or connection.tokens_version != tokens_version:
                return False
            connection.need_reconnect(self._now())
            work.save(events.connection_reconnect_needed(connection))
        telemetry.log().warning("a channel has to be connected again", connection_id=str(connection_id))
        return True
