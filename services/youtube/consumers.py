"""Facts enter: a film is there, a user is deleted."""

from __future__ import annotations

from filmstudio.ai_jobs.v1.events_pb2 import JobSucceeded
from filmstudio.users.v1.events_pb2 import UserDeleted

from services.kit.consumer import Consumer
from services.kit.facts import Event
from services.youtube.house import House

USERS = "users.users.v1"
JOBS = "ai-jobs.jobs.v1"


def subscribe(consumer: Consumer, house: House) -> None:
    """Have the consumer call the house for what it listens to."""

    @consumer.on(UserDeleted, topic=USERS)
    async def erase_user(event: Event[UserDeleted]) -> None:
        await house.connections.erase_user(event.id, event.message.user_id)

    @consumer.on(JobSucceeded, topic=JOBS)
    async def publish_film(event: Event[JobSucceeded]) -> None:
        await house.publications.publish_film(event.id, event.message.job)
