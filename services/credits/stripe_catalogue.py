"""What is for sale, at Stripe: a product and a price for each plan and pack, and the portal that offers the plans.

`plans.yaml` decides. Products have ids of our own making, prices are found by lookup key; a price can't be changed at Stripe, so
another takes over the key and the old one is archived, which leaves subscriptions that run on it alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from services.credits.errors import BillingNotConfigured
from services.credits.payments import ObjectMissing
from services.credits.plans import Item, Plan, Plans
from services.credits.stripe_objects import PRODUCT_PREFIX

COMMAND = "python -m services.credits.sync_stripe"
# marks our portal configuration among others, with a digest of what it says
PORTAL_KEY = "filmstudio_portal"


@dataclass(frozen=True)
class Change:
    """What the sync did: "made", "kept", "changed", "archived"."""

    what: str
    outcome: str


def _key(item: Item) -> str:
    return f"{PRODUCT_PREFIX}{item.id}"


def _fits(price: Any, item: Item) -> bool:
    recurring = price.recurring.interval if price.recurring else None
    return bool(
        price.active
        and price.unit_amount == item.price_cents
        and price.currency == item.currency.lower()
        and recurring == ("month" if isinstance(item, Plan) else None)
    )


class Catalogue:
    """Finds prices and the portal, and makes them. `asked` turns Stripe's errors into the port's."""

    def __init__(self, v1: Any, asked: Callable[[Awaitable[Any]], Awaitable[Any]]) -> None:
        self._v1 = v1
        self._asked = asked

    async def price_of(self, item: Item) -> str:
        """The price's id; BillingNotConfigured where there is none, or it isn't what plans.yaml says."""
        price = await self._price(item)
        if price is None or not _fits(price, item):
            wrong = "has no price" if price is None else "has another price"
            raise BillingNotConfigured(f"{item.id} {wrong} at Stripe: an operator runs `{COMMAND}`")
        return str(price.id)

    async def portal(self) -> str:
        """The id of our portal configuration; BillingNotConfigured where it wasn't made."""
        found = await self._portal_configuration()
        if found is None:
            raise BillingNotConfigured(f"there is no billing page at Stripe: an operator runs `{COMMAND}`")
        return str(found.id)

    async def sync(self, plans: Plans, return_url: str) -> Sequence[Change]:
        """Make Stripe sell what plans.yaml says; a second time it finds everything in place."""
        changes: list[Change] = []
        for item in plans.for_sale:
            changes.append(await self._sync_product(item))
            changes += await self._sync_price(item)
        changes.append(await self._sync_portal(plans, return_url))
        return changes

    async def _price(self, item: Item) -> Any:
        page = await self._asked(self._v1.prices.list_async({"lookup_keys": [_key(item)], "active": True, "limit": 1}))
        return page.data[0] if page.data else None

    async def _sync_product(self, item: Item) -> Change:
        try:
            product = await self._asked(self._v1.products.retrieve_async(_key(item)))
        except ObjectMissing:
            await self._asked(self._v1.products.create_async({"id": _key(item), "name": item.title}))
            return Change(f"product {_key(item)}", "made")
        if product.name == item.title and product.active:
            return Change(f"product {_key(item)}", "kept")
        await self._asked(self._v1.products.update_async(_key(item), {"name": item.title, "active": True}))
        return Change(f"product {_key(item)}", "changed")

    async def _sync_price(self, item: Item) -> list[Change]:
        what = f"price {_key(item)}: {item.price_cents / 100:.2f} {item.currency}"
        old = await self._price(item)
        if old is not None and _fits(old, item):
            return [Change(what, "kept")]
        params: dict[str, Any] = {
            "product": _key(item),
            "currency": item.currency.lower(),
            "unit_amount": item.price_cents,
            "lookup_key": _key(item),
            "transfer_lookup_key": True,
        }
        if isinstance(item, Plan):
            params["recurring"] = {"interval": "month"}
        await self._asked(self._v1.prices.create_async(params))
        changes = [Change(what, "made")]
        if old is not None:
            await self._asked(self._v1.prices.update_async(old.id, {"active": False}))
            changes.append(Change(f"price {old.id} of {_key(item)}", "archived"))
        return changes

    async def _portal_configuration(self) -> Any:
        page = await self._asked(self._v1.billing_portal.configurations.list_async({"active": True, "limit": 100}))
        async for found in page.auto_paging_iter():
            if PORTAL_KEY in (found.metadata.to_dict() if found.metadata else {}):
                return found
        return None

    async def _sync_portal(self, plans: Plans, return_url: str) -> Change:
        """Upgrades are paid at once pro rata; downgrades and cancellations wait for the end of what is paid."""
        sold = [plan for plan in plans.plans if plan.for_sale]
        features = {
            "invoice_history": {"enabled": True},
            "payment_method_update": {"enabled": True},
            "subscription_cancel": {"enabled": True, "mode": "at_period_end"},
            "subscription_update": {
                "enabled": True,
                "default_allowed_updates": ["price"],
                "proration_behavior": "always_invoice",
                "products": [{"product": _key(plan), "prices": [await self.price_of(plan)]} for plan in sold],
                "schedule_at_period_end": {"conditions": [{"type": "decreasing_item_amount"}]},
            },
        }
        says = {"features": features, "default_return_url": return_url}
        digest = hashlib.sha256(json.dumps(says, sort_keys=True).encode()).hexdigest()[:32]
        found = await self._portal_configuration()
        if found is None:
            await self._asked(
                self._v1.billing_portal.configurations.create_async({**says, "metadata": {PORTAL_KEY: digest}})
            )
            return Change("billing portal", "made")
        if found.metadata.to_dict()[PORTAL_KEY] == digest:
            return Change("billing portal", "kept")
        await self._asked(
            self._v1.billing_portal.configurations.update_async(found.id, {**says, "metadata": {PORTAL_KEY: digest}})
        )
        return Change("billing portal", "changed")
