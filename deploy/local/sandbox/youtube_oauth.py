"""Google's sign-in, as strict as the real one: the consent page, the token and revocation endpoints, the keys.

Sources: developers.google.com/identity/protocols/oauth2/web-server and /openid-connect; RFC 6749, 7636, 7009, 9207. One
client is registered: GOOGLE_CLIENT_ID with GOOGLE_CLIENT_SECRET, and one redirect address,
{FILMSTUDIO_URL}/api/v1/youtube/oauth/callback. PKCE with S256 is required, which at Google it is not: ours always sends it.
"""

import asyncio
import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from deploy.local.sandbox.browser import visit
from deploy.local.sandbox.core import Core, Json, Refused
from deploy.local.sandbox.pages import form, page
from deploy.local.sandbox.youtube_channels import Channels
from deploy.local.sandbox.youtube_contract import contract
from deploy.local.sandbox.youtube_errors import OAUTH_REASONS, OAuthError
from deploy.local.sandbox.youtube_tokens import SERVICE, Tokens

CALLBACK = "/api/v1/youtube/oauth/callback"
# scopes of signing in, besides those of the API
OPENID_SCOPES = {
    "openid": "Know who you are on Google",
    "email": "See your e-mail address",
    "profile": "See your name and picture",
    "https://www.googleapis.com/auth/userinfo.email": "See your e-mail address",
    "https://www.googleapis.com/auth/userinfo.profile": "See your name and picture",
}
API_SCOPES = {
    "https://www.googleapis.com/auth/youtube": "Manage your YouTube account",
    "https://www.googleapis.com/auth/youtube.upload": "Manage your YouTube videos",
    "https://www.googleapis.com/auth/youtube.readonly": "View your YouTube account",
    "https://www.googleapis.com/auth/youtube.force-ssl": "See, edit and permanently delete your videos and captions",
    "https://www.googleapis.com/auth/youtubepartner": "View and manage your assets on YouTube",
}
DEFAULT_ACCOUNT = "person@example.com"
PENDING = "authorization"
S256 = re.compile(r"[A-Za-z0-9_-]{43}")


class BadAuthorization(Exception):
    """An authorization request that Google answers with a page of its own, never with a redirect."""

    def __init__(self, status: int, error: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.error, self.detail = status, error, detail


class OAuth:
    """The endpoints of accounts.google.com and oauth2.googleapis.com."""

    def __init__(self, core: Core, tokens: Tokens, channels: Channels) -> None:
        self._core = core
        self._tokens = tokens
        self._channels = channels
        self._client = (core.environ.get("GOOGLE_CLIENT_ID", ""), core.environ.get("GOOGLE_CLIENT_SECRET", ""))
        self._redirect = core.environ.get("FILMSTUDIO_URL", "").rstrip("/") + CALLBACK

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """Their paths."""
        return [
            Route("/o/oauth2/v2/auth", self._asked),
            Route("/o/oauth2/v2/consent", self._decided, methods=["POST"]),
            Route("/token", self._token, methods=["POST"]),
            Route("/revoke", self._revoke, methods=["POST"]),
            Route("/oauth2/v3/certs", self._certs),
        ]

    async def consent(self, id: str) -> Json:
        """Allow what a page asks: the state of one that was opened, or the whole address of one that wasn't yet.

        `#deny` after it refuses, `#channel=2` takes the second channel. The redirect is followed as a browser does;
        {redirect, status, location}: where it went, what was answered, and where that answer sends the browser next.
        """
        id, _, choice = id.partition("#")
        chosen = dict(parse_qsl(choice, keep_blank_values=True))
        if not id or not set(chosen) <= {"deny", "channel"}:
            raise Refused("id: the state of an authorization page, or its address; then #deny or #channel=2, if wanted")
        if id.startswith(("http://", "https://")):
            try:
                pending = self._open(dict(parse_qsl(urlsplit(id).query)))
            except BadAuthorization as error:
                raise Refused(f"{error.error}: {error.detail}", error.status) from None
        else:
            found = self._core.store.list(SERVICE, PENDING, {"state": id})
            if not found:
                raise Refused(f"no authorization page with state {id!r} was opened; give its whole address", 404)
            pending = found[-1]
        channels = self._channels.of(pending["account"])
        number = int(chosen["channel"]) if chosen.get("channel", "").isdecimal() else 1
        if not 1 <= number <= len(channels):
            raise Refused(f"channel is from 1 to {len(channels)}")
        target = self._redirected(pending, "" if "deny" in chosen else channels[number - 1]["id"])
        status, location = await asyncio.to_thread(visit, target)
        return {"redirect": target, "status": status, "location": location}

    async def _asked(self, request: Request) -> Response:
        try:
            pending = self._open(request.query_params)
        except BadAuthorization as error:
            return page("youtube_bad_consent.html", error.status, error=error.error, detail=error.detail)
        scopes = [(OPENID_SCOPES | API_SCOPES).get(scope, scope) for scope in pending["scope"].split()]
        channels = self._channels.of(pending["account"])
        return page("youtube_consent.html", pending=pending, scopes=scopes, channels=channels)

    async def _decided(self, request: Request) -> Response:
        fields = await form(request)
        pending = self._core.store.get(SERVICE, PENDING, fields.get("authorization", ""))
        if pending is None:
            raise Refused("this consent page was answered already; open a new one", 404)
        channel_id = fields.get("channel", "") if fields.get("decision") == "allow" else ""
        if channel_id and channel_id not in {channel["id"] for channel in self._channels.of(pending["account"])}:
            raise Refused("no such channel")
        return RedirectResponse(self._redirected(pending, channel_id), 302)

    async def _token(self, request: Request) -> Response:
        try:
            self._fail_by_order("POST /token")
            fields = await self._from_client(request)
            match fields.get("grant_type", ""):
                case "authorization_code":
                    for name in ("code", "redirect_uri", "code_verifier"):
                        if not fields.get(name):
                            raise OAuthError("invalid_request", f"Missing required parameter: {name}")
                    answer = self._tokens.redeem(fields["code"], fields["redirect_uri"], fields["code_verifier"])
                case "refresh_token":
                    if not fields.get("refresh_token"):
                        raise OAuthError("invalid_request", "Missing required parameter: refresh_token")
                    answer = self._tokens.refresh(fields["refresh_token"], fields.get("scope", ""))
                case _:
                    raise OAuthError("unsupported_grant_type")
        except OAuthError as error:
            return error.response()
        return JSONResponse(answer, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})

    async def _revoke(self, request: Request) -> Response:
        try:
            self._fail_by_order("POST /revoke")
            fields = await form(request)
            self._tokens.revoke(fields.get("token", request.query_params.get("token", "")))
        except OAuthError as error:
            return error.response()
        return JSONResponse({})

    async def _certs(self, _request: Request) -> Response:
        return JSONResponse(self._tokens.jwks(), headers={"Cache-Control": "public, max-age=3600"})

    def _open(self, asked: Mapping[str, str]) -> Json:
        """An authorization request, checked and kept until it is answered."""
        if not self._client[0] or asked.get("client_id") != self._client[0]:
            raise BadAuthorization(401, "invalid_client", "The OAuth client was not found.")
        if asked.get("redirect_uri") != self._redirect:
            raise BadAuthorization(
                400, "redirect_uri_mismatch", f"Registered is {self._redirect}, asked {asked.get('redirect_uri')}."
            )
        if asked.get("response_type") != "code":
            raise BadAuthorization(400, "unsupported_response_type", "response_type has to be code.")
        if asked.get("code_challenge_method") != "S256" or not S256.fullmatch(asked.get("code_challenge", "")):
            raise BadAuthorization(400, "invalid_request", "PKCE is required: code_challenge with S256.")
        scopes = asked.get("scope", "").split()
        known = set(OPENID_SCOPES) | set().union(*(method.scopes for method in contract().methods.values()))
        if not scopes or not set(scopes) <= known:
            raise BadAuthorization(400, "invalid_scope", f"Unknown: {' '.join(sorted(set(scopes) - known)) or 'none'}")
        if asked.get("access_type", "online") not in ("online", "offline"):
            raise BadAuthorization(400, "invalid_request", "access_type is online or offline.")
        pending: dict[str, Any] = {
            "id": self._core.token(16),
            "account": asked.get("login_hint") or DEFAULT_ACCOUNT,
            "client_id": asked["client_id"],
            "redirect_uri": asked["redirect_uri"],
            "scope": " ".join(scopes),
            "state": asked.get("state", ""),
            "nonce": asked.get("nonce", ""),
            "code_challenge": asked["code_challenge"],
            "access_type": asked.get("access_type", "online"),
            "prompt": asked.get("prompt", ""),
        }
        self._core.store.put(SERVICE, PENDING, pending["id"], pending)
        return pending

    def _redirected(self, pending: Json, channel_id: str) -> str:
        """Where the browser goes after the page: with a code for this channel, or with a refusal."""
        self._core.store.delete(SERVICE, PENDING, pending["id"])
        if channel_id:
            code = self._tokens.issue_code(pending, pending["account"], channel_id)
            answer = {"code": code, "scope": pending["scope"]}
        else:
            answer = {"error": "access_denied"}
        if pending["state"]:
            answer = {"state": pending["state"]} | answer
        return f"{pending['redirect_uri']}?{urlencode({'iss': f'{self._core.url}/youtube'} | answer)}"

    async def _from_client(self, request: Request) -> dict[str, str]:
        """The fields of a token request from the one client that is registered."""
        fields = await form(request)
        given = (fields.get("client_id", ""), fields.get("client_secret", ""))
        scheme, _, basic = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            try:
                name, _, secret = base64.b64decode(basic).decode().partition(":")
            except (binascii.Error, UnicodeDecodeError):
                raise OAuthError("invalid_client") from None
            given = (unquote(name), unquote(secret))
        if not all(self._client) or given != self._client:
            raise OAuthError("invalid_client")
        return fields

    def _fail_by_order(self, subject: str) -> None:
        fault = self._core.faults.take(SERVICE, subject, {"error"}, OAUTH_REASONS)
        if fault:
            raise OAuthError(fault.argument)
