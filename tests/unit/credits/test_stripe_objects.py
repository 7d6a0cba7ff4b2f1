"""What is read from Stripe's objects before anything is asked back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from services.credits import stripe_objects
from services.credits.payments import EventNote, ObjectKind

EVENT: dict[str, Any] = {
    "id": "evt_1",
    "type": "invoice.paid",
    "created": 1_800_000_000,
    "data": {"object": {"id": "in_1", "object": "invoice"}},
}


def test_of_an_event_its_names_and_its_time_are_taken():
    at = datetime.fromtimestamp(1_800_000_000, UTC)
    assert stripe_objects.event(EVENT) == EventNote("evt_1", "invoice.paid", ObjectKind.INVOICE, "in_1", at)


@pytest.mark.parametrize("id", ["SUMMER \N{SUN}", "x" * 1000, 5, None])
def test_what_is_nothing_to_us_may_be_called_anything(id):
    note = stripe_objects.event({**EVENT, "type": "coupon.created", "data": {"object": {"id": id}}})
    assert (note.kind, note.object_id) == (ObjectKind.OTHER, "")


@pytest.mark.parametrize(
    "odd",
    [
        {"id": None}, {"id": ""}, {"id": 5}, {"id": "evt\0"}, {"id": "x" * 256}, {"id": "\ud800"},
        {"type": None}, {"type": 5}, {"type": []}, {"type": "x" * 256},
        {"created": 10**30}, {"created": "soon"}, {"created": None},
        {"data": {"object": {"id": 5}}}, {"data": {"object": {"id": "\ud800"}}}, {"data": {"object": {"id": ["in_1"]}}},
    ],
)  # fmt: skip
def test_what_could_not_be_kept_is_no_event(odd):
    with pytest.raises((KeyError, TypeError, ValueError)):
        stripe_objects.event({**EVENT, **odd})
