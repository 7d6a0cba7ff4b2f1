"""Facts enter: a project was deleted."""

from __future__ import annotations

from filmstudio.projects.v1.events_pb2 import ProjectDeleted

from services.ai_jobs.service import JobsService
from services.kit.consumer import Consumer
from services.kit.facts import Event

PROJECTS = "projects.projects.v1"


def subscribe(consumer: Consumer, jobs: JobsService) -> None:
    """Have the consumer call ai_jobs for what it listens to."""

    @consumer.on(ProjectDeleted, topic=PROJECTS)
    async def cancel_jobs_of_project(event: Event[ProjectDeleted]) -> None:
        await jobs.cancel_jobs_of_project(event.id, event.message.project.id)
