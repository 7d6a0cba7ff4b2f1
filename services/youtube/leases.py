"""A publication in one process's hands: whatever is kept of it counts only while it is, and nobody's word after that does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from services.kit import telemetry
from services.kit.db import Work
from services.kit.errors import DependencyAway
from services.youtube import publication_repository as repository
from services.youtube.publication_models import Publication
from services.youtube.publication_repository import Claim

# a lease is renewed so many times before it would end
RENEWALS = 3


class LeaseLost(Exception):
    """It was canceled, or is in another process's hands."""


class Lease:
    """A claim with its renewals."""

    def __init__(self, work: Callable[[], AbstractAsyncContextManager[Work]], claim: Claim, lasts_s: float) -> None:
        self.claim = claim
        self._work = work
        self._lasts_s = lasts_s

    @asynccontextmanager
    async def held(self) -> AsyncIterator[tuple[Work, Publication]]:
        """A transaction with the publication locked; LeaseLost."""
        async with self._work() as work:
            row = await repository.held(work.session, self.claim)
            if row is None:
                raise LeaseLost(str(self.claim.id))
            yield work, row

    async def read(self) -> Publication:
        """The publication as it is now; LeaseLost."""
        async with self.held() as (_, row):
            return row

    async def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Run this while the lease is renewed; it is canceled at once when that fails. The lease is given back in the end."""
        working = asyncio.create_task(work)
        renewing = asyncio.create_task(self._renew())
        try:
            done, _ = await asyncio.wait({working, renewing}, return_when=asyncio.FIRST_COMPLETED)
            if working in done:
                await working
        finally:
            for task in (working, renewing):
                task.cancel()
            await asyncio.gather(working, renewing, return_exceptions=True)
            await self._give_back()

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(self._lasts_s / RENEWALS)
            try:
                async with self._work() as work:
                    if not await repository.renew(work.session, self.claim, self._lasts_s):
                        return
            except DependencyAway:
                # what is kept next finds out whether the lease has ended meanwhile
                telemetry.log().warning("a lease can't be renewed", publication_id=str(self.claim.id))

    async def _give_back(self) -> None:
        try:
            async with self._work() as work:
                await repository.release(work.session, self.claim)
        except DependencyAway:
            # it ends by itself
            telemetry.log().warning("a lease can't be given back", publication_id=str(self.claim.id))
