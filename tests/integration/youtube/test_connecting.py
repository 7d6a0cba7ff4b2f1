"""From the button to the connected channel, by the sandbox's Google."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from filmstudio.youtube.v1 import youtube_pb2 as pb

from services.kit.errors import DependencyAway, Invalid
from services.youtube.connection_models import Channel, ConnectionState
from services.youtube.connections import Connections, Google
from services.youtube.errors import NoQuota, NotConfigured, OAuthRefused, OAuthStateInvalid
from services.youtube.google_oauth import GrantEnded
from services.youtube.youtube_errors import DayUsedUp, Unauthorized
from tests.integration.youtube.conftest import STATE_LIVES, House


async def test_a_consent_connects_the_channel(house: House) -> None:
    connection = await house.connect()

    assert connection.state is ConnectionState.ACTIVE
    assert connection.user_id == house.user
    assert connection.channel_id.startswith("UC")
    assert connection.channel_title.endswith("Pictures")
    assert (await house.connections.page(house.user, 0, ""))[0][0].id == connection.id


async def test_others_are_told_of_it_without_a_token(house: House) -> None:
    connection = await house.connect()
    tokens = await house.tokens(connection.id)

    ((name, told),) = await house.facts(connection.id)
    assert name == "ConnectionEstablished"
    assert (told.user_id, told.state) == (house.user, pb.Connection.STATE_ACTIVE)
    assert (told.channel_id, told.channel_title) == (connection.channel_id, connection.channel_title)
    assert tokens.access_token not in str(told)
    assert tokens.refresh_token not in str(told)


async def test_a_state_comes_back_once(house: House) -> None:
    back = await house.consent()
    await house.connections.complete(back["state"], back["code"], "")

    with pytest.raises(OAuthStateInvalid):
        await house.connections.complete(back["state"], back["code"], "")


async def test_a_state_lives_ten_minutes(house: House) -> None:
    back = await house.consent()
    house.clock.now += STATE_LIVES + timedelta(seconds=1)

    with pytest.raises(OAuthStateInvalid):
        await house.connections.complete(back["state"], back["code"], "")


@pytest.mark.parametrize("state", ["", "made up", "\0", "x" * 100_000, "\udcff"])
async def test_a_state_that_was_never_given_is_refused(house: House, state: str) -> None:
    with pytest.raises(OAuthStateInvalid):
        await house.connections.complete(state, "4/code", "")


async def test_somebody_elses_state_is_refused_and_used_up(house: House) -> None:
    back = await house.consent()
    with pytest.raises(OAuthStateInvalid):
        await house.connections.complete(back["state"], back["code"], "", user_id=str(uuid4()))
    with pytest.raises(OAuthStateInvalid):
        await house.connections.complete(back["state"], back["code"], "", user_id=house.user)


async def test_who_says_no_at_google_connects_nothing(house: House) -> None:
    url, _ = await house.connections.start(house.user)
    back = await house.decide(f"{url}#deny")

    with pytest.raises(OAuthRefused, match="did not allow it") as refused:
        await house.connections.complete(back["state"], "", back["error"])
    assert refused.value.metadata["cause"] == "access_denied"
    assert (await house.connections.page(house.user, 0, ""))[0] == []
    with pytest.raises(OAuthStateInvalid):
        await house.connections.complete(back["state"], "4/code", "")


async def test_a_code_of_another_consent_is_refused(house: House) -> None:
    mine, others = await house.consent(), await house.consent(str(uuid4()))

    # its PKCE verifier is another
    with pytest.raises(OAuthRefused):
        await house.connections.complete(mine["state"], others["code"], "")


async def test_a_code_beyond_all_measure_is_not_passed_on(house: House) -> None:
    back = await house.consent()
    with pytest.raises(Invalid):
        await house.connections.complete(back["state"], "x" * 3000, "")
    assert house.times("POST /youtube/token") == 0


async def test_of_a_consent_under_way_no_secret_can_be_read(house: House) -> None:
    url, state = await house.connections.start(house.user)
    asked = parse_qs(urlsplit(url).query)
    (row,) = await house.sql("SELECT * FROM consents WHERE user_id = :user", user=house.user)

    assert asked["state"] == [state]
    kept = repr(row)
    assert state not in kept
    assert asked["nonce"][0] not in kept


async def test_every_start_has_secrets_of_its_own(house: House) -> None:
    one, another = [parse_qs(urlsplit((await house.connections.start(house.user))[0]).query) for _ in range(2)]
    for secret in ("state", "nonce", "code_challenge"):
        assert one[secret] != another[secret]


async def test_who_starts_again_and_again_fills_no_table(house: House) -> None:
    first = await house.consent()
    for _ in range(10):
        house.clock.now += timedelta(seconds=1)
        await house.connections.start(house.user)

    (count,) = await house.sql("SELECT count(*) FROM consents WHERE user_id = :user", user=house.user)
    assert count[0] == 10
    with pytest.raises(OAuthStateInvalid):
        await house.connections.complete(first["state"], first["code"], "")


async def test_consents_that_nobody_came_back_from_are_forgotten(house: House) -> None:
    await house.connections.start(house.user)
    house.clock.now += STATE_LIVES + timedelta(seconds=1)
    await house.connections.forget_expired()

    assert await house.sql("SELECT 1 FROM consents WHERE user_id = :user", user=house.user) == []


async def test_a_user_has_several_channels(house: House) -> None:
    first, second = await house.connect(channel=1), await house.connect(channel=2)

    assert first.channel_id != second.channel_id
    page, more = await house.connections.page(house.user, 1, "")
    assert [row.id for row in page] == [second.id]
    page, more = await house.connections.page(house.user, 1, more)
    assert [row.id for row in page] == [first.id]
    assert more == ""


async def test_the_same_channel_again_renews_its_connection(house: House) -> None:
    first = await house.connect()
    before = await house.tokens(first.id)
    again = await house.connect()

    assert again.id == first.id
    assert int(again.etag) == int(first.etag) + 1
    assert (await house.tokens(first.id)).refresh_token != before.refresh_token
    assert [name for name, _ in await house.facts(first.id)] == ["ConnectionEstablished"] * 2


async def test_one_channel_may_be_two_users(house: House) -> None:
    other = str(uuid4())
    mine, theirs = await house.connect(account="a@example.com"), await house.connect(other, account="a@example.com")

    assert mine.channel_id == theirs.channel_id
    assert mine.id != theirs.id


async def test_whoever_waits_for_a_channel_hears_of_it_in_its_transaction(house: House) -> None:
    async def refuse(*_: object) -> None:
        raise RuntimeError("this, too, has to succeed")

    house.connections.on_establish(refuse)
    with pytest.raises(RuntimeError):
        await house.connect()
    assert (await house.connections.page(house.user, 0, ""))[0] == []


class _Shows:
    """A YouTube that shows this, or fails so."""

    def __init__(self, found: Channel | Exception | None) -> None:
        self._found = found

    async def my_channel(self, token: str) -> Channel | None:
        self.token = token
        if isinstance(self._found, Exception):
            raise self._found
        return self._found


def seeing(house: House, found: Channel | Exception | None) -> Connections:
    google = Google(house.google.oauth, house.google.vault, _Shows(found))
    return Connections(house.database.work, google, STATE_LIVES, now=house.clock)


@pytest.mark.parametrize(
    ("found", "refusal"),
    [(None, OAuthRefused), (DayUsedUp("quotaExceeded"), NoQuota), (DependencyAway("youtube"), DependencyAway)],
    ids=["no channel", "quota", "away"],
)
async def test_a_grant_that_nothing_came_of_is_given_back(
    house: House, found: Exception | None, refusal: type[Exception]
) -> None:
    back = await house.consent(account=f"{house.user}@example.com")
    connections = seeing(house, found)
    with pytest.raises(refusal):
        await connections.complete(back["state"], back["code"], "")
    token = connections._configured().channels.token  # type: ignore[attr-defined]

    await house.revocations.give_back()

    assert await house.sql("SELECT 1 FROM connections WHERE user_id = :user", user=house.user) == []
    assert await house.sql("SELECT 1 FROM revocations") == []
    assert house.times("POST /youtube/revoke") == 1
    with pytest.raises(Unauthorized):
        await house.youtube.my_channel(token)


async def test_a_user_who_is_deleted_while_at_google_gets_no_connection(house: House) -> None:
    back = await house.consent()

    class _Deletes(_Shows):
        async def my_channel(self, token: str) -> Channel | None:
            await house.connections.erase_user(uuid4(), house.user)
            return Channel("UC-late", "Too late", "")

    google = Google(house.google.oauth, house.google.vault, _Deletes(None))
    connections = Connections(house.database.work, google, STATE_LIVES, now=house.clock)
    with pytest.raises(OAuthStateInvalid):
        await connections.complete(back["state"], back["code"], "")

    assert await house.sql("SELECT 1 FROM connections WHERE user_id = :user", user=house.user) == []


async def test_a_google_that_is_away_uses_the_state_up(house: House) -> None:
    back = await house.consent()
    await house.box.fault("youtube", "POST /token", "status:503")
    with pytest.raises(DependencyAway):
        await house.connections.complete(back["state"], back["code"], "")
    with pytest.raises(OAuthStateInvalid):
        await house.connections.complete(back["state"], back["code"], "")


async def test_without_an_oauth_client_nothing_can_be_connected(house: House) -> None:
    connections = Connections(house.database.work, None, STATE_LIVES)
    with pytest.raises(NotConfigured):
        await connections.start(house.user)
    with pytest.raises(NotConfigured):
        await connections.complete("state", "code", "")
    assert (await connections.page(house.user, 0, ""))[0] == []


async def test_a_refresh_token_is_what_google_knows_and_nobody_else(house: House) -> None:
    connection = await house.connect()
    tokens = await house.tokens(connection.id)
    kept = repr(await house.sql("SELECT * FROM connections")) + repr(await house.sql("SELECT * FROM outbox"))

    assert (await house.google.oauth.refresh(tokens.refresh_token)).token != tokens.access_token
    assert tokens.refresh_token not in kept
    assert tokens.access_token not in kept
    with pytest.raises(GrantEnded):
        await house.google.oauth.refresh(tokens.refresh_token[:-1])
