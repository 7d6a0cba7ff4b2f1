"""Users, wired together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from filmstudio.users.v1 import users_pb2_grpc

from services.kit import dead_letters
from services.kit.consumer import Consumer
from services.kit.db import Database
from services.kit.housekeeping import housekeeping
from services.kit.identity import Callers
from services.kit.relay import Relay
from services.kit.rpc import Server
from services.kit.runtime import Part, Periodic
from services.users import consumers, rpc
from services.users.bootstrap import Bootstrap
from services.users.keys import Keys
from services.users.mail_tokens import MailTokens
from services.users.models import MailPurpose
from services.users.passwords import Passwords
from services.users.service import Users
from services.users.settings import Settings
from services.users.sign_in import SignIns
from services.users.tokens import AccessTokens


def build(settings: Settings) -> Sequence[Part]:
    """The parts of users, in starting order."""
    database = Database("users", settings.database_url.get_secret_value(), settings.database_pool_size)
    keys = Keys(settings.jwt_keys_dir, settings.jwt_key_publish_before_s)
    access_tokens = AccessTokens(keys, settings.jwt_issuer, settings.jwt_audience, settings.access_token_s)
    passwords = Passwords()
    sign_ins = SignIns(
        database,
        passwords,
        access_tokens,
        refresh_lives=timedelta(days=settings.refresh_token_days),
        ticket_lives=timedelta(seconds=settings.live_ticket_s),
    )
    users = Users(database, passwords, sign_ins)
    mail_tokens = MailTokens(
        database,
        passwords,
        {
            MailPurpose.VERIFY_EMAIL: timedelta(hours=settings.verify_email_hours),
            MailPurpose.RESET_PASSWORD: timedelta(hours=settings.reset_password_hours),
        },
    )
    consumer = Consumer("users", settings.kafka_bootstrap_servers)
    consumers.subscribe(consumer, users)
    server = Server(settings.users_grpc_address, Callers.read(settings))
    server.add(
        users_pb2_grpc.add_UsersServiceServicer_to_server,
        rpc.UsersServicer(users, sign_ins, mail_tokens, keys),
        rpc.SERVICE,
        rpc.CALLERS,
    )
    dead_letters.serve(server, "users", settings.kafka_bootstrap_servers, consumer)
    admin_password = settings.filmstudio_admin_password.get_secret_value()
    return [
        database,
        Relay(database, settings.kafka_bootstrap_servers),
        consumer,
        server,
        Bootstrap(users, settings.filmstudio_admin_email, admin_password),
        Periodic("forget expired", 3600, sign_ins.forget_expired),
        Periodic("forget deleted", 3600, users.forget_deleted),
        housekeeping(database),
    ]
