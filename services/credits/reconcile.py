"""`python -m services.credits.reconcile`: ours against Stripe's own list of the last three days.

What is missing goes through the inbox and is followed at once, whether or not the service runs. Prints what was compared and
what differed, and exits 1 on a difference, also on one that is mended.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from services.credits.books import Books
from services.credits.commands import ENV_FILE, settings_of
from services.credits.house import furnish, provider_of
from services.credits.plans import Plans
from services.credits.reconciliation import Report
from services.credits.settings import PaymentSettings
from services.kit.bell import Bell
from services.kit.db import Database
from services.kit.errors import DependencyAway, DomainError


async def reconcile(settings: PaymentSettings) -> Report | None:
    """The report; None where there is no provider to compare with. Errors of the port."""
    provider = provider_of(settings)
    database = Database("credits", settings.database_url.get_secret_value(), settings.database_pool_size)
    bell = Bell(settings.redis_url)
    try:
        house = furnish(settings, database, Books(Plans.read(), bell.ring), provider)
        return await house.reconciliation.run() if house.reconciliation else None
    finally:
        if provider is not None:
            await provider.close()
        await bell.stop()
        await database.stop()


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 0 where both agree, 1 on a difference or without a provider."""
    parser = argparse.ArgumentParser(description="Compare our payments with Stripe's own list of the last days.")
    parser.add_argument("--env-file", type=Path, default=ENV_FILE, help="where settings are looked up besides")
    parser.add_argument("--days", type=float, help="how far back (RECONCILE_DAYS, 3); Stripe keeps events for 30")
    options = parser.parse_args(arguments)
    settings = settings_of(options.env_file)
    if options.days is not None:
        settings = settings.model_copy(update={"reconcile_days": options.days})
    try:
        report = asyncio.run(reconcile(settings))
    except (DependencyAway, DomainError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if report is None:
        sys.stderr.write("STRIPE_SECRET_KEY is not set: there is nobody to compare with\n")
        return 1
    sys.stdout.write(f"since {report.since:%Y-%m-%d %H:%M} UTC: {report.events} events, {report.objects} objects\n")
    for difference in report.differences:
        sys.stdout.write(f"    {difference}\n")
    sys.stdout.write("both agree\n" if not report.differences else f"{len(report.differences)} differences\n")
    return 1 if report.differences else 0


if __name__ == "__main__":
    sys.exit(main())
