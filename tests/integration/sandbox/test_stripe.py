"""The sandbox's Stripe as Stripe's own library sees it, and its webhooks as they arrive."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe

from deploy.local.ports import pick_free
from tests.support import sandbox
from tests.support.eventually import eventually, eventually_async
from tests.support.sandbox import CREDENTIALS, Sandbox

SECRET = CREDENTIALS["STRIPE_WEBHOOK_SECRET"]
# Stripe's library gives httpx its body by a name that httpx no longer likes
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


class Studio:
    """Takes webhooks as the studio does, checks each by Stripe's library, and is away when told."""

    def __init__(self) -> None:
        [self.port] = pick_free(1)
        self.url = f"http://127.0.0.1:{self.port}"
        self.events: list[Any] = []
        self.paths: set[str] = set()
        self.refusals = 0
        self._server: ThreadingHTTPServer | None = None

    @property
    def types(self) -> list[str]:
        return [event.type for event in self.events]

    def come(self) -> None:
        studio = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                # raises for a wrong signature, and then nothing arrives
                event = stripe.Webhook.construct_event(body, self.headers["stripe-signature"], SECRET)
                studio.paths.add(self.path)
                if studio.refusals:
                    studio.refusals -= 1
                    self.send_response(500)
                else:
                    studio.events.append(event)
                    self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def go(self) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


@pytest.fixture(scope="module")
def door() -> Iterator[Studio]:
    studio = Studio()
    studio.come()
    yield studio
    studio.go()


@pytest.fixture(scope="module")
async def account(tmp_path_factory: pytest.TempPathFactory, door: Studio) -> AsyncIterator[Sandbox]:
    folder = tmp_path_factory.mktemp("stripe")
    async with sandbox.running(folder, door.url, SANDBOX_STRIPE_RETRY_S="0.2") as running:
        yield running


@pytest.fixture
async def box(account: Sandbox, door: Studio) -> AsyncIterator[Sandbox]:
    """Nothing goes wrong, and nothing is on its way."""
    await account.clear_faults()
    await delivered(account)
    door.events.clear()
    yield account
    await account.clear_faults()


@pytest.fixture
def studio(box: Sandbox, door: Studio) -> Studio:
    return door


@pytest.fixture
async def api(box: Sandbox) -> AsyncIterator[Any]:
    """Stripe's library, without retries of its own."""
    client, http = library(box)
    yield client
    await http.close_async()


def library(box: Sandbox) -> tuple[Any, Any]:
    http = stripe.HTTPXClient(timeout=20)
    client: Any = stripe.StripeClient(
        CREDENTIALS["STRIPE_SECRET_KEY"], http_client=http, base_addresses={"api": f"{box.url}/stripe"},
        max_network_retries=0,
    )  # fmt: skip
    return client.v1, http


async def delivered(box: Sandbox) -> None:
    async def done() -> bool:
        return not any(event["pending_webhooks"] for event in (await box.state("stripe"))["records"]["event"])

    await eventually_async(done, what="the delivery of all webhooks")


async def session_for(api: Any, mode: str = "payment", cents: int = 500) -> Any:
    price: dict[str, Any] = {"currency": "usd", "unit_amount": cents, "product_data": {"name": "Credits"}}
    if mode == "subscription":
        price["recurring"] = {"interval": "month"}
    made = await api.prices.create_async(price)
    customer = await api.customers.create_async({"email": "ann@example.com"})
    return await api.checkout.sessions.create_async(
        {
            "mode": mode,
            "line_items": [{"price": made.id, "quantity": 1}],
            "customer": customer.id,
            "success_url": "http://127.0.0.1:1/done?session={CHECKOUT_SESSION_ID}",
        }
    )


async def test_a_purchase_on_the_page(box: Sandbox, api: Any) -> None:
    session = await session_for(api)
    seen = await box.http.get(session.url)
    declined = await box.http.post(session.url, data={"card": "4000 0000 0000 0002"})
    paid = await box.http.post(session.url, data={"card": "4242 4242 4242 4242", "pay": "1"})
    after = await api.checkout.sessions.retrieve_async(
        session.id, {"expand": ["line_items", "payment_intent.latest_charge.balance_transaction"]}
    )

    assert "$5.00" in seen.text
    assert "Sandbox" in seen.text
    assert declined.status_code == 402
    assert paid.headers["location"] == f"http://127.0.0.1:1/done?session={session.id}"
    assert (after.payment_status, after.payment_intent.status) == ("paid", "succeeded")
    assert after.payment_intent.latest_charge.balance_transaction.net == 456
    assert after.line_items.data[0].amount_total == 500


async def test_a_subscription_through_all_its_days(box: Sandbox, api: Any, studio: Studio) -> None:
    session = await session_for(api, "subscription", 1500)
    await box.act("stripe", "pay", session.id)
    [subscription] = (await api.subscriptions.list_async({"customer": session.customer})).data
    await box.act("stripe", "renew", subscription.id)
    await box.act("stripe", "fail_payment", subscription.id)
    failed = await api.subscriptions.retrieve_async(subscription.id, {"expand": ["latest_invoice.payments"]})
    await box.act("stripe", "pay", subscription.id)
    await api.subscriptions.update_async(subscription.id, {"cancel_at_period_end": True})
    await box.act("stripe", "renew", subscription.id)
    ended = await api.subscriptions.retrieve_async(subscription.id)
    await delivered(box)

    assert (failed.status, failed.latest_invoice.status) == ("past_due", "open")
    assert failed.latest_invoice.payments.data[0].status == "open"
    assert ended.status == "canceled"
    told = [type for type in studio.types if type in {"invoice.paid", "invoice.payment_failed"}]
    assert told == ["invoice.paid", "invoice.paid", "invoice.payment_failed", "invoice.paid"]
    assert studio.types[-1] == "customer.subscription.deleted"


async def test_the_portal_shows_and_changes_a_plan(box: Sandbox, api: Any) -> None:
    session = await session_for(api, "subscription", 1500)
    await box.act("stripe", "pay", session.id)
    [subscription] = (await api.subscriptions.list_async({"customer": session.customer})).data
    product = await api.products.create_async({"name": "Enterprise"})
    dear = await api.prices.create_async(
        {"product": product.id, "currency": "usd", "unit_amount": 9900, "recurring": {"interval": "month"}}
    )
    portal = await api.billing_portal.sessions.create_async({"customer": session.customer, "return_url": "http://x/"})
    seen = await box.http.get(portal.url)
    await box.http.post(portal.url, data={"subscription": subscription.id, "do": "change", "price": dear.id})
    changed = await api.subscriptions.retrieve_async(subscription.id, {"expand": ["latest_invoice"]})

    assert "Enterprise: $99.00 a month" in seen.text
    assert changed.items.data[0].price.id == dear.id
    assert changed.latest_invoice.billing_reason == "subscription_update"
    pdf = await box.http.get(changed.latest_invoice.invoice_pdf)
    assert pdf.content.startswith(b"%PDF-")
    assert (await box.http.get(changed.latest_invoice.hosted_invoice_url)).status_code == 200


async def test_the_dashboard_does_what_act_does(box: Sandbox, api: Any) -> None:
    session = await session_for(api)
    await box.act("stripe", "pay", session.id)
    intent = (await api.checkout.sessions.retrieve_async(session.id)).payment_intent
    assert (await box.http.get("/stripe/")).status_code == 200

    done = await box.http.post("/stripe/", data={"action": "refund", "id": intent})
    assert done.status_code == 303
    [refund] = (await api.refunds.list_async({"payment_intent": intent})).data
    assert refund.amount == 500


async def test_the_same_key_makes_nothing_twice(api: Any) -> None:
    options = {"idempotency_key": "customer-of-ann"}
    first = await api.customers.create_async({"email": "key@example.com"}, options)
    second = await api.customers.create_async({"email": "key@example.com"}, options)
    with pytest.raises(stripe.IdempotencyError, match="same parameters"):
        await api.customers.create_async({"email": "other@example.com"}, options)

    assert first.id == second.id
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert len((await api.customers.list_async({"email": "key@example.com"})).data) == 1


async def test_a_refused_request_keeps_no_key(api: Any) -> None:
    options = {"idempotency_key": "once-wrong"}
    with pytest.raises(stripe.InvalidRequestError, match="unknown parameter: colour"):
        await api.customers.create_async({"colour": "red"}, options)

    assert (await api.customers.create_async({"name": "Ann"}, options)).name == "Ann"


async def test_refusals_are_stripes(box: Sandbox, api: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as missing:
        await api.customers.retrieve_async("cus_none")
    wrong = await box.http.get("/stripe/v1/customers", auth=("sk_test_wrong", ""))
    old = await box.http.get(
        "/stripe/v1/customers", auth=(CREDENTIALS["STRIPE_SECRET_KEY"], ""), headers={"Stripe-Version": "2020-08-27"}
    )
    as_json = await box.http.post("/stripe/v1/customers", auth=(CREDENTIALS["STRIPE_SECRET_KEY"], ""), json={})

    assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")
    assert wrong.status_code == 401
    assert "sk_test_wrong" not in wrong.text
    assert (old.status_code, as_json.status_code) == (400, 400)
    assert "Invalid Stripe API version" in old.text


async def test_lists_are_paged_newest_first(api: Any) -> None:
    made = [(await api.products.create_async({"name": f"p{number}"})).id for number in range(5)]
    found = [one.id async for one in (await api.products.list_async({"limit": 2})).auto_paging_iter()]

    assert found[:5] == made[::-1]
    back = await api.products.list_async({"limit": 2, "ending_before": made[1]})
    assert ([one.id for one in back.data], back.has_more) == ([made[3], made[2]], True)


async def test_what_is_not_served_can_not_be_expanded(api: Any) -> None:
    customer = await api.customers.create_async({"email": "ann@example.com"})
    with pytest.raises(stripe.InvalidRequestError, match=r"cannot be expanded \(email\)"):
        await api.customers.retrieve_async(customer.id, {"expand": ["email"]})
    with pytest.raises(stripe.InvalidRequestError, match=r"cannot be expanded \(data.colour\)"):
        await api.customers.list_async({"expand": ["data.colour"]})


async def test_webhooks_wait_for_a_studio_that_is_away(box: Sandbox, api: Any, studio: Studio) -> None:
    studio.go()
    customer = await api.customers.create_async({"email": "away@example.com"})
    await api.customers.update_async(customer.id, {"name": "Back"})
    studio.come()
    await delivered(box)

    assert studio.types == ["customer.created", "customer.updated"]
    assert studio.paths == {"/api/v1/webhooks/stripe"}
    assert studio.events[1].data.previous_attributes.to_dict() == {"name": None}


async def test_a_refused_webhook_holds_up_no_other(box: Sandbox, api: Any, studio: Studio) -> None:
    studio.refusals = 1
    customer = await api.customers.create_async({"email": "first@example.com"})
    await api.customers.update_async(customer.id, {"name": "second"})
    await delivered(box)

    assert sorted(studio.types) == ["customer.created", "customer.updated"]


async def test_a_webhook_comes_again_by_order(box: Sandbox, api: Any, studio: Studio) -> None:
    await box.fault("stripe", "webhook customer.created", "repeat:2")
    await api.customers.create_async({"email": "thrice@example.com"})
    await eventually(lambda: len(studio.events) == 3)

    assert len({event.id for event in studio.events}) == 1


async def test_a_webhook_comes_late_by_order(box: Sandbox, api: Any, studio: Studio) -> None:
    await box.fault("stripe", "customer.created", "late:0.3")
    customer = await api.customers.create_async({"email": "late@example.com"})
    await api.customers.update_async(customer.id, {"name": "Late"})
    await delivered(box)

    assert studio.types == ["customer.updated", "customer.created"]


async def test_webhooks_come_in_another_order_by_order(box: Sandbox, api: Any, studio: Studio) -> None:
    await box.fault("stripe", "webhook customer.*", "shuffle", times=-1)
    customer = await api.customers.create_async({"email": "shuffled@example.com"})
    for number in range(11):
        await api.customers.update_async(customer.id, {"name": str(number)})
    await eventually(lambda: len(studio.events) == 12)

    created = [event.data.object.to_dict()["name"] for event in studio.events]
    assert sorted(created, key=str) == sorted([None, *map(str, range(11))], key=str)
    # one order of 479,001,600
    assert created != [None, *map(str, range(11))]


async def test_nothing_is_lost_by_a_kill(tmp_path: Path) -> None:
    studio = Studio()
    async with sandbox.running(tmp_path, studio.url, SANDBOX_STRIPE_RETRY_S="0.2") as box:
        api, http = library(box)
        session = await session_for(api)
        await box.act("stripe", "pay", session.id)
        before = (await box.state("stripe"))["records"]
        await box.restart()
        after = (await box.state("stripe"))["records"]
        studio.come()
        await delivered(box)
        await http.close_async()
    studio.go()

    assert after == before
    assert [event.id for event in studio.events] == [event["id"] for event in before["event"]]


async def test_an_answer_cut_off_is_the_same_the_next_time(box: Sandbox, api: Any) -> None:
    await box.fault("stripe", "POST /v1/customers", "cut:1000000")
    options = {"idempotency_key": "cut-once"}
    with pytest.raises(stripe.APIConnectionError):
        await api.customers.create_async({"email": "cut@example.com"}, options)
    await api.customers.create_async({"email": "cut@example.com"}, options)

    assert len((await api.customers.list_async({"email": "cut@example.com"})).data) == 1


async def test_two_payments_of_one_page_at_once_are_one(box: Sandbox, api: Any) -> None:
    session = await session_for(api)
    answers: list[httpx.Response] = await asyncio.gather(
        *(box.http.post(session.url, data={"card": "4242424242424242"}) for _ in range(8))
    )

    assert sorted(answer.status_code for answer in answers) == [303, *[402] * 7]
    assert len((await api.charges.list_async({"customer": session.customer})).data) == 1
