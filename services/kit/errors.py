"""The failure vocabulary's grammar: a domain error has a reason, a message for people, and metadata for programs.

Raised deep, mapped once: `kit.rpc` turns it into a `google.rpc.Status` with one ErrorInfo, the gateway into problem+json.
"""

from __future__ import annotations

from typing import ClassVar

import grpc


class DomainError(Exception):
    """A refusal that its caller can act on. Subclasses name the case and set `code` and `reason`."""

    code: ClassVar[grpc.StatusCode] = grpc.StatusCode.FAILED_PRECONDITION
    reason: ClassVar[str] = "FAILED"

    def __init__(self, message: str, **metadata: object) -> None:
        super().__init__(message)
        self.message = message
        self.metadata = {key: str(value) for key, value in metadata.items()}


class NotFound(DomainError):
    """It does not exist, or it is not yours: the same answer for both."""

    code = grpc.StatusCode.NOT_FOUND
    reason = "NOT_FOUND"


class Invalid(DomainError):
    """A value is out of its bounds. Metadata: `field` (a path such as "options.duration_s")."""

    code = grpc.StatusCode.INVALID_ARGUMENT
    reason = "VALIDATION_FAILED"


class EtagMismatch(DomainError):
    """The resource has changed since the caller read it."""

    code = grpc.StatusCode.ABORTED
    reason = "ETAG_MISMATCH"


class Forbidden(DomainError):
    """The user may not do this."""

    code = grpc.StatusCode.PERMISSION_DENIED
    reason = "FORBIDDEN"


class IdempotencyKeyReused(DomainError):
    """The same request id came with another request."""

    code = grpc.StatusCode.INVALID_ARGUMENT
    reason = "IDEMPOTENCY_KEY_REUSED"


class DependencyAway(Exception):
    """Another service, or a backing service, does not answer. Transient by nature."""

    def __init__(self, dependency: str, detail: str = "") -> None:
        super().__init__(f"{dependency} is away{': ' + detail if detail else ''}")
        self.dependency = dependency


class RemoteError(Exception):
    """Another service refused a call: its status, reason, message and metadata."""

    def __init__(self, code: grpc.StatusCode, reason: str, message: str, metadata: dict[str, str]) -> None:
        super().__init__(f"{code.name} {reason}: {message}")
        self.code = code
        self.reason = reason
        self.message = message
        self.metadata = metadata
