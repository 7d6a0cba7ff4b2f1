"""Tokens, cookies, floors."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.unit.gateway.conftest import Gateway

LOGIN = {"email": "mara@example.com", "password": "seven gulls over the pier"}


async def test_register_answers_201_with_a_cookie_that_scripts_cannot_read(gateway: Gateway) -> None:
    answer = await gateway.http.post("/api/v1/auth/register", json=LOGIN)
    assert answer.status_code == 201
    assert answer.json()["token_type"] == "Bearer"
    assert answer.json()["user"]["role"] == "free_user"
    assert "refresh_token" not in answer.json()
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path=/api/v1/auth" in cookie


async def test_a_terminal_gets_the_refresh_token_in_the_body_and_no_cookie(gateway: Gateway) -> None:
    answer = await gateway.http.post("/api/v1/auth/login", json=LOGIN, headers={"X-Client": "cli"})
    assert answer.json()["refresh_token"] == "r" * 43
    assert "set-cookie" not in answer.headers


async def test_what_came_by_cookie_never_leaves_in_a_body(gateway: Gateway) -> None:
    headers = {"Cookie": "fs_refresh=abc", "X-Client": "cli"}
    answer = await gateway.http.post("/api/v1/auth/refresh", headers=headers)
    assert answer.status_code == 200
    assert "refresh_token" not in answer.json()
    assert gateway.services.users.last("Refresh").refresh_token == "abc"


async def test_a_foreign_page_may_not_use_the_cookie(gateway: Gateway) -> None:
    headers = {"Cookie": "fs_refresh=abc", "Origin": "http://evil.example"}
    for path in ("refresh", "logout"):
        assert (await gateway.http.post(f"/api/v1/auth/{path}", headers=headers)).status_code == 403


async def test_refresh_takes_the_token_from_the_body(gateway: Gateway) -> None:
    body = {"refresh_token": "mine"}
    answer = await gateway.http.post("/api/v1/auth/refresh", json=body, headers={"X-Client": "cli"})
    assert answer.json()["refresh_token"]
    assert gateway.services.users.last("Refresh").refresh_token == "mine"


async def test_refresh_without_any_token_is_unauthenticated(gateway: Gateway) -> None:
    assert (await gateway.http.post("/api/v1/auth/refresh")).status_code == 401


async def test_logout_everywhere_says_so_and_clears_the_cookie(gateway: Gateway) -> None:
    answer = await gateway.http.post("/api/v1/auth/logout?all=true", headers={"Cookie": "fs_refresh=abc"})
    assert answer.status_code == 204
    assert gateway.services.users.last("Logout").all is True
    assert "Max-Age=0" in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    "claims",
    [{"exp": 1}, {"iss": "other"}, {"aud": "other"}, {"iat": 4_000_000_000}],
    ids=["expired", "another issuer", "another audience", "from the future"],
)
async def test_a_token_that_does_not_hold_is_refused(gateway: Gateway, claims: dict[str, Any]) -> None:
    assert (await gateway.http.get("/api/v1/me", headers=gateway.auth(**claims))).status_code == 401


@pytest.mark.parametrize("header", ["Bearer x.y.z", "Bearer ", "Basic abc", "Bearer 💡".encode()])
async def test_garbage_for_a_token_is_refused(gateway: Gateway, header: str | bytes) -> None:
    assert (await gateway.http.get("/api/v1/me", headers={"Authorization": header})).status_code == 401


async def test_a_new_signing_key_is_found_at_once(gateway: Gateway) -> None:
    assert (await gateway.http.get("/api/v1/me", headers=gateway.auth())).status_code == 200
    gateway.services.users.keys["k2"] = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    gateway.studio.gatekeeper._keys_at -= 1.1
    assert (await gateway.http.get("/api/v1/me", headers=gateway.auth(kid="k2"))).status_code == 200


async def test_unknown_keys_are_asked_for_once_a_second(gateway: Gateway) -> None:
    users = gateway.services.users
    users.keys["k9"] = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    stranger = gateway.auth(kid="k9")
    del users.keys["k9"]
    for _ in range(5):
        assert (await gateway.http.get("/api/v1/me", headers=stranger)).status_code == 401
    assert sum(call == "GetJwks" for call, _, _ in users.calls) == 1


async def test_known_keys_hold_while_users_is_away(gateway: Gateway) -> None:
    assert (await gateway.http.get("/api/v1/me", headers=gateway.auth())).status_code == 200
    gateway.services.users.away = True
    assert (await gateway.http.get("/api/v1/credits", headers=gateway.auth())).status_code == 200


async def test_with_no_keys_and_users_away_the_answer_is_503(gateway: Gateway) -> None:
    headers = gateway.auth()
    gateway.services.users.away = True
    answer = await gateway.http.get("/api/v1/credits", headers=headers)
    assert (answer.status_code, answer.json()["dependency"]) == (503, "users")


async def test_suspension_refuses_older_tokens_at_once(gateway: Gateway) -> None:
    admin, victim = gateway.auth("admin", "boss"), gateway.auth()
    assert (await gateway.http.get("/api/v1/me", headers=victim)).status_code == 200
    answer = await gateway.http.patch("/api/v1/admin/users/u1", json={"suspended": True}, headers=admin)
    assert answer.status_code == 200
    assert (await gateway.http.get("/api/v1/me", headers=victim)).status_code == 401
    assert (await gateway.http.get("/api/v1/me", headers=admin)).status_code == 200


async def test_the_public_keys_are_served(gateway: Gateway) -> None:
    keys = (await gateway.http.get("/.well-known/jwks.json")).json()["keys"]
    assert [(key["kid"], key["kty"]) for key in keys] == [("k1", "RSA")]
    assert "d" not in keys[0]
