"""What becomes of a publication when something goes wrong: wait for an allowance, try again, or end with a word on what to do."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.kit import telemetry
from services.kit.clock import Now, utc_now
from services.kit.errors import DependencyAway, DomainError, RemoteError
from services.youtube import publication_events as events
from services.youtube.errors import ReconnectNeeded
from services.youtube.jobs_client import FilmGone
from services.youtube.leases import Lease
from services.youtube.publication_models import Publication
from services.youtube.quota import QuotaUsedUp
from services.youtube.youtube_errors import Refused, YouTubeAway

RECONNECT_NEEDED = "RECONNECT_NEEDED"
_RECONNECT = "Google no longer lets us publish to this channel. Connect it again: the film then goes on by itself from where it stood"


@dataclass(frozen=True)
class Retries:
    """How failures that may pass are met."""

    first_s: float
    most_s: float
    # what has failed for so long in a row ends
    give_up_after_s: float
    # how often something that isn't an outage may fail in a row
    most_odd: int = 5

    def pause(self, failures: int, asked_s: float | None) -> timedelta:
        """How long to wait after so many failures in a row: full jitter, and not shorter than YouTube asks for."""
        longest = min(self.most_s, self.first_s * 2.0 ** min(failures, 30))
        waits_s = random.uniform(longest / 2, longest)  # noqa: S311 - jitter
        return timedelta(seconds=max(waits_s, min(asked_s or 0.0, self.most_s)))


Ring = Callable[[Mapping[str, object]], None]


def ring_done(ring: Ring, row: Publication) -> Callable[[], None]:
    """To be called after the commit that ends it, or brings it up."""
    message = {"type": "publication.done", "user_id": row.user_id, "publication_id": str(row.id)}
    return lambda: ring(message)


def ring_progress(ring: Ring, row: Publication) -> Callable[[], None]:
    """To be called after a commit that brings it forward."""
    message = {"type": "publication.progress", "user_id": row.user_id, "publication_id": str(row.id)}
    return lambda: ring(message)


class Stumbling:
    """Keeps what follows from an error, under the publication's lease."""

    def __init__(self, retries: Retries, ring: Ring, now: Now = utc_now) -> None:
        self.retries = retries
        self._ring = ring
        self._now = now

    async def take(self, lease: Lease, error: Exception) -> None:
        """Keep what follows from this error; raises LeaseLost, and DependencyAway where it can't be kept."""
        match error:
            case QuotaUsedUp():
                await self._wait_for_quota(lease, error.until)
            case ReconnectNeeded():
                await self.fail(lease, RECONNECT_NEEDED, _RECONNECT, retryable=True)
            case FilmGone():
                message = "the film is no longer there: make it again, then publish it"
                await self.fail(lease, "FILM_GONE", message, retryable=False)
            case DependencyAway():
                asked_s = error.retry_after_s if isinstance(error, YouTubeAway) else None
                await self._again(lease, error, outage=True, asked_s=asked_s)
            case Refused():
                await self.fail(lease, "REJECTED", f"YouTube refuses it: {error.message}", retryable=False)
            case _:
                await self._again(lease, error, outage=False, asked_s=None)

    async def fail(self, lease: Lease, code: str, message: str, *, retryable: bool) -> None:
        """It ends."""
        async with lease.held() as (work, row):
            row.fail(code, message, self._now(), retryable=retryable)
            work.save(events.publication_failed(row))
            work.after_commit(ring_done(self._ring, row))
        telemetry.log().warning("a publication failed", publication_id=str(row.id), code=code)

    async def _wait_for_quota(self, lease: Lease, until: datetime) -> None:
        async with lease.held() as (work, row):
            if row.wait_for_quota(until, self._now()):
                work.save(events.publication_updated(row))
                work.after_commit(ring_progress(self._ring, row))

    async def _again(self, lease: Lease, error: Exception, *, outage: bool, asked_s: float | None) -> None:
        now = self._now()
        async with lease.held() as (work, row):
            began = row.failing_since or now
            too_long = now - began > timedelta(seconds=self.retries.give_up_after_s)
            too_often = not outage and row.failures + 1 >= self.retries.most_odd
            if too_long or too_often:
                row.fail(*_last_words(error), now, retryable=True)
                work.save(events.publication_failed(row))
                work.after_commit(ring_done(self._ring, row))
            else:
                row.stumble(now, now + self.retries.pause(row.failures, asked_s))
        log = (
            telemetry.log().warning if outage or isinstance(error, DomainError | RemoteError) else telemetry.log().error
        )
        log(
            "a publication stumbled",
            publication_id=str(row.id),
            state=row.state,
            failures=row.failures,
            error=_plain(error),
        )


def _plain(error: Exception) -> str:
    """For the log. Of an error nobody named only its kind: its text could hold an upload session's address."""
    return str(error) if isinstance(error, DependencyAway | DomainError | RemoteError) else type(error).__name__


def _last_words(error: Exception) -> tuple[str, str]:
    if isinstance(error, DependencyAway):
        return "AWAY", f"{error.dependency} has been away for too long; publish the film again"
    return "UPLOAD_FAILED", "the upload failed several times for a reason we don't know; publish the film again"
