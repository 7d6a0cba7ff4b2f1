"""A channel's playlists, as YouTube has them now."""

from __future__ import annotations

from uuid import uuid4

import pytest

from services.kit.errors import Invalid, NotFound
from services.youtube.connection_models import ConnectionState
from services.youtube.errors import NoQuota, NotConfigured, ReconnectNeeded
from services.youtube.playlists import Playlists
from tests.integration.youtube.conftest import House

LIST = "GET /youtube/api/youtube/v3/playlists"


async def test_playlists_come_in_pages(house: House) -> None:
    connection = await house.connect()
    token = await house.access.token(connection.id)
    for title in ("Sea", "Storm", "Home"):
        await house.youtube.create_playlist(token, title, "unlisted")

    first, more = await house.playlists.page(house.user, str(connection.id), 2, "")
    second, last = await house.playlists.page(house.user, str(connection.id), 2, more)

    assert (len(first), len(second), last) == (2, 1, "")
    assert {playlist.title for playlist in [*first, *second]} == {"Sea", "Storm", "Home"}
    assert {(playlist.privacy, playlist.item_count) for playlist in first} == {("unlisted", 0)}


async def test_more_than_youtube_gives_at_once_is_its_most(house: House) -> None:
    connection = await house.connect()
    assert await house.playlists.page(house.user, str(connection.id), 100, "") == ([], "")


async def test_somebody_elses_connection_shows_nothing(house: House) -> None:
    connection = await house.connect()
    for user, key in ((str(uuid4()), str(connection.id)), (house.user, str(uuid4())), (house.user, "no id")):
        with pytest.raises(NotFound):
            await house.playlists.page(user, key, 0, "")


@pytest.mark.parametrize("page_token", ["made up", "x" * 1000])
async def test_a_page_token_that_was_never_given_is_refused(house: House, page_token: str) -> None:
    connection = await house.connect()
    with pytest.raises(Invalid) as invalid:
        await house.playlists.page(house.user, str(connection.id), 0, page_token)
    assert invalid.value.metadata == {"field": "page_token"}


async def test_a_token_that_youtube_refuses_is_replaced_on_the_way(house: House) -> None:
    connection = await house.connect()
    house.asked.clear()
    await house.box.fault("youtube", "GET */youtube/v3/playlists*", "status:401")

    assert await house.playlists.page(house.user, str(connection.id), 0, "") == ([], "")
    assert (house.times(LIST), house.times("POST /youtube/token")) == (2, 1)


async def test_a_grant_that_is_over_asks_for_a_new_one(house: House) -> None:
    connection = await house.connect()
    await house.google.oauth.revoke((await house.tokens(connection.id)).refresh_token)

    with pytest.raises(ReconnectNeeded):
        await house.playlists.page(house.user, str(connection.id), 0, "")
    assert (await house.connections.get(house.user, str(connection.id))).state is ConnectionState.RECONNECT_NEEDED


async def test_a_grant_that_youtube_no_longer_lets_in_asks_for_a_new_one(house: House) -> None:
    connection = await house.connect()
    await house.box.fault("youtube", "GET */youtube/v3/playlists*", "error:insufficientPermissions")

    with pytest.raises(ReconnectNeeded):
        await house.playlists.page(house.user, str(connection.id), 0, "")
    assert (await house.facts(connection.id))[-1][0] == "ConnectionReconnectNeeded"


async def test_when_youtube_says_the_day_is_used_up_it_is_said_and_not_asked_again(house: House) -> None:
    connection = await house.connect()
    await house.box.fault("youtube", "GET */youtube/v3/playlists*", "error:quotaExceeded")

    for _ in range(2):
        with pytest.raises(NoQuota):
            await house.playlists.page(house.user, str(connection.id), 0, "")
    assert house.times(LIST) == 1


async def test_without_an_oauth_client_there_are_none(house: House) -> None:
    playlists = Playlists(house.database.work, house.connections, None, house.youtube, 0)
    with pytest.raises(NotConfigured):
        await playlists.page(house.user, str(uuid4()), 0, "")
