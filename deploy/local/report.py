"""What `make status` prints: a line a process with state, process id, address and memory."""

import socket
from dataclasses import dataclass
from pathlib import Path

import psutil

from deploy.local.daemon import Daemon
from deploy.local.layout import Layout


@dataclass(frozen=True)
class Line:
    """One process as `make status` shows it."""

    name: str
    state: str
    pid: int | None
    address: str
    memory_bytes: int
    """Proportional set size of the process and its descendants: what is shared counts once among its sharers."""


def lines(daemon: Daemon, layout: Layout, addresses: dict[str, str]) -> list[Line]:
    """A line for every process of the stack, supervisord among them."""
    found = [
        Line(
            name,
            _state(process["statename"], addresses.get(name, "")),
            process["pid"] or None,
            addresses.get(name, ""),
            tree_memory(process["pid"]),
        )
        for name, process in daemon.processes().items()
    ]
    supervisord = _pid(layout.run / "supervisord.pid")
    if found and supervisord:
        found.append(Line("supervisord", "RUNNING", supervisord, "", memory(supervisord)))
    return found


def _state(statename: str, address: str) -> str:
    """What the supervisor says, but a process that runs and takes no connections yet is still starting."""
    if statename != "RUNNING" or not address:
        return statename
    host, port = address.rsplit(":", 1)
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except OSError:
        return "STARTING"
    return statename


def table(rows: list[Line]) -> str:
    """The lines as text, with the sum of their memory."""
    text = [f"{'PROCESS':<18}{'STATE':<10}{'PID':>8}  {'ADDRESS':<22}{'MEMORY':>9}"]
    for row in rows:
        pid = str(row.pid or "-")
        text.append(f"{row.name:<18}{row.state:<10}{pid:>8}  {row.address:<22}{_megabytes(row.memory_bytes):>9}")
    text.append(f"{'total':<60}{_megabytes(sum(row.memory_bytes for row in rows)):>9}")
    return "\n".join(text)


def tree_memory(pid: int) -> int:
    """Bytes of a process and all below it; 0 for one that is gone."""
    if not pid:
        return 0
    try:
        below = psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return 0
    return memory(pid) + sum(memory(child.pid) for child in below)


def memory(pid: int) -> int:
    """Bytes of one process alone; 0 for one that is gone or not ours to look at."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("Pss:")), 0)


def _pid(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None


def _megabytes(count: int) -> str:
    return f"{count / 1_000_000:.1f} MB"
