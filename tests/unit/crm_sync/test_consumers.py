"""What each fact is heard as."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from unittest.mock import AsyncMock
from uuid import uuid4

from filmstudio.credits.v1 import credits_pb2, events_pb2
from filmstudio.notifications.v1 import notifications_pb2
from filmstudio.notifications.v1.events_pb2 import PreferencesChanged
from filmstudio.projects.v1.events_pb2 import ProjectDeleted, ProjectRestored
from filmstudio.youtube.v1.events_pb2 import ConnectionEstablished, ConnectionReconnectNeeded, ConnectionRemoved
from google.protobuf.message import Message

from services.crm_sync.collecting import Collecting
from services.crm_sync.consumers import subscribe
from services.kit.facts import Event

Handler = Callable[[Event[Any]], Awaitable[None]]


class Heard:
    """Stands in for the consumer: keeps the handlers, and calls the one for a fact."""

    def __init__(self) -> None:
        self.handlers: dict[type[Message], Handler] = {}
        self.collecting = AsyncMock(spec=Collecting)
        subscribe(self, self.collecting)  # type: ignore[arg-type]

    def on(self, message_class: type[Message], *, topic: str) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self.handlers[message_class] = handler
            return handler

        return register

    async def __call__(self, message: Message) -> tuple[str, dict[str, Any]]:
        """Which use case was called, and its arguments by name."""
        event: Event[Any] = Event(uuid4(), message.DESCRIPTOR.full_name, "", "s", 7, datetime.now(UTC), message)
        await self.handlers[type(message)](event)
        (call,) = self.collecting.method_calls
        self.collecting.reset_mock()
        name, positional, named = call
        bound = inspect.signature(getattr(Collecting, name)).bind(None, *positional, **named)
        return name, bound.arguments


async def test_a_deleted_project_is_told_from_a_restored_one() -> None:
    heard = Heard()
    _, deleted = await heard(ProjectDeleted())
    _, restored = await heard(ProjectRestored())
    assert deleted["deleted"] is True
    assert not restored.get("deleted", False)


async def test_a_channel_works_only_once_it_is_established() -> None:
    heard = Heard()
    facts = (ConnectionEstablished(), ConnectionReconnectNeeded(), ConnectionRemoved())
    assert [(await heard(fact))[1]["active"] for fact in facts] == [True, False, False]


async def test_consent_comes_with_the_time_at_which_it_was_given() -> None:
    told = PreferencesChanged(user_id="u", preferences=notifications_pb2.Preferences(marketing=True))
    told.marketing_change_time.FromMilliseconds(1_700_000_000_123)
    name, arguments = await Heard()(told)
    assert (name, arguments["marketing"], arguments["changed_ms"]) == ("follow_preferences", True, 1_700_000_000_123)


async def test_preferences_whose_consent_was_never_touched_are_older_than_any_word() -> None:
    _, arguments = await Heard()(PreferencesChanged(user_id="u"))
    assert (arguments["marketing"], arguments["changed_ms"]) == (False, 0)


async def test_who_granted_is_passed_on_and_so_is_why_credits_were_taken_back() -> None:
    heard, line = Heard(), credits_pb2.Transaction(id="t")
    _, granted = await heard(events_pb2.CreditsGranted(transaction=line, actor_id="admin"))
    _, revoked = await heard(events_pb2.CreditsRevoked(transaction=line, cause="dispute"))
    assert (granted["given_by"], revoked["cause"]) == ("admin", "dispute")


async def test_every_line_of_an_ended_hold_is_passed_on() -> None:
    lines = [credits_pb2.Transaction(id="a"), credits_pb2.Transaction(id="b")]
    _, arguments = await Heard()(events_pb2.HoldEnded(transactions=lines))
    assert [line.id for line in arguments["transactions"]] == ["a", "b"]
