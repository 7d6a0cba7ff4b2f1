"""What differs goes to Salesforce: parents before children, many records in one call, each with an end of its own.

Nothing of it happens inside a transaction: records are read, sent, and then marked by the hash of what was sent, so one that
changed meanwhile stays pending, and a crash in between only has them sent again.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from prometheus_client import Counter

from services.crm_sync import repository, soql
from services.crm_sync.bulk import DONE, Bulk
from services.crm_sync.collecting import Collecting
from services.crm_sync.errors import RequestRefused
from services.crm_sync.models import CONSENT, CONTACT, CREDIT, EXTERNAL_ID, OBJECTS, PROJECT, VIDEO, Record, backoff_s
from services.crm_sync.payload import Parcel, Person, parcel
from services.crm_sync.salesforce import COLLECTION, Item, Salesforce
from services.kit import telemetry
from services.kit.clock import Now, utc_now
from services.kit.db import Work
from services.kit.errors import DependencyAway

# collections of one object before the next object has its turn
COLLECTIONS_A_TURN = 25
# people asked of users at once
PEOPLE_AT_ONCE = 16
_pushed = Counter("crm_sync_records_pushed", "Records by what Salesforce said", ["object", "outcome"])


class People(Protocol):
    """Who contacts are."""

    async def person(self, user_id: str) -> Person | None:
        """Name and address; None once the account is deleted."""


@dataclass(frozen=True)
class Bounds:
    """How much goes how: bulk from so many pending on, so many in a job, and the longest wait of a record that isn't taken."""

    bulk_from: int
    bulk_size: int
    retry_most_s: float


@dataclass
class Pushing:
    """Sends what is pending. `go_on` says before each call whether we still may."""

    work: Callable[[], AbstractAsyncContextManager[Work]]
    salesforce: Salesforce
    bulk: Bulk
    people: People
    collecting: Collecting
    bounds: Bounds
    go_on: Callable[[], Awaitable[bool]]
    now: Now = utc_now
    rng: random.Random = field(default_factory=random.Random)

    async def push(self) -> bool:
        """Send all that can go now, or a good part of it: True when there is more. SalesforceTrouble, DependencyAway."""
        more = False
        away: DependencyAway | None = None
        for object_name in OBJECTS:
            try:
                more |= await self._push_object(object_name)
            except DependencyAway as error:
                if object_name != CONTACT or error.dependency == "postgres":
                    raise
                # without users no contact can be sent; what hangs on those that stand there can
                away = error
            except RequestRefused as error:
                telemetry.log().warning("Salesforce refuses a request", object=object_name, code=error.code)
        if away is not None:
            raise away
        return more

    async def _push_object(self, object_name: str) -> bool:
        for _ in range(COLLECTIONS_A_TURN):
            if not await self.go_on():
                return False
            sent = await self._bulk(object_name) or await self._collection(object_name)
            if object_name == CREDIT:
                sent |= await self._adopted()
            if object_name == PROJECT:
                sent |= await self._gone()
            if not sent:
                return False
        return True

    async def _bulk(self, object_name: str) -> bool:
        """One bulk job, where there is enough for one; whether there was."""
        async with self.work() as work:
            count = await repository.ready_count(work.session, object_name, self.now(), self.bounds.bulk_from)
            if count < self.bounds.bulk_from:
                return False
        parcels = await self._parcels(object_name, self.bounds.bulk_size)
        if not parcels:
            return True
        key = EXTERNAL_ID[object_name]
        async with self._refusing(object_name, parcels):
            job_id = await self.bulk.create(object_name, key)
            await self._note_job(job_id)
            state = await self.bulk.run(job_id, [each.sent for each in parcels])
            found = await self.bulk.results(job_id, key) if state == DONE else {}
        missing = Item(code="PROCESSING_HALTED", message=f"the bulk job ended as {state} without it")
        await self._settle(object_name, parcels, [found.get(each.external_id, missing) for each in parcels])
        await self._note_job("")
        return True

    async def finish_old_job(self) -> None:
        """See off a bulk job of a process that is gone, before anything newer is sent."""
        async with self.work() as work:
            job_id = (await repository.control(work.session)).bulk_job_id
        if job_id:
            telemetry.log().info("waiting for a bulk job of before", job_id=job_id)
            await self.bulk.give_up(job_id)
            await self._note_job("")

    async def _collection(self, object_name: str) -> bool:
        parcels = await self._parcels(object_name, COLLECTION)
        if parcels:
            async with self._refusing(object_name, parcels):
                sent = [each.sent for each in parcels]
                items = await self.salesforce.upsert(object_name, EXTERNAL_ID[object_name], sent)
            await self._settle(object_name, parcels, items)
        return bool(parcels)

    async def _adopted(self) -> bool:
        """Grants that support wrote down get our fields, by their own ids."""
        async with self.work() as work:
            found = await repository.ready(work.session, CREDIT, self.now(), COLLECTION, adopted=True)
        parcels = [parcel(record) for record in found]
        if parcels:
            async with self._refusing(CREDIT, parcels):
                items = await self.salesforce.update(CREDIT, [each.sent for each in parcels])
            await self._settle(CREDIT, parcels, items)
        return bool(parcels)

    async def _gone(self) -> bool:
        """Projects that were deleted are taken away there."""
        async with self.work() as work:
            found = await repository.ready(work.session, PROJECT, self.now(), COLLECTION, gone=True)
        parcels = [parcel(record) for record in found]
        if parcels:
            async with self._refusing(PROJECT, parcels):
                key = EXTERNAL_ID[PROJECT]
                there = soql.one_of(key, (each.external_id for each in parcels))
                rows = await self.salesforce.query(soql.select(["Id", key], PROJECT, there))
                ids = {str(row[key]): str(row["Id"]) for row in rows}
                deleted = dict(zip(ids, await self.salesforce.delete(list(ids.values())), strict=True)) if ids else {}
            # what isn't there is as good as deleted
            items = [deleted.get(each.external_id, Item()) for each in parcels]
            await self._settle(PROJECT, parcels, items, gone=True)
        return bool(parcels)

    async def _parcels(self, object_name: str, limit: int) -> list[Parcel]:
        async with self.work() as work:
            found = await repository.ready(work.session, object_name, self.now(), limit)
            loose: set[str] = set()
            if object_name == VIDEO:
                projects = {record.project_id for record in found if record.project_id}
                loose = await repository.gone_projects(work.session, sorted(projects))
        if object_name != CONTACT:
            return [parcel(record, without_projects=loose) for record in found]
        people = await self._people(found)
        return [parcel(record, people[record.user_id]) for record in found if record.user_id in people]

    async def _people(self, contacts: Sequence[Record]) -> dict[str, Person]:
        """Who they are. Somebody whose account is gone is erased instead: their event is yet to come, or was lost."""
        at_once = asyncio.Semaphore(PEOPLE_AT_ONCE)

        async def ask(user_id: str) -> Person | None:
            async with at_once:
                return await self.people.person(user_id)

        ids = [contact.user_id for contact in contacts]
        answers = await asyncio.gather(*(ask(user_id) for user_id in ids))
        for user_id, person in zip(ids, answers, strict=True):
            if person is None:
                await self.collecting.erase(user_id)
        return {user_id: person for user_id, person in zip(ids, answers, strict=True) if person is not None}

    async def _settle(
        self, object_name: str, parcels: Sequence[Parcel], items: Sequence[Item], *, gone: bool = False
    ) -> None:
        """Note what became of each; records that were removed meanwhile are nobody's business any more."""
        outcome = {each.external_id: (each, item) for each, item in zip(parcels, items, strict=True)}
        orphans: set[str] = set()
        async with self.work() as work:
            now = self.now()
            for record in await repository.records(work.session, object_name, sorted(outcome)):
                sent, item = outcome[record.external_id]
                if item.taken:
                    _pushed.labels(object_name, "taken").inc()
                    self._taken(record, sent, item, gone=gone)
                elif item.parent_missing:
                    orphans.add(sent.user_id)
                    self._later(record, sent.error(item))
                elif record.adopted and item.missing:
                    # the person's record is gone: the line gets one of its own
                    record.adopted, record.record_id = False, None
                    record.push_again(now)
                elif item.passing or record.wanted_hash != sent.wanted_hash:
                    _pushed.labels(object_name, "passing").inc()
                    self._later(record, sent.error(item))
                else:
                    _pushed.labels(object_name, "refused").inc()
                    record.refuse(sent.error(item), now)
            control = await repository.control(work.session, locked=True)
            control.last_push_at = now
            control.calls_used, control.calls_limit = self.salesforce.usage.used, self.salesforce.usage.limit
        if orphans:
            await self._make_parents_again(orphans, outcome)

    @asynccontextmanager
    async def _refusing(self, object_name: str, parcels: Sequence[Parcel]) -> AsyncIterator[None]:
        """A request that is refused as a whole (an object or a field that isn't deployed there) is tried again later."""
        try:
            yield
        except RequestRefused as error:
            refused = Item(code=error.code, message=error.message)
            async with self.work() as work:
                ids = sorted(each.external_id for each in parcels)
                errors = {each.external_id: each.error(refused) for each in parcels}
                for record in await repository.records(work.session, object_name, ids):
                    self._later(record, errors[record.external_id])
            raise

    def _taken(self, record: Record, sent: Parcel, item: Item, *, gone: bool) -> None:
        now = self.now()
        there = sent.there(record.there, item) if record.object == CONTACT else {}
        record_id = None if gone else item.record_id or record.record_id
        record.pushed(sent.wanted_hash, record_id, there, now)
        if record.object == CONTACT and there and there[CONSENT] != record.fields()[CONSENT]:
            # somebody had deleted it there, and as made anew it allows mail
            record.push_again(now)

    def _later(self, record: Record, error: str) -> None:
        wait_s = backoff_s(record.attempts, self.bounds.retry_most_s, self.rng)
        record.try_again(error, wait_s, self.now())

    async def _make_parents_again(self, user_ids: set[str], outcome: Mapping[str, tuple[Parcel, Item]]) -> None:
        """Somebody deleted what these records hang on: that goes first."""
        projects = {sent.project_id for sent, _ in outcome.values() if sent.project_id and sent.user_id in user_ids}
        async with self.work() as work:
            for object_name, ids in ((CONTACT, user_ids), (PROJECT, projects)):
                for record in await repository.records(work.session, object_name, sorted(ids)):
                    record.record_id = None
                    record.push_again(self.now())

    async def _note_job(self, job_id: str) -> None:
        async with self.work() as work:
            (await repository.control(work.session, locked=True)).bulk_job_id = job_id
