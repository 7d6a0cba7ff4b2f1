"""Money as it really comes: Stripe's library, the sandbox's Stripe, signed webhooks over HTTP, and the books at the end."""

import asyncio
import json
import os
import socket
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from services.credits import reconcile, stripe_client, sync_stripe
from services.credits.billing import Billing
from services.credits.errors import BillingNotConfigured, SignatureInvalid
from services.credits.house import furnish
from services.credits.payments import InvalidSignature, ObjectKind
from services.credits.settings import PaymentSettings
from services.kit.clock import utc_now
from services.kit.errors import DependencyAway, DomainError
from tests.support import sandbox
from tests.support.databases import fresh_database
from tests.support.eventually import eventually_async
from tests.support.ledger import Till, open_ledger
from tests.support.payments import FakeContacts

# how Stripe's library hands its bodies to httpx
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


@asynccontextmanager
async def webhook_door(take):
    """A server that hands webhooks on as the gateway does: the body as it came, and its signature."""

    async def receive(request):
        try:
            await take(await request.body(), request.headers.get("stripe-signature", ""))
        except DomainError as error:
            return Response(error.reason, status_code=400)
        return Response("")

    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        app = Starlette(routes=[Route("/api/v1/webhooks/stripe", receive, methods=["POST"])])
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        server.install_signal_handlers = lambda: None
        serving = asyncio.create_task(server.serve(sockets=[held]))
        try:
            yield f"http://127.0.0.1:{held.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


class Shop(Till):
    """A till at the sandbox's Stripe, whose webhooks come in by themselves."""

    box: sandbox.Sandbox

    async def settled(self, probe, timeout_s=20.0):
        """Follow what comes in until the probe holds."""

        async def followed():
            await self.house.inbox.follow()
            return await probe()

        return await eventually_async(followed, timeout_s)

    async def account(self, user):
        return await self.ledger.credits.account(user)

    async def has(self, user, **expected):
        async def agrees():
            account = await self.account(user)
            return {name: getattr(account, name) for name in expected} == expected

        await self.settled(agrees)

    async def subscription(self, user):
        [row] = await self.ledger.as_owner("SELECT id FROM credits.subscriptions WHERE user_id = $1", user)
        return row["id"]


@pytest.fixture(scope="module")
async def stripe_box(tmp_path_factory):
    """The sandbox, selling what plans.yaml says, and where its webhooks go to (set by each test)."""
    takes = []

    async def take(body, signature):
        if not takes:
            raise BillingNotConfigured("no test listens")
        await takes[-1](body, signature)

    async with (
        webhook_door(take) as url,
        sandbox.running(tmp_path_factory.mktemp("sandbox"), url, SANDBOX_STRIPE_RETRY_S="1") as box,
    ):
        box.takes = takes
        await sync_stripe.sync(payment_settings(box), "https://studio.example/")
        yield box


def payment_settings(box, database_url="postgresql://nowhere/", **changes):
    told = {name.lower(): value for name, value in box.environ.items() if name.startswith("STRIPE_")}
    backing = {"kafka_bootstrap_servers": "127.0.0.1:9", "redis_url": "redis://127.0.0.1:9"}
    return PaymentSettings(**{**told, **backing, "database_url": database_url, **changes})


@asynccontextmanager
async def open_shop(database_url, box, **changes):
    async with open_ledger(database_url) as ledger:
        ledger.books.now = utc_now
        told = payment_settings(box, database_url, **changes)
        provider, contacts = stripe_client.Stripe(told), FakeContacts()
        house = furnish(told, ledger.database, ledger.books, provider)
        billing = Billing(ledger.database.work, ledger.books, provider, contacts, "https://studio.example/")
        shop = Shop(ledger, told, provider, contacts, house, billing)
        shop.box = box

        async def take(body, signature):
            await house.inbox.receive("stripe", body, signature)

        box.takes.append(take)
        try:
            yield shop
            assert await ledger.violations() == {}
        finally:
            box.takes.remove(take)
            await provider.close()


@pytest.fixture
async def shop(backing, stripe_box):
    """A shop in a database of its own: the sandbox's events of other tests are nobody's there."""
    async with fresh_database(backing["DATABASE_URL"], ["credits"]) as url, open_shop(url, stripe_box) as opened:
        yield opened


async def bought(shop, user, pack="pack_30"):
    order = await shop.order(user, pack=pack)
    await shop.box.act("stripe", "pay", order.checkout_id)
    await shop.has(user, available=33)
    return order


async def subscribed(shop, user, plan="pro"):
    order = await shop.order(user, plan=plan)
    await shop.box.act("stripe", "pay", order.checkout_id)
    await shop.has(user, plan_id=plan, available=93 if plan == "pro" else 303)
    return await shop.subscription(user)


async def test_a_pack_is_paid_on_the_page_refunded_in_part_and_then_whole(shop, user):
    order = await bought(shop, user)
    assert order.url.startswith(shop.box.url)
    await shop.box.act("stripe", "refund", f"{order.checkout_id}:700")
    await shop.has(user, available=18)
    await shop.box.act("stripe", "refund", order.checkout_id)
    await shop.has(user, available=3, debt=0)


async def test_a_card_that_is_declined_gives_nothing_until_another_is_taken(shop, user):
    order = await shop.order(user, pack="pack_30")
    await shop.box.act("stripe", "fail_payment", order.checkout_id)
    await shop.box.act("stripe", "pay", order.checkout_id)
    await shop.has(user, available=33)


async def test_a_dispute_leaves_what_is_spent_owed_and_gives_it_back_when_won(shop, user):
    order = await bought(shop, user)
    hold = await shop.ledger.credits.hold(user, 20, str(uuid4()), 1, "r")
    await shop.ledger.credits.end_hold(hold.id, 20)
    await shop.box.act("stripe", "dispute", order.checkout_id)
    await shop.has(user, available=0, debt=17)
    await shop.box.act("stripe", "dispute", f"{order.checkout_id}:won")
    await shop.has(user, available=13, debt=0)


async def test_a_subscription_begins_renews_fails_is_paid_and_is_refunded(shop, user):
    subscription = await subscribed(shop, user)
    await shop.box.act("stripe", "renew", subscription)
    await shop.has(user, available=183)
    await shop.box.act("stripe", "fail_payment", subscription)

    async def past_due():
        account = await shop.account(user)
        return account.subscription.state == "past_due" and account.plan_id == "pro"

    await shop.settled(past_due)
    told = [name for name, _ in await shop.ledger.facts(user)]
    assert told.count("PaymentFailed") == 1
    await shop.box.act("stripe", "pay", subscription)
    await shop.has(user, available=273, plan_id="pro")
    invoices, _ = await shop.billing.invoices(user, 20, "")
    assert [(row.status, row.amount_paid_cents, row.currency) for row in invoices] == [("paid", 1500, "USD")] * 3
    await shop.box.act("stripe", "refund", invoices[0].id)
    await shop.has(user, available=183, debt=0)


async def test_an_upgrade_is_paid_at_once_and_gives_the_difference(shop, user):
    subscription = await subscribed(shop, user)
    v1 = shop.provider._client.v1
    found = (await v1.subscriptions.retrieve_async(subscription)).to_dict()
    price = await shop.provider.price_of(shop.ledger.books.plans.get("enterprise"))
    change = {
        "items": [{"id": found["items"]["data"][0]["id"], "price": price}],
        "proration_behavior": "always_invoice",
    }
    await v1.subscriptions.update_async(subscription, change)
    await shop.has(user, plan_id="enterprise", available=303)


async def test_a_subscription_that_is_canceled_at_its_end_says_so_and_then_ends(shop, user):
    subscription = await subscribed(shop, user)
    v1 = shop.provider._client.v1
    await v1.subscriptions.update_async(subscription, {"cancel_at_period_end": True})

    async def canceling():
        account = await shop.account(user)
        return account.subscription.cancel_at_period_end and account.plan_id == "pro"

    await shop.settled(canceling)
    await v1.subscriptions.cancel_async(subscription)
    await shop.has(user, plan_id="free", available=93)


async def test_a_deleted_user_is_gone_at_stripe_with_their_subscription(shop, user):
    await subscribed(shop, user)
    await shop.ledger.credits.close_account(uuid4(), user)
    assert await shop.settlement.forget_closed() == 1
    await shop.has(user, plan_id="free")
    [row] = await shop.ledger.as_owner("SELECT id FROM credits.customers WHERE user_id = $1", user)
    found = (await shop.provider._client.v1.customers.retrieve_async(row["id"])).to_dict()
    assert found["deleted"]


async def test_webhooks_late_twice_and_shuffled_end_the_same(shop, user):
    await shop.box.fault("stripe", "webhook", "shuffle", 30)
    await shop.box.fault("stripe", "webhook invoice.paid", "repeat:3", 1)
    await subscribed(shop, user)
    await shop.box.clear_faults()
    assert (await shop.account(user)).available == 93


async def test_the_portal_opens_for_a_customer(shop, user):
    await shop.order(user, pack="pack_10")
    assert (await shop.billing.portal(user)).startswith(shop.box.url)


async def test_a_second_sync_finds_everything_in_place(stripe_box):
    changes = await sync_stripe.sync(payment_settings(stripe_box), "https://studio.example/")
    assert {change.outcome for change in changes} == {"kept"}
    assert len(changes) == 8 * 2 + 1


async def test_the_same_order_asked_for_twice_is_one_page_at_stripe(shop, user):
    item = shop.ledger.books.plans.pack("pack_10")
    customer = await shop.provider.create_customer(user, 1, "ada@example.com", "Ada")
    price, order_id = await shop.provider.price_of(item), uuid4()
    pages = [await shop.provider.open_checkout(order_id, item, price, customer, "https://a", "https://b") for _ in "12"]
    assert pages[0] == pages[1]
    assert customer == await shop.provider.create_customer(user, 1, "ada@example.com", "Ada")


async def test_webhooks_that_never_came_are_found_by_the_command(backing, stripe_box, tmp_path, monkeypatch, capsys):
    user = uuid4()
    async with fresh_database(backing["DATABASE_URL"], ["credits"]) as url, open_shop(url, stripe_box) as shop:
        order = await shop.order(user, pack="pack_30")
        stripe_box.takes.append(lost)
        await stripe_box.act("stripe", "pay", order.checkout_id)
        told = {**stripe_box.environ, "DATABASE_URL": url}
        told |= {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9", "REDIS_URL": "redis://127.0.0.1:9"}
        env_file = tmp_path / "env"
        env_file.write_text("".join(f"{name}={value}\n" for name, value in told.items()))
        monkeypatch.setattr(os, "environ", {name: value for name, value in os.environ.items() if name not in told})
        capsys.readouterr()
        found = [await asyncio.to_thread(reconcile.main, ["--env-file", str(env_file)]) for _ in range(2)]
        printed = capsys.readouterr().out
        stripe_box.takes.remove(lost)
        assert (await shop.account(user)).available == 33
        assert found[1] == 0, printed
        assert "both agree" in printed


async def lost(_body, _signature):
    """Taken, and forgotten."""


async def test_a_signature_is_stripes_over_these_very_bytes_and_fresh(shop):
    import stripe

    event = {"id": "evt_1", "object": "event", "type": "invoice.paid", "created": 1, "data": {"object": {"id": "in_1"}}}
    body = json.dumps(event)
    sign = stripe.WebhookSignature.generate_signature_header
    secret = shop.box.environ["STRIPE_WEBHOOK_SECRET"]
    note = shop.provider.verify(body.encode(), sign(body, secret))
    assert (note.kind, note.object_id) == (ObjectKind.INVOICE, "in_1")
    now = int(utc_now().timestamp())
    for wrong_body, signature in (
        (body + " ", sign(body, secret)),
        (body, sign(body, "whsec_another")),
        (body, sign(body, secret, now - 301)),
        (body, ""),
        (body, "t=1,v1="),
        ("[]", sign("[]", secret)),
        ("{", sign("{", secret)),
        ("[" * 50_000, sign("[" * 50_000, secret)),
    ):
        with pytest.raises(InvalidSignature):
            shop.provider.verify(wrong_body.encode(), signature)
    with pytest.raises(InvalidSignature):
        shop.provider.verify(b"\xff", "t=1,v1=x")


async def test_without_a_webhook_secret_nothing_is_taken(shop):
    closed = stripe_client.Stripe(
        shop.settings.model_copy(update={"stripe_webhook_secret": type(shop.settings.stripe_webhook_secret)("")})
    )
    with pytest.raises(BillingNotConfigured, match="STRIPE_WEBHOOK_SECRET"):
        closed.verify(b"{}", "t=1,v1=x")
    await closed.close()


async def test_a_forged_webhook_over_http_is_refused_and_leaves_nothing(shop):
    with pytest.raises(SignatureInvalid):
        await shop.house.inbox.receive("stripe", b"{}", "t=1,v1=00")
    assert await shop.ledger.as_owner("SELECT 1 FROM credits.payment_events") == []


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"stripe_secret_key": "sk_test_wrong"}, BillingNotConfigured),
        ({"stripe_api_url": "http://127.0.0.1:9"}, DependencyAway),
    ],
)
async def test_a_wrong_key_and_a_stripe_that_is_away_are_told_apart(stripe_box, changes, error):
    provider = stripe_client.Stripe(payment_settings(stripe_box, **changes))
    with pytest.raises(error):
        await provider.checkout("cs_1")
    await provider.close()


async def test_a_stripe_that_stumbles_is_asked_once_more_and_then_away(shop, user):
    await shop.box.fault("stripe", "GET /v1/prices", "status:503", 1)
    order = await shop.order(user, pack="pack_10")
    assert order.state == "open"
    await shop.box.fault("stripe", "GET /v1/prices", "status:503", 2)
    with pytest.raises(DependencyAway):
        await shop.order(user, pack="pack_10")
    await shop.box.clear_faults()
