"""A worker that is frozen mid-step (SIGSTOP) and thawed when its steps are somebody else's."""

from __future__ import annotations

import json
import os
import signal
import time
from uuid import UUID

from tests.chaos.arena import Arena
from tests.chaos.films import Round
from tests.support.studio import Person, until

ELSEWHERE_WITHIN_S = 45.0
STEP_S = 4.0
WORKER = "render_worker_2"


def freeze_round(arena: Arena, admin: Person) -> Round:
    """Two workers; one of them stands still longer than its leases last, then comes back with what it had done."""
    done = Round("SIGSTOP", WORKER)
    arena.stack.up(workers=2)
    try:
        until(lambda: admin.ok("GET", "/admin/metrics")["workers_live"] == 2, 60, "a second worker")
        job_id = _probe_on(arena, admin)
        pid = arena.pid(WORKER)
        os.kill(pid, signal.SIGSTOP)
        since = time.monotonic()
        try:
            taken = _claims(arena, job_id, WORKER)
            done.stage = f"wait, {len(taken)} steps"
            until(lambda: _elsewhere(arena, taken), 90, "its steps elsewhere", every_s=0.05)
            done.back_s = time.monotonic() - since
        finally:
            os.kill(pid, signal.SIGCONT)
        if done.back_s > ELSEWHERE_WITHIN_S:
            done.wrong.append(f"elsewhere after {done.back_s:.1f} s, bar {ELSEWHERE_WITHIN_S:g} s")
        job = admin.wait_for_end(job_id, 60)
        done.film_s = time.monotonic() - since
        if job["status"] != "succeeded":
            done.wrong.append(f"the job is {job['status']}: {job['error']}")
        until(lambda: _refused(arena, taken), 30, "the end of what the frozen worker had")
        if not _elsewhere(arena, taken):
            done.wrong.append("a late completion was taken")
        until(lambda: admin.credits()["held"] == 0, 60, "the end of the hold")
        done.captures = [line["kind"] for line in admin.transactions(job_id)].count("capture")
        if done.captures != 1:
            done.wrong.append(f"{done.captures} captures")
    except AssertionError as error:
        done.wrong.append(str(error))
    finally:
        arena.stack.up(workers=1)
    return done


def _probe_on(arena: Arena, admin: Person) -> str:
    """A probe of which the worker under test has steps in hand."""
    for _ in range(5):
        job_id = str(admin.probe(steps=4, seconds_per_step=STEP_S, credits=1)["id"])
        admin.wait_for(job_id, lambda job: job["status"] == "running", 30, "it runs")
        time.sleep(0.5)
        if _claims(arena, job_id, WORKER):
            return job_id
        admin.wait_for_end(job_id, 60)
    raise AssertionError(f"{WORKER} took no step of five probes")


def _claims(arena: Arena, job_id: str, worker: str) -> dict[UUID, int]:
    rows = arena.query(
        "SELECT id, fence FROM ai_jobs.render_steps WHERE job_id = $1 AND state = 'leased' AND worker = $2",
        UUID(job_id),
        worker,
    )
    return {row["id"]: row["fence"] for row in rows}


def _elsewhere(arena: Arena, taken: dict[UUID, int]) -> bool:
    """Whether each step has been claimed anew, by another worker."""
    rows = arena.query("SELECT id, fence, worker FROM ai_jobs.render_steps WHERE id = ANY($1)", list(taken))
    return all(row["fence"] > taken[row["id"]] and row["worker"] not in ("", WORKER) for row in rows)


def _refused(arena: Arena, taken: dict[UUID, int]) -> bool:
    """Whether the frozen worker has learnt of every claim of its that it was lost."""
    lost = set()
    for line in arena.stack.layout.log_file(WORKER).read_text(errors="replace").splitlines():
        if '"lost"' in line and line.startswith("{"):
            fact = json.loads(line)
            lost.add((fact.get("step_id"), fact.get("fence")))
    return all((str(step_id), fence) in lost for step_id, fence in taken.items())
