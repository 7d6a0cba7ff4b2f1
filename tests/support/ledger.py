"""A ledger in a test's hands: its own database, a clock that it sets, the bell's rings, the books checked on demand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import text

from services.credits.audit import Finding, audit
from services.credits.plans import Plans
from services.credits.service import Credits
from services.kit.db import Database


@dataclass
class Clock:
    """Goes only when it is told to."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Ledger:
    """Credits over a database, and what its tests look at."""

    url: str
    database: Database
    credits: Credits
    clock: Clock
    rings: list[Mapping[str, object]]

    async def violations(self) -> dict[str, list[str]]:
        """The invariants that are violated, with examples."""
        findings: list[Finding] = await audit(self.url)
        return {finding.invariant: finding.examples for finding in findings if finding.violations}

    async def facts(self, user_id: UUID) -> list[tuple[str, bytes]]:
        """What the outbox holds of a user's account, in order: message name and payload."""
        statement = text(
            "SELECT headers ->> 'ce_type', payload FROM outbox WHERE aggregate_id = :id ORDER BY aggregate_seq"
        )
        async with self.database.work() as work:
            rows = (await work.session.execute(statement, {"id": str(user_id)})).all()
        return [(name.rpartition(".")[2], payload) for name, payload in rows]

    async def as_owner(self, statement: str, *arguments: Any) -> list[Any]:
        """Run SQL as whoever owns the schema: what no service can do."""
        connection = await asyncpg.connect(self.url)
        try:
            return list(await connection.fetch(statement, *arguments))
        finally:
            await connection.close()

    async def as_service(self, statement: str, *arguments: Any) -> list[Any]:
        """Run SQL in the service's own role."""
        connection = await asyncpg.connect(self.url, server_settings={"role": "credits", "search_path": "credits"})
        try:
            return list(await connection.fetch(statement, *arguments))
        finally:
            await connection.close()


@asynccontextmanager
async def open_ledger(url: str, pool_size: int = 8) -> AsyncIterator[Ledger]:
    """Credits over a migrated database."""
    database = Database("credits", url, pool_size)
    clock, rings = Clock(), list[Mapping[str, object]]()
    try:
        yield Ledger(url, database, Credits(database.work, Plans.read(), rings.append, now=clock), clock, rings)
    finally:
        await database.stop()
