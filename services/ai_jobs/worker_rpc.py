"""The render workers' requests enter. Nothing else of ai_jobs is open to them, and these are open to nobody else."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from filmstudio.ai_jobs.v1 import worker_pb2 as pb
from filmstudio.ai_jobs.v1 import worker_pb2_grpc

from services.ai_jobs.deliveries import Deliveries
from services.ai_jobs.dispatch import Beat, Dispatch
from services.ai_jobs.engines import lane_from_proto
from services.ai_jobs.events import timestamp
from services.ai_jobs.models import JobFailure
from services.kit.ids import parse_id

SERVICE = "filmstudio.ai_jobs.v1.RenderService"
CALLERS: Mapping[str, Set[str]] = {
    name: {"render_worker"}
    for name in ("ClaimSteps", "Heartbeat", "CompleteStep", "FailStep", "ReleaseSteps", "GetUploadUrls")
}


class RenderServicer(worker_pb2_grpc.RenderServiceServicer):
    """The door of the render workers."""

    def __init__(self, dispatch: Dispatch, deliveries: Deliveries) -> None:
        self._dispatch = dispatch
        self._deliveries = deliveries

    async def ClaimSteps(self, request: pb.ClaimStepsRequest, context: Any) -> pb.ClaimStepsResponse:
        lanes = [lane_from_proto(lane) for lane in request.lanes]
        held = None
        if request.HasField("held"):
            named = ((parse_id(lease.step_id), lease.fence) for lease in request.held.leases)
            held = {(step_id, fence) for step_id, fence in named if step_id is not None}
        steps = await self._dispatch.claim(request.worker, lanes, request.engines, request.max_steps, held)
        return pb.ClaimStepsResponse(steps=steps)

    async def Heartbeat(self, request: pb.HeartbeatRequest, context: Any) -> pb.HeartbeatResponse:
        beats = [
            # in this order what is not a number counts as none
            Beat(known, step.lease.fence, min(1.0, max(0.0, step.progress)))
            for step in request.steps
            if (known := parse_id(step.lease.step_id))
        ]
        response = pb.HeartbeatResponse()
        for beat, verdict, expires_at in await self._dispatch.heartbeat(request.worker, beats):
            response.steps.add(
                lease=pb.StepLease(step_id=str(beat.step_id), fence=beat.fence),
                verdict=verdict,
                lease_expire_time=timestamp(expires_at),
            )
        return response

    async def CompleteStep(self, request: pb.CompleteStepRequest, context: Any) -> pb.CompleteStepResponse:
        lease = request.lease
        await self._deliveries.complete(lease.step_id, lease.fence, request.outputs, request.result, request.work_s)
        return pb.CompleteStepResponse()

    async def FailStep(self, request: pb.FailStepRequest, context: Any) -> pb.FailStepResponse:
        # text that PostgreSQL can keep: what an engine says may quote the file it choked on
        message = request.message.replace("\0", "\N{REPLACEMENT CHARACTER}")
        failure = JobFailure(request.code.replace("\0", ""), message, "", request.retryable, {})
        await self._deliveries.fail(request.lease.step_id, request.lease.fence, failure, canceled=request.canceled)
        return pb.FailStepResponse()

    async def ReleaseSteps(self, request: pb.ReleaseStepsRequest, context: Any) -> pb.ReleaseStepsResponse:
        await self._dispatch.release(request.worker, [(lease.step_id, lease.fence) for lease in request.leases])
        return pb.ReleaseStepsResponse()

    async def GetUploadUrls(self, request: pb.GetUploadUrlsRequest, context: Any) -> pb.GetUploadUrlsResponse:
        uploads = await self._deliveries.upload_urls(request.lease.step_id, request.lease.fence, request.outputs)
        return pb.GetUploadUrlsResponse(uploads=uploads)
