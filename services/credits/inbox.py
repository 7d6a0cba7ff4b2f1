"""The inbox of the payment provider: what it tells is kept at once and followed soon, as often as it takes.

Kept of an event are its id, type and object; what has become of the object is read from the provider when it is followed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta

from prometheus_client import Counter

from services.credits import billing_repository as bought
from services.credits.billing_models import PaymentEvent
from services.credits.books import Books
from services.credits.errors import BillingNotConfigured, SignatureInvalid
from services.credits.payments import EventNote, InvalidSignature, PaymentProvider, PaymentRefused
from services.credits.settlement import Settlement
from services.kit import telemetry
from services.kit.db import Work
from services.kit.errors import DependencyAway, DomainError, Invalid

# whoever takes events has so long to follow them, which a provider that answers slowly takes the better part of
LEASE = timedelta(seconds=300)
# events taken at a time, and how many of them are in hand at once; each asks the provider two or three times
TAKEN = 32
AT_ONCE = 4
# what was followed is remembered for so long: three times as long as Stripe can tell of it
KEPT_FOR = timedelta(days=90)
# a webhook's body, as Stripe's largest are well below it
MAX_PAYLOAD_BYTES = 512 * 1024

_events = Counter("payment_events", "Events of the payment provider by what became of them", ["outcome"])


@dataclass(frozen=True)
class Patience:
    """How long an event that can't be followed is tried again."""

    first: timedelta
    most: timedelta
    give_up_after: timedelta

    def wait(self, attempts: int) -> timedelta:
        """How long to wait after so many attempts: twice as long each time."""
        return min(self.first * (1 << min(attempts - 1, 30)), self.most)


class Inbox:
    """Receives and follows. Without a provider nothing is received; without its webhook secret neither."""

    def __init__(
        self,
        work: Callable[[], AbstractAsyncContextManager[Work]],
        books: Books,
        provider: PaymentProvider | None,
        settlement: Settlement | None,
        patience: Patience,
    ) -> None:
        self._work = work
        self._books = books
        self._provider = provider
        self._settlement = settlement
        self._patience = patience
        self._wakes: list[Callable[[], None]] = []

    def on_received(self, wake: Callable[[], None]) -> None:
        """Call this after each commit that put something in."""
        self._wakes.append(wake)

    async def receive(self, provider_name: str, payload: bytes, signature: str) -> bool:
        """Keep what a webhook says; True where it is kept already.

        BillingNotConfigured; Invalid for another provider's; SignatureInvalid, and then nothing is kept.
        """
        provider = self._provider
        if provider is None:
            raise BillingNotConfigured("nothing can be bought here: an operator sets STRIPE_SECRET_KEY")
        if provider_name != provider.name:
            raise Invalid(f"webhooks are taken from {provider.name} only", field="provider")
        if len(payload) > MAX_PAYLOAD_BYTES:
            raise Invalid(f"a webhook has at most {MAX_PAYLOAD_BYTES} bytes", field="payload")
        try:
            note = provider.verify(payload, signature)
        except InvalidSignature as error:
            raise SignatureInvalid(str(error)) from None
        fresh = await self.keep([note])
        _events.labels("received" if fresh else "repeated").inc()
        return not fresh

    async def keep(self, notes: Sequence[EventNote]) -> list[str]:
        """Put events in; the ids of those that were new."""
        if self._provider is None:
            return []
        async with self._work() as work:
            fresh = await bought.receive(work.session, self._provider.name, notes, self._books.now())
            if fresh:
                for wake in self._wakes:
                    work.after_commit(wake)
        return fresh

    async def follow(self) -> int:
        """Follow all that is due: how many events were taken."""
        taken, hands = 0, asyncio.Semaphore(AT_ONCE)

        async def one(event: PaymentEvent) -> bool:
            async with hands:
                return await self._follow(event)

        while events := await self._claim():
            followed = await asyncio.gather(*(one(event) for event in events))
            # together and afterwards: whoever dies in between follows them again, and that changes nothing
            done = [event.id for event, was in zip(events, followed, strict=True) if was]
            async with self._work() as work:
                await bought.mark_followed(work.session, done, self._books.now())
            _events.labels("followed").inc(len(done))
            taken += len(events)
        return taken

    async def tidy(self) -> None:
        """Forget old events that were followed. What they brought about has keys of its own."""
        async with self._work() as work:
            await bought.forget_events(work.session, self._books.now() - KEPT_FOR)

    async def _claim(self) -> Sequence[PaymentEvent]:
        if self._settlement is None:
            return ()
        async with self._work() as work:
            return await bought.claim_events(work.session, self._books.now(), LEASE, TAKEN)

    async def _follow(self, event: PaymentEvent) -> bool:
        """True when it is followed, False when it is put back."""
        if self._settlement is None:
            return False
        try:
            await self._settlement.follow(event.kind, event.object_id)
        except (DependencyAway, PaymentRefused, DomainError) as error:
            await self._put_back(event, _named(error))
        except Exception as error:
            # a fault of ours must neither stop the others nor be forgotten
            telemetry.log().exception("a payment event can't be followed", event_id=event.id, type=event.type)
            await self._put_back(event, type(error).__name__)
        else:
            return True
        return False

    async def _put_back(self, event: PaymentEvent, error: str) -> None:
        now = self._books.now()
        async with self._work() as work:
            kept = await work.session.get_one(PaymentEvent, event.id)
            kept.error = error
            kept.next_attempt_at = now + self._patience.wait(event.attempts)
            if now - event.received_at >= self._patience.give_up_after:
                kept.given_up_at = now
        given_up = kept.given_up_at is not None
        _events.labels("given_up" if given_up else "put_back").inc()
        log = telemetry.log().error if given_up else telemetry.log().warning
        log(
            "a payment event is given up: make reconcile names it" if given_up else "a payment event waits",
            event_id=event.id,
            type=event.type,
            attempts=event.attempts,
            error=error,
        )


def _named(error: DependencyAway | PaymentRefused | DomainError) -> str:
    """What went wrong, in our words."""
    match error:
        case DependencyAway():
            return f"{error.dependency} is away"
        case PaymentRefused():
            return f"refused: {error.code}"
        case _:
            return error.reason
