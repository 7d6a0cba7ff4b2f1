"""Signing keys and the tokens they sign."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest

from services.kit.settings import SettingsError
from services.users.keys import Keys, make_key
from services.users.tokens import AccessTokens
from tests.unit.users.test_accounts import a_user

START = 1_800_000_000.0


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def add_key(tmp_path: Path, clock: Clock) -> Callable[[], str]:
    def add() -> str:
        path = make_key(tmp_path)
        os.utime(path, (clock.now, clock.now))
        return path.stem

    return add


def read(token: str, keys: Keys) -> dict[str, object]:
    kid = jwt.get_unverified_header(token)["kid"]
    jwk = next(key for key in json.loads(keys.jwks())["keys"] if key["kid"] == kid)
    claims: dict[str, object] = jwt.decode(
        token, jwt.PyJWK(jwk).key, algorithms=["RS256"], audience="filmstudio", issuer="filmstudio",
        options={"verify_exp": False, "verify_iat": False},
    )  # fmt: skip
    return claims


def test_a_lone_key_signs_at_once(tmp_path: Path, add_key: Callable[[], str], clock: Clock) -> None:
    kid = add_key()
    assert Keys(tmp_path, 60, clock).signing().kid == kid


def test_a_new_key_is_shown_before_it_signs(tmp_path: Path, add_key: Callable[[], str], clock: Clock) -> None:
    old = add_key()
    keys = Keys(tmp_path, 60, clock)
    clock.now += 1000
    new = add_key()
    assert {key["kid"] for key in json.loads(keys.jwks())["keys"]} == {old, new}
    assert keys.signing().kid == old
    clock.now += 61
    assert keys.signing().kid == new


def test_no_good_token_is_refused_across_a_rotation(tmp_path: Path, add_key: Callable[[], str], clock: Clock) -> None:
    add_key()
    keys = Keys(tmp_path, 60, clock)
    tokens = AccessTokens(keys, "filmstudio", "filmstudio", 900)
    issued = [tokens.issue(a_user(), datetime.fromtimestamp(clock.now, UTC))]
    for step_s in (1000, 30, 31, 2):
        clock.now += step_s
        if step_s == 1000:
            add_key()
        issued.append(tokens.issue(a_user(), datetime.fromtimestamp(clock.now, UTC)))
    assert len({jwt.get_unverified_header(token)["kid"] for token in issued}) == 2
    assert all(read(token, keys)["iss"] == "filmstudio" for token in issued)


def test_no_private_part_is_in_the_set(tmp_path: Path, add_key: Callable[[], str], clock: Clock) -> None:
    add_key()
    (jwk,) = json.loads(Keys(tmp_path, 60, clock).jwks())["keys"]
    assert set(jwk) == {"kty", "n", "e", "kid", "use", "alg"}


def test_a_key_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    assert make_key(tmp_path / "keys").stat().st_mode & 0o077 == 0


def test_an_unreadable_key_is_left_out(tmp_path: Path, add_key: Callable[[], str], clock: Clock) -> None:
    kid = add_key()
    (tmp_path / "broken.pem").write_text("not a key")
    assert [key["kid"] for key in json.loads(Keys(tmp_path, 60, clock).jwks())["keys"]] == [kid]


def test_without_a_key_the_message_says_how_to_make_one(tmp_path: Path, clock: Clock) -> None:
    with pytest.raises(SettingsError, match=r"python -m services\.users\.keys new"):
        Keys(tmp_path, 60, clock)


def test_the_claims_are_those_of_the_contract(tmp_path: Path, add_key: Callable[[], str], clock: Clock) -> None:
    add_key()
    keys = Keys(tmp_path, 60, clock)
    user = a_user(subscription_tier="pro")
    now = datetime.fromtimestamp(clock.now + 0.9, UTC)
    claims = read(AccessTokens(keys, "filmstudio", "filmstudio", 900).issue(user, now), keys)
    assert set(claims) == {"sub", "role", "subscription_tier", "iss", "aud", "iat", "exp", "jti"}
    assert (claims["sub"], claims["role"], claims["subscription_tier"]) == (str(user.id), "pro_user", "pro")
    assert (claims["iat"], claims["exp"]) == (START, START + 900)


def test_a_token_after_the_floor_waits_until_it_is_above_it(
    tmp_path: Path, add_key: Callable[[], str], clock: Clock
) -> None:
    add_key()
    tokens = AccessTokens(Keys(tmp_path, 60, clock), "filmstudio", "filmstudio", 900)
    user, now = a_user(), datetime.fromtimestamp(START + 0.25, UTC)
    assert tokens.wait_s(user, now) == 0
    user.refuse_tokens_until(now)
    assert tokens.wait_s(user, now) == pytest.approx(0.75)
    assert tokens.wait_s(user, now + timedelta(seconds=1)) == 0
