"""One's own profile."""

from __future__ import annotations

from fastapi import APIRouter, Response
from filmstudio.users.v1 import users_pb2

from services.gateway import convert
from services.gateway.routes.auth import forget_cookie
from services.gateway.routes.common import IfMatch, SignedIn, set_etag
from services.gateway.schemas import users as shapes
from services.gateway.studio import TheStudio

router = APIRouter(prefix="/api/v1/me", tags=["profile"])


@router.get("")
async def get_me(_person: SignedIn, response: Response, studio: TheStudio) -> shapes.User:
    """Who I am."""
    answer = await studio.clients.users.GetUser(users_pb2.GetUserRequest())
    set_etag(response, answer.user.etag)
    return convert.user(answer.user)


@router.patch("")
async def update_me(
    _person: SignedIn, body: shapes.Profile, response: Response, studio: TheStudio, if_match: IfMatch
) -> shapes.User:
    """Change my name, or the language of mails to me."""
    change = users_pb2.UpdateUserRequest(name=body.name, language=body.language, if_match=if_match)
    answer = await studio.clients.users.UpdateUser(change)
    set_etag(response, answer.user.etag)
    return convert.user(answer.user)


@router.delete("", status_code=204)
async def delete_me(_person: SignedIn, response: Response, studio: TheStudio, if_match: IfMatch) -> None:
    """Delete my account and everything personal, for good. 409 `LAST_ADMIN` for the last administrator."""
    await studio.clients.users.DeleteUser(users_pb2.DeleteUserRequest(if_match=if_match))
    await studio.gatekeeper.hear_of_floors()
    forget_cookie(response, studio)
