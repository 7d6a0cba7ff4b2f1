"""Protobuf → the public shapes, for plans, packs and invoices."""

from __future__ import annotations

from filmstudio.credits.v1 import credits_pb2

from services.gateway.convert import moment
from services.gateway.schemas import billing as shapes


def plans(message: credits_pb2.ListPlansResponse) -> shapes.Plans:
    """Everything that can be bought."""
    return shapes.Plans(
        items=[_plan(plan) for plan in message.plans],
        packs=[
            shapes.Pack(id=pack.id, credits=pack.credits, price_cents=pack.price_cents, currency=pack.currency)
            for pack in message.packs
        ],
    )


def _plan(message: credits_pb2.Plan) -> shapes.Plan:
    return shapes.Plan(
        id=message.id,
        price_cents=message.price_cents,
        currency=message.currency,
        monthly_credits=message.monthly_credits,
        max_film_seconds=message.max_film_seconds,
        max_resolution=message.max_resolution,
        watermark=message.watermark,
        max_projects=message.max_projects or None,
        max_live_jobs=message.max_live_jobs or None,
        priority=message.priority,
    )


def invoice(message: credits_pb2.Invoice) -> shapes.Invoice:
    """An invoice."""
    return shapes.Invoice(
        id=message.id,
        number=message.number or None,
        status=message.status,
        amount_due_cents=message.amount_due_cents,
        amount_paid_cents=message.amount_paid_cents,
        currency=message.currency,
        description=message.description,
        created_at=moment(message.create_time),
        url=message.hosted_url or None,
        pdf_url=message.pdf_url or None,
    )
