"""crm_sync over a real PostgreSQL, speaking with the sandbox's Salesforce, a process of its own; users and the ledger are fakes."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from filmstudio.credits.v1.credits_pb2 import Account, Transaction
from filmstudio.crm_sync.v1 import crm_sync_pb2 as pb
from filmstudio.users.v1.events_pb2 import Account as UserAccount
from sqlalchemy import select, text

from services.crm_sync.bulk import Bulk
from services.crm_sync.collecting import Collecting
from services.crm_sync.erasing import Erasing
from services.crm_sync.listening import Listening
from services.crm_sync.lock import PusherLock
from services.crm_sync.login import ClientCredentials, Login
from services.crm_sync.models import Record
from services.crm_sync.payload import Person
from services.crm_sync.pushing import Bounds, Pushing
from services.crm_sync.salesforce import Salesforce, Usage
from services.crm_sync.service import CrmSync
from services.crm_sync.support import Asked, Caps
from services.crm_sync.sync import Gate, Rhythm, Sync
from services.kit.db import Database
from services.kit.errors import RemoteError
from services.kit.ids import new_id
from tests.support import sandbox
from tests.support.databases import fresh_database
from tests.support.sandbox import CREDENTIALS, Sandbox

Json = dict[str, Any]
LIMIT = 100_000
CAPS = Caps(100, 300)


@dataclass
class Clock:
    """The real time, and what was added to it."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def advance(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


@dataclass
class People:
    """The accounts as users would tell of them."""

    known: dict[str, Person] = field(default_factory=dict)
    away: Exception | None = None

    async def person(self, user_id: str) -> Person | None:
        if self.away:
            raise self.away
        return self.known.get(user_id)


@dataclass
class Ledger:
    """Grants once for a key, as credits does, and tells it as a fact."""

    granted: dict[str, tuple[Asked, int, str]] = field(default_factory=dict)
    refusal: RemoteError | None = None
    away: Exception | None = None

    async def grant(self, asked: Asked, amount: int) -> str:
        if self.away:
            raise self.away
        if self.refusal:
            raise self.refusal
        if asked.business_key not in self.granted:
            self.granted[asked.business_key] = (asked, amount, str(new_id()))
        return self.granted[asked.business_key][2]


@dataclass
class Crm:
    """The service's insides and what its tests look at."""

    box: Sandbox
    url: str
    database: Database
    collecting: Collecting
    sync: Sync
    admin: CrmSync
    people: People
    ledger: Ledger
    clock: Clock
    wakes: list[None]
    _sequence: Any = field(default_factory=lambda: itertools.count(1))

    async def hear(self, told: Callable[..., Any], *arguments: Any, **more: Any) -> None:
        """A fact is heard, the next in order."""
        await told(uuid4(), next(self._sequence), *arguments, **more)

    async def user(self, name: str = "Mara Vale", tier: str = "free") -> str:
        """Somebody registers."""
        user_id = str(new_id())
        self.people.known[user_id] = Person(f"{user_id[-6:]}@example.com", name)
        await self.hear(self.collecting.follow_user, UserAccount(user_id=user_id, subscription_tier=tier))
        return user_id

    async def balance(self, user_id: str, available: int, plan: str = "free") -> None:
        """The ledger tells of an account."""
        account = Account(user_id=user_id, available=available, plan_id=plan)
        await self.hear(self.collecting.follow_account, account)

    async def line(
        self, user_id: str, amount: int, available: int, kind: int = Transaction.KIND_GRANT, **more: Any
    ) -> str:
        """The ledger tells of a transaction; its id."""
        line = Transaction(id=str(new_id()), kind=kind, amount=amount, balance_after=available, **more)  # type: ignore[arg-type]
        account = Account(user_id=user_id, available=available, plan_id="free")
        await self.hear(self.collecting.follow_account, account, [line])
        return line.id

    async def turn(self) -> None:
        """A turn, spread or not."""
        self.sync.hurry()
        await self.sync.turn()

    async def record(self, object_name: str, external_id: str) -> Record:
        """A wanted record."""
        async with self.database.work() as work:
            statement = select(Record).where(Record.object == object_name, Record.external_id == external_id)
            return (await work.session.execute(statement)).scalar_one()

    async def status(self) -> pb.CrmStatus:
        """What administrators see."""
        return await self.admin.status()

    async def failure(self, external_id: str) -> str:
        """Why administrators are told that this record isn't there; empty where they aren't."""
        return next((each.error for each in (await self.status()).failures if each.external_id == external_id), "")

    async def there(self, object_name: str) -> list[Json]:
        """What stands in Salesforce."""
        found: list[Json] = (await self.box.state("salesforce"))["records"][object_name]
        return found

    async def find(self, object_name: str, name: str, value: str) -> Json:
        """The one record there with this value."""
        found = [row for row in await self.there(object_name) if row[name] == value]
        assert len(found) == 1, f"{len(found)} of {object_name} with {name} {value}"
        return found[0]

    async def contact(self, user_id: str) -> Json:
        """A user's contact there."""
        return await self.find("Contact", "AI_Film_User_ID__c", user_id)

    async def person(self, method: str, path: str, body: Json | None = None) -> Json:
        """Somebody of support's does something over the REST API, as themselves."""
        return await as_support(self.box, method, path, body)

    async def outbox(self, user_id: str) -> list[tuple[str, bytes]]:
        """Facts told of a user: message name and payload."""
        statement = text("SELECT headers ->> 'ce_type', payload FROM outbox WHERE aggregate_id = :id ORDER BY id")
        async with self.database.work() as work:
            rows = (await work.session.execute(statement, {"id": user_id})).all()
        return [(name.rpartition(".")[2], payload) for name, payload in rows]


async def as_support(box: Sandbox, method: str, path: str, body: Json | None = None) -> Json:
    """A request over the REST API as a person, whose changes are not ours."""
    form = {
        "grant_type": "password", "username": "support", "password": "x",
        "client_id": CREDENTIALS["SALESFORCE_CLIENT_ID"], "client_secret": CREDENTIALS["SALESFORCE_CLIENT_SECRET"],
    }  # fmt: skip
    session = (await box.http.post("/salesforce/services/oauth2/token", data=form)).json()
    headers = {"Authorization": f"Bearer {session['access_token']}"}
    answer = await box.http.request(method, f"/salesforce/services/data/v62.0{path}", json=body, headers=headers)
    assert answer.is_success, answer.text
    return answer.json() if answer.content else {}


Opened = Callable[..., AbstractAsyncContextManager[Crm]]


@pytest.fixture(scope="session")
async def salesforce_box(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sandbox]:
    """The folder's Salesforce."""
    directory = tmp_path_factory.mktemp("sandbox")
    async with sandbox.running(directory, SANDBOX_SALESFORCE_LIMIT=str(LIMIT)) as box:
        yield box


@pytest.fixture
async def box(salesforce_box: Sandbox) -> AsyncIterator[Sandbox]:
    """The same with nothing wrong, a fresh day, and no grants that other tests have left."""
    await salesforce_box.clear_faults()
    for row in (await salesforce_box.state("salesforce"))["records"]["AI_Credit__c"]:
        if not row["AI_Film_Transaction_ID__c"]:
            await as_support(salesforce_box, "DELETE", f"/sobjects/AI_Credit__c/{row['Id']}")
    await salesforce_box.act("salesforce", "reset_limits")
    yield salesforce_box
    await salesforce_box.clear_faults()


@pytest.fixture(scope="session")
async def crm_url(backing: dict[str, str]) -> AsyncIterator[str]:
    """The folder's database, with the schema of crm_sync alone."""
    async with fresh_database(backing["DATABASE_URL"], ["crm_sync"]) as url:
        yield url


EMPTIED = "TRUNCATE crm_sync." + ", crm_sync.".join(
    ("records", "films", "connections", "erasures", "support_grants", "control", "inbox", "outbox", "outbox_sequences")
)


@pytest.fixture
async def open_crm(crm_url: str, box: Sandbox) -> Opened:
    """Opens the service over an empty schema; a second time over the same is a restart, or another process."""
    connection = await asyncpg.connect(crm_url)
    await connection.execute(EMPTIED)
    await connection.execute("INSERT INTO crm_sync.control VALUES (1, false, '', '', NULL, 0, 0, '{}', '')")
    await connection.close()

    @asynccontextmanager
    async def opened(
        bulk_from: int = 2000, secret: str = "", caps: Caps = CAPS, check_s: float = 0
    ) -> AsyncIterator[Crm]:
        async with open_at(crm_url, box, bulk_from, secret, caps, check_s) as crm:
            yield crm

    return opened


@asynccontextmanager
async def open_at(
    url: str, box: Sandbox, bulk_from: int, secret: str, caps: Caps, check_s: float
) -> AsyncIterator[Crm]:
    database, clock = Database("crm_sync", url), Clock()
    credentials = ClientCredentials(
        CREDENTIALS["SALESFORCE_CLIENT_ID"], secret or CREDENTIALS["SALESFORCE_CLIENT_SECRET"]
    )
    login = Login(credentials, f"{box.url}/salesforce", 60, 5, database.work, clock)
    salesforce = Salesforce(login, Usage(0.8), "62.0", 5)
    lock, people, ledger, wakes = PusherLock(database.engine), People(), Ledger(), list[None]()
    collecting = Collecting(database.work, "https://studio.example", clock)
    gate = Gate(database.work, lock)
    pushing = Pushing(
        work=database.work, salesforce=salesforce, bulk=Bulk(salesforce, 30), people=people, collecting=collecting,
        bounds=Bounds(bulk_from, 10_000, 900), go_on=gate, now=clock,
    )  # fmt: skip
    sync = Sync(
        database.work, salesforce, pushing, Erasing(database.work, salesforce, gate, check_s, 900, clock),
        Listening(database.work, salesforce, ledger, caps, gate, clock), gate, Rhythm(60, 900, 0.5, 60),
        lambda: wakes.append(None), clock,
    )  # fmt: skip
    admin = CrmSync(database.work, sync.hurry, configured=True, now=clock)
    try:
        yield Crm(box, url, database, collecting, sync, admin, people, ledger, clock, wakes)
    finally:
        for part in (login, salesforce, lock, database):
            await part.stop()


@pytest.fixture
async def crm(open_crm: Opened) -> AsyncIterator[Crm]:
    """The service, awake and well."""
    async with open_crm() as opened:
        yield opened
