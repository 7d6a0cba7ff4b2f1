"""Databases of their own for tests, on the real server."""

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg

from services.kit.migrate import migrate


@asynccontextmanager
async def fresh_database(server_url: str, services: Sequence[str]) -> AsyncIterator[str]:
    """The URL of a new database with these services' schemas, dropped at the end."""
    name = f"test_{secrets.token_hex(6)}"
    admin = await asyncpg.connect(server_url)
    try:
        await admin.execute(f"CREATE DATABASE {name}")
        url = f"{server_url.rpartition('/')[0]}/{name}"
        await migrate(url, list(services))
        yield url
    finally:
        await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await admin.close()
