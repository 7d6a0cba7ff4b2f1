"""What is sealed opens for its owner alone, under whichever key."""

import json
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from services.kit.settings import SettingsError
from services.youtube.vault import KeyMissing, Sealed, Vault, VaultMismatch, make_key

OWNER, SECRET = "connection/ada/1", {"refresh_token": "1//canary"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_key(tmp_path / "keys")
    return tmp_path / "keys"


@pytest.fixture
def vault(folder: Path) -> Vault:
    return Vault(folder)


def test_what_is_sealed_opens_for_its_owner(vault: Vault) -> None:
    assert vault.open(OWNER, vault.seal(OWNER, SECRET)) == SECRET


def test_what_is_sealed_shows_neither_secret_nor_owner(vault: Vault) -> None:
    sealed = vault.seal(OWNER, SECRET)

    assert b"canary" not in sealed.data
    assert "ada" not in repr(sealed)


def test_in_another_users_row_it_opens_nothing(vault: Vault) -> None:
    with pytest.raises(VaultMismatch, match="another row"):
        vault.open("connection/eve/1", vault.seal(OWNER, SECRET))


def test_a_damaged_text_opens_nothing(vault: Vault) -> None:
    sealed = vault.seal(OWNER, SECRET)
    damaged = sealed.data[:40] + (b"B" if sealed.data[40:41] == b"A" else b"A") + sealed.data[41:]

    with pytest.raises(VaultMismatch, match="damaged"):
        vault.open(OWNER, Sealed(sealed.key_id, damaged))


def test_the_key_named_beside_the_text_has_to_be_its_key(vault: Vault, folder: Path) -> None:
    sealed = vault.seal(OWNER, SECRET)

    with pytest.raises(VaultMismatch):
        vault.open(OWNER, Sealed(make_key(folder), sealed.data))


def test_a_new_key_seals_at_once_and_older_texts_still_open(vault: Vault, folder: Path) -> None:
    before = vault.seal(OWNER, SECRET)
    newest = make_key(folder)

    assert vault.seal(OWNER, SECRET).key_id == newest
    assert vault.open(OWNER, before) == SECRET


def test_the_newest_key_is_the_one_made_last_whatever_its_file_says(vault: Vault, folder: Path) -> None:
    (first,) = folder.glob("*.key")
    newest = make_key(folder)
    first.touch()

    assert vault.key_ids()[0] == newest


def test_a_text_whose_key_is_not_there_is_not_lost(vault: Vault, folder: Path) -> None:
    sealed = vault.seal(OWNER, SECRET)
    hidden = (folder / f"{sealed.key_id}.key").rename(folder / "hidden")
    make_key(folder)
    with pytest.raises(KeyMissing, match=sealed.key_id):
        vault.open(OWNER, sealed)
    hidden.rename(folder / f"{sealed.key_id}.key")

    assert vault.open(OWNER, sealed) == SECRET


def test_rotating_moves_a_text_to_the_newest_key(vault: Vault, folder: Path) -> None:
    sealed = vault.seal(OWNER, SECRET)
    newest = make_key(folder)

    rotated = vault.rotate(sealed)
    (folder / f"{sealed.key_id}.key").unlink()

    assert rotated.key_id == newest
    assert vault.open(OWNER, rotated) == SECRET


def test_a_damaged_text_is_not_rotated(vault: Vault) -> None:
    sealed = vault.seal(OWNER, SECRET)
    with pytest.raises(VaultMismatch):
        vault.rotate(Sealed(sealed.key_id, sealed.data[:-4]))


def test_without_a_key_the_service_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"services\.youtube\.keys new"):
        Vault(tmp_path)


def test_a_folder_that_is_suddenly_empty_takes_nothing_away(vault: Vault, folder: Path) -> None:
    for path in folder.glob("*.key"):
        path.unlink()

    assert vault.open(OWNER, vault.seal(OWNER, SECRET)) == SECRET


def test_an_unreadable_key_is_left_out_and_told_of_once(
    vault: Vault, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newest = vault.key_ids()[0]
    (folder / f"{make_key(folder)}.key").write_text("canary, not a key")

    assert vault.seal(OWNER, SECRET).key_id == newest
    assert vault.seal(OWNER, SECRET).key_id == newest
    output = "".join(capsys.readouterr())
    assert output.count("a token key can't be read") == 1
    assert "canary" not in output


def test_a_file_of_another_name_is_no_key(vault: Vault, folder: Path) -> None:
    (folder / "notes.key").write_bytes(Fernet.generate_key())

    assert len(vault.key_ids()) == 1


def test_a_key_file_is_its_owners_alone(folder: Path) -> None:
    (path,) = folder.glob("*.key")
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_owner_is_in_the_sealed_text_itself(vault: Vault, folder: Path) -> None:
    sealed = vault.seal(OWNER, SECRET)
    key = Fernet((folder / f"{sealed.key_id}.key").read_bytes())

    assert json.loads(key.decrypt(sealed.data)) == {"owner": OWNER, "secret": SECRET}
