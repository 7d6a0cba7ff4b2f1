"""The knobs of credits."""

from __future__ import annotations

from pydantic import SecretStr

from services.kit.settings import DatabaseSettings


class PaymentSettings(DatabaseSettings):
    """What whoever speaks to the payment provider needs: the service, and the commands that reconcile and set up."""

    # empty: nothing can be bought
    stripe_secret_key: SecretStr = SecretStr("")
    # whsec_…, of the endpoint that points at /api/v1/webhooks/stripe; empty: no webhook is taken
    stripe_webhook_secret: SecretStr = SecretStr("")
    stripe_api_url: str = "https://api.stripe.com"
    # one request; one that fails is tried once more
    stripe_timeout_s: float = 6.0
    # how old a webhook's signature may be
    stripe_webhook_tolerance_s: int = 300
    # how long a plan stays when its payment has failed
    billing_grace_s: float = 7 * 86_400.0
    # how long a month's credits keep beyond its end
    monthly_credits_keep_s: float = 7 * 86_400.0
    # an event that can't be followed: the first wait, doubled each time, the longest, and when nobody tries any more
    payment_event_retry_first_s: float = 2.0
    payment_event_retry_most_s: float = 3_600.0
    payment_event_give_up_s: float = 3 * 86_400.0
    # how far back the provider's own list is compared
    reconcile_days: float = 3.0


class Settings(PaymentSettings):
    """What credits needs from its environment."""

    # host:port it listens on
    credits_grpc_address: str
    # host:port of users, for the address that receipts go to
    users_grpc_address: str
    # where people reach the studio
    filmstudio_url: str
    # where the payment provider's pages lead back to; empty: filmstudio_url
    billing_return_url: str = ""
    # how often expired grants are looked for
    grant_expiry_interval_s: float = 60.0
    # how often the inbox is looked at besides when something comes in
    payment_event_interval_s: float = 5.0
    # how often subscriptions out of grace, and deleted users' customers, are looked for
    billing_sweep_interval_s: float = 60.0
    # how often the provider's own list is compared with ours: at the start, then each night
    reconcile_interval_s: float = 86_400.0
