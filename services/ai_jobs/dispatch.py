"""Work is handed out and taken back: claims, heartbeats, leases. A step has one winner: the holder of its latest fence (G1–G4)."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from filmstudio.ai_jobs.v1 import steps_pb2 as steps_pb
from filmstudio.ai_jobs.v1 import worker_pb2 as pb

from services.ai_jobs import lease_repository, repository, step_repository
from services.ai_jobs.course import Course
from services.ai_jobs.house import House
from services.ai_jobs.models import PROGRESS_INTERVAL, JobFailure, JobStatus
from services.ai_jobs.step_models import LEASE, StepState
from services.ai_jobs.work_orders import work_order
from services.kit import telemetry
from services.kit.db import Database
from services.kit.errors import DependencyAway, Invalid
from services.kit.ids import parse_id
from services.kit.storage import Storage

MAX_CLAIM = 64


@dataclass(frozen=True)
class Beat:
    """A worker's word on one of its steps."""

    step_id: UUID
    fence: int
    progress: float


class Dispatch:
    """Claims, heartbeats, and the ends of leases. What workers deliver is taken in by `deliveries.py`."""

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
                await lease_repository.renew_leases(work.session, LEASE.total_seconds())
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
            await lease_repository.note_worker(work.session, worker, lanes=lanes, engines=engines, slots=max_steps)
            ids = await lease_repository.claim(
                work.session,
                worker=worker,
                lanes=lanes,
                engines=engines,
                max_steps=max_steps,
                lease_s=LEASE.total_seconds(),
            )
            claimed = await step_repository.steps_by_id(work.session, ids) if ids else []
            await lease_repository.note_turns(work.session, {step.user_id for step in claimed})
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
            leased = await lease_repository.leases_of(work.session, worker)
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
                await course.start()
                await course.settle()
            steps = await course.plan.steps(claimed)
            held = [step for step in steps if step.state is StepState.LEASED and step.fence == claimed[step.id]]
            inputs = await course.plan.inputs_of(held)
            script = course.job.script
        engines = self._house.engines
        return [work_order(step, inputs[step.id], script, engines.of(step.kind), self._storage) for step in held]

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
            await lease_repository.touch_worker(work.session, worker)
            held = await lease_repository.beat(work.session, worker, beats, LEASE.total_seconds())
            steps = {
                step.id: step
                for step in await step_repository.steps_by_id(work.session, [beat.step_id for beat in beats])
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

    # ---- leases that end without a delivery

    async def release(self, worker: str, leases: Sequence[tuple[str, int]]) -> None:
        """A worker that leaves gives its leases back; what is not its any more is passed over."""
        for step_id, fence in leases:
            known = parse_id(step_id)
            async with self._db.work() as work:
                job_id = await step_repository.step_job(work.session, known) if known else None
                course = await Course.load(self._house, work, job_id) if job_id else None
                if course is None or known is None:
                    continue
                step = await course.plan.step(known)
                if step is None or step.state is not StepState.LEASED:
                    continue
                if step.fence == fence and step.worker == worker:
                    if course.job.status is JobStatus.CANCELING:
                        step.cancel(self._house.now())
                    else:
                        course.plan.offer(step)
                    await course.settle()

    async def lose_lease(self, job_id: UUID, step_id: UUID) -> None:
        """A lease has run out: the step goes on elsewhere."""
        await self._lose(job_id, step_id, fence=None)

    async def _lose(self, job_id: UUID, step_id: UUID, fence: int | None) -> None:
        """End a lease that has run out, or (with its fence) one whose worker does not know of it."""
        async with self._db.work() as work:
            course = await Course.load(self._house, work, job_id)
            step = await course.plan.step(step_id) if course is not None else None
            if course is None or step is None:
                return
            if fence is None:
                lost = await lease_repository.lease_has_expired(work.session, step_id)
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
                await course.step_failed(
                    step, JobFailure("WORKER_LOST", message, step.kind, True, {}), for_good=for_good
                )
            await course.settle()
