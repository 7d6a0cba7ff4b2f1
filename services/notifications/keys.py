"""The keys that secrets are kept under: a folder of Fernet keys, `{id}.key` each, rotated by adding a file.

`python -m services.notifications.keys new` makes one. The newest encrypts, every one present decrypts. After a rotation,
`… keys rotate` brings what is stored under the newest; an old file may then go, and with it the unsubscribe links in mails
that were sent under it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from pathlib import Path
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from services.kit.ids import new_id
from services.kit.settings import SettingsError
from services.notifications.errors import TokenInvalid

# what a token was made for is inside it: one kind is never taken for the other
_SECRET, _UNSUBSCRIBE = b"secret\0", b"unsubscribe\0"


def make_key(folder: Path) -> Path:
    """A new key in the folder, readable by its owner alone; the file appears whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{new_id()}.key"
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(Fernet.generate_key() + b"\n")
    draft.rename(path)
    return path


class Keyring:
    """Encrypts webhook secrets, bound to their endpoint, and makes the tokens of unsubscribe links."""

    def __init__(self, keys: list[bytes]) -> None:
        # the first encrypts
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    @classmethod
    def read(cls, folder: Path) -> Keyring:
        """The folder's keys, newest first by their names; SettingsError where there is none, or one is no key."""
        paths = sorted(folder.glob("*.key"), reverse=True) if folder.is_dir() else []
        if not paths:
            raise SettingsError(
                f"no key in NOTIFICATIONS_KEYS_DIR ({folder}); make one: "
                f"python -m services.notifications.keys new --dir {folder}"
            )
        try:
            return cls([path.read_bytes().strip() for path in paths])
        except (OSError, ValueError):
            raise SettingsError(f"a file in NOTIFICATIONS_KEYS_DIR ({folder}) is no Fernet key") from None

    def seal(self, endpoint_id: UUID, secret: bytes) -> bytes:
        """A webhook secret as it is stored. Its endpoint is inside, so that moved to another row it is of no use."""
        return self._fernet.encrypt(_SECRET + endpoint_id.bytes + secret)

    def open(self, endpoint_id: UUID, sealed: bytes) -> bytes:
        """The secret again; ValueError where it is another endpoint's, or its key is gone."""
        try:
            plain = self._fernet.decrypt(sealed)
        except InvalidToken:
            raise ValueError("the key of this endpoint's secret is not in NOTIFICATIONS_KEYS_DIR") from None
        head = _SECRET + endpoint_id.bytes
        if not plain.startswith(head):
            raise ValueError("this secret belongs to another endpoint")
        return plain.removeprefix(head)

    def renew(self, sealed: bytes) -> bytes:
        """The same under the newest key."""
        return self._fernet.rotate(sealed)

    def unsubscribe_token(self, user_id: UUID, preference: str) -> str:
        """A token that ends one kind of mail to one user. It never expires: the link has to work as long as the mail is kept."""
        return self._fernet.encrypt(_UNSUBSCRIBE + user_id.bytes + preference.encode()).decode()

    def read_unsubscribe_token(self, token: str) -> tuple[UUID, str]:
        """Whose mail and which kind; TokenInvalid for anything that we have not made."""
        try:
            plain = self._fernet.decrypt(token.encode("ascii"))
        except (InvalidToken, UnicodeError):
            plain = b""
        if not plain.startswith(_UNSUBSCRIBE):
            raise TokenInvalid("this unsubscribe link is not one of ours; sign in to change what mail you get")
        plain = plain.removeprefix(_UNSUBSCRIBE)
        return UUID(bytes=plain[:16]), plain[16:].decode()


def main() -> None:
    """The command: `new` makes a key and prints its file, `rotate` brings all stored secrets under the newest key."""
    parser = argparse.ArgumentParser(
        prog="python -m services.notifications.keys", description="Keys of webhook secrets and unsubscribe links."
    )
    parser.add_argument("action", choices=["new", "rotate"])
    parser.add_argument(
        "--dir", type=Path, default=os.environ.get("NOTIFICATIONS_KEYS_DIR"), help="default: NOTIFICATIONS_KEYS_DIR"
    )
    arguments = parser.parse_args()
    if arguments.dir is None:
        parser.error("name the folder: --dir, or NOTIFICATIONS_KEYS_DIR in the environment")
    if arguments.action == "new":
        print(make_key(arguments.dir))  # noqa: T201 - a command prints
        return
    url = os.environ.get("DATABASE_URL")
    if not url:
        raise SettingsError("these settings are missing or wrong:\n  DATABASE_URL: Field required")
    # here and not above: the service needs the keyring alone
    from services.notifications.rotation import rotate

    print(f"{asyncio.run(rotate(url, Keyring.read(arguments.dir).renew))} endpoints' secrets are under the newest key")  # noqa: T201


if __name__ == "__main__":
    main()
