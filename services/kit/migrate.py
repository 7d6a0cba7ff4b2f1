"""Migrations: each service's schema by its own alembic versions, run by one command before the services start.

`python -m services.kit.migrate users projects …` makes the role and the schema (both named as the service), then upgrades.
The schema belongs to whoever migrates; the service's role gets SELECT, INSERT, UPDATE and DELETE on its tables, less what a
migration takes away (the ledger's entries can't be changed).
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from services.kit.db import asyncpg_url
from services.kit.settings import SettingsError
from services.kit.tables import KIT_SCHEMA, KitBase

SERVICES = Path(__file__).resolve().parent.parent
# one migration at a time, whichever process asks
_LOCK = 7_281_001


# Roles are the cluster's and the lock is the database's: a migration of another database may make the role just now.
_MAKE_ROLE = """
DO $$ BEGIN
    CREATE ROLE "{0}" NOLOGIN;
    GRANT "{0}" TO CURRENT_USER;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""


def _prepare(connection: Connection, service: str) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    if connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": service}) is None:
        connection.execute(text(_MAKE_ROLE.format(service)))
    if not connection.scalar(text("SELECT pg_has_role(:name, 'MEMBER')"), {"name": service}):
        connection.execute(text(f'GRANT "{service}" TO CURRENT_USER'))
    connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{service}"'))
    connection.execute(text(f'GRANT USAGE ON SCHEMA "{service}" TO "{service}"'))
    for kind, rights in (
        ("TABLES", "SELECT, INSERT, UPDATE, DELETE"),
        ("SEQUENCES", "USAGE, SELECT"),
        ("FUNCTIONS", "EXECUTE"),
    ):
        connection.execute(
            text(f'ALTER DEFAULT PRIVILEGES IN SCHEMA "{service}" GRANT {rights} ON {kind} TO "{service}"')
        )


def _upgrade(connection: Connection, service: str) -> None:
    _prepare(connection, service)
    connection.execute(text(f'SET search_path TO "{service}"'))
    translated = connection.execution_options(schema_translate_map={KIT_SCHEMA: service})
    KitBase.metadata.create_all(translated)
    config = Config()
    config.set_main_option("script_location", str(SERVICES / "kit" / "alembic"))
    config.set_main_option("version_locations", str(SERVICES / service / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["schema"] = service
    command.upgrade(config, "head")


async def migrate(url: str, services: list[str]) -> None:
    """Bring the schemas of these services to their newest version; each in one transaction."""
    engine = create_async_engine(asyncpg_url(url), poolclass=NullPool)
    try:
        for service in services:
            async with engine.begin() as connection:
                await connection.run_sync(_upgrade, service)
    finally:
        await engine.dispose()


def main() -> None:
    """The command: services to migrate as arguments, DATABASE_URL in the environment."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        raise SettingsError("these settings are missing or wrong:\n  DATABASE_URL: Field required")
    asyncio.run(migrate(url, sys.argv[1:]))


if __name__ == "__main__":
    main()
