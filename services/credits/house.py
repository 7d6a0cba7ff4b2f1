"""How the parts of billing fit together: for the service, and for the commands that work beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from services.credits.books import Books
from services.credits.inbox import Inbox, Patience
from services.credits.payments import PaymentProvider
from services.credits.reconciliation import Reconciliation
from services.credits.settings import PaymentSettings
from services.credits.settlement import Settlement, Terms
from services.kit.db import Database


def provider_of(settings: PaymentSettings) -> PaymentProvider | None:
    """Stripe where there is a key, else nobody: then nothing can be bought."""
    if not settings.stripe_secret_key.get_secret_value():
        return None
    # here and not above: the library costs 11 MB, and a studio without payments never needs it
    from services.credits.stripe_client import Stripe

    return Stripe(settings)


@dataclass(frozen=True)
class House:
    """What follows money. Without a provider there is only an inbox that takes nothing."""

    inbox: Inbox
    settlement: Settlement | None
    reconciliation: Reconciliation | None


def furnish(settings: PaymentSettings, database: Database, books: Books, provider: PaymentProvider | None) -> House:
    """The parts, by these settings."""
    patience = Patience(
        first=timedelta(seconds=settings.payment_event_retry_first_s),
        most=timedelta(seconds=settings.payment_event_retry_most_s),
        give_up_after=timedelta(seconds=settings.payment_event_give_up_s),
    )
    if provider is None:
        return House(Inbox(database.work, books, None, None, patience), None, None)
    terms = Terms(
        grace=timedelta(seconds=settings.billing_grace_s), keep=timedelta(seconds=settings.monthly_credits_keep_s)
    )
    settlement = Settlement(database.work, books, provider, terms)
    inbox = Inbox(database.work, books, provider, settlement, patience)
    window = timedelta(days=settings.reconcile_days)
    return House(inbox, settlement, Reconciliation(database.work, books, provider, inbox, window))
