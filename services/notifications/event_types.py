"""The events that webhooks tell of, and the filters by which an endpoint chooses among them."""

from __future__ import annotations

from collections.abc import Sequence

from services.kit.errors import Invalid

EVENTS = (
    "job.queued", "job.started", "job.succeeded", "job.failed", "job.canceled", "job.expired",
    "credits.granted", "credits.revoked", "subscription.changed", "payment.failed",
    "publication.succeeded", "publication.failed", "publication.canceled",
    "connection.reconnect_needed",
)  # fmt: skip
FAMILIES = tuple(dict.fromkeys(name.partition(".")[0] for name in EVENTS))
ALL = "*"
FILTERS = frozenset((*EVENTS, *(f"{family}.*" for family in FAMILIES), ALL))


def checked(filters: Sequence[str]) -> list[str]:
    """The filters, each once, in their order; Invalid names what there is where one is unknown, or none is given."""
    if not filters:
        raise Invalid(f'name at least one event, or "*" for all: {", ".join(EVENTS)}', field="events")
    unknown = sorted({name for name in filters if name not in FILTERS})
    if unknown:
        families = ", ".join(f"{family}.*" for family in FAMILIES)
        raise Invalid(
            f"there is no event {', '.join(map(repr, unknown))[:200]}; there are {', '.join(EVENTS)}; {families}; *",
            field="events",
        )
    return list(dict.fromkeys(filters))


def wants(filters: Sequence[str], event_type: str) -> bool:
    """Whether an endpoint with these filters hears of the event."""
    return ALL in filters or event_type in filters or f"{event_type.partition('.')[0]}.*" in filters
