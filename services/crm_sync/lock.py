"""One process speaks with Salesforce at a time: an advisory lock that lives and dies with one connection."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

_KEY = "crm_sync pusher"
_ASK = text("SELECT pg_try_advisory_lock(hashtextextended(:key, 0))")
_STILL = text("SELECT 1")


class PusherLock:
    """Ours or another process's. A killed process's is free at once."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._connection: AsyncConnection | None = None

    async def hold(self) -> bool:
        """Whether it is ours: still, or from now on. False also where the database doesn't answer."""
        try:
            if self._connection is not None:
                await self._connection.execute(_STILL)
                return True
            connection = await (await self._engine.connect()).execution_options(isolation_level="AUTOCOMMIT")
            if (await connection.execute(_ASK, {"key": _KEY})).scalar_one():
                self._connection = connection
                return True
            await connection.close()
        except (SQLAlchemyError, OSError, TimeoutError):
            await self._drop()
        return False

    async def start(self) -> None:
        """Nothing to do: it is asked for when there is something to push."""

    async def stop(self) -> None:
        """Let another process have it."""
        await self._drop()

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            # closed for good, not given back to the pool: the lock ends with it
            await connection.invalidate()
            await connection.close()
