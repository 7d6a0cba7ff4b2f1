"""The client: what an answer means, what is counted, who is let in. The transport is a fake."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from services.crm_sync.errors import Away, LimitReached, LoginRefused, RequestRefused
from services.crm_sync.login import JWT_BEARER, JwtBearer
from services.crm_sync.models import CONTACT, EXTERNAL_ID
from services.crm_sync.salesforce import Salesforce, Session, Usage
from services.crm_sync.soql import literal, select
from services.crm_sync.sync import spread_s
from services.kit.clock import utc_now

UPSERTED = [{"id": "003", "success": True, "errors": [], "created": True}]


@dataclass
class Logins:
    """Always lets us in; counts how often it had to."""

    made: int = 0
    proven: bool = False
    _session: Session | None = None

    async def session(self) -> Session:
        if self._session is None:
            self.made += 1
            self.proven = False
            self._session = Session(f"token-{self.made}", "https://org.example")
        return self._session

    async def proved_good(self) -> None:
        self.proven = True

    async def refused(self) -> None:
        self._session = None
        if not self.proven:
            raise LoginRefused("refused", utc_now())


def org(
    answer: Callable[[httpx.Request], httpx.Response], usage: Usage | None = None, logins: Logins | None = None
) -> Salesforce:
    return Salesforce(logins or Logins(), usage or Usage(0.8), "62.0", 1, httpx.MockTransport(answer))


def always(status: int, body: object = None, **headers: str) -> Callable[[httpx.Request], httpx.Response]:
    return lambda request: httpx.Response(status, json=body, headers=headers)


async def upsert(salesforce: Salesforce) -> object:
    return await salesforce.upsert(CONTACT, EXTERNAL_ID[CONTACT], [{EXTERNAL_ID[CONTACT]: "u1"}])


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (503, [{"errorCode": "SERVER_UNAVAILABLE"}], Away),
        (500, "not even json", Away),
        (429, None, Away),
        (403, [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests"}], LimitReached),
        (403, [{"errorCode": "API_DISABLED_FOR_ORG", "message": "no"}], RequestRefused),
        (404, [{"errorCode": "NOT_FOUND", "message": "no such object"}], RequestRefused),
        (401, [{"errorCode": "INVALID_SESSION_ID"}], LoginRefused),
    ],
)
async def test_what_an_answer_means(status: int, body: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        await upsert(org(always(status, body)))


async def test_no_answer_is_away() -> None:
    def silent(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("", request=request)

    with pytest.raises(Away, match="ReadTimeout"):
        await upsert(org(silent))


async def test_a_call_that_is_answered_counts_what_is_used() -> None:
    usage = Usage(0.8)
    await upsert(
        org(always(200, UPSERTED, **{"Sforce-Limit-Info": "api-usage=18/5000; per-app-api-usage=1/2(app)"}), usage)
    )
    assert (usage.used, usage.limit) == (18, 5000)


async def test_nothing_is_asked_once_our_share_is_used_up() -> None:
    asked: list[httpx.Request] = []
    usage = Usage(0.8, used=80, limit=100)
    with pytest.raises(LimitReached):
        await upsert(org(lambda request: asked.append(request) or httpx.Response(200), usage))  # type: ignore[func-returns-value]
    assert asked == []


async def test_the_limits_can_be_looked_at_even_then() -> None:
    usage = Usage(0.8, used=80, limit=100)
    await org(always(200, {"DailyApiRequests": {"Max": 100, "Remaining": 70}}), usage).look_at_limits()
    assert (usage.used, usage.spent) == (30, False)


async def test_a_session_that_has_run_out_costs_one_login_and_the_call_goes_through() -> None:
    answers = iter([httpx.Response(200, json=UPSERTED), httpx.Response(401), httpx.Response(200, json=UPSERTED)])
    tokens: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        tokens.append(request.headers["Authorization"])
        return next(answers)

    logins = Logins()
    salesforce = org(answer, logins=logins)
    await upsert(salesforce)
    await upsert(salesforce)
    assert tokens == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]


async def test_results_are_read_one_by_one() -> None:
    refused = {"success": False, "errors": [{"statusCode": "UNABLE_TO_LOCK_ROW", "message": "later", "fields": []}]}
    salesforce = org(always(200, [*UPSERTED, refused]))
    items = await salesforce.upsert(CONTACT, EXTERNAL_ID[CONTACT], [{}, {}])
    assert [(item.taken, item.passing) for item in items] == [(True, False), (False, True)]


async def test_what_is_long_gone_is_as_good_as_deleted() -> None:
    gone = {"id": "003", "success": False, "errors": [{"statusCode": "ENTITY_IS_DELETED", "message": "gone"}]}
    assert [item.taken for item in await org(always(200, [gone])).delete(["003"])] == [True]


async def test_a_query_is_read_to_its_last_page() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/query"):
            following = "/services/data/v62.0/query/01g-2000"
            return httpx.Response(200, json={"records": [{"Id": "1"}], "done": False, "nextRecordsUrl": following})
        assert request.url.path == "/services/data/v62.0/query/01g-2000"
        return httpx.Response(200, json={"records": [{"Id": "2"}], "done": True})

    assert [row["Id"] for row in await org(answer).query("SELECT Id FROM Contact")] == ["1", "2"]


async def test_more_than_two_hundred_are_not_sent_at_once() -> None:
    with pytest.raises(ValueError, match="200"):
        await org(always(200)).upsert(CONTACT, EXTERNAL_ID[CONTACT], [{}] * 201)


async def test_one_refused_record_does_not_undo_the_others() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert json.loads(request.content)["allOrNone"] is False
        return httpx.Response(200, json=UPSERTED)

    await upsert(org(answer))


def test_texts_in_a_query_can_t_leave_their_quotes() -> None:
    query = select(["Id"], CONTACT, f"Name = {literal(chr(39) + ' OR Id != ' + chr(92))}")
    assert query == "SELECT Id FROM Contact WHERE Name = '\\' OR Id != \\\\'"


def test_a_jwt_says_who_for_whom_and_for_three_minutes(tmp_path: object) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = tmp_path / "key.pem"  # type: ignore[operator]
    file.write_bytes(pem)
    now = utc_now()
    form = JwtBearer("app", "studio@example.com", file, "https://login.salesforce.com").form(now)
    assert form["grant_type"] == JWT_BEARER
    claims = jwt.decode(form["assertion"], key.public_key(), ["RS256"], audience="https://login.salesforce.com")
    assert (claims["iss"], claims["sub"]) == ("app", "studio@example.com")
    assert 0 < claims["exp"] - now.timestamp() <= 180


def test_turns_are_not_spread_while_there_are_plenty_of_calls() -> None:
    assert spread_s(Usage(0.8, used=3999, limit=10_000), 4, 0.5) == 0
    assert spread_s(Usage(0.8), 4, 0.5) == 0


def test_beyond_that_what_is_left_lasts_a_day() -> None:
    assert spread_s(Usage(0.8, used=4000, limit=10_000), 4, 0.5) == pytest.approx(86.4)
    assert spread_s(Usage(0.8, used=7999, limit=10_000), 4, 0.5) == 900
