"""Requests whose shape is wrong: malformed JSON, a missing, unknown or impossible value, told apart and answered.

Refusals keep their order: who hasn't signed in hears 401, and whoever asks about a project, a job, a channel or a webhook that
isn't theirs 404, before anything is said about the body.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import grpc
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from filmstudio.ai_jobs.v1 import jobs_pb2
from filmstudio.notifications.v1 import notifications_pb2
from filmstudio.projects.v1 import projects_pb2
from filmstudio.youtube.v1 import youtube_pb2
from google.protobuf.message import Message

from services.gateway import problems
from services.gateway.studio import Studio
from services.kit.errors import DependencyAway, RemoteError

# routes that need no sign-in, and one among them that does
OPEN = (
    "/verify",
    "/reset",
    "/api/v1/auth/",
    "/api/v1/unsubscribe",
    "/api/v1/youtube/oauth/",
    "/api/v1/webhooks/stripe",
)
NOT_OPEN = ("/api/v1/auth/password/change",)
_UNREADABLE = {"json_invalid"}
# pydantic's words for how it came to a value, not for where the value is
_NO_PLACE = {"function-after", "[key]"}
# a body that is no JSON object because its Content-Type says that it is none
_NOT_AN_OBJECT = {"model_attributes_type", "dict_type"}


async def answer(request: Request, error: RequestValidationError) -> JSONResponse:
    """The answer for a request whose shape is wrong."""
    studio: Studio = request.app.state.studio
    refused = request.state.sign_in_error
    if refused is not None and _needs_token(request):
        return problems.of(refused)
    found = error.errors()
    if any(item["type"] in _UNREADABLE for item in found):
        where = found[0]["loc"][-1]
        return problems.problem("MALFORMED", f"the body is not JSON: {_reason(found[0])} at character {where}")
    if any(item["type"] in _NOT_AN_OBJECT and item["loc"] == ("body",) for item in found) and not _is_json(request):
        return problems.problem("UNSUPPORTED_TYPE", "send JSON, with Content-Type: application/json")
    if (refused := await _not_there(studio, request, error.body)) is not None:
        return problems.of(refused)
    errors = [_error(item) for item in found]
    detail = errors[0]["detail"] if len(errors) == 1 else f"{len(errors)} values are not valid"
    return problems.problem("VALIDATION_FAILED", detail, {"errors": errors})


def _needs_token(request: Request) -> bool:
    """Some routes are open to everybody, and a live ticket stands for a token."""
    path = request.url.path
    return path in NOT_OPEN or not (path.startswith(OPEN) or request.query_params.get("ticket"))


def _reason(item: dict[str, Any]) -> str:
    return str(item.get("ctx", {}).get("error", "it could not be parsed")).lower()


def _is_json(request: Request) -> bool:
    subtype = request.headers.get("content-type", "").partition(";")[0].strip().partition("/")[2]
    return subtype == "json" or subtype.endswith("+json")


def _error(item: dict[str, Any]) -> dict[str, str]:
    place, *path = item["loc"]
    if place == "body":
        where = problems.pointer([part for part in path if part not in _NO_PLACE])
    else:
        where = problems.pointer([place, *path])
    message = str(item["msg"]).removeprefix("Value error, ")
    if item["type"] == "missing":
        message = "this is required" if path else "the request needs a body"
    elif item["type"] == "extra_forbidden":
        message = "this field is not known"
    return {"pointer": where, "detail": message[:1].lower() + message[1:]}


async def _not_there(studio: Studio, request: Request, body: Any) -> Exception | None:
    """NOT_FOUND where the request is about something that its user doesn't have, named in its path or its body."""
    if request.state.sign_in_error is not None:
        return None
    named = [(name, request.path_params.get(name)) for name in _ASKED]
    for path in _NAMED_IN_BODY.get(request.url.path, _ALWAYS_NAMED):
        value = body
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        named.append((path[-1], value))
    for name, value in named:
        # an id is ASCII; of another one no question can be asked
        if not isinstance(value, str) or not value.isascii():
            continue
        try:
            await _ASKED[name](studio, value)
        except RemoteError as error:
            if error.code is grpc.StatusCode.NOT_FOUND:
                return error
        except DependencyAway:
            return None
    return None


def _project(studio: Studio, project_id: str) -> Awaitable[Message]:
    return studio.clients.projects.GetProject(projects_pb2.GetProjectRequest(project_id=project_id))


def _job(studio: Studio, job_id: str) -> Awaitable[Message]:
    return studio.clients.jobs.GetJob(jobs_pb2.GetJobRequest(job_id=job_id))


def _connection(studio: Studio, connection_id: str) -> Awaitable[Message]:
    return studio.clients.youtube.GetConnection(youtube_pb2.GetConnectionRequest(connection_id=connection_id))


def _webhook(studio: Studio, webhook_id: str) -> Awaitable[Message]:
    return studio.clients.notifications.GetEndpoint(notifications_pb2.GetEndpointRequest(endpoint_id=webhook_id))


_ALWAYS_NAMED = (("project_id",),)
_NAMED_IN_BODY = {
    "/api/v1/generate/video": (("project_id",), ("publish", "connection_id")),
    "/api/v1/youtube/publications": (("job_id",), ("connection_id",)),
}
# whoever keeps what is named so says whether it is there for this user
_ASKED: Mapping[str, Callable[[Studio, str], Awaitable[Message]]] = {
    "project_id": _project,
    "job_id": _job,
    "connection_id": _connection,
    "webhook_id": _webhook,
}
