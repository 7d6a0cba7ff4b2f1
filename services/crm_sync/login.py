"""How we get into Salesforce: OAuth client credentials, or JWT bearer; one login at a time and at most so many while refused.

A login counts as refused until a call has gone through with it, also across restarts: the time of it is in the database before
it is made. Only whoever holds the pusher's lock logs in, so there is one at a time over all processes.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import httpx

from services.crm_sync import repository
from services.crm_sync.errors import Away, LoginRefused
from services.crm_sync.models import Control
from services.crm_sync.salesforce import Session, told_error
from services.kit import telemetry
from services.kit.clock import Now, utc_now
from services.kit.db import Work

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
# Salesforce takes assertions that end within 3 minutes
ASSERTION_S = 170
# logins within the window that nothing has come of
UNPROVEN = 2


class Grant(Protocol):
    """What is sent for a token."""

    def form(self, now: datetime) -> dict[str, str]:
        """The form of the token request."""


class ClientCredentials:
    """The connected app's own id and secret; it acts as the user that its administrator chose."""

    def __init__(self, client_id: str, client_secret: str) -> None:
        self._form = {
            "grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret,
        }  # fmt: skip

    def form(self, now: datetime) -> dict[str, str]:
        """The form of the token request."""
        return self._form


class JwtBearer:
    """A signed assertion for one user; the connected app has the key's certificate."""

    def __init__(self, client_id: str, username: str, key_file: Path, audience: str) -> None:
        self._claims = {"iss": client_id, "sub": username, "aud": audience}
        self._key_file = key_file

    def form(self, now: datetime) -> dict[str, str]:
        """The form of the token request, with an assertion of its own each time."""
        # here and not above: it costs 21 MB of memory, and client credentials need none of it
        import jwt

        claims = {**self._claims, "exp": int(now.timestamp()) + ASSERTION_S}
        assertion = jwt.encode(claims, self._key_file.read_text(), algorithm="RS256")
        return {"grant_type": JWT_BEARER, "assertion": assertion}


class Login:
    """The session in hand. `work` opens a unit of work of the database that remembers our attempts."""

    def __init__(
        self, grant: Grant, login_url: str, window_s: float, timeout_s: float,
        work: Callable[[], AbstractAsyncContextManager[Work]], now: Now = utc_now,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:  # fmt: skip
        self._grant = grant
        self._token_url = f"{login_url.rstrip('/')}/services/oauth2/token"
        self._window = timedelta(seconds=window_s)
        self._work = work
        self._now = now
        self._http = httpx.AsyncClient(timeout=timeout_s, transport=transport, trust_env=False)
        self._session: Session | None = None
        self._proven = False

    async def session(self) -> Session:
        """The session in hand, or a new one. LoginRefused, Away."""
        if self._session is None:
            await self._note_attempt()
            self._session, self._proven = await self._log_in(), False
        return self._session

    async def proved_good(self) -> None:
        """A call has gone through with it."""
        if not self._proven:
            async with self._work() as work:
                (await repository.control(work.session, locked=True)).unproven_logins = []
            self._proven = True

    async def refused(self) -> None:
        """401. The next `session()` logs in again; LoginRefused where the session had never proved good."""
        self._session = None
        if not self._proven:
            raise LoginRefused("Salesforce gives us a token and then refuses it", await self._retry_at())
        telemetry.log().info("the session with Salesforce has run out")

    async def _note_attempt(self) -> None:
        async with self._work() as work:
            control = await repository.control(work.session, locked=True)
            now = self._now()
            if (retry_at := self._next(control, now)) > now:
                raise LoginRefused(control.reason or "the last logins proved no good", retry_at)
            control.unproven_logins = [*self._recent(control, now), now]

    async def _retry_at(self) -> datetime:
        async with self._work() as work:
            return self._next(await repository.control(work.session), self._now())

    def _recent(self, control: Control, now: datetime) -> list[datetime]:
        return [at for at in control.unproven_logins if at > now - self._window]

    def _next(self, control: Control, now: datetime) -> datetime:
        """When the next login may be made."""
        recent = self._recent(control, now)
        return recent[-UNPROVEN] + self._window if len(recent) >= UNPROVEN else now

    async def _log_in(self) -> Session:
        try:
            answer = await self._http.post(self._token_url, data=self._grant.form(self._now()))
        except httpx.TransportError as error:
            # nobody has refused us, so it doesn't count
            await self._forget_attempt()
            raise Away(f"no answer to the login: {type(error).__name__}") from None
        if answer.status_code >= 500 or answer.status_code == 429:
            await self._forget_attempt()
            raise Away(f"the login was answered {answer.status_code}")
        if not answer.is_success:
            code, message = told_error(answer)
            raise LoginRefused(f"Salesforce refuses our login: {code} {message}".strip(), await self._retry_at())
        try:
            told = answer.json()
            session = Session(str(told["access_token"]), str(told["instance_url"]).rstrip("/"))
        except (ValueError, KeyError, TypeError):
            raise LoginRefused(
                "the login's answer has no access_token and instance_url", await self._retry_at()
            ) from None
        if urlsplit(session.instance_url).scheme not in ("https", "http"):
            raise LoginRefused("the login's answer names no address of an org", await self._retry_at())
        telemetry.log().info("logged in to Salesforce", instance_url=session.instance_url)
        return session

    async def _forget_attempt(self) -> None:
        async with self._work() as work:
            control = await repository.control(work.session, locked=True)
            control.unproven_logins = control.unproven_logins[:-1]

    async def start(self) -> None:
        """Nothing to do."""

    async def stop(self) -> None:
        """Close what is open."""
        await self._http.aclose()
