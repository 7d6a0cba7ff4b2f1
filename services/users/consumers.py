"""Facts of others enter: one function per event."""

from __future__ import annotations

from filmstudio.credits.v1.events_pb2 import CreditsGranted, SubscriptionChanged

from services.kit.consumer import Consumer
from services.kit.facts import Event
from services.users.service import Users

CREDITS_TOPIC = "credits.accounts.v1"
# the business keys of grants that people made without being administrators here: support, in Salesforce
BY_SUPPORT = "salesforce:"


def subscribe(consumer: Consumer, users: Users) -> None:
    """Register what users listens to."""

    @consumer.on(SubscriptionChanged, topic=CREDITS_TOPIC)
    async def follow_subscription(event: Event[SubscriptionChanged]) -> None:
        change = event.message
        await users.follow_subscription(
            event.id,
            event.sequence,
            change.account.user_id,
            change.account.plan_id,
            change.previous_plan_id,
            change.actor_id,
        )

    @consumer.on(CreditsGranted, topic=CREDITS_TOPIC)
    async def note_grant(event: Event[CreditsGranted]) -> None:
        grant = event.message
        if grant.actor_id or grant.business_key.startswith(BY_SUPPORT):
            await users.note_grant(
                event.id,
                grant.account.user_id,
                grant.transaction.amount,
                grant.transaction.reason,
                grant.actor_id,
            )
