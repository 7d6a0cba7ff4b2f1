"""Facts become wanted records: one method a kind of fact, one transaction each, latest wins. Salesforce isn't needed for it.

Whoever is mentioned gets a Contact, so that what hangs on it has a parent, whichever topic is heard first.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from uuid import UUID

from filmstudio.ai_jobs.v1.jobs_pb2 import JOB_KIND_VIDEO, JOB_STATUS_SUCCEEDED, Job
from filmstudio.credits.v1 import credits_pb2
from filmstudio.credits.v1.events_pb2 import PaymentFailed
from filmstudio.projects.v1.projects_pb2 import Project
from filmstudio.users.v1.events_pb2 import Account as UserAccount
from filmstudio.youtube.v1.youtube_pb2 import Connection as Channel
from filmstudio.youtube.v1.youtube_pb2 import Publication

from services.crm_sync import repository, wanted
from services.crm_sync.models import CONSENT, CONTACT, CREDIT, PROJECT, VIDEO, Erasure, Fields, Record
from services.crm_sync.support import record_of_grant
from services.kit import telemetry
from services.kit.clock import Now, utc_now
from services.kit.db import Work


class Collecting:
    """What is wanted in Salesforce. `filmstudio_url`: the studio's public address.

    `at_once`: facts handled side by side; there are more partitions than connections, and a fact that waits for one
    would take the database for being away.
    """

    def __init__(
        self,
        work: Callable[[], AbstractAsyncContextManager[Work]],
        filmstudio_url: str,
        now: Now = utc_now,
        at_once: int = 8,
    ) -> None:
        self._work = work
        self._filmstudio_url = filmstudio_url
        self._now = now
        self._turns = asyncio.Semaphore(at_once)

    async def follow_user(self, event_id: UUID, sequence: int, account: UserAccount) -> None:
        """A user registered, or their account changed: name and address are asked for when the contact is sent."""
        async with self._heard(event_id, account.user_id) as heard:
            if heard:
                contact = await heard.contact()
                contact.take("user", [sequence], {"Subscription_Tier__c": account.subscription_tier}, heard.now)

    async def erase(self, user_id: str, event_id: UUID | None = None) -> None:
        """Somebody is gone: nothing more is kept of them here, and Salesforce is to forget them too."""
        async with self._turns, self._work() as work:
            if event_id is not None and not await work.first_time(event_id):
                return
            if not await repository.lock_user(work.session, user_id):
                return
            now = self._now()
            await repository.forget_user(work.session, user_id)
            work.save(Erasure(user_id=user_id, asked_at=now, next_attempt_at=now, attempts=0, error=""))
        telemetry.log().info("a deleted user is to be removed from Salesforce", user_id=user_id)

    async def follow_project(self, event_id: UUID, sequence: int, found: Project, *, deleted: bool = False) -> None:
        """A project as it is now. A deleted one is taken away there, and comes back when it is restored."""
        async with self._heard(event_id, found.user_id) as heard:
            if not heard:
                return
            project = await heard.project(found.id)
            if project.take("project", [sequence], wanted.project(found), heard.now):
                if project.gone and not deleted:
                    # what hangs on it is tied to it again
                    for video in await repository.videos_of_project(heard.work.session, found.id):
                        video.push_again(heard.now)
                project.go(deleted, heard.now)

    async def follow_job(self, event_id: UUID, sequence: int, job: Job) -> None:
        """A film job: the project says how its last one stands and where its last film is; a film counts once."""
        if job.kind != JOB_KIND_VIDEO or not job.project_id:
            return
        async with self._heard(event_id, job.user_id) as heard:
            if not heard:
                return
            project = await heard.project(job.project_id, job.project_title)
            project.take("job", [job.id, sequence], wanted.job(job), heard.now)
            if job.status == JOB_STATUS_SUCCEEDED:
                project.take("film", [job.id], wanted.film(job, self._filmstudio_url), heard.now)
                films = await repository.count_film(heard.work.session, job.id, job.user_id)
                contact = await heard.contact()
                contact.put("films", {"Total_Films_Generated__c": films}, heard.now)

    async def follow_account(
        self, event_id: UUID, sequence: int, account: credits_pb2.Account,
        transactions: Iterable[credits_pb2.Transaction] = (), cause: str = "", given_by: str = "",
    ) -> None:  # fmt: skip
        """Balance and plan, and the ledger's lines that told of them. `given_by`: who granted; empty for the system."""
        async with self._heard(event_id, account.user_id) as heard:
            if not heard:
                return
            contact = await heard.contact()
            contact.take("account", [sequence], wanted.contact_of_account(account), heard.now)
            for transaction in transactions:
                fields = wanted.transaction(transaction, cause)
                if fields is not None:
                    line = await heard.line(transaction.id, [sequence], fields)
                    theirs = "" if given_by else record_of_grant(transaction.reason)
                    if theirs and await heard.granted_by_support(theirs):
                        line.adopt(theirs, heard.now)

    async def note_failed_payment(self, event_id: UUID, sequence: int, told: PaymentFailed) -> None:
        """A payment failed: a line without credits, one for an invoice however often it is tried."""
        async with self._heard(event_id, told.account.user_id) as heard:
            if heard:
                contact = await heard.contact()
                contact.take("account", [sequence], wanted.contact_of_account(told.account), heard.now)
                await heard.line(f"invoice:{told.invoice_id}", [sequence], wanted.failed_payment(told))

    async def follow_publication(self, event_id: UUID, sequence: int, found: Publication) -> None:
        """A film on its way to YouTube, there, or not going to be."""
        async with self._heard(event_id, found.user_id) as heard:
            if heard:
                if found.project_id:
                    await heard.project(found.project_id)
                video = await heard.record(VIDEO, found.id, found.project_id or None)
                video.take("video", [sequence], wanted.publication(found), heard.now)

    async def follow_connection(self, event_id: UUID, sequence: int, channel: Channel, *, active: bool) -> None:
        """A YouTube channel was connected, or doesn't work any more; a contact has one while any works."""
        async with self._heard(event_id, channel.user_id) as heard:
            if heard:
                connected = await repository.follow_connection(
                    heard.work.session, channel.id, channel.user_id, sequence, active=active
                )
                contact = await heard.contact()
                contact.put("youtube", {"YouTube_Channel_Connected__c": connected}, heard.now)

    async def follow_preferences(self, event_id: UUID, user_id: str, changed_ms: int, *, marketing: bool) -> None:
        """Consent to marketing mail as the user said it; the later word counts, theirs or Salesforce's."""
        async with self._heard(event_id, user_id) as heard:
            if heard:
                contact = await heard.contact()
                contact.take("consent", [changed_ms], {CONSENT: not marketing}, heard.now)

    @asynccontextmanager
    async def _heard(self, event_id: UUID, user_id: str) -> AsyncIterator[_Heard | None]:
        """A transaction about a user; None for an event that was handled before, and for somebody who is gone."""
        async with self._turns, self._work() as work:
            fresh = await work.first_time(event_id) and await repository.lock_user(work.session, user_id)
            yield _Heard(work, user_id, self._now()) if fresh else None


class _Heard:
    """What one fact touches: records of one user, made where they are missing."""

    def __init__(self, work: Work, user_id: str, now: datetime) -> None:
        self.work = work
        self.now = now
        self._user_id = user_id
        self._records: dict[tuple[str, str], Record] = {}

    async def record(self, object_name: str, external_id: str, project_id: str | None = None) -> Record:
        """The record; a new one stands under its contact."""
        key = (object_name, external_id)
        if key in self._records:
            return self._records[key]
        if object_name != CONTACT:
            await self.contact()
        found = await repository.record(self.work.session, object_name, external_id)
        if found is None:
            found = Record.begin(object_name, external_id, self._user_id, self.now, project_id)
            self.work.save(found)
        self._records[key] = found
        return found

    async def contact(self) -> Record:
        """The user's contact. Nobody is written to who hasn't asked for it."""
        found = await self.record(CONTACT, self._user_id)
        if not found.parts:
            found.put("films", {"Total_Films_Generated__c": 0}, self.now)
            found.put("youtube", {"YouTube_Channel_Connected__c": False}, self.now)
            found.take("consent", [-1], {CONSENT: True}, self.now)
        return found

    async def project(self, project_id: str, title: str = "") -> Record:
        """A project; one that only its film has told of so far has its title from there."""
        found = await self.record(PROJECT, project_id)
        if not found.parts:
            found.take("project", [-1], wanted.project(Project(title=title)), self.now)
        return found

    async def line(self, external_id: str, order: Sequence[int], fields: Fields) -> Record:
        """A line of the ledger."""
        found = await self.record(CREDIT, external_id)
        found.take("line", order, fields, self.now)
        return found

    async def granted_by_support(self, record_id: str) -> bool:
        """Whether support wrote this user's grant down under this id."""
        return await repository.is_support_grant(self.work.session, record_id, self._user_id)
