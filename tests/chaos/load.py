"""Many small workflows with credits, ordered by several hands while processes are killed at random: 0 lost, 0 twice."""

from __future__ import annotations

import itertools
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from tests.chaos.arena import Arena
from tests.support.studio import Person, Studio, until

HANDS = 4
STEPS = 2
# a hold whose order was killed before its second commit is released after three minutes, by the minute's reconciler
ORPHANS_WITHIN_S = 270.0
ENDED_WITHIN_S = 240.0


@dataclass
class Load:
    """What became of the workflows."""

    workflows: int
    accepted: int = 0
    succeeded: int = 0
    lost: int = 0
    twice: int = 0
    seconds: float = 0.0
    kills: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether nothing was lost and nothing happened twice."""
        return not self.wrong

    def to_json(self) -> dict[str, Any]:
        """As written to out/chaos.json."""
        return {**asdict(self), "passed": self.passed}


@dataclass(frozen=True)
class Pace:
    """How the load is shaped, and how it is disturbed."""

    # workflows alive at once
    width: int
    # seconds between a process's return and the next kill
    pause_s: tuple[float, float]
    most_kills: int


class Killer:
    """Kills a process now and then, and waits until it is back."""

    def __init__(self, arena: Arena, names: tuple[str, ...], rng: random.Random, pace: Pace) -> None:
        self._arena = arena
        self._names = itertools.cycle(rng.sample(names, len(names)))
        self._rng = rng
        self._pace = pace
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._run, name="killer")
        self.killed: list[str] = []
        self.failed: list[str] = []

    def _run(self) -> None:
        while len(self.killed) < self._pace.most_kills and not self._enough.wait(
            self._rng.uniform(*self._pace.pause_s)
        ):
            name = next(self._names)
            try:
                since = time.monotonic()
                self._arena.wait_until_back(name, self._arena.kill(name), since)
            except (AssertionError, OSError) as error:
                self.failed.append(f"{name}: {error!r}")
            self.killed.append(name)

    def __enter__(self) -> Killer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        self._thread.join()


def run_load(arena: Arena, workflows: int, names: tuple[str, ...], rng: random.Random, pace: Pace) -> Load:
    """Orders so many workflows while processes are killed, and counts what became of each."""
    load = Load(workflows)
    orderer = arena.studio.register("enterprise", credits=workflows)
    studio, since = arena.studio, time.monotonic()
    studio.admin().ok("PATCH", f"/admin/users/{orderer.id}", {"admin": True})
    orderer.sign_in()
    numbers = iter(range(workflows))
    with Killer(arena, names, rng, pace) as killer, ThreadPoolExecutor(HANDS) as hands:
        turn = threading.Lock()
        room = _Room(arena, orderer.id, pace.width)
        futures = [hands.submit(_order, studio, orderer, numbers, turn, room) for _ in range(HANDS)]
        ids: list[str] = []
        for future in futures:
            try:
                ids += future.result()
            except AssertionError as error:
                load.wrong.append(f"an order was not taken: {error}")
    load.kills = killer.killed
    load.wrong += killer.failed
    load.accepted = len(ids)
    try:
        until(lambda: _live(arena, orderer.id) == 0, ENDED_WITHIN_S, "the end of every workflow", every_s=0.5)
    except AssertionError as error:
        load.wrong.append(str(error))
    load.seconds = time.monotonic() - since
    _count(arena, orderer, ids, load)
    return load


class _Room:
    """Keeps the number of live workflows bounded; looks at the database now and then only."""

    def __init__(self, arena: Arena, user_id: str, width: int) -> None:
        self._arena = arena
        self._user_id = user_id
        self._width = width
        self._left = width

    def wait(self) -> None:
        while self._left <= 0:
            self._left = self._width - _live(self._arena, self._user_id)
            if self._left <= 0:
                time.sleep(0.2)
        self._left -= 1


def _order(studio: Studio, orderer: Person, numbers: Any, turn: threading.Lock, room: _Room) -> list[str]:
    """One hand: the next number, a workflow for it, with a key of its own, until the numbers are used up."""
    hand = studio.anonymous()
    hand.email, hand.password = orderer.email, orderer.password
    hand.sign_in()
    ids = []
    while True:
        with turn:
            number = next(numbers, None)
            if number is None:
                return ids
            room.wait()
        body = {"steps": STEPS, "seconds_per_step": 0, "credits": 1}
        ids.append(str(hand.ok("POST", "/admin/probes", body, Idempotency_Key=f"workflow {number}")["id"]))


def _live(arena: Arena, user_id: str) -> int:
    live = "('queued', 'running', 'canceling')"
    return int(arena.value(f"SELECT count(*) FROM ai_jobs.jobs WHERE user_id = $1 AND status IN {live}", user_id))


def _count(arena: Arena, orderer: Person, ids: list[str], load: Load) -> None:
    jobs = arena.query("SELECT id, status, captured FROM ai_jobs.jobs WHERE user_id = $1", orderer.id)
    known = {str(job["id"]): job for job in jobs}
    load.succeeded = sum(job["status"] == "succeeded" for job in jobs)
    load.lost = sum(known.get(job_id, {"status": "gone"})["status"] != "succeeded" for job_id in set(ids))
    try:
        until(lambda: _pending_ends(arena, orderer.id) == 0, 90, "the capture of every success")
    except AssertionError as error:
        load.wrong.append(str(error))
    captures = arena.query(
        "SELECT job_id, count(*) AS times FROM credits.transactions WHERE user_id = $1 AND kind = 'capture' GROUP BY 1",
        UUID(orderer.id),
    )
    captured = {row["job_id"]: row["times"] for row in captures}
    ends = arena.value(
        "SELECT count(*) FROM (SELECT job_id FROM ai_jobs.job_events e JOIN ai_jobs.jobs j ON j.id = e.job_id"
        " WHERE j.user_id = $1 AND e.final GROUP BY job_id HAVING count(*) > 1) twice",
        orderer.id,
    )
    # a key that made two jobs, a job captured twice, a job that ended twice
    load.twice = (len(ids) - len(set(ids))) + sum(times > 1 for times in captured.values()) + ends
    load.twice += max(0, load.succeeded - load.workflows)
    missing = set(ids) - captured.keys()
    for what, count in (("lost", load.lost), ("done twice", load.twice), ("not captured", len(missing))):
        if count:
            load.wrong.append(f"{count} {what}")
    if load.accepted != load.workflows:
        load.wrong.append(f"{load.accepted} of {load.workflows} accepted")


def _pending_ends(arena: Arena, user_id: str) -> int:
    """Successes whose hold is still live."""
    return int(
        arena.value(
            "SELECT count(*) FROM credits.holds h JOIN ai_jobs.jobs j ON j.hold_id = h.id::text"
            " WHERE j.user_id = $1 AND j.status = 'succeeded' AND h.state = 'live'",
            user_id,
        )
    )


def orphans_end(arena: Arena) -> str:
    """Waits until no hold is live at all; what is wrong, or nothing."""
    try:
        until(lambda: not arena.leftovers(), ORPHANS_WITHIN_S, "the end of every hold", every_s=1.0)
    except AssertionError:
        return f"left over: {', '.join(arena.leftovers())}"
    return ""
