"""Who is counted how, and what those hear who have asked too often."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator

import httpx
import pytest

from services.gateway.app import layered
from services.gateway.limits import ANONYMOUS, MAIL, PROVIDERS, RENDER, SIGN_IN, UNSUBSCRIBE, USER, policy_for
from tests.unit.gateway.conftest import make_studio
from tests.unit.gateway.fakes import FakeServices


class FakeCounters:
    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.away = False
        self.asked = 0

    async def add(self, key: str, kept_s: int) -> int | None:
        self.asked += 1
        if self.away:
            return None
        self.counts[key] += 1
        return self.counts[key]


@pytest.fixture
def counters() -> FakeCounters:
    return FakeCounters()


@pytest.fixture
async def limited(counters: FakeCounters) -> AsyncIterator[httpx.AsyncClient]:
    app = layered(make_studio(FakeServices()), counters)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://studio.example") as http:
        yield http


async def test_beyond_the_quota_requests_are_refused_with_a_time_to_come_back(limited: httpx.AsyncClient) -> None:
    for _ in range(SIGN_IN.quota):
        answer = await limited.post("/api/v1/auth/login", json={})
        assert answer.status_code == 422
    assert answer.headers["ratelimit-policy"] == f'"sign-in";q={SIGN_IN.quota};w={SIGN_IN.window_s}'
    assert answer.headers["ratelimit"].startswith('"sign-in";r=0;t=')
    refused = await limited.post("/api/v1/auth/login", json={})
    assert (refused.status_code, refused.json()["code"]) == (429, "RATE_LIMITED")
    assert 0 < int(refused.headers["retry-after"]) <= SIGN_IN.window_s
    assert (await limited.get("/health")).status_code == 200


async def test_while_redis_is_away_everybody_passes(counters: FakeCounters, limited: httpx.AsyncClient) -> None:
    counters.away = True
    for _ in range(SIGN_IN.quota + 5):
        answer = await limited.post("/api/v1/auth/login", json={})
        assert answer.status_code == 422
    assert "ratelimit" not in answer.headers
    # asked once a second at most, not by every request
    assert counters.asked <= 3


def test_each_request_falls_under_one_policy() -> None:
    assert policy_for("/api/v1/auth/login", "POST", signed_in=False) is SIGN_IN
    assert policy_for("/api/v1/projects", "GET", signed_in=False) is ANONYMOUS
    assert policy_for("/api/v1/projects", "GET", signed_in=True) is USER
    assert policy_for("/api/v1/generate/video", "POST", signed_in=True) is RENDER
    assert policy_for("/api/v1/auth/password/change", "POST", signed_in=True) is SIGN_IN
    assert policy_for("/api/v1/auth/email/verify", "POST", signed_in=True) is MAIL
    assert policy_for("/api/v1/unsubscribe", "POST", signed_in=False) is UNSUBSCRIBE
    assert policy_for("/api/v1/credits/checkout", "POST", signed_in=True) is PROVIDERS
    assert policy_for("/api/v1/credits/checkout", "POST", signed_in=False) is ANONYMOUS
    assert policy_for("/api/v1/youtube/connections", "GET", signed_in=True) is USER
    assert policy_for("/api/v1/webhooks/stripe", "POST", signed_in=False) is None
    assert policy_for("/api/v1/webhooks/stripes", "GET", signed_in=False) is ANONYMOUS
    assert policy_for("/ready", "GET", signed_in=False) is None
