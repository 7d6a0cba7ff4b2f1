"""What crm_sync asks other services: who a contact is, and credits that support gave. Ports, with gRPC behind them."""

from __future__ import annotations

from typing import Any

from filmstudio.credits.v1 import credits_pb2, credits_pb2_grpc
from filmstudio.users.v1 import users_pb2, users_pb2_grpc

from services.crm_sync.payload import Person
from services.crm_sync.support import Asked
from services.kit.errors import RemoteError
from services.kit.rpc import Client


class Users:
    """The accounts."""

    def __init__(self, client: Client) -> None:
        self._rpc: Any = client.stub(users_pb2_grpc.UsersServiceStub)

    async def person(self, user_id: str) -> Person | None:
        """Name and address; None once the account is deleted. DependencyAway."""
        try:
            answer: users_pb2.GetContactResponse = await self._rpc.GetContact(
                users_pb2.GetContactRequest(user_id=user_id)
            )
        except RemoteError as error:
            if error.reason == "NOT_FOUND":
                return None
            raise
        return Person(email=answer.email, name=answer.name)


class Credits:
    """The ledger."""

    def __init__(self, client: Client) -> None:
        self._rpc: Any = client.stub(credits_pb2_grpc.CreditsServiceStub)

    async def grant(self, asked: Asked, amount: int) -> str:
        """Grant once for this record; the transaction's id. RemoteError where the ledger refuses; DependencyAway."""
        request = credits_pb2.GrantCreditsRequest(
            user_id=asked.user_id, amount=amount, reason=asked.ledger_reason, business_key=asked.business_key
        )
        answer: credits_pb2.GrantCreditsResponse = await self._rpc.GrantCredits(request)
        return answer.transaction.id
