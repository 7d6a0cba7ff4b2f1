"""What a stack needs besides running servers: service tokens, a signing key, a bucket, migrated schemas, topics.

Each piece is idempotent, and passed over when what it is made of hasn't changed since it last succeeded.
"""

import hashlib
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from deploy.local import kafka, passwords, s3
from deploy.local.errors import StackError
from deploy.local.layout import CHECKOUT, Layout
from deploy.local.supervisor_conf import clean_environment

TOPICS = CHECKOUT / "deploy" / "kafka" / "topics.yaml"
SERVICES = CHECKOUT / "services"
MIGRATED = ("users", "projects", "credits", "ai_jobs", "youtube", "crm_sync", "notifications")
# folder under keys/ → who makes a key there, and how its files end
KEYS = {
    "jwt": ("services.users.keys", "*.pem"),
    "youtube": ("services.youtube.keys", "*.key"),
    "notifications": ("services.notifications.keys", "*.key"),
}


@dataclass(frozen=True)
class Piece:
    """One thing to bring up to date."""

    name: str
    state: str
    """A hash of what it is made of; the same as when it last succeeded → nothing to do."""
    make: Callable[[], None]


def prepare(layout: Layout, env: Mapping[str, str], *, local_kafka: bool, bucket: bool = True) -> None:
    """Brings the stack whose addresses `env` holds up to date. Raises StackError naming a piece that failed."""
    passwords.make_service_tokens(layout)
    _make(layout, _pieces(layout, env, local_kafka, bucket))


def furnish(layout: Layout, env: Mapping[str, str]) -> None:
    """What needs a running sandbox: its Stripe sells our plans and packs. An account of one's own is never touched."""
    if "SANDBOX_URL" in env and env.get("STRIPE_API_URL", "").startswith(env["SANDBOX_URL"]):
        state = _hash([SERVICES / "credits" / "plans.yaml"], env["SANDBOX_URL"], env["FILMSTUDIO_URL"])
        _make(layout, [Piece("plans and packs", state, lambda: _module(env, "services.credits.sync_stripe"))])


def _make(layout: Layout, pieces: Sequence[Piece]) -> None:
    done: dict[str, str] = json.loads(layout.prepared.read_text()) if layout.prepared.exists() else {}
    outdated = [piece for piece in pieces if done.get(piece.name) != piece.state]
    if not outdated:
        return
    failures: list[StackError] = []
    with ThreadPoolExecutor(max_workers=len(outdated)) as pool:
        for piece, future in [(piece, pool.submit(piece.make)) for piece in outdated]:
            try:
                future.result()
                done[piece.name] = piece.state
            except StackError as error:
                failures.append(error)
    layout.prepared.write_text(json.dumps(done, indent=2) + "\n")
    if failures:
        raise failures[0]


def _pieces(layout: Layout, env: Mapping[str, str], local_kafka: bool, bucket: bool) -> list[Piece]:
    broker = env["KAFKA_BOOTSTRAP_SERVERS"]
    schemas = _hash([*SERVICES.glob("*/migrations/**/*.py"), *SERVICES.glob("kit/**/*.py")], env["DATABASE_URL"])
    pieces = [
        Piece("migrations", schemas, lambda: _module(env, "services.kit.migrate", *MIGRATED)),
        Piece(
            "topics", _hash(TOPICS.parent.glob("*"), broker), lambda: _module(env, "services.kit.topics", str(TOPICS))
        ),
    ]
    if local_kafka:
        pieces.append(Piece("warm-up", _hash((), broker), lambda: kafka.warm_up(broker)))
    if bucket:
        where = _hash((), env["S3_ENDPOINT_URL"], env["S3_BUCKET"])
        pieces.append(Piece("bucket", where, lambda: s3.ensure_bucket(env)))
    pieces += [
        _key(layout, env, folder) for folder, (_, files) in KEYS.items() if not any((layout.keys / folder).glob(files))
    ]
    return pieces


def _key(layout: Layout, env: Mapping[str, str], folder: str) -> Piece:
    """A first key in one of the folders of keys."""
    (layout.keys / folder).mkdir(mode=0o700, exist_ok=True)
    module, new_each_time = KEYS[folder][0], secrets.token_hex()
    return Piece(f"key of {folder}", new_each_time, lambda: _module(env, module, "new"))


def _hash(files: Iterable[Path], *words: str) -> str:
    digest = hashlib.sha256("\n".join(words).encode())
    for file in sorted(files):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _module(env: Mapping[str, str], module: str, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=CHECKOUT, env={**clean_environment(), **env, "PATH": os.environ.get("PATH", os.defpath)},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise StackError(f"python -m {module}", f"ended with {done.returncode}", "", done.stdout + done.stderr)
