"""Queries of Salesforce's own language, and times and texts as it writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime


def select(fields: Iterable[str], object_name: str, *conditions: str, order: str = "") -> str:
    """A query for these fields of the records that meet every condition."""
    # names are our own, values come by `literal`, `one_of` and `time`
    query = f"SELECT {', '.join(fields)} FROM {object_name} WHERE {' AND '.join(conditions)}"  # noqa: S608
    return f"{query} ORDER BY {order}" if order else query


def literal(text: str) -> str:
    """A text in a query."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def one_of(field: str, texts: Iterable[str]) -> str:
    """The condition that a field has one of these values."""
    return f"{field} IN ({', '.join(literal(text) for text in texts)})"


def time(at: datetime) -> str:
    """A time in a query."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant(text: str) -> datetime:
    """A time as Salesforce answers it ("2026-11-21T13:37:00.000+0000")."""
    return datetime.fromisoformat(re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", text))
