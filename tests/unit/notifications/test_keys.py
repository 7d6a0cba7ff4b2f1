"""What is kept under keys: bound to its owner, readable after a rotation, useless in another's place."""

import stat
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet

from services.kit.settings import SettingsError
from services.notifications.errors import TokenInvalid
from services.notifications.keys import Keyring, make_key

SECRET = b"s" * 32


@pytest.fixture
def keyring() -> Keyring:
    return Keyring([Fernet.generate_key()])


def test_a_secret_opens_for_its_own_endpoint_alone(keyring: Keyring) -> None:
    endpoint = uuid4()
    sealed = keyring.seal(endpoint, SECRET)
    assert keyring.open(endpoint, sealed) == SECRET
    assert SECRET not in sealed
    with pytest.raises(ValueError, match="another endpoint"):
        keyring.open(uuid4(), sealed)


def test_after_a_new_key_what_was_kept_still_opens_and_is_renewed(tmp_path: Path) -> None:
    first = make_key(tmp_path)
    endpoint, user = uuid4(), uuid4()
    before = Keyring.read(tmp_path)
    sealed, token = before.seal(endpoint, SECRET), before.unsubscribe_token(user, "film_ready")
    make_key(tmp_path)
    both = Keyring.read(tmp_path)
    assert both.open(endpoint, sealed) == SECRET
    assert both.read_unsubscribe_token(token) == (user, "film_ready")

    renewed = both.renew(sealed)
    first.unlink()
    assert Keyring.read(tmp_path).open(endpoint, renewed) == SECRET
    with pytest.raises(ValueError, match="NOTIFICATIONS_KEYS_DIR"):
        Keyring.read(tmp_path).open(endpoint, sealed)


def test_a_key_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    assert stat.S_IMODE(make_key(tmp_path / "keys").stat().st_mode) == 0o600


def test_a_folder_without_keys_says_what_to_do(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "absent"):
        with pytest.raises(SettingsError, match=r"services\.notifications\.keys new"):
            Keyring.read(folder)


def test_an_unsubscribe_token_names_its_user_and_kind_to_us_alone(keyring: Keyring) -> None:
    user = uuid4()
    token = keyring.unsubscribe_token(user, "youtube")
    assert keyring.read_unsubscribe_token(token) == (user, "youtube")
    assert str(user) not in token
    assert user.hex not in token


def test_a_token_of_another_make_is_refused(keyring: Keyring) -> None:
    endpoint = uuid4()
    foreign = Keyring([Fernet.generate_key()]).unsubscribe_token(uuid4(), "youtube")
    # a secret that leaked encrypted is no way to unsubscribe anybody
    sealed = keyring.seal(endpoint, SECRET).decode()
    for token in ("", "x", "é", foreign, sealed):
        with pytest.raises(TokenInvalid):
            keyring.read_unsubscribe_token(token)
