"""The database: one engine a process, one unit of work a use case, one commit at its end.

Every session acts in its service's own role and schema (both named as the service), whoever logs in.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import MetaData, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from services.kit import outbox
from services.kit.errors import DependencyAway
from services.kit.facts import Fact
from services.kit.tables import InboxRow

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLSTATE classes that mean the moment, not the statement, is at fault: connection, shutdown, resources, and a deadlock whose
# victim was rolled back whole. The caller may simply ask again.
_AWAY_CLASSES = ("08", "57", "53", "40")


def metadata(schema: str) -> MetaData:
    """The metadata every service's declarative base uses: its schema, and constraint names that migrations can address."""
    return MetaData(schema=schema, naming_convention=NAMING)


def asyncpg_url(url: str) -> str:
    """The URL with SQLAlchemy's asyncpg driver named."""
    return "postgresql+asyncpg://" + url.split("://", 1)[1]


class Work:
    """One transaction: what is saved here is committed together, facts included, or not at all."""

    def __init__(self, session: AsyncSession, service: str) -> None:
        self.session = session
        self._service = service
        self._facts: list[Fact] = []
        self._after_commit: list[Callable[[], None]] = []

    def save(self, *things: object) -> None:
        """Add model objects to the session and facts to the outbox."""
        for thing in things:
            if isinstance(thing, Fact):
                self._facts.append(thing)
            else:
                self.session.add(thing)

    def after_commit(self, call: Callable[[], None]) -> None:
        """Call this once the transaction is committed (a bell, a wake-up); never where it matters that it happens."""
        self._after_commit.append(call)

    async def first_time(self, event_id: UUID) -> bool:
        """True for an event this service has not handled; remembered in the same transaction as its effects (E3)."""
        statement = insert(InboxRow).values(consumer=self._service, event_id=event_id).on_conflict_do_nothing()
        result = await self.session.execute(statement.returning(InboxRow.event_id))
        return result.scalar_one_or_none() is not None

    async def flush_facts(self) -> bool:
        """Write the collected facts to the outbox; True when there were any."""
        if not self._facts:
            return False
        await self.session.flush()
        await outbox.write(self.session, self._service, self._facts)
        self._facts = []
        return True

    def committed(self) -> None:
        """Run what waits for the commit."""
        for call in self._after_commit:
            call()


class Database:
    """The service's engine and its units of work. `start` checks nothing: the first use finds out.

    Whoever waits longer than `pool_timeout_s` for a connection hears that PostgreSQL is away, before a call's own deadline.
    """

    def __init__(self, service: str, url: str, pool_size: int = 8, pool_timeout_s: float = 3.0) -> None:
        self.service = service
        self.url = url
        self.engine: AsyncEngine = create_async_engine(
            asyncpg_url(url),
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=pool_timeout_s,
            pool_pre_ping=True,
            connect_args={
                "timeout": 5,
                "command_timeout": 30,
                "server_settings": {"role": service, "search_path": service, "application_name": service},
            },
        ).execution_options(schema_translate_map={outbox.KIT_SCHEMA: service})
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        self._on_facts: list[Callable[[], None]] = []

    def on_facts(self, wake: Callable[[], None]) -> None:
        """Call this after each commit that wrote facts: the relay's alarm clock."""
        self._on_facts.append(wake)

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        """A unit of work: committed when the block ends, rolled back when it raises; DependencyAway when PostgreSQL is."""
        try:
            async with self._sessions() as session:
                work = Work(session, self.service)
                async with session.begin():
                    yield work
                    had_facts = await work.flush_facts()
        except (OSError, TimeoutError, NoFreeConnection, DBAPIError) as error:
            if is_away(error):
                raise DependencyAway("postgres", type(error).__name__) from error
            raise
        if had_facts:
            for wake in self._on_facts:
                wake()
        work.committed()

    async def ping(self) -> None:
        """DependencyAway unless PostgreSQL answers."""
        async with self.work() as work:
            await work.session.execute(text("SELECT 1"))

    async def start(self) -> None:
        """Nothing to do: connections open as they are needed."""

    async def stop(self) -> None:
        """Close the pool."""
        await self.engine.dispose()


def is_away(error: BaseException) -> bool:
    """Whether this error means that PostgreSQL is away, rather than that a statement was wrong."""
    if isinstance(error, DBAPIError):
        sqlstate = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None)
        if sqlstate:
            return str(sqlstate)[:2] in _AWAY_CLASSES
        # without a SQLSTATE it is the driver that speaks: the connection is gone
        return error.connection_invalidated or isinstance(error, InterfaceError | InternalError | OperationalError)
    return isinstance(error, OSError | TimeoutError | NoFreeConnection)
