"""Jobs: one of a kind at a time, once for a key, canceled, tried again."""

from __future__ import annotations

import json
import time

import psutil

from tests.e2e.conftest import live
from tests.e2e.test_live import heard, subscribe
from tests.support.studio import SCRIPT, Person, Studio, until


def children(studio: Studio) -> set[int]:
    """The processes in which the worker renders."""
    pid = studio.stack.pid("render_worker_1")
    assert pid is not None
    return {child.pid for child in psutil.Process(pid).children()}


def kinds(person: Person, job_id: str) -> list[str]:
    """What the ledger tells of a job, in order."""
    return [line["kind"] for line in reversed(person.transactions(job_id))]


def test_a_running_film_is_canceled_and_then_tried_again(filmmaker: Person) -> None:
    before = filmmaker.settled()["available"]
    project_id = filmmaker.project_with_script()
    job_id = filmmaker.order(project_id)["id"]
    filmmaker.wait_for(job_id, lambda job: job["progress"]["steps_done"] >= 3, 30, "three steps done")

    order = {"project_id": project_id, "options": {"duration_s": 15}}
    refused = filmmaker.refused(409, "JOB_ALREADY_RUNNING", "POST", "/generate/video", order)
    assert refused["job_id"] == job_id
    assert filmmaker.refused(409, "JOB_STATE", "POST", f"/jobs/{job_id}/retry")["job_status"] == "running"

    assert filmmaker.ask("POST", f"/jobs/{job_id}/cancel").status_code == 202
    canceled = filmmaker.wait_for_end(job_id, 10)
    assert canceled["status"] == "canceled"
    assert canceled["credits"] == {"quoted": 1, "held": 1, "captured": 0, "released": 1}
    assert filmmaker.settled()["available"] == before
    again = filmmaker.ask("POST", f"/jobs/{job_id}/cancel")
    assert (again.status_code, again.json()["status"]) == (200, "canceled")

    retried = filmmaker.ok("POST", f"/jobs/{job_id}/retry")
    assert (retried["id"], retried["attempt"]) == (job_id, 2)
    job = filmmaker.wait_for_end(job_id)
    assert (job["status"], job["attempt"]) == ("succeeded", 2)
    assert filmmaker.settled()["available"] == before - 1
    assert kinds(filmmaker, job_id) == ["hold", "release", "hold", "capture"]
    filmmaker.refused(409, "JOB_ENDED", "POST", f"/jobs/{job_id}/cancel")
    filmmaker.refused(409, "JOB_STATE", "POST", f"/jobs/{job_id}/retry")
    seqs = [event["seq"] for event in filmmaker.events(job_id)]
    assert seqs == list(range(1, len(seqs) + 1))


def test_a_canceled_steps_process_ends_within_two_seconds(studio: Studio, admin: Person) -> None:
    job_id = admin.probe(steps=2, seconds_per_step=60)["id"]
    admin.wait_for(job_id, lambda job: job["status"] == "running", 15, "it runs")
    before = until(lambda: found if len(found := children(studio)) >= 2 else None, 10, "the slots' processes")
    started = time.monotonic()
    assert admin.ask("POST", f"/jobs/{job_id}/cancel").status_code == 202
    until(lambda: before - children(studio), 2, "the end of the step's process", every_s=0.02)
    assert admin.wait_for_end(job_id, 10)["status"] == "canceled"
    assert time.monotonic() - started < 5


def test_a_queued_job_is_canceled_at_once_and_its_hold_released(studio: Studio, admin: Person) -> None:
    admin.ok("POST", f"/admin/users/{admin.id}/credits", {"amount": 2, "reason": "for probes"})
    busy = admin.probe(steps=16, seconds_per_step=20)["id"]
    admin.wait_for(busy, lambda job: job["status"] == "running", 15, "it runs")
    waiting = admin.probe(steps=1, seconds_per_step=20, credits=2)
    assert (waiting["status"], waiting["credits"]["held"]) == ("queued", 2)
    assert admin.job(waiting["id"])["queue_position"] >= 1
    canceled = admin.ask("POST", f"/jobs/{waiting['id']}/cancel").json()
    assert canceled["status"] == "canceled"
    admin.settled()
    assert kinds(admin, waiting["id"]) == ["hold", "release"]
    assert admin.ask("POST", f"/jobs/{busy}/cancel").status_code == 202
    assert admin.wait_for_end(busy, 10)["status"] == "canceled"


def test_deleting_a_project_cancels_its_film_and_it_can_be_restored(studio: Studio, filmmaker: Person) -> None:
    before = filmmaker.settled()["available"]
    project_id = filmmaker.project_with_script()
    job_id = filmmaker.order(project_id)["id"]
    filmmaker.wait_for(job_id, lambda job: job["status"] == "running", 15, "it runs")
    with live(filmmaker) as socket:
        subscribe(socket, project_id=project_id)
        snapshot = json.loads(socket.recv(timeout=10))
        assert (snapshot["type"], snapshot["job_id"]) == ("job.snapshot", job_id)
        assert filmmaker.ask("DELETE", f"/projects/{project_id}").status_code == 204
        assert heard(socket)[-1]["type"] == "job.canceled"
    filmmaker.refused(404, "NOT_FOUND", "GET", f"/projects/{project_id}")
    assert filmmaker.job(job_id)["status"] == "canceled"
    assert filmmaker.settled()["available"] == before
    assert filmmaker.ok("POST", f"/projects/{project_id}/restore")["id"] == project_id


def test_one_key_makes_one_thing(filmmaker: Person) -> None:
    first = filmmaker.ask("POST", "/projects", {"title": "Once"}, Idempotency_Key="the same key")
    again = filmmaker.ask("POST", "/projects", {"title": "Once"}, Idempotency_Key="the same key")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    other = {"title": "Twice"}
    filmmaker.refused(422, "IDEMPOTENCY_KEY_REUSED", "POST", "/projects", other, Idempotency_Key="the same key")
    titles = [project["title"] for project in filmmaker.ok("GET", "/projects?page_size=100")["items"]]
    assert (titles.count("Once"), titles.count("Twice")) == (1, 0)


def test_an_order_repeated_with_its_key_is_one_job_with_one_hold(admin: Person) -> None:
    admin.ok("POST", f"/admin/users/{admin.id}/credits", {"amount": 1, "reason": "for probes"})
    body = {"steps": 1, "seconds_per_step": 0, "credits": 1}
    answers = [admin.ask("POST", "/admin/probes", body, Idempotency_Key="probe once") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 202]
    assert len({answer.json()["id"] for answer in answers}) == 1
    job = admin.wait_for_end(answers[0].json()["id"])
    assert job["credits"]["captured"] == 1
    admin.settled()
    assert kinds(admin, job["id"]) == ["hold", "capture"]
    admin.refused(
        422, "IDEMPOTENCY_KEY_REUSED", "POST", "/admin/probes", {**body, "steps": 2}, Idempotency_Key="probe once"
    )


def test_a_failed_job_gives_its_credits_back(admin: Person) -> None:
    admin.ok("POST", f"/admin/users/{admin.id}/credits", {"amount": 1, "reason": "for probes"})
    job = admin.wait_for_end(admin.probe(steps=1, seconds_per_step=0, fail_rate=1, credits=1)["id"])
    assert (job["status"], job["error"]["code"]) == ("failed", "WAIT_FAILED")
    assert job["error"]["retryable"]
    assert job["credits"] == {"quoted": 1, "held": 1, "captured": 0, "released": 1}
    admin.settled()
    assert kinds(admin, job["id"]) == ["hold", "release"]


def test_a_storyboard_is_free_and_finds_the_scenes(filmmaker: Person) -> None:
    before = filmmaker.settled()["available"]
    project_id = filmmaker.project_with_script(SCRIPT.replace("KITCHEN", "ATTIC"))
    job = filmmaker.ok("POST", "/generate/storyboard", {"project_id": project_id, "options": {"resolution": "480p"}})
    job = filmmaker.wait_for_end(job["id"])
    assert (job["status"], job["credits"]["held"]) == ("succeeded", 0)
    scenes = filmmaker.ok("GET", f"/projects/{project_id}/scenes")["items"]
    assert [scene["heading"] for scene in scenes] == ["INT. ATTIC - NIGHT", "EXT. SEA - DAWN"]
    assert filmmaker.credits()["available"] == before
