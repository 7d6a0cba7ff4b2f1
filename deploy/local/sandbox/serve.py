"""The web server: uvicorn, with a way to drop a connection without an answer, which ASGI has none for."""

from starlette.applications import Starlette
from uvicorn import Config, Server
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from deploy.local.sandbox.front import ABORT
from deploy.local.sandbox.settings import Address


class DroppableProtocol(HttpToolsProtocol):
    """Each request's scope carries a call that drops its connection at once, whatever was about to be sent."""

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self.scope["extensions"] = {ABORT: self.transport.abort}  # type: ignore[dict-item]


def server(app: Starlette, address: Address, log_level: str) -> Server:
    """A server that is yet to be run."""
    config = Config(
        app, host=address.host, port=address.port, http=DroppableProtocol, ws="none", loop="asyncio",
        log_level=log_level.lower(), access_log=False, server_header=False, timeout_graceful_shutdown=2,
    )  # fmt: skip
    return Server(config)
