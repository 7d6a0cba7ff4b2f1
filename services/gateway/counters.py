"""Counters of the rate limits, in Redis."""

from __future__ import annotations

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

# an answer that takes longer than this is not worth a request's waiting
REDIS_LIMIT_S = 0.1


class Counters:
    """Numbers that count up and are forgotten after a while. A part of the process."""

    def __init__(self, redis_url: str) -> None:
        self._redis = Redis.from_url(
            redis_url,
            retry=Retry(NoBackoff(), 0),
            socket_timeout=REDIS_LIMIT_S,
            socket_connect_timeout=REDIS_LIMIT_S,
        )

    async def add(self, key: str, kept_s: int) -> int | None:
        """Count one more under the key; the count now, or None while Redis is away."""
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.incr(key)
                pipe.expire(key, kept_s)
                used, _ = await pipe.execute()
        except (RedisError, OSError, TimeoutError):
            return None
        return int(used)

    async def start(self) -> None:
        """Nothing to do: the connection opens with the first count."""

    async def stop(self) -> None:
        """Close the connection."""
        await self._redis.aclose()
