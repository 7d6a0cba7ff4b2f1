"""A real supervisord: what dies is up again, what keeps dying is tried for ever, and nothing outlives its supervisor."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local.daemon import Daemon
from deploy.local.errors import StackError
from deploy.local.layout import Layout
from deploy.local.program import Program

SLEEPER = Program("sleeper", ("sleep", "1000"), "127.0.0.1:1")


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    layout = Layout(tmp_path)
    layout.make()
    daemon = Daemon(layout)
    yield daemon
    daemon.shutdown()


def eventually(holds: Callable[[], bool], seconds: float = 10) -> float:
    """Waits until something holds and returns the seconds it took."""
    started = time.monotonic()
    while not holds():
        assert time.monotonic() - started < seconds
        time.sleep(0.01)
    return time.monotonic() - started


def pid(daemon: Daemon, name: str = "sleeper") -> int:
    return int(daemon.processes()[name]["pid"])


def test_a_killed_process_is_back_within_two_seconds_and_its_pid_file_follows(daemon: Daemon, tmp_path: Path) -> None:
    daemon.apply([SLEEPER])
    eventually(lambda: daemon.processes()["sleeper"]["statename"] == "RUNNING")
    first = pid(daemon)
    os.kill(first, signal.SIGKILL)
    assert eventually(lambda: pid(daemon) not in (0, first)) < 2
    eventually(lambda: int(Layout(tmp_path).pid_file("sleeper").read_text()) == pid(daemon))


def test_a_process_that_keeps_dying_is_tried_on_without_growing_pauses(daemon: Daemon, tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    daemon.apply([Program("dying", ("/bin/sh", "-c", f"date >>'{starts}'; exit 1"), "127.0.0.1:1")])
    eventually(lambda: starts.exists() and len(starts.read_text().splitlines()) >= 4, seconds=8)
    daemon.stop("dying")
    assert daemon.processes()["dying"]["statename"] in ("STOPPED", "FATAL")


def test_a_stopped_process_stays_down_until_it_is_started(daemon: Daemon) -> None:
    daemon.apply([SLEEPER])
    daemon.stop("sleeper")
    assert daemon.processes()["sleeper"]["statename"] == "STOPPED"
    daemon.stop("sleeper")
    daemon.start("sleeper")
    eventually(lambda: pid(daemon) != 0)


def test_a_change_restarts_what_changed_and_leaves_the_rest_alone(daemon: Daemon) -> None:
    other = Program("other", ("sleep", "1000"), "127.0.0.1:1")
    daemon.apply([SLEEPER, other])
    eventually(lambda: pid(daemon) != 0 and pid(daemon, "other") != 0)
    kept, changed = pid(daemon), pid(daemon, "other")
    daemon.apply([SLEEPER, Program("other", ("sleep", "2000"), "127.0.0.1:1")])
    eventually(lambda: pid(daemon, "other") not in (0, changed))
    assert pid(daemon) == kept
    daemon.apply([SLEEPER])
    assert set(daemon.processes()) == {"sleeper"}


def test_children_end_with_a_killed_supervisor(daemon: Daemon, tmp_path: Path) -> None:
    daemon.apply([SLEEPER])
    eventually(lambda: daemon.processes()["sleeper"]["statename"] == "RUNNING")
    child = pid(daemon)
    os.kill(int((tmp_path / "run" / "supervisord.pid").read_text()), signal.SIGKILL)
    eventually(lambda: not _runs(child))
    assert not daemon.alive()


def test_without_a_supervisor_a_start_says_what_to_do(daemon: Daemon) -> None:
    with pytest.raises(StackError, match="make up"):
        daemon.start("sleeper")


def _runs(process_id: int) -> bool:
    try:
        return bool(Path(f"/proc/{process_id}/cmdline").read_bytes())
    except OSError:
        return False
