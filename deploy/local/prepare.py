"""What a stack needs besides running servers: service tokens, a signing key, a bucket, migrated schemas, topics.

Each piece is idempotent, and passed over when what it is made of hasn't changed since it last succeeded.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from deploy.local import kafka, passwords, s3
from deploy.local.errors import StackError
from deploy.local.layout import CHECKOUT, Layout
from deploy.local.supervisor_conf import clean_environment

TOPICS = CHECKOUT / "deploy" / "kafka" / "topics.yaml"
SERVICES = CHECKOUT / "services"
MIGRATED = ("users", "projects", "credits", "ai_jobs")


def prepare(layout: Layout, env: Mapping[str, str], *, local_kafka: bool, bucket: bool = True) -> None:
    """Brings the stack whose addresses `env` holds up to date. Raises StackError naming the piece that failed."""
    passwords.make_service_tokens(layout)
    done: dict[str, str] = json.loads(layout.prepared.read_text()) if layout.prepared.exists() else {}
    kafka_address = env["KAFKA_BOOTSTRAP_SERVERS"]
    pieces: list[tuple[str, str, Callable[[], None]]] = [
        (
            "migrations",
            _hash(_migration_files(), env["DATABASE_URL"]),
            lambda: _module(env, "services.kit.migrate", *MIGRATED),
        ),
        ("topics", _hash([TOPICS], kafka_address), lambda: _module(env, "services.kit.topics", str(TOPICS))),
    ]
    if local_kafka:
        pieces.insert(0, ("warm-up", _hash((), kafka_address), lambda: kafka.warm_up(kafka_address)))
    if bucket:
        pieces.append(("bucket", _hash((), env["S3_ENDPOINT_URL"], env["S3_BUCKET"]), lambda: s3.ensure_bucket(env)))
    for name, state, make in pieces:
        if done.get(name) != state:
            make()
            done[name] = state
            layout.prepared.write_text(json.dumps(done, indent=2) + "\n")
    if not list((layout.keys / "jwt").glob("*.pem")):
        (layout.keys / "jwt").mkdir(mode=0o700, exist_ok=True)
        _module(env, "services.users.keys", "new")


def _migration_files() -> list[Path]:
    """Everything that decides what the schemas look like."""
    return sorted(
        [*SERVICES.glob("*/migrations/**/*.py"), *SERVICES.glob("kit/migrat*.py"), *SERVICES.glob("kit/outbox.py")]
    )


def _hash(files: Iterable[Path], *words: str) -> str:
    digest = hashlib.sha256("\n".join(words).encode())
    for file in files:
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
