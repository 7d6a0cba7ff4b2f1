"""Starts a render worker."""

from __future__ import annotations

from services.kit import runtime, telemetry
from services.render_worker.app import build
from services.render_worker.settings import Settings


def main() -> None:
    """Read the settings, run until told to stop."""
    settings = Settings.read()
    telemetry.setup(settings.worker_name, settings)
    runtime.run(settings.worker_name, lambda: build(settings))


if __name__ == "__main__":
    main()
