"""The composition root of credits."""

from __future__ import annotations

from collections.abc import Sequence

from filmstudio.credits.v1 import credits_pb2_grpc

from services.credits import consumers, rpc
from services.credits.billing import Billing
from services.credits.books import Books
from services.credits.house import House, furnish, provider_of
from services.credits.payments import PaymentProvider
from services.credits.plans import Plans
from services.credits.service import Credits
from services.credits.settings import Settings
from services.credits.users_client import UsersContacts
from services.kit import dead_letters
from services.kit.bell import Bell
from services.kit.consumer import Consumer
from services.kit.db import Database
from services.kit.housekeeping import housekeeping
from services.kit.identity import Callers, own_token
from services.kit.relay import Relay
from services.kit.rpc import Client, Server
from services.kit.runtime import Part, Periodic


class Connection:
    """The provider's connections, closed with the process."""

    def __init__(self, provider: PaymentProvider) -> None:
        self._provider = provider

    async def start(self) -> None:
        """Nothing to do: they open with the first call."""

    async def stop(self) -> None:
        """Close them."""
        await self._provider.close()


def build(settings: Settings) -> Sequence[Part]:
    """The parts of the service, in starting order."""
    bootstrap = settings.kafka_bootstrap_servers
    database = Database("credits", settings.database_url.get_secret_value(), settings.database_pool_size)
    bell = Bell(settings.redis_url)
    books = Books(Plans.read(), bell.ring)
    credits = Credits(database.work, books)
    users = Client(settings.users_grpc_address, "users", own_token(settings))
    provider = provider_of(settings)
    house = furnish(settings, database, books, provider)
    return_url = settings.billing_return_url or f"{settings.filmstudio_url.rstrip('/')}/"
    billing = Billing(database.work, books, provider, UsersContacts(users), return_url)
    consumer = Consumer("credits", bootstrap)
    consumers.subscribe(consumer, credits)
    server = Server(settings.credits_grpc_address, Callers.read(settings))
    servicer = rpc.CreditsServicer(credits, billing, house.inbox)
    server.add(credits_pb2_grpc.add_CreditsServiceServicer_to_server, servicer, rpc.SERVICE, rpc.CALLERS)
    dead_letters.serve(server, "credits", bootstrap, consumer)
    sweeper = Periodic("grant expiry", settings.grant_expiry_interval_s, credits.expire_grants)
    parts: list[Part] = [database, bell, users, Relay(database, bootstrap), consumer, server, housekeeping(database)]
    if provider is not None:
        parts.append(Connection(provider))
    return [*parts, sweeper, *_loops(settings, house)]


def _loops(settings: Settings, house: House) -> list[Part]:
    if house.settlement is None or house.reconciliation is None:
        return []
    inbox = Periodic("payment events", settings.payment_event_interval_s, house.inbox.follow)
    house.inbox.on_received(inbox.wake)
    every_s = settings.billing_sweep_interval_s
    return [
        inbox,
        Periodic("subscriptions out of grace", every_s, house.settlement.lapse),
        Periodic("customers of deleted users", every_s, house.settlement.forget_closed),
        Periodic("reconciliation", settings.reconcile_interval_s, house.reconciliation.run),
        Periodic("old payment events", settings.reconcile_interval_s, house.inbox.tidy),
    ]
