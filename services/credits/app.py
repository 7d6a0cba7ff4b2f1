"""The composition root of credits."""

from __future__ import annotations

from collections.abc import Sequence

from filmstudio.credits.v1 import credits_pb2_grpc

from services.credits import consumers, rpc
from services.credits.plans import Plans
from services.credits.service import Credits
from services.credits.settings import Settings
from services.kit import dead_letters
from services.kit.bell import Bell
from services.kit.consumer import Consumer
from services.kit.db import Database
from services.kit.housekeeping import housekeeping
from services.kit.identity import Callers
from services.kit.relay import Relay
from services.kit.rpc import Server
from services.kit.runtime import Part, Periodic


def build(settings: Settings) -> Sequence[Part]:
    """The parts of the service, in starting order."""
    bootstrap = settings.kafka_bootstrap_servers
    database = Database("credits", settings.database_url.get_secret_value(), settings.database_pool_size)
    bell = Bell(settings.redis_url)
    credits = Credits(database.work, Plans.read(), bell.ring)
    consumer = Consumer("credits", bootstrap)
    consumers.subscribe(consumer, credits)
    server = Server(settings.credits_grpc_address, Callers.read(settings))
    server.add(
        credits_pb2_grpc.add_CreditsServiceServicer_to_server, rpc.CreditsServicer(credits), rpc.SERVICE, rpc.CALLERS
    )
    dead_letters.serve(server, "credits", bootstrap, consumer)
    sweeper = Periodic("grant expiry", settings.grant_expiry_interval_s, credits.expire_grants)
    return [database, bell, Relay(database, bootstrap), consumer, server, housekeeping(database), sweeper]
