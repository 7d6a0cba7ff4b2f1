"""What administrators see and change."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field, model_validator

from services.gateway.schemas.common import In, Out, Page, Text
from services.gateway.schemas.credits import Credits, Transaction
from services.gateway.schemas.users import Tier, User


class Account(User):
    """An account as administrators see it."""

    admin: bool
    suspended: bool


class AccountChange(In):
    """What is to change; the rest stays. `admin: true` sets tier enterprise too."""

    subscription_tier: Tier | None = Field(None, examples=["pro"])
    admin: bool | None = None
    suspended: bool | None = None

    @model_validator(mode="after")
    def _something(self) -> AccountChange:
        if self.subscription_tier is None and self.admin is None and self.suspended is None:
            raise ValueError("name at least one of subscription_tier, admin and suspended")
        return self


class NewGrant(In):
    """Credits given."""

    amount: int = Field(ge=1, le=100_000, examples=[30])
    reason: Text = Field(min_length=1, max_length=200, examples=["a gift for the first film"])


class Grant(Credits):
    """The balance after a grant, and its line in the ledger."""

    transaction: Transaction


class DeadLetter(Out):
    """A message that its consumer could not take."""

    id: str = Field(examples=["credits/ai-jobs.jobs.v1.dlq:0:3"])
    service: str
    consumer: str
    original_topic: str
    original_partition: int
    original_offset: int
    event_type: str
    error: str
    attempts: int
    size_bytes: int
    created_at: datetime


class DeadLetters(Page[DeadLetter]):
    """A page of dead letters; `away`: services that could not be asked for theirs just now."""

    away: list[str] = Field(default_factory=list, examples=[[]])


class Activity(Out):
    """A line of the activity log."""

    id: str
    actor_id: str | None = Field(description="null: the system")
    subject_id: str | None
    action: str = Field(examples=["user.suspended"])
    details: dict[str, str]
    created_at: datetime


class Metrics(Out):
    """Figures over all jobs."""

    jobs_by_status: dict[str, int]
    steps_ready_by_lane: dict[str, int]
    steps_leased: int
    workers_live: int


class NewProbe(In):
    """A synthetic job of steps that only wait."""

    steps: int = Field(ge=1, le=2_000, examples=[10])
    seconds_per_step: float = Field(ge=0, le=600, examples=[0.1])
    width: int | None = Field(None, ge=1, le=2_000, description="steps side by side; without it all")
    fail_rate: float | None = Field(None, ge=0, le=1)
    credits: int | None = Field(None, ge=0, le=1_000_000)


class Health(Out):
    """The process lives."""

    status: Literal["ok"] = "ok"


class Readiness(Out):
    """Which parts of the studio answer."""

    status: Literal["ready", "not_ready"]
    dependencies: dict[str, Literal["up", "down"]]
