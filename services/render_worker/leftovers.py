"""What a worker that was killed left behind: subprocesses of its children, which nobody killed with it.

A child dies with its worker by the kernel's hand, but a subprocess that it had started may live on. All of them carry
the worker's folder in their environment, so its successor finds them.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from pathlib import Path

from services.kit import telemetry

# names the worker's folder in the environment of everything below it
MARK = "FILMSTUDIO_WORKER_DIR"


def kill_leftovers(worker_dir: Path) -> int:
    """Kill what an earlier worker of this folder left running; how many there were."""
    mark = f"{MARK}={worker_dir}".encode()
    killed = 0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            marked = mark in (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            # gone by now, or somebody else's
            continue
        if marked:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(entry.name), signal.SIGKILL)
                killed += 1
    if killed:
        telemetry.log().warning("processes of an earlier worker were still running", killed=killed)
    return killed


def fresh_folder(folder: Path) -> Path:
    """The folder, empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    return folder
