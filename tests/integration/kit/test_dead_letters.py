"""Operators list and replay a service's dead letters."""

import asyncio
import hashlib
import os
import socket
import sys
from pathlib import Path

import pytest
from filmstudio.ops.v1 import ops_pb2, ops_pb2_grpc
from filmstudio.users.v1 import events_pb2 as pb

from services.kit.consumer import Consumer
from services.kit.dead_letters import OperationsServicer, ReplayFailed
from services.kit.errors import DependencyAway, Forbidden, Invalid, NotFound
from services.kit.facts import Event
from services.kit.identity import Caller, Callers, acting
from services.kit.rpc import Server
from tests.integration.conftest import CHECKOUT
from tests.integration.kit.conftest import Parts
from tests.support.kafka import Broker, headers_of

OPERATOR = Caller("operator")


class Desk:
    """A service whose handler fails as long as it is told to, and its operator's view."""

    def __init__(self, parts: Parts, topic: str) -> None:
        self.error: Exception | None = ValueError("broken")
        self.handled: list[str] = []
        self.consumer: Consumer = parts.consumer()
        self.operations = OperationsServicer(self.consumer.service, parts.servers, self.consumer)

        @self.consumer.on(pb.UserRegistered, topic=topic)
        async def handle(event: Event[pb.UserRegistered]) -> None:
            if self.error is not None:
                raise self.error
            self.handled.append(event.message.account.user_id)

    async def page(self, size: int = 0, token: str = "") -> ops_pb2.ListDeadLettersResponse:
        with acting(OPERATOR):
            request = ops_pb2.ListDeadLettersRequest(page_size=size, page_token=token)
            return await self.operations.ListDeadLetters(request, None)

    async def replay(self, letter_id: str) -> None:
        with acting(OPERATOR):
            await self.operations.ReplayDeadLetter(ops_pb2.ReplayDeadLetterRequest(id=letter_id), None)


def bury(broker: Broker, consumer: str, topic: str, user_id: str) -> None:
    """A dead letter as a consumer of that name would write it."""
    message = pb.UserRegistered(account=pb.Account(user_id=user_id))
    coordinates = {
        "consumer": consumer,
        "topic": topic,
        "partition": "3",
        "offset": "7",
        "error": "E: no",
        "attempts": "4",
    }
    headers = [*headers_of(message, user_id), *((f"dlq_{key}", value.encode()) for key, value in coordinates.items())]
    broker.send(f"{topic}.dlq", user_id, message.SerializeToString(), headers, 0)


async def test_a_message_that_failed_is_listed_and_replayed_once_its_cause_is_gone(
    parts: Parts, broker: Broker, topic: str
) -> None:
    desk = Desk(parts, topic)
    message = pb.UserRegistered(account=pb.Account(user_id="u1"))
    broker.send(topic, "u1", message.SerializeToString(), headers_of(message, "u1"), 4)
    await parts.start(desk.consumer)
    letters = await broker.read(f"{topic}.dlq", 1)
    assert len(letters) == 1

    (letter,) = (await desk.page()).dead_letters
    assert letter.id == f"{topic}.dlq:0:0"
    assert (letter.original_topic, letter.original_partition, letter.original_offset) == (topic, 4, 0)
    assert (letter.event_type, letter.attempts) == ("filmstudio.users.v1.UserRegistered", 4)
    assert letter.error == "ValueError: broken"
    with pytest.raises(ReplayFailed, match="broken"):
        await desk.replay(letter.id)

    desk.error = None
    await desk.replay(letter.id)

    assert desk.handled == ["u1"]


async def test_pages_go_from_the_newest_to_the_oldest_and_show_only_the_services_own(
    parts: Parts, broker: Broker, topic: str
) -> None:
    desk = Desk(parts, topic)
    for number in range(7):
        bury(broker, desk.consumer.service, topic, f"u{number}")
        bury(broker, "somebody-else", topic, f"x{number}")

    first = await desk.page(size=3)
    bury(broker, desk.consumer.service, topic, "later")
    second = await desk.page(3, first.next_page_token)
    third = await desk.page(3, second.next_page_token)

    offsets = [int(letter.id.rpartition(":")[2]) for page in (first, second, third) for letter in page.dead_letters]
    assert offsets == [12, 10, 8, 6, 4, 2, 0]
    assert third.next_page_token == ""
    assert {letter.consumer for letter in first.dead_letters} == {desk.consumer.service}


async def test_no_dead_letters_is_an_empty_page(parts: Parts, topic: str) -> None:
    assert await Desk(parts, topic).page() == ops_pb2.ListDeadLettersResponse()


@pytest.mark.parametrize(
    "wrong", ["", "nonsense", "{topic}.dlq:0:99", "{topic}.dlq:9:0", "{topic}.dlq:0:0", "other.v1.dlq:0:0"]
)
async def test_an_id_that_names_none_of_our_letters_is_not_found(
    parts: Parts, broker: Broker, topic: str, wrong: str
) -> None:
    bury(broker, "somebody-else", topic, "x")
    with pytest.raises(NotFound):
        await Desk(parts, topic).replay(wrong.format(topic=topic))


async def test_a_replay_says_when_a_dependency_is_away(parts: Parts, broker: Broker, topic: str) -> None:
    desk = Desk(parts, topic)
    desk.error = DependencyAway("projects")
    bury(broker, desk.consumer.service, topic, "u1")
    with pytest.raises(DependencyAway):
        await desk.replay(f"{topic}.dlq:0:0")


async def test_a_token_of_somebody_elses_making_is_refused(parts: Parts, topic: str) -> None:
    with pytest.raises(Invalid):
        await Desk(parts, topic).page(token="!")


async def test_through_the_gateway_only_an_administrator_may_look(parts: Parts, topic: str) -> None:
    desk = Desk(parts, topic)
    with acting(Caller("gateway", "u1")), pytest.raises(Forbidden):
        await desk.operations.ListDeadLetters(ops_pb2.ListDeadLettersRequest(), None)
    with acting(Caller("gateway", "u1", admin=True)):
        assert not (await desk.operations.ListDeadLetters(ops_pb2.ListDeadLettersRequest(), None)).dead_letters


async def test_the_command_lists_and_replays_with_the_operators_token(
    parts: Parts, broker: Broker, topic: str, tmp_path: Path
) -> None:
    desk = Desk(parts, topic)
    desk.error = None
    bury(broker, desk.consumer.service, topic, "u1")
    (tmp_path / "token").write_text("the operator's token")
    callers = Callers({"operator": hashlib.sha256(b"the operator's token").hexdigest()})
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    server = Server(address, callers)
    allowed = {name: {"operator"} for name in ("ListDeadLetters", "ReplayDeadLetter")}
    add = ops_pb2_grpc.add_OperationsServiceServicer_to_server
    server.add(add, desk.operations, "filmstudio.ops.v1.OperationsService", allowed)
    await parts.start(server)

    async def command(*arguments: str) -> tuple[int, str]:
        environ = {**os.environ, "KIT_TEST_GRPC_ADDRESS": address, "SERVICE_TOKEN_FILE": str(tmp_path / "token")}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.kit.dead_letters", *arguments,
            env=environ, cwd=CHECKOUT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        output, _ = await process.communicate()
        return process.returncode or 0, output.decode()

    code, listed = await command("list", "kit_test")
    assert (code, listed.split()[0]) == (0, f"{topic}.dlq:0:0")
    assert await command("replay", "kit_test", f"{topic}.dlq:0:0") == (0, f"{topic}.dlq:0:0 replayed\n")
    assert desk.handled == ["u1"]
    code, refusal = await command("replay", "kit_test", f"{topic}.dlq:0:1")
    assert code == 1
    assert "NOT_FOUND" in refusal
