"""Facts enter: a project was deleted, or is gone for good."""

from __future__ import annotations

from filmstudio.projects.v1.events_pb2 import ProjectDeleted, ProjectPurged

from services.ai_jobs.service import JobsService
from services.kit.consumer import Consumer
from services.kit.facts import Event

PROJECTS = "projects.projects.v1"


def subscribe(consumer: Consumer, jobs: JobsService) -> None:
    """Have the consumer call ai_jobs for what it listens to."""

    @consumer.on(ProjectDeleted, topic=PROJECTS)
    async def cancel_jobs_of_project(event: Event[ProjectDeleted]) -> None:
        await jobs.cancel_jobs_of_project(event.id, event.message.project.id)

    @consumer.on(ProjectPurged, topic=PROJECTS)
    async def purge_films_of_project(event: Event[ProjectPurged]) -> None:
        await jobs.purge_project_later(event.id, event.message.project_id, event.message.user_id)
