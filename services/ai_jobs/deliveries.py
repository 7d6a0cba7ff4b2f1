"""What a worker delivers: where its files go, how they may be described, and whether storage has them as they are described."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from filmstudio.ai_jobs.v1 import steps_pb2 as steps_pb
from google.protobuf.json_format import MessageToDict

from services.ai_jobs.errors import OutputMismatch, OutputMissing
from services.ai_jobs.step_models import RenderStep
from services.kit.errors import Invalid
from services.kit.storage import Storage

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
