"""Steps that depend on one another, run side by side where they don't."""

import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TextIO

ALREADY = "already here"
"""What a task returns that had nothing to do; no line is printed for it."""


@dataclass(frozen=True)
class Task:
    """A step and the names of those that come before it."""

    name: str
    action: Callable[[], str]
    """Does the step and returns a few words on how it went."""
    needs: tuple[str, ...] = ()


def run(tasks: Sequence[Task], out: TextIO = sys.stdout) -> dict[str, Exception]:
    """Runs every task as soon as what it needs is done, printing a line with its seconds for each.

    Returns what failed, by name; a task whose need failed isn't started and counts as neither.
    """
    unknown = {need for task in tasks for need in task.needs} - {task.name for task in tasks}
    if unknown:
        raise ValueError(f"needed but not there: {sorted(unknown)}")
    waiting = {task.name: task for task in tasks}
    done: set[str] = set()
    failed: dict[str, Exception] = {}
    running: dict[Future[str], tuple[str, float]] = {}
    with ThreadPoolExecutor(max_workers=max(1, len(tasks))) as pool:
        while True:
            for task in [task for task in waiting.values() if set(task.needs) <= done]:
                del waiting[task.name]
                running[pool.submit(task.action)] = (task.name, time.monotonic())
            if not running:
                return failed
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                name, started = running.pop(future)
                seconds = time.monotonic() - started
                error = future.exception()
                if error is None:
                    done.add(name)
                    if future.result() != ALREADY:
                        print(f"  {name:<28}{seconds:6.1f} s  {future.result()}", file=out, flush=True)
                elif isinstance(error, Exception):
                    failed[name] = error
                    print(f"  {name:<28}{seconds:6.1f} s  FAILED", file=out, flush=True)
                else:
                    raise error
