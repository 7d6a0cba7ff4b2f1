"""Starts crm_sync."""

from __future__ import annotations

from services.crm_sync import app
from services.crm_sync.settings import Settings
from services.kit import runtime, telemetry


def main() -> None:
    """Run until told to stop."""
    settings = Settings.read()
    telemetry.setup("crm_sync", settings)
    runtime.run("crm_sync", lambda: app.build(settings))


if __name__ == "__main__":
    main()
