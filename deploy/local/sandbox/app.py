"""The sandbox as one web application: its own doors, and every provider under its name."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, cast

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route, Router

from deploy.local.sandbox.core import Core, Provider, Refused
from deploy.local.sandbox.faults import FOR_EVER, VOCABULARY, Fault
from deploy.local.sandbox.front import Front
from deploy.local.sandbox.pages import page

# a page of somebody else's that has its own name resolve to 127.0.0.1 gets no answer
HOSTS = ["127.0.0.1", "localhost"]


def application(core: Core, providers: Sequence[Provider]) -> Starlette:
    """What uvicorn serves."""
    doors = Doors(core, {provider.name: provider for provider in providers})

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for provider in providers:
                await provider.start()
                stack.push_async_callback(provider.stop)
            yield

    return Starlette(
        routes=[
            Route("/", doors.index),
            Route("/_faults", doors.faults, methods=["GET", "POST", "DELETE"]),
            Route("/_act", doors.act, methods=["POST"]),
            Route("/_state/{service}", doors.state),
            *(
                Mount(f"/{provider.name}", Front(Router(list(provider.routes)), core, provider))
                for provider in providers
            ),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)],
        exception_handlers={Refused: _refused},
        lifespan=lifespan,
    )


class Doors:
    """`/`, `/_faults`, `/_act` and `/_state`."""

    def __init__(self, core: Core, providers: dict[str, Provider]) -> None:
        self._core = core
        self._providers = providers

    async def index(self, _request: Request) -> Response:
        """The page with a link to each provider."""
        return page("index.html", providers=self._providers.values(), faults=self._core.faults.left())

    async def faults(self, request: Request) -> Response:
        """GET: the rules left. POST {service, match, fault, times}: one more. DELETE: none any more."""
        if request.method == "GET":
            return JSONResponse({"faults": self._core.faults.left()})
        if request.method == "DELETE":
            return JSONResponse({"cleared": self._core.faults.clear()})
        asked = await _body(request, {"service": str, "match": str, "fault": str, "times": int}, {"match", "times"})
        provider = self._provider(asked["service"])
        fault = _fault(provider, asked["fault"])
        times = asked.get("times", 1)
        if times < 1 and times != FOR_EVER:
            raise Refused(f"times is at least 1, or {FOR_EVER} for ever")
        return JSONResponse(self._core.faults.add(provider.name, asked.get("match", ""), fault, times), 201)

    async def act(self, request: Request) -> Response:
        """POST {service, action, id}: what a person does on the pages."""
        asked = await _body(request, {"service": str, "action": str, "id": str}, {"id"})
        provider = self._provider(asked["service"])
        if asked["action"] not in provider.actions:
            raise Refused(f"actions of {provider.name}: {', '.join(provider.actions) or 'none'}")
        return JSONResponse(await provider.act(asked["action"], asked.get("id", "")))

    async def state(self, request: Request) -> Response:
        """GET: what a provider holds."""
        return JSONResponse(self._provider(request.path_params["service"]).state())

    def _provider(self, name: str) -> Provider:
        if name not in self._providers:
            raise Refused(f"no service {name!r}; there are {', '.join(self._providers)}")
        return self._providers[name]


def _fault(provider: Provider, text: str) -> Fault:
    there = provider.general | provider.special
    known = [sentence for name, sentence in VOCABULARY.items() if name in there]
    try:
        fault = Fault.parse(text)
    except ValueError as error:
        raise Refused(f"{error}; faults of {provider.name}: {'; '.join(known)}") from None
    if fault.name not in there:
        raise Refused(f"{provider.name} has no {fault.name}; its faults: {'; '.join(known)}")
    if fault.name == "error" and fault.argument not in provider.reasons:
        raise Refused(f"reasons of {provider.name}: {', '.join(sorted(provider.reasons))}")
    return fault


async def _body(request: Request, fields: dict[str, type], optional: set[str]) -> dict[str, Any]:
    try:
        asked = await request.json()
    except ValueError:
        raise Refused("a JSON object is wanted", 400) from None
    wanted = ", ".join(f"{name} ({kind.__name__}{', optional' * (name in optional)})" for name, kind in fields.items())
    if not isinstance(asked, dict) or not set(fields) - optional <= set(asked) <= set(fields):
        raise Refused(f"wanted: {wanted}")
    if any(type(value) is not fields[name] for name, value in asked.items()):
        raise Refused(f"wanted: {wanted}")
    return asked


async def _refused(_request: Request, error: Exception) -> Response:
    """Registered for `Refused` alone."""
    refused = cast("Refused", error)
    return JSONResponse({"error": refused.detail}, refused.status)
