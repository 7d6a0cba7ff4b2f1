"""Requests that only a stranger or a fuzzer sends, and what their answers point at."""

from __future__ import annotations

import grpc
import pytest

from tests.unit.gateway.conftest import Gateway
from tests.unit.gateway.fakes import refuse

LANGUAGE = refuse(grpc.StatusCode.INVALID_ARGUMENT, "LANGUAGE_UNSUPPORTED", supported="en,hi")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/v1/projects", rb'{"title": "\ud800"}'),
        ("POST", "/api/v1/projects", rb'{"title": "T", "\ud800": 1}'),
        ("PUT", "/api/v1/projects/p1/script", rb'{"format": "plain", "text": "\udfff"}'),
        ("PUT", "/api/v1/projects/p1/script", rb'{"format": "plain", "text": "x", "language": "\ud800"}'),
        ("POST", "/api/v1/quotes", rb'{"kind": "video", "project_id": "\ud800"}'),
        ("POST", "/api/v1/auth/login", rb'{"email": "\ud800", "password": "\ud800"}'),
    ],
)
async def test_half_of_a_surrogate_pair_is_not_valid_anywhere(
    gateway: Gateway, method: str, path: str, body: bytes
) -> None:
    headers = {**gateway.auth(), "Content-Type": "application/json"}
    answer = await gateway.http.request(method, path, content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "VALIDATION_FAILED")


async def test_a_method_not_offered_is_told_all_that_are(gateway: Gateway) -> None:
    for path, offered in (
        ("/api/v1/me", "DELETE, GET, PATCH"),
        ("/api/v1/projects/p1", "DELETE, GET, PATCH, PUT"),
        ("/api/v1/admin/dead-letters/credits/a:0:1/replay", "POST"),
        ("/docs", "GET"),
    ):
        answer = await gateway.http.request("TRACE", path)
        assert (answer.status_code, answer.headers["allow"]) == (405, offered)


async def test_long_keys_that_differ_at_their_end_are_two_keys_and_short_enough_for_every_service(
    gateway: Gateway,
) -> None:
    path = f"/api/v1/admin/users/{'u' * 36}/credits"
    kept = set()
    for key in ("k" * 199 + "1", "k" * 199 + "2"):
        headers = {**gateway.auth("admin", "a" * 36), "Idempotency-Key": key}
        answer = await gateway.http.post(path, json={"amount": 1, "reason": "gift"}, headers=headers)
        assert answer.status_code == 201
        kept.add(gateway.services.credits.last("GrantCredits").business_key)
    assert len(kept) == 2
    assert max(map(len, kept)) <= 255


async def test_a_language_nobody_knows_is_left_to_those_who_know_the_languages(gateway: Gateway) -> None:
    gateway.services.projects.refusals["PutScript"] = LANGUAGE
    body = {"format": "plain", "text": "x", "language": "klingon"}
    answer = await gateway.http.put("/api/v1/projects/p1/script", json=body, headers=gateway.auth())
    assert (answer.status_code, answer.json()["code"]) == (422, "LANGUAGE_UNSUPPORTED")
    assert answer.json()["supported"] == ["en", "hi"]


async def test_a_page_token_we_never_gave_is_pointed_at_in_the_query(gateway: Gateway) -> None:
    gateway.services.projects.refusals["GetProject"] = refuse(
        grpc.StatusCode.INVALID_ARGUMENT, "VALIDATION_FAILED", "not ours", field="page_token"
    )
    answer = await gateway.http.get("/api/v1/projects/p1", headers=gateway.auth())
    assert answer.json()["errors"] == [{"pointer": "/query/page_token", "detail": "not ours"}]


async def test_the_key_of_a_mapping_is_pointed_at_by_its_name_alone(gateway: Gateway) -> None:
    body = {"project_id": "p1", "options": {"engines": {"paint": "x"}}}
    answer = await gateway.http.post("/api/v1/generate/video", json=body, headers=gateway.auth())
    assert answer.json()["errors"][0]["pointer"] == "/options/engines/paint"


async def test_a_service_that_is_away_is_named_with_a_time_to_come_back(gateway: Gateway) -> None:
    gateway.services.projects.away = True
    answer = await gateway.http.post("/api/v1/projects", json={"title": "T"}, headers=gateway.auth())
    assert (answer.status_code, answer.json()["code"]) == (503, "DEPENDENCY_AWAY")
    assert (answer.json()["dependency"], answer.headers["retry-after"]) == ("projects", "2")
