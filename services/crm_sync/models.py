"""What shall stand in Salesforce and what does, and the rules of both: latest facts win, what differs is pending."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ARRAY, BigInteger, DateTime, SmallInteger, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.kit import db

Fields = dict[str, Any]
# where a part's fact stands among those of its kind: a sequence, or a job's id and then its sequence
Order = Sequence[int | str]

CONTACT = "Contact"
PROJECT = "AI_Project__c"
CREDIT = "AI_Credit__c"
VIDEO = "YouTube_Integration__c"
# parents before children
OBJECTS = (CONTACT, PROJECT, CREDIT, VIDEO)
# the field by which Salesforce knows our id
EXTERNAL_ID = {
    CONTACT: "AI_Film_User_ID__c",
    PROJECT: "AI_Film_Project_ID__c",
    CREDIT: "AI_Film_Transaction_ID__c",
    VIDEO: "AI_Film_Publication_ID__c",
}
# the one field of ours that people change there
CONSENT = "HasOptedOutOfEmail"
# of parts that name the same field the later one's counts: the ledger knows the plan first, a job knows more than its project
PARTS = ("user", "account", "films", "youtube", "consent", "project", "job", "film", "line", "video")
# a record that keeps failing for a passing reason is tried again after 2 s, 4 s, 8 s, …
RETRY_FIRST_S = 2.0


class RecordState(StrEnum):
    """Whether Salesforce has what we want there."""

    PENDING = "pending"
    SYNCED = "synced"
    # refused for what it is: tried again when it changes or on resync
    FAILED = "failed"


class GrantState(StrEnum):
    """What became of a grant that support wrote down in Salesforce."""

    GRANTING = "granting"
    GRANTED = "granted"
    REFUSED = "refused"


class Trouble(StrEnum):
    """Why nothing is pushed although nobody paused it."""

    NONE = ""
    LIMITED = "limited"
    REFUSED = "refused"
    AWAY = "away"


class Base(DeclarativeBase):
    """The base of this service's tables."""

    metadata = db.metadata("crm_sync")


def _time(*, nullable: bool = False) -> Mapped[Any]:
    return mapped_column(DateTime(timezone=True), nullable=nullable)


class Record(Base):
    """One record that shall stand in Salesforce, made of parts: each the latest fact of one source."""

    __tablename__ = "records"
    object: Mapped[str] = mapped_column(Text, primary_key=True)
    external_id: Mapped[str] = mapped_column(Text, primary_key=True)
    # whose it is: its Contact is the parent of everything else
    user_id: Mapped[str] = mapped_column(Text)
    # of a video: the project that is its other parent
    project_id: Mapped[str | None] = mapped_column(Text)
    # part → {"order": […], "fields": {…}}
    parts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    wanted_hash: Mapped[str] = mapped_column(Text)
    # of what was pushed last; None: nothing was, or it is to be pushed again
    synced_hash: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int]
    # why it was not taken; no personal data
    error: Mapped[str] = mapped_column(Text)
    # Salesforce's own id, known while the record stands there
    record_id: Mapped[str | None] = mapped_column(Text)
    # what was last known to stand there in the fields that people may change
    there: Mapped[dict[str, Any]] = mapped_column(JSONB)
    # support made it there; it gets our fields by its own id
    adopted: Mapped[bool]
    # it shall not stand there any more
    gone: Mapped[bool]
    # since when it has been pending, or when its state last changed
    changed_at: Mapped[datetime] = _time()
    next_attempt_at: Mapped[datetime] = _time()
    synced_at: Mapped[datetime | None] = _time(nullable=True)

    @classmethod
    def begin(
        cls, object_name: str, external_id: str, user_id: str, now: datetime, project_id: str | None = None
    ) -> Record:
        """A record of which nothing is known yet but whose it is."""
        return cls(
            object=object_name, external_id=external_id, user_id=user_id, project_id=project_id, parts={},
            wanted_hash="", synced_hash=None, state=RecordState.PENDING, attempts=0, error="", record_id=None, there={},
            adopted=False, gone=False, changed_at=now, next_attempt_at=now, synced_at=None,
        )  # fmt: skip

    def take(self, part: str, order: Order, fields: Mapping[str, Any], now: datetime) -> bool:
        """Let a fact be this part unless a later one is (E4); True when it was taken."""
        if part in self.parts and list(order) <= self.parts[part]["order"]:
            return False
        self.parts = {**self.parts, part: {"order": list(order), "fields": dict(fields)}}
        self._settle(now)
        return True

    def put(self, part: str, fields: Mapping[str, Any], now: datetime) -> None:
        """Set a part that has no order of its own: what we counted ourselves."""
        self.parts = {**self.parts, part: {"order": [], "fields": dict(fields)}}
        self._settle(now)

    def go(self, gone: bool, now: datetime) -> None:
        """It shall stand there, or not any more."""
        self.gone = gone
        self._settle(now)

    def adopt(self, record_id: str, now: datetime) -> None:
        """It stands there already, made by a person: it gets our fields instead of a twin."""
        self.record_id, self.adopted = record_id, True
        self._settle(now)

    def fields(self) -> Fields:
        """The wanted fields; where parts name the same one, the later part's."""
        merged: Fields = {}
        for name in PARTS:
            merged |= self.part(name)
        return merged

    def part(self, name: str) -> Fields:
        """The fields of one part; empty while it is unknown."""
        known: Fields = self.parts.get(name, {}).get("fields", {})
        return known

    def order(self, name: str) -> list[Any]:
        """The order of one part; empty while it is unknown."""
        known: list[Any] = self.parts.get(name, {}).get("order", [])
        return known

    def push_again(self, now: datetime) -> None:
        """Push it whether or not it differs, from the first attempt."""
        self.synced_hash = None
        self._pend(now)

    def pushed(self, pushed_hash: str, record_id: str | None, there: Fields, now: datetime) -> None:
        """Salesforce has taken what hashes to this; what was changed meanwhile stays pending."""
        self.synced_hash, self.record_id, self.there = pushed_hash, record_id, there
        self.synced_at, self.attempts, self.error = now, 0, ""
        self.next_attempt_at = now
        if pushed_hash == self.wanted_hash:
            self.state, self.changed_at = RecordState.SYNCED, now

    def refuse(self, error: str, now: datetime) -> None:
        """It can't go through as it is."""
        self.attempts += 1
        self.state, self.error, self.changed_at = RecordState.FAILED, error, now

    def try_again(self, error: str, wait_s: float, now: datetime) -> None:
        """It was not taken for a passing reason."""
        self.attempts += 1
        self.error, self.next_attempt_at = error, now + timedelta(seconds=wait_s)

    def _settle(self, now: datetime) -> None:
        wanted = self._hash()
        if wanted == self.wanted_hash:
            return
        self.wanted_hash = wanted
        if wanted == self.synced_hash:
            self.state, self.error = RecordState.SYNCED, ""
        else:
            self._pend(now)

    def _pend(self, now: datetime) -> None:
        if self.state != RecordState.PENDING:
            self.changed_at = now
        self.state, self.attempts, self.error, self.next_attempt_at = RecordState.PENDING, 0, "", now

    def _hash(self) -> str:
        # name and address aren't here, so that an account's change is told by its place in the order
        told = [self.fields(), self.order("user"), self.gone, self.adopted, self.record_id if self.adopted else None]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def backoff_s(attempts: int, most_s: float, rng: random.Random) -> float:
    """Seconds before another attempt after so many: doubled each time, up to `most_s`, half of it by chance."""
    return min(RETRY_FIRST_S * 2.0 ** min(attempts, 20), most_s) * rng.uniform(0.5, 1.0)


class Film(Base):
    """A job that has made a film: counted once."""

    __tablename__ = "films"
    job_id: Mapped[str] = mapped_column(Text, primary_key=True)
    user_id: Mapped[str] = mapped_column(Text)


class Connection(Base):
    """A user's YouTube channel as its last fact said it."""

    __tablename__ = "connections"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    user_id: Mapped[str] = mapped_column(Text)
    sequence: Mapped[int] = mapped_column(BigInteger)
    active: Mapped[bool]


class Erasure(Base):
    """A deleted user: nothing of them is to stand there, and nothing that is heard late brings them back."""

    __tablename__ = "erasures"
    user_id: Mapped[str] = mapped_column(Text, primary_key=True)
    asked_at: Mapped[datetime] = _time()
    next_attempt_at: Mapped[datetime] = _time()
    attempts: Mapped[int]
    error: Mapped[str] = mapped_column(Text)
    # when nothing of them was left there
    removed_at: Mapped[datetime | None] = _time(nullable=True)
    # looked for once more, and nothing had come back
    done_at: Mapped[datetime | None] = _time(nullable=True)


class SupportGrant(Base):
    """Credits that support wrote down in Salesforce, by the id of its record there."""

    __tablename__ = "support_grants"
    record_id: Mapped[str] = mapped_column(Text, primary_key=True)
    user_id: Mapped[str] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text)
    error: Mapped[str] = mapped_column(Text)
    # Salesforce's id of the person
    actor: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    transaction_id: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime] = _time()


class Control(Base):
    """The one row that says how it goes; every process reads it, whoever pushes writes it."""

    __tablename__ = "control"
    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    paused: Mapped[bool]
    trouble: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    resume_at: Mapped[datetime | None] = _time(nullable=True)
    # as Salesforce counts them; 0 and 0 while unknown
    calls_used: Mapped[int] = mapped_column(BigInteger)
    calls_limit: Mapped[int] = mapped_column(BigInteger)
    # when we logged in of late, until a call has gone through
    unproven_logins: Mapped[list[datetime]] = mapped_column(ARRAY(DateTime(timezone=True)))
    # a bulk job whose end we haven't seen
    bulk_job_id: Mapped[str] = mapped_column(Text)
    # SystemModstamp up to which changes were looked at
    contacts_seen_until: Mapped[datetime | None] = _time(nullable=True)
    credits_seen_until: Mapped[datetime | None] = _time(nullable=True)
    last_push_at: Mapped[datetime | None] = _time(nullable=True)
    last_poll_at: Mapped[datetime | None] = _time(nullable=True)
