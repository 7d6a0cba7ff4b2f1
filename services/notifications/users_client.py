"""What only users knows: a person's address and language, and the tokens of mails. Asked when a mail is sent, never kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import grpc
from filmstudio.users.v1 import users_pb2, users_pb2_grpc

from services.kit.errors import RemoteError
from services.kit.rpc import Client
from services.notifications.mail_models import MailKind

_PURPOSES = {
    MailKind.VERIFY_EMAIL: users_pb2.MAIL_PURPOSE_VERIFY_EMAIL,
    MailKind.RESET_PASSWORD: users_pb2.MAIL_PURPOSE_RESET_PASSWORD,
}


@dataclass(frozen=True)
class Addressee:
    """Whom a mail goes to. `token` is that of a verify or reset mail, else empty."""

    email: str
    name: str
    # BCP 47
    language: str
    suspended: bool = False
    token: str = ""


class People(Protocol):
    """The port."""

    async def addressee(self, user_id: UUID, kind: MailKind) -> Addressee | None:
        """Whom a mail of this kind to the user goes to; None once the account is gone. DependencyAway."""


class Users:
    """The users service."""

    def __init__(self, client: Client) -> None:
        self._rpc: Any = client.stub(users_pb2_grpc.UsersServiceStub)

    async def addressee(self, user_id: UUID, kind: MailKind) -> Addressee | None:
        """Whom a mail of this kind to the user goes to; None once the account is gone. DependencyAway, RemoteError."""
        try:
            if (purpose := _PURPOSES.get(kind)) is None:
                return await self._contact(user_id)
            return await self._with_token(user_id, purpose)
        except RemoteError as error:
            if error.code is grpc.StatusCode.NOT_FOUND:
                return None
            raise

    async def _contact(self, user_id: UUID) -> Addressee:
        answer: users_pb2.GetContactResponse = await self._rpc.GetContact(
            users_pb2.GetContactRequest(user_id=str(user_id))
        )
        return Addressee(answer.email, answer.name, answer.language, suspended=answer.suspended)

    async def _with_token(self, user_id: UUID, purpose: users_pb2.MailPurpose.ValueType) -> Addressee:
        answer: users_pb2.IssueMailTokenResponse = await self._rpc.IssueMailToken(
            users_pb2.IssueMailTokenRequest(user_id=str(user_id), purpose=purpose)
        )
        return Addressee(answer.email, answer.name, answer.language, token=answer.token)
