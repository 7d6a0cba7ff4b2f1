"""Facts of others enter: one function per event."""

from __future__ import annotations

from datetime import UTC
from uuid import UUID

from filmstudio.ai_jobs.v1.events_pb2 import JobCanceled, JobExpired, JobFailed, JobQueued, JobStarted, JobSucceeded
from filmstudio.credits.v1.events_pb2 import CreditsGranted, CreditsRevoked, PaymentFailed, SubscriptionChanged
from filmstudio.crm_sync.v1.events_pb2 import MarketingConsentChanged
from filmstudio.users.v1.events_pb2 import MailRequested, UserDeleted, UserRegistered
from filmstudio.youtube.v1.events_pb2 import (
    ConnectionReconnectNeeded,
    PublicationCanceled,
    PublicationFailed,
    PublicationSucceeded,
)

from services.kit.consumer import Consumer
from services.kit.facts import Event
from services.notifications.hearing import Hearing

USERS = "users.users.v1"
JOBS = "ai-jobs.jobs.v1"
CREDITS = "credits.accounts.v1"
PUBLICATIONS = "youtube.publications.v1"
CONNECTIONS = "youtube.connections.v1"
CONTACTS = "crm-sync.contacts.v1"


def subscribe(consumer: Consumer, hearing: Hearing) -> None:
    """Have the consumer tell `hearing` what it listens to."""
    _subscribe_to_users(consumer, hearing)
    _subscribe_to_jobs(consumer, hearing)
    _subscribe_to_credits(consumer, hearing)
    _subscribe_to_youtube(consumer, hearing)

    @consumer.on(MarketingConsentChanged, topic=CONTACTS)
    async def follow_marketing_consent(event: Event[MarketingConsentChanged]) -> None:
        fact = event.message
        await hearing.marketing_consent(
            event.id, UUID(fact.user_id), fact.consent, fact.change_time.ToDatetime(tzinfo=UTC)
        )


def _subscribe_to_users(consumer: Consumer, hearing: Hearing) -> None:
    @consumer.on(UserRegistered, topic=USERS)
    async def ask_for_proof_of_address(event: Event[UserRegistered]) -> None:
        account = event.message.account
        await hearing.user_registered(event.id, event.time, UUID(account.user_id), verified=account.email_verified)

    @consumer.on(MailRequested, topic=USERS)
    async def mail_a_token(event: Event[MailRequested]) -> None:
        await hearing.mail_requested(event.id, event.time, UUID(event.message.user_id), event.message.purpose)

    @consumer.on(UserDeleted, topic=USERS)
    async def forget_user(event: Event[UserDeleted]) -> None:
        await hearing.user_deleted(event.id, UUID(event.message.user_id))


def _subscribe_to_jobs(consumer: Consumer, hearing: Hearing) -> None:
    @consumer.on(JobQueued, topic=JOBS)
    async def tell_job_queued(event: Event[JobQueued]) -> None:
        await hearing.job(event.id, event.time, "job.queued", event.message.job)

    @consumer.on(JobStarted, topic=JOBS)
    async def tell_job_started(event: Event[JobStarted]) -> None:
        await hearing.job(event.id, event.time, "job.started", event.message.job)

    @consumer.on(JobSucceeded, topic=JOBS)
    async def tell_job_succeeded(event: Event[JobSucceeded]) -> None:
        await hearing.job(event.id, event.time, "job.succeeded", event.message.job)

    @consumer.on(JobFailed, topic=JOBS)
    async def tell_job_failed(event: Event[JobFailed]) -> None:
        await hearing.job(event.id, event.time, "job.failed", event.message.job)

    @consumer.on(JobCanceled, topic=JOBS)
    async def tell_job_canceled(event: Event[JobCanceled]) -> None:
        await hearing.job(event.id, event.time, "job.canceled", event.message.job)

    @consumer.on(JobExpired, topic=JOBS)
    async def tell_job_expired(event: Event[JobExpired]) -> None:
        await hearing.job(event.id, event.time, "job.expired", event.message.job)


def _subscribe_to_credits(consumer: Consumer, hearing: Hearing) -> None:
    @consumer.on(CreditsGranted, topic=CREDITS)
    async def tell_credits_granted(event: Event[CreditsGranted]) -> None:
        await hearing.credits_granted(event.id, event.time, event.message)

    @consumer.on(CreditsRevoked, topic=CREDITS)
    async def tell_credits_revoked(event: Event[CreditsRevoked]) -> None:
        await hearing.credits_revoked(event.id, event.time, event.message)

    @consumer.on(SubscriptionChanged, topic=CREDITS)
    async def tell_subscription_changed(event: Event[SubscriptionChanged]) -> None:
        await hearing.subscription_changed(event.id, event.time, event.message)

    @consumer.on(PaymentFailed, topic=CREDITS)
    async def tell_payment_failed(event: Event[PaymentFailed]) -> None:
        await hearing.payment_failed(event.id, event.time, event.message)


def _subscribe_to_youtube(consumer: Consumer, hearing: Hearing) -> None:
    @consumer.on(PublicationSucceeded, topic=PUBLICATIONS)
    async def tell_publication_succeeded(event: Event[PublicationSucceeded]) -> None:
        await hearing.publication(event.id, event.time, "publication.succeeded", event.message.publication)

    @consumer.on(PublicationFailed, topic=PUBLICATIONS)
    async def tell_publication_failed(event: Event[PublicationFailed]) -> None:
        await hearing.publication(event.id, event.time, "publication.failed", event.message.publication)

    @consumer.on(PublicationCanceled, topic=PUBLICATIONS)
    async def tell_publication_canceled(event: Event[PublicationCanceled]) -> None:
        await hearing.publication(event.id, event.time, "publication.canceled", event.message.publication)

    @consumer.on(ConnectionReconnectNeeded, topic=CONNECTIONS)
    async def tell_reconnect_needed(event: Event[ConnectionReconnectNeeded]) -> None:
        await hearing.reconnect_needed(event.id, event.time, event.message.connection)
