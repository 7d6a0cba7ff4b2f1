"""The workers' side: claims, heartbeats, deliveries. A step has one winner: the holder of its latest fence (RELIABILITY G1–G4)."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from filmstudio.ai_jobs.v1 import steps_pb2 as steps_pb
from filmstudio.ai_jobs.v1 import worker_pb2 as pb

from services.ai_jobs import deliveries, estimates, events, repository
from services.ai_jobs.course import Course
from services.ai_jobs.engines import kind_to_proto, lane_to_proto
from services.ai_jobs.errors import LeaseLost
from services.ai_jobs.house import House
from services.ai_jobs.models import PROGRESS_INTERVAL, JobFailure, JobStatus
from services.ai_jobs.step_models import LEASE, RenderStep, StepState
from services.kit import telemetry
from services.kit.db import Database
from services.kit.errors import DependencyAway, Invalid
from services.kit.ids import parse_id
from services.kit.storage import Storage

MAX_CLAIM = 64
# an input's address outlives the longest step; an upload's needs to outlive one upload
INPUT_URL_S = 2 * 3600
UPLOAD_URL_S = 900
# no step takes so long; what is measured is everybody's pace
MOST_WORK_S = 24 * 3600


@dataclass(frozen=True)
class Beat:
    """A worker's word on one of its steps."""

    step_id: UUID
    fence: int
    progress: float


class Dispatch:
    """Use cases of RenderService."""

    def __init__(self, database: Database, house: House, storage: Storage) -> None:
        self._db = database
        self._house = house
        self._storage = storage
        # After our own start or a database outage every live lease is renewed once before claims are answered and leases
        # are swept, so that our absence is nobody's failure (G4).
        self._owes_renewal = True

    def owe_renewal(self) -> None:
        """The database was away."""
        self._owes_renewal = True

    async def renew_all_if_owed(self) -> None:
        """Start every live lease anew, once after an absence."""
        if self._owes_renewal:
            async with self._db.work() as work:
                await repository.renew_leases(work.session, LEASE.total_seconds())
            self._owes_renewal = False

    # ---- claiming

    async def claim(
        self,
        worker: str,
        lanes: Sequence[str],
        engines: Sequence[str],
        max_steps: int,
        held: Set[tuple[UUID, int]] | None = None,
    ) -> list[steps_pb.RenderStep]:
        """The best steps there are for this worker, each with a lease and a fence of its own.

        `held` (step, fence): what the worker has in hand. What it was given besides is lost to it, and goes on now.
        """
        if not worker or not 1 <= max_steps <= MAX_CLAIM:
            raise Invalid(f"a claim names its worker and asks for 1 to {MAX_CLAIM} steps", field="max_steps")
        await self.renew_all_if_owed()
        if held is not None:
            await self._lose_besides(worker, held)
        async with self._db.work() as work:
            await repository.note_worker(work.session, worker, lanes=lanes, engines=engines, slots=max_steps)
            ids = await repository.claim(
                work.session,
                worker=worker,
                lanes=lanes,
                engines=engines,
                max_steps=max_steps,
                lease_s=LEASE.total_seconds(),
            )
            claimed = await repository.steps_by_id(work.session, ids) if ids else []
            await repository.note_turns(work.session, {step.user_id for step in claimed})
        orders: list[steps_pb.RenderStep] = []
        for job_id in dict.fromkeys(step.job_id for step in claimed):
            fences = {step.id: step.fence for step in claimed if step.job_id == job_id}
            try:
                orders += await self._orders(job_id, fences)
            except DependencyAway:
                self.owe_renewal()
                if not orders:
                    raise
                break
            except Exception:
                # these leases will lapse; the steps of other jobs are the worker's none the less
                telemetry.log().exception("claimed steps can't be handed out", job_id=str(job_id), steps=len(fences))
        return orders

    async def _lose_besides(self, worker: str, held: Set[tuple[UUID, int]]) -> None:
        async with self._db.work() as work:
            leased = await repository.leases_of(work.session, worker)
        for job_id, step_id, fence in leased:
            if (step_id, fence) in held:
                continue
            try:
                await self._lose(job_id, step_id, fence)
            except DependencyAway:
                raise
            except Exception:
                # the sweeper ends it; until then the worker has other jobs to work for
                telemetry.log().exception("a lost lease could not be ended", job_id=str(job_id), step_id=str(step_id))

    async def _orders(self, job_id: UUID, claimed: dict[UUID, int]) -> list[steps_pb.RenderStep]:
        """The claimed steps of one job as work orders; the job has started."""
        async with self._db.work() as work:
            course = await Course.load(self._house, work, job_id)
            if course is None:
                return []
            if course.job.status is JobStatus.QUEUED:
                course.start()
                await course.settle()
            held = [step for step in course.leased() if step.id in claimed and step.fence == claimed[step.id]]
            described = [(step, course.resolved_inputs(step)) for step in held]
            script = course.job.script
        return [self._order(step, inputs, script) for step, inputs in described]

    def _order(self, step: RenderStep, inputs: list[dict[str, Any]], script: bytes) -> steps_pb.RenderStep:
        choice = self._house.engines.of(step.kind)
        params = steps_pb.StepParams.FromString(step.params)
        if step.kind == "analyze_script":
            params.analyze_script.script.ParseFromString(script)
        return steps_pb.RenderStep(
            id=str(step.id),
            job_id=str(step.job_id),
            project_id=str(step.project_id or ""),
            kind=kind_to_proto(step.kind),
            lane=lane_to_proto(step.lane),
            engine=step.engine,
            fence=step.fence,
            lease_expire_time=events.timestamp(step.lease_expires_at),
            seed=step.seed,
            inputs=[self._input(item) for item in inputs],
            time_limit_s=choice.time_limit_s,
            idle_limit_s=choice.idle_limit_s,
            params=params,
        )

    def _input(self, item: dict[str, Any]) -> steps_pb.StepInput:
        return steps_pb.StepInput(
            name=item["name"],
            url=self._storage.sign_get(item["object_key"], INPUT_URL_S),
            sha256=item["sha256"],
            size_bytes=int(item["size_bytes"]),
            content_type=item["content_type"],
        )

    # ---- heartbeats

    async def heartbeat(
        self, worker: str, beats: Sequence[Beat]
    ) -> list[tuple[Beat, pb.HeartbeatResponse.Verdict.ValueType, datetime | None]]:
        """Renew what is still this worker's, note its progress, and say for each step: go on, cancel, or lost."""
        try:
            return await self._heartbeat(worker, beats)
        except DependencyAway:
            self.owe_renewal()
            raise

    async def _heartbeat(
        self, worker: str, beats: Sequence[Beat]
    ) -> list[tuple[Beat, pb.HeartbeatResponse.Verdict.ValueType, datetime | None]]:
        response = pb.HeartbeatResponse
        verdicts: list[tuple[Beat, pb.HeartbeatResponse.Verdict.ValueType, datetime | None]] = []
        jobs: set[UUID] = set()
        async with self._db.work() as work:
            await repository.touch_worker(work.session, worker)
            held = await repository.beat(work.session, worker, beats, LEASE.total_seconds())
            steps = {
                step.id: step for step in await repository.steps_by_id(work.session, [beat.step_id for beat in beats])
            }
            canceling = await repository.canceling_jobs(work.session, {step.job_id for step in steps.values()})
            for beat in beats:
                step = steps.get(beat.step_id)
                if step is None or (beat.step_id not in held and step.state is not StepState.CANCELED):
                    verdicts.append((beat, response.VERDICT_LOST, None))
                elif step.state is StepState.CANCELED or step.job_id in canceling:
                    verdicts.append((beat, response.VERDICT_CANCEL, None))
                else:
                    verdicts.append((beat, response.VERDICT_GO_ON, step.lease_expires_at))
                    jobs.add(step.job_id)
            stale = await repository.jobs_to_report(work.session, jobs, self._house.now() - PROGRESS_INTERVAL)
        for job_id in stale:
            try:
                await self.settle(job_id)
            except Exception:
                # the leases are renewed by now, and the verdicts are worth more than one job's progress
                telemetry.log().exception("a job's progress could not be told", job_id=str(job_id))
        return verdicts

    async def settle(self, job_id: UUID) -> None:
        """Let the job go on as far as it can, and tell where it stands."""
        async with self._db.work() as work:
            course = await Course.load(self._house, work, job_id)
            if course is not None:
                await course.settle()

    # ---- delivering

    async def complete(
        self,
        step_id: str,
        fence: int,
        outputs: Sequence[steps_pb.StepOutput],
        result: steps_pb.StepResult,
        work_s: float,
    ) -> None:
        """The step is done, once storage has shown what it made. A repeat of the accepted completion answers the same."""
        if not 0 <= work_s <= MOST_WORK_S:
            raise Invalid(f"work_s is 0 to {MOST_WORK_S}", field="work_s")
        step = await self._held(step_id, fence)
        described = [deliveries.describe(step, fence, output) for output in outputs]
        result_bytes = result.SerializeToString(deterministic=True)
        if step.done:
            deliveries.same_again(step, described, result_bytes)
            return
        await deliveries.verify(self._storage, described)
        async with self._db.work() as work:
            course = await Course.load(self._house, work, step.job_id)
            if course is None:
                raise LeaseLost("the step's job is gone", step_id=step_id)
            step = course.step(step.id)
            if step.done and step.fence == fence:
                deliveries.same_again(step, described, result_bytes)
                return
            step.held_by(fence)
            await course.completed(step, described, result_bytes, work_s)
            units = estimates.units(steps_pb.StepParams.FromString(step.params))
            if step.kind != "wait" and units > 0:
                await repository.note_time(work.session, step.kind, step.engine, work_s / units)
            await course.settle()

    async def _held(self, step_id: str, fence: int) -> RenderStep:
        """The step, if this claim is its latest (finished or not); LeaseLost otherwise."""
        known = parse_id(step_id)
        async with self._db.work() as work:
            found = await repository.steps_by_id(work.session, [known]) if known else []
        if not found:
            raise LeaseLost("there is no such step", step_id=step_id)
        step = found[0]
        if not (step.done and step.fence == fence and not step.cached):
            step.held_by(fence)
        return step

    async def fail(self, step_id: str, fence: int, failure: JobFailure, *, canceled: bool) -> None:
        """The worker could not do it: again elsewhere, or the end of the job."""
        step = await self._held(step_id, fence)
        async with self._db.work() as work:
            course = await Course.load(self._house, work, step.job_id)
            if course is None:
                raise LeaseLost("the step's job is gone", step_id=step_id)
            step = course.step(step.id)
            step.held_by(fence)
            failure = replace(failure, stage=step.kind)
            if canceled or course.job.status is JobStatus.CANCELING:
                step.cancel(self._house.now())
            else:
                telemetry.log().warning(
                    "a step failed", step=step.name, job_id=str(step.job_id), code=failure.code, message=failure.message
                )
                for_good = step.report_failure(self._house.now(), retryable=failure.retryable)
                course.step_failed(step, failure, for_good=for_good)
            await course.settle()

    async def release(self, worker: str, leases: Sequence[tuple[str, int]]) -> None:
        """A worker that leaves gives its leases back; what is not its any more is passed over."""
        for step_id, fence in leases:
            known = parse_id(step_id)
            async with self._db.work() as work:
                job_id = await repository.step_job(work.session, known) if known else None
                course = await Course.load(self._house, work, job_id) if job_id else None
                if course is None or known is None:
                    continue
                step = course.step(known)
                if step.state is StepState.LEASED and step.fence == fence and step.worker == worker:
                    if course.job.status is JobStatus.CANCELING:
                        step.cancel(self._house.now())
                    else:
                        course.hand_back(step)
                    await course.settle()

    async def lose_lease(self, job_id: UUID, step_id: UUID) -> None:
        """A lease has run out: the step goes on elsewhere."""
        await self._lose(job_id, step_id, fence=None)

    async def _lose(self, job_id: UUID, step_id: UUID, fence: int | None) -> None:
        """End a lease that has run out, or (with its fence) one whose worker does not know of it."""
        async with self._db.work() as work:
            course = await Course.load(self._house, work, job_id)
            if course is None:
                return
            step = course.step(step_id)
            if fence is None:
                lost = await repository.lease_has_expired(work.session, step_id)
            else:
                lost = step.state is StepState.LEASED and step.fence == fence
            if not lost:
                return
            if course.job.status is JobStatus.CANCELING:
                step.cancel(self._house.now())
            else:
                telemetry.log().warning(
                    "a lease was lost",
                    step=step.name,
                    job_id=str(job_id),
                    worker=step.worker,
                    lost=step.lost_leases + 1,
                )
                for_good = step.lose_lease(self._house.now())
                message = f"{step.lost_leases} workers were lost over this step"
                course.step_failed(step, JobFailure("WORKER_LOST", message, step.kind, True, {}), for_good=for_good)
            await course.settle()

    async def upload_urls(
        self, step_id: str, fence: int, outputs: Sequence[steps_pb.StepOutput]
    ) -> list[pb.GetUploadUrlsResponse.Upload]:
        """One signed PUT a file, for exactly the bytes that were announced."""
        step = await self._held(step_id, fence)
        uploads = []
        for output in outputs:
            deliveries.check_output(output)
            signed = self._storage.sign_put(
                deliveries.output_key(step, fence, output.name),
                UPLOAD_URL_S,
                size_bytes=output.size_bytes,
                sha256=output.sha256,
                content_type=output.content_type,
            )
            uploads.append(pb.GetUploadUrlsResponse.Upload(name=output.name, url=signed.url, headers=signed.headers))
        return uploads
