"""A channel that is let go, by its user or with them: tokens forgotten at once, the grant given back at Google."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from filmstudio.youtube.v1 import youtube_pb2 as pb

from services.kit.db import Work
from services.kit.errors import EtagMismatch, NotFound
from services.youtube.connection_models import Connection, ConnectionState
from services.youtube.errors import ReconnectNeeded
from services.youtube.google_oauth import GrantEnded
from tests.integration.youtube.conftest import House

REVOKE = "POST /youtube/revoke"


async def test_a_disconnected_channel_has_no_tokens_and_is_not_shown(house: House) -> None:
    connection = await house.connect()
    await house.connections.disconnect(house.user, str(connection.id), "")

    row = await house.row(connection.id)
    assert row
    assert (row.state, row.sealed, row.key_id) == (ConnectionState.DISCONNECTED, None, None)
    assert (await house.connections.page(house.user, 0, ""))[0] == []
    with pytest.raises(NotFound):
        await house.connections.get(house.user, str(connection.id))
    with pytest.raises(NotFound):
        await house.connections.disconnect(house.user, str(connection.id), "")
    with pytest.raises(ReconnectNeeded):
        await house.access.token(connection.id)


async def test_others_are_told(house: House) -> None:
    connection = await house.connect()
    await house.connections.disconnect(house.user, str(connection.id), "")

    name, told = (await house.facts(connection.id))[-1]
    assert name == "ConnectionRemoved"
    assert (told.id, told.state) == (str(connection.id), pb.Connection.STATE_DISCONNECTED)


async def test_the_grant_is_given_back_at_google(house: House) -> None:
    connection = await house.connect()
    tokens = await house.tokens(connection.id)
    await house.connections.disconnect(house.user, str(connection.id), "")

    await house.revocations.give_back()

    with pytest.raises(GrantEnded):
        await house.google.oauth.refresh(tokens.refresh_token)
    assert await house.sql("SELECT 1 FROM revocations") == []


async def test_the_loop_is_woken_for_it(house: House) -> None:
    woken: list[str] = []
    house.connections.on_revocation(lambda: woken.append("now"))
    connection = await house.connect()
    assert woken == []

    await house.connections.disconnect(house.user, str(connection.id), "")

    assert woken == ["now"]


async def test_whoever_publishes_there_is_told_in_the_same_transaction(house: House) -> None:
    async def refuse(work: Work, connection: Connection) -> None:
        raise RuntimeError("this, too, has to succeed")

    connection = await house.connect()
    house.connections.on_disconnect(refuse)
    with pytest.raises(RuntimeError):
        await house.connections.disconnect(house.user, str(connection.id), "")

    assert (await house.connections.get(house.user, str(connection.id))).active
    assert await house.sql("SELECT 1 FROM revocations") == []


async def test_a_google_that_is_away_is_asked_again_later(house: House) -> None:
    connection = await house.connect()
    await house.connections.disconnect(house.user, str(connection.id), "")
    await house.box.fault("youtube", "POST /revoke", "status:503", times=2)

    await house.revocations.give_back()
    await house.revocations.give_back()
    assert house.times(REVOKE) == 1
    house.clock.now += timedelta(minutes=1)
    await house.revocations.give_back()
    # each time after twice as long
    house.clock.now += timedelta(minutes=1)
    await house.revocations.give_back()
    assert house.times(REVOKE) == 2
    house.clock.now += timedelta(minutes=1)
    await house.revocations.give_back()

    assert house.times(REVOKE) == 3
    assert await house.sql("SELECT 1 FROM revocations") == []


async def test_after_a_day_it_is_given_up_and_told_to_the_operator(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    connection = await house.connect()
    tokens = await house.tokens(connection.id)
    await house.connections.disconnect(house.user, str(connection.id), "")
    await house.box.fault("youtube", "POST /revoke", "status:503", times=2)
    await house.revocations.give_back()
    house.clock.now += timedelta(days=1)

    await house.revocations.give_back()

    assert await house.sql("SELECT 1 FROM revocations") == []
    output = "".join(capsys.readouterr())
    assert "a grant could not be given back" in output
    assert tokens.refresh_token not in output


async def test_a_grant_that_google_has_ended_itself_is_given_back(house: House) -> None:
    connection = await house.connect()
    await house.google.oauth.revoke((await house.tokens(connection.id)).refresh_token)
    await house.connections.disconnect(house.user, str(connection.id), "")

    await house.revocations.give_back()

    assert await house.sql("SELECT 1 FROM revocations") == []


async def test_a_google_account_that_another_connection_lives_by_keeps_its_grants(house: House) -> None:
    first, second = await house.connect(channel=1), await house.connect(channel=2)
    await house.connections.disconnect(house.user, str(first.id), "")

    await house.revocations.give_back()

    # at Google, the end of one grant would have been the end of both
    assert house.times(REVOKE) == 0
    assert await house.sql("SELECT 1 FROM revocations") == []
    await house.connections.disconnect(house.user, str(second.id), "")
    await house.revocations.give_back()
    assert house.times(REVOKE) == 1


async def test_who_connects_again_before_google_has_heard_keeps_the_new_grant(house: House) -> None:
    connection = await house.connect()
    await house.connections.disconnect(house.user, str(connection.id), "")
    again = await house.connect()

    await house.revocations.give_back()

    assert again.id == connection.id
    assert again.active
    assert house.times(REVOKE) == 0
    assert await house.youtube.my_channel(await house.access.token(connection.id))


async def test_nobody_disconnects_somebody_elses_channel(house: House) -> None:
    connection = await house.connect()
    for key in (str(connection.id), "no id", ""):
        with pytest.raises(NotFound):
            await house.connections.disconnect("eve", key, "")
    assert (await house.connections.get(house.user, str(connection.id))).active


async def test_who_has_seen_an_older_version_does_not_disconnect(house: House) -> None:
    connection = await house.connect()
    await house.connect()

    with pytest.raises(EtagMismatch):
        await house.connections.disconnect(house.user, str(connection.id), connection.etag)
    await house.connections.disconnect(house.user, str(connection.id), str(int(connection.etag) + 1))


async def test_a_channel_to_be_connected_again_can_be_disconnected(house: House) -> None:
    connection = await house.connect()
    await house.access.lose(connection.id)
    await house.connections.disconnect(house.user, str(connection.id), "")

    assert await house.sql("SELECT 1 FROM revocations") == []
    assert [name for name, _ in await house.facts(connection.id)][1:] == [
        "ConnectionReconnectNeeded",
        "ConnectionRemoved",
    ]


async def test_of_a_deleted_user_nothing_is_kept(house: House) -> None:
    first, second = await house.connect(channel=1), await house.connect(channel=2)
    await house.connections.start(house.user)
    await house.connections.disconnect(house.user, str(first.id), "")
    stays = await house.connect("ada")
    heard: list[tuple[str, int]] = []

    async def hear(work: Work, user_id: str) -> None:
        rows = await house.sql("SELECT 1 FROM connections WHERE user_id = :user", user=user_id)
        heard.append((user_id, len(rows)))

    house.connections.on_erase(hear)
    await house.connections.erase_user(uuid4(), house.user)

    assert heard == [(house.user, 2)]
    for table in ("connections", "consents"):
        assert await house.sql(f"SELECT 1 FROM {table} WHERE user_id = :user", user=house.user) == []
    for connection in (first, second):
        assert [name for name, _ in await house.facts(connection.id)] == ["ConnectionEstablished", "ConnectionRemoved"]
    await house.revocations.give_back()
    assert house.times(REVOKE) == 2
    assert (await house.connections.get("ada", str(stays.id))).active


async def test_a_deletion_that_is_heard_twice_is_done_once(house: House) -> None:
    heard: list[str] = []

    async def hear(work: Work, user_id: str) -> None:
        heard.append(user_id)

    house.connections.on_erase(hear)
    event_id = uuid4()
    for _ in range(2):
        await house.connections.erase_user(event_id, house.user)

    assert heard == [house.user]


async def test_a_user_who_is_gone_connects_nothing_with_the_token_they_still_have(house: House) -> None:
    await house.connections.erase_user(uuid4(), house.user)
    with pytest.raises(NotFound):
        await house.connections.start(house.user)

    assert await house.sql("SELECT 1 FROM consents WHERE user_id = :user", user=house.user) == []


async def test_users_who_left_long_ago_are_not_remembered(house: House) -> None:
    await house.connections.erase_user(uuid4(), house.user)
    remembered = "SELECT 1 FROM departed WHERE user_id = :user"
    house.clock.now += timedelta(days=29)
    await house.connections.forget_expired()
    assert await house.sql(remembered, user=house.user)
    house.clock.now += timedelta(days=2)
    await house.connections.forget_expired()
    assert await house.sql(remembered, user=house.user) == []
