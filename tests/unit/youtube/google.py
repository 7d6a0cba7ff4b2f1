"""A Google of the tests' own hands: its token, revocation and key addresses, answering what a test has told it to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import httpx
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from services.youtube.google_oauth import SCOPES, GoogleOAuth, OAuthClient

CLIENT = OAuthClient(
    client_id="studio.apps.example",
    client_secret="canary-client-secret",
    redirect_uri="https://studio.example/api/v1/youtube/oauth/callback",
    auth_url="https://google.example/auth",
    token_url="https://google.example/token",
    revoke_url="https://google.example/revoke",
    jwks_url="https://google.example/certs",
    issuer="https://google.example",
)
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def jwk(kid: str, key: rsa.RSAPrivateKey = KEY) -> dict[str, Any]:
    return {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, "alg": "RS256", "use": "sig"}


def this_second() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@dataclass
class FakeGoogle:
    """Answers at CLIENT's addresses; `asked` remembers each path with its form."""

    # PyJWT looks at the real clock, so an id token is of the second in which a test begins
    now: datetime = field(default_factory=this_second)
    nonce: str = "the-nonce"
    # instead of an id token's own; a timedelta is a time from `now`, None leaves the claim out
    claims: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, Any] = field(default_factory=dict)
    keys: list[dict[str, Any]] = field(default_factory=lambda: [jwk("k1")])
    token_error: tuple[int, str] | None = None
    revoke_error: tuple[int, str] | None = None
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    sign: Callable[[dict[str, Any]], str] = lambda claims: jwt.encode(claims, KEY, "RS256", headers={"kid": "k1"})
    at: float = 0.0

    def oauth(self) -> GoogleOAuth:
        http = httpx.AsyncClient(transport=httpx.MockTransport(self._serve))
        return GoogleOAuth(CLIENT, http, timeout_s=5, now=lambda: self.now, monotonic=lambda: self.at)

    def forms(self, path: str) -> list[dict[str, str]]:
        return [form for asked, form in self.asked if asked == path]

    def id_token(self) -> str:
        claims = {
            "iss": CLIENT.issuer,
            "aud": CLIENT.client_id,
            "sub": "1234",
            "nonce": self.nonce,
            "iat": timedelta(0),
            "exp": timedelta(hours=1),
        }
        said = {key: value for key, value in {**claims, **self.claims}.items() if value is not None}
        return self.sign({key: self.now + at if isinstance(at, timedelta) else at for key, at in said.items()})

    def _serve(self, request: httpx.Request) -> httpx.Response:
        self.asked.append((request.url.path, dict(parse_qsl(request.content.decode()))))
        match request.url.path:
            case "/certs":
                return httpx.Response(200, json={"keys": self.keys})
            case "/token":
                return _refused(self.token_error) or httpx.Response(200, json=self._tokens())
            case "/revoke":
                return _refused(self.revoke_error) or httpx.Response(200, json={})
        return httpx.Response(404)

    def _tokens(self) -> dict[str, Any]:
        tokens = {
            "access_token": "ya29.canary-access",
            "refresh_token": "1//canary-refresh",
            "expires_in": 3599,
            "scope": " ".join(SCOPES),
            "token_type": "Bearer",
            "id_token": self.id_token(),
        }
        return {key: value for key, value in {**tokens, **self.answer}.items() if value is not None}


def _refused(error: tuple[int, str] | None) -> httpx.Response | None:
    if error is None:
        return None
    status, code = error
    # Google's description may well repeat what it was given
    return httpx.Response(status, content=json.dumps({"error": code, "error_description": "canary-described"}))


def unsigned(claims: dict[str, Any]) -> str:
    """An id token that says `alg: none`."""
    return jwt.encode(claims, None, "none", headers={"kid": "k1"})


def signed_with_the_public_key(claims: dict[str, Any]) -> str:
    """An id token signed by HMAC with what everybody knows: Google's public key. PyJWT itself refuses to make one."""
    pem = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    seconds = {key: int(value.timestamp()) if isinstance(value, datetime) else value for key, value in claims.items()}
    head = _part(json.dumps({"alg": "HS256", "typ": "JWT", "kid": "k1"}).encode())
    body = f"{head}.{_part(json.dumps(seconds).encode())}"
    return f"{body}.{_part(hmac.new(pem, body.encode(), hashlib.sha256).digest())}"


def _part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
