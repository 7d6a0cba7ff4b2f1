"""`python -m tests.bench [--short]`: memory, latency, throughput, the speed of a film, a dead webhook, each against its bar.

A fresh studio of its own under .local/bench, on a machine that should have nothing else to do. Writes out/bench.json and ends
with 1 when a bar is missed. In the short form (for every test run) a small film is made, and only memory and latency count,
at twice their bars: build machines are noisy.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from deploy.local.stack import Stack
from tests.bench import measures, webhooks
from tests.bench.measures import Measure
from tests.support.studio import CHECKOUT, Studio

ROOT = CHECKOUT / ".local" / "bench"
OUT = CHECKOUT / "out" / "bench.json"
# fifteen processes, the sandbox among them
MEMORY_MB, LATENCY_MS, FILM_S = 1500.0, 50.0, 50.0
SLACK = 2.0


@contextmanager
def fresh_studio() -> Iterator[Studio]:
    """A studio with nothing in it, ended afterwards."""
    stack = Stack(ROOT)
    stack.reset()
    studio = Studio(stack, stack.up())
    try:
        yield studio
    finally:
        studio.close()
        stack.down()


def say(text: str) -> None:
    """A line at once, for whoever watches."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def run(*, short: bool) -> Iterator[Measure]:
    """Every measurement, in an order in which none disturbs the next."""
    slack = SLACK if short else 1.0
    with fresh_studio() as studio:
        admin = studio.admin()
        yield measures.memory(studio, "after its start", MEMORY_MB * slack)
        yield measures.latency(admin, LATENCY_MS * slack)
        yield from measures.throughput(admin)
        if short:
            yield from measures.film(studio, 15, "480p", None)
        else:
            yield from measures.film(studio, 60, "1080p", FILM_S)
        yield measures.memory(studio, "after a film", MEMORY_MB * slack)
    yield from webhooks.figures(short=short)


def line(measure: Measure) -> str:
    """A measurement as it is printed."""
    bar = "no bar" if measure.bar is None else f"bar {measure.bar:g} {measure.unit}"
    verdict = "" if measure.passed else "  MISSED"
    note = f"  ({measure.note})" if measure.note else ""
    return f"{measure.name:<44}{measure.value:9.1f} {measure.unit:<8}{bar:<14}{verdict}{note}"


def main() -> int:
    """0 when every bar was kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--short", action="store_true", help="a small film; bars at twice their size")
    short = parser.parse_args().short
    if short:
        say(f"short form: memory and latency count, at {SLACK:g} times their bars, because build machines are noisy")
    found = []
    for measure in run(short=short):
        found.append(measure)
        say(line(measure))
    passed = all(measure.passed for measure in found)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    written = {
        "passed": passed, "short": short, "cores": os.cpu_count(), "load_average": os.getloadavg()[0],
        "measures": [measure.to_json() for measure in found],
    }  # fmt: skip
    OUT.write_text(json.dumps(written, indent=2) + "\n")
    say(f"{'every bar was kept' if passed else 'bars were missed'}; written to {OUT.relative_to(CHECKOUT)}")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
