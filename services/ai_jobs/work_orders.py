"""A claimed step as its worker is told of it: parameters, limits, and an address for each input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.ai_jobs import events
from services.ai_jobs.engines import EngineChoice, kind_to_proto, lane_to_proto
from services.ai_jobs.step_models import RenderStep
from services.kit.storage import Storage

# an input's address outlives the longest step
INPUT_URL_S = 2 * 3600


def work_order(
    step: RenderStep, inputs: Sequence[dict[str, Any]], script: bytes, choice: EngineChoice, storage: Storage
) -> pb.RenderStep:
    """The order. `inputs` as `Plan.inputs_of` gives them; `script`: the job's, for the step that reads it."""
    params = pb.StepParams.FromString(step.params)
    if step.kind == "analyze_script":
        params.analyze_script.script.ParseFromString(script)
    return pb.RenderStep(
        id=str(step.id),
        job_id=str(step.job_id),
        project_id=str(step.project_id or ""),
        kind=kind_to_proto(step.kind),
        lane=lane_to_proto(step.lane),
        engine=step.engine,
        fence=step.fence,
        lease_expire_time=events.timestamp(step.lease_expires_at),
        seed=step.seed,
        inputs=[_input(item, storage) for item in inputs],
        time_limit_s=choice.time_limit_s,
        idle_limit_s=choice.idle_limit_s,
        params=params,
    )


def _input(item: dict[str, Any], storage: Storage) -> pb.StepInput:
    return pb.StepInput(
        name=item["name"],
        url=storage.sign_get(item["object_key"], INPUT_URL_S),
        sha256=item["sha256"],
        size_bytes=int(item["size_bytes"]),
        content_type=item["content_type"],
    )
