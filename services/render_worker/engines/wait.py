"""`wait@1`: a step that only passes time, for probes of the way from a request to a finished step."""

from __future__ import annotations

import time

from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.render_worker.craft.draws import drawn_from
from services.render_worker.engines.base import Finished, StepFailed, Work

# Short enough that no idle limit is reached between two reports.
_TICK_S = 0.25


class Wait:
    """Waits the asked seconds; fails by the asked chance, drawn from the seed."""

    name = "wait@1"
    kind = pb.STEP_KIND_WAIT
    lane = pb.LANE_CPU

    def run(self, work: Work) -> Finished:
        """StepFailed WAIT_FAILED (retryable) when the draw says so."""
        params = work.params.wait
        started = time.monotonic()
        while (left := params.seconds - (time.monotonic() - started)) > 0:
            work.progress(1.0 - left / params.seconds)
            time.sleep(min(left, _TICK_S))
        if drawn_from(work.seed).random() < params.fail_rate:
            raise StepFailed("WAIT_FAILED", "the probe was asked to fail", retryable=True)
        work.progress(1.0)
        return Finished(result=pb.StepResult(wait=pb.WaitResult()))
