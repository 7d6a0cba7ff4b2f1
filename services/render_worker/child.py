"""A child process: engines loaded once, then one step after the other, told by frames on the standard input.

It reads untrusted media, so it has no token, no credential and little memory to spare, and it dies with its worker.
Started as `python -m services.render_worker.child PARENT_PID ENGINE …`.
"""

from __future__ import annotations

import base64
import contextlib
import ctypes
import os
import resource
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import BinaryIO

from filmstudio.ai_jobs.v1 import steps_pb2

from services.render_worker import frames
from services.render_worker.engines import load
from services.render_worker.engines.base import Engine, Finished, Output, StepFailed, Work

_PR_SET_PDEATHSIG = 1
# The hard limits leave room for the limits that engines give their own subprocesses.
_MEMORY_BYTES = (4 << 30, 8 << 30)
_FILE_BYTES = (4 << 30, 8 << 30)
# below the services it shares a machine with
_NICENESS = 5
# the kernel's choice when memory runs out: the child, not the worker
_OOM_SCORE = "500"
# progress is sent on at most this often
_PROGRESS_EVERY_S = 0.1


def die_with_parent(parent_pid: int) -> None:
    """Have the kernel kill this process when the worker ends, however it ends."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:
        # it ended before the kernel knew
        os._exit(1)


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for kind, (soft, hard) in ((resource.RLIMIT_AS, _MEMORY_BYTES), (resource.RLIMIT_FSIZE, _FILE_BYTES)):
        _, most = resource.getrlimit(kind)
        if most != resource.RLIM_INFINITY:
            soft, hard = min(soft, most), min(hard, most)
        resource.setrlimit(kind, (soft, hard))
    # a file that grows too large is an error of the write, not the end of the process
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    os.nice(_NICENESS)
    # a container may forbid it
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_OOM_SCORE)


class Pipe:
    """The way back to the worker; engines may report progress from threads of their own."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe
        self._lock = threading.Lock()
        self._progress_at = 0.0

    def send(self, frame: frames.Frame) -> None:
        """Write one frame."""
        with self._lock:
            self._pipe.write(frames.encode(frame))
            self._pipe.flush()

    def progress(self, value: float) -> None:
        """Report 0.0 to 1.0, not more often than the worker can use."""
        now = time.monotonic()
        if now - self._progress_at >= _PROGRESS_EVERY_S:
            self._progress_at = now
            self.send({"type": "progress", "value": min(1.0, max(0.0, float(value)))})


def _own_pipes() -> tuple[BinaryIO, Pipe]:
    """Take the pipes for ourselves: what an engine prints goes to the log, and nobody else reads our orders."""
    orders, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return orders, Pipe(answers)


def _load(names: list[str]) -> dict[str, Engine]:
    engines = {}
    for name in names:
        try:
            engines[name] = load(name)
        except Exception:
            # the others are still of use; the worker claims nothing for this one
            print(f"engine {name} can't be loaded", file=sys.stderr)  # noqa: T201 - the log is the standard error
            traceback.print_exc()
    return engines


def _output(output: Output) -> frames.Frame:
    return {
        "name": output.name,
        "path": str(output.path),
        "content_type": output.content_type,
        "duration_s": output.duration_s,
        "width": output.width,
        "height": output.height,
        "language": output.language,
    }


def _failed(code: str, message: str, *, retryable: bool) -> frames.Frame:
    return {"type": "failed", "code": code, "message": message[:2000], "retryable": retryable}


def _do(engines: dict[str, Engine], order: frames.Frame, pipe: Pipe) -> frames.Frame:
    step = steps_pb2.RenderStep.FromString(base64.b64decode(order["step"]))
    work = Work(
        params=step.params,
        inputs={name: Path(path) for name, path in order["inputs"].items()},
        folder=Path(order["folder"]),
        seed=step.seed,
        progress=pipe.progress,
    )
    started = time.monotonic()
    try:
        finished: Finished = engines[step.engine].run(work)
    except StepFailed as error:
        return _failed(error.code, error.message, retryable=error.retryable)
    except MemoryError:
        traceback.print_exc()
        return _failed("OUT_OF_MEMORY", "the step needs more memory than it may have", retryable=True)
    except Exception as error:
        traceback.print_exc()
        return _failed("ENGINE_FAILED", f"{type(error).__name__}: {error}", retryable=True)
    return {
        "type": "done",
        "result": base64.b64encode(finished.result.SerializeToString()).decode(),
        "outputs": [_output(output) for output in finished.outputs],
        "work_s": time.monotonic() - started,
    }


def main() -> None:
    """Load the engines, say which there are, then do what comes until the pipe ends."""
    die_with_parent(int(sys.argv[1]))
    orders, pipe = _own_pipes()
    _limit()
    engines = _load(sys.argv[2:])
    pipe.send({"type": "ready", "engines": {name: engine.lane for name, engine in engines.items()}})
    give_memory_back = getattr(ctypes.CDLL(None), "malloc_trim", None)
    while (order := frames.read(orders)) is not None:
        pipe.send(_do(engines, order, pipe))
        # what the last step needed is not kept for one that may never come (glibc only)
        if give_memory_back is not None:
            give_memory_back(0)


if __name__ == "__main__":
    main()
