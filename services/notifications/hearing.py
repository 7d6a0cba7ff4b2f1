"""What is done about each fact: a message for webhooks, a mail, a change of what is kept; all in one transaction each."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from uuid import UUID

from filmstudio.ai_jobs.v1 import jobs_pb2
from filmstudio.credits.v1 import events_pb2 as credit_facts
from filmstudio.users.v1 import users_pb2
from filmstudio.youtube.v1 import youtube_pb2

from services.kit import telemetry
from services.kit.clock import Now, utc_now
from services.kit.db import Work
from services.notifications import departed, mail_repository, payloads, repository
from services.notifications.letter_box import LetterBox
from services.notifications.preferences import MailPreferences
from services.notifications.telling import Telling

# ends of a job about which its user gets a mail, by the event's name
_MAILED = ("job.succeeded", "job.failed", "job.expired")


class Hearing:
    """One method a kind of fact. `at` is when it happened; a fact heard before changes nothing."""

    def __init__(
        self,
        work: Callable[[], AbstractAsyncContextManager[Work]],
        telling: Telling,
        letter_box: LetterBox,
        preferences: MailPreferences,
        url: str,
        now: Now = utc_now,
    ) -> None:
        self._work = work
        self._telling = telling
        self._letter_box = letter_box
        self._preferences = preferences
        self._url = url.rstrip("/")
        self._now = now

    async def user_registered(self, event_id: UUID, at: datetime, user_id: UUID, *, verified: bool) -> None:
        """Somebody new: a mail to prove their address."""
        async with self._work() as work:
            if await self._concerns(work, event_id, user_id) and not verified and not self._letter_box.is_old(at):
                await self._letter_box.verify_email(work, user_id)

    async def mail_requested(
        self, event_id: UUID, at: datetime, user_id: UUID, purpose: users_pb2.MailPurpose.ValueType
    ) -> None:
        """Somebody asked for a mail with a token."""
        async with self._work() as work:
            if not await self._concerns(work, event_id, user_id) or self._letter_box.is_old(at):
                return
            if purpose == users_pb2.MAIL_PURPOSE_VERIFY_EMAIL:
                await self._letter_box.verify_email(work, user_id)
            elif purpose == users_pb2.MAIL_PURPOSE_RESET_PASSWORD:
                await self._letter_box.reset_password(work, user_id)
            else:
                telemetry.log().warning("a mail was asked for that we don't know", purpose=int(purpose))

    async def user_deleted(self, event_id: UUID, user_id: UUID) -> None:
        """Somebody is gone, and all that is kept of them."""
        async with self._work() as work:
            if await work.first_time(event_id):
                await departed.note(work, user_id, self._now())
                await repository.forget_user(work.session, user_id)
                await mail_repository.forget_user(work.session, user_id)

    async def job(self, event_id: UUID, at: datetime, event_type: str, job: jobs_pb2.Job) -> None:
        """A job has begun, gone on or ended."""
        user_id = UUID(job.user_id)
        async with self._work() as work:
            if not await self._concerns(work, event_id, user_id):
                return
            await self._telling.tell(work, user_id, event_type, at, lambda: payloads.job(job, self._url))
            # storyboards are looked at where they are made, probes are nobody's film
            is_film = job.kind == jobs_pb2.JOB_KIND_VIDEO
            if not is_film or event_type not in _MAILED or self._letter_box.is_old(at):
                return
            if event_type == "job.succeeded":
                await self._letter_box.film_ready(work, job)
            else:
                await self._letter_box.film_failed(work, job)

    async def credits_granted(self, event_id: UUID, at: datetime, fact: credit_facts.CreditsGranted) -> None:
        """Credits came in."""
        data = lambda: payloads.credits_granted(fact)  # noqa: E731 - made only if somebody wants it
        await self._tell(event_id, at, "credits.granted", UUID(fact.account.user_id), data)

    async def credits_revoked(self, event_id: UUID, at: datetime, fact: credit_facts.CreditsRevoked) -> None:
        """Credits were taken back."""
        data = lambda: payloads.credits_revoked(fact)  # noqa: E731 - see above
        await self._tell(event_id, at, "credits.revoked", UUID(fact.account.user_id), data)

    async def subscription_changed(self, event_id: UUID, at: datetime, fact: credit_facts.SubscriptionChanged) -> None:
        """Another plan."""
        data = lambda: payloads.subscription_changed(fact)  # noqa: E731 - see above
        await self._tell(event_id, at, "subscription.changed", UUID(fact.account.user_id), data)

    async def payment_failed(self, event_id: UUID, at: datetime, fact: credit_facts.PaymentFailed) -> None:
        """A subscription's payment has failed."""
        user_id = UUID(fact.account.user_id)
        async with self._work() as work:
            if not await self._concerns(work, event_id, user_id):
                return
            await self._telling.tell(work, user_id, "payment.failed", at, lambda: payloads.payment_failed(fact))
            if not self._letter_box.is_old(at):
                await self._letter_box.payment_failed(work, fact)

    async def publication(
        self, event_id: UUID, at: datetime, event_type: str, publication: youtube_pb2.Publication
    ) -> None:
        """A publication has ended."""
        await self._tell(event_id, at, event_type, UUID(publication.user_id), lambda: payloads.publication(publication))

    async def reconnect_needed(self, event_id: UUID, at: datetime, connection: youtube_pb2.Connection) -> None:
        """A channel's grant is gone; only its user can mend it."""
        user_id = UUID(connection.user_id)
        async with self._work() as work:
            if not await self._concerns(work, event_id, user_id):
                return
            data = lambda: payloads.connection(connection)  # noqa: E731 - see above
            await self._telling.tell(work, user_id, "connection.reconnect_needed", at, data)
            if not self._letter_box.is_old(at):
                await self._letter_box.reconnect_youtube(work, connection)

    async def marketing_consent(self, event_id: UUID, user_id: UUID, consent: bool, changed_at: datetime) -> None:
        """The CRM has another consent."""
        await self._preferences.follow_consent(event_id, user_id, consent, changed_at)

    async def _tell(
        self, event_id: UUID, at: datetime, event_type: str, user_id: UUID, data: Callable[[], payloads.Json]
    ) -> None:
        async with self._work() as work:
            if await self._concerns(work, event_id, user_id):
                await self._telling.tell(work, user_id, event_type, at, data)

    async def _concerns(self, work: Work, event_id: UUID, user_id: UUID) -> bool:
        """Whether the fact is new, and about somebody who is still there and stays while it is heard."""
        return await work.first_time(event_id) and await departed.is_present(work, user_id)
