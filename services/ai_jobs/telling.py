"""What a job tells the world while it goes on: durable live events, its progress, the bell. In the course's transaction."""

from __future__ import annotations

from typing import Any

from services.ai_jobs import events
from services.ai_jobs.house import House
from services.ai_jobs.models import Job, JobStatus, Phase
from services.ai_jobs.plan import Plan
from services.ai_jobs.snapshot import snapshot
from services.ai_jobs.step_models import RenderStep
from services.ai_jobs.tally import Tally
from services.kit.db import Work

_NOUNS = {"animate_shot": "shot", "draw_frame": "picture", "speak_line": "line", "wait": "step"}


class Teller:
    """The voice of a locked job."""

    def __init__(self, house: House, work: Work, job: Job, plan: Plan) -> None:
        self._house = house
        self._work = work
        self._job = job
        self._plan = plan
        self._now = house.now()
        self._seq_before = job.last_seq

    async def tell(self, kind: str, *, final: bool = False) -> None:
        """A durable live event with a full snapshot of the job."""
        self._tell(kind, snapshot(self._job, await self._plan.tally(), self._house.pace), final=final)

    def _tell(self, kind: str, data: dict[str, Any], *, final: bool = False) -> None:
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
        self._tell("step", data)

    def report_progress(self, tally: Tally) -> None:
        """Note where a working job stands; tell it where the last word is a second old."""
        self._job.advance(*self._position(tally))
        if self._job.status is JobStatus.RUNNING and self._job.may_report(self._now):
            self._tell("progress", snapshot(self._job, tally, self._house.pace))

    def _position(self, tally: Tally) -> tuple[float, str, str]:
        done = tally.share_done
        match self._job.phase:
            case Phase.ANALYZE | Phase.STORYBOARD | Phase.REVIEWED:
                value = 0.04 * done
            case Phase.SPEAK:
                value = 0.04 + 0.16 * done
            case Phase.WRITE | Phase.RENDER:
                value = done
        current = tally.current
        if current is None:
            return value, self._job.stage, self._job.message
        noun = _NOUNS.get(current.kind)
        message = f"{noun} {min(current.done + 1, current.total)} of {current.total}" if noun else ""
        return value, current.kind, message

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
