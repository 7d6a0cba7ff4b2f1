"""What is set beside a video: thumbnail, playlist, caption tracks. Each on its own, each once, each a warning where it can't be."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import httpx

from services.kit import telemetry
from services.kit.clock import Now, utc_now
from services.kit.db import Work
from services.kit.errors import DependencyAway
from services.youtube import captions
from services.youtube import publication_events as events
from services.youtube.calls import Calls
from services.youtube.errors import ReconnectNeeded
from services.youtube.jobs_client import Film, FilmFile, FilmGone, Jobs, Reader
from services.youtube.leases import Lease
from services.youtube.publication_models import Caption, CaptionState, Extra, Publication
from services.youtube.quota import QuotaUsedUp
from services.youtube.stumbling import Retries
from services.youtube.youtube_client import YouTube
from services.youtube.youtube_errors import Refused, YouTubeAway

# https://developers.google.com/youtube/v3/docs/thumbnails/set
MAX_THUMBNAIL_BYTES = 2 * 1024 * 1024
# https://developers.google.com/youtube/v3/docs/captions/insert
MAX_CAPTIONS_BYTES = 100 * 1024 * 1024
# a new video isn't known everywhere at once
APPEARS_WITHIN = timedelta(minutes=10)
MOST_PLAYLIST_PAGES = 20
_PLAYLIST_ID = re.compile(r"PL[A-Za-z0-9_-]{14,}")


class GivenUp(Exception):
    """It can't be set; the text says why, for the user."""


class Extras:
    """Sets what is still to be set of one publication. `keep_units`: what it leaves of the day's units for uploads."""

    def __init__(
        self,
        calls: Calls,
        youtube: YouTube,
        jobs: Jobs,
        storage: httpx.AsyncClient,
        retries: Retries,
        keep_units: int,
        now: Now = utc_now,
    ) -> None:
        self._calls = calls
        self._youtube = youtube
        self._jobs = jobs
        self._storage = storage
        self._retries = retries
        self._keep_units = keep_units
        self._now = now

    async def run(self, lease: Lease, row: Publication) -> None:
        """Set what can be set now; what has to wait is planned. LeaseLost, ReconnectNeeded."""
        reader = Reader(self._storage, self._jobs, row.user_id, row.job_id)
        waits: list[datetime] = []
        if row.thumbnail is Extra.WAITING:
            waits += await self._attempt(lease, partial(self._set_thumbnail, lease, row, reader), _no_thumbnail)
        if row.playlist is Extra.WAITING:
            waits += await self._attempt(lease, partial(self._set_playlist, lease, row), _no_playlist)
        for caption in row.captions:
            if caption.state is CaptionState.WAITING:
                give_up = partial(_no_caption, caption.language)
                waits += await self._attempt(lease, partial(self._set_caption, lease, row, caption, reader), give_up)
        async with lease.held() as (_, row):
            row.extras_at = min(waits, default=None)
            if not waits:
                row.progressed()
            row.plan_next()

    async def _attempt(
        self, lease: Lease, attempt: Callable[[], Awaitable[None]], give_up: Callable[[Publication, str], str]
    ) -> list[datetime]:
        """Nothing when it is done or given up, else when to try again."""
        try:
            await attempt()
        except QuotaUsedUp as error:
            return [error.until]
        except ReconnectNeeded:
            raise
        except DependencyAway as error:
            return await self._later(lease, error, give_up)
        except (Refused, GivenUp, FilmGone) as error:
            why = error.message if isinstance(error, Refused) else str(error)
            async with lease.held() as (work, row):
                self._give_up(work, row, give_up, why)
        return []

    async def _later(
        self, lease: Lease, error: DependencyAway, give_up: Callable[[Publication, str], str]
    ) -> list[datetime]:
        now = self._now()
        async with lease.held() as (work, row):
            began = row.failing_since or now
            if now - began > timedelta(seconds=self._retries.give_up_after_s):
                self._give_up(work, row, give_up, f"{error.dependency} has been away for too long")
                return []
            asked_s = error.retry_after_s if isinstance(error, YouTubeAway) else None
            again_at = now + self._retries.pause(row.failures, asked_s)
            row.stumble(now, again_at)
        return [again_at]

    def _give_up(self, work: Work, row: Publication, give_up: Callable[[Publication, str], str], why: str) -> None:
        warning = give_up(row, why)
        row.warn(warning, self._now())
        work.save(events.publication_updated(row))
        telemetry.log().warning("something beside a video can't be set", publication_id=str(row.id), warning=warning)

    def _connection_id(self, row: Publication) -> UUID:
        if row.connection_id is None:
            raise ReconnectNeeded("none")
        return row.connection_id

    async def _there(self, row: Publication, call: Awaitable[None]) -> None:
        """A video that YouTube doesn't know yet isn't missing."""
        try:
            await call
        except Refused as error:
            new = row.uploaded_at is not None and self._now() - row.uploaded_at < APPEARS_WITHIN
            if error.status == 404 and new:
                raise YouTubeAway("doesn't know the new video yet") from None
            raise

    async def _set_thumbnail(self, lease: Lease, row: Publication, reader: Reader) -> None:
        def choose(film: Film) -> FilmFile | None:
            return next((file for file in film.files if file.kind == "thumbnail"), None)

        found = choose(await reader.film())
        if found is None:
            raise FilmGone("the film has no thumbnail any more")
        if found.size_bytes > MAX_THUMBNAIL_BYTES:
            raise GivenUp("the picture has more than 2 MB")
        image = await reader.read(choose, 0, found.size_bytes)
        call = partial(self._youtube.set_thumbnail, video_id=row.video_id, image=image, content_type=found.content_type)
        await self._there(row, self._calls(self._connection_id(row), "thumbnails.set", call, self._keep_units))
        async with lease.held() as (_, row):
            row.thumbnail = Extra.DONE

    # playlists

    async def _set_playlist(self, lease: Lease, row: Publication) -> None:
        connection_id, wanted = self._connection_id(row), row.said().playlist
        playlist_id = row.playlist_id or await self._found_playlist(connection_id, wanted)
        if not playlist_id:
            said = row.said()
            privacy = "public" if said.privacy == "public" or said.HasField("publish_time") else said.privacy
            create = partial(self._youtube.create_playlist, title=wanted, privacy=privacy)
            playlist_id = await self._calls(connection_id, "playlists.insert", create, self._keep_units)
        if playlist_id != row.playlist_id:
            async with lease.held() as (_, row):
                row.playlist_id = playlist_id
        is_in = partial(self._youtube.in_playlist, playlist_id=playlist_id, video_id=row.video_id)
        if not await self._calls(connection_id, "playlistItems.list", is_in):
            add = partial(self._youtube.add_to_playlist, playlist_id=playlist_id, video_id=row.video_id)
            await self._there(row, self._calls(connection_id, "playlistItems.insert", add, self._keep_units))
        async with lease.held() as (work, row):
            row.playlist = Extra.DONE
            row.touch(self._now())
            work.save(events.publication_updated(row))

    async def _found_playlist(self, connection_id: UUID, wanted: str) -> str:
        """The id of the channel's playlist of this id or title; empty for a title that is new. GivenUp for an unknown id."""
        if _PLAYLIST_ID.fullmatch(wanted):
            look = partial(self._youtube.playlist, playlist_id=wanted)
            found = await self._calls(connection_id, "playlists.list", look)
            if found is None:
                raise GivenUp(f"there is no playlist {wanted}")
            return found.id
        page_token = ""
        for _ in range(MOST_PLAYLIST_PAGES):
            look_on = partial(self._youtube.playlists, page_token=page_token, size=50)
            page, page_token = await self._calls(connection_id, "playlists.list", look_on)
            for playlist in page:
                if playlist.title == wanted:
                    return playlist.id
            if not page_token:
                break
        return ""

    # captions

    async def _set_caption(self, lease: Lease, row: Publication, caption: Caption, reader: Reader) -> None:
        connection_id, language = self._connection_id(row), caption.language
        name = captions.name_of(language)
        caption_id = ""
        if caption.begun:
            tracks = partial(self._youtube.caption_tracks, video_id=row.video_id)
            there = await self._calls(connection_id, "captions.list", tracks, self._keep_units)
            caption_id = there.get((language, name), "")
        if not caption_id:
            caption_id = await self._inserted(lease, row, language, name, reader)
        async with lease.held() as (work, row):
            kept = _caption(row, language)
            kept.state, kept.caption_id = CaptionState.UPLOADED, caption_id
            row.touch(self._now())
            work.save(events.publication_updated(row))

    async def _inserted(self, lease: Lease, row: Publication, language: str, name: str, reader: Reader) -> str:
        def choose(film: Film) -> FilmFile | None:
            return captions.best_of(film.files, language)

        found = choose(await reader.film())
        if found is None:
            raise FilmGone(f"the film has no subtitles in {language} any more")
        if found.size_bytes > MAX_CAPTIONS_BYTES:
            raise GivenUp("the file has more than 100 MB")
        track = await reader.read(choose, 0, found.size_bytes)
        made: list[str] = []

        async def insert(token: str) -> None:
            async with lease.held() as (_, held):
                _caption(held, language).begun = True
            made.append(await self._youtube.insert_caption(token, row.video_id, language, name, track))

        await self._there(row, self._calls(self._connection_id(row), "captions.insert", insert, self._keep_units))
        return made[-1]


def _caption(row: Publication, language: str) -> Caption:
    return next(caption for caption in row.captions if caption.language == language)


def _no_thumbnail(row: Publication, why: str) -> str:
    row.thumbnail = Extra.FAILED
    return f"The thumbnail could not be set: {why}"


def _no_playlist(row: Publication, why: str) -> str:
    row.playlist = Extra.FAILED
    return f"The video could not be put into the playlist: {why}"


def _no_caption(language: str, row: Publication, why: str) -> str:
    caption = _caption(row, language)
    caption.state, caption.error = CaptionState.FAILED, why
    return f"The captions in {language} could not be put up: {why}"
