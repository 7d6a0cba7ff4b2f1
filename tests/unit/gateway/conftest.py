"""A gateway over fake services: in process for requests, behind a real socket for streams."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import structlog

from services.gateway.app import WebServer, layered
from services.gateway.auth import Gatekeeper
from services.gateway.clients import SERVICES
from services.gateway.live import Hub
from services.gateway.settings import Settings
from services.gateway.studio import Studio
from tests.unit.gateway.fakes import FakeServices


async def until(true: Callable[[], object]) -> None:
    """Returns once it is true; TimeoutError after 5 seconds."""
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110 - what is watched has no event
            await asyncio.sleep(0.01)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Nothing is logged: the console's coloured tracebacks take seconds, and a command's output is its own."""
    before = structlog.get_config()
    structlog.configure(
        logger_factory=structlog.ReturnLoggerFactory(), processors=[lambda _logger, _method, event: str(event)]
    )
    yield
    structlog.configure(**before)


def settings(**changes: Any) -> Settings:
    values = {
        "filmstudio_url": "http://studio.example",
        "filmstudio_rate_limits": "off",
        "redis_url": "redis://127.0.0.1:1/0",
        **{f"{name}_grpc_address": "127.0.0.1:1" for name in SERVICES},
    }
    return Settings(**{**values, **changes})


@dataclass
class Gateway:
    services: FakeServices
    studio: Studio
    http: httpx.AsyncClient
    address: str = ""

    def auth(self, role: str = "free_user", user_id: str = "u1", **claims: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.services.users.token(user_id, role, **claims)}"}


def make_studio(services: FakeServices, **changes: Any) -> Studio:
    clients = services.clients()
    hub = Hub("redis://127.0.0.1:1/0")
    services.jobs.rang = hub.heard
    return Studio(settings(**changes), clients, Gatekeeper(clients.users, "filmstudio", "filmstudio"), hub)


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    services = FakeServices()
    studio = make_studio(services)
    transport = httpx.ASGITransport(layered(studio))
    async with httpx.AsyncClient(transport=transport, base_url="http://studio.example") as http:
        yield Gateway(services, studio, http)


@pytest.fixture
async def served() -> AsyncIterator[Gateway]:
    """The same behind a port of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    services = FakeServices()
    studio = make_studio(
        services, filmstudio_url=f"http://127.0.0.1:{port}", max_subscriptions=3, max_sockets_per_user=2
    )
    server = WebServer(layered(studio), studio.hub, "127.0.0.1", port)
    await server.start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as http:
        yield Gateway(services, studio, http, f"127.0.0.1:{port}")
    await server.stop()
