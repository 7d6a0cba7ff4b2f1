"""Publications: what users, jobs and the ends of connections do to films on their way to YouTube.

One transaction each. ai_jobs is asked before it, never within.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from filmstudio.ai_jobs.v1 import jobs_pb2
from filmstudio.youtube.v1.youtube_pb2 import CreatePublicationRequest, PublicationSpec

from services.kit import paging, requests, telemetry
from services.kit.clock import Now, utc_now
from services.kit.db import Work
from services.kit.errors import Invalid, NotFound
from services.kit.ids import new_id, parse_id
from services.youtube import captions, departed, spec
from services.youtube import publication_events as events
from services.youtube import publication_repository as repository
from services.youtube.connection_models import Connection
from services.youtube.errors import JobState, NotConfigured, PublicationState, ReconnectNeeded
from services.youtube.jobs_client import Film, Jobs, film_of
from services.youtube.publication_models import BEFORE_VIDEO, Publication, Source, State
from services.youtube.stumbling import RECONNECT_NEEDED, Ring, ring_done, ring_progress

_CREATE = "CreatePublication"
_DISCONNECTED = "The channel was disconnected before everything was set."


class Connections(Protocol):
    """Whose channels these are."""

    async def required(self, work: Work, user_id: str, connection_id: str) -> Connection:
        """The user's connection; NotFound."""


class Publications:
    """The use cases. `wake` is called after a commit that leaves something to be done."""

    def __init__(
        self,
        work: Callable[[], AbstractAsyncContextManager[Work]],
        connections: Connections,
        jobs: Jobs,
        ring: Ring,
        wake: Callable[[], None],
        revive_within: timedelta,
        *,
        configured: bool,
        now: Now = utc_now,
        next_id: Callable[[], UUID] = new_id,
    ) -> None:
        self._work = work
        self._connections = connections
        self._jobs = jobs
        self._ring = ring
        self._wake = wake
        self._revive_within = revive_within
        self._configured = configured
        self._now = now
        self._new_id = next_id

    # what users do

    async def create(self, user_id: str, request: CreatePublicationRequest) -> Publication:
        """A film of the user's on its way to their channel; the same request_id gives the same one.

        NotFound for the job or the connection, Invalid, JobState, ReconnectNeeded, NotConfigured; PublicationState while the
        same film is on its way to the same channel.
        """
        self._require_configured()
        async with self._work() as work:
            if made := await requests.begin(work, user_id, _CREATE, request.request_id, request):
                return await self._required(work, user_id, str(made))
            await self._connections.required(work, user_id, request.spec.connection_id)
        try:
            film, said = await self._asked(user_id, request)
            async with self._work() as work:
                await departed.require_present(work, user_id)
                connection = await self._usable(work, user_id, said.connection_id)
                if other := await repository.live_of_job(work.session, film.job_id, connection.id):
                    raise PublicationState(
                        "this film is on its way to this channel already", state=other.state, publication_id=other.id
                    )
                row = self._begun(work, film, said, connection, Source.ASKED)
                await requests.finish(work, user_id, _CREATE, request.request_id, row.id)
        except BaseException:
            async with self._work() as work:
                await requests.forget(work, user_id, _CREATE, request.request_id)
            raise
        return row

    async def check(self, user_id: str, asked: PublicationSpec) -> None:
        """Refuse what `create` would refuse of this spec whatever the film."""
        self._require_configured()
        async with self._work() as work:
            connection = await self._connections.required(work, user_id, asked.connection_id)
        spec.checked(asked, self._now())
        _require_active(connection)

    async def get(self, user_id: str, publication_id: str) -> Publication:
        """The user's publication."""
        async with self._work() as work:
            return await self._required(work, user_id, publication_id)

    async def page(
        self, user_id: str, job_id: str, project_id: str, page_size: int, page_token: str
    ) -> tuple[Sequence[Publication], str]:
        """The user's publications, newest first, and the token of the next page."""
        size, after = paging.size(page_size), paging.after(page_token)
        async with self._work() as work:
            rows = await repository.publications_page(work.session, user_id, job_id, project_id, after, size + 1)
        return paging.cut(rows, size, [row.id for row in rows])

    async def cancel(self, user_id: str, publication_id: str) -> Publication:
        """Stop it while that is certain; one that is canceled already stays so. NotFound, PublicationState."""
        async with self._work() as work:
            row = await self._required(work, user_id, publication_id, locked=True)
            if row.state is not State.CANCELED:
                row.require_cancelable()
                self._cancel(work, row)
        return row

    # what jobs and connections do

    async def publish_film(self, event_id: UUID, job: jobs_pb2.Job) -> None:
        """A film is there whose options say where to publish it: once a job, however often that is told."""
        if not job.publish.connection_id or not any(output.kind == "film" for output in job.outputs):
            return
        film = film_of(job)
        async with self._work() as work:
            if not await work.first_time(event_id) or not await departed.is_present(work, film.user_id):
                return
            if await repository.of_job_options(work.session, film.job_id):
                return
            await self._follow_options(work, film, _spec_of(job.publish))

    async def _follow_options(self, work: Work, film: Film, asked: PublicationSpec) -> None:
        """Begin it; or keep it as failed, so that its user sees why nothing comes of it."""
        now = self._now()
        connection: Connection | None = None
        try:
            connection = await self._connections.required(work, film.user_id, asked.connection_id)
            said = spec.checked(_without_time(asked), now)
            said = spec.for_film(said, film.title, film.language, captions.languages(film.files))
        except NotFound:
            kept = _harmless(asked, film, now)
            self._failed(work, film, kept, None, "CONNECTION_MISSING", "the channel is no longer connected", True)
            return
        except Invalid as error:
            field = error.metadata.get("field", "")
            message = f"{field}: {error.message}".lstrip(": ")
            self._failed(work, film, _harmless(asked, film, now), connection, "INVALID", message, False)
            return
        if asked.HasField("publish_time"):
            said.publish_time.CopyFrom(asked.publish_time)
        row = self._begun(work, film, said, connection, Source.JOB)
        if not connection.active:
            self._fail_for_reconnect(work, row)

    async def revive(self, work: Work, connection: Connection) -> None:
        """A channel is connected (again): what failed for want of that goes on."""
        now = self._now()
        since = now - self._revive_within
        for row in await repository.failed_for(work.session, connection.id, RECONNECT_NEEDED, since):
            row.revive(now)
            row.channel_title = connection.channel_title
            work.save(events.publication_updated(row))
            work.after_commit(ring_progress(self._ring, row))
            work.after_commit(self._wake)

    async def end_of_channel(self, work: Work, connection: Connection) -> None:
        """A channel is disconnected: what is on its way is canceled, what is up is let be."""
        now = self._now()
        for row in await repository.of_connection(work.session, connection.id):
            if row.state in BEFORE_VIDEO:
                self._cancel(work, row)
            elif row.state is State.PROCESSING:
                self._fail_for_reconnect(work, row)
            elif row.unfinished():
                row.let_go(_DISCONNECTED, now)
                work.save(events.publication_updated(row))
            else:
                row.poll_at = row.next_at = row.statistics_due_at = None

    async def erase_user(self, work: Work, user_id: str) -> None:
        """A user is deleted: what is on its way is canceled, and no row of theirs is kept."""
        for row in await repository.of_user(work.session, user_id):
            if row.state in BEFORE_VIDEO:
                self._cancel(work, row)
        await work.flush_facts()
        await repository.erase_user(work.session, user_id)

    # together

    async def _asked(self, user_id: str, request: CreatePublicationRequest) -> tuple[Film, PublicationSpec]:
        """The film and what is said of it. A job that isn't there comes before a wrong word, and that before one without a film."""
        try:
            film = await self._jobs.film(user_id, request.job_id)
        except JobState:
            spec.checked(request.spec, self._now())
            raise
        said = spec.checked(request.spec, self._now())
        return film, spec.for_film(said, film.title, film.language, captions.languages(film.files))

    def _begun(
        self, work: Work, film: Film, said: PublicationSpec, connection: Connection | None, source: Source
    ) -> Publication:
        channel = (connection.channel_id, connection.channel_title) if connection else ("", "")
        connection_id = connection.id if connection else None
        row = Publication.begin(self._new_id(), film, said, connection_id, channel, source, self._now())
        work.save(row, events.publication_updated(row))
        work.after_commit(self._wake)
        telemetry.log().info("a film is to be published", publication_id=str(row.id), job_id=film.job_id, source=source)
        return row

    def _failed(
        self,
        work: Work,
        film: Film,
        said: PublicationSpec,
        connection: Connection | None,
        code: str,
        message: str,
        retryable: bool,
    ) -> None:
        row = self._begun(work, film, said, connection, Source.JOB)
        row.fail(code, message, self._now(), retryable=retryable)
        work.save(events.publication_failed(row))
        work.after_commit(ring_done(self._ring, row))

    def _fail_for_reconnect(self, work: Work, row: Publication) -> None:
        message = "the channel has to be connected again; the film then goes on by itself"
        row.fail(RECONNECT_NEEDED, message, self._now(), retryable=True)
        work.save(events.publication_failed(row))
        work.after_commit(ring_done(self._ring, row))

    def _cancel(self, work: Work, row: Publication) -> None:
        row.cancel(self._now())
        work.save(events.publication_canceled(row))
        work.after_commit(ring_done(self._ring, row))

    def _require_configured(self) -> None:
        if not self._configured:
            raise NotConfigured

    async def _usable(self, work: Work, user_id: str, connection_id: str) -> Connection:
        connection = await self._connections.required(work, user_id, connection_id)
        _require_active(connection)
        return connection

    async def _required(self, work: Work, user_id: str, publication_id: str, *, locked: bool = False) -> Publication:
        key = parse_id(publication_id)
        row = await repository.publication(work.session, user_id, key, locked=locked) if key else None
        if row is None:
            raise NotFound("no such publication")
        return row


def _require_active(connection: Connection) -> None:
    if not connection.active:
        raise ReconnectNeeded(connection.id)


def _spec_of(options: jobs_pb2.PublishOptions) -> PublicationSpec:
    """The options of a job in the words of a publication: both have the same fields."""
    said = PublicationSpec(
        connection_id=options.connection_id,
        title=options.title,
        description=options.description,
        tags=options.tags,
        category=options.category,
        privacy=options.privacy,
        made_for_kids=options.made_for_kids,
        playlist=options.playlist,
        captions=options.captions,
        default_language=options.default_language,
    )
    if options.HasField("publish_time"):
        said.publish_time.CopyFrom(options.publish_time)
    if options.HasField("contains_synthetic_media"):
        said.contains_synthetic_media = options.contains_synthetic_media
    return said


def _harmless(asked: PublicationSpec, film: Film, now: datetime) -> PublicationSpec:
    """What is kept of a wish that can't be followed: its channel and the film's title.

    The rest may be anything where the film was ordered while youtube was away, a text that no database takes among it.
    """
    plain = PublicationSpec(connection_id=str(parse_id(asked.connection_id) or ""))
    return spec.for_film(spec.checked(plain, now), film.title, film.language, [])


def _without_time(asked: PublicationSpec) -> PublicationSpec:
    """To be checked without its time: that was in the future when the film was ordered, and may be over now that it is there."""
    said = PublicationSpec()
    said.CopyFrom(asked)
    said.ClearField("publish_time")
    return said
