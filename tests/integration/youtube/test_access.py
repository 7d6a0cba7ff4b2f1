"""Access tokens: refreshed in time, by one at a time, and what becomes of a connection whose grant is over."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest

from services.kit.errors import DependencyAway
from services.youtube.connection_models import Connection, ConnectionState, Tokens
from services.youtube.errors import ReconnectNeeded
from services.youtube.google_oauth import Access as GoogleAccess
from services.youtube.google_oauth import GrantEnded
from services.youtube.vault import Vault, make_key
from tests.integration.youtube.conftest import House
from tests.support.eventually import eventually

TOKEN = "POST /youtube/token"
HOUR = timedelta(seconds=3600)


async def connected(house: House) -> Connection:
    """A connected channel; what was asked of Google until then is forgotten."""
    connection = await house.connect()
    house.asked.clear()
    return connection


async def test_a_token_opens_the_channel(house: House) -> None:
    connection = await connected(house)

    token = await house.access.token(connection.id)

    channel = await house.youtube.my_channel(token)
    assert channel
    assert channel.id == connection.channel_id
    assert house.times(TOKEN) == 0


async def test_a_token_with_a_minute_left_is_good(house: House) -> None:
    connection = await connected(house)
    house.clock.now += HOUR - timedelta(seconds=60)

    await house.access.token(connection.id)

    assert house.times(TOKEN) == 0


async def test_a_token_with_less_than_a_minute_left_is_refreshed(house: House) -> None:
    connection = await connected(house)
    before = await house.tokens(connection.id)
    house.clock.now += HOUR - timedelta(seconds=59)

    token = await house.access.token(connection.id)

    after = await house.tokens(connection.id)
    assert token == after.access_token != before.access_token
    assert after.refresh_token == before.refresh_token
    assert await house.youtube.my_channel(token)
    assert await house.access.token(connection.id) == token
    assert house.times(TOKEN) == 1


async def test_many_who_need_it_at_once_have_it_refreshed_once(house: House) -> None:
    connection = await connected(house)
    house.clock.now += HOUR
    await house.box.fault("youtube", "POST /token", "late:0.5")
    processes = [house.access, house.another_process(), house.another_process()]

    tokens = await asyncio.gather(*(process.token(connection.id) for process in processes for _ in range(5)))

    assert len(set(tokens)) == 1
    assert house.times(TOKEN) == 1


async def test_refreshing_one_connection_waits_for_no_other(house: House) -> None:
    slow, quick = await house.connect(channel=1), await house.connect(channel=2)
    house.clock.now += HOUR
    released = asyncio.Event()

    async def answer(connection_id: UUID, _: str) -> GoogleAccess:
        if connection_id == slow.id:
            await released.wait()
        return GoogleAccess(f"new {connection_id}", house.clock.now + HOUR)

    access = house.another_process(_Answers(house, answer))
    waiting = asyncio.create_task(access.token(slow.id))

    assert await access.token(quick.id) == f"new {quick.id}"
    assert not waiting.done()
    released.set()
    assert await waiting == f"new {slow.id}"


async def test_no_transaction_is_open_while_google_is_asked(house: House) -> None:
    connection = await connected(house)
    house.clock.now += HOUR

    async def answer(_: UUID, __: str) -> GoogleAccess:
        rows = await house.sql(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'youtube'"
            " AND state LIKE 'idle in transaction%' AND pid <> pg_backend_pid()"
        )
        return GoogleAccess("open" if rows else "none", house.clock.now + HOUR)

    assert await house.another_process(_Answers(house, answer)).token(connection.id) == "none"


async def test_a_refused_token_is_replaced_once_for_all_who_hold_it(house: House) -> None:
    connection = await connected(house)
    refused = await house.access.token(connection.id)
    processes = [house.access, house.another_process()]

    renewed = await asyncio.gather(
        *(process.renewed(connection.id, refused) for process in processes for _ in range(3))
    )

    assert len(set(renewed)) == 1
    assert renewed[0] != refused
    assert house.times(TOKEN) == 1


async def test_who_was_refused_with_an_older_token_gets_the_newer_one(house: House) -> None:
    connection = await connected(house)
    first = await house.access.token(connection.id)
    second = await house.access.renewed(connection.id, first)

    assert await house.access.renewed(connection.id, first) == second
    assert house.times(TOKEN) == 1


async def test_a_process_that_died_at_google_is_not_waited_for_longer_than_its_lease(house: House) -> None:
    connection = await connected(house)
    house.clock.now += HOUR
    await house.sql(
        "UPDATE connections SET refreshing_until = clock_timestamp() + interval '0.6 s' WHERE id = :id",
        id=connection.id,
    )
    started = asyncio.get_running_loop().time()

    await house.access.token(connection.id)

    assert 0.5 <= asyncio.get_running_loop().time() - started < 5
    assert house.times(TOKEN) == 1


async def test_who_comes_back_after_its_lease_with_older_tokens_saves_nothing(house: House) -> None:
    connection = await connected(house)
    house.clock.now += HOUR
    asked, released = asyncio.Event(), asyncio.Event()

    async def answer(_: UUID, __: str) -> GoogleAccess:
        asked.set()
        await released.wait()
        return GoogleAccess("late", house.clock.now + HOUR)

    late = asyncio.create_task(house.another_process(_Answers(house, answer), lease=timedelta(0)).token(connection.id))
    await asked.wait()
    token = await house.access.token(connection.id)
    released.set()

    assert await late == token
    assert (await house.tokens(connection.id)).access_token == token


async def test_a_waiter_who_is_tired_takes_it_from_nobody(house: House) -> None:
    connection = await connected(house)
    house.clock.now += HOUR
    await house.box.fault("youtube", "POST /token", "late:0.5")
    tired = asyncio.create_task(house.access.token(connection.id))
    patient = asyncio.create_task(house.access.token(connection.id))
    await eventually(lambda: house.times(TOKEN) == 1)
    tired.cancel()

    assert await patient == (await house.tokens(connection.id)).access_token
    assert house.times(TOKEN) == 1


async def test_a_grant_that_is_over_is_told_to_the_user_and_never_tried_again(house: House) -> None:
    connection = await connected(house)
    await house.google.oauth.revoke((await house.tokens(connection.id)).refresh_token)
    house.clock.now += HOUR
    processes = [house.access, house.another_process()]

    for outcome in await asyncio.gather(
        *(process.token(connection.id) for process in processes for _ in range(3)), return_exceptions=True
    ):
        assert isinstance(outcome, ReconnectNeeded)
    for _ in range(3):
        with pytest.raises(ReconnectNeeded):
            await house.access.token(connection.id)

    assert house.times(TOKEN) == 1
    row = await house.row(connection.id)
    assert row
    assert (row.state, row.sealed, row.key_id) == (ConnectionState.RECONNECT_NEEDED, None, None)
    facts = await house.facts(connection.id)
    assert [name for name, _ in facts] == ["ConnectionEstablished", "ConnectionReconnectNeeded"]
    assert facts[-1][1].user_id == house.user


async def test_invalid_grant_by_order_of_the_sandbox_is_the_same(house: House) -> None:
    connection = await connected(house)
    house.clock.now += HOUR
    await house.box.fault("youtube", "POST /token", "error:invalid_grant")

    with pytest.raises(ReconnectNeeded) as needed:
        await house.access.token(connection.id)
    assert needed.value.metadata == {"connection_id": str(connection.id)}


async def test_who_connects_again_is_let_in_again(house: House) -> None:
    connection = await connected(house)
    house.clock.now += HOUR
    await house.box.fault("youtube", "POST /token", "error:invalid_grant")
    with pytest.raises(ReconnectNeeded):
        await house.access.token(connection.id)

    again = await house.connect()

    assert again.id == connection.id
    assert again.active
    assert await house.youtube.my_channel(await house.access.token(connection.id))


@pytest.mark.parametrize("fault", ["status:503", "status:429", "error:invalid_client", "cut:0"])
async def test_a_google_in_trouble_costs_nobody_their_connection(house: House, fault: str) -> None:
    connection = await connected(house)
    house.clock.now += HOUR
    await house.box.fault("youtube", "POST /token", fault)
    with pytest.raises(DependencyAway, match="google"):
        await house.access.token(connection.id)

    # at once: no lease is left behind
    async with asyncio.timeout(5):
        assert await house.access.token(connection.id)
    assert [name for name, _ in await house.facts(connection.id)] == ["ConnectionEstablished"]


async def test_a_refusal_of_tokens_that_were_renewed_meanwhile_means_nothing(house: House) -> None:
    connection = await connected(house)
    house.clock.now += HOUR
    asked: list[str] = []

    async def answer(_: UUID, refresh_token: str) -> GoogleAccess:
        asked.append(refresh_token)
        if len(asked) == 1:
            # the user connects again, which is what ended the older grant
            await house.connect()
        raise GrantEnded

    token = await house.another_process(_Answers(house, answer)).token(connection.id)

    assert token == (await house.tokens(connection.id)).access_token
    assert len(asked) == 1
    assert [name for name, _ in await house.facts(connection.id)] == ["ConnectionEstablished"] * 2


async def test_tokens_of_a_connection_that_is_gone_meanwhile_are_not_kept(house: House) -> None:
    connection = await connected(house)
    house.clock.now += HOUR

    async def answer(_: UUID, __: str) -> GoogleAccess:
        await house.connections.disconnect(house.user, str(connection.id), "")
        return GoogleAccess("too late", house.clock.now + HOUR)

    with pytest.raises(ReconnectNeeded):
        await house.another_process(_Answers(house, answer)).token(connection.id)
    row = await house.row(connection.id)
    assert row
    assert row.sealed is None


async def test_another_refresh_token_replaces_the_one_before(house: House) -> None:
    connection = await connected(house)
    house.clock.now += HOUR

    async def answer(_: UUID, __: str) -> GoogleAccess:
        return GoogleAccess("new", house.clock.now + HOUR, "1//rotated")

    await house.another_process(_Answers(house, answer)).token(connection.id)

    assert (await house.tokens(connection.id)).refresh_token == "1//rotated"


async def test_a_row_moved_to_another_user_is_useless_and_told_to_the_operator(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    victim, thief = await house.connect(), await house.connect("eve")
    await house.sql(
        "UPDATE connections SET sealed = victim.sealed, key_id = victim.key_id FROM connections victim"
        " WHERE victim.id = :victim AND connections.id = :thief",
        victim=victim.id, thief=thief.id,
    )  # fmt: skip
    tokens = await house.tokens(victim.id)

    with pytest.raises(ReconnectNeeded):
        await house.access.token(thief.id)

    row = await house.row(thief.id)
    assert row
    assert row.state is ConnectionState.RECONNECT_NEEDED
    assert await house.access.token(victim.id) == tokens.access_token
    output = "".join(capsys.readouterr())
    assert "a connection's tokens can't be used" in output
    assert tokens.access_token not in output


async def test_a_key_that_is_not_there_costs_nobody_their_connection(house: House) -> None:
    connection = await connected(house)
    (path,) = house.keys.glob("*.key")
    hidden = path.rename(house.keys / "hidden")
    make_key(house.keys)
    # of a process that was started before it was given every key
    access = house.another_process(vault=Vault(house.keys))

    with pytest.raises(DependencyAway, match="token keys"):
        await access.token(connection.id)
    hidden.rename(path)
    assert await access.token(connection.id)


async def test_a_connection_nobody_knows_has_to_be_made(house: House) -> None:
    with pytest.raises(ReconnectNeeded):
        await house.access.token(UUID(int=7))


class _Answers:
    """A Google whose answer to a refresh is the test's: of the connection whose refresh token it is."""

    def __init__(self, house: House, answer: Callable[[UUID, str], Awaitable[GoogleAccess]]) -> None:
        self._house = house
        self._answer = answer

    async def refresh(self, refresh_token: str) -> GoogleAccess:
        rows = await self._house.sql("SELECT id FROM connections WHERE sealed IS NOT NULL")
        for (connection_id,) in rows:
            kept = await self._kept(connection_id)
            if kept and kept.refresh_token == refresh_token:
                return await self._answer(connection_id, refresh_token)
        raise AssertionError("nobody's refresh token")

    async def _kept(self, connection_id: UUID) -> Tokens | None:
        try:
            return await self._house.tokens(connection_id)
        except Exception:
            # of another test, with keys of its own
            return None
