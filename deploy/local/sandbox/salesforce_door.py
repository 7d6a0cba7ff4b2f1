"""What is done around every call of the sandbox's Salesforce: faults, the session, the daily limit, the shape of refusals."""

import re
from collections.abc import Awaitable, Callable, Iterable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.local.sandbox.core import Core
from deploy.local.sandbox.front import subject
from deploy.local.sandbox.salesforce_errors import Refused
from deploy.local.sandbox.salesforce_login import Login, Usage, limit_exceeded
from deploy.local.sandbox.salesforce_records import SERVICE
from deploy.local.sandbox.salesforce_schema import NEWEST_VERSION, OLDEST_VERSION

Call = Callable[[Request, str], Awaitable[Response]]
# refusals of whole requests that `error:REASON` can order
REQUEST_REASONS = ("REQUEST_LIMIT_EXCEEDED", "SERVER_UNAVAILABLE", "INVALID_SESSION_ID")
# the words of a bare status, for `status:CODE`
STATUSES = {
    400: ("MALFORMED_QUERY", "by order of /_faults"),
    401: ("INVALID_SESSION_ID", "Session expired or invalid"),
    403: ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
    404: ("NOT_FOUND", "The requested resource does not exist"),
    503: ("SERVER_UNAVAILABLE", "the server is temporarily unavailable"),
}


def refusal(status: int) -> Response:
    """How Salesforce words a status."""
    code, message = STATUSES.get(status, ("UNKNOWN_EXCEPTION", "An unexpected error occurred, by order of /_faults"))
    return answer(Refused(code, message, status=status))


def answer(refused: Refused) -> Response:
    """A refusal as an answer."""
    return JSONResponse(refused.of_request(), refused.status)


class Door:
    """Wraps the calls that need a session."""

    def __init__(self, core: Core, login: Login, usage: Usage) -> None:
        self._core = core
        self._login = login
        self._usage = usage

    def by_order(self, request: Request) -> Response | None:
        """The answer that `status:CODE` orders."""
        fault = self._core.faults.take(SERVICE, subject(request.scope), {"status"})
        return refusal(fault.count) if fault else None

    def routes(self, base: str, table: Iterable[tuple[str, str, Call]]) -> list[Route]:
        """The routes of (method, path below `base`, call); a slash at the end is taken too, as there."""
        return [
            Route(base + path + slash, endpoint, methods=[method])
            for method, path, endpoint in ((method, path, self.served(call)) for method, path, call in table)
            for slash in ("", "/")
        ]

    def served(self, call: Call) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint around a call, which is given the user's id; every answer says how much of the limit is used."""

        async def endpoint(request: Request) -> Response:
            response = self.by_order(request)
            if response is None:
                try:
                    user = self._admitted(request)
                    response = await call(request, user)
                except Refused as refused:
                    response = answer(refused)
            response.headers.update(self._usage.header())
            return response

        return endpoint

    def _admitted(self, request: Request) -> str:
        """Whose call it is, once it is counted. Raises `Refused`."""
        fault = self._core.faults.take(SERVICE, subject(request.scope), {"error"}, REQUEST_REASONS)
        match fault.argument if fault else None:
            case "INVALID_SESSION_ID":
                raise Refused("INVALID_SESSION_ID", "Session expired or invalid", status=401)
            case "SERVER_UNAVAILABLE":
                raise Refused("SERVER_UNAVAILABLE", "the server is temporarily unavailable", status=503)
            case "REQUEST_LIMIT_EXCEEDED":
                raise limit_exceeded()
            case _:
                pass
        user = self._login.user_of(request.headers.get("authorization", ""))
        found = re.fullmatch(r"v(\d+)\.0", request.path_params["version"])
        if found is None or not OLDEST_VERSION <= int(found[1]) <= NEWEST_VERSION:
            raise Refused("NOT_FOUND", "The requested resource does not exist", status=404)
        self._usage.count_call()
        return user
