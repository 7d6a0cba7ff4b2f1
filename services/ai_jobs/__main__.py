"""Starts ai_jobs."""

from __future__ import annotations

from services.ai_jobs import app
from services.ai_jobs.settings import Settings
from services.kit import runtime, telemetry


def main() -> None:
    """Run until told to stop."""
    settings = Settings.read()
    telemetry.setup("ai_jobs", settings)
    runtime.run("ai_jobs", lambda: app.build(settings))


if __name__ == "__main__":
    main()
