"""Statistics: views and likes of what is up, once a day, within the units they may use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from functools import partial
from itertools import groupby
from uuid import UUID

from services.kit import telemetry
from services.kit.clock import Now, utc_now
from services.kit.db import Work
from services.kit.errors import DependencyAway
from services.youtube import publication_events as events
from services.youtube import publication_repository as repository
from services.youtube.calls import Calls
from services.youtube.errors import ReconnectNeeded
from services.youtube.finishing import GONE
from services.youtube.publication_models import Publication
from services.youtube.quota import QuotaUsedUp
from services.youtube.youtube_client import Video, YouTube
from services.youtube.youtube_errors import Refused

# videos.list takes as many ids
BATCH = 50
MOST_A_TURN = 2_000


class Statistics:
    """Asks after what is due."""

    def __init__(
        self,
        work: Callable[[], AbstractAsyncContextManager[Work]],
        calls: Calls,
        youtube: YouTube,
        every_s: float,
        now: Now = utc_now,
    ) -> None:
        self._work = work
        self._calls = calls
        self._youtube = youtube
        self._every = timedelta(seconds=every_s)
        self._now = now

    async def refresh(self) -> int:
        """How many were asked after. What the allowance doesn't reach is asked after next time."""
        async with self._work() as work:
            due = await repository.due_statistics(work.session, self._now(), MOST_A_TURN)
        asked = 0
        by_channel = sorted((row for row in due if row.connection_id), key=lambda row: str(row.connection_id))
        for connection_id, group in groupby(by_channel, key=lambda row: row.connection_id):
            rows = list(group)
            if connection_id is None:
                continue
            for begin in range(0, len(rows), BATCH):
                batch = rows[begin : begin + BATCH]
                try:
                    asked += await self._ask(connection_id, batch)
                except QuotaUsedUp:
                    return asked
                except (ReconnectNeeded, DependencyAway, Refused) as error:
                    # a channel that can't be asked keeps nobody else from being asked
                    telemetry.log().info("no statistics of a channel", error=type(error).__name__)
                    await self._keep(rows[begin:], {}, heard=False)
                    break
        return asked

    async def _ask(self, connection_id: UUID, batch: Sequence[Publication]) -> int:
        call = partial(self._youtube.videos, ids=[row.video_id for row in batch], part="statistics,status")
        videos = await self._calls(connection_id, "videos.list", call, statistics=True)
        await self._keep(batch, {video.id: video for video in videos}, heard=True)
        return len(batch)

    async def _keep(self, batch: Sequence[Publication], videos: dict[str, Video], *, heard: bool) -> None:
        now = self._now()
        async with self._work() as work:
            for row in await repository.locked(work.session, [row.id for row in batch]):
                if row.statistics_due_at is None:
                    continue
                row.statistics_due_at = now + self._every
                video = videos.get(row.video_id)
                if video is not None:
                    if row.take_statistics(video.views, video.likes, now + self._every, now):
                        work.save(events.publication_updated(row))
                elif heard:
                    row.notice, row.statistics_due_at = GONE, None
                    row.touch(now)
                    work.save(events.publication_updated(row))
