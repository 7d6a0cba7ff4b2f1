"""What follows an upload: what YouTube has made of the video, and what is set beside it.

The video is asked after until YouTube has processed it, and once more when it was to become public. Thumbnail, playlist and
captions are set one by one, each kept as done; one that can't be set becomes a warning, and never concerns the video itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from services.kit import telemetry
from services.kit.clock import Now, utc_now
from services.youtube import publication_events as events
from services.youtube.calls import Calls
from services.youtube.errors import ReconnectNeeded
from services.youtube.extras import Extras
from services.youtube.leases import Lease, LeaseLost
from services.youtube.publication_models import Publication, State
from services.youtube.quota import QuotaUsedUp
from services.youtube.stumbling import Ring, Stumbling, ring_done
from services.youtube.youtube_client import Video, YouTube

# YouTube shows a video everywhere within minutes of its upload
APPEARS_WITHIN = timedelta(minutes=10)
# and publishes one within the hour of its time
PUBLISHES_WITHIN = timedelta(hours=1)
# both happen by YouTube's own clock
CLOCKS_DIFFER = timedelta(seconds=30)
# a time of the year 9999 can't be added to
FAR_AHEAD = timedelta(days=3650)
KEPT_PRIVATE = (
    "YouTube keeps this video private. It does so with everything that comes through an API project that Google has not "
    "audited: ask for an audit of the project (https://support.google.com/youtube/contact/yt_api_form), and until then "
    "upload the film by hand to make it public."
)
GONE = "The video is no longer on YouTube."


@dataclass(frozen=True)
class Watching:
    """How often a video is asked after while YouTube works on it."""

    first_s: float
    most_s: float
    # what isn't processed by then, won't be
    give_up_after_s: float
    statistics_every_s: float

    def pause(self, polls: int) -> timedelta:
        """Until the next time, after so many."""
        return timedelta(seconds=min(self.most_s, self.first_s * 1.5 ** min(polls, 50)))


class Finishing:
    """Does what is due of one publication, held by its lease."""

    def __init__(
        self,
        calls: Calls,
        youtube: YouTube,
        extras: Extras,
        stumbling: Stumbling,
        watching: Watching,
        ring: Ring,
        now: Now = utc_now,
    ) -> None:
        self._calls = calls
        self._youtube = youtube
        self._extras = extras
        self._stumbling = stumbling
        self._watching = watching
        self._ring = ring
        self._now = now

    async def run(self, lease: Lease) -> None:
        """Ask after the video, then set what is to be set beside it; whatever is due."""
        try:
            row = await lease.read()
            if _is_due(row.poll_at, self._now()):
                if not await self._watch(lease, row):
                    return
                row = await lease.read()
            if _is_due(row.extras_at, self._now()):
                await self._extras.run(lease, row)
        except LeaseLost:
            telemetry.log().info("a publication is no longer ours", publication_id=str(lease.claim.id))
        except Exception as error:
            try:
                await self._put_off(lease, error)
            except LeaseLost:
                telemetry.log().info("a publication is no longer ours", publication_id=str(lease.claim.id))

    async def _put_off(self, lease: Lease, error: Exception) -> None:
        """What failed is tried again; only a lost grant ends a video that YouTube still works on."""
        if isinstance(error, ReconnectNeeded):
            row = await lease.read()
            if row.state is State.PROCESSING:
                await self._stumbling.take(lease, error)
            else:
                async with lease.held() as (work, row):
                    row.let_go("The channel has to be connected again for what was still to be set.", self._now())
                    work.save(events.publication_updated(row))
            return
        now = self._now()
        async with lease.held() as (_, row):
            if isinstance(error, QuotaUsedUp):
                again_at = error.until
            else:
                again_at = now + self._stumbling.retries.pause(row.failures, None)
                row.stumble(now, again_at)
                telemetry.log().warning(
                    "a published film is seen to later",
                    publication_id=str(row.id),
                    failures=row.failures,
                    error=type(error).__name__,
                )
            row.poll_at = max(row.poll_at, again_at) if row.poll_at else None
            row.extras_at = max(row.extras_at, again_at) if row.extras_at else None
            row.plan_next()

    async def _watch(self, lease: Lease, seen: Publication) -> bool:
        """Ask YouTube what has become of the video; False where that is the end of it."""
        if seen.connection_id is None:
            raise ReconnectNeeded("none")
        call = partial(self._youtube.videos, ids=[seen.video_id], part="status,snippet")
        found = await self._calls(seen.connection_id, "videos.list", call)
        now = self._now()
        async with lease.held() as (work, row):
            before = row.state
            row.progressed()
            self._judge(row, found[0] if found else None, now)
            row.plan_next()
            if row.state is State.FAILED:
                work.save(events.publication_failed(row))
            elif row.state is not before:
                first = before is State.PROCESSING
                work.save(events.publication_succeeded(row) if first else events.publication_updated(row))
            if row.state is not before:
                work.after_commit(ring_done(self._ring, row))
                telemetry.log().info("a publication is judged", publication_id=str(row.id), state=row.state)
            return row.state is not State.FAILED

    def _judge(self, row: Publication, video: Video | None, now: datetime) -> None:
        """What this answer means for the publication."""
        if video is None:
            self._missing(row, now)
        elif video.upload_status in ("failed", "rejected", "deleted"):
            why = f" ({video.trouble})" if video.trouble else ""
            row.fail("REJECTED", f"YouTube {_VERDICTS[video.upload_status]} the video{why}", now, retryable=False)
        elif video.upload_status != "processed":
            self._later(row, now)
        else:
            self._processed(row, video, now)

    def _missing(self, row: Publication, now: datetime) -> None:
        if row.uploaded_at is not None and now - row.uploaded_at < APPEARS_WITHIN:
            self._later(row, now)
        elif row.state is State.PROCESSING:
            row.fail("VIDEO_GONE", "the video is no longer on YouTube; publish the film again", now, retryable=True)
        else:
            row.notice = GONE
            row.publish(scheduled=False, privacy="", now=now)
            row.let_go(GONE, now)

    def _later(self, row: Publication, now: datetime) -> None:
        patience = timedelta(seconds=self._watching.give_up_after_s)
        if row.state is State.PROCESSING and row.uploaded_at is not None and now - row.uploaded_at > patience:
            message = "YouTube has not finished with the video; look at it in YouTube Studio, or publish the film again"
            row.fail("PROCESSING_STUCK", message, now, retryable=True)
            return
        row.poll_at = now + self._watching.pause(row.polls)
        row.polls += 1

    def _processed(self, row: Publication, video: Video, now: datetime) -> None:
        asked, at = row.said().privacy, row.publish_at()
        row.poll_at = None
        if row.statistics_due_at is None:
            row.statistics_due_at = now + timedelta(seconds=self._watching.statistics_every_s)
        if at is None or video.privacy == "public":
            row.publish(scheduled=False, privacy=video.privacy, now=now)
            if asked != "private" and video.privacy == "private":
                row.lock_private(KEPT_PRIVATE)
            return
        if video.publish_at is not None and now - PUBLISHES_WITHIN < at:
            row.publish(scheduled=True, privacy=video.privacy, now=now)
            row.poll_at = max(min(at, now + FAR_AHEAD) + CLOCKS_DIFFER, now + self._watching.pause(row.polls))
            row.polls += 1
            return
        # it should have a time to be published at, and has none, or that time is over
        row.publish(scheduled=False, privacy=video.privacy, now=now)
        row.lock_private(KEPT_PRIVATE)


_VERDICTS = {"failed": "could not process", "rejected": "rejected", "deleted": "has deleted"}


def _is_due(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now
