"""What can be bought, and what was."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from services.gateway.schemas.common import In, Out, Text

InvoiceStatus = Literal["draft", "open", "paid", "uncollectible", "void"]


class Plan(Out):
    """A plan and what it allows."""

    id: str = Field(examples=["pro"])
    price_cents: int = Field(description="a month", examples=[1500])
    currency: str = Field(examples=["USD"])
    monthly_credits: int = Field(examples=[90])
    max_film_seconds: int = Field(examples=[300])
    max_resolution: str = Field(examples=["1080p"])
    watermark: bool
    max_projects: int | None = Field(description="null: no limit", examples=[20])
    max_live_jobs: int | None = Field(description="null: no limit", examples=[3])
    priority: int = Field(description="1 to 10; higher goes first", examples=[5])


class Pack(Out):
    """Credits that can be bought at once."""

    id: str = Field(examples=["pack_30"])
    credits: int = Field(examples=[30])
    price_cents: int = Field(examples=[1400])
    currency: str = Field(examples=["USD"])


class Plans(Out):
    """Everything that can be bought."""

    items: list[Plan]
    packs: list[Pack]


def _pack_id(pack: object) -> object:
    """The id of the pack that is asked for by its number of credits ("30", 30); anything else as it is."""
    if isinstance(pack, int) and not isinstance(pack, bool):
        return f"pack_{pack}"
    return f"pack_{pack}" if isinstance(pack, str) and pack.isascii() and pack.isdigit() else pack


class PackOrder(In):
    """Credits to buy."""

    pack: Annotated[Text, BeforeValidator(_pack_id)] = Field(
        min_length=1, max_length=64, description="a pack's id, or how many credits it has", examples=["pack_30"]
    )


class PlanOrder(In):
    """A plan to subscribe to."""

    plan: Text = Field(min_length=1, max_length=64, examples=["pro"])


class Checkout(Out):
    """The payment provider's page where it is paid."""

    url: str = Field(examples=["https://checkout.stripe.com/c/pay/cs_…"])
    order_id: str


class Portal(Out):
    """The payment provider's page where payment and subscription are changed."""

    url: str = Field(examples=["https://billing.stripe.com/p/session/…"])


class Invoice(Out):
    """An invoice of the payment provider."""

    id: str
    number: str | None = Field(description="null while it is a draft", examples=["F1A2-0003"])
    status: InvoiceStatus
    amount_due_cents: int = Field(examples=[1500])
    amount_paid_cents: int = Field(examples=[1500])
    currency: str = Field(examples=["USD"])
    description: str
    created_at: datetime
    url: str | None = Field(description="its page")
    pdf_url: str | None


class Received(Out):
    """An event was taken in."""

    received: Literal[True] = True
