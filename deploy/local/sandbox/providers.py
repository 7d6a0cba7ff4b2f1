"""Who is played."""

from deploy.local.sandbox import webhooks
from deploy.local.sandbox.core import Core, Provider
from deploy.local.sandbox.settings import Settings


def all_of(core: Core, _settings: Settings) -> list[Provider]:
    """Every provider, ready to be mounted."""
    return [webhooks.build(core)]
