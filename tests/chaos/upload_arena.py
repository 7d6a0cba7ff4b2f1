"""Where uploads are killed: a real PostgreSQL, S3 and uploader, the sandbox's YouTube behind a gate, an ai_jobs over gRPC."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

from filmstudio.ai_jobs.v1 import jobs_pb2, jobs_pb2_grpc
from filmstudio.youtube.v1.youtube_pb2 import CreatePublicationRequest, PublicationSpec
from grpc import aio
from sqlalchemy import text

from deploy.local.ports import LOOPBACK
from deploy.local.stack import Stack
from services.kit.db import Database
from services.youtube.connections import Connections, Google
from services.youtube.google_oauth import GoogleOAuth
from services.youtube.publication_models import Publication, State
from services.youtube.publications import Publications
from services.youtube.settings import Settings
from services.youtube.vault import Vault, make_key
from services.youtube.youtube_client import YouTube
from tests.chaos import upload_child
from tests.chaos.upload_gate import Gate
from tests.support import sandbox
from tests.support.databases import fresh_database
from tests.support.films import FilmShelf, storage_of
from tests.support.sandbox import Sandbox

CHECKOUT = Path(__file__).resolve().parents[2]
# all waits are time only; these are as short as they can be told apart
WAITS: dict[str, Any] = {
    "youtube_retry_first_s": 0.02,
    "youtube_retry_most_s": 0.1,
    "youtube_look_for_work_s": 0.2,
    "youtube_plan_every_s": 5,
    "youtube_look_every_s": 0.05,
    "youtube_poll_first_s": 60,
    "youtube_lease_s": 5,
    "youtube_uploads_per_day": 100_000,
    "youtube_uploads_per_channel_per_day": 100_000,
    "youtube_units_per_day": 10_000_000,
}
UPLOADED_WITHIN_S = 60.0
STRUCK_WITHIN_S = 30.0
_AS_IF_LATER = text("""
    UPDATE youtube.publications SET leased_until = NULL, next_at = least(next_at, now()) WHERE id = :id
""")


class NotUploaded(Exception):
    """It took too long, or ended otherwise."""


class Shelf(jobs_pb2_grpc.JobsServiceServicer):
    """ai_jobs, as far as an uploader asks it."""

    def __init__(self, films: FilmShelf) -> None:
        self._films = films

    async def GetJob(  # noqa: N802 - gRPC's own word
        self, request: jobs_pb2.GetJobRequest, context: Any
    ) -> jobs_pb2.GetJobResponse:
        """The job with freshly signed addresses."""
        user_id = dict(context.invocation_metadata()).get("x-user-id", "")
        return jobs_pb2.GetJobResponse(job=self._films.job(user_id, request.job_id))


class Arena:
    """One uploader at a time, to be killed and started again."""

    def __init__(self, box: Sandbox, database: Database, told: dict[str, Any], films: FilmShelf, user_id: str) -> None:
        self.box = box
        self.films = films
        self.user_id = user_id
        self.connection_id = ""
        self.publications: Publications
        self.gate = Gate(int(box.url.rpartition(":")[2]), self.kill)
        self._database = database
        self._told = told
        self._forks = multiprocessing.get_context("forkserver")
        self._forks.set_forkserver_preload([upload_child.__name__])
        self._process: ForkServerProcess | None = None
        self.kills = 0

    def start(self, chunk_bytes: int) -> None:
        """Start the uploader; what was left lying is due at once, as it would be after a while."""
        told = {**self._told, "youtube_chunk_bytes": chunk_bytes}
        told["youtube_api_url"] = f"http://{LOOPBACK}:{self.gate.port}/youtube/api/"
        self._process = self._forks.Process(target=upload_child.serve, args=(told,), daemon=True)
        self._process.start()

    def kill(self) -> None:
        """kill -9, now."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None
            self.kills += 1

    async def struck(self) -> None:
        """Wait until the gate has struck."""
        await asyncio.wait_for(self.gate.struck.wait(), STRUCK_WITHIN_S)

    async def as_if_later(self, row: Publication) -> None:
        """The dead process's lease has ended, and any pause with it."""
        async with self._database.work() as work:
            await work.session.execute(_AS_IF_LATER, {"id": row.id})

    async def publish(self, job: jobs_pb2.Job) -> Publication:
        """A publication of a film."""
        spec = PublicationSpec(connection_id=self.connection_id)
        return await self.publications.create(self.user_id, CreatePublicationRequest(job_id=job.id, spec=spec))

    async def now(self, row: Publication) -> Publication:
        """The publication as it is kept."""
        async with self._database.work() as work:
            found = await work.session.get(Publication, row.id)
        assert found is not None
        return found

    async def uploaded(self, row: Publication) -> Publication:
        """The publication once its video is known; NotUploaded."""
        deadline = asyncio.get_running_loop().time() + UPLOADED_WITHIN_S
        while True:
            found = await self.now(row)
            if found.state is State.PROCESSING:
                return found
            if found.state is State.FAILED or asyncio.get_running_loop().time() > deadline:
                raise NotUploaded(f"{found.state} {found.error_code} {found.error_message}")
            await asyncio.sleep(0.01)

    async def videos(self, row: Publication) -> list[dict[str, Any]]:
        """What YouTube has of it."""
        state = await self.box.state("youtube")
        return [video for video in state["videos"] if f"filmstudio-{row.id}" in video["tags"]]

    async def forget(self, row: Publication) -> None:
        """Nobody sees to it any more: the next one has the uploader to itself."""
        async with self._database.work() as work:
            await work.session.execute(text("DELETE FROM youtube.publications WHERE id = :id"), {"id": row.id})

    async def inserts(self) -> int:
        """Calls of videos.insert that YouTube has let in."""
        count: int = (await self.box.state("youtube"))["inserts"]
        return count


@asynccontextmanager
async def upload_arena(folder: Path) -> AsyncIterator[Arena]:
    """All of it, ended in the end."""
    with ThreadPoolExecutor(1) as thread:
        backing = thread.submit(Stack(CHECKOUT / ".local" / "test").ensure_backing).result()
    limits = {"SANDBOX_YOUTUBE_INSERTS": "100000", "SANDBOX_YOUTUBE_CHANNEL_UPLOADS": "100000"}
    limits["SANDBOX_YOUTUBE_UNITS"] = "10000000"
    films, user_id = FilmShelf(storage_of(backing), url_lasts_s=3600), str(uuid4())
    jobs = aio.server()
    jobs_pb2_grpc.add_JobsServiceServicer_to_server(Shelf(films), jobs)
    port = jobs.add_insecure_port(f"{LOOPBACK}:0")
    await jobs.start()
    keys = folder / "keys"
    make_key(keys)
    async with (
        fresh_database(backing["DATABASE_URL"], ["youtube"]) as url,
        sandbox.running(folder / "sandbox", webhook_target="http://127.0.0.1:9", **limits) as box,
    ):
        told: dict[str, Any] = {
            "database_url": url,
            "kafka_bootstrap_servers": "-",
            "redis_url": "-",
            "youtube_grpc_address": "-",
            "ai_jobs_grpc_address": f"{LOOPBACK}:{port}",
            "youtube_token_keys_dir": keys,
            **{name.lower(): value for name, value in box.environ.items() if name.startswith(("GOOGLE", "FILMSTUDIO"))},
            **WAITS,
        }
        database = Database("youtube", url, 4)
        arena = Arena(box, database, told, films, user_id)
        await arena.gate.start()
        youtube = YouTube(f"{box.url}/youtube/api/", 10)
        try:
            await _connect(arena, database, youtube, Settings(**told, youtube_api_url=f"{box.url}/youtube/api/"))
            yield arena
        finally:
            arena.kill()
            await arena.gate.stop()
            await youtube.stop()
            await database.stop()
            await jobs.stop(None)


async def _connect(arena: Arena, database: Database, youtube: YouTube, settings: Settings) -> None:
    assert settings.youtube_token_keys_dir is not None
    oauth = GoogleOAuth(upload_child.oauth_client(settings), youtube.http, 10)
    google = Google(oauth, Vault(settings.youtube_token_keys_dir), youtube)
    connections = Connections(database.work, google, timedelta(minutes=10))
    address, _ = await connections.start(arena.user_id)
    redirect = (await arena.box.act("youtube", "consent", address))["redirect"]
    back = dict(parse_qsl(urlsplit(redirect).query))
    arena.connection_id = str((await connections.complete(back["state"], back["code"], "")).id)
    arena.publications = Publications(
        database.work, connections, arena.films, lambda _: None, lambda: None, timedelta(days=7), configured=True
    )
