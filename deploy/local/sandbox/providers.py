"""Who is played."""

from deploy.local.sandbox import mail, salesforce, stripe, webhooks, youtube
from deploy.local.sandbox.core import Core, Provider
from deploy.local.sandbox.settings import Settings


def all_of(core: Core, settings: Settings) -> list[Provider]:
    """Every provider, ready to be mounted."""
    return [
        youtube.build(core),
        stripe.build(core),
        salesforce.build(core),
        mail.build(core, settings.smtp),
        webhooks.build(core),
    ]
