"""What every request passes before it reaches a route: id and trace, size limit, headers, who calls, and a log line."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping

from prometheus_client import Histogram
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway.auth import Gatekeeper, Person, unauthenticated
from services.gateway.problems import of
from services.kit import identity, telemetry
from services.kit.identity import Caller
from services.kit.ids import new_id

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}\Z")
_served = Histogram("http_served_seconds", "Time to the end of an answer", ["method", "route", "status"])
API_POLICY = "default-src 'none'; frame-ancestors 'none'"
_FIXED_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "content-security-policy": API_POLICY,
    # answers are somebody's own unless a route says otherwise
    "cache-control": "no-store",
}


class Edge:
    """The outermost layer: request id, trace, security headers, metrics, one log line; nothing escapes it."""

    def __init__(self, app: ASGIApp, secure: bool) -> None:
        self._app = app
        fixed = dict(_FIXED_HEADERS)
        if secure:
            fixed["strict-transport-security"] = "max-age=31536000"
        self._fixed = {key.encode(): value.encode() for key, value in fixed.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or one WebSocket."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.match(given) else str(new_id())
        scope.setdefault("state", {})["request_id"] = request_id
        started = time.perf_counter()
        status = 0

        async def answered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = self._headers(message["headers"], request_id)
            await send(message)

        with telemetry.span(f"{scope.get('method', 'WS')} {scope['path']}", _trace(headers)):
            try:
                await self._app(scope, receive, answered)
            except Exception as error:
                telemetry.log().exception("a request failed", request_id=request_id)
                if status == 0 and scope["type"] == "http":
                    await of(error)(scope, receive, answered)
            finally:
                if scope["type"] == "http":
                    self._note(scope, status, time.perf_counter() - started, request_id)

    def _headers(self, given: list[tuple[bytes, bytes]], request_id: str) -> list[tuple[bytes, bytes]]:
        said = {key.lower() for key, _ in given}
        fixed = [(key, value) for key, value in self._fixed.items() if key not in said]
        return [*given, *fixed, (b"x-request-id", request_id.encode())]

    def _note(self, scope: Scope, status: int, seconds: float, request_id: str) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        _served.labels(scope["method"], route, str(status)).observe(seconds)
        if route not in ("/health", "/ready", "/metrics"):
            telemetry.log().info(
                "request",
                method=scope["method"],
                path=scope["path"],
                status=status,
                ms=round(seconds * 1000, 1),
                request_id=request_id,
            )


def _trace(headers: Headers) -> Mapping[str, str]:
    return {key: headers[key] for key in ("traceparent", "tracestate") if key in headers}


class BodyLimit:
    """Refuses a body above the limit (413): by its announced length at once, else while it is read."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve with a receive that counts."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = Headers(scope=scope).get("content-length", "0")
        announced = int(length) if length.isdigit() else 0
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if max(announced, read) > self._max_bytes:
                raise HTTPException(413, f"the body is larger than {self._max_bytes} bytes")
            return message

        await self._app(scope, counted, send)


class Identity:
    """Says who calls. A bad token is remembered and told by the first route that needs a good one."""

    def __init__(self, app: ASGIApp, gatekeeper: Gatekeeper) -> None:
        self._app = app
        self._gatekeeper = gatekeeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve in the name of the bearer."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        state = scope["state"]
        person, error = await self._who(Headers(scope=scope).get("authorization", ""))
        state["person"], state["sign_in_error"] = person, error
        request_id = state["request_id"]
        caller = person.caller(request_id) if person else Caller("gateway", request_id=request_id)
        with identity.acting(caller):
            await self._app(scope, receive, send)

    async def _who(self, authorization: str) -> tuple[Person | None, Exception | None]:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            return None, unauthenticated(
                "send an access token, Authorization: Bearer …; POST /api/v1/auth/login gives one"
            )
        try:
            return await self._gatekeeper.verify(token.strip()), None
        except Exception as error:
            return None, error
