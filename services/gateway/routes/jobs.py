"""Jobs: seen, waited for, canceled, retried; their outputs and their events."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse
from filmstudio.ai_jobs.v1 import jobs_pb2

from services.gateway import convert_jobs
from services.gateway.convert_jobs import ENDED
from services.gateway.live import POLL_S
from services.gateway.problems import Refusal
from services.gateway.routes.common import Pages, RequestId, SignedIn, query_text, set_etag
from services.gateway.routes.generate import ORDER_DEADLINE_S
from services.gateway.schemas import jobs as shapes
from services.gateway.schemas.common import Page
from services.gateway.studio import Studio, TheStudio

router = APIRouter(prefix="/api/v1/jobs", tags=["jobs"])

Wait = Annotated[float, Query(ge=0, le=60, description="answer when the status changes, or after this many seconds")]


@router.get("")
async def list_jobs(
    _person: SignedIn,
    studio: TheStudio,
    pages: Pages,
    project_id: Annotated[str, Query(max_length=64)] = "",
    status: shapes.JobStatus | None = None,
) -> Page[shapes.Job]:
    """My jobs, newest first."""
    request = jobs_pb2.ListJobsRequest(
        project_id=query_text("project_id", project_id),
        status=convert_jobs.status_in(status),
        page_size=pages.size,
        page_token=pages.token,
    )
    answer = await studio.clients.jobs.ListJobs(request)
    items = [convert_jobs.job(job, studio.settings.url) for job in answer.jobs]
    return Page[shapes.Job](items=items, next_page_token=answer.next_page_token)


@router.get("/{job_id}")
async def get_job(_person: SignedIn, job_id: str, response: Response, studio: TheStudio, wait: Wait = 0) -> shapes.Job:
    """A job, with signed addresses of its outputs."""
    job = await _job(studio, job_id, wait)
    set_etag(response, job.etag)
    return convert_jobs.job(job, studio.settings.url)


@router.get("/{job_id}/status")
async def get_job_status(_person: SignedIn, job_id: str, studio: TheStudio, wait: Wait = 0) -> shapes.JobState:
    """A job in small."""
    return convert_jobs.job_state(await _job(studio, job_id, wait))


async def _job(studio: Studio, job_id: str, wait_s: float) -> jobs_pb2.Job:
    """The job, once its status has changed or the time is up; at once where it has ended."""
    request = jobs_pb2.GetJobRequest(job_id=job_id)
    if not wait_s:
        return (await studio.clients.jobs.GetJob(request)).job
    loop = asyncio.get_running_loop()
    until = loop.time() + wait_s
    with studio.hub.listen(f"job:{job_id}") as listener:
        first = job = (await studio.clients.jobs.GetJob(request)).job
        while (
            (job.status, job.attempt) == (first.status, first.attempt)
            and job.status not in ENDED
            and (left_s := until - loop.time()) > 0
            and not studio.hub.closing.is_set()
        ):
            await listener.wait(min(left_s, POLL_S))
            job = (await studio.clients.jobs.GetJob(request)).job
        return job


@router.post(
    "/{job_id}/cancel", status_code=202, responses={200: {"description": "it was canceling or canceled already"}}
)
async def cancel_job(_person: SignedIn, job_id: str, response: Response, studio: TheStudio) -> shapes.Job:
    """Cancel it: what is held is released. 409 `JOB_ENDED` on another end."""
    answer = await studio.clients.jobs.CancelJob(jobs_pb2.CancelJobRequest(job_id=job_id), timeout=ORDER_DEADLINE_S)
    if answer.already:
        response.status_code = 200
    return _answer(answer.job, response, studio)


@router.post("/{job_id}/retry", status_code=202)
async def retry_job(
    _person: SignedIn, job_id: str, response: Response, studio: TheStudio, request_id: RequestId
) -> shapes.Job:
    """Try a failed or canceled job again, only what isn't done: a higher `attempt`, a new hold (402 possible)."""
    request = jobs_pb2.RetryJobRequest(job_id=job_id, request_id=request_id)
    answer = await studio.clients.jobs.RetryJob(request, timeout=ORDER_DEADLINE_S)
    return _answer(answer.job, response, studio)


@router.post("/{job_id}/approve", status_code=202)
async def approve_job(_person: SignedIn, job_id: str, response: Response, studio: TheStudio) -> shapes.Job:
    """Let a job in `waiting_review` go on."""
    answer = await studio.clients.jobs.ApproveJob(jobs_pb2.ApproveJobRequest(job_id=job_id), timeout=ORDER_DEADLINE_S)
    return _answer(answer.job, response, studio)


@router.get("/{job_id}/outputs/{kind}", status_code=302, response_class=RedirectResponse)
async def get_output(
    _person: SignedIn,
    job_id: str,
    kind: str,
    studio: TheStudio,
    language: Annotated[str, Query(max_length=35)] = "",
    format: Annotated[str, Query(max_length=10, description="of subtitles: vtt, srt, ass")] = "",
    scene: Annotated[int, Query(ge=0, le=10_000)] = 0,
) -> RedirectResponse:
    """To a signed address of an output: film, thumbnail, subtitles, …"""
    request = jobs_pb2.GetOutputRequest(
        job_id=job_id,
        kind=query_text("kind", kind),
        language=query_text("language", language),
        format=query_text("format", format),
        scene=scene,
    )
    output = (await studio.clients.jobs.GetOutput(request)).output
    if not output.url:
        raise Refusal("NOT_FOUND", f"the job has no output {kind}")
    return RedirectResponse(output.url, status_code=302)


def _answer(job: jobs_pb2.Job, response: Response, studio: Studio) -> shapes.Job:
    set_etag(response, job.etag)
    return convert_jobs.job(job, studio.settings.url)
