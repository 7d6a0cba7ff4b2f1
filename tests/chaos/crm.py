"""`python -m tests.chaos.crm [--short] [--seed N]`: Salesforce follows 5,000 customers while everything goes wrong.

Facts of users with films over a real Kafka, some told twice, into services.crm_sync over a real PostgreSQL, which is killed -9 again
and again; the sandbox's Salesforce meanwhile refuses records, locks rows, drops answers, is away, has no calls left, and for a
while answers 401 to everything. In the end what stands there must be what we want, which must be what was told. Exits with 1
where a bar is missed. The short form, for every test run: 200 customers and 3 kills.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import random
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
from filmstudio.crm_sync.v1 import crm_sync_pb2 as pb
from filmstudio.crm_sync.v1 import crm_sync_pb2_grpc

from deploy.local.ports import pick_free
from deploy.local.stack import Stack
from services.kit import identity, topics
from services.kit.errors import DependencyAway
from services.kit.identity import Caller, Callers
from services.kit.migrate import migrate
from services.kit.rpc import Client, Server
from tests.chaos.arena import table
from tests.chaos.crm_world import Customer, Users, World, serve_users
from tests.support import sandbox
from tests.support.eventually import eventually_async
from tests.support.sandbox import CHECKOUT, Sandbox

ROOT = CHECKOUT / ".local" / "chaos-crm"
OUT = CHECKOUT / "out" / "chaos-crm.json"
TOPICS = CHECKOUT / "deploy" / "kafka" / "topics.yaml"
TOKENS = {"crm_sync": "chaos-crm-token", "gateway": "chaos-gateway-token"}
ADMIN = Caller(service="gateway", user_id="chaos", admin=True)


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    customers: int
    kills: int
    kill_pause_s: tuple[float, float]
    # the org's day; small enough that it is used up on the way
    limit: int
    item_errors: int
    lock_rows: int
    refused_s: float
    within_s: float


SHORT = Size(200, 3, (0.5, 1.5), 20, 5, 20, 3.0, 120)
FULL = Size(5000, 20, (7.0, 12.0), 250, 100, 800, 95.0, 1800)


@dataclass
class Seen:
    """What was counted."""

    kills: int = 0
    limits_reached: int = 0
    most_calls: int = 0
    allowed_calls: int = 0
    # when a login was tried while Salesforce refused us
    refused_logins: list[float] = field(default_factory=list)
    item_failures: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def logins_a_minute(self) -> int:
        """The most logins in any minute while refused."""
        # half a second of slack: they are counted by looking twice a second
        return max(
            (sum(at <= other < at + 59.5 for other in self.refused_logins) for at in self.refused_logins), default=0
        )


_BEGUN = time.monotonic()


def say(text: str) -> None:
    """A line at once, for whoever watches, with the seconds since the start."""
    sys.stdout.write(f"{time.monotonic() - _BEGUN:6.1f}  {text}\n" if text.startswith("  ") else f"{text}\n")
    sys.stdout.flush()


class Service:
    """services.crm_sync as a process of its own, to be killed and started again."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self._environment = environment
        self._log = log
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, str(CHECKOUT / "deploy/local/die_with_parent.py"), sys.executable, "-m",
                "services.crm_sync", cwd=CHECKOUT, env=self._environment, stdout=log, stderr=log,
            )  # fmt: skip

    async def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            await self._process.wait()
            self._process = None


@dataclass
class Run:
    """One run: the pieces, and what was seen."""

    size: Size
    rng: random.Random
    box: Sandbox
    database_url: str
    service: Service
    admin: Any
    seen: Seen = field(default_factory=Seen)
    refusing: bool = False
    done: bool = False

    async def status(self) -> pb.CrmStatus | None:
        """What administrators are told; None while the service is starting."""
        return await self._ask("GetStatus", pb.GetStatusRequest())

    async def resume(self) -> None:
        """An administrator says that it is mended."""
        await eventually_async(lambda: self._ask("Resume", pb.ResumeRequest()), 60, "an answer to Resume")

    async def _ask(self, name: str, request: Any) -> Any:
        with identity.acting(ADMIN):
            try:
                return (await getattr(self.admin, name)(request, timeout=5)).status
            except DependencyAway:
                return None

    async def resync(self, failed: pb.CrmRecord) -> None:
        """An administrator has a failed record tried again."""
        request = pb.ResyncRequest(object=failed.object, external_id=failed.external_id)
        await self._ask("Resync", request)

    async def state(self) -> dict[str, Any]:
        """What the org counts: logins and calls."""
        found = await self.box.state("salesforce")
        return {name: found[name] for name in ("logins", "calls", "limit")}

    # what goes wrong

    async def kill_again_and_again(self) -> None:
        """Kill -9 and start again, so many times."""
        for _ in range(self.size.kills):
            await asyncio.sleep(self.rng.uniform(*self.size.kill_pause_s))
            await self.service.kill()
            self.seen.kills += 1
            await self.service.start()

    async def small_faults(self) -> None:
        """Records refused and rows locked, answers lost, a server that is away now and then."""
        fault = self.box.fault
        for match in ("Contact/", "AI_Project__c/", "AI_Credit__c/"):
            await fault("salesforce", match, "error:FIELD_CUSTOM_VALIDATION_EXCEPTION", self.size.item_errors)
            await fault("salesforce", match, "error:UNABLE_TO_LOCK_ROW", self.size.lock_rows)
        for _ in range(3):
            await fault("salesforce", "composite", "cut:100000000")
            await fault("salesforce", "/services/data", "status:503", 2)
            await asyncio.sleep(self.size.kill_pause_s[1])

    async def watch_limit(self) -> None:
        """Whenever our share is used up: see that nothing more is asked, then let a new day begin."""
        while not self.done:
            status = await self.status()
            # one that waits for no time to come is about to look whether the day is new
            waits = status is not None and status.resume_time.ToDatetime(UTC) > datetime.now(UTC)
            if status is not None and waits and status.state == pb.CrmStatus.STATE_LIMITED and not self.refusing:
                calls = (await self.state())["calls"]
                await asyncio.sleep(2)
                after = (await self.state())["calls"]
                if self.refusing:
                    continue
                self.seen.limits_reached += 1
                self.seen.most_calls = max(self.seen.most_calls, after)
                if after > calls:
                    self.seen.wrong.append(f"{after - calls} calls after the share was used up")
                await self.box.act("salesforce", "reset_limits")
                await self.resume()
            await asyncio.sleep(0.3)

    async def refuse_for_a_while(self) -> None:
        """401 to everything, tokens fresh or not; killed in the middle of it, too."""
        self.refusing = True
        try:
            await self.box.fault("salesforce", "/services/data", "status:401", -1)
            begun, logins = time.monotonic(), (await self.state())["logins"]
            killed = False
            # until it has tried at least once, and for as long as it takes to see how often
            while not self.seen.refused_logins or time.monotonic() < begun + self.size.refused_s:
                now = (await self.state())["logins"]
                self.seen.refused_logins += [time.monotonic()] * (now - logins)
                logins = now
                if self.seen.refused_logins and not killed:
                    killed = True
                    begun = time.monotonic()
                    await self.service.kill()
                    await self.service.start()
                await asyncio.sleep(0.2)
            left = [each for each in await self.box.faults() if each["fault"] != "status:401"]
            await self.box.clear_faults()
            for each in left:
                await self.box.fault(each["service"], each["match"], each["fault"], each["times"])
            await self.resume()
        finally:
            self.refusing = False

    async def until_settled(self) -> None:
        """Have what was refused tried again, until nothing is pending and nothing has failed."""
        deadline = time.monotonic() + self.size.within_s
        calm = 0
        while calm < 3:
            status = await self.status()
            if status is not None:
                self.seen.item_failures += status.failed
                for failed in status.failures:
                    if failed.state == pb.CrmRecord.STATE_FAILED:
                        await self.resync(failed)
                calm = calm + 1 if (status.pending, status.failed) == (0, 0) else 0
            if time.monotonic() > deadline:
                self.seen.wrong.append(f"not settled within {self.size.within_s:g} s: {status}")
                return
            await asyncio.sleep(0.3)


async def rows(url: str, statement: str) -> list[Any]:
    """Rows of our own tables."""
    connection = await asyncpg.connect(url)
    try:
        return list(await connection.fetch(statement))
    finally:
        await connection.close()


async def until_heard(url: str, world: World, within_s: float) -> str:
    """Wait until every fact has been heard; what is missing when the time is up."""
    deadline = time.monotonic() + within_s
    while True:
        heard = (await rows(url, "SELECT count(*) FROM crm_sync.inbox"))[0][0]
        if heard >= world.facts:
            return ""
        if time.monotonic() > deadline:
            return f"{world.facts - heard} of {world.facts} facts were not heard within {within_s:g} s"
        await asyncio.sleep(0.3)


async def compare(run: Run, world: World) -> dict[str, int]:
    """What stands there against our records, and those against what was told; records by object."""
    there = (await run.box.state("salesforce"))["records"]
    ours = await rows(run.database_url, "SELECT object, external_id, user_id, project_id, parts FROM crm_sync.records")
    run.seen.wrong += world.differences(there, [dict(row) for row in ours])
    return {name: len(there[name]) for name in world.objects}


async def drive(run: Run, world: World, servers: str) -> None:
    """Tell everything while everything goes wrong, then let it settle."""
    telling = asyncio.create_task(asyncio.to_thread(world.tell, servers, run.rng))
    watching = asyncio.create_task(run.watch_limit())
    await asyncio.gather(run.kill_again_and_again(), run.small_faults())
    await telling
    say(f"  {world.facts} facts told, {run.seen.kills} kills")
    await run.refuse_for_a_while()
    say(f"  refused for {run.size.refused_s:g} s: {len(run.seen.refused_logins)} logins")
    if missing := await until_heard(run.database_url, world, run.size.within_s):
        run.seen.wrong.append(missing)
    say("  everything heard")
    await run.until_settled()
    say("  settled")
    run.done = True
    await watching


async def main(size: Size, seed: int) -> int:
    """0 when every bar was kept."""
    started = time.monotonic()
    stack = Stack(ROOT)
    await asyncio.to_thread(stack.reset)
    env = await asyncio.to_thread(stack.ensure_backing, ("postgres", "kafka"))
    try:
        url, servers = env["DATABASE_URL"], env["KAFKA_BOOTSTRAP_SERVERS"]
        await migrate(url, ["crm_sync"])
        await asyncio.to_thread(topics.create, servers, topics.load(TOPICS))
        say(f"seed {seed}; Kafka and PostgreSQL after {time.monotonic() - started:.1f} s")
        rng = random.Random(seed)
        world = World([Customer.of(rng) for _ in range(size.customers)])
        async with sandbox.running(ROOT / "sandbox", SANDBOX_SALESFORCE_LIMIT=str(size.limit)) as box:
            await _with_service(size, rng, url, servers, box, world, started, seed)
            return 0 if not world.wrong else 1
    finally:
        await asyncio.to_thread(stack.down)


async def _with_service(
    size: Size, rng: random.Random, url: str, servers: str, box: Sandbox, world: World, started: float, seed: int
) -> None:
    tokens = ROOT / "tokens"
    tokens.mkdir(parents=True, exist_ok=True)
    hashes = {name: hashlib.sha256(token.encode()).hexdigest() for name, token in TOKENS.items()}
    users_port, own_port = pick_free(2)
    users_server = Server(f"127.0.0.1:{users_port}", Callers(hashes))
    serve_users(users_server, Users(world))
    await users_server.start()
    (tokens / "crm_sync").write_text(TOKENS["crm_sync"])
    (tokens / "callers.json").write_text(json.dumps(hashes))
    own = f"127.0.0.1:{own_port}"
    service = Service(
        {
            **os.environ, **box.environ, "DATABASE_URL": url, "KAFKA_BOOTSTRAP_SERVERS": servers,
            "REDIS_URL": "redis://127.0.0.1:9", "SERVICE_TOKEN_FILE": str(tokens / "crm_sync"),
            "SERVICE_CALLERS_FILE": str(tokens / "callers.json"), "CRM_SYNC_GRPC_ADDRESS": own,
            "USERS_GRPC_ADDRESS": f"127.0.0.1:{users_port}", "CREDITS_GRPC_ADDRESS": f"127.0.0.1:{users_port}",
            "FILMSTUDIO_URL": "https://studio.example", "CRM_PUSH_INTERVAL_S": "0.3", "CRM_POLL_INTERVAL_S": "5",
            "CRM_SPREAD_FROM": "1", "CRM_RETRY_MOST_S": "2", "SALESFORCE_AWAY_MOST_S": "2", "CRM_ERASURE_CHECK_S": "3",
        },
        ROOT / "crm_sync.log",
    )  # fmt: skip
    client = Client(own, "crm_sync", TOKENS["gateway"])
    run = Run(size, rng, box, url, service, client.stub(crm_sync_pb2_grpc.CrmSyncServiceStub))
    try:
        await service.start()
        await drive(run, world, servers)
        counts = await compare(run, world)
    finally:
        await service.kill()
        await client.stop()
        await users_server.stop()
    world.wrong = judge(run, counts, time.monotonic() - started, seed, world)


def judge(run: Run, counts: dict[str, int], seconds: float, seed: int, world: World) -> list[str]:
    """Print the figures and write the file; which bars were missed."""
    seen, share = run.seen, int(0.8 * run.size.limit)
    wrong = list(seen.wrong)
    if seen.logins_a_minute > 2:
        wrong.append(f"{seen.logins_a_minute} logins within a minute while refused")
    if not seen.refused_logins:
        wrong.append("Salesforce refused us and nobody tried to log in")
    if not seen.limits_reached:
        wrong.append("the day's share was never used up: the run proves nothing about it")
    # a process that is killed before it has noted its last calls makes one more to learn how many there are
    if seen.most_calls > share + seen.kills + 1:
        wrong.append(f"{seen.most_calls} calls where {share} are ours")
    say(table(("object", "records there"), list(counts.items())))
    headings = ("customers", "facts", "kills", "share reached", "most calls", "ours", "logins/min", "seconds", "passed")
    numbers = (
        run.size.customers, world.facts, seen.kills, seen.limits_reached, seen.most_calls, share, seen.logins_a_minute,
        seconds, not wrong,
    )  # fmt: skip
    say(table(headings, [numbers]))
    for what in wrong[:20]:
        say(f"  missed: {what}")
    OUT.parent.mkdir(parents=True, exist_ok=True)
    result = {
        "passed": not wrong, "seed": seed, "seconds": round(seconds, 1), "customers": run.size.customers,
        "facts": world.facts, "kills": seen.kills, "share_reached": seen.limits_reached, "most_calls": seen.most_calls,
        "share": share, "logins_a_minute_while_refused": seen.logins_a_minute, "records": counts, "missed": wrong,
    }  # fmt: skip
    OUT.write_text(json.dumps(result, indent=2) + "\n")
    verdict = "every bar was kept" if not wrong else "bars were missed"
    say(f"{verdict} in {seconds:.0f} s (seed {seed}); written to {OUT.relative_to(CHECKOUT)}")
    return wrong


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.crm", description=__doc__)
    parser.add_argument("--short", action="store_true", help="200 customers and 3 kills")
    parser.add_argument("--seed", type=int, default=None, help="the same customers and faults again")
    options = parser.parse_args()
    chosen = options.seed if options.seed is not None else random.randrange(1_000_000)
    sys.exit(asyncio.run(main(SHORT if options.short else FULL, chosen)))
