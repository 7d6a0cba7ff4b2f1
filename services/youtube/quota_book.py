"""The book of what is used of YouTube's allowances, by the day in California, kept in the database for all processes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime, timedelta

from sqlalchemy import DateTime, Text, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from services.kit.clock import Now, utc_now
from services.kit.db import Work
from services.youtube.connection_models import Base, text_enum
from services.youtube.quota import COSTS, Bucket, Limits, Openings, QuotaUsedUp, day_of, next_midnight

# what statistics use of the units is counted here too
STATISTICS = "statistics"
PROJECT = ""
_KEPT_DAYS = 32


class Use(Base):
    """How much of a bucket was used on a day."""

    __tablename__ = "quota_uses"
    bucket: Mapped[Bucket] = mapped_column(text_enum(Bucket), primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    used: Mapped[int]


class Closing(Base):
    """Google says that a bucket is used up."""

    __tablename__ = "quota_closings"
    bucket: Mapped[Bucket] = mapped_column(text_enum(Bucket), primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    until: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class QuotaBook:
    """What may still be asked of YouTube today. `wait_most_s` shortens the wait for midnight (0: as long as it is)."""

    def __init__(
        self,
        work: Callable[[], AbstractAsyncContextManager[Work]],
        limits: Limits,
        wait_most_s: float,
        channel_wait_s: float,
        now: Now = utc_now,
    ) -> None:
        self._work = work
        self.limits = limits
        self._wait_most_s = wait_most_s
        self._channel_wait_s = channel_wait_s
        self._now = now

    def opens_again(self) -> datetime:
        """When what is used up today is there again."""
        now = self._now()
        midnight = next_midnight(now)
        return min(midnight, now + timedelta(seconds=self._wait_most_s)) if self._wait_most_s else midnight

    async def take_upload(self, work: Work, channel_id: str) -> None:
        """An upload of the project's and the channel's allowance, in the caller's transaction; QuotaUsedUp."""
        await self._take(work.session, Bucket.INSERTS, PROJECT, 1, self.limits.inserts)
        await self._take(work.session, Bucket.CHANNEL, channel_id, 1, self.limits.channel)

    async def give_back_upload(self, work: Work, channel_id: str) -> None:
        """YouTube was away, so nothing was used."""
        for bucket, key in ((Bucket.INSERTS, PROJECT), (Bucket.CHANNEL, channel_id)):
            row = await work.session.get(Use, (bucket, key, day_of(self._now())), with_for_update=True)
            if row is not None and row.used > 0:
                row.used -= 1

    async def spend(self, method: str, keep: int = 0, *, statistics: bool = False) -> None:
        """Units for one call of this method, so that `keep` are left; QuotaUsedUp."""
        cost = COSTS[method]
        async with self._work() as work:
            if statistics:
                await self._take(work.session, Bucket.UNITS, STATISTICS, cost, self.limits.statistics)
            await self._take(work.session, Bucket.UNITS, PROJECT, cost, self.limits.units - keep)

    async def close(self, bucket: Bucket, key: str = PROJECT) -> datetime:
        """Google says it is used up, whatever we counted; when it will be there again."""
        if bucket is Bucket.CHANNEL:
            until = self._now() + timedelta(seconds=self._channel_wait_s)
        else:
            until = self.opens_again()
        statement = insert(Closing).values(bucket=bucket, key=key, until=until)
        async with self._work() as work:
            await work.session.execute(
                statement.on_conflict_do_update(index_elements=["bucket", "key"], set_={"until": until})
            )
        return until

    async def openings(self, session: AsyncSession, now: datetime) -> tuple[Openings, Mapping[str, datetime]]:
        """What is left of uploads, and until when which channels are closed."""
        closed = (await session.execute(select(Closing).where(Closing.until > now))).scalars().all()
        uses = (await session.execute(select(Use).where(Use.day == day_of(now)))).scalars().all()
        used = {(row.bucket, row.key): row.used for row in uses}
        inserts_closed = next((row.until for row in closed if row.bucket is Bucket.INSERTS), None)
        left = self.limits.inserts - used.get((Bucket.INSERTS, PROJECT), 0)
        if inserts_closed is not None:
            opens_at, left = inserts_closed, self.limits.inserts
        elif left <= 0:
            opens_at, left = self.opens_again(), self.limits.inserts
        else:
            opens_at = now
        channels = {
            key: self.limits.channel - count for (bucket, key), count in used.items() if bucket is Bucket.CHANNEL
        }
        if opens_at >= next_midnight(now):
            channels = {}
        return Openings(opens_at, left, channels), {
            row.key: row.until for row in closed if row.bucket is Bucket.CHANNEL
        }

    async def forget_old(self) -> None:
        """Days long past and closings that are over."""
        now = self._now()
        async with self._work() as work:
            await work.session.execute(delete(Use).where(Use.day < day_of(now) - timedelta(days=_KEPT_DAYS)))
            await work.session.execute(delete(Closing).where(Closing.until <= now))

    async def _take(self, session: AsyncSession, bucket: Bucket, key: str, cost: int, limit: int) -> None:
        now = self._now()
        closed = await session.get(Closing, (bucket, key))
        if closed is not None and closed.until > now:
            raise QuotaUsedUp(bucket, closed.until)
        statement = insert(Use).values(bucket=bucket, key=key, day=day_of(now), used=cost)
        statement = statement.on_conflict_do_update(
            index_elements=["bucket", "key", "day"],
            set_={"used": Use.used + cost},
            where=Use.used + cost <= limit,
        )
        if cost > limit or await session.scalar(statement.returning(Use.used)) is None:
            raise QuotaUsedUp(bucket, self.opens_again())
