"""Which port each process listens on: picked free once, all at the same time, written down and used again."""

import json
import random
import socket
from collections.abc import Iterable
from pathlib import Path

LOOPBACK = "127.0.0.1"
LOWEST = 10240
EPHEMERAL_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """True when a server may listen on `port` now (a connection in TIME_WAIT doesn't count, as for the servers)."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def pick_free(count: int, avoid: Iterable[int] = ()) -> list[int]:
    """`count` different free ports, all bound at the same moment.

    Taken from below the kernel's ephemeral range where there is room: a client that reconnects to a port of that range
    while its server is away can be given the very same port as its own, and the server then can't come back.
    """
    taken = set(avoid)
    highest = _ephemeral_start() - 1
    candidates = list(range(LOWEST, highest + 1)) if highest - LOWEST > 1000 else []
    random.shuffle(candidates)
    held: list[socket.socket] = []
    try:
        while len(held) < count:
            candidate = candidates.pop() if candidates else 0
            if candidate in taken:
                continue
            holder = socket.socket()
            try:
                holder.bind((LOOPBACK, candidate))
            except OSError:
                holder.close()
                continue
            held.append(holder)
            taken.add(holder.getsockname()[1])
        return [holder.getsockname()[1] for holder in held]
    finally:
        for holder in held:
            holder.close()


class Ports:
    """The ports of one stack, kept in a JSON file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ports: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}

    def __getitem__(self, name: str) -> int:
        return self._ports[name]

    def __contains__(self, name: str) -> bool:
        return name in self._ports

    def require(self, names: Iterable[str]) -> None:
        """Picks a port for every name that has none yet."""
        missing = [name for name in names if name not in self._ports]
        if missing:
            self._ports.update(zip(missing, pick_free(len(missing), self._ports.values()), strict=True))
            self._save()

    def replace_taken(self, names: Iterable[str]) -> list[str]:
        """Picks another port for each of `names` (processes that don't run now) whose port somebody else has taken."""
        taken = [name for name in names if name in self._ports and not is_free(self._ports[name])]
        if taken:
            self._ports.update(zip(taken, pick_free(len(taken), self._ports.values()), strict=True))
            self._save()
        return taken

    def address(self, name: str) -> str:
        """The port as host:port."""
        return f"{LOOPBACK}:{self._ports[name]}"

    def _save(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_suffix(".tmp")
        temporary.write_text(json.dumps(self._ports, indent=2) + "\n")
        temporary.replace(self._path)


def _ephemeral_start() -> int:
    try:
        return int(EPHEMERAL_RANGE.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return 0
