"""The worker's core: claims steps as slots are free, keeps their leases alive, does each to its one end.

A step's end is one of: delivered, failed (reported), canceled (killed, reported), lost (killed, forgotten), released
(killed, given back as the worker leaves).
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import shutil
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

from filmstudio.ai_jobs.v1 import events_pb2, steps_pb2
from filmstudio.ai_jobs.v1 import worker_pb2 as pb

from services.kit import telemetry
from services.kit.errors import DependencyAway, RemoteError
from services.kit.facts import Event
from services.render_worker import metrics
from services.render_worker.engines.base import StepFailed
from services.render_worker.held import Ending, Held
from services.render_worker.leftovers import fresh_folder
from services.render_worker.pool import Child, Done, Pool
from services.render_worker.render_calls import LeaseLost, RenderCalls
from services.render_worker.transfers import Transfers

# nobody's ring is needed to find a step after so long (jittered)
_POLL_S = 5.0
# ai_jobs was away: it is asked again sooner, so that its return is noticed
_AWAY_POLL_S = 1.0
_HEARTBEAT_S = 5.0
# with progress to tell
_PROGRESS_S = 1.0
# how long a worker that leaves waits: for a claim under way, for deliveries, for ai_jobs to take leases back
_LAST_CLAIM_S = 3.0
_LAST_DELIVERIES_S = 5.0
_LAST_WORDS_S = 3.0


async def _first_of(*futures: asyncio.Future[Any]) -> None:
    await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)


class Worker:
    """Claims, heartbeats, and one task a step."""

    def __init__(
        self,
        calls: RenderCalls,
        pool: Pool,
        transfers: Transfers,
        lanes: frozenset[steps_pb2.Lane.ValueType],
        folder: Path,
    ) -> None:
        self._calls = calls
        self._pool = pool
        self._transfers = transfers
        self._lanes = lanes
        self._folder = folder
        self._held: dict[tuple[str, int], Held] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._loops: list[asyncio.Task[None]] = []
        self._wanted = asyncio.Event()
        self._beat = asyncio.Event()
        self._leaving = False

    async def start(self) -> None:
        """Begin to claim."""
        fresh_folder(self._folder)
        metrics.slots.set(self._pool.slots)
        self._loops = [asyncio.create_task(self._claim_loop()), asyncio.create_task(self._heartbeat_loop())]

    def claim_soon(self) -> None:
        """A slot is free, or there may be a step: claim now."""
        self._wanted.set()

    def hear(self, event: Event[Any]) -> None:
        """A ring: a step is ready, or one is canceled."""
        message = event.message
        if isinstance(message, events_pb2.StepReady):
            if message.lane in self._lanes:
                self.claim_soon()
        elif isinstance(message, events_pb2.StepCanceled):
            for held in self._held.values():
                if held.step.id == message.step_id:
                    held.end(Ending.CANCELED)

    def _engines(self) -> list[str]:
        return sorted(name for name, lane in self._pool.engines.items() if lane in self._lanes)

    async def _claim_loop(self) -> None:
        while not self._leaving:
            wait_s = _POLL_S
            self._wanted.clear()
            try:
                await self._claim()
            except DependencyAway as error:
                telemetry.log().warning("no claim, a dependency is away", dependency=error.dependency)
                wait_s = _AWAY_POLL_S
            except RemoteError as error:
                telemetry.log().error("a claim was refused", code=error.code.name, reason=error.reason)
                wait_s = _AWAY_POLL_S
            except Exception:
                telemetry.log().exception("a claim failed")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s * random.uniform(0.7, 1.3)):  # noqa: S311 - jitter
                    await self._wanted.wait()

    async def _claim(self) -> None:
        # finished work that can't be delivered yet must not pile up without end
        room = 3 * self._pool.slots - len(self._held)
        children = self._pool.take(max(0, room))
        if not children:
            return
        try:
            leases = [held.lease for held in self._held.values()]
            steps = await self._calls.claim(sorted(self._lanes), self._engines(), len(children), leases)
            for step in steps[: len(children)]:
                self._hold(step, children.pop())
        finally:
            self._give_back(children)

    def _give_back(self, children: Sequence[Child]) -> None:
        """Children for whom there was no step: that they are free is no reason to ask again, unless a ring came meanwhile."""
        rung = self._wanted.is_set()
        for child in children:
            self._pool.give_back(child)
        if not rung:
            self._wanted.clear()

    def _hold(self, step: steps_pb2.RenderStep, child: Child) -> None:
        ending: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        held = Held(step, pb.StepLease(step_id=step.id, fence=step.fence), ending, child)
        self._held[step.id, step.fence] = held
        task = asyncio.create_task(self._tend(held), name=f"step {step.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._measure_load()

    def _measure_load(self) -> None:
        metrics.held.set(len(self._held))
        metrics.busy.set(sum(held.child is not None for held in self._held.values()))

    def _free_slot(self, held: Held) -> None:
        child, held.child = held.child, None
        if child is not None:
            self._pool.give_back(child)
            self._measure_load()

    async def _tend(self, held: Held) -> None:
        """One step from its claim to its end."""
        kind = metrics.kind_name(held.step.kind)
        folder = self._folder / f"{held.step.id}-{held.step.fence}"
        work = asyncio.create_task(self._work(held, folder))
        outcome = "error"
        try:
            await _first_of(work, held.ending)
            if work.done():
                outcome = work.result()
            else:
                work.cancel()
                await asyncio.gather(work, return_exceptions=True)
                outcome = held.ending.result().value
                self._free_slot(held)
                if held.ending.result() is Ending.CANCELED:
                    await self._report(held, StepFailed("CANCELED", "the step was canceled"), canceled=True)
        except Exception:
            telemetry.log().exception("a step ended in an error of the worker", step_id=held.step.id)
            if held.child is not None:
                # nobody knows what it is doing
                held.child.kill()
            await self._report(held, StepFailed("WORKER_FAILED", "the worker failed", retryable=True))
        finally:
            self._free_slot(held)
            del self._held[held.step.id, held.step.fence]
            self._measure_load()
            metrics.steps.labels(kind, outcome).inc()
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        telemetry.log().info("step ended", step_id=held.step.id, fence=held.step.fence, kind=kind, outcome=outcome)

    async def _work(self, held: Held, folder: Path) -> str:
        """Do and deliver; the outcome, for the metrics."""
        try:
            done = await self._do(held, folder)
            files = await self._transfers.measure(done.outputs, folder)
            self._free_slot(held)
            metrics.seconds.labels(metrics.kind_name(held.step.kind)).observe(done.work_s)
            await self._calls.deliver(held.lease, files, done.result, done.work_s)
        except StepFailed as error:
            self._free_slot(held)
            telemetry.log().warning("step failed", step_id=held.step.id, code=error.code, message=error.message)
            return await self._report(held, error)
        except LeaseLost:
            return Ending.LOST.value
        return "succeeded"

    async def _report(self, held: Held, error: StepFailed, *, canceled: bool = False) -> str:
        """Tell ai_jobs, for as long as the lease is ours."""
        saying = asyncio.create_task(self._calls.fail(held.lease, error, canceled=canceled))
        try:
            if canceled:
                held.canceled, held.ending = True, asyncio.get_running_loop().create_future()
            await _first_of(saying, held.ending)
            if saying.done():
                saying.result()
        except LeaseLost:
            return Ending.LOST.value
        except RemoteError as refusal:
            telemetry.log().error("a report was refused", step_id=held.step.id, reason=refusal.reason)
        finally:
            saying.cancel()
            await asyncio.gather(saying, return_exceptions=True)
        return "canceled" if canceled else "failed"

    async def _do(self, held: Held, folder: Path) -> Done:
        """Fetch the inputs and let the child work."""
        inputs_folder, work_folder = folder / "inputs", folder / "work"

        async def fetch() -> dict[str, Path]:
            fresh_folder(inputs_folder)
            return await self._transfers.fetch(held.step.inputs, inputs_folder)

        inputs = await self._calls.fetch(held.step, fetch)
        fresh_folder(work_folder)
        child = held.child
        assert child is not None  # noqa: S101 - it is held until the work is done

        def progress(value: float) -> None:
            held.progress = max(held.progress, value)
            self._beat.set()

        return await child.do(held.step, inputs, work_folder, progress)

    async def _heartbeat_loop(self) -> None:
        clock = asyncio.get_running_loop().time
        beaten_at = clock()
        while True:
            self._beat.clear()
            try:
                async with asyncio.timeout(max(0.0, beaten_at + _HEARTBEAT_S - clock())):
                    await self._beat.wait()
            except TimeoutError:
                # time for a beat with or without progress
                pass
            else:
                await asyncio.sleep(max(0.0, beaten_at + _PROGRESS_S - clock()))
            if not self._held:
                beaten_at = clock()
                continue
            try:
                await self._heartbeat()
                beaten_at = clock()
            except (DependencyAway, RemoteError) as error:
                # the steps go on; ai_jobs renews live leases when it is back
                telemetry.log().warning("no heartbeat", error=str(error))
                beaten_at = clock() - _HEARTBEAT_S + _AWAY_POLL_S
            except Exception:
                telemetry.log().exception("a heartbeat failed")
                beaten_at = clock()

    async def _heartbeat(self) -> None:
        beating = list(self._held.values())
        verdicts = await self._calls.heartbeat([(held.lease, held.progress) for held in beating])
        for verdict in verdicts:
            held = self._held.get((verdict.lease.step_id, verdict.lease.fence))
            if held is None:
                continue
            match verdict.verdict:
                case pb.HeartbeatResponse.VERDICT_CANCEL:
                    held.end(Ending.CANCELED)
                case pb.HeartbeatResponse.VERDICT_LOST:
                    held.end(Ending.LOST)

    async def stop(self) -> None:
        """Take no more, give back what is being worked on, let deliveries under way end (G5)."""
        self._leaving = True
        self._wanted.set()
        # a claim under way may bring steps, which are to be given back too
        await asyncio.wait({self._loops[0]}, timeout=_LAST_CLAIM_S)
        self._loops[0].cancel()
        working = [held for held in self._held.values() if held.child is not None]
        for held in working:
            held.end(Ending.RELEASED)
        if working:
            await self._within(_LAST_WORDS_S, self._calls.release([held.lease for held in working]))
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_LAST_DELIVERIES_S)
        late = list(self._held.values())
        for held in late:
            held.end(Ending.RELEASED)
        if late:
            await self._within(_LAST_WORDS_S, self._calls.release([held.lease for held in late]))
        self._loops[1].cancel()
        await asyncio.gather(*self._loops, *self._tasks, return_exceptions=True)

    async def _within(self, seconds: float, call: Coroutine[Any, Any, None]) -> None:
        try:
            async with asyncio.timeout(seconds):
                await call
        except (TimeoutError, RemoteError, LeaseLost) as error:
            telemetry.log().warning("leases were not given back, they will lapse", error=repr(error))
