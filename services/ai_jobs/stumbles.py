"""Jobs over which our own code stumbles: tried again a few times, ever later, then given up, so that nothing is held for ever."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from services.kit import telemetry
from services.kit.clock import Now
from services.kit.errors import DependencyAway

MAX_STUMBLES = 5
FIRST_WAIT = timedelta(seconds=2)

Call = Callable[[], Awaitable[None]]


class Stumbles:
    """One job's errors are no other's: a loop over jobs goes on past those that fail. Remembered in memory alone."""

    def __init__(self, now: Now) -> None:
        self._now = now
        # job → how often, and when it is worth another try
        self._met: dict[UUID, tuple[int, datetime]] = {}

    def resting(self) -> list[UUID]:
        """Jobs that are not worth another try yet."""
        now = self._now()
        return [job_id for job_id, (_, again_at) in self._met.items() if now < again_at]

    async def past(self, job_id: UUID, serve: Call, give_up: Call) -> None:
        """Serve the job, unless it rests; `give_up` instead where that failed too often. Only DependencyAway gets out."""
        now = self._now()
        times, again_at = self._met.get(job_id, (0, now))
        if now < again_at:
            return
        try:
            await (serve() if times < MAX_STUMBLES else give_up())
        except DependencyAway:
            raise
        except Exception:
            self._met[job_id] = (times + 1, now + FIRST_WAIT * 2 ** min(times, MAX_STUMBLES))
            telemetry.log().exception("a job was stumbled over", job_id=str(job_id), times=times + 1)
        else:
            self._met.pop(job_id, None)
