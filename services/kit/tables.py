"""The tables that every service's schema has besides its own: outbox, its counters, inbox, the kept requests."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    DateTime,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

# Stands for the service's own schema, put in by the engine's schema_translate_map.
KIT_SCHEMA = "kit"


class KitBase(DeclarativeBase):
    """The base of the kit's own tables."""


class OutboxRow(KitBase):
    """A fact on its way out (E1). Written in the business transaction, marked after the broker's report."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("aggregate_type", "aggregate_id", "aggregate_seq", name="uq_outbox_aggregate_seq"),
        Index("ix_outbox_unpublished", "shard", "id", postgresql_where=text("published_at IS NULL")),
        Index("ix_outbox_published_at", "published_at", postgresql_where=text("published_at IS NOT NULL")),
        {"schema": KIT_SCHEMA},
    )
    # An order to read in, never a cursor: values are taken before commit (E2).
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    event_id: Mapped[UUID] = mapped_column(unique=True)
    aggregate_type: Mapped[str] = mapped_column(String(64))
    aggregate_id: Mapped[str] = mapped_column(String(64))
    aggregate_seq: Mapped[int] = mapped_column(BigInteger)
    shard: Mapped[int] = mapped_column(SmallInteger)
    topic: Mapped[str] = mapped_column(String(128))
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    headers: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    published_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    attempts: Mapped[int] = mapped_column(server_default=text("0"))


class OutboxSequence(KitBase):
    """The last sequence an aggregate's facts were given; its row lock puts concurrent writers in order."""

    __tablename__ = "outbox_sequences"
    __table_args__ = ({"schema": KIT_SCHEMA},)
    aggregate_type: Mapped[str] = mapped_column(String(64), primary_key=True)
    aggregate_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    last_seq: Mapped[int] = mapped_column(BigInteger)


class InboxRow(KitBase):
    """An event this service has handled (E3)."""

    __tablename__ = "inbox"
    __table_args__ = (Index("ix_inbox_handled_at", "handled_at"), {"schema": KIT_SCHEMA})
    consumer: Mapped[str] = mapped_column(String(64), primary_key=True)
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    handled_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class RequestRow(KitBase):
    """A creating request that came with a `request_id`: what it made, so that a repeat makes nothing."""

    __tablename__ = "requests"
    __table_args__ = (Index("ix_requests_created_at", "created_at"), {"schema": KIT_SCHEMA})
    user_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    method: Mapped[str] = mapped_column(String(64), primary_key=True)
    request_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    # SHA-256 over the request: the same id with another one is refused
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    # None while the request is in flight
    resource_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
