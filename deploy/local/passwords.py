"""Passwords and tokens of one stack: made at random once, kept for its owner alone, never a fixed one."""

import hashlib
import json
import os
import secrets as random_secrets
from pathlib import Path

from deploy.local.layout import Layout

CALLERS = (
    "users", "projects", "credits", "ai_jobs", "youtube", "crm_sync", "notifications", "render_worker", "gateway",
    "operator",
)  # fmt: skip
NAMES = (
    "postgres_password", "redis_password", "s3_access_key", "s3_secret_key", "admin_password", "google_client_secret",
    "stripe_secret_key", "stripe_webhook_secret", "salesforce_client_secret",
)  # fmt: skip


def load(layout: Layout) -> dict[str, str]:
    """The stack's secrets by name; what is missing is made and written down."""
    known: dict[str, str] = json.loads(layout.secrets.read_text()) if layout.secrets.exists() else {}
    missing = [name for name in NAMES if name not in known]
    if missing:
        known.update({name: random_secrets.token_urlsafe(18) for name in missing})
        _write_private(layout.secrets, json.dumps(known, indent=2) + "\n")
    return known


def token_file(layout: Layout, caller: str) -> Path:
    """Where a service finds its own token."""
    return layout.keys / "tokens" / caller


def callers_file(layout: Layout) -> Path:
    """Where the services find the hashes of all tokens."""
    return layout.keys / "callers.json"


def make_service_tokens(layout: Layout) -> None:
    """A token for each service, and the list of their hashes by which the services know one another."""
    folder = layout.keys / "tokens"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for caller in CALLERS:
        if not token_file(layout, caller).exists():
            _write_private(token_file(layout, caller), random_secrets.token_urlsafe(32))
    hashes = {name: hashlib.sha256(token_file(layout, name).read_bytes()).hexdigest() for name in CALLERS}
    _write_private(callers_file(layout), json.dumps(hashes, indent=2) + "\n")


def _write_private(path: Path, text: str) -> None:
    temporary = path.with_name(path.name + ".tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    temporary.replace(path)
