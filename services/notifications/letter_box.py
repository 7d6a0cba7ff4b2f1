"""Where mails are put to be sent: a row in the transaction of what they are about, if its user may hear of it at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from filmstudio.ai_jobs.v1 import jobs_pb2
from filmstudio.credits.v1.events_pb2 import PaymentFailed
from filmstudio.youtube.v1 import youtube_pb2
from google.protobuf.timestamp_pb2 import Timestamp

from services.kit import telemetry
from services.kit.clock import Now, utc_now
from services.kit.db import Work
from services.kit.ids import new_id
from services.notifications import mail_repository
from services.notifications.mail_models import Mail, MailKind
from services.notifications.models import Endpoint

_HOUR = timedelta(hours=1)
# what of a title, a reason or an address finds room in a mail
_MAX_PARAM_CHARS = 300


@dataclass(frozen=True)
class PostalRules:
    """What the settings say of mails."""

    expires: timedelta
    reset_expires: timedelta
    # no mail about facts that are older: whoever begins to read a topic doesn't write about last week
    max_fact_age: timedelta
    repeat_after: timedelta
    tokens_per_hour: int


class LetterBox:
    """One method a kind of mail. `wake` tells the postman, after the commit.

    Whoever calls has made sure that the user doesn't go meanwhile: by `departed.is_present`, or by an endpoint of theirs that
    is locked, and goes before their mails do.
    """

    def __init__(
        self, rules: PostalRules, wake: Callable[[], None], now: Now = utc_now, new_id: Callable[[], UUID] = new_id
    ) -> None:
        self._rules = rules
        self._wake = wake
        self._now = now
        self._new_id = new_id

    def is_old(self, at: datetime) -> bool:
        """Whether a fact of this time is no reason for a mail any more."""
        return self._now() - at > self._rules.max_fact_age

    async def verify_email(self, work: Work, user_id: UUID) -> None:
        """A link that proves the address."""
        await self._put_with_token(work, user_id, MailKind.VERIFY_EMAIL, self._rules.expires)

    async def reset_password(self, work: Work, user_id: UUID) -> None:
        """A link to a new password."""
        await self._put_with_token(work, user_id, MailKind.RESET_PASSWORD, self._rules.reset_expires)

    async def film_ready(self, work: Work, job: jobs_pb2.Job) -> None:
        """The film is there."""
        film = next((output for output in job.outputs if output.kind == "film"), jobs_pb2.JobOutput())
        params = {
            "title": job.project_title,
            "duration_s": str(round(film.duration_s)),
            "credits": str(job.credits.captured),
        }
        await self._put(work, UUID(job.user_id), MailKind.FILM_READY, job.id, params)

    async def film_failed(self, work: Work, job: jobs_pb2.Job) -> None:
        """There is no film, and the credits are back."""
        params = {"title": job.project_title, "reason": job.error.message, "credits": str(job.credits.released)}
        await self._put(work, UUID(job.user_id), MailKind.FILM_FAILED, job.id, params)

    async def payment_failed(self, work: Work, fact: PaymentFailed) -> None:
        """A payment has failed; the plan stays for a while."""
        amount = f"{fact.amount_cents / 100:.2f} {fact.currency.upper()}"
        params = {"amount": amount, "plan": fact.account.plan_id, "until": _day(fact.grace_end_time)}
        await self._put(work, UUID(fact.account.user_id), MailKind.PAYMENT_FAILED, fact.invoice_id, params)

    async def reconnect_youtube(self, work: Work, connection: youtube_pb2.Connection) -> None:
        """Google has ended our grant; said of each connection once in a while only."""
        params = {"channel": connection.channel_title or connection.channel_id}
        user_id = UUID(connection.user_id)
        await self._put_once(work, user_id, MailKind.RECONNECT_YOUTUBE, connection.id, params)

    async def webhook_disabled(self, work: Work, endpoint: Endpoint) -> None:
        """An endpoint failed for so long that nothing is sent to it any more."""
        # the host alone: what comes after it may be as good as a password
        host = endpoint.url.partition("://")[2].partition("/")[0].partition("?")[0]
        params = {"host": host, "description": endpoint.description}
        await self._put_once(work, endpoint.user_id, MailKind.WEBHOOK_DISABLED, str(endpoint.id), params)

    async def _put_with_token(self, work: Work, user_id: UUID, kind: MailKind, expires: timedelta) -> None:
        since = self._now() - _HOUR
        if await mail_repository.count_mails(work.session, user_id, kind, since) >= self._rules.tokens_per_hour:
            telemetry.log().warning("a user asks for many mails, no more for now", user_id=str(user_id), kind=kind)
            return
        # one that hasn't left yet will carry as fresh a token
        if not await mail_repository.is_waiting(work.session, user_id, kind):
            await self._put(work, user_id, kind, "", {}, expires)

    async def _put_once(
        self, work: Work, user_id: UUID, kind: MailKind, subject_id: str, params: Mapping[str, str]
    ) -> None:
        since = self._now() - self._rules.repeat_after
        if not await mail_repository.count_mails(work.session, user_id, kind, since, subject_id):
            await self._put(work, user_id, kind, subject_id, params)

    async def _put(
        self, work: Work, user_id: UUID, kind: MailKind, subject_id: str, params: Mapping[str, str],
        expires: timedelta | None = None,
    ) -> None:  # fmt: skip
        if not (await mail_repository.preferences(work.session, user_id)).wants(kind):
            return
        now = self._now()
        clean = {name: _line(value) for name, value in params.items()}
        expires_at = now + (expires or self._rules.expires)
        work.save(Mail.waiting(self._new_id(), user_id, kind, subject_id, clean, expires_at, now))
        work.after_commit(self._wake)


def _line(text: str) -> str:
    """The text as one line of printable characters, cut to what finds room."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _MAX_PARAM_CHARS else f"{line[: _MAX_PARAM_CHARS - 1]}…"


def _day(timestamp: Timestamp) -> str:
    """The day, as every language reads it (ISO 8601)."""
    return timestamp.ToDatetime(tzinfo=UTC).date().isoformat()
