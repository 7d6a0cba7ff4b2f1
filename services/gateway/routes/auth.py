"""Sign-in: register, login, refresh, logout, and the public keys.

The refresh token goes to browsers in a cookie that scripts can't read and that only these routes get; a client that
says `X-Client: cli` gets it in the body instead. What came by cookie never leaves in a body.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Cookie, Header, Query, Request, Response
from filmstudio.users.v1 import users_pb2

from services.gateway import convert
from services.gateway.auth import unauthenticated
from services.gateway.problems import Refusal
from services.gateway.schemas import users as shapes
from services.gateway.studio import Studio, TheStudio

COOKIE = "fs_refresh"
COOKIE_PATH = "/api/v1/auth"

router = APIRouter(prefix="/api/v1/auth", tags=["sign-in"])
keys_router = APIRouter(tags=["sign-in"])

Client = Annotated[str, Header(alias="X-Client", description="cli: the refresh token comes in the body")]
RefreshCookie = Annotated[str | None, Cookie(alias=COOKIE, description="set by register, login and refresh")]


@router.post("/register", status_code=201, response_model_exclude_none=True)
async def register(
    body: shapes.Register, response: Response, studio: TheStudio, x_client: Client = ""
) -> shapes.Session:
    """Open an account; it is signed in at once."""
    request = users_pb2.RegisterRequest(email=body.email, password=body.password, name=body.name or "")
    answer = await studio.clients.users.Register(request)
    return _session(answer.session, response, studio, in_body=x_client == "cli")


@router.post("/login", response_model_exclude_none=True)
async def login(body: shapes.Login, response: Response, studio: TheStudio, x_client: Client = "") -> shapes.Session:
    """Sign in."""
    answer = await studio.clients.users.Login(users_pb2.LoginRequest(email=body.email, password=body.password))
    return _session(answer.session, response, studio, in_body=x_client == "cli")


@router.post("/refresh", response_model_exclude_none=True)
async def refresh(
    request: Request,
    response: Response,
    studio: TheStudio,
    body: shapes.Refresh | None = None,
    cookie: RefreshCookie = None,
    x_client: Client = "",
) -> shapes.Session:
    """A new access token for a refresh token, which is replaced: one used twice ends its whole family."""
    token = refresh_token(request, studio, body.refresh_token if body else None, cookie)
    if not token:
        raise unauthenticated("there is no refresh token; sign in")
    answer = await studio.clients.users.Refresh(users_pb2.RefreshRequest(refresh_token=token))
    by_body = body is not None and body.refresh_token is not None
    return _session(answer.session, response, studio, in_body=by_body and x_client == "cli")


@router.post("/logout", status_code=204)
async def logout(
    request: Request,
    response: Response,
    studio: TheStudio,
    body: shapes.Refresh | None = None,
    cookie: RefreshCookie = None,
    everywhere: Annotated[bool, Query(alias="all", description="end all of the user's sessions")] = False,
) -> None:
    """End this session, or all of them."""
    token = refresh_token(request, studio, body.refresh_token if body else None, cookie)
    await studio.clients.users.Logout(users_pb2.LogoutRequest(refresh_token=token, all=everywhere))
    forget_cookie(response, studio)


@keys_router.get("/.well-known/jwks.json", responses={200: {"description": "a JWK set, RFC 7517"}})
async def jwks(studio: TheStudio) -> Response:
    """The public keys that access tokens are signed with."""
    content = await studio.gatekeeper.jwks()
    return Response(content, media_type="application/jwk-set+json", headers={"Cache-Control": "public, max-age=30"})


def forget_cookie(response: Response, studio: Studio) -> None:
    """Have the browser forget the refresh token."""
    response.delete_cookie(COOKIE, path=COOKIE_PATH, secure=studio.settings.secure, httponly=True, samesite="strict")


def refresh_token(request: Request, studio: Studio, in_body: str | None, cookie: str | None) -> str:
    """The refresh token of a request; Refusal (403) where a foreign page makes a browser send its cookie."""
    if in_body is not None:
        return in_body
    origin = request.headers.get("origin")
    if cookie and origin is not None and origin not in studio.settings.origins:
        raise Refusal("FORBIDDEN", "this origin may not use the cookie")
    return cookie or ""


def _session(message: users_pb2.Session, response: Response, studio: Studio, *, in_body: bool) -> shapes.Session:
    session = shapes.Session(
        user=convert.user(message.user), access_token=message.access_token, expires_in=message.expires_in
    )
    if in_body:
        session.refresh_token = message.refresh_token
    else:
        response.set_cookie(
            COOKIE,
            message.refresh_token,
            expires=convert.moment(message.refresh_expire_time),
            path=COOKIE_PATH,
            secure=studio.settings.secure,
            httponly=True,
            samesite="strict",
        )
    return session
