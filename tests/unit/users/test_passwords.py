"""Passwords: the rule, and hashing."""

from __future__ import annotations

import time

import pytest

from services.kit.errors import Invalid
from services.users.passwords import Passwords


@pytest.fixture(scope="module")
def passwords() -> Passwords:
    return Passwords()


@pytest.mark.parametrize("password", ["", "short77", "x7!Q" * 33])
async def test_a_password_has_8_to_128_characters(passwords: Passwords, password: str) -> None:
    with pytest.raises(Invalid, match="8 to 128"):
        await passwords.require_good(password, "asha@example.com", "Asha")


@pytest.mark.parametrize("password", ["password1", "aaaaaaaaaaaa", "abcdefgh", "qwertyuiop"])
async def test_a_guessable_password_is_refused_with_the_reason(passwords: Passwords, password: str) -> None:
    with pytest.raises(Invalid, match=r"too easy to guess\. \w+") as refused:
        await passwords.require_good(password, "asha@example.com", "Asha")
    assert refused.value.metadata["field"] == "password"


async def test_ones_own_address_and_name_make_no_password(passwords: Passwords) -> None:
    for password in ("zebulonfitch@example.com", "Zebulon Quillfeather"):
        await passwords.require_good(password, "other@example.org", "Other")
        with pytest.raises(Invalid):
            await passwords.require_good(password, "zebulonfitch@example.com", "Zebulon Quillfeather")


@pytest.mark.parametrize(
    "password", ["film-studio-9", "मेरी नाव नीली है", "correct horse battery", "Tr4vels by night " * 7]
)
async def test_any_other_password_is_good(passwords: Passwords, password: str) -> None:
    await passwords.require_good(password, "asha@example.com", "Asha")


async def test_only_the_password_verifies(passwords: Passwords) -> None:
    kept = await passwords.hash("blue boats at dusk")
    assert kept.startswith("$argon2id$")
    assert await passwords.verify("blue boats at dusk", kept)
    assert not await passwords.verify("blue boats at dawn", kept)
    assert not passwords.outdated(kept)


async def test_an_unknown_account_takes_as_long_as_a_wrong_password(passwords: Passwords) -> None:
    kept = await passwords.hash("blue boats at dusk")

    async def seconds(password_hash: str | None) -> float:
        started = time.process_time()
        assert not await passwords.verify("something else", password_hash)
        return time.process_time() - started

    # turn by turn, by the processor's own time: other work on the machine slows both alike
    pairs = [(await seconds(kept), await seconds(None)) for _ in range(9)]
    known, unknown = (min(times) for times in zip(*pairs, strict=True))
    assert 0.5 < unknown / known < 2.0
