"""What a relay holds in memory: the shards of one connection, and the rows of each aggregate in their order."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import Any

import asyncpg

# rows read per shard and turn; an aggregate with as many waiting gets no more until they are gone
WINDOW = 64


def key_of(row: asyncpg.Record) -> str:
    """A row's aggregate."""
    return f"{row['aggregate_type']}/{row['aggregate_id']}"


@dataclass(slots=True)
class Lane:
    """One aggregate's way out: its rows by sequence, at most one of them in flight."""

    waiting: list[tuple[int, int, asyncpg.Record]] = field(default_factory=list)
    in_flight: bool = False


class Ownership:
    """What one connection holds: shards, and the rows read under their locks. Over when the connection is."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.shards: list[int] = []
        self.lanes: dict[str, Lane] = {}
        self.known: set[int] = set()
        # aggregate → the loop's time before which it is left alone
        self.blocked: dict[str, float] = {}
        self.over = False
        # aggregates with more rows than were read
        self.full: set[str] = set()
        # the last look found a window full: there is more to read
        self.more = False

    def add(self, row: asyncpg.Record) -> None:
        """Put a row in its aggregate's lane."""
        self.known.add(row["id"])
        lane = self.lanes.setdefault(key_of(row), Lane())
        heapq.heappush(lane.waiting, (row["aggregate_seq"], row["id"], row))

    def drop(self, key: str) -> None:
        """Forget what was read of an aggregate; it is read again from its first unmarked row."""
        lane = self.lanes.pop(key)
        self.known.difference_update(row_id for _, row_id, _ in lane.waiting)

    def left_alone(self, now: float) -> list[str]:
        """Aggregates of which no more rows are to be read now: blocked ones, and those with enough in hand."""
        for key in [key for key, until in self.blocked.items() if until <= now]:
            del self.blocked[key]
        self.full = {key for key, lane in self.lanes.items() if len(lane.waiting) >= WINDOW}
        return [*self.blocked, *self.full]
