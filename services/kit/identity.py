"""Who calls: the service, by its token, and the user on whose behalf the call is made.

One token per service and installation. A server keeps only the tokens' hashes; mTLS takes this place in production.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from services.kit.errors import Forbidden
from services.kit.settings import KitSettings, SettingsError


@dataclass(frozen=True)
class Caller:
    """The service that calls and the user it calls for (empty: nobody, the service itself)."""

    service: str
    user_id: str = ""
    admin: bool = False
    request_id: str = ""

    def user(self) -> str:
        """The user's id; Forbidden where the call is made for nobody."""
        if not self.user_id:
            raise Forbidden("this call is made on behalf of a user, and none was named")
        return self.user_id

    def require_admin(self) -> None:
        """Forbidden unless the user is an administrator."""
        if not self.admin:
            raise Forbidden("administrators only")


_NOBODY = Caller(service="")
_current: ContextVar[Caller] = ContextVar("caller", default=_NOBODY)


def caller() -> Caller:
    """Who made the call that is being served; an empty caller outside any."""
    return _current.get()


@contextmanager
def acting(as_caller: Caller) -> Iterator[None]:
    """Calls to other services within the block travel with this user. Servers enter it for each call they serve."""
    token = _current.set(as_caller)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def acting_for(user_id: str, *, admin: bool = False) -> Iterator[None]:
    """Work of our own (a planner, a sweeper) on behalf of a user."""
    with acting(Caller(service="", user_id=user_id, admin=admin)):
        yield


class Callers:
    """The services that may call this one, by the hashes of their tokens."""

    def __init__(self, hashes: dict[str, str]) -> None:
        self._hashes = hashes

    @classmethod
    def read(cls, settings: KitSettings) -> Callers:
        """From SERVICE_CALLERS_FILE."""
        if settings.service_callers_file is None:
            raise SettingsError("these settings are missing or wrong:\n  SERVICE_CALLERS_FILE: Field required")
        return cls(json.loads(Path(settings.service_callers_file).read_text()))

    def identify(self, token: str) -> str | None:
        """The service this token belongs to, or None."""
        digest = hashlib.sha256(token.encode()).hexdigest()
        for service, expected in self._hashes.items():
            if hmac.compare_digest(digest, expected):
                return service
        return None


def own_token(settings: KitSettings) -> str:
    """The token this process calls with, from SERVICE_TOKEN_FILE."""
    if settings.service_token_file is None:
        raise SettingsError("these settings are missing or wrong:\n  SERVICE_TOKEN_FILE: Field required")
    return Path(settings.service_token_file).read_text().strip()
