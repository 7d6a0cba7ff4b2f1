"""Protobuf → the public shapes, for webhooks, their deliveries and mail preferences."""

from __future__ import annotations

from typing import Any

from filmstudio.notifications.v1 import notifications_pb2

from services.gateway.convert import moment, moment_or_none, word
from services.gateway.schemas import notifications as shapes


def webhook(message: notifications_pb2.Endpoint) -> shapes.Webhook:
    """An address that is told of events."""
    return shapes.Webhook(**webhook_members(message))


def webhook_members(message: notifications_pb2.Endpoint) -> dict[str, Any]:
    """The members that all views of a webhook share."""
    return {
        "id": message.id,
        "url": message.url,
        "events": list(message.events),
        "status": word(notifications_pb2.Endpoint.State, message.state, "STATE_"),
        "description": message.description,
        "failing_since": moment_or_none(message, "failing_since"),
        "created_at": moment(message.create_time),
        "updated_at": moment(message.update_time),
    }


def delivery(message: notifications_pb2.Delivery) -> shapes.Delivery:
    """One message to one address."""
    return shapes.Delivery(
        id=message.id,
        webhook_id=message.endpoint_id,
        message_id=message.message_id,
        event_type=message.event_type,
        status=word(notifications_pb2.Delivery.State, message.state, "STATE_"),
        attempts=message.attempts,
        response_status=message.response_status or None,
        response_excerpt=message.response_excerpt,
        duration_ms=message.duration_ms,
        created_at=moment(message.create_time),
        last_attempt_at=moment_or_none(message, "last_attempt_time"),
        next_attempt_at=moment_or_none(message, "next_attempt_time"),
    )


def preferences(message: notifications_pb2.Preferences) -> shapes.Preferences:
    """Which mail a person wants."""
    return shapes.Preferences(
        film_ready=message.film_ready,
        film_failed=message.film_failed,
        payment_failed=message.payment_failed,
        youtube=message.youtube,
        webhook_disabled=message.webhook_disabled,
        marketing=message.marketing,
    )
