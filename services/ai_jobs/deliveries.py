"""What workers deliver: where their files go, whether storage has them as they are described, and what follows for the job."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from filmstudio.ai_jobs.v1 import steps_pb2 as steps_pb
from filmstudio.ai_jobs.v1 import worker_pb2 as pb
from google.protobuf.json_format import MessageToDict

from services.ai_jobs import estimates, lease_repository, step_repository
from services.ai_jobs.course import Course
from services.ai_jobs.errors import LeaseLost, OutputMismatch, OutputMissing
from services.ai_jobs.house import House
from services.ai_jobs.models import JobFailure, JobStatus
from services.ai_jobs.step_models import RenderStep
from services.kit import telemetry
from services.kit.db import Database, Work
from services.kit.errors import Invalid
from services.kit.ids import parse_id
from services.kit.storage import Storage

# an address needs to outlive one upload
UPLOAD_URL_S = 900
# no step takes so long; what is measured is everybody's pace
MOST_WORK_S = 24 * 3600
# a worker reads untrusted media: what it names stays in its claim's own folder
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_CONTENT_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)


def output_key(step: RenderStep, fence: int, name: str) -> str:
    """Where a claim's file goes: another claim of the same step writes elsewhere."""
    project = step.project_id or "none"
    return f"users/{step.user_id}/projects/{project}/generated/{step.id}/{fence}/{name}"


def check_output(output: steps_pb.StepOutput) -> None:
    """Invalid unless the file has a plain name, a type and a hash. Empty is fine: subtitles of a film without speech are."""
    if not _NAME.fullmatch(output.name):
        raise Invalid("an output's name is lower-case letters, digits, _ and -, at most 64", field="outputs.name")
    if not (_SHA256.fullmatch(output.sha256) and _CONTENT_TYPE.fullmatch(output.content_type)):
        raise Invalid(f"{output.name} needs its SHA-256 (hex) and type", field=f"outputs.{output.name}")
    if output.size_bytes < 0 or not math.isfinite(output.duration_s) or "\0" in output.language:
        raise Invalid(f"{output.name} is described by what can't be", field=f"outputs.{output.name}")


def describe(step: RenderStep, fence: int, output: steps_pb.StepOutput) -> dict[str, Any]:
    """The file as the step's row keeps it; Invalid as `check_output` says."""
    check_output(output)
    described: dict[str, Any] = MessageToDict(output, preserving_proto_field_name=True)
    described["size_bytes"] = output.size_bytes
    described["object_key"] = output_key(step, fence, output.name)
    return described


def same_again(step: RenderStep, outputs: list[dict[str, Any]], result: bytes) -> None:
    """OutputMismatch unless the step was completed with exactly this."""
    if step.outputs != outputs or step.result != result:
        raise OutputMismatch("the step was completed with something else already", step_id=step.id)


async def verify(storage: Storage, outputs: Sequence[dict[str, Any]]) -> None:
    """OutputMissing or OutputMismatch unless storage has each file as it is described."""
    for output in outputs:
        stored = await storage.head(output["object_key"])
        if stored is None:
            raise OutputMissing(f"{output['name']} was not uploaded", name=output["name"])
        if stored.size_bytes != output["size_bytes"] or (stored.sha256 and stored.sha256 != output["sha256"]):
            raise OutputMismatch(f"{output['name']} in storage is not what the completion says", name=output["name"])


class Deliveries:
    """Addresses to upload to, completions, failures: each counts only for the step's latest claim (G3)."""

    def __init__(self, database: Database, house: House, storage: Storage) -> None:
        self._db = database
        self._house = house
        self._storage = storage

    async def upload_urls(
        self, step_id: str, fence: int, outputs: Sequence[steps_pb.StepOutput]
    ) -> list[pb.GetUploadUrlsResponse.Upload]:
        """One signed PUT a file, for exactly the bytes that were announced."""
        step = await self._held(step_id, fence)
        uploads = []
        for output in outputs:
            check_output(output)
            signed = self._storage.sign_put(
                output_key(step, fence, output.name),
                UPLOAD_URL_S,
                size_bytes=output.size_bytes,
                sha256=output.sha256,
                content_type=output.content_type,
            )
            uploads.append(pb.GetUploadUrlsResponse.Upload(name=output.name, url=signed.url, headers=signed.headers))
        return uploads

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
        described = [describe(step, fence, output) for output in outputs]
        result_bytes = result.SerializeToString(deterministic=True)
        if step.done:
            same_again(step, described, result_bytes)
            return
        await verify(self._storage, described)
        async with self._db.work() as work:
            course, step = await self._served(work, step)
            if step.done and step.fence == fence:
                same_again(step, described, result_bytes)
                return
            step.held_by(fence)
            await course.completed(step, described, result_bytes, work_s)
            await course.settle()
            # last, since all deliveries of a kind meet at its row
            units = estimates.units(steps_pb.StepParams.FromString(step.params))
            if step.kind != "wait" and units > 0:
                await lease_repository.note_time(work.session, step.kind, step.engine, work_s / units)

    async def fail(self, step_id: str, fence: int, failure: JobFailure, *, canceled: bool) -> None:
        """The worker could not do it: again elsewhere, or the end of the job."""
        step = await self._held(step_id, fence)
        async with self._db.work() as work:
            course, step = await self._served(work, step)
            step.held_by(fence)
            failure = replace(failure, stage=step.kind)
            if canceled or course.job.status is JobStatus.CANCELING:
                step.cancel(self._house.now())
            else:
                telemetry.log().warning(
                    "a step failed", step=step.name, job_id=str(step.job_id), code=failure.code, message=failure.message
                )
                for_good = step.report_failure(self._house.now(), retryable=failure.retryable)
                await course.step_failed(step, failure, for_good=for_good)
            await course.settle()

    async def _held(self, step_id: str, fence: int) -> RenderStep:
        """The step, if this claim is its latest (finished or not); LeaseLost otherwise."""
        known = parse_id(step_id)
        async with self._db.work() as work:
            step = await step_repository.step(work.session, known) if known else None
        if step is None:
            raise LeaseLost("there is no such step", step_id=step_id)
        if not (step.done and step.fence == fence and not step.cached):
            step.held_by(fence)
        return step

    async def _served(self, work: Work, step: RenderStep) -> tuple[Course, RenderStep]:
        """Its job, locked, and the step as it is under that lock; LeaseLost where the project was purged meanwhile."""
        course = await Course.load(self._house, work, step.job_id)
        locked = await course.plan.step(step.id) if course is not None else None
        if course is None or locked is None:
            raise LeaseLost("the step's job is gone", step_id=step.id)
        return course, locked
