"""Topics are made as declared, again and again, on a real broker."""

import os
import secrets
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType

from services.kit.topics import Topic, TopicsError, create
from tests.integration.conftest import CHECKOUT, TOPICS
from tests.support.kafka import Broker


def declared(partitions: int = 2, retention_ms: int = 60_000) -> Topic:
    nobody: frozenset[str] = frozenset()
    return Topic(f"test-{secrets.token_hex(6)}.v1", partitions, retention_ms, "delete", nobody, nobody, nobody)


def settings_of(broker: Broker, name: str) -> dict[str, str]:
    admin = AdminClient({"bootstrap.servers": broker.servers})
    (described,) = admin.describe_configs([ConfigResource(ResourceType.TOPIC, name)]).values()
    return {key: entry.value for key, entry in described.result(10).items()}


def test_a_topic_is_made_once_and_keeps_up_with_its_declared_retention(broker: Broker) -> None:
    topic = declared()
    try:
        assert create(broker.servers, [topic]) == [topic.name]
        assert create(broker.servers, [topic]) == []
        assert settings_of(broker, topic.name)["retention.ms"] == "60000"

        create(broker.servers, [replace(topic, retention_ms=120_000)])

        assert settings_of(broker, topic.name)["retention.ms"] == "120000"
    finally:
        broker.delete(topic.name)


def test_another_number_of_partitions_is_an_error_that_says_what_to_do(broker: Broker) -> None:
    topic = declared(partitions=2)
    create(broker.servers, [topic])
    try:
        with pytest.raises(TopicsError, match=r"has 2 partitions, declared are 3.*\.v2"):
            create(broker.servers, [replace(topic, partitions=3)])
    finally:
        broker.delete(topic.name)


def test_the_command_says_what_it_made(kafka_servers: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "services.kit.topics", str(TOPICS)],
        env={**os.environ, "KAFKA_BOOTSTRAP_SERVERS": kafka_servers},
        cwd=CHECKOUT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "topics made: none, all were there\n")
