"""The operations of the sandbox's Stripe: what "METHOD path" does with checked parameters.

Each takes the ids in its path and the parameters, and gives an object or a list. Writing ones run inside one transaction.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from deploy.local.sandbox import stripe_checkout
from deploy.local.sandbox.core import Json
from deploy.local.sandbox.stripe_books import Books, bad, listed
from deploy.local.sandbox.stripe_catalog import Catalog
from deploy.local.sandbox.stripe_checkout import Checkout
from deploy.local.sandbox.stripe_forms import StripeError, no_such
from deploy.local.sandbox.stripe_invoices import Invoices, subscription_id
from deploy.local.sandbox.stripe_payments import Payments, declined
from deploy.local.sandbox.stripe_portal import Portal
from deploy.local.sandbox.stripe_subscriptions import LIVE, Subscriptions

PAGE, MOST = 10, 100
EVENT_TYPES = 20
Operation = Callable[..., Json]
Keep = Callable[[Json], bool]


class Operations:
    """Everything that the API can do, over the parts that do it."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.payments = Payments(books)
        self.invoices = Invoices(books, self.payments)
        self.subscriptions = Subscriptions(books, self.invoices)
        self.catalog = Catalog(books)
        self.checkout = Checkout(books, self.catalog, self.payments, self.invoices, self.subscriptions)
        self.portal = Portal(books, self.subscriptions)

    def table(self) -> Mapping[str, Operation]:
        """By the names of stripe_parameters.RULES."""
        catalog, portal, books = self.catalog, self.portal, self.books
        kinds = {
            "customers": "customer", "products": "product", "prices": "price", "checkout/sessions": "checkout.session",
            "payment_intents": "payment_intent", "charges": "charge", "payment_methods": "payment_method",
            "balance_transactions": "balance_transaction", "subscriptions": "subscription", "disputes": "dispute",
            "subscription_schedules": "subscription_schedule", "invoices": "invoice", "refunds": "refund",
            "invoice_payments": "invoice_payment", "events": "event",
            "billing_portal/configurations": "billing_portal.configuration",
        }  # fmt: skip
        plain = {f"GET {path}/{{id}}": self._getter(kind) for path, kind in kinds.items()}
        return {
            **plain,
            "POST customers": catalog.create_customer, "POST customers/{id}": catalog.update_customer,
            "DELETE customers/{id}": self._forget_customer,
            "GET customers": self._lister("customer", "customers", "email"),
            "POST products": catalog.create_product, "POST products/{id}": catalog.update_product,
            "GET products": self._products,
            "POST prices": catalog.create_price, "POST prices/{id}": catalog.update_price, "GET prices": self._prices,
            "POST checkout/sessions": self.checkout.create, "GET checkout/sessions": self._sessions,
            "GET checkout/sessions/{id}/line_items": self._line_items,
            "POST checkout/sessions/{id}/expire": lambda id, params: self.checkout.expire(books.get("checkout.session", id)),
            "GET payment_intents": self._lister("payment_intent", "payment_intents", "customer"),
            "GET charges": self._lister("charge", "charges", "customer", "payment_intent"),
            "GET subscriptions": self._subscriptions, "POST subscriptions/{id}": self._change_subscription,
            "DELETE subscriptions/{id}": self._end_subscription, "GET subscription_items": self._items,
            "POST subscription_schedules/{id}/release":
                lambda id, params: portal.release(books.get("subscription_schedule", id)),
            "GET invoices": self._invoices, "GET invoices/{id}/lines": self._lines,
            "POST invoices/{id}/pay": self._pay_invoice,
            "POST invoices/{id}/void": lambda id, params: self.invoices.void(books.get("invoice", id)),
            "POST invoices/create_preview": self._preview, "GET invoice_payments": self._invoice_payments,
            "POST refunds": self._refund, "GET refunds": self._lister("refund", "refunds", "charge", "payment_intent"),
            "GET disputes": self._lister("dispute", "disputes", "charge", "payment_intent"),
            "POST disputes/{id}/close": lambda id, params: self.payments.close(books.get("dispute", id), won=False),
            "POST billing_portal/sessions": portal.open, "POST billing_portal/configurations": portal.configure,
            "GET billing_portal/configurations":
                self._lister("billing_portal.configuration", "billing_portal/configurations", "active", "is_default"),
            "POST billing_portal/configurations/{id}": portal.reconfigure, "GET events": self._events,
        }  # fmt: skip

    def _getter(self, kind: str) -> Operation:
        return lambda id, params: self.books.get(kind, id)

    def _lister(self, kind: str, path: str, *filters: str) -> Operation:
        """Lists a kind by those of `filters` that are given."""

        def find(params: Json) -> Json:
            where = {name: params[name] for name in filters if name in params}
            # a boolean in a document is 1 or 0 to the store
            rows = self.books.list(
                kind, {name: int(value) if isinstance(value, bool) else value for name, value in where.items()}
            )
            return self.page(rows, params, f"/v1/{path}")

        return find

    def page(self, rows: Iterable[Json], params: Json, url: str, keep: Keep | None = None) -> Json:
        """The newest first, from where `starting_after` or `ending_before` says, those of `created`."""
        limit = params.get("limit", PAGE)
        if not 1 <= limit <= MOST:
            raise bad(f"Invalid limit: between 1 and {MOST}", "limit", "parameter_invalid_integer")
        made = params.get("created")
        found = [row for row in rows if (keep is None or keep(row)) and (made is None or _within(row["created"], made))]
        found.reverse()
        return _cut(found, params, limit, url)

    def _forget_customer(self, id: str, params: Json) -> Json:
        customer = self.books.get("customer", id)
        for subscription in self.books.list("subscription", {"customer": id}):
            if subscription["status"] in LIVE:
                self.subscriptions.end(subscription, "cancellation_requested")
        self.books.tell("customer.deleted", customer)
        # what remains is that there was one
        return self.books.save({"id": id, "object": "customer", "deleted": True})

    def _products(self, params: Json) -> Json:
        ids, active = params.get("ids"), params.get("active")
        return self.page(
            self.books.list("product"), params, "/v1/products",
            lambda row: (ids is None or row["id"] in ids) and (active is None or row["active"] is active),
        )  # fmt: skip

    def _prices(self, params: Json) -> Json:
        keys = params.get("lookup_keys")
        if keys and len(keys) > PAGE:
            raise bad(f"You may only specify up to {PAGE} lookup_keys", "lookup_keys")
        names = ("active", "currency", "product", "type")

        def keep(row: Json) -> bool:
            recurring = params.get("recurring", {})
            return (
                all(row[name] == params[name] for name in names if name in params)
                and (keys is None or row["lookup_key"] in keys)
                and all(row["recurring"] and row["recurring"][name] == value for name, value in recurring.items())
            )

        return self.page(self.books.list("price"), params, "/v1/prices", keep)

    def _sessions(self, params: Json) -> Json:
        names = ("customer", "payment_intent", "subscription", "status")
        email = (params.get("customer_details") or {}).get("email")
        rows = self.books.list("checkout.session", {name: params[name] for name in names if name in params})
        return self.page(
            rows, params, "/v1/checkout/sessions",
            lambda row: email is None or (row["customer_details"] or {}).get("email") == email,
        )  # fmt: skip

    def _line_items(self, id: str, params: Json) -> Json:
        self.books.get("checkout.session", id)
        url = stripe_checkout.items_listed(id, [])["url"]
        return _cut(self.checkout.items(id), params, params.get("limit", PAGE), url)

    def _subscriptions(self, params: Json) -> Json:
        status, price = params.get("status"), params.get("price")
        wanted = {None: LIVE, "all": (*LIVE, "canceled"), "ended": ("canceled",)}.get(status, (status,))
        where = {"customer": params["customer"]} if "customer" in params else {}
        return self.page(
            self.books.list("subscription", where), params, "/v1/subscriptions",
            lambda row: row["status"] in wanted
            and (price is None or any(item["price"]["id"] == price for item in row["items"]["data"])),
        )  # fmt: skip

    def _items(self, params: Json) -> Json:
        subscription = self.books.get("subscription", params["subscription"], "subscription")
        return subscription["items"]

    def _change_subscription(self, id: str, params: Json) -> Json:
        books, subscription = self.books, self.books.get("subscription", id)
        simple = {
            name: params[name] for name in ("metadata", "description", "default_payment_method") if name in params
        }
        if "cancellation_details" in params:
            simple["cancellation_details"] = subscription["cancellation_details"] | params["cancellation_details"]
        if simple:
            books.change("customer.subscription.updated", subscription, **simple)
        if "cancel_at_period_end" in params and params["cancel_at_period_end"] != subscription["cancel_at_period_end"]:
            self.subscriptions.cancel_at_end(subscription, wanted=params["cancel_at_period_end"])
        if params.get("items"):
            if params.get("billing_cycle_anchor", {}).get("type") == "now":
                raise bad("The sandbox keeps the billing cycle when a price changes.", "billing_cycle_anchor")
            changes = self._changes(subscription, params["items"])
            at = params.get("proration_date", books.now())
            behavior = params.get("proration_behavior", "create_prorations")
            self.subscriptions.change_price(subscription, changes, behavior, at)
        return subscription

    def _end_subscription(self, id: str, params: Json) -> Json:
        if params.get("invoice_now") or params.get("prorate"):
            raise bad("The sandbox ends a subscription without an invoice: leave out invoice_now and prorate.")
        subscription = self.books.get("subscription", id)
        subscription["cancellation_details"] |= params.get("cancellation_details", {})
        return self.subscriptions.end(subscription, "cancellation_requested")

    def _changes(self, subscription: Json, asked: list[Json]) -> dict[str, tuple[Json, int]]:
        known = {item["id"]: item for item in subscription["items"]["data"]}
        changes = {}
        for number, wanted in enumerate(asked):
            item = known.get(wanted.get("id", ""))
            if item is None or wanted.get("deleted"):
                why = "The sandbox changes the items that a subscription has: give the id of one, and don't delete it."
                raise bad(why, f"items[{number}][id]")
            price = item["price"]
            if "price" in wanted:
                price = self.books.get("price", wanted["price"], f"items[{number}][price]")
            if not price["recurring"] or not price["active"]:
                raise bad("The price specified must be active and recurring.", f"items[{number}][price]")
            changes[item["id"]] = (price, wanted.get("quantity", item["quantity"]))
        return changes

    def _invoices(self, params: Json) -> Json:
        where = {name: params[name] for name in ("customer", "status") if name in params}
        wanted = params.get("subscription")
        return self.page(
            self.books.list("invoice", where), params, "/v1/invoices",
            lambda row: wanted is None or subscription_id(row) == wanted,
        )  # fmt: skip

    def _lines(self, id: str, params: Json) -> Json:
        lines = self.books.get("invoice", id)["lines"]
        return _cut(lines["data"], params, params.get("limit", PAGE), lines["url"])

    def _pay_invoice(self, id: str, params: Json) -> Json:
        invoice = self.books.get("invoice", id)
        if not self.subscriptions.pay_again(invoice):
            [payment] = self.invoices.payments_of(invoice)["data"]
            raise declined(self.books.get("payment_intent", payment["payment"]["payment_intent"]))
        return self.books.get("invoice", id)

    def _preview(self, params: Json) -> Json:
        if "subscription" not in params:
            raise bad(
                "The sandbox previews the invoices of subscriptions: give one.", "subscription", "parameter_missing"
            )
        subscription = self.books.get("subscription", params["subscription"], "subscription")
        details = params.get("subscription_details", {})
        changes = self._changes(subscription, details.get("items", []))
        at = details.get("proration_date", self.books.now())
        behavior = details.get("proration_behavior", "create_prorations")
        return self.subscriptions.preview(subscription, changes, at, behavior)

    def _invoice_payments(self, params: Json) -> Json:
        where = {name: params[name] for name in ("invoice", "status") if name in params}
        if "payment" in params:
            where["payment.payment_intent"] = params["payment"].get("payment_intent", "")
        return self.page(self.books.list("invoice_payment", where), params, "/v1/invoice_payments")

    def _refund(self, params: Json) -> Json:
        if ("charge" in params) == ("payment_intent" in params):
            raise bad("One of the following params should be provided for this request: payment_intent or charge.")
        if "charge" in params:
            charge = self.books.get("charge", params["charge"], "charge")
        else:
            charge = self.payments.charge_of(params["payment_intent"])
        return self.payments.refund(charge, params.get("amount"), params.get("reason"), params.get("metadata", {}))

    def _events(self, params: Json) -> Json:
        types = params.get("types")
        if types is not None and ("type" in params or len(types) > EVENT_TYPES):
            raise bad(f"You may pass `type`, or up to {EVENT_TYPES} `types`.", "types")
        delivered = params.get("delivery_success")

        def keep(row: Json) -> bool:
            kind = row["type"]
            wanted = kind in types if types is not None else "type" not in params or _is(kind, params["type"])
            return wanted and (delivered is None or (row["pending_webhooks"] == 0) is delivered)

        return self.page(self.books.list("event"), params, "/v1/events", keep)


def _is(kind: str, wanted: str) -> bool:
    """`charge.*` is every type that begins so."""
    return kind.startswith(wanted[:-1]) if wanted.endswith("*") else kind == wanted


def _within(at: int, made: Any) -> bool:
    if isinstance(made, int):
        return at == made
    tests = {"gt": at.__gt__, "gte": at.__ge__, "lt": at.__lt__, "lte": at.__le__}
    return all(tests[name](value) for name, value in made.items())


def _cut(found: list[Json], params: Json, limit: int, url: str) -> Json:
    ids = [row["id"] for row in found]

    def place(param: str) -> int:
        if params[param] not in ids:
            raise no_such("object", params[param], param)
        return ids.index(params[param])

    if "starting_after" in params and "ending_before" in params:
        raise StripeError(400, "You may only specify one of these parameters: ending_before, starting_after.")
    if "starting_after" in params:
        found = found[place("starting_after") + 1 :]
    elif "ending_before" in params:
        before = found[: place("ending_before")]
        return listed(before[-limit:], url, has_more=len(before) > limit)
    return listed(found[:limit], url, has_more=len(found) > limit)
