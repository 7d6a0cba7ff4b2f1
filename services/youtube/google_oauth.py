"""Google's OAuth: the page of consent, a code for tokens, new tokens for old, giving a grant back.

Written for httpx and PyJWT, which the studio has anyway: these are three forms to post and a signature to check (adr/0011).
No error of this module holds a token, a code or what Google said beyond its error code.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import jwt

from services.kit import telemetry
from services.kit.clock import Now, utc_now
from services.kit.errors import DependencyAway
from services.youtube.errors import OAuthRefused

# uploading; captions, playlists and reading back
SCOPES = (
    "openid",
    "https://www.googleapis.com/auth/youtube.upload",
    "https://www.googleapis.com/auth/youtube.force-ssl",
)
KEYS_FRESH_S = 3600.0
# an unknown key id may be a new key, or forged: asked for once in a while only
REFETCH_KEYS_S = 10.0
# of clocks, when times in an id token are looked at
LEEWAY_S = 60
_REQUIRED = ["iss", "aud", "exp", "iat", "sub"]


class GrantEnded(Exception):
    """Google will never again accept this refresh token (`invalid_grant`)."""


@dataclass(frozen=True)
class Access:
    """An access token and until when it is good. A refresh token only where Google gave another one."""

    token: str = field(repr=False)
    expires_at: datetime
    refresh_token: str = field(default="", repr=False)


@dataclass(frozen=True)
class Grant:
    """What a user has consented to: a lasting permission, and which Google account gave it."""

    access: Access
    subject: str
    scopes: frozenset[str]

    def require_scopes(self) -> None:
        """OAuthRefused where the user has unticked something that publishing needs."""
        if missing := sorted(set(SCOPES) - self.scopes):
            raise OAuthRefused(
                "not every permission was given; connect again and leave all boxes ticked",
                "scopes_missing",
                missing=" ".join(missing),
            )


@dataclass(frozen=True)
class OAuthClient:
    """The installation's OAuth client, and where Google is."""

    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    auth_url: str
    token_url: str
    revoke_url: str
    jwks_url: str
    issuer: str


def challenge(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier (RFC 7636)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


class GoogleOAuth:
    """Google as this service speaks with it about permissions."""

    def __init__(
        self,
        client: OAuthClient,
        http: httpx.AsyncClient,
        timeout_s: float,
        now: Now = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._http = http
        self._timeout_s = timeout_s
        self._now = now
        self._monotonic = monotonic
        self._keys: dict[str, Any] = {}
        self._keys_at = float("-inf")

    def authorization_url(self, state: str, nonce: str, verifier: str) -> str:
        """The page where the user consents. Asked for consent each time, for only then a refresh token is given."""
        query = {
            "response_type": "code",
            "client_id": self._client.client_id,
            "redirect_uri": self._client.redirect_uri,
            "scope": " ".join(SCOPES),
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
            "access_type": "offline",
            "prompt": "consent",
        }
        return f"{self._client.auth_url}?{urlencode(query)}"

    async def exchange(self, code: str, verifier: str, nonce: str) -> Grant:
        """The grant behind a code, once. OAuthRefused; DependencyAway."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": verifier,
            "redirect_uri": self._client.redirect_uri,
        }
        try:
            answer = await self._token(form)
        except GrantEnded:
            raise OAuthRefused("Google no longer knows this consent; connect the channel again", "code_used") from None
        access = self._access(answer)
        if not access.refresh_token:
            raise OAuthRefused("Google gave no lasting permission; connect the channel again", "no_refresh_token")
        # RFC 6749, 5.1: what isn't named was granted as asked
        scopes = frozenset(str(answer.get("scope") or " ".join(SCOPES)).split())
        subject = await self._subject(str(answer.get("id_token") or ""), nonce)
        return Grant(access, subject, scopes)

    async def refresh(self, refresh_token: str) -> Access:
        """A new access token. GrantEnded for good; DependencyAway for anything else."""
        return self._access(await self._token({"grant_type": "refresh_token", "refresh_token": refresh_token}))

    async def revoke(self, token: str) -> None:
        """Give a grant back; one that Google doesn't know (any more) is given back already. DependencyAway."""
        answer = await self._post(self._client.revoke_url, {"token": token})
        if answer.status_code != 200 and _error_of(answer) != "invalid_token":
            raise DependencyAway("google", f"revoking answered {answer.status_code}")

    async def _token(self, form: Mapping[str, str]) -> dict[str, Any]:
        ours = {"client_id": self._client.client_id, "client_secret": self._client.client_secret}
        answer = await self._post(self._client.token_url, {**form, **ours})
        if answer.status_code == 200:
            return _object_of(answer)
        error = _error_of(answer)
        if error == "invalid_grant":
            raise GrantEnded
        if 400 <= answer.status_code < 500 and answer.status_code != 429:
            # our own client is at fault (invalid_client, redirect_uri_mismatch), which no user can mend and nobody's
            # tokens must suffer for
            telemetry.log().error("Google refuses this installation's OAuth client", error=error)
        raise DependencyAway("google", f"the token address answered {answer.status_code} {error}".rstrip())

    async def _post(self, url: str, form: Mapping[str, str]) -> httpx.Response:
        return await self._asked("POST", url, data=dict(form))

    async def _asked(self, method: str, url: str, data: dict[str, str] | None = None) -> httpx.Response:
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._http.request(method, url, data=data, headers={"Accept": "application/json"})
        except (httpx.HTTPError, TimeoutError) as error:
            raise DependencyAway("google", type(error).__name__) from None

    def _access(self, answer: Mapping[str, Any]) -> Access:
        token, lasts_s = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(lasts_s, int):
            raise DependencyAway("google", "the token address gave no token")
        return Access(token, self._now() + timedelta(seconds=lasts_s), str(answer.get("refresh_token") or ""))

    async def _subject(self, id_token: str, nonce: str) -> str:
        """Google's id of the account, from a verified id token. OAuthRefused."""
        try:
            kid = str(jwt.get_unverified_header(id_token).get("kid", ""))
            claims = jwt.decode(
                id_token,
                await self._key(kid),
                algorithms=["RS256"],
                audience=self._client.client_id,
                # Google has always signed under both spellings
                issuer=[self._client.issuer, self._client.issuer.removeprefix("https://")],
                leeway=LEEWAY_S,
                options={"require": _REQUIRED, "strict_aud": True},
            )
        except jwt.InvalidTokenError as error:
            telemetry.log().warning("an id token was refused", error=type(error).__name__)
            raise OAuthRefused("Google's answer can't be trusted; connect the channel again", "id_token") from None
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise OAuthRefused("Google's answer belongs to another consent; connect the channel again", "nonce")
        return str(claims["sub"])

    async def _key(self, kid: str) -> Any:
        """Google's public key of this id; InvalidTokenError where there is none."""
        age_s = self._monotonic() - self._keys_at
        if age_s > KEYS_FRESH_S or (kid not in self._keys and age_s > REFETCH_KEYS_S):
            await self._fetch_keys()
        if kid not in self._keys:
            raise jwt.InvalidTokenError("unknown key id")
        return self._keys[kid]

    async def _fetch_keys(self) -> None:
        answer = await self._asked("GET", self._client.jwks_url)
        if answer.status_code != 200:
            raise DependencyAway("google", f"the key address answered {answer.status_code}")
        try:
            items = [item for item in _object_of(answer)["keys"] if item.get("kty") == "RSA"]
            self._keys = {str(item["kid"]): jwt.PyJWK.from_dict(item, algorithm="RS256").key for item in items}
        except (KeyError, TypeError, AttributeError, jwt.PyJWTError) as error:
            raise DependencyAway("google", "the key address gave no key set") from error
        self._keys_at = self._monotonic()


def _object_of(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise DependencyAway("google", f"{answer.status_code} without a JSON object")
    return found


def _error_of(answer: httpx.Response) -> str:
    """Google's error code, nothing else of what it said; empty where there is none."""
    try:
        found = answer.json()
    except ValueError:
        return ""
    error = found.get("error") if isinstance(found, dict) else None
    return error if isinstance(error, str) and re.fullmatch(r"[a-z_]{1,64}", error) else ""
