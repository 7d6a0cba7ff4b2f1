"""The pace of the house: what steps were measured to take, and how many run side by side. Refreshed now and then, for ETAs."""

from __future__ import annotations

import math

from services.ai_jobs import lease_repository
from services.ai_jobs.tally import Tally
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
            self.measured = await lease_repository.measured(work.session)
            workers = await lease_repository.live_workers(work.session)
        self.slots = sum(worker.slots for worker in workers) or DEFAULT_SLOTS
        self.engines = {engine for worker in workers for engine in worker.engines}

    def remaining_s(self, tally: Tally) -> int:
        """Seconds until a plan is done, when it has the house for itself: no less than its longest step."""
        left = sum(kind.weight_left for kind in tally.kinds)
        longest = max((kind.longest_left for kind in tally.kinds), default=0.0)
        return math.ceil(max(left / self.slots, longest))

    def waiting_reason(self, tally: Tally) -> str:
        """Why a ready step stays where it is, when no living worker can serve it; empty otherwise."""
        for kind in tally.kinds:
            for engine in kind.wanted:
                if engine not in self.engines:
                    return f"no worker serves {kind.kind} by {engine} in lane {kind.lane}"
        return ""
