"""Projects on a real database and real storage: its use cases, and its gRPC server called as the services call it."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from filmstudio.projects.v1 import events_pb2, projects_pb2, projects_pb2_grpc
from pydantic import SecretStr
from sqlalchemy import select

from services.kit.db import Database
from services.kit.identity import Callers
from services.kit.rpc import Client, Server
from services.kit.settings import StorageSettings
from services.kit.storage import Storage
from services.kit.tables import OutboxRow
from services.projects import rpc
from services.projects.assets import AssetsService
from services.projects.edits import EditsService
from services.projects.models import Project
from services.projects.scripts import ScriptsService
from services.projects.service import ProjectsService
from services.projects.storyboards import StoryboardsService
from services.projects.sweeper import Sweeper
from tests.support.databases import fresh_database

RESTORABLE = timedelta(days=30)


class Clock:
    """The time, as the test wants it."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Plan:
    """Whose plan allows how many projects."""

    allowed: int = 0

    async def max_projects(self) -> int:
        return self.allowed


@dataclass
class Studio:
    """Projects wired up, and ways to make what tests need."""

    database: Database
    storage: Storage
    projects: ProjectsService
    scripts: ScriptsService
    storyboards: StoryboardsService
    edits: EditsService
    assets: AssetsService
    sweeper: Sweeper
    plan: Plan
    clock: Clock
    client: Callable[[str], projects_pb2_grpc.ProjectsServiceAsyncStub]
    user: str = field(default_factory=lambda: str(uuid4()))

    async def project(self, title: str = "The Light") -> Project:
        """A new project of the user's."""
        return await self.projects.create(self.user, projects_pb2.CreateProjectRequest(title=title))

    async def facts(self, project_id: object) -> list[tuple[str, projects_pb2.Project]]:
        """What was told of a project, in order: the facts' names and the projects in them."""
        query = select(OutboxRow).where(OutboxRow.aggregate_id == str(project_id)).order_by(OutboxRow.aggregate_seq)
        async with self.database.work() as work:
            rows = (await work.session.scalars(query)).all()
        names = [str(row.headers["ce_type"]).rpartition(".")[2] for row in rows]
        classes = [getattr(events_pb2, name) for name in names]
        messages = [cls.FromString(row.payload) for cls, row in zip(classes, rows, strict=True)]
        # of a purged project there is nothing left to tell
        return [
            (name, getattr(message, "project", projects_pb2.Project()))
            for name, message in zip(names, messages, strict=True)
        ]


@pytest.fixture(scope="session")
async def projects_url(backing: dict[str, str]) -> AsyncIterator[str]:
    """The folder's database, with the schema of projects alone."""
    async with fresh_database(backing["DATABASE_URL"], ["projects"]) as url:
        yield url


@pytest.fixture(scope="session")
def storage_settings(backing: dict[str, str]) -> StorageSettings:
    return StorageSettings(
        s3_endpoint_url=backing["S3_ENDPOINT_URL"],
        s3_bucket=backing["S3_BUCKET"],
        aws_access_key_id=SecretStr(backing["AWS_ACCESS_KEY_ID"]),
        aws_secret_access_key=SecretStr(backing["AWS_SECRET_ACCESS_KEY"]),
    )


@pytest.fixture
async def studio(projects_url: str, storage_settings: StorageSettings, tmp_path: Path) -> AsyncIterator[Studio]:
    database, storage, plan, clock = Database("projects", projects_url, 4), Storage(storage_settings), Plan(), Clock()
    projects = ProjectsService(database, plan, RESTORABLE, now=clock)
    scripts, storyboards = ScriptsService(database, now=clock), StoryboardsService(database, now=clock)
    edits = EditsService(database, now=clock)
    assets = AssetsService(database, storage, now=clock)
    sweeper = Sweeper(database, storage, assets, RESTORABLE, now=clock)
    address = f"unix:{tmp_path}/projects.sock"
    hashes = {name: hashlib.sha256(name.encode()).hexdigest() for name in ("gateway", "ai_jobs", "render_worker")}
    server = Server(address, Callers(hashes))
    server.add(
        projects_pb2_grpc.add_ProjectsServiceServicer_to_server,
        rpc.ProjectsServicer(projects, scripts, storyboards, edits, assets),
        rpc.SERVICE,
        rpc.CALLERS,
    )
    clients: list[Client] = []

    def client(service: str) -> projects_pb2_grpc.ProjectsServiceAsyncStub:
        clients.append(Client(address, "projects", service))
        return clients[-1].stub(projects_pb2_grpc.ProjectsServiceStub)  # type: ignore[return-value]

    await server.start()
    yield Studio(database, storage, projects, scripts, storyboards, edits, assets, sweeper, plan, clock, client)
    for opened in clients:
        await opened.stop()
    await server.stop()
    await database.stop()
