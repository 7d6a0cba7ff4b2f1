"""Creating requests are safe to repeat: the same `request_id` gives what the first one made.

Scoped to user and RPC. An unfinished request of more than 60 s has lapsed: its process died, and the next may begin anew.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from uuid import UUID

import grpc
from google.protobuf.message import Message
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from services.kit.db import Work
from services.kit.errors import DomainError, IdempotencyKeyReused, Invalid
from services.kit.tables import RequestRow

LAPSES_AFTER = timedelta(seconds=60)
MAX_KEY_CHARS = 255


class RequestInFlight(DomainError):
    """The first request with this id has not been answered yet."""

    code = grpc.StatusCode.ABORTED
    reason = "IDEMPOTENCY_IN_FLIGHT"


def _fingerprint(message: Message) -> bytes:
    return hashlib.sha256(message.SerializeToString(deterministic=True)).digest()


async def begin(work: Work, user_id: str, method: str, request_id: str, message: Message) -> UUID | None:
    """Mark the request as begun: None for a new one, else the id of what it made.

    IdempotencyKeyReused when the id came with another request, RequestInFlight while the first is under way.
    An empty request_id is always new. Two at once in one-transaction use cases: the second waits here for the first's commit.
    """
    if not request_id:
        return None
    if len(request_id) > MAX_KEY_CHARS:
        raise Invalid(f"the idempotency key has more than {MAX_KEY_CHARS} characters", field="Idempotency-Key")
    fingerprint = _fingerprint(message)
    values = {"user_id": user_id, "method": method, "request_id": request_id}
    fresh = (
        insert(RequestRow)
        .values(**values, fingerprint=fingerprint)
        .on_conflict_do_nothing()
        .returning(RequestRow.user_id)
    )
    if (await work.session.execute(fresh)).scalar_one_or_none() is not None:
        return None
    row = (
        await work.session.execute(
            select(RequestRow, (func.now() - RequestRow.created_at > LAPSES_AFTER).label("lapsed"))
            .where(RequestRow.user_id == user_id, RequestRow.method == method, RequestRow.request_id == request_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    ).one()
    if row.RequestRow.fingerprint != fingerprint:
        raise IdempotencyKeyReused(
            "this idempotency key was used with another request; use a new key for a new request"
        )
    if row.RequestRow.resource_id is None:
        if not row.lapsed:
            raise RequestInFlight(
                "the first request with this idempotency key is still being served; ask again shortly"
            )
        await work.session.execute(update(RequestRow).filter_by(**values).values(created_at=func.now()))
    return row.RequestRow.resource_id  # type: ignore[no-any-return]


async def finish(work: Work, user_id: str, method: str, request_id: str, resource_id: UUID) -> None:
    """Keep what the request made, in the transaction that makes it."""
    if request_id:
        statement = update(RequestRow).filter_by(user_id=user_id, method=method, request_id=request_id)
        await work.session.execute(statement.values(resource_id=resource_id))


async def forget(work: Work, user_id: str, method: str, request_id: str) -> None:
    """A refused request may be made again under its id: only what succeeded is kept."""
    if request_id:
        statement = delete(RequestRow).filter_by(user_id=user_id, method=method, request_id=request_id)
        await work.session.execute(statement.where(RequestRow.resource_id.is_(None)))
