"""What administrators see and do, and that nobody else does."""

from __future__ import annotations

import jwt
import pytest

from tests.support.studio import Person, Studio, until


def test_a_tier_counts_at_once_and_the_role_follows(studio: Studio, admin: Person) -> None:
    person = studio.register()
    assert (person.user["role"], person.user["subscription_tier"]) == ("free_user", "free")
    changed = admin.ok("PATCH", f"/admin/users/{person.id}", {"subscription_tier": "pro"})
    assert (changed["role"], changed["subscription_tier"]) == ("pro_user", "pro")
    # no credits come with it, and the token stays good
    assert person.credits() == {"available": 3, "held": 0, "plan": "pro", "debt": 0, "subscription": None}
    until(lambda: person.ok("GET", "/me")["role"] == "pro_user", 10, "the role in the profile")
    claims = jwt.decode(person.sign_in().token, options={"verify_signature": False})
    assert (claims["sub"], claims["role"], claims["subscription_tier"]) == (person.id, "pro_user", "pro")
    assert claims["exp"] - claims["iat"] == 900


def test_a_grant_is_in_the_ledger_and_a_repeat_is_the_same_grant(studio: Studio, admin: Person) -> None:
    person = studio.register()
    gift = {"amount": 5, "reason": "a gift"}
    answers = [
        admin.ask("POST", f"/admin/users/{person.id}/credits", gift, Idempotency_Key="gift one") for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert {answer.json()["transaction"]["id"] for answer in answers} == {person.transactions()[0]["id"]}
    assert person.settled()["available"] == 8


def test_a_suspended_user_is_out_and_comes_back(studio: Studio, admin: Person) -> None:
    person = studio.register()
    person.http.headers["X-Client"] = "cli"
    session = person.ok("POST", "/auth/login", {"email": person.email, "password": person.password})
    assert admin.ok("PATCH", f"/admin/users/{person.id}", {"suspended": True})["suspended"]
    person.refused(401, "UNAUTHENTICATED", "GET", "/me")
    person.refused(403, "SUSPENDED", "POST", "/auth/login", {"email": person.email, "password": person.password})
    person.refused(403, "SUSPENDED", "POST", "/auth/refresh", {"refresh_token": session["refresh_token"]})
    assert not admin.ok("PATCH", f"/admin/users/{person.id}", {"suspended": False})["suspended"]
    assert person.sign_in().ok("GET", "/me")["id"] == person.id


def test_an_administrator_can_be_made_and_unmade(studio: Studio, admin: Person) -> None:
    person = studio.register()
    made = admin.ok("PATCH", f"/admin/users/{person.id}", {"admin": True})
    assert (made["role"], made["subscription_tier"]) == ("admin", "enterprise")
    assert "jobs_by_status" in person.sign_in().ok("GET", "/admin/metrics")
    admin.ok("PATCH", f"/admin/users/{person.id}", {"admin": False})
    person.refused(401, "UNAUTHENTICATED", "GET", "/admin/metrics")
    person.sign_in().refused(403, "FORBIDDEN", "GET", "/admin/metrics")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/admin/users", None),
        ("GET", "/admin/jobs", None),
        ("GET", "/admin/audit", None),
        ("GET", "/admin/dead-letters", None),
        ("GET", "/admin/metrics", None),
        ("POST", "/admin/probes", {"steps": 1, "seconds_per_step": 0}),
    ],
)
def test_only_administrators_may(filmmaker: Person, method: str, path: str, body: object) -> None:
    filmmaker.refused(403, "FORBIDDEN", method, path, body)


def test_a_probe_with_credits_holds_and_captures_them(admin: Person) -> None:
    admin.ok("POST", f"/admin/users/{admin.id}/credits", {"amount": 3, "reason": "for probes"})
    before = admin.settled()["available"]
    job = admin.wait_for_end(admin.probe(steps=5, seconds_per_step=0.01, width=2, credits=3)["id"])
    assert (job["kind"], job["status"], job["progress"]["steps_total"]) == ("probe", "succeeded", 5)
    assert job["credits"] == {"quoted": 3, "held": 3, "captured": 3, "released": 0}
    assert admin.settled()["available"] == before - 3


def test_accounts_jobs_and_activities_are_found(studio: Studio, admin: Person, filmmaker: Person) -> None:
    found = admin.ok("GET", f"/admin/users?query={filmmaker.email}")["items"]
    assert [account["id"] for account in found] == [filmmaker.id]
    probe = admin.wait_for_end(admin.probe()["id"])
    listed = {job["id"]: job["user_id"] for job in admin.ok("GET", "/admin/jobs")["items"]}
    assert listed[probe["id"]] == admin.id
    actions = [line["action"] for line in admin.ok("GET", f"/admin/audit?user_id={filmmaker.id}")["items"]]
    assert any("register" in action for action in actions), actions
    letters = admin.ok("GET", "/admin/dead-letters?service=credits&page_size=5")
    assert letters.keys() == {"items", "next_page_token", "away"}
    admin.refused(404, "NOT_FOUND", "POST", "/admin/dead-letters/credits/ai-jobs.jobs.v1.dlq:0:999999/replay")
