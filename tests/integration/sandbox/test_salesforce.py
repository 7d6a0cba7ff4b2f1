"""The sandbox's Salesforce as a program and a person see it, also by simple_salesforce, which we didn't write."""

from __future__ import annotations

import csv
import io
import re
import secrets
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local.sandbox.salesforce_records import INTEGRATION, SUPPORT
from tests.support import sandbox
from tests.support.eventually import eventually_async
from tests.support.sandbox import CREDENTIALS, Sandbox

Json = dict[str, Any]
V = "/services/data/v62.0"
COLLECTION = f"{V}/composite/sobjects/Contact/AI_Film_User_ID__c"


class Org:
    """The REST API with a token."""

    def __init__(self, box: Sandbox, token: str) -> None:
        self.box = box
        self.token = token
        headers = {"Authorization": f"Bearer {token}"}
        self.http = httpx.AsyncClient(base_url=f"{box.url}/salesforce", headers=headers, timeout=30)

    async def ok(self, method: str, path: str, **given: Any) -> Any:
        answer = await self.http.request(method, path, **given)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    async def query(self, text: str) -> list[Json]:
        found: list[Json] = (await self.ok("GET", f"{V}/query", params={"q": text}))["records"]
        return found

    async def upsert(self, *records: Json, all_or_none: bool = False) -> httpx.Response:
        rows = [{"attributes": {"type": "Contact"}, **record} for record in records]
        return await self.http.patch(COLLECTION, json={"allOrNone": all_or_none, "records": rows})


async def signed_in(box: Sandbox, **changed: str) -> Json:
    form = {
        "grant_type": "client_credentials",
        "client_id": CREDENTIALS["SALESFORCE_CLIENT_ID"],
        "client_secret": CREDENTIALS["SALESFORCE_CLIENT_SECRET"],
        **changed,
    }
    answer = await box.http.post("/salesforce/services/oauth2/token", data=form)
    return {"status": answer.status_code, **answer.json()}


@pytest.fixture
async def org(box: Sandbox) -> AsyncIterator[Org]:
    made = Org(box, (await signed_in(box))["access_token"])
    yield made
    await made.http.aclose()


@pytest.fixture
async def person(box: Sandbox) -> AsyncIterator[Org]:
    token = await signed_in(box, grant_type="password", username="support", password="anything")
    made = Org(box, token["access_token"])
    yield made
    await made.http.aclose()


def fresh(prefix: str = "u") -> str:
    return f"{prefix}-{secrets.token_hex(6)}"


async def test_client_credentials_give_a_token_for_this_org(box: Sandbox) -> None:
    token = await signed_in(box)
    wrong = await signed_in(box, client_secret="wrong")
    nobody = await signed_in(box, client_id="nobody")
    odd = await signed_in(box, grant_type="device")

    assert token["instance_url"] == f"{box.url}/salesforce"
    assert token["id"].endswith(INTEGRATION)
    assert (wrong["status"], wrong["error"]) == (400, "invalid_client")
    assert (nobody["status"], nobody["error"]) == (400, "invalid_client_id")
    assert odd["error"] == "unsupported_grant_type"


async def test_a_call_without_a_good_token_is_401(box: Sandbox) -> None:
    answer = await box.http.get(f"/salesforce{V}/limits", headers={"Authorization": "Bearer nonsense"})

    assert answer.status_code == 401
    assert answer.json() == [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]


async def test_sign_ins_are_counted_and_cost_no_call(box: Sandbox) -> None:
    before = await box.state("salesforce")
    await signed_in(box)
    await signed_in(box, client_secret="wrong")
    await signed_in(box, grant_type="password", username="support", password="x")
    after = await box.state("salesforce")

    assert after["logins"] - before["logins"] == 2
    assert after["calls"] == before["calls"]


async def test_a_collection_is_200_with_a_result_for_each_record(org: Org) -> None:
    good, bad = fresh(), fresh()
    answer = await org.upsert(
        {"AI_Film_User_ID__c": good, "LastName": "Ann"}, {"AI_Film_User_ID__c": bad, "LastName": ""}
    )
    [first, second] = answer.json()

    assert answer.status_code == 200
    assert (first["success"], first["created"], first["errors"]) == (True, True, [])
    assert (second["success"], second["errors"][0]["statusCode"]) == (False, "REQUIRED_FIELD_MISSING")
    again = (await org.upsert({"AI_Film_User_ID__c": good, "LastName": "Bea"})).json()
    assert (again[0]["id"], again[0]["created"]) == (first["id"], False)


async def test_all_or_none_undoes_what_was_good(org: Org) -> None:
    good = fresh()
    answer = await org.upsert(
        {"AI_Film_User_ID__c": good, "LastName": "Ann"}, {"AI_Film_User_ID__c": fresh(), "LastName": ""},
        all_or_none=True,
    )  # fmt: skip

    codes = [result["errors"][0]["statusCode"] for result in answer.json()]
    assert codes == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING"]
    assert await org.query(f"SELECT Id FROM Contact WHERE AI_Film_User_ID__c = '{good}'") == []


async def test_an_external_id_comes_once_in_a_collection(org: Org) -> None:
    twice = fresh()
    answer = await org.upsert(*({"AI_Film_User_ID__c": twice, "LastName": name} for name in ("Ann", "Bea")))

    assert [result["success"] for result in answer.json()] == [True, False]
    assert answer.json()[1]["errors"][0]["statusCode"] == "DUPLICATE_VALUE"


async def test_more_than_200_and_unknown_fields_refuse_the_request(org: Org) -> None:
    many = await org.upsert(*({"AI_Film_User_ID__c": fresh(), "LastName": "x"} for _ in range(201)))
    good = fresh()
    odd = await org.upsert(
        {"AI_Film_User_ID__c": good, "LastName": "x"}, {"AI_Film_User_ID__c": fresh(), "Colour__c": "red"}
    )

    assert (many.status_code, many.json()[0]["errorCode"]) == (400, "EXCEEDED_ID_LIMIT")
    assert (odd.status_code, odd.json()[0]["errorCode"]) == (400, "INVALID_FIELD")
    assert await org.query(f"SELECT Id FROM Contact WHERE AI_Film_User_ID__c = '{good}'") == []


async def test_films_follow_their_contact_by_its_external_id(org: Org) -> None:
    user, film = fresh(), fresh("p")
    await org.upsert({"AI_Film_User_ID__c": user, "LastName": "Ann"})
    made = await org.ok(
        "PATCH", f"{V}/sobjects/AI_Project__c/AI_Film_Project_ID__c/{film}",
        json={"Name": "Kettle", "Contact__r": {"AI_Film_User_ID__c": user}, "Duration__c": 61.234},
    )  # fmt: skip
    [row] = await org.query(
        "SELECT Name, Duration__c, Contact__r.AI_Film_User_ID__c, Contact__r.LastName FROM AI_Project__c"
        f" WHERE Contact__r.AI_Film_User_ID__c = '{user}'"
    )
    children = await org.query(f"SELECT Id FROM AI_Project__c WHERE Id = '{made['id']}'")

    assert (made["created"], row["Name"], row["Duration__c"]) == (True, "Kettle", 61.23)
    assert (row["Contact__r"]["AI_Film_User_ID__c"], row["Contact__r"]["LastName"]) == (user, "Ann")
    assert len(children) == 1


async def test_long_answers_come_in_batches(org: Org) -> None:
    mark = fresh("many")
    for start in range(0, 2_200, 200):
        await org.upsert(
            *({"AI_Film_User_ID__c": f"{mark}-{start + n}", "LastName": mark} for n in range(200))
        )  # fmt: skip
    first = await org.ok("GET", f"{V}/query/", params={"q": f"SELECT Id FROM Contact WHERE LastName = '{mark}'"})
    rest = await org.ok("GET", first["nextRecordsUrl"])

    assert (first["totalSize"], len(first["records"]), first["done"]) == (2_200, 2_000, False)
    assert (len(rest["records"]), rest["done"]) == (200, True)
    counted = await org.ok("GET", f"{V}/query", params={"q": f"SELECT COUNT() FROM Contact WHERE LastName = '{mark}'"})
    assert counted == {"totalSize": 2_200, "done": True, "records": []}


async def test_deletions_are_told(org: Org) -> None:
    made = (await org.upsert(*({"AI_Film_User_ID__c": fresh(), "LastName": "x"} for _ in range(2)))).json()
    ids = [result["id"] for result in made]
    done = await org.ok("DELETE", f"{V}/composite/sobjects", params={"ids": ",".join(ids), "allOrNone": "false"})
    between = {"start": "2020-01-01T00:00:00Z", "end": "2099-01-01T00:00:00+00:00"}
    told = await org.ok("GET", f"{V}/sobjects/Contact/deleted/", params=between)
    gone = await org.http.get(f"{V}/sobjects/Contact/{ids[0]}")

    assert [result["success"] for result in done] == [True, True]
    assert set(ids) <= {row["id"] for row in told["deletedRecords"]}
    assert (gone.status_code, gone.json()[0]["errorCode"]) == (404, "NOT_FOUND")


async def test_a_persons_writing_is_told_from_the_programs(org: Org, person: Org) -> None:
    user = fresh()
    [made] = (await org.upsert({"AI_Film_User_ID__c": user, "LastName": "Ann"})).json()
    await person.ok("PATCH", f"{V}/sobjects/Contact/{made['id']}", json={"HasOptedOutOfEmail": True})
    [row] = await org.query(
        f"SELECT HasOptedOutOfEmail, LastModifiedById, LastModifiedBy.Name FROM Contact WHERE Id = '{made['id']}'"
    )

    assert (row["HasOptedOutOfEmail"], row["LastModifiedById"]) == (True, SUPPORT)
    assert row["LastModifiedBy"]["Name"] == "Sam Support"


async def test_the_pages_grant_credits_and_tick_consent(org: Org, box: Sandbox) -> None:
    user = fresh()
    [made] = (await org.upsert({"AI_Film_User_ID__c": user, "LastName": "Ann", "Email": "ann@example.com"})).json()
    contact = f"/salesforce/o/Contact/{made['id']}"
    listed = await box.http.get("/salesforce/o/Contact", params={"q": user})
    seen = await box.http.get(contact)
    granted = await box.http.post(
        "/salesforce/o/AI_Credit__c/new",
        data={"Contact__c": made["id"], "Transaction_Type__c": "Grant", "Amount__c": "10", "Reason__c": "sorry"},
    )
    wrong = await box.http.post("/salesforce/o/AI_Credit__c/new", data={"Amount__c": "ten"})
    form = {"LastName": "Ann", "AI_Film_User_ID__c": user, "Email": "ann@example.com", "HasOptedOutOfEmail": "1"}
    ticked = await box.http.post(contact, data=form)
    [credit] = await org.query(
        f"SELECT Amount__c, Created_By_Studio__c, CreatedById FROM AI_Credit__c WHERE Contact__c = '{made['id']}'"
    )

    assert "ann@example.com" in listed.text
    assert "Grant credits" in seen.text
    assert (granted.status_code, ticked.status_code, wrong.status_code) == (303, 303, 400)
    assert (credit["Amount__c"], credit["Created_By_Studio__c"], credit["CreatedById"]) == (10, False, SUPPORT)
    after = await org.ok("GET", f"{V}/sobjects/Contact/{made['id']}", params={"fields": "HasOptedOutOfEmail,Email"})
    assert (after["HasOptedOutOfEmail"], after["Email"]) == (True, "ann@example.com")


async def test_text_of_records_is_no_markup_on_pages(org: Org, box: Sandbox) -> None:
    name = f"<script>{fresh()}</script>"
    [made] = (await org.upsert({"AI_Film_User_ID__c": fresh(), "LastName": name})).json()

    assert "<script>" not in (await box.http.get(f"/salesforce/o/Contact/{made['id']}")).text


async def test_a_bulk_job_says_what_became_of_each_row(org: Org) -> None:
    users = [fresh() for _ in range(450)]
    await org.upsert(*({"AI_Film_User_ID__c": user, "LastName": "x"} for user in users[:200]))
    job = await org.ok(
        "POST", f"{V}/jobs/ingest",
        json={"object": "AI_Credit__c", "operation": "upsert", "externalIdFieldName": "AI_Film_Transaction_ID__c"},
    )  # fmt: skip
    text = "AI_Film_Transaction_ID__c,Contact__r.AI_Film_User_ID__c,Transaction_Type__c,Amount__c,Reason__c\n"
    text += "".join(f'{user},{user},Purchase,{number},"a, b"\n' for number, user in enumerate(users))
    await org.ok("PUT", f"/{job['contentUrl']}", content=text, headers={"Content-Type": "text/csv"})
    await org.ok("PATCH", f"{V}/jobs/ingest/{job['id']}", json={"state": "UploadComplete"})

    async def complete() -> bool:
        return (await org.ok("GET", f"{V}/jobs/ingest/{job['id']}"))["state"] == "JobComplete"

    await eventually_async(complete)
    over = await org.ok("GET", f"{V}/jobs/ingest/{job['id']}")
    results = {}
    for which in ("successfulResults", "failedResults", "unprocessedrecords"):
        answer = await org.http.get(f"{V}/jobs/ingest/{job['id']}/{which}/")
        results[which] = list(csv.DictReader(io.StringIO(answer.text)))

    assert (over["numberRecordsProcessed"], over["numberRecordsFailed"]) == (450, 250)
    assert [len(rows) for rows in results.values()] == [200, 250, 0]
    assert results["successfulResults"][1]["sf__Created"] == "true"
    assert results["failedResults"][0]["sf__Error"].startswith("INVALID_FIELD:Foreign key external ID")
    assert results["failedResults"][0]["AI_Film_Transaction_ID__c"] == users[200]
    assert results["successfulResults"][0]["Reason__c"] == "a, b"


async def test_a_bulk_job_keeps_to_its_states(org: Org) -> None:
    asked = {"object": "Contact", "operation": "upsert", "externalIdFieldName": "AI_Film_User_ID__c"}
    job = await org.ok("POST", f"{V}/jobs/ingest", json=asked)
    early = await org.http.patch(f"{V}/jobs/ingest/{job['id']}", json={"state": "UploadComplete"})
    await org.ok("PATCH", f"{V}/jobs/ingest/{job['id']}", json={"state": "Aborted"})
    late = await org.http.put(f"/{job['contentUrl']}", content="x", headers={"Content-Type": "text/csv"})
    nameless = await org.http.post(f"{V}/jobs/ingest", json={"object": "Contact", "operation": "upsert"})

    assert [answer.status_code for answer in (early, late, nameless)] == [400, 400, 400]
    assert late.json()[0]["errorCode"] == "INVALIDJOBSTATE"


async def test_simple_salesforce_gets_along_with_it(box: Sandbox, org: Org) -> None:
    import requests
    from simple_salesforce.api import Salesforce

    def drive() -> tuple[Any, ...]:
        session = requests.Session()
        client = Salesforce(instance_url=f"{box.url}/salesforce", session_id=org.token, version="62.0", session=session)
        # it builds its addresses from a host alone
        client.base_url = f"{box.url}/salesforce{V}/"
        user = fresh()
        upserted = client.restful(
            "composite/sobjects/Contact/AI_Film_User_ID__c", method="PATCH",
            json={"records": [{"attributes": {"type": "Contact"}, "AI_Film_User_ID__c": user, "LastName": "Ann"}]},
        )  # fmt: skip
        found = client.query_all(f"SELECT Id, LastName FROM Contact WHERE AI_Film_User_ID__c = '{user}'")
        described = client.restful("sobjects/Contact/describe")
        session.close()
        return upserted, found, described, client.api_usage

    with ThreadPoolExecutor(1) as thread:
        upserted, found, described, usage = thread.submit(drive).result()

    assert upserted[0]["success"]
    assert (found["totalSize"], found["records"][0]["LastName"]) == (1, "Ann")
    assert {"AI_Film_User_ID__c", "HasOptedOutOfEmail"} <= {field["name"] for field in described["fields"]}
    assert usage["api-usage"].total == 15_000


async def test_an_order_of_401_holds_also_after_a_new_sign_in(org: Org, box: Sandbox) -> None:
    before = (await box.state("salesforce"))["logins"]
    await box.fault("salesforce", "/services/data", "status:401", times=-1)
    refused = []
    for _ in range(3):
        token = (await signed_in(box))["access_token"]
        answer = await org.http.get(f"{V}/limits", headers={"Authorization": f"Bearer {token}"})
        refused.append((answer.status_code, answer.json()[0]["errorCode"]))

    assert refused == [(401, "INVALID_SESSION_ID")] * 3
    assert (await box.state("salesforce"))["logins"] - before == 3
    await box.clear_faults()
    await org.ok("GET", f"{V}/limits")


async def test_refused_sign_ins_are_counted_too(box: Sandbox) -> None:
    before = (await box.state("salesforce"))["logins"]
    await box.fault("salesforce", "", "status:401", times=2)
    assert [(await box.http.post("/salesforce/services/oauth2/token")).status_code for _ in range(2)] == [401, 401]
    assert (await box.state("salesforce"))["logins"] - before == 2


async def test_a_fault_of_a_record_is_not_used_up_by_a_query(org: Org, box: Sandbox) -> None:
    user = fresh()
    await box.fault("salesforce", f"Contact/{user}", "error:UNABLE_TO_LOCK_ROW")
    await org.query("SELECT Id FROM Contact LIMIT 1")
    results = (await org.upsert(*({"AI_Film_User_ID__c": id, "LastName": "x"} for id in (fresh(), user)))).json()

    assert results[0]["success"]
    assert results[1]["errors"][0]["statusCode"] == "UNABLE_TO_LOCK_ROW"
    assert (await org.upsert({"AI_Film_User_ID__c": user, "LastName": "x"})).json()[0]["success"]


async def test_a_limit_by_order_refuses_a_request_of_any_kind(org: Org, box: Sandbox) -> None:
    await box.fault("salesforce", "PATCH", "error:REQUEST_LIMIT_EXCEEDED")
    refused = await org.upsert({"AI_Film_User_ID__c": fresh(), "LastName": "x"})

    assert (refused.status_code, refused.json()[0]["errorCode"]) == (403, "REQUEST_LIMIT_EXCEEDED")
    assert re.fullmatch(r"api-usage=\d+/\d+", refused.headers["Sforce-Limit-Info"])


async def test_the_limit_ends_calls_and_a_new_day_gives_them_back(tmp_path: Path) -> None:
    async with sandbox.running(tmp_path, SANDBOX_SALESFORCE_LIMIT="3") as box:
        org = Org(box, (await signed_in(box))["access_token"])
        used = [(await org.http.get(f"{V}/limits")).headers["Sforce-Limit-Info"] for _ in range(3)]
        over = await org.http.get(f"{V}/limits")
        state = await box.state("salesforce")
        await box.act("salesforce", "reset_limits")
        again = await org.ok("GET", f"{V}/limits")
        await org.http.aclose()

    assert used == [f"api-usage={n}/3" for n in (1, 2, 3)]
    assert over.status_code == 403
    assert (state["calls"], state["limit"]) == (3, 3)
    assert again["DailyApiRequests"] == {"Max": 3, "Remaining": 2}


async def test_a_kill_loses_no_record_and_no_closed_job(tmp_path: Path) -> None:
    async with sandbox.running(tmp_path) as box:
        org = Org(box, (await signed_in(box))["access_token"])
        await org.upsert({"AI_Film_User_ID__c": "u0", "LastName": "x"})
        asked = {"object": "Contact", "operation": "upsert", "externalIdFieldName": "AI_Film_User_ID__c"}
        job = await org.ok("POST", f"{V}/jobs/ingest", json=asked)
        rows = "AI_Film_User_ID__c,LastName\n" + "".join(f"u{number},y\n" for number in range(20_000))
        await org.ok("PUT", f"/{job['contentUrl']}", content=rows, headers={"Content-Type": "text/csv"})
        await org.ok("PATCH", f"{V}/jobs/ingest/{job['id']}", json={"state": "UploadComplete"})
        await box.restart()

        async def complete() -> bool:
            return (await org.ok("GET", f"{V}/jobs/ingest/{job['id']}"))["state"] == "JobComplete"

        await eventually_async(complete, within_s=60)
        contacts = (await box.state("salesforce"))["records"]["Contact"]
        await org.http.aclose()

    assert len(contacts) == 20_000
    assert {contact["LastName"] for contact in contacts} == {"y"}
    assert len({contact["AI_Film_User_ID__c"] for contact in contacts}) == 20_000
