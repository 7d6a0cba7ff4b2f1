"""Google's sign-in, with everything that it refuses; and once with authlib, which didn't learn it from us."""

import asyncio
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
from authlib.integrations.requests_client import OAuth2Session

from tests.support import sandbox
from tests.support.sandbox import CREDENTIALS

READ_ONLY = "https://www.googleapis.com/auth/youtube.readonly"


async def tokens_of(consent):
    answer = await consent.token(await consent.code())
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_consent_gives_a_code_and_the_state_back(consent):
    one = consent()
    answered = await one.answered()
    assert (answered["state"], answered["iss"]) == (one.state, one.box.environ["GOOGLE_ISSUER"])
    assert answered["code"]


async def test_an_opened_page_is_allowed_by_its_state(box, consent):
    one = consent()
    opened = await box.http.get(one.url)
    assert opened.status_code == 200
    assert "Sandbox: nothing here is real" in opened.text
    done = await box.act("youtube", "consent", one.state)
    assert dict(parse_qsl(urlsplit(done["redirect"]).query))["state"] == one.state


async def test_the_page_lists_the_scopes_and_two_channels(box, consent):
    page = (await box.http.get(consent().url)).text
    assert page.count('type="radio"') == 2
    assert "Manage your YouTube account" in page


async def test_a_person_may_refuse(consent):
    assert (await consent().answered("#deny"))["error"] == "access_denied"


async def test_the_button_on_the_page_redirects_to_the_registered_address(box, consent):
    one = consent()
    page = (await box.http.get(one.url)).text
    id = page.split('name="authorization" value="')[1].split('"')[0]
    answer = await box.http.post("/youtube/o/oauth2/v2/consent", data={"authorization": id, "decision": "deny"})
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(one.asked["redirect_uri"] + "?")


async def test_the_second_channel_can_be_chosen(box, connect):
    account = "both@example.com"
    first = await connect(box, login_hint=account)
    second = await connect(box, "#channel=2", login_hint=account)
    ids = {(await each.ok("GET", "channels", part="id", mine="true"))["items"][0]["id"] for each in (first, second)}
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"client_id": "somebody"}, "invalid_client"),
        ({"redirect_uri": "http://127.0.0.1:9/api/v1/youtube/oauth/callback/"}, "redirect_uri_mismatch"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "https://www.googleapis.com/auth/drive"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"access_type": "always"}, "invalid_request"),
    ],
)
async def test_a_wrong_request_gets_a_page_and_no_redirect(box, consent, changed, error):
    answer = await box.http.get(consent(**changed).url)
    assert answer.status_code in (400, 401)
    assert error in answer.text
    assert "location" not in answer.headers


async def test_a_code_is_good_once_and_its_second_use_ends_the_first(consent):
    one = consent()
    code = await one.code()
    first = (await one.token(code)).json()
    again = await one.token(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert (await one.refresh(first["refresh_token"])).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changed", "status", "error"),
    [
        ({"code_verifier": "another" * 8}, 400, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:9/elsewhere"}, 400, "invalid_grant"),
        ({"code": "4/none"}, 400, "invalid_grant"),
        ({"code_verifier": ""}, 400, "invalid_request"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
async def test_a_wrong_token_request_is_refused(consent, changed, status, error):
    one = consent()
    answer = await one.token(await one.code(), **changed)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


async def test_the_id_token_is_signed_and_says_the_nonce(box, consent):
    one = consent()
    token = (await tokens_of(one))["id_token"]
    keys = jwt.PyJWKSet.from_dict((await box.http.get("/youtube/oauth2/v3/certs")).json())
    claims = jwt.decode(
        token,
        keys[jwt.get_unverified_header(token)["kid"]],
        algorithms=["RS256"],
        audience=CREDENTIALS["GOOGLE_CLIENT_ID"],
        issuer=box.environ["GOOGLE_ISSUER"],
    )
    assert (claims["nonce"], claims["email"]) == (one.asked["nonce"], one.asked["login_hint"])


async def test_without_openid_there_is_no_id_token(consent):
    assert "id_token" not in await tokens_of(consent(scope=READ_ONLY))


async def test_online_access_has_no_refresh_token(consent):
    assert "refresh_token" not in await tokens_of(consent(access_type="online"))


async def test_a_second_consent_has_a_refresh_token_only_when_it_is_asked_for(consent):
    account = "again@example.com"
    assert "refresh_token" in await tokens_of(consent(login_hint=account))
    assert "refresh_token" not in await tokens_of(consent(login_hint=account))
    assert "refresh_token" in await tokens_of(consent(login_hint=account, prompt="consent"))


async def test_a_refresh_token_gives_an_access_token_for_an_hour(box, consent):
    one = consent()
    answer = (await one.refresh((await tokens_of(one))["refresh_token"])).json()
    assert answer["expires_in"] == 3600
    assert "refresh_token" not in answer
    listed = await box.http.get(
        "/youtube/api/youtube/v3/channels?part=id&mine=true",
        headers={"Authorization": f"Bearer {answer['access_token']}"},
    )
    assert listed.status_code == 200


async def test_revoking_either_token_ends_both(box, consent):
    for which in ("access_token", "refresh_token"):
        one = consent()
        tokens = await tokens_of(one)
        assert (await box.http.post("/youtube/revoke", data={"token": tokens[which]})).status_code == 200
        assert (await one.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
        listed = await box.http.get(
            "/youtube/api/youtube/v3/channels?part=id&mine=true",
            headers={"Authorization": f"Bearer {tokens['access_token']}"},
        )
        assert (listed.status_code, listed.json()["error"]["errors"][0]["reason"]) == (401, "authError")


async def test_revoking_what_is_revoked_is_an_error(box, consent):
    token = {"token": (await tokens_of(consent()))["access_token"]}
    await box.http.post("/youtube/revoke", data=token)
    again = await box.http.post("/youtube/revoke", data=token)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_token")


async def test_invalid_grant_by_order(box, consent):
    one = consent()
    tokens = await tokens_of(one)
    await box.fault("youtube", "POST /token", "error:invalid_grant")
    refused, after = await one.refresh(tokens["refresh_token"]), await one.refresh(tokens["refresh_token"])
    assert (refused.status_code, refused.json()["error"], after.status_code) == (400, "invalid_grant", 200)


async def test_a_token_whose_time_is_over_is_refused(tmp_path, connect):
    async with sandbox.running(tmp_path, SANDBOX_GOOGLE_TOKEN_S="0") as box:
        channel = await connect(box)
        assert (await channel.ask("GET", "channels", part="id", mine="true")).status_code == 401


async def test_tokens_survive_kill_9(box, connect):
    channel = await connect(box)
    await box.restart()
    assert (await channel.ok("GET", "channels", part="id", mine="true"))["items"]


async def test_a_method_beyond_the_scope_is_refused(box, connect):
    channel = await connect(box, scope=READ_ONLY)
    assert (await channel.ask("GET", "channels", part="id", mine="true")).status_code == 200
    answer = await channel.ask("POST", "playlists", {"snippet": {"title": "x"}}, part="snippet")
    assert (answer.status_code, answer.json()["error"]["errors"][0]["reason"]) == (403, "insufficientPermissions")


async def test_authlib_signs_in_refreshes_and_revokes(box):
    environ, verifier = box.environ, "v" * 64
    session = OAuth2Session(
        CREDENTIALS["GOOGLE_CLIENT_ID"],
        CREDENTIALS["GOOGLE_CLIENT_SECRET"],
        scope=f"openid {READ_ONLY}",
        redirect_uri=f"{environ['FILMSTUDIO_URL']}/api/v1/youtube/oauth/callback",
        code_challenge_method="S256",
    )
    url, state = session.create_authorization_url(
        environ["GOOGLE_AUTH_URL"], code_verifier=verifier, access_type="offline", login_hint="authlib@example.com"
    )
    done = await box.act("youtube", "consent", url)

    def exchanged():
        with session:
            token = session.fetch_token(
                environ["GOOGLE_TOKEN_URL"],
                authorization_response=done["redirect"],
                code_verifier=verifier,
                state=state,
            )
            refreshed = session.refresh_token(environ["GOOGLE_TOKEN_URL"], token["refresh_token"])
            revoked = session.revoke_token(environ["GOOGLE_REVOKE_URL"], token["refresh_token"])
            return token, refreshed, revoked

    token, refreshed, revoked = await asyncio.to_thread(exchanged)
    assert refreshed["access_token"] != token["access_token"]
    assert revoked.status_code == 200


async def test_consent_to_a_page_that_nobody_opened_says_what_to_give(box):
    answer = await box.http.post("/_act", json={"service": "youtube", "action": "consent", "id": "nobody"})
    assert answer.status_code == 404
    assert "whole address" in answer.json()["error"]
