"""Credits that support writes down in Salesforce as a grant: which of them are made, and how one is known again in the ledger."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from services.crm_sync import soql
from services.crm_sync.models import CONTACT, CREDIT, EXTERNAL_ID

_REASON = re.compile(r"^Salesforce ([a-zA-Z0-9]{15,18}) by ")
MAX_REASON_CHARS = 200


@dataclass(frozen=True)
class Asked:
    """A grant as it stands in Salesforce."""

    record_id: str
    user_id: str
    # as written there, which need not be a whole number
    amount: float | None
    reason: str
    # Salesforce's id of the person who made the record
    actor: str

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Asked:
        """From a row of the query below."""
        contact = row.get("Contact__r") or {}
        return cls(
            record_id=str(row["Id"]),
            user_id=str(contact.get(EXTERNAL_ID[CONTACT]) or ""),
            amount=row.get("Amount__c"),
            reason=" ".join(str(row.get("Reason__c") or "").split()),
            actor=str(row.get("CreatedById") or ""),
        )

    @property
    def credits(self) -> int | None:
        """How many credits; None for what can't be granted."""
        amount = self.amount
        return int(amount) if amount is not None and amount == int(amount) and amount >= 1 else None

    @property
    def business_key(self) -> str:
        """What the ledger grants once."""
        return f"salesforce:{self.record_id}"

    @property
    def ledger_reason(self) -> str:
        """What the ledger and the activity log say of it: the record, who made it, and why."""
        return f"Salesforce {self.record_id} by {self.actor}: {self.reason}"[:MAX_REASON_CHARS].rstrip(": ")


@dataclass(frozen=True)
class Caps:
    """Credits that support may grant by one record, and to one contact in a calendar month (UTC)."""

    each: int
    month: int

    def refusal(self, asked: Asked, known: bool, granted_this_month: int) -> str:
        """Why this grant isn't made; empty where it is."""
        credits = asked.credits
        if not known:
            return "the record's contact is no user of the studio"
        if credits is None:
            return f"Amount__c is {asked.amount}: a grant is a whole number of credits, at least 1"
        if credits > self.each:
            return f"{credits} credits are more than the {self.each} that support may grant at once"
        if granted_this_month + credits > self.month:
            return (
                f"with {granted_this_month} credits granted this month {credits} more are above the {self.month} that"
                " support may grant a contact in a month"
            )
        return ""


def month_of(now: datetime) -> datetime:
    """The beginning of the calendar month, UTC."""
    return now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def record_of_grant(ledger_reason: str) -> str:
    """The id of the record in Salesforce that a line of the ledger answers; empty for any other line."""
    found = _REASON.match(ledger_reason)
    return found[1] if found else ""


def grants_query(since: str) -> str:
    """People's grants that we haven't answered yet, changed since then."""
    contact = f"Contact__r.{EXTERNAL_ID[CONTACT]}"
    return soql.select(
        ["Id", "Amount__c", "Reason__c", "CreatedById", "SystemModstamp", contact], CREDIT,
        "Transaction_Type__c = 'Grant'", "Created_By_Studio__c = false", f"{EXTERNAL_ID[CREDIT]} = null",
        f"SystemModstamp >= {since}", order="SystemModstamp",
    )  # fmt: skip
