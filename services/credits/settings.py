"""The knobs of credits."""

from __future__ import annotations

from services.kit.settings import DatabaseSettings


class Settings(DatabaseSettings):
    """What credits needs from its environment."""

    # host:port it listens on
    credits_grpc_address: str
    # how often expired grants are looked for
    grant_expiry_interval_s: float = 60.0
