"""What the sandbox is told by its environment."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

NEEDED = ("SANDBOX_ADDRESS", "SANDBOX_SMTP_ADDRESS", "SANDBOX_DIR", "FILMSTUDIO_URL")


@dataclass(frozen=True)
class Address:
    """A host and a port on loopback."""

    host: str
    port: int


@dataclass(frozen=True)
class Settings:
    """Where it listens, where it keeps things."""

    http: Address
    smtp: Address
    directory: Path

    @property
    def url(self) -> str:
        """The sandbox's address for browsers and programs."""
        return f"http://{self.http.host}:{self.http.port}"


def load(environ: Mapping[str, str]) -> Settings:
    """The settings. SystemExit names every missing variable, or an address that others could reach."""
    missing = [name for name in NEEDED if not environ.get(name)]
    if missing:
        raise SystemExit(f"not set: {', '.join(missing)}")
    return Settings(
        _address("SANDBOX_ADDRESS", environ["SANDBOX_ADDRESS"]),
        _address("SANDBOX_SMTP_ADDRESS", environ["SANDBOX_SMTP_ADDRESS"]),
        Path(environ["SANDBOX_DIR"]),
    )


def _address(name: str, text: str) -> Address:
    host, _, port = text.rpartition(":")
    try:
        if not ipaddress.IPv4Address(host).is_loopback:
            raise SystemExit(f"{name}={text}: the sandbox has no locks, so it listens on loopback (127.0.0.1) only")
        return Address(host, int(port))
    except ValueError:
        raise SystemExit(f"{name}={text}: wanted is ADDRESS:PORT, as 127.0.0.1:8090") from None
