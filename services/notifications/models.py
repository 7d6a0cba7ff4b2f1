"""Endpoints with their lanes, messages, deliveries: what may be done with them, and what follows from an attempt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, DateTime, LargeBinary, Text
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.kit import db
from services.kit.errors import EtagMismatch, Invalid
from services.notifications.errors import EndpointState
from services.notifications.outgoing import Answer

MAX_DESCRIPTION_CHARS = 500


class Base(DeclarativeBase):
    """The base of this service's tables."""

    metadata = db.metadata("notifications")
    type_annotation_map = {datetime: DateTime(timezone=True), str: Text()}  # noqa: RUF012 - SQLAlchemy's own spelling


def text_enum(kind: type[StrEnum]) -> SqlEnum:
    """A column of the enum's values, as text."""
    return SqlEnum(kind, native_enum=False, create_constraint=False, values_callable=lambda e: [m.value for m in e])


def require_match(if_match: str, version: int) -> None:
    """EtagMismatch unless the If-Match value (RFC 9110: "*", or a list of quoted tags) names this version, or is empty."""
    if not if_match.strip() or if_match.strip() == "*":
        return
    if str(version) not in [tag.strip().removeprefix("W/").strip('"') for tag in if_match.split(",")]:
        raise EtagMismatch("it has changed since you read it; read it again")


def clean_description(text: str) -> str:
    """The description trimmed; Invalid beyond 500 characters or with control characters."""
    text = text.strip()
    if len(text) > MAX_DESCRIPTION_CHARS:
        raise Invalid(f"a description has at most {MAX_DESCRIPTION_CHARS} characters", field="description")
    if not text.isprintable():
        raise Invalid("a description is one line of printable characters", field="description")
    return text


@dataclass(frozen=True)
class Patience:
    """How deliveries are repeated, in seconds; the settings explain each. `jitter` gives factors around 1."""

    retry_delays_s: Sequence[float]
    hold_max_s: float
    retry_after_max_s: float
    disable_after_s: float
    slow_after_s: float
    jitter: Callable[[], float]


class State(StrEnum):
    """Of an endpoint. Paused by its user, disabled by us."""

    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"


class DeliveryState(StrEnum):
    """A delivery is pending until it succeeds or is given up."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Endpoint(Base):
    """Where a user's program hears of events, and the lane that its deliveries take: one turn at a time, by its lease."""

    __tablename__ = "endpoints"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    url: Mapped[str]
    events: Mapped[list[str]] = mapped_column(ARRAY(Text))
    description: Mapped[str]
    state: Mapped[State] = mapped_column(text_enum(State))
    # as it is stored: encrypted under one of the keys
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    # the one before, which signs too until then
    previous_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    previous_until: Mapped[datetime | None]
    # counts what its user may see change; its etag
    version: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    # when the next delivery is due; None: nothing is, or it is not active
    due_at: Mapped[datetime | None]
    # a turn is under way until then
    lease_until: Mapped[datetime | None]
    # by which turn: what an overtaken one reports is not taken
    fence: Mapped[int] = mapped_column(BigInteger)
    # it failed or was slow the last time: it is served apart from those that aren't
    slow: Mapped[bool]
    # attempts that failed one after the other
    failures: Mapped[int]
    failing_since: Mapped[datetime | None]
    # left alone until then
    hold_until: Mapped[datetime | None]

    @classmethod
    def open(
        cls,
        endpoint_id: UUID,
        user_id: UUID,
        url: str,
        events: list[str],
        description: str,
        secret: bytes,
        now: datetime,
    ) -> Endpoint:
        """A new endpoint, active from now on."""
        return cls(
            id=endpoint_id, user_id=user_id, url=url, events=events, description=clean_description(description),
            state=State.ACTIVE, secret=secret, version=1, created_at=now, updated_at=now, fence=0, slow=False, failures=0,
        )  # fmt: skip

    def changed(self, now: datetime) -> None:
        """Its user may see a change."""
        self.version += 1
        self.updated_at = now

    def describe(self, url: str | None, events: list[str] | None, description: str | None, now: datetime) -> bool:
        """Change what is named; True where it is another URL, which owes nothing to the failures of the one before."""
        moved = url is not None and url != self.url
        before = (self.url, self.events, self.description)
        self.url = url or self.url
        self.events = events or self.events
        if description is not None:
            self.description = clean_description(description)
        if (self.url, self.events, self.description) != before:
            self.changed(now)
        if moved:
            self.forgive()
            self.ring(now)
        return moved

    def start(self, now: datetime) -> None:
        """Active again, with a clean slate; what it has collected is due."""
        if self.state is State.ACTIVE:
            return
        self.state = State.ACTIVE
        self.forgive()
        self.due_at = now
        self.changed(now)

    def pause(self, now: datetime) -> None:
        """Nothing is sent until it is started; what happens meanwhile is collected. A disabled one stays disabled."""
        if self.state is State.ACTIVE:
            self._stop(State.PAUSED, now)

    def disable(self, now: datetime) -> None:
        """Nothing is sent and nothing collected until its user starts it."""
        self._stop(State.DISABLED, now)

    def _stop(self, state: State, now: datetime) -> None:
        self.state = state
        self.due_at = None
        self.changed(now)

    def forgive(self) -> None:
        """Forget that it has failed: it is tried at once."""
        self.slow, self.failures, self.failing_since, self.hold_until = False, 0, None, None

    def ring(self, now: datetime) -> None:
        """There is a delivery for it; of a paused one it waits."""
        if self.state is State.ACTIVE:
            due = max(now, self.hold_until or now)
            self.due_at = min(self.due_at or due, due)

    def require_active(self) -> None:
        """EndpointState unless it is."""
        if self.state is not State.ACTIVE:
            raise EndpointState(f"the endpoint is {self.state}; start it first", state=self.state)

    def rotate(self, secret: bytes, previous_until: datetime, now: datetime) -> None:
        """Sign by a new secret, and by the present one beside it for a while."""
        self.previous_secret, self.previous_until = self.secret, previous_until
        self.secret = secret
        self.changed(now)

    def secrets(self, now: datetime) -> list[bytes]:
        """The secrets that sign at this time, still encrypted, the newest first."""
        if self.previous_secret is not None and self.previous_until is not None and now < self.previous_until:
            return [self.secret, self.previous_secret]
        return [self.secret]

    def take_turn(self, lease_until: datetime) -> None:
        """A turn begins."""
        self.lease_until = lease_until
        self.fence += 1

    def end_turn(self, next_attempt_at: datetime | None) -> None:
        """The turn is over; the earliest pending delivery says when the next is due."""
        self.lease_until = None
        if self.state is not State.ACTIVE or next_attempt_at is None:
            self.due_at = None
        else:
            self.due_at = max(next_attempt_at, self.hold_until or next_attempt_at)

    def note(self, answer: Answer, patience: Patience, now: datetime) -> None:
        """What an attempt says of the endpoint: whether it is well, or failing and to be left alone for how long."""
        if answer.accepted:
            self.failures, self.failing_since, self.hold_until = 0, None, None
            self.slow = answer.duration_ms > patience.slow_after_s * 1000
            return
        self.slow = True
        self.failures += 1
        self.failing_since = self.failing_since or now
        # doubling from one second: a backlog is not poured over somebody who is just getting up
        hold_s = min(2.0 ** min(self.failures - 1, 20), patience.hold_max_s)
        if answer.retry_after_s is not None:
            hold_s = max(hold_s, min(answer.retry_after_s, patience.retry_after_max_s))
        self.hold_until = now + timedelta(seconds=hold_s)


class Message(Base):
    """An event as a user's endpoints hear it: the same body in every attempt, for each of them. Its id is the webhook-id."""

    __tablename__ = "messages"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    event_type: Mapped[str]
    # the JSON as it is sent
    body: Mapped[str]
    created_at: Mapped[datetime]


class Delivery(Base):
    """A message on its way to an endpoint, with what came of its attempts."""

    __tablename__ = "deliveries"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    endpoint_id: Mapped[UUID]
    message_id: Mapped[UUID]
    event_type: Mapped[str]
    state: Mapped[DeliveryState] = mapped_column(text_enum(DeliveryState))
    attempts: Mapped[int]
    # of the last attempt; 0: none, or no answer
    response_status: Mapped[int]
    response_excerpt: Mapped[str]
    duration_ms: Mapped[int]
    created_at: Mapped[datetime]
    last_attempt_at: Mapped[datetime | None]
    # while pending
    next_attempt_at: Mapped[datetime | None]

    @classmethod
    def of(cls, delivery_id: UUID, endpoint: Endpoint, message_id: UUID, event_type: str, now: datetime) -> Delivery:
        """A delivery to be attempted at once."""
        return cls(
            id=delivery_id, endpoint_id=endpoint.id, message_id=message_id, event_type=event_type,
            state=DeliveryState.PENDING, attempts=0, response_status=0, response_excerpt="", duration_ms=0,
            created_at=now, next_attempt_at=now,
        )  # fmt: skip

    def attempted(self, answer: Answer, patience: Patience, now: datetime) -> None:
        """Note an attempt, and when the next one is, if there is one."""
        self.attempts += 1
        self.response_status, self.response_excerpt = answer.status, answer.excerpt
        self.duration_ms, self.last_attempt_at = answer.duration_ms, now
        if answer.accepted:
            self.state, self.next_attempt_at = DeliveryState.SUCCEEDED, None
        elif self.state is not DeliveryState.PENDING or self.attempts > len(patience.retry_delays_s):
            # given up, just now or while the attempt was under way
            self.state, self.next_attempt_at = DeliveryState.FAILED, None
        else:
            wait_s = patience.retry_delays_s[self.attempts - 1] * patience.jitter()
            if answer.retry_after_s is not None:
                wait_s = max(wait_s, min(answer.retry_after_s, patience.retry_after_max_s))
            self.next_attempt_at = now + timedelta(seconds=wait_s)

    def bring_forward(self, now: datetime) -> None:
        """A pending delivery is attempted now."""
        self.next_attempt_at = now


def has_failed_for_good(
    endpoint: Endpoint, delivery: Delivery, answer: Answer, patience: Patience, now: datetime
) -> bool:
    """Whether the endpoint is to be disabled after this attempt of it.

    It is gone by its own word; or has failed for so long without one success; or every attempt of this delivery failed, and
    none of any other succeeded meanwhile.
    """
    if answer.accepted or endpoint.state is not State.ACTIVE:
        return False
    since = endpoint.failing_since
    if answer.gone or since is None:
        return answer.gone
    # a delivery's last attempt comes after nine tenths or so of its schedule, for the jitter
    allowed_s = patience.disable_after_s
    if delivery.state is DeliveryState.FAILED:
        allowed_s = min(allowed_s, 0.75 * sum(patience.retry_delays_s))
    return now - since >= timedelta(seconds=allowed_s)
