"""Housekeeping: what a schema needs to remember only so long is deleted hourly (inbox and kept requests, 30 days)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func

from services.kit.db import Database
from services.kit.runtime import Periodic
from services.kit.tables import InboxRow, RequestRow

KEPT_FOR = timedelta(days=30)


def housekeeping(database: Database) -> Periodic:
    """The hourly loop for this service's schema."""

    async def sweep() -> None:
        async with database.work() as work:
            await work.session.execute(delete(InboxRow).where(InboxRow.handled_at < func.now() - KEPT_FOR))
            await work.session.execute(delete(RequestRow).where(RequestRow.created_at < func.now() - KEPT_FOR))

    return Periodic("housekeeping", 3600, sweep)
