"""Prices that are named before anything is ordered, and what they bind."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from filmstudio.ai_jobs.v1 import jobs_pb2 as pb

from services.ai_jobs import estimates, options, repository
from services.ai_jobs.errors import QuoteStale
from services.ai_jobs.house import House
from services.ai_jobs.models import JobKind, Quote
from services.ai_jobs.orders import Order, Orders
from services.ai_jobs.reservations import made_before
from services.ai_jobs.specs import FilmSpec
from services.kit import requests
from services.kit.db import Database, Work
from services.kit.errors import NotFound
from services.kit.ids import parse_id

QUOTE_LASTS = timedelta(minutes=30)


class Quotes:
    """Names prices, and holds an order to the one it came with."""

    def __init__(self, database: Database, house: House, orders: Orders) -> None:
        self._db = database
        self._house = house
        self._orders = orders

    def _eta(self, spec: FilmSpec) -> int:
        pace = self._house.pace
        seconds = estimates.film_seconds(spec.width, spec.height, spec.fps, spec.duration_ms / 1000, pace.measured)
        return max(1, round(seconds / pace.slots))

    async def quote(self, user_id: str, kind: JobKind, request: pb.CreateQuoteRequest) -> Quote:
        """Name a price; nothing is held."""
        if known := await made_before(self._db, user_id, "CreateQuote", request.request_id, request):
            async with self._db.work() as work:
                if kept := await repository.quote(work.session, known):
                    return kept
        order, spec = await self._orders.film(user_id, kind, request.project_id, request.options)
        now = self._house.now()
        minutes = spec.duration_ms / 60_000
        what = "film" if kind is JobKind.VIDEO else kind.value
        async with self._db.work() as work:
            done = await requests.begin(work, user_id, "CreateQuote", request.request_id, request)
            if done is not None and (kept := await repository.quote(work.session, done)):
                return kept
            quote = Quote(
                id=self._house.new_id(),
                user_id=user_id,
                project_id=UUID(order.commission.project.id),
                kind=kind,
                options_sha256=options.options_sha256(request.options),
                script_version=order.commission.script.version,
                credits=order.price,
                breakdown=[{"what": what, "quantity": round(minutes, 3), "unit": "minute", "credits": order.price}],
                eta_seconds=self._eta(spec),
                created_at=now,
                expires_at=now + QUOTE_LASTS,
            )
            work.save(quote)
            await requests.finish(work, user_id, "CreateQuote", request.request_id, quote.id)
        return quote

    async def require(self, user_id: str, quote_id: str) -> None:
        """NotFound for a quote that isn't the user's, before anything is said about the order."""
        if not quote_id:
            return
        known = parse_id(quote_id)
        async with self._db.work() as work:
            quote = await repository.quote(work.session, known) if known else None
        if quote is None or quote.user_id != user_id:
            raise NotFound(f"there is no quote {quote_id}")

    async def check(self, work: Work, order: Order, quote_id: str) -> None:
        """QuoteStale unless the quote that was named (if any) is good for exactly this order, at its price."""
        known = parse_id(quote_id)
        if known is None:
            return
        quote = await repository.quote(work.session, known)
        sha256 = options.options_sha256(order.options)
        found = order.commission
        now = self._house.now()
        if quote is None or not quote.binds(
            order.user_id, UUID(found.project.id), order.kind, sha256, found.script.version, now
        ):
            raise QuoteStale(
                "the quote has expired or was for another script version or other options: ask for a new one"
            )
        if quote.credits != order.price:
            raise QuoteStale("the price has changed since the quote: ask for a new one")
