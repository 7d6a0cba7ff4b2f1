"""Users on a real database: its use cases, and its gRPC server called as the services call it."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from filmstudio.users.v1 import users_pb2_grpc

from services.kit.db import Database
from services.kit.identity import Callers
from services.kit.rpc import Client, Server
from services.users import rpc
from services.users.keys import Keys, make_key
from services.users.mail_tokens import MailTokens
from services.users.models import MailPurpose
from services.users.passwords import Passwords
from services.users.service import Users
from services.users.sign_in import Session, SignIns
from services.users.tokens import AccessTokens

PASSWORD = "blue boats at dusk"


class Clock:
    """The time, as the test wants it."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


async def no_wait(_seconds: float) -> None:
    """What is padded in production isn't here."""


@dataclass
class Studio:
    """Users wired up, and ways to make what tests need."""

    database: Database
    users: Users
    sign_ins: SignIns
    mail_tokens: MailTokens
    clock: Clock
    client: Callable[[str], users_pb2_grpc.UsersServiceAsyncStub]

    async def person(self) -> Session:
        """Somebody who has just registered."""
        return await self.users.register(f"{uuid4().hex}@example.com", PASSWORD, "Somebody")

    async def admin(self) -> str:
        """The id of an administrator."""
        email = f"{uuid4().hex}@example.com"
        await self.users.ensure_admin(email, PASSWORD)
        return str((await self.sign_ins.sign_in(email, PASSWORD)).user.id)

    async def actions(self, user_id: object) -> list[str]:
        """What the activity log has of a user, newest first."""
        return [activity.action for activity in (await self.users.activities(str(user_id), 100, ""))[0]]


@pytest.fixture
async def studio(database_url: str, tmp_path: Path) -> AsyncIterator[Studio]:
    make_key(tmp_path)
    keys, clock, passwords = Keys(tmp_path, 60), Clock(), Passwords()
    database = Database("users", database_url, 4)
    sign_ins = SignIns(
        database, passwords, AccessTokens(keys, "filmstudio", "filmstudio", 900), refresh_lives=timedelta(days=30),
        ticket_lives=timedelta(seconds=30), now=clock, sleep=clock.sleep,
    )  # fmt: skip
    users = Users(database, passwords, sign_ins, now=clock)
    lives = {MailPurpose.VERIFY_EMAIL: timedelta(hours=72), MailPurpose.RESET_PASSWORD: timedelta(hours=1)}
    mail_tokens = MailTokens(database, passwords, lives, now=clock, sleep=no_wait)
    address = f"unix:{tmp_path}/users.sock"
    hashes = {
        name: hashlib.sha256(name.encode()).hexdigest()
        for name in ("gateway", "credits", "notifications", "render_worker")
    }
    server = Server(address, Callers(hashes))
    server.add(
        users_pb2_grpc.add_UsersServiceServicer_to_server,
        rpc.UsersServicer(users, sign_ins, mail_tokens, keys),
        rpc.SERVICE,
        rpc.CALLERS,
    )
    clients: list[Client] = []

    def client(service: str) -> users_pb2_grpc.UsersServiceAsyncStub:
        clients.append(Client(address, "users", service))
        return clients[-1].stub(users_pb2_grpc.UsersServiceStub)  # type: ignore[return-value]

    await server.start()
    yield Studio(database, users, sign_ins, mail_tokens, clock, client)
    for opened in clients:
        await opened.stop()
    await server.stop()
    await database.stop()
