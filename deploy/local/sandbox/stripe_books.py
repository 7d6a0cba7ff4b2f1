"""What the sandbox's Stripe keeps: objects by kind and id, and the events that say what happened to them.

A field that begins with "_" is the sandbox's own and never shown.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from deploy.local.sandbox.core import Core, Json
from deploy.local.sandbox.stripe_forms import StripeError, no_such

SERVICE = "stripe"
# kind by the beginning of an id, the longer before the shorter
PREFIXES = {
    "sub_sched_": "subscription_schedule", "inpay_": "invoice_payment", "price_": "price", "prod_": "product",
    "cus_": "customer", "evt_": "event", "sub_": "subscription", "txn_": "balance_transaction", "bpc_": "billing_portal.configuration",
    "bps_": "billing_portal.session", "pi_": "payment_intent", "ch_": "charge", "pm_": "payment_method",
    "cs_": "checkout.session", "in_": "invoice", "si_": "subscription_item", "re_": "refund", "du_": "dispute",
    "ii_": "invoiceitem",
}  # fmt: skip
KINDS = {kind: prefix for prefix, kind in PREFIXES.items()}
# what `/_state/stripe` shows, in this order
SHOWN = (
    "customer", "product", "price", "checkout.session", "subscription", "subscription_schedule", "invoice",
    "invoice_payment", "payment_intent", "payment_method", "charge", "refund", "dispute", "event",
)  # fmt: skip
ID_LENGTH = 24


@dataclass
class Cause:
    """What brought a change about: a request to the API, or (both None) Stripe itself or a person on its pages."""

    request_id: str | None = None
    idempotency_key: str | None = None


class Books:
    """Reading, writing, telling."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.store = core.store
        self.cause = Cause()
        self.api_version = pinned_version()

    def now(self) -> int:
        """Seconds, as Stripe counts."""
        return int(self.core.now().timestamp())

    def new_id(self, kind: str) -> str:
        """A fresh id."""
        letters = ""
        while len(letters) < ID_LENGTH:
            letters += re.sub(r"[-_]", "", self.core.token(ID_LENGTH))
        prefix = "cs_test_" if kind == "checkout.session" else KINDS[kind]
        return prefix + letters[:ID_LENGTH]

    def find(self, kind: str, id: str) -> Json | None:
        """An object, or None."""
        return self.store.get(SERVICE, kind, id)

    def get(self, kind: str, id: str, param: str = "id") -> Json:
        """An object. Raises `StripeError` 404; `param` is where its id was given."""
        found = self.find(kind, id)
        if found is None:
            raise no_such(kind.replace(".", " ").replace("_", " ") if kind != "payment_intent" else kind, id, param)
        return found

    def list(self, kind: str, where: Mapping[str, str | int] | None = None) -> list[Json]:
        """Objects, oldest first."""
        return self.store.list(SERVICE, kind, where)

    def save(self, obj: Json) -> Json:
        """Keep an object as it is now."""
        self.store.put(SERVICE, obj["object"], obj["id"], obj)
        return obj

    def tell(self, type: str, obj: Json, previous: Json | None = None) -> None:
        """Keep an object and the event that says what happened to it; webhooks are sent from there."""
        self.save(obj)
        data: Json = {"object": shown(obj)}
        if previous is not None:
            data["previous_attributes"] = previous
        event: Json = {
            "id": self.new_id("event"), "object": "event", "api_version": self.api_version, "created": self.now(),
            "data": data, "livemode": False, "pending_webhooks": 1, "type": type,
            "request": {"id": self.cause.request_id, "idempotency_key": self.cause.idempotency_key},
        }  # fmt: skip
        self.save(event)
        self.store.put(SERVICE, "_outbox", event["id"], {"id": event["id"], "type": type})

    def change(self, type: str, obj: Json, **values: Any) -> Json:
        """Set values of an object and tell them, with what they were before."""
        previous = {name: obj[name] for name, value in values.items() if obj[name] != value}
        obj |= values
        self.tell(type, obj, previous)
        return obj


def shown(value: Any) -> Any:
    """An object without what is the sandbox's own."""
    if isinstance(value, dict):
        return {name: shown(inner) for name, inner in value.items() if not name.startswith("_")}
    if isinstance(value, list):
        return [shown(inner) for inner in value]
    return value


def kind_of(id: str) -> str | None:
    """The kind of object that an id belongs to."""
    return next((kind for prefix, kind in PREFIXES.items() if id.startswith(prefix)), None)


def listed(data: list[Json], url: str, *, has_more: bool = False) -> Json:
    """A list as Stripe shapes it."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def pinned_version() -> str:
    """The API version of the installed stripe library, read from its source: importing it would cost 40 MB."""
    spec = find_spec("stripe")
    assert spec is not None, "stripe is a dependency"  # noqa: S101
    assert spec.origin is not None, "stripe is a package of files"  # noqa: S101
    text = (Path(spec.origin).parent / "_api_version.py").read_text()
    found = re.search(r'CURRENT = "([^"]+)"', text)
    assert found is not None, "stripe/_api_version.py no longer says CURRENT"  # noqa: S101
    return found[1]


def bad(message: str, param: str = "", code: str = "") -> StripeError:
    """A request that Stripe won't carry out."""
    return StripeError(400, message, param=param, code=code)
