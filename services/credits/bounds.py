"""The bounds of what callers may ask: refused at once, before anything is looked up."""

from __future__ import annotations

from datetime import datetime

from services.kit.errors import Invalid

MAX_GRANT = 100_000
MAX_HOLD = 1_000_000
MAX_KEY_CHARS = 255
MAX_REASON_CHARS = 500


def check_hold(amount: int, job_id: str, attempt: int, request_id: str) -> None:
    """Invalid, naming the field, where a hold can't be asked for so."""
    if not 1 <= amount <= MAX_HOLD:
        raise Invalid(f"amount must be 1 to {MAX_HOLD}", field="amount")
    if not job_id:
        raise Invalid("a hold belongs to a job", field="job_id")
    if attempt < 1:
        raise Invalid("attempts count from 1", field="attempt")
    if len(request_id) > MAX_KEY_CHARS:
        raise Invalid(f"the request id has more than {MAX_KEY_CHARS} characters", field="request_id")


def check_grant(amount: int, business_key: str, reason: str, expires_at: datetime | None, now: datetime) -> None:
    """Invalid, naming the field, where a grant can't be asked for so."""
    if not 1 <= amount <= MAX_GRANT:
        raise Invalid(f"amount must be 1 to {MAX_GRANT}", field="amount")
    if not 1 <= len(business_key) <= MAX_KEY_CHARS:
        raise Invalid(f"business_key must have 1 to {MAX_KEY_CHARS} characters", field="business_key")
    if len(reason) > MAX_REASON_CHARS:
        raise Invalid(f"reason has more than {MAX_REASON_CHARS} characters", field="reason")
    if expires_at is not None and expires_at <= now:
        raise Invalid("expire_time has passed", field="expire_time")
