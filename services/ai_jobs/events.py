"""What ai_jobs tells others: jobs as protobuf, the facts of their lives, the rings of their steps, and live events."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from filmstudio.ai_jobs.v1 import events_pb2, jobs_pb2, steps_pb2
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.timestamp_pb2 import Timestamp

from services.ai_jobs.engines import kind_to_proto, lane_to_proto
from services.ai_jobs.models import Job, JobEvent, JobStatus
from services.ai_jobs.step_models import RenderStep
from services.kit.facts import Fact

JOBS = "ai-jobs.jobs.v1"
STEPS = "ai-jobs.steps.v1"

_FACTS = {
    JobStatus.QUEUED: events_pb2.JobQueued,
    JobStatus.RUNNING: events_pb2.JobStarted,
    JobStatus.SUCCEEDED: events_pb2.JobSucceeded,
    JobStatus.FAILED: events_pb2.JobFailed,
    JobStatus.CANCELED: events_pb2.JobCanceled,
    JobStatus.EXPIRED: events_pb2.JobExpired,
}


def timestamp(when: datetime | None) -> Timestamp | None:
    """The protobuf form; None stays unset."""
    if when is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(when)
    return stamp


def status_to_proto(status: JobStatus) -> jobs_pb2.JobStatus.ValueType:
    """JobStatus.QUEUED → JOB_STATUS_QUEUED."""
    return jobs_pb2.JobStatus.Value(f"JOB_STATUS_{status.upper()}")


def output_to_proto(output: dict[str, Any]) -> jobs_pb2.JobOutput:
    """An output as the job's row keeps it."""
    return ParseDict(output, jobs_pb2.JobOutput())


def job_to_proto(job: Job) -> jobs_pb2.Job:
    """The job as its row tells it; counts of steps, times and signed addresses are added by those who read them."""
    message = jobs_pb2.Job(
        id=str(job.id),
        user_id=job.user_id,
        project_id=str(job.project_id) if job.project_id else "",
        kind=jobs_pb2.JobKind.Value(f"JOB_KIND_{job.kind.upper()}"),
        attempt=job.attempt,
        priority=job.priority,
        status=status_to_proto(job.status),
        progress=jobs_pb2.JobProgress(value=job.progress, stage=job.stage, message=job.message),
        counts=jobs_pb2.JobCounts(shots_total=job.shots_total),
        credits=jobs_pb2.JobCredits(quoted=job.quoted, held=job.held, captured=job.captured, released=job.released),
        outputs=[output_to_proto(output) for output in job.outputs],
        options=jobs_pb2.VideoOptions.FromString(job.options),
        create_time=timestamp(job.created_at),
        start_time=timestamp(job.started_at),
        finish_time=timestamp(job.finished_at),
        hold_id=job.hold_id,
        project_title=job.project_title,
        project_description=job.project_description,
        script_version=job.script_version,
        language=job.language,
        etag=str(job.version),
    )
    if job.quality is not None:
        ParseDict(job.quality, message.quality)
    if job.error is not None:
        ParseDict(job.error, message.error)
    if job.publish is not None:
        message.publish.ParseFromString(job.publish)
    return message


def quality_to_json(quality: steps_pb2.CheckQualityResult) -> dict[str, Any]:
    """The measures as the job's row keeps them."""
    return MessageToDict(quality, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)


def job_changed(job: Job) -> Fact:
    """The fact that goes with the job's present status; each carries the whole job."""
    message = _FACTS[job.status](job=job_to_proto(job))
    return Fact(JOBS, "job", str(job.id), message)


def step_ready(step: RenderStep) -> Fact:
    """A ring: there is a step to claim."""
    message = events_pb2.StepReady(
        step_id=str(step.id), job_id=str(step.job_id), lane=lane_to_proto(step.lane), kind=kind_to_proto(step.kind)
    )
    return Fact(STEPS, "step", str(step.id), message)


def step_canceled(step: RenderStep) -> Fact:
    """A ring: whoever runs this step is to stop."""
    message = events_pb2.StepCanceled(step_id=str(step.id), job_id=str(step.job_id))
    return Fact(STEPS, "step", str(step.id), message)


def live_event(
    job: Job, kind: str, data: dict[str, Any], new_id: UUID, now: datetime, *, final: bool = False
) -> JobEvent:
    """The next durable event of the job; `kind` is "progress", "succeeded", …"""
    return JobEvent(
        job_id=job.id, seq=job.next_seq(), id=new_id, type=f"job.{kind}", data=data, final=final, created_at=now
    )
