"""Mails that wait to be sent, what mail a user wants, and who can't be reached. No address is kept in any of them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.notifications.models import Base, text_enum

MAX_ERROR_CHARS = 500


class MailKind(StrEnum):
    """What a mail is about."""

    VERIFY_EMAIL = "verify_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a kind of mail
    FILM_READY = "film_ready"
    FILM_FAILED = "film_failed"
    PAYMENT_FAILED = "payment_failed"
    RECONNECT_YOUTUBE = "reconnect_youtube"
    WEBHOOK_DISABLED = "webhook_disabled"

    @property
    def preference(self) -> str | None:
        """The preference that can end it; None: a security mail, which is always sent."""
        return _PREFERENCES.get(self)


_PREFERENCES = {
    MailKind.FILM_READY: "film_ready",
    MailKind.FILM_FAILED: "film_failed",
    MailKind.PAYMENT_FAILED: "payment_failed",
    MailKind.RECONNECT_YOUTUBE: "youtube",
    MailKind.WEBHOOK_DISABLED: "webhook_disabled",
}


class MailState(StrEnum):
    """A mail waits until it ends in one of the other ways."""

    WAITING = "waiting"
    # a mail server has taken it
    SENT = "sent"
    # nobody to send it to any more, or somebody who wants none
    SKIPPED = "skipped"
    # the mail server refused it for good
    REFUSED = "refused"
    # its time was over before any mail server took it
    EXPIRED = "expired"


class Mail(Base):
    """A mail to a user. Its id is in its Message-ID, so that one sent twice around a crash can be told for what it is."""

    __tablename__ = "mails"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    kind: Mapped[MailKind] = mapped_column(text_enum(MailKind))
    # what it is about: a job, an invoice, a connection, an endpoint; empty: the account
    subject_id: Mapped[str]
    # what its text needs; emptied when it ends
    params: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[MailState] = mapped_column(text_enum(MailState))
    attempts: Mapped[int]
    error: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    # by which claim: what an overtaken one reports is not taken
    fence: Mapped[int] = mapped_column(BigInteger)
    ended_at: Mapped[datetime | None]

    @classmethod
    def waiting(
        cls, mail_id: UUID, user_id: UUID, kind: MailKind, subject_id: str, params: Mapping[str, str],
        expires_at: datetime, now: datetime,
    ) -> Mail:  # fmt: skip
        """A mail to be sent at once."""
        return cls(
            id=mail_id, user_id=user_id, kind=kind, subject_id=subject_id, params=dict(params), state=MailState.WAITING,
            attempts=0, error="", created_at=now, expires_at=expires_at, next_attempt_at=now, fence=0,
        )  # fmt: skip

    def claim(self, lease_until: datetime) -> None:
        """Somebody is about to send it."""
        self.lease_until = lease_until
        self.fence += 1

    def end(self, state: MailState, now: datetime, error: str = "") -> None:
        """It is done with, one way or another."""
        self.state, self.ended_at, self.error = state, now, error[:MAX_ERROR_CHARS]
        self.params, self.next_attempt_at, self.lease_until = {}, None, None

    def try_again(self, error: str, delays_s: Sequence[float], jitter: float, now: datetime) -> None:
        """It could not be handed over; once more after a while, while its time lasts."""
        self.attempts += 1
        wait_s = delays_s[min(self.attempts, len(delays_s)) - 1] * jitter
        self._wait(error, now + timedelta(seconds=wait_s), now)

    def put_back(self, error: str, wait_s: float, now: datetime) -> None:
        """Something of ours is away, which says nothing about the mail."""
        self._wait(error, now + timedelta(seconds=wait_s), now)

    def _wait(self, error: str, until: datetime, now: datetime) -> None:
        if until >= self.expires_at:
            self.end(MailState.EXPIRED, now, error)
        else:
            self.lease_until, self.next_attempt_at, self.error = None, until, error[:MAX_ERROR_CHARS]


class Suppression(Base):
    """A user whose address was refused for good. The address is kept as a keyed hash: enough to see that it is another now."""

    __tablename__ = "suppressions"
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    address_mac: Mapped[bytes] = mapped_column(LargeBinary)
    refused_at: Mapped[datetime]
    # the mail server's code
    answer: Mapped[str]

    def covers(self, address: str, kept_for: timedelta, now: datetime) -> bool:
        """Whether nothing is to be sent to this address."""
        same = hmac.compare_digest(self.address_mac, address_mac(self.user_id, address))
        return same and now - self.refused_at < kept_for


def address_mac(user_id: UUID, address: str) -> bytes:
    """A hash of the address that is its user's alone."""
    return hmac.new(user_id.bytes, address.lower().encode(), hashlib.sha256).digest()


PREFERENCES = ("film_ready", "film_failed", "payment_failed", "youtube", "webhook_disabled", "marketing")


class Preferences(Base):
    """What mail a user wants. Who never said anything gets all but marketing."""

    __tablename__ = "preferences"
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    film_ready: Mapped[bool]
    film_failed: Mapped[bool]
    payment_failed: Mapped[bool]
    youtube: Mapped[bool]
    webhook_disabled: Mapped[bool]
    marketing: Mapped[bool]
    # when the consent was last changed, here or in the CRM
    marketing_changed_at: Mapped[datetime | None]
    version: Mapped[int]

    @classmethod
    def usual(cls, user_id: UUID) -> dict[str, object]:
        """The column values of somebody who never said anything."""
        said = {name: name != "marketing" for name in PREFERENCES}
        return {"user_id": user_id, **said, "marketing_changed_at": None, "version": 0}

    def wants(self, kind: MailKind) -> bool:
        """Whether a mail of this kind is sent."""
        return kind.preference is None or bool(getattr(self, kind.preference))

    def choose(self, choices: Mapping[str, bool], at: datetime) -> bool:
        """Take these choices, made at this time; True where any is another than before."""
        changed = {name: value for name, value in choices.items() if getattr(self, name) != value}
        for name, value in changed.items():
            setattr(self, name, value)
        # consent that is confirmed is as fresh as consent that is given
        if "marketing" in choices:
            self.marketing_changed_at = at
        if changed:
            self.version += 1
        return bool(changed)

    def follow_consent(self, consent: bool, changed_at: datetime, now: datetime) -> bool:
        """Take the consent as somebody else has it, unless ours is newer; True where it changes anything."""
        # a clock that is ahead of ours must not keep later choices out
        changed_at = min(changed_at, now)
        if self.marketing_changed_at is not None and changed_at <= self.marketing_changed_at:
            return False
        return self.choose({"marketing": consent}, changed_at)
