"""Deliveries over real HTTP and PostgreSQL: signed, repeated, given up, and nobody's way blocked by anybody else."""

import asyncio
import json
from uuid import UUID, uuid4

import pytest
from filmstudio.ai_jobs.v1 import events_pb2 as jobs
from filmstudio.ai_jobs.v1 import jobs_pb2
from filmstudio.notifications.v1 import notifications_pb2 as pb
from svix.webhooks import Webhook

from services.kit.errors import NotFound
from services.notifications.lanes import Places
from services.notifications.outgoing import Answer
from tests.integration.notifications.house import House, open_house
from tests.integration.notifications.receiver import Receiver, receiving, reply
from tests.support.eventually import eventually

PENDING, SUCCEEDED, FAILED = pb.Delivery.STATE_PENDING, pb.Delivery.STATE_SUCCEEDED, pb.Delivery.STATE_FAILED


def queued(user: UUID, title: str = "The Light on Gull Rock") -> jobs.JobQueued:
    return jobs.JobQueued(
        job=jobs_pb2.Job(
            id="0192f0c1-0000-7000-8000-00000000000a", user_id=str(user), project_title=title,
            kind=jobs_pb2.JOB_KIND_VIDEO, status=jobs_pb2.JOB_STATUS_QUEUED,
        )
    )  # fmt: skip


async def test_an_event_reaches_the_endpoint_signed_so_that_another_library_verifies_it(
    house: House, receiver: Receiver, user: UUID
) -> None:
    endpoint, secret = await house.endpoint(user, f"{receiver.url}/films?key=1", "job.*")
    house.clock.at = house.clock.at.replace(microsecond=0)
    await house.tell(queued(user))
    assert house.rings == ["lanes"]
    await house.send()

    [heard] = receiver.heard
    Webhook(secret).verify(heard.body, heard.headers)
    assert heard.path == "/films?key=1"
    assert heard.headers["content-type"] == "application/json"
    assert set(heard.json) == {"type", "timestamp", "data"}
    assert heard.json["type"] == "job.queued"
    assert heard.json["data"]["project_title"] == "The Light on Gull Rock"
    [delivery] = await house.deliveries(user, endpoint)
    assert (delivery.state, delivery.attempts, delivery.response_status) == (SUCCEEDED, 1, 200)
    assert (delivery.response_excerpt, delivery.message_id) == ("ok", heard.message_id)


async def test_only_endpoints_that_want_the_event_hear_of_it_and_all_under_one_id(
    house: House, receiver: Receiver, user: UUID
) -> None:
    for path, events in (("/a", "job.queued"), ("/b", "job.*"), ("/c", "*"), ("/d", "job.failed"), ("/e", "credits.*")):
        await house.endpoint(user, receiver.url + path, events)
    await house.tell(queued(user))
    await house.send()
    assert sorted(heard.path for heard in receiver.heard) == ["/a", "/b", "/c"]
    assert len({heard.message_id for heard in receiver.heard}) == 1


async def test_nothing_is_written_down_for_an_event_that_nobody_wants(
    house: House, receiver: Receiver, user: UUID
) -> None:
    await house.endpoint(user, receiver.url, "credits.*")
    await house.tell(queued(user))
    assert await house.rows("SELECT 1 FROM messages WHERE user_id = :user", user=user) == []


async def test_an_event_heard_twice_is_told_once(house: House, receiver: Receiver, user: UUID) -> None:
    await house.endpoint(user, receiver.url)
    event_id = await house.tell(queued(user))
    await house.tell(queued(user), event_id=event_id)
    await house.send()
    assert len(receiver.heard) == 1


@pytest.mark.parametrize("status", [199 + 101, 301, 302, 307, 308, 400, 404, 429, 500, 503])
async def test_anything_but_2xx_is_repeated_and_a_redirect_is_not_followed(
    house: House, receiver: Receiver, user: UUID, status: int
) -> None:
    async with receiving() as elsewhere:
        receiver.says = lambda heard: reply(status, b"no", location=f"{elsewhere.url}/")
        endpoint, _ = await house.endpoint(user, receiver.url)
        await house.tell(queued(user))
        await house.send()
        [delivery] = await house.deliveries(user, endpoint)
        assert (delivery.state, delivery.response_status, delivery.response_excerpt) == (PENDING, status, "no")
        assert elsewhere.connections == 0


async def test_a_delivery_is_repeated_by_schedule_under_its_id_and_given_up_after_the_last(
    house: House, receiver: Receiver, user: UUID
) -> None:
    receiver.says = lambda heard: reply(500)
    endpoint, _ = await house.endpoint(user, receiver.url)
    await house.tell(queued(user))
    waits = []
    for wait_s in (0.0, 5.0, 300.0, 1800.0):
        house.clock.advance(seconds=wait_s - 1)
        assert await house.send() == 0
        house.clock.advance(seconds=1)
        await house.send()
        [delivery] = await house.deliveries(user, endpoint)
        waits.append((delivery.attempts, delivery.state))
    assert waits == [(1, PENDING), (2, PENDING), (3, PENDING), (4, FAILED)]
    assert len({heard.message_id for heard in receiver.heard}) == 1
    assert len({heard.headers["webhook-timestamp"] for heard in receiver.heard}) == 4
    assert len({heard.body for heard in receiver.heard}) == 1


async def test_a_success_ends_the_repeating(house: House, receiver: Receiver, user: UUID) -> None:
    receiver.says = lambda heard: reply(500)
    endpoint, _ = await house.endpoint(user, receiver.url)
    await house.tell(queued(user))
    await house.send()
    assert (await house.endpoints.get(user, endpoint)).failing_since is not None
    receiver.says = lambda heard: reply(204)
    house.clock.advance(seconds=5)
    await house.send()
    house.clock.advance(days=2)
    assert await house.send() == 0
    [delivery] = await house.deliveries(user, endpoint)
    assert (delivery.state, delivery.attempts) == (SUCCEEDED, 2)
    assert (await house.endpoints.get(user, endpoint)).failing_since is None


@pytest.mark.parametrize(("asked", "waited_s"), [("120", 120), ("1", 5), ("999999", 3600), ("soon", 5)])
async def test_retry_after_is_obeyed_within_bounds(
    house: House, receiver: Receiver, user: UUID, asked: str, waited_s: int
) -> None:
    receiver.says = lambda heard: reply(429, retry_after=asked)
    await house.endpoint(user, receiver.url)
    await house.tell(queued(user))
    await house.send()
    house.clock.advance(seconds=waited_s - 0.5)
    assert await house.send() == 0
    house.clock.advance(seconds=0.5)
    assert await house.send() == 1


async def test_an_endpoint_that_asks_for_time_gets_it_for_its_other_messages_too(
    house: House, receiver: Receiver, user: UUID
) -> None:
    receiver.says = lambda heard: reply(429, retry_after="120")
    await house.endpoint(user, receiver.url)
    await house.tell(queued(user))
    await house.send()
    await house.tell(queued(user, "Another"))
    assert await house.send() == 0
    house.clock.advance(seconds=120)
    receiver.says = lambda heard: reply(200)
    await house.send()
    assert len(receiver.heard) == 3


async def test_410_disables_at_once_and_its_user_gets_a_mail(house: House, receiver: Receiver, user: UUID) -> None:
    receiver.says = lambda heard: reply(410)
    endpoint, _ = await house.endpoint(user, f"{receiver.url}/secret-path", description="Ours")
    await house.tell(queued(user))
    await house.tell(queued(user, "Another"))
    await house.send()
    assert (await house.endpoints.get(user, endpoint)).state == "disabled"
    assert {delivery.state for delivery in await house.deliveries(user, endpoint)} == {FAILED}
    [mail] = await house.mails(user)
    assert (mail.kind, mail.subject_id) == ("webhook_disabled", endpoint)
    # the path of a webhook may be as good as a password
    assert mail.params == {"host": f"127.0.0.1:{receiver.port}", "description": "Ours"}

    await house.tell(queued(user, "Later"))
    assert len(await house.deliveries(user, endpoint)) == 2


async def test_lasting_failure_disables(house: House, receiver: Receiver, user: UUID) -> None:
    receiver.says = lambda heard: reply(500)
    endpoint, _ = await house.endpoint(user, receiver.url)
    await house.tell(queued(user))
    await house.send()
    for _ in range(3):
        assert (await house.endpoints.get(user, endpoint)).state == "active"
        house.clock.advance(seconds=1800)
        await house.send()
    assert (await house.endpoints.get(user, endpoint)).state == "disabled"
    assert [mail.kind for mail in await house.mails(user)] == ["webhook_disabled"]


async def test_one_message_that_is_never_accepted_disables_nothing_while_others_are(
    house: House, receiver: Receiver, user: UUID
) -> None:
    receiver.says = lambda heard: reply(500 if "Bad" in heard.body else 200)
    endpoint, _ = await house.endpoint(user, receiver.url)
    await house.tell(queued(user, "Bad"))
    for _ in range(5):
        await house.send()
        await house.tell(queued(user, "Good"))
        house.clock.advance(seconds=1800)
    assert FAILED in {delivery.state for delivery in await house.deliveries(user, endpoint)}
    assert (await house.endpoints.get(user, endpoint)).state == "active"


async def test_a_paused_endpoint_collects_and_gets_all_of_it_when_it_is_started(
    house: House, receiver: Receiver, user: UUID
) -> None:
    endpoint, _ = await house.endpoint(user, receiver.url)
    await house.endpoints.update(user, pb.UpdateEndpointRequest(endpoint_id=endpoint, active=False))
    await house.tell(queued(user, "One"))
    await house.tell(queued(user, "Two"))
    assert await house.send() == 0
    await house.endpoints.update(user, pb.UpdateEndpointRequest(endpoint_id=endpoint, active=True))
    await house.send()
    assert [heard.json["data"]["project_title"] for heard in receiver.heard] == ["One", "Two"]


async def test_what_a_paused_endpoint_collected_long_ago_is_given_up(
    house: House, receiver: Receiver, user: UUID
) -> None:
    endpoint, _ = await house.endpoint(user, receiver.url)
    await house.endpoints.update(user, pb.UpdateEndpointRequest(endpoint_id=endpoint, active=False))
    await house.tell(queued(user, "Old"))
    house.clock.advance(days=3, seconds=1)
    await house.tell(queued(user, "New"))
    await house.upkeep.sweep()
    assert [delivery.state for delivery in await house.deliveries(user, endpoint)] == [PENDING, FAILED]


async def test_after_a_rotation_both_secrets_verify_for_a_day_and_then_the_new_one_alone(
    house: House, receiver: Receiver, user: UUID
) -> None:
    endpoint, old = await house.endpoint(user, receiver.url)
    _, new, until = await house.endpoints.rotate(user, endpoint)
    assert (until - house.clock()).total_seconds() == 86400
    await house.tell(queued(user))
    await house.send()
    [during] = receiver.heard
    for secret in (old, new):
        Webhook(secret).verify(during.body, during.headers)

    house.clock.advance(days=1)
    await house.tell(queued(user))
    await house.send()
    assert len(receiver.heard[1].headers["webhook-signature"].split(" ")) == 1


async def test_a_delivery_is_sent_again_on_demand_as_the_same_message(
    house: House, receiver: Receiver, user: UUID
) -> None:
    endpoint, secret = await house.endpoint(user, receiver.url)
    await house.tell(queued(user))
    await house.send()
    [delivery] = await house.deliveries(user, endpoint)
    again = await house.endpoints.redeliver(user, endpoint, delivery.id)
    await house.send()
    first, second = receiver.heard
    assert (first.message_id, first.body) == (second.message_id, second.body)
    Webhook(secret).verify(second.body, second.headers)
    assert [row.id for row in await house.deliveries(user, endpoint)] == [str(again.id), delivery.id]


async def test_a_delivery_is_named_by_its_id_alone_and_by_its_own_endpoint_but_not_by_another(
    house: House, receiver: Receiver, user: UUID
) -> None:
    endpoint, _ = await house.endpoint(user, receiver.url)
    other, _ = await house.endpoint(user, receiver.url, "credits.*")
    await house.tell(queued(user))
    await house.send()
    [delivery] = await house.deliveries(user, endpoint)
    assert str((await house.endpoints.redeliver(user, "", delivery.id)).endpoint_id) == endpoint
    for asking, of in ((user, other), (uuid4(), "")):
        with pytest.raises(NotFound):
            await house.endpoints.redeliver(asking, of, delivery.id)


async def test_a_pending_delivery_is_brought_forward_rather_than_doubled(
    house: House, receiver: Receiver, user: UUID
) -> None:
    receiver.says = lambda heard: reply(500)
    endpoint, _ = await house.endpoint(user, receiver.url)
    await house.tell(queued(user))
    await house.send()
    [delivery] = await house.deliveries(user, endpoint)
    assert str((await house.endpoints.redeliver(user, endpoint, delivery.id)).id) == delivery.id
    await house.send()
    assert [row.attempts for row in await house.deliveries(user, endpoint)] == [2]


async def test_a_killed_process_has_its_messages_sent_again_under_their_ids_once_its_lease_is_over(
    house: House, receiver: Receiver, user: UUID, notifications_url: str
) -> None:
    endpoint, _ = await house.endpoint(user, receiver.url)
    never = asyncio.Event()

    async def silent(*_: object, **__: object) -> Answer:
        # it was sent, and the process dies before that is written down
        await never.wait()
        raise AssertionError

    async with open_house(notifications_url, post=silent) as dying:
        dying.keyring._fernet = house.keyring._fernet
        await house.tell(queued(user))
        dying.clock.at = house.clock.at
        assert await dying.lanes.serve() == 1
        assert await house.send() == 0
        for turn in asyncio.all_tasks():
            if turn.get_name() == f"lane {endpoint}":
                turn.cancel()

    house.clock.advance(seconds=29)
    assert await house.send() == 0
    house.clock.advance(seconds=2)
    assert await house.send() == 1
    [delivery] = await house.deliveries(user, endpoint)
    assert (delivery.state, delivery.attempts) == (SUCCEEDED, 1)


async def test_what_an_overtaken_turn_reports_changes_nothing(
    house: House, user: UUID, receiver: Receiver, notifications_url: str
) -> None:
    endpoint, _ = await house.endpoint(user, receiver.url)
    thawed = asyncio.Event()

    async def frozen(*_: object, **__: object) -> Answer:
        await thawed.wait()
        return Answer(500, "late", 1)

    async with open_house(notifications_url, post=frozen) as slow:
        slow.keyring._fernet = house.keyring._fernet
        await house.tell(queued(user))
        slow.clock.at = house.clock.at
        await slow.lanes.serve()
        house.clock.advance(seconds=31)
        await house.send()
        thawed.set()
        await slow.lanes.settled()
    [delivery] = await house.deliveries(user, endpoint)
    assert (delivery.state, delivery.attempts, delivery.response_status) == (SUCCEEDED, 1, 200)


async def test_two_processes_never_send_a_delivery_twice(
    house: House, receiver: Receiver, user: UUID, notifications_url: str
) -> None:
    for number in range(20):
        await house.endpoint(user, f"{receiver.url}/{number}")
    for number in range(5):
        await house.tell(queued(user, str(number)))
    async with open_house(notifications_url) as other:
        other.keyring._fernet, other.clock.at = house.keyring._fernet, house.clock.at
        for _ in range(40):
            await asyncio.gather(house.lanes.serve(), other.lanes.serve())
            await asyncio.gather(house.lanes.settled(), other.lanes.settled())
    sent = [(heard.path, heard.message_id) for heard in receiver.heard]
    assert len(sent) == len(set(sent)) == 100


async def test_silent_endpoints_leave_the_places_of_those_that_answer(
    house: House, user: UUID, receiver: Receiver, notifications_url: str
) -> None:
    async with open_house(
        notifications_url, places=Places(quick=2, slow=4, in_flight=4), slow_after_s=0.05, timeout_s=20
    ) as tight:
        receiver.says = lambda heard: None if heard.path == "/silent" else reply(200)
        for _ in range(2):
            await tight.endpoint(user, f"{receiver.url}/silent")
        await tight.tell(queued(user))
        await tight.lanes.start()
        await eventually(lambda: len(receiver.of("/silent")) == 2)
        await tight.endpoint(user, f"{receiver.url}/well", "job.*")
        await tight.tell(queued(user))
        tight.lanes.wake()
        # both places were taken; they are free again long before the silent ones' time is over
        await eventually(lambda: receiver.of("/well"), within_s=5)
        await receiver.close()


async def test_an_endpoint_has_so_many_requests_in_flight_and_a_failing_one_a_single(
    house: House, receiver: Receiver, user: UUID
) -> None:
    open_now = most = 0
    status = 200

    async def slowly(heard: object) -> bytes:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        await asyncio.sleep(0.02)
        open_now -= 1
        return reply(status)

    receiver.says = slowly
    await house.endpoint(user, receiver.url)
    for _ in range(10):
        await house.tell(queued(user))
    await house.send()
    assert (most, len(receiver.heard)) == (4, 10)

    status = 500
    await house.tell(queued(user))
    await house.send()
    most = 0
    for _ in range(4):
        await house.tell(queued(user))
    for _ in range(10):
        house.clock.advance(seconds=60)
        await house.send()
    assert most == 1


async def test_a_body_keeps_every_character(house: House, receiver: Receiver, user: UUID) -> None:
    _, secret = await house.endpoint(user, receiver.url)
    title = 'Möwe "🎬" \\ \u2028 <b>&'
    await house.tell(queued(user, title))
    await house.send()
    [heard] = receiver.heard
    Webhook(secret).verify(heard.body, heard.headers)
    assert json.loads(heard.body)["data"]["project_title"] == title


async def test_messages_are_forgotten_after_their_time_except_those_on_their_way(
    house: House, receiver: Receiver, user: UUID
) -> None:
    endpoint, _ = await house.endpoint(user, receiver.url)
    await house.tell(queued(user, "Sent"))
    await house.send()
    house.clock.advance(days=29)
    await house.upkeep.sweep()
    assert len(await house.deliveries(user, endpoint)) == 1
    await house.tell(queued(user, "Waiting"))
    house.clock.advance(days=31)
    await house.upkeep.sweep()
    [delivery] = await house.deliveries(user, endpoint)
    assert delivery.state == PENDING
