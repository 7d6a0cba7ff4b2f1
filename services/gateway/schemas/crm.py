"""What administrators see and ask of the customer file."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field, model_validator

from services.gateway.schemas.common import In, Out, Rounded, Text

CrmState = Literal["running", "paused", "limited", "refused", "away", "not_configured"]
RecordState = Literal["synced", "pending", "failed"]


class CrmRecord(Out):
    """A record that shall stand in Salesforce."""

    object: str = Field(examples=["AI_Project__c"])
    external_id: str
    status: RecordState
    error: str | None
    attempts: int
    updated_at: datetime
    synced_at: datetime | None


class Crm(Out):
    """How far Salesforce follows."""

    status: CrmState
    reason: str | None = Field(description="why it doesn't run")
    pending: int
    failed: int
    synced: int
    lag_seconds: Rounded = Field(description="age of the oldest record that waits")
    calls_used: int | None = Field(description="of the last 24 hours, as Salesforce counts; null: not known yet")
    calls_limit: int | None
    last_push_at: datetime | None
    last_poll_at: datetime | None
    resumes_at: datetime | None
    failures: list[CrmRecord] = Field(description="the newest, at most 50")


class Resync(In):
    """One record; without it, everything."""

    object: Text | None = Field(None, max_length=80, examples=["AI_Project__c"])
    external_id: Text | None = Field(None, max_length=255)

    @model_validator(mode="after")
    def _one_or_all(self) -> Resync:
        if (self.object is None) != (self.external_id is None):
            raise ValueError("name both object and external_id, or neither")
        return self


class Resynced(Crm):
    """How far Salesforce follows, and how many records are looked at again."""

    records: int
