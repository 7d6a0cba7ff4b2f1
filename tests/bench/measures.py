"""The measurements, each on a studio that does nothing else."""

from __future__ import annotations

import statistics
import threading
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import psutil

from deploy.local.report import tree_memory
from tests.support.studio import CHECKOUT, Json, Person, Studio

DEMO = CHECKOUT / "examples" / "demo.fountain"
PROBES = 50
SMALL_JOBS, SMALL_STEPS = 15, 20
LARGE_STEPS = 300
# until what started the studio has let go of what only starting needs
SETTLE_S = 5.0
# a line of the demo, and another that is as long to say
LINE, CHANGED_LINE = "The lamp is still dark!", "The lamp has gone dark!"
SLOT_MB = 700.0
LOOK_EVERY_S = 0.25


@dataclass(frozen=True)
class Measure:
    """A number, and the bar it is held against; no bar: it is only told."""

    name: str
    value: float
    unit: str
    # at most this much
    bar: float | None = None
    # said beside it
    note: str = ""

    @property
    def passed(self) -> bool:
        """Whether it is within its bar."""
        return self.bar is None or self.value <= self.bar

    def to_json(self) -> dict[str, Any]:
        """As written to out/bench.json."""
        return {**asdict(self), "passed": self.passed}


def memory(studio: Studio, when: str, bar_mb: float) -> Measure:
    """Proportional set sizes of all our processes and the backing services, with their supervisor, added up."""
    time.sleep(SETTLE_S)
    rows = sorted(studio.stack.status(), key=lambda row: -row.memory_bytes)
    largest = ", ".join(f"{row.name} {row.memory_bytes / 1e6:.0f}" for row in rows[:4])
    return Measure(f"idle memory, {when}", sum(row.memory_bytes for row in rows) / 1e6, "MB", bar_mb, largest)


def latency(admin: Person, bar_ms: float) -> Measure:
    """From sending the order of a job of one step to a worker's having that step, the median of many."""
    whole, inside = [], []
    for number in range(PROBES + 5):
        sent = datetime.now(UTC)
        job_id = admin.probe(steps=1, seconds_per_step=0)["id"]
        job = admin.wait_for_end(job_id, 20)
        started = datetime.fromisoformat(job["started_at"])
        # the first ones warm connections up
        if number >= 5:
            whole.append((started - sent).total_seconds() * 1000)
            inside.append((started - datetime.fromisoformat(job["created_at"])).total_seconds() * 1000)
    worst = statistics.quantiles(whole, n=20)[-1]
    note = f"p95 {worst:.0f} ms; from the job's creation to its start {statistics.median(inside):.0f} ms"
    return Measure("submit to first step started, p50", statistics.median(whole), "ms", bar_ms, note)


def throughput(admin: Person) -> list[Measure]:
    """Steps that do nothing, claimed, done and delivered in a second: of many jobs as large as a short film, and of one large job."""
    ids = [admin.probe(steps=SMALL_STEPS, seconds_per_step=0)["id"] for _ in range(SMALL_JOBS)]
    jobs = [admin.wait_for_end(job_id, 120) for job_id in ids]
    seconds = _between(min(job["started_at"] for job in jobs), max(job["finished_at"] for job in jobs))
    large = admin.wait_for_end(admin.probe(steps=LARGE_STEPS, seconds_per_step=0)["id"], 120)
    return [
        Measure(f"empty steps, {SMALL_JOBS} jobs of {SMALL_STEPS}", SMALL_JOBS * SMALL_STEPS / seconds, "steps/s"),
        Measure(
            f"empty steps, one job of {LARGE_STEPS}",
            LARGE_STEPS / _between(large["started_at"], large["finished_at"]),
            "steps/s",
        ),
    ]


def film(studio: Studio, seconds: float, resolution: str, bar_s: float | None) -> list[Measure]:
    """A new project's film, from its order to its end; what a slot of the worker took meanwhile; and the film with one line changed."""
    person = studio.register("pro", credits=30)
    text = DEMO.read_text(encoding="utf-8")
    text = _shortened(text) if seconds < 30 else text
    project_id = person.project_with_script(text, "The Light on Gull Rock")
    with Slots(studio) as slots:
        job, wall = _made(person, project_id, seconds, resolution)
    assert LINE in text
    person.put_script(project_id, text.replace(LINE, CHANGED_LINE))
    again, changed = _made(person, project_id, seconds, resolution)
    name = f"{seconds:g}-s {resolution} film"
    bars = bar_s is not None
    return [
        Measure(name, wall, "s", bar_s, _stages(job)),
        Measure(f"{name}, seconds of film a second", seconds / wall, "x"),
        Measure(f"{name}, one line changed", changed, "s", wall / 6 if bars else None, _stages(again)),
        Measure("a slot of the worker, at most", slots.most_bytes / 1e6, "MB", SLOT_MB if bars else None),
    ]


def _made(person: Person, project_id: str, seconds: float, resolution: str) -> tuple[Json, float]:
    """The film's job, and how long it took from the order on."""
    sent = datetime.now(UTC)
    job = person.film(project_id, seconds, resolution)
    return job, (datetime.fromisoformat(job["finished_at"]) - sent).total_seconds()


class Slots:
    """Looks at what the worker's children take, with all they start, for as long as it is entered."""

    def __init__(self, studio: Studio) -> None:
        self.most_bytes = 0
        self._worker = psutil.Process(studio.stack.pid("render_worker_1"))
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def _look(self) -> None:
        while not self._over.wait(LOOK_EVERY_S):
            self.most_bytes = max(self.most_bytes, *(tree_memory(child.pid) for child in self._worker.children()), 0)

    def __enter__(self) -> Slots:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


def _shortened(text: str) -> str:
    """The demo's first scene up to its first line: what fits into a quarter of a minute."""
    head, _, rest = text.partition("\nTOM\n")
    return f"{head}\nTOM\n{rest.partition(chr(10))[0]}\n"


def _stages(job: Json) -> str:
    longest = sorted(job["stage_times"], key=lambda stage: -stage["work_s"])[:4]
    return ", ".join(f"{stage['stage']} {stage['work_s']:.1f}" for stage in longest) + " s of work"


def _between(start: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()
