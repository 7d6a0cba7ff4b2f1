"""The ring's reader on a real broker."""

from typing import Any

from filmstudio.ai_jobs.v1 import events_pb2

from services.kit.facts import Event
from services.kit.listener import Listener
from tests.integration.kit.conftest import Parts
from tests.support.eventually import eventually
from tests.support.kafka import Broker, headers_of


def ring(broker: Broker, topic: str, step_id: str, **changes: str | None) -> None:
    message = events_pb2.StepReady(step_id=step_id)
    broker.send(topic, step_id, message.SerializeToString(), headers_of(message, step_id, **changes))


async def test_a_listener_hears_every_partition_from_now_on_and_nothing_before(
    parts: Parts, broker: Broker, topic: str
) -> None:
    ring(broker, topic, "before")
    heard: list[Event[Any]] = []
    await parts.start(Listener(parts.servers, topic, heard.append))

    for number in range(12):
        ring(broker, topic, f"s{number}")

    await eventually(lambda: len(heard) >= 12)
    assert {event.message.step_id for event in heard} == {f"s{number}" for number in range(12)}
    assert isinstance(heard[0].message, events_pb2.StepReady)


async def test_two_listeners_hear_the_same_rings(parts: Parts, broker: Broker, topic: str) -> None:
    first: list[Event[Any]] = []
    second: list[Event[Any]] = []
    await parts.start(Listener(parts.servers, topic, first.append))
    await parts.start(Listener(parts.servers, topic, second.append))

    ring(broker, topic, "s1")

    await eventually(lambda: first and second)
    assert first[0].id == second[0].id


async def test_what_a_listener_cannot_read_does_not_make_it_deaf(parts: Parts, broker: Broker, topic: str) -> None:
    heard: list[Event[Any]] = []
    await parts.start(Listener(parts.servers, topic, heard.append))

    ring(broker, topic, "unknown", ce_type="filmstudio.nobody.v1.Knows")
    ring(broker, topic, "without id", ce_id=None)
    broker.send(topic, "k", b"\xff\xff", headers_of(events_pb2.StepReady(), "garbage"))
    ring(broker, topic, "good")

    await eventually(lambda: heard)
    assert [event.subject for event in heard] == ["good"]


async def test_a_listener_waits_for_a_topic_that_is_not_there_yet(
    parts: Parts, broker: Broker, monkeypatch: Any
) -> None:
    heard: list[Event[Any]] = []
    with broker.topic(partitions=1) as other:
        name = other.replace("test-", "test-late-")
        listener = Listener(parts.servers, name, heard.append)
        monkeypatch.setattr("services.kit.listener.START_WAIT_S", 0.2)
        await parts.start(listener)
        broker.create(name, 2)
        await eventually(lambda: listener.is_listening)
        ring(broker, name, "s1")
        await eventually(lambda: heard)
        assert heard[0].subject == "s1"
