"""Webhooks of customers' programs, and the control of the customer file."""

from __future__ import annotations

import grpc
from filmstudio.notifications.v1 import notifications_pb2

from tests.unit.gateway.conftest import Gateway
from tests.unit.gateway.fakes import refuse

HOOKS = "/api/v1/webhooks"
HOOK = {"url": "https://example.com/hook", "events": ["job.succeeded", "publication.*"], "description": "ours"}


async def test_a_new_webhook_shows_its_secret_once(gateway: Gateway) -> None:
    headers = {**gateway.auth(), "Idempotency-Key": "once"}
    first = await gateway.http.post(HOOKS, json=HOOK, headers=headers)
    assert (first.status_code, first.json()["secret"], first.headers["etag"]) == (201, "whsec_c2VjcmV0", '"5"')
    assert first.headers["location"] == "http://studio.example/api/v1/webhooks/w1"
    again = await gateway.http.post(HOOKS, json=HOOK, headers=headers)
    assert (again.status_code, again.json()["id"], again.json()["secret"]) == (201, "w1", None)
    request = gateway.services.notifications.last("CreateEndpoint")
    assert (request.request_id, list(request.events)) == ("POST /webhooks once", HOOK["events"])
    for path in (HOOKS, f"{HOOKS}/w1"):
        assert "secret" not in (await gateway.http.get(path, headers=gateway.auth())).text


async def test_a_forbidden_address_is_pointed_at(gateway: Gateway) -> None:
    gateway.services.notifications.refusals["CreateEndpoint"] = refuse(
        grpc.StatusCode.INVALID_ARGUMENT, "URL_FORBIDDEN", "https to public addresses only", field="url"
    )
    answer = await gateway.http.post(HOOKS, json={"url": "http://10.0.0.1", "events": ["*"]}, headers=gateway.auth())
    assert (answer.status_code, answer.json()["code"]) == (422, "URL_FORBIDDEN")
    assert answer.json()["errors"][0]["pointer"] == "/url"


async def test_one_webhook_too_many_is_told_how_many_are_allowed(gateway: Gateway) -> None:
    gateway.services.notifications.refusals["CreateEndpoint"] = refuse(
        grpc.StatusCode.RESOURCE_EXHAUSTED, "ENDPOINT_LIMIT", limit="webhooks", allowed="20"
    )
    answer = await gateway.http.post(HOOKS, json=HOOK, headers=gateway.auth())
    assert (answer.status_code, answer.json()["code"], answer.json()["allowed"]) == (403, "ENDPOINT_LIMIT", 20)


async def test_a_change_says_only_what_changes(gateway: Gateway) -> None:
    headers = {**gateway.auth(), "If-Match": '"5"'}
    answer = await gateway.http.patch(f"{HOOKS}/w1", json={"active": False}, headers=headers)
    assert (answer.status_code, answer.json()["status"]) == (200, "active")
    assert gateway.services.notifications.last("UpdateEndpoint") == notifications_pb2.UpdateEndpointRequest(
        endpoint_id="w1", active=False, if_match='"5"'
    )
    await gateway.http.patch(f"{HOOKS}/w1", json={"events": ["*"], "description": ""}, headers=gateway.auth())
    request = gateway.services.notifications.last("UpdateEndpoint")
    assert (list(request.events.events), request.HasField("description"), request.HasField("active")) == (
        ["*"], True, False,
    )  # fmt: skip
    assert (await gateway.http.patch(f"{HOOKS}/w1", json={}, headers=gateway.auth())).status_code == 422


async def test_rotating_shows_the_new_secret_and_when_the_old_one_ends(gateway: Gateway) -> None:
    answer = await gateway.http.post(f"{HOOKS}/w1/rotate", headers=gateway.auth())
    assert (answer.status_code, answer.json()["secret"]) == (200, "whsec_bmV3")
    assert answer.json()["previous_secret_expires_at"] == "2030-03-17T17:46:40Z"


async def test_deliveries_are_listed_and_sent_again(gateway: Gateway) -> None:
    page = (await gateway.http.get(f"{HOOKS}/w1/deliveries", headers=gateway.auth())).json()
    delivery = page["items"][0]
    assert (delivery["id"], delivery["status"], delivery["response_status"]) == ("d1", "failed", None)
    for path, webhook_id in ((f"{HOOKS}/deliveries/d1/redeliver", ""), (f"{HOOKS}/w1/deliveries/d1/redeliver", "w1")):
        answer = await gateway.http.post(path, headers=gateway.auth())
        assert (answer.status_code, answer.json()["message_id"]) == (202, "msg_1")
        request = gateway.services.notifications.last("Redeliver")
        assert (request.delivery_id, request.endpoint_id) == ("d1", webhook_id)


async def test_a_webhook_is_removed(gateway: Gateway) -> None:
    answer = await gateway.http.delete(f"{HOOKS}/w1", headers=gateway.auth())
    assert (answer.status_code, gateway.services.notifications.last("DeleteEndpoint").endpoint_id) == (204, "w1")


async def test_stripes_address_is_no_webhook_of_a_user(gateway: Gateway) -> None:
    assert (await gateway.http.get(f"{HOOKS}/stripe", headers=gateway.auth())).status_code == 404
    assert (await gateway.http.post(f"{HOOKS}/stripe", json=HOOK, headers=gateway.auth())).status_code == 400


async def test_the_customer_file_is_for_administrators(gateway: Gateway) -> None:
    assert (await gateway.http.get("/api/v1/admin/crm", headers=gateway.auth())).status_code == 403
    for verb in ("resync", "pause", "resume"):
        assert (await gateway.http.post(f"/api/v1/admin/crm/{verb}", headers=gateway.auth())).status_code == 403
    assert gateway.services.crm_sync.calls == []


async def test_an_administrator_sees_lag_and_failures(gateway: Gateway) -> None:
    shape = (await gateway.http.get("/api/v1/admin/crm", headers=gateway.auth("admin"))).json()
    assert {"status": "running", "pending": 2, "lag_seconds": 1.5, "calls_used": None, "reason": None}.items() <= (
        shape.items()
    )
    assert (shape["failures"][0]["object"], shape["failures"][0]["status"]) == ("Contact", "failed")


async def test_the_customer_file_is_paused_and_resumed(gateway: Gateway) -> None:
    answers = [
        (await gateway.http.post(f"/api/v1/admin/crm/{verb}", headers=gateway.auth("admin"))).json()["status"]
        for verb in ("pause", "resume")
    ]
    assert answers == ["paused", "running"]


async def test_one_record_or_all_are_sent_again(gateway: Gateway) -> None:
    path = "/api/v1/admin/crm/resync"
    everything = await gateway.http.post(path, headers=gateway.auth("admin"))
    assert (everything.status_code, everything.json()["records"]) == (202, 43)
    one = {"object": "Contact", "external_id": "u9"}
    assert (await gateway.http.post(path, json=one, headers=gateway.auth("admin"))).json()["records"] == 1
    half = await gateway.http.post(path, json={"object": "Contact"}, headers=gateway.auth("admin"))
    assert half.status_code == 422
    unknown = {"object": "Contact", "external_id": "nobody"}
    assert (await gateway.http.post(path, json=unknown, headers=gateway.auth("admin"))).status_code == 404


async def test_who_lacks_the_webhook_hears_that_before_anything_about_its_change(gateway: Gateway) -> None:
    for webhook_id, status in (("w1", 422), ("somebody-elses", 404)):
        path = f"/api/v1/webhooks/{webhook_id}"
        answer = await gateway.http.patch(path, json={"colour": "red"}, headers=gateway.auth())
        assert answer.status_code == status
