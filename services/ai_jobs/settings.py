"""The knobs of ai_jobs."""

from __future__ import annotations

from services.kit.settings import DatabaseSettings, StorageSettings


class Settings(DatabaseSettings, StorageSettings):
    """What ai_jobs needs from its environment."""

    # claims and completions are short, but many: more connections than the other services need
    database_pool_size: int = 12
    # host:port it listens on, and where it finds those it asks
    ai_jobs_grpc_address: str
    projects_grpc_address: str
    credits_grpc_address: str
    # seconds between looks for leases that ran out, for states nobody ended, and for holds nobody settled
    lease_sweep_interval_s: float = 1.0
    job_sweep_interval_s: float = 15.0
    reconcile_interval_s: float = 60.0
    # seconds between looks for projects that are gone for good and whose films are not
    purge_interval_s: float = 300.0
    # seconds between looks at plans that are due, besides being woken
    planner_interval_s: float = 2.0
