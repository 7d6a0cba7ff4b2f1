"""The supervisord of one stack: started, told what to run, asked what runs, ended."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Iterable, Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import SupervisorTransport

from deploy.local import supervisor_conf
from deploy.local.errors import StackError
from deploy.local.layout import CHECKOUT, Layout
from deploy.local.program import BACKING, Program

RUNNING = ("RUNNING", "STARTING")
ENDED = ("STOPPED", "FATAL")
AWAY = (OSError, socket.error, xmlrpc.client.ProtocolError, HTTPException)


class Daemon:
    """Speaks to supervisord over its socket."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    @property
    def _conf(self) -> Path:
        return self._layout.conf / "supervisord.conf"

    @contextlib.contextmanager
    def _rpc(self) -> Iterator[Any]:
        transport = SupervisorTransport(None, None, f"unix://{self._layout.socket}")
        with xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport) as proxy:
            yield proxy.supervisor

    def alive(self) -> bool:
        """Return whether supervisord answers."""
        try:
            with self._rpc() as rpc:
                return bool(rpc.getState()["statename"] == "RUNNING")
        except AWAY:
            return False

    def processes(self) -> dict[str, dict[str, Any]]:
        """What supervisord knows of each process: statename, pid, start, … Empty when there is no supervisord."""
        try:
            with self._rpc() as rpc:
                return {process["name"]: process for process in rpc.getAllProcessInfo()}
        except AWAY:
            return {}

    def is_running(self, name: str) -> bool:
        """Return whether a process is up or being started."""
        process = self.processes().get(name)
        return process is not None and process["statename"] in RUNNING

    def apply(self, programs: Iterable[Program]) -> None:
        """Makes these programs, and no others, run; one that runs unchanged is left alone."""
        wanted = list(programs)
        for program in wanted:
            _write_private(
                supervisor_conf.script_file(self._layout, program), supervisor_conf.script(self._layout, program)
            )
        _write_private(self._conf, supervisor_conf.text(self._layout, wanted))
        if not self.alive():
            self._launch()
            return
        with self._rpc() as rpc:
            added, changed, removed = rpc.reloadConfig()[0]
            self._stop_together([*changed, *removed])
            for name in [*changed, *removed]:
                rpc.removeProcessGroup(name)
            for name in [*added, *changed]:
                rpc.addProcessGroup(name)
        running = self.processes()
        for program in wanted:
            if running.get(program.name, {}).get("statename") in ("STOPPED", "FATAL", "EXITED"):
                self.start(program.name)

    def _launch(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "deploy.local.supervise", "-c", str(self._conf)],
            cwd=CHECKOUT, env=supervisor_conf.clean_environment(), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        deadline = time.monotonic() + 10
        while done.returncode == 0 and time.monotonic() < deadline:
            if self.alive():
                return
            time.sleep(0.02)
        log = self._layout.log_file("supervisord")
        raise StackError("supervisord", "doesn't start", f"look into {log}", done.stdout + done.stderr)

    def stop(self, name: str) -> None:
        """Stops one process and returns when it has ended; it stays down."""
        self._stop_together([name])

    def start(self, name: str) -> None:
        """Starts one process that was stopped."""
        with _unless_fault("ALREADY_STARTED"), self._rpc() as rpc:
            rpc.startProcess(name, False)

    def shutdown(self, seconds: float = 60) -> None:
        """Ends our processes, then the servers that they speak to, then supervisord itself."""
        names = list(self.processes())
        self._stop_together([name for name in names if name not in BACKING])
        self._stop_together([name for name in names if name in BACKING])
        with contextlib.suppress(*AWAY), self._rpc() as rpc:
            rpc.shutdown()
        deadline = time.monotonic() + seconds
        while _exists(self._layout.run / "supervisord.pid"):
            if time.monotonic() > deadline:
                raise StackError("supervisord", "doesn't end", f"look into {self._layout.log_file('supervisord')}")
            time.sleep(0.02)

    def _stop_together(self, names: Iterable[str]) -> None:
        """Stops processes side by side; supervisord by itself would end one after the other."""
        wanted = list(names)
        while True:
            states = {name: process["statename"] for name, process in self.processes().items()}
            waiting = [name for name in wanted if states.get(name, "STOPPED") not in ENDED]
            if not waiting:
                break
            for name in waiting:
                # one that has just died by itself is EXITED for a tick and then started again: it is stopped then
                if states[name] in (*RUNNING, "BACKOFF"):
                    with _unless_fault("NOT_RUNNING"), self._rpc() as rpc:
                        rpc.stopProcess(name, False)
            time.sleep(0.02)
        for name in wanted:
            self._layout.pid_file(name).unlink(missing_ok=True)


@contextlib.contextmanager
def _unless_fault(harmless: str) -> Iterator[None]:
    """Passes over the one fault of supervisord that means "it is so already"."""
    try:
        yield
    except xmlrpc.client.Fault as fault:
        if not fault.faultString.startswith(harmless):
            raise StackError("supervisord", fault.faultString, "make status lists the names") from fault
    except AWAY as error:
        raise StackError("supervisord", "isn't there", "make up starts it") from error


def _exists(pid_file: Path) -> bool:
    """Whether the process of a supervisord pid file is still there, and is a supervisord."""
    try:
        pid = int(pid_file.read_text())
        return b"deploy.local.supervise" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return False


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
