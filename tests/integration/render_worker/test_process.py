"""The worker as a process: rings over Kafka, SIGTERM, and what is left when it is killed."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from filmstudio.ai_jobs.v1 import events_pb2, steps_pb2

from services.render_worker.leftovers import MARK, kill_leftovers
from tests.integration.render_worker.stage import TOKEN, AiJobs, Storage, alive
from tests.support.eventually import eventually
from tests.support.kafka import Broker, headers_of

TOPIC = "ai-jobs.steps.v1"


def a_wait(step_id: str, seconds: float) -> steps_pb2.RenderStep:
    return steps_pb2.RenderStep(
        id=step_id, kind=steps_pb2.STEP_KIND_WAIT, lane=steps_pb2.LANE_CPU, engine="wait@1", fence=1, time_limit_s=90,
        idle_limit_s=30, params=steps_pb2.StepParams(wait=steps_pb2.WaitParams(seconds=seconds)),
    )  # fmt: skip


def free_address() -> str:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{one.getsockname()[1]}"


@pytest.fixture
async def ai_jobs() -> AsyncIterator[tuple[AiJobs, str]]:
    storage, address = Storage(), free_address()
    await storage.start()
    acting = AiJobs(storage)
    await acting.start(address)
    yield acting, address
    await acting.stop()
    await storage.stop()


@asynccontextmanager
async def a_worker(folder: Path, address: str, kafka_servers: str) -> AsyncIterator[asyncio.subprocess.Process]:
    token = folder.parent / "token"
    await asyncio.to_thread(token.write_text, TOKEN)
    environment = {
        **os.environ, "KAFKA_BOOTSTRAP_SERVERS": kafka_servers, "AI_JOBS_GRPC_ADDRESS": address, "WORKER_SLOTS": "1",
        "SERVICE_TOKEN_FILE": str(token), "WORKER_DIR": str(folder), "WORKER_ENGINES": "wait@1", "METRICS_ADDRESS": "",
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "services.render_worker", env=environment)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


async def test_a_ring_is_answered_at_once_and_sigterm_gives_back(
    ai_jobs: tuple[AiJobs, str], broker: Broker, tmp_path: Path
) -> None:
    acting, address = ai_jobs
    async with a_worker(tmp_path / "worker", address, broker.servers) as worker:
        await acting.until(lambda: acting.claims, 30)
        heard = False
        for number in range(3):
            # rings from before the worker listened are nobody's; the poll, every 3.5 s at least, must not be what finds it
            count, step = len(acting.claims), a_wait(f"s{number}", 0.01)
            acting.ready.append(step)
            message = events_pb2.StepReady(step_id=step.id, lane=steps_pb2.LANE_CPU, kind=steps_pb2.STEP_KIND_WAIT)
            value, headers = message.SerializeToString(), headers_of(message, step.id)
            await asyncio.to_thread(broker.send, TOPIC, step.id, value, headers)
            with suppress(TimeoutError):
                await acting.until(lambda count=count: len(acting.claims) > count, 1)
                heard = True
                break
        assert heard
        acting.ready.append(a_wait("long", 60))
        await acting.until(lambda: "long" in acting.leases)
        children = children_of(worker.pid)
        worker.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(worker.wait(), 20) == 0
        assert acting.released == ["long"]
        await eventually(lambda: not any(map(alive, children)))


async def test_children_die_with_a_worker_that_is_killed(
    ai_jobs: tuple[AiJobs, str], kafka_servers: str, tmp_path: Path
) -> None:
    acting, address = ai_jobs
    async with a_worker(tmp_path / "worker", address, kafka_servers) as worker:
        acting.ready.append(a_wait("long", 60))
        await acting.until(lambda: "long" in acting.leases, 30)
        children = children_of(worker.pid)
        assert children
        worker.kill()
        await eventually(lambda: not any(map(alive, children)))
        assert acting.released == []


async def test_a_worker_ends_what_its_killed_predecessor_had_started(tmp_path: Path) -> None:
    mine, others = str(tmp_path / "mine"), str(tmp_path / "others")
    left = await asyncio.create_subprocess_exec("sleep", "60", env={MARK: mine, "PATH": os.environ["PATH"]})
    other = await asyncio.create_subprocess_exec("sleep", "60", env={MARK: others, "PATH": os.environ["PATH"]})
    try:
        # until it is sleep, its environment is still ours
        await eventually(lambda: MARK.encode() in Path(f"/proc/{left.pid}/environ").read_bytes())
        assert kill_leftovers(Path(mine)) == 1
        assert await asyncio.wait_for(left.wait(), 15) == -signal.SIGKILL
        assert alive(other.pid)
    finally:
        other.kill()
        await other.wait()
