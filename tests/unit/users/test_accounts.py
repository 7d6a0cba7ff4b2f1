"""The rules of an account."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from filmstudio.users.v1 import events_pb2

from services.kit.errors import EtagMismatch, Invalid
from services.kit.ids import new_id
from services.users import emails, events
from services.users.models import Role, User, clean_name

NOON = datetime(2026, 11, 1, 12, 0, 0, 250_000, tzinfo=UTC)


def a_user(**changes: object) -> User:
    values: dict[str, object] = {
        "id": new_id(), "email": "asha@example.com", "name": "Asha", "password_hash": "", "subscription_tier": "free",
        "account_seq": 0, "admin": False, "suspended": False, "version": 1, "created_at": NOON, "updated_at": NOON,
    }  # fmt: skip
    return User(**{**values, **changes})


@pytest.mark.parametrize(
    ("admin", "tier", "role"),
    [
        (False, "free", Role.FREE_USER),
        (False, "pro", Role.PRO_USER),
        (False, "enterprise", Role.PRO_USER),
        (True, "free", Role.ADMIN),
        (True, "enterprise", Role.ADMIN),
    ],
)
def test_the_role_follows_from_rights_and_plan(admin: bool, tier: str, role: Role) -> None:
    assert a_user(admin=admin, subscription_tier=tier).role is role


def test_suspension_refuses_the_tokens_of_its_own_second_too() -> None:
    user = a_user()
    assert user.set_access(admin=None, suspended=True, now=NOON) == ["user.suspended"]
    assert user.not_before == NOON.replace(microsecond=0) + timedelta(seconds=1)


def test_losing_admin_sets_the_floor_and_gaining_it_does_not() -> None:
    user = a_user()
    assert user.set_access(admin=True, suspended=None, now=NOON) == ["user.admin_granted"]
    assert user.not_before is None
    assert user.set_access(admin=False, suspended=None, now=NOON) == ["user.admin_revoked"]
    assert user.not_before is not None


def test_setting_what_is_set_changes_nothing() -> None:
    user = a_user()
    assert user.set_access(admin=False, suspended=False, now=NOON) == []
    assert user.etag == '"1"'


def test_an_older_account_event_is_dropped() -> None:
    user = a_user()
    assert user.follow_account(5, "pro", NOON)
    assert not user.follow_account(4, "free", NOON)
    assert not user.follow_account(5, "enterprise", NOON)
    assert user.subscription_tier == "pro"


def test_the_etag_changes_with_the_account_and_binds() -> None:
    user = a_user()
    before = user.etag
    user.require_etag(before)
    user.touch(NOON)
    with pytest.raises(EtagMismatch):
        user.require_etag(before)
    user.require_etag("")


@pytest.mark.parametrize("name", ["x" * 101, "a\0b", "line\nbreak"])
def test_a_name_that_can_not_be_shown_is_refused(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        clean_name(name)
    assert refused.value.metadata["field"] == "name"


@pytest.mark.parametrize(
    ("given", "kept"), [("  Asha@Example.COM ", "asha@example.com"), ("Ünal@example.com", "ünal@example.com")]
)
def test_one_spelling_per_mailbox(given: str, kept: str) -> None:
    assert emails.normalize(given) == kept


@pytest.mark.parametrize("given", ["", "asha", "asha@", "asha@nowhere", "a b@example.com", "asha@example..com"])
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(Invalid) as refused:
        emails.normalize(given)
    assert refused.value.metadata["field"] == "email"


def test_no_fact_holds_an_address_or_a_hash() -> None:
    user = a_user(password_hash="$argon2id$secret")
    for fact in (events.user_registered(user), events.user_updated(user)):
        payload = fact.message.SerializeToString()
        assert b"asha" not in payload.lower()
        assert b"argon2" not in payload
    registered = events.user_registered(user).message
    assert isinstance(registered, events_pb2.UserRegistered)
    assert registered.account.user_id == str(user.id)
