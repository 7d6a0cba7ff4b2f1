"""The course of a job: what follows when something happened to it. One transaction, the job's row locked, no network.

A step whose needs are done is admitted: what was rendered before is taken as it is, the rest is put up for claiming. When the
steps of a phase are done the plan grows; when the plan is done the job succeeds, and that commit is the saga's pivot.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from filmstudio.ai_jobs.v1 import jobs_pb2
from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.projects.v1 import script_pb2, storyboard_pb2

from services.ai_jobs import events, fitting, planning, pricing, repository, results, step_repository
from services.ai_jobs.house import House
from services.ai_jobs.models import Job, JobFailure, JobKind, JobStatus, Phase
from services.ai_jobs.plan import Plan
from services.ai_jobs.production import production
from services.ai_jobs.step_models import RenderStep
from services.ai_jobs.tally import Tally
from services.ai_jobs.telling import Teller
from services.kit.db import Work

# the lengths of a film follow from its speech: the rest of the plan is made while these still run
_NOT_WAITED_FOR = frozenset({"draw_frame", "sync_lips"})


class Course:
    """A locked job with its plan. `load` it, tell it what happened, `settle` it."""

    def __init__(self, house: House, work: Work, job: Job) -> None:
        self._house = house
        self._work = work
        self.job = job
        self.plan = Plan(house, work, job)
        self._now = house.now()
        self._teller = Teller(house, work, job, self.plan)
        # the steps that were done in this transaction; None: what is due is looked for in the whole plan
        self._done_now: list[UUID] | None = None

    @classmethod
    async def load(cls, house: House, work: Work, job_id: UUID) -> Course | None:
        """The job, locked; None when there is no such job."""
        job = await repository.locked(work.session, job_id)
        return None if job is None else cls(house, work, job)

    # ---- settling

    async def settle(self) -> None:
        """Admit what can be, grow the plan, end the job when it is done; then tell the world what changed."""
        after = self._done_now
        while self.job.working:
            if after := await self.plan.admit(after):
                continue
            tally = await self.plan.tally()
            if not await self._grow(tally):
                self._teller.report_progress(tally)
                break
            after = None
        if self.job.status is JobStatus.CANCELING and not (await self.plan.tally()).leased:
            await self.end(JobStatus.CANCELED)
        self._teller.ring()

    async def _grow(self, tally: Tally) -> bool:
        """The next phase, where this one's steps are done. True when the plan grew or ended."""
        film = self.job.kind is JobKind.VIDEO
        if not tally.all_done(besides=_NOT_WAITED_FOR if film else ()):
            return False
        match self.job.phase:
            case Phase.WRITE:
                if not self.job.plan_due:
                    self._plan_due()
                return False
            case Phase.ANALYZE:
                self.job.phase = Phase.STORYBOARD
                self._plan_due()
                return False
            case Phase.STORYBOARD | Phase.REVIEWED:
                # an attempt that ended while it waited for the planner goes on from there
                if not self.job.plan_due:
                    self._plan_due()
                return False
            case Phase.SPEAK if film:
                await self._plan_production()
                return True
            case Phase.SPEAK | Phase.RENDER:
                if not tally.all_done():
                    return False
                await self._succeed(tally)
                return True

    def _plan_due(self) -> None:
        self.job.plan_due = True
        self._work.after_commit(self._house.wake_planner)

    # ---- growing

    def storyboard(self) -> storyboard_pb2.Storyboard:
        """As projects keeps it, with stable shot ids."""
        return storyboard_pb2.Storyboard.FromString(self.job.storyboard or b"")

    async def analysed(self) -> storyboard_pb2.Storyboard:
        """As analyze_script found it."""
        return (await self.plan.result("analyze_script")).analyze_script.storyboard

    async def written(self) -> str:
        """The script that write_script wrote, as Fountain."""
        return (await self.plan.result("write_script")).write_script.text

    async def handed_in(self, script_version: int) -> None:
        """Projects has the script that was written: there is no more to do."""
        self.job.plan_due = False
        self.job.script_version = script_version
        await self._succeed(await self.plan.tally())

    def _title(self) -> str:
        return planning.film_title(script_pb2.Script.FromString(self.job.script), self.job.project_title)

    async def begin_shots(self, board: storyboard_pb2.Storyboard) -> None:
        """Projects has the storyboard: speak its lines, draw its pictures."""
        self.job.storyboard = board.SerializeToString(deterministic=True)
        self.job.shots_total = sum(len(scene.shots) for scene in board.scenes)
        self.job.plan_due = False
        self.job.phase = Phase.SPEAK
        film = self.job.kind is JobKind.VIDEO
        await self.plan.add(planning.pictures_and_voices(self.job.film, board, self._title(), film=film))

    async def _plan_production(self) -> None:
        spec, board = self.job.film, self.storyboard()
        spoken = [pb.StepResult.FromString(step.result).speak_line for step in await self.plan.of_kinds("speak_line")]
        try:
            fit = fitting.fit(
                planning.needs_of_shots(board, spoken),
                fps=spec.fps,
                frames=spec.frames,
                title=spec.intro,
                end=spec.outro,
                previous=await self._fitted_before(),
            )
        except fitting.DoesNotFit as error:
            needed = {"needed_seconds": str(error.needed_seconds)}
            await self.fail(JobFailure("SCRIPT_TOO_LONG", str(error), "speak_line", False, needed))
            return
        self.job.shot_frames, self.job.tempo = fit.shot_frames, fit.tempo
        self.job.phase = Phase.RENDER
        # projects is told the lengths; nobody waits for that
        self._plan_due()
        await self.plan.add(production(spec, board, spoken, fit, self._title()))

    async def _fitted_before(self) -> fitting.Previous | None:
        """How the project's last film of this length and rate was fitted; None where there is none."""
        if self.job.project_id is None:
            return None
        spec = self.job.film
        before = await repository.last_film(self._work.session, self.job.project_id, spec.duration_ms, spec.fps)
        return fitting.Previous(before.shot_frames, before.tempo or 1.0) if before else None

    # ---- ending

    async def _succeed(self, tally: Tally) -> None:
        captured = 0
        if self.job.kind is JobKind.VIDEO and self.job.project_id:
            captured = await self._pay(self.job.project_id)
        elif self.job.kind is JobKind.PROBE:
            captured = self.job.held
        # the last stage, also where all was rendered before and nobody had anything to do
        self.job.advance(1.0, tally.last_kind, self.job.message)
        self.job.outputs = results.film_outputs(await self.plan.of_kinds(*results.OFFERED))
        for check in await self.plan.of_kinds("check_quality"):
            self.job.quality = events.quality_to_json(pb.StepResult.FromString(check.result).check_quality)
        await self.end(JobStatus.SUCCEEDED, captured=captured)

    async def _pay(self, project_id: UUID) -> int:
        """What of the hold is captured; the segments are paid for from now on."""
        session = self._work.session
        segments = results.segments(await self.plan.of_kinds("animate_shot"))
        paid = await step_repository.paid_hashes(session, project_id)
        await step_repository.pay_segments(session, project_id, self.job.id, segments)
        return pricing.to_capture(self.job.held, segments, paid)

    async def fail(self, failure: JobFailure) -> None:
        """The job ends here; what still runs is told to stop and counts no more."""
        self.job.fail(failure, self._now)
        await self._told_end()

    async def end(self, status: JobStatus, *, captured: int = 0) -> None:
        """Another end than failure."""
        self.job.end(status, self._now, captured=captured)
        await self._told_end()

    async def _told_end(self) -> None:
        await self.plan.call_off(leased_too=True)
        await self._teller.tell(self.job.status, final=True)
        self._work.save(events.job_changed(self.job))

    async def cancel(self) -> bool:
        """As the filmmaker asks: nothing more is handed out; it is over once no lease is live. False where it was asked before."""
        if not self.job.may_cancel():
            return False
        if (await self.plan.tally()).leased:
            self.job.status = JobStatus.CANCELING
            await self.plan.call_off(leased_too=False)
            await self._teller.tell("progress")
        else:
            await self.end(JobStatus.CANCELED)
        return True

    # ---- a person's review

    def wants_review(self) -> bool:
        """Whether a person asked to see the storyboard before anything is rendered."""
        return jobs_pb2.VideoOptions.FromString(self.job.options).review

    async def hold_for_review(self) -> None:
        """A person is to look at the storyboard before anything is rendered."""
        self.job.status = JobStatus.WAITING_REVIEW
        self.job.plan_due = False
        await self._teller.tell("waiting_review")

    async def approve(self) -> None:
        """The storyboard is approved; JobState unless it was waiting for that."""
        self.job.require_review()
        # an analysis that was taken as it was has been handed to nobody: such a job starts with its first claim
        self.job.status = JobStatus.RUNNING if self.job.started_at else JobStatus.QUEUED
        self.job.phase = Phase.REVIEWED
        self._plan_due()
        await self._teller.tell("progress")

    # ---- beginning and being served

    async def queued(self) -> None:
        """An attempt begins: everything that isn't done is to be done."""
        await self.plan.reopen()
        if not (await self.plan.tally()).total:
            await self.plan.add(planning.first_steps(self.job))
        await self._teller.tell("queued")
        self._work.save(events.job_changed(self.job))

    async def start(self) -> None:
        """The first step was handed out."""
        if self.job.start(self._now):
            await self._teller.tell("started")
            self._work.save(events.job_changed(self.job))

    async def completed(self, step: RenderStep, outputs: list[dict[str, Any]], result: bytes, work_s: float) -> None:
        """A worker has done the step; what it made serves every later plan of the project that asks for the same."""
        step.succeed(outputs, result, self._now, work_s=work_s)
        await step_repository.keep_artifact(self._work.session, step, self._now)
        self._teller.tell_step(step)
        self._done_now = [*(self._done_now or []), step.id]

    async def step_failed(self, step: RenderStep, failure: JobFailure, *, for_good: bool) -> None:
        """Ready again with a ring, or the end of the job."""
        if for_good:
            await self.fail(failure)
        else:
            self._work.save(events.step_ready(step))
