"""Webhooks to customers' programs, and which mail a person wants."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, model_validator

from services.gateway.schemas.common import In, Out, Text

WebhookStatus = Literal["active", "paused", "disabled"]
DeliveryStatus = Literal["pending", "succeeded", "failed"]
Url = Annotated[Text, Field(max_length=2048, examples=["https://example.com/hooks/films"])]
# which events there are says whoever sends them: 422 names them
Events = Annotated[
    list[Annotated[Text, Field(max_length=100)]],
    Field(min_length=1, max_length=100, examples=[["job.succeeded", "publication.*"]]),
]


class NewWebhook(In):
    """Where a program wants to hear of events: exact types, families such as `job.*`, or `*` for all."""

    url: Url
    events: Events
    description: Text = Field("", max_length=200)


class WebhookChange(In):
    """What is to change; the rest stays. `active: true` also starts one again that we have disabled."""

    url: Url | None = None
    events: Events | None = None
    description: Text | None = Field(None, max_length=200)
    active: bool | None = None

    @model_validator(mode="after")
    def _something(self) -> WebhookChange:
        if self.url is None and self.events is None and self.description is None and self.active is None:
            raise ValueError("name at least one of url, events, description and active")
        return self


class Webhook(Out):
    """An address that is told of events."""

    id: str
    url: str = Field(examples=["https://example.com/hooks/films"])
    events: list[str] = Field(examples=[["job.succeeded", "publication.*"]])
    status: WebhookStatus = Field(description="paused: by its user; disabled: by us, after lasting failure")
    description: str
    failing_since: datetime | None
    created_at: datetime
    updated_at: datetime


class CreatedWebhook(Webhook):
    """A new webhook and the secret that its messages are signed with."""

    secret: str | None = Field(
        description="shown this once; null in the answer to a repeated request", examples=["whsec_MfKQ9r8GKYqrTwjU…"]
    )


class RotatedWebhook(CreatedWebhook):
    """A webhook with its new secret; until the time given messages carry the old one's signature too."""

    previous_secret_expires_at: datetime | None


class Delivery(Out):
    """One message to one address, however often it was tried."""

    id: str
    webhook_id: str
    message_id: str = Field(description="the header webhook-id, the same in every attempt")
    event_type: str = Field(examples=["job.succeeded"])
    status: DeliveryStatus
    attempts: int
    response_status: int | None = Field(description="of the last attempt; null: no answer")
    response_excerpt: str
    duration_ms: int
    created_at: datetime
    last_attempt_at: datetime | None
    next_attempt_at: datetime | None


class Preferences(Out):
    """Which mail a person wants. Mail about sign-in is always sent."""

    film_ready: bool
    film_failed: bool
    payment_failed: bool
    youtube: bool
    webhook_disabled: bool
    marketing: bool


class PreferencesChange(In):
    """What is to change; the rest stays."""

    film_ready: bool | None = None
    film_failed: bool | None = None
    payment_failed: bool | None = None
    youtube: bool | None = None
    webhook_disabled: bool | None = None
    marketing: bool | None = Field(None, examples=[False])


class Unsubscribed(Out):
    """What is no longer sent."""

    preference: str = Field(examples=["film_ready"])
