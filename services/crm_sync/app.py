"""The composition root of crm_sync."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from filmstudio.crm_sync.v1 import crm_sync_pb2_grpc

from services.crm_sync import consumers, rpc
from services.crm_sync.bulk import Bulk
from services.crm_sync.clients import Credits, Users
from services.crm_sync.collecting import Collecting
from services.crm_sync.erasing import Erasing
from services.crm_sync.listening import Listening
from services.crm_sync.lock import PusherLock
from services.crm_sync.login import ClientCredentials, Grant, JwtBearer, Login
from services.crm_sync.pushing import Bounds, Pushing
from services.crm_sync.salesforce import Salesforce, Usage
from services.crm_sync.service import CrmSync
from services.crm_sync.settings import Settings
from services.crm_sync.support import Caps
from services.crm_sync.sync import Gate, Rhythm, Sync
from services.kit import dead_letters
from services.kit.consumer import Consumer
from services.kit.db import Database
from services.kit.housekeeping import housekeeping
from services.kit.identity import Callers, own_token
from services.kit.relay import Relay
from services.kit.rpc import Client, Server
from services.kit.runtime import Part, Periodic

Hurry = Callable[[], None]


def build(settings: Settings) -> Sequence[Part]:
    """The parts of the service, in starting order."""
    bootstrap = settings.kafka_bootstrap_servers
    database = Database("crm_sync", settings.database_url.get_secret_value(), settings.database_pool_size)
    collecting = Collecting(database.work, settings.filmstudio_url, at_once=settings.database_pool_size)
    speaking: list[Part] = []
    hurry: Hurry = _nobody
    if settings.salesforce_client_id:
        speaking, hurry = _speaking(settings, database, collecting)

    crm = CrmSync(database.work, hurry, configured=bool(speaking))
    consumer = Consumer("crm_sync", bootstrap)
    consumers.subscribe(consumer, collecting)
    server = Server(settings.crm_sync_grpc_address, Callers.read(settings))
    server.add(
        crm_sync_pb2_grpc.add_CrmSyncServiceServicer_to_server, rpc.CrmSyncServicer(crm), rpc.SERVICE, rpc.CALLERS
    )
    dead_letters.serve(server, "crm_sync", bootstrap, consumer)
    return [database, Relay(database, bootstrap), consumer, server, housekeeping(database), *speaking]


def _speaking(settings: Settings, database: Database, collecting: Collecting) -> tuple[list[Part], Hurry]:
    """The parts that speak with Salesforce, in starting order, and what has them do it now."""
    token, work = own_token(settings), database.work
    users, credits = (
        Client(settings.users_grpc_address, "users", token),
        Client(settings.credits_grpc_address, "credits", token),
    )
    login = Login(
        _grant(settings), settings.salesforce_login_url, settings.salesforce_login_window_s,
        settings.salesforce_timeout_s, work,
    )  # fmt: skip
    usage = Usage(settings.salesforce_calls_share)
    salesforce = Salesforce(login, usage, settings.salesforce_api_version, settings.salesforce_timeout_s)
    lock = PusherLock(database.engine)
    gate = Gate(work, lock)
    pushing = Pushing(
        work=work,
        salesforce=salesforce,
        bulk=Bulk(salesforce, settings.crm_bulk_wait_s),
        people=Users(users),
        collecting=collecting,
        bounds=Bounds(settings.crm_bulk_from, settings.crm_bulk_size, settings.crm_retry_most_s),
        go_on=gate,
    )
    erasing = Erasing(work, salesforce, gate, settings.crm_erasure_check_s, settings.crm_retry_most_s)
    caps = Caps(settings.crm_grant_cap, settings.crm_grant_month_cap)
    listening = Listening(work, salesforce, Credits(credits), caps, gate)

    async def turn() -> None:
        await sync.turn()

    loop = Periodic("salesforce", settings.crm_push_interval_s, turn)
    rhythm = Rhythm(
        settings.crm_poll_interval_s,
        settings.salesforce_limit_check_s,
        settings.crm_spread_from,
        settings.salesforce_away_most_s,
    )
    sync = Sync(work, salesforce, pushing, erasing, listening, gate, rhythm, loop.wake)
    return [users, credits, lock, login, salesforce, loop], sync.hurry


def _grant(settings: Settings) -> Grant:
    secret = settings.salesforce_client_secret.get_secret_value()
    if secret or settings.salesforce_jwt_key_file is None:
        return ClientCredentials(settings.salesforce_client_id, secret)
    return JwtBearer(
        settings.salesforce_client_id, settings.salesforce_username, settings.salesforce_jwt_key_file,
        settings.salesforce_login_url,
    )  # fmt: skip


def _nobody() -> None:
    """There is no Salesforce to hurry to."""
