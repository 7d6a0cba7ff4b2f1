"""What users hears from credits."""

from __future__ import annotations

from uuid import uuid4

from filmstudio.credits.v1 import credits_pb2, events_pb2

from services.kit.consumer import Consumer
from services.users import consumers
from tests.integration.users.conftest import Studio
from tests.support.kafka import headers_of


async def hear(studio: Studio, message: events_pb2.SubscriptionChanged | events_pb2.CreditsGranted, seq: int) -> None:
    consumer = Consumer("users", "nowhere:1")
    consumers.subscribe(consumer, studio.users)
    headers = headers_of(message, message.account.user_id, seq)
    await consumer.replay(consumers.CREDITS_TOPIC, headers, message.SerializeToString())


async def test_a_changed_subscription_changes_the_tier(studio: Studio) -> None:
    user, actor = (await studio.person()).user, str(uuid4())
    account = credits_pb2.Account(user_id=str(user.id), plan_id="pro")
    change = events_pb2.SubscriptionChanged(account=account, previous_plan_id="free", actor_id=actor)
    await hear(studio, change, 2)
    assert (await studio.users.get("", str(user.id), admin=False)).subscription_tier == "pro"
    activity = (await studio.users.activities(str(user.id), 1, ""))[0][0]
    assert (activity.action, str(activity.actor_id)) == ("plan.changed", actor)
    assert activity.details == {"plan": "pro", "previous_plan": "free"}


async def test_only_a_grant_by_a_person_enters_the_log(studio: Studio) -> None:
    user = (await studio.person()).user
    account = credits_pb2.Account(user_id=str(user.id), plan_id="free")
    transaction = credits_pb2.Transaction(amount=30, reason="welcome")
    await hear(studio, events_pb2.CreditsGranted(account=account, transaction=transaction), 1)
    assert "credits.granted" not in await studio.actions(user.id)
    granted = events_pb2.CreditsGranted(account=account, transaction=transaction, actor_id=str(uuid4()))
    await hear(studio, granted, 2)
    activity = (await studio.users.activities(str(user.id), 1, ""))[0][0]
    assert (activity.action, activity.details) == ("credits.granted", {"amount": "30", "reason": "welcome"})


async def test_a_grant_that_support_made_in_salesforce_enters_the_log_without_an_actor(studio: Studio) -> None:
    user = (await studio.person()).user
    account = credits_pb2.Account(user_id=str(user.id), plan_id="free")
    transaction = credits_pb2.Transaction(amount=5, reason="Salesforce a02X by 005Y: patience")
    granted = events_pb2.CreditsGranted(account=account, transaction=transaction, business_key="salesforce:a02X")
    await hear(studio, granted, 1)
    activity = (await studio.users.activities(str(user.id), 1, ""))[0][0]
    assert (activity.action, activity.actor_id, activity.subject_id) == ("credits.granted", None, user.id)
    assert activity.details == {"amount": "5", "reason": "Salesforce a02X by 005Y: patience"}
