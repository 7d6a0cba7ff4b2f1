"""Pages: newest first by UUIDv7 id; a page token is the last id seen, opaque to callers."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from services.kit.errors import Invalid

DEFAULT_SIZE = 20
MAX_SIZE = 100

R = TypeVar("R")


def size(asked: int) -> int:
    """The page size to serve: 20 unless asked, 1 to 100; Invalid beyond."""
    if asked == 0:
        return DEFAULT_SIZE
    if not 1 <= asked <= MAX_SIZE:
        raise Invalid(f"page_size must be 1 to {MAX_SIZE}", field="page_size")
    return asked


def token(last_id: UUID) -> str:
    """The token of the page that follows this id."""
    return base64.urlsafe_b64encode(last_id.bytes).decode().rstrip("=")


def after(page_token: str) -> UUID | None:
    """The id the page begins after, None for the first page; Invalid for a token we never gave."""
    if not page_token:
        return None
    try:
        return UUID(bytes=base64.b64decode(page_token + "=" * (-len(page_token) % 4), b"-_", validate=True))
    except (ValueError, binascii.Error):
        raise Invalid("page_token is not one we gave; start without it", field="page_token") from None


def cut(rows: Sequence[R], page_size: int, ids: Sequence[UUID]) -> tuple[Sequence[R], str]:
    """Of page_size + 1 rows fetched: the page, and the token of the next one (empty: this is the last)."""
    if len(rows) <= page_size:
        return rows, ""
    return rows[:page_size], token(ids[page_size - 1])
