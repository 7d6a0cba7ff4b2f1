"""What a request needs: the services behind the gateway, the gatekeeper, the live hub and the settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from fastapi.requests import HTTPConnection

from services.gateway.auth import Gatekeeper
from services.gateway.clients import Clients
from services.gateway.live import Hub
from services.gateway.settings import Settings


@dataclass(frozen=True)
class Studio:
    """Made once by `app.build` and kept at `app.state.studio`."""

    settings: Settings
    clients: Clients
    gatekeeper: Gatekeeper
    hub: Hub


def _studio(connection: HTTPConnection) -> Studio:
    studio: Studio = connection.app.state.studio
    return studio


TheStudio = Annotated[Studio, Depends(_studio)]
