"""The plan of a locked job: its steps in the database, of which a transaction reads those it changes and no others.

Whatever a method reads it reads as it stands: changes made before it in this transaction are written first.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.ai_jobs import completing, estimates, events, step_repository
from services.ai_jobs.drafts import StepDraft
from services.ai_jobs.hashing import input_hash
from services.ai_jobs.house import House
from services.ai_jobs.models import Job, JobKind
from services.ai_jobs.step_models import Artifact, RenderStep, StepState
from services.ai_jobs.step_repository import Made
from services.ai_jobs.tally import Tally
from services.kit.db import Work

_UNFINISHED = (StepState.WAITING, StepState.READY, StepState.LEASED)


class Plan:
    """A locked job's steps: read, added, admitted, called off."""

    def __init__(self, house: House, work: Work, job: Job) -> None:
        self._house = house
        self._work = work
        self._job = job
        self._now = house.now()

    # ---- reading

    async def tally(self) -> Tally:
        """The plan in figures."""
        return await step_repository.tally(self._work.session, self._job.id)

    async def step(self, step_id: UUID) -> RenderStep | None:
        """A step of this job."""
        found = await step_repository.step(self._work.session, step_id)
        return found if found is not None and found.job_id == self._job.id else None

    async def steps(self, ids: Collection[UUID]) -> list[RenderStep]:
        """The steps of these ids."""
        return await step_repository.steps_by_id(self._work.session, ids)

    async def of_kinds(self, *kinds: str) -> list[RenderStep]:
        """The steps of these kinds, in the plan's order."""
        return await step_repository.of_kinds(self._work.session, self._job.id, kinds)

    async def result(self, kind: str) -> pb.StepResult:
        """What the one step of a kind found."""
        [step] = await self.of_kinds(kind)
        return pb.StepResult.FromString(step.result)

    async def inputs_of(self, steps: Sequence[RenderStep]) -> dict[UUID, list[dict[str, Any]]]:
        """The inputs of steps whose needs are done, by step."""
        made = await self._made(steps)
        return {step.id: _resolved(step, made) for step in steps}

    async def _made(self, steps: Sequence[RenderStep]) -> dict[str, Made]:
        """What these steps are made from, by the name of the step that made it."""
        names = {item["step"] for step in steps for item in step.inputs if "step" in item}
        needs = {need for step in steps if step.kind in completing.KINDS for need in step.needs}
        found = await step_repository.made(self._work.session, self._job.id, needs, names)
        return {made.name: made for made in found}

    # ---- growing

    async def add(self, drafts: Sequence[StepDraft]) -> None:
        """New steps; they wait until they are admitted. A name that is there already stays as it is."""
        ids = await step_repository.ids_by_name(self._work.session, self._job.id)
        start = len(ids)
        for offset, draft in enumerate([draft for draft in drafts if draft.name not in ids]):
            step = self._new_step(draft, start + offset, [ids[name] for name in dict.fromkeys(draft.needs)])
            self._work.save(step)
            ids[step.name] = step.id

    def _new_step(self, draft: StepDraft, position: int, needs: list[UUID]) -> RenderStep:
        choice = self._house.engines.of(draft.kind)
        inputs: list[dict[str, Any]] = [
            {"name": item.name, **item.file}
            if item.file
            else {"name": item.name, "step": item.step, "output": item.output, "optional": item.optional}
            for item in draft.inputs
        ]
        return RenderStep(
            id=self._house.new_id(),
            job_id=self._job.id,
            project_id=self._job.project_id,
            user_id=self._job.user_id,
            name=draft.name,
            kind=draft.kind,
            lane=choice.lane,
            engine=choice.engine,
            priority=self._job.priority,
            position=position,
            state=StepState.WAITING,
            needs=needs,
            params=draft.params.SerializeToString(deterministic=True),
            inputs=inputs,
            input_hash="",
            seed=self._job.spec.get("seed", 0) if self._job.kind is not JobKind.PROBE else position,
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

    # ---- going on

    async def admit(self, after: Collection[UUID] | None = None) -> list[UUID]:
        """Steps whose needs are done are put up for claiming, or done by what was rendered before: the ids of those.

        `after`: only steps that need one of these can have become due; None: any of the plan.
        """
        due = await step_repository.due(self._work.session, self._job.id, after)
        made = await self._made(due)
        for step in due:
            _complete(step, made)
            step.input_hash = self._hash(step, made)
        rendered = await self._rendered_before(due)
        taken = []
        for step in due:
            known = rendered.get(step.input_hash)
            if known is not None:
                step.succeed(known.outputs, known.result, self._now, cached=True)
                taken.append(step.id)
            else:
                self.offer(step)
        return taken

    def offer(self, step: RenderStep) -> None:
        """The step can be claimed, and workers hear of it."""
        step.make_ready(self._now)
        self._work.save(events.step_ready(step))

    async def _rendered_before(self, steps: Sequence[RenderStep]) -> dict[str, Artifact]:
        if not steps or self._job.project_id is None:
            return {}
        hashes = [step.input_hash for step in steps]
        return await step_repository.artifacts(self._work.session, self._job.project_id, hashes)

    def _hash(self, step: RenderStep, made: dict[str, Made]) -> str:
        params = pb.StepParams.FromString(step.params)
        if step.kind == "analyze_script":
            params.analyze_script.script.ParseFromString(self._job.script)
        inputs = [(item["name"], item["sha256"]) for item in _resolved(step, made)]
        return input_hash(step.kind, step.engine, params, inputs, step.seed)

    async def call_off(self, *, leased_too: bool) -> None:
        """Nothing more is handed out; workers that hold a step hear of it at once."""
        for step in await step_repository.in_states(self._work.session, self._job.id, _UNFINISHED):
            if step.state is StepState.LEASED:
                self._work.save(events.step_canceled(step))
                if leased_too:
                    step.cancel(self._now)
            else:
                step.cancel(self._now)

    async def reopen(self) -> None:
        """A new attempt: everything that isn't done is to be done."""
        undone = [state for state in StepState if state is not StepState.SUCCEEDED]
        for step in await step_repository.in_states(self._work.session, self._job.id, undone):
            step.reopen()


def _complete(step: RenderStep, made: dict[str, Made]) -> None:
    if step.kind not in completing.KINDS:
        return
    params = pb.StepParams.FromString(step.params)
    names = {each.id: each.name for each in made.values()}
    needs = [names[need] for need in step.needs]
    completing.complete(params, {name: pb.StepResult.FromString(made[name].result) for name in needs}, needs)
    step.params = params.SerializeToString(deterministic=True)


def _resolved(step: RenderStep, made: dict[str, Made]) -> list[dict[str, Any]]:
    """The step's inputs as objects: name, object_key, sha256, size_bytes, content_type."""
    resolved = []
    for item in step.inputs:
        if "step" not in item:
            resolved.append(item)
            continue
        output = next((out for out in made[item["step"]].outputs if out["name"] == item["output"]), None)
        if output is not None:
            resolved.append({**output, "name": item["name"]})
        elif not item.get("optional"):
            raise LookupError(f"{item['step']} made no {item['output']!r} for {step.name}")
    return resolved
