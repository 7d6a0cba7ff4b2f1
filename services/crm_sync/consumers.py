"""Facts enter: users, projects, jobs, the ledger, YouTube and preferences, each told to the records that are made of it."""

from __future__ import annotations

from filmstudio.ai_jobs.v1.events_pb2 import JobCanceled, JobExpired, JobFailed, JobQueued, JobStarted, JobSucceeded
from filmstudio.credits.v1.events_pb2 import (
    CreditsExpired,
    CreditsGranted,
    CreditsHeld,
    CreditsRevoked,
    HoldEnded,
    PaymentFailed,
    SubscriptionChanged,
)
from filmstudio.notifications.v1.events_pb2 import PreferencesChanged
from filmstudio.projects.v1.events_pb2 import ProjectCreated, ProjectDeleted, ProjectRestored, ProjectUpdated
from filmstudio.users.v1.events_pb2 import UserDeleted, UserRegistered, UserUpdated
from filmstudio.youtube.v1.events_pb2 import (
    ConnectionEstablished,
    ConnectionReconnectNeeded,
    ConnectionRemoved,
    PublicationCanceled,
    PublicationFailed,
    PublicationSucceeded,
    PublicationUpdated,
)

from services.crm_sync.collecting import Collecting
from services.kit.consumer import Consumer
from services.kit.facts import Event

USERS = "users.users.v1"
PROJECTS = "projects.projects.v1"
JOBS = "ai-jobs.jobs.v1"
CREDITS = "credits.accounts.v1"
PUBLICATIONS = "youtube.publications.v1"
CONNECTIONS = "youtube.connections.v1"
PREFERENCES = "notifications.preferences.v1"


def subscribe(consumer: Consumer, collecting: Collecting) -> None:
    """Have the consumer collect what is wanted in Salesforce."""
    _users(consumer, collecting)
    _films(consumer, collecting)
    _money(consumer, collecting)
    _youtube(consumer, collecting)


def _users(consumer: Consumer, collecting: Collecting) -> None:
    @consumer.on(UserRegistered, topic=USERS)
    async def want_contact(event: Event[UserRegistered]) -> None:
        await collecting.follow_user(event.id, event.sequence, event.message.account)

    @consumer.on(UserUpdated, topic=USERS)
    async def change_contact(event: Event[UserUpdated]) -> None:
        await collecting.follow_user(event.id, event.sequence, event.message.account)

    @consumer.on(UserDeleted, topic=USERS)
    async def erase_user(event: Event[UserDeleted]) -> None:
        await collecting.erase(event.message.user_id, event.id)

    @consumer.on(PreferencesChanged, topic=PREFERENCES)
    async def follow_consent(event: Event[PreferencesChanged]) -> None:
        told = event.message
        changed_ms = told.marketing_change_time.ToMilliseconds() if told.HasField("marketing_change_time") else 0
        await collecting.follow_preferences(event.id, told.user_id, changed_ms, marketing=told.preferences.marketing)


def _films(consumer: Consumer, collecting: Collecting) -> None:
    @consumer.on(ProjectCreated, topic=PROJECTS)
    async def want_project(event: Event[ProjectCreated]) -> None:
        await collecting.follow_project(event.id, event.sequence, event.message.project)

    @consumer.on(ProjectUpdated, topic=PROJECTS)
    async def change_project(event: Event[ProjectUpdated]) -> None:
        await collecting.follow_project(event.id, event.sequence, event.message.project)

    @consumer.on(ProjectDeleted, topic=PROJECTS)
    async def take_project_away(event: Event[ProjectDeleted]) -> None:
        await collecting.follow_project(event.id, event.sequence, event.message.project, deleted=True)

    @consumer.on(ProjectRestored, topic=PROJECTS)
    async def bring_project_back(event: Event[ProjectRestored]) -> None:
        await collecting.follow_project(event.id, event.sequence, event.message.project)

    @consumer.on(JobQueued, topic=JOBS)
    async def note_queued_film(event: Event[JobQueued]) -> None:
        await collecting.follow_job(event.id, event.sequence, event.message.job)

    @consumer.on(JobStarted, topic=JOBS)
    async def note_started_film(event: Event[JobStarted]) -> None:
        await collecting.follow_job(event.id, event.sequence, event.message.job)

    @consumer.on(JobSucceeded, topic=JOBS)
    async def count_film(event: Event[JobSucceeded]) -> None:
        await collecting.follow_job(event.id, event.sequence, event.message.job)

    @consumer.on(JobFailed, topic=JOBS)
    async def note_failed_film(event: Event[JobFailed]) -> None:
        await collecting.follow_job(event.id, event.sequence, event.message.job)

    @consumer.on(JobCanceled, topic=JOBS)
    async def note_canceled_film(event: Event[JobCanceled]) -> None:
        await collecting.follow_job(event.id, event.sequence, event.message.job)

    @consumer.on(JobExpired, topic=JOBS)
    async def note_expired_film(event: Event[JobExpired]) -> None:
        await collecting.follow_job(event.id, event.sequence, event.message.job)


def _money(consumer: Consumer, collecting: Collecting) -> None:
    @consumer.on(CreditsGranted, topic=CREDITS)
    async def want_grant(event: Event[CreditsGranted]) -> None:
        told = event.message
        await collecting.follow_account(
            event.id, event.sequence, told.account, [told.transaction], given_by=told.actor_id
        )

    @consumer.on(CreditsHeld, topic=CREDITS)
    async def want_deduction(event: Event[CreditsHeld]) -> None:
        await collecting.follow_account(event.id, event.sequence, event.message.account, [event.message.transaction])

    @consumer.on(HoldEnded, topic=CREDITS)
    async def want_what_came_back(event: Event[HoldEnded]) -> None:
        await collecting.follow_account(event.id, event.sequence, event.message.account, event.message.transactions)

    @consumer.on(SubscriptionChanged, topic=CREDITS)
    async def change_tier(event: Event[SubscriptionChanged]) -> None:
        await collecting.follow_account(event.id, event.sequence, event.message.account)

    @consumer.on(CreditsExpired, topic=CREDITS)
    async def want_expiry(event: Event[CreditsExpired]) -> None:
        await collecting.follow_account(event.id, event.sequence, event.message.account, [event.message.transaction])

    @consumer.on(CreditsRevoked, topic=CREDITS)
    async def want_refund(event: Event[CreditsRevoked]) -> None:
        told = event.message
        await collecting.follow_account(event.id, event.sequence, told.account, [told.transaction], cause=told.cause)

    @consumer.on(PaymentFailed, topic=CREDITS)
    async def want_failed_payment(event: Event[PaymentFailed]) -> None:
        await collecting.note_failed_payment(event.id, event.sequence, event.message)


def _youtube(consumer: Consumer, collecting: Collecting) -> None:
    @consumer.on(PublicationUpdated, topic=PUBLICATIONS)
    async def want_video(event: Event[PublicationUpdated]) -> None:
        await collecting.follow_publication(event.id, event.sequence, event.message.publication)

    @consumer.on(PublicationSucceeded, topic=PUBLICATIONS)
    async def note_published_video(event: Event[PublicationSucceeded]) -> None:
        await collecting.follow_publication(event.id, event.sequence, event.message.publication)

    @consumer.on(PublicationFailed, topic=PUBLICATIONS)
    async def note_failed_video(event: Event[PublicationFailed]) -> None:
        await collecting.follow_publication(event.id, event.sequence, event.message.publication)

    @consumer.on(PublicationCanceled, topic=PUBLICATIONS)
    async def note_canceled_video(event: Event[PublicationCanceled]) -> None:
        await collecting.follow_publication(event.id, event.sequence, event.message.publication)

    @consumer.on(ConnectionEstablished, topic=CONNECTIONS)
    async def note_channel(event: Event[ConnectionEstablished]) -> None:
        await collecting.follow_connection(event.id, event.sequence, event.message.connection, active=True)

    @consumer.on(ConnectionReconnectNeeded, topic=CONNECTIONS)
    async def note_broken_channel(event: Event[ConnectionReconnectNeeded]) -> None:
        await collecting.follow_connection(event.id, event.sequence, event.message.connection, active=False)

    @consumer.on(ConnectionRemoved, topic=CONNECTIONS)
    async def note_removed_channel(event: Event[ConnectionRemoved]) -> None:
        await collecting.follow_connection(event.id, event.sequence, event.message.connection, active=False)
