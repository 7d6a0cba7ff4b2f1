"""Signatures, as receivers' libraries read them. Another implementation judges them in tests/contract/test_webhook_signatures.py."""

from datetime import UTC, datetime

import pytest
from svix.webhooks import Webhook, WebhookVerificationError

from services.notifications import signing

SECRET, OTHER = b"s" * 32, b"o" * 32
BODY = '{"type":"job.succeeded","data":{"title":"Möwe 🎬"}}'


def headers(*secrets: bytes) -> dict[str, str]:
    return signing.headers("0192f0c1-0000-7000-8000-000000000000", datetime.now(UTC), BODY, secrets)


def test_the_receiver_verifies_a_message_by_the_secret_it_was_shown() -> None:
    Webhook(signing.shown(SECRET)).verify(BODY, headers(SECRET))


@pytest.mark.parametrize("secret", [SECRET, OTHER])
def test_while_a_secret_is_rotated_both_verify(secret: bytes) -> None:
    Webhook(signing.shown(secret)).verify(BODY, headers(OTHER, SECRET))


def test_another_body_id_time_or_secret_does_not_verify() -> None:
    good = headers(SECRET)
    with pytest.raises(WebhookVerificationError):
        Webhook(signing.shown(SECRET)).verify(BODY + " ", good)
    with pytest.raises(WebhookVerificationError):
        Webhook(signing.shown(OTHER)).verify(BODY, good)
    with pytest.raises(WebhookVerificationError):
        Webhook(signing.shown(SECRET)).verify(BODY, {**good, "webhook-id": "another"})
    with pytest.raises(WebhookVerificationError):
        Webhook(signing.shown(SECRET)).verify(BODY, {**good, "webhook-timestamp": "1700000000"})


def test_a_secret_is_shown_as_the_specification_says() -> None:
    assert signing.shown(SECRET) == "whsec_c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M="
