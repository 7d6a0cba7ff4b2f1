"""Facts enter: what became of a project's jobs, and users who are gone."""

from __future__ import annotations

from uuid import UUID

from filmstudio.ai_jobs.v1.events_pb2 import JobCanceled, JobExpired, JobFailed, JobQueued, JobStarted, JobSucceeded
from filmstudio.ai_jobs.v1.jobs_pb2 import JOB_KIND_VIDEO, Job
from filmstudio.users.v1.events_pb2 import UserDeleted

from services.kit.consumer import Consumer
from services.kit.facts import Event
from services.projects.service import ProjectsService

JOBS = "ai-jobs.jobs.v1"
USERS = "users.users.v1"


def subscribe(consumer: Consumer, projects: ProjectsService) -> None:
    """Have the consumer tell projects what it hears of jobs; probes belong to no project."""

    async def follow(event_id: UUID, sequence: int, job: Job, *, live: bool, has_film: bool = False) -> None:
        if job.project_id:
            await projects.follow_job(event_id, sequence, job.project_id, job.id, live=live, has_film=has_film)

    @consumer.on(JobQueued, topic=JOBS)
    async def begin_production(event: Event[JobQueued]) -> None:
        await follow(event.id, event.sequence, event.message.job, live=True)

    @consumer.on(JobStarted, topic=JOBS)
    async def go_on_with_production(event: Event[JobStarted]) -> None:
        await follow(event.id, event.sequence, event.message.job, live=True)

    @consumer.on(JobSucceeded, topic=JOBS)
    async def note_the_film(event: Event[JobSucceeded]) -> None:
        job = event.message.job
        await follow(event.id, event.sequence, job, live=False, has_film=job.kind == JOB_KIND_VIDEO)

    @consumer.on(JobFailed, topic=JOBS)
    async def end_failed_production(event: Event[JobFailed]) -> None:
        await follow(event.id, event.sequence, event.message.job, live=False)

    @consumer.on(JobCanceled, topic=JOBS)
    async def end_canceled_production(event: Event[JobCanceled]) -> None:
        await follow(event.id, event.sequence, event.message.job, live=False)

    @consumer.on(JobExpired, topic=JOBS)
    async def end_expired_production(event: Event[JobExpired]) -> None:
        await follow(event.id, event.sequence, event.message.job, live=False)

    @consumer.on(UserDeleted, topic=USERS)
    async def erase_projects_of_deleted_user(event: Event[UserDeleted]) -> None:
        await projects.erase_all(event.id, event.message.user_id)
