"""When PostgreSQL can't serve a unit of work, its caller hears that a dependency is away, and nothing else."""

import asyncio

import asyncpg
import pytest
from sqlalchemy import text

from services.kit.db import Database
from services.kit.errors import DependencyAway


async def test_a_pool_without_a_free_connection_is_a_dependency_that_is_away(database: Database) -> None:
    small = Database(database.service, database.url, pool_size=1, pool_timeout_s=0.05)
    holding, release = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with small.work() as work:
            await work.session.execute(text("SELECT 1"))
            holding.set()
            await release.wait()

    holders = [asyncio.create_task(hold()) for _ in range(2)]
    try:
        await holding.wait()
        async with asyncio.timeout(5):
            while small.engine.pool.checkedout() < 2:  # type: ignore[attr-defined]
                await asyncio.sleep(0.01)
        with pytest.raises(DependencyAway) as refused:
            await small.ping()
        assert refused.value.dependency == "postgres"
    finally:
        release.set()
        await asyncio.gather(*holders)
        await small.stop()


async def test_a_connection_killed_in_a_transaction_is_a_dependency_that_is_away(database: Database) -> None:
    with pytest.raises(DependencyAway):
        async with database.work() as work:
            own = await work.session.scalar(text("SELECT pg_backend_pid()"))
            killer = await asyncpg.connect(database.url)
            await killer.execute("SELECT pg_terminate_backend($1)", own)
            await killer.close()
            await work.session.execute(text("SELECT 1"))
    await database.ping()


async def test_a_statement_that_is_wrong_says_nothing_about_the_database(database: Database) -> None:
    with pytest.raises(Exception, match="nowhere") as wrong:
        async with database.work() as work:
            await work.session.execute(text("SELECT * FROM nowhere"))
    assert not isinstance(wrong.value, DependencyAway)
