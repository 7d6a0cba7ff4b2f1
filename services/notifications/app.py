"""The composition root of notifications."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta

from filmstudio.notifications.v1 import notifications_pb2_grpc

from services.kit import dead_letters, telemetry
from services.kit.consumer import Consumer
from services.kit.db import Database
from services.kit.housekeeping import housekeeping
from services.kit.identity import Callers, own_token
from services.kit.relay import Relay
from services.kit.rpc import Client, Server
from services.kit.runtime import Part, Periodic
from services.notifications import consumers, rpc
from services.notifications.endpoints import Endpoints, Rules
from services.notifications.hearing import Hearing
from services.notifications.keys import Keyring
from services.notifications.lanes import Lanes, Places
from services.notifications.letter_box import LetterBox, PostalRules
from services.notifications.letters import Writer
from services.notifications.models import Patience
from services.notifications.outgoing import Outgoing, Resolver
from services.notifications.postman import Postman, Rounds
from services.notifications.preferences import MailPreferences
from services.notifications.settings import Settings
from services.notifications.smtp import SmtpServer
from services.notifications.telling import Telling
from services.notifications.upkeep import Times, Upkeep
from services.notifications.users_client import Users


def _jitter() -> float:
    """A factor around 1: what failed together is not repeated together."""
    return random.uniform(0.8, 1.2)  # noqa: S311 - jitter, not a secret


def build(settings: Settings) -> Sequence[Part]:
    """The parts of the service, in starting order."""
    bootstrap = settings.kafka_bootstrap_servers
    database = Database("notifications", settings.database_url.get_secret_value(), settings.database_pool_size)
    keyring = Keyring.read(settings.notifications_keys_dir)
    users = Client(settings.users_grpc_address, "users", own_token(settings))
    preferences = MailPreferences(database.work, keyring)
    postman = _postman(settings, database, users, keyring)
    rounds = Periodic("postman", settings.mail_poll_s, postman.deliver) if postman else None
    posting: list[Part] = [postman, rounds] if postman and rounds else []
    letter_box = LetterBox(_postal_rules(settings), rounds.wake if rounds else _nobody)
    resolver = Resolver()
    outgoing = Outgoing(
        resolver, timeout_s=settings.webhooks_timeout_s, allow_loopback=settings.webhooks_allow_loopback
    )
    lanes = _lanes(settings, database, outgoing, keyring, letter_box)
    hearing = Hearing(database.work, Telling(lanes.wake), letter_box, preferences, settings.filmstudio_url)
    consumer = Consumer("notifications", bootstrap)
    consumers.subscribe(consumer, hearing)
    rules = Rules(
        settings.webhooks_endpoints_per_user,
        timedelta(seconds=settings.webhooks_previous_secret_s),
        settings.webhooks_allow_loopback,
    )
    endpoints = Endpoints(database, keyring, outgoing, rules, lanes.wake)
    server = Server(settings.notifications_grpc_address, Callers.read(settings))
    server.add(
        notifications_pb2_grpc.add_NotificationsServiceServicer_to_server,
        rpc.NotificationsServicer(endpoints, preferences),
        rpc.SERVICE,
        rpc.CALLERS,
    )
    dead_letters.serve(server, "notifications", bootstrap, consumer)
    upkeep = Upkeep(
        database,
        Times(
            timedelta(seconds=settings.webhooks_paused_for_s),
            timedelta(seconds=settings.webhooks_log_s),
            timedelta(seconds=settings.mail_log_s),
        ),
    )
    sweeper = Periodic("upkeep", settings.upkeep_interval_s, upkeep.sweep)
    return [
        database, users, resolver, Relay(database, bootstrap), consumer, server, housekeeping(database), sweeper, lanes,
        *posting,
    ]  # fmt: skip


def _nobody() -> None:
    """Nobody sends mail here."""


def _lanes(
    settings: Settings, database: Database, outgoing: Outgoing, keyring: Keyring, letter_box: LetterBox
) -> Lanes:
    patience = Patience(
        settings.webhooks_retry_delays_s,
        settings.webhooks_hold_max_s,
        settings.webhooks_retry_after_max_s,
        settings.webhooks_disable_after_s,
        settings.webhooks_slow_after_s,
        _jitter,
    )
    places = Places(settings.webhooks_lanes, settings.webhooks_slow_lanes, settings.webhooks_in_flight)
    return Lanes(
        database, outgoing, keyring, letter_box, patience, places,
        lease=timedelta(seconds=settings.webhooks_lease_s), poll_s=settings.webhooks_poll_s,
    )  # fmt: skip


def _postal_rules(settings: Settings) -> PostalRules:
    return PostalRules(
        expires=timedelta(seconds=settings.mail_expires_s),
        reset_expires=timedelta(seconds=settings.mail_reset_expires_s),
        max_fact_age=timedelta(seconds=settings.mail_max_fact_age_s),
        repeat_after=timedelta(seconds=settings.mail_repeat_after_s),
        tokens_per_hour=settings.mail_tokens_per_hour,
    )


def _postman(settings: Settings, database: Database, users: Client, keyring: Keyring) -> Postman | None:
    """Who sends mail; None where no mail server is configured."""
    if not settings.smtp_host:
        telemetry.log().warning("SMTP_HOST is not set: no mail is sent, and what waits expires after a day")
        return None
    server = SmtpServer(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_security,
        settings.smtp_username,
        settings.smtp_password.get_secret_value(),
        settings.mail_from,
        settings.mail_timeout_s,
    )
    rounds = Rounds(
        settings.mail_from,
        settings.mail_in_flight,
        settings.mail_retry_delays_s,
        timedelta(seconds=settings.mail_lease_s),
        timedelta(seconds=settings.mail_suppressed_for_s),
        _jitter,
    )
    return Postman(database, Users(users), server, Writer(settings.filmstudio_url), keyring, rounds)
