"""A Google project's allowance: units and inserts a day in Pacific time, and a channel's own uploads a day.

Costs: developers.google.com/youtube/v3/determine_quota_cost. `videos.insert` has a bucket of its own, 100 calls a day.
"""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from deploy.local.sandbox.core import Core
from deploy.local.sandbox.youtube_errors import GoogleError

PACIFIC = ZoneInfo("America/Los_Angeles")
INSERT = "videos.insert"
COSTS = {
    "captions.list": 50, "captions.insert": 400, "captions.update": 450, "captions.delete": 50, "thumbnails.set": 50,
}  # fmt: skip
READ, WRITE = 1, 50


def cost(method: str) -> int:
    """Units of one call, `videos.insert` excepted, which is counted by itself."""
    return COSTS.get(method, READ if method.endswith(".list") else WRITE)


class Quota:
    """What is used, by the day."""

    def __init__(self, core: Core, environ: Mapping[str, str]) -> None:
        self._core = core
        self.units = int(environ.get("SANDBOX_YOUTUBE_UNITS", "10000"))
        self.inserts = int(environ.get("SANDBOX_YOUTUBE_INSERTS", "100"))
        self.channel_uploads = int(environ.get("SANDBOX_YOUTUBE_CHANNEL_UPLOADS", "100"))

    def spend(self, method: str, channel_id: str, now: datetime) -> None:
        """Count a call. GoogleError, and nothing counted, where the day has no room for it."""
        store = self._core.store
        if method != INSERT:
            name = self._name("units", now)
            if store.number(name) + cost(method) > self.units:
                raise GoogleError("quotaExceeded")
            store.next_number(name, cost(method))
            return
        project, channel = self._name("inserts", now), self._name(f"channel.{channel_id}", now)
        if store.number(project) >= self.inserts:
            raise GoogleError("quotaExceeded")
        if store.number(channel) >= self.channel_uploads:
            raise GoogleError("uploadLimitExceeded")
        store.next_number(project)
        store.next_number(channel)

    def units_used(self, now: datetime) -> int:
        """Units of this day in Pacific time."""
        return self._core.store.number(self._name("units", now))

    def reset(self) -> None:
        """As if a new day had begun."""
        self._core.store.next_number("youtube.resets")

    def _name(self, what: str, now: datetime) -> str:
        day = now.astimezone(PACIFIC).date().isoformat()
        return f"youtube.{self._core.store.number('youtube.resets')}.{day}.{what}"
