"""Facts of jobs as they arrive from Kafka, headers and all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from filmstudio.ai_jobs.v1 import events_pb2, jobs_pb2
from filmstudio.projects.v1 import projects_pb2 as pb
from filmstudio.users.v1.events_pb2 import UserDeleted
from google.protobuf.message import Message
from sqlalchemy import text

from services.kit.consumer import Consumer
from services.kit.errors import NotFound
from services.kit.ids import new_id
from services.projects import consumers
from tests.integration.projects.conftest import Studio
from tests.support.kafka import headers_of

VIDEO, STORYBOARD = jobs_pb2.JOB_KIND_VIDEO, jobs_pb2.JOB_KIND_STORYBOARD


class Stream:
    """The topic of jobs, one message at a time."""

    def __init__(self, studio: Studio) -> None:
        self._consumer = Consumer("projects", "127.0.0.1:9")
        consumers.subscribe(self._consumer, studio.projects)
        self._sequence = 0

    async def tell(self, message: Message, subject: str) -> None:
        self._sequence += 1
        headers = headers_of(message, subject, self._sequence)
        topic = consumers.USERS if isinstance(message, UserDeleted) else consumers.JOBS
        await self._consumer.replay(topic, headers, message.SerializeToString())


@pytest.mark.parametrize(
    ("kind", "end", "status"),
    [
        (VIDEO, events_pb2.JobSucceeded, pb.Project.STATUS_COMPLETED),
        (STORYBOARD, events_pb2.JobSucceeded, pb.Project.STATUS_DRAFT),
        (VIDEO, events_pb2.JobFailed, pb.Project.STATUS_DRAFT),
        (VIDEO, events_pb2.JobCanceled, pb.Project.STATUS_DRAFT),
        (VIDEO, events_pb2.JobExpired, pb.Project.STATUS_DRAFT),
    ],
)
async def test_a_job_puts_its_project_into_production_until_it_ends(
    studio: Studio, kind: jobs_pb2.JobKind.ValueType, end: type[Message], status: pb.Project.Status.ValueType
) -> None:
    stream, project = Stream(studio), await studio.project()
    job = jobs_pb2.Job(id=str(new_id()), project_id=str(project.id), kind=kind)
    for began in (events_pb2.JobQueued, events_pb2.JobStarted):
        await stream.tell(began(job=job), job.id)
        found = await studio.projects.get(studio.user, str(project.id))
        assert found.status() == pb.Project.STATUS_IN_PRODUCTION
    await stream.tell(end(job=job), job.id)  # type: ignore[call-arg]
    found = await studio.projects.get(studio.user, str(project.id))
    assert (found.status(), str(found.last_job_id)) == (status, job.id)


async def test_a_probe_and_a_job_of_an_unknown_project_concern_nobody(studio: Studio) -> None:
    stream, project = Stream(studio), await studio.project()
    for project_id in ("", str(new_id())):
        job = jobs_pb2.Job(id=str(new_id()), project_id=project_id, kind=jobs_pb2.JOB_KIND_PROBE)
        await stream.tell(events_pb2.JobQueued(job=job), job.id)
    assert (await studio.projects.get(studio.user, str(project.id))).version == 1


async def test_the_projects_of_a_deleted_user_are_gone_for_good(studio: Studio) -> None:
    stream, kept, deleted = Stream(studio), await studio.project(), await studio.project()
    await studio.projects.delete(studio.user, str(deleted.id), "")
    await stream.tell(UserDeleted(user_id=studio.user), studio.user)
    for project in (kept, deleted):
        with pytest.raises(NotFound):
            await studio.projects.restore(studio.user, str(project.id))
    assert [[name for name, _ in await studio.facts(project.id)][-1] for project in (kept, deleted)] == [
        "ProjectDeleted"
    ] * 2


async def test_a_token_that_outlives_its_account_makes_no_project(studio: Studio) -> None:
    await Stream(studio).tell(UserDeleted(user_id=studio.user), studio.user)
    with pytest.raises(NotFound):
        await studio.project()
    studio.clock.now += timedelta(days=2)
    await studio.sweeper.sweep()
    async with studio.database.work() as work:
        assert await work.session.scalar(text("SELECT count(*) FROM projects.departed")) == 0
