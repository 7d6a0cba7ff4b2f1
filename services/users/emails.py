"""E-mail addresses: one spelling per mailbox, checked without asking the network."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email

from services.kit.errors import Invalid


def normalize(email: str) -> str:
    """The address in lower case and normalised; Invalid (field "email") when it is none."""
    try:
        return validate_email(email.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise Invalid(f"this is not an e-mail address: {error}", field="email") from None
