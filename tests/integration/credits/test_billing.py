"""The pages: what is ordered under which conditions, and what is asked of the provider for it."""

import asyncio
from uuid import uuid4

import pytest
from filmstudio.credits.v1 import credits_pb2 as pb

from services.credits.billing import Billing
from services.credits.errors import AlreadySubscribed, BillingNotConfigured, CheckoutClosed, NoCustomer
from services.credits.payments import ObjectMissing
from services.kit.errors import DependencyAway, IdempotencyKeyReused, Invalid, NotFound


async def test_a_pack_is_ordered_as_the_price_list_says_and_its_page_is_open(ledger, till, user):
    order = await till.order(user, pack="pack_60")
    assert order.url == f"https://pay.example/cs.{order.id}"
    [row] = await ledger.as_owner("SELECT * FROM credits.orders WHERE id = $1", order.id)
    assert (row["item_id"], row["credits"], row["price_cents"], row["currency"], row["state"]) == (
        "pack_60", 60, 2600, "USD", "open",
    )  # fmt: skip


async def test_the_same_request_gets_the_same_page(till, user):
    first = await till.order(user, pack="pack_10", request_id="r1")
    again = await till.order(user, pack="pack_10", request_id="r1")
    assert (again.id, again.url, till.provider.pages) == (first.id, first.url, 1)


async def test_the_same_request_for_something_else_is_refused(till, user):
    await till.order(user, pack="pack_10", request_id="r1")
    with pytest.raises(IdempotencyKeyReused):
        await till.order(user, pack="pack_30", request_id="r1")


async def test_a_request_whose_page_could_not_be_made_is_made_good_by_the_next(till, user):
    # only the page fails: price and customer are there
    failing = till.provider.open_checkout

    async def away(*_arguments):
        raise DependencyAway("stripe")

    till.provider.open_checkout = away
    with pytest.raises(DependencyAway):
        await till.order(user, pack="pack_10", request_id="r1")
    till.provider.open_checkout = failing
    order = await till.order(user, pack="pack_10", request_id="r1")
    assert (order.state, till.provider.pages) == ("open", 1)


async def test_a_page_that_is_paid_is_not_handed_out_again(till, user):
    order = await till.order(user, pack="pack_10", request_id="r1")
    till.provider.pay_pack(str(order.id))
    await till.hear(str(order.id))
    with pytest.raises(CheckoutClosed) as refused:
        await till.order(user, pack="pack_10", request_id="r1")
    assert refused.value.metadata["state"] == "paid"


async def test_a_user_is_one_customer_however_often_they_buy(till, user):
    await asyncio.gather(*(till.order(user, pack="pack_10") for _ in range(4)))
    await till.order(user, pack="pack_30")
    assert {nth for of, nth in till.provider.customers if of == user} == {1}
    rows = await till.ledger.as_owner("SELECT id FROM credits.customers WHERE user_id = $1", user)
    assert len(rows) == 1


async def test_a_customer_who_is_gone_at_the_provider_is_made_anew(till, user):
    await till.order(user, pack="pack_10")
    whole = till.provider.open_checkout

    async def gone(*_arguments):
        raise ObjectMissing("resource_missing")

    till.provider.open_checkout = gone
    with pytest.raises(DependencyAway):
        await till.order(user, pack="pack_10")
    till.provider.open_checkout = whole
    await till.order(user, pack="pack_10")
    assert till.provider.customers == [(user, 1), (user, 2)]


@pytest.mark.parametrize(
    ("pack", "plan", "field"),
    [
        ("", "", "pack"),
        ("pack_10", "pro", "plan"),
        ("pack_11", "", "pack_id"),
        ("", "gold", "plan_id"),
        ("", "free", "plan_id"),
    ],
)
async def test_what_is_not_for_sale_is_refused(till, user, pack, plan, field):
    with pytest.raises(Invalid) as refused:
        await till.order(user, pack=pack, plan=plan)
    assert refused.value.metadata["field"] == field


async def test_who_is_subscribed_changes_it_in_the_portal(till, user):
    await till.subscribe(user, "pro")
    with pytest.raises(AlreadySubscribed):
        await till.order(user, plan="enterprise")
    assert (await till.order(user, pack="pack_10")).state == "open"


async def test_whose_subscription_has_ended_may_begin_another(till, user):
    await till.subscribe(user, "pro")
    till.provider.change(str(user), state="ended")
    await till.hear(str(user), since=6)
    assert (await till.order(user, plan="enterprise")).item_id == "enterprise"


async def test_who_begins_to_subscribe_twice_finds_the_first_page_closed(till, user):
    first = await till.order(user, plan="pro")
    await till.order(user, plan="enterprise")
    assert till.provider.closed == [first.checkout_id]


@pytest.fixture
def two_pages_are_made_at_once(till, monkeypatch):
    make, both = till.provider.open_checkout, asyncio.Barrier(2)

    async def beside_the_other(*arguments):
        await both.wait()
        return await make(*arguments)

    monkeypatch.setattr(till.provider, "open_checkout", beside_the_other)


@pytest.mark.usefixtures("two_pages_are_made_at_once")
async def test_the_same_subscription_asked_for_twice_at_once_keeps_its_page_open(till, user):
    first, second = await asyncio.gather(*(till.order(user, plan="pro", request_id="r1") for _ in range(2)))
    assert (first.id, till.provider.closed) == (second.id, [])


@pytest.mark.usefixtures("two_pages_are_made_at_once")
async def test_of_two_plans_ordered_at_once_one_page_stays_open(till, user):
    orders = await asyncio.gather(till.order(user, plan="pro"), till.order(user, plan="enterprise"))
    [closed] = till.provider.closed
    assert closed in {order.checkout_id for order in orders}


async def test_the_portal_is_for_who_has_bought(till, user):
    with pytest.raises(NoCustomer):
        await till.billing.portal(user)
    await till.order(user, pack="pack_10")
    assert await till.billing.portal(user) == f"https://pay.example/portal/cus.{user}"


async def test_invoices_come_in_pages_newest_first(till, user):
    assert await till.billing.invoices(user, 2, "") == ((), "")
    await till.order(user, pack="pack_10")
    page, token = await till.billing.invoices(user, 2, "")
    rest, end = await till.billing.invoices(user, 2, token)
    assert ([row.id for row in page], [row.id for row in rest], end) == (["in_3", "in_2"], ["in_1"], "")
    with pytest.raises(Invalid, match="page_token"):
        await till.billing.invoices(user, 2, "made-up")


async def test_without_a_provider_every_page_says_that_nothing_can_be_bought(ledger, till, user):
    billing = Billing(ledger.database.work, ledger.books, None, till.contacts, "")
    for asked in (
        lambda: billing.checkout(user, pb.CreateCheckoutRequest(pack_id="pack_10")),
        lambda: billing.portal(user),
        lambda: billing.invoices(user, 0, ""),
    ):
        with pytest.raises(BillingNotConfigured, match="STRIPE_SECRET_KEY"):
            await asked()


async def test_an_order_that_is_never_paid_costs_and_gives_nothing(ledger, till, user):
    await till.order(user, pack="pack_10")
    assert (await ledger.credits.account(user)).available == 3


async def test_who_is_deleted_orders_nothing(ledger, till, user):
    await ledger.credits.account(user)
    await ledger.credits.close_account(uuid4(), user)
    with pytest.raises(NotFound):
        await till.order(user, pack="pack_10")
