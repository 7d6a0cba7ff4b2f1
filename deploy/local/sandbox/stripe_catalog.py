"""Customers, products and prices at the sandbox's Stripe: what is kept as it was told."""

from typing import Any

from deploy.local.sandbox import stripe_shapes as shapes
from deploy.local.sandbox.core import Json
from deploy.local.sandbox.stripe_books import Books, bad
from deploy.local.sandbox.stripe_forms import StripeError

# what Stripe takes at least, in dollars
LEAST_CENTS = 50


class Catalog:
    """Making and changing them."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def create_customer(self, params: Json) -> Json:
        """A customer."""
        books = self._books
        customer = shapes.customer(books.new_id("customer"), books.now(), **_customer_values(params, {}))
        books.tell("customer.created", customer)
        return customer

    def update_customer(self, id: str, params: Json) -> Json:
        """The customer with these values."""
        customer = self._books.get("customer", id)
        return self._books.change("customer.updated", customer, **_customer_values(params, customer))

    def create_product(self, params: Json) -> Json:
        """A product, with its default price where one is described."""
        books, now = self._books, self._books.now()
        params = dict(params)
        first = params.pop("default_price_data", None)
        id = params.pop("id", None) or books.new_id("product")
        if books.find("product", id):
            raise bad(f"Product already exists: {id}", "id", "resource_already_exists")
        product = shapes.product(id, now, **params)
        books.tell("product.created", product)
        if first:
            price = self.create_price(first | {"product": id})
            books.change("product.updated", product, default_price=price["id"])
        return product

    def update_product(self, id: str, params: Json) -> Json:
        """The product with these values."""
        product = self._books.get("product", id)
        if params.get("default_price"):
            self._books.get("price", params["default_price"], "default_price")
        params = params | ({"metadata": _merged(product, params)} if "metadata" in params else {})
        return self._books.change("product.updated", product, updated=self._books.now(), **params)

    def create_price(self, params: Json) -> Json:
        """A price of a product that is there, or is described with it."""
        books = self._books
        params = dict(params)
        if ("product" in params) == ("product_data" in params):
            raise bad("You must specify either `product` or `product_data` when creating a price.", "product")
        described = params.pop("product_data", None)
        if described:
            params["product"] = self.create_product(described)["id"]
        books.get("product", params["product"], "product")
        amount = params.get("unit_amount")
        if amount is None:
            raise StripeError(
                400, "Missing required param: unit_amount.", code="parameter_missing", param="unit_amount"
            )
        if amount < 0 or 0 < amount < LEAST_CENTS:
            raise bad(f"Invalid unit_amount: 0, or at least {LEAST_CENTS} cents", "unit_amount")
        transfer = params.pop("transfer_lookup_key", False)
        if params.get("lookup_key"):
            self._free_lookup_key(params["lookup_key"], transfer=transfer)
        params["currency"] = params["currency"].lower()
        price = shapes.price(books.new_id("price"), books.now(), **_recurring(params))
        books.tell("price.created", price)
        return price

    def update_price(self, id: str, params: Json) -> Json:
        """The price with these values; its amount never changes."""
        price = self._books.get("price", id)
        params = dict(params)
        transfer = params.pop("transfer_lookup_key", False)
        key = params.get("lookup_key")
        if key and key != price["lookup_key"]:
            self._free_lookup_key(key, transfer=transfer)
        if "metadata" in params:
            params["metadata"] = _merged(price, params)
        return self._books.change("price.updated", price, **params)

    def _free_lookup_key(self, key: str, *, transfer: bool) -> None:
        """A key names one price: another one's is taken away, or is a refusal."""
        for taken in self._books.list("price", {"lookup_key": key}):
            if not transfer:
                why = f"A price (`{taken['id']}`) already uses that lookup key."
                raise bad(why, "lookup_key", "resource_already_exists")
            self._books.change("price.updated", taken, lookup_key=None)


def _customer_values(params: Json, before: Json) -> Json:
    values: Json = {}
    for name, value in params.items():
        match name:
            case "invoice_settings":
                known = before.get(name) or shapes.nulls(
                    "custom_fields default_payment_method footer rendering_options"
                )
                values[name] = known | (value or {})
            case "address":
                values[name] = {**shapes.NO_ADDRESS, **value} if value else None
            case "metadata":
                values[name] = _merged(before, params)
            case _:
                values[name] = value or None if name not in {"preferred_locales", "tax_exempt"} else value
    return values


def _merged(before: Json, params: Json) -> Json:
    """Metadata are added to what is there; an empty value takes one away, an empty whole takes all."""
    if not params["metadata"]:
        return {}
    merged = {**before.get("metadata", {}), **params["metadata"]}
    return {name: value for name, value in merged.items() if value != ""}


def _recurring(params: Json) -> Json:
    recurring: Any = params.get("recurring")
    if recurring:
        given = {"interval_count": 1, "meter": None, "trial_period_days": None, "usage_type": "licensed", **recurring}
        return params | {"recurring": given}
    return params
