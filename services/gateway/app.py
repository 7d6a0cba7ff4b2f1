"""Wires the gateway: the application, its layers, and the parts it lives by. The only file that knows everyone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from services.gateway import clients, openapi, problems, validation
from services.gateway.auth import Gatekeeper
from services.gateway.counters import Counters
from services.gateway.edge import BodyLimit, Edge, Identity
from services.gateway.limits import Counting, RateLimits
from services.gateway.live import Hub
from services.gateway.routes import (
    admin,
    assets,
    auth,
    billing,
    cast,
    credits,
    crm,
    dead_letters,
    docs,
    generate,
    jobs,
    links,
    live,
    me,
    notifications,
    operations,
    passwords,
    projects,
    scripts,
    webhooks,
    youtube,
)
from services.gateway.settings import Settings
from services.gateway.studio import Studio
from services.kit import identity, telemetry
from services.kit.errors import DependencyAway, DomainError, RemoteError
from services.kit.runtime import Part

ALLOWED_HEADERS = [
    "Authorization", "Content-Type", "Idempotency-Key", "If-Match", "Last-Event-ID", "X-Client", "X-Request-Id",
    "traceparent",
]  # fmt: skip
EXPOSED_HEADERS = ["ETag", "Location", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-Id"]
_ROUTERS = (
    auth.router, auth.keys_router, passwords.router, me.router, projects.router, scripts.router, cast.router, assets.router,
    generate.router, live.router, jobs.router, youtube.router, credits.router, billing.router, webhooks.router,
    notifications.router, links.router, dead_letters.router, crm.router, admin.router, operations.router, docs.router,
)  # fmt: skip


def routes() -> FastAPI:
    """The application with its routes and its answers to errors; `app.state.studio` is what they work with."""
    app = FastAPI(
        title=openapi.TITLE,
        version=openapi.VERSION,
        description=openapi.DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
        # the edge opens the request's one span: a second root here would give problems another trace id than the log's
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    for router in _ROUTERS:
        app.include_router(router)
    app.openapi = lambda: openapi.schema(app)  # type: ignore[method-assign]  # FastAPI's own way to change it
    for error in (problems.Refusal, DomainError, RemoteError, DependencyAway, Exception):
        app.add_exception_handler(error, _of_error)
    app.add_exception_handler(HTTPException, _of_status)
    app.add_exception_handler(RequestValidationError, _of_shape)
    return app


async def _of_error(_request: Request, error: Exception) -> Response:
    return problems.of(error)


async def _of_status(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    headers = dict(error.headers or {})
    if error.status_code == 405 and (offered := _offered(request)):
        headers["Allow"] = ", ".join(offered)
    return problems.of_status(error.status_code, error.detail, headers)


def _offered(request: Request) -> list[str]:
    """The methods that a path has: its routes are one each, and the framework names the first one's only."""
    template = getattr(request.scope.get("route"), "path_format", "")
    paths: dict[str, dict[str, object]] = request.app.openapi()["paths"]
    return sorted(method.upper() for method in paths.get(template, {}))


async def _of_shape(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for nothing else
    return await validation.answer(request, error)


def layered(studio: Studio, counters: Counting | None = None) -> ASGIApp:
    """The application in its layers, the outermost last; requests are limited where there are counters."""
    settings = studio.settings
    app = routes()
    app.state.studio = studio
    layers: ASGIApp = app
    if counters is not None:
        layers = RateLimits(layers, counters)
    layers = Identity(layers, studio.gatekeeper)
    layers = BodyLimit(layers, settings.max_body_bytes)
    layers = CORSMiddleware(
        layers,
        allow_origins=settings.origins,
        allow_credentials=True,
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=ALLOWED_HEADERS,
        expose_headers=EXPOSED_HEADERS,
        max_age=600,
    )
    return Edge(layers, settings.secure)


class WebServer:
    """uvicorn as a part of the process, which handles the signals itself."""

    def __init__(self, app: ASGIApp, hub: Hub, host: str, port: int) -> None:
        self._hub = hub
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                loop="none",
                http="httptools",
                ws="websockets-sansio",
                ws_max_size=64 * 1024,
                ws_per_message_deflate=False,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_keep_alive=75,
                timeout_graceful_shutdown=8,
            )
        )
        self._task: asyncio.Task[None] | None = None

    @property
    def failed(self) -> asyncio.Future[None]:
        """The server's task: it ends by itself only when it can't go on."""
        assert self._task is not None  # noqa: S101 - asked for after start
        return self._task

    async def start(self) -> None:
        """Bind and serve; SystemExit where the address is taken. Its own `serve` would take the signals over."""
        config = self._server.config
        config.load()
        self._server.lifespan = config.lifespan_class(config)
        await self._server.startup()
        self._task = asyncio.create_task(self._server.main_loop(), name="web server")

    async def stop(self) -> None:
        """Take no more, end the streams, let answers in flight end."""
        self._hub.close()
        self._server.should_exit = True
        if self._task is not None:
            await self._task
            await self._server.shutdown()


def build(settings: Settings) -> Sequence[Part]:
    """The parts of the process in starting order."""
    services = clients.connect(settings, identity.own_token(settings))
    gatekeeper = Gatekeeper(services.users, settings.jwt_issuer, settings.jwt_audience)
    redis_url = settings.redis_url.get_secret_value()
    hub = Hub(redis_url)
    counters = Counters(redis_url)
    studio = Studio(settings, services, gatekeeper, hub)
    telemetry.log().info("the gateway starts", address=f"{settings.gateway_host}:{settings.gateway_port}")
    app = layered(studio, counters if settings.filmstudio_rate_limits == "on" else None)
    server = WebServer(app, hub, settings.gateway_host, settings.gateway_port)
    return [*services.channels.values(), gatekeeper, hub, counters, server]
