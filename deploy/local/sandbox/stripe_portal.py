"""The customer portal at the sandbox's Stripe: what a customer changes by themselves, as its configuration allows."""

from deploy.local.sandbox import stripe_shapes as shapes
from deploy.local.sandbox.core import Json
from deploy.local.sandbox.stripe_books import Books, bad
from deploy.local.sandbox.stripe_subscriptions import LIVE, Subscriptions

DECREASING = {"type": "decreasing_item_amount"}


class Portal:
    """Sessions, configurations, and a customer's deeds."""

    def __init__(self, books: Books, subscriptions: Subscriptions) -> None:
        self._books = books
        self._subscriptions = subscriptions

    def open(self, params: Json) -> Json:
        """A session for a customer, under the default configuration where none is named. Raises `StripeError`."""
        books, now = self._books, self._books.now()
        if not params.get("customer"):
            raise bad("Missing required param: customer.", "customer", "parameter_missing")
        customer = books.get("customer", params["customer"], "customer")
        named = params.get("configuration")
        configuration = books.get("billing_portal.configuration", named, "configuration") if named else self.default()
        if not configuration["active"]:
            raise bad("The specified configuration is inactive.", "configuration")
        back = params.get("return_url") or configuration["default_return_url"]
        id = books.new_id("billing_portal.session")
        session: Json = {
            "id": id, "object": "billing_portal.session", "after_expiration": None, "configuration": configuration["id"],
            "created": now, "customer": customer["id"], "customer_account": None, "flow": None, "livemode": False,
            "locale": params.get("locale"), "on_behalf_of": None, "return_url": back,
            "url": f"{books.core.url}/stripe/portal/{id}",
        }  # fmt: skip
        books.tell("billing_portal.session.created", session)
        return session

    def default(self) -> Json:
        """The configuration that counts where none is named: what a person would save in the dashboard for this studio."""
        for known in self._books.list("billing_portal.configuration"):
            if known["is_default"]:
                return known
        features = {
            "customer_update": {"allowed_updates": [], "enabled": False}, "invoice_history": {"enabled": True},
            "payment_method_update": {"enabled": False},
            "subscription_cancel": {"enabled": True, "mode": "at_period_end", "proration_behavior": "none"},
            "subscription_update": {
                "default_allowed_updates": ["price"], "enabled": True, "proration_behavior": "always_invoice",
                "schedule_at_period_end": {"conditions": [DECREASING]},
            },
        }  # fmt: skip
        return self.configure({"features": features}, is_default=True)

    def configure(self, params: Json, *, is_default: bool = False) -> Json:
        """A configuration."""
        books, now = self._books, self._books.now()
        configuration: Json = {
            "id": books.new_id("billing_portal.configuration"), "object": "billing_portal.configuration", "active": True,
            "application": None, "business_profile": shapes.nulls("headline privacy_policy_url terms_of_service_url"),
            "created": now, "default_return_url": None, "features": _features(params["features"], {}),
            "is_default": is_default, "livemode": False, "login_page": {"enabled": False, "url": None}, "metadata": {},
            "name": None, "updated": now,
        }  # fmt: skip
        configuration |= _plain(params, configuration)
        books.tell("billing_portal.configuration.created", configuration)
        return configuration

    def reconfigure(self, id: str, params: Json) -> Json:
        """The configuration with these values."""
        known = self._books.get("billing_portal.configuration", id)
        values = _plain(params, known)
        if "active" in params:
            if known["is_default"] and not params["active"]:
                raise bad("You can't deactivate the default configuration.", "active")
            values["active"] = params["active"]
        if "features" in params:
            values["features"] = _features(params["features"], known["features"])
        return self._books.change("billing_portal.configuration.updated", known, updated=self._books.now(), **values)

    def subscriptions(self, session: Json) -> list[Json]:
        """The customer's, those that are over excepted."""
        found = self._books.list("subscription", {"customer": session["customer"]})
        return [subscription for subscription in found if subscription["status"] in LIVE]

    def choices(self, session: Json) -> list[Json]:
        """The prices that a customer may change to."""
        update = self._configuration(session)["features"]["subscription_update"]
        if not update["enabled"] or "price" not in update["default_allowed_updates"]:
            return []
        prices = [price for price in self._books.list("price", {"type": "recurring"}) if price["active"]]
        if update["products"] is None:
            return prices
        allowed = {price for product in update["products"] for price in product["prices"]}
        return [price for price in prices if price["id"] in allowed]

    def change(self, session: Json, subscription: Json, price_id: str) -> str:
        """Another plan: now, or at the end of the period where the configuration says so; what was done, in words."""
        price = next((price for price in self.choices(session) if price["id"] == price_id), None)
        if price is None:
            raise bad("This plan can't be chosen here.", "price")
        item = subscription["items"]["data"][0]
        if item["price"]["id"] == price["id"]:
            raise bad("That is the plan already.", "price")
        update = self._configuration(session)["features"]["subscription_update"]
        cheaper = price["unit_amount"] < item["price"]["unit_amount"]
        if cheaper and DECREASING in update["schedule_at_period_end"]["conditions"]:
            self._put_off(subscription, price)
            return "The plan changes at the end of the period."
        if subscription["schedule"]:
            self.release(self._books.get("subscription_schedule", subscription["schedule"]))
            subscription = self._books.get("subscription", subscription["id"])
        changes = {item["id"]: (price, item["quantity"])}
        now = self._books.now()
        self._subscriptions.change_price(subscription, changes, update["proration_behavior"], now)
        return "The plan has changed."

    def cancel(self, session: Json, subscription: Json) -> None:
        """The end, as the configuration has it."""
        cancel = self._configuration(session)["features"]["subscription_cancel"]
        if not cancel["enabled"]:
            raise bad("Subscriptions can't be canceled here.")
        if cancel["mode"] == "immediately":
            self._subscriptions.end(subscription, "cancellation_requested")
        else:
            self._subscriptions.cancel_at_end(subscription, wanted=True)

    def release(self, schedule: Json) -> Json:
        """What was put off doesn't happen."""
        if schedule["status"] != "active":
            raise bad("You can only release a schedule that is active.")
        subscription = self._books.get("subscription", schedule["subscription"])
        subscription["schedule"] = None
        self._books.save(subscription)
        return self._books.change(
            "subscription_schedule.released", schedule, status="released", released_at=self._books.now(),
            released_subscription=subscription["id"], subscription=None, current_phase=None,
        )  # fmt: skip

    def _put_off(self, subscription: Json, price: Json) -> None:
        """A schedule of two phases: the present period, and the other price after it."""
        if subscription["schedule"]:
            self.release(self._books.get("subscription_schedule", subscription["schedule"]))
        item, now = subscription["items"]["data"][0], self._books.now()
        start, end = item["current_period_start"], item["current_period_end"]
        later = end + (end - start)
        schedule: Json = {
            "id": self._books.new_id("subscription_schedule"), "object": "subscription_schedule", "created": now,
            "billing_mode": subscription["billing_mode"], "current_phase": {"end_date": end, "start_date": start},
            "customer": subscription["customer"], "default_settings": {
                **shapes.nulls(
                    "application_fee_percent billing_thresholds collection_method description on_behalf_of transfer_data"
                ), "billing_cycle_anchor": "automatic",
                "default_payment_method": subscription["default_payment_method"],
                "invoice_settings": {
                    "account_tax_ids": None, "custom_fields": None, "days_until_due": None, "description": None,
                    "footer": None, "issuer": {"type": "self"},
                },
            },
            "end_behavior": "release", "livemode": False, "metadata": {}, "pause_schedules": [],
            "phases": [
                _phase(item["price"], item["quantity"], start, end), _phase(price, item["quantity"], end, later),
            ],
            "status": "active", "subscription": subscription["id"],
            **shapes.nulls(
                "application canceled_at completed_at customer_account released_at released_subscription test_clock"
            ),
        }  # fmt: skip
        self._books.tell("subscription_schedule.created", schedule)
        self._books.change("customer.subscription.updated", subscription, schedule=schedule["id"])

    def _configuration(self, session: Json) -> Json:
        return self._books.get("billing_portal.configuration", session["configuration"])


def _phase(price: Json, quantity: int, start: int, end: int) -> Json:
    item = {
        "billing_thresholds": None, "discounts": [], "metadata": {}, "plan": price["id"], "price": price["id"],
        "quantity": quantity, "tax_rates": [],
    }  # fmt: skip
    return {
        "add_invoice_items": [], "currency": price["currency"], "default_tax_rates": [], "discounts": [],
        "end_date": end, "items": [item], "metadata": {}, "proration_behavior": "none", "start_date": start,
        **shapes.nulls(
            "application_fee_percent billing_cycle_anchor billing_thresholds collection_method"
            " default_payment_method description invoice_settings on_behalf_of transfer_data trial_end"
        ),
    }  # fmt: skip


def _plain(params: Json, known: Json) -> Json:
    names = ("default_return_url", "metadata", "name")
    values = {name: params[name] for name in names if name in params}
    if "business_profile" in params:
        values["business_profile"] = known["business_profile"] | params["business_profile"]
    return values


def _features(given: Json, known: Json) -> Json:
    """Features with what isn't said as Stripe has it by default, or as it was."""
    base: Json = {
        "customer_update": {"allowed_updates": [], "enabled": False}, "invoice_history": {"enabled": False},
        "payment_method_update": {"enabled": False, "payment_method_configuration": None},
        "subscription_cancel": {
            "cancellation_reason": {"enabled": False, "feedback_options": None, "options": []}, "enabled": False,
            "mode": "at_period_end", "proration_behavior": "none",
        },
        "subscription_pause": {
            "enabled": False,
            "duration": {"interval_options": [{"interval": "month", "interval_count": 1}], "type": "interval_options"},
        },
        "subscription_update": {
            "billing_cycle_anchor": "unchanged", "default_allowed_updates": [], "enabled": False, "products": None,
            "proration_behavior": "none", "schedule_at_period_end": {"conditions": []},
            "trial_update_behavior": "end_trial",
        },
    }  # fmt: skip
    return {name: {**values, **known.get(name, {}), **given.get(name, {})} for name, values in base.items()}
