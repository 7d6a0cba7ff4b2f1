"""The relay: brings a service's outbox to Kafka (E2).

One owner per shard, by advisory locks that live and die with one connection. Rows are found by *not being marked*, never
by "id greater than the last seen". Of an aggregate one fact is in flight at a time; of many aggregates, many.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import json
import random
from datetime import timedelta

import asyncpg
from confluent_kafka import KafkaError, KafkaException
from prometheus_client import Counter, Gauge

from services.kit import kafka, telemetry
from services.kit.db import Database
from services.kit.lanes import WINDOW, Ownership, key_of
from services.kit.outbox import SHARDS

ACTIVE_POLL_S = 0.05
IDLE_POLL_S = 1.0
# rows held in memory, in flight or waiting for the one before
HELD_ROWS = 4096
COUNT_EVERY_S = 5.0
DELETE_EVERY_S = 60.0
DELETE_AT_ONCE = 500

# InternalClientError: asyncpg's protocol is out of step, as happens when the server ends an idle connection
_AWAY = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)

_unpublished = Gauge("outbox_unpublished", "Facts committed and not yet acknowledged by Kafka", ["service"])
_oldest = Gauge("outbox_oldest_seconds", "Age of the oldest unpublished fact", ["service"])
_published = Counter("outbox_published", "Facts acknowledged by Kafka", ["service"])
_refused = Counter("outbox_refused", "Times that Kafka refused a fact for good", ["service"])

_SELECT = """
    SELECT row.* FROM unnest($1::int[]) AS owned(shard) CROSS JOIN LATERAL (
        SELECT id, aggregate_type, aggregate_id, aggregate_seq, topic, payload, headers, attempts
        FROM outbox
        WHERE outbox.shard = owned.shard AND published_at IS NULL
          AND id <> ALL($2::bigint[]) AND aggregate_type || '/' || aggregate_id <> ALL($3::text[])
        ORDER BY id LIMIT $4
    ) AS row
"""
_LOCK = "SELECT shard FROM unnest($1::int[]) AS shard WHERE pg_try_advisory_lock(hashtext($2), shard)"
_MARK = "UPDATE outbox SET published_at = now() WHERE id = ANY($1::bigint[])"
_ATTEMPTED = "UPDATE outbox SET attempts = attempts + 1 WHERE id = ANY($1::bigint[])"
_COUNT = """
    SELECT count(*), coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8
    FROM outbox WHERE published_at IS NULL
"""
_DELETE = """
    DELETE FROM outbox WHERE id IN (
        SELECT id FROM outbox WHERE published_at < now() - $1::interval ORDER BY published_at LIMIT $2)
"""


class Relay:
    """Publishes the outbox of a database's service. `failed` is set when only a new process can go on."""

    def __init__(self, database: Database, bootstrap_servers: str, *, retention: timedelta = timedelta(days=3)) -> None:
        self._service = database.service
        self._url = database.url
        self._retention = retention
        self._producer = kafka.Producer(bootstrap_servers, f"{database.service}-relay", self._fail)
        self._woken = asyncio.Event()
        self._look = True
        self._stopping = False
        self._in_flight = 0
        # acknowledged by Kafka, not yet marked; true whoever owns the shard by now
        self._delivered: list[int] = []
        self._counted: list[int] = []
        self._task: asyncio.Task[None] | None = None
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        database.on_facts(self.wake)

    def wake(self) -> None:
        """Look at once: facts have been committed. To be called from the loop."""
        self._look = True
        self._woken.set()

    async def start(self) -> None:
        """Begin; neither PostgreSQL nor Kafka need be there yet."""
        await self._producer.start()
        self._task = asyncio.create_task(self._run(), name=f"{self._service}-relay")
        self._task.add_done_callback(self._ended)

    async def stop(self) -> None:
        """Send nothing more, wait shortly for the reports that are due, mark them, and give up the shards."""
        self._stopping = True
        self._woken.set()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=8)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._producer.stop()

    def _fail(self, error: BaseException) -> None:
        if not self.failed.done():
            self.failed.set_exception(error)
            # read here, so that a process that stops for another reason is not told of it again
            self.failed.exception()

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fail(error)

    async def _run(self) -> None:
        while not self._stopping:
            try:
                await self._own()
            except _AWAY as error:
                telemetry.log().warning("the relay waits for the database", service=self._service, error=repr(error))
                await asyncio.sleep(random.uniform(0.1, 0.5))  # noqa: S311 - jitter

    async def _own(self) -> None:
        """One connection's life: connect, lock shards, publish until it ends or we are told to stop."""
        settings = {"role": self._service, "search_path": self._service, "application_name": f"{self._service}-relay"}
        connection = await asyncpg.connect(self._url, timeout=5, command_timeout=10, server_settings=settings)
        own = Ownership(connection)
        connection.add_termination_listener(lambda _: self._lose(own))
        try:
            await self._publish(own)
        finally:
            self._lose(own)
            await self._settle(3.0)
            if not connection.is_closed():
                await self._mark(own)
                await connection.close(timeout=2)

    def _lose(self, own: Ownership) -> None:
        """Stop publishing at once: another process may own these shards from now on."""
        if not own.over:
            own.over = True
            self._producer.purge()
            self._woken.set()

    async def _settle(self, limit_s: float) -> None:
        deadline = asyncio.get_running_loop().time() + limit_s
        while self._in_flight and (left := deadline - asyncio.get_running_loop().time()) > 0:
            self._woken.clear()
            await self._sleep(min(left, 0.2))

    async def _sleep(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(seconds, 0)):
                await self._woken.wait()

    async def _publish(self, own: Ownership) -> None:
        clock = asyncio.get_running_loop().time
        poll_s = ACTIVE_POLL_S
        look_due = lock_due = count_due = 0.0
        delete_due = clock() + random.uniform(1, DELETE_EVERY_S)  # noqa: S311 - jitter
        while not self._stopping:
            self._woken.clear()
            if own.over:
                raise ConnectionError("the connection that holds the shards is lost")
            if len(own.shards) < SHARDS and clock() >= lock_due:
                await self._lock(own)
                lock_due = clock() + IDLE_POLL_S
            await self._mark(own)
            if self._look or own.more or clock() >= look_due:
                hinted, self._look = self._look, False
                found = await self._read(own)
                poll_s = ACTIVE_POLL_S if found or hinted else min(poll_s * 2, IDLE_POLL_S)
                look_due = clock() + poll_s
            if clock() >= count_due:
                await self._count(own)
                count_due = clock() + COUNT_EVERY_S
            if clock() >= delete_due:
                deleted = await self._delete(own)
                delete_due = clock() + (1.0 if deleted == DELETE_AT_ONCE else DELETE_EVERY_S)
            if not own.more:
                await self._sleep(look_due - clock())

    async def _lock(self, own: Ownership) -> None:
        wanted = [shard for shard in range(SHARDS) if shard not in own.shards]
        locked = [record["shard"] for record in await own.connection.fetch(_LOCK, wanted, self._service)]
        if locked:
            own.shards += locked
            self._look = True
            telemetry.log().info("the relay owns shards", service=self._service, shards=len(own.shards))

    async def _read(self, own: Ownership) -> int:
        """Read rows that are neither marked nor in hand, and send those whose turn it is."""
        room = HELD_ROWS - len(own.known)
        own.more = False
        if not own.shards or room < WINDOW:
            return 0
        left_alone = own.left_alone(asyncio.get_running_loop().time())
        rows = await own.connection.fetch(_SELECT, own.shards, list(own.known), left_alone, WINDOW)
        # An aggregate that was refused while we read may be here without the row that was in hand then: it is read again
        # from that row on when its time has come.
        rows = [row for row in rows if key_of(row) not in own.blocked]
        for row in rows:
            own.add(row)
        for key in {key_of(row) for row in rows}:
            self._send_next(own, key)
        own.more = len(rows) >= WINDOW and len(own.known) + WINDOW <= HELD_ROWS
        return len(rows)

    def _send_next(self, own: Ownership, key: str) -> None:
        lane = own.lanes.get(key)
        if lane is None or lane.in_flight or own.over or self._stopping:
            return
        if not lane.waiting:
            del own.lanes[key]
            self._look = self._look or key in own.full
            return
        row = heapq.heappop(lane.waiting)[2]
        headers = list(json.loads(row["headers"]).items())

        def report(error: KafkaError | None) -> None:
            self._reported(own, key, row, error)

        lane.in_flight = True
        self._in_flight += 1
        try:
            self._producer.send(row["topic"], row["aggregate_id"], row["payload"], headers, report)
        except KafkaException as error:
            report(error.args[0])
        except BufferError:
            report(KafkaError(KafkaError._QUEUE_FULL))

    def _reported(self, own: Ownership, key: str, row: asyncpg.Record, error: KafkaError | None) -> None:
        self._in_flight -= 1
        own.lanes[key].in_flight = False
        self._woken.set()
        if error is None:
            _published.labels(self._service).inc()
            self._delivered.append(row["id"])
            self._send_next(own, key)
            return
        own.known.discard(row["id"])
        own.drop(key)
        wait_s = random.uniform(0.1, 0.5)  # noqa: S311 - jitter
        if not kafka.is_passing(error):
            attempts = row["attempts"] + 1
            wait_s = min(2.0**attempts, 60.0)
            self._counted.append(row["id"])
            _refused.labels(self._service).inc()
            telemetry.log().error(
                "kafka refuses a fact, its aggregate waits", service=self._service, topic=row["topic"], aggregate=key,
                sequence=row["aggregate_seq"], attempts=attempts, error=error.str(),
            )  # fmt: skip
        own.blocked[key] = asyncio.get_running_loop().time() + wait_s

    async def _mark(self, own: Ownership) -> None:
        if self._delivered:
            ids, self._delivered = self._delivered, []
            await self._execute(own, _MARK, ids, self._delivered)
            own.known.difference_update(ids)
        if self._counted:
            ids, self._counted = self._counted, []
            await self._execute(own, _ATTEMPTED, ids, self._counted)

    async def _execute(self, own: Ownership, statement: str, ids: list[int], keep: list[int]) -> None:
        try:
            await own.connection.execute(statement, ids)
        except BaseException:
            keep.extend(ids)
            raise

    async def _count(self, own: Ownership) -> None:
        count, age_s = await own.connection.fetchrow(_COUNT)
        _unpublished.labels(self._service).set(count)
        _oldest.labels(self._service).set(age_s)

    async def _delete(self, own: Ownership) -> int:
        """Delete some of the rows that were published long ago; how many."""
        done: str = await own.connection.execute(_DELETE, self._retention, DELETE_AT_ONCE)
        return int(done.rsplit(" ", 1)[1])
