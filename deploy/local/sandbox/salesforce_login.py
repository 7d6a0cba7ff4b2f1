"""Signing in to the sandbox's Salesforce, and the count of what was asked of it in the last 24 hours.

Programs sign in by client credentials (SALESFORCE_CLIENT_ID, SALESFORCE_CLIENT_SECRET) or by a JWT (RS256, held against
SALESFORCE_JWT_PUBLIC_KEY_FILE). A person does by `grant_type=password` with `username=support` and any password: what is
written with that token has another `LastModifiedById` than what the program wrote, as in the record browser.
"""

import base64
import binascii
import hmac
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from deploy.local.sandbox.core import Core, Json
from deploy.local.sandbox.salesforce_errors import Refused
from deploy.local.sandbox.salesforce_records import INTEGRATION, SERVICE, SUPPORT

ORGANISATION = "00DSB0000000001EAA"
SESSION = timedelta(hours=2)
WINDOW_HOURS = 24
# Salesforce refuses a JWT that is valid for longer
JWT_LIFETIME_S = 300
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
DEFAULT_LIMIT = 15_000


class LoginRefused(Exception):
    """A sign-in that Salesforce won't accept, in OAuth's words: always HTTP 400."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.body = {"error": error, "error_description": description}


class Login:
    """Tokens, and whose they are."""

    def __init__(self, core: Core) -> None:
        self._core = core
        environ = core.environ
        self._client_id = environ.get("SALESFORCE_CLIENT_ID", "")
        self._client_secret = environ.get("SALESFORCE_CLIENT_SECRET", "")
        self._username = environ.get("SALESFORCE_USERNAME", "")
        key_file = environ.get("SALESFORCE_JWT_PUBLIC_KEY_FILE", "")
        self._public_key = Path(key_file).read_text() if key_file else ""

    def token(self, form: Mapping[str, str], authorization: str) -> Json:
        """The answer of the token endpoint. Raises `LoginRefused`."""
        match form.get("grant_type", ""):
            case "client_credentials":
                self._check_client(form, authorization)
                user = INTEGRATION
            case kind if kind == JWT_BEARER:
                self._check_jwt(form.get("assertion", ""))
                user = INTEGRATION
            case "password":
                if form.get("username") != "support" or not form.get("password"):
                    raise LoginRefused("invalid_grant", "authentication failure; the sandbox's person is 'support'")
                user = SUPPORT
            case _:
                raise LoginRefused("unsupported_grant_type", "grant type not supported")
        return self._issue(user)

    def user_of(self, authorization: str) -> str:
        """The user whom `Authorization: Bearer …` stands for. Raises `Refused` 401."""
        kind, _, token = authorization.partition(" ")
        session = self._core.store.get(SERVICE, "_session", token) if kind.lower() == "bearer" and token else None
        if session is None or session["expires"] < self._core.now().timestamp():
            raise Refused("INVALID_SESSION_ID", "Session expired or invalid", status=401)
        return str(session["user"])

    def revoke(self, token: str) -> None:
        """Forget a token; an unknown one is as good as forgotten."""
        self._core.store.delete(SERVICE, "_session", token)

    def _issue(self, user: str) -> Json:
        now = self._core.now()
        for session in self._core.store.list(SERVICE, "_session"):
            if session["expires"] < now.timestamp():
                self._core.store.delete(SERVICE, "_session", session["id"])
        token = f"{ORGANISATION[:15]}!{self._core.token(48)}"
        expires = (now + SESSION).timestamp()
        self._core.store.put(SERVICE, "_session", token, {"id": token, "user": user, "expires": expires})
        address = f"{self._core.url}/salesforce"
        return {
            "access_token": token, "instance_url": address, "id": f"{address}/id/{ORGANISATION}/{user}",
            "token_type": "Bearer", "issued_at": str(int(now.timestamp() * 1000)), "signature": self._core.token(32),
            "scope": "api",
        }  # fmt: skip

    def _check_client(self, form: Mapping[str, str], authorization: str) -> None:
        id, secret = form.get("client_id", ""), form.get("client_secret", "")
        kind, _, encoded = authorization.partition(" ")
        if kind.lower() == "basic":
            try:
                id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
            except (binascii.Error, UnicodeDecodeError):
                raise LoginRefused("invalid_client", "the Authorization header can't be read") from None
        if not self._client_id or id != self._client_id:
            raise LoginRefused("invalid_client_id", "client identifier invalid")
        if not self._client_secret or not hmac.compare_digest(secret.encode(), self._client_secret.encode()):
            raise LoginRefused("invalid_client", "invalid client credentials")

    def _check_jwt(self, assertion: str) -> None:
        import jwt

        if not self._public_key:
            why = "user hasn't approved this consumer: the sandbox knows no SALESFORCE_JWT_PUBLIC_KEY_FILE"
            raise LoginRefused("invalid_grant", why)
        audiences = [f"{self._core.url}/salesforce", "https://login.salesforce.com", "https://test.salesforce.com"]
        try:
            claims: dict[str, Any] = jwt.decode(
                assertion, self._public_key, algorithms=["RS256"], audience=audiences, issuer=self._client_id,
                options={"require": ["exp", "sub", "aud", "iss"], "verify_exp": False, "verify_iat": False},
            )  # fmt: skip
        except jwt.PyJWTError as error:
            raise LoginRefused("invalid_grant", f"invalid assertion: {error}") from None
        left = claims["exp"] - self._core.now().timestamp()
        if left <= 0 or left > JWT_LIFETIME_S:
            raise LoginRefused("invalid_grant", f"expired authorization code: exp is within {JWT_LIFETIME_S} s of now")
        if self._username and claims["sub"] != self._username:
            raise LoginRefused("invalid_grant", "user hasn't approved this consumer")


class Usage:
    """Calls against the org's daily limit, over the last 24 hours; sign-ins are counted apart and cost nothing."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.limit = int(core.environ.get("SANDBOX_SALESFORCE_LIMIT") or DEFAULT_LIMIT)

    def logins(self) -> int:
        """How often a program tried to sign in, refused ones included."""
        return self._core.store.number("salesforce.logins")

    def count_login(self) -> None:
        """One more try."""
        self._core.store.next_number("salesforce.logins")

    def calls(self) -> int:
        """How many calls count now."""
        now = self._hour()
        return sum(row["calls"] for row in self._core.store.list(SERVICE, "_hour") if row["hour"] > now - WINDOW_HOURS)

    def count_call(self) -> None:
        """One more call. Raises `Refused` 403 where the limit is reached; a refused call costs nothing."""
        if self.calls() >= self.limit:
            raise limit_exceeded()
        hour = self._hour()
        row = self._core.store.get(SERVICE, "_hour", str(hour)) or {"hour": hour, "calls": 0}
        self._core.store.put(SERVICE, "_hour", str(hour), row | {"calls": row["calls"] + 1})

    def reset(self) -> None:
        """A new day."""
        for row in self._core.store.list(SERVICE, "_hour"):
            self._core.store.delete(SERVICE, "_hour", str(row["hour"]))

    def header(self) -> dict[str, str]:
        """`Sforce-Limit-Info`, which is on every answer."""
        return {"Sforce-Limit-Info": f"api-usage={self.calls()}/{self.limit}"}

    def _hour(self) -> int:
        return int(self._core.now().timestamp() // 3600)


def limit_exceeded() -> Refused:
    """The refusal of an org whose calls are used up."""
    return Refused("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", status=403)
