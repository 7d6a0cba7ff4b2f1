"""The use cases of the service together, as facts find them."""

from __future__ import annotations

from dataclasses import dataclass

from services.youtube.connections import Connections
from services.youtube.publications import Publications


@dataclass(frozen=True)
class House:
    """Who does what."""

    connections: Connections
    publications: Publications
