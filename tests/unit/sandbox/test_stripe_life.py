"""The life of a purchase and of a subscription at the sandbox's Stripe."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy.local.sandbox.core import Core, Fault, Json, Refused
from deploy.local.sandbox.store import Store
from deploy.local.sandbox.stripe_books import Books
from deploy.local.sandbox.stripe_deeds import Deeds
from deploy.local.sandbox.stripe_forms import StripeError
from deploy.local.sandbox.stripe_operations import Operations
from deploy.local.sandbox.stripe_subscriptions import after

MONTH = {"interval": "month", "interval_count": 1}


class Account:
    """An account with a clock that a test moves."""

    def __init__(self, folder: Path) -> None:
        self.at = datetime(2026, 1, 31, 12, tzinfo=UTC)
        self.core = Core(Store(folder), "http://127.0.0.1:1", now=lambda: self.at)
        self.books = Books(self.core)
        self.todo = Operations(self.books)
        self.deeds = Deeds(self.todo)
        priced = self.todo.catalog.create_price
        self.pack = priced({"currency": "usd", "unit_amount": 500, "product_data": {"name": "10 credits"}})["id"]
        self.pro, self.enterprise = (
            priced({"currency": "usd", "unit_amount": cents, "recurring": MONTH, "product_data": {"name": name}})["id"]
            for name, cents in (("Pro", 1500), ("Enterprise", 9900))
        )
        self.customer = self.todo.catalog.create_customer({"email": "ann@example.com"})["id"]

    def session(self, mode: str, price: str, **more: object) -> Json:
        line = {"price": price, "quantity": 1}
        given = {"mode": mode, "line_items": [line], "success_url": "http://x/{CHECKOUT_SESSION_ID}", **more}
        return self.todo.checkout.create({"customer": self.customer, **given})

    def bought(self) -> Json:
        session = self.session("payment", self.pack)
        self.deeds.do("pay", session["id"])
        return self.books.get("checkout.session", session["id"])

    def subscribed(self, price: str = "") -> Json:
        session = self.session("subscription", price or self.pro)
        self.deeds.do("pay", session["id"])
        return self.subscription()

    def subscription(self) -> Json:
        return self.books.list("subscription")[-1]

    def invoice(self) -> Json:
        return self.books.get("invoice", self.subscription()["latest_invoice"])

    def events(self, since: int = 0) -> list[str]:
        return [event["type"] for event in self.books.list("event")][since:]


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    made = Account(tmp_path)
    yield made
    made.core.store.close()


def test_a_purchase_is_told_in_stripes_order(account: Account) -> None:
    before = len(account.events())
    session = account.bought()

    assert account.events(before) == [
        "payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "checkout.session.completed",
        "charge.updated",
    ]  # fmt: skip
    assert (session["status"], session["payment_status"]) == ("complete", "paid")


def test_a_declined_card_leaves_the_page_open_for_another(account: Account) -> None:
    session = account.session("payment", account.pack)
    account.deeds.do("fail_payment", session["id"])
    first = account.books.get("checkout.session", session["id"])
    account.deeds.do("pay", session["id"])

    assert (first["status"], first["payment_status"]) == ("open", "unpaid")
    assert account.books.get("checkout.session", session["id"])["payment_status"] == "paid"
    assert len(account.books.list("payment_intent")) == 1


def test_a_page_is_paid_once(account: Account) -> None:
    session = account.bought()

    with pytest.raises(Refused, match="complete"):
        account.deeds.do("pay", session["id"])


def test_a_page_ends_after_a_day(account: Account) -> None:
    session = account.session("payment", account.pack)
    account.at += timedelta(hours=25)
    account.todo.checkout.expire_late()

    assert account.books.get("checkout.session", session["id"])["status"] == "expired"
    assert account.events()[-1] == "checkout.session.expired"


def test_a_price_must_suit_the_mode(account: Account) -> None:
    with pytest.raises(StripeError, match="recurring price"):
        account.session("payment", account.pro)
    with pytest.raises(StripeError, match="recurring"):
        account.session("subscription", account.pack)


def test_a_subscription_begins_with_a_paid_invoice(account: Account) -> None:
    subscription = account.subscribed()
    invoice = account.invoice()

    assert (subscription["status"], invoice["status"], invoice["amount_paid"]) == ("active", "paid", 1500)
    assert invoice["billing_reason"] == "subscription_create"
    assert invoice["parent"]["subscription_details"]["subscription"] == subscription["id"]
    told = ["customer.subscription.created", "invoice.created", "invoice.finalized", "invoice.paid"]
    assert [type for type in account.events() if type in told] == told


def test_a_month_that_begins_on_the_31st_ends_on_the_last(account: Account) -> None:
    [item] = account.subscribed()["items"]["data"]

    assert datetime.fromtimestamp(item["current_period_end"], UTC) == datetime(2026, 2, 28, 12, tzinfo=UTC)
    march = after(item["current_period_end"], MONTH, item["current_period_start"])
    assert datetime.fromtimestamp(march, UTC) == datetime(2026, 3, 31, 12, tzinfo=UTC)


def test_a_renewal_begins_the_next_period_with_a_paid_invoice(account: Account) -> None:
    first = account.subscribed()
    account.at += timedelta(days=3)
    account.deeds.do("renew", first["id"])
    renewed, invoice = account.subscription(), account.invoice()

    assert invoice["billing_reason"] == "subscription_cycle"
    assert invoice["id"] != first["latest_invoice"]
    [item] = renewed["items"]["data"]
    assert item["current_period_start"] == int(account.at.timestamp())
    assert invoice["lines"]["data"][0]["period"] == {
        "start": item["current_period_start"], "end": item["current_period_end"],
    }  # fmt: skip


def test_two_renewals_in_one_second_have_two_periods(account: Account) -> None:
    account.subscribed()
    starts = []
    for _ in range(2):
        account.deeds.do("renew", account.customer)
        starts.append(account.subscription()["items"]["data"][0]["current_period_start"])

    assert starts[0] < starts[1]


def test_a_failed_renewal_is_past_due_until_it_is_paid(account: Account) -> None:
    account.subscribed()
    account.deeds.do("fail_payment", account.customer)
    failed, invoice = account.subscription(), account.invoice()
    account.deeds.do("pay", account.customer)

    assert (failed["status"], invoice["status"], invoice["attempt_count"]) == ("past_due", "open", 1)
    assert invoice["next_payment_attempt"] > invoice["created"]
    assert (account.subscription()["status"], account.invoice()["status"]) == ("active", "paid")
    assert account.events().count("invoice.payment_failed") == 1


def test_four_failures_end_the_subscription(account: Account) -> None:
    account.subscribed()
    for _ in range(4):
        account.deeds.do("fail_payment", account.customer)

    ended = account.subscription()
    assert (ended["status"], ended["cancellation_details"]["reason"]) == ("canceled", "payment_failed")
    assert account.events()[-1] == "customer.subscription.deleted"


def test_an_upgrade_is_paid_at_once_for_what_is_left(account: Account) -> None:
    subscription = account.subscribed()
    [item] = subscription["items"]["data"]
    account.at += timedelta(seconds=(item["current_period_end"] - item["current_period_start"]) // 2)
    enterprise = account.books.get("price", account.enterprise)
    changes = {item["id"]: (enterprise, 1)}
    account.todo.subscriptions.change_price(subscription, changes, "always_invoice", account.books.now())
    invoice = account.invoice()

    assert [line["amount"] for line in invoice["lines"]["data"]] == [-750, 4950]
    assert (invoice["billing_reason"], invoice["total"], invoice["status"]) == ("subscription_update", 4200, "paid")
    details = [line["parent"]["subscription_item_details"] for line in invoice["lines"]["data"]]
    assert all(detail["proration"] for detail in details)


def test_what_an_upgrade_costs_can_wait_for_the_next_invoice(account: Account) -> None:
    subscription = account.subscribed()
    [item] = subscription["items"]["data"]
    changes = {item["id"]: (account.books.get("price", account.enterprise), 1)}
    account.todo.subscriptions.change_price(subscription, changes, "create_prorations", account.books.now())
    account.deeds.do("renew", account.customer)

    assert [line["amount"] for line in account.invoice()["lines"]["data"]] == [-1500, 9900, 9900]


def test_a_downgrade_now_leaves_a_credit_for_the_next_invoice(account: Account) -> None:
    subscription = account.subscribed(account.enterprise)
    [item] = subscription["items"]["data"]
    changes = {item["id"]: (account.books.get("price", account.pro), 1)}
    account.todo.subscriptions.change_price(subscription, changes, "always_invoice", account.books.now())

    assert (account.invoice()["amount_due"], account.invoice()["status"]) == (0, "paid")
    assert account.books.get("customer", account.customer)["balance"] == -8400
    account.deeds.do("renew", account.customer)
    assert account.invoice()["amount_due"] == 0
    assert account.books.get("customer", account.customer)["balance"] == -6900


def test_the_portal_puts_a_downgrade_off_to_the_end_of_the_period(account: Account) -> None:
    subscription = account.subscribed(account.enterprise)
    portal = account.todo.portal.open({"customer": account.customer})
    account.todo.portal.change(portal, subscription, account.pro)
    during = account.subscription()
    account.deeds.do("renew", account.customer)

    assert during["items"]["data"][0]["price"]["id"] == account.enterprise
    assert account.subscription()["items"]["data"][0]["price"]["id"] == account.pro
    assert account.invoice()["total"] == 1500


def test_a_cancellation_waits_for_the_end_of_the_period(account: Account) -> None:
    subscription = account.subscribed()
    portal = account.todo.portal.open({"customer": account.customer})
    account.todo.portal.cancel(portal, subscription)
    during, invoices = account.subscription(), len(account.books.list("invoice"))
    account.deeds.do("renew", account.customer)

    assert (during["status"], during["cancel_at_period_end"]) == ("active", True)
    assert account.subscription()["status"] == "canceled"
    assert len(account.books.list("invoice")) == invoices


def test_refunds_add_up_to_what_was_paid(account: Account) -> None:
    session = account.bought()
    account.deeds.do("refund", f"{session['id']}:200")
    account.deeds.do("refund", session["payment_intent"])
    [charge] = account.books.list("charge")

    assert [refund["amount"] for refund in account.books.list("refund")] == [200, 300]
    assert (charge["amount_refunded"], charge["refunded"]) == (500, True)
    with pytest.raises(Refused, match="already been refunded"):
        account.deeds.do("refund", charge["id"])


def test_a_refund_of_more_than_is_left_is_refused(account: Account) -> None:
    session = account.bought()

    with pytest.raises(Refused, match="greater than unrefunded"):
        account.deeds.do("refund", f"{session['id']}:501")
    assert account.books.list("refund") == []


@pytest.mark.parametrize(("verdict", "told"), [("won", "charge.dispute.funds_reinstated"), ("lost", None)])
def test_a_dispute_is_decided_once(account: Account, verdict: str, told: str | None) -> None:
    session = account.bought()
    account.deeds.do("dispute", session["id"])
    account.deeds.do("dispute", f"{session['id']}:{verdict}")
    [dispute] = account.books.list("dispute")

    assert dispute["status"] == verdict
    assert sum(entry["amount"] for entry in dispute["balance_transactions"]) == (0 if told else -500)
    assert ("charge.dispute.funds_reinstated" in account.events()) is bool(told)
    assert account.events()[-1] == "charge.dispute.closed"
    with pytest.raises(Refused, match="already"):
        account.deeds.do("dispute", f"{dispute['id']}:won")


def test_a_disputed_payment_is_not_refunded(account: Account) -> None:
    session = account.bought()
    account.deeds.do("dispute", session["id"])

    with pytest.raises(Refused, match="charged back"):
        account.deeds.do("refund", session["id"])


@pytest.mark.parametrize(
    ("action", "id", "wanted"),
    [
        ("pay", "nonsense", "checkout session"),
        ("refund", "cus_1", "payment intent"),
        ("renew", "in_1", "subscription"),
        ("renew", "cus_1", "has no subscription"),
        ("pay", "cs_test_1", "No such checkout session"),
        ("dispute", "pi_1:maybe", ":won"),
        ("refund", "pi_1:half", "cents"),
    ],
)
def test_an_id_that_will_not_do_is_told_what_would(account: Account, action: str, id: str, wanted: str) -> None:
    with pytest.raises(Refused, match=wanted) as caught:
        account.deeds.do(action, id)
    assert caught.value.status == 422


def test_a_payment_is_declined_by_order(account: Account) -> None:
    account.core.faults.add("stripe", f"payment cs_test_* {account.customer}", Fault("error", "insufficient_funds"))
    session = account.session("payment", account.pack)
    account.deeds.do("pay", session["id"])
    [intent] = account.books.list("payment_intent")

    assert intent["last_payment_error"]["decline_code"] == "insufficient_funds"
    assert account.books.get("checkout.session", session["id"])["status"] == "open"


def test_a_lookup_key_moves_only_when_asked(account: Account) -> None:
    asked = {"currency": "usd", "unit_amount": 700, "lookup_key": "ten", "product_data": {"name": "Ten"}}
    first = account.todo.catalog.create_price(asked)
    with pytest.raises(StripeError, match="already uses that lookup key"):
        account.todo.catalog.create_price(asked)
    second = account.todo.catalog.create_price({**asked, "transfer_lookup_key": True})

    assert account.books.get("price", first["id"])["lookup_key"] is None
    assert second["lookup_key"] == "ten"


def test_deleting_a_customer_ends_what_they_subscribed_to(account: Account) -> None:
    account.subscribed()
    account.todo.table()["DELETE customers/{id}"](account.customer, {})

    assert account.subscription()["status"] == "canceled"
    assert account.books.get("customer", account.customer) == {
        "id": account.customer, "object": "customer", "deleted": True,
    }  # fmt: skip


def test_a_preview_keeps_nothing(account: Account) -> None:
    subscription = account.subscribed()
    [item] = subscription["items"]["data"]
    before = len(account.books.list("invoice"))
    preview = account.todo.table()["POST invoices/create_preview"](
        {
            "subscription": subscription["id"],
            "subscription_details": {
                "items": [{"id": item["id"], "price": account.enterprise}],
                "proration_behavior": "always_invoice",
            },
        }
    )

    assert preview["total"] == 8400
    assert len(account.books.list("invoice")) == before
