"""Upkeep: what has passed its time. Every state has somebody who ends it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.kit import telemetry
from services.kit.clock import Now, utc_now
from services.kit.db import Database
from services.kit.housekeeping import KEPT_FOR
from services.notifications import departed, mail_repository, repository
from services.notifications.mail_models import MailState

# rows in one transaction
_AT_ONCE = 500


@dataclass(frozen=True)
class Times:
    """How long things are kept; the settings explain each."""

    paused_for: timedelta
    webhook_log: timedelta
    mail_log: timedelta


class Upkeep:
    """`sweep` is one turn; a loop calls it."""

    def __init__(self, database: Database, times: Times, now: Now = utc_now) -> None:
        self._db = database
        self._times = times
        self._now = now

    async def sweep(self) -> None:
        """Give up what a paused endpoint collected long ago, let mails expire, forget what is remembered long enough."""
        while await self._give_up_for_paused() == _AT_ONCE:
            continue
        while await self._expire_mails() == _AT_ONCE:
            continue
        before = self._now() - self._times.webhook_log
        while await self._forget_messages(before) == _AT_ONCE:
            continue
        async with self._db.work() as work:
            await mail_repository.forget_mails(work.session, self._now() - self._times.mail_log)
            await departed.forget(work, self._now() - KEPT_FOR)
            await repository.forget_previous_secrets(work.session, self._now())

    async def _give_up_for_paused(self) -> int:
        before = self._now() - self._times.paused_for
        async with self._db.work() as work:
            endpoints = await repository.paused_since(work.session, before, _AT_ONCE)
            for endpoint in endpoints:
                why = "the webhook was paused for too long"
                await repository.give_up(work.session, endpoint.id, why, before=before)
        return len(endpoints)

    async def _expire_mails(self) -> int:
        now = self._now()
        async with self._db.work() as work:
            mails = await mail_repository.expired_mails(work.session, now, _AT_ONCE)
            for mail in mails:
                mail.end(MailState.EXPIRED, now, mail.error or "nobody took it")
        if mails:
            telemetry.log().warning("mails expired before they could be sent", count=len(mails))
        return len(mails)

    async def _forget_messages(self, before: datetime) -> int:
        async with self._db.work() as work:
            return await repository.forget_messages(work.session, before, _AT_ONCE)
