"""A ledger in a test's hands: its own database, a clock that it sets, the bell's rings, the books checked on demand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from filmstudio.credits.v1 import credits_pb2 as pb
from pydantic import SecretStr
from sqlalchemy import text

from services.credits.audit import Finding, audit
from services.credits.billing import Billing
from services.credits.billing_models import Order
from services.credits.books import Books
from services.credits.house import House, furnish
from services.credits.plans import Plans
from services.credits.reconciliation import Reconciliation
from services.credits.service import Credits
from services.credits.settings import PaymentSettings
from services.credits.settlement import Settlement
from services.kit.db import Database
from tests.support.payments import FakeContacts, FakeProvider


@dataclass
class Clock:
    """Goes only when it is told to."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Ledger:
    """Credits over a database, and what its tests look at."""

    url: str
    database: Database
    books: Books
    credits: Credits
    clock: Clock
    rings: list[Mapping[str, object]]

    async def violations(self) -> dict[str, list[str]]:
        """The invariants that are violated, with examples."""
        findings: list[Finding] = await audit(self.url)
        return {finding.invariant: finding.examples for finding in findings if finding.violations}

    async def facts(self, user_id: UUID) -> list[tuple[str, bytes]]:
        """What the outbox holds of a user's account, in order: message name and payload."""
        statement = text(
            "SELECT headers ->> 'ce_type', payload FROM outbox WHERE aggregate_id = :id ORDER BY aggregate_seq"
        )
        async with self.database.work() as work:
            rows = (await work.session.execute(statement, {"id": str(user_id)})).all()
        return [(name.rpartition(".")[2], payload) for name, payload in rows]

    async def as_owner(self, statement: str, *arguments: Any) -> list[Any]:
        """Run SQL as whoever owns the schema: what no service can do."""
        connection = await asyncpg.connect(self.url)
        try:
            return list(await connection.fetch(statement, *arguments))
        finally:
            await connection.close()

    async def as_service(self, statement: str, *arguments: Any) -> list[Any]:
        """Run SQL in the service's own role."""
        connection = await asyncpg.connect(self.url, server_settings={"role": "credits", "search_path": "credits"})
        try:
            return list(await connection.fetch(statement, *arguments))
        finally:
            await connection.close()


@asynccontextmanager
async def open_ledger(url: str, pool_size: int = 8) -> AsyncIterator[Ledger]:
    """Credits over a migrated database."""
    database = Database("credits", url, pool_size)
    clock, rings = Clock(), list[Mapping[str, object]]()
    try:
        books = Books(Plans.read(), rings.append, now=clock)
        yield Ledger(url, database, books, Credits(database.work, books), clock, rings)
    finally:
        await database.stop()


@dataclass
class Till:
    """A ledger that takes money, from a provider in the test's hands."""

    ledger: Ledger
    settings: PaymentSettings
    provider: FakeProvider
    contacts: FakeContacts
    house: House
    billing: Billing

    @property
    def settlement(self) -> Settlement:
        assert self.house.settlement
        return self.house.settlement

    @property
    def reconciliation(self) -> Reconciliation:
        assert self.house.reconciliation
        return self.house.reconciliation

    async def order(self, user_id: UUID, *, pack: str = "", plan: str = "", request_id: str = "") -> Order:
        """An order with its page open."""
        request = pb.CreateCheckoutRequest(pack_id=pack, plan_id=plan, request_id=request_id)
        return await self.billing.checkout(user_id, request)

    async def hear(self, scope: str, since: int = 0) -> None:
        """All that the provider has told of a scope comes in, and is followed."""
        await self.house.inbox.keep(self.provider.scopes[scope].notes[since:])
        await self.house.inbox.follow()

    async def buy(self, user_id: UUID, pack: str) -> tuple[Order, str]:
        """A pack, bought and paid: the order and the payment's id."""
        order = await self.order(user_id, pack=pack)
        payment = self.provider.pay_pack(str(order.id))
        await self.hear(str(order.id))
        return order, payment

    async def subscribe(self, user_id: UUID, plan: str) -> str:
        """A subscription, begun and paid: the first payment's id. Its scope is the user's id."""
        await self.order(user_id, plan=plan)
        payment = self.provider.start_subscription(str(user_id), plan)
        await self.hear(str(user_id))
        return payment


def open_till(ledger: Ledger, **settings: Any) -> Till:
    """A till over a ledger; settings as the service's."""
    plans = ledger.books.plans
    provider, contacts = FakeProvider(ledger.clock, plans), FakeContacts()
    told = PaymentSettings(
        database_url=SecretStr(ledger.url),
        kafka_bootstrap_servers="127.0.0.1:9",
        redis_url="redis://127.0.0.1:9",
        **settings,
    )
    house = furnish(told, ledger.database, ledger.books, provider)
    billing = Billing(ledger.database.work, ledger.books, provider, contacts, "https://studio.example/")
    return Till(ledger, told, provider, contacts, house, billing)
