"""Rounds with a film: somebody orders a quarter of a minute, something fails while it is made, and the film is looked at."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from deploy.local.check_film import faults, measure
from tests.chaos.arena import Arena
from tests.support.studio import ENDED, Json, Person, until

DOWN_S = 10.0
# from a fault to the film's end: a lease of 30 s, the sweeper, the rest of the film on a busy machine
FILM_WITHIN_S = 150.0
SETTLED_WITHIN_S = 60.0
# a new process after a kill
STARTED_WITHIN_S = {"kafka": 10.0}
STARTED_WITHIN_OURS_S = 2.0


@dataclass
class Round:
    """What became of one film under one fault."""

    fault: str
    process: str
    stage: str = ""
    # seconds from the fault to a new process, to its first answer, to the film's end
    started_s: float = 0.0
    back_s: float = 0.0
    film_s: float = 0.0
    captures: int = 0
    films: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether it kept every bar."""
        return not self.wrong

    def to_json(self) -> dict[str, Any]:
        """As written to out/chaos.json."""
        return {**asdict(self), "passed": self.passed}


HEADINGS = ("fault", "process", "at", "new process s", "back s", "film s", "captures", "films", "passed")


def row(done: Round) -> tuple[object, ...]:
    """A round as the table shows it."""
    # a frozen worker is no new process, and a probe is no film
    told = (done.started_s or "-", done.back_s, done.film_s, done.captures, done.films or "-")
    return (done.fault, done.process, done.stage, *told, done.passed)


def kill_round(arena: Arena, person: Person, name: str, rng: random.Random) -> Round:
    """Kill -9 at a random point of the film."""
    done = Round("kill -9", name)

    def strike() -> None:
        since = time.monotonic()
        done.started_s, done.back_s = arena.wait_until_back(name, arena.kill(name), since)
        limit = STARTED_WITHIN_S.get(name, STARTED_WITHIN_OURS_S)
        if done.started_s > limit:
            done.wrong.append(f"a new process came after {done.started_s:.1f} s, bar {limit:g} s")

    return _film_round(arena, person, done, strike, rng)


def outage_round(arena: Arena, person: Person, name: str, rng: random.Random) -> Round:
    """Stopped, away for ten seconds, started again."""
    done = Round(f"away {DOWN_S:g} s", name)

    def strike() -> None:
        old_pid = arena.pid(name)
        arena.stack.stop(name)
        time.sleep(DOWN_S)
        since = time.monotonic()
        arena.stack.start(name)
        done.started_s, done.back_s = arena.wait_until_back(name, old_pid, since)

    return _film_round(arena, person, done, strike, rng)


def _film_round(arena: Arena, person: Person, done: Round, strike: Callable[[], None], rng: random.Random) -> Round:
    try:
        project_id = person.project_with_script(title=f"{done.process} {done.fault}"[:100])
        job_id = person.order(project_id)["id"]
        done.stage = _wait_for_stage(person, job_id, rng.uniform(0.03, 0.6))
        struck_at = datetime.now(UTC)
        strike()
        job = person.wait_for_end(job_id, FILM_WITHIN_S)
        done.film_s = (datetime.fromisoformat(job["finished_at"]) - struck_at).total_seconds()
        _judge(arena, person, project_id, job, done)
    except AssertionError as error:
        done.wrong.append(str(error))
    return done


def _wait_for_stage(person: Person, job_id: str, progress: float) -> str:
    """Until the film is being rendered and so far; the stage it is in."""

    def far_enough() -> Json | None:
        job = person.job(job_id)
        assert job["status"] not in ENDED, f"the film has ended before the fault: {job['error']}"
        return job if job["status"] == "running" and job["progress"]["value"] >= progress else None

    found = until(far_enough, 60, "a film that is rendered", every_s=0.03)["progress"]
    return f"{found['stage']} {found['value']:.0%}"


def _judge(arena: Arena, person: Person, project_id: str, job: Json, done: Round) -> None:
    """One film, that can be seen; one hold, one capture; nothing left over."""
    if job["status"] != "succeeded":
        done.wrong.append(f"the job is {job['status']}: {job['error']}")
        return
    films = [output for output in job["outputs"] if output["kind"] == "film"]
    jobs = person.ok("GET", f"/jobs?project_id={project_id}")["items"]
    done.films = len(films) * len(jobs)
    if done.films != 1:
        done.wrong.append(f"{len(films)} films of {len(jobs)} jobs")
    done.wrong += [f"the film: {fault}" for fault in _faults(films[0]["url"])]
    until(lambda: person.credits()["held"] == 0, SETTLED_WITHIN_S, "the end of the hold")
    person.settled()
    lines = [line["kind"] for line in reversed(person.transactions(job["id"]))]
    done.captures = lines.count("capture")
    if lines != ["hold", "capture"]:
        done.wrong.append(f"the ledger says {', '.join(lines)}")
    seqs = arena.query("SELECT seq, final FROM ai_jobs.job_events WHERE job_id = $1 ORDER BY seq", job["id"])
    if [row["seq"] for row in seqs] != list(range(1, len(seqs) + 1)) or sum(row["final"] for row in seqs) != 1:
        done.wrong.append("its events have a gap, or another end than one")
    left: list[str] = []
    try:
        until(lambda: not _now(left, arena.leftovers()), SETTLED_WITHIN_S, "an empty house")
    except AssertionError:
        done.wrong.append(f"left over: {', '.join(left)}")


def _now(kept: list[str], found: list[str]) -> list[str]:
    kept[:] = found
    return found


def _faults(url: str) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        path.write_bytes(httpx.get(url, timeout=30).raise_for_status().content)
        return faults(measure(path), 15, 480)
