"""A service's dead letters: listed, newest first, and replayed (E6). An RPC for administrators, and a command.

`python -m services.kit.dead_letters list|replay SERVICE [ID]` with SERVICE_TOKEN_FILE (the operator's) and SERVICE's address.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import heapq
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import confluent_kafka
import grpc
from confluent_kafka import KafkaError, KafkaException, Message, TopicPartition
from filmstudio.ops.v1 import ops_pb2 as pb
from filmstudio.ops.v1 import ops_pb2_grpc

from services.kit import identity, kafka, paging, rpc, telemetry
from services.kit.consumer import DEAD_LETTER_SUFFIX, Consumer
from services.kit.errors import DependencyAway, DomainError, Invalid, NotFound, RemoteError
from services.kit.settings import KitSettings, SettingsError

# letters read at once on the way back from the end
CHUNK = 100
READ_S = 5.0

# a dead-letter partition: topic, number
Place = tuple[str, int]


class ReplayFailed(DomainError):
    """The message failed again; it stays where it is."""

    code = grpc.StatusCode.FAILED_PRECONDITION
    reason = "REPLAY_FAILED"


class Archive:
    """The dead letters of one consumer, read from Kafka. Blocking: called in a thread."""

    def __init__(self, service: str, bootstrap_servers: str) -> None:
        self._service = service
        settings = kafka.consumer_settings(bootstrap_servers, f"filmstudio.{service}.dead-letters")
        self._settings = {**settings, "enable.partition.eof": True, "log_level": 0}

    def page(self, topics: list[str], before: dict[str, int], size: int) -> tuple[list[Message], dict[str, int]]:
        """The newest letters below the offsets in `before` ("topic:partition" → offset), and where the next page begins."""
        with self._reading() as consumer:
            ends = {place: self._bounds(consumer, place)[1] for place in self._places(consumer, topics)}
            ends = {place: before.get(_name(place), end) for place, end in ends.items()}
            streams = [self._backwards(consumer, place, end) for place, end in ends.items()]
            # one more than asked tells whether there is a next page
            merged = heapq.merge(*streams, key=lambda message: -message.timestamp()[1])
            found = list(islice(merged, size + 1))
        for message in found[:size]:
            ends[_place(message)] = _offset(message)
        following = {_name(place): end for place, end in ends.items()} if len(found) > size else {}
        return found[:size], following

    def one(self, place: Place, offset: int) -> Message | None:
        """The letter at this position, if it is there and this consumer's."""
        with self._reading() as consumer:
            if place not in self._places(consumer, [place[0]]):
                return None
            low, high = self._bounds(consumer, place)
            if not low <= offset < high:
                return None
            return next((each for each in self._read(consumer, place, offset, offset + 1) if self._is_ours(each)), None)

    @contextmanager
    def _reading(self) -> Iterator[Any]:
        consumer = confluent_kafka.Consumer(self._settings)
        try:
            yield consumer
        except KafkaException as error:
            raise kafka.KafkaAway(error.args[0].str()) from error
        finally:
            consumer.close()

    def _places(self, consumer: Any, topics: list[str]) -> list[Place]:
        known = consumer.list_topics(timeout=READ_S).topics
        return [(topic, number) for topic in topics if topic in known for number in known[topic].partitions]

    def _bounds(self, consumer: Any, place: Place) -> tuple[int, int]:
        low, high = consumer.get_watermark_offsets(TopicPartition(*place), timeout=READ_S)
        return low, high

    def _backwards(self, consumer: Any, place: Place, end: int) -> Iterator[Message]:
        low = self._bounds(consumer, place)[0]
        while end > low:
            start = max(low, end - CHUNK)
            yield from filter(self._is_ours, reversed(self._read(consumer, place, start, end)))
            end = start

    def _read(self, consumer: Any, place: Place, start: int, end: int) -> list[Message]:
        consumer.assign([TopicPartition(*place, start)])
        found: list[Message] = []
        while not found or _offset(found[-1]) < end - 1:
            message = consumer.poll(READ_S)
            if message is None:
                raise KafkaException(KafkaError(KafkaError._TIMED_OUT))
            if (error := message.error()) is not None:
                if error.code() == KafkaError._PARTITION_EOF:
                    break
                raise KafkaException(error)
            found.append(message)
        return [message for message in found if _offset(message) < end]

    def _is_ours(self, message: Message) -> bool:
        return kafka.text_headers(kafka.headers_of(message)).get("dlq_consumer") == self._service


SERVICE = "filmstudio.ops.v1.OperationsService"
_OPERATORS = frozenset({"gateway", "operator"})
CALLERS = {"ListDeadLetters": _OPERATORS, "ReplayDeadLetter": _OPERATORS}


def serve(server: rpc.Server, service: str, bootstrap_servers: str, consumer: Consumer) -> None:
    """Have the service's gRPC server offer what every service offers its operators, to those who may call it."""
    servicer = OperationsServicer(service, bootstrap_servers, consumer)
    server.add(ops_pb2_grpc.add_OperationsServiceServicer_to_server, servicer, SERVICE, CALLERS)


class OperationsServicer(ops_pb2_grpc.OperationsServiceServicer):
    """filmstudio.ops.v1.OperationsService of one service."""

    def __init__(self, service: str, bootstrap_servers: str, consumer: Consumer) -> None:
        self._service = service
        self._consumer = consumer
        self._archive = Archive(service, bootstrap_servers)

    async def ListDeadLetters(self, request: pb.ListDeadLettersRequest, context: Any) -> pb.ListDeadLettersResponse:
        """The service's own dead letters, newest first."""
        _require_operator()
        size, before = paging.size(request.page_size), _from_token(request.page_token)
        found, following = await asyncio.to_thread(self._archive.page, self._topics(), before, size)
        return pb.ListDeadLettersResponse(
            dead_letters=[to_proto(message) for message in found], next_page_token=_to_token(following)
        )

    async def ReplayDeadLetter(self, request: pb.ReplayDeadLetterRequest, context: Any) -> pb.ReplayDeadLetterResponse:
        """Handle the message again, now; ReplayFailed where it fails again."""
        _require_operator()
        place, offset = _from_id(request.id)
        message = await asyncio.to_thread(self._archive.one, place, offset) if place[0] in self._topics() else None
        if message is None:
            raise NotFound(f"{self._service} has no dead letter {request.id}")
        headers = [(key, value) for key, value in kafka.headers_of(message) if not key.startswith("dlq_")]
        try:
            await self._consumer.replay(place[0].removesuffix(DEAD_LETTER_SUFFIX), headers, message.value())
        except DependencyAway:
            raise
        except Exception as error:
            telemetry.log().warning("a dead letter failed again", id=request.id, error=repr(error))
            raise ReplayFailed(f"it failed again: {type(error).__name__}: {error}", id=request.id) from error
        telemetry.log().info("dead letter replayed", id=request.id)
        return pb.ReplayDeadLetterResponse()

    def _topics(self) -> list[str]:
        return [f"{topic}{DEAD_LETTER_SUFFIX}" for topic in sorted(self._consumer.subscriptions)]


def to_proto(message: Message) -> pb.DeadLetter:
    """A letter as operators see it."""
    headers = kafka.text_headers(kafka.headers_of(message))
    letter = pb.DeadLetter(
        id=f"{_name(_place(message))}:{message.offset()}",
        consumer=headers["dlq_consumer"],
        original_topic=headers["dlq_topic"],
        original_partition=int(headers["dlq_partition"]),
        original_offset=int(headers["dlq_offset"]),
        event_type=headers.get("ce_type", ""),
        error=headers["dlq_error"],
        attempts=int(headers["dlq_attempts"]),
        size_bytes=len(message.value() or b""),
    )
    letter.create_time.FromDatetime(datetime.fromtimestamp(message.timestamp()[1] / 1000, UTC))
    return letter


def _require_operator() -> None:
    if identity.caller().service != "operator":
        identity.caller().require_admin()


def _place(message: Message) -> Place:
    return str(message.topic()), int(message.partition() or 0)


def _offset(message: Message) -> int:
    return int(message.offset() or 0)


def _name(place: Place) -> str:
    return f"{place[0]}:{place[1]}"


def _from_id(text: str) -> tuple[Place, int]:
    """Partition and offset of an id; one that is no id names nothing."""
    topic, _, rest = text.partition(":")
    number, _, offset = rest.partition(":")
    if not (number.isdecimal() and offset.isdecimal()):
        return ("", 0), 0
    return (topic, int(number)), int(offset)


def _to_token(positions: dict[str, int]) -> str:
    return base64.urlsafe_b64encode(json.dumps(positions).encode()).decode() if positions else ""


def _from_token(token: str) -> dict[str, int]:
    if not token:
        return {}
    try:
        return {str(place): int(offset) for place, offset in json.loads(base64.urlsafe_b64decode(token)).items()}
    except (ValueError, AttributeError, TypeError):
        raise Invalid("page_token is not one of ours", field="page_token") from None


async def _list(stub: Any) -> None:
    token = ""
    while True:
        answer = await stub.ListDeadLetters(pb.ListDeadLettersRequest(page_token=token), timeout=30)
        for letter in answer.dead_letters:
            when = letter.create_time.ToDatetime().isoformat(timespec="seconds")
            print(f"{letter.id}  {when}  {letter.event_type or '?'}  {letter.attempts}×  {letter.error}")
        token = answer.next_page_token
        if not token:
            return


async def _command(action: str, service: str, letter_id: str) -> None:
    variable = f"{service.upper()}_GRPC_ADDRESS"
    address = os.environ.get(variable)
    if not address:
        raise SettingsError(f"these settings are missing or wrong:\n  {variable}: Field required")
    client = rpc.Client(address, service, identity.own_token(KitSettings.read()))
    stub: Any = client.stub(ops_pb2_grpc.OperationsServiceStub)
    try:
        if action == "list":
            await _list(stub)
        else:
            await stub.ReplayDeadLetter(pb.ReplayDeadLetterRequest(id=letter_id), timeout=30)
            print(f"{letter_id} replayed")
    except (RemoteError, DependencyAway) as error:
        sys.exit(str(error))
    finally:
        await client.stop()


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m services.kit.dead_letters", description="A service's dead letters")
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="newest first").add_argument("service")
    replay = actions.add_parser("replay", help="handle one again")
    replay.add_argument("service")
    replay.add_argument("id")
    arguments = parser.parse_args()
    asyncio.run(_command(arguments.action, arguments.service, getattr(arguments, "id", "")))


if __name__ == "__main__":
    main()
