"""The vault: what must not be read in the database is sealed with keys that aren't in it.

Fernet (AES-128-CBC with HMAC-SHA256) under the newest key of a folder, `{key id}.key` each. Key ids are UUIDv7, so their
order is the order in which they were made, whatever copying does to files. Beside each sealed text stands its key's id; in it
stands its owner, so that what is moved to another row opens nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from services.kit import telemetry
from services.kit.errors import DependencyAway
from services.kit.ids import new_id, parse_id
from services.kit.settings import SettingsError

SUFFIX = ".key"


class VaultMismatch(Exception):
    """The text is damaged, or it belongs to another row. Nothing of it is told."""


class KeyMissing(DependencyAway):
    """A text is sealed with a key that isn't in the folder (yet). It is not lost: the key has to be put there."""

    def __init__(self, key_id: str) -> None:
        super().__init__("youtube token keys", f"there is no {key_id}{SUFFIX} in YOUTUBE_TOKEN_KEYS_DIR")


@dataclass(frozen=True)
class Sealed:
    """A sealed text and the id of its key."""

    key_id: str
    data: bytes = field(repr=False)


def make_key(folder: Path) -> str:
    """A new key in the folder, readable by its owner alone, there whole or not at all; its id. It seals from now on."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key_id = str(new_id())
    draft = folder / f"{key_id}.new"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(Fernet.generate_key())
        file.flush()
        os.fsync(file.fileno())
    draft.rename(folder / f"{key_id}{SUFFIX}")
    return key_id


class Vault:
    """Seals with the newest key, opens with any. A key put into the folder is used at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._keys: dict[str, Fernet] = {}
        self._unreadable: set[str] = set()
        if not self.key_ids():
            raise SettingsError(
                f"no key in YOUTUBE_TOKEN_KEYS_DIR ({folder}); make one: "
                f"python -m services.youtube.keys new --dir {folder}"
            )

    def _look(self) -> None:
        """Read what is new in the folder. With nothing in it, what was read before still holds."""
        try:
            names = {path.stem for path in self._folder.glob(f"*{SUFFIX}") if parse_id(path.stem)}
        except OSError as error:
            telemetry.log().error("the folder of token keys can't be read", error=repr(error))
            return
        found = {name: key for name in names if (key := self._keys.get(name) or self._read(name))}
        if found:
            self._keys = dict(sorted(found.items(), reverse=True))

    def _read(self, name: str) -> Fernet | None:
        try:
            key = Fernet((self._folder / f"{name}{SUFFIX}").read_bytes().strip())
        except (OSError, ValueError) as error:
            if name not in self._unreadable:
                self._unreadable.add(name)
                # the error's name alone: its message might show what was read
                telemetry.log().error("a token key can't be read", key_id=name, error=type(error).__name__)
            return None
        self._unreadable.discard(name)
        return key

    def key_ids(self) -> list[str]:
        """The keys there are, newest first: the first one seals."""
        self._look()
        return list(self._keys)

    def seal(self, owner: str, secret: Mapping[str, str]) -> Sealed:
        """The secret, for this owner alone, under the newest key."""
        newest = self.key_ids()[0]
        plain = json.dumps({"owner": owner, "secret": dict(secret)}).encode()
        return Sealed(newest, MultiFernet(list(self._keys.values())).encrypt(plain))

    def open(self, owner: str, sealed: Sealed) -> dict[str, str]:
        """What was sealed for this owner; VaultMismatch for anything else, KeyMissing where only the key is."""
        self._require(sealed.key_id)
        try:
            content = json.loads(self._keys[sealed.key_id].decrypt(sealed.data))
        except (InvalidToken, ValueError):
            raise VaultMismatch("what is sealed is damaged") from None
        if content.get("owner") != owner:
            raise VaultMismatch("what is sealed belongs to another row")
        secret: dict[str, str] = content["secret"]
        return secret

    def rotate(self, sealed: Sealed) -> Sealed:
        """The same under the newest key, without looking at it; VaultMismatch, KeyMissing."""
        self._require(sealed.key_id)
        newest = self.key_ids()[0]
        try:
            return Sealed(newest, MultiFernet(list(self._keys.values())).rotate(sealed.data))
        except InvalidToken:
            raise VaultMismatch("what is sealed is damaged") from None

    def _require(self, key_id: str) -> None:
        self._look()
        if key_id not in self._keys:
            raise KeyMissing(key_id)
