"""What routes share: who is signed in, pages, ETags, idempotency keys."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import Depends, Header, Query, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from services.gateway.auth import Person
from services.gateway.problems import Refusal, invalid
from services.kit.ids import new_id

MAX_KEY_CHARS = 200
_bearer = HTTPBearer(auto_error=False, bearerFormat="JWT", description="an access token, from login or refresh")


def _signed_in(
    request: Request, _documented: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Person:
    if request.state.sign_in_error is not None:
        raise request.state.sign_in_error
    person: Person = request.state.person
    return person


SignedIn = Annotated[Person, Depends(_signed_in)]


def _admin(person: SignedIn) -> Person:
    if not person.admin:
        raise Refusal("FORBIDDEN", "administrators only")
    return person


Admin = Annotated[Person, Depends(_admin)]


def query_text(name: str, value: str) -> str:
    """A query parameter that goes to a database: U+0000 can't be kept there, so nothing matches it."""
    if "\x00" in value:
        raise invalid(f"/query/{name}", "the character U+0000 is not allowed")
    return value


class Paging:
    """`page_size` (20, at most 100) and `page_token`."""

    def __init__(
        self,
        page_size: Annotated[int, Query(ge=1, le=100)] = 20,
        page_token: Annotated[str, Query(max_length=500, description="of the answer before")] = "",
    ) -> None:
        self.size = page_size
        self.token = query_text("page_token", page_token)


Pages = Annotated[Paging, Depends()]


def _if_match(
    if_match: Annotated[str, Header(max_length=200, description="the ETag you read; absent: last write wins")] = "",
) -> str:
    # what a proxy has compressed it may have marked as weak; the version is the same
    return if_match.strip().removeprefix("W/")


IfMatch = Annotated[str, Depends(_if_match)]


def set_etag(response: Response, etag: object) -> None:
    """Tell the resource's version, in quotes whether or not its service gives them."""
    response.headers["ETag"] = '"' + str(etag).strip('"') + '"'


def _request_id(
    request: Request,
    idempotency_key: Annotated[
        str, Header(max_length=200, description="same key and body → same status and id, for 30 days")
    ] = "",
) -> str:
    if not idempotency_key:
        return str(new_id())
    if not idempotency_key.isascii() or not idempotency_key.isprintable():
        raise invalid("/header/Idempotency-Key", "printable ASCII only")
    # scoped to method and path here, to the user by the service that keeps it
    key = f"{request.method} {request.url.path.removeprefix('/api/v1')} {idempotency_key}"
    # services keep 255 characters, of which some put their own before it
    return key if len(key) <= MAX_KEY_CHARS else f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"


RequestId = Annotated[str, Depends(_request_id)]
