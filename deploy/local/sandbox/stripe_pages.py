"""The pages of the sandbox's Stripe: the checkout and the portal that customers see, invoices, and a dashboard of buttons."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from deploy.local.sandbox.core import Json
from deploy.local.sandbox.core import Refused as NotHere
from deploy.local.sandbox.pages import form
from deploy.local.sandbox.pages import page as plain_page
from deploy.local.sandbox.stripe_deeds import BUYER, Deeds
from deploy.local.sandbox.stripe_forms import StripeError
from deploy.local.sandbox.stripe_invoices import DECLINE, subscription_id
from deploy.local.sandbox.stripe_operations import Operations
from deploy.local.sandbox.stripe_pdf import pdf

# Stripe's test cards that are of use here
GOOD_CARD, BAD_CARD = "4242424242424242", "4000000000000002"
SHOWN = 50


def page(template: str, status: int = 200, **values: Any) -> Response:
    """A page that can say days."""
    return plain_page(template, status, day=_day, **values)


def _day(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%d %b %Y}"


class Pages:
    """`ring` is called when something was told."""

    def __init__(self, operations: Operations, deeds: Deeds, ring: Callable[[], None]) -> None:
        self._operations = operations
        self._books = operations.books
        self._deeds = deeds
        self._ring = ring

    def routes(self) -> Sequence[BaseRoute]:
        """What is served."""
        return [
            Route("/", self._dashboard, methods=["GET", "POST"]),
            Route("/pay/{id}", self._checkout, methods=["GET", "POST"]),
            Route("/portal/{id}", self._portal, methods=["GET", "POST"]),
            Route("/invoices/{id}", self._invoice),
            Route("/invoices/{id}/pdf", self._pdf),
            Route("/receipts/{id}", self._receipt),
        ]

    async def _dashboard(self, request: Request) -> Response:
        said = ""
        if request.method == "POST":
            asked = await form(request)
            try:
                self._deeds.do(asked.get("action", ""), asked.get("id", ""))
                return RedirectResponse("/stripe/", 303)
            except (NotHere, KeyError) as error:
                said = str(error)
            finally:
                self._ring()
        kinds = ("checkout.session", "subscription", "charge", "dispute", "invoice", "event")
        rows = {kind.replace(".", "_"): self._books.list(kind)[::-1][:SHOWN] for kind in kinds}
        prices = {row["id"]: self._price_name(row) for row in self._books.list("price")}
        waiting = self._books.store.count("stripe", "_delivery")
        status = 422 if said else 200
        return page("stripe_dashboard.html", status, said=said, prices=prices, waiting=waiting, **rows)

    async def _checkout(self, request: Request) -> Response:
        session = self._books.find("checkout.session", request.path_params["id"])
        if session is None:
            return page("stripe_nothing.html", 404)
        said, checkout = "", self._operations.checkout
        if request.method == "POST":
            asked = await form(request)
            number = "".join(asked.get("card", "").split())
            decline = DECLINE if "decline" in asked or number == BAD_CARD else None
            if number not in {GOOD_CARD, BAD_CARD}:
                said = f"The sandbox takes the card {GOOD_CARD}, and declines {BAD_CARD}."
            else:
                try:
                    with self._books.store.together():
                        email = session["customer_email"] or asked.get("email") or BUYER
                        paid = checkout.pay(session, email, decline)
                    if paid:
                        return RedirectResponse(checkout.success_url(session), 303)
                    said = "Your card was declined. Try another card."
                except StripeError as refused:
                    said = str(refused)
                finally:
                    self._ring()
        customer = session["customer"] and self._books.find("customer", session["customer"])
        return page(
            "stripe_checkout.html", 402 if said else 200, session=session, items=checkout.items(session["id"]),
            customer=customer or None, card=f"{GOOD_CARD[:4]} {GOOD_CARD[4:8]} {GOOD_CARD[8:12]} {GOOD_CARD[12:]}", said=said,
            buyer=BUYER,
        )  # fmt: skip

    async def _portal(self, request: Request) -> Response:
        session = self._books.find("billing_portal.session", request.path_params["id"])
        if session is None:
            return page("stripe_nothing.html", 404)
        said, status = "", 200
        if request.method == "POST":
            try:
                said = self._portal_deed(session, await form(request))
            except StripeError as refused:
                said, status = str(refused), 422
            finally:
                self._ring()
        invoices = self._books.list("invoice", {"customer": session["customer"]})[::-1]
        configuration = self._books.get("billing_portal.configuration", session["configuration"])
        prices = self._books.list("price", {"type": "recurring"})
        return page(
            "stripe_portal.html", status, session=session, said=said, subscriptions=self._operations.portal.subscriptions(session),
            choices=self._operations.portal.choices(session), invoices=invoices, features=configuration["features"],
            names={price["id"]: self._price_name(price) for price in prices}, customer=self._books.get("customer", session["customer"]),
        )  # fmt: skip

    def _portal_deed(self, session: Json, asked: dict[str, str]) -> str:
        """What a button does, in words. Raises `StripeError`."""
        books, portal = self._books, self._operations.portal
        with books.store.together():
            if "pay" in asked:
                invoice = books.get("invoice", asked["pay"])
                if invoice["customer"] != session["customer"]:
                    return ""
                return "Paid." if self._operations.subscriptions.pay_again(invoice) else "The card was declined."
            subscription = books.get("subscription", asked.get("subscription", ""))
            if subscription["customer"] != session["customer"]:
                return ""
            match asked.get("do"):
                case "change":
                    return portal.change(session, subscription, asked.get("price", ""))
                case "cancel":
                    portal.cancel(session, subscription)
                    return "Canceled."
                case "resume":
                    self._operations.subscriptions.cancel_at_end(subscription, wanted=False)
                    return "It goes on."
                case "keep" if subscription["schedule"]:
                    portal.release(books.get("subscription_schedule", subscription["schedule"]))
                    return "The plan stays."
                case _:
                    return ""

    async def _invoice(self, request: Request) -> Response:
        invoice = self._books.find("invoice", request.path_params["id"])
        if invoice is None:
            return page("stripe_nothing.html", 404)
        return page("stripe_invoice.html", invoice=invoice, subscription=subscription_id(invoice))

    async def _pdf(self, request: Request) -> Response:
        invoice = self._books.find("invoice", request.path_params["id"])
        if invoice is None:
            return page("stripe_nothing.html", 404)
        lines = [
            "SANDBOX - nothing here is real", "", f"Invoice {invoice['number'] or invoice['id']}", f"Status: {invoice['status']}",
            f"For: {invoice['customer_email'] or invoice['customer']}", "",
            *(f"{line['description']}: {line['amount'] / 100:.2f} {line['currency'].upper()}" for line in invoice["lines"]["data"]),
            "", f"Total: {invoice['total'] / 100:.2f} {invoice['currency'].upper()}",
            f"Paid: {invoice['amount_paid'] / 100:.2f} {invoice['currency'].upper()}",
        ]  # fmt: skip
        name = f"invoice-{invoice['number'] or invoice['id']}.pdf"
        return Response(
            pdf(lines), media_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'}
        )

    async def _receipt(self, request: Request) -> Response:
        charge = self._books.find("charge", request.path_params["id"])
        if charge is None:
            return page("stripe_nothing.html", 404)
        return page("stripe_receipt.html", charge=charge)

    def _price_name(self, price: Json) -> str:
        product = self._books.find("product", price["product"])
        every = f" a {price['recurring']['interval']}" if price["recurring"] else ""
        return f"{product['name'] if product else price['product']}: ${price['unit_amount'] / 100:.2f}{every}"
