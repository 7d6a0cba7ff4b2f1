"""Deleted users are forgotten in Salesforce too: what hangs on their Contact first, then the Contact itself."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import timedelta

from services.crm_sync import repository, soql
from services.crm_sync.errors import RequestRefused
from services.crm_sync.models import CONTACT, CREDIT, EXTERNAL_ID, PROJECT, VIDEO, backoff_s
from services.crm_sync.salesforce import COLLECTION, Salesforce
from services.kit import telemetry
from services.kit.clock import Now, utc_now
from services.kit.db import Work

# users looked for at once: their ids have to fit into one query's address
USERS_AT_ONCE = 50
CHILDREN = (VIDEO, CREDIT, PROJECT)


@dataclass
class Erasing:
    """Removes. `check_s`: a call that we gave up on may be carried out late, so they are looked for once more after this."""

    work: Callable[[], AbstractAsyncContextManager[Work]]
    salesforce: Salesforce
    go_on: Callable[[], Awaitable[bool]]
    check_s: float
    retry_most_s: float
    now: Now = utc_now
    rng: random.Random = field(default_factory=random.Random)

    async def erase(self) -> None:
        """Remove everybody whose turn it is. SalesforceTrouble."""
        while await self.go_on():
            async with self.work() as work:
                waiting = await repository.open_erasures(work.session, self.now(), USERS_AT_ONCE)
                user_ids = [erasure.user_id for erasure in waiting]
            if not user_ids:
                return
            try:
                errors = await self._remove(user_ids)
            except RequestRefused as error:
                errors = dict.fromkeys(user_ids, str(error))
            await self._note(user_ids, errors)

    async def _remove(self, user_ids: Sequence[str]) -> Mapping[str, str]:
        """Delete all that is theirs; why that isn't possible, for those of whom something stays."""
        errors: dict[str, str] = {}
        key = EXTERNAL_ID[CONTACT]
        parent = f"Contact__r.{key}"
        for object_name in CHILDREN:
            query = soql.select(["Id", parent], object_name, soql.one_of(parent, user_ids))
            rows = await self.salesforce.query(query)
            errors |= await self._delete({str(row["Id"]): str(row["Contact__r"][key]) for row in rows})
        rows = await self.salesforce.query(soql.select(["Id", key], CONTACT, soql.one_of(key, user_ids)))
        found = {str(row["Id"]): str(row[key]) for row in rows}
        # a contact stays as long as something hangs on it, so that what is left can be found by it
        return errors | await self._delete({id: user_id for id, user_id in found.items() if user_id not in errors})

    async def _delete(self, owners: Mapping[str, str]) -> dict[str, str]:
        """Delete records by id; why not, by user."""
        errors: dict[str, str] = {}
        ids = list(owners)
        for start in range(0, len(ids), COLLECTION):
            chunk = ids[start : start + COLLECTION]
            for record_id, item in zip(chunk, await self.salesforce.delete(chunk), strict=True):
                if not item.taken:
                    errors[owners[record_id]] = f"{item.code}: {item.message}"[:1000]
        return errors

    async def _note(self, user_ids: Sequence[str], errors: Mapping[str, str]) -> None:
        async with self.work() as work:
            now = self.now()
            for erasure in await repository.erasures(work.session, user_ids):
                erasure.error = errors.get(erasure.user_id, "")
                if erasure.error:
                    wait_s = backoff_s(erasure.attempts, self.retry_most_s, self.rng)
                    erasure.attempts, erasure.next_attempt_at = erasure.attempts + 1, now + timedelta(seconds=wait_s)
                elif erasure.removed_at is None:
                    erasure.removed_at, erasure.next_attempt_at = now, now + timedelta(seconds=self.check_s)
                    telemetry.log().info("a deleted user is removed from Salesforce", user_id=erasure.user_id)
                else:
                    erasure.done_at = now
