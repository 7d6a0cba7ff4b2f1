"""What may happen to a connection."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.kit.errors import EtagMismatch
from services.youtube.connection_models import Channel, Connection, ConnectionState, Consent, Tokens
from services.youtube.vault import Sealed

NOW = datetime(2030, 5, 1, tzinfo=UTC)
LEASE = timedelta(seconds=20)
CHANNEL = Channel("UC1", "Ada's films", "https://img.example/1")


def connected() -> Connection:
    connection = Connection.begin(UUID(int=1), "ada", "UC1", NOW)
    connection.establish(CHANNEL, "1234", Sealed("k1", b"sealed"), NOW)
    return connection


def test_a_consent_makes_a_connection_active() -> None:
    connection = connected()

    assert connection.active
    assert (connection.channel_title, connection.thumbnail_url) == ("Ada's films", "https://img.example/1")
    assert connection.sealed_tokens() == Sealed("k1", b"sealed")
    assert connection.etag == "1"


def test_another_consent_renews_it() -> None:
    connection = connected()
    connection.need_reconnect(NOW)
    connection.establish(Channel("UC1", "Renamed", ""), "1234", Sealed("k2", b"other"), NOW + LEASE)

    assert connection.active
    assert connection.channel_title == "Renamed"
    assert connection.sealed_tokens() == Sealed("k2", b"other")
    assert connection.updated_at == NOW + LEASE
    assert connection.created_at == NOW


@pytest.mark.parametrize("end", [Connection.need_reconnect, Connection.disconnect])
def test_whatever_ends_it_takes_its_tokens_along(end: object) -> None:
    connection = connected()
    connection.begin_refresh(NOW, LEASE)
    end(connection, NOW)  # type: ignore[operator]

    assert connection.state is not ConnectionState.ACTIVE
    assert connection.sealed_tokens() is None
    assert (connection.key_id, connection.sealed, connection.refreshing_until) == (None, None, None)


def test_one_at_a_time_goes_for_new_tokens() -> None:
    connection = connected()

    assert connection.begin_refresh(NOW, LEASE)
    assert not connection.begin_refresh(NOW + timedelta(seconds=19), LEASE)


def test_after_its_lease_another_may_go() -> None:
    connection = connected()
    connection.begin_refresh(NOW, LEASE)

    assert connection.begin_refresh(NOW + LEASE, LEASE)


def test_new_tokens_end_the_lease_and_are_counted() -> None:
    connection = connected()
    connection.begin_refresh(NOW, LEASE)
    before = connection.tokens_version
    connection.keep(Sealed("k2", b"newer"))

    assert connection.tokens_version == before + 1
    assert connection.begin_refresh(NOW, LEASE)


def test_new_tokens_are_nothing_that_others_are_told_of() -> None:
    connection = connected()
    etag = connection.etag
    connection.keep(Sealed("k2", b"newer"))

    assert connection.etag == etag


@pytest.mark.parametrize("if_match", ["", "*", "1", '"1"', 'W/"1"', '"7", "1"'])
def test_who_has_seen_this_version_or_does_not_care_may_change_it(if_match: str) -> None:
    connected().require_match(if_match)


def test_who_has_seen_another_version_may_not() -> None:
    with pytest.raises(EtagMismatch):
        connected().require_match('"7"')


def test_the_owner_of_tokens_is_user_and_connection() -> None:
    assert connected().owner == f"connection/ada/{UUID(int=1)}"
    assert Consent.owner_of("ada", b"\x01") == "consent/ada/01"


def test_tokens_come_back_as_they_were_kept() -> None:
    tokens = Tokens("ya29.canary", "1//canary", NOW)

    assert Tokens.of(tokens.secret()) == tokens
    assert "canary" not in repr(tokens)
