"""The worker's surroundings for tests: ai_jobs as a real gRPC server that plays its part, storage as a real HTTP server."""

# ruff: noqa: N802 - the names of the RPCs are the contract's

from __future__ import annotations

import asyncio
import hashlib
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from filmstudio.ai_jobs.v1 import steps_pb2, worker_pb2_grpc
from filmstudio.ai_jobs.v1 import worker_pb2 as pb

from services.kit.errors import DomainError
from services.kit.identity import Callers
from services.kit.rpc import Server

TOKEN = "the worker's token"
GO_ON, CANCEL, LOST = (
    pb.HeartbeatResponse.VERDICT_GO_ON, pb.HeartbeatResponse.VERDICT_CANCEL, pb.HeartbeatResponse.VERDICT_LOST,
)  # fmt: skip


class LeaseLost(DomainError):
    reason = "LEASE_LOST"


class OutputMissing(DomainError):
    reason = "OUTPUT_MISSING"


class Storage:
    """Objects by path, over HTTP; refuses what the test says."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.headers: dict[str, dict[str, str]] = {}
        self.gets: list[str] = []
        # statuses for the next requests, before any is served
        self.refusals: list[int] = []
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        self._socket = listening
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"

    async def start(self) -> None:
        config = uvicorn.Config(self._app, log_level="error", lifespan="off", ws="none", interface="asgi3")
        self._server = uvicorn.Server(config)
        self._task = asyncio.create_task(self._server.serve([self._socket]))

    async def stop(self) -> None:
        self._server.should_exit = True
        await self._task

    async def _app(self, scope: dict[str, Any], receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        status, answer, path = 200, b"", scope["path"]
        if self.refusals:
            status = self.refusals.pop(0)
        elif scope["method"] == "PUT":
            self.objects[path] = body
            self.headers[path] = {key.decode(): value.decode() for key, value in scope["headers"]}
        else:
            self.gets.append(path)
            status, answer = (200, self.objects[path]) if path in self.objects else (404, b"")
        length = str(len(answer)).encode()
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", length)]})
        await send({"type": "http.response.body", "body": answer})

    def given(self, name: str, content: bytes) -> steps_pb2.StepInput:
        """An input with this content, ready to be fetched."""
        path = f"/inputs/{hashlib.sha256(content).hexdigest()}"
        self.objects[path] = content
        return steps_pb2.StepInput(
            name=name, url=self.url + path, sha256=path.rsplit("/", 1)[1], size_bytes=len(content)
        )


@dataclass
class AiJobs(worker_pb2_grpc.RenderServiceServicer):
    """Hands out what is ready, remembers what it was told, and checks fences."""

    storage: Storage
    ready: list[steps_pb2.RenderStep] = field(default_factory=list)
    leases: dict[str, int] = field(default_factory=dict)
    claims: list[pb.ClaimStepsRequest] = field(default_factory=list)
    beats: list[pb.HeartbeatRequest] = field(default_factory=list)
    completed: list[pb.CompleteStepRequest] = field(default_factory=list)
    failed: list[pb.FailStepRequest] = field(default_factory=list)
    released: list[str] = field(default_factory=list)
    verdicts: dict[str, pb.HeartbeatResponse.Verdict.ValueType] = field(default_factory=dict)
    # raised by the next calls of that name
    errors: dict[str, list[Exception]] = field(default_factory=dict)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def start(self, address: str) -> None:
        digest = hashlib.sha256(TOKEN.encode()).hexdigest()
        self._server = Server(address, Callers({"render_worker": digest}))
        names = ("ClaimSteps", "Heartbeat", "CompleteStep", "FailStep", "ReleaseSteps", "GetUploadUrls")
        self._server.add(
            worker_pb2_grpc.add_RenderServiceServicer_to_server, self, "filmstudio.ai_jobs.v1.RenderService",
            {name: {"render_worker"} for name in names},
        )  # fmt: skip
        await self._server.start()

    async def stop(self) -> None:
        await self._server.stop()

    async def until(self, condition: Callable[[], object], within_s: float = 20) -> None:
        """Wait until it holds; looked at after each call that comes in."""
        async with self.changed:
            await asyncio.wait_for(self.changed.wait_for(condition), within_s)

    async def _note(self, name: str) -> None:
        if self.errors.get(name):
            raise self.errors[name].pop(0)

    async def _changed(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    def _check(self, lease: pb.StepLease) -> None:
        if self.leases.get(lease.step_id) != lease.fence:
            raise LeaseLost("the lease is lost")

    async def ClaimSteps(self, request: pb.ClaimStepsRequest, context: Any) -> pb.ClaimStepsResponse:
        await self._note("ClaimSteps")
        self.claims.append(request)
        steps, self.ready = self.ready[: request.max_steps], self.ready[request.max_steps :]
        for step in steps:
            self.leases[step.id] = step.fence
        await self._changed()
        return pb.ClaimStepsResponse(steps=steps)

    async def Heartbeat(self, request: pb.HeartbeatRequest, context: Any) -> pb.HeartbeatResponse:
        await self._note("Heartbeat")
        self.beats.append(request)
        await self._changed()
        return pb.HeartbeatResponse(
            steps=[
                pb.HeartbeatResponse.StepVerdict(lease=beat.lease, verdict=self.verdicts.get(beat.lease.step_id, GO_ON))
                for beat in request.steps
            ]
        )

    async def GetUploadUrls(self, request: pb.GetUploadUrlsRequest, context: Any) -> pb.GetUploadUrlsResponse:
        await self._note("GetUploadUrls")
        self._check(request.lease)
        folder = f"{self.storage.url}/{request.lease.step_id}/{request.lease.fence}"
        return pb.GetUploadUrlsResponse(
            uploads=[
                pb.GetUploadUrlsResponse.Upload(
                    name=output.name,
                    url=f"{folder}/{output.name}",
                    headers={
                        "content-type": output.content_type,
                        "content-length": str(output.size_bytes),
                        "x-signed": "1",
                    },
                )
                for output in request.outputs
            ]
        )

    async def CompleteStep(self, request: pb.CompleteStepRequest, context: Any) -> pb.CompleteStepResponse:
        await self._note("CompleteStep")
        self._check(request.lease)
        for output in request.outputs:
            path = f"/{request.lease.step_id}/{request.lease.fence}/{output.name}"
            if hashlib.sha256(self.storage.objects.get(path, b"")).hexdigest() != output.sha256:
                raise OutputMissing("nothing there")
        self.completed.append(request)
        await self._changed()
        return pb.CompleteStepResponse()

    async def FailStep(self, request: pb.FailStepRequest, context: Any) -> pb.FailStepResponse:
        await self._note("FailStep")
        self._check(request.lease)
        self.failed.append(request)
        await self._changed()
        return pb.FailStepResponse()

    async def ReleaseSteps(self, request: pb.ReleaseStepsRequest, context: Any) -> pb.ReleaseStepsResponse:
        self.released += [lease.step_id for lease in request.leases]
        await self._changed()
        return pb.ReleaseStepsResponse()


def alive(pid: int) -> bool:
    """Whether the process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
