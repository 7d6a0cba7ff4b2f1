"""A step under this worker's lease, and why it may be taken out of its child's hands."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import Enum

from filmstudio.ai_jobs.v1 import steps_pb2
from filmstudio.ai_jobs.v1 import worker_pb2 as pb

from services.render_worker.pool import Child


class Ending(Enum):
    """Why a step is taken out of its child's hands."""

    CANCELED = "canceled"
    LOST = "lost"
    RELEASED = "released"


@dataclass(eq=False)
class Held:
    """A step under this worker's lease."""

    step: steps_pb2.RenderStep
    lease: pb.StepLease
    ending: asyncio.Future[Ending]
    # None once the work is done: delivering needs no slot
    child: Child | None
    progress: float = 0.0
    # the cancellation is being reported: only a lost lease, or our leaving, ends that
    canceled: bool = False

    def end(self, ending: Ending) -> None:
        """End it for this reason, unless it has been ended for another."""
        if not (self.ending.done() or (self.canceled and ending is Ending.CANCELED)):
            self.ending.set_result(ending)
