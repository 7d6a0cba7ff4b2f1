"""The service as a process: facts over Kafka, calls over gRPC, a kill between a message's arrival and its being written down."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest
from aiosmtpd.smtp import SMTP
from filmstudio.ai_jobs.v1 import events_pb2, jobs_pb2
from filmstudio.notifications.v1 import notifications_pb2 as pb
from filmstudio.notifications.v1 import notifications_pb2_grpc
from filmstudio.users.v1 import users_pb2, users_pb2_grpc
from svix.webhooks import Webhook

from deploy.local.ports import LOOPBACK, pick_free
from services.kit.errors import DependencyAway, RemoteError
from services.kit.identity import acting_for
from services.kit.rpc import Client
from services.notifications.keys import make_key
from services.notifications.rpc import CALLERS
from tests.integration.notifications.receiver import OK, Receiver
from tests.support.databases import fresh_database
from tests.support.eventually import eventually, eventually_async
from tests.support.kafka import Broker, headers_of

JOBS = "ai-jobs.jobs.v1"
# Memory that is a process's own: what it shares with others is the less the more of them run beside it.
OWN_MB = 80
# A killed process's partitions are free after Kafka's session timeout (6 s) and a rebalance, what it had in hand after its
# leases (2 s here); users that did not answer is asked again after 18 s at most. The rest is for a busy machine.
WITHIN_S = 90


class ActingUsers(users_pb2_grpc.UsersServiceServicer):
    """Users, as far as mails need them. The broker is everybody's, and facts about other tests' users come by: it knows none."""

    def __init__(self) -> None:
        self.known: set[str] = set()

    async def GetContact(self, request: Any, context: Any) -> users_pb2.GetContactResponse:  # noqa: N802 - the contract's
        if request.user_id not in self.known:
            await context.abort(grpc.StatusCode.NOT_FOUND, "no such account")
        return users_pb2.GetContactResponse(email=address_of(request.user_id), name="Asha", language="fr")

    async def IssueMailToken(self, request: Any, context: Any) -> None:  # noqa: N802 - the contract's
        await context.abort(grpc.StatusCode.NOT_FOUND, "no such account")


def address_of(user: str) -> str:
    return f"{user}@example.com"


class Letters:
    """What arrived by mail: recipient and Message-ID of each. While `silent` nobody is told that it did."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        self.silent = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        message_id = str(message_from_bytes(envelope.content)["Message-ID"])
        self.taken += [(recipient, message_id) for recipient in envelope.rcpt_tos]
        if self.silent:
            # until the other side gives up
            await asyncio.Event().wait()
        return "250 OK"

    def to(self, user: str) -> list[str]:
        """The Message-IDs of what a user got."""
        return [message_id for recipient, message_id in self.taken if recipient == address_of(user)]


class Process:
    """Notifications with everything it needs, to be killed and started again."""

    def __init__(self, folder: Path, environment: dict[str, str], address: str) -> None:
        self._environment = environment
        self._log = folder / "log"
        self.address = address
        self.running: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        with self._log.open("ab") as log:
            running = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "services.notifications", env=self._environment, stderr=log
            )
        self.running = running
        client = Client(self.address, "notifications", "gateway")

        async def answers() -> bool:
            assert running.returncode is None, self.log
            try:
                await client.ping()
            except DependencyAway:
                return False
            return True

        await eventually_async(answers, WITHIN_S, "the start")
        await client.stop()

    async def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        assert self.running is not None
        if self.running.returncode is None:
            self.running.send_signal(how)
        return await asyncio.wait_for(self.running.wait(), 25)

    def own_mb(self) -> float:
        """Memory of its own: heaps and stacks, without what is mapped from files and other processes may have too."""
        assert self.running is not None
        lines = Path(f"/proc/{self.running.pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("Anonymous:"))

    @property
    def log(self) -> str:
        return self._log.read_text()


@asynccontextmanager
async def users_and_mail() -> AsyncIterator[tuple[str, int, ActingUsers, Letters]]:
    users, letters = ActingUsers(), Letters()
    smtp = await asyncio.get_running_loop().create_server(lambda: SMTP(letters), LOOPBACK, 0)
    server = grpc.aio.server()
    users_pb2_grpc.add_UsersServiceServicer_to_server(users, server)
    port = server.add_insecure_port(f"{LOOPBACK}:0")
    await server.start()
    try:
        yield f"{LOOPBACK}:{port}", smtp.sockets[0].getsockname()[1], users, letters
    finally:
        await server.stop(0)
        smtp.close()
        await smtp.wait_closed()


@pytest.fixture
async def process(
    backing: dict[str, str], kafka_servers: str, tmp_path: Path
) -> AsyncIterator[tuple[Process, ActingUsers, Letters]]:
    (port,) = pick_free(1)
    make_key(tmp_path / "keys")
    callers = tmp_path / "callers.json"
    callers.write_text(json.dumps({name: hashlib.sha256(name.encode()).hexdigest() for name in ("gateway", "ai_jobs")}))
    (tmp_path / "token").write_text("notifications")
    async with (
        fresh_database(backing["DATABASE_URL"], ["notifications"]) as url,
        users_and_mail() as (users_address, smtp_port, users, letters),
    ):
        own = {
            "DATABASE_URL": url, "KAFKA_BOOTSTRAP_SERVERS": kafka_servers, "REDIS_URL": backing["REDIS_URL"],
            "NOTIFICATIONS_GRPC_ADDRESS": f"{LOOPBACK}:{port}", "USERS_GRPC_ADDRESS": users_address,
            "FILMSTUDIO_URL": "http://127.0.0.1", "NOTIFICATIONS_KEYS_DIR": str(tmp_path / "keys"),
            "SERVICE_CALLERS_FILE": str(callers), "SERVICE_TOKEN_FILE": str(tmp_path / "token"),
            "SMTP_HOST": LOOPBACK, "SMTP_PORT": str(smtp_port), "SMTP_SECURITY": "none",
            "MAIL_FROM": "AI Film Studio <studio@example.com>", "WEBHOOKS_ALLOW_LOOPBACK": "on",
            "WEBHOOKS_TIMEOUT_S": "1", "WEBHOOKS_LEASE_S": "2", "WEBHOOKS_POLL_S": "0.2",
            # more attempts than a busy machine can make fail
            "WEBHOOKS_RETRY_DELAYS_S": json.dumps([0.5] * 100), "WEBHOOKS_HOLD_MAX_S": "0.5",
            "MAIL_TIMEOUT_S": "1", "MAIL_LEASE_S": "2", "MAIL_POLL_S": "0.2", "MAIL_RETRY_DELAYS_S": "[0.5]",
            "METRICS_ADDRESS": "",
            "MALLOC_ARENA_MAX": "2", "MALLOC_TRIM_THRESHOLD_": "131072", "MALLOC_MMAP_THRESHOLD_": "131072",
        }  # fmt: skip
        started = Process(tmp_path, {**os.environ, **own}, f"{LOOPBACK}:{port}")
        try:
            await started.start()
            yield started, users, letters
        finally:
            await started.end(signal.SIGKILL)


async def test_a_message_and_a_mail_arrive_though_the_process_is_killed_before_it_can_write_that_down(
    process: tuple[Process, ActingUsers, Letters], broker: Broker, receiver: Receiver
) -> None:
    running, users, letters = process
    client = Client(running.address, "notifications", "gateway")
    stub: Any = client.stub(notifications_pb2_grpc.NotificationsServiceStub)
    user, job_id = str(uuid4()), str(uuid4())
    users.known.add(user)
    with acting_for(user):
        made = await stub.CreateEndpoint(pb.CreateEndpointRequest(url=receiver.url, events=["job.succeeded"]))

    # both have arrived, and before we say so the process dies
    receiver.says, letters.silent = lambda heard: None, True
    fact = events_pb2.JobSucceeded(
        job=jobs_pb2.Job(id=job_id, user_id=user, kind=jobs_pb2.JOB_KIND_VIDEO, project_title="Gull Rock")
    )
    await asyncio.to_thread(broker.send, JOBS, job_id, fact.SerializeToString(), headers_of(fact, job_id))
    await eventually(lambda: receiver.heard and letters.to(user), WITHIN_S, "the first attempts")
    await running.end(signal.SIGKILL)
    receiver.says, letters.silent = lambda heard: OK, False
    messages, mails = len(receiver.heard), len(letters.to(user))
    await running.start()

    async def succeeded() -> bool:
        with acting_for(user):
            answer = await stub.ListDeliveries(pb.ListDeliveriesRequest(endpoint_id=made.endpoint.id))
        return [delivery.state for delivery in answer.deliveries] == [pb.Delivery.STATE_SUCCEEDED]

    await eventually_async(succeeded, WITHIN_S, "the delivery")
    assert len(receiver.heard) > messages
    assert len({heard.message_id for heard in receiver.heard}) == 1
    last = receiver.heard[-1]
    Webhook(made.secret).verify(last.body, last.headers)
    await eventually(lambda: len(letters.to(user)) > mails, WITHIN_S, "the mail")
    assert len(set(letters.to(user))) == 1

    assert made.secret not in running.log
    assert address_of(user) not in running.log
    assert await running.end() == 0
    await client.stop()


async def test_it_idles_in_little_memory(process: tuple[Process, ActingUsers, Letters]) -> None:
    running, _, _ = process
    assert running.own_mb() <= OWN_MB


async def test_only_the_gateway_is_served_and_refusals_carry_their_reason(
    process: tuple[Process, ActingUsers, Letters], receiver: Receiver
) -> None:
    running, _, _ = process
    other, gateway = (Client(running.address, "notifications", name) for name in ("ai_jobs", "gateway"))
    stub: Any = other.stub(notifications_pb2_grpc.NotificationsServiceStub)
    for name in CALLERS:
        with pytest.raises(RemoteError) as refused:
            await getattr(stub, name)(getattr(pb, f"{name}Request")())
        assert refused.value.reason == "CALLER_NOT_ALLOWED"

    stub = gateway.stub(notifications_pb2_grpc.NotificationsServiceStub)
    user = str(uuid4())
    with acting_for(user):
        for request, reason in (
            (pb.CreateEndpointRequest(url="https://10.0.0.1/", events=["*"]), "URL_FORBIDDEN"),
            (pb.CreateEndpointRequest(url=receiver.url, events=["x"]), "VALIDATION_FAILED"),
        ):
            with pytest.raises(RemoteError) as refused:
                await stub.CreateEndpoint(request)
            assert (refused.value.code, refused.value.reason) == (grpc.StatusCode.INVALID_ARGUMENT, reason)
        made = await stub.CreateEndpoint(pb.CreateEndpointRequest(url=receiver.url, events=["*"], request_id="r"))
        again = await stub.CreateEndpoint(pb.CreateEndpointRequest(url=receiver.url, events=["*"], request_id="r"))
        assert (again.endpoint, again.secret) == (made.endpoint, "")
        key = pb.GetEndpointRequest(endpoint_id=made.endpoint.id)
        assert (await stub.GetEndpoint(key)).endpoint == made.endpoint
        assert list((await stub.ListEndpoints(pb.ListEndpointsRequest())).endpoints) == [made.endpoint]
        changed = await stub.UpdateEndpoint(
            pb.UpdateEndpointRequest(endpoint_id=made.endpoint.id, active=False, if_match=made.endpoint.etag)
        )
        assert changed.endpoint.state == pb.Endpoint.STATE_PAUSED
        rotated = await stub.RotateSecret(pb.RotateSecretRequest(endpoint_id=made.endpoint.id))
        assert rotated.secret.startswith("whsec_")
        assert rotated.previous_expire_time.seconds > rotated.endpoint.update_time.seconds + 86_000
        await stub.DeleteEndpoint(pb.DeleteEndpointRequest(endpoint_id=made.endpoint.id))
        with pytest.raises(RemoteError) as gone:
            await stub.GetEndpoint(key)
        assert gone.value.code is grpc.StatusCode.NOT_FOUND

        usual = (await stub.GetPreferences(pb.GetPreferencesRequest())).preferences
        assert (usual.film_ready, usual.marketing, usual.etag) == (True, False, "0")
        chosen = (await stub.UpdatePreferences(pb.UpdatePreferencesRequest(film_ready=False, if_match="0"))).preferences
        assert (chosen.film_ready, chosen.youtube, chosen.etag) == (False, True, "1")
    with pytest.raises(RemoteError) as invalid:
        await stub.Unsubscribe(pb.UnsubscribeRequest(token="made up"))
    assert (invalid.value.code, invalid.value.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "TOKEN_INVALID")
    for client in (other, gateway):
        await client.stop()
