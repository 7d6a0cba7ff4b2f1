from __future__ import annotations

from pathlib import Path

import pytest
from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.render_worker.engines import ENGINES, kind_of, load
from services.render_worker.engines.base import Finished, StepFailed, Work


def wait(folder: Path, **params: float) -> Finished:
    return load("wait@1").run(Work(pb.StepParams(wait=pb.WaitParams(**params)), {}, folder, 1, lambda share: None))


def test_a_probe_waits_and_fails_as_asked(tmp_path: Path) -> None:
    assert wait(tmp_path, seconds=0.01).result.HasField("wait")
    with pytest.raises(StepFailed) as failure:
        wait(tmp_path, fail_rate=1.0)
    assert failure.value.retryable


def test_every_engine_loads_and_does_the_kind_it_is_listed_for() -> None:
    for name in ENGINES:
        engine = load(name)
        assert (engine.name, engine.kind) == (name, kind_of(name))
