"""Signing keys: RS256 key pairs in a folder, `{kid}.pem` each, rotated by adding a file.

`python -m services.users.keys new` makes one. Every key present is in the JWK set; the newest that has been there long
enough signs. An old one may be deleted once the last token it signed has expired (15 minutes after it stopped signing).
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from services.kit import telemetry
from services.kit.ids import new_id
from services.kit.settings import SettingsError

_BITS = 2048
# the folder is looked at again at most this often, in seconds
_LOOK_EVERY_S = 1.0


@dataclass(frozen=True)
class SigningKey:
    """A private key, its name, and since when it is there (seconds since the epoch)."""

    kid: str
    since: float
    private: rsa.RSAPrivateKey

    def jwk(self) -> dict[str, Any]:
        """Its public half as RFC 7517 says."""
        public = RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        public.pop("key_ops", None)
        return {**public, "kid": self.kid, "use": "sig", "alg": "RS256"}


def make_key(folder: Path) -> Path:
    """A new key in the folder, readable by its owner alone; the file appears whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    private = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / f"{new_id()}.pem"
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    draft.rename(path)
    return path


def _read(path: Path) -> SigningKey:
    private = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(private, rsa.RSAPrivateKey):
        raise ValueError("not an RSA key")
    return SigningKey(path.stem, path.stat().st_mtime, private)


class Keys:
    """The folder's keys, looked at again as they change. What can't be read is logged and left out."""

    def __init__(self, folder: Path, publish_before_s: float, now: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._publish_before_s = publish_before_s
        self._now = now
        self._keys: dict[str, SigningKey] = {}
        self._looked_at = float("-inf")
        if not self._all():
            raise SettingsError(
                f"no signing key in JWT_KEYS_DIR ({folder}); make one: python -m services.users.keys new --dir {folder}"
            )

    def _all(self) -> list[SigningKey]:
        """All keys, oldest first."""
        if self._now() - self._looked_at >= _LOOK_EVERY_S:
            self._looked_at = self._now()
            self._look()
        return sorted(self._keys.values(), key=lambda key: (key.since, key.kid))

    def _look(self) -> None:
        paths = {path.stem: path for path in self._folder.glob("*.pem")}
        kept = {kid: key for kid, key in self._keys.items() if kid in paths}
        for kid in paths.keys() - kept.keys():
            try:
                kept[kid] = _read(paths[kid])
            except (OSError, ValueError, TypeError) as error:
                telemetry.log().error("a signing key can't be read", kid=kid, error=repr(error))
        if kept:
            self._keys = kept
        elif self._keys:
            telemetry.log().error("the folder of signing keys is empty, going on with those read before")

    def signing(self) -> SigningKey:
        """The newest key that has been published long enough; the oldest, while none has."""
        keys = self._all()
        ripe = [key for key in keys if key.since <= self._now() - self._publish_before_s]
        return ripe[-1] if ripe else keys[0]

    def jwks(self) -> str:
        """The JWK set, as JSON."""
        return json.dumps({"keys": [key.jwk() for key in self._all()]})


def main() -> None:
    """The command: `new` makes a key and prints its file."""
    parser = argparse.ArgumentParser(prog="python -m services.users.keys", description="Signing keys of access tokens.")
    parser.add_argument("action", choices=["new"])
    parser.add_argument("--dir", type=Path, default=os.environ.get("JWT_KEYS_DIR"), help="default: JWT_KEYS_DIR")
    arguments = parser.parse_args()
    if arguments.dir is None:
        parser.error("name the folder: --dir, or JWT_KEYS_DIR in the environment")
    print(make_key(arguments.dir))  # noqa: T201 - a command prints


if __name__ == "__main__":
    main()
