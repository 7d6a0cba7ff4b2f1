"""The knobs of projects."""

from __future__ import annotations

from services.kit.settings import DatabaseSettings, StorageSettings


class Settings(DatabaseSettings, StorageSettings):
    """Environment variables of this process; durations carry their unit in the name."""

    # host:port this service listens on
    projects_grpc_address: str
    # host:port of credits
    credits_grpc_address: str
    # how long a deleted project can be restored
    restorable_days: int = 30
    # how often what has outlived its time is swept away
    sweep_interval_s: float = 3600.0
