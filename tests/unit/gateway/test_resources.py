"""What the routes answer when all is well."""

from __future__ import annotations

import asyncio

import grpc
from filmstudio.ai_jobs.v1 import jobs_pb2, steps_pb2
from filmstudio.projects.v1 import projects_pb2

from tests.unit.gateway.conftest import Gateway, until
from tests.unit.gateway.fakes import refuse


async def test_a_video_is_accepted_with_the_bare_job(gateway: Gateway) -> None:
    options = {"duration_s": 60, "resolution": "720p", "music": {"mood": "tender", "volume": 0}, "seed": 0}
    body = {"project_id": "p1", "options": options}
    answer = await gateway.http.post("/api/v1/generate/video", json=body, headers=gateway.auth())
    assert answer.status_code == 202
    job = answer.json()
    assert (job["id"], job["kind"], job["status"]) == ("j1", "video", "queued")
    assert job["options"] == {
        "duration_s": 60,
        "resolution": "720p",
        "music": {"mood": "tender", "volume": 0},
        "seed": 0,
    }
    assert job["links"]["events"] == "http://studio.example/api/v1/jobs/j1/events"
    assert answer.headers["location"] == job["links"]["self"]
    assert {
        "progress",
        "queue_position",
        "eta_seconds",
        "counts",
        "credits",
        "outputs",
        "quality",
        "error",
    } <= job.keys()


async def test_what_was_not_asked_stays_unset(gateway: Gateway) -> None:
    await gateway.http.post("/api/v1/generate/video", json={"project_id": "p1"}, headers=gateway.auth())
    assert gateway.services.jobs.last("CreateJob").options == jobs_pb2.VideoOptions()


async def test_outputs_leave_out_what_does_not_apply(gateway: Gateway) -> None:
    job = gateway.services.jobs.put()
    job.outputs.add(kind="subtitles", language="en", content_type="text/vtt", format="vtt", size_bytes=9, sha256="a")
    job.stage_times.add(stage=steps_pb2.STEP_KIND_DRAW_FRAME, steps=8, wall_s=2.5, work_s=4.75)
    answer = (await gateway.http.get("/api/v1/jobs/j1", headers=gateway.auth())).json()
    assert answer["outputs"] == [
        {
            "kind": "subtitles",
            "content_type": "text/vtt",
            "size_bytes": 9,
            "sha256": "a",
            "language": "en",
            "format": "vtt",
        }
    ]
    assert answer["stage_times"] == [{"stage": "draw_frame", "steps": 8, "wall_s": 2.5, "work_s": 4.75}]


async def test_a_small_status_has_exactly_its_members(gateway: Gateway) -> None:
    gateway.services.jobs.put()
    answer = (await gateway.http.get("/api/v1/jobs/j1/status", headers=gateway.auth())).json()
    assert answer.keys() == {"id", "status", "progress", "queue_position", "eta_seconds", "error"}


async def test_waiting_answers_when_the_status_changes(gateway: Gateway) -> None:
    jobs = gateway.services.jobs
    jobs.put()
    waiting = asyncio.create_task(gateway.http.get("/api/v1/jobs/j1/status?wait=30", headers=gateway.auth()))
    await until(lambda: jobs.calls)
    jobs.add("j1", "job.progress")
    await asyncio.sleep(0.05)
    assert not waiting.done()
    jobs.add("j1", "job.succeeded", final=True)
    async with asyncio.timeout(2):
        assert (await waiting).json()["status"] == "succeeded"


async def test_waiting_for_an_ended_job_answers_at_once(gateway: Gateway) -> None:
    gateway.services.jobs.put(status=jobs_pb2.JOB_STATUS_FAILED)
    async with asyncio.timeout(2):
        answer = await gateway.http.get("/api/v1/jobs/j1?wait=30", headers=gateway.auth())
    assert answer.json()["status"] == "failed"


async def test_waiting_ends_when_the_time_is_up(gateway: Gateway) -> None:
    gateway.services.jobs.put()
    async with asyncio.timeout(2):
        answer = await gateway.http.get("/api/v1/jobs/j1?wait=0.2", headers=gateway.auth())
    assert answer.json()["status"] == "running"


async def test_canceling_twice_answers_202_then_200(gateway: Gateway) -> None:
    gateway.services.jobs.put()
    first = await gateway.http.post("/api/v1/jobs/j1/cancel", headers=gateway.auth())
    second = await gateway.http.post("/api/v1/jobs/j1/cancel", headers=gateway.auth())
    assert (first.status_code, second.status_code) == (202, 200)
    assert second.json()["status"] == "canceling"


async def test_outputs_redirect_to_a_signed_address(gateway: Gateway) -> None:
    answer = await gateway.http.get("/api/v1/jobs/j1/outputs/subtitles?language=en&format=srt", headers=gateway.auth())
    assert (answer.status_code, answer.headers["location"]) == (302, "http://storage.example/film.mp4?sig=1")
    assert gateway.services.jobs.last("GetOutput").format == "srt"


async def test_a_live_ticket_names_the_sockets_address(gateway: Gateway) -> None:
    answer = await gateway.http.post("/api/v1/live/tickets", headers=gateway.auth())
    assert answer.status_code == 201
    assert answer.json()["url"] == f"ws://studio.example/api/v1/live?ticket={answer.json()['ticket']}"
    assert 28 <= answer.json()["expires_in"] <= 30


async def test_administration_is_for_administrators(gateway: Gateway) -> None:
    for path in ("users", "users/u1", "jobs", "dead-letters", "audit", "metrics"):
        assert (await gateway.http.get(f"/api/v1/admin/{path}", headers=gateway.auth())).status_code == 403
    answer = await gateway.http.post("/api/v1/admin/probes", json={"nonsense": 1}, headers=gateway.auth())
    assert answer.status_code == 403


async def test_a_tier_is_set_in_credits_and_shown_at_once(gateway: Gateway) -> None:
    body = {"subscription_tier": "pro"}
    answer = await gateway.http.patch("/api/v1/admin/users/u1", json=body, headers=gateway.auth("admin"))
    assert gateway.services.credits.last("SetPlan").plan_id == "pro"
    assert (answer.json()["subscription_tier"], answer.json()["role"]) == ("pro", "pro_user")
    assert all(call != "SetAccess" for call, _, _ in gateway.services.users.calls)


async def test_making_an_administrator_sets_enterprise_too(gateway: Gateway) -> None:
    await gateway.http.patch("/api/v1/admin/users/u1", json={"admin": True}, headers=gateway.auth("admin"))
    assert gateway.services.users.last("SetAccess").admin is True
    assert gateway.services.credits.last("SetPlan").plan_id == "enterprise"


async def test_nobody_gets_no_credits(gateway: Gateway) -> None:
    body = {"amount": 30, "reason": "gift"}
    answer = await gateway.http.post("/api/v1/admin/users/nobody/credits", json=body, headers=gateway.auth("admin"))
    assert answer.status_code == 404
    assert gateway.services.credits.calls == []


async def test_a_grant_repeated_with_its_key_has_one_business_key(gateway: Gateway) -> None:
    headers = {**gateway.auth("admin"), "Idempotency-Key": "gift-1"}
    keys = set()
    for _ in range(2):
        body = {"amount": 30, "reason": "gift"}
        answer = await gateway.http.post("/api/v1/admin/users/u1/credits", json=body, headers=headers)
        assert answer.status_code == 201
        keys.add(gateway.services.credits.last("GrantCredits").business_key)
    assert len(keys) == 1


async def test_dead_letters_of_all_services_come_page_by_page(gateway: Gateway) -> None:
    ids: list[str] = []
    token = ""
    for _ in range(10):
        path = f"/api/v1/admin/dead-letters?page_size=2&page_token={token}"
        page = (await gateway.http.get(path, headers=gateway.auth("admin"))).json()
        ids += [item["id"] for item in page["items"]]
        if not (token := page["next_page_token"]):
            break
    expected = [f"users/users.dlq:0:{number}" for number in range(2)]
    expected += [f"credits/credits.dlq:0:{number}" for number in range(3)]
    assert ids == [*expected, "youtube/youtube.dlq:0:0"]


async def test_a_service_that_is_away_hides_nobody_elses_dead_letters(gateway: Gateway) -> None:
    gateway.services.operations["credits"].away = True
    page = (await gateway.http.get("/api/v1/admin/dead-letters", headers=gateway.auth("admin"))).json()
    assert [item["service"] for item in page["items"]] == ["users", "users", "youtube"]
    assert page["away"] == ["credits"]
    answer = await gateway.http.get("/api/v1/admin/dead-letters?service=credits", headers=gateway.auth("admin"))
    assert (answer.status_code, answer.json()["dependency"]) == (503, "credits")


async def test_a_page_that_was_to_go_on_with_a_service_waits_for_it(gateway: Gateway) -> None:
    path = "/api/v1/admin/dead-letters?page_size=1"
    token = (await gateway.http.get(path, headers=gateway.auth("admin"))).json()["next_page_token"]
    gateway.services.operations["users"].away = True
    answer = await gateway.http.get(f"{path}&page_token={token}", headers=gateway.auth("admin"))
    assert answer.status_code == 503


async def test_a_dead_letter_is_replayed_by_its_own_service(gateway: Gateway) -> None:
    path = "/api/v1/admin/dead-letters/credits/credits.dlq:0:1/replay"
    assert (await gateway.http.post(path, headers=gateway.auth("admin"))).status_code == 204
    assert gateway.services.operations["credits"].last("ReplayDeadLetter").id == "credits.dlq:0:1"
    for unknown in ("credits/x:0:9", "moon/x:0:1", "x"):
        path = f"/api/v1/admin/dead-letters/{unknown}/replay"
        assert (await gateway.http.post(path, headers=gateway.auth("admin"))).status_code == 404


async def test_ready_tells_who_is_away(gateway: Gateway) -> None:
    answer = await gateway.http.get("/ready")
    assert answer.status_code == 200
    assert answer.json()["dependencies"] == {
        "ai_jobs": "up", "credits": "up", "crm_sync": "up", "notifications": "up", "postgres": "up", "projects": "up",
        "redis": "down", "users": "up", "youtube": "up",
    }  # fmt: skip
    gateway.services.credits.away = gateway.services.youtube.away = gateway.services.notifications.away = True
    assert (await gateway.http.get("/ready")).status_code == 200
    gateway.services.jobs.away = True
    answer = await gateway.http.get("/ready")
    assert (answer.status_code, answer.json()["dependencies"]["ai_jobs"]) == (503, "down")


async def test_health_metrics_and_docs_are_served(gateway: Gateway) -> None:
    assert (await gateway.http.get("/health")).json() == {"status": "ok"}
    assert "http_served_seconds" in (await gateway.http.get("/metrics")).text
    page = await gateway.http.get("/docs")
    assert "/api/v1/generate/video" in page.text
    assert "http://" not in page.text.replace("http://127.0.0.1:8000", "").replace("http://studio.example", "")


async def test_a_repeated_creation_answers_with_its_project_even_when_that_was_deleted(gateway: Gateway) -> None:
    gateway.services.projects.status = projects_pb2.Project.STATUS_DELETED
    headers = {**gateway.auth(), "Idempotency-Key": "k"}
    answer = await gateway.http.post("/api/v1/projects", json={"title": "T"}, headers=headers)
    assert (answer.status_code, answer.json()["id"], answer.json()["status"]) == (201, "p1", "deleted")


async def test_if_match_goes_to_whoever_keeps_the_account_or_the_asset(gateway: Gateway) -> None:
    headers = {**gateway.auth("admin"), "If-Match": '"7"'}
    answer = await gateway.http.patch("/api/v1/admin/users/u1", json={"subscription_tier": "pro"}, headers=headers)
    assert (answer.status_code, answer.headers["etag"]) == (200, '"7"')
    assert gateway.services.users.last("SetAccess").if_match == '"7"'
    stale = refuse(grpc.StatusCode.ABORTED, "ETAG_MISMATCH")
    gateway.services.users.refusals["SetAccess"] = gateway.services.projects.refusals["DeleteAsset"] = stale
    set_plans = len(gateway.services.credits.calls)
    answer = await gateway.http.patch("/api/v1/admin/users/u1", json={"subscription_tier": "free"}, headers=headers)
    assert (answer.status_code, len(gateway.services.credits.calls)) == (412, set_plans)
    assert (await gateway.http.delete("/api/v1/assets/a1", headers=headers)).status_code == 412
    assert gateway.services.projects.last("DeleteAsset").if_match == '"7"'
