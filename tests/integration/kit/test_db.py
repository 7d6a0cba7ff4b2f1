"""When PostgreSQL can't serve a unit of work, its caller hears that a dependency is away, and nothing else."""

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from services.kit.db import Database
from services.kit.errors import DependencyAway


async def test_a_pool_without_a_free_connection_is_a_dependency_that_is_away(database: Database) -> None:
    small = Database(database.service, database.url, pool_size=1, pool_timeout_s=0.05)
    try:
        async with small.work() as first, small.work() as second:
            await first.session.execute(text("SELECT 1"))
            await second.session.execute(text("SELECT 1"))
            with pytest.raises(DependencyAway) as refused:
                await small.ping()
        assert refused.value.dependency == "postgres"
        await small.ping()
    finally:
        await small.stop()


async def _killed_in_a_transaction(database: Database) -> None:
    async with database.work() as work:
        own = await work.session.scalar(text("SELECT pg_backend_pid()"))
        killer = await asyncpg.connect(database.url)
        await killer.execute("SELECT pg_terminate_backend($1)", own)
        await killer.close()
        await work.session.execute(text("SELECT 1"))


async def test_a_connection_killed_in_a_transaction_is_a_dependency_that_is_away(database: Database) -> None:
    with pytest.raises(DependencyAway):
        await _killed_in_a_transaction(database)
    await database.ping()


async def test_a_statement_that_is_wrong_says_nothing_about_the_database(database: Database) -> None:
    async with database.work() as work:
        with pytest.raises(ProgrammingError, match="nowhere"):
            await work.session.execute(text("SELECT * FROM nowhere"))
