"""What a worker shows to Prometheus."""

from __future__ import annotations

from filmstudio.ai_jobs.v1 import steps_pb2
from prometheus_client import Counter, Gauge, Histogram

steps = Counter("worker_steps", "Steps by what became of them", ["kind", "outcome"])
seconds = Histogram(
    "worker_step_seconds",
    "Work on a step, transfers excepted",
    ["kind"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
slots = Gauge("worker_slots", "Slots of this worker")
busy = Gauge("worker_slots_busy", "Slots with a step")
held = Gauge("worker_steps_held", "Steps under this worker's leases, those being delivered included")


def kind_name(kind: steps_pb2.StepKind.ValueType) -> str:
    """draw_frame for STEP_KIND_DRAW_FRAME."""
    try:
        return steps_pb2.StepKind.Name(kind).removeprefix("STEP_KIND_").lower()
    except ValueError:
        return "unknown"
