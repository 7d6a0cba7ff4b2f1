"""supervisord with a shorter tick, so that what dies is up again at once instead of a second or two later."""

import sys
from typing import Any

from supervisor import poller, supervisord

TICK_SECONDS = 0.2


class QuickPoller(poller.Poller):  # type: ignore[misc]  # supervisor has no types
    """The poller that supervisord waits in; it passes one second, which is also its delay before a restart."""

    def poll(self, timeout: float) -> Any:
        """Waits for something to happen, but never longer than a tick."""
        return super().poll(min(timeout, TICK_SECONDS))


if __name__ == "__main__":
    poller.Poller = QuickPoller
    supervisord.main(sys.argv[1:])
