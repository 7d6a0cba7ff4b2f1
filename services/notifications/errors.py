"""What notifications refuses, and why."""

from __future__ import annotations

import grpc

from services.kit.errors import DomainError


class UrlForbidden(DomainError):
    """The address is not one that webhooks are sent to; the message says why. Metadata: `field`."""

    code = grpc.StatusCode.INVALID_ARGUMENT
    reason = "URL_FORBIDDEN"

    def __init__(self, message: str) -> None:
        super().__init__(message, field="url")


class EndpointLimit(DomainError):
    """The user has as many endpoints as one may have. Metadata: `allowed`."""

    code = grpc.StatusCode.RESOURCE_EXHAUSTED
    reason = "ENDPOINT_LIMIT"


class EndpointState(DomainError):
    """The endpoint is paused or disabled. Metadata: `state`."""

    reason = "ENDPOINT_STATE"


class TokenInvalid(DomainError):
    """The token of an unsubscribe link is not one of ours."""

    code = grpc.StatusCode.INVALID_ARGUMENT
    reason = "TOKEN_INVALID"
