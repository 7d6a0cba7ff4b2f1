"""`python -m tests.bench.webhooks [--short]`: one dead endpoint among 100 delays nobody else's webhooks.

A hundred users with an endpoint each; events for all of them at a steady pace, as facts are heard. In every other run one of
the endpoints accepts connections and never answers. Measured is the time from hearing an event to the request's being whole
at the receiver, at the 99th percentile over the endpoints that answer; held against a bar is the ratio of the runs with and
without the dead one, the median of five pairs. PostgreSQL and HTTP are real, the service's parts are those that it runs.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import structlog
from cryptography.fernet import Fernet
from filmstudio.ai_jobs.v1 import jobs_pb2
from filmstudio.notifications.v1 import notifications_pb2 as pb

from deploy.local.stack import Stack
from services.kit.clock import utc_now
from services.kit.db import Database
from services.kit.ids import new_id
from services.notifications.endpoints import Endpoints, Rules
from services.notifications.hearing import Hearing
from services.notifications.keys import Keyring
from services.notifications.lanes import Lanes, Places
from services.notifications.letter_box import LetterBox, PostalRules
from services.notifications.models import Patience
from services.notifications.outgoing import Outgoing, Resolver
from services.notifications.preferences import MailPreferences
from services.notifications.settings import Settings
from services.notifications.telling import Telling
from tests.bench.measures import Measure
from tests.integration.notifications.receiver import OK, Heard, Receiver, receiving
from tests.support.databases import fresh_database
from tests.support.eventually import eventually
from tests.support.studio import CHECKOUT

ENDPOINTS, PAIRS, BAR = 100, 5, 1.25
# of the bar in the short form, because build machines are noisy
SLACK = 2.0
# of a run
EVENTS, SHORT_EVENTS, WARM_UP_EVENTS = 500, 50, 30
EVENTS_A_SECOND = 40.0
# partitions of a topic, each read in order
READERS = 6
# the path of the endpoint that is dead in every other run
FIRST = "/first"


@dataclass(frozen=True)
class Run:
    """What a run showed, in milliseconds."""

    p50: float
    p99: float
    most: float


@dataclass(frozen=True)
class Parts:
    """The parts of the service that webhooks pass."""

    lanes: Lanes
    hearing: Hearing
    endpoints: Endpoints


@asynccontextmanager
async def service(url: str) -> AsyncIterator[Parts]:
    """Notifications' webhooks with the settings it has by default, over a migrated database."""
    knobs = {name: field.default for name, field in Settings.model_fields.items()}
    database = Database("notifications", url, knobs["database_pool_size"])
    keyring = Keyring([Fernet.generate_key()])
    day = timedelta(days=1)
    letter_box = LetterBox(PostalRules(day, day, day, day, 5), lambda: None)
    resolver = Resolver()
    outgoing = Outgoing(resolver, timeout_s=knobs["webhooks_timeout_s"], allow_loopback=True)
    patience = Patience(
        knobs["webhooks_retry_delays_s"], knobs["webhooks_hold_max_s"], knobs["webhooks_retry_after_max_s"],
        knobs["webhooks_disable_after_s"], knobs["webhooks_slow_after_s"], lambda: 1.0,
    )  # fmt: skip
    places = Places(knobs["webhooks_lanes"], knobs["webhooks_slow_lanes"], knobs["webhooks_in_flight"])
    lanes = Lanes(
        database, outgoing, keyring, letter_box, patience, places,
        lease=timedelta(seconds=knobs["webhooks_lease_s"]), poll_s=knobs["webhooks_poll_s"],
    )  # fmt: skip
    preferences = MailPreferences(database.work, keyring)
    hearing = Hearing(database.work, Telling(lanes.wake), letter_box, preferences, "http://127.0.0.1")
    endpoints = Endpoints(database, keyring, outgoing, Rules(20, day, True), lanes.wake)
    await lanes.start()
    try:
        yield Parts(lanes, hearing, endpoints)
    finally:
        await lanes.stop()
        await resolver.stop()
        await database.stop()


class Bench:
    """A hundred users with an endpoint each, and a receiver that one of them shares with nobody."""

    def __init__(self, parts: Parts, receiver: Receiver) -> None:
        self._parts = parts
        self._receiver = receiver
        self._users = [uuid4() for _ in range(ENDPOINTS)]
        self._began: dict[str, float] = {}
        self._spent_ms: dict[str, float] = {}

    async def open(self) -> None:
        """Make the endpoints, all but the first user's, who gets a new one for each run."""
        for number, user in enumerate(self._users[1:], 1):
            await self._make(user, f"/{number}")

    async def _make(self, user: UUID, path: str) -> str:
        request = pb.CreateEndpointRequest(url=self._receiver.url + path, events=["job.*"])
        return str((await self._parts.endpoints.create(user, request))[0].id)

    async def run(self, events: int, *, dead: bool) -> Run:
        """Events for the hundred in turn, at a steady pace, over as many readers as a topic has partitions."""
        self._spent_ms = {}
        self._receiver.on_heard = self._note
        self._receiver.says = lambda heard: None if dead and heard.path == FIRST else OK
        first = await self._make(self._users[0], FIRST)
        began = time.perf_counter()
        readers = [self._read(range(number, events, READERS), began) for number in range(READERS)]
        await asyncio.gather(*readers)
        expected = events - len(range(0, events, ENDPOINTS))
        await eventually(lambda: len(self._spent_ms) == expected, within_s=30, what=f"{expected} deliveries")
        await self._parts.endpoints.delete(self._users[0], first, "")
        # nobody waits out the time of the one that never answers
        await self._receiver.close()
        await self._parts.lanes.settled()
        values = sorted(self._spent_ms.values())
        return Run(statistics.median(values), statistics.quantiles(values, n=100)[98], values[-1])

    async def _read(self, numbers: range, began: float) -> None:
        """Hear every so many of the events, one after the other, none before its time."""
        for number in numbers:
            await asyncio.sleep(max(0.0, began + number / EVENTS_A_SECOND - time.perf_counter()))
            project = str(new_id())
            self._began[project] = time.perf_counter()
            job = jobs_pb2.Job(
                id=str(new_id()), user_id=str(self._users[number % ENDPOINTS]), project_id=project,
                kind=jobs_pb2.JOB_KIND_VIDEO, status=jobs_pb2.JOB_STATUS_QUEUED,
            )  # fmt: skip
            await self._parts.hearing.job(uuid4(), utc_now(), "job.queued", job)

    def _note(self, heard: Heard) -> None:
        if heard.path != FIRST:
            project = heard.json["data"]["project_id"]
            self._spent_ms.setdefault(project, (heard.at - self._began[project]) * 1000)


async def measure(server_url: str, *, short: bool) -> list[Measure]:
    """The ratio, and the figures it is made of; printed as they come."""
    events = SHORT_EVENTS if short else EVENTS
    say(
        f"{'pair':<6}{'without: p50':>14}{'p99':>9}{'most':>9}{'with one dead: p50':>21}{'p99':>9}{'most':>9}{'ratio':>8}"
    )
    pairs: list[tuple[Run, Run]] = []
    async with (
        receiving() as receiver,
        fresh_database(server_url, ["notifications"]) as url,
        service(url) as parts,
    ):
        bench = Bench(parts, receiver)
        await bench.open()
        # warms connections and caches up, and counts for nothing
        await bench.run(WARM_UP_EVENTS, dead=True)
        for pair in range(PAIRS):
            # which of the two comes first alternates too
            runs = {dead: await bench.run(events, dead=dead) for dead in ((False, True) if pair % 2 else (True, False))}
            without, beside = runs[False], runs[True]
            pairs.append((without, beside))
            say(
                f"{pair + 1:<6}{without.p50:>14.1f}{without.p99:>9.1f}{without.most:>9.1f}{beside.p50:>21.1f}"
                f"{beside.p99:>9.1f}{beside.most:>9.1f}{beside.p99 / without.p99:>8.2f}"
            )
    ratio = statistics.median(beside.p99 / without.p99 for without, beside in pairs)
    note = f"{ENDPOINTS} endpoints, {EVENTS_A_SECOND:g} events/s, {events} events a run, {PAIRS} pairs"
    return [
        Measure("webhooks, p99 beside a dead endpoint", ratio, "x", BAR * (SLACK if short else 1), note),
        Measure("webhooks, event to request, p50", statistics.median(w.p50 for w, _ in pairs), "ms"),
        Measure("webhooks, event to request, p99", statistics.median(w.p99 for w, _ in pairs), "ms"),
        Measure("webhooks, the same beside a dead endpoint", statistics.median(b.p99 for _, b in pairs), "ms"),
    ]


def figures(*, short: bool = False) -> list[Measure]:
    """The measurements, on the tests' own stack."""
    # a hundred endpoints are made in every run: who makes them is not told
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    server_url = Stack(CHECKOUT / ".local" / "test").ensure_backing()["DATABASE_URL"]
    return asyncio.run(measure(server_url, short=short))


def say(text: str) -> None:
    """A line at once, for whoever watches."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    """0 when the bar was kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.webhooks", description=__doc__)
    parser.add_argument("--short", action="store_true", help=f"short runs; {SLACK:g} times the bar")
    measured = figures(short=parser.parse_args().short)
    for one in measured:
        bar = f"  (at most {one.bar:g}){'' if one.passed else '  MISSED'}" if one.bar is not None else ""
        say(f"{one.name:<44}{one.value:9.2f} {one.unit}{bar}{'  ' + one.note if one.note else ''}")
    return 0 if all(one.passed for one in measured) else 1


if __name__ == "__main__":
    sys.exit(main())
