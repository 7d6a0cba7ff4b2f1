"""A child program with one engine more, which does what the test asks for in the prompt of a draw_frame step."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.render_worker import child, engines
from services.render_worker.engines.base import Finished, Output, StepFailed, Work

NAME = "acting@1"


class Acting:
    name = NAME
    kind = pb.STEP_KIND_DRAW_FRAME
    lane = pb.LANE_CPU

    def run(self, work: Work) -> Finished:
        deed, _, argument = work.params.draw_frame.prompt.partition(" ")
        outputs: list[Output] = getattr(self, deed)(work, argument)
        return Finished(pb.StepResult(draw_frame=pb.DrawFrameResult(focus_x=0.5)), outputs)

    def join(self, work: Work, argument: str) -> list[Output]:
        """One file: the inputs in the order of their names, then the argument."""
        print("an engine's chatter must not reach the worker")  # noqa: T201
        work.progress(0.5)
        path = work.folder / "frame.bin"
        path.write_bytes(b"".join(work.inputs[name].read_bytes() for name in sorted(work.inputs)) + argument.encode())
        return [Output("frame", path, "image/png", width=4, height=2)]

    def environment(self, work: Work, argument: str) -> list[Output]:
        path = work.folder / "environment"
        path.write_text("\n".join(f"{key}={value}" for key, value in os.environ.items()))
        return [Output("frame", path, "text/plain")]

    def with_grandchild(self, work: Work, argument: str) -> list[Output]:
        grandchild = subprocess.Popen(["sleep", "300"])
        Path(argument).write_text(f"{os.getpid()} {grandchild.pid}")
        while True:
            work.progress(0.1)
            time.sleep(0.05)

    def crash(self, work: Work, argument: str) -> list[Output]:
        os.kill(os.getpid(), signal.SIGSEGV)
        return []

    def silence(self, work: Work, argument: str) -> list[Output]:
        time.sleep(300)
        return []

    def refuse(self, work: Work, argument: str) -> list[Output]:
        raise StepFailed("INPUT_UNREADABLE", "not a picture", retryable=False)

    def stumble(self, work: Work, argument: str) -> list[Output]:
        raise RuntimeError("unforeseen")

    def steal(self, work: Work, argument: str) -> list[Output]:
        path = work.folder / "innocent"
        path.symlink_to(argument)
        return [Output("frame", path, "image/png")]


if __name__ == "__main__":
    engines.ENGINES[NAME] = engines.Entry(pb.STEP_KIND_DRAW_FRAME, f"{__name__}:Acting")
    child.main()
