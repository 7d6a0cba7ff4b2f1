"""A service that exists only here: its schema, its topic, its parts, stopped at the end of each test."""

import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import text

from services.kit.consumer import Consumer
from services.kit.db import Database
from services.kit.relay import Relay
from services.kit.runtime import Part
from tests.support.databases import fresh_database
from tests.support.kafka import Broker

SERVICE = "kit_test"


@pytest.fixture(scope="session")
async def kit_database_url(backing: dict[str, str]) -> AsyncIterator[str]:
    async with fresh_database(backing["DATABASE_URL"], [SERVICE]) as url:
        yield url


@pytest.fixture
async def database(kit_database_url: str) -> AsyncIterator[Database]:
    database = Database(SERVICE, kit_database_url)
    async with database.work() as work:
        for table in ("outbox", "outbox_sequences", "inbox"):
            await work.session.execute(text(f"DELETE FROM {table}"))
    yield database
    await database.stop()


@pytest.fixture
def topic(broker: Broker) -> Iterator[str]:
    with broker.topic() as name:
        yield name


class Parts:
    """Makes parts, and stops them all in the end."""

    def __init__(self, servers: str, stack: AsyncExitStack) -> None:
        self.servers = servers
        self._stack = stack

    def consumer(self, service: str | None = None) -> Consumer:
        """A consumer, in a group of its own unless a service is named; not started."""
        return Consumer(service or f"test-{secrets.token_hex(4)}", self.servers)

    async def start(self, part: Part) -> None:
        await part.start()
        self._stack.push_async_callback(part.stop)

    async def relay(self, database: Database, **settings: object) -> Relay:
        """A running relay."""
        relay = Relay(database, self.servers, **settings)
        await self.start(relay)
        return relay


@pytest.fixture
async def parts(kafka_servers: str) -> AsyncIterator[Parts]:
    async with AsyncExitStack() as stack:
        yield Parts(kafka_servers, stack)
