"""Starts the gateway."""

from services.gateway.app import build
from services.gateway.settings import Settings
from services.kit import runtime, telemetry

if __name__ == "__main__":
    settings = Settings.read()
    telemetry.setup("gateway", settings)
    runtime.run("gateway", lambda: build(settings))
