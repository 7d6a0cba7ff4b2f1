"""Synchronous requests about jobs enter: proto → one call → proto."""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from typing import Any

from filmstudio.ai_jobs.v1 import jobs_pb2 as pb
from filmstudio.ai_jobs.v1 import jobs_pb2_grpc

from services.ai_jobs.events import timestamp
from services.ai_jobs.models import JobEvent, JobKind, JobStatus, Quote
from services.ai_jobs.quotes import Quotes
from services.ai_jobs.reading import Reading
from services.ai_jobs.service import JobsService
from services.kit.errors import Invalid
from services.kit.rpc import caller

SERVICE = "filmstudio.ai_jobs.v1.JobsService"
CALLERS: Mapping[str, Set[str]] = {
    "CreateQuote": {"gateway"},
    "CreateJob": {"gateway"},
    "CreateProbe": {"gateway"},
    "GetJob": {"gateway", "youtube"},
    "ListJobs": {"gateway"},
    "CancelJob": {"gateway"},
    "RetryJob": {"gateway"},
    "ApproveJob": {"gateway"},
    "ListJobEvents": {"gateway"},
    "GetOutput": {"gateway"},
    "GetJobMetrics": {"gateway"},
}
_FILM_KINDS = {pb.JOB_KIND_STORYBOARD: JobKind.STORYBOARD, pb.JOB_KIND_VIDEO: JobKind.VIDEO}
_KINDS = {pb.JOB_KIND_SCRIPT: JobKind.SCRIPT, **_FILM_KINDS}


def _kind(kind: pb.JobKind.ValueType, kinds: Mapping[pb.JobKind.ValueType, JobKind] = _KINDS) -> JobKind:
    known = kinds.get(kind)
    if known is None:
        raise Invalid(f"kind must be one of {', '.join(kinds.values())}", field="kind")
    return known


def _status(status: pb.JobStatus.ValueType) -> JobStatus | None:
    return JobStatus(pb.JobStatus.Name(status).removeprefix("JOB_STATUS_").lower()) if status else None


def _quote(quote: Quote) -> pb.Quote:
    return pb.Quote(
        id=str(quote.id),
        project_id=str(quote.project_id),
        kind=pb.JobKind.Value(f"JOB_KIND_{quote.kind.upper()}"),
        credits=quote.credits,
        breakdown=[pb.QuoteLine(**line) for line in quote.breakdown],
        eta_seconds=quote.eta_seconds,
        expire_time=timestamp(quote.expires_at),
    )


def _event(event: JobEvent, project_id: str) -> pb.JobEvent:
    return pb.JobEvent(
        id=str(event.id),
        job_id=str(event.job_id),
        project_id=project_id,
        seq=event.seq,
        type=event.type,
        create_time=timestamp(event.created_at),
        data_json=json.dumps(event.data),
        final=event.final,
    )


class JobsServicer(jobs_pb2_grpc.JobsServiceServicer):
    """The door of quotes and jobs. An administrator reads everybody's; only owners change."""

    def __init__(self, jobs: JobsService, quotes: Quotes, reading: Reading) -> None:
        self._jobs = jobs
        self._quotes = quotes
        self._reading = reading

    async def _job(self, job_id: object) -> pb.Job:
        return await self._reading.job(caller().user(), str(job_id), any_user=caller().admin)

    async def CreateQuote(self, request: pb.CreateQuoteRequest, context: Any) -> pb.CreateQuoteResponse:
        quote = await self._quotes.quote(caller().user(), _kind(request.kind, _FILM_KINDS), request)
        return pb.CreateQuoteResponse(quote=_quote(quote))

    async def CreateJob(self, request: pb.CreateJobRequest, context: Any) -> pb.CreateJobResponse:
        job_id = await self._jobs.create(caller().user(), _kind(request.kind), request)
        return pb.CreateJobResponse(job=await self._job(job_id))

    async def CreateProbe(self, request: pb.CreateProbeRequest, context: Any) -> pb.CreateProbeResponse:
        caller().require_admin()
        job_id = await self._jobs.create_probe(caller().user(), request)
        return pb.CreateProbeResponse(job=await self._job(job_id))

    async def GetJob(self, request: pb.GetJobRequest, context: Any) -> pb.GetJobResponse:
        return pb.GetJobResponse(job=await self._job(request.job_id))

    async def ListJobs(self, request: pb.ListJobsRequest, context: Any) -> pb.ListJobsResponse:
        if request.all_users:
            caller().require_admin()
        jobs, token = await self._reading.jobs(
            None if request.all_users else caller().user(),
            project_id=request.project_id,
            status=_status(request.status),
            live=request.live,
            page_size=request.page_size,
            page_token=request.page_token,
        )
        return pb.ListJobsResponse(jobs=jobs, next_page_token=token)

    async def CancelJob(self, request: pb.CancelJobRequest, context: Any) -> pb.CancelJobResponse:
        already = await self._jobs.cancel(caller().user(), request.job_id)
        return pb.CancelJobResponse(job=await self._job(request.job_id), already=already)

    async def RetryJob(self, request: pb.RetryJobRequest, context: Any) -> pb.RetryJobResponse:
        await self._jobs.retry(caller().user(), request.job_id, request)
        return pb.RetryJobResponse(job=await self._job(request.job_id))

    async def ApproveJob(self, request: pb.ApproveJobRequest, context: Any) -> pb.ApproveJobResponse:
        await self._jobs.approve(caller().user(), request.job_id)
        return pb.ApproveJobResponse(job=await self._job(request.job_id))

    async def ListJobEvents(self, request: pb.ListJobEventsRequest, context: Any) -> pb.ListJobEventsResponse:
        found, ended, project_id = await self._reading.events(
            caller().user(), request.job_id, request.after_seq, request.page_size, any_user=caller().admin
        )
        return pb.ListJobEventsResponse(events=[_event(event, project_id) for event in found], ended=ended)

    async def GetOutput(self, request: pb.GetOutputRequest, context: Any) -> pb.GetOutputResponse:
        output = await self._reading.output(caller().user(), request, any_user=caller().admin)
        return pb.GetOutputResponse(output=output)

    async def GetJobMetrics(self, request: pb.GetJobMetricsRequest, context: Any) -> pb.GetJobMetricsResponse:
        caller().require_admin()
        return await self._reading.metrics()
