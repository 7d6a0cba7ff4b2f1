"""Starts credits."""

from __future__ import annotations

from services.credits import app
from services.credits.settings import Settings
from services.kit import runtime, telemetry


def main() -> None:
    """Run until told to stop."""
    settings = Settings.read()
    telemetry.setup("credits", settings)
    runtime.run("credits", lambda: app.build(settings))


if __name__ == "__main__":
    main()
