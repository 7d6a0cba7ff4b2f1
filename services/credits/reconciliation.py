"""Ours against the provider's own list of the last days: what we never heard of goes through the same inbox."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.credits import billing_repository as bought
from services.credits.books import Books
from services.credits.inbox import Inbox
from services.credits.payments import EventNote, ObjectKind, PaymentProvider, Settled
from services.kit import telemetry
from services.kit.db import Work

# events looked up at a time
BATCH = 200
# an event this young may still be on its way
IN_FLIGHT = timedelta(seconds=10)


@dataclass
class Report:
    """What was compared, and what differed. A difference that the inbox has mended since is a difference all the same."""

    since: datetime
    events: int = 0
    objects: int = 0
    differences: list[str] = field(default_factory=list)


class Reconciliation:
    """Compares. What is missing is put into the inbox and followed at once; what can't be mended is named."""

    def __init__(
        self,
        work: Callable[[], AbstractAsyncContextManager[Work]],
        books: Books,
        provider: PaymentProvider,
        inbox: Inbox,
        window: timedelta,
    ) -> None:
        self._work = work
        self._books = books
        self._provider = provider
        self._inbox = inbox
        self._window = window

    async def run(self) -> Report:
        """Compare the window's events, then what they should have brought about, then what we have and the provider hasn't."""
        report = Report(self._books.now() - self._window)
        async with self._work() as work:
            # whatever was wrong may be mended: once more
            await bought.try_again(work.session, report.since, self._books.now())
        await self._events(report)
        await self._inbox.follow()
        settled = [found async for found in self._provider.settled(report.since)]
        await self._settled(report, settled)
        await self._ours(report, {found.note.object_id for found in settled})
        async with self._work() as work:
            given_up = await bought.events_given_up(work.session, report.since)
        report.differences += [
            f"event {event.id} ({event.type}) is given up after {event.attempts} attempts: {event.error}"
            for event in given_up
        ]
        log = telemetry.log().error if report.differences else telemetry.log().info
        log(
            "payments are reconciled",
            events=report.events,
            objects=report.objects,
            differences=len(report.differences),
        )
        return report

    async def _events(self, report: Report) -> None:
        batch: list[EventNote] = []
        async for note in self._provider.events(report.since):
            batch.append(note)
            if len(batch) == BATCH:
                await self._take(report, batch)
                batch = []
        await self._take(report, batch)

    async def _take(self, report: Report, notes: Sequence[EventNote]) -> None:
        fresh = set(await self._inbox.keep(notes))
        report.events += len(notes)
        late = self._books.now() - IN_FLIGHT
        report.differences += [
            f"event {note.id} ({note.type} of {note.object_id}) had not reached us"
            for note in notes
            if note.id in fresh and note.created < late
        ]

    async def _settled(self, report: Report, settled: Sequence[Settled]) -> None:
        """What is paid or returned at the provider, and isn't in our books although its events are followed."""
        report.objects += len(settled)
        # payments first: a refund is only missing where its payment is ours
        for kinds in ((ObjectKind.CHECKOUT, ObjectKind.INVOICE), (ObjectKind.REFUND, ObjectKind.DISPUTE)):
            missing = [found for found in settled if found.note.kind in kinds and not await self._in_books(found)]
            await self._inbox.keep([found.note for found in missing])
            await self._inbox.follow()
            for found in missing:
                mended = "; it is now" if await self._in_books(found) else ""
                kind, object_id = found.note.kind.value, found.note.object_id
                report.differences.append(f"{kind} {object_id} was not in our books{mended}")

    async def _in_books(self, found: Settled) -> bool:
        async with self._work() as work:
            # what is of another business on the same account is none of ours
            match found.note.kind:
                case ObjectKind.CHECKOUT | ObjectKind.INVOICE if not await bought.knows_customer(
                    work.session, found.customer_id or ""
                ):
                    return True
                case ObjectKind.CHECKOUT:
                    return await bought.is_paid_checkout(work.session, found.note.object_id)
                case ObjectKind.INVOICE:
                    return await bought.is_paid_invoice(work.session, found.note.object_id)
                case _:
                    if found.payment_ref is None or not await bought.payment_by_ref(work.session, found.payment_ref):
                        return True
                    return await bought.is_standing_reversal(work.session, found.note.object_id)

    async def _ours(self, report: Report, at_provider: set[str]) -> None:
        """What is paid in our books, and not at the provider."""
        async with self._work() as work:
            paid = await bought.payments_since(work.session, report.since)
        for payment_id, checkout_id, invoice_id in paid:
            if at_provider & {checkout_id, invoice_id}:
                continue
            # made before the window and paid within it
            if checkout_id is not None:
                agreed = (await self._provider.checkout(checkout_id)).paid
            else:
                agreed = (await self._provider.invoice(invoice_id or "")).status == "paid"
            report.objects += 1
            if not agreed:
                report.differences.append(
                    f"payment {payment_id} of {checkout_id or invoice_id} is in our books and not paid at "
                    f"{self._provider.name}"
                )
