"""A worker with real children, on a stage."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest
from filmstudio.ai_jobs.v1 import steps_pb2, worker_pb2_grpc

from services.kit.rpc import Client
from services.render_worker.cache import Cache
from services.render_worker.claims import Worker
from services.render_worker.pool import Pool
from services.render_worker.render_calls import RenderCalls
from services.render_worker.transfers import Transfers
from tests.integration.render_worker.acting_child import NAME
from tests.integration.render_worker.stage import TOKEN, AiJobs, Storage


def a_step(step_id: str, prompt: str, *inputs: steps_pb2.StepInput, **changes: object) -> steps_pb2.RenderStep:
    """A step for the acting engine."""
    values: dict[str, object] = {
        "kind": steps_pb2.STEP_KIND_DRAW_FRAME, "lane": steps_pb2.LANE_CPU, "engine": NAME, "fence": 1,
        "time_limit_s": 30, "idle_limit_s": 30,
        "params": steps_pb2.StepParams(draw_frame=steps_pb2.DrawFrameParams(prompt=prompt)),
    }  # fmt: skip
    return steps_pb2.RenderStep(id=step_id, inputs=inputs, **{**values, **changes})  # type: ignore[arg-type]


@dataclass
class Stage:
    storage: Storage
    ai_jobs: AiJobs
    address: str
    worker: Worker
    pool: Pool
    folder: Path

    def offer(self, *steps: steps_pb2.RenderStep) -> None:
        """Steps are ready, and the ring is heard."""
        self.ai_jobs.ready += steps
        self.worker.claim_soon()


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    storage = Storage()
    await storage.start()
    ai_jobs = AiJobs(storage)
    address = f"unix:{tmp_path}/ai_jobs.sock"
    await ai_jobs.start(address)
    client = Client(address, "ai_jobs", TOKEN)
    stub = cast("worker_pb2_grpc.RenderServiceAsyncStub", client.stub(worker_pb2_grpc.RenderServiceStub))
    folder = tmp_path / "worker"
    transfers = Transfers(Cache(folder / "cache", 1 << 20))
    calls = RenderCalls(stub, transfers, "worker-1")
    program = "tests.integration.render_worker.acting_child"
    pool = Pool(2, [NAME, "wait@1"], folder, on_free=lambda: worker.claim_soon(), program=program)
    worker = Worker(calls, pool, transfers, frozenset({steps_pb2.LANE_CPU}), folder / "steps")
    await pool.start()
    await worker.start()
    yield Stage(storage, ai_jobs, address, worker, pool, folder)
    await worker.stop()
    await pool.stop()
    await transfers.stop()
    await client.stop()
    await ai_jobs.stop()
    await storage.stop()
