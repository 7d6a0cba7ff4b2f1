"""Topics are declared in one file and made by deployment: `python -m services.kit.topics deploy/kafka/topics.yaml`.

Safe to repeat. What can be changed in place (retention, clean-up) is changed; what can't is an error that says what to do.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined] # public, but not listed as exported
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourceType,
)

from services.kit import kafka
from services.kit.settings import SettingsError

# how long a broker that is just starting is waited for
BROKER_WAIT_S = 30.0


class TopicsError(SystemExit):
    """The topics can't be brought to what the file says; the message says what to do."""


@dataclass(frozen=True)
class Topic:
    """A topic as declared."""

    name: str
    partitions: int
    retention_ms: int
    # "delete" or "compact"
    cleanup: str
    # services that write and read it
    producers: frozenset[str]
    consumers: frozenset[str]
    # full protobuf names; empty for dead letters, which carry what they carry
    messages: frozenset[str]

    @property
    def config(self) -> dict[str, str]:
        """Its settings as Kafka names them."""
        return {"retention.ms": str(self.retention_ms), "cleanup.policy": self.cleanup}


def load(path: Path) -> list[Topic]:
    """The topics that the file declares, in its order; TopicsError where it is malformed."""
    topics = []
    for item in yaml.safe_load(path.read_text())["topics"]:
        try:
            sets = {key: frozenset(item.pop(key)) for key in ("producers", "consumers", "messages")}
            topics.append(Topic(**{**item, **sets}))
        except (KeyError, TypeError) as error:
            raise TopicsError(f"{path}: topic {item.get('name', '?')}: {error}") from None
    names = [topic.name for topic in topics]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise TopicsError(f"{path}: declared twice: {', '.join(twice)}")
    return topics


def create(bootstrap_servers: str, topics: Sequence[Topic], *, replication: int = -1) -> list[str]:
    """Make what is missing and check the rest; the names of the topics made. -1: the broker's own replication factor."""
    admin = AdminClient({**kafka.common_settings(bootstrap_servers, "topics"), "log_level": 0})
    existing = _existing(admin)
    _check(existing, topics)
    missing = [topic for topic in topics if topic.name not in existing]
    made = [NewTopic(topic.name, topic.partitions, replication, config=topic.config) for topic in missing]
    if made:
        for name, created in admin.create_topics(made, operation_timeout=30).items():
            _wait(name, created)
        # What another process made in the meantime was not listed before, and may be made otherwise.
        _check(_existing(admin, [topic.name for topic in missing]), topics)
    _configure(admin, [topic for topic in topics if topic.name in existing])
    return [topic.name for topic in missing]


def _check(existing: Mapping[str, int], topics: Sequence[Topic]) -> None:
    for topic in topics:
        found = existing.get(topic.name)
        if found is not None and found != topic.partitions:
            raise TopicsError(
                f"{topic.name} has {found} partitions, declared are {topic.partitions}. Keys would move to other "
                "partitions and lose their order, so this is not done in place: declare a topic of the next version "
                f"(.v{_version(topic.name) + 1}), move its producers and consumers, then delete this one."
            )


def _existing(admin: AdminClient, awaited: Sequence[str] = ()) -> dict[str, int]:
    """Partitions by topic, once the broker answers and its metadata names what is awaited."""
    deadline = time.monotonic() + BROKER_WAIT_S
    while True:
        try:
            listed = {name: len(topic.partitions) for name, topic in admin.list_topics(timeout=5).topics.items()}
        except KafkaException as error:
            if time.monotonic() > deadline:
                raise TopicsError(f"Kafka does not answer: {error.args[0].str()}") from None
            continue
        if all(listed.get(name) for name in awaited):
            return listed
        if time.monotonic() > deadline:
            raise TopicsError(f"Kafka does not list what it has made: {', '.join(awaited)}")
        time.sleep(0.05)


def _configure(admin: AdminClient, topics: Sequence[Topic]) -> None:
    resources = []
    for topic in topics:
        entries = [ConfigEntry(k, v, incremental_operation=AlterConfigOpType.SET) for k, v in topic.config.items()]
        resources.append(ConfigResource(ResourceType.TOPIC, topic.name, incremental_configs=entries))
    if resources:
        for resource, changed in admin.incremental_alter_configs(resources).items():
            _wait(resource.name, changed)


def _wait(name: str, result: Future[Any]) -> None:
    try:
        result.result(timeout=30)
    except KafkaException as error:
        # another process was faster
        if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
            raise TopicsError(f"{name}: {error.args[0].str()}") from None


def _version(name: str) -> int:
    return int(name.removesuffix(".dlq").rpartition(".v")[2])


def main() -> None:
    """The command: the file as argument, KAFKA_BOOTSTRAP_SERVERS in the environment."""
    servers = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
    if not servers:
        raise SettingsError("these settings are missing or wrong:\n  KAFKA_BOOTSTRAP_SERVERS: Field required")
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m services.kit.topics FILE")
    made = create(servers, load(Path(sys.argv[1])))
    sys.stdout.write(f"topics made: {', '.join(made) or 'none, all were there'}\n")


if __name__ == "__main__":
    main()
