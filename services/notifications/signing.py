"""Signatures by the Standard Webhooks specification: HMAC-SHA256 over id, time and body."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime

from standardwebhooks import Webhook

SECRET_BYTES = 32


def shown(secret: bytes) -> str:
    """A secret as its owner gets it: "whsec_…"."""
    return f"whsec_{base64.b64encode(secret).decode()}"


def headers(message_id: str, sent_at: datetime, body: str, secrets: Sequence[bytes]) -> dict[str, str]:
    """The three headers of a message; one signature for each secret, the newest first."""
    signatures = [Webhook(secret).sign(message_id, sent_at, body) for secret in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
