"""YouTube's allowance of the day, and when whose film is uploaded with it.

An API project has a number of uploads (`videos.insert`) and of units for everything else a day, in Pacific time; a channel
has an allowance of its own. Figures are settings, the costs of calls are Google's
(https://developers.google.com/youtube/v3/determine_quota_cost). What Google says of a used-up allowance overrules our count.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")
# units a call; videos.insert has an allowance of its own
COSTS: Mapping[str, int] = {
    "channels.list": 1,
    "playlists.list": 1,
    "playlistItems.list": 1,
    "videos.list": 1,
    "thumbnails.set": 50,
    "playlists.insert": 50,
    "playlistItems.insert": 50,
    "captions.list": 50,
    "captions.insert": 400,
}
# an honest answer that far ahead is "not this year"
HORIZON_DAYS = 366


class Bucket(StrEnum):
    """What is counted a day. The channel's allowance is counted by channel, the others by API project."""

    INSERTS = "inserts"
    UNITS = "units"
    CHANNEL = "channel"


@dataclass(frozen=True)
class Limits:
    """How much there is a day."""

    inserts: int
    units: int
    # uploads to one channel
    channel: int
    # units that captions, playlists and thumbnails leave for what uploads and their watching need
    kept_for_uploads: int
    # units that statistics may use
    statistics: int

    def of(self, bucket: Bucket) -> int:
        """The bucket's size."""
        return {Bucket.INSERTS: self.inserts, Bucket.UNITS: self.units, Bucket.CHANNEL: self.channel}[bucket]


class QuotaUsedUp(Exception):
    """An allowance is used up until a time. Not a failure of the film."""

    def __init__(self, bucket: Bucket, until: datetime) -> None:
        super().__init__(f"YouTube's allowance of {bucket} is used up until {until.isoformat()}")
        self.bucket = bucket
        self.until = until


def day_of(now: datetime) -> date:
    """The day that Google counts now."""
    return now.astimezone(PACIFIC).date()


def next_midnight(now: datetime) -> datetime:
    """When the next day begins there, in UTC."""
    return datetime.combine(day_of(now) + timedelta(days=1), time(), PACIFIC).astimezone(UTC)


@dataclass(frozen=True)
class Waiting:
    """A film that waits for its upload."""

    id: UUID
    user_id: str
    channel_id: str
    created_at: datetime
    # not before: a pause after a failure, a channel's allowance
    not_before: datetime
    # it is an allowance that it waits for until then
    for_quota: bool = False


@dataclass
class Openings:
    """What is left, and from when on."""

    # uploads can begin from here: now, or when Google's refusal is over
    opens_at: datetime
    inserts_left: int
    # by channel, for those that have used something today
    channel_left: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Turn:
    """When a film's upload is expected to begin; `today` while no allowance has to come back first."""

    at: datetime
    today: bool


def expected(
    waiting: Sequence[Waiting],
    last_turns: Mapping[str, datetime],
    openings: Openings,
    limits: Limits,
    now: datetime,
    seconds_between: float,
) -> dict[UUID, Turn]:
    """When each begins: users take turns, the one whose last upload is longest ago first, each with their oldest film.

    `seconds_between`: how far apart uploads begin. What the horizon doesn't reach gets the horizon.
    """
    left = {item.id: item for item in waiting}
    turns = dict(last_turns)
    found: dict[UUID, Turn] = {}
    start, inserts, channels = max(now, openings.opens_at), openings.inserts_left, dict(openings.channel_left)
    today = openings.opens_at <= now
    for _ in range(HORIZON_DAYS):
        end = next_midnight(start)
        for item, at in _day(list(left.values()), turns, start, end, inserts, channels, limits, seconds_between):
            found[item.id] = Turn(at, today and not item.for_quota)
            del left[item.id]
        if not left:
            break
        start, inserts, channels, today = end, limits.inserts, {}, False
    return found | {key: Turn(start, today=False) for key in left}


def _day(
    items: Sequence[Waiting],
    turns: dict[str, datetime],
    start: datetime,
    end: datetime,
    inserts: int,
    channels: dict[str, int],
    limits: Limits,
    seconds_between: float,
) -> list[tuple[Waiting, datetime]]:
    """Who begins within this day, in order."""
    queues: dict[str, list[Waiting]] = {}
    for item in sorted(items, key=lambda item: (max(item.not_before, start), item.created_at, item.id)):
        if item.not_before < end:
            queues.setdefault(item.user_id, []).append(item)
    never = datetime.min.replace(tzinfo=UTC)
    users = [(turns.get(user, never), queue[0].created_at, user) for user, queue in queues.items()]
    heapq.heapify(users)
    begun: list[tuple[Waiting, datetime]] = []
    free_at = start
    while users and len(begun) < inserts and free_at < end:
        _, _, user = heapq.heappop(users)
        queue = queues[user]
        index = next((i for i, item in enumerate(queue) if channels.get(item.channel_id, limits.channel) > 0), None)
        if index is None:
            continue
        item = queue.pop(index)
        channels[item.channel_id] = channels.get(item.channel_id, limits.channel) - 1
        at = max(free_at, item.not_before)
        free_at += timedelta(seconds=seconds_between)
        turns[user] = at
        begun.append((item, at))
        if queue:
            heapq.heappush(users, (at, queue[0].created_at, user))
    return begun
