"""Passwords and addresses proven by mail, what mail somebody gets, and the end of an account."""

from __future__ import annotations

import grpc
import httpx
import pytest

from services.gateway.app import layered
from services.gateway.limits import MAIL
from tests.unit.gateway.conftest import Gateway, make_studio
from tests.unit.gateway.fakes import FakeServices, refuse
from tests.unit.gateway.test_limits import FakeCounters

AUTH = "/api/v1/auth"
NEW = "nine gulls over the pier"


@pytest.mark.parametrize("email", ["mara@example.com", "nobody@example.com", "no address"])
async def test_a_forgotten_password_is_answered_alike_for_everybody(gateway: Gateway, email: str) -> None:
    answer = await gateway.http.post(f"{AUTH}/password/forgot", json={"email": email})
    assert (answer.status_code, answer.content) == (202, b"")
    assert gateway.services.users.last("RequestPasswordReset").email == email


async def test_a_password_is_reset_by_the_mails_token(gateway: Gateway) -> None:
    body = {"token": "good", "password": NEW}
    assert (await gateway.http.post(f"{AUTH}/password/reset", json=body)).status_code == 204
    assert gateway.services.users.last("ResetPassword").password == NEW
    answer = await gateway.http.post(f"{AUTH}/password/reset", json={**body, "token": "used"})
    assert (answer.status_code, answer.json()["code"]) == (422, "TOKEN_INVALID")


async def test_changing_a_password_keeps_the_session_that_asks(gateway: Gateway) -> None:
    body = {"current_password": "seven gulls over the pier", "new_password": NEW}
    headers = {**gateway.auth(), "Cookie": "fs_refresh=mine"}
    assert (await gateway.http.post(f"{AUTH}/password/change", json=body, headers=headers)).status_code == 204
    assert gateway.services.users.last("ChangePassword").refresh_token == "mine"
    by_body = {**body, "refresh_token": "terminal"}
    await gateway.http.post(f"{AUTH}/password/change", json=by_body, headers=gateway.auth())
    assert gateway.services.users.last("ChangePassword").refresh_token == "terminal"
    foreign = {**headers, "Origin": "http://evil.example"}
    assert (await gateway.http.post(f"{AUTH}/password/change", json=body, headers=foreign)).status_code == 403


async def test_a_new_password_that_is_not_good_is_pointed_at_by_its_name(gateway: Gateway) -> None:
    gateway.services.users.refusals["ChangePassword"] = refuse(
        grpc.StatusCode.INVALID_ARGUMENT, "VALIDATION_FAILED", "too easy to guess", field="password"
    )
    body = {"current_password": "x", "new_password": "password"}
    answer = await gateway.http.post(f"{AUTH}/password/change", json=body, headers=gateway.auth())
    assert answer.json()["errors"][0]["pointer"] == "/new_password"


async def test_changing_a_password_needs_a_sign_in_before_anything_is_said_of_the_body(gateway: Gateway) -> None:
    assert (await gateway.http.post(f"{AUTH}/password/change", json={})).status_code == 401
    assert (await gateway.http.post(f"{AUTH}/password/reset", json={})).status_code == 422


async def test_an_address_is_proven_by_a_token_without_a_sign_in(gateway: Gateway) -> None:
    answer = await gateway.http.post(f"{AUTH}/email/verify", json={"token": "good"})
    assert (answer.status_code, answer.json()["email_verified"]) == (200, True)
    answer = await gateway.http.post(f"{AUTH}/email/verify", json={"token": "used"})
    assert (answer.status_code, answer.json()["code"]) == (422, "TOKEN_INVALID")


async def test_without_a_token_a_new_mail_is_asked_for_by_whoever_is_signed_in(gateway: Gateway) -> None:
    assert (await gateway.http.post(f"{AUTH}/email/verify")).status_code == 401
    for options in ({}, {"json": {}}):
        answer = await gateway.http.post(f"{AUTH}/email/verify", headers=gateway.auth(), **options)  # type: ignore[arg-type]
        assert (answer.status_code, answer.content) == (202, b"")
    _, _, caller = gateway.services.users.calls[-1]
    assert caller.user_id == "u1"


async def test_the_mails_link_confirms_an_address_by_a_button(gateway: Gateway) -> None:
    page = await gateway.http.get("/verify?token=good")
    assert (page.status_code, "<form method=post>" in page.text) == (200, True)
    assert gateway.services.users.calls == []
    done = await gateway.http.post("/verify?token=good")
    assert (done.status_code, "mara@example.com is yours" in done.text) == (200, True)
    assert (await gateway.http.post("/verify?token=used")).status_code == 422


async def test_the_mails_link_sets_a_password_by_a_form(gateway: Gateway) -> None:
    page = await gateway.http.get("/reset?token=good")
    assert "type=password name=password" in page.text
    assert "form-action 'self'" in page.headers["content-security-policy"]
    done = await gateway.http.post("/reset?token=good", data={"password": "neun Möwen & ein Pier"})
    assert (done.status_code, "The password is set" in done.text) == (200, True)
    request = gateway.services.users.last("ResetPassword")
    assert (request.token, request.password) == ("good", "neun Möwen & ein Pier")
    used = await gateway.http.post("/reset?token=used", data={"password": NEW})
    assert (used.status_code, "type=password" in used.text) == (422, False)


async def test_a_password_that_is_not_good_gets_the_form_again(gateway: Gateway) -> None:
    gateway.services.users.refusals["ResetPassword"] = refuse(
        grpc.StatusCode.INVALID_ARGUMENT, "VALIDATION_FAILED", "too easy to guess.", field="password"
    )
    again = await gateway.http.post("/reset?token=good", data={"password": "password"})
    assert (again.status_code, "<p>too easy to guess.</p>" in again.text, "type=password" in again.text) == (
        422,
        True,
        True,
    )
    assert (await gateway.http.post("/reset?token=good", content=b"x" * 20_000)).status_code == 413


async def test_mail_is_asked_for_a_few_times_at_most() -> None:
    app = layered(make_studio(FakeServices()), FakeCounters())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://studio.example") as http:
        body = {"email": "mara@example.com"}
        answers = [await http.post(f"{AUTH}/password/forgot", json=body) for _ in range(MAIL.quota + 1)]
    assert {answer.status_code for answer in answers[:-1]} == {202}
    assert answers[-1].status_code == 429


async def test_a_profile_tells_and_changes_the_language(gateway: Gateway) -> None:
    me = (await gateway.http.get("/api/v1/me", headers=gateway.auth())).json()
    assert (me["email_verified"], me["language"]) == (False, "en")
    answer = await gateway.http.patch("/api/v1/me", json={"language": "hi"}, headers=gateway.auth())
    assert (answer.json()["language"], answer.json()["name"]) == ("hi", "Mara")
    assert not gateway.services.users.last("UpdateUser").HasField("name")
    assert (await gateway.http.patch("/api/v1/me", json={}, headers=gateway.auth())).status_code == 422


async def test_an_account_ends_with_its_cookie_and_its_tokens(gateway: Gateway) -> None:
    mine = gateway.auth()
    answer = await gateway.http.delete("/api/v1/me", headers={**mine, "If-Match": '"7"'})
    assert answer.status_code == 204
    assert gateway.services.users.last("DeleteUser").if_match == '"7"'
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert "Path=/api/v1/auth" in answer.headers["set-cookie"]
    assert (await gateway.http.get("/api/v1/me", headers=mine)).status_code == 401


async def test_the_last_administrator_stays(gateway: Gateway) -> None:
    gateway.services.users.refusals["DeleteUser"] = refuse(grpc.StatusCode.FAILED_PRECONDITION, "LAST_ADMIN")
    answer = await gateway.http.delete("/api/v1/me", headers=gateway.auth("admin"))
    assert (answer.status_code, answer.json()["code"]) == (409, "LAST_ADMIN")
    assert "set-cookie" not in answer.headers


async def test_what_was_done_stays_done_though_users_goes_away_right_after(gateway: Gateway) -> None:
    gateway.services.users.refusals["ListTokenFloors"] = refuse(grpc.StatusCode.INTERNAL, "INTERNAL")
    body = {"token": "good", "password": NEW}
    assert (await gateway.http.post(f"{AUTH}/password/reset", json=body)).status_code == 204


async def test_preferences_are_read_and_changed_one_by_one(gateway: Gateway) -> None:
    path = "/api/v1/me/notifications"
    answer = await gateway.http.get(path, headers=gateway.auth())
    assert (answer.json()["film_ready"], answer.json()["marketing"], answer.headers["etag"]) == (True, False, '"2"')
    headers = {**gateway.auth(), "If-Match": '"2"'}
    answer = await gateway.http.patch(path, json={"film_ready": False}, headers=headers)
    assert answer.json()["film_ready"] is False
    request = gateway.services.notifications.last("UpdatePreferences")
    assert (request.if_match, request.HasField("film_ready"), request.HasField("marketing")) == ('"2"', True, False)


async def test_one_click_unsubscribes_without_a_sign_in(gateway: Gateway) -> None:
    answer = await gateway.http.post("/api/v1/unsubscribe?token=good", data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, answer.json()) == (200, {"preference": "film_ready"})
    answer = await gateway.http.post("/api/v1/unsubscribe?token=forged")
    assert (answer.status_code, answer.json()["code"]) == (422, "TOKEN_INVALID")
    assert (await gateway.http.post("/api/v1/unsubscribe")).status_code == 422


async def test_opening_the_link_changes_nothing_but_offers_a_button(gateway: Gateway) -> None:
    page = await gateway.http.get("/api/v1/unsubscribe?token=good")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "<form method=post><button>Unsubscribe</button></form>" in page.text
    assert gateway.services.notifications.calls == []
    browser = {"Accept": "text/html,application/xhtml+xml"}
    done = await gateway.http.post("/api/v1/unsubscribe?token=good", headers=browser)
    assert (done.status_code, "no more of these mails" in done.text) == (200, True)
    refused = await gateway.http.post("/api/v1/unsubscribe?token=forged", headers=browser)
    assert (refused.status_code, "this link is not one of ours" in refused.text) == (422, True)
