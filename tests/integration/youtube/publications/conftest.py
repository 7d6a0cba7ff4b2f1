"""Publishing over a real PostgreSQL and S3, with the sandbox's YouTube behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from filmstudio.ai_jobs.v1 import jobs_pb2
from filmstudio.youtube.v1 import events_pb2
from filmstudio.youtube.v1.youtube_pb2 import CreatePublicationRequest, PublicationSpec
from sqlalchemy import select

from services.kit.tables import OutboxRow
from services.youtube.connection_models import Connection
from services.youtube.publication_models import Publication
from services.youtube.publications import Publications
from services.youtube.publishing import Publishing, publishing
from services.youtube.settings import Settings
from tests.integration.youtube.conftest import House
from tests.support.eventually import eventually_async
from tests.support.films import JPEG, FilmShelf, film_bytes, storage_of

MIB = 1024 * 1024
FILM = film_bytes(3 * MIB + 12_345, seed=7)
# waits that are long enough to be seen and short enough for a test
QUICK: dict[str, Any] = {
    "youtube_chunk_bytes": MIB,
    "youtube_retry_first_s": 0.05,
    "youtube_retry_most_s": 0.3,
    "youtube_look_for_work_s": 0.1,
    "youtube_plan_every_s": 0.2,
    "youtube_look_every_s": 0.1,
    "youtube_poll_first_s": 0.1,
    "youtube_poll_most_s": 0.3,
    "youtube_lease_s": 2.0,
}


@dataclass
class Press:
    """Publishing wired up, and ways to make what tests need."""

    house: House
    shelf: FilmShelf
    publications: Publications
    running: Publishing
    channel: Connection
    rung: list[dict[str, object]] = field(default_factory=list)
    started: bool = False

    @property
    def user(self) -> str:
        return self.house.user

    async def start(self) -> None:
        """Let films be uploaded."""
        self.started = True
        for part in self.running.parts:
            await part.start()

    async def stop(self) -> None:
        """Let none be uploaded any more."""
        if self.started:
            for part in reversed(self.running.parts):
                await part.stop()
        self.started = False

    async def job(self, film: bytes = FILM, **more: Any) -> jobs_pb2.Job:
        """A job of the user's that has made a film."""
        return await self.shelf.put(film, self.user, **{"thumbnail": JPEG, "languages": ["en", "hi"], **more})

    async def publish(self, job: jobs_pb2.Job | None = None, request_id: str = "", **said: Any) -> Publication:
        """A publication of the user's, as they ask for it."""
        job = job or await self.job()
        spec = PublicationSpec(connection_id=str(self.channel.id), **said)
        request = CreatePublicationRequest(job_id=job.id, spec=spec, request_id=request_id)
        return await self.publications.create(self.user, request)

    async def now(self, publication: Publication) -> Publication:
        """The publication as it is kept."""
        async with self.house.database.work() as work:
            row = await work.session.get(Publication, publication.id)
        assert row is not None
        return row

    async def until(
        self, publication: Publication, is_so: Callable[[Publication], object], within_s: float = 20
    ) -> Publication:
        """The publication once it is as wanted."""
        found: list[Publication] = []

        async def look() -> object:
            found[:] = [await self.now(publication)]
            return is_so(found[0])

        try:
            await eventually_async(look, within_s, "what the publication was waited for")
        except AssertionError as error:
            row = found[0]
            raise AssertionError(f"{error}: it is {row.state} {row.error_code} {row.error_message}") from None
        return found[0]

    async def videos(self, publication: Publication) -> list[dict[str, Any]]:
        """Videos at YouTube that bear the publication's marker."""
        state = await self.house.box.state("youtube")
        return [video for video in state["videos"] if f"filmstudio-{publication.id}" in video["tags"]]

    async def facts(self, publication: Publication) -> list[tuple[str, Any]]:
        """What was told of a publication, in order: the facts' names and the publications in them."""
        query = select(OutboxRow).where(OutboxRow.aggregate_id == str(publication.id))
        async with self.house.database.work() as work:
            rows = (await work.session.scalars(query.order_by(OutboxRow.aggregate_seq))).all()
        names = [str(row.headers["ce_type"]).rpartition(".")[2] for row in rows]
        return [
            (name, getattr(events_pb2, name).FromString(row.payload).publication)
            for name, row in zip(names, rows, strict=True)
        ]

    async def inserts(self) -> int:
        """Calls of videos.insert that YouTube has let in."""
        count: int = (await self.house.box.state("youtube"))["inserts"]
        return count


@pytest.fixture
async def settings_changes() -> dict[str, Any]:
    """To be overridden by tests that want other settings."""
    return {}


@pytest.fixture
async def press(
    house: House, backing: dict[str, str], youtube_url: str, settings_changes: dict[str, Any]
) -> AsyncIterator[Press]:
    settings = Settings(
        database_url=youtube_url, kafka_bootstrap_servers="-", redis_url="-", youtube_grpc_address="-",
        ai_jobs_grpc_address="-", filmstudio_url="-", youtube_api_url=house.box.environ["YOUTUBE_API_URL"],
        **{**QUICK, **settings_changes},
    )  # fmt: skip
    # the folder's tests together would use up the day
    await house.box.act("youtube", "reset_limits")
    shelf, rung = FilmShelf(storage_of(backing)), list[dict[str, object]]()

    def ring(message: Any) -> None:
        rung.append(dict(message))

    running = publishing(settings, house.database, house.access, house.youtube, shelf, ring)
    publications = Publications(
        house.database.work, house.connections, shelf, ring, running.wake, timedelta(days=7), configured=True
    )
    house.connections.on_establish(publications.revive)
    house.connections.on_disconnect(publications.end_of_channel)
    house.connections.on_erase(publications.erase_user)
    press = Press(house, shelf, publications, running, await house.connect(), rung)
    yield press
    await press.stop()
    # what is left would be taken up by the next test
    await house.sql("DELETE FROM publications")
