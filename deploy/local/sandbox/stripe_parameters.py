"""What each operation of the sandbox's Stripe takes: a part of what Stripe takes, by the same names.

The unit tests hold every name here against the parameters of the installed stripe library, whose API version this is, and the
integration tests against stripe-mock. A parameter of Stripe's that stands in neither is refused: the sandbox doesn't do it.
"""

from collections.abc import Mapping
from typing import Any

from deploy.local.sandbox.stripe_forms import BOOL, INT, METADATA, RANGE, STR, TIME, Required

Rules = Mapping[str, Any]

_EXPAND = {"expand": [STR]}
_PAGES = {"limit": INT, "starting_after": STR, "ending_before": STR, **_EXPAND}
_ADDRESS = {"city": STR, "country": STR, "line1": STR, "line2": STR, "postal_code": STR, "state": STR}
_RECURRING = {
    "interval": Required(("day", "week", "month", "year")), "interval_count": INT, "usage_type": ("licensed",),
}  # fmt: skip
_PRORATION = ("always_invoice", "create_prorations", "none")

_CUSTOMER: Rules = {
    "email": STR, "name": STR, "phone": STR, "description": STR, "metadata": METADATA, "address": _ADDRESS,
    "preferred_locales": [STR], "tax_exempt": ("none", "exempt", "reverse"),
    "invoice_settings": {"default_payment_method": STR, "footer": STR}, **_EXPAND,
}  # fmt: skip
_PRODUCT: Rules = {
    "active": BOOL, "description": STR, "metadata": METADATA, "images": [STR], "statement_descriptor": STR,
    "tax_code": STR, "unit_label": STR, "url": STR, "shippable": BOOL, "marketing_features": [{"name": Required(STR)}],
    **_EXPAND,
}  # fmt: skip
_PRODUCT_DATA: Rules = {
    "name": Required(STR), "description": STR, "metadata": METADATA, "images": [STR], "tax_code": STR,
}  # fmt: skip
_PRICE: Rules = {
    "active": BOOL, "lookup_key": STR, "metadata": METADATA, "nickname": STR, "transfer_lookup_key": BOOL,
    "tax_behavior": ("exclusive", "inclusive", "unspecified"), **_EXPAND,
}  # fmt: skip
_LINE_ITEM: Rules = {
    "price": STR, "quantity": INT,
    "price_data": {
        "currency": Required(STR), "unit_amount": INT, "product": STR, "product_data": _PRODUCT_DATA,
        "recurring": {"interval": Required(("day", "week", "month", "year")), "interval_count": INT},
        "tax_behavior": ("exclusive", "inclusive", "unspecified"),
    },
    "adjustable_quantity": {"enabled": Required(BOOL), "maximum": INT, "minimum": INT},
}  # fmt: skip
_PORTAL_FEATURES: Rules = {
    "customer_update": {"allowed_updates": [STR], "enabled": BOOL},
    "invoice_history": {"enabled": Required(BOOL)},
    "payment_method_update": {"enabled": Required(BOOL)},
    "subscription_cancel": {
        "enabled": Required(BOOL), "mode": ("at_period_end", "immediately"), "proration_behavior": _PRORATION,
        "cancellation_reason": {"enabled": Required(BOOL), "options": Required([STR])},
    },
    "subscription_update": {
        "enabled": BOOL, "default_allowed_updates": [("price", "promotion_code", "quantity")],
        "products": [{"product": Required(STR), "prices": Required([STR])}], "proration_behavior": _PRORATION,
        "billing_cycle_anchor": ("now", "unchanged"),
        "schedule_at_period_end": {
            "conditions": [{"type": Required(("decreasing_item_amount", "shortening_interval"))}],
        },
    },
}  # fmt: skip
_PORTAL_CONFIGURATION: Rules = {
    "business_profile": {"headline": STR, "privacy_policy_url": STR, "terms_of_service_url": STR},
    "default_return_url": STR, "metadata": METADATA, "name": STR, **_EXPAND,
}  # fmt: skip
_SUBSCRIPTION_ITEM: Rules = {"id": STR, "price": STR, "quantity": INT, "deleted": BOOL, "metadata": METADATA}

RULES: Mapping[str, Rules] = {
    "POST customers": _CUSTOMER,
    "GET customers": {"email": STR, "created": RANGE, **_PAGES},
    "GET customers/{id}": _EXPAND,
    "POST customers/{id}": _CUSTOMER,
    "DELETE customers/{id}": {},
    "POST products": {
        "name": Required(STR), "id": STR, **_PRODUCT,
        "default_price_data": {
            "currency": Required(STR), "unit_amount": INT, "metadata": METADATA,
            "recurring": {"interval": Required(("day", "week", "month", "year")), "interval_count": INT},
        },
    },
    "GET products": {"active": BOOL, "ids": [STR], "created": RANGE, "shippable": BOOL, "url": STR, **_PAGES},
    "GET products/{id}": _EXPAND,
    "POST products/{id}": {"name": STR, "default_price": STR, **_PRODUCT},
    "POST prices": {
        "currency": Required(STR), "unit_amount": INT, "product": STR, "product_data": {
            "name": Required(STR), "id": STR, "active": BOOL, "metadata": METADATA, "statement_descriptor": STR,
            "tax_code": STR, "unit_label": STR,
        },
        "recurring": _RECURRING, "billing_scheme": ("per_unit",), **_PRICE,
    },
    "GET prices": {
        "active": BOOL, "currency": STR, "product": STR, "type": ("one_time", "recurring"), "lookup_keys": [STR],
        "created": RANGE, "recurring": {"interval": ("day", "week", "month", "year"), "usage_type": ("licensed",)},
        **_PAGES,
    },
    "GET prices/{id}": _EXPAND,
    "POST prices/{id}": _PRICE,
    "POST checkout/sessions": {
        "mode": ("payment", "subscription"), "line_items": [_LINE_ITEM], "success_url": STR, "cancel_url": STR,
        "return_url": STR, "client_reference_id": STR, "customer": STR, "customer_email": STR,
        "customer_creation": ("always", "if_required"), "metadata": METADATA, "currency": STR,
        "customer_update": {"address": ("auto", "never"), "name": ("auto", "never"), "shipping": ("auto", "never")},
        "payment_intent_data": {
            "metadata": METADATA, "description": STR, "receipt_email": STR, "statement_descriptor": STR,
            "statement_descriptor_suffix": STR, "setup_future_usage": ("off_session", "on_session"),
        },
        "subscription_data": {
            "metadata": METADATA, "description": STR, "proration_behavior": ("create_prorations", "none"),
            "billing_mode": {"type": Required(("classic", "flexible"))},
        },
        "invoice_creation": {
            "enabled": Required(BOOL), "invoice_data": {"metadata": METADATA, "description": STR, "footer": STR},
        },
        "allow_promotion_codes": BOOL, "automatic_tax": {"enabled": Required(BOOL)},
        "billing_address_collection": ("auto", "required"), "expires_at": TIME, "locale": STR,
        "allowed_payment_method_types": [("card",)], "payment_method_collection": ("always", "if_required"),
        "phone_number_collection": {"enabled": Required(BOOL)}, "submit_type": ("auto", "pay", "subscribe"),
        "tax_id_collection": {"enabled": Required(BOOL)}, "ui_mode": ("hosted_page",), **_EXPAND,
    },
    "GET checkout/sessions": {
        "created": RANGE, "customer": STR, "payment_intent": STR, "subscription": STR,
        "status": ("complete", "expired", "open"), "customer_details": {"email": Required(STR)}, **_PAGES,
    },
    "GET checkout/sessions/{id}": _EXPAND,
    "GET checkout/sessions/{id}/line_items": _PAGES,
    "POST checkout/sessions/{id}/expire": _EXPAND,
    "GET payment_intents": {"created": RANGE, "customer": STR, **_PAGES},
    "GET payment_intents/{id}": _EXPAND,
    "GET charges": {"created": RANGE, "customer": STR, "payment_intent": STR, **_PAGES},
    "GET charges/{id}": _EXPAND,
    "GET payment_methods/{id}": _EXPAND,
    "GET balance_transactions/{id}": _EXPAND,
    "GET subscriptions": {
        "created": RANGE, "customer": STR, "price": STR, **_PAGES,
        "status": ("active", "all", "canceled", "ended", "incomplete", "past_due", "trialing", "unpaid"),
    },
    "GET subscriptions/{id}": _EXPAND,
    "POST subscriptions/{id}": {
        "items": [_SUBSCRIPTION_ITEM], "cancel_at_period_end": BOOL, "metadata": METADATA, "description": STR,
        "proration_behavior": _PRORATION, "proration_date": TIME, "billing_cycle_anchor": {"type": Required(("now", "unchanged"))},
        "payment_behavior": ("allow_incomplete", "error_if_incomplete"), "default_payment_method": STR,
        "cancellation_details": {"comment": STR, "feedback": STR}, **_EXPAND,
    },
    "DELETE subscriptions/{id}": {
        "invoice_now": BOOL, "prorate": BOOL, "cancellation_details": {"comment": STR, "feedback": STR}, **_EXPAND,
    },
    "GET subscription_items": {"subscription": Required(STR), **_PAGES},
    "GET subscription_schedules/{id}": _EXPAND,
    "POST subscription_schedules/{id}/release": _EXPAND,
    "GET invoices": {
        "created": RANGE, "customer": STR, "subscription": STR,
        "status": ("draft", "open", "paid", "uncollectible", "void"), **_PAGES,
    },
    "GET invoices/{id}": _EXPAND,
    "GET invoices/{id}/lines": _PAGES,
    "POST invoices/{id}/pay": {"payment_method": STR, **_EXPAND},
    "POST invoices/{id}/void": _EXPAND,
    "POST invoices/create_preview": {
        "customer": STR, "subscription": STR, **_EXPAND,
        "subscription_details": {
            "items": [{"id": STR, "price": STR, "quantity": INT}], "proration_behavior": _PRORATION,
            "proration_date": INT,
        },
    },
    "GET invoice_payments": {
        "invoice": STR, "created": RANGE, "status": ("canceled", "open", "paid"),
        "payment": {"type": Required(("payment_intent",)), "payment_intent": STR}, **_PAGES,
    },
    "GET invoice_payments/{id}": _EXPAND,
    "POST refunds": {
        "payment_intent": STR, "charge": STR, "amount": INT, "metadata": METADATA,
        "reason": ("duplicate", "fraudulent", "requested_by_customer"), **_EXPAND,
    },
    "GET refunds": {"created": RANGE, "payment_intent": STR, "charge": STR, **_PAGES},
    "GET refunds/{id}": _EXPAND,
    "GET disputes": {"created": RANGE, "payment_intent": STR, "charge": STR, **_PAGES},
    "GET disputes/{id}": _EXPAND,
    "POST disputes/{id}/close": _EXPAND,
    "POST billing_portal/sessions": {
        "customer": STR, "configuration": STR, "return_url": STR, "locale": STR, **_EXPAND,
    },
    "POST billing_portal/configurations": {"features": Required(_PORTAL_FEATURES), **_PORTAL_CONFIGURATION},
    "GET billing_portal/configurations": {"active": BOOL, "is_default": BOOL, **_PAGES},
    "GET billing_portal/configurations/{id}": _EXPAND,
    "POST billing_portal/configurations/{id}": {"active": BOOL, "features": _PORTAL_FEATURES, **_PORTAL_CONFIGURATION},
    "GET events": {
        "created": RANGE, "type": STR, "types": [STR], "delivery_success": BOOL, **_PAGES,
    },
    "GET events/{id}": _EXPAND,
}  # fmt: skip
