"""What crm_sync refuses, and what Salesforce refuses it."""

from __future__ import annotations

from datetime import datetime


class SalesforceTrouble(Exception):
    """Salesforce as a whole doesn't serve us now; nothing is wrong with what was asked."""


class LoginRefused(SalesforceTrouble):
    """Salesforce refuses our credentials, or what they gave us. `retry_at`: before that it isn't asked again."""

    def __init__(self, why: str, retry_at: datetime) -> None:
        super().__init__(why)
        self.retry_at = retry_at


class LimitReached(SalesforceTrouble):
    """Our share of the day's API calls is used up."""


class Away(SalesforceTrouble):
    """Salesforce doesn't answer, or answers that it can't serve just now."""


class RequestRefused(Exception):
    """Salesforce refuses a whole request: a query it doesn't understand, an object it doesn't have."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
