"""What people change in Salesforce and is theirs to change: credits that support grants, and a contact's consent to mail.

Changed records are asked for by SystemModstamp, from a little before the latest one seen: what is seen again changes nothing.
Our own writes don't echo: a line of ours says Created_By_Studio__c, and consent is held against what was last known to stand
there, so that only another value is news.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from services.crm_sync import events, repository, soql
from services.crm_sync.errors import RequestRefused
from services.crm_sync.models import CONSENT, CONTACT, EXTERNAL_ID, Fields, GrantState, Record, SupportGrant
from services.crm_sync.salesforce import Salesforce
from services.crm_sync.soql import instant
from services.crm_sync.support import Asked, Caps, grants_query, month_of
from services.kit import telemetry
from services.kit.clock import Now, utc_now
from services.kit.db import Work
from services.kit.errors import DependencyAway, RemoteError

# Salesforce stamps a record before its transaction ends: one may be seen after others that were stamped later
OVERLAP = timedelta(minutes=2)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
# contacts compared in one transaction
CHUNK = 200


class Ledger(Protocol):
    """Where credits are granted."""

    async def grant(self, asked: Asked, amount: int) -> str:
        """Grant once for this record; the transaction's id."""


@dataclass
class Listening:
    """Asks Salesforce what has changed."""

    work: Callable[[], AbstractAsyncContextManager[Work]]
    salesforce: Salesforce
    ledger: Ledger
    caps: Caps
    go_on: Callable[[], Awaitable[bool]]
    now: Now = utc_now

    async def poll(self) -> None:
        """Look at both once. SalesforceTrouble; DependencyAway where credits is: its grants are made another time."""
        if not await self.go_on():
            return
        async with self.work() as work:
            control = await repository.control(work.session)
            contacts_since, credits_since = control.contacts_seen_until, control.credits_seen_until
        try:
            await self._consents(contacts_since)
            await self._grants(credits_since)
        except RequestRefused as error:
            telemetry.log().warning("Salesforce refuses a query", code=error.code, message=error.message)
            return
        async with self.work() as work:
            (await repository.control(work.session, locked=True)).last_poll_at = self.now()
        await self._make_grants()

    # consent

    async def _consents(self, since: datetime | None) -> None:
        key = EXTERNAL_ID[CONTACT]
        query = soql.select(
            ["Id", key, CONSENT, "LastModifiedDate", "SystemModstamp"], CONTACT,
            f"{key} != null", f"SystemModstamp >= {_from(since)}", order="SystemModstamp",
        )  # fmt: skip
        rows = await self.salesforce.query(query)
        for start in range(0, len(rows), CHUNK):
            chunk = rows[start : start + CHUNK]
            by_user = {str(row[EXTERNAL_ID[CONTACT]]): row for row in chunk}
            async with self.work() as work:
                for contact in await repository.records(work.session, CONTACT, sorted(by_user)):
                    self._compare(work, contact, by_user[contact.external_id])
                (await repository.control(work.session, locked=True)).contacts_seen_until = _stamp(chunk[-1])

    def _compare(self, work: Work, contact: Record, row: Fields) -> None:
        """Take over what a person changed. Somebody else's record under our id (deleted and made anew) tells nothing."""
        known, found = contact.there.get(CONSENT), bool(row[CONSENT])
        if known is None or known == found or row["Id"] != contact.record_id:
            return
        contact.there = {CONSENT: found}
        changed_at = instant(row["LastModifiedDate"])
        if contact.fields()[CONSENT] == found:
            # our own write whose answer we never saw
            return
        if contact.order("consent") > [_ms(changed_at)]:
            # the user's own word is newer
            contact.push_again(self.now())
            return
        contact.take("consent", [_ms(changed_at)], {CONSENT: found}, self.now())
        work.save(events.consent_changed(contact.external_id, consent=not found, changed_at=changed_at))
        telemetry.log().info("consent changed in Salesforce", user_id=contact.external_id, consent=not found)

    # support's grants

    async def _grants(self, since: datetime | None) -> None:
        """Decide on what support wrote down. A decision stands until the record says something else."""
        rows = await self.salesforce.query(grants_query(_from(since)))
        for row in rows:
            asked = Asked.read(row)
            async with self.work() as work:
                await self._decide(work, asked)
        if rows:
            async with self.work() as work:
                (await repository.control(work.session, locked=True)).credits_seen_until = _stamp(rows[-1])

    async def _decide(self, work: Work, asked: Asked) -> None:
        if asked.user_id and not await repository.lock_user(work.session, asked.user_id):
            return
        decided = await work.session.get(SupportGrant, asked.record_id)
        if decided is not None and decided.state != GrantState.REFUSED:
            return
        now = self.now()
        known = bool(asked.user_id) and await repository.record(work.session, CONTACT, asked.user_id) is not None
        granted = await repository.granted_in(work.session, asked.user_id, month_of(now))
        error = self.caps.refusal(asked, known, granted)
        # what is no number of credits is refused as 0 and looked at again once it is one
        amount = asked.credits or 0
        state = GrantState.REFUSED if error else GrantState.GRANTING
        if decided is None:
            decided = SupportGrant(record_id=asked.record_id)
            work.save(decided)
        elif (decided.user_id, decided.amount) == (asked.user_id, amount):
            return
        decided.user_id, decided.amount, decided.state, decided.error = asked.user_id, amount, state, error
        decided.actor, decided.reason, decided.decided_at = asked.actor, asked.reason, now
        if error:
            telemetry.log().warning("support's grant is not made", record_id=asked.record_id, reason=error)

    async def _make_grants(self) -> None:
        """Have the ledger grant what was decided; its event then gives the record our fields."""
        async with self.work() as work:
            waiting = await repository.unfinished_grants(work.session)
            orders = [
                (Asked(each.record_id, each.user_id, each.amount, each.reason, each.actor), each.amount)
                for each in waiting
            ]
        for asked, amount in orders:
            try:
                transaction_id, error = await self.ledger.grant(asked, amount), ""
            except DependencyAway as away:
                telemetry.log().warning("support's grants wait", dependency=away.dependency)
                return
            except RemoteError as refused:
                transaction_id, error = "", f"the ledger refuses it: {refused.reason}: {refused.message}"
            async with self.work() as work:
                grant = await work.session.get(SupportGrant, asked.record_id, with_for_update=True)
                if grant is not None:
                    grant.state = GrantState.REFUSED if error else GrantState.GRANTED
                    grant.error, grant.transaction_id = error, transaction_id or None


def _from(since: datetime | None) -> str:
    """A query's lower bound."""
    return soql.time(since - OVERLAP if since else EPOCH)


def _stamp(row: Fields) -> datetime:
    return instant(str(row["SystemModstamp"]))


def _ms(time: datetime) -> int:
    return int(time.timestamp() * 1000)
