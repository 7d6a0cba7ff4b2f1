"""Brings every stored secret under the newest key; safe to repeat, and to run beside the service."""

from __future__ import annotations

from collections.abc import Callable

from services.kit.db import Database
from services.notifications import repository

# rows in one transaction
_AT_ONCE = 200


async def rotate(database_url: str, renew: Callable[[bytes], bytes]) -> int:
    """How many endpoints were gone through. `renew` gives a stored secret under the newest key."""
    database, last, count = Database("notifications", database_url, pool_size=1), None, 0
    try:
        while True:
            async with database.work() as work:
                endpoints = await repository.endpoints_after(work.session, last, _AT_ONCE)
                for endpoint in endpoints:
                    endpoint.secret = renew(endpoint.secret)
                    if endpoint.previous_secret is not None:
                        endpoint.previous_secret = renew(endpoint.previous_secret)
            if not endpoints:
                return count
            last, count = endpoints[-1].id, count + len(endpoints)
    finally:
        await database.stop()
