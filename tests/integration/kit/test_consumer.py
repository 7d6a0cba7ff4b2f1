"""The one consumer policy on a real broker: order, retries, dependencies that are away, poison, dead letters."""

from collections import defaultdict

import pytest
from filmstudio.users.v1 import events_pb2 as pb

from services.kit import consumer as kit_consumer
from services.kit.consumer import Consumer, DeadLetterNotWritten
from services.kit.db import Database
from services.kit.errors import DependencyAway
from services.kit.facts import Event
from services.kit.kafka import headers_of as message_headers
from services.kit.kafka import text_headers
from tests.integration.kit.conftest import Parts
from tests.support.eventually import eventually, eventually_async
from tests.support.kafka import Broker, headers_of


def registered(user_id: str) -> pb.UserRegistered:
    return pb.UserRegistered(account=pb.Account(user_id=user_id))


def send(
    broker: Broker, topic: str, user_id: str, sequence: int = 1, partition: int = 0, **changes: str | None
) -> None:
    message = registered(user_id)
    headers = headers_of(message, user_id, sequence, **changes)
    broker.send(topic, user_id, message.SerializeToString(), headers, partition)


async def moved_to(broker: Broker, consumer: Consumer, topic: str, offset: int, partition: int = 0) -> None:
    """Wait until the group's offset is there."""

    async def there() -> bool:
        return await broker.committed(f"filmstudio.{consumer.service}", topic, partition) == offset

    await eventually_async(there, what=f"the offset's move to {offset}")


async def test_an_event_delivered_three_times_has_its_effect_once(
    database: Database, parts: Parts, broker: Broker, topic: str
) -> None:
    effects: list[str] = []
    seen: list[str] = []
    consumer = parts.consumer()

    @consumer.on(pb.UserRegistered, topic=topic)
    async def open_account(event: Event[pb.UserRegistered]) -> None:
        async with database.work() as work:
            if await work.first_time(event.id):
                effects.append(event.message.account.user_id)
        seen.append(event.subject)

    message = registered("u1")
    for _ in range(3):
        broker.send(topic, "u1", message.SerializeToString(), headers_of(message, "u1", ce_id="0" * 31 + "1"), 0)
    await parts.start(consumer)

    await eventually(lambda: len(seen) == 3)
    assert effects == ["u1"]


async def test_a_passing_error_is_retried_in_place_and_order_is_kept(parts: Parts, broker: Broker, topic: str) -> None:
    consumer = parts.consumer()
    tried: list[str] = []

    @consumer.on(pb.UserRegistered, topic=topic)
    async def handle(event: Event[pb.UserRegistered]) -> None:
        tried.append(event.subject)
        if event.subject == "shaky" and tried.count("shaky") <= 3:
            raise ValueError("not this time")

    send(broker, topic, "shaky")
    send(broker, topic, "next")
    await parts.start(consumer)

    await moved_to(broker, consumer, topic, 2)
    assert tried == ["shaky"] * 4 + ["next"]
    assert await broker.read(f"{topic}.dlq", 1, within_s=0.5) == []


async def test_what_fails_four_times_is_a_dead_letter_and_the_next_message_goes_on(
    parts: Parts, broker: Broker, topic: str
) -> None:
    consumer = parts.consumer()
    handled: list[str] = []

    @consumer.on(pb.UserRegistered, topic=topic)
    async def handle(event: Event[pb.UserRegistered]) -> None:
        if event.subject == "bad":
            raise ValueError("never")
        handled.append(event.subject)

    message = registered("bad")
    headers = [*headers_of(message, "bad"), ("twice", b"1"), ("twice", b"\xff")]
    broker.send(topic, "bad", message.SerializeToString(), headers, 2)
    send(broker, topic, "good", partition=2)
    await parts.start(consumer)

    await moved_to(broker, consumer, topic, 2, partition=2)
    assert handled == ["good"]
    (letter,) = await broker.read(f"{topic}.dlq", 1)
    assert (letter.key(), letter.value()) == (b"bad", message.SerializeToString())
    assert message_headers(letter)[: len(headers)] == headers
    added = text_headers(message_headers(letter)[len(headers) :])
    assert added == {
        "dlq_consumer": consumer.service,
        "dlq_topic": topic,
        "dlq_partition": "2",
        "dlq_offset": "0",
        "dlq_error": "ValueError: never",
        "dlq_attempts": "4",
    }


async def test_poison_goes_straight_to_the_dead_letters_byte_for_byte(parts: Parts, broker: Broker, topic: str) -> None:
    consumer = parts.consumer()
    handled: list[str] = []

    @consumer.on(pb.UserRegistered, topic=topic)
    async def handle(event: Event[pb.UserRegistered]) -> None:
        handled.append(event.subject)

    good = registered("u")
    poison = [
        (b"\xff\xfe\x00garbage", headers_of(good, "undecodable")),
        (good.SerializeToString(), headers_of(good, "no id", ce_id=None)),
        (good.SerializeToString(), headers_of(good, "odd sequence", ce_sequence="one")),
        (b"no headers at all", []),
        (None, headers_of(good, "no value")),
    ]
    for value, headers in poison:
        broker.send(topic, "k", value, headers, 0)
    send(broker, topic, "good")
    await parts.start(consumer)

    await moved_to(broker, consumer, topic, len(poison) + 1)
    assert handled == ["good"]
    letters = await broker.read(f"{topic}.dlq", len(poison))
    assert [letter.value() for letter in letters] == [value for value, _ in poison]
    assert [message_headers(letter)[: len(headers)] for letter, (_, headers) in zip(letters, poison, strict=True)] == [
        headers for _, headers in poison
    ]


async def test_types_nobody_here_wants_are_passed_over(parts: Parts, broker: Broker, topic: str) -> None:
    consumer = parts.consumer()
    handled: list[str] = []

    @consumer.on(pb.UserRegistered, topic=topic)
    async def handle(event: Event[pb.UserRegistered]) -> None:
        handled.append(event.subject)

    send(broker, topic, "other", ce_type="filmstudio.users.v1.UserUpdated")
    broker.send(topic, "k", b"\xff", headers_of(registered("x"), "newer", ce_type="filmstudio.users.v9.NotYet"), 0)
    send(broker, topic, "wanted")
    await parts.start(consumer)

    await moved_to(broker, consumer, topic, 3)
    assert handled == ["wanted"]
    assert await broker.read(f"{topic}.dlq", 1, within_s=0.5) == []


async def test_a_dependency_that_is_away_holds_its_partition_without_counting_and_in_order(
    parts: Parts, broker: Broker, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kit_consumer, "AWAY_MOST_S", 0.1)
    consumer = parts.consumer()
    away, tries = True, 0
    handled: dict[str, list[int]] = defaultdict(list)

    @consumer.on(pb.UserRegistered, topic=topic)
    async def handle(event: Event[pb.UserRegistered]) -> None:
        nonlocal tries
        if away and event.subject == "held":
            tries += 1
            raise DependencyAway("projects")
        handled[event.subject].append(event.sequence)

    for sequence in range(1, 301):
        send(broker, topic, "held", sequence, partition=0)
    await parts.start(consumer)
    await eventually(lambda: tries > 8, what="more tries than retries are allowed")
    send(broker, topic, "other", partition=1)
    await eventually(lambda: handled["other"] == [1], what="the other partition's progress")
    assert handled["held"] == []

    away = False

    await eventually(lambda: len(handled["held"]) == 300)
    assert handled["held"] == list(range(1, 301))
    assert await broker.read(f"{topic}.dlq", 1, within_s=0.5) == []


async def test_a_process_whose_dead_letters_cannot_be_written_fails_and_keeps_the_message(
    parts: Parts, broker: Broker
) -> None:
    with broker.topic(dead_letters=False) as topic:
        consumer = parts.consumer()

        @consumer.on(pb.UserRegistered, topic=topic)
        async def handle(event: Event[pb.UserRegistered]) -> None:
            raise AssertionError("poison is never handled")

        broker.send(topic, "k", b"\xff", headers_of(registered("u"), "u"), 0)
        await parts.start(consumer)

        await eventually(consumer.failed.done, within_s=20)
        assert isinstance(consumer.failed.exception(), DeadLetterNotWritten)
        assert await broker.committed(f"filmstudio.{consumer.service}", topic, 0) < 0


async def test_one_function_per_event_type(parts: Parts) -> None:
    consumer = parts.consumer()

    @consumer.on(pb.UserRegistered, topic="users.users.v1")
    async def open_account(event: Event[pb.UserRegistered]) -> None:
        return None

    with pytest.raises(ValueError, match="has a handler already"):
        consumer.on(pb.UserRegistered, topic="users.users.v1")(open_account)
    assert consumer.subscriptions == {"users.users.v1": {"filmstudio.users.v1.UserRegistered"}}
