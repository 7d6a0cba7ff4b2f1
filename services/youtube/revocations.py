"""Grants given back at Google: tried for a while, since Google may be away; whoever has disconnected doesn't wait for it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

from services.kit import telemetry
from services.kit.clock import Now, utc_now
from services.kit.db import Work
from services.kit.errors import DependencyAway
from services.youtube import connection_repository as repository
from services.youtube.connection_models import Revocation, Tokens
from services.youtube.google_oauth import GoogleOAuth
from services.youtube.vault import Sealed, Vault, VaultMismatch

# revocations in one turn; what is left waits for the next
BATCH = 50
MOST_BETWEEN = timedelta(hours=1)


class Revocations:
    """The loop's turn."""

    def __init__(
        self,
        work: Callable[[], AbstractAsyncContextManager[Work]],
        google: GoogleOAuth,
        vault: Vault,
        *,
        every: timedelta,
        tried_for: timedelta,
        now: Now = utc_now,
    ) -> None:
        self._work = work
        self._google = google
        self._vault = vault
        self._every = every
        self._tried_for = tried_for
        self._now = now

    async def give_back(self) -> None:
        """Every grant that is due, unless its account is in use: at Google, the end of one grant is the end of all."""
        async with self._work() as work:
            due = await repository.due_revocations(work.session, self._now(), BATCH)
        for revocation in due:
            async with self._work() as work:
                if await repository.is_account_in_use(work.session, revocation.google_subject):
                    await repository.end_revocation(work.session, revocation.id)
                    continue
            await self._try(revocation)

    async def _try(self, revocation: Revocation) -> None:
        try:
            sealed = Sealed(revocation.key_id, revocation.sealed)
            await self._google.revoke(Tokens.of(self._vault.open(revocation.owner, sealed)).refresh_token)
        except VaultMismatch as error:
            telemetry.log().error("a grant can't be given back", revocation_id=str(revocation.id), error=str(error))
        except DependencyAway as error:
            if self._now() - revocation.created_at < self._tried_for:
                await self._put_off(revocation)
                return
            telemetry.log().error("a grant could not be given back", revocation_id=str(revocation.id), error=str(error))
        async with self._work() as work:
            await repository.end_revocation(work.session, revocation.id)

    async def _put_off(self, revocation: Revocation) -> None:
        wait = min(self._every * 2 ** min(revocation.attempts, 10), MOST_BETWEEN)
        async with self._work() as work:
            await repository.put_off_revocation(work.session, revocation.id, self._now() + wait)
