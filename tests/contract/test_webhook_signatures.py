"""What we sign, checked by an implementation of the specification that isn't our signer's: the JavaScript library."""

import json
import secrets
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy.local import tools
from services.notifications import signing

VERIFY = Path(__file__).resolve().parents[1] / "node" / "verify_webhook.mjs"
BODY = '{"type":"job.succeeded","data":{"title":"काग़ज़ की नाव"}}'


def verdict(secret: bytes, payload: str, headers: Mapping[str, str]) -> str:
    """Empty where the signature holds, else what the library says."""
    asked = json.dumps({"secret": signing.shown(secret), "payload": payload, "headers": dict(headers)})
    done = subprocess.run(
        [str(tools.NODE), str(VERIFY)], input=asked, capture_output=True, text=True, check=False, timeout=30
    )
    assert done.returncode == 0 or done.stdout, done.stderr
    return done.stdout.strip()


def test_a_signature_holds() -> None:
    secret = secrets.token_bytes(signing.SECRET_BYTES)
    assert verdict(secret, BODY, signing.headers("msg_1", datetime.now(UTC), BODY, [secret])) == ""


def test_both_signatures_hold_after_a_rotation() -> None:
    old, new = (secrets.token_bytes(signing.SECRET_BYTES) for _ in range(2))
    headers = signing.headers("msg_1", datetime.now(UTC), BODY, [new, old])
    assert [verdict(secret, BODY, headers) for secret in (old, new)] == ["", ""]


@pytest.mark.parametrize("what", ["body", "id", "secret", "time"])
def test_what_was_changed_is_refused(what: str) -> None:
    secret, now = secrets.token_bytes(signing.SECRET_BYTES), datetime.now(UTC)
    sent = now - timedelta(minutes=10) if what == "time" else now
    headers = signing.headers("msg_1", sent, BODY, [secret])
    if what == "id":
        headers["webhook-id"] = "msg_2"
    key = secrets.token_bytes(signing.SECRET_BYTES) if what == "secret" else secret
    body = BODY.replace("succeeded", "failed") if what == "body" else BODY
    assert verdict(key, body, headers).startswith("WebhookVerificationError")
