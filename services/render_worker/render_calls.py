"""What a worker says to ai_jobs, kept saying while ai_jobs or storage is away: a finished step is worth the patience.

How long is not decided here: whoever awaits these calls stops when the heartbeat says that the lease is lost.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import grpc
from filmstudio.ai_jobs.v1 import steps_pb2
from filmstudio.ai_jobs.v1 import worker_pb2 as pb
from filmstudio.ai_jobs.v1 import worker_pb2_grpc as pb_grpc

from services.kit import telemetry
from services.kit.errors import DependencyAway, RemoteError
from services.render_worker.engines.base import StepFailed
from services.render_worker.transfers import AddressExpired, Measured, Transfers

T = TypeVar("T")

_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.2, 3.0
# a service that answers with an error of its own, rather than not at all, is asked so often
_TRIES = 5
# uploads that ai_jobs does not find, or addresses that storage refuses
_UPLOAD_TRIES = 4
_OWN_ERRORS = {grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.RESOURCE_EXHAUSTED}
LEASE_LOST = "LEASE_LOST"


class LeaseLost(Exception):
    """The step is somebody else's by now; what was done for it is nobody's."""


async def patiently(what: str, call: Callable[[], Awaitable[T]]) -> T:
    """Call until it is answered. LeaseLost; RemoteError for a refusal."""
    wait_s, errors, told = _FIRST_WAIT_S, 0, False
    while True:
        try:
            return await call()
        except DependencyAway as error:
            if not told:
                told = True
                telemetry.log().warning("waiting for a dependency", call=what, dependency=error.dependency)
        except RemoteError as error:
            if error.reason == LEASE_LOST:
                raise LeaseLost from None
            errors += 1
            if error.code not in _OWN_ERRORS or errors == _TRIES:
                raise
        await asyncio.sleep(wait_s * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
        wait_s = min(wait_s * 2, _LONGEST_WAIT_S)


class RenderCalls:
    """The calls about one worker's steps."""

    def __init__(self, stub: pb_grpc.RenderServiceAsyncStub, transfers: Transfers, worker: str) -> None:
        self._stub = stub
        self._transfers = transfers
        self.worker = worker

    async def claim(
        self,
        lanes: Sequence[steps_pb2.Lane.ValueType],
        engines: Sequence[str],
        most: int,
        held: Sequence[pb.StepLease],
    ) -> list[steps_pb2.RenderStep]:
        """The best steps there are, up to so many; asked once. `held`: every lease in hand, so that others are known to be lost."""
        request = pb.ClaimStepsRequest(
            worker=self.worker, lanes=lanes, engines=engines, max_steps=most, held=pb.HeldLeases(leases=held)
        )
        return list((await self._stub.ClaimSteps(request)).steps)

    async def heartbeat(self, progress: Sequence[tuple[pb.StepLease, float]]) -> list[pb.HeartbeatResponse.StepVerdict]:
        """Renew these leases, once; what is to become of each step."""
        beats = [pb.HeartbeatRequest.StepHeartbeat(lease=lease, progress=value) for lease, value in progress]
        return list((await self._stub.Heartbeat(pb.HeartbeatRequest(worker=self.worker, steps=beats))).steps)

    async def fetch(self, step: steps_pb2.RenderStep, call: Callable[[], Awaitable[T]]) -> T:
        """Get the step's inputs, by `call`, however long storage is away."""
        return await patiently(f"fetch {step.id}", call)

    async def deliver(
        self, lease: pb.StepLease, files: Sequence[Measured], result: steps_pb2.StepResult, work_s: float
    ) -> None:
        """Upload the files and complete the step. LeaseLost; StepFailed when it can't be delivered at all."""
        outputs = [file.output for file in files]
        request = pb.CompleteStepRequest(lease=lease, worker=self.worker, outputs=outputs, result=result, work_s=work_s)
        tries = 0
        while True:
            tries += 1
            try:
                if files:
                    await self._upload(lease, files)
                await patiently("complete", lambda: self._stub.CompleteStep(request))
            except AddressExpired as error:
                refusal, code = str(error), "UPLOAD_REFUSED"
            except RemoteError as error:
                refusal, code = str(error), error.reason
                if error.reason not in ("OUTPUT_MISSING", "OUTPUT_MISMATCH"):
                    raise StepFailed(code, f"the step can't be delivered: {refusal}", retryable=True) from None
            else:
                return
            if tries == _UPLOAD_TRIES:
                raise StepFailed(code, f"the step's files can't be delivered: {refusal}", retryable=True)
            telemetry.log().warning("uploading again", step_id=lease.step_id, why=refusal)

    async def _upload(self, lease: pb.StepLease, files: Sequence[Measured]) -> None:
        request = pb.GetUploadUrlsRequest(lease=lease, outputs=[file.output for file in files])
        response: pb.GetUploadUrlsResponse = await patiently("upload", lambda: self._stub.GetUploadUrls(request))
        uploads = {upload.name: upload for upload in response.uploads}
        for file in files:
            if (upload := uploads.get(file.output.name)) is None:
                raise StepFailed("UPLOAD_REFUSED", f"no address was given for {file.output.name!r}", retryable=True)
            await self._put(file, upload)

    async def _put(self, file: Measured, upload: pb.GetUploadUrlsResponse.Upload) -> None:
        await patiently(f"put {file.output.name}", lambda: self._transfers.upload(file, upload))

    async def fail(self, lease: pb.StepLease, error: StepFailed, *, canceled: bool = False) -> None:
        """Say that the step failed, or ended because it was canceled. LeaseLost."""
        request = pb.FailStepRequest(
            lease=lease,
            worker=self.worker,
            code=error.code,
            message=error.message[:2000],
            retryable=error.retryable,
            canceled=canceled,
        )
        await patiently("fail", lambda: self._stub.FailStep(request))

    async def release(self, leases: Sequence[pb.StepLease]) -> None:
        """Give leases back unharmed."""
        request = pb.ReleaseStepsRequest(worker=self.worker, leases=leases)
        await patiently("release", lambda: self._stub.ReleaseSteps(request))
