"""Notifications in a test's hands: a database of its own, a clock it sets, users and the mail server in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID, uuid4

from cryptography.fernet import Fernet
from filmstudio.notifications.v1 import notifications_pb2 as pb
from google.protobuf.message import Message
from sqlalchemy import text

from services.kit.db import Database
from services.kit.errors import DependencyAway
from services.kit.facts import Event
from services.notifications import consumers
from services.notifications.endpoints import Endpoints, Rules
from services.notifications.hearing import Hearing
from services.notifications.keys import Keyring
from services.notifications.lanes import Lanes, Places
from services.notifications.letter_box import LetterBox, PostalRules
from services.notifications.letters import Writer
from services.notifications.mail_models import MailKind
from services.notifications.models import Patience
from services.notifications.outgoing import Outgoing, Post, Resolver
from services.notifications.postman import Postman, Rounds
from services.notifications.preferences import MailPreferences
from services.notifications.telling import Telling
from services.notifications.upkeep import Times, Upkeep
from services.notifications.users_client import Addressee

URL = "https://studio.example.com"
DAY = 86400.0


@dataclass
class Clock:
    """Goes only when it is told to."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class FakePeople:
    """Users, in memory."""

    known: dict[UUID, Addressee] = field(default_factory=dict)
    away: bool = False
    tokens: list[str] = field(default_factory=list)

    async def addressee(self, user_id: UUID, kind: MailKind) -> Addressee | None:
        if self.away:
            raise DependencyAway("users")
        found = self.known.get(user_id)
        if found is None or kind.preference is not None:
            return found
        self.tokens.append(f"token-{len(self.tokens) + 1}")
        return Addressee(found.email, found.name, found.language, found.suspended, self.tokens[-1])


@dataclass
class FakeMailServer:
    """Takes every mail unless told otherwise; `refusals` are raised one after the other."""

    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    refusals: list[Exception] = field(default_factory=list)

    async def hand_over(self, message: EmailMessage, recipient: str) -> None:
        if self.refusals:
            raise self.refusals.pop(0)
        self.taken.append((recipient, message))


class Heard:
    """A consumer whose events the test hands in."""

    def __init__(self, hearing: Hearing) -> None:
        self.handlers: dict[Any, Any] = {}
        consumers.subscribe(self, hearing)  # type: ignore[arg-type]

    def on(self, message_class: Any, *, topic: str) -> Any:
        def register(handler: Any) -> Any:
            self.handlers[message_class] = handler
            return handler

        return register

    async def __call__(self, message: Message, *, at: datetime, event_id: UUID | None = None) -> UUID:
        """Have it handled; the event's id."""
        event = Event(event_id or uuid4(), message.DESCRIPTOR.full_name, "/test", "", 1, at, message)
        await self.handlers[type(message)](event)
        return event.id


@dataclass
class House:
    """The service's parts, and what its tests look at."""

    database: Database
    clock: Clock
    keyring: Keyring
    people: FakePeople
    mail_server: FakeMailServer
    lanes: Lanes
    endpoints: Endpoints
    preferences: MailPreferences
    hearing: Hearing
    postman: Postman
    upkeep: Upkeep
    hear: Heard
    rings: list[str]

    async def endpoint(self, user_id: UUID, url: str, *events: str, description: str = "") -> tuple[str, str]:
        """A new endpoint's id and secret."""
        request = pb.CreateEndpointRequest(url=url, events=events or ["*"], description=description)
        endpoint, secret = await self.endpoints.create(user_id, request)
        return str(endpoint.id), secret

    async def tell(self, message: Message, **changes: Any) -> UUID:
        """A fact of now is heard."""
        return await self.hear(message, **{"at": self.clock(), **changes})

    async def send(self) -> int:
        """Everything that is due now leaves, and is written down. How many turns."""
        turns = 0
        while begun := await self.lanes.serve():
            turns += begun
            await self.lanes.settled()
        return turns

    async def deliveries(self, user_id: UUID, endpoint_id: str) -> Sequence[pb.Delivery]:
        """The endpoint's log, newest first."""
        from services.notifications import events

        rows, _ = await self.endpoints.deliveries(user_id, endpoint_id, 100, "")
        return [events.delivery_proto(row) for row in rows]

    async def rows(self, statement: str, **values: Any) -> list[Any]:
        """What the database holds."""
        async with self.database.work() as work:
            return list((await work.session.execute(text(statement), values)).all())

    async def mails(self, user_id: UUID) -> list[Any]:
        """The user's mails in the order they were put there."""
        return await self.rows("SELECT * FROM mails WHERE user_id = :user ORDER BY id", user=user_id)

    def person(self, language: str = "en", **more: Any) -> UUID:
        """A user that users knows."""
        user_id = uuid4()
        self.people.known[user_id] = Addressee(f"{user_id.hex[:8]}@example.com", "Asha", language, **more)
        return user_id


DELAYS_S = (5.0, 300.0, 1800.0)
DEFAULTS: Mapping[str, Any] = {
    "hold_max_s": 60.0, "retry_after_max_s": 3600.0, "disable_after_s": 5 * DAY, "slow_after_s": 1.0,
}  # fmt: skip


@asynccontextmanager
async def open_house(
    url: str, *, post: Post | None = None, places: Places | None = None, timeout_s: float = 2.0, per_user: int = 100,
    delays_s: Sequence[float] = DELAYS_S, lease_s: float = 30.0, **patience: Any,
) -> AsyncIterator[House]:  # fmt: skip
    """The service over a migrated database; nothing of it runs by itself."""
    database, clock = Database("notifications", url, 8), Clock()
    keyring, rings = Keyring([Fernet.generate_key()]), list[str]()
    people, mail_server = FakePeople(), FakeMailServer()
    day = timedelta(days=1)
    letter_box = LetterBox(
        PostalRules(day, timedelta(hours=1), day, day, 5), lambda: rings.append("postman"), now=clock
    )
    resolver = Resolver(2, 2)
    outgoing = Outgoing(resolver, timeout_s=timeout_s, allow_loopback=True, now=clock)
    lanes = Lanes(
        database, post or outgoing, keyring, letter_box,
        Patience(retry_delays_s=delays_s, jitter=lambda: 1.0, **{**DEFAULTS, **patience}),
        places or Places(quick=16, slow=4, in_flight=4),
        lease=timedelta(seconds=lease_s), poll_s=1.0, now=clock,
    )  # fmt: skip
    preferences = MailPreferences(database.work, keyring, now=clock)
    telling = Telling(lambda: rings.append("lanes"), now=clock)
    hearing = Hearing(database.work, telling, letter_box, preferences, URL, now=clock)
    rounds = Rounds(
        "AI Film Studio <studio@example.com>", 4, (30.0, 120.0), timedelta(seconds=120), timedelta(days=90), lambda: 1.0
    )
    postman = Postman(database, people, mail_server, Writer(URL), keyring, rounds, now=clock)
    month = timedelta(days=30)
    house = House(
        database, clock, keyring, people, mail_server, lanes,
        Endpoints(database, keyring, outgoing, Rules(per_user, day, True), lambda: rings.append("lanes"), now=clock),
        preferences, hearing, postman, Upkeep(database, Times(timedelta(days=3), month, month), now=clock),
        Heard(hearing), rings,
    )  # fmt: skip
    try:
        yield house
    finally:
        await lanes.stop()
        await resolver.stop()
        await database.stop()
