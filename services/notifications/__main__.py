"""Starts notifications."""

from __future__ import annotations

from services.kit import runtime, telemetry
from services.notifications import app
from services.notifications.settings import Settings


def main() -> None:
    """Run until told to stop."""
    settings = Settings.read()
    telemetry.setup("notifications", settings)
    runtime.run("notifications", lambda: app.build(settings))


if __name__ == "__main__":
    main()
