"""What credits refuses, and why."""

from __future__ import annotations

import grpc

from services.kit.errors import DomainError


class InsufficientCredits(DomainError):
    """More is asked than is available. Metadata: `needed`, `available`."""

    code = grpc.StatusCode.FAILED_PRECONDITION
    reason = "INSUFFICIENT_CREDITS"

    def __init__(self, needed: int, available: int) -> None:
        super().__init__(
            f"{needed} credits are needed and {available} are available", needed=needed, available=available
        )


class HoldEnded(DomainError):
    """The hold has been captured or released, and not as asked now. Metadata: `hold_id`, `state`, `captured`."""

    code = grpc.StatusCode.FAILED_PRECONDITION
    reason = "HOLD_ENDED"


class LedgerBroken(Exception):
    """The books contradict each other: nobody's request is at fault, `make audit` says what is."""
