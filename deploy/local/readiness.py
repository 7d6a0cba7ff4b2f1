"""Waiting until our processes answer, and saying which one doesn't and why."""

import socket
import time
import urllib.error
import urllib.request
from collections.abc import Sequence

from deploy.local.daemon import Daemon
from deploy.local.errors import StackError
from deploy.local.layout import Layout
from deploy.local.program import Program

SECONDS = 60.0
DEATHS = 4
"""A process that was seen under this many process ids keeps dying: no use in waiting on."""
LOG_LINES = 15


def wait_until_ready(daemon: Daemon, layout: Layout, programs: Sequence[Program], seconds: float = SECONDS) -> None:
    """Returns when every program answers. Raises StackError with the last log lines of those that don't."""
    deadline = time.monotonic() + seconds
    waiting = {program.name: program for program in programs}
    pids: dict[str, set[int]] = {program.name: set() for program in programs}
    while True:
        waiting = {name: program for name, program in waiting.items() if not _answers(program)}
        if not waiting:
            return
        processes = daemon.processes()
        for name in waiting:
            pids[name].add(processes.get(name, {}).get("pid", 0))
        starts = {name: len(pids[name] - {0}) for name in waiting}
        if max(starts.values()) >= DEATHS:
            raise _not_ready(layout, [name for name, count in starts.items() if count > 1])
        if time.monotonic() > deadline:
            raise _not_ready(layout, list(waiting))
        time.sleep(0.05)


def _answers(program: Program) -> bool:
    if program.name == "gateway":
        return _status(f"http://{program.address}/ready") == 200
    host, port = program.address.rsplit(":", 1)
    try:
        with socket.create_connection((host, int(port)), timeout=2):
            return True
    except OSError:
        return False


def _status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def _not_ready(layout: Layout, names: Sequence[str]) -> StackError:
    output = []
    for name in names:
        log = layout.log_file(name)
        lines = log.read_text(errors="replace").splitlines()[-LOG_LINES:] if log.exists() else []
        output += [f"--- {log}", *lines]
    return StackError(", ".join(names), "not ready", "make status, make logs NAME=…", "\n".join(output), len(output))
