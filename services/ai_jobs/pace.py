"""The pace of the house: what steps were measured to take, and how many run side by side. Refreshed now and then, for ETAs."""

from __future__ import annotations

import math
from collections.abc import Iterable

from services.ai_jobs import repository
from services.ai_jobs.step_models import RenderStep
from services.kit.db import Database

# assumed while no worker has been heard of
DEFAULT_SLOTS = 2


class Pace:
    """Seconds per unit by step kind, and the slots of the workers that live."""

    def __init__(self) -> None:
        self.measured: dict[str, float] = {}
        self.slots = DEFAULT_SLOTS
        self.engines: set[str] = set()

    async def refresh(self, database: Database) -> None:
        """Read what was measured and who works."""
        async with database.work() as work:
            self.measured = await repository.measured(work.session)
            workers = await repository.live_workers(work.session)
        self.slots = sum(worker.slots for worker in workers) or DEFAULT_SLOTS
        self.engines = {engine for worker in workers for engine in worker.engines}

    def remaining_s(self, steps: Iterable[RenderStep]) -> int:
        """Seconds until these steps are done, when they have the house for themselves: no less than its longest step."""
        left = [step.weight * (1 - step.progress) for step in steps if not step.done]
        return math.ceil(max(sum(left) / self.slots, max(left, default=0.0)))

    def waiting_reason(self, steps: Iterable[RenderStep]) -> str:
        """Why a ready step stays where it is, when no living worker can serve it; empty otherwise."""
        for step in steps:
            if step.state == "ready" and step.engine not in self.engines:
                return f"no worker serves {step.kind} by {step.engine} in lane {step.lane}"
        return ""
