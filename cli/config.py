"""Which studio, and the sign-in there: `~/.config/filmstudio/config.json`, its owner's alone; the environment goes before it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from cli.client import Client
from cli.errors import NOT_SIGNED_IN, StudioError

DEFAULT_URL = "http://127.0.0.1:8000"


@dataclass
class Config:
    """What is remembered between commands."""

    url: str = DEFAULT_URL
    access_token: str = ""
    refresh_token: str = ""


def path() -> Path:
    """The file, by the XDG base directories."""
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "filmstudio" / "config.json"


def load() -> Config:
    """What was kept; FILMSTUDIO_URL and FILMSTUDIO_TOKEN go before it."""
    config = Config()
    if path().exists():
        try:
            kept = json.loads(path().read_text())
            config = Config(**{key: str(kept[key]) for key in asdict(config) if key in kept})
        except (ValueError, TypeError):
            raise StudioError(f"{path()} can't be read", "remove it and sign in again") from None
    if url := os.environ.get("FILMSTUDIO_URL"):
        if url.rstrip("/") != config.url.rstrip("/"):
            # a token of another studio is nobody's business here
            config = Config()
        config.url = url
    if token := os.environ.get("FILMSTUDIO_TOKEN"):
        config.access_token, config.refresh_token = token, ""
    return config


def save(config: Config) -> None:
    """Keep it, readable by its owner alone, replaced at once."""
    path().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path().with_suffix(".tmp")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(config), file)
    partial.replace(path())


def client(config: Config, *, signed_in: bool = True) -> Client:
    """A client of the configured studio, which keeps its tokens as they change; StudioError where nobody is signed in."""
    if signed_in and not config.access_token:
        raise StudioError("nobody is signed in", "sign in first: filmstudio login", NOT_SIGNED_IN)

    def keep(access_token: str, refresh_token: str) -> None:
        config.access_token, config.refresh_token = access_token, refresh_token
        if "FILMSTUDIO_TOKEN" not in os.environ:
            save(config)

    return Client(config.url, config.access_token, config.refresh_token, keep)
