"""Endpoints as their users keep them: made, changed, given new secrets, removed; their deliveries, read and repeated."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from filmstudio.notifications.v1 import notifications_pb2 as pb

from services.kit import paging, requests, telemetry
from services.kit.clock import Now, utc_now
from services.kit.db import Database, Work
from services.kit.errors import NotFound
from services.kit.ids import new_id, parse_id
from services.notifications import event_types, repository, signing
from services.notifications.addresses import Address, Target, parse
from services.notifications.departed import require_present
from services.notifications.errors import EndpointLimit
from services.notifications.keys import Keyring
from services.notifications.models import Delivery, Endpoint, require_match

_CREATE = "CreateEndpoint"
# a name whose servers are silent is found out by its first delivery
_RESOLVE_S = 3.0


class Addresses(Protocol):
    """Where a target is."""

    async def addresses(self, target: Target, *, slow: bool = False) -> list[Address]:
        """Its addresses, checked; UrlForbidden, OSError."""


@dataclass(frozen=True)
class Rules:
    """What the settings say of endpoints."""

    per_user: int
    previous_secret: timedelta
    allow_loopback: bool


def no_such_endpoint() -> NotFound:
    """The endpoint does not exist, or is somebody else's."""
    return NotFound("no such webhook")


class Endpoints:
    """The use cases of endpoints, one transaction each. `wake` tells the lanes that something is due."""

    def __init__(
        self,
        db: Database,
        keyring: Keyring,
        addresses: Addresses,
        rules: Rules,
        wake: Callable[[], None],
        now: Now = utc_now,
        new_id: Callable[[], UUID] = new_id,
        new_secret: Callable[[], bytes] = lambda: secrets.token_bytes(signing.SECRET_BYTES),
    ) -> None:
        self._db = db
        self._keyring = keyring
        self._addresses = addresses
        self._rules = rules
        self._wake = wake
        self._now = now
        self._new_id = new_id
        self._new_secret = new_secret

    async def create(self, user_id: UUID, request: pb.CreateEndpointRequest) -> tuple[Endpoint, str]:
        """A new endpoint and its secret, which is said this once: a repeated request gets an empty one.

        UrlForbidden; Invalid for events or description; EndpointLimit.
        """
        events = event_types.checked(request.events)
        url = await self._checked_url(request.url)
        secret, key = self._new_secret(), str(user_id)
        async with self._db.work() as work:
            await require_present(work, user_id)
            made = await requests.begin(work, key, _CREATE, request.request_id, request)
            if made is not None:
                return await self._required(work, user_id, made), ""
            if await repository.count_endpoints_alone(work.session, user_id) >= self._rules.per_user:
                raise EndpointLimit(
                    f"you have {self._rules.per_user} webhooks, as many as one may have; remove one first",
                    allowed=self._rules.per_user,
                )
            endpoint_id = self._new_id()
            sealed = self._keyring.seal(endpoint_id, secret)
            endpoint = Endpoint.open(endpoint_id, user_id, url, events, request.description, sealed, self._now())
            work.save(endpoint)
            await requests.finish(work, key, _CREATE, request.request_id, endpoint_id)
        telemetry.log().info("webhook made", endpoint_id=str(endpoint_id), user_id=key)
        return endpoint, signing.shown(secret)

    async def get(self, user_id: UUID, endpoint_id: str) -> Endpoint:
        """The user's endpoint."""
        async with self._db.work() as work:
            return await self._required(work, user_id, parse_id(endpoint_id))

    async def page(self, user_id: UUID, page_size: int, page_token: str) -> tuple[Sequence[Endpoint], str]:
        """The user's endpoints, newest first, and the token of the next page."""
        size, after = paging.size(page_size), paging.after(page_token)
        async with self._db.work() as work:
            rows = await repository.endpoints_page(work.session, user_id, after, size + 1)
        return paging.cut(rows, size, [row.id for row in rows])

    async def update(self, user_id: UUID, request: pb.UpdateEndpointRequest) -> Endpoint:
        """The endpoint with what was named changed. Another URL, or a start, gives it a clean slate.

        UrlForbidden, Invalid, EtagMismatch.
        """
        # before anything is said about what it shall be, and before its new address is looked for
        await self.get(user_id, request.endpoint_id)
        url = await self._checked_url(request.url) if request.HasField("url") else None
        events = event_types.checked(request.events.events) if request.HasField("events") else None
        async with self._db.work() as work:
            endpoint = await self._required(work, user_id, parse_id(request.endpoint_id), locked=True)
            require_match(request.if_match, endpoint.version)
            description = request.description if request.HasField("description") else None
            if endpoint.describe(url, events, description, self._now()):
                work.after_commit(self._wake)
            if request.HasField("active"):
                if request.active:
                    endpoint.start(self._now())
                    work.after_commit(self._wake)
                else:
                    endpoint.pause(self._now())
            return endpoint

    async def delete(self, user_id: UUID, endpoint_id: str, if_match: str) -> None:
        """The endpoint and the log of its deliveries are gone. EtagMismatch."""
        async with self._db.work() as work:
            endpoint = await self._required(work, user_id, parse_id(endpoint_id), locked=True)
            require_match(if_match, endpoint.version)
            await work.session.delete(endpoint)

    async def rotate(self, user_id: UUID, endpoint_id: str) -> tuple[Endpoint, str, datetime]:
        """The endpoint, its new secret, and until when the previous one signs beside it."""
        secret, now = self._new_secret(), self._now()
        until = now + self._rules.previous_secret
        async with self._db.work() as work:
            endpoint = await self._required(work, user_id, parse_id(endpoint_id), locked=True)
            endpoint.rotate(self._keyring.seal(endpoint.id, secret), until, now)
        telemetry.log().info("webhook secret rotated", endpoint_id=str(endpoint.id))
        return endpoint, signing.shown(secret), until

    async def deliveries(
        self, user_id: UUID, endpoint_id: str, page_size: int, page_token: str
    ) -> tuple[Sequence[Delivery], str]:
        """The endpoint's deliveries, newest first, and the token of the next page."""
        size, after = paging.size(page_size), paging.after(page_token)
        async with self._db.work() as work:
            endpoint = await self._required(work, user_id, parse_id(endpoint_id))
            rows = await repository.deliveries_page(work.session, endpoint.id, after, size + 1)
        return paging.cut(rows, size, [row.id for row in rows])

    async def redeliver(self, user_id: UUID, endpoint_id: str, delivery_id: str) -> Delivery:
        """The same message again, now: a delivery of its own, or the one that is under way, brought forward. EndpointState.

        An empty `endpoint_id`: whichever endpoint of the user's the delivery is of.
        """
        now, key = self._now(), parse_id(delivery_id)
        async with self._db.work() as work:
            before = await repository.delivery(work.session, key) if key else None
            if before is None or (endpoint_id and before.endpoint_id != parse_id(endpoint_id)):
                raise NotFound("no such delivery")
            endpoint = await self._required(work, user_id, before.endpoint_id, locked=True)
            endpoint.require_active()
            again = await repository.pending_of_message(work.session, endpoint.id, before.message_id)
            if again is None:
                again = Delivery.of(self._new_id(), endpoint, before.message_id, before.event_type, now)
                work.save(again)
            again.bring_forward(now)
            endpoint.hold_until = None
            endpoint.ring(now)
            work.after_commit(self._wake)
        return again

    async def _checked_url(self, url: str) -> str:
        """The URL in its one spelling. A name that can't be found just now is taken: every attempt checks it again."""
        target = parse(url, allow_loopback=self._rules.allow_loopback)
        try:
            async with asyncio.timeout(_RESOLVE_S):
                await self._addresses.addresses(target, slow=True)
        except (OSError, TimeoutError):
            telemetry.log().info("a webhook's host is not found yet", host=target.host)
        return target.url

    async def _required(self, work: Work, user_id: UUID, endpoint_id: UUID | None, *, locked: bool = False) -> Endpoint:
        endpoint = await repository.endpoint(work.session, user_id, endpoint_id, locked=locked) if endpoint_id else None
        if endpoint is None:
            raise no_such_endpoint()
        return endpoint
