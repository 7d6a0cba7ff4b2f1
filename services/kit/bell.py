"""The bell: Redis tells the gateway that something new is to be read. Never a record: a lost ring costs a few seconds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from services.kit import telemetry

# one channel for all: the gateway has few subscribers' jobs in hand and filters by id
CHANNEL = "filmstudio.live"


class Bell:
    """Rings without waiting and without ever failing its caller."""

    def __init__(self, redis_url: str) -> None:
        self._redis = Redis.from_url(redis_url, retry=Retry(NoBackoff(), 0), socket_timeout=1, socket_connect_timeout=1)
        self._ringing: set[asyncio.Task[None]] = set()

    def ring(self, message: Mapping[str, object]) -> None:
        """Publish soon, from within the loop; a Redis that is away is logged at debug level and otherwise nobody's concern."""
        task = asyncio.create_task(self._publish(json.dumps(message)))
        self._ringing.add(task)
        task.add_done_callback(self._ringing.discard)

    async def _publish(self, message: str) -> None:
        try:
            await self._redis.publish(CHANNEL, message)
        except (RedisError, OSError, TimeoutError) as error:
            telemetry.log().debug("the bell is away", error=repr(error))

    async def start(self) -> None:
        """Nothing to do: the connection opens with the first ring."""

    async def stop(self) -> None:
        """Close the connection."""
        await self._redis.aclose()
