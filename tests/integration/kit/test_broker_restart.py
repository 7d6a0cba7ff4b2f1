"""Kafka is killed under load, on a broker of the test's own: nothing is lost, nothing needs a restart of ours."""

import asyncio
import os
import signal
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from filmstudio.users.v1 import events_pb2 as pb

from deploy.local.stack import Stack
from services.kit.consumer import Consumer
from services.kit.db import Database
from services.kit.facts import Event, Fact
from services.kit.listener import Listener
from services.kit.relay import Relay
from tests.support.eventually import eventually
from tests.support.kafka import Broker


@pytest.fixture
def own_kafka(tmp_path: Path) -> Iterator[tuple[Stack, str]]:
    stack = Stack(tmp_path / "stack")
    with ThreadPoolExecutor(1) as thread:
        env = thread.submit(stack.ensure_backing, ["kafka"]).result()
        yield stack, env["KAFKA_BOOTSTRAP_SERVERS"]
        thread.submit(stack.down).result()


@pytest.mark.chaos
async def test_relay_consumer_and_listener_outlive_a_killed_broker(
    database: Database, own_kafka: tuple[Stack, str]
) -> None:
    stack, servers = own_kafka
    broker = Broker(servers)
    with broker.topic() as topic:
        handled: dict[str, list[int]] = defaultdict(list)
        heard: list[Event[Any]] = []
        consumer = Consumer("test-restart", servers)

        @consumer.on(pb.UserRegistered, topic=topic)
        async def handle(event: Event[pb.UserRegistered]) -> None:
            if event.sequence not in handled[event.subject]:
                handled[event.subject].append(event.sequence)

        relay, listener = Relay(database, servers), Listener(servers, topic, heard.append)
        for part in (relay, consumer, listener):
            await part.start()

        async def write(times: int) -> None:
            for _ in range(times):
                async with database.work() as work:
                    accounts = [pb.Account(user_id=f"u{number}") for number in range(10)]
                    work.save(*(Fact(topic, "user", a.user_id, pb.UserRegistered(account=a)) for a in accounts))
                await asyncio.sleep(0.01)

        await write(20)
        await eventually(lambda: sum(map(len, handled.values())) == 200)
        pid = await asyncio.to_thread(stack.pid, "kafka")
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await write(100)

        await eventually(lambda: sum(map(len, handled.values())) == 1200, within_s=40, what="catching up")
        assert all(numbers == sorted(numbers) for numbers in handled.values())
        await eventually(lambda: len({event.id for event in heard}) == 1200, what="the listener's return")
        assert not any(part.failed.done() for part in (relay, consumer, listener))
        for part in (listener, consumer, relay):
            await part.stop()
