"""What every provider of the sandbox stands on: the store, the faults, the clock, and what a provider has to offer."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from deploy.local.sandbox.faults import Fault, Faults
from deploy.local.sandbox.store import Json, Store

__all__ = ["Core", "Fault", "Faults", "Json", "Provider", "Refused", "Store"]

# done for every provider by the layer in front of it (front.py)
GENERAL = frozenset({"status", "cut", "late"})


class Refused(Exception):
    """The sandbox's own doors (`/_faults`, `/_act`, `/_state`) can't do what was asked; the text says what they can."""

    def __init__(self, detail: str, status: int = 422) -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = status


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Core:
    """What is handed to `build(core)` of each provider."""

    store: Store
    url: str
    """The sandbox's own address, without a slash at its end."""
    environ: Mapping[str, str] = field(default_factory=dict)
    """Credentials to accept, and the providers' own settings."""
    now: Callable[[], datetime] = _now
    token: Callable[[int], str] = secrets.token_urlsafe
    """A random text of that many bytes."""

    def __post_init__(self) -> None:
        self.faults = Faults(self.store)


class Provider:
    """Somebody whom the sandbox plays. Subclasses say what they have; the rest is as here."""

    name: str
    """The service's name in `/_faults`, `/_act`, `/_state`, and the first part of its paths."""
    label: str
    """What its link on the first page says."""
    actions: tuple[str, ...] = ()
    """What `/_act` can do here."""
    general: frozenset[str] = GENERAL
    """Those of status, cut and late that the layer in front does for this provider's requests."""
    special: frozenset[str] = frozenset()
    """Faults that the provider takes itself."""
    reasons: frozenset[str] = frozenset()
    """The REASONs of `error:REASON` that it knows."""

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """Its paths, without `/{name}`, under which they are mounted."""
        raise NotImplementedError

    def state(self) -> Json:
        """What `/_state/{name}` answers."""
        raise NotImplementedError

    async def act(self, action: str, id: str) -> Json:
        """Do what a person does on the pages. `action` is one of `actions`; Refused says which ids will do."""
        raise Refused(f"{self.name} has no actions", 404)

    def refusal(self, status: int) -> Response:
        """How this provider words a bare HTTP status, for `status:CODE`."""
        return JSONResponse({"error": {"code": status, "message": "by order of /_faults"}}, status)

    async def start(self) -> None:
        """Begin what runs besides requests: a listener, a delivery."""

    async def stop(self) -> None:
        """End it."""
