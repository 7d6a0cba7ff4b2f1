"""Credits over a real PostgreSQL: one database for the folder, one of their own for tests that break the books."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest

from tests.support.databases import fresh_database
from tests.support.ledger import Ledger, Till, open_ledger, open_till


@pytest.fixture(scope="session")
async def ledger_url(backing: dict[str, str]) -> AsyncIterator[str]:
    """The folder's database, with the schema of credits alone."""
    async with fresh_database(backing["DATABASE_URL"], ["credits"]) as url:
        yield url


@pytest.fixture
async def ledger(ledger_url: str) -> AsyncIterator[Ledger]:
    """Credits, and the books in order when the test is over."""
    async with open_ledger(ledger_url) as opened:
        yield opened
        assert await opened.violations() == {}


@pytest.fixture
async def scratch_ledger(backing: dict[str, str]) -> AsyncIterator[Ledger]:
    """Credits in a database that the test may ruin."""
    async with fresh_database(backing["DATABASE_URL"], ["credits"]) as url, open_ledger(url) as opened:
        yield opened


@pytest.fixture
def user() -> UUID:
    """Somebody nobody has heard of."""
    return uuid4()


@pytest.fixture
async def till(ledger: Ledger) -> AsyncIterator[Till]:
    """The ledger with a provider in the test's hands; what it leaves in the inbox is none of the next test's concern."""
    yield open_till(ledger)
    await ledger.as_owner("DELETE FROM credits.payment_events")
