"""What credits asks of users: where a receipt goes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from filmstudio.users.v1 import users_pb2 as pb
from filmstudio.users.v1 import users_pb2_grpc

from services.kit.rpc import Client


@dataclass(frozen=True)
class Contact:
    """A user's address and name; never kept here, never logged."""

    email: str
    name: str


class Contacts(Protocol):
    """Whoever knows how to reach a user."""

    async def contact(self, user_id: UUID) -> Contact:
        """The user's address. DependencyAway, RemoteError NOT_FOUND."""


class UsersContacts:
    """Contacts, asked of users."""

    def __init__(self, client: Client) -> None:
        self._users: Any = client.stub(users_pb2_grpc.UsersServiceStub)

    async def contact(self, user_id: UUID) -> Contact:
        """The user's address. DependencyAway, RemoteError NOT_FOUND."""
        answer: pb.GetContactResponse = await self._users.GetContact(pb.GetContactRequest(user_id=str(user_id)))
        return Contact(answer.email, answer.name)
