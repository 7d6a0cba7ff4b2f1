"""Money through Stripe's pages: packs, subscriptions, what fails and what is taken back; the books balance after each."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import jwt
import pytest

from services.credits.audit import audit
from tests.support.outside import Outside
from tests.support.studio import Json, Person, Studio, until


@pytest.fixture(autouse=True)
def _books_balance(studio: Studio) -> Iterator[None]:
    """The ledger's audit of the running database finds nothing, whatever the test has done."""
    yield
    findings = asyncio.run(audit(studio.env["DATABASE_URL"]))
    assert [finding for finding in findings if finding.violations] == []


@dataclass(frozen=True)
class Customer:
    """Somebody on their way through Stripe's pages."""

    person: Person
    outside: Outside

    def checkout(self, pack: str) -> str:
        """The page of a pack's checkout."""
        return str(self.person.ok("POST", "/credits/checkout", {"pack": pack})["url"])

    def buy(self, pack: str, credits: int) -> str:
        """A pack is bought and there; its checkout session's id."""
        before = self.person.credits()["available"]
        session = self.outside.checkout_of(self.checkout(pack))
        assert self.outside.act("stripe", "pay", session)["paid"]
        self.has(before + credits)
        return session

    def subscribe(self, plan: str = "pro", credits: int = 90) -> str:
        """A subscription is begun and its first month there; its id."""
        before = self.person.credits()["available"]
        page = self.person.ok("POST", "/subscriptions/checkout", {"plan": plan})["url"]
        assert self.outside.act("stripe", "pay", self.outside.checkout_of(page))["paid"]
        self.has(before + credits)
        self.is_on(plan)
        return str(self.outside.session(page)["subscription"])

    def has(self, available: int) -> None:
        """Wait until that many credits are available."""
        until(lambda: self.person.credits()["available"] == available, 20, f"{available} credits")

    def is_on(self, plan: str, status: str = "active") -> Json:
        """Wait until the plan and its subscription are so; the balance."""

        def look() -> Json | None:
            found = self.person.credits()
            return found if (found["plan"], (found["subscription"] or {}).get("status")) == (plan, status) else None

        balance: Json = until(look, 20, f"plan {plan}, subscription {status}")
        return balance

    def lines(self, kind: str) -> list[int]:
        """The amounts of a kind of lines in the ledger, newest first."""
        return [line["amount"] for line in self.person.transactions() if line["kind"] == kind]


@pytest.fixture
def customer(studio: Studio, outside: Outside) -> Customer:
    """A new customer."""
    found = Customer(studio.register(), outside)
    found.has(3)
    return found


def test_a_pack_that_is_told_often_and_in_any_order_is_credited_once(customer: Customer, studio: Studio) -> None:
    page = customer.checkout("pack_10")
    session = customer.outside.checkout_of(page)
    with customer.outside.fault("stripe", "webhook *", "repeat:3", times=-1):
        assert customer.outside.act("stripe", "pay", session)["paid"]
        customer.has(13)
    (event,) = [
        event
        for event in customer.outside.stripe("event", type="checkout.session.completed")
        if event["data"]["object"]["id"] == session
    ]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: deliver(studio, event), range(16)))
    assert answers == [200] * 16
    # what is bought after it was heard after it
    customer.buy("10", 10)
    assert customer.person.settled()["available"] == 23
    assert customer.lines("purchase") == [10, 10]
    payment = customer.outside.session(page)["payment_intent"]
    assert [line["payment_id"] for line in customer.person.transactions()].count(payment) == 1


def deliver(studio: Studio, event: Json) -> int:
    """Stripe sends an event once more; the status of the answer."""
    body = json.dumps(event).encode()
    at = int(time.time())
    signed = hmac.new(studio.env["STRIPE_WEBHOOK_SECRET"].encode(), f"{at}.".encode() + body, hashlib.sha256)
    headers = {"Stripe-Signature": f"t={at},v1={signed.hexdigest()}", "Content-Type": "application/json"}
    anybody = studio.anonymous()
    return anybody.http.post("/api/v1/webhooks/stripe", content=body, headers=headers).status_code


def test_shuffled_events_of_a_subscription_end_the_same(customer: Customer) -> None:
    with customer.outside.fault("stripe", "webhook *", "shuffle", times=-1):
        customer.subscribe()
    assert customer.person.settled()["available"] == 93
    assert customer.lines("purchase") == [90]


def test_an_event_that_stripe_did_not_sign_is_refused(studio: Studio) -> None:
    forged = studio.anonymous()
    forged.refused(400, "SIGNATURE_INVALID", "POST", "/webhooks/stripe", {}, Stripe_Signature="t=1,v1=00")


def test_a_declined_card_gives_nothing_and_the_page_can_still_be_paid(customer: Customer) -> None:
    session = customer.outside.checkout_of(customer.checkout("pack_10"))
    assert not customer.outside.act("stripe", "fail_payment", session)["paid"]
    assert customer.outside.act("stripe", "pay", session)["paid"]
    customer.has(13)
    assert customer.lines("purchase") == [10]


def test_a_subscription_gives_plan_credits_and_role_and_the_token_in_hand_stays_good(customer: Customer) -> None:
    person = customer.person
    customer.subscribe()
    assert until(lambda: person.ok("GET", "/me")["role"] == "pro_user", 10, "the role in the profile")
    # the token of before is on it still
    old = jwt.decode(person.token, options={"verify_signature": False})
    person.http.cookies.clear()
    new = jwt.decode(person.sign_in().token, options={"verify_signature": False})
    assert (old["role"], old["subscription_tier"]) == ("free_user", "free")
    assert (new["role"], new["subscription_tier"]) == ("pro_user", "pro")
    person.refused(409, "ALREADY_SUBSCRIBED", "POST", "/subscriptions/checkout", {"plan": "pro"})
    (invoice,) = person.ok("GET", "/invoices")["items"]
    assert (invoice["status"], invoice["amount_paid_cents"], invoice["currency"]) == ("paid", 1500, "USD")
    assert person.http.get(invoice["url"]).status_code == 200
    portal = person.ok("POST", "/billing/portal")["url"]
    assert person.http.get(portal).status_code == 200


def test_a_month_is_renewed_and_gives_its_credits_once(customer: Customer) -> None:
    subscription = customer.subscribe()
    before = customer.person.credits()["subscription"]["period_ends_at"]
    customer.outside.act("stripe", "renew", subscription)
    customer.has(3 + 90 + 90)
    assert customer.is_on("pro")["subscription"]["period_ends_at"] > before
    assert customer.lines("purchase") == [90, 90]
    assert len(customer.person.ok("GET", "/invoices")["items"]) == 2


def test_a_failed_payment_keeps_the_plan_for_its_grace_and_a_paid_one_brings_it_back(customer: Customer) -> None:
    person = customer.person
    subscription = customer.subscribe()
    customer.outside.act("stripe", "fail_payment", subscription)
    late = customer.is_on("pro", "past_due")
    assert late["subscription"]["grace_ends_at"] is not None
    letter = customer.outside.letter(person.email, "Your payment has failed")
    assert "15.00" in letter["text"]
    over = customer.is_on("free", "past_due")
    # what was paid for stays
    assert over["available"] == 93
    until(lambda: person.ok("GET", "/me")["role"] == "free_user", 10, "the role in the profile")
    assert customer.outside.act("stripe", "pay", subscription)["paid"]
    customer.has(3 + 90 + 90)
    assert customer.is_on("pro")["subscription"]["grace_ends_at"] is None


def test_a_plan_is_changed_and_ended_in_the_portal(customer: Customer) -> None:
    subscription = customer.subscribe()
    portal = customer.person.ok("POST", "/billing/portal")["url"]
    (price,) = customer.outside.stripe("price", unit_amount=9900, active=True)
    customer.outside.press(portal, do="change", subscription=subscription, price=price["id"])
    # on the first day the whole difference of the two months
    customer.is_on("enterprise")
    customer.has(3 + 300)
    assert customer.lines("purchase") == [210, 90]
    customer.outside.press(portal, do="cancel", subscription=subscription)
    ending = lambda: customer.person.credits()["subscription"]["cancel_at_period_end"]  # noqa: E731
    until(ending, 20, "word of the end")
    assert customer.person.credits()["plan"] == "enterprise"
    customer.outside.act("stripe", "renew", subscription)
    customer.is_on("free", "ended")
    assert customer.person.settled()["available"] == 303
    assert customer.person.ok("POST", "/subscriptions/checkout", {"plan": "pro"})["url"]


def test_a_refund_takes_its_credits_back(customer: Customer) -> None:
    session = customer.buy("pack_30", 30)
    customer.outside.act("stripe", "refund", session)
    customer.has(3)
    assert customer.lines("refund") == [-30]
    assert customer.person.settled()["debt"] == 0


def test_a_dispute_over_spent_credits_is_a_debt_that_no_film_is_begun_on(customer: Customer, studio: Studio) -> None:
    person = customer.person
    studio.admin().ok("PATCH", f"/admin/users/{person.id}", {"subscription_tier": "pro"})
    session = customer.buy("pack_10", 10)
    first, second = person.project_with_script(), person.project_with_script()
    # nine of thirteen are held by a film that is about to be made
    job = person.order(first, 180)
    assert person.credits()["held"] == 9
    customer.outside.act("stripe", "dispute", session)
    owes = until(lambda: found if (found := person.credits())["debt"] else None, 20, "a debt")
    assert (owes["available"], owes["debt"]) == (0, 6)
    order = {"project_id": second, "options": {"duration_s": 15}}
    person.refused(402, "INSUFFICIENT_CREDITS", "POST", "/generate/video", order)
    # what comes back pays the debt first
    person.ok("POST", f"/jobs/{job['id']}/cancel")
    person.wait_for_end(job["id"])
    until(lambda: person.credits()["held"] == 0, 20, "the end of the hold")
    assert person.settled()["debt"] == 0
    assert person.credits()["available"] == 3
    # Stripe decides for us: the credits are theirs again
    customer.outside.act("stripe", "dispute", f"{session}:won")
    customer.has(13)


def test_who_has_bought_nothing_has_no_portal_and_no_invoices(customer: Customer) -> None:
    customer.person.refused(409, "NO_CUSTOMER", "POST", "/billing/portal")
    assert customer.person.ok("GET", "/invoices")["items"] == []
    customer.person.refused(422, "VALIDATION_FAILED", "POST", "/credits/checkout", {"pack": "pack_11"})
    customer.person.refused(422, "VALIDATION_FAILED", "POST", "/subscriptions/checkout", {"plan": "free"})
