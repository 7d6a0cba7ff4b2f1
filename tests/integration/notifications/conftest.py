"""Notifications over a real PostgreSQL: one database for the folder, users of each test's own."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest

from tests.integration.notifications.house import House, open_house
from tests.integration.notifications.receiver import Receiver, receiving
from tests.support.databases import fresh_database


@pytest.fixture(scope="session")
async def notifications_url(backing: dict[str, str]) -> AsyncIterator[str]:
    """The folder's database, with the schema of notifications alone."""
    async with fresh_database(backing["DATABASE_URL"], ["notifications"]) as url:
        yield url


@pytest.fixture
async def house(notifications_url: str) -> AsyncIterator[House]:
    """The service, with nothing left due by tests before."""
    async with open_house(notifications_url) as opened:
        await opened.rows("DELETE FROM endpoints RETURNING 1")
        await opened.rows("DELETE FROM mails RETURNING 1")
        yield opened


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Somebody's program."""
    async with receiving() as listening:
        yield listening


@pytest.fixture
def user() -> UUID:
    """Somebody nobody has heard of."""
    return uuid4()
