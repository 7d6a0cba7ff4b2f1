"""Facts: what a service tells others, as written to the outbox and as it arrives.

CloudEvents 1.0, binary mode over Kafka: a protobuf value, the attributes as headers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from google.protobuf.message import Message

M = TypeVar("M", bound=Message)

# RELIABILITY E1: larger payloads are refused when they are written, not when the broker sees them
MAX_PAYLOAD_BYTES = 256 * 1024


@dataclass(frozen=True)
class Fact:
    """A fact to be published, or a ring. It goes out through the outbox and nowhere else."""

    topic: str
    # "user", "project", "account", "job", "step"
    aggregate_type: str
    aggregate_id: str
    message: Message


@dataclass(frozen=True)
class Event(Generic[M]):
    """A fact as a consumer gets it. `id` is what the inbox remembers, `sequence` orders the aggregate's events."""

    id: UUID
    # full protobuf name, "filmstudio.credits.v1.CreditsHeld"
    type: str
    source: str
    # the aggregate's id
    subject: str
    sequence: int
    time: datetime
    message: M
    headers: dict[str, str] = field(default_factory=dict)
