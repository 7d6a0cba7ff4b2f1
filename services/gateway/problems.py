"""Problems: every refusal and failure as RFC 9457 problem+json with `code`, `trace_id` and `errors[]`.

A reason of the services' vocabulary becomes a status here and nowhere else. What nobody named becomes a bland 500.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import grpc
from fastapi.responses import JSONResponse

from services.kit import telemetry
from services.kit.errors import DependencyAway, DomainError, RemoteError

MEDIA_TYPE = "application/problem+json"

# code → status and title
PROBLEMS: dict[str, tuple[int, str]] = {
    "MALFORMED": (400, "The request could not be read"),
    "SIGNATURE_INVALID": (400, "The signature does not fit the message"),
    "OAUTH_STATE_INVALID": (400, "This connection was not begun here, or too long ago"),
    "OAUTH_REFUSED": (400, "The channel was not connected"),
    "UNAUTHENTICATED": (401, "Sign in first"),
    "INSUFFICIENT_CREDITS": (402, "Not enough credits"),
    "FORBIDDEN": (403, "Not allowed"),
    "SUSPENDED": (403, "This account is suspended"),
    "PLAN_LIMIT": (403, "Beyond your plan"),
    "ENDPOINT_LIMIT": (403, "No more webhook endpoints"),
    "NOT_FOUND": (404, "Not found"),
    "METHOD_NOT_ALLOWED": (405, "This method is not offered here"),
    "EMAIL_TAKEN": (409, "There is an account with this e-mail address"),
    "NAME_TAKEN": (409, "The cast has somebody of that name"),
    "JOB_ENDED": (409, "The job has ended"),
    "JOB_STATE": (409, "The job's status does not allow this"),
    "JOB_ALREADY_RUNNING": (409, "A job of this kind is running for the project"),
    "QUOTE_STALE": (409, "The quote no longer holds"),
    "IDEMPOTENCY_IN_FLIGHT": (409, "The first request with this key is still being served"),
    "UPLOAD_MISSING": (409, "Nothing has been uploaded yet"),
    "ALREADY_SUBSCRIBED": (409, "There is a subscription already"),
    "CHECKOUT_CLOSED": (409, "This order's page is paid or has lapsed"),
    "NO_CUSTOMER": (409, "Nothing has been bought yet"),
    "RECONNECT_NEEDED": (409, "The channel has to be connected again"),
    "PUBLICATION_STATE": (409, "The publication's status does not allow this"),
    "ENDPOINT_STATE": (409, "The webhook is paused or disabled"),
    "LAST_ADMIN": (409, "The last administrator can't go"),
    "REPLAY_FAILED": (409, "The message failed again"),
    "ETAG_MISMATCH": (412, "It has changed since you read it"),
    "TOO_LARGE": (413, "Too large"),
    "UNSUPPORTED_TYPE": (415, "This type is not supported"),
    "VALIDATION_FAILED": (422, "A value is not valid"),
    "IDEMPOTENCY_KEY_REUSED": (422, "This key was used with another request"),
    "ASSET_MISMATCH": (422, "The uploaded file is not what was announced"),
    "SCRIPT_MISSING": (422, "The project has no script"),
    "SCRIPT_UNREADABLE": (422, "The script could not be read"),
    "SCRIPT_TOO_LONG": (422, "The script is too long"),
    "LANGUAGE_UNSUPPORTED": (422, "This language is not supported"),
    "TOKEN_INVALID": (422, "This link has been used, has expired or is unknown"),
    "URL_FORBIDDEN": (422, "This address can't be called"),
    "RATE_LIMITED": (429, "Too many requests"),
    "PAYMENT_PROVIDER_REFUSED": (502, "The payment provider refused"),
    "INTERNAL": (500, "Something went wrong on our side"),
    "DEPENDENCY_AWAY": (503, "A part of the studio is away"),
    "BILLING_NOT_CONFIGURED": (503, "This studio takes no payments"),
    "YOUTUBE_NOT_CONFIGURED": (503, "This studio does not publish on YouTube"),
    "YOUTUBE_QUOTA": (503, "YouTube answers nothing more to this studio today"),
    "CRM_NOT_CONFIGURED": (503, "This studio has no customer file"),
}
_BY_GRPC_CODE = {
    grpc.StatusCode.INVALID_ARGUMENT: "VALIDATION_FAILED",
    grpc.StatusCode.OUT_OF_RANGE: "VALIDATION_FAILED",
    grpc.StatusCode.NOT_FOUND: "NOT_FOUND",
    grpc.StatusCode.UNAUTHENTICATED: "UNAUTHENTICATED",
    grpc.StatusCode.PERMISSION_DENIED: "FORBIDDEN",
    grpc.StatusCode.FAILED_PRECONDITION: "JOB_STATE",
    grpc.StatusCode.RESOURCE_EXHAUSTED: "RATE_LIMITED",
}
# A caller of ours that another service turns away is our fault, never the user's.
_OURS = {"SERVICE_UNKNOWN", "CALLER_NOT_ALLOWED", "INTERNAL"}
_BY_HTTP_STATUS = {
    400: "MALFORMED",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "TOO_LARGE",
    415: "UNSUPPORTED_TYPE",
}
# seconds after which it is worth while to ask again; what is not configured doesn't heal by itself
_RETRY_AFTER_S = {"DEPENDENCY_AWAY": 2, "IDEMPOTENCY_IN_FLIGHT": 1}
# what travels as text between services and is a number, or a list, outside
_NUMBERS = ("needed", "available", "allowed", "_seconds", "_bytes")
_LISTS = {"supported"}
# a problem's `status` is the answer's own
_RENAMED = {"status": "job_status"}
_IN_QUERY = {"page_size", "page_token"}


class Refusal(Exception):
    """A refusal of the gateway's own. `members` become members of the problem; `headers` go with the answer."""

    def __init__(self, code: str, detail: str, *, headers: Mapping[str, str] | None = None, **members: object) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members


def invalid(pointer: str, detail: str) -> Refusal:
    """422 VALIDATION_FAILED about one place of the body ("/options/duration_s"), a query parameter or a header."""
    return Refusal("VALIDATION_FAILED", detail, errors=[{"pointer": pointer, "detail": detail}])


@contextmanager
def fields(names: Mapping[str, str] | None = None, within: str = "") -> Iterator[None]:
    """Places in a request that a service names in its own words, named as in the body it came from; `within`: a part of that."""
    try:
        yield
    except RemoteError as error:
        if field := error.metadata.get("field"):
            named = (names or {}).get(field, field)
            error.metadata["field"] = f"{within}.{named}" if within else named
        raise


def problem(
    code: str, detail: str, members: Mapping[str, object] | None = None, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The answer for a code of the vocabulary."""
    status, title = PROBLEMS[code]
    # the members of RFC 9457 go last: nobody's own replace them
    content: dict[str, object] = {
        **(members or {}),
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "trace_id": telemetry.current_trace_id(),
    }
    extra = dict(headers or {})
    if (retry_after := _RETRY_AFTER_S.get(code)) is not None:
        extra.setdefault("Retry-After", str(retry_after))
    if status == 401:
        extra.setdefault("WWW-Authenticate", "Bearer")
    return JSONResponse(content, status, headers=extra, media_type=MEDIA_TYPE)


def of_reason(code: grpc.StatusCode, reason: str, message: str, metadata: Mapping[str, str]) -> JSONResponse:
    """The answer for what a service refused."""
    known = reason if reason in PROBLEMS else _BY_GRPC_CODE.get(code)
    if reason in _OURS or known is None:
        telemetry.log().error("a service failed", reason=reason, code=code.name, message=message)
        return problem("INTERNAL", "the error has been logged; quote the trace_id when you report it")
    members: dict[str, Any] = {
        _RENAMED.get(key, key): _value(key, value) for key, value in metadata.items() if key != "field"
    }
    if field := metadata.get("field"):
        place = ["query", field] if field in _IN_QUERY else field.split(".")
        members["errors"] = [{"pointer": pointer(place), "detail": message}]
    return problem(known, message, members)


def _value(key: str, value: str) -> object:
    if key in _LISTS:
        return [item for item in value.split(",") if item]
    if key.endswith(_NUMBERS):
        try:
            number = float(value)
        except ValueError:
            return value
        return int(number) if number.is_integer() else number
    return value


def of(error: Exception) -> JSONResponse:
    """The answer for any error; one that nobody named is logged and stays ours."""
    match error:
        case Refusal():
            return problem(error.code, error.detail, error.members, error.headers)
        case RemoteError() | DomainError():
            return of_reason(error.code, error.reason, error.message, error.metadata)
        case DependencyAway():
            detail = f"{error.dependency} does not answer just now; try again in a moment"
            return problem("DEPENDENCY_AWAY", detail, {"dependency": error.dependency})
        case _:
            telemetry.log().error("a request failed", exc_info=error)
            return problem("INTERNAL", "the error has been logged; quote the trace_id when you report it")


def of_status(status: int, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The answer for a status that the framework has chosen (an unknown path, a method not offered)."""
    code = _BY_HTTP_STATUS.get(status, "INTERNAL" if status >= 500 else "MALFORMED")
    return problem(code, detail, headers=headers)


def pointer(path: Sequence[str | int]) -> str:
    """A JSON pointer (RFC 6901)."""
    text = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)
    # a field's name may hold half of a surrogate pair
    return text.encode(errors="replace").decode()
