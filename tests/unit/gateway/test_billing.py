"""What can be bought, the payment provider's pages, and its own events."""

from __future__ import annotations

from typing import Any

import grpc
import httpx
import pytest
from filmstudio.credits.v1 import credits_pb2

from services.gateway.app import layered
from tests.unit.gateway.conftest import Gateway, make_studio
from tests.unit.gateway.fakes import FakeServices, refuse
from tests.unit.gateway.test_limits import FakeCounters

STRIPE = "/api/v1/webhooks/stripe"
SIGNED = {"Stripe-Signature": "t=1,v1=good", "Content-Type": "application/json; charset=utf-8"}
NOT_CONFIGURED = refuse(grpc.StatusCode.FAILED_PRECONDITION, "BILLING_NOT_CONFIGURED", "set STRIPE_SECRET_KEY")


async def test_plans_and_packs_are_open_to_everybody(gateway: Gateway) -> None:
    answer = await gateway.http.get("/api/v1/plans")
    assert answer.status_code == 200
    plan = answer.json()["items"][0]
    assert (plan["id"], plan["price_cents"], plan["max_projects"], plan["max_live_jobs"]) == ("pro", 1500, None, 3)
    assert answer.json()["packs"] == [{"id": "pack_30", "credits": 30, "price_cents": 1400, "currency": "usd"}]


@pytest.mark.parametrize(
    ("path", "body", "asked"),
    [
        ("/credits/checkout", {"pack": "pack_30"}, ("pack_30", "")),
        ("/credits/checkout", {"pack": "30"}, ("pack_30", "")),
        ("/credits/checkout", {"pack": 30}, ("pack_30", "")),
        ("/subscriptions/checkout", {"plan": "pro"}, ("", "pro")),
    ],
)
async def test_buying_answers_with_the_providers_page(
    gateway: Gateway, path: str, body: dict[str, str], asked: tuple[str, str]
) -> None:
    headers = {**gateway.auth(), "Idempotency-Key": "once"}
    answer = await gateway.http.post(f"/api/v1{path}", json=body, headers=headers)
    assert answer.status_code == 201
    assert answer.json() == {"url": f"https://pay.example/{''.join(asked)}", "order_id": "o1"}
    request = gateway.services.credits.last("CreateCheckout")
    assert (request.pack_id, request.plan_id, request.request_id) == (*asked, f"POST {path} once")


async def test_an_unknown_pack_is_pointed_at_by_its_public_name(gateway: Gateway) -> None:
    gateway.services.credits.refusals["CreateCheckout"] = refuse(
        grpc.StatusCode.INVALID_ARGUMENT, "VALIDATION_FAILED", "no such pack", field="pack_id"
    )
    answer = await gateway.http.post("/api/v1/credits/checkout", json={"pack": "x"}, headers=gateway.auth())
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/pack")


@pytest.mark.parametrize(
    ("method", "path", "rpc", "reason", "status"),
    [
        ("POST", "/subscriptions/checkout", "CreateCheckout", "ALREADY_SUBSCRIBED", 409),
        ("POST", "/subscriptions/checkout", "CreateCheckout", "BILLING_NOT_CONFIGURED", 503),
        ("POST", "/billing/portal", "CreatePortal", "NO_CUSTOMER", 409),
        ("GET", "/invoices", "ListInvoices", "BILLING_NOT_CONFIGURED", 503),
    ],
)
async def test_what_credits_refuses_keeps_its_reason(
    gateway: Gateway, method: str, path: str, rpc: str, reason: str, status: int
) -> None:
    gateway.services.credits.refusals[rpc] = refuse(grpc.StatusCode.FAILED_PRECONDITION, reason)
    options: dict[str, Any] = {"json": {"plan": "pro"}} if "checkout" in path else {}
    answer = await gateway.http.request(method, f"/api/v1{path}", headers=gateway.auth(), **options)
    assert (answer.status_code, answer.json()["code"]) == (status, reason)
    # what is not configured doesn't heal by itself
    assert "retry-after" not in answer.headers


async def test_the_portal_is_a_page_of_the_provider(gateway: Gateway) -> None:
    answer = await gateway.http.post("/api/v1/billing/portal", headers=gateway.auth())
    assert (answer.status_code, answer.json()) == (200, {"url": "https://pay.example/portal"})


async def test_invoices_come_page_by_page(gateway: Gateway) -> None:
    answer = await gateway.http.get("/api/v1/invoices?page_size=1", headers=gateway.auth())
    assert answer.json()["next_page_token"] == "more"
    invoice = answer.json()["items"][0]
    assert (invoice["id"], invoice["status"], invoice["number"], invoice["url"]) == ("in_1", "paid", None, None)


async def test_a_balance_tells_of_debt_and_subscription(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    account = credits_pb2.Account(available=0, plan_id="pro", debt=4)
    account.subscription.CopyFrom(
        credits_pb2.Subscription(plan_id="pro", state=credits_pb2.Subscription.STATE_PAST_DUE)
    )
    account.subscription.grace_end_time.FromSeconds(1_900_000_000)
    answered = credits_pb2.GetAccountResponse(account=account)
    monkeypatch.setattr(type(gateway.services.credits), "GetAccount", lambda _self, _request: answered)
    balance = (await gateway.http.get("/api/v1/credits", headers=gateway.auth())).json()
    assert balance["debt"] == 4
    assert balance["subscription"] == {
        "plan": "pro", "status": "past_due", "period_ends_at": None, "cancel_at_period_end": False,
        "grace_ends_at": "2030-03-17T17:46:40Z",
    }  # fmt: skip


async def test_a_purchase_names_its_payment(gateway: Gateway) -> None:
    page = (await gateway.http.get("/api/v1/credits/transactions", headers=gateway.auth())).json()
    assert (page["items"][0]["kind"], page["items"][0]["payment_id"]) == ("purchase", "pi_1")


async def test_stripes_event_goes_on_byte_for_byte(gateway: Gateway) -> None:
    body = b'{"id": "evt_1",  "object":"event"}\n \xff'
    answer = await gateway.http.post(STRIPE, content=body, headers=SIGNED)
    assert (answer.status_code, answer.json()) == (200, {"received": True})
    request = gateway.services.credits.last("ReceivePaymentEvent")
    assert (request.provider, request.payload, request.signature) == ("stripe", body, "t=1,v1=good")


async def test_an_event_that_stripe_has_not_signed_is_refused(gateway: Gateway) -> None:
    for headers in ({}, {"Stripe-Signature": "t=1,v1=forged"}):
        answer = await gateway.http.post(STRIPE, content=b"{}", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "SIGNATURE_INVALID")


async def test_without_billing_stripe_hears_that(gateway: Gateway) -> None:
    gateway.services.credits.refusals["ReceivePaymentEvent"] = NOT_CONFIGURED
    answer = await gateway.http.post(STRIPE, content=b"{}", headers=SIGNED)
    assert (answer.status_code, answer.json()["code"]) == (503, "BILLING_NOT_CONFIGURED")


async def test_while_credits_is_away_stripe_is_told_to_come_back(gateway: Gateway) -> None:
    gateway.services.credits.away = True
    answer = await gateway.http.post(STRIPE, content=b"{}", headers=SIGNED)
    assert (answer.status_code, answer.json()["dependency"]) == (503, "credits")


async def test_an_event_above_256_kib_is_too_large_though_it_says_no_length(gateway: Gateway) -> None:
    limit = 256 * 1024

    async def pieces() -> Any:
        for _ in range(5):
            yield b"x" * (limit // 4)

    for content in (b"x" * (limit + 1), pieces()):
        answer = await gateway.http.post(STRIPE, content=content, headers=SIGNED)
        assert (answer.status_code, answer.json()["code"]) == (413, "TOO_LARGE")
    assert (await gateway.http.post(STRIPE, content=b"x" * limit, headers=SIGNED)).status_code == 200


async def test_stripes_events_are_not_counted() -> None:
    counters = FakeCounters()
    app = layered(make_studio(FakeServices()), counters)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://studio.example") as http:
        answer = await http.post(STRIPE, content=b"{}", headers=SIGNED)
        assert "ratelimit" not in answer.headers
        await http.get("/api/v1/plans")
    assert len(counters.counts) == 1
