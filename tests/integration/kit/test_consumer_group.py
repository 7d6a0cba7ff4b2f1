"""Processes of one service on a real broker: what each has done is committed, what it has not is done by the next."""

import asyncio
from collections import defaultdict

import pytest
from filmstudio.users.v1 import events_pb2 as pb

from services.kit import partitions
from services.kit.consumer import Consumer
from services.kit.facts import Event
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


async def test_the_offset_moves_only_past_what_is_done(parts: Parts, broker: Broker, topic: str) -> None:
    consumer = parts.consumer()
    may_end = asyncio.Event()
    begun: list[str] = []

    @consumer.on(pb.UserRegistered, topic=topic)
    async def handle(event: Event[pb.UserRegistered]) -> None:
        begun.append(event.subject)
        if event.subject == "second":
            await may_end.wait()

    for name in ("first", "second", "third"):
        send(broker, topic, name)
    await parts.start(consumer)
    await eventually(lambda: "second" in begun)
    await moved_to(broker, consumer, topic, 1)

    may_end.set()

    await moved_to(broker, consumer, topic, 3)
    assert begun == ["first", "second", "third"]


async def test_a_message_cut_off_by_a_stop_is_handled_again_by_the_next_process(
    parts: Parts, broker: Broker, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partitions, "GRACE_S", 0.1)
    first = parts.consumer()
    begun: list[str] = []

    @first.on(pb.UserRegistered, topic=topic)
    async def never_ends(event: Event[pb.UserRegistered]) -> None:
        begun.append(event.subject)
        await asyncio.Event().wait()

    send(broker, topic, "u1")
    await first.start()
    await eventually(lambda: begun)
    await first.stop()

    second = parts.consumer(first.service)
    handled: list[str] = []

    @second.on(pb.UserRegistered, topic=topic)
    async def handle(event: Event[pb.UserRegistered]) -> None:
        handled.append(event.subject)

    await parts.start(second)
    await eventually(lambda: handled == ["u1"])
    await moved_to(broker, second, topic, 1)
    assert not first.failed.done()


async def test_what_ends_while_the_process_stops_is_committed(parts: Parts, broker: Broker, topic: str) -> None:
    consumer = parts.consumer()
    may_end = asyncio.Event()
    begun: list[str] = []

    @consumer.on(pb.UserRegistered, topic=topic)
    async def handle(event: Event[pb.UserRegistered]) -> None:
        begun.append(event.subject)
        await may_end.wait()

    send(broker, topic, "in hand")
    send(broker, topic, "not begun")
    await consumer.start()
    await eventually(lambda: begun)
    stopping = asyncio.create_task(consumer.stop())
    await eventually(lambda: not consumer.partitions_assigned, what="giving up the partitions")
    may_end.set()
    await stopping

    assert begun == ["in hand"]
    assert await broker.committed(f"filmstudio.{consumer.service}", topic, 0) == 1


async def test_two_processes_share_the_partitions_and_every_aggregate_keeps_its_order(
    parts: Parts, broker: Broker, topic: str
) -> None:
    service = parts.consumer().service
    handled: dict[str, list[int]] = defaultdict(list)
    by_process: list[set[str]] = [set(), set()]

    def process(number: int) -> Consumer:
        consumer = parts.consumer(service)

        @consumer.on(pb.UserRegistered, topic=topic)
        async def handle(event: Event[pb.UserRegistered]) -> None:
            by_process[number].add(event.subject)
            if event.sequence not in handled[event.subject]:
                handled[event.subject].append(event.sequence)

        return consumer

    first, second = process(0), process(1)
    await parts.start(first)
    for sequence in range(1, 41):
        for partition in range(6):
            send(broker, topic, f"u{partition}", sequence, partition)
        if sequence == 10:
            await parts.start(second)
            await eventually(lambda: len(second.partitions_assigned) == 3, what="sharing")
        if sequence == 30:
            await first.stop()

    await eventually(lambda: all(len(handled[f"u{n}"]) == 40 for n in range(6)))
    assert all(numbers == sorted(numbers) for numbers in handled.values())
    assert len(by_process[1]) == 6


async def test_a_consumer_waits_for_a_topic_that_is_not_there_yet(parts: Parts, broker: Broker) -> None:
    with broker.topic(partitions=1) as other:
        late = other.replace("test-", "test-late-")
        consumer = parts.consumer()
        handled: list[str] = []

        @consumer.on(pb.UserRegistered, topic=late)
        async def handle(event: Event[pb.UserRegistered]) -> None:
            handled.append(event.subject)

        await parts.start(consumer)
        broker.create(late, 1)
        send(broker, late, "u1")

        await eventually(lambda: handled == ["u1"])
