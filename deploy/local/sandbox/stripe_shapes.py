"""The objects of Stripe as they are born: every field that the API version always sends, empty where nothing is said."""

from typing import Any

from deploy.local.sandbox.core import Json

CARD_BRAND, CARD_LAST4 = "visa", "4242"
NO_ADDRESS = {"city": None, "country": None, "line1": None, "line2": None, "postal_code": None, "state": None}
NO_TAX = {"enabled": False, "liability": None}


def nulls(names: str) -> Json:
    """Fields that are there and empty."""
    return dict.fromkeys(names.split())


def customer(id: str, now: int, **given: Any) -> Json:
    """A customer."""
    return {
        "id": id, "object": "customer", "address": None, "balance": 0, "created": now, "currency": None,
        "default_source": None, "delinquent": False, "description": None, "discount": None, "email": None,
        "invoice_prefix": id[-8:].upper(), "livemode": False, "metadata": {}, "name": None, "next_invoice_sequence": 1,
        "invoice_settings": nulls("custom_fields default_payment_method footer rendering_options"),
        "phone": None, "preferred_locales": [], "shipping": None, "tax_exempt": "none", "test_clock": None, **given,
    }  # fmt: skip


def product(id: str, now: int, **given: Any) -> Json:
    """A product."""
    return {
        "id": id, "object": "product", "active": True, "created": now, "default_price": None, "description": None,
        "images": [], "livemode": False, "marketing_features": [], "metadata": {}, "package_dimensions": None,
        "shippable": None, "statement_descriptor": None, "tax_code": None, "tax_details": None, "type": "service",
        "unit_label": None, "updated": now, "url": None, **given,
    }  # fmt: skip


def price(id: str, now: int, **given: Any) -> Json:
    """A price; `recurring` is None for what is paid once."""
    amount = given.get("unit_amount")
    return {
        "id": id, "object": "price", "active": True, "billing_scheme": "per_unit", "created": now,
        "custom_unit_amount": None, "livemode": False, "lookup_key": None, "metadata": {}, "nickname": None,
        "recurring": None, "tax_behavior": "unspecified", "tiers_mode": None, "transform_quantity": None,
        "type": "recurring" if given.get("recurring") else "one_time",
        "unit_amount_decimal": None if amount is None else str(amount), **given,
    }  # fmt: skip


def plan(of: Json) -> Json:
    """The plan that Stripe still shows beside a recurring price."""
    recurring = of["recurring"]
    return {
        "id": of["id"], "object": "plan", "active": of["active"], "amount": of["unit_amount"],
        "amount_decimal": of["unit_amount_decimal"], "billing_scheme": "per_unit", "created": of["created"],
        "currency": of["currency"], "interval": recurring["interval"], "interval_count": recurring["interval_count"],
        "livemode": False, "metadata": of["metadata"], "meter": None, "nickname": of["nickname"], "product": of["product"],
        "tiers_mode": None, "transform_usage": None, "trial_period_days": None, "usage_type": "licensed",
    }  # fmt: skip


def payment_method(id: str, now: int, customer: str | None, email: str | None) -> Json:
    """The card with which everything is paid here."""
    return {
        "id": id, "object": "payment_method", "allow_redisplay": "limited", "created": now, "customer": customer,
        "billing_details": {"address": dict(NO_ADDRESS), "email": email, "name": None, "phone": None, "tax_id": None},
        "card": {
            "brand": CARD_BRAND, "checks": {**nulls("address_line1_check address_postal_code_check"), "cvc_check": "pass"},
            "country": "US", "display_brand": CARD_BRAND, "exp_month": 12, "exp_year": 2034, "fingerprint": "sandbox",
            "funding": "credit", "generated_from": None, "last4": CARD_LAST4,
            "networks": {"available": [CARD_BRAND], "preferred": None}, "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": True}, "wallet": None,
        },
        "livemode": False, "metadata": {}, "type": "card",
    }  # fmt: skip


def payment_intent(id: str, now: int, amount: int, currency: str, customer: str | None, **given: Any) -> Json:
    """A payment that is about to be made."""
    return {
        "id": id, "object": "payment_intent", "amount": amount, "amount_capturable": 0, "amount_received": 0,
        "amount_details": {"tip": {}}, "automatic_payment_methods": None, "capture_method": "automatic_async",
        "client_secret": f"{id}_secret_sandbox", "confirmation_method": "automatic", "created": now, "currency": currency,
        "customer": customer, "livemode": False, "metadata": {}, "payment_method_options": {},
        "payment_method_types": ["card"], "status": "requires_payment_method",
        **nulls(
            "allowed_payment_method_types application application_fee_amount canceled_at cancellation_reason customer_account description"
            " excluded_payment_method_types last_payment_error latest_charge next_action on_behalf_of payment_method"
            " payment_method_configuration_details processing receipt_email review setup_future_usage shipping source"
            " statement_descriptor statement_descriptor_suffix transfer_data transfer_group"
        ), **given,
    }  # fmt: skip


def charge(id: str, intent: Json, method: Json, url: str) -> Json:
    """The movement of a payment's money, as if it had gone well."""
    card = method["card"]
    details = {
        **nulls("authorization_code installments mandate network_transaction_id three_d_secure wallet"),
        **{name: card[name] for name in ("brand", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4")},
        "amount_authorized": intent["amount"], "checks": card["checks"], "network": CARD_BRAND,
        "network_token": {"used": False}, "regulated_status": "unregulated", "extended_authorization": {"status": "disabled"},
        "incremental_authorization": {"status": "unavailable"}, "multicapture": {"status": "unavailable"},
        "overcapture": {"maximum_amount_capturable": intent["amount"], "status": "unavailable"},
    }  # fmt: skip
    return {
        "id": id, "object": "charge", "amount": intent["amount"], "amount_captured": intent["amount"],
        "amount_refunded": 0, "billing_details": method["billing_details"], "captured": True, "created": intent["created"],
        "calculated_statement_descriptor": "AI FILM STUDIO", "currency": intent["currency"],
        "customer": intent["customer"], "description": intent["description"], "disputed": False, "fraud_details": {},
        "livemode": False, "metadata": intent["metadata"],
        "outcome": {
            **nulls("advice_code network_advice_code network_decline_code reason"), "network_status": "approved_by_network",
            "risk_level": "normal", "risk_score": 5, "seller_message": "Payment complete.", "type": "authorized",
        },
        "paid": True, "payment_intent": intent["id"], "payment_method": method["id"],
        "payment_method_details": {"card": details, "type": "card"}, "radar_options": {},
        "receipt_url": f"{url}/stripe/receipts/{id}", "refunded": False, "status": "succeeded",
        **nulls(
            "application application_fee application_fee_amount balance_transaction failure_balance_transaction"
            " failure_code failure_message on_behalf_of receipt_email receipt_number review shipping source source_transfer"
            " statement_descriptor statement_descriptor_suffix transfer_data transfer_group"
        ),
    }  # fmt: skip


def balance_transaction(id: str, now: int, amount: int, fee: int, currency: str, type: str, source: str) -> Json:
    """What a movement does to the account's balance."""
    category = {"adjustment": "dispute"}.get(type, type)
    return {
        "id": id, "object": "balance_transaction", "amount": amount, "available_on": now + 2 * 86_400,
        "balance_type": "payments", "created": now, "currency": currency, "description": None, "exchange_rate": None,
        "fee": fee, "fee_details": [{
            "amount": fee, "application": None, "currency": currency, "description": "Stripe processing fees",
            "type": "stripe_fee",
        }] if fee else [],
        "net": amount - fee, "reporting_category": category, "source": source, "status": "pending", "type": type,
    }  # fmt: skip


def refund(id: str, now: int, of: Json, amount: int, reason: str | None, metadata: Json) -> Json:
    """Money that goes back."""
    return {
        "id": id, "object": "refund", "amount": amount, "balance_transaction": None, "charge": of["id"], "created": now,
        "currency": of["currency"], "customer": of["customer"],
        "destination_details": {"card": {
            "reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund",
        }, "type": "card"},
        "metadata": metadata, "payment_intent": of["payment_intent"], "payment_method": of["payment_method"],
        "reason": reason, "receipt_number": None, "source_transfer_reversal": None, "status": "succeeded",
        "transfer_reversal": None,
    }  # fmt: skip


def dispute(id: str, now: int, of: Json) -> Json:
    """A chargeback that waits for an answer."""
    return {
        "id": id, "object": "dispute", "amount": of["amount"], "balance_transactions": [], "charge": of["id"],
        "created": now, "currency": of["currency"], "enhanced_eligibility_types": [],
        "evidence": {
            **nulls(
                "access_activity_log appeal billing_address cancellation_policy cancellation_policy_disclosure"
                " cancellation_rebuttal customer_communication customer_email_address customer_name customer_purchase_ip"
                " customer_signature duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id"
                " product_description receipt refund_policy refund_policy_disclosure refund_refusal_explanation service_date"
                " service_documentation shipping_address shipping_carrier shipping_date shipping_documentation"
                " shipping_tracking_number uncategorized_file uncategorized_text"
            ), "enhanced_evidence": {},
        },
        "evidence_details": {
            "due_by": now + 7 * 86_400, "enhanced_eligibility": {}, "has_evidence": False, "past_due": False,
            "submission_count": 0, "submission_method": "not_submitted",
        },
        "intended_submission_method": None, "is_charge_refundable": False, "livemode": False, "metadata": {},
        "network_reason_code": "10.4", "payment_intent": of["payment_intent"],
        "payment_method_details": {"card": {
            "brand": CARD_BRAND, "case_type": "chargeback", "network": CARD_BRAND, "network_reason_code": "10.4",
        }, "type": "card"},
        "reason": "fraudulent", "status": "needs_response",
    }  # fmt: skip


def subscription(id: str, now: int, customer: str, currency: str, **given: Any) -> Json:
    """A subscription without its items."""
    return {
        "id": id, "object": "subscription", "automatic_tax": {**NO_TAX, "disabled_reason": None},
        "billing_cycle_anchor": now, "billing_mode": {
            "flexible": {"proration_discounts": "included"}, "type": "flexible", "updated_at": now,
        },
        "billing_schedules": [], "cancel_at_period_end": False,
        "cancellation_details": nulls("comment feedback feedback_option reason"),
        "collection_method": "charge_automatically", "created": now, "currency": currency, "customer": customer,
        "default_tax_rates": [], "discounts": [], "livemode": False, "metadata": {}, "start_date": now,
        "invoice_settings": {
            **nulls("account_tax_ids custom_fields description footer"), "issuer": {"type": "self"},
        },
        "payment_settings": {
            "payment_method_options": None, "payment_method_types": ["card"], "save_default_payment_method": "off",
        },
        "status": "active", "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
        **nulls(
            "application application_fee_percent billing_cycle_anchor_config billing_thresholds cancel_at canceled_at"
            " customer_account days_until_due default_payment_method default_source description ended_at latest_invoice"
            " managed_payments next_pending_invoice_item_invoice on_behalf_of pause_collection"
            " pending_invoice_item_interval pending_setup_intent pending_update schedule status_details test_clock"
            " transfer_data trial_end trial_start"
        ), **given,
    }  # fmt: skip


def subscription_item(id: str, now: int, subscription: str, of: Json, quantity: int, start: int, end: int) -> Json:
    """What a subscription is for; the period stands here since 2025."""
    return {
        "id": id, "object": "subscription_item", "billing_thresholds": None, "created": now,
        "current_period_end": end, "current_period_start": start, "current_trial": None, "discounts": [], "metadata": {},
        "plan": plan(of), "price": of, "quantity": quantity, "subscription": subscription, "tax_rates": [],
    }  # fmt: skip


def invoice(id: str, now: int, of: Json, currency: str, reason: str, lines: Json, **given: Any) -> Json:
    """A draft for a customer."""
    return {
        "id": id, "object": "invoice", "account_country": "US", "account_name": "AI Film Studio (sandbox)",
        "amount_overpaid": 0, "amount_paid": 0, "amount_paid_off_stripe": 0, "amount_shipping": 0, "attempt_count": 0,
        "attempted": False, "auto_advance": True, "automatic_tax": {**NO_TAX, **nulls("disabled_reason provider status")},
        "billing_reason": reason, "collection_method": "charge_automatically", "created": now, "currency": currency,
        "customer": of["id"], "customer_address": of["address"], "customer_email": of["email"],
        "customer_name": of["name"], "customer_phone": of["phone"], "customer_tax_exempt": "none", "customer_tax_ids": [],
        "default_tax_rates": [], "discounts": [], "issuer": {"type": "self"}, "lines": lines,
        "livemode": False, "metadata": {}, "post_payment_credit_notes_amount": 0, "pre_payment_credit_notes_amount": 0,
        "payment_settings": {"default_mandate": None, "payment_method_options": None, "payment_method_types": None},
        "status": "draft", "total_discount_amounts": [], "total_pretax_credit_amounts": [], "total_taxes": [],
        "status_transitions": nulls("finalized_at marked_uncollectible_at paid_at voided_at"),
        **nulls(
            "account_tax_ids application automatically_finalizes_at custom_fields customer_account customer_shipping"
            " default_payment_method default_source description due_date effective_at ending_balance footer from_invoice"
            " hosted_invoice_url invoice_pdf last_finalization_error latest_revision next_payment_attempt number"
            " on_behalf_of receipt_number rendering shipping_cost shipping_details statement_descriptor status_details"
            " test_clock webhooks_delivered_at"
        ), **given,
    }  # fmt: skip
