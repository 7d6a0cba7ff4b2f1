"""`python -m services.credits.sync_stripe`: makes Stripe sell what plans.yaml says. A second time it changes nothing.

Products, prices and the configuration of the billing portal. Prints a line for each, and what a webhook endpoint must send; exits
1 without a key.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from services.credits.commands import ENV_FILE, settings_of
from services.credits.plans import Plans
from services.credits.settings import PaymentSettings
from services.credits.stripe_catalogue import Change
from services.credits.stripe_client import API_VERSION, Stripe
from services.credits.stripe_objects import KINDS
from services.kit.errors import DependencyAway, DomainError


async def sync(settings: PaymentSettings, return_url: str) -> Sequence[Change]:
    """What was done. Errors of the port."""
    provider = Stripe(settings)
    try:
        return await provider.catalogue.sync(Plans.read(), return_url)
    finally:
        await provider.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 0 when Stripe sells what the file says."""
    parser = argparse.ArgumentParser(description="Make Stripe sell what services/credits/plans.yaml says.")
    parser.add_argument("--env-file", type=Path, default=ENV_FILE, help="where settings are looked up besides")
    options = parser.parse_args(arguments)
    settings = settings_of(options.env_file)
    if not settings.stripe_secret_key.get_secret_value():
        sys.stderr.write("STRIPE_SECRET_KEY is not set: there is nothing to set up\n")
        return 1
    return_url = os.environ.get("BILLING_RETURN_URL") or os.environ.get("FILMSTUDIO_URL", "")
    if not return_url:
        sys.stderr.write("FILMSTUDIO_URL is not set: the billing page must lead back to the studio\n")
        return 1
    try:
        changes = asyncio.run(sync(settings, return_url))
    except (DependencyAway, DomainError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for change in changes:
        sys.stdout.write(f"{change.outcome:<9} {change.what}\n")
    sys.stdout.write(f"\nA webhook endpoint of API version {API_VERSION} needs these events:\n")
    sys.stdout.write("".join(f"    {event}\n" for event in sorted(KINDS)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
