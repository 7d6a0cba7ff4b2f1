"""The slots: one warm child process each, killed with its whole group when a step must end, and replaced at once."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import math
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filmstudio.ai_jobs.v1 import steps_pb2
from google.protobuf.message import DecodeError

from services.kit import telemetry
from services.render_worker import frames
from services.render_worker.engines.base import StepFailed
from services.render_worker.leftovers import MARK, fresh_folder

# loading the engines' libraries on a busy machine
_READY_WITHIN_S = 90.0
# after a child that died young, so that a broken installation doesn't spin
_AGAIN_AFTER_S = 1.0
_YOUNG_S = 5.0
_DEFAULT_TIME_LIMIT_S = 600
# of the worker's own environment, what a child may know
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "CUDA_VISIBLE_DEVICES")
# Pictures are memory that is taken and let go of a thousand times a step: it stays with the process meanwhile, since each fresh page
# costs the kernel a fault (a third of a film's time went there). Between steps it is given back (child.py). More bytes than a picture has:
_KEPT = str(512 << 20)
MEMORY = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": _KEPT,
    "MALLOC_TRIM_THRESHOLD_": _KEPT,
    "MALLOC_TOP_PAD_": str(64 << 20),
}


@dataclass(frozen=True)
class Done:
    """What a child answers to a step: its result, and the files as it describes them (to be checked)."""

    result: steps_pb2.StepResult
    outputs: list[dict[str, Any]]
    work_s: float


def child_environment(worker_dir: Path, folder: Path) -> dict[str, str]:
    """A child's whole environment: nothing of the worker's that is secret, one thread a library, its own folders."""
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    own = {"HOME": str(folder), "TMPDIR": str(folder), "XDG_CACHE_HOME": str(folder), MARK: str(worker_dir)}
    return {**kept, **threads, **MEMORY, **own, "PYTHONUNBUFFERED": "1"}


class Child:
    """A warm child process and the pipe to it."""

    def __init__(self, process: asyncio.subprocess.Process, engines: dict[str, int]) -> None:
        self._process = process
        # name → lane, of the engines it has loaded
        self.engines = engines
        # killed, or found dead: of no more use
        self.spent = False

    @classmethod
    async def spawn(cls, program: str, engines: Sequence[str], environment: Mapping[str, str]) -> Child:
        """Start the program (a module) and wait until its engines are loaded; StepFailed when it does not come up."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            program,
            str(os.getpid()),
            *engines,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
        child = cls(process, {})
        try:
            async with asyncio.timeout(_READY_WITHIN_S):
                ready = await child._receive()
            child.engines = {str(name): int(lane) for name, lane in ready["engines"].items()}
        except BaseException:
            child.kill()
            raise
        return child

    @property
    def pid(self) -> int:
        """Its process id, which is its group's and session's too."""
        return self._process.pid

    def kill(self) -> None:
        """Kill the child and everything it has started."""
        self.spent = True
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    async def exited(self) -> int:
        """Wait for its end; the exit status, negative for a signal. What it had started ends with it."""
        status = await self._process.wait()
        self.kill()
        return status

    async def _receive(self) -> frames.Frame:
        assert self._process.stdout is not None  # noqa: S101 - it was started with a pipe
        try:
            frame = await frames.receive(self._process.stdout)
        except frames.BrokenFrame as error:
            self.kill()
            raise StepFailed(
                "ENGINE_CRASHED", f"the engine's process talks nonsense: {error}", retryable=True
            ) from None
        if frame is None:
            self.kill()
            status = await self._process.wait()
            raise StepFailed("ENGINE_CRASHED", f"the engine's process ended with status {status}", retryable=True)
        return frame

    async def do(
        self, step: steps_pb2.RenderStep, inputs: Mapping[str, Path], folder: Path, progress: Callable[[float], None]
    ) -> Done:
        """Do a step, within its limits. StepFailed as the engine says, TIME_LIMIT, NO_PROGRESS, ENGINE_CRASHED.

        Killed when the caller is canceled: what it was doing is then nobody's any more.
        """
        order = {
            "type": "order",
            # the inputs' addresses are signed and none of the engine's business
            "step": base64.b64encode(_without_addresses(step).SerializeToString()).decode(),
            "inputs": {name: str(path) for name, path in inputs.items()},
            "folder": str(folder),
        }
        try:
            async with asyncio.timeout(step.time_limit_s or _DEFAULT_TIME_LIMIT_S):
                return await self._converse(order, step.idle_limit_s or None, progress)
        except TimeoutError:
            self.kill()
            message = f"the step was not done within {step.time_limit_s or _DEFAULT_TIME_LIMIT_S} s"
            raise StepFailed("TIME_LIMIT", message, retryable=True) from None
        except asyncio.CancelledError:
            self.kill()
            raise

    async def _converse(
        self, order: frames.Frame, idle_limit_s: float | None, progress: Callable[[float], None]
    ) -> Done:
        assert self._process.stdin is not None  # noqa: S101 - it was started with a pipe
        # a child that is gone is found out by reading
        with contextlib.suppress(ConnectionError):
            self._process.stdin.write(frames.encode(order))
            await self._process.stdin.drain()
        while True:
            try:
                async with asyncio.timeout(idle_limit_s):
                    frame = await self._receive()
            except TimeoutError:
                self.kill()
                message = f"the step reported no progress for {idle_limit_s} s"
                raise StepFailed("NO_PROGRESS", message, retryable=True) from None
            answer = self._understand(frame, progress)
            if answer is not None:
                return answer

    def _understand(self, frame: frames.Frame, progress: Callable[[float], None]) -> Done | None:
        try:
            match frame["type"]:
                case "progress":
                    progress(min(1.0, max(0.0, float(frame["value"]))))
                    return None
                case "done":
                    result = steps_pb2.StepResult.FromString(base64.b64decode(frame["result"]))
                    work_s = float(frame["work_s"])
                    if not math.isfinite(work_s):
                        raise ValueError(f"work of {work_s} s")
                    return Done(result, [dict(output) for output in frame["outputs"]], work_s)
                case "failed":
                    raise StepFailed(str(frame["code"]), str(frame["message"]), retryable=bool(frame["retryable"]))
                case other:
                    raise ValueError(f"an answer of type {other!r}")
        except (KeyError, ValueError, TypeError, DecodeError) as error:
            self.kill()
            message = f"the engine's process answers nonsense: {error!r}"
            raise StepFailed("ENGINE_CRASHED", message, retryable=True) from None


def _without_addresses(step: steps_pb2.RenderStep) -> steps_pb2.RenderStep:
    bare = steps_pb2.RenderStep()
    bare.CopyFrom(step)
    for given in bare.inputs:
        given.url = ""
    return bare


class Pool:
    """The slots' children. Whoever takes one gives it back; one that has died is replaced by itself."""

    def __init__(
        self,
        slots: int,
        engines: Sequence[str],
        worker_dir: Path,
        on_free: Callable[[], None],
        program: str = "services.render_worker.child",
    ) -> None:
        self.slots = slots
        self._program = program
        self._engine_names = list(engines)
        self._worker_dir = worker_dir
        self._on_free = on_free
        self._idle: list[Child] = []
        self._living: set[Child] = set()
        self._keepers: list[asyncio.Task[None]] = []
        # name → lane, as the children that came up have them
        self.engines: dict[str, int] = {}

    async def start(self) -> None:
        """Begin to warm up the children."""
        self._keepers = [asyncio.create_task(self._keep(number), name=f"slot {number}") for number in range(self.slots)]

    async def _keep(self, number: int) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            environment = child_environment(self._worker_dir, fresh_folder(self._worker_dir / "slots" / str(number)))
            started = clock()
            try:
                child = await Child.spawn(self._program, self._engine_names, environment)
            except (StepFailed, TimeoutError, OSError) as error:
                telemetry.log().error("a child did not come up", slot=number, error=str(error))
            else:
                await self._live(child, number)
            if clock() - started < _YOUNG_S:
                await asyncio.sleep(_AGAIN_AFTER_S)

    async def _live(self, child: Child, number: int) -> None:
        self.engines = child.engines
        self._living.add(child)
        self._idle.append(child)
        self._on_free()
        try:
            status = await child.exited()
            telemetry.log().info("a child has ended", slot=number, status=status)
        finally:
            self._living.discard(child)
            if child in self._idle:
                self._idle.remove(child)

    def take(self, most: int) -> list[Child]:
        """Up to so many warm children, the caller's until it gives them back."""
        taken, self._idle = self._idle[:most], self._idle[most:]
        return taken

    def give_back(self, child: Child) -> None:
        """The child may do something else; one that is spent is replaced by itself."""
        if child in self._living and not child.spent:
            self._idle.append(child)
            self._on_free()

    async def stop(self) -> None:
        """Kill all children."""
        for keeper in self._keepers:
            keeper.cancel()
        for child in self._living:
            child.kill()
        await asyncio.gather(*self._keepers, return_exceptions=True)
