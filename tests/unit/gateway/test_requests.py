"""How requests are refused and answered."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from services.kit.errors import RemoteError
from tests.unit.gateway.conftest import Gateway
from tests.unit.gateway.fakes import refuse

VIDEO = {"project_id": "p1", "options": {}}


async def test_a_request_without_a_token_is_unauthenticated_as_problem_json(gateway: Gateway) -> None:
    answer = await gateway.http.get("/api/v1/me")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "UNAUTHENTICATED"
    assert len(answer.json()["trace_id"]) in (0, 32)
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_an_unknown_path_and_a_method_not_offered_are_problems(gateway: Gateway) -> None:
    assert (await gateway.http.get("/api/v1/nothing")).json()["code"] == "NOT_FOUND"
    answer = await gateway.http.put("/api/v1/me", headers=gateway.auth())
    assert (answer.status_code, answer.json()["code"]) == (405, "METHOD_NOT_ALLOWED")


async def test_broken_json_is_malformed(gateway: Gateway) -> None:
    headers = {**gateway.auth(), "Content-Type": "application/json"}
    answer = await gateway.http.post("/api/v1/projects", content=b'{"title": ', headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "MALFORMED")


async def test_a_body_that_is_no_utf8_is_malformed(gateway: Gateway) -> None:
    headers = {**gateway.auth(), "Content-Type": "application/json"}
    answer = await gateway.http.post("/api/v1/projects", content=b'{"title": "\xff\xfe"}', headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "MALFORMED")


async def test_a_body_that_is_no_json_type_is_unsupported(gateway: Gateway) -> None:
    headers = {**gateway.auth(), "Content-Type": "text/plain"}
    answer = await gateway.http.post("/api/v1/projects", content=b'{"title": "x"}', headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "UNSUPPORTED_TYPE")


@pytest.mark.parametrize(
    ("options", "pointer"),
    [
        ({"duration_s": 14}, "/options/duration_s"),
        ({"duration_s": 301}, "/options/duration_s"),
        ({"duration_s": "60"}, "/options/duration_s"),
        ({"fps": 23}, "/options/fps"),
        ({"style": "oil"}, "/options/style"),
        ({"music": {"mood": "calm", "raga": "kafi"}}, "/options/music"),
        ({"podcast": {"speakers": 2}}, "/options/podcast/speakers"),
        ({"podcast": {"speakers": [{"name": "MARA"}]}}, "/options/podcast/speakers"),
        ({"formats": ["avi"]}, "/options/formats"),
        ({"narrator": {"voice": "robot"}}, "/options/narrator/voice"),
        ({"subtitles": {"files": {"hi": 1}}}, "/options/subtitles/files"),
        ({"colour": "red"}, "/options/colour"),
        ({"engines": {"paint": "x"}}, "/options/engines/paint"),
    ],
)
async def test_a_value_that_is_not_valid_is_pointed_at(gateway: Gateway, options: dict[str, Any], pointer: str) -> None:
    body = {"project_id": "p1", "options": options}
    answer = await gateway.http.post("/api/v1/generate/video", json=body, headers=gateway.auth())
    assert (answer.status_code, answer.json()["code"]) == (422, "VALIDATION_FAILED")
    assert answer.json()["errors"][0]["pointer"].startswith(pointer)


async def test_refusals_keep_their_order(gateway: Gateway) -> None:
    bad = {"project_id": "somebody-elses", "options": {"duration_s": 1}}
    assert (await gateway.http.post("/api/v1/generate/video", json=bad)).status_code == 401
    answer = await gateway.http.post("/api/v1/generate/video", json=bad, headers=gateway.auth())
    assert answer.status_code == 404
    bad["project_id"] = "p1"
    answer = await gateway.http.post("/api/v1/generate/video", json=bad, headers=gateway.auth())
    assert answer.status_code == 422


async def test_malformed_json_of_a_stranger_is_unauthenticated_first(gateway: Gateway) -> None:
    headers = {"Content-Type": "application/json"}
    assert (await gateway.http.post("/api/v1/projects", content=b"{", headers=headers)).status_code == 401


INSUFFICIENT = refuse(grpc.StatusCode.FAILED_PRECONDITION, "INSUFFICIENT_CREDITS", needed="9", available="3")
RUNNING = refuse(grpc.StatusCode.ALREADY_EXISTS, "JOB_ALREADY_RUNNING", job_id="j9")
LIMIT = refuse(grpc.StatusCode.RESOURCE_EXHAUSTED, "PLAN_LIMIT", limit="resolution", allowed="720p")
TOO_LONG = refuse(grpc.StatusCode.INVALID_ARGUMENT, "SCRIPT_TOO_LONG", needed_seconds="71.5")
LANGUAGE = refuse(grpc.StatusCode.INVALID_ARGUMENT, "LANGUAGE_UNSUPPORTED", supported="en,hi")
FIELD = refuse(grpc.StatusCode.INVALID_ARGUMENT, "VALIDATION_FAILED", "too loud", field="options.music.volume")


@pytest.mark.parametrize(
    ("refusal", "status", "members"),
    [
        (INSUFFICIENT, 402, {"needed": 9, "available": 3}),
        (RUNNING, 409, {"job_id": "j9"}),
        (LIMIT, 403, {"limit": "resolution", "allowed": "720p"}),
        (TOO_LONG, 422, {"needed_seconds": 71.5}),
        (LANGUAGE, 422, {"supported": ["en", "hi"]}),
        (FIELD, 422, {"errors": [{"pointer": "/options/music/volume", "detail": "too loud"}]}),
        (refuse(grpc.StatusCode.ABORTED, "QUOTE_STALE"), 409, {}),
        (refuse(grpc.StatusCode.ABORTED, "IDEMPOTENCY_IN_FLIGHT"), 409, {}),
        (refuse(grpc.StatusCode.INVALID_ARGUMENT, "IDEMPOTENCY_KEY_REUSED"), 422, {}),
    ],
)
async def test_a_services_refusal_keeps_its_reason_and_members(
    gateway: Gateway, refusal: RemoteError, status: int, members: dict[str, Any]
) -> None:
    gateway.services.jobs.refusals["CreateJob"] = refusal
    answer = await gateway.http.post("/api/v1/generate/video", json=VIDEO, headers=gateway.auth())
    assert (answer.status_code, answer.json()["code"]) == (status, refusal.reason)
    assert members.items() <= answer.json().items()


@pytest.mark.parametrize("reason", ["CALLER_NOT_ALLOWED", "SERVICE_UNKNOWN", "INTERNAL", "WHO_KNOWS"])
async def test_what_is_our_fault_stays_ours(gateway: Gateway, reason: str) -> None:
    gateway.services.jobs.refusals["CreateJob"] = refuse(grpc.StatusCode.UNKNOWN, reason, "secret detail")
    answer = await gateway.http.post("/api/v1/generate/video", json=VIDEO, headers=gateway.auth())
    assert (answer.status_code, answer.json()["code"]) == (500, "INTERNAL")
    assert "secret" not in answer.text


async def test_an_unknown_exception_never_shows_its_text(gateway: Gateway) -> None:
    gateway.services.projects.refusals["GetProject"] = ValueError("secret detail")  # type: ignore[assignment]
    answer = await gateway.http.get("/api/v1/projects/p1", headers=gateway.auth())
    assert (answer.status_code, answer.json()["code"]) == (500, "INTERNAL")
    assert "secret" not in answer.text


async def test_a_service_that_is_away_is_named(gateway: Gateway) -> None:
    gateway.services.projects.away = True
    answer = await gateway.http.get("/api/v1/projects/p1", headers=gateway.auth())
    assert answer.status_code == 503
    assert answer.json()["dependency"] == "projects"
    assert int(answer.headers["retry-after"]) >= 1


async def test_a_body_above_the_limit_is_too_large(gateway: Gateway) -> None:
    body = {"title": "x" * (1024 * 1024 + 1)}
    answer = await gateway.http.post("/api/v1/projects", json=body, headers=gateway.auth())
    assert (answer.status_code, answer.json()["code"]) == (413, "TOO_LARGE")


async def test_a_body_without_a_length_is_counted(gateway: Gateway) -> None:
    async def endless() -> Any:
        for _ in range(40):
            yield b"x" * 65536

    headers = {**gateway.auth(), "Content-Type": "application/json"}
    answer = await gateway.http.post("/api/v1/projects", content=endless(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "TOO_LARGE")


async def test_text_with_nul_is_refused_at_the_door(gateway: Gateway) -> None:
    answer = await gateway.http.post("/api/v1/projects", json={"title": "a\x00b"}, headers=gateway.auth())
    assert answer.json()["errors"][0]["pointer"] == "/title"
    answer = await gateway.http.get("/api/v1/admin/users?query=%00", headers=gateway.auth("admin"))
    assert answer.status_code == 422


async def test_request_ids_are_returned_or_made(gateway: Gateway) -> None:
    assert (await gateway.http.get("/health", headers={"X-Request-Id": "abc-1"})).headers["x-request-id"] == "abc-1"
    made = (await gateway.http.get("/health", headers={"X-Request-Id": "no good\t"})).headers["x-request-id"]
    assert len(made) == 36


async def test_answers_carry_security_headers(gateway: Gateway) -> None:
    headers = (await gateway.http.get("/health")).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


async def test_only_listed_origins_may_read_answers(gateway: Gateway) -> None:
    ours = await gateway.http.get("/health", headers={"Origin": "http://studio.example"})
    theirs = await gateway.http.get("/health", headers={"Origin": "http://evil.example"})
    assert ours.headers["access-control-allow-origin"] == "http://studio.example"
    assert "access-control-allow-origin" not in theirs.headers


async def test_the_users_id_travels_with_each_call(gateway: Gateway) -> None:
    await gateway.http.get("/api/v1/projects/p1", headers={**gateway.auth(), "X-Request-Id": "r-1"})
    _, _, caller = gateway.services.projects.calls[-1]
    assert (caller.user_id, caller.admin, caller.request_id) == ("u1", False, "r-1")


async def test_an_idempotency_key_is_scoped_to_method_and_path(gateway: Gateway) -> None:
    headers = {**gateway.auth(), "Idempotency-Key": "once"}
    await gateway.http.post("/api/v1/projects", json={"title": "x"}, headers=headers)
    assert gateway.services.projects.last("CreateProject").request_id == "POST /projects once"
    await gateway.http.post("/api/v1/generate/video", json=VIDEO, headers=headers)
    assert gateway.services.jobs.last("CreateJob").request_id == "POST /generate/video once"


async def test_without_a_key_every_request_is_its_own(gateway: Gateway) -> None:
    ids = set()
    for _ in range(2):
        await gateway.http.post("/api/v1/projects", json={"title": "x"}, headers=gateway.auth())
        ids.add(gateway.services.projects.last("CreateProject").request_id)
    assert len(ids) == 2


async def test_etags_go_out_and_come_back(gateway: Gateway) -> None:
    answer = await gateway.http.get("/api/v1/projects/p1", headers=gateway.auth())
    assert answer.headers["etag"] == '"3"'
    headers = {**gateway.auth(), "If-Match": 'W/"3"'}
    await gateway.http.patch("/api/v1/projects/p1", json={"title": "y"}, headers=headers)
    request = gateway.services.projects.last("UpdateProject")
    assert (request.if_match, request.title, request.HasField("description")) == ('"3"', "y", False)


async def test_an_etag_is_quoted_once(gateway: Gateway) -> None:
    answer = await gateway.http.get("/api/v1/me", headers=gateway.auth())
    assert answer.headers["etag"] == '"7"'
    headers = {**gateway.auth(), "If-Match": answer.headers["etag"]}
    assert (await gateway.http.patch("/api/v1/me", json={"name": "M"}, headers=headers)).status_code == 200


async def test_a_stale_etag_is_a_failed_precondition(gateway: Gateway) -> None:
    headers = {**gateway.auth(), "If-Match": '"6"'}
    answer = await gateway.http.patch("/api/v1/me", json={"name": "M"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (412, "ETAG_MISMATCH")


async def test_a_project_without_a_script_has_none_to_get(gateway: Gateway) -> None:
    answer = await gateway.http.get("/api/v1/projects/p1/script", headers=gateway.auth())
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


async def test_an_unknown_script_format_names_the_known_ones(gateway: Gateway) -> None:
    body = {"format": "docx", "text": "x", "language": "en"}
    answer = await gateway.http.put("/api/v1/projects/p1/script", json=body, headers=gateway.auth())
    assert answer.status_code == 422
    assert "fountain" in answer.json()["detail"]


async def test_page_sizes_are_bounded(gateway: Gateway) -> None:
    assert (await gateway.http.get("/api/v1/jobs?page_size=101", headers=gateway.auth())).status_code == 422
    assert (await gateway.http.get("/api/v1/jobs?status=dreaming", headers=gateway.auth())).status_code == 422
