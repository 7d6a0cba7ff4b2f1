"""What is asked of Google, and what of its answers is believed."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from services.kit.errors import DependencyAway
from services.youtube.errors import OAuthRefused
from services.youtube.google_oauth import SCOPES, GoogleOAuth, GrantEnded, challenge
from tests.unit.youtube.google import CLIENT, FakeGoogle, jwk, signed_with_the_public_key, unsigned

OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def google() -> FakeGoogle:
    return FakeGoogle()


async def exchange(google: FakeGoogle) -> Any:
    return await google.oauth().exchange("4/canary-code", "canary-verifier", "the-nonce")


def test_the_page_of_consent_is_asked_for_what_publishing_needs() -> None:
    url = FakeGoogle().oauth().authorization_url("the-state", "the-nonce", "the-verifier")

    assert url.startswith("https://google.example/auth?")
    assert parse_qs(urlsplit(url).query) == {
        "response_type": ["code"],
        "client_id": [CLIENT.client_id],
        "redirect_uri": [CLIENT.redirect_uri],
        "scope": [
            "openid https://www.googleapis.com/auth/youtube.upload https://www.googleapis.com/auth/youtube.force-ssl"
        ],
        "state": ["the-state"],
        "nonce": ["the-nonce"],
        "code_challenge": [challenge("the-verifier")],
        "code_challenge_method": ["S256"],
        "access_type": ["offline"],
        "prompt": ["consent"],
    }


def test_the_challenge_is_that_of_the_rfc() -> None:
    # RFC 7636, appendix B
    assert challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


async def test_a_code_gives_a_grant(google: FakeGoogle) -> None:
    grant = await exchange(google)

    assert grant.subject == "1234"
    assert grant.access.token == "ya29.canary-access"
    assert grant.access.refresh_token == "1//canary-refresh"
    assert grant.access.expires_at == google.now + timedelta(seconds=3599)
    grant.require_scopes()
    assert google.forms("/token") == [
        {
            "grant_type": "authorization_code",
            "code": "4/canary-code",
            "code_verifier": "canary-verifier",
            "redirect_uri": CLIENT.redirect_uri,
            "client_id": CLIENT.client_id,
            "client_secret": CLIENT.client_secret,
        }
    ]


async def test_a_grant_shows_no_token(google: FakeGoogle) -> None:
    assert "canary" not in repr(await exchange(google))


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "somebody-else"},
        {"aud": ["studio.apps.example", "somebody-else"]},
        {"exp": timedelta(minutes=-5)},
        {"iat": timedelta(minutes=5)},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
        {"exp": None},
        {"aud": None},
        {"iss": None},
    ],
    ids=str,
)
async def test_an_id_token_with_a_wrong_claim_is_refused(google: FakeGoogle, claims: dict[str, Any]) -> None:
    google.claims = claims
    with pytest.raises(OAuthRefused):
        await exchange(google)


@pytest.mark.parametrize(
    "sign",
    [
        unsigned,
        signed_with_the_public_key,
        lambda claims: jwt.encode(claims, OTHER_KEY, "RS256", headers={"kid": "k1"}),
        lambda claims: jwt.encode(claims, OTHER_KEY, "RS256", headers={"kid": "k2"}),
        lambda claims: "not.a.token",
        lambda claims: "",
    ],
    ids=["none", "public key", "another key", "unknown key", "no token", "nothing"],
)
async def test_an_id_token_that_google_has_not_signed_is_refused(google: FakeGoogle, sign: Any) -> None:
    google.sign = sign
    with pytest.raises(OAuthRefused) as refused:
        await exchange(google)
    assert refused.value.metadata["cause"] == "id_token"


async def test_googles_other_spelling_of_itself_is_google(google: FakeGoogle) -> None:
    google.claims = {"iss": "google.example"}
    assert (await exchange(google)).subject == "1234"


async def test_a_key_that_google_has_just_begun_to_use_is_fetched(google: FakeGoogle) -> None:
    oauth = google.oauth()
    await oauth.exchange("code", "verifier", "the-nonce")
    google.keys = [jwk("k1"), jwk("k2", OTHER_KEY)]
    google.sign = lambda claims: jwt.encode(claims, OTHER_KEY, "RS256", headers={"kid": "k2"})
    google.at = 60

    assert (await oauth.exchange("code", "verifier", "the-nonce")).subject == "1234"


async def test_made_up_key_ids_do_not_have_the_keys_fetched_again_and_again(google: FakeGoogle) -> None:
    oauth = google.oauth()
    google.sign = lambda claims: jwt.encode(claims, OTHER_KEY, "RS256", headers={"kid": "made up"})
    for _ in range(3):
        with pytest.raises(OAuthRefused):
            await oauth.exchange("code", "verifier", "the-nonce")

    assert len(google.forms("/certs")) == 1


async def test_known_keys_are_fetched_once_an_hour(google: FakeGoogle) -> None:
    oauth = google.oauth()
    for google.at in (0, 3000, 3700):
        await oauth.exchange("code", "verifier", "the-nonce")

    assert len(google.forms("/certs")) == 2


@pytest.mark.parametrize("missing", SCOPES[1:])
async def test_a_scope_that_was_unticked_is_named(google: FakeGoogle, missing: str) -> None:
    google.answer = {"scope": " ".join(scope for scope in SCOPES if scope != missing)}
    grant = await exchange(google)

    with pytest.raises(OAuthRefused, match="leave all boxes ticked") as refused:
        grant.require_scopes()
    assert refused.value.metadata == {"cause": "scopes_missing", "missing": missing}


async def test_scopes_in_another_order_and_more_of_them_are_enough(google: FakeGoogle) -> None:
    google.answer = {"scope": " ".join(["email", *reversed(SCOPES)])}
    (await exchange(google)).require_scopes()


async def test_a_grant_that_does_not_last_is_refused(google: FakeGoogle) -> None:
    google.answer = {"refresh_token": None}
    with pytest.raises(OAuthRefused, match="no lasting permission"):
        await exchange(google)


async def test_a_used_code_is_refused(google: FakeGoogle) -> None:
    google.token_error = (400, "invalid_grant")
    with pytest.raises(OAuthRefused) as refused:
        await exchange(google)
    assert refused.value.metadata["cause"] == "code_used"


async def test_refreshing_gives_another_access_token(google: FakeGoogle) -> None:
    google.answer = {"refresh_token": None}

    access = await google.oauth().refresh("1//canary-refresh")

    assert (access.token, access.refresh_token) == ("ya29.canary-access", "")
    assert google.forms("/token")[0]["refresh_token"] == "1//canary-refresh"


async def test_an_ended_grant_is_ended_for_good(google: FakeGoogle) -> None:
    google.token_error = (400, "invalid_grant")
    with pytest.raises(GrantEnded):
        await google.oauth().refresh("1//canary-refresh")


@pytest.mark.parametrize(
    "error", [(500, ""), (503, "backend"), (429, "rate_limited"), (401, "invalid_client"), (400, "unauthorized_client")]
)
async def test_anything_else_that_google_refuses_costs_no_user_their_grant(
    google: FakeGoogle, error: tuple[int, str]
) -> None:
    google.token_error = error
    with pytest.raises(DependencyAway, match="google"):
        await google.oauth().refresh("1//canary-refresh")


async def test_a_client_that_google_refuses_is_told_to_the_operator(
    google: FakeGoogle, capsys: pytest.CaptureFixture[str]
) -> None:
    google.token_error = (401, "invalid_client")
    with pytest.raises(DependencyAway):
        await google.oauth().refresh("1//canary-refresh")

    output = "".join(capsys.readouterr())
    assert "invalid_client" in output
    assert "canary" not in output


@pytest.mark.parametrize("answer", [{"access_token": None}, {"expires_in": "soon"}, {"expires_in": None}], ids=str)
async def test_an_answer_without_a_token_is_no_answer(google: FakeGoogle, answer: dict[str, Any]) -> None:
    google.answer = answer
    with pytest.raises(DependencyAway):
        await google.oauth().refresh("1//canary-refresh")


async def test_revoking_sends_the_token_in_the_body(google: FakeGoogle) -> None:
    await google.oauth().revoke("1//canary-refresh")
    assert google.asked == [("/revoke", {"token": "1//canary-refresh"})]


async def test_revoking_what_is_revoked_is_done(google: FakeGoogle) -> None:
    google.revoke_error = (400, "invalid_token")
    await google.oauth().revoke("1//canary-refresh")


async def test_revoking_that_fails_is_to_be_tried_again(google: FakeGoogle) -> None:
    google.revoke_error = (503, "")
    with pytest.raises(DependencyAway):
        await google.oauth().revoke("1//canary-refresh")


@pytest.mark.parametrize("error", [(500, "x"), (400, "Canary said"), (400, "invalid_grant"), (401, "x")], ids=str)
async def test_no_error_repeats_what_was_sent_or_said(google: FakeGoogle, error: tuple[int, str]) -> None:
    google.token_error = error
    for call in (exchange(google), google.oauth().refresh("1//canary-refresh")):
        with pytest.raises((DependencyAway, OAuthRefused, GrantEnded)) as raised:
            await call
        for each in (raised.value, raised.value.__cause__, raised.value.__context__):
            assert "canary" not in repr(each).lower()


async def test_a_google_that_does_not_answer_is_away_within_the_time() -> None:
    async def never(_: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    oauth = GoogleOAuth(CLIENT, httpx.AsyncClient(transport=httpx.MockTransport(never)), timeout_s=0.05)
    with pytest.raises(DependencyAway, match="TimeoutError"):
        await oauth.refresh("1//canary-refresh")


async def test_a_google_that_can_not_be_reached_is_away() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("canary in an address", request=request)

    oauth = GoogleOAuth(CLIENT, httpx.AsyncClient(transport=httpx.MockTransport(refuse)), timeout_s=1)
    with pytest.raises(DependencyAway) as away:
        await oauth.refresh("1//canary-refresh")
    assert "canary" not in str(away.value)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"keys": 1}', b'{"keys": [{"kty": "RSA"}]}'])
async def test_a_key_set_that_is_none_is_googles_fault(body: bytes) -> None:
    google = FakeGoogle()

    def serve(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=body) if request.url.path == "/certs" else google._serve(request)

    oauth = GoogleOAuth(CLIENT, httpx.AsyncClient(transport=httpx.MockTransport(serve)), timeout_s=1)
    with pytest.raises(DependencyAway):
        await oauth.exchange("code", "verifier", "the-nonce")
