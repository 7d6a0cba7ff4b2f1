"""The course of a job: what follows when something happened to it. One transaction, the job's row locked, no network.

A step whose needs are done is admitted: what was rendered before is taken as it is, the rest is put up for claiming. When the
steps of a phase are done the plan grows; when the plan is done the job succeeds, and that commit is the saga's pivot.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from filmstudio.ai_jobs.v1 import jobs_pb2
from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.projects.v1 import script_pb2, storyboard_pb2

from services.ai_jobs import estimates, events, fitting, planning, pricing, production, repository, results
from services.ai_jobs.hashing import input_hash
from services.ai_jobs.house import House
from services.ai_jobs.models import Job, JobFailure, JobKind, JobStatus, Phase
from services.ai_jobs.planning import StepDraft
from services.ai_jobs.step_models import Artifact, RenderStep, StepState
from services.ai_jobs.telling import Teller
from services.kit.db import Work

# the lengths of a film follow from its speech: the rest of the plan is made while these still run
_NOT_WAITED_FOR = frozenset({"draw_frame", "sync_lips"})


class Course:
    """A locked job with its whole plan. `load` it, tell it what happened, `settle` it."""

    def __init__(self, house: House, work: Work, job: Job, steps: list[RenderStep]) -> None:
        self._house = house
        self._work = work
        self.job = job
        self.steps = steps
        self._by_name = {step.name: step for step in steps}
        self._by_id = {step.id: step for step in steps}
        self._now = house.now()
        self._teller = Teller(house, work, job, steps)

    @classmethod
    async def load(cls, house: House, work: Work, job_id: UUID) -> Course | None:
        """The job, locked, with its steps; None when there is no such job."""
        job = await repository.locked(work.session, job_id)
        return None if job is None else cls(house, work, job, await repository.steps_of(work.session, job_id))

    def step(self, step_id: UUID) -> RenderStep:
        """A step of this job."""
        return self._by_id[step_id]

    # ---- growing

    def add(self, drafts: Sequence[StepDraft]) -> None:
        """New steps of the plan; they wait until they are settled. A name that is there already stays as it is."""
        start = len(self.steps)
        for offset, draft in enumerate(draft for draft in drafts if draft.name not in self._by_name):
            choice = self._house.engines.of(draft.kind)
            needs = [self._by_name[name].id for name in dict.fromkeys(draft.needs)]
            inputs: list[dict[str, Any]] = [
                {"name": item.name, **item.file}
                if item.file
                else {"name": item.name, "step": item.step, "output": item.output, "optional": item.optional}
                for item in draft.inputs
            ]
            step = RenderStep(
                id=self._house.new_id(),
                job_id=self.job.id,
                project_id=self.job.project_id,
                user_id=self.job.user_id,
                name=draft.name,
                kind=draft.kind,
                lane=choice.lane,
                engine=choice.engine,
                priority=self.job.priority,
                position=start + offset,
                state=StepState.WAITING,
                needs=needs,
                waiting_for=len(needs),
                params=draft.params.SerializeToString(deterministic=True),
                inputs=inputs,
                input_hash="",
                seed=self.job.spec.get("seed", 0) if self.job.kind is not JobKind.PROBE else start + offset,
                weight=estimates.seconds(draft.kind, draft.params, self._house.pace.measured),
                progress=0.0,
                fence=0,
                worker="",
                failures=0,
                lost_leases=0,
                cached=False,
                outputs=[],
                result=b"",
                work_s=0.0,
            )
            self._work.save(step)
            self.steps.append(step)
            self._by_name[step.name] = step
            self._by_id[step.id] = step

    # ---- settling

    async def settle(self) -> None:
        """Admit what can be, grow the plan, end the job when it is done; then tell the world what changed."""
        while self.job.working and (await self._admit() or await self._grow()):
            pass
        if self.job.status is JobStatus.CANCELING and not self.leased():
            self.end(JobStatus.CANCELED)
        self._teller.report_progress()
        self._teller.ring()

    async def _admit(self) -> bool:
        """Steps whose needs are done become ready, or are done by what was rendered before. True when one was."""
        due = [
            step
            for step in self.steps
            if step.state is StepState.WAITING and all(self._by_id[need].done for need in step.needs)
        ]
        for step in due:
            self._complete_params(step)
            step.input_hash = self._hash(step)
            step.waiting_for = 0
        rendered = await self._rendered_before(due)
        for step in due:
            known = rendered.get(step.input_hash)
            if known is not None:
                step.succeed(known.outputs, known.result, self._now, cached=True)
            else:
                step.make_ready(self._now)
                self._work.save(events.step_ready(step))
        return bool(rendered)

    async def _rendered_before(self, steps: Sequence[RenderStep]) -> dict[str, Artifact]:
        if not steps or self.job.project_id is None:
            return {}
        hashes = [step.input_hash for step in steps]
        return await repository.artifacts(self._work.session, self.job.project_id, hashes)

    def _complete_params(self, step: RenderStep) -> None:
        if step.kind not in production.COMPLETED_LATER:
            return
        params = pb.StepParams.FromString(step.params)
        needed = [self._by_id[need] for need in step.needs]
        results = {need.name: pb.StepResult.FromString(need.result) for need in needed}
        production.complete(params, results, [need.name for need in needed])
        step.params = params.SerializeToString(deterministic=True)

    def _hash(self, step: RenderStep) -> str:
        params = pb.StepParams.FromString(step.params)
        if step.kind == "analyze_script":
            params.analyze_script.script.ParseFromString(self.job.script)
        inputs = [(item["name"], item["sha256"]) for item in self.resolved_inputs(step)]
        return input_hash(step.kind, step.engine, params, inputs, step.seed)

    def resolved_inputs(self, step: RenderStep) -> list[dict[str, Any]]:
        """The step's inputs as objects: name, object_key, sha256, size_bytes, content_type."""
        resolved = []
        for item in step.inputs:
            if "step" in item:
                outputs = self._by_name[item["step"]].outputs
                made = next((out for out in outputs if out["name"] == item["output"]), None)
                if made is not None:
                    resolved.append({**made, "name": item["name"]})
                elif not item.get("optional"):
                    raise LookupError(f"{item['step']} made no {item['output']!r} for {step.name}")
            else:
                resolved.append(item)
        return resolved

    async def _grow(self) -> bool:
        """The next phase, where this one's steps are done. True when the plan grew or ended."""
        film = self.job.kind is JobKind.VIDEO
        if not all(step.done for step in self.steps if not film or step.kind not in _NOT_WAITED_FOR):
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
            case Phase.SPEAK if self.job.kind is JobKind.VIDEO:
                return await self._plan_production()
            case Phase.SPEAK | Phase.RENDER:
                if not all(step.done for step in self.steps):
                    return False
                await self._succeed()
                return True

    def _plan_due(self) -> None:
        self.job.plan_due = True
        self._work.after_commit(self._house.wake_planner)

    def storyboard(self) -> storyboard_pb2.Storyboard:
        """As projects keeps it, with stable shot ids."""
        return storyboard_pb2.Storyboard.FromString(self.job.storyboard or b"")

    def analysed(self) -> storyboard_pb2.Storyboard:
        """As analyze_script found it."""
        return pb.StepResult.FromString(self._by_name["analyze"].result).analyze_script.storyboard

    def written(self) -> str:
        """The script that write_script wrote, as Fountain."""
        return pb.StepResult.FromString(self._by_name["write"].result).write_script.text

    async def handed_in(self, script_version: int) -> None:
        """Projects has the script that was written: there is no more to do."""
        self.job.plan_due = False
        self.job.script_version = script_version
        await self._succeed()

    def _title(self) -> str:
        return planning.film_title(script_pb2.Script.FromString(self.job.script), self.job.project_title)

    def begin_shots(self, board: storyboard_pb2.Storyboard) -> None:
        """Projects has the storyboard: speak its lines, draw its pictures."""
        self.job.storyboard = board.SerializeToString(deterministic=True)
        self.job.shots_total = sum(len(scene.shots) for scene in board.scenes)
        self.job.plan_due = False
        self.job.phase = Phase.SPEAK
        spec, title = self.job.film, self._title()
        film = self.job.kind is JobKind.VIDEO
        if film:
            self.add(planning.speech(spec, board))
        frames = planning.frames(spec, board, title, cards=film)
        self.add(frames)
        if not film:
            posters = [frame.name for frame in frames[: production.POSTER_CHOICES]]
            self.add([production.poster(spec, posters, title), production.storyboard_sheet(spec, board, title)])

    async def _plan_production(self) -> bool:
        spec, board = self.job.film, self.storyboard()
        spoken = [pb.StepResult.FromString(step.result).speak_line for step in self.steps if step.kind == "speak_line"]
        project_id = self.job.project_id
        before = (
            await repository.last_film(self._work.session, project_id, spec.duration_ms, spec.fps)
            if project_id
            else None
        )
        try:
            fit = fitting.fit(
                planning.needs_of_shots(board, spoken),
                fps=spec.fps,
                frames=spec.frames,
                title=spec.intro,
                end=spec.outro,
                previous=before.shot_frames if before else None,
            )
        except fitting.DoesNotFit as error:
            needed = {"needed_seconds": str(error.needed_seconds)}
            self.fail(JobFailure("SCRIPT_TOO_LONG", str(error), "speak_line", False, needed))
            return True
        self.job.shot_frames = fit.shot_frames
        self.job.phase = Phase.RENDER
        # projects is told the lengths; nobody waits for that
        self._plan_due()
        self.add(production.Production(spec, board, spoken, fit, self._title()).drafts())
        return True

    # ---- ending

    async def _succeed(self) -> None:
        captured = 0
        if self.job.kind is JobKind.VIDEO and self.job.project_id:
            segments = results.segments(self.steps)
            paid = await repository.paid_hashes(self._work.session, self.job.project_id)
            captured = pricing.to_capture(self.job.held, segments, paid)
            await repository.pay_segments(self._work.session, self.job.project_id, self.job.id, segments)
        elif self.job.kind is JobKind.PROBE:
            captured = self.job.held
        if self.steps:
            # the last stage, also where all was rendered before and nobody had anything to do
            self.job.advance(1.0, self.steps[-1].kind, self.job.message)
        self.job.outputs = results.film_outputs(self.steps)
        if check := self._by_name.get("check"):
            self.job.quality = events.quality_to_json(pb.StepResult.FromString(check.result).check_quality)
        self.end(JobStatus.SUCCEEDED, captured=captured)

    def fail(self, failure: JobFailure) -> None:
        """The job ends here; what still runs is told to stop and counts no more."""
        self.job.fail(failure, self._now)
        self._told_end()

    def end(self, status: JobStatus, *, captured: int = 0) -> None:
        """Another end than failure."""
        self.job.end(status, self._now, captured=captured)
        self._told_end()

    def _told_end(self) -> None:
        self.cancel_steps(leased_too=True)
        self._teller.tell(self.job.status, final=True)
        self._work.save(events.job_changed(self.job))

    def cancel(self) -> bool:
        """As the filmmaker asks: nothing more is handed out; it is over once no lease is live. False where it was asked before."""
        if not self.job.may_cancel():
            return False
        if self.leased():
            self.job.status = JobStatus.CANCELING
            self.cancel_steps(leased_too=False)
            self._teller.tell("progress")
        else:
            self.end(JobStatus.CANCELED)
        return True

    def wants_review(self) -> bool:
        """Whether a person asked to see the storyboard before anything is rendered."""
        return jobs_pb2.VideoOptions.FromString(self.job.options).review

    def hold_for_review(self) -> None:
        """A person is to look at the storyboard before anything is rendered."""
        self.job.status = JobStatus.WAITING_REVIEW
        self.job.plan_due = False
        self._teller.tell("waiting_review")

    def approve(self) -> None:
        """The storyboard is approved; JobState unless it was waiting for that."""
        self.job.require_review()
        # an analysis that was taken as it was has been handed to nobody: such a job starts with its first claim
        self.job.status = JobStatus.RUNNING if self.job.started_at else JobStatus.QUEUED
        self.job.phase = Phase.REVIEWED
        self._plan_due()
        self._teller.tell("progress")

    def hand_back(self, step: RenderStep) -> None:
        """A worker gives its lease back unharmed, or lost it: the step is up for claiming again."""
        step.make_ready(self._now)
        self._work.save(events.step_ready(step))

    def step_failed(self, step: RenderStep, failure: JobFailure, *, for_good: bool) -> None:
        """Ready again with a ring, or the end of the job."""
        if for_good:
            self.fail(failure)
        else:
            self._work.save(events.step_ready(step))

    def leased(self) -> list[RenderStep]:
        """Steps a worker has in hand."""
        return [step for step in self.steps if step.state is StepState.LEASED]

    def cancel_steps(self, *, leased_too: bool) -> None:
        """Nothing more is handed out; workers that hold a step hear of it at once."""
        for step in self.steps:
            if step.state is StepState.LEASED:
                self._work.save(events.step_canceled(step))
                if leased_too:
                    step.cancel(self._now)
            elif step.state in (StepState.WAITING, StepState.READY):
                step.cancel(self._now)

    def reopen(self) -> None:
        """A new attempt: everything that isn't done is to be done."""
        for step in self.steps:
            if not step.done:
                step.reopen()

    # ---- beginning and being served

    async def completed(self, step: RenderStep, outputs: list[dict[str, Any]], result: bytes, work_s: float) -> None:
        """A worker has done the step; what it made serves every later plan of the project that asks for the same."""
        step.succeed(outputs, result, self._now, work_s=work_s)
        await repository.keep_artifact(self._work.session, step, self._now)
        self._teller.tell_step(step)

    def queued(self) -> None:
        """An attempt begins."""
        self._teller.tell("queued")
        self._work.save(events.job_changed(self.job))

    def start(self) -> None:
        """The first step was handed out."""
        if self.job.start(self._now):
            self._teller.tell("started")
            self._work.save(events.job_changed(self.job))
