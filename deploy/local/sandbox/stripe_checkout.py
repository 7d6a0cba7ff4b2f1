"""Checkout at the sandbox's Stripe: a session, and what happens when a person pays on its page."""

from collections.abc import Sequence

from deploy.local.sandbox import stripe_shapes as shapes
from deploy.local.sandbox.core import Json
from deploy.local.sandbox.stripe_books import Books, bad, listed
from deploy.local.sandbox.stripe_catalog import Catalog
from deploy.local.sandbox.stripe_invoices import Invoices
from deploy.local.sandbox.stripe_payments import Payments
from deploy.local.sandbox.stripe_subscriptions import Subscriptions

# how long a session is open, and the least and most that may be asked for
OPEN_S, LEAST_S, MOST_S = 86_400, 1_800, 86_400
# the placeholder in addresses that a session's id takes the place of
PLACEHOLDER = "{CHECKOUT_SESSION_ID}"


class Checkout:
    """Opening, paying, closing."""

    def __init__(
        self, books: Books, catalog: Catalog, payments: Payments, invoices: Invoices, subscriptions: Subscriptions
    ) -> None:
        self._books = books
        self._catalog = catalog
        self._payments = payments
        self._invoices = invoices
        self._subscriptions = subscriptions

    def create(self, params: Json) -> Json:
        """An open session. Raises `StripeError`."""
        books, now = self._books, self._books.now()
        mode, email = params.get("mode", "payment"), params.get("customer_email")
        if not params.get("line_items"):
            raise bad("You must pass `line_items` for this mode.", "line_items", "parameter_missing")
        if not params.get("success_url"):
            raise bad("Missing required param: success_url.", "success_url", "parameter_missing")
        if params.get("customer") and (email or params.get("customer_creation")):
            raise bad("You may only specify one of these parameters: customer, customer_email or customer_creation.")
        if params.get("subscription_data") and mode != "subscription":
            raise bad("You can not pass `subscription_data` in `payment` mode.", "subscription_data")
        for name in ("payment_intent_data", "invoice_creation", "customer_creation"):
            if params.get(name) and mode == "subscription":
                raise bad(f"You can not pass `{name}` in `subscription` mode.", name)
        customer = books.get("customer", params["customer"], "customer") if params.get("customer") else None
        if customer and customer.get("deleted"):
            raise bad(f"No such customer: '{customer['id']}'", "customer", "resource_missing")
        id = books.new_id("checkout.session")
        items = [self._item(item, mode, number) for number, item in enumerate(params["line_items"])]
        if mode == "subscription" and not any(item["price"]["recurring"] for item in items):
            raise bad("You must provide at least one recurring price in `subscription` mode.", "line_items")
        total = sum(item["amount_total"] for item in items)
        session = self._session(id, now, mode, params, customer, items[0]["currency"], total)
        books.store.put("stripe", "_line_items", id, {"items": items})
        return books.save(session)

    def expire(self, session: Json) -> Json:
        """Nobody pays on it any more. Raises `StripeError` unless it is open."""
        if session["status"] != "open":
            why = f'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of `{session["status"]}`.'
            raise bad(why)
        session |= {"status": "expired", "url": None}
        self._books.tell("checkout.session.expired", session)
        return session

    def expire_late(self) -> None:
        """Those whose time is over."""
        now = self._books.now()
        for session in self._books.list("checkout.session", {"status": "open"}):
            if session["expires_at"] <= now:
                with self._books.store.together():
                    self.expire(session)

    def items(self, session_id: str) -> list[Json]:
        """What is bought."""
        kept = self._books.find("_line_items", session_id)
        return kept["items"] if kept else []

    def pay(self, session: Json, email: str, decline: str | None = None) -> bool:
        """A person presses the button; whether it is paid. Raises `StripeError` unless the session is open."""
        books = self._books
        if session["status"] != "open" or session["expires_at"] <= books.now():
            raise bad(f"This Checkout Session is {session['status']}: nobody can pay on it.")
        if session["mode"] == "subscription" or session["customer_creation"] == "always":
            session["customer"] = session["customer"] or self._catalog.create_customer({"email": email})["id"]
        customer = books.find("customer", session["customer"]) if session["customer"] else None
        email = (customer and customer["email"]) or email
        details = {
            **shapes.nulls("business_name individual_name name phone"), "address": {**shapes.NO_ADDRESS, "country": "US"},
            "email": email, "tax_exempt": "none", "tax_ids": [],
        }  # fmt: skip
        subject = f"payment {session['id']} {session['customer'] or ''}"
        decline = decline or self._payments.declined(subject)
        if session["mode"] == "subscription":
            return self._subscribe(session, customer or {}, details, decline)
        return self._buy(session, customer, details, decline)

    def success_url(self, session: Json) -> str:
        """Where a person goes on after paying."""
        return str(session["success_url"]).replace(PLACEHOLDER, session["id"])

    def _buy(self, session: Json, customer: Json | None, details: Json, decline: str | None) -> bool:
        books, given = self._books, session["_payment_intent_data"]
        known = books.find("payment_intent", session["payment_intent"]) if session["payment_intent"] else None
        id = customer["id"] if customer else None
        charge = None
        if session["amount_total"]:
            intent = known or self._payments.intend(session["amount_total"], session["currency"], id, **given)
            session["payment_intent"] = intent["id"]
            books.save(session)
            method = self._payments.method_for(customer, details["email"])
            charge = self._payments.attempt(intent, method, decline)
            if decline:
                return False
        invoice = self._receipt(session, customer) if session["invoice_creation"]["enabled"] and customer else None
        self._complete(session, details, invoice=invoice and invoice["id"])
        if charge:
            self._payments.settle(charge)
        return True

    def _subscribe(self, session: Json, customer: Json, details: Json, decline: str | None) -> bool:
        books = self._books
        books.save(session)
        method = self._payments.method_for(customer, details["email"])
        if decline:
            # the card is tried before there is a subscription
            intent = self._payments.intend(session["amount_total"], session["currency"], customer["id"])
            self._payments.attempt(intent, method, decline)
            return False
        if customer["invoice_settings"]["default_payment_method"] is None:
            books.tell("payment_method.attached", method)
            settings = customer["invoice_settings"] | {"default_payment_method": method["id"]}
            books.change("customer.updated", customer, invoice_settings=settings)
        wanted = [(item["price"], item["quantity"]) for item in self.items(session["id"])]
        given = session["_subscription_data"]
        subscription = self._subscriptions.begin(customer, wanted, default_payment_method=method["id"], **given)
        self._complete(session, details, subscription=subscription["id"], invoice=subscription["latest_invoice"])
        return True

    def _receipt(self, session: Json, customer: Json) -> Json:
        """The invoice that a paid checkout asks for."""
        books = self._books
        lines = [
            self._invoices.plain_line(item["price"], item["quantity"], item["amount_total"])
            for item in self.items(session["id"])
        ]
        given = {name: value for name, value in session["invoice_creation"]["invoice_data"].items() if value}
        invoice = self._invoices.draft(customer, lines, "manual", None, **given)
        self._invoices.issue(invoice, customer)
        return self._invoices.paid_elsewhere(invoice, books.get("payment_intent", session["payment_intent"]))

    def _complete(self, session: Json, details: Json, **values: object) -> None:
        session |= {"status": "complete", "payment_status": "paid", "customer_details": details, "url": None, **values}
        self._books.tell("checkout.session.completed", session)

    def _item(self, asked: Json, mode: str, number: int) -> Json:
        books, where = self._books, f"line_items[{number}]"
        if ("price" in asked) == ("price_data" in asked):
            raise bad(f"You must specify either `price` or `price_data` for {where}.", where)
        if "price" in asked:
            price = books.get("price", asked["price"], f"{where}[price]")
        else:
            price = self._catalog.create_price(asked["price_data"])
        if not price["active"]:
            raise bad("The price specified is inactive. This field only accepts active prices.", f"{where}[price]")
        if mode == "payment" and price["recurring"]:
            why = "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices."
            raise bad(why, f"{where}[price]")
        if mode == "subscription" and not price["recurring"]:
            raise bad("The sandbox's subscriptions take recurring prices only.", f"{where}[price]")
        quantity = asked.get("quantity", 0)
        if quantity < 1:
            raise bad("Quantity is required. Add `quantity` to the line item.", f"{where}[quantity]")
        product = books.get("product", price["product"])
        amount = price["unit_amount"] * quantity
        return {
            "id": "li_" + books.new_id("invoice").removeprefix("in_"), "object": "item", "adjustable_quantity": None,
            "amount_discount": 0, "amount_subtotal": amount, "amount_tax": 0, "amount_total": amount,
            "currency": price["currency"], "description": product["name"], "discounts": [], "metadata": {},
            "price": price, "quantity": quantity, "taxes": [],
        }  # fmt: skip

    def _session(
        self, id: str, now: int, mode: str, params: Json, customer: Json | None, currency: str, total: int
    ) -> Json:  # fmt: skip
        ends = params.get("expires_at", now + OPEN_S)
        if not now + LEAST_S - 60 <= ends <= now + MOST_S + 60:
            raise bad("The `expires_at` timestamp must be between 30 minutes and 24 hours from now.", "expires_at")
        creation = params.get("invoice_creation") or {"enabled": False}
        invoice_data = {
            **shapes.nulls("account_tax_ids custom_fields description footer issuer rendering_options"), "metadata": {},
            **creation.get("invoice_data", {}),
        }  # fmt: skip
        in_payment = mode == "payment"
        return {
            "id": id, "object": "checkout.session", "adaptive_pricing": {"enabled": False}, "amount_subtotal": total,
            "amount_total": total, "automatic_tax": {
                "enabled": bool((params.get("automatic_tax") or {}).get("enabled")), **shapes.nulls("liability provider status"),
            },
            "branding_settings": {
                "background_color": "#ffffff", "border_style": "rounded", "button_color": "#2563eb",
                "display_name": "AI Film Studio (sandbox)", "font_family": "default", "icon": None, "logo": None,
            },
            "created": now, "currency": currency, "custom_fields": [],
            "custom_text": shapes.nulls("after_submit shipping_address submit terms_of_service_acceptance"),
            "customer": customer and customer["id"], "discounts": [], "expires_at": ends, "livemode": False,
            "customer_creation": params.get("customer_creation", "if_required") if in_payment and not customer else None,
            "invoice_creation": {"enabled": creation["enabled"], "invoice_data": invoice_data} if in_payment else None,
            "metadata": params.get("metadata", {}), "mode": mode, "payment_method_options": {"card": {
                "request_three_d_secure": "automatic",
            }},
            "payment_method_collection": params.get("payment_method_collection", "if_required" if in_payment else "always"),
            "payment_method_types": ["card"], "payment_status": "unpaid", "shipping_options": [], "status": "open",
            "phone_number_collection": params.get("phone_number_collection", {"enabled": False}),
            "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0}, "ui_mode": "hosted_page",
            "url": f"{self._books.core.url}/stripe/pay/{id}",
            **shapes.nulls(
                "after_expiration client_secret collected_information consent consent_collection"
                " currency_conversion customer_account customer_details integration_identifier invoice managed_payments"
                " origin_context payment_intent payment_link payment_method_configuration_details permissions recovered_from"
                " saved_payment_method_options setup_intent shipping_address_collection shipping_cost subscription"
                " wallet_options"
            ),
            **{name: params.get(name) for name in (
                "allow_promotion_codes", "allowed_payment_method_types", "billing_address_collection", "cancel_url", "client_reference_id",
                "customer_email", "locale", "submit_type", "success_url",
            )},
            "_payment_intent_data": params.get("payment_intent_data", {}),
            "_subscription_data": {
                name: value for name, value in params.get("subscription_data", {}).items()
                if name in {"metadata", "description"}
            },
        }  # fmt: skip


def items_listed(session_id: str, items: Sequence[Json]) -> Json:
    """The includable `line_items` of a session."""
    return listed(list(items), f"/v1/checkout/sessions/{session_id}/line_items")
