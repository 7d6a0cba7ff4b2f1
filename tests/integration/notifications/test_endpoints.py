"""Endpoints as their users keep them."""

from uuid import UUID, uuid4

import pytest
from filmstudio.ai_jobs.v1 import events_pb2 as jobs
from filmstudio.ai_jobs.v1 import jobs_pb2
from filmstudio.notifications.v1 import notifications_pb2 as pb

from services.kit.errors import EtagMismatch, IdempotencyKeyReused, Invalid, NotFound
from services.notifications.errors import EndpointLimit, EndpointState, UrlForbidden
from services.notifications.rotation import rotate
from tests.integration.notifications.house import House, open_house
from tests.integration.notifications.receiver import Receiver, reply

PUBLIC = "https://8.8.8.8/hooks"


def queued(user: UUID) -> jobs.JobQueued:
    return jobs.JobQueued(job=jobs_pb2.Job(id=str(uuid4()), user_id=str(user), kind=jobs_pb2.JOB_KIND_VIDEO))


def asked(**fields: object) -> pb.CreateEndpointRequest:
    return pb.CreateEndpointRequest(**{"url": PUBLIC, "events": ["job.*"], **fields})


async def test_a_secret_is_shown_once_and_a_repeated_request_gets_none(house: House, user: UUID) -> None:
    endpoint, secret = await house.endpoints.create(user, asked(request_id="r"))
    again, none = await house.endpoints.create(user, asked(request_id="r"))
    assert secret.startswith("whsec_")
    assert (again.id, none) == (endpoint.id, "")
    with pytest.raises(IdempotencyKeyReused):
        await house.endpoints.create(user, asked(request_id="r", url="https://1.1.1.1/"))


async def test_no_secret_lies_in_the_database(house: House, user: UUID) -> None:
    endpoint, secret = await house.endpoint(user, PUBLIC)
    _, new, _ = await house.endpoints.rotate(user, endpoint)
    import base64

    [row] = await house.rows("SELECT * FROM endpoints WHERE user_id = :user", user=user)
    held = repr(tuple(row))
    for shown in (secret, new):
        raw = base64.b64decode(shown.removeprefix("whsec_"))
        assert raw not in bytes(row.secret) + bytes(row.previous_secret)
        assert shown.removeprefix("whsec_") not in held


async def test_a_secret_that_signs_no_more_is_forgotten(house: House, user: UUID) -> None:
    endpoint, _ = await house.endpoint(user, PUBLIC)
    await house.endpoints.rotate(user, endpoint)

    async def previous() -> tuple[bool, bool]:
        await house.upkeep.sweep()
        [row] = await house.rows("SELECT * FROM endpoints WHERE user_id = :user", user=user)
        return row.previous_secret is not None, row.previous_until is not None

    assert await previous() == (True, True)
    house.clock.advance(days=1)
    assert await previous() == (False, False)


async def test_a_forbidden_url_is_refused_on_making_and_on_changing(house: House, user: UUID) -> None:
    endpoint, _ = await house.endpoint(user, PUBLIC)
    for url in ("https://10.0.0.1/", "http://8.8.8.8/", "https://2130706433/"):
        with pytest.raises(UrlForbidden):
            await house.endpoints.create(user, asked(url=url))
        with pytest.raises(UrlForbidden):
            await house.endpoints.update(user, pb.UpdateEndpointRequest(endpoint_id=endpoint, url=url))


async def test_a_name_that_is_not_found_yet_is_taken(house: House, user: UUID) -> None:
    endpoint, _ = await house.endpoints.create(user, asked(url="https://nowhere.invalid-domain.example/"))
    assert endpoint.url == "https://nowhere.invalid-domain.example/"


@pytest.mark.parametrize(
    "fields", [{"events": []}, {"events": ["job.exploded"]}, {"description": "a\nb"}, {"description": "x" * 501}]
)
async def test_what_can_not_be_is_refused(house: House, user: UUID, fields: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        await house.endpoints.create(user, asked(**fields))


async def test_there_is_a_limit_of_endpoints_for_each_user(notifications_url: str, user: UUID) -> None:
    async with open_house(notifications_url, per_user=2) as house:
        first, _ = await house.endpoint(user, PUBLIC)
        await house.endpoint(user, PUBLIC)
        with pytest.raises(EndpointLimit) as refused:
            await house.endpoint(user, PUBLIC)
        assert refused.value.metadata == {"allowed": "2"}
        await house.endpoint(uuid4(), PUBLIC)
        await house.endpoints.delete(user, first, "")
        await house.endpoint(user, PUBLIC)


async def test_somebody_elses_endpoint_is_not_found(house: House, user: UUID) -> None:
    endpoint, _ = await house.endpoint(user, PUBLIC)
    stranger = uuid4()
    for call in (
        house.endpoints.get(stranger, endpoint),
        house.endpoints.update(stranger, pb.UpdateEndpointRequest(endpoint_id=endpoint, active=False)),
        # whatever it shall be
        house.endpoints.update(stranger, pb.UpdateEndpointRequest(endpoint_id=endpoint, url="http://10.0.0.1/")),
        house.endpoints.delete(stranger, endpoint, ""),
        house.endpoints.rotate(stranger, endpoint),
        house.endpoints.deliveries(stranger, endpoint, 0, ""),
        house.endpoints.redeliver(stranger, endpoint, str(uuid4())),
        house.endpoints.get(user, "no id"),
        house.endpoints.redeliver(user, endpoint, str(uuid4())),
    ):
        with pytest.raises(NotFound):
            await call
    assert (await house.endpoints.get(user, endpoint)).state == "active"


async def test_endpoints_are_listed_newest_first_in_pages(house: House, user: UUID) -> None:
    made = [(await house.endpoint(user, PUBLIC))[0] for _ in range(3)]
    first, token = await house.endpoints.page(user, 2, "")
    rest, end = await house.endpoints.page(user, 2, token)
    assert [str(row.id) for row in [*first, *rest]] == made[::-1]
    assert end == ""


async def test_changes_count_its_version_and_need_the_one_that_was_seen(house: House, user: UUID) -> None:
    endpoint, _ = await house.endpoint(user, PUBLIC)
    change = pb.UpdateEndpointRequest(
        endpoint_id=endpoint, events=pb.EventFilter(events=["credits.*"]), description="Ours", if_match='"1"'
    )
    changed = await house.endpoints.update(user, change)
    assert (changed.events, changed.description, changed.version, changed.url) == (["credits.*"], "Ours", 2, PUBLIC)
    for call in (house.endpoints.update(user, change), house.endpoints.delete(user, endpoint, "1")):
        with pytest.raises(EtagMismatch):
            await call
    await house.endpoints.delete(user, endpoint, "2")
    with pytest.raises(NotFound):
        await house.endpoints.get(user, endpoint)


async def test_another_url_owes_nothing_to_the_failures_of_the_one_before(
    house: House, receiver: Receiver, user: UUID
) -> None:
    receiver.says = lambda heard: reply(500 if heard.path == "/old" else 200)
    endpoint, _ = await house.endpoint(user, f"{receiver.url}/old")
    await house.tell(queued(user))
    await house.send()
    await house.endpoints.update(user, pb.UpdateEndpointRequest(endpoint_id=endpoint, url=f"{receiver.url}/new"))
    assert (await house.endpoints.get(user, endpoint)).failing_since is None
    await house.tell(queued(user))
    await house.send()
    assert len(receiver.of("/new")) == 1


async def test_a_disabled_endpoint_is_started_with_a_clean_slate(house: House, receiver: Receiver, user: UUID) -> None:
    receiver.says = lambda heard: reply(410)
    endpoint, _ = await house.endpoint(user, receiver.url)
    await house.tell(queued(user))
    await house.send()
    [failed] = await house.deliveries(user, endpoint)
    with pytest.raises(EndpointState) as refused:
        await house.endpoints.redeliver(user, endpoint, failed.id)
    assert refused.value.metadata == {"state": "disabled"}

    receiver.says = lambda heard: reply(200)
    paused = await house.endpoints.update(user, pb.UpdateEndpointRequest(endpoint_id=endpoint, active=False))
    assert paused.state == "disabled"
    started = await house.endpoints.update(user, pb.UpdateEndpointRequest(endpoint_id=endpoint, active=True))
    assert (started.state, started.failures, started.failing_since) == ("active", 0, None)
    await house.endpoints.redeliver(user, endpoint, failed.id)
    await house.send()
    assert len(receiver.heard) == 2


async def test_a_removed_endpoint_takes_its_log_with_it(house: House, receiver: Receiver, user: UUID) -> None:
    endpoint, _ = await house.endpoint(user, receiver.url)
    await house.tell(queued(user))
    await house.endpoints.delete(user, endpoint, "")
    assert await house.send() == 0
    assert await house.rows("SELECT 1 FROM deliveries WHERE endpoint_id = :id", id=endpoint) == []


async def test_secrets_are_brought_under_the_newest_key(house: House, user: UUID, notifications_url: str) -> None:
    from cryptography.fernet import Fernet, MultiFernet

    endpoint, _ = await house.endpoint(user, PUBLIC)
    await house.endpoints.rotate(user, endpoint)
    newest, before = Fernet(Fernet.generate_key()), house.keyring._fernet
    house.keyring._fernet = MultiFernet([newest, *before._fernets])
    assert await rotate(notifications_url, house.keyring.renew) == 1
    house.keyring._fernet = MultiFernet([newest])
    row = await house.endpoints.get(user, endpoint)
    assert all(house.keyring.open(row.id, sealed) for sealed in row.secrets(house.clock()))
    assert len(row.secrets(house.clock())) == 2


async def test_an_endpoint_whose_secret_can_not_be_read_sends_nothing_unsigned(
    house: House, receiver: Receiver, user: UUID
) -> None:
    from cryptography.fernet import Fernet, MultiFernet

    endpoint, _ = await house.endpoint(user, receiver.url)
    house.keyring._fernet = MultiFernet([Fernet(Fernet.generate_key())])
    await house.tell(queued(user))
    await house.send()
    [delivery] = await house.deliveries(user, endpoint)
    assert (delivery.state, delivery.attempts, receiver.connections) == (pb.Delivery.STATE_PENDING, 1, 0)
