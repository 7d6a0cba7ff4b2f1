"""How the pieces of publishing are put together: from a waiting film to a watched video."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.kit.db import Database
from services.kit.runtime import Part, Periodic
from services.youtube.access import Access
from services.youtube.calls import Calls
from services.youtube.dispatcher import Dispatcher, Planner, Room
from services.youtube.extras import Extras
from services.youtube.finishing import Finishing, Watching
from services.youtube.jobs_client import Jobs
from services.youtube.quota import Limits
from services.youtube.quota_book import QuotaBook
from services.youtube.resumable import Resumable
from services.youtube.settings import Settings
from services.youtube.statistics import Statistics
from services.youtube.stumbling import Retries, Ring, Stumbling
from services.youtube.uploader import Pace, Uploader
from services.youtube.youtube_client import YouTube


@dataclass(frozen=True)
class Publishing:
    """The running parts, and whom to wake when something is to be done."""

    dispatcher: Dispatcher
    planning: Periodic
    calls: Calls
    parts: Sequence[Part]

    def wake(self) -> None:
        """Something waits: whoever has room takes it, and the others hear when."""
        self.dispatcher.wake()
        self.planning.wake()


def publishing(
    settings: Settings, database: Database, access: Access, youtube: YouTube, jobs: Jobs, ring: Ring
) -> Publishing:
    """All of it, by the settings."""
    limits = Limits(
        inserts=settings.youtube_uploads_per_day,
        units=settings.youtube_units_per_day,
        channel=settings.youtube_uploads_per_channel_per_day,
        kept_for_uploads=settings.youtube_units_kept_for_uploads,
        statistics=settings.youtube_statistics_units_per_day,
    )
    retries = Retries(settings.youtube_retry_first_s, settings.youtube_retry_most_s, settings.youtube_give_up_after_s)
    watching = Watching(
        settings.youtube_poll_first_s,
        settings.youtube_poll_most_s,
        settings.youtube_processing_s,
        settings.youtube_statistics_every_s,
    )
    pace = Pace(
        settings.youtube_chunk_bytes, settings.youtube_looks, settings.youtube_look_every_s, settings.youtube_watch_url
    )
    room = Room(
        settings.youtube_uploads_at_once,
        settings.youtube_finishing_at_once,
        settings.youtube_lease_s,
        settings.youtube_look_for_work_s,
    )
    book = QuotaBook(database.work, limits, settings.youtube_quota_wait_most_s, settings.youtube_channel_wait_s)
    calls = Calls(access, book)
    sessions = Resumable(youtube, settings.youtube_api_url, settings.youtube_chunk_timeout_s)
    stumbling = Stumbling(retries, ring)
    uploader = Uploader(calls, youtube, sessions, book, jobs, youtube.http, stumbling, pace, ring)
    extras = Extras(calls, youtube, jobs, youtube.http, retries, limits.kept_for_uploads)
    finishing = Finishing(calls, youtube, extras, stumbling, watching, ring)
    planner = Planner(database.work, book, ring, settings.youtube_uploads_at_once)
    statistics = Statistics(database.work, calls, youtube, settings.youtube_statistics_every_s)
    dispatcher = Dispatcher(database.work, uploader, finishing, room)
    planning = Periodic("plan of uploads", settings.youtube_plan_every_s, planner.plan)
    loops = [
        planning,
        Periodic("statistics", settings.youtube_statistics_look_s, statistics.refresh),
        Periodic("old quota", timedelta(hours=6).total_seconds(), book.forget_old),
    ]
    return Publishing(dispatcher, planning, calls, [dispatcher, *loops])
