"""What a child says is data to be checked: it has read untrusted media."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path
from typing import Any, cast

import pytest
from filmstudio.ai_jobs.v1 import steps_pb2

from services.render_worker import frames
from services.render_worker.engines.base import StepFailed
from services.render_worker.pool import Child

RESULT = base64.b64encode(steps_pb2.StepResult().SerializeToString()).decode()


class Pipe:
    def write(self, data: bytes) -> None:
        pass

    async def drain(self) -> None:
        pass


class Process:
    """A process that has said its last already."""

    # above any that the kernel gives
    pid = 2**30

    def __init__(self, *said: frames.Frame) -> None:
        self.stdin = Pipe()
        self.stdout = asyncio.StreamReader()
        for frame in said:
            self.stdout.feed_data(frames.encode(frame))
        self.stdout.feed_eof()

    async def wait(self) -> int:
        return -9


async def told(*said: frames.Frame) -> tuple[Child, Any]:
    child = Child(cast(asyncio.subprocess.Process, Process(*said)), {})
    return child, await child.do(steps_pb2.RenderStep(id="s"), {}, Path(), lambda _: None)


async def test_a_result_is_understood() -> None:
    child, done = await told({"type": "done", "result": RESULT, "outputs": [{"name": "film"}], "work_s": 1.5})
    assert (done.outputs, done.work_s, child.spent) == ([{"name": "film"}], 1.5, False)


@pytest.mark.parametrize(
    "said",
    [
        {"type": "done", "result": RESULT, "outputs": [], "work_s": float("nan")},
        {"type": "done", "result": RESULT, "outputs": [], "work_s": float("inf")},
        {"type": "done", "result": "////", "outputs": [], "work_s": 1.0},
        {"type": "done", "result": RESULT, "outputs": [1], "work_s": 1.0},
        {"type": "done"},
        {"type": "applause"},
        {},
    ],
)
async def test_nonsense_ends_the_child_and_the_step_may_be_tried_again(said: frames.Frame) -> None:
    with pytest.raises(StepFailed) as failed:
        await told(said)
    assert (failed.value.code, failed.value.retryable) == ("ENGINE_CRASHED", True)


async def test_a_child_that_ends_without_an_answer_has_crashed() -> None:
    with pytest.raises(StepFailed) as failed:
        await told({"type": "progress", "value": 0.5})
    assert failed.value.code == "ENGINE_CRASHED"


async def test_a_child_that_comes_up_as_the_pool_stops_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    process = Process()
    process.stdout = asyncio.StreamReader()

    async def start(*_: object, **__: object) -> Process:
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", start)
    spawning = asyncio.create_task(Child.spawn("child", [], {}))
    # the coroutine of the child's first word waits for it
    await asyncio.sleep(0.01)
    process.stdout.feed_data(frames.encode({"type": "ready", "engines": {}}))
    spawning.cancel()

    with pytest.raises(asyncio.CancelledError):
        await spawning
