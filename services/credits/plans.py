"""The plans and what they allow, and the packs of credits: read once from `plans.yaml`."""

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

    @property
    def for_sale(self) -> bool:
        """Whether there is a subscription to it."""
        return self.price_cents > 0

    @property
    def title(self) -> str:
        """Its name on the payment provider's pages."""
        return f"AI Film Studio {self.id.capitalize()}"


class Pack(BaseModel):
    """Credits that are bought once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    credits: int = Field(ge=1)
    price_cents: int = Field(ge=1)
    currency: str

    @property
    def title(self) -> str:
        """Its name on the payment provider's pages."""
        return f"AI Film Studio: {self.credits} credits"


# what can be bought
Item = Plan | Pack


class Plans(BaseModel):
    """All plans, from the least to the most, the packs, and the credits every account starts with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    starting_credits: int = Field(ge=1)
    plans: tuple[Plan, ...]
    packs: tuple[Pack, ...]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        ids = [plan.id for plan in self.plans] + [pack.id for pack in self.packs]
        if len(set(ids)) != len(ids):
            raise ValueError(f"a plan or pack is named twice: {ids}")
        if missing := {FREE, ENTERPRISE} - {plan.id for plan in self.plans}:
            raise ValueError(f"accounts open on these plans, and they are missing: {sorted(missing)}")
        return self

    @classmethod
    def read(cls, path: Path = PLANS_FILE) -> Self:
        """The plans of a file; ValidationError when one is incomplete or contradicts the limits."""
        return cls.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))

    @property
    def for_sale(self) -> tuple[Item, ...]:
        """Everything that has a price."""
        return (*(plan for plan in self.plans if plan.for_sale), *self.packs)

    def find(self, plan_id: str) -> Plan | None:
        """The plan of this id, None for one that isn't offered (any more)."""
        return next((plan for plan in self.plans if plan.id == plan_id), None)

    def rank(self, plan_id: str) -> int:
        """Which of two plans is the better: the higher; one that isn't offered is below all."""
        return next((at for at, plan in enumerate(self.plans) if plan.id == plan_id), -1)

    def pack(self, pack_id: str) -> Pack:
        """The pack of this id; Invalid for one that isn't offered."""
        for pack in self.packs:
            if pack.id == pack_id:
                return pack
        offered = ", ".join(pack.id for pack in self.packs)
        raise Invalid(f"there is no pack {pack_id!r}; the packs are {offered}", field="pack_id")

    def get(self, plan_id: str) -> Plan:
        """The plan of this id; Invalid for one that isn't offered."""
        if plan := self.find(plan_id):
            return plan
        offered = ", ".join(plan.id for plan in self.plans)
        raise Invalid(f"there is no plan {plan_id!r}; the plans are {offered}", field="plan_id")
