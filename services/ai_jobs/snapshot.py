"""A job as its live events show it: status, progress, counts, credits, ETA; the same words as the job of the API."""

from __future__ import annotations

from typing import Any

from services.ai_jobs.models import Job
from services.ai_jobs.pace import Pace
from services.ai_jobs.tally import Tally


def counts(job: Job, tally: Tally) -> dict[str, int]:
    """shots_total, shots_ok, shots_failed, steps_cached."""
    return {
        "shots_total": job.shots_total,
        "shots_ok": tally.shots_done,
        "shots_failed": tally.shots_failed,
        "steps_cached": tally.cached,
    }


def progress(job: Job, tally: Tally) -> dict[str, Any]:
    """value, stage, steps_done, steps_total, message."""
    return {
        "value": round(job.progress, 4),
        "stage": job.stage,
        "steps_done": tally.done,
        "steps_total": tally.total,
        "message": job.message,
    }


def eta_seconds(job: Job, tally: Tally, pace: Pace) -> int | None:
    """Seconds to go; None for a job that has ended or waits for a person."""
    return pace.remaining_s(tally) if job.working else None


def stage_times(tally: Tally) -> list[dict[str, Any]]:
    """Per step kind, in the plan's order: how many steps, from first start to last end, and the work added up."""
    return [
        {
            "stage": kind.kind,
            "steps": kind.timed,
            "wall_s": round((kind.last_finished - kind.first_started).total_seconds(), 3),
            "work_s": round(kind.work_s, 3),
        }
        for kind in tally.kinds
        if kind.first_started is not None and kind.last_finished is not None
    ]


def snapshot(job: Job, tally: Tally, pace: Pace) -> dict[str, Any]:
    """The whole of it, as an event carries it."""
    return {
        "status": job.status,
        "attempt": job.attempt,
        "progress": progress(job, tally),
        "eta_seconds": eta_seconds(job, tally, pace),
        "counts": counts(job, tally),
        "credits": {"quoted": job.quoted, "held": job.held, "captured": job.captured, "released": job.released},
        "error": job.error,
        "waiting_reason": pace.waiting_reason(tally) if job.working else "",
    }
