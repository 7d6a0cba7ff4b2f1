"""One turn after another with Salesforce: what changed there, whom to forget, what differs. Trouble ends a turn and says when
the next one is; it is in the database, so a restart neither forgets it nor hurries it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.crm_sync import repository
from services.crm_sync.erasing import Erasing
from services.crm_sync.errors import Away, LimitReached, LoginRefused
from services.crm_sync.listening import Listening
from services.crm_sync.lock import PusherLock
from services.crm_sync.models import Control, Trouble
from services.crm_sync.pushing import Pushing
from services.crm_sync.salesforce import Salesforce, Usage
from services.kit import telemetry
from services.kit.clock import Now, utc_now
from services.kit.db import Work
from services.kit.errors import DependencyAway

AWAY_FIRST_S = 1.0
# turns are never spread further apart than this
SPREAD_MOST_S = 900.0
DAY_S = 86_400.0


@dataclass(frozen=True)
class Rhythm:
    """How often: seconds between polls and between looks at the limit, and the share of our calls from which turns are spread."""

    poll_s: float
    limit_check_s: float
    spread_from: float
    # the longest wait while Salesforce doesn't answer at all
    away_most_s: float


def spread_s(usage: Usage, calls: int, spread_from: float) -> float:
    """Seconds to wait after a turn that made so many calls, so that those that are left last a day. 0 while there are plenty."""
    if usage.limit == 0 or usage.used < spread_from * usage.ours:
        return 0.0
    return min(DAY_S * calls / max(usage.ours - usage.used, 1), SPREAD_MOST_S)


@dataclass
class Gate:
    """Whether the turn may go on: nobody paused it, and the lock is still ours."""

    work: Callable[[], AbstractAsyncContextManager[Work]]
    lock: PusherLock

    async def __call__(self) -> bool:
        """Asked before each call or handful of calls."""
        if not await self.lock.hold():
            return False
        async with self.work() as work:
            return not (await repository.control(work.session)).paused


@dataclass
class Sync:
    """The loop's turns. `wake` has the next one come at once."""

    work: Callable[[], AbstractAsyncContextManager[Work]]
    salesforce: Salesforce
    pushing: Pushing
    erasing: Erasing
    listening: Listening
    gate: Gate
    rhythm: Rhythm
    wake: Callable[[], None]
    now: Now = utc_now
    _failures: int = 0
    _polled_at: datetime | None = None
    _not_before: datetime | None = None
    _known: bool = field(default=False)

    async def turn(self) -> None:
        """One turn, unless it is another process's to make, paused, or not yet time. DependencyAway for a service of ours."""
        if not await self.gate():
            return
        async with self.work() as work:
            control = await repository.control(work.session)
        now = self.now()
        if control.trouble and control.resume_at is not None and now < control.resume_at:
            return
        if self._not_before is not None and now < self._not_before and not control.trouble:
            return
        served = self.salesforce.served
        try:
            more, calls = await self._turn(control)
        except LimitReached as error:
            await self._note(Trouble.LIMITED, str(error), now + timedelta(seconds=self.rhythm.limit_check_s))
        except LoginRefused as error:
            await self._note(Trouble.REFUSED, str(error), error.retry_at)
        except Away as error:
            await self._note(Trouble.AWAY, str(error), self._after_away(served))
        except DependencyAway as error:
            if error.dependency != "postgres":
                await self._note(Trouble.AWAY, str(error), self._after_away(served))
            raise
        else:
            self._failures = 0
            await self._note(Trouble.NONE, "", None)
            wait_s = spread_s(self.salesforce.usage, calls, self.rhythm.spread_from)
            self._not_before = self.now() + timedelta(seconds=wait_s) if wait_s else None
            if more:
                self.wake()

    def hurry(self) -> None:
        """Somebody asked for it: the next turn comes now, spread or not."""
        self._not_before = None
        self._polled_at = None
        self.wake()

    async def _turn(self, control: Control) -> tuple[bool, int]:
        """Everything there is to do; whether there is more, and how many calls it took."""
        usage = self.salesforce.usage
        if not self._known:
            usage.used, usage.limit, self._known = control.calls_used, control.calls_limit, True
        before = self.salesforce.calls
        if control.trouble == Trouble.LIMITED:
            await self.salesforce.look_at_limits()
        await self.pushing.finish_old_job()
        now = self.now()
        if self._polled_at is None or now >= self._polled_at + timedelta(seconds=self.rhythm.poll_s):
            await self.listening.poll()
            self._polled_at = now
        await self.erasing.erase()
        more = await self.pushing.push()
        return more, self.salesforce.calls - before

    def _after_away(self, served: int) -> datetime:
        """When to try again: later each time, as long as nothing at all goes through."""
        self._failures = 1 if self.salesforce.served > served else self._failures + 1
        wait_s = min(AWAY_FIRST_S * 2.0 ** min(self._failures - 1, 10), self.rhythm.away_most_s)
        return self.now() + timedelta(seconds=wait_s)

    async def _note(self, trouble: Trouble, reason: str, resume_at: datetime | None) -> None:
        usage = self.salesforce.usage
        async with self.work() as work:
            control = await repository.control(work.session, locked=True)
            if trouble != control.trouble:
                telemetry.log().info("salesforce", trouble=trouble or "none", reason=reason)
            control.trouble, control.reason, control.resume_at = trouble, reason, resume_at
            control.calls_used, control.calls_limit = usage.used, usage.limit
