"""A job as its live events show it: status, progress, counts, credits, ETA; the same words as the job of the API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.ai_jobs.models import Job
from services.ai_jobs.pace import Pace
from services.ai_jobs.step_models import RenderStep, StepState


def counts(job: Job, steps: Sequence[RenderStep]) -> dict[str, int]:
    """shots_total, shots_ok, shots_failed, steps_cached."""
    shots = [step for step in steps if step.kind == "animate_shot" and step.name[5:].isdigit()]
    return {
        "shots_total": job.shots_total,
        "shots_ok": sum(step.done for step in shots),
        "shots_failed": sum(step.state is StepState.FAILED for step in shots),
        "steps_cached": sum(step.cached for step in steps),
    }


def progress(job: Job, steps: Sequence[RenderStep]) -> dict[str, Any]:
    """value, stage, steps_done, steps_total, message."""
    return {
        "value": round(job.progress, 4),
        "stage": job.stage,
        "steps_done": sum(step.done for step in steps),
        "steps_total": len(steps),
        "message": job.message,
    }


def eta_seconds(job: Job, steps: Sequence[RenderStep], pace: Pace) -> int | None:
    """Seconds to go; None for a job that has ended or waits for a person."""
    return pace.remaining_s(steps) if job.working else None


def stage_times(steps: Sequence[RenderStep]) -> list[dict[str, Any]]:
    """Per step kind, in the plan's order: how many steps, from first start to last end, and the work added up."""
    times: dict[str, dict[str, Any]] = {}
    for step in steps:
        if step.cached or step.started_at is None or step.finished_at is None:
            continue
        entry = times.setdefault(
            step.kind,
            {"stage": step.kind, "steps": 0, "work_s": 0.0, "first": step.started_at, "last": step.finished_at},
        )
        entry["steps"] += 1
        entry["work_s"] += step.work_s
        entry["first"] = min(entry["first"], step.started_at)
        entry["last"] = max(entry["last"], step.finished_at)
    return [
        {
            "stage": entry["stage"],
            "steps": entry["steps"],
            "wall_s": round((entry["last"] - entry["first"]).total_seconds(), 3),
            "work_s": round(entry["work_s"], 3),
        }
        for entry in times.values()
    ]


def snapshot(job: Job, steps: Sequence[RenderStep], pace: Pace) -> dict[str, Any]:
    """The whole of it, as an event carries it."""
    return {
        "status": job.status,
        "attempt": job.attempt,
        "progress": progress(job, steps),
        "eta_seconds": eta_seconds(job, steps, pace),
        "counts": counts(job, steps),
        "credits": {"quoted": job.quoted, "held": job.held, "captured": job.captured, "released": job.released},
        "error": job.error,
        "waiting_reason": pace.waiting_reason(steps) if job.working else "",
    }
