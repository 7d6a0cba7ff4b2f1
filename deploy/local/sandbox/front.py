"""The layer in front of a provider: the faults that need no knowledge of it, `status`, `late` and `cut`.

`cut` needs the connection itself, which ASGI doesn't show: the server of `serve.py` puts a call that drops it into
`scope["extensions"]["sandbox.abort"]`.
"""

import asyncio
import contextlib

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deploy.local.sandbox.core import Core, Provider

ABORT = "sandbox.abort"


def subject(scope: Scope) -> str:
    """What a fault's `match` is held against: "METHOD /path?query", the path without the service's prefix."""
    path = scope["path"].removeprefix(scope.get("root_path", "")) or "/"
    query = scope.get("query_string", b"").decode("latin-1")
    return f"{scope['method']} {path}?{query}" if query else f"{scope['method']} {path}"


class Front:
    """The provider's ASGI application behind its faults."""

    def __init__(self, app: ASGIApp, core: Core, provider: Provider) -> None:
        self._app = app
        self._core = core
        self._provider = provider

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, well or badly."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        take, asked = self._core.faults.take, subject(scope)
        late = take(self._provider.name, asked, self._provider.general & {"late"})
        if late:
            send = _late(send, late.number)
        fault = take(self._provider.name, asked, self._provider.general & {"status", "cut"})
        if fault and fault.name == "status":
            await _drained(receive)
            await self._provider.refusal(fault.count)(scope, receive, send)
        elif fault:
            await self._cut(scope, receive, fault.count)
        else:
            with contextlib.suppress(ClientDisconnect):
                await self._app(scope, receive, send)

    async def _cut(self, scope: Scope, receive: Receive, limit: int) -> None:
        with contextlib.suppress(ClientDisconnect):
            await self._app(scope, _cut_short(receive, limit), _unheard)
        scope["extensions"][ABORT]()
        while (await receive())["type"] != "http.disconnect":
            pass


def _cut_short(receive: Receive, limit: int) -> Receive:
    """As `receive`, with a disconnect once there are more than `limit` bytes of a body."""
    arrived = 0

    async def receive_some() -> Message:
        nonlocal arrived
        if arrived > limit:
            return {"type": "http.disconnect"}
        message = await receive()
        if message["type"] == "http.request":
            body = message.get("body", b"")
            arrived += len(body)
            if arrived > limit:
                message = {**message, "body": body[: len(body) - (arrived - limit)], "more_body": True}
        return message

    return receive_some


def _late(send: Send, seconds: float) -> Send:
    async def send_late(message: Message) -> None:
        if message["type"] == "http.response.start":
            await asyncio.sleep(seconds)
        await send(message)

    return send_late


async def _unheard(message: Message) -> None:
    pass


async def _drained(receive: Receive) -> None:
    while (message := await receive())["type"] == "http.request" and message.get("more_body"):
        pass
