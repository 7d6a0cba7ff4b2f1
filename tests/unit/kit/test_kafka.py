"""Messages become events, or poison; errors pass, or don't."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
import structlog
from confluent_kafka import KafkaError
from filmstudio.users.v1 import events_pb2 as pb

from services.kit import kafka

HEADERS = {
    "ce_id": "01999999-0000-7000-8000-000000000001",
    "ce_type": "filmstudio.users.v1.UserRegistered",
    "ce_source": "/filmstudio/users",
    "ce_subject": "u1",
    "ce_sequence": "7",
    "ce_time": "2026-11-21T05:00:00+00:00",
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
}
MESSAGE = pb.UserRegistered(account=pb.Account(user_id="u1"))


def test_a_message_becomes_an_event_with_its_attributes_and_headers() -> None:
    event = kafka.to_event(HEADERS, MESSAGE.SerializeToString(), pb.UserRegistered)

    assert event.id == UUID(HEADERS["ce_id"])
    assert (event.type, event.source, event.subject, event.sequence) == (
        "filmstudio.users.v1.UserRegistered",
        "/filmstudio/users",
        "u1",
        7,
    )
    assert event.time == datetime(2026, 11, 21, 5, tzinfo=UTC)
    assert event.message == MESSAGE
    assert event.headers["traceparent"] == HEADERS["traceparent"]


@pytest.mark.parametrize("name", ["ce_id", "ce_type", "ce_source", "ce_subject", "ce_sequence", "ce_time"])
def test_a_missing_attribute_is_poison_and_named(name: str) -> None:
    headers = {key: value for key, value in HEADERS.items() if key != name}
    with pytest.raises(kafka.Poison, match=f"the header {name} is missing"):
        kafka.to_event(headers, b"", pb.UserRegistered)


@pytest.mark.parametrize(("name", "value"), [("ce_id", "7"), ("ce_sequence", "first"), ("ce_time", "yesterday")])
def test_an_attribute_that_cannot_be_read_is_poison(name: str, value: str) -> None:
    with pytest.raises(kafka.Poison, match="can't be read"):
        kafka.to_event({**HEADERS, name: value}, b"", pb.UserRegistered)


@pytest.mark.parametrize("value", [None, b"\xff\xfe\x00"])
def test_bytes_that_are_no_message_are_poison(value: bytes | None) -> None:
    with pytest.raises(kafka.Poison):
        kafka.to_event(HEADERS, value, pb.UserRegistered)


def test_headers_are_text_and_of_repeated_ones_the_last_counts() -> None:
    headers = [("a", b"1"), ("a", b"2"), ("bad", b"\xff"), ("none", None), ("text", "t")]
    assert kafka.text_headers(headers) == {"a": "2", "bad": "\ufffd", "none": "", "text": "t"}


@pytest.mark.parametrize(
    ("code", "passing"),
    [
        (KafkaError._MSG_TIMED_OUT, True),
        (KafkaError._PURGE_QUEUE, True),
        (KafkaError.NOT_ENOUGH_REPLICAS, True),
        (KafkaError.MSG_SIZE_TOO_LARGE, False),
        (KafkaError._UNKNOWN_TOPIC, False),
        (KafkaError.TOPIC_AUTHORIZATION_FAILED, False),
    ],
)
def test_only_errors_that_say_nothing_about_the_message_pass(code: int, passing: bool) -> None:
    assert kafka.is_passing(KafkaError(code)) is passing


def test_consumers_skip_commit_and_create_nothing_by_themselves() -> None:
    settings = kafka.consumer_settings("broker:9092", "filmstudio.credits")
    assert settings["group.id"] == "filmstudio.credits"
    assert settings["enable.auto.commit"] is False
    assert settings["enable.auto.offset.store"] is False
    assert settings["auto.offset.reset"] == "earliest"
    assert settings["isolation.level"] == "read_committed"
    assert settings["partition.assignment.strategy"] == "cooperative-sticky"
    assert settings["allow.auto.create.topics"] is False


def test_producers_are_idempotent_and_wait_for_all_replicas() -> None:
    settings = kafka.producer_settings("broker:9092", "relay")
    assert settings["enable.idempotence"] is True
    assert settings["acks"] == "all"


def test_a_broker_that_is_away_is_logged_once_in_a_while_and_a_fatal_error_is_handed_on() -> None:
    fatal: list[Exception] = []
    on_error = kafka.watch_errors("relay", fatal.append)["error_cb"]

    with structlog.testing.capture_logs() as logs:
        for _ in range(50):
            on_error(KafkaError(KafkaError._ALL_BROKERS_DOWN))
        on_error(KafkaError(KafkaError._TRANSPORT))
        on_error(KafkaError(KafkaError.FENCED_INSTANCE_ID, "another has our name", fatal=True))

    assert [entry["code"] for entry in logs] == ["_ALL_BROKERS_DOWN", "_TRANSPORT"]
    assert isinstance(fatal[0], kafka.ClientFailed)
