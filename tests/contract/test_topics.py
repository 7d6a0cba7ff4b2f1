"""The topics' file and the code say the same."""

import importlib
from pathlib import Path
from unittest.mock import Mock

import pytest
from google.protobuf import descriptor_pool

from services.kit.consumer import DEAD_LETTER_SUFFIX, Consumer
from services.kit.topics import Topic, load

CHECKOUT = Path(__file__).resolve().parents[2]
TOPICS = {topic.name: topic for topic in load(CHECKOUT / "deploy" / "kafka" / "topics.yaml")}
FACTS = [topic for topic in TOPICS.values() if not topic.name.endswith(DEAD_LETTER_SUFFIX)]
# the ring is heard without a group, so nothing of it is ever put aside
RINGS = {"ai-jobs.steps.v1"}
READERS = sorted({service for topic in FACTS if topic.name not in RINGS for service in topic.consumers})


def source_of(service: str) -> str:
    return "".join(path.read_text() for path in sorted((CHECKOUT / "services" / service).rglob("*.py")))


@pytest.mark.parametrize("topic", FACTS, ids=lambda topic: topic.name)
def test_the_declared_messages_are_in_the_contracts(topic: Topic) -> None:
    for name in topic.messages:
        package, _, message = name.rpartition(".")
        events = importlib.import_module(f"{package}.events_pb2")
        assert descriptor_pool.Default().FindMessageTypeByName(name) is getattr(events, message).DESCRIPTOR
        assert {package.split(".")[1]} == topic.producers


@pytest.mark.parametrize("topic", FACTS, ids=lambda topic: topic.name)
def test_its_producers_name_the_topic_and_each_of_its_messages(topic: Topic) -> None:
    for producer in topic.producers:
        source = source_of(producer)
        assert f'"{topic.name}"' in source
        for name in topic.messages:
            assert name.rpartition(".")[2] in source, f"{producer} never tells {name}"


@pytest.mark.parametrize("service", READERS)
async def test_a_service_handles_what_the_file_says_it_reads(service: str) -> None:
    consumer = Consumer(service, "127.0.0.1:1")
    importlib.import_module(f"services.{service}.consumers").subscribe(consumer, Mock())

    declared = {topic.name for topic in FACTS if service in topic.consumers}
    assert set(consumer.subscriptions) == declared
    for name, handled in consumer.subscriptions.items():
        assert handled <= TOPICS[name].messages


@pytest.mark.parametrize("ring", sorted(RINGS))
def test_whoever_listens_to_a_ring_names_it(ring: str) -> None:
    for service in TOPICS[ring].consumers:
        assert f'"{ring}"' in source_of(service)


@pytest.mark.parametrize("topic", [topic for topic in FACTS if topic.name not in RINGS], ids=lambda topic: topic.name)
def test_every_topic_that_a_group_reads_has_dead_letters_that_last_as_long(topic: Topic) -> None:
    letters = TOPICS[f"{topic.name}{DEAD_LETTER_SUFFIX}"]
    assert letters.partitions == 1
    assert letters.retention_ms >= topic.retention_ms
    assert letters.producers == letters.consumers == topic.consumers
