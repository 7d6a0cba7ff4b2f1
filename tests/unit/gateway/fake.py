"""What the fake services have in common."""

# ruff: noqa: ASYNC109 - RPCs have a timeout
from __future__ import annotations

from typing import Any

import grpc

from services.kit import identity
from services.kit.errors import DependencyAway, RemoteError


def refuse(code: grpc.StatusCode, reason: str, message: str = "", **metadata: str) -> RemoteError:
    return RemoteError(code, reason, message or reason.lower(), metadata)


NOT_FOUND = refuse(grpc.StatusCode.NOT_FOUND, "NOT_FOUND")


class Fake:
    """Answers calls by its methods; remembers who called what; `away` makes it not answer, `refusals` refuse an RPC."""

    name = ""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any, identity.Caller]] = []
        self.away = False
        self.refusals: dict[str, RemoteError] = {}

    def __getattribute__(self, name: str) -> Any:
        method = super().__getattribute__(name)
        if not name[0].isupper():
            return method

        async def call(request: Any, timeout: float | None = None) -> Any:
            self.calls.append((name, request, identity.caller()))
            if self.away:
                raise DependencyAway(self.name)
            if name in self.refusals:
                raise self.refusals[name]
            return method(request)

        return call

    def last(self, name: str) -> Any:
        return next(request for call, request, _ in reversed(self.calls) if call == name)

    async def ping(self) -> None:
        if self.away:
            raise DependencyAway(self.name)
