"""What a job tells the world while it goes on: durable live events, its progress, the bell. In the course's transaction."""

from __future__ import annotations

from typing import Any

from services.ai_jobs import events
from services.ai_jobs.house import House
from services.ai_jobs.models import Job, JobStatus, Phase
from services.ai_jobs.snapshot import snapshot
from services.ai_jobs.step_models import RenderStep, StepState
from services.kit.db import Work


class Teller:
    """The voice of a locked job. `steps` is the course's own list, which grows with the plan."""

    def __init__(self, house: House, work: Work, job: Job, steps: list[RenderStep]) -> None:
        self._house = house
        self._work = work
        self._job = job
        self._steps = steps
        self._now = house.now()
        self._seq_before = job.last_seq

    def tell(self, kind: str, *, final: bool = False, **more: Any) -> None:
        """A durable live event with a full snapshot of the job."""
        data = {**snapshot(self._job, self._steps, self._house.pace), **more}
        self._work.save(events.live_event(self._job, kind, data, self._house.new_id(), self._now, final=final))

    def tell_step(self, step: RenderStep) -> None:
        """A step is done: small, since there are many."""
        data = {
            "step_id": str(step.id),
            "name": step.name,
            "kind": step.kind,
            "status": step.state,
            "work_s": step.work_s,
        }
        self._work.save(events.live_event(self._job, "step", data, self._house.new_id(), self._now))

    def report_progress(self) -> None:
        """Note where the job stands; tell it where the last word is a second old."""
        if self._job.working:
            self._job.advance(*self._position())
            if self._job.status is JobStatus.RUNNING and self._job.may_report(self._now):
                self.tell("progress")

    def _position(self) -> tuple[float, str, str]:
        whole = sum(step.weight for step in self._steps) or 1.0
        done = sum(step.weight * step.progress for step in self._steps) / whole
        match self._job.phase:
            case Phase.ANALYZE | Phase.STORYBOARD | Phase.REVIEWED:
                value = 0.04 * done
            case Phase.SPEAK:
                value = 0.04 + 0.16 * done
            case Phase.WRITE | Phase.RENDER:
                value = done
        current = next((step for step in self._steps if step.state in (StepState.LEASED, StepState.READY)), None)
        if current is None:
            return value, self._job.stage, self._job.message
        return value, current.kind, self._message(current.kind)

    def _message(self, kind: str) -> str:
        nouns = {"animate_shot": "shot", "draw_frame": "picture", "speak_line": "line", "wait": "step"}
        if kind not in nouns:
            return ""
        alike = [step for step in self._steps if step.kind == kind]
        done = sum(step.done for step in alike)
        return f"{nouns[kind]} {min(done + 1, len(alike))} of {len(alike)}"

    def ring(self) -> None:
        """After the commit, wake whoever follows the job, where there is something new to read."""
        if self._job.last_seq > self._seq_before:
            self._seq_before = self._job.last_seq
            message = {
                "type": "job",
                "job_id": str(self._job.id),
                "project_id": str(self._job.project_id or ""),
                "user_id": self._job.user_id,
                "seq": self._job.last_seq,
            }
            self._work.after_commit(lambda: self._house.bell.ring(message))
