"""The sandbox's Salesforce: an org with contacts, films, credits and publications, its REST and Bulk APIs, its pages.

`/_state/salesforce` gives `{records: {"Contact": […], …}, logins, calls, limit}`: every record with all its fields, how often a
program tried to sign in, and how many calls count against SANDBOX_SALESFORCE_LIMIT (15,000 where it isn't set).

What a person does in the org is done on its pages, or over the REST API with a person's token
(`grant_type=password&username=support&password=…`): either way `LastModifiedById` is not the program's.

Faults: `status:CODE` for requests by "METHOD /path?query" (401 for ever: `status:401` with times -1); `error:REASON` with
REQUEST_LIMIT_EXCEEDED, SERVER_UNAVAILABLE or INVALID_SESSION_ID for requests; with any other reason for single records, by
"Object/external ids/Id" ("Contact/0192…": a match of "Contact/" means every contact that is written).
"""

from collections.abc import Sequence
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from deploy.local.sandbox.core import Core, Json, Provider
from deploy.local.sandbox.core import Refused as NotHere
from deploy.local.sandbox.salesforce_bulk import Bulk
from deploy.local.sandbox.salesforce_collections import Collections
from deploy.local.sandbox.salesforce_door import REQUEST_REASONS, Door, refusal
from deploy.local.sandbox.salesforce_login import Login, LoginRefused, Usage
from deploy.local.sandbox.salesforce_pages import Pages
from deploy.local.sandbox.salesforce_records import ITEM_REASONS, SERVICE, Records
from deploy.local.sandbox.salesforce_rest import Rest
from deploy.local.sandbox.salesforce_schema import OBJECTS


class Salesforce(Provider):
    """The org."""

    name = SERVICE
    label = "A Salesforce org"
    actions = ("reset_limits",)
    # `status` is done here, behind the count of sign-ins
    general = frozenset({"late", "cut"})
    special = frozenset({"status", "error"})
    reasons = frozenset({*ITEM_REASONS, *REQUEST_REASONS})

    def __init__(self, core: Core) -> None:
        self._login = Login(core)
        self._usage = Usage(core)
        self._records = Records(core)
        self._door = Door(core, self._login, self._usage)
        self._bulk = Bulk(core, self._records, self._door)
        self._rest = Rest(core, self._records, self._usage, self._door)
        self._collections = Collections(core, self._records, self._door)
        self._pages = Pages(self._records, self._usage)

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """Signing in, the APIs, the pages."""
        return [
            Route("/services/oauth2/token", self._token, methods=["POST"]),
            Route("/services/oauth2/revoke", self._revoke, methods=["POST"]),
            *self._bulk.routes(),
            *self._collections.routes(),
            *self._rest.routes(),
            *self._pages.routes(),
        ]

    def state(self) -> Json:
        """Every record, and what was asked of the org."""
        return {
            "records": {name: self._records.all(of) for name, of in OBJECTS.items()},
            "logins": self._usage.logins(),
            "calls": self._usage.calls(),
            "limit": self._usage.limit,
        }

    async def act(self, action: str, id: str) -> Json:
        """`reset_limits`: a new day; it takes no id."""
        if id:
            raise NotHere("reset_limits takes no id: the org has one limit")
        self._usage.reset()
        return {"calls": self._usage.calls(), "limit": self._usage.limit}

    def refusal(self, status: int) -> Response:
        """A status in Salesforce's words."""
        return refusal(status)

    async def start(self) -> None:
        """Go on with closed bulk jobs."""
        await self._bulk.start()

    async def stop(self) -> None:
        """Leave them."""
        await self._bulk.stop()

    async def _token(self, request: Request) -> Response:
        fields = parse_qs((await request.body()).decode(), keep_blank_values=True)
        form = {name: values[0] for name, values in fields.items()}
        if form.get("grant_type") != "password":
            self._usage.count_login()
        ordered = self._door.by_order(request)
        if ordered:
            return ordered
        try:
            return JSONResponse(self._login.token(form, request.headers.get("authorization", "")))
        except LoginRefused as refused:
            return JSONResponse(refused.body, 400)

    async def _revoke(self, request: Request) -> Response:
        fields = parse_qs((await request.body()).decode(), keep_blank_values=True)
        self._login.revoke(fields.get("token", [""])[0])
        return Response(status_code=200)


def build(core: Core) -> Salesforce:
    """The org as it was left."""
    return Salesforce(core)
