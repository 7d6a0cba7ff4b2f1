"""Facts enter: a user has registered or is deleted, a job has ended."""

from __future__ import annotations

from uuid import UUID

from filmstudio.ai_jobs.v1.events_pb2 import JobCanceled, JobExpired, JobFailed, JobSucceeded
from filmstudio.ai_jobs.v1.jobs_pb2 import Job
from filmstudio.users.v1.events_pb2 import UserDeleted, UserRegistered

from services.credits.service import Credits
from services.kit.consumer import Consumer
from services.kit.facts import Event

USERS = "users.users.v1"
JOBS = "ai-jobs.jobs.v1"


def subscribe(consumer: Consumer, credits: Credits) -> None:
    """Have the consumer call credits for what it listens to. Which hold a job's end is about, its `hold_id` alone says."""

    @consumer.on(UserRegistered, topic=USERS)
    async def open_account(event: Event[UserRegistered]) -> None:
        account = event.message.account
        await credits.open_account(event.id, UUID(account.user_id), event.sequence, admin=account.admin)

    @consumer.on(UserDeleted, topic=USERS)
    async def close_account(event: Event[UserDeleted]) -> None:
        await credits.close_account(event.id, UUID(event.message.user_id))

    async def end_hold(event_id: UUID, job: Job, captured: int) -> None:
        # a job that costs nothing holds nothing
        if job.hold_id:
            await credits.follow_job(event_id, UUID(job.hold_id), captured)

    @consumer.on(JobSucceeded, topic=JOBS)
    async def capture_hold(event: Event[JobSucceeded]) -> None:
        await end_hold(event.id, event.message.job, event.message.job.credits.captured)

    @consumer.on(JobFailed, topic=JOBS)
    async def release_hold_of_failed_job(event: Event[JobFailed]) -> None:
        await end_hold(event.id, event.message.job, 0)

    @consumer.on(JobCanceled, topic=JOBS)
    async def release_hold_of_canceled_job(event: Event[JobCanceled]) -> None:
        await end_hold(event.id, event.message.job, 0)

    @consumer.on(JobExpired, topic=JOBS)
    async def release_hold_of_expired_job(event: Event[JobExpired]) -> None:
        await end_hold(event.id, event.message.job, 0)
