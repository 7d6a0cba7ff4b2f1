"""Starts youtube."""

from __future__ import annotations

from services.kit import runtime, telemetry
from services.youtube import app
from services.youtube.settings import Settings


def main() -> None:
    """Run until told to stop."""
    settings = Settings.read()
    telemetry.setup("youtube", settings)
    runtime.run("youtube", lambda: app.build(settings))


if __name__ == "__main__":
    main()
