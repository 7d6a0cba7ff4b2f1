"""A receiver of webhooks, as a customer's own program would be: it keeps whatever is sent to `/webhooks/in/{any path}`.

Its `status` fault answers with that status and still keeps the request, so that attempts can be counted.
"""

import asyncio
import base64
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from deploy.local.sandbox.core import Core, Json, Provider
from deploy.local.sandbox.front import subject
from deploy.local.sandbox.pages import page

KIND = "Request"
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


class Webhooks(Provider):
    """The receiver and the page that lists what came."""

    name = "webhooks"
    label = "A webhook receiver"
    general = frozenset({"cut"})
    special = frozenset({"status", "late"})

    def __init__(self, core: Core) -> None:
        self._core = core

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """The list, and the door for everything."""
        return [
            Route("/", self._listed),
            Route("/in", self._received, methods=METHODS),
            Route("/in/{path:path}", self._received, methods=METHODS),
        ]

    def state(self) -> Json:
        """{records: {"Request": [{id, method, path, query, headers, body, body_base64, received_at, status}]}}, oldest first."""
        return {"records": {KIND: self._core.store.list(self.name, KIND)}}

    async def _received(self, request: Request) -> Response:
        body = await request.body()
        faults, asked = self._core.faults, subject(request.scope)
        status = faults.take(self.name, asked, {"status"})
        late = faults.take(self.name, asked, {"late"})
        id = f"req_{self._core.store.next_number('webhooks')}"
        kept = {
            "id": id,
            "method": request.method,
            "path": "/" + request.path_params.get("path", ""),
            "query": request.url.query,
            "headers": dict(request.headers),
            # as text for people; the bytes themselves are what a signature is about
            "body": body.decode(errors="replace"),
            "body_base64": base64.b64encode(body).decode(),
            "received_at": self._core.now().isoformat(),
            "status": status.count if status else 200,
        }
        self._core.store.put(self.name, KIND, id, kept)
        if late:
            await asyncio.sleep(late.number)
        return JSONResponse({"received": id}, kept["status"])

    async def _listed(self, _request: Request) -> Response:
        requests = self._core.store.list(self.name, KIND)[::-1]
        return page("webhooks.html", url=f"{self._core.url}/webhooks/in/", requests=requests[:200], count=len(requests))


def build(core: Core) -> Webhooks:
    """The receiver."""
    return Webhooks(core)
