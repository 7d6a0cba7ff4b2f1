"""Where the links of our mails lead a person: an address is confirmed, a new password is set.

A link alone changes nothing, because mail programs open links by themselves: there is a button, which sends the page's own
address back.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from filmstudio.users.v1 import users_pb2

from services.gateway import pages
from services.gateway.problems import Refusal
from services.gateway.studio import TheStudio
from services.kit.errors import RemoteError

router = APIRouter(include_in_schema=False)
MAX_FORM_BYTES = 16 * 1024
_FIELD = (
    "<label>New password, 8 to 128 characters"
    "<input type=password name=password autocomplete=new-password minlength=8 maxlength=128 required></label>"
)

Token = Annotated[str, Query(max_length=512)]


@router.get("/verify")
async def ask_to_verify() -> HTMLResponse:
    """A button to confirm an e-mail address."""
    return pages.page("Is this your e-mail address?", [], form=pages.button("Yes, confirm it"))


@router.post("/verify")
async def verify(studio: TheStudio, token: Token = "") -> HTMLResponse:
    """The address is confirmed, or it is said why not."""
    try:
        answer = await studio.clients.users.VerifyEmail(users_pb2.VerifyEmailRequest(token=token))
    except Exception as failure:
        return pages.of_error("Your address is not confirmed", failure)
    return pages.page("Your address is confirmed", [f"{answer.user.email} is yours. You may close this page."])


@router.get("/reset")
async def ask_for_password() -> HTMLResponse:
    """A form for a new password."""
    return pages.page("A new password", [], form=pages.button("Set it", _FIELD))


@router.post("/reset")
async def reset(request: Request, studio: TheStudio, token: Token = "") -> HTMLResponse:
    """The password is set; or it is said why not, with the form again where another one would do."""
    try:
        password = await _password(request)
        await studio.clients.users.ResetPassword(users_pb2.ResetPasswordRequest(token=token, password=password))
    except RemoteError as refusal:
        if refusal.metadata.get("field") != "password":
            return pages.of_error("The password is not set", refusal)
        return pages.page("A new password", [f"{refusal.message.rstrip('.')}."], 422, pages.button("Set it", _FIELD))
    except Exception as failure:
        return pages.of_error("The password is not set", failure)
    await studio.gatekeeper.hear_of_floors()
    return pages.page("The password is set", ["Sign in with it now; you were signed out everywhere."])


async def _password(request: Request) -> str:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            raise Refusal("TOO_LARGE", "the form is too large")
    return parse_qs(body.decode(errors="replace"), keep_blank_values=True).get("password", [""])[0]
