"""The sandbox's Stripe: its API as the installed library's version shapes it, checkout and portal pages, signed webhooks.

`/_state/stripe` gives `{records: {"customer": […], "checkout.session": […], …, "event": […]}}` in Stripe's field names.
`/_act` takes pay, fail_payment, renew, refund and dispute; stripe_deeds.py says which ids do.

Faults: `status:CODE`, `late:SECONDS` and `cut:BYTES` for requests by "METHOD /v1/…"; for webhooks, by "webhook TYPE",
`late:SECONDS`, `repeat:N` and `shuffle`; for payments, by "payment ID …" (a checkout session or invoice with its subscription,
then the customer), `error:` card_declined, insufficient_funds, expired_card or processing_error.
"""

import asyncio
import contextlib
from collections.abc import Sequence

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from deploy.local.sandbox.core import Core, Json, Provider
from deploy.local.sandbox.stripe_books import SERVICE, SHOWN, Books, shown
from deploy.local.sandbox.stripe_deeds import ACTIONS, Deeds
from deploy.local.sandbox.stripe_door import Door
from deploy.local.sandbox.stripe_operations import Operations
from deploy.local.sandbox.stripe_pages import Pages
from deploy.local.sandbox.stripe_payments import DECLINES
from deploy.local.sandbox.stripe_webhooks import Webhooks

# how often it is looked for sessions whose time is over
SWEEP_S = 30.0
TYPES = {401: "invalid_request_error", 402: "card_error", 429: "rate_limit_error"}


class Stripe(Provider):
    """The account."""

    name = SERVICE
    label = "A Stripe account"
    actions = ACTIONS
    special = frozenset({"repeat", "shuffle", "error"})
    reasons = frozenset(DECLINES)

    def __init__(self, core: Core) -> None:
        self._books = Books(core)
        self._operations = Operations(self._books)
        self._deeds = Deeds(self._operations)
        self._webhooks = Webhooks(core, self._books)
        self._door = Door(self._operations, core.environ, self._webhooks.ring)
        self._pages = Pages(self._operations, self._deeds, self._webhooks.ring)
        self._sweep: asyncio.Task[None] | None = None

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """The API and the pages."""
        return [*self._door.routes(), *self._pages.routes()]

    def state(self) -> Json:
        """Every object that Stripe would show, oldest first."""
        return {"records": {kind: [shown(row) for row in self._books.list(kind)] for kind in SHOWN}}

    async def act(self, action: str, id: str) -> Json:
        """What a person does (stripe_deeds.py)."""
        try:
            return self._deeds.do(action, id)
        finally:
            self._webhooks.ring()

    def refusal(self, status: int) -> Response:
        """A status in Stripe's words."""
        kind = TYPES.get(status, "api_error" if status >= 500 else "invalid_request_error")
        return JSONResponse({"error": {"message": "By order of /_faults.", "type": kind}}, status)

    async def start(self) -> None:
        """Webhooks, and the end of sessions."""
        await self._webhooks.start()
        self._sweep = asyncio.create_task(self._expire())

    async def stop(self) -> None:
        """Both end."""
        await self._webhooks.stop()
        if self._sweep:
            self._sweep.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sweep

    async def _expire(self) -> None:
        while True:
            self._operations.checkout.expire_late()
            self._webhooks.ring()
            await asyncio.sleep(SWEEP_S)


def build(core: Core) -> Stripe:
    """The account as it was left."""
    return Stripe(core)
