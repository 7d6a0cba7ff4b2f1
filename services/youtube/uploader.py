"""Uploads: a film's bytes from storage to YouTube, through the memory of one chunk, and never a second video.

Where an upload stands is kept at every step: that a session is about to be begun, its address, each offset with the SHA-256 of
all before it, that the last bytes are about to go, the video. A process that dies anywhere leaves enough to go on:
- With a session, YouTube is asked where it stands. A finished one answers with its video, so an answer that got lost is given again.
- Where a session is gone, the video is looked for by its marker. Only the film's last bytes make a video: if they may have been
  sent, it is looked for several times, since YouTube's lists lag behind.
- The film's SHA-256 is compared before the last bytes go. What has been sent of a film that isn't the film makes no video.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import httpx

from services.kit import telemetry
from services.kit.clock import Now, utc_now
from services.kit.errors import DependencyAway
from services.youtube import publication_events as events
from services.youtube.calls import Calls
from services.youtube.errors import ReconnectNeeded
from services.youtube.jobs_client import Film, FilmFile, FilmGone, Jobs, Reader
from services.youtube.leases import Lease, LeaseLost
from services.youtube.marker_search import find_video
from services.youtube.prefix import Prefix
from services.youtube.publication_models import Publication
from services.youtube.quota import Bucket, QuotaUsedUp
from services.youtube.quota_book import QuotaBook
from services.youtube.resumable import Kept, Resumable
from services.youtube.stumbling import Ring, Stumbling, ring_progress
from services.youtube.video_body import video_body
from services.youtube.youtube_client import Video, YouTube
from services.youtube.youtube_errors import ChannelUsedUp, DayUsedUp, Refused, SessionLost, YouTubeAway

# live events of an upload come at most so often
RING_EVERY_S = 1.0
# what was sent is read again in pieces of this size, at least
CATCH_UP_BYTES = 8 * 1024 * 1024
# chunks in a row of which YouTube keeps nothing
MOST_STALLS = 3
# a session that won't say where it stands is as good as none, once it was asked so often
MOST_REFUSALS = 2


@dataclass(frozen=True)
class Pace:
    """How an upload goes."""

    # a multiple of 256 KiB
    chunk_bytes: int
    # after a lost session whose film may be whole: how often its video is looked for, and how far apart
    looks: int
    look_every_s: float
    # where a video is watched, its id added
    watch_url: str


class OutOfStep(Exception):
    """YouTube refuses a chunk that fits what it said last: the session is asked again."""


class Settled(Exception):
    """What follows is kept already: this run is over."""


class Uploader:
    """Brings one publication, held by its lease, as far as it gets."""

    def __init__(
        self,
        calls: Calls,
        youtube: YouTube,
        sessions: Resumable,
        book: QuotaBook,
        jobs: Jobs,
        storage: httpx.AsyncClient,
        stumbling: Stumbling,
        pace: Pace,
        ring: Ring,
        now: Now = utc_now,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.calls = calls
        self.youtube = youtube
        self.sessions = sessions
        self.book = book
        self.jobs = jobs
        self.storage = storage
        self.pace = pace
        self.ring = ring
        self.now = now
        self.clock = clock
        self.stumbling = stumbling

    async def run(self, lease: Lease) -> None:
        """Upload what is left, and keep what became of it."""
        try:
            await _Upload(self, lease, await lease.read()).run()
        except LeaseLost:
            telemetry.log().info("an upload is no longer ours", publication_id=str(lease.claim.id))
        except Settled:
            return
        except Exception as error:
            try:
                await self.stumbling.take(lease, error)
            except LeaseLost:
                telemetry.log().info("an upload is no longer ours", publication_id=str(lease.claim.id))


def _the_film(film: Film) -> FilmFile:
    return film.film


class _Upload:
    """One run."""

    def __init__(self, house: Uploader, lease: Lease, publication: Publication) -> None:
        self._house = house
        self._lease = lease
        self._row = publication
        self._reader = Reader(house.storage, house.jobs, publication.user_id, publication.job_id)
        self._prefix = Prefix()
        self._rung_at = float("-inf")

    async def run(self) -> None:
        stands = await self._resumed() if self._row.session_url else None
        if stands is None:
            stands = await self._begun()
        if isinstance(stands, Kept):
            stands = await self._sent(stands.offset)
        async with self._lease.held() as (work, row):
            row.take_video(stands.id, f"{self._house.pace.watch_url}{stands.id}", self._house.now())
            work.save(events.publication_updated(row))
            work.after_commit(ring_progress(self._house.ring, row))
        telemetry.log().info("film uploaded", publication_id=str(row.id), video_id=stands.id, sessions=row.sessions)

    @property
    def _connection_id(self) -> UUID:
        if self._row.connection_id is None:
            raise ReconnectNeeded("none")
        return self._row.connection_id

    async def _find(self) -> Video | None:
        return await find_video(self._house.calls, self._house.youtube, self._row)

    # the session

    async def _resumed(self) -> Kept | Video | None:
        """Where the session stands, or None: it is gone, and nothing came of it."""
        try:
            return await self._asked()
        except SessionLost:
            video = await self._find()
        if video is not None:
            return video
        now = self._house.now()
        async with self._lease.held() as (_, row):
            row.looks += 1
            # YouTube's lists lag behind: where the whole film may be there, its video may yet appear
            look_again = row.last_bytes and row.looks < self._house.pace.looks
            if look_again:
                row.next_at = now + timedelta(seconds=self._house.pace.look_every_s)
            else:
                row.lose_session()
        self._row = row
        telemetry.log().warning("an upload session is gone", publication_id=str(row.id), look_again=look_again)
        if look_again:
            raise Settled
        return None

    async def _asked(self) -> Kept | Video:
        url, size = self._row.session_url, self._row.size_bytes
        try:
            return await self._house.calls.free(
                self._connection_id, lambda token: self._house.sessions.ask(token, url, size)
            )
        except Refused as error:
            if self._row.failures >= MOST_REFUSALS:
                raise SessionLost(str(error.status)) from None
            raise OutOfStep(str(error.status)) from None

    async def _begun(self) -> Kept | Video:
        """A new session; or the video, where an earlier one has made it after all."""
        if self._row.sessions and (video := await self._find()) is not None:
            return video
        house = self._house
        async with self._lease.held() as (work, row):
            await house.book.take_upload(work, row.channel_id)
            row.begin_session(house.now())
        body = video_body(row, house.now())
        try:
            url = await house.calls.free(
                self._connection_id, lambda token: house.sessions.begin(token, body, row.size_bytes)
            )
        except DayUsedUp:
            await self._no_session(used=True)
            raise QuotaUsedUp(Bucket.INSERTS, await house.book.close(Bucket.INSERTS)) from None
        except ChannelUsedUp:
            await self._no_session(used=True)
            raise QuotaUsedUp(Bucket.CHANNEL, await house.book.close(Bucket.CHANNEL, self._row.channel_id)) from None
        except (DependencyAway, ReconnectNeeded):
            await self._no_session(used=False)
            raise
        async with self._lease.held() as (work, row):
            if row.open_session(url, house.now()):
                work.save(events.publication_updated(row))
            work.after_commit(ring_progress(house.ring, row))
        self._row = row
        return Kept(0)

    async def _no_session(self, *, used: bool) -> None:
        async with self._lease.held() as (work, row):
            row.no_session()
            if not used:
                await self._house.book.give_back_upload(work, row.channel_id)

    # the bytes

    async def _sent(self, offset: int) -> Video:
        """Send the film from here to its end; its video."""
        size, stalls = self._row.size_bytes, 0
        await self._catch_up(offset)
        while True:
            end = min(offset + self._house.pace.chunk_bytes, size)
            chunk = await self._read(offset, end)
            self._prefix.add(offset, chunk)
            if end == size:
                await self._before_the_last(offset)
            stands = await self._send(offset, chunk)
            del chunk
            if isinstance(stands, Video):
                return stands
            stalls = stalls + 1 if stands.offset <= offset else 0
            if stalls > MOST_STALLS:
                raise YouTubeAway("keeps nothing of what it is sent")
            offset = stands.offset
            await self._catch_up(offset)
            await self._keep(offset)

    async def _catch_up(self, offset: int) -> None:
        """Know the film's beginning as far as it was sent, and that it is what was sent."""
        known, sent = self._row.uploaded_bytes, self._row.uploaded_sha256
        for end in sorted({known, max(known, offset)}):
            while self._prefix.length < end:
                begin = self._prefix.length
                piece = max(self._house.pace.chunk_bytes, CATCH_UP_BYTES)
                self._prefix.add(begin, await self._read(begin, min(begin + piece, end)))
            if end == known and sent and self._prefix.digest_at(known) not in ("", sent):
                await self._start_over("the film in storage is not the one whose upload was begun")

    async def _read(self, begin: int, end: int) -> bytes:
        film = (await self._reader.film()).film
        if (film.sha256, film.size_bytes) != (self._row.film_sha256, self._row.size_bytes):
            raise FilmGone("the job has another film by now")
        return await self._reader.read(_the_film, begin, end - begin)

    async def _before_the_last(self, offset: int) -> None:
        """From here on there may be a video: nobody cancels it any more, and it is looked for."""
        if self._prefix.digest() != self._row.film_sha256:
            await self._start_over("the bytes that storage gave are not the film")
        async with self._lease.held() as (_, row):
            row.last_bytes = True
        self._row = row

    async def _start_over(self, why: str) -> None:
        """What was sent is no beginning of the film, and makes no video. Once from the start, then it ends."""
        telemetry.log().error("an upload starts over", publication_id=str(self._row.id), why=why)
        async with self._lease.held() as (_, row):
            row.lose_session()
        if row.sessions > 1:
            message = "the film's file is damaged: make the film again, then publish it"
            await self._house.stumbling.fail(self._lease, "FILM_DAMAGED", message, retryable=False)
        raise Settled

    async def _send(self, offset: int, chunk: bytes) -> Kept | Video:
        url, size = self._row.session_url, self._row.size_bytes
        try:
            return await self._house.calls.free(
                self._connection_id, lambda token: self._house.sessions.send(token, url, offset, chunk, size)
            )
        except Refused as error:
            raise OutOfStep(str(error.status)) from None
        except SessionLost:
            # asked, it says so again, and then its video is looked for
            raise OutOfStep("the session is gone") from None

    async def _keep(self, offset: int) -> None:
        async with self._lease.held() as (work, row):
            row.keep(offset, self._prefix.digest_at(offset))
            if self._house.clock() - self._rung_at >= RING_EVERY_S:
                self._rung_at = self._house.clock()
                work.after_commit(ring_progress(self._house.ring, row))
        self._row = row
