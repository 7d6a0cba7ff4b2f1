"""Starts projects: settings, then the parts that `app` puts together, then run."""

from services.kit import runtime, telemetry
from services.projects.app import build
from services.projects.settings import Settings

if __name__ == "__main__":
    settings = Settings.read()
    telemetry.setup("projects", settings)
    runtime.run("projects", lambda: build(settings))
