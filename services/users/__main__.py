"""Starts users."""

from __future__ import annotations

from services.kit import runtime, telemetry
from services.users.app import build
from services.users.settings import Settings


def main() -> None:
    """Read the settings, run until told to stop."""
    settings = Settings.read()
    telemetry.setup("users", settings)
    runtime.run("users", lambda: build(settings))


if __name__ == "__main__":
    main()
