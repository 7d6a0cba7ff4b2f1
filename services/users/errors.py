"""What users refuses, and why."""

from __future__ import annotations

import grpc

from services.kit.errors import DomainError


class EmailTaken(DomainError):
    """There is an account with this e-mail address."""

    code = grpc.StatusCode.ALREADY_EXISTS
    reason = "EMAIL_TAKEN"


class Unauthenticated(DomainError):
    """A credential is wrong, used up or expired; which of them is not said."""

    code = grpc.StatusCode.UNAUTHENTICATED
    reason = "UNAUTHENTICATED"


class TokenInvalid(DomainError):
    """A mailed token is used, expired or unknown; which of them is not said."""

    code = grpc.StatusCode.INVALID_ARGUMENT
    reason = "TOKEN_INVALID"


class LastAdmin(DomainError):
    """The installation's only administrator can't leave."""

    reason = "LAST_ADMIN"

    def __init__(self) -> None:
        super().__init__("you are the only administrator; make somebody else one first")


class Suspended(DomainError):
    """The account is suspended."""

    code = grpc.StatusCode.PERMISSION_DENIED
    reason = "SUSPENDED"

    def __init__(self) -> None:
        super().__init__("this account is suspended; ask an administrator")
