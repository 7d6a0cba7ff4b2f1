"""supervisord, hurried: what dies is up again at once, and what keeps dying is tried each second without end.

Its own habits are a tick of a second, and pauses that grow with every failed start.
"""

import sys
import time
from typing import Any

from supervisor import poller, process, supervisord
from supervisor.states import ProcessStates

TICK_SECONDS = 0.2
PAUSE_SECONDS = 1.0
"""Between the tries of a process that ended within a second of its start."""


class QuickPoller(poller.Poller):  # type: ignore[misc]  # supervisor has no types
    """What supervisord waits in; the second it asks for is also its delay before a restart."""

    def poll(self, timeout: float) -> Any:
        """Waits for something to happen, but never longer than a tick."""
        return super().poll(min(timeout, TICK_SECONDS))


class TirelessSubprocess(process.Subprocess):  # type: ignore[misc]
    """A process whose pauses don't grow."""

    def change_state(self, new_state: int, expected: bool = True) -> Any:
        """Counts every failed start as the first."""
        changed = super().change_state(new_state, expected)
        if new_state == ProcessStates.BACKOFF:
            self.backoff = 1
            self.delay = time.time() + PAUSE_SECONDS
        return changed


if __name__ == "__main__":
    poller.Poller = QuickPoller
    process.Subprocess = TirelessSubprocess
    supervisord.main(sys.argv[1:])
