"""The Data API's front door: who calls, whether the request keeps the contract, what it costs; then the method itself."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from deploy.local.sandbox.core import Core, Json
from deploy.local.sandbox.front import subject
from deploy.local.sandbox.youtube_contract import Method, contract
from deploy.local.sandbox.youtube_errors import API_REASONS, GoogleError
from deploy.local.sandbox.youtube_fields import cut_to
from deploy.local.sandbox.youtube_quota import Quota
from deploy.local.sandbox.youtube_tokens import SERVICE, Tokens

MAX_JSON_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Media:
    """Bytes that were uploaded with a call, in a file of the store."""

    file: Path
    content_type: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Call:
    """A request that has passed the door."""

    method: Method
    channel_id: str
    """The channel that the caller's token opens."""
    parameters: Mapping[str, list[str]]
    body: Json
    now: datetime
    media: Media | None = None
    locked: bool = False
    """What is made stays private: the `private_lock` fault, as for projects that YouTube has not audited."""

    @property
    def parts(self) -> list[str]:
        """The parts asked for."""
        return self.parameters.get("part", [])

    def parameter(self, name: str, default: str = "") -> str:
        """A parameter that is given once."""
        return self.parameters.get(name, [default])[0]

    def only_one_of(self, *filters: str) -> str:
        """Which of these filters is given. GoogleError when none is, or more than one."""
        given = [name for name in filters if name in self.parameters]
        if not given:
            wanted = ", ".join(filters)
            raise GoogleError(
                "missingRequiredParameter", f"No filter selected. Expected one of: {wanted}", "parameters."
            )
        if len(given) > 1:
            raise GoogleError("incompatibleParameters", f"Incompatible parameters specified in the request: {given}")
        return given[0]

    def shown(self, resource: Json) -> Json:
        """A resource cut to the parts asked for."""
        kept = {name: value for name, value in resource.items() if name in ("kind", "id") or name in self.parts}
        return {"kind": kept.pop("kind"), "etag": _etag(resource)} | kept

    def listed(self, kind: str, resources: Sequence[Json]) -> Json:
        """A page of resources, as `maxResults` and `pageToken` ask."""
        default = self.method.parameters.get("maxResults", {}).get("default", "50")
        size = int(self.parameter("maxResults", default)) or int(default)
        start = _position(self.parameter("pageToken")) if "pageToken" in self.parameters else 0
        page: Json = {"kind": kind, "etag": _etag(list(resources))}
        if start + size < len(resources):
            page["nextPageToken"] = _token(start + size)
        if start:
            page["prevPageToken"] = _token(max(0, start - size))
        return page | {
            "pageInfo": {"totalResults": len(resources), "resultsPerPage": size},
            "items": [self.shown(resource) for resource in resources[start : start + size]],
        }


Handler = Callable[[Call], Json | None]


class Door:
    """Checks that every request passes, uploads included."""

    def __init__(self, core: Core, tokens: Tokens, quota: Quota) -> None:
        self._core = core
        self._tokens = tokens
        self._quota = quota

    def fail_by_order(self, request: Request) -> None:
        """Raise the GoogleError that `/_faults` has ordered, if it has."""
        fault = self._core.faults.take(SERVICE, subject(request.scope), {"error"}, API_REASONS)
        if fault:
            raise GoogleError(fault.argument)

    def admit(self, request: Request, id: str, body: object = None) -> Call:
        """The call of method `id`. GoogleError where it is refused; what is admitted is counted in the quota."""
        method = contract().methods[id]
        channel_id = self.channel(request, method)
        parameters = contract().parameters(method, request.query_params.multi_items())
        checked = contract().body(method, body, parameters.get("part", [])) if method.request else {}
        call = Call(method, channel_id, parameters, checked, self._core.now())
        self._quota.spend(id, channel_id, call.now)
        return call

    def channel(self, request: Request, method: Method) -> str:
        """The channel that the request's access token opens. GoogleError 401 or 403."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        opened = self._tokens.opened_by(token.strip()) if scheme.lower() == "bearer" else None
        if opened is None:
            raise GoogleError("authError", location="Authorization", location_type="header")
        if not method.scopes & set(opened["scope"].split()):
            raise GoogleError("insufficientPermissions")
        return str(opened["channel_id"])


class Methods:
    """The methods without an upload."""

    def __init__(self, door: Door, handlers: Mapping[str, Handler]) -> None:
        self._door = door
        self._handlers = handlers
        self._ids = {(method.http_method, method.path): id for id, method in contract().methods.items()}

    async def serve(self, request: Request) -> Response:
        """The answer to a request under `/api/`."""
        try:
            self._door.fail_by_order(request)
            id = self._ids.get((request.method, request.path_params["path"]))
            if id is None:
                raise GoogleError("notFound")
            method = contract().methods[id]
            call = self._door.admit(request, id, await read_json(request) if method.request else None)
            if id not in self._handlers:
                # what can be called without the bytes it is about: a client that took the wrong address
                raise GoogleError("mediaBodyRequired") if method.media else GoogleError("notImplemented")
            return answer(call, self._handlers[id](call))
        except GoogleError as error:
            return error.response()


def answer(call: Call, resource: Json | None) -> Response:
    """200 with the resource, cut to `fields`; 204 where there is none."""
    if resource is None:
        return Response(status_code=204)
    fields = call.parameter("fields")
    return JSONResponse(cut_to(resource, fields) if fields else resource)


async def read_json(request: Request) -> object:
    """The body as JSON. GoogleError for anything else."""
    if int(request.headers.get("content-length", "0")) > MAX_JSON_BYTES:
        raise GoogleError("uploadTooLarge")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise GoogleError("badContent", f"Unsupported content with type: {kind}")
    return parsed(await request.body())


def parsed(text: bytes) -> object:
    """JSON from these bytes. GoogleError where it is none."""
    try:
        return json.loads(text)
    except ValueError:
        raise GoogleError("invalid", "Invalid JSON payload received. Unexpected token.") from None


def _etag(resource: Any) -> str:
    return hashlib.sha1(json.dumps(resource, sort_keys=True).encode(), usedforsecurity=False).hexdigest()[:27]


def _token(position: int) -> str:
    return base64.urlsafe_b64encode(f"at:{position}".encode()).decode()


def _position(token: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(token).decode().removeprefix("at:"))
    except ValueError:
        raise GoogleError("invalidPageToken", location="pageToken") from None
