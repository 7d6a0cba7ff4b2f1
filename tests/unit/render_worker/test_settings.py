"""The worker's settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from filmstudio.ai_jobs.v1 import steps_pb2
from pydantic import ValidationError

from services.render_worker.engines import ENGINES
from services.render_worker.pool import child_environment
from services.render_worker.settings import Settings


def settings(**changes: object) -> Settings:
    values = {"kafka_bootstrap_servers": "k", "ai_jobs_grpc_address": "a", "worker_dir": "/w", **changes}
    return Settings(**values)  # type: ignore[arg-type]


def test_a_worker_serves_every_engine_of_the_cpu_unless_told() -> None:
    assert settings().engines == list(ENGINES)
    assert settings().lanes == {steps_pb2.LANE_CPU}
    assert settings(worker_engines="wait@1, stage@2").engines == ["wait@1", "stage@2"]
    assert settings(worker_lanes="cpu,gpu").lanes == {steps_pb2.LANE_CPU, steps_pb2.LANE_GPU}


@pytest.mark.parametrize("wrong", [{"worker_lanes": "tpu"}, {"worker_engines": "magic@1"}, {"worker_slots": 0}])
def test_a_wrong_setting_is_named(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        settings(**wrong)


def test_a_childs_environment_is_made_from_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("SERVICE_TOKEN_FILE", "secret")
    environment = child_environment(tmp_path, tmp_path / "slot")
    assert "secret" not in environment.values()
    assert environment["HOME"] == environment["TMPDIR"] == str(tmp_path / "slot")
