"""What notifications tells: rows as protobuf, and the facts on notifications.preferences.v1."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from filmstudio.notifications.v1 import events_pb2 as facts
from filmstudio.notifications.v1 import notifications_pb2 as pb
from google.protobuf.timestamp_pb2 import Timestamp

from services.kit.facts import Fact
from services.notifications.mail_models import PREFERENCES, Preferences
from services.notifications.models import Delivery, DeliveryState, Endpoint, State

TOPIC = "notifications.preferences.v1"


def preferences_proto(preferences: Preferences) -> pb.Preferences:
    """What a user wants, as the contract has it."""
    return pb.Preferences(**{name: getattr(preferences, name) for name in PREFERENCES}, etag=str(preferences.version))


def preferences_changed(preferences: Preferences) -> Fact:
    """A user wants other mail than before."""
    message = facts.PreferencesChanged(user_id=str(preferences.user_id), preferences=preferences_proto(preferences))
    if preferences.marketing_changed_at is not None:
        message.marketing_change_time.FromDatetime(preferences.marketing_changed_at)
    return Fact(TOPIC, "preferences", str(preferences.user_id), message)


def timestamp(at: datetime) -> Timestamp:
    """A time as the contract has it."""
    message = Timestamp()
    message.FromDatetime(at)
    return message


def _state(state: State) -> pb.Endpoint.State.ValueType:
    match state:
        case State.ACTIVE:
            return pb.Endpoint.STATE_ACTIVE
        case State.PAUSED:
            return pb.Endpoint.STATE_PAUSED
        case State.DISABLED:
            return pb.Endpoint.STATE_DISABLED
        case _:
            assert_never(state)


def endpoint_proto(endpoint: Endpoint) -> pb.Endpoint:
    """An endpoint as the contract has it: never with a secret."""
    return pb.Endpoint(
        id=str(endpoint.id),
        user_id=str(endpoint.user_id),
        url=endpoint.url,
        events=endpoint.events,
        state=_state(endpoint.state),
        description=endpoint.description,
        create_time=timestamp(endpoint.created_at),
        update_time=timestamp(endpoint.updated_at),
        failing_since=timestamp(endpoint.failing_since) if endpoint.failing_since else None,
        etag=str(endpoint.version),
    )


def _delivery_state(state: DeliveryState) -> pb.Delivery.State.ValueType:
    match state:
        case DeliveryState.PENDING:
            return pb.Delivery.STATE_PENDING
        case DeliveryState.SUCCEEDED:
            return pb.Delivery.STATE_SUCCEEDED
        case DeliveryState.FAILED:
            return pb.Delivery.STATE_FAILED
        case _:
            assert_never(state)


def delivery_proto(delivery: Delivery) -> pb.Delivery:
    """A delivery as the contract has it."""
    return pb.Delivery(
        id=str(delivery.id),
        endpoint_id=str(delivery.endpoint_id),
        message_id=str(delivery.message_id),
        event_type=delivery.event_type,
        state=_delivery_state(delivery.state),
        attempts=delivery.attempts,
        response_status=delivery.response_status,
        response_excerpt=delivery.response_excerpt,
        duration_ms=delivery.duration_ms,
        create_time=timestamp(delivery.created_at),
        last_attempt_time=timestamp(delivery.last_attempt_at) if delivery.last_attempt_at else None,
        next_attempt_time=timestamp(delivery.next_attempt_at) if delivery.next_attempt_at else None,
    )
