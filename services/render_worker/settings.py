"""The knobs of a render worker."""

from __future__ import annotations

import os
from pathlib import Path

from filmstudio.ai_jobs.v1 import steps_pb2
from pydantic import Field, field_validator

from services.kit.settings import KitSettings
from services.render_worker.engines import ENGINES

_LANES = {"cpu": steps_pb2.LANE_CPU, "gpu": steps_pb2.LANE_GPU}


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


class Settings(KitSettings):
    """What a render worker reads from its environment."""

    kafka_bootstrap_servers: str
    # the address of ai_jobs, as host:port
    ai_jobs_grpc_address: str
    # how the claims name this worker; unique among the workers of an installation
    worker_name: str = "render_worker_1"
    # steps at once, each in a child process of its own
    worker_slots: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1, le=256)
    # comma separated: cpu, gpu
    worker_lanes: str = "cpu"
    # comma separated engine names; empty: all of these lanes
    worker_engines: str = ""
    # Scratch: this worker's alone, wiped at its start, the cache apart.
    worker_dir: Path
    worker_cache_bytes: int = Field(default=2 << 30, ge=0)

    @field_validator("worker_lanes")
    @classmethod
    def _lanes_exist(cls, value: str) -> str:
        if not _words(value) or set(_words(value)) - _LANES.keys():
            raise ValueError("name lanes: cpu, gpu")
        return value

    @field_validator("worker_engines")
    @classmethod
    def _engines_exist(cls, value: str) -> str:
        if unknown := set(_words(value)) - ENGINES.keys():
            raise ValueError(f"no such engine: {', '.join(sorted(unknown))}; there are: {', '.join(sorted(ENGINES))}")
        return value

    @property
    def lanes(self) -> frozenset[steps_pb2.Lane.ValueType]:
        """The lanes this worker takes steps from."""
        return frozenset(_LANES[word] for word in _words(self.worker_lanes))

    @property
    def engines(self) -> list[str]:
        """The engines its children are to load."""
        return _words(self.worker_engines) or list(ENGINES)
