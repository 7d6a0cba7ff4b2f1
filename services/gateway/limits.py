"""Rate limits: fixed windows counted in Redis, by user for the signed in and by address for everybody else.

Answers carry `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers). While Redis is away everybody passes:
a limit is there to protect, not to be one more thing that can fail.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway.problems import Refusal, of


class Counting(Protocol):
    """Where requests are counted."""

    async def add(self, key: str, kept_s: int) -> int | None:
        """Count one more under the key; None where counting is not to be had just now."""


@dataclass(frozen=True)
class Policy:
    """At most `quota` requests in `window_s` seconds."""

    name: str
    quota: int
    window_s: int


# anonymous calls are counted by address, at the edge
ANONYMOUS = Policy("anonymous", 100, 300)
SIGN_IN = Policy("sign-in", 20, 300)
USER = Policy("user", 600, 60)
RENDER = Policy("render", 60, 60)
# what sends somebody a mail, or looks at a token that came by mail
MAIL = Policy("mail", 10, 300)
# one-click unsubscribing comes from the few addresses of large mail providers
UNSUBSCRIBE = Policy("unsubscribe", 600, 300)
# what asks Stripe or Google while its caller waits
PROVIDERS = Policy("providers", 30, 60)
_EXEMPT = ("/health", "/ready", "/metrics", "/docs", "/openapi.json", "/.well-known/")
# a payment provider sends all of its customers' events from a few addresses, and repeats what was refused
_PAYMENT_EVENTS = "/api/v1/webhooks/stripe"
_BY_PATH = {
    "/api/v1/auth/login": SIGN_IN,
    "/api/v1/auth/register": SIGN_IN,
    "/api/v1/auth/password/reset": SIGN_IN,
    "/api/v1/auth/password/change": SIGN_IN,
    "/api/v1/auth/password/forgot": MAIL,
    "/api/v1/auth/email/verify": MAIL,
    "/api/v1/unsubscribe": UNSUBSCRIBE,
    "/verify": MAIL,
    "/reset": SIGN_IN,
}
_PROVIDER_CALLS = {
    ("POST", "/api/v1/credits/checkout"),
    ("POST", "/api/v1/subscriptions/checkout"),
    ("POST", "/api/v1/billing/portal"),
    ("GET", "/api/v1/invoices"),
    ("POST", "/api/v1/youtube/connections"),
    ("GET", "/api/v1/youtube/playlists"),
}
_RENDER_PATHS = ("/api/v1/generate/", "/api/v1/quotes", "/api/v1/admin/probes")


def policy_for(path: str, method: str, signed_in: bool) -> Policy | None:
    """The policy a request falls under; None for what operators and browsers must always reach."""
    if path.startswith(_EXEMPT) or path == _PAYMENT_EVENTS:
        return None
    if (policy := _BY_PATH.get(path)) is not None:
        return policy
    if not signed_in:
        return ANONYMOUS
    if (method, path) in _PROVIDER_CALLS:
        return PROVIDERS
    if method == "POST" and path.startswith(_RENDER_PATHS):
        return RENDER
    return USER


class RateLimits:
    """The middleware that counts. It runs after the one that says who calls."""

    def __init__(self, app: ASGIApp, counters: Counting, now: Callable[[], float] = time.time) -> None:
        self._app = app
        self._counters = counters
        self._now = now
        # while Redis is away it is tried once a second, not by every request
        self._again_at = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the request, refuse it with 429 beyond its policy, tell what is left."""
        policy = self._policy(scope)
        if policy is None:
            await self._app(scope, receive, send)
            return
        now = self._now()
        left_s = policy.window_s - int(now) % policy.window_s
        used = await self._count(policy, _whose(scope), int(now) // policy.window_s)
        if used is None:
            await self._app(scope, receive, send)
            return
        headers = [
            (b"ratelimit-policy", f'"{policy.name}";q={policy.quota};w={policy.window_s}'.encode()),
            (b"ratelimit", f'"{policy.name}";r={max(0, policy.quota - used)};t={left_s}'.encode()),
        ]

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *headers]
            await send(message)

        if used > policy.quota:
            detail = f"more than {policy.quota} requests in {policy.window_s} seconds; try again in {left_s} seconds"
            refusal = Refusal("RATE_LIMITED", detail, headers={"Retry-After": str(left_s)})
            await of(refusal)(scope, receive, told)
            return
        await self._app(scope, receive, told)

    def _policy(self, scope: Scope) -> Policy | None:
        if scope["type"] != "http":
            return None
        return policy_for(scope["path"], scope["method"], scope["state"]["person"] is not None)

    async def _count(self, policy: Policy, whose: str, window: int) -> int | None:
        if self._now() < self._again_at:
            return None
        key = f"filmstudio:limit:{policy.name}:{whose}:{window}"
        used = await self._counters.add(key, policy.window_s * 2)
        if used is None:
            self._again_at = self._now() + 1
        return used


def _whose(scope: Scope) -> str:
    if (person := scope["state"]["person"]) is not None:
        return str(person.user_id)
    client = scope.get("client")
    return str(client[0]) if client else "unknown"
