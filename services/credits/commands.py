"""What the commands beside the service share: their settings, and where they come from."""

from __future__ import annotations

import os
from pathlib import Path

from services.credits.settings import PaymentSettings

ENV_FILE = Path(".local/env")


def settings_of(env_file: Path) -> PaymentSettings:
    """The environment's settings, and the file's where the environment has none. SettingsError names what is missing."""
    if env_file.is_file():
        for line in env_file.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition("=")
            if name and not name.startswith("#"):
                os.environ.setdefault(name.strip(), value.strip())
    return PaymentSettings.read()
