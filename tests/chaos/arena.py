"""A studio of the chaos run's own: its processes in reach of signals, its database open to whoever counts."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx

from deploy.local.stack import Stack
from tests.support.studio import CHECKOUT, Studio, until

ROOT = CHECKOUT / ".local" / "chaos"
OURS = ("users", "projects", "credits", "ai_jobs", "render_worker_1", "gateway")
BACKING = ("postgres", "redis", "kafka", "s3")
# longer than a mark of a request in flight stands: an order whose maker was killed is taken again after that
PATIENCE_S = 150.0


class Arena:
    """The studio under fault."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.stack = studio.stack
        self._env = studio.env

    def pid(self, name: str) -> int:
        """A process's id as its pid file says it."""
        return int(self.stack.layout.pid_file(name).read_text())

    def kill(self, name: str) -> int:
        """Kill -9; the id that the process had."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGKILL)
        return pid

    def wait_until_back(self, name: str, old_pid: int, since: float, within_s: float = 60) -> tuple[float, float]:
        """Seconds from `since` (monotonic) until there is a new process, and until it answers."""
        until(lambda: self._is_new(name, old_pid), within_s, f"a new process of {name}", every_s=0.02)
        started = time.monotonic() - since
        until(lambda: self._answers(name), within_s, f"an answer of {name}", every_s=0.02)
        return started, time.monotonic() - since

    def _is_new(self, name: str, old_pid: int) -> bool:
        try:
            pid = self.pid(name)
            # signal 0 only asks whether it is there
            os.kill(pid, 0)
        except (OSError, ValueError):
            return False
        return pid != old_pid

    def _answers(self, name: str) -> bool:
        if name == "gateway":
            return self._ready()
        host, port = self._address(name).rsplit(":", 1)
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
        except OSError:
            return False
        return True

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.studio.url}/ready", timeout=2).status_code == 200
        except httpx.TransportError:
            return False

    def _address(self, name: str) -> str:
        match name:
            case "postgres":
                return urlsplit(self._env["DATABASE_URL"]).netloc.rpartition("@")[2]
            case "redis":
                return urlsplit(self._env["REDIS_URL"]).netloc.rpartition("@")[2]
            case "kafka":
                return self._env["KAFKA_BOOTSTRAP_SERVERS"]
            case "s3":
                return urlsplit(self._env["S3_ENDPOINT_URL"]).netloc
            case _:
                prefix = name.upper()
                return self._env.get(f"{prefix}_GRPC_ADDRESS") or self._env[f"{prefix}_METRICS_ADDRESS"]

    def query(self, statement: str, *arguments: Any) -> list[Any]:
        """Rows, read by the owner of the database; asked again while PostgreSQL is away."""

        async def ask() -> list[Any]:
            connection = await asyncpg.connect(self._env["DATABASE_URL"], timeout=5)
            try:
                return list(await connection.fetch(statement, *arguments))
            finally:
                await connection.close()

        deadline = time.monotonic() + 60
        while True:
            try:
                return asyncio.run(ask())
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def value(self, statement: str, *arguments: Any) -> Any:
        """The one value of a query."""
        return self.query(statement, *arguments)[0][0]

    def unpublished(self) -> int:
        """Facts that the outboxes still hold."""
        outboxes = " + ".join(
            f"(SELECT count(*) FROM {name}.outbox WHERE published_at IS NULL)"
            for name in ("users", "projects", "credits", "ai_jobs")
        )
        return int(self.value(f"SELECT {outboxes}"))

    def leftovers(self) -> list[str]:
        """What is stuck: live jobs, leases, live holds, facts that nobody published, dead letters."""
        live = "('reserving', 'queued', 'running', 'waiting_review', 'canceling')"
        counts = {
            "live jobs": self.value(f"SELECT count(*) FROM ai_jobs.jobs WHERE status IN {live}"),
            "leased steps": self.value("SELECT count(*) FROM ai_jobs.render_steps WHERE state = 'leased'"),
            "live holds": self.value("SELECT count(*) FROM credits.holds WHERE state = 'live'"),
            "unpublished facts": self.unpublished(),
        }
        return [f"{count} {what}" for what, count in counts.items() if count]

    def audit(self, out: Path) -> bool:
        """The ledger's own audit of the running database; its report goes to standard output."""
        command = [sys.executable, "-m", "deploy.local.stack", "exec", "--root", str(ROOT), "services.credits.audit"]
        done = subprocess.run([*command, "--out", str(out), "--grace-s", "5"], cwd=CHECKOUT, check=False)
        return done.returncode == 0


@contextmanager
def arena() -> Iterator[Arena]:
    """A fresh studio under .local/chaos, wiped before and ended after."""
    stack = Stack(ROOT)
    stack.reset()
    studio = Studio(stack, stack.up(), PATIENCE_S)
    try:
        yield Arena(studio)
    finally:
        studio.close()
        stack.down()


def table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Columns as wide as they need to be."""
    text = [[_cell(value) for value in row] for row in rows]
    widths = [max(len(row[index]) for row in [list(headings), *text]) for index in range(len(headings))]
    lines = [list(headings), ["-" * width for width in widths], *text]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "NO"
    return f"{value:.1f}" if isinstance(value, float) else str(value)
