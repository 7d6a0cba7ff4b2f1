"""ai_jobs over a real PostgreSQL, with the services it asks in memory."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID, uuid4

import asyncpg
import pytest
from filmstudio.ai_jobs.v1 import events_pb2
from filmstudio.ai_jobs.v1 import jobs_pb2 as pb
from filmstudio.projects.v1 import projects_pb2, script_pb2
from google.protobuf.message import Message
from sqlalchemy import select

from services.ai_jobs import repository
from services.ai_jobs.clients import Credits, Projects
from services.ai_jobs.deliveries import Deliveries
from services.ai_jobs.dispatch import Dispatch
from services.ai_jobs.engines import Engines
from services.ai_jobs.errors import LeaseLost
from services.ai_jobs.house import House
from services.ai_jobs.models import Job, JobEvent, JobKind
from services.ai_jobs.orders import Orders
from services.ai_jobs.pace import Pace
from services.ai_jobs.planner import Planner
from services.ai_jobs.quotes import Quotes
from services.ai_jobs.reading import Reading
from services.ai_jobs.service import JobsService
from services.ai_jobs.step_models import RenderStep
from services.ai_jobs.upkeep import Upkeep
from services.kit.bell import Bell
from services.kit.db import Database
from services.kit.ids import new_id
from services.kit.storage import Storage
from services.kit.tables import OutboxRow
from tests.integration.ai_jobs.fakes import Clock, FakeBell, FakeCredits, FakeProjects, FakeStorage
from tests.integration.ai_jobs.rendering import ELEMENT, MS_PER_CHARACTER, FakeWorker
from tests.support.databases import fresh_database

LINES = (
    "The lamp has burned for a hundred years.",
    "Tonight it will burn for one more.",
    "Who will climb the stairs when I am gone?",
    "The sea will remember us.",
)


def script_of(
    project_id: str, lines: Sequence[str] = LINES, version: int = 1, language: str = "en"
) -> script_pb2.Script:
    """A scene with a silent shot first, then a shot a line."""
    elements = [
        ELEMENT(kind=ELEMENT.KIND_HEADING, text="INT. LIGHTHOUSE - NIGHT"),
        ELEMENT(kind=ELEMENT.KIND_ACTION, text="Waves against the rock."),
        ELEMENT(kind=ELEMENT.KIND_CHARACTER, text="MARA"),
        *(ELEMENT(kind=ELEMENT.KIND_DIALOGUE, text=line) for line in lines),
    ]
    said = "\n".join([language, *(element.text for element in elements)])
    return script_pb2.Script(
        project_id=project_id,
        version=version,
        language=language,
        elements=elements,
        elements_sha256=hashlib.sha256(said.encode()).hexdigest(),
        spoken_seconds=sum(map(len, lines)) * MS_PER_CHARACTER / 1000,
    )


@dataclass
class Studio:
    """ai_jobs wired up, and ways to make and see what tests need."""

    url: str
    database: Database
    clock: Clock
    projects: FakeProjects
    credits: FakeCredits
    storage: FakeStorage
    bell: FakeBell
    house: House
    quotes: Quotes
    jobs: JobsService
    reading: Reading
    dispatch: Dispatch
    deliveries: Deliveries
    planner: Planner
    upkeep: Upkeep
    user: str = field(default_factory=lambda: str(uuid4()))

    def project(self, lines: Sequence[str] = LINES) -> str:
        """A new project with a script."""
        project_id = str(new_id())
        self.projects.projects[project_id] = projects_pb2.Project(id=project_id, title="The Light")
        self.projects.scripts[project_id] = script_of(project_id, lines)
        return project_id

    def rewrite(self, project_id: str, lines: Sequence[str]) -> None:
        """The script's next version."""
        version = self.projects.scripts[project_id].version + 1
        self.projects.scripts[project_id] = script_of(project_id, lines, version)

    async def film(self, project_id: str, key: str = "", **options: Any) -> UUID:
        """A film job of this project."""
        request = pb.CreateJobRequest(
            kind=pb.JOB_KIND_VIDEO, project_id=project_id, options=pb.VideoOptions(**options), request_id=key
        )
        return await self.jobs.create(self.user, JobKind.VIDEO, request)

    async def probe(self, steps: int, *, user: str = "", credits: int = 0, width: int = 0) -> UUID:
        """A job of steps that only wait."""
        request = pb.CreateProbeRequest(steps=steps, seconds_per_step=1, width=width, credits=credits)
        return await self.jobs.create_probe(user or self.user, request)

    def worker(self, name: str = "worker-1") -> FakeWorker:
        return FakeWorker(self.dispatch, self.deliveries, self.storage, self.user, name)

    async def render(self, worker: FakeWorker | None = None) -> FakeWorker:
        """Plan, claim and complete until nothing moves any more."""
        worker = worker or self.worker()
        while True:
            await self.planner.run()
            orders = await worker.claim()
            if not orders and not await self.plans_due():
                return worker
            for order in orders:
                try:
                    await worker.finish(order)
                except LeaseLost:
                    assert (await self.row(UUID(order.job_id))).ended

    async def plans_due(self) -> Sequence[UUID]:
        async with self.database.work() as work:
            return await repository.plan_due(work.session)

    async def job(self, job_id: UUID) -> pb.Job:
        """As its owner sees it."""
        return await self.reading.job(self.user, str(job_id))

    async def row(self, job_id: UUID) -> Job:
        async with self.database.work() as work:
            found = await work.session.get(Job, job_id)
        assert found is not None
        return found

    async def steps(self, job_id: UUID) -> dict[str, RenderStep]:
        """The job's steps by name."""
        async with self.database.work() as work:
            query = select(RenderStep).where(RenderStep.job_id == job_id).order_by(RenderStep.position)
            return {step.name: step for step in (await work.session.scalars(query)).all()}

    async def events(self, job_id: UUID) -> list[JobEvent]:
        async with self.database.work() as work:
            return list(await repository.events_after(work.session, job_id, 0, 100_000))

    async def facts(self, job_id: UUID) -> list[tuple[str, pb.Job]]:
        """What was told of the job, in order."""
        query = select(OutboxRow).where(OutboxRow.aggregate_id == str(job_id)).order_by(OutboxRow.aggregate_seq)
        async with self.database.work() as work:
            rows = (await work.session.scalars(query)).all()
        names = [str(row.headers["ce_type"]).rpartition(".")[2] for row in rows]
        messages: list[Message] = [
            getattr(events_pb2, name).FromString(row.payload) for name, row in zip(names, rows, strict=True)
        ]
        return [(name, cast(Any, message).job) for name, message in zip(names, messages, strict=True)]

    async def sql(self, statement: str, *arguments: Any) -> list[Any]:
        """As whoever owns the schema: what a clock or a crash would have done."""
        connection = await asyncpg.connect(self.url)
        try:
            return list(await connection.fetch(statement, *arguments))
        finally:
            await connection.close()

    async def lapse(self, *step_ids: str) -> None:
        """The leases of these steps have run out."""
        statement = (
            "UPDATE ai_jobs.render_steps SET lease_expires_at = now() - interval '1 second' WHERE id = ANY($1::uuid[])"
        )
        await self.sql(statement, list(step_ids))

    def restarted(self) -> Dispatch:
        """The workers' door of a process that has just started."""
        return Dispatch(self.database, self.house, cast(Storage, self.storage))


@pytest.fixture(scope="session")
async def ai_jobs_url(backing: dict[str, str]) -> AsyncIterator[str]:
    """The folder's database, with the schema of ai_jobs alone."""
    async with fresh_database(backing["DATABASE_URL"], ["ai_jobs"]) as url:
        # many small commits, none of which has to outlive the server
        connection = await asyncpg.connect(url)
        await connection.execute(f"ALTER DATABASE {url.rpartition('/')[2]} SET synchronous_commit = off")
        await connection.close()
        yield url


@pytest.fixture(scope="session")
async def ai_jobs_database(ai_jobs_url: str) -> AsyncIterator[Database]:
    database = Database("ai_jobs", ai_jobs_url, 12)
    yield database
    await database.stop()


@pytest.fixture
async def studio(ai_jobs_url: str, ai_jobs_database: Database) -> Studio:
    """ai_jobs with nothing in it."""
    clock, storage, bell = Clock(), FakeStorage(), FakeBell()
    projects, credits = FakeProjects(), FakeCredits(clock)
    house = House(clock, new_id, Engines.read(), Pace(), cast(Bell, bell), lambda: None)
    database, ledger, files = ai_jobs_database, cast(Credits, credits), cast(Storage, storage)
    dispatch = Dispatch(database, house, files)
    orders = Orders(database, house, cast(Projects, projects), ledger)
    quotes = Quotes(database, house, orders)
    studio = Studio(
        url=ai_jobs_url,
        database=database,
        clock=clock,
        projects=projects,
        credits=credits,
        storage=storage,
        bell=bell,
        house=house,
        quotes=quotes,
        jobs=JobsService(database, house, cast(Projects, projects), ledger, orders, quotes),
        reading=Reading(database, house, files),
        dispatch=dispatch,
        deliveries=Deliveries(database, house, files),
        planner=Planner(database, house, cast(Projects, projects)),
        upkeep=Upkeep(database, house, dispatch, ledger),
    )
    tables = await studio.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'ai_jobs' AND tablename !~ 'alembic'")
    await studio.sql("TRUNCATE " + ", ".join(f"ai_jobs.{row['tablename']}" for row in tables) + " CASCADE")
    return studio
