"""Steps of the set-up: in order where they need one another, side by side otherwise."""

import io
import threading

import pytest

from deploy.local.tasks import Task, run


def test_a_task_begins_after_what_it_needs() -> None:
    order: list[str] = []

    def note(name: str) -> str:
        order.append(name)
        return "ok"

    tasks = [
        Task("third", lambda: note("third"), needs=("second",)),
        Task("second", lambda: note("second"), needs=("first",)),
        Task("first", lambda: note("first")),
    ]
    assert run(tasks, io.StringIO()) == {}
    assert order == ["first", "second", "third"]


def test_tasks_that_need_nothing_run_at_the_same_time() -> None:
    together = threading.Barrier(2, timeout=10)

    def meet() -> str:
        together.wait()
        return "met"

    assert run([Task("a", meet), Task("b", meet)], io.StringIO()) == {}


def test_a_failure_is_returned_and_what_needs_it_is_not_started() -> None:
    started: list[str] = []

    def fail() -> str:
        raise OSError("no network")

    def other(name: str) -> str:
        started.append(name)
        return "ok"

    out = io.StringIO()
    tasks = [
        Task("download", fail),
        Task("unpack", lambda: other("unpack"), needs=("download",)),
        Task("fonts", lambda: other("fonts")),
    ]
    failed = run(tasks, out)
    assert list(failed) == ["download"]
    assert started == ["fonts"]
    assert "download" in out.getvalue()
    assert "FAILED" in out.getvalue()


def test_a_need_that_is_no_task_is_refused() -> None:
    with pytest.raises(ValueError, match="nowhere"):
        run([Task("a", lambda: "ok", needs=("nowhere",))], io.StringIO())
