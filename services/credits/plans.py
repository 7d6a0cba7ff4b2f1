"""The plans and what they allow, read once from `plans.yaml`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.kit.errors import Invalid

PLANS_FILE = Path(__file__).with_name("plans.yaml")

FREE = "free"
ENTERPRISE = "enterprise"


class Plan(BaseModel):
    """One plan. Counts of 0 mean no limit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    max_film_seconds: int = Field(ge=15, le=300)
    max_resolution: Literal["480p", "720p", "1080p"]
    watermark: bool
    max_projects: int = Field(ge=0)
    max_live_jobs: int = Field(ge=0)
    # 1 to 10, higher goes first
    priority: int = Field(ge=1, le=10)
    monthly_credits: int = Field(ge=0)
    price_cents: int = Field(ge=0)
    currency: str


class Plans(BaseModel):
    """All plans, in the order they are offered, and the credits every account starts with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    starting_credits: int = Field(ge=1)
    plans: tuple[Plan, ...]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        ids = [plan.id for plan in self.plans]
        if len(set(ids)) != len(ids):
            raise ValueError(f"a plan is named twice: {ids}")
        if missing := {FREE, ENTERPRISE} - set(ids):
            raise ValueError(f"accounts open on these plans, and they are missing: {sorted(missing)}")
        return self

    @classmethod
    def read(cls, path: Path = PLANS_FILE) -> Self:
        """The plans of a file; ValidationError when one is incomplete or contradicts the limits."""
        return cls.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))

    def get(self, plan_id: str) -> Plan:
        """The plan of this id; Invalid for one that isn't offered."""
        for plan in self.plans:
            if plan.id == plan_id:
                return plan
        offered = ", ".join(plan.id for plan in self.plans)
        raise Invalid(f"there is no plan {plan_id!r}; the plans are {offered}", field="plan_id")
