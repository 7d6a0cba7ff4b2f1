"""The real backing services, from the same resolver as `make up`: a stack of the tests' own beside it."""

from collections.abc import AsyncIterator, Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from deploy.local.stack import Stack
from services.kit import topics
from tests.support.databases import fresh_database
from tests.support.kafka import Broker

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
TOPICS = CHECKOUT / "deploy" / "kafka" / "topics.yaml"
# characters
LOG_END = 8_000


class ByService(LoadScopeScheduling):
    """Of tests that run side by side, those of one service stay together: they share its consumer group.

    pytest-xdist's own groups do nothing with this pytest (https://github.com/pytest-dev/pytest-xdist/issues/1386).
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        parts = file.split("/")
        return parts[2] if parts[:2] == ["tests", "integration"] else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByService:
    """How tests are spread over processes."""
    return ByService(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where a test with a process of its own (a fixture that has a `log`) fails, the log's end is in the report."""
    report = yield
    if report.failed:
        for name, value in getattr(item, "funcargs", {}).items():
            if isinstance(log := getattr(value, "log", None), Path):
                log = log.read_text(errors="replace")
            if isinstance(log, str):
                report.sections.append((f"log of {name}", log[-LOG_END:]))
    return report


@pytest.fixture(scope="session")
def backing() -> dict[str, str]:
    """The environment that names PostgreSQL, Redis, Kafka and S3, all running."""
    # in a thread, because the stack runs loops of its own
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(Stack(CHECKOUT / ".local" / "test").ensure_backing).result()


@pytest.fixture(scope="session")
async def database_url(backing: dict[str, str]) -> AsyncIterator[str]:
    """A new database with every service's schema at its newest version."""
    services = sorted(path.parent.name for path in (CHECKOUT / "services").glob("*/migrations"))
    async with fresh_database(backing["DATABASE_URL"], services) as url:
        yield url


@pytest.fixture(scope="session")
def kafka_servers(backing: dict[str, str]) -> str:
    """Kafka's address, with the declared topics there."""
    servers = backing["KAFKA_BOOTSTRAP_SERVERS"]
    topics.create(servers, topics.load(TOPICS))
    return servers


@pytest.fixture(scope="session")
def broker(kafka_servers: str) -> Broker:
    """Kafka as a test's own hands use it."""
    return Broker(kafka_servers)
